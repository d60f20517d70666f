#!/usr/bin/env python3
"""A second reader of tensor streams, written from plumbline-stream(5) alone.

usage: read_stream.py [--json | --values] FILE ...

Without options it prints what tensor-check prints: file, records, values and
digest.  --json prints a line a record, as tensor-ls --json does; --values
the values, one a line, as f32, those of recipes drawn.  One message for each
file that the page wants refused, and then exit status 3.  Files are read
whole: this is a check, not a tool.
"""
import json
import math
import shutil
import struct
import subprocess
import sys

import zstandard

import draws

FRAME_MAX = 1 << 24
CHUNK = 1 << 18
ELEMENTS = 1 << 18
DEPTH = 8
VALUES = 1 << 59
WHOLE = 1 << 62
SHARDS = 1 << 20

CONTENT = """parameters updates displacements gradients sketches basis projections
residuals coefficients perturbations activations steering vectors""".split()
LABELS = {}
for kind, names in (
        (int, """index step seed batch example delta basis component rank
         vectors centred position pair sign draw"""),
        (float, "loss singular_value total sigma norm"),
        (str, """task split control group method site label side name
         contrast at""")):
    for word in names.split():
        LABELS[word] = kind
# size of a value, and how struct unpacks it; bf16 is unpacked by hand
DTYPES = {"f32": (4, "f"), "f64": (8, "d"), "f16": (2, "e"),
          "bf16": (2, None), "i32": (4, "i"), "i64": (8, "q"), "u8": (1, "B")}


class Refused(Exception):
    pass


def need(true, message):
    if not true:
        raise Refused(message)


class Map(list):
    """The pairs of a msgpack map, in order, so that repeated keys show."""


class Single(float):
    """A msgpack float 32, which no stream may hold."""


class Decoder:
    """One frame's content as msgpack objects."""

    def __init__(self, data):
        self.data, self.at, self.elements = data, 0, 0

    def take(self, n):
        need(n <= len(self.data) - self.at,
             "an object is cut by the end of its frame")
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n, signed=False):
        return int.from_bytes(self.take(n), "big", signed=signed)

    def text(self, n):
        try:
            s = self.take(n).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("text that is not UTF-8")
        need("\0" not in s, "text with a NUL")
        return s

    def array(self, n, depth):
        self.count(n, depth)
        return [self.object(depth + 1) for _ in range(n)]

    def map(self, n, depth):
        self.count(2 * n, depth)
        return Map((self.object(depth + 1), self.object(depth + 1))
                   for _ in range(n))

    def count(self, n, depth):
        self.elements += n
        need(n <= len(self.data) - self.at and self.elements <= ELEMENTS,
             "an object announces too much")
        need(depth < DEPTH, "an object is nested too deep")

    def object(self, depth=0):
        if depth == 0:
            self.elements = 0
        c = self.number(1)
        if c <= 0x7f:
            return c
        if c >= 0xe0:
            return c - 256
        if c <= 0x8f:
            return self.map(c & 15, depth)
        if c <= 0x9f:
            return self.array(c & 15, depth)
        if c <= 0xbf:
            return self.text(c & 31)
        if c == 0xc0:
            return None
        if c in (0xc2, 0xc3):
            return c == 0xc3
        if c in (0xc4, 0xc5, 0xc6):
            need(depth == 0, "binary data inside a map")
            return bytes(self.take(self.number(1 << (c - 0xc4))))
        if c == 0xca:
            return Single(struct.unpack(">f", self.take(4))[0])
        if c == 0xcb:
            return struct.unpack(">d", self.take(8))[0]
        if 0xcc <= c <= 0xcf:
            return self.number(1 << (c - 0xcc))
        if 0xd0 <= c <= 0xd3:
            return self.number(1 << (c - 0xd0), signed=True)
        if 0xd9 <= c <= 0xdb:
            return self.text(self.number(1 << (c - 0xd9)))
        if c in (0xdc, 0xdd):
            return self.array(self.number(2 << (c - 0xdc)), depth)
        if c in (0xde, 0xdf):
            return self.map(self.number(2 << (c - 0xde)), depth)
        raise Refused("msgpack type 0x%02x has no place in a stream" % c)


