#!/usr/bin/env python3
"""The maps of streams against schemas/*.schema.json, by the package jsonschema.

usage: check_schemas.py

Every map of every stream in schemas/good must be valid; each map, spoilt in every way that the schemas forbid (a key
missing, one too many, a value of another type), must not be. Ends with "N passed, N failed".
"""
import copy
import json
import pathlib
import sys

import jsonschema
import msgpack
import zstandard

ROOT = pathlib.Path(__file__).resolve().parents[2] / "schemas"
KINDS = {"format": "header", "record": "record", "resource": "resource", "end": "end"}
VALIDATORS = {}
for kind in KINDS.values():
    schema = json.loads((ROOT / f"{kind}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    VALIDATORS[kind] = jsonschema.Draft202012Validator(schema)


def maps(path):
    data = zstandard.ZstdDecompressor().stream_reader(open(path, "rb"), read_across_frames=True).read()
    unpacker = msgpack.Unpacker(max_buffer_size=0, strict_map_key=False)
    unpacker.feed(data)
    return [o for o in unpacker if isinstance(o, dict)]


def spoilt(value):
    """Copies of a map, each wrong in one place."""
    for key in value:
        if key != "recipe":
            less = copy.deepcopy(value)
            del less[key]
            yield less
        other = copy.deepcopy(value)
        other[key] = {"no": "such thing"}
        yield other
    yield {**value, "surplus": 1}


def main():
    passed = failed = 0
    seen = set()
    for path in sorted((ROOT / "good").glob("*.mpk.zst")):
        for value in maps(path):
            kind = next(KINDS[k] for k in KINDS if k in value)
            seen.add(kind)
            bad = [e.message for e in VALIDATORS[kind].iter_errors(value)]
            bad += ["valid, though spoilt: %r" % s for s in spoilt(value) if VALIDATORS[kind].is_valid(s)]
            for message in bad:
                print(f"{path.name}: {kind}: {message[:200]}", file=sys.stderr)
            passed, failed = (passed, failed + 1) if bad else (passed + 1, failed)
    if seen != set(KINDS.values()):
        print("no map of kind", set(KINDS.values()) - seen, file=sys.stderr)
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
