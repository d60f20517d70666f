#!/usr/bin/env python3
"""tensor-import and tensor-export against numpy, safetensors and gguf for Python.

usage: check_formats.py [--bin build/bin]

What those packages write, tensor-import must read to the same values, seen through the independent reader
read_stream.py; what tensor-export writes, they must read back; what safetensors refuses, so must tensor-import.
Ends with "N passed, N failed".  Needs the packages numpy, safetensors, gguf, torch and zstandard.
"""
import argparse
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import traceback

import gguf
import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_torch, save_file as save_torch

import read_stream

NUMPY = {"f32": "<f4", "f64": "<f8", "f16": "<f2", "i32": "<i4", "i64": "<i8", "u8": "u1", "bf16": "<u2"}
KINDS = ["f4", "f8", "f2", "i4", "i8", "u1"]
SHAPES = [(), (1,), (7,), (0,), (3, 5), (0, 4), (4, 0), (2, 3, 4), (2, 1, 3, 1, 2)]

bin_dir = None


def tool(*argv, stdin=b"", status=0):
    """What a tool wrote; its status must be as given."""
    p = subprocess.run([str(bin_dir / argv[0]), *map(str, argv[1:])], input=stdin, capture_output=True)
    assert p.returncode == status, (argv, p.returncode, p.stderr.decode())
    return p.stdout


def records(stream):
    """[(labels, {name: array})] of a stream."""
    out = []

    def record(content, number, tensors, words, parts, terms):
        data, got = b"".join(d for _, d in parts), {}
        for name, dtype, shape, n in tensors:
            size = n * np.dtype(NUMPY[dtype]).itemsize
            got[name] = np.frombuffer(data[:size], NUMPY[dtype]).reshape(shape)
            data = data[size:]
        out.append((dict(words), got))
    read_stream.Stream(stream, record)
    return out


def same(a, b):
    """Equal dtypes, shapes and bytes."""
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape, (a.shape, b.shape)
    assert a.dtype.newbyteorder("<") == b.dtype.newbyteorder("<"), (a.dtype, b.dtype)
    assert a.astype(a.dtype.newbyteorder("<")).tobytes() == b.astype(b.dtype.newbyteorder("<")).tobytes()


def draw(rng, kind, shape):
    if kind[0] == "f":
        return np.asarray(rng.standard_normal(shape)).astype(kind)
    info = np.iinfo(kind)
    return np.asarray(rng.integers(info.min, info.max, shape, dtype=kind, endpoint=True))


def npy_is_read(dir, rng):
    for kind in KINDS:
        for shape in SHAPES:
            for order in "CF":
                for endian in "<>":
                    x = np.asarray(draw(rng, kind, shape), order=order).astype(np.dtype(kind).newbyteorder(endian))
                    np.save(dir / "x.npy", np.asarray(x, order=order))
                    (_, got), = records(tool("tensor-import", "--whole", dir / "x.npy"))
                    same(got["x"], x)


def npy_rows_are_records(dir, rng):
    for order in "CF":
        x = np.asarray(draw(rng, "f8", (5, 300)), order=order)
        np.save(dir / "x.npy", x)
        got = records(tool("tensor-import", dir / "x.npy"))
        assert len(got) == 5
        for i in range(5):
            same(got[i][1]["x"], x[i])


def npy_versions_are_read(dir, rng):
    x = draw(rng, "f4", (3, 4))
    for version in (1, 0), (2, 0), (3, 0):
        with open(dir / "x.npy", "wb") as f:
            np.lib.format.write_array(f, x, version=version)
        (_, got), = records(tool("tensor-import", "-w", dir / "x.npy"))
        same(got["x"], x)


def npz_is_read(dir, rng):
    x = {"%s-%d" % (kind, i): np.asarray(draw(rng, kind, shape), order="CF"[i % 2])
         for kind in KINDS for i, shape in enumerate(SHAPES)}
    for save in np.savez, np.savez_compressed:
        save(dir / "x.npz", **x)
        (_, got), = records(tool("tensor-import", dir / "x.npz"))
        assert list(got) == list(x)
        for name in x:
            same(got[name], x[name])