def frames(data):
    """The content of each frame, its checksum verified."""
    at = 0
    while at < len(data):
        magic = data[at:at + 4]
        if len(magic) == 4 and 0x50 <= magic[0] <= 0x5f and \
                magic[1:] == b"\x2a\x4d\x18":
            size = int.from_bytes(data[at + 4:at + 8], "little")
            need(len(data) - at >= 8 + size, "truncated: a skippable frame")
            at += 8 + size
            continue
        need(magic == b"\x28\xb5\x2f\xfd"[:len(magic)], "not a zstd frame")
        need(len(data) - at > 5, "truncated")
        need(data[at + 4] & 4, "a frame without a checksum")
        d = zstandard.ZstdDecompressor(max_window_size=1 << 25).decompressobj()
        content = bytearray()
        while not d.eof:
            need(at < len(data), "truncated: a frame")
            piece = data[at:at + 4096]
            try:
                content += d.decompress(piece)
            except zstandard.ZstdError as e:
                raise Refused("a damaged frame: %s" % e)
            at += len(piece) - len(d.unused_data)
            need(len(content) <= FRAME_MAX, "a frame that is too large")
        if content:
            yield bytes(content)


def keys(m, names, what, maybe=()):
    """The values of a map that has exactly these keys, or some of maybe."""
    need(isinstance(m, Map), what + ": not a map")
    found = {}
    for k, v in m:
        need(isinstance(k, str), what + ": a key is not text")
        need(k in names or k in maybe, "%s: unknown key %r" % (what, k))
        need(k not in found, "%s: key %r twice" % (what, k))
        found[k] = v
    for k in names:
        need(k in found, "%s: no key %r" % (what, k))
    return [found[k] for k in names] + [found.get(k) for k in maybe]


def whole(v, what, most=WHOLE):
    need(type(v) is int and 0 <= v <= most, what + ": not a whole number")
    return v


def text(v, what):
    need(isinstance(v, str), what + ": not text")
    return v


def array(v, what):
    need(isinstance(v, list) and not isinstance(v, Map),
         what + ": not an array")
    return v


def digest_text(v):
    text(v, "digest")
    need(len(v) == 32 and set(v) <= set("0123456789abcdef"),
         "digest: not 32 hexadecimal digits")
    return v


def layout(v):
    tensors, seen, total = [], set(), 0
    for t in array(v, "layout"):
        name, dtype, shape = keys(t, ("name", "dtype", "shape"), "tensor")
        need(text(name, "name") != "", "a tensor's name is empty")
        need(name not in seen, "tensor %s twice" % name)
        seen.add(name)
        need(text(dtype, "dtype") in DTYPES, "unknown dtype %r" % dtype)
        need(len(array(shape, "shape")) <= 8, "rank above 8")
        n = math.prod(whole(x, "shape") for x in shape)
        total += n
        need(total <= VALUES, "too many values")
        tensors.append((name, dtype, shape, n))
    return tensors


def provenance(v):
    need(len(array(v, "provenance")) > 0, "provenance: empty")
    for i, node in enumerate(v):
        tool, release, argv, seed, inputs = keys(
            node, ("tool", "release", "argv", "seed", "inputs"), "provenance")
        text(tool, "tool")
        text(release, "release")
        for a in array(argv, "argv"):
            text(a, "argv")
        if seed is not None:
            whole(seed, "seed", (1 << 64) - 1)
        for one in array(inputs, "inputs"):
            name, digest, origin = keys(one, ("name", "digest", "from"),
                                        "input")
            text(name, "input name")
            if digest is not None:
                digest_text(digest)
            for k in array(origin, "from"):
                need(whole(k, "from") < i, "a node that reads from a later")


def labels(v):
    found = {}
    need(isinstance(v, Map), "labels: not a map")
    for k, x in v:
        need(isinstance(k, str) and k in LABELS, "unknown label %r" % (k,))
        need(k not in found, "label %s twice" % k)
        need(type(x) is LABELS[k], "label %s: another type" % k)
        if isinstance(x, int):
            need(-1 << 63 <= x < 1 << 63, "label %s: too large" % k)
        elif isinstance(x, float):
            need(math.isfinite(x), "label %s: not finite" % k)
        else:
            need(len(x.encode()) <= 255, "label %s: too long" % k)
        found[k] = x
    return found


TERM = ("kind", "scheme", "seed", "draw", "weight", "sigma", "norm",
        "tensors", "basis", "deviations")


