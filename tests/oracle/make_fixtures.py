#!/usr/bin/env python3
"""Writes tests/fixtures/model-*: small models with what PyTorch computes from them in float64.

usage: make_fixtures.py tests/fixtures

expected.json holds the batch, logits, losses by token, counts, the norm of every gradient tensor with a few of its
values, and for GD and AdamW the losses of 10 steps, the norm of the displacement and a few of its values.
"""
import json
import pathlib
import sys

import numpy as np
import torch

import check_model
import gpt2

CASES = {
    "model-small": {"n_layer": 2, "n_head": 2, "n_embd": 12, "n_inner": 48, "n_positions": 16, "vocab_size": 11,
                    "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5},
    "model-odd": {"n_layer": 1, "n_head": 3, "n_embd": 15, "n_inner": 7, "n_positions": 70, "vocab_size": 5,
                  "activation_function": "gelu", "layer_norm_epsilon": 1e-3},
}
LENGTHS = {"model-small": [1, 16, 7, 12, 3, 16, 9, 9, 14, 2, 5], "model-odd": [70, 1, 66]}
ADAMW = {"optimizer": "adamw", "steps": 10, "lr": 1e-3, "beta1": 0.9, "beta2": 0.99, "eps": 1e-5,
         "weight_decay": 0.1, "decay_matrices": 0, "clip": 0.5}
GD = {**ADAMW, "optimizer": "gd", "lr": 0.05, "weight_decay": 0.0, "clip": 0.0}


def short(x):
    return [float(f"{v:.9g}") for v in np.asarray(x).ravel()]


def some(x):
    """Six values of a vector: [index, value]."""
    x = np.asarray(x).ravel()
    at = sorted({int(i) for i in np.linspace(0, len(x) - 1, 6)})
    return [[i, float(f"{x[i]:.9g}")] for i in at]


def steps(params, c, batch, o):
    p = gpt2.to_torch(params)
    opt = check_model.optimizer(p.values(), o)
    losses, norms = [], []
    for _ in range(o["steps"]):
        loss, g = gpt2.grads(p, c, batch)
        for x, y in zip(p.values(), g):
            x.grad = y
        losses.append(loss)
        norms.append(float(torch.sqrt(sum((y * y).sum() for y in g))))
        if o["clip"] > 0:
            torch.nn.utils.clip_grad_norm_(p.values(), o["clip"])
        opt.step()
    d = gpt2.flat(p.values()) - gpt2.flat(params.values()).astype(np.float64)
    return {**o, "losses": short(losses), "norms": short(norms), "displacement_norm": float(np.linalg.norm(d)),
            "displacement": some(d)}


def expected(params, c, batch):
    p = gpt2.to_torch(params)
    logits, losses, seqs = [], [], []
    for x, y in zip(batch["tokens"], batch["targets"]):
        s = gpt2.logits(p, c, x).detach()
        lp = torch.log_softmax(s, 1)
        logits += short(s)
        losses += [float(-lp[i, t]) if t >= 0 else 0.0 for i, t in enumerate(y)]
        right = [int(s[i].argmax()) == t for i, t in enumerate(y) if t >= 0]
        seqs.append([len(right), sum(right), int(bool(right) and all(right))])
    loss, g = gpt2.grads(p, c, batch)
    grad = {name: {"norm": float(x.norm()), "values": some(x)} for (name, _), x in zip(gpt2.names(c), g)}
    return {**batch, "logits": logits, "token_loss": short(losses), "sequences": seqs, "mean_loss": loss,
            "grad": grad, "runs": [steps(params, c, batch, ADAMW), steps(params, c, batch, GD)]}


def old_fashioned(params, c):
    """The same weights as older files hold them: with prefix, mask buffers and a copy of the head."""
    out = {"transformer." + k: v for k, v in params.items()}
    n = c["n_positions"]
    for i in range(c["n_layer"]):
        out[f"transformer.h.{i}.attn.bias"] = np.tril(np.ones((1, 1, n, n), np.float32))
        out[f"transformer.h.{i}.attn.masked_bias"] = np.array(-1e4, np.float32)
    out["lm_head.weight"] = params["wte.weight"]
    return out


def main():
    root = pathlib.Path(sys.argv[1])
    for k, (name, c) in enumerate(CASES.items()):
        rng = np.random.default_rng(k)
        c = {"model_type": "gpt2", "initializer_range": 0.02, **c}
        params = gpt2.random_params(c, rng)
        tokens = [rng.integers(0, c["vocab_size"], n).tolist() for n in LENGTHS[name]]
        targets = [[int(y) if rng.random() < 0.8 else -1 for y in rng.integers(0, c["vocab_size"], n)]
                   for n in LENGTHS[name]]
        targets[2] = [-1] * len(targets[2]) if name == "model-small" else targets[2]
        gpt2.write_model(root / name, c, old_fashioned(params, c) if name == "model-odd" else params)
        text = json.dumps(expected(params, c, {"tokens": tokens, "targets": targets}))
        (root / name / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
