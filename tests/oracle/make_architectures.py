#!/usr/bin/env python3
"""Writes tests/fixtures/model-llama and so on: small models of Hugging Face transformers with what these compute.

usage: make_architectures.py tests/fixtures

expected.json is that of make_fixtures.py, computed in float64 by transformers.  Between them the directories have
every way in which such files differ: one file or shards, F32, F16 or BF16, names with and without "model.", a tied
head under either name, buffers of older files, keys of older and newer releases.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import transformers as t

import check_model
import gpt2
from make_fixtures import ADAMW, short, some

SIZES = {"vocab_size": 7, "hidden_size": 8, "intermediate_size": 11, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "max_position_embeddings": 24, "pad_token_id": None, "bos_token_id": None,
         "eos_token_id": None}
ROPE = {"rope_type": "default", "rope_theta": 100.0}
LLAMA3 = {"rope_type": "llama3", "rope_theta": 100.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64}
LINEAR = {"rope_type": "linear", "rope_theta": 100.0, "factor": 2.5}
LENGTHS = [1, 24, 9, 14]


def configs():
    yield t.LlamaConfig(**SIZES, attention_bias=True, mlp_bias=True, head_dim=6, rope_parameters=LLAMA3)
    yield t.MistralConfig(**SIZES, sliding_window=24, tie_word_embeddings=True, rope_parameters=ROPE)
    yield t.Qwen2Config(**SIZES, tie_word_embeddings=True, rope_parameters=ROPE)
    yield t.Qwen3Config(**SIZES, head_dim=4, rope_parameters=LINEAR)
    yield t.OlmoConfig(**SIZES, clip_qkv=0.8, rope_parameters=ROPE)
    yield t.Olmo2Config(**SIZES, rope_parameters=ROPE)


def make(c):
    torch.manual_seed(1)
    m = t.AutoModelForCausalLM.from_config(c)
    with torch.no_grad():
        for name, x in m.named_parameters():
            x.normal_(0, 0.4 if x.dim() == 1 else 1.2 / x.shape[-1] ** 0.5)
            if "norm" in name and name.endswith("weight"):
                x.add_(1)
    return m


def old_keys(where):
    """config.json as releases of transformers before 5 wrote it."""
    c = json.loads((where / "config.json").read_text())
    rope = c.pop("rope_parameters")
    c["rope_theta"] = rope.pop("rope_theta")
    c["rope_scaling"] = None
    c["torch_dtype"] = c.pop("dtype")
    (where / "config.json").write_text(json.dumps(c, indent=2) + "\n")


def write(m, where):
    kind = m.config.model_type
    dtype = {"mistral": torch.bfloat16, "qwen2": torch.float16}.get(kind, torch.float32)
    m.to(dtype).save_pretrained(where, max_shard_size="2KB" if kind == "mistral" else "5GB")
    (where / "generation_config.json").unlink()
    if kind in ("mistral", "olmo"):
        old_keys(where)
    if kind == "qwen2":
        from safetensors.torch import save_file
        p = {k.removeprefix("model."): x for k, x in m.state_dict().items()}
        del p["embed_tokens.weight"]
        save_file(p, where / "model.safetensors", metadata={"format": "pt"})
    if kind == "olmo":
        p = {k: x.detach().numpy() for k, x in m.named_parameters()}
        for i in range(m.config.num_hidden_layers):
            p[f"model.layers.{i}.self_attn.rotary_emb.inv_freq"] = np.ones(1, np.float32)
        gpt2.write_model(where, json.loads((where / "config.json").read_text()), p)
    # the same values, and nothing else of them in 16 bits
    n = make(m.config)
    n.load_state_dict({k: x.float() for k, x in m.state_dict().items()})
    return n.double().eval()


def scores(m, x):
    return m(torch.tensor([x]), use_cache=False).logits[0]


def loss(m, batch):
    parts = []
    for x, y in zip(batch["tokens"], batch["targets"]):
        lp = torch.log_softmax(scores(m, x), 1)
        parts += [-lp[i, k] for i, k in enumerate(y) if k >= 0]
    return torch.stack(parts).mean()


def run(m, batch, o):
    p = dict(m.named_parameters())
    start = gpt2.flat(p.values()).copy()
    opt = check_model.optimizer(p.values(), o)
    losses = []
    for _ in range(o["steps"]):
        opt.zero_grad()
        x = loss(m, batch)
        x.backward()
        losses.append(float(x.detach()))
        torch.nn.utils.clip_grad_norm_(p.values(), o["clip"])
        opt.step()
    d = gpt2.flat(p.values()) - start
    # the order of values is the engine's own, so none are named here
    return {**o, "losses": short(losses), "displacement_norm": float(np.linalg.norm(d)), "displacement": []}


def expected(m, batch):
    logits, losses, seqs = [], [], []
    with torch.no_grad():
        for x, y in zip(batch["tokens"], batch["targets"]):
            s = scores(m, x)
            lp = torch.log_softmax(s, 1)
            logits += short(s)
            losses += [float(-lp[i, k]) if k >= 0 else 0.0 for i, k in enumerate(y)]
            right = [int(s[i].argmax()) == k for i, k in enumerate(y) if k >= 0]
            seqs.append([len(right), sum(right), int(bool(right) and all(right))])
    p = dict(m.named_parameters())
    g = torch.autograd.grad(loss(m, batch), list(p.values()))
    return {**batch, "logits": logits, "token_loss": short(losses), "sequences": seqs,
            "mean_loss": float(loss(m, batch).detach()),
            "grad": {n: {"norm": float(x.norm()), "values": some(x)} for n, x in zip(p, g)},
            "runs": [run(m, batch, ADAMW)]}


def main():
    root = pathlib.Path(sys.argv[1])
    t.utils.logging.set_verbosity_error()
    t.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    for k, c in enumerate(configs()):
        rng = np.random.default_rng(k)
        where = root / f"model-{c.model_type}"
        m = write(make(c), where)
        tokens = [rng.integers(0, 7, n).tolist() for n in LENGTHS]
        targets = [[int(y) if rng.random() < 0.8 else -1 for y in rng.integers(0, 7, n)] for n in LENGTHS]
        text = json.dumps(expected(m, {"tokens": tokens, "targets": targets}))
        (where / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