def term(v, tensors, resources):
    """A recipe's term as draws.recipe() wants it."""
    t = dict(zip(TERM, keys(v, TERM, "recipe")))
    need(t["kind"] == "gaussian", "unknown recipe kind %r" % (t["kind"],))
    need(t["scheme"] in ("independent", "reseeded"),
         "unknown scheme %r" % (t["scheme"],))
    whole(t["seed"], "seed", (1 << 64) - 1)
    whole(t["draw"], "draw", (1 << 32) - 1)
    for k in ("weight", "sigma", "norm"):
        need(type(t[k]) is float and math.isfinite(t[k]), k + ": not real")
    need(t["sigma"] >= 0 and t["norm"] >= 0, "sigma or norm below 0")
    if t["tensors"] is not None:
        text(t["tensors"], "tensors")
    for k in ("basis", "deviations"):
        if t[k] is not None:
            need(whole(t[k], k) < len(resources), "no such resource")
            kind, shape, rows = resources[t[k]]
            need(kind == k, "a resource of another kind")
            t[k] = rows
            n = sum(x[3] for x in shape)
            need(shape == tensors if k == "basis" else n == len(tensors),
                 "a resource of another layout")
    return t


def xxh128(data):
    try:
        import xxhash
        return xxhash.xxh3_128_hexdigest(data)
    except ImportError:
        pass
    if shutil.which("xxh128sum") is None:
        sys.exit("read_stream.py: neither python's xxhash nor xxh128sum")
    return subprocess.run(["xxh128sum"], input=data, check=True,
                          stdout=subprocess.PIPE).stdout.split()[0].decode()


class Stream:
    """Walks the objects; record(content, number, layout, labels, data,
    terms) is called for each record, data or terms being None."""

    def __init__(self, data, record):
        self.record, self.bytes, self.records = record, bytearray(), 0
        self.values, self.shards = 0, set()
        self.segment_state()
        self.header = self.ended = None
        self.segments = self.of = 0
        for content in frames(data):
            d = Decoder(content)
            while d.at < len(content):
                start = d.at
                o = d.object()
                self.object(o)
                self.bytes += content[start:d.at]
        need(self.segments > 0, "empty: no stream")
        need(self.header is None, "truncated: no end mark")
        need(not self.shards, "a shard is missing")
        self.digest = xxh128(bytes(self.bytes))

    def segment_state(self):
        self.begin, self.in_segment, self.data = len(self.bytes), 0, 0
        self.open = None        # the record or resource whose data come
        self.resources = []

    def object(self, o):
        if isinstance(o, bytes):
            need(self.open is not None, "a surplus chunk")
            self.chunk(o)
            return
        need(isinstance(o, Map), "not a map")
        need(self.open is None, "a missing chunk")
        words = [k for k, _ in o]
        if "format" in words:
            self.begin_segment(o, words)
        elif "record" in words:
            self.begin_record(o)
        elif "resource" in words:
            self.begin_resource(o)
        elif "end" in words:
            self.end_segment(o)
        else:
            raise Refused("a map that is no header, record, resource or end map")

    def begin_segment(self, o, words):
        for k, v in o:
            if k == "format":
                need(v == "plumbline", "format: not plumbline")
            if k == "version":
                need(type(v) is int and v == 1, "another version")
        need("version" in words, "header: no key 'version'")
        need(self.header is None, "a header inside a segment")
        _, _, content, shard, layouts, prov = keys(
            o, ("format", "version", "content", "shard", "layouts",
                "provenance"), "header")
        need(text(content, "content") in CONTENT, "unknown content")
        need(len(array(shard, "shard")) == 2, "shard: not a pair")
        i, n = whole(shard[0], "shard"), whole(shard[1], "shard")
        need(1 <= i <= n <= SHARDS, "shard %d of %d" % (i, n))
        provenance(prov)
        self.header = content, [layout(v) for v in array(layouts, "layouts")]
        self.segments += 1
        self.segment_state()
        need(not self.shards or n == self.of, "a shard of another set")
        if n > 1:
            need(i not in self.shards, "a shard twice")
            self.of = n
            self.shards.add(i)
            if len(self.shards) == n:
                self.shards = set()

    def begin_record(self, o):
        need(self.header is not None, "a stream begins with a header")
        number, which, words, recipe = keys(
            o, ("record", "layout", "labels"), "record", ("recipe",))
        need(whole(number, "record") == self.in_segment, "out of order")
        if isinstance(which, list):
            tensors = layout(which)
        else:
            need(whole(which, "layout") < len(self.header[1]), "no such layout")
            tensors = self.header[1][which]
        words = labels(words)
        if recipe is not None:
            terms = [term(v, tensors, self.resources)
                     for v in array(recipe, "recipe")]
            self.finish_record(tensors, words, None, terms)
            return
        self.open = tensors, [], 0, 0, 1, lambda parts: \
            self.finish_record(tensors, words, parts, None)
        self.next_tensor()

    def begin_resource(self, o):
        need(self.header is not None, "a stream begins with a header")
        number, kind, rows, which = keys(
            o, ("resource", "kind", "rows", "layout"), "resource")
        need(whole(number, "resource") == len(self.resources), "out of order")
        need(kind in ("basis", "deviations"),
             "unknown resource kind %r" % (kind,))
        need(whole(rows, "rows") == 1 or kind == "basis", "rows of deviations")
        tensors = layout(which)
        need(all(t[1] == "f32" for t in tensors), "a resource is f32")
        n = sum(t[3] for t in tensors)
        need(n > 0 or rows == 0 or kind != "basis", "rows without values")
        self.open = tensors, [], 0, 0, rows, lambda parts: \
            self.finish_resource(kind, tensors, n, parts)
        self.next_tensor()

    def chunk(self, data):
        tensors, parts, at, done, rows, finish = self.open
        name, dtype, _, n = tensors[at]
        size = DTYPES[dtype][0]
        need(len(data) == min((n - done) * size, CHUNK),
             "tensor %s: a chunk of another size" % name)
        parts.append((dtype, data))
        self.data += len(data)
        done += len(data) // size
        self.open = tensors, parts, at, done, rows, finish
        self.next_tensor()

    def next_tensor(self):
        tensors, parts, at, done, rows, finish = self.open
        while rows > 0:
            while at < len(tensors) and done == tensors[at][3]:
                at, done = at + 1, 0
            if at < len(tensors):
                break
            rows, at = rows - 1, 0
        self.open = tensors, parts, at, done, rows, finish
        if rows == 0:
            self.open = None
            finish(parts)

    def finish_record(self, tensors, words, parts, terms):
        self.record(self.header[0], self.records, tensors, words, parts,
                    terms)
        self.records += 1
        self.in_segment += 1
        if parts is not None:
            self.values += sum(t[3] for t in tensors)

    def finish_resource(self, kind, tensors, n, parts):
        x = [v for dtype, data in parts for v in to_f32(dtype, data)]
        self.resources.append((kind, tensors, [
            x[i:i + n] for i in range(0, len(x), max(n, 1))]))

    def end_segment(self, o):
        need(self.header is not None, "a stream begins with a header")
        count, size, digest, prov = keys(
            o, ("end", "bytes", "digest", "provenance"), "end map")
        need(whole(count, "end") == self.in_segment, "another record count")
        need(whole(size, "bytes") == self.data, "another byte count")
        need(digest_text(digest) == xxh128(bytes(self.bytes[self.begin:])),
             "another digest")
        provenance(prov)
        self.header = None