def big_npz_is_read(dir, rng):
    x = {"a": np.asfortranarray(draw(rng, "f4", (700, 900))), "b": draw(rng, "f2", (300, 999))}
    np.savez_compressed(dir / "x.npz", **x)
    (_, got), = records(tool("tensor-import", dir / "x.npz"))
    for name in x:
        same(got[name], x[name])


def arrays_go_around(dir, rng):
    """Rows of every dtype, from .npz to a stream, to .npz and .npy."""
    x = {"%s-%d" % (kind, i): draw(rng, kind, (4,) + shape)
         for kind in KINDS for i, shape in enumerate(SHAPES)}
    np.savez(dir / "x.npz", **x)
    stream = tool("tensor-import", "--rows", dir / "x.npz")
    assert len(records(stream)) == 4
    tool("tensor-export", "-O", dir / "y.npz", stdin=stream)
    with np.load(dir / "y.npz") as y:
        assert list(y) == list(x)
        for name in x:
            same(y[name], x[name])
    tool("tensor-export", "-O", dir / "y.npy", stdin=stream)
    same(np.load(dir / "y.npy"),
         np.concatenate([x[n].reshape(4, -1).astype("f4") for n in x], axis=1))


def safetensors_are_read(dir, rng):
    x = {"%s-%d" % (kind, i): np.ascontiguousarray(draw(rng, kind, shape)).reshape(shape)
         for kind in KINDS for i, shape in enumerate(SHAPES)}
    save_file(x, dir / "x.safetensors", metadata={"format": "pt"})
    (labels, got), = records(tool("tensor-import", dir / "x.safetensors"))
    assert sorted(got) == sorted(x)
    for name in x:
        same(got[name], x[name])


def safetensors_are_written(dir, rng):
    """Dtypes mixed so that an order other than by width would leave tensors unaligned."""
    x = {"%s-%d" % (kind, i): np.ascontiguousarray(draw(rng, kind, shape)).reshape(shape)
         for i, shape in enumerate(SHAPES) for kind in reversed(KINDS)}
    np.savez(dir / "x.npz", **x)
    stream = tool("tensor-import", dir / "x.npz")
    tool("tensor-export", "-O", dir / "y.safetensors", stdin=stream)
    y, t = load_file(dir / "y.safetensors"), load_torch(dir / "y.safetensors")
    for name in x:
        same(y[name], x[name])
        same(t[name].numpy(), x[name])
    (_, got), = records(tool("tensor-import", dir / "y.safetensors"))
    for name in x:
        same(got[name], x[name])


def bf16_is_kept(dir, rng):
    x = {"a": torch.randn(3, 4).to(torch.bfloat16), "b": torch.randn(5)}
    save_torch(x, dir / "x.safetensors")
    stream = tool("tensor-import", dir / "x.safetensors")
    tool("tensor-export", "-O", dir / "y.safetensors", stdin=stream)
    y = load_torch(dir / "y.safetensors")
    assert all(torch.equal(x[n], y[n]) and x[n].dtype == y[n].dtype for n in x)
    tool("tensor-export", "-O", dir / "y.npz", stdin=stream)
    with np.load(dir / "y.npz") as z:
        same(z["a"], x["a"].to(torch.float32).numpy())


def checkpoints_are_a_trajectory(dir, rng):
    x = {}
    for step in 1000, 200, 30:
        x[step] = {"lora_A.weight": draw(rng, "f4", (2, 3)), "lora_B.weight": draw(rng, "f4", (3, 2))}
        (dir / ("checkpoint-%d" % step)).mkdir()
        save_file(x[step], dir / ("checkpoint-%d" % step) / "adapter_model.safetensors")
    got = records(tool("tensor-import", dir))
    assert [labels["step"] for labels, _ in got] == [30, 200, 1000]
    for labels, tensors in got:
        for name in tensors:
            same(tensors[name], x[labels["step"]][name])


