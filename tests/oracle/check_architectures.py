#!/usr/bin/env python3
"""Every architecture against Hugging Face transformers: tiny random models, and trained ones of others.

usage: check_architectures.py --bin build/bin --driver build/tests/oracle/dump_model [--cases N] [--seed S]

For each case transformers makes a model and writes its directory; the engine reads it and computes logits, losses,
gradients, activations at every site, scores when every site is changed, and five AdamW steps.  The same numbers come
from transformers in float64, except where its own code goes through float32 (norms, rotary angles, softmax).
Errors are relative to the largest value of their tensor (for gradients at least 2 % of the largest of all, since
some are zero in exact arithmetic); the table has the maximum and the median over all values of a kind.
"""
import argparse
import base64
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch

import gpt2
from check_model import Mismatch, run_driver

# f32 rounding on either side; through up to three layers and some hundred terms
BOUND = {"logits": 3e-5, "loss": 1e-5, "site": 3e-5, "changed": 3e-5, "gradient": 1e-4, "step": 1e-2}
STEPS = {"optimizer": "adamw", "steps": 5, "lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-5, "weight_decay": 0.01,
         "decay_matrices": 0, "clip": 0.0}
IDS = ["bos_token_id", "eos_token_id", "pad_token_id"]
SITES = ["attn_in", "attn_out", "mlp_in", "mlp_out", "out"]


def kind_of(name):
    """What a parameter is, in a few words that serve all architectures."""
    for part, kind in [("q_norm", "query, key norm"), ("k_norm", "query, key norm"), ("ln_", "norm"), ("norm", "norm"),
                       ("wte", "embedding"), ("wpe", "embedding"), ("embed", "embedding"), ("lm_head", "head"),
                       ("q_proj", "query, key, value"), ("k_proj", "query, key, value"),
                       ("v_proj", "query, key, value"),
                       ("c_attn", "query, key, value"), ("attn", "attention out"), ("mlp", "mlp")]:
        if part in name:
            return kind + (" bias" if name.endswith(".bias") and kind != "norm" else "")
    raise Mismatch(f"parameter {name} is of no known kind")


class Table:
    def __init__(self):
        self.errors = {}

    def add(self, what, case, kind, have, want, bound, scale=0.0):
        have, want = np.asarray(have, np.float64).ravel(), np.asarray(want, np.float64).ravel()
        if have.shape != want.shape:
            raise Mismatch(f"{what}: {have.size} values, reference has {want.size}")
        if have.size == 0:
            return
        e = np.abs(have - want) / max(float(np.abs(want).max()), scale, 1e-30)
        self.errors.setdefault((case, kind), []).append(e)
        if not e.max() <= bound:
            i = int(np.argmax(e))
            raise Mismatch(f"{what}: value {i} is {have[i]:.9g}, reference {want[i]:.9g} "
                           f"(relative error {e.max():.3g}, allowed {bound:.3g})")

    def show(self):
        print(f"{'architecture':16} {'kind':35} {'values':>8} {'maximum':>8} {'median':>8}")
        for (case, kind), e in self.errors.items():
            e = np.concatenate(e)
            print(f"{case:16} {kind:35} {e.size:8d} {e.max():8.1e} {np.median(e):8.1e}")
        self.show_brief()

    def show_brief(self):
        """Maximum and median by architecture: scores, activations, gradients, steps."""
        groups = ["logits", "site", "gradient", "5 AdamW"]
        print("\n" + f"{'maximum, median':16}" + "".join(f" {g:>15}" for g in groups))
        for case in dict.fromkeys(c for c, _ in self.errors):
            line = f"{case:16}"
            for g in groups:
                e = [x for (c, kind), parts in self.errors.items() if c == case and kind.startswith(g) for x in parts]
                e = np.concatenate(e) if e else np.array([np.nan])
                line += f" {e.max():7.0e} {np.median(e):7.0e}" if e.size > 1 else " " * 16
            if line.strip() != case:
                print(line.rstrip())


