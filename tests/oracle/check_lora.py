#!/usr/bin/env python3
"""Adapters against PEFT: tiny random models, adapters written by either side and read by the other.

usage: check_lora.py --bin build/bin [--cases N] [--seed S]

For each case PEFT wraps a model of transformers and writes its adapter; grad-dump and evaluate read it, and losses,
the gradients of the factors and those of the products must be those of autograd in float64.  train goes on from it
for five AdamW steps on the examples of a task, which PyTorch takes, too, and PEFT loads what it wrote.  A new adapter
of train must be one that PEFT loads: the same targets, and at B = 0 the base's own scores.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import torch

import draws
from check_architectures import KINDS, Mismatch, Table, attempt, directory, make

# f32 rounding on either side
BOUND = {"loss": 1e-5, "gradient": 1e-4, "step": 1e-2, "logits": 3e-5}
LENGTH, BATCH, STEPS = 3, 4, 5
TASK = ["-t", "copy", "--length", LENGTH, "-b", BATCH]
TARGETS = {"gpt2": [["c_attn"], ["attn.c_proj", "c_fc"], "all-linear", r".*\.0\.(attn\.c_attn|mlp\.c_proj)"],
           "others": [["q_proj", "v_proj"], ["self_attn.o_proj", "down_proj"], "all-linear",
                      r"model\.layers\.\d+\.(self_attn\.k_proj|mlp\.(gate|up)_proj)"]}


def run(*cmd):
    r = subprocess.run([str(c) for c in cmd], capture_output=True)
    if r.returncode != 0:
        raise Mismatch(f"{pathlib.Path(cmd[0]).name}: status {r.returncode}: {r.stderr.decode().strip()}")
    return r.stdout


def record(data, where):
    """The tensors of a stream's one record."""
    from safetensors.torch import load_file
    (where / "x.mpk.zst").write_bytes(data)
    run(BIN / "tensor-export", "-O", where / "x.safetensors", where / "x.mpk.zst")
    return load_file(where / "x.safetensors")


