"""GPT-2 in plain PyTorch operations: the independent reference of check_model.py and make_fixtures.py.

Nothing here knows of the engine; parameters come as a dict under Hugging Face names, in float64.
"""
import json
import math
import struct

import numpy as np
import torch


def names(c):
    """Parameter names with their shapes, in the order of a forward pass."""
    w, inner = c["n_embd"], c["n_inner"]
    out = [("wte.weight", (c["vocab_size"], w)), ("wpe.weight", (c["n_positions"], w))]
    for i in range(c["n_layer"]):
        h = f"h.{i}."
        out += [(h + "ln_1.weight", (w,)), (h + "ln_1.bias", (w,)),
                (h + "attn.c_attn.weight", (w, 3 * w)), (h + "attn.c_attn.bias", (3 * w,)),
                (h + "attn.c_proj.weight", (w, w)), (h + "attn.c_proj.bias", (w,)),
                (h + "ln_2.weight", (w,)), (h + "ln_2.bias", (w,)),
                (h + "mlp.c_fc.weight", (w, inner)), (h + "mlp.c_fc.bias", (inner,)),
                (h + "mlp.c_proj.weight", (inner, w)), (h + "mlp.c_proj.bias", (w,))]
    return out + [("ln_f.weight", (w,)), ("ln_f.bias", (w,))]


def norm(x, w, b, eps):
    d = x - x.mean(-1, keepdim=True)
    return d / torch.sqrt((d * d).mean(-1, keepdim=True) + eps) * w + b


def act(x, kind):
    if kind == "gelu":
        return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def sites(c):
    """Names of the places that a forward pass visits, in order."""
    inner = ["attn_in", "attn_out", "mlp_in", "mlp_out", "out"]
    return ["embed"] + [f"h.{i}.{s}" for i in range(c["n_layer"]) for s in inner] + ["final_norm"]


def logits(p, c, tokens, visit=lambda name, h: h):
    """Scores (length x vocabulary) of one sequence, position by position what follows.

    visit(name, h) sees the activations (length x width) at every site; what it returns takes their place."""
    t, w, heads = len(tokens), c["n_embd"], c["n_head"]
    d, eps = w // heads, c["layer_norm_epsilon"]
    x = p["wte.weight"][torch.tensor(tokens, dtype=torch.long)] + p["wpe.weight"][:t]
    x = visit("embed", x)
    mask = torch.full((t, t), -math.inf, dtype=x.dtype).triu(1)
    for i in range(c["n_layer"]):
        h = f"h.{i}."
        n = visit(h + "attn_in", norm(x, p[h + "ln_1.weight"], p[h + "ln_1.bias"], eps))
        q, k, v = (n @ p[h + "attn.c_attn.weight"] + p[h + "attn.c_attn.bias"]).split(w, 1)
        o = []
        for j in range(heads):
            s = slice(j * d, (j + 1) * d)
            a = torch.softmax(q[:, s] @ k[:, s].T / math.sqrt(d) + mask, 1)
            o.append(a @ v[:, s])
        x = x + visit(h + "attn_out", torch.cat(o, 1) @ p[h + "attn.c_proj.weight"] + p[h + "attn.c_proj.bias"])
        n = visit(h + "mlp_in", norm(x, p[h + "ln_2.weight"], p[h + "ln_2.bias"], eps))
        f = act(n @ p[h + "mlp.c_fc.weight"] + p[h + "mlp.c_fc.bias"], c["activation_function"])
        x = x + visit(h + "mlp_out", f @ p[h + "mlp.c_proj.weight"] + p[h + "mlp.c_proj.bias"])
        x = visit(h + "out", x)
    return visit("final_norm", norm(x, p["ln_f.weight"], p["ln_f.bias"], eps)) @ p["wte.weight"].T


def losses(p, c, tokens, targets):
    """Cross entropy at the positions of one sequence that have a target."""
    keep = [i for i, y in enumerate(targets) if y >= 0]
    if not keep:
        return torch.zeros(0, dtype=torch.float64)
    lp = torch.log_softmax(logits(p, c, tokens), 1)
    return -torch.stack([lp[i, targets[i]] for i in keep])


def mean_loss(p, c, batch):
    """Over all targets of the batch."""
    return torch.cat([losses(p, c, x, y) for x, y in zip(batch["tokens"], batch["targets"])]).mean()


def random_config(rng):
    heads = int(rng.integers(1, 5))
    width = heads * int(rng.integers(1, 13))
    return {"model_type": "gpt2", "n_layer": int(rng.integers(1, 4)), "n_head": heads, "n_embd": width,
            "n_inner": int(rng.integers(1, 5 * width)), "n_positions": int(rng.choice([rng.integers(1, 30), rng.integers(30, 150)])),
            "vocab_size": int(rng.integers(2, 90)), "layer_norm_epsilon": float(rng.choice([1e-5, 1e-6, 1e-3])),
            "activation_function": str(rng.choice(["gelu_new", "gelu"])), "initializer_range": 0.02}


def random_params(c, rng, spread=0.4):
    """f32 values, so that both sides start from the same numbers."""
    out = {}
    for name, shape in names(c):
        x = rng.standard_normal(shape) * spread
        if name.endswith("weight") and "ln_" in name:
            x += 1
        elif len(shape) == 2 and "w" not in name.split(".")[0]:
            x /= math.sqrt(shape[0]) * spread
        out[name] = x.astype(np.float32)
    return out


def random_batch(c, rng, n_seq=None):
    n_seq = n_seq or int(rng.choice([1, 1, 2, 3, 8, 9, 17, 30]))
    most, v = c["n_positions"], c["vocab_size"]
    lengths = [int(rng.choice([1, most, rng.integers(1, most + 1)])) for _ in range(n_seq)]
    tokens = [rng.integers(0, v, n).tolist() for n in lengths]
    targets = [[int(y) if rng.random() < 0.7 else -1 for y in rng.integers(0, v, n)] for n in lengths]
    if max(max(y) for y in targets) < 0:
        targets[0][-1] = 0
    return {"tokens": tokens, "targets": targets}


def write_model(path, c, params):
    """config.json and model.safetensors, written by hand."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "config.json").write_text(json.dumps(c, indent=1) + "\n")
    header, data = {}, b""
    for name, x in params.items():
        raw = np.ascontiguousarray(x, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(x.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    (path / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def to_torch(params):
    return {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in params.items()}


def flat(tensors):
    return np.concatenate([np.asarray(x.detach() if hasattr(x, "detach") else x).ravel() for x in tensors])


def grads(p, c, batch):
    """Loss and gradient (one flat vector, in the order of names())."""
    loss = mean_loss(p, c, batch)
    g = torch.autograd.grad(loss, list(p.values()), allow_unused=True)
    return float(loss.detach()), [torch.zeros_like(x) if y is None else y for x, y in zip(p.values(), g)]