def to_f32(dtype, data):
    size, letter = DTYPES[dtype]
    if letter is None:
        data = b"".join(b"\0\0" + data[i:i + 2]
                        for i in range(0, len(data), 2))
        letter = "f"
        size = 4
    for v in struct.unpack("<%d%s" % (len(data) // size, letter), data):
        yield struct.unpack("<f", struct.pack("<f", v))[0]


def main(argv):
    mode = argv.pop(0) if argv and argv[0].startswith("--") else ""
    status = 0
    if mode == "":
        print("file\trecords\tvalues\tdigest")
    for path in argv:
        def record(content, number, tensors, words, parts, terms):
            if mode == "--json":
                line = {"file": path, "record": number, "content": content,
                        "tensors": len(tensors),
                        "values": sum(t[3] for t in tensors)}
                line.update({k: words.get(k) for k in LABELS})
                print(json.dumps(line))
            if mode == "--values":
                if terms is not None:
                    parts = [("f32", struct.pack("<%df" % len(x), *x))
                             for x in draws.recipe(
                                 terms, [(t[0], t[3]) for t in tensors])]
                for dtype, data in parts:
                    for v in to_f32(dtype, data):
                        print("%.9g" % v)
        try:
            with open(path, "rb") as f:
                s = Stream(f.read(), record)
        except Refused as e:
            print("read_stream.py: %s: %s" % (path, e), file=sys.stderr)
            status = 3
            continue
        if mode == "":
            print("%s\t%d\t%d\t%s" % (path, s.records, s.values, s.digest))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