def copies(first, n, seed=0):
    """Examples of the task copy as tokens and targets, train(1)."""
    batch = []
    for index in range(first, first + n):
        w, at = [], 0
        while True:
            while len(w) < at + LENGTH:
                w += draws.words(seed, "task.train.copy", index, len(w) // 4)
            x = [10 * v >> 32 for v in w[at:at + LENGTH]]
            at += LENGTH
            if draws.xxh64(bytes(x)) % 8 > 1:
                break
        batch.append(([11] + x + [10] + x[:-1], [-1] * (LENGTH + 1) + x))
    return batch


def random_adapter(m, kind, rng):
    import peft
    targets = TARGETS["gpt2" if kind == "gpt2" else "others"]
    c = peft.LoraConfig(r=int(rng.integers(1, 6)), lora_alpha=int(rng.integers(1, 20)),
                        target_modules=targets[int(rng.integers(0, len(targets)))], task_type="CAUSAL_LM",
                        use_rslora=bool(rng.integers(0, 2)), fan_in_fan_out=kind == "gpt2", lora_dropout=0.1)
    p = peft.get_peft_model(m, c)
    with torch.no_grad():
        for name, x in p.named_parameters():
            if "lora_" in name:
                x.normal_(0, 0.3)
    return p


def respell(path, rng):
    """The other spellings of the names, and the other formats, that are about."""
    from safetensors.torch import load_file, save_file
    x = load_file(path)
    how, dtype = int(rng.integers(0, 4)), [torch.float32, torch.float16, torch.bfloat16][int(rng.integers(0, 3))]
    if how & 1:
        x = {k.replace(".lora_A.weight", ".lora_A.default.weight").replace(
            ".lora_B.weight", ".lora_B.default.weight"): v for k, v in x.items()}
    if how & 2:
        x = {k.removeprefix("base_model.model."): v for k, v in x.items()}
    save_file({k: v.to(dtype).contiguous() for k, v in x.items()}, path)
    return {k.removeprefix("base_model.model.").replace(".default.", "."): v.to(dtype).float() for k, v in x.items()}


def short(name):
    return name.removeprefix("base_model.model.").replace(".default.", ".")


def factors(p):
    return {short(n): x for n, x in p.named_parameters() if "lora_" in n}


def mean_loss(p, batch):
    parts = []
    for tokens, targets in batch:
        lp = torch.log_softmax(p(torch.tensor([tokens]), use_cache=False).logits[0], 1)
        parts += [-lp[i, t] for i, t in enumerate(targets) if t >= 0]
    return torch.stack(parts).mean()


def load(base, adapter):
    """A model of transformers with an adapter, in float64, whose factors are trained."""
    import peft
    import transformers
    m = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        p = peft.PeftModel.from_pretrained(m, adapter, is_trainable=True)
    wrong = [str(w.message) for w in said if "adapter keys" in str(w.message)]
    if wrong:
        raise Mismatch(f"PEFT: {wrong[0]}")
    return p.double().eval()


def check_gradients(table, case, p, where):
    batch = copies(0, BATCH)
    f = factors(p)
    loss = mean_loss(p, batch)
    g = dict(zip(f, torch.autograd.grad(loss, list(f.values()))))
    have = record(run(BIN / "grad-dump", "-m", where / "base", "--adapter", where / "a", *TASK, "-n", 1), where)
    if sorted(have) != sorted(g):
        raise Mismatch(f"factors {sorted(have)}, PEFT has {sorted(g)}")
    top = max(float(x.abs().max()) for x in g.values())
    for name, want in g.items():
        table.add(f"gradient of {name}", case, "gradient", have[name], want, BOUND["gradient"], 0.02 * top)
    out = run(BIN / "grad-dump", "-m", where / "base", "--adapter", where / "a", *TASK, "-n", 1)
    (where / "g.mpk.zst").write_bytes(out)
    rows = run(BIN / "tensor-ls", where / "g.mpk.zst").decode().splitlines()
    have = float(dict(zip(rows[0].split("\t"), rows[1].split("\t")))["loss"])
    table.add("loss", case, "loss", [have], [float(loss.detach())], BOUND["loss"])


def check_products(table, case, p, where):
    """The gradient of scale B A is that of the merged weight."""
    batch = copies(0, BATCH)
    merged = p.merge_and_unload()
    for x in merged.parameters():
        x.requires_grad_(True)
    w = {n.removeprefix("transformer."): x for n, x in merged.named_parameters()}
    have = record(run(BIN / "grad-dump", "-m", where / "base", "--adapter", where / "a", *TASK, "-n", 1,
                      "--coordinates", "product"), where)
    g = torch.autograd.grad(mean_loss(merged, batch), [w[n] for n in have])
    top = max(float(x.abs().max()) for x in g)
    for (name, x), want in zip(have.items(), g):
        table.add(f"gradient of {name}", case, "gradient of products", x, want, BOUND["gradient"], 0.02 * top)


def check_steps(table, case, where):
    p = load(where / "base", where / "a")
    f = factors(p)
    start = {n: x.detach().clone() for n, x in f.items()}
    run(BIN / "train", "-q", "-m", where / "base", "--adapter", where / "a", "-O", where / "b", *TASK, "-n", STEPS,
        "--lr", 1e-3, "--eps", 1e-5, "--check-every", 0)
    opt = torch.optim.AdamW(list(f.values()), lr=1e-3, eps=1e-5, weight_decay=0.01)
    for i in range(STEPS):
        opt.zero_grad()
        mean_loss(p, copies(i * BATCH, BATCH)).backward()
        opt.step()
    q = factors(load(where / "base", where / "b"))
    for n, x in f.items():
        table.add(f"{n} after {STEPS} steps", case, "5 AdamW steps", (q[n] - start[n]).detach(),
                  (x - start[n]).detach(), BOUND["step"], 1e-4)


def check_new(table, case, kind, rng, where):
    """What train begins: PEFT finds its targets, and B = 0 changes nothing."""
    targets = ["all-linear", "c_attn,mlp.c_proj" if kind == "gpt2" else "q_proj,down_proj"][int(rng.integers(0, 2))]
    more = ["--lora-rslora"] if rng.integers(0, 2) else []
    run(BIN / "train", "-q", "-m", where / "base", "-O", where / "c", *TASK, "-n", 0, "--lora-rank", 3,
        "--lora-alpha", 7, "--lora-targets", targets, *more)
    p = load(where / "base", where / "c")
    x = torch.tensor([copies(0, 1)[0][0]])
    with torch.no_grad(), p.disable_adapter():
        want = p(x).logits
    with torch.no_grad():
        table.add("logits at B = 0", case, "logits at B = 0", p(x).logits, want, 1e-12)
    for n, a in factors(p).items():
        if "lora_B" in n and float(a.detach().abs().max()) != 0:
            raise Mismatch(f"{n} is not 0")
        if "lora_A" in n and not 0.8 < float(a.detach().abs().max()) * a.shape[1] ** 0.5 <= 1 + 1e-6 and a.numel() > 20:
            raise Mismatch(f"{n} is not uniform within 1 / sqrt(in)")


def check_case(table, kind, rng, where):
    m = directory(make(kind, rng), where / "base", rng)
    p = random_adapter(m, kind, rng)
    p.save_pretrained(where / "a")
    values = respell(where / "a" / "adapter_model.safetensors", rng)
    with torch.no_grad():
        for n, x in factors(p).items():
            x.copy_(values[n])
    p = p.double().eval()
    check_gradients(table, kind, p, where)
    check_steps_from(table, kind, where, values)
    check_new(table, kind, kind, rng, where)
    check_products(table, kind, p, where)


def check_steps_from(table, kind, where, values):
    """PEFT reads its own spelling; what train goes on from may have another."""
    from safetensors.torch import save_file
    save_file({"base_model.model." + k: v for k, v in values.items()}, where / "a" / "adapter_model.safetensors")
    check_steps(table, kind, where)


def tiny_case(table, seed, kind, i):
    with tempfile.TemporaryDirectory() as d:
        check_case(table, kind, np.random.default_rng([seed, KINDS.index(kind), i]), pathlib.Path(d))
    return True


def main():
    global BIN
    a = argparse.ArgumentParser()
    a.add_argument("--bin", type=pathlib.Path, required=True)
    a.add_argument("--cases", type=int, default=4)
    a.add_argument("--seed", type=int, default=1)
    a = a.parse_args()
    BIN = a.bin
    torch.set_num_threads(1)
    try:
        import peft  # noqa: F401
        import transformers
    except ImportError:
        print("adapters: skipped, the packages peft and transformers are not installed\n0 passed, 0 failed")
        return 0
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    warnings.filterwarnings("ignore")
    table, counts = Table(), [0, 0]
    for kind in KINDS:
        for i in range(a.cases):
            counts = [x + y for x, y in zip(counts, attempt(f"{kind}, case {i}",
                                                            lambda: tiny_case(table, a.seed, kind, i)))]
    table.show()
    print(f"{counts[0]} passed, {counts[1]} failed")
    return 0 if counts[1] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