def shards_are_one_record(dir, rng):
    x = {"t%d" % i: draw(rng, "f4", (3, i)) for i in range(5)}
    where = {n: "model-%05d-of-00002.safetensors" % (1 + i % 2) for i, n in enumerate(x)}
    for f in set(where.values()):
        save_file({n: x[n] for n in x if where[n] == f}, dir / f)
    (dir / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": where}))
    (_, got), = records(tool("tensor-import", dir))
    assert sorted(got) == sorted(x)
    for name in x:
        same(got[name], x[name])


def gguf_is_read(dir, rng):
    for align in None, 64, 8:
        x = {n: draw(rng, "f4", (11,)) for n in (12, 1, 3)}
        w = gguf.GGUFWriter(dir / "x.gguf", "controlvector")
        w.add_string("controlvector.model_hint", "qwen2")
        w.add_uint32("controlvector.layer_count", len(x))
        w.add_array("some.list", [1.5, 2.5])
        w.add_array("some.words", ["a", "bc"])
        if align is not None:
            w.add_custom_alignment(align)
        for n in x:
            w.add_tensor("direction.%d" % n, x[n])
        w.write_header_to_file()
        w.write_kv_data_to_file()
        w.write_tensors_to_file()
        w.close()
        (_, got), = records(tool("tensor-import", dir / "x.gguf"))
        assert list(got) == ["direction.1", "direction.3", "direction.12"]
        for n in x:
            same(got["direction.%d" % n], x[n])


def gguf_is_written(dir, rng):
    x = draw(rng, "f4", (3, 11))
    np.save(dir / "x.npy", x)
    stream = tool("tensor-import", dir / "x.npy")
    tool("tensor-export", "--layers", "5,2,7", "--model-hint", "llama", "-O", dir / "y.gguf", stdin=stream)
    r = gguf.GGUFReader(dir / "y.gguf")
    field = {k: v.contents() for k, v in r.fields.items()}
    assert field["general.architecture"] == "controlvector"
    assert field["controlvector.model_hint"] == "llama"
    assert field["controlvector.layer_count"] == 3
    assert [t.name for t in r.tensors] == ["direction.5", "direction.2", "direction.7"]
    for i, t in enumerate(r.tensors):
        assert t.tensor_type == gguf.GGMLQuantizationType.F32
        same(np.array(t.data), x[i])


def refusals_agree(dir, rng):
    """Damage a good file in every byte of its header: where safetensors refuses, so must we."""
    save_file({"a": np.arange(4, dtype="f4"), "b": np.arange(3, dtype="u1")}, dir / "x.safetensors")
    good = (dir / "x.safetensors").read_bytes()
    length = 8 + struct.unpack("<Q", good[:8])[0]
    bad = [good[:n] for n in range(0, len(good), 5)] + [good + b"\0"]
    for i in range(length):
        c = int(rng.integers(1, 256))
        bad.append(good[:i] + bytes([good[i] ^ c]) + good[i + 1:])
    refused = 0
    for b in bad:
        (dir / "y.safetensors").write_bytes(b)
        try:
            load_file(dir / "y.safetensors")
        except (SafetensorError, AttributeError, KeyError, UnicodeDecodeError, ValueError):
            tool("tensor-import", dir / "y.safetensors", status=3)
            refused += 1
    assert refused > len(bad) / 2


CHECKS = [npy_is_read, npy_rows_are_records, npy_versions_are_read, npz_is_read, big_npz_is_read, arrays_go_around,
          safetensors_are_read, safetensors_are_written, bf16_is_kept, checkpoints_are_a_trajectory,
          shards_are_one_record, gguf_is_read, gguf_is_written, refusals_agree]


def main():
    global bin_dir
    p = argparse.ArgumentParser()
    p.add_argument("--bin", default="build/bin")
    bin_dir = pathlib.Path(p.parse_args().bin).resolve()
    failed = 0
    for check in CHECKS:
        with tempfile.TemporaryDirectory() as dir:
            try:
                check(pathlib.Path(dir), np.random.default_rng(1))
                print("ok", check.__name__)
            except Exception:
                failed += 1
                print("not ok", check.__name__)
                traceback.print_exc()
    print("%d passed, %d failed" % (len(CHECKS) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
