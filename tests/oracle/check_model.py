#!/usr/bin/env python3
"""The engine against PyTorch in float64, over random configurations.

usage: check_model.py --driver build/tests/oracle/dump_model [--cases N] [--seed S]

Tolerances.  The engine computes in f32, whose rounding unit is 6e-8; sums over up to some hundred terms and up to
three layers leave an error of a few units times the square root of the number of operations that an output passes,
about 1e-5 of the largest value of its kind.  Errors are therefore taken relative to the largest value of the tensor
(of the whole gradient for tensors whose gradient is zero in exact arithmetic, such as the keys' bias).
A norm of nearly equal values magnifies rounding by up to 1 / sqrt(eps), so at a site the reference is also computed in
f32, and an error may be a few times that one's.
The optimiser is checked twice: its arithmetic alone, fed with the engine's gradients, against torch.optim in f32
(equal up to a few roundings a step), and the whole run against torch.optim in float64 with eps at least 1e-5,
because below that Adam turns a rounding error in a gradient that should be zero into a whole step.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch

import gpt2

LOGITS = 2e-5       # of the largest logit
AS_SINGLE = 4       # at a site, or so many times the error of the reference itself in f32
LOSS = 2e-5         # of the largest loss, at least 1
GRAD = 1e-4         # of the largest value of the tensor's gradient
GRAD_ZERO = 2e-6    # of the largest value of the whole gradient: where a tensor's own is smaller
STEP = 4e-7         # of the largest parameter, for each step: six roundings
RUN = 1e-2          # of the largest displacement, after all steps
RUN_LOSS = 1e-4


class Mismatch(Exception):
    pass


def compare(what, have, want, tolerance, scale=None):
    have, want = np.asarray(have, np.float64), np.asarray(want, np.float64)
    if have.shape != want.shape:
        raise Mismatch(f"{what}: {have.shape} values, reference has {want.shape}")
    if have.size == 0:
        return
    scale = np.abs(want).max() if scale is None else scale
    worst = np.abs(have - want).max()
    if not worst <= tolerance * scale:
        i = int(np.argmax(np.abs(have - want)))
        raise Mismatch(f"{what}: value {i} is {have.flat[i]:.9g}, reference {want.flat[i]:.9g} "
                       f"(error {worst:.3g}, allowed {tolerance * scale:.3g})")


def run_driver(driver, model, batch, out, threads):
    out.mkdir()
    env = dict(os.environ, OMP_NUM_THREADS=str(threads))
    r = subprocess.run([driver, model, batch, out], env=env, capture_output=True, text=True)
    if r.returncode != 0:
        raise Mismatch(f"driver: status {r.returncode}: {r.stderr.strip()}")
    dumps = {f.stem: np.fromfile(f, "<f4") for f in out.glob("*.f32")}
    return json.loads((out / "result.json").read_text()), dumps


def optimizer(params, o):
    """torch.optim with o's settings; decay on matrices alone is a matter of groups."""
    params = list(params)
    if o["decay_matrices"]:
        groups = [{"params": [x for x in params if x.dim() >= 2]},
                  {"params": [x for x in params if x.dim() < 2], "weight_decay": 0.0}]
    else:
        groups = [{"params": params}]
    if o["optimizer"] == "gd":
        # decoupled decay is the same as decay in the gradient, for plain descent
        return torch.optim.SGD(groups, lr=o["lr"], weight_decay=o["weight_decay"])
    return torch.optim.AdamW(groups, lr=o["lr"], betas=(o["beta1"], o["beta2"]), eps=o["eps"],
                             weight_decay=o["weight_decay"])


def random_steps(rng):
    gd = bool(rng.random() < 0.25)
    return {"optimizer": "gd" if gd else "adamw", "steps": 10, "lr": 0.05 if gd else float(rng.choice([1e-3, 3e-4])),
            "beta1": float(rng.choice([0.9, 0.8])), "beta2": float(rng.choice([0.999, 0.95])),
            "eps": float(rng.choice([1e-8, 1e-5, 1e-4])), "weight_decay": float(rng.choice([0, 0.01, 0.3])),
            "decay_matrices": int(rng.integers(0, 2)), "clip": float(rng.choice([0, 0, 0.1, 1e3]))}


