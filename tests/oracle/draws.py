#!/usr/bin/env python3
"""The random draws of plumbline-stream(5), written from that page alone.

usage: draws.py PAGE		check the page's table of known answers
       draws.py SEED NAME DRAW FIRST COUNT	print the draws' patterns
       draws.py sketch K SEED NAME < VALUES	print the sketch of one tensor

Plain Python: an operation on two binary32 numbers in binary64, rounded to
binary32, is the operation rounded once (binary64 has more than twice the
digits), for + - * / and sqrt.
"""
import fnmatch
import math
import struct
import sys

M32, M64 = (1 << 32) - 1, (1 << 64) - 1


def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def bits(x):
    return struct.unpack("<i", struct.pack("<f", x))[0]


def real(n):
    return struct.unpack("<f", struct.pack("<i", n))[0]


def mul(x, y):
    return f32(x * y)


def add(x, y):
    return f32(x + y)


def xxh64(data):
    """The hash of the xxHash specification, seed 0."""
    p1, p2, p3, p4, p5 = (0x9e3779b185ebca87, 0xc2b2ae3d27d4eb4f,
                          0x165667b19e3779f9, 0x85ebca77c2b2ae63,
                          0x27d4eb2f165667c5)

    def rotl(x, r):
        return (x << r | x >> 64 - r) & M64

    def mix(acc, lane):
        return rotl(acc + lane * p2 & M64, 31) * p1 & M64

    at, n = 0, len(data)
    if n >= 32:
        acc = [p1 + p2 & M64, p2, 0, -p1 & M64]
        while at + 32 <= n:
            lanes = struct.unpack_from("<4Q", data, at)
            acc = [mix(a, x) for a, x in zip(acc, lanes)]
            at += 32
        h = sum(rotl(a, r) for a, r in zip(acc, (1, 7, 12, 18))) & M64
        for a in acc:
            h = (h ^ mix(0, a)) * p1 + p4 & M64
    else:
        h = p5
    h = h + n & M64
    while at + 8 <= n:
        h ^= mix(0, struct.unpack_from("<Q", data, at)[0])
        h = rotl(h, 27) * p1 + p4 & M64
        at += 8
    if at + 4 <= n:
        h ^= struct.unpack_from("<I", data, at)[0] * p1 & M64
        h = rotl(h, 23) * p2 + p3 & M64
        at += 4
    for byte in data[at:]:
        h ^= byte * p5 & M64
        h = rotl(h, 11) * p1 & M64
    h = (h ^ h >> 33) * p2 & M64
    h = (h ^ h >> 29) * p3 & M64
    return h ^ h >> 32