def tiny(kind, rng):
    """A configuration of transformers for a case."""
    import transformers as t
    heads = int(rng.choice([2, 4]))
    kv, d = int(rng.choice([k for k in (1, 2, 4) if k <= heads])), 2 * int(rng.integers(1, 7))
    c = {"vocab_size": 32, "num_hidden_layers": int(rng.integers(1, 4)), "num_attention_heads": heads,
         "hidden_size": heads * d, "intermediate_size": int(rng.integers(3, 70)), "max_position_embeddings": 64,
         "tie_word_embeddings": bool(rng.integers(0, 2)), "pad_token_id": None, "bos_token_id": 1,
         "eos_token_id": [[2, 3], 4, None][int(heads // 2 + kv) % 3]}
    some = {"num_key_value_heads": kv}
    if kind == "gpt2":
        return t.GPT2Config(vocab_size=32, n_layer=2, n_head=heads, n_embd=heads * d, n_positions=64,
                            tie_word_embeddings=c["tie_word_embeddings"], resid_pdrop=0.0, embd_pdrop=0.0,
                            attn_pdrop=0.0)
    if kind == "llama":
        rope = [{"rope_type": "default", "rope_theta": 10000.0},
                {"rope_type": "linear", "rope_theta": 10000.0, "factor": 3.0},
                {"rope_type": "llama3", "rope_theta": 50.0, "factor": 8.0, "low_freq_factor": 1.0,
                 "high_freq_factor": 4.0, "original_max_position_embeddings": 16}][int(rng.integers(0, 3))]
        return t.LlamaConfig(**c, **some, attention_bias=bool(rng.integers(0, 2)), mlp_bias=bool(rng.integers(0, 2)),
                             head_dim=int(rng.choice([d, d + 2])), rope_parameters=rope)
    if kind == "mistral":
        return t.MistralConfig(**c, **some, sliding_window=[None, 64][int(rng.integers(0, 2))])
    if kind == "qwen2":
        return t.Qwen2Config(**c, **some, rope_parameters={"rope_type": "default", "rope_theta": 1e6})
    if kind == "qwen3":
        return t.Qwen3Config(**c, **some, head_dim=d + 2, attention_bias=bool(rng.integers(0, 2)))
    if kind == "olmo":
        return t.OlmoConfig(**c, **some, clip_qkv=[None, 0.6][int(rng.integers(0, 2))])
    return t.Olmo2Config(**c, **some)


KINDS = ["gpt2", "llama", "mistral", "qwen2", "qwen3", "olmo", "olmo2"]


def make(kind, rng):
    """A random model whose every parameter matters."""
    import transformers
    torch.manual_seed(int(rng.integers(0, 1 << 30)))
    m = transformers.AutoModelForCausalLM.from_config(tiny(kind, rng))
    with torch.no_grad():
        for name, x in m.named_parameters():
            x.normal_(0, 0.4 if x.dim() == 1 else 1.2 / x.shape[-1] ** 0.5)
            if "norm" in name or "ln_" in name:
                x.add_(1 if name.endswith("weight") else 0)
    return m


def directory(m, where, rng):
    """Written by transformers, whole or in shards, in one of three formats, and read back by them."""
    import transformers
    dtype = [torch.float32, torch.float16, torch.bfloat16][int(rng.integers(0, 3))]
    m.to(dtype).save_pretrained(where, max_shard_size="20KB" if rng.integers(0, 2) else "5GB")
    return transformers.AutoModelForCausalLM.from_pretrained(where, dtype=torch.float32)


class Sites:
    """Hooks at the places that the engine calls sites; change(i, h) sees them in order."""

    def __init__(self, m, change):
        base = m.transformer if hasattr(m, "transformer") else m.model
        layers = base.h if hasattr(base, "h") else base.layers
        self.handles, self.change = [], change
        self.after(base.drop if hasattr(base, "drop") else base.embed_tokens, 0)
        for n, layer in enumerate(layers):
            at = 1 + n * len(SITES)
            attn = layer.attn if hasattr(layer, "attn") else layer.self_attn
            last = hasattr(layer, "post_feedforward_layernorm")
            self.before(attn, at)
            self.after(layer.post_attention_layernorm if last else attn, at + 1)
            self.before(layer.mlp, at + 2)
            self.after(layer.post_feedforward_layernorm if last else layer.mlp, at + 3)
            self.after(layer, at + 4)
        self.after(base.ln_f if hasattr(base, "ln_f") else base.norm, 1 + len(layers) * len(SITES))

    def before(self, module, i):
        def hook(_, args, kwargs):
            if args:
                return (self.change(i, args[0]),) + tuple(args[1:]), kwargs
            return args, {**kwargs, "hidden_states": self.change(i, kwargs["hidden_states"])}
        self.handles.append(module.register_forward_pre_hook(hook, with_kwargs=True))

    def after(self, module, i):
        def hook(_, args, out):
            if isinstance(out, tuple):
                return (self.change(i, out[0]),) + out[1:]
            return self.change(i, out)
        self.handles.append(module.register_forward_hook(hook))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for h in self.handles:
            h.remove()


def scores(m, tokens):
    """Length x vocabulary, one sequence at a time."""
    return m(torch.tensor([tokens]), use_cache=False).logits[0]


def mean_loss(m, batch):
    parts = []
    for x, y in zip(batch["tokens"], batch["targets"]):
        lp = torch.log_softmax(scores(m, x), 1)
        parts += [-lp[i, t] for i, t in enumerate(y) if t >= 0]
    return torch.stack(parts).mean()


def split(flat, layout):
    out, at = {}, 0
    for name, shape in layout:
        n = int(np.prod(shape))
        out[name] = flat[at:at + n].reshape(shape)
        at += n
    if at != flat.size:
        raise Mismatch(f"{flat.size} values, the layout has {at}")
    return out


def parameters(m, layout):
    """The model's parameters in the engine's order; names and shapes must agree."""
    mine = {n.removeprefix("transformer."): x for n, x in m.named_parameters()}
    shapes = {n: list(x.shape) for n, x in mine.items()}
    if shapes != dict((n, s) for n, s in layout):
        raise Mismatch(f"layout {layout}, transformers have {shapes}")
    return {n: mine[n] for n, _ in layout}


def check_forward(table, case, m, batch, result, dump):
    with torch.no_grad():
        want = torch.cat([scores(m, x) for x in batch["tokens"]])
        table.add("logits", case, "logits", dump["logits"], want, BOUND["logits"])
        loss = float(mean_loss(m, batch))
    got = result["grad"][0]
    table.add("loss", case, "loss", [got["loss_sum"] / got["n_targets"]], [loss], BOUND["loss"])


def check_sites(table, case, m, batch, dump):
    at, changed = 0, []
    with torch.no_grad():
        for x in batch["tokens"]:
            seen = []
            with Sites(m, lambda i, h: seen.append((i, h.clone())) or h):
                scores(m, x)
            if [i for i, _ in seen] != list(range(len(seen))):
                raise Mismatch(f"sites in the order {[i for i, _ in seen]}")
            for i, h in seen:
                name = "embed" if i == 0 else "final_norm" if i == len(seen) - 1 else SITES[(i - 1) % len(SITES)]
                table.add(f"site {i}", case, f"site {name}", dump["sites"][at:at + h.numel()], h, BOUND["site"])
                at += h.numel()
            with Sites(m, lambda i, h: 0.9 * h + 0.01 * i):
                changed.append(scores(m, x))
    if at != dump["sites"].size:
        raise Mismatch(f"{dump['sites'].size} activations, {at} expected")
    table.add("changed logits", case, "logits, all sites changed", dump["changed"], torch.cat(changed),
              BOUND["changed"])


def check_gradient(table, case, m, batch, layout, flat):
    p = parameters(m, layout)
    g = torch.autograd.grad(mean_loss(m, batch), list(p.values()))
    top = max(float(x.abs().max()) for x in g)
    for (name, have), want in zip(split(flat, layout).items(), g):
        table.add(f"gradient of {name}", case, "gradient of " + kind_of(name), have, want, BOUND["gradient"],
                  0.02 * top)


def check_steps(table, case, m, batch, layout, flat):
    """Displacement after the steps, in float64 from the same start."""
    p = parameters(m, layout)
    start = {n: x.detach().clone() for n, x in p.items()}
    opt = torch.optim.AdamW(list(p.values()), lr=STEPS["lr"], betas=(STEPS["beta1"], STEPS["beta2"]),
                            eps=STEPS["eps"], weight_decay=STEPS["weight_decay"])
    for _ in range(STEPS["steps"]):
        opt.zero_grad()
        mean_loss(m, batch).backward()
        opt.step()
    have = split(flat[-sum(x.numel() for x in p.values()):], layout)
    for n, x in p.items():
        table.add(f"{n} after {STEPS['steps']} steps", case, "5 AdamW steps", have[n] - start[n].numpy(),
                  (x.detach() - start[n]).numpy(), BOUND["step"], 1e-4)


def same_ids(what, config, want):
    have = {k: getattr(config, k) for k in want}
    if have != want:
        raise Mismatch(f"{what}: transformers read {have}, not {want}")


def new_model(args):
    """Of a new model and its tokenizer, transformers say the same: what texts begin and end with."""
    import transformers
    vocab = {c: i for i, c in enumerate(["<s>", "</s>", "a", "b", "Ġ"])}
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as d:
            d = pathlib.Path(d)
            (d / "tok").mkdir()
            (d / "tok" / "vocab.json").write_text(json.dumps(vocab))
            (d / "tok" / "merges.txt").write_text("#version: 0.2\n")
            (d / "tok" / "tokenizer_config.json").write_text(json.dumps({
                "tokenizer_class": "GPT2Tokenizer", "bos_token": "<s>", "eos_token": "</s>"}))
            tiny(kind, np.random.default_rng(args.seed)).save_pretrained(d)
            config = json.loads((d / "config.json").read_text())
            (d / "config.json").write_text(json.dumps({k: v for k, v in config.items() if k not in IDS}))
            r = subprocess.run([args.bin / "train", "-q", "-c", d / "config.json", "--tokenizer", d / "tok", "-n", "0",
                                "-O", d / "model"], capture_output=True, text=True)
            if r.returncode != 0:
                raise Mismatch(f"{kind}: train: status {r.returncode}: {r.stderr.strip()}")
            m = transformers.AutoModelForCausalLM.from_pretrained(d / "model")
            t = transformers.GPT2Tokenizer.from_pretrained(d / "model")
            for who in (m.config, t):
                same_ids(f"new {kind}", who, {"bos_token_id": 0, "eos_token_id": 1})
    return True


def check_train(bin, where, m, batch):
    """What train writes is what transformers read: the same scores as evaluate's engine, by way of the file."""
    import transformers
    out = where / "trained"
    cmd = [bin / "train", "-q", "-m", where / "model", "-O", out, "-t", "copy", "--length", "3", "-b", "4", "-n", "2"]
    r = subprocess.run(cmd, capture_output=True, text=True)
    if r.returncode != 0:
        raise Mismatch(f"train: status {r.returncode}: {r.stderr.strip()}")
    n, info = transformers.AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32, output_loading_info=True)
    wrong = {k: v for k, v in info.items() if v and k in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    if wrong:
        raise Mismatch(f"train: transformers find {wrong}")
    same_ids("train", n.config, {k: getattr(m.config, k) for k in IDS})
    moved = sum(bool((a.double() != b.double()).any()) for a, b in zip(m.parameters(), n.parameters()))
    if moved < len(list(m.parameters())) / 2:
        raise Mismatch("train: transformers read other weights than were trained")
    return n.double()


def check_case(args, table, case, rng, where):
    m = directory(make(case, rng), where / "model", rng)
    batch = gpt2.random_batch({"n_positions": 64, "vocab_size": 32}, rng, int(rng.integers(2, 11)))
    (where / "batch.json").write_text(json.dumps({**batch, **STEPS}))
    result, dump = run_driver(args.driver, where / "model", where / "batch.json", where / "a", 1)
    other, again = run_driver(args.driver, where / "model", where / "batch.json", where / "b", 2)
    if result != other or any(dump[k].tobytes() != again[k].tobytes() for k in dump):
        raise Mismatch("1 and 2 threads give different bytes")
    m = m.double().eval()
    layout = result["layout"]
    check_forward(table, case, m, batch, result, dump)
    check_sites(table, case, m, batch, dump)
    check_gradient(table, case, m, batch, layout, dump["grad"])
    n = check_train(args.bin, where, m, batch)
    result, dump2 = run_driver(args.driver, where / "trained", where / "batch.json", where / "c", 1)
    check_forward(table, case, n, batch, result, dump2)
    check_steps(table, case, m, batch, layout, dump["params"])


def trained_directory(args, table, name, lengths):
    """A trained model of others in the Hugging Face layout: scores, activations and gradients."""
    import transformers
    path = data() / name
    if not path.is_dir():
        print(f"{name}: skipped, not in PLUMBLINE_DATA")
        return None
    m = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).double().eval()
    rng = np.random.default_rng(0)
    batch = {"tokens": [rng.integers(0, m.config.vocab_size, k).tolist() for k in lengths]}
    batch["targets"] = [x[1:] + [-1] for x in batch["tokens"]]
    with tempfile.TemporaryDirectory() as d:
        d = pathlib.Path(d)
        (d / "batch.json").write_text(json.dumps({**batch, **STEPS, "steps": 1}))
        result, dump = run_driver(args.driver, path, d / "batch.json", d / "a", 2)
    check_forward(table, name, m, batch, result, dump)
    check_sites(table, name, m, batch, dump)
    check_gradient(table, name, m, batch, result["layout"], dump["grad"])
    return True


def data():
    return pathlib.Path(os.environ.get("PLUMBLINE_DATA", "../shared/data"))


def decode(entry):
    return np.frombuffer(base64.b64decode(entry["data"]), "<f4").reshape(entry["shape"])


def nano_sort(args, table):
    """gpt-nano-sort's published intermediate values: a GPT-2 whose head is its own."""
    path = data() / "gpt-nano-sort"
    if not path.is_dir():
        print("gpt-nano-sort: skipped, not in PLUMBLINE_DATA")
        return None
    model = json.loads((path / "gpt-nano-sort-model.json").read_text())
    part = json.loads((path / "gpt-nano-sort-t0-partials.json").read_text())
    c = model.pop("config")
    config = {"model_type": "gpt2", "n_layer": c["n_layer"], "n_head": c["n_head"], "n_embd": c["n_embd"],
              "vocab_size": c["vocab_size"], "n_positions": c["block_size"], "tie_word_embeddings": False}
    idx = decode(part["idx"]).astype(int).tolist()
    batch = {"tokens": idx, "targets": [x[1:] + [-1] for x in idx]}
    with tempfile.TemporaryDirectory() as d:
        d = pathlib.Path(d)
        # published as (out, in); the causal masks are among them
        weights = {k: decode(v) for k, v in model.items()}
        weights = {k: np.ascontiguousarray(x.T) if x.ndim == 2 and ".h." in k else x for k, x in weights.items()}
        gpt2.write_model(d / "model", config, weights)
        (d / "batch.json").write_text(json.dumps({**batch, **STEPS, "steps": 1}))
        _, dump = run_driver(args.driver, d / "model", d / "batch.json", d / "a", 2)
    t, w, n = len(idx[0]), c["n_embd"], 2 + c["n_layer"] * len(SITES)
    sites = dump["sites"].reshape(len(idx), n, t, w)
    want = {"x": 0, "ln1": 1, "yProj": 2, "ln2": 3, "mlp": 4, "block0": 5, "block1": 10, "block2": 15, "ln_f": 16}
    for name, i in want.items():
        table.add(f"{name}", "gpt-nano-sort", f"published {name}", sites[:, i], decode(part[name]), BOUND["site"])
    table.add("lm_head", "gpt-nano-sort", "published lm_head", dump["logits"], decode(part["lm_head"]), BOUND["logits"])
    return True


def attempt(what, check):
    """1 passed, 0 failed, and the like; nothing where it was skipped."""
    try:
        done = check()
    except Mismatch as e:
        print(f"FAILED: {what}: {e}")
        return 0, 1
    return (0, 0) if done is None else (1, 0)


def tiny_case(args, table, kind, i):
    with tempfile.TemporaryDirectory() as d:
        rng = np.random.default_rng([args.seed, KINDS.index(kind), i])
        check_case(args, table, kind, rng, pathlib.Path(d))
    return True


def cases(args, table):
    for kind in KINDS:
        for i in range(args.cases):
            yield f"{kind}, case {i}", functools.partial(tiny_case, args, table, kind, i)
    yield "new models", lambda: new_model(args)
    yield "tinystories-656k", lambda: trained_directory(args, table, "tinystories-656k", (1, 300, 40))
    yield "gpt2-capp", lambda: trained_directory(args, table, "gpt2-capp", (1, 200, 33))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--bin", type=pathlib.Path, required=True)
    a.add_argument("--driver", required=True)
    a.add_argument("--cases", type=int, default=6)
    a.add_argument("--seed", type=int, default=1)
    a = a.parse_args()
    torch.set_num_threads(1)
    table, counts = Table(), [0, 0]
    checks = [("gpt-nano-sort", lambda: nano_sort(a, table))]
    try:
        import transformers
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        checks = list(cases(a, table)) + checks
    except ImportError:
        print("architectures: skipped, the transformers package is not installed")
    for what, check in checks:
        counts = [x + y for x, y in zip(counts, attempt(what, check))]
    table.show()
    print(f"{counts[0]} passed, {counts[1]} failed")
    return 0 if counts[1] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