def check_forward(result, dump, p, c, batch):
    want_logits, want_loss, correct = [], [], []
    for x, y in zip(batch["tokens"], batch["targets"]):
        s = gpt2.logits(p, c, x).detach()
        want_logits.append(s.numpy().ravel())
        lp = torch.log_softmax(s, 1)
        want_loss += [float(-lp[i, t]) if t >= 0 else 0.0 for i, t in enumerate(y)]
        # a tie within rounding may fall either way: such positions are not counted
        top = s.topk(min(2, s.shape[1]), 1).values
        clear = (top[:, 0] - top[:, -1] > 1e-3).tolist()
        right = [int(s[i].argmax()) == t for i, t in enumerate(y) if t >= 0]
        correct.append(right if all(k for k, t in zip(clear, y) if t >= 0) else None)
    compare("logits", dump["logits"], np.concatenate(want_logits), LOGITS)
    compare("token losses", dump["token_loss"], want_loss, LOSS, max(1, max(want_loss)))
    if result["forward"] != result["eval"]:
        raise Mismatch("model_eval and model_forward differ")
    for i, (r, right) in enumerate(zip(result["forward"], correct)):
        n = sum(t >= 0 for t in batch["targets"][i])
        if (r["n_targets"], r["n_seq"]) != (n, int(n > 0)):
            raise Mismatch(f"sequence {i}: counts {r}, {n} targets")
        if right is not None and (r["n_correct"], r["n_exact"]) != (sum(right), int(n > 0 and all(right))):
            raise Mismatch(f"sequence {i}: counts {r}, reference {right}")
    total = sum(r["loss_sum"] for r in result["forward"])
    compare("loss", total, sum(want_loss), LOSS, max(1, sum(want_loss)))
    compare("loss of model_grad", result["grad"][0]["loss_sum"], total, LOSS)


def check_sites(dump, p, c, batch):
    """Activations at every site, and scores when all of them are changed."""
    names, at, changed = gpt2.sites(c), 0, []
    single = {name: x.float() for name, x in p.items()}
    for x in batch["tokens"]:
        seen, rounded = {}, {}
        gpt2.logits(p, c, x, lambda name, h: seen.setdefault(name, h))
        gpt2.logits(single, c, x, lambda name, h: rounded.setdefault(name, h))
        if list(seen) != names:
            raise Mismatch(f"sites {list(seen)}, expected {names}")
        for name in names:
            h = seen[name].detach().numpy().ravel()
            loss = np.abs(rounded[name].detach().numpy().ravel() - h).max()
            compare(f"site {name}", dump["sites"][at:at + h.size], h, LOGITS,
                    max(np.abs(h).max(), AS_SINGLE * loss / LOGITS))
            at += h.size
        y = gpt2.logits(p, c, x, lambda name, h: 0.9 * h + 0.01 * names.index(name))
        changed.append(y.detach().numpy().ravel())
    if at != dump["sites"].size:
        raise Mismatch(f"{dump['sites'].size} activations, {at} expected")
    compare("changed logits", dump["changed"], np.concatenate(changed), LOGITS)


def check_gradient(what, have, want, c):
    top, at = max(float(x.abs().max()) for x in want), 0
    for (name, shape), x in zip(gpt2.names(c), want):
        n = int(np.prod(shape))
        scale = max(float(x.abs().max()), top * GRAD_ZERO / GRAD)
        compare(f"{what} of {name}", have[at:at + n], x.numpy().ravel(), GRAD, scale)
        at += n


def check_each(dump, p, c, batch):
    if any(max(y) < 0 for y in batch["targets"]):
        if "each" in dump:
            raise Mismatch("a sequence without targets has a gradient")
        return
    rows = dump["each"].reshape(len(batch["tokens"]), -1)
    for i in range(0, len(rows), 5):
        one = {"tokens": [batch["tokens"][i]], "targets": [batch["targets"][i]]}
        check_gradient(f"sequence {i}: gradient", rows[i], gpt2.grads(p, c, one)[1], c)


def check_optimizer(dump, params, c, o):
    """The steps that the engine made from its own gradients."""
    x = [torch.tensor(v) for v in params.values()]
    opt = optimizer(x, o)
    n = sum(v.numel() for v in x)
    largest = 1.0
    for k in range(o["steps"]):
        g = torch.tensor(dump["grads"][k * n:(k + 1) * n])
        for v, part in zip(x, g.split([v.numel() for v in x])):
            v.grad = part.reshape(v.shape).clone()
        if o["clip"] > 0:
            torch.nn.utils.clip_grad_norm_(x, o["clip"])
        opt.step()
        largest = max(largest, max(float(v.abs().max()) for v in x))
        compare(f"parameters after step {k + 1}", dump["params"][k * n:(k + 1) * n], gpt2.flat(x),
                STEP * (k + 1), largest)