def sketch(x, k, seed, name):
    """The K numbers of section SKETCHES for one tensor's values."""
    y = [0.0] * k
    for i, v in enumerate(x):
        for j, w in enumerate(words(seed, "sketch." + name, 0, i)):
            at = j * (k // 4) + ((w & 0x7fffffff) * (k // 4) >> 31)
            y[at] += -v if w >> 31 else v
    return [f32(v / 2) for v in y]


def words(seed, name, draw, b):
    h = xxh64(name.encode())
    c = [b, draw, h & M32, h >> 32]
    k0, k1 = seed & M32, seed >> 32
    for r in range(10):
        p, q = 0xd2511f53 * c[0], 0xcd9e8d57 * c[2]
        c = [q >> 32 ^ c[1] ^ k0 + r * 0x9e3779b9 & M32, q & M32,
             p >> 32 ^ c[3] ^ k1 + r * 0xbb67ae85 & M32, p & M32]
    return c


H = float.fromhex
LOG = [H(x) for x in """0x1.204376p-4 -0x1.d7a37p-4 0x1.de4a34p-4
-0x1.fcba9ep-4 0x1.23d37ep-3 -0x1.555cap-3 0x1.999d58p-3 -0x1.fffff8p-3
0x1.555554p-2""".split()]


def radius(w):
    y = w >> 1
    u = mul(add(f32(y), 0.5), H("0x1p-31"))
    v = mul(add(f32(0x7fffffff - y), 0.5), H("0x1p-31"))
    i = bits(u) - 0x3f3504f3
    if y < 0x5a827999:
        e = f32(i >> 23)
        f = add(real((i & 0x7fffff) + 0x3f3504f3), -1.0)
    else:
        e, f = 0.0, -v
    z = mul(f, f)
    p = LOG[0]
    for c in LOG[1:]:
        p = add(mul(p, f), c)
    t = add(mul(mul(p, f), z), -mul(0.5, z))
    t = add(add(t, f), mul(e, H("0x1.62e43p-1")))
    return f32(math.sqrt(mul(-2.0, t)))


def circle(w):
    """C(w), S(w)"""
    r = w + 0x20000000 & M32
    k = r >> 30
    a = mul(add(f32((r & 0x3fffffff) - 0x20000000), 0.5),
            H("0x1.921fb6p-30"))
    z = mul(a, a)
    s = add(mul(H("-0x1.9943f2p-13"), z), H("0x1.11073cp-7"))
    s = add(mul(s, z), H("-0x1.555546p-3"))
    s = add(mul(mul(s, z), a), a)
    c = add(mul(H("0x1.99eb9cp-16"), z), H("-0x1.6c0c34p-10"))
    c = add(mul(c, z), H("0x1.55554ap-5"))
    c = add(add(mul(mul(c, z), z), -mul(0.5, z)), 1.0)
    return ((c, s), (-s, c), (-c, -s), (s, -c))[k]


def normal(seed, name, draw, i):
    w = words(seed, name, draw, i // 4)
    h = i % 4 // 2 * 2
    return mul(radius(w[h]), circle(w[h + 1])[i % 2])


def energy(z, part):
    """The sum of squares in the page's order."""
    total = 0.0
    for at in range(0, len(z), part):
        lane = [0.0] * 16
        for i, v in enumerate(z[at:at + part]):
            lane[i % 16] += v * v
        one = 0.0
        for v in lane:
            one += v
        total += one
    return total


def scale(term, total):
    if term["norm"] > 0:
        return term["weight"] * term["norm"] / math.sqrt(total) \
            if total > 0 else 0.0
    return term["weight"] * term["sigma"]


def recipe(terms, tensors):
    """
    The values of a recipe, tensor by tensor.  tensors: (name, values);
    basis and deviations of a term: None, or rows of values.
    """
    x = [[0.0] * n for _, n in tensors]
    for t in terms:
        taken = [k for k, (name, _) in enumerate(tensors)
                 if t["tensors"] is None or
                 fnmatch.fnmatchcase(name, t["tensors"])]
        if t["basis"] is not None:
            rows = t["basis"]
            z = [normal(t["seed"], "basis", t["draw"], k)
                 for k in range(len(rows))]
            s = scale(t, energy(z, max(len(z), 1)))
            at = 0
            for k, (_, n) in enumerate(tensors):
                for i in range(n if k in taken else 0):
                    total = 0.0
                    for c, row in zip(z, rows):
                        total += s * c * row[at + i]
                    x[k][i] = add(x[k][i], f32(total))
                at += n
            continue
        z = {k: [normal(t["seed"], tensors[k][0] if
                        t["scheme"] == "independent" else "", t["draw"], i)
                 for i in range(tensors[k][1])] for k in taken}
        total = 0.0
        for k in taken:
            for at in range(0, len(z[k]), 1 << 16):
                total += energy(z[k][at:at + (1 << 16)], 1 << 16)
        for k in taken:
            s = scale(t, total)
            if t["deviations"] is not None:
                s *= t["deviations"][0][k]
            x[k] = [add(a, mul(f32(s), b)) for a, b in zip(x[k], z[k])]
    return x


def check_page(path):
    inside, checked, wrong = False, 0, 0
    for line in open(path):
        if line.startswith('.\\" known answers'):
            inside = not inside
        elif inside:
            seed, name, draw, i, pattern, _ = line.split()
            got = bits(normal(int(seed), name, int(draw), int(i))) & M32
            checked += 1
            if got != int(pattern, 16):
                wrong += 1
                print("%s: wanted %s, got %08x" % (line.strip(), pattern,
                                                   got))
    print("%d passed, %d failed" % (checked - wrong, wrong))
    return checked < 8 or wrong > 0


if __name__ == "__main__":
    if len(sys.argv) == 2:
        sys.exit(check_page(sys.argv[1]))
    if sys.argv[1] == "sketch":
        k, seed, name = sys.argv[2:]
        for y in sketch([float(x) for x in sys.stdin], int(k), int(seed),
                        name):
            print("%.9g" % y)
        sys.exit(0)
    seed, name, draw, first, count = sys.argv[1:]
    for i in range(int(count)):
        print("%08x" % (bits(normal(int(seed), name, int(draw),
                                    int(first) + i)) & M32))