def check_run(result, dump, params, c, batch, o):
    """The same steps in float64 from the start."""
    if o["optimizer"] == "adamw" and o["eps"] < 1e-5:
        return
    p = gpt2.to_torch(params)
    opt = optimizer(p.values(), o)
    for k in range(o["steps"]):
        loss, g = gpt2.grads(p, c, batch)
        compare(f"loss of step {k + 1}", result["steps"][k]["loss"], loss, RUN_LOSS, max(1, loss))
        for x, y in zip(p.values(), g):
            x.grad = y
        norm = float(torch.sqrt(sum((y * y).sum() for y in g)))
        compare(f"norm of step {k + 1}", result["steps"][k]["norm"], norm, RUN, max(norm, 1e-3))
        if o["clip"] > 0:
            torch.nn.utils.clip_grad_norm_(p.values(), o["clip"])
        opt.step()
    start = gpt2.flat(params.values()).astype(np.float64)
    want = gpt2.flat(p.values()) - start
    have = dump["params"][-len(start):].astype(np.float64) - start
    compare("displacement", have, want, RUN, max(np.abs(want).max(), 1e-4))


def check_case(driver, rng, where, threads):
    c = gpt2.random_config(rng)
    params = gpt2.random_params(c, rng)
    batch = gpt2.random_batch(c, rng)
    o = random_steps(rng)
    gpt2.write_model(where / "model", c, params)
    (where / "batch.json").write_text(json.dumps({**batch, **o}))
    try:
        result, dump = run_driver(driver, where / "model", where / "batch.json", where / "a", 1)
        other, again = run_driver(driver, where / "model", where / "batch.json", where / "b", threads)
        if result != other or any(dump[k].tobytes() != again[k].tobytes() for k in dump):
            raise Mismatch(f"1 and {threads} threads give different bytes")
        p = gpt2.to_torch(params)
        check_forward(result, dump, p, c, batch)
        check_sites(dump, p, c, batch)
        check_gradient("gradient", dump["grad"], gpt2.grads(p, c, batch)[1], c)
        check_each(dump, p, c, batch)
        check_optimizer(dump, params, c, o)
        check_run(result, dump, params, c, batch, o)
    except Mismatch as m:
        print(f"FAILED: {m}\n  {json.dumps(c)}\n  lengths {[len(x) for x in batch['tokens']]}, {json.dumps(o)}")
        return False
    return True


def check_capp(driver, path):
    """A trained GPT-2 of others, with older files' prefix: logits, losses and gradients."""
    raw = (path / "model.safetensors").read_bytes()
    n = int.from_bytes(raw[:8], "little")
    header, data = json.loads(raw[8:8 + n]), raw[8 + n:]
    c = json.loads((path / "config.json").read_text())
    c["n_inner"] = c["n_inner"] or 4 * c["n_embd"]
    params = {}
    for name, shape in gpt2.names(c):
        begin, end = header["transformer." + name]["data_offsets"]
        params[name] = np.frombuffer(data[begin:end], "<f4").reshape(shape).copy()
    rng = np.random.default_rng(0)
    batch = {"tokens": [rng.integers(0, c["vocab_size"], k).tolist() for k in (1, 200, 33)]}
    batch["targets"] = [x[1:] + [-1] for x in batch["tokens"]]
    o = {**random_steps(rng), "optimizer": "gd", "steps": 2, "lr": 1e-3, "clip": 0.0}
    with tempfile.TemporaryDirectory() as d:
        d = pathlib.Path(d)
        (d / "batch.json").write_text(json.dumps({**batch, **o}))
        result, dump = run_driver(driver, path, d / "batch.json", d / "a", 2)
    p = gpt2.to_torch(params)
    check_forward(result, dump, p, c, batch)
    check_sites(dump, p, c, batch)
    check_gradient("gradient", dump["grad"], gpt2.grads(p, c, batch)[1], c)


def check_trained(driver):
    path = pathlib.Path(os.environ.get("PLUMBLINE_DATA", "../shared/data")) / "gpt2-capp"
    if not path.is_dir():
        print("gpt2-capp: skipped, not in PLUMBLINE_DATA")
        return 0, 0
    try:
        check_capp(driver, path)
    except Mismatch as m:
        print(f"FAILED: gpt2-capp: {m}")
        return 0, 1
    return 1, 0


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--driver", required=True)
    a.add_argument("--cases", type=int, default=20)
    a.add_argument("--seed", type=int, default=1)
    a = a.parse_args()
    torch.set_num_threads(1)
    passed, failed = check_trained(a.driver)
    for i in range(a.cases):
        with tempfile.TemporaryDirectory() as d:
            rng = np.random.default_rng([a.seed, i])
            right = check_case(a.driver, rng, pathlib.Path(d), 2 + i % 3)
        passed, failed = passed + right, failed + (not right)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
