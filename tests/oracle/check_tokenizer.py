"""Tokens, spans and decoded text against the tokenizers library.

Tokenizers with the configurations of GPT-2, Qwen2, Llama 3, OLMo and Llama 2,
with real vocabularies where PLUMBLINE_DATA has them and with small ones that
the library trains here; and random ones, with every flag of an added token and
every way to split.  The texts are made here: every character of Unicode,
combining marks, emoji, blanks, line ends, digits, contractions, tokens.

usage: check_tokenizer.py --driver DUMP_TOKENS [--scale N] [--seed N]
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models,
                        normalizers, pre_tokenizers, processors, trainers)

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"
         r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
LLAMA3 = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
CASED = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
         r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
         r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|"
         r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
PATTERNS = [r"\d", r"\w+", r"\W+", r"\s+$", r"^.", r"[^\d\s]+", r"\S+\s?", r"(?=[A-Z])\p{Lu}+",
            r"\P{L}+", r"\p{^M}", r"(?<=a)b|(?<!a)c", r"(?>a+)b|.", r"a+?|b*+b|c++", r"[\x{41}-\x{5a}\u00e9]+",
            r"[,.;:!?\-\[\]\\^]", r"a{2}|b{1,2}|c{2,}|x{y", r"(?i:k|s)+", r"\p{P}\p{S}*|\p{Z}",
            r"[一-龥ࠀ-一가-퟿]+", r"(ab|(?:cd|e)f)+", r"\v|\t|\f"]
BEHAVIOURS = ["removed", "isolated", "contiguous", "merged_with_previous", "merged_with_next"]
EOT = "<|endoftext|>"

passed = failed = characters = 0


# --- texts

def alphabet():
    return [c for c in range(0x110000) if not 0xd800 <= c < 0xe000]


def words(rng, n):
    stems = ("the quick brown fox jumps over lazy dogs Привет мир مرحبا بالعالم שלום עולם "
             "你好世界 こんにちは 안녕하세요 สวัสดี नमस्ते naïve café Ångström straße ﬁne Ⅷ ½ x² "
             "don't I'll WE'VE they'RE it'S he'd I'M you'Ve '\u017ft '\u017f \u212a \u212b").split()
    blanks = [" "] * 12 + ["  ", "\n", "\r\n", "\t", "\n\n", " \n ", "\u00a0", "\u3000", "\u2028",
                           "\u0085", "\u180e", "\u200b", "\ufeff", "\x0b", "\x1c", "\x00", "   \t  "]
    marks = [".", ",", "!?", "...", ")", "(", "'", "\"", "—", "$", "👍🏽", "👨‍👩‍👧", "🇫🇷", "_", "=="]
    out = []
    while n > 0:
        w = rng.choice(stems)
        r = rng.random()
        if r < 0.1:
            w = "".join(rng.choice("0123456789٠१²") for _ in range(rng.randint(1, 9)))
        elif r < 0.2:
            w = w.upper() if rng.random() < 0.5 else w.title()
        elif r < 0.25:
            w += "".join(chr(rng.choice(MARKS)) for _ in range(rng.randint(1, 6)))
        elif r < 0.3:
            w += chr(rng.randrange(0x21, 0x3000))
        if rng.random() < 0.2:
            w += rng.choice(marks)
        w += rng.choice(blanks)
        out.append(w)
        n -= len(w)
    return "".join(out)


MARKS = [c for a, b in ((0x300, 0x370), (0x483, 0x48a), (0x591, 0x5c8), (0x610, 0x61b), (0x64b, 0x660),
                        (0x7eb, 0x7f4), (0x8ca, 0x903), (0x93a, 0x950), (0x1ab0, 0x1ace), (0x1dc0, 0x1e00),
                        (0x20d0, 0x20f1), (0x302a, 0x3030), (0x3099, 0x309b), (0xfe20, 0xfe30),
                        (0x110b9, 0x110bb), (0x11100, 0x11103), (0x11930, 0x11931), (0x1d165, 0x1d173),
                        (0x1e000, 0x1e02b), (0x1e130, 0x1e137), (0x1e2ec, 0x1e2f0), (0x1e8d0, 0x1e8d7))
         for c in range(a, b)]


def texts(rng, scale, tokens):
    every = alphabet()
    yield from ("", " ", "  ", "a", "\n", "\x00", "\r\n\r\n", "'", "e\u0301", "\u0301", "\uac00\u11a8")
    yield from (t for t in tokens)
    # all of Unicode, in order and shuffled, but most of the Han and Hangul, which are alike
    sparse = [c for c in every if not (0x3400 <= c < 0xa000 or 0xac00 <= c < 0xd700 or c > 0x33000) or c % 31 == 0]
    for i in range(0, len(sparse), 5000):
        yield "".join(map(chr, sparse[i:i + 5000]))
    for _ in range(scale):
        rng.shuffle(sparse)
        for i in range(0, len(sparse), 5000):
            yield "".join(map(chr, sparse[i:i + 5000]))
    # every character alone, between letters, digits and blanks
    yield "".join(f"a{chr(c)}b {chr(c)}1{chr(c)}  {chr(c)}" for c in rng.sample(sparse, 5000 * scale))
    yield "".join(chr(c) + "".join(chr(rng.choice(MARKS)) for _ in range(rng.randint(0, 5)))
                  for c in rng.choices(every[:0x3100] + every[0xac00:0xd7a4], k=10000 * scale))
    yield "".join(chr(rng.choice([*range(0x1100, 0x1200), *range(0xac00, 0xad00), 0x41]))
                  for _ in range(5000))
    for _ in range(20 * scale):
        yield words(rng, 5000)
    for n in (100, 5000):
        for c in (" ", "\n", "\t", "a", "\u3000", "é", "0", "!", "\u0301", " \n", "ab", "\r\n", " x"):
            yield c * n
    for _ in range(300 * scale):
        t = words(rng, rng.randint(1, 60))
        for _ in range(rng.randint(0, 4)):
            if tokens:
                i = rng.randint(0, len(t))
                t = t[:i] + rng.choice(["", " ", "  ", "a", "\n"]) + rng.choice(tokens) + \
                    rng.choice(["", " ", "\u3000 ", "b", "9"]) + t[i:]
        yield t


# --- what ours makes of them

def run(driver, directory, texts, flags):
    data = b"".join(struct.pack("<q", len(t)) + t for t in texts)
    p = subprocess.run([driver, directory, str(flags)], input=data, capture_output=True)
    if p.returncode:
        return p.stderr.decode(errors="replace").strip()
    out, at = p.stdout, 8

    def text():
        nonlocal at
        n, = struct.unpack_from("<q", out, at)
        at += 8 + n
        return out[at - n:at].decode()
    result = []
    for _ in texts:
        n, = struct.unpack_from("<q", out, at)
        at += 8
        if n == -1:
            result.append(text())
            continue
        v = struct.unpack_from(f"<{3 * n}q", out, at)
        at += 24 * n
        result.append((v[0::3], v[1::3], v[2::3], text(), text()))
    return result


def char_spans(text, raw, starts, ends):
    """Bytes to characters, to whole ones."""
    at = [0] * (len(raw) + 1)
    i = 0
    for k, c in enumerate(text):
        for _ in range(len(c.encode())):
            at[i] = k
            i += 1
    at[i] = len(text)
    up = [a if j == len(raw) or raw[j] & 0xc0 != 0x80 else a + 1 for j, a in enumerate(at)]
    return [(at[s], up[e]) for s, e in zip(starts, ends)]


def check(driver, name, directory, tok, texts, spans=True, drops=False):
    """Whether tok and ours agree on every text, with and without a template."""
    global passed, failed
    wrong = differences(driver, directory, tok, texts, spans, drops)
    if wrong:
        failed += 1
        print(f"{name}: {len(wrong)} differences", *wrong[:5], sep="\n  ")
    else:
        passed += 1
        print(f"{name}: equal")


def differences(driver, directory, tok, texts, spans, drops):
    global characters
    raw = [t.encode() for t in texts]
    wrong = []
    specials = {i for i, t in tok.get_added_tokens_decoder().items() if t.special}
    for add in (False, True):
        if add:
            texts = [t for t in texts if len(t) < 200]
            raw = [t.encode() for t in texts]
        ours = run(driver, directory, raw, int(add))
        if isinstance(ours, str):
            wrong.append(ours)
            break
        for t, r, mine in zip(texts, raw, ours):
            ref = tok.encode(t, add_special_tokens=add)
            characters += len(t)
            if isinstance(mine, str) and "has no token" in mine and drops:
                continue  # the library leaves such characters out
            if isinstance(mine, str):
                wrong.append(f"{t[:60]!r}: {mine}")
                continue
            ids, starts, ends, text, bare = mine
            if list(ids) != ref.ids:
                i = next((i for i, (a, b) in enumerate(zip(ids, ref.ids)) if a != b),
                         min(len(ids), len(ref.ids)))
                wrong.append(f"token {i}: {list(ids[i:i + 8])}, {ref.ids[i:i + 8]} expected; {add=}; "
                             f"{t[max(0, ref.offsets[max(0, i - 2)][0]):][:40]!a}" if i < len(ref.ids) else
                             f"{len(ids)} tokens, {len(ref.ids)} expected: {t[:60]!a}")
                continue
            whole = tok.decode(ref.ids, skip_special_tokens=False)
            if whole != text:
                wrong.append(f"decoded {text[:60]!a}, {whole[:60]!a} expected")
            if tok.decode([i for i in ref.ids if i not in specials], skip_special_tokens=False) != bare:
                wrong.append(f"without special tokens {bare[:60]!a}")
            if spans and not add and char_spans(t, r, starts, ends) != ref.offsets:
                wrong.append(f"spans of {t[:60]!a}: {char_spans(t, r, starts, ends)[:9]} {ref.offsets[:9]}")
            if any(a > b or b > len(r) for a, b in zip(starts, ends)):
                wrong.append(f"impossible spans of {t[:60]!a}")
    return wrong


# --- tokenizers

def bpe(vocab=None, merges=None, **options):
    return Tokenizer(models.BPE(vocab, merges, **options) if vocab else models.BPE(**options))


def byte_level(tok, pattern=None, prefix=False):
    level = pre_tokenizers.ByteLevel(add_prefix_space=prefix, trim_offsets=False, use_regex=pattern is None)
    tok.pre_tokenizer = level if pattern is None else pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), "isolated"), level])
    tok.decoder = decoders.ByteLevel()
    tok.post_processor = processors.ByteLevel(trim_offsets=False)
    return tok


def train(tok, rng, size=3000, full=True, **options):
    corpus = [words(rng, 2000) for _ in range(60)]
    corpus += ["  " * i + "def f(x):\n\treturn x\n" for i in range(20)] * 3
    tok.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=size, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet() if full else [], **options))
    return tok


def begin(tok, token):
    i = tok.token_to_id(token)
    tok.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single=f"{token} $A", pair=f"{token} $A {token}:1 $B:1",
                                      special_tokens=[(token, i)])])


def gpt2(files):
    vocab = json.loads((files / "encoder.json").read_text())
    merges = [tuple(m.split()) for m in (files / "vocab.bpe").read_text().splitlines()[1:] if m]
    tok = byte_level(bpe(vocab, merges))
    tok.add_special_tokens([EOT])
    return tok


def qwen2(files):
    vocab = json.loads((files / "vocab.json").read_text())
    merges = [tuple(m.split(" ")) for m in (files / "merges.txt").read_text().split("\n")[1:] if m]
    tok = byte_level(bpe(vocab, merges), QWEN2)
    tok.normalizer = normalizers.NFC()
    tok.add_special_tokens([EOT, "<|im_start|>", "<|im_end|>"])
    return tok


def llama3(rng):
    tok = byte_level(bpe(ignore_merges=True), LLAMA3)
    train(tok, rng)
    tok.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"])
    tok.add_special_tokens([f"<|reserved_special_token_{i}|>" for i in range(12)])
    begin(tok, "<|begin_of_text|>")
    return tok


def olmo(rng):
    tok = bpe()
    tok = byte_level(tok)
    tok.normalizer = normalizers.NFC()
    train(tok, rng, special_tokens=["|||IP_ADDRESS|||", "<|padding|>"])
    tok.add_tokens([AddedToken(" " * i, normalized=True) for i in range(24, 1, -1)])
    tok.add_tokens(["|||EMAIL_ADDRESS|||", "|||PHONE_NUMBER|||"])
    tok.add_special_tokens([EOT])
    return tok


def llama2(rng, fallback=True):
    tok = bpe(unk_token="<unk>", fuse_unk=True, byte_fallback=fallback)
    tok.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                     decoders.Strip(" ", 1, 0)])
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)] * fallback
    tok.train_from_iterator([words(rng, 200).replace("\0", "") for _ in range(50)], trainers.BpeTrainer(
        vocab_size=1500, special_tokens=special, show_progress=False, max_token_length=12, limit_alphabet=200))
    data = json.loads(tok.to_str())
    data["added_tokens"] = data["added_tokens"][:3]
    tok = Tokenizer.from_str(json.dumps(data))
    tok.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> $B",
                                                       special_tokens=[("<s>", 1), ("</s>", 2)])
    return tok


def odd(rng):
    """Small, of many merges, with tokens of every flag."""
    letters = list("abc é\u0301") + ["ß"]
    chars = [c for x in letters for c in bytes_to_chars(x)] + list("<>x")
    vocab = dict.fromkeys(chars)
    pool, merges = list(vocab), []
    for _ in range(rng.randint(0, 40)):
        a, b = rng.choice(pool), rng.choice(pool)
        if len(a + b) < 9 and (a, b) not in merges:
            merges.append((a, b))
            if a + b not in vocab:
                vocab[a + b] = None
                pool.append(a + b)
    unk = rng.random() < 0.5
    if unk:
        vocab["<unk>"] = None
    vocab = {t: i for i, t in enumerate(vocab)}
    tok = bpe(vocab, merges, ignore_merges=rng.random() < 0.3, fuse_unk=rng.random() < 0.5,
              unk_token="<unk>" if unk else None)
    byte_level(tok, rng.choice([None, LLAMA3, r"\p{L}+|."]), rng.random() < 0.3)
    if rng.random() < 0.5:
        tok.normalizer = rng.choice([normalizers.NFC(), normalizers.Replace("b", "ab"), normalizers.Prepend("a"),
                                     normalizers.Sequence([normalizers.NFC(), normalizers.Replace("aa", "b")])])
    names = rng.sample(["ab", "abc", "<x>", " ", "  ", "é", "a b", "ca", "c", "\u3000", "b\n", "ß", "\u01ceb"], 6)
    for n in names:
        # two blank tokens, the first with rstrip and the next with lstrip, end the library's process
        tok.add_tokens([AddedToken(n, single_word=rng.random() < 0.3,
                                   lstrip=rng.random() < 0.3 and not n[0].isspace(),
                                   rstrip=rng.random() < 0.3, normalized=rng.random() < 0.5,
                                   special=rng.random() < 0.5)])
    return Tokenizer.from_str(tok.to_str()), names


def bytes_to_chars(s):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(s)[0][0]


def odd_texts(rng):
    pieces = ["a", "b", "c", " ", "  ", "é", "e\u0301", "ß", "<x>", "\n", "\u3000", "ab", "abc", "ca", "ac",
              "\u0301", "a\u030cb"]
    return ["".join(rng.choice(pieces) for _ in range(rng.randint(0, 30))) for _ in range(200)]


def save(tok, directory, strings=False):
    """tokenizer.json; strings: merges in the older form."""
    directory.mkdir(exist_ok=True)
    data = json.loads(tok.to_str())
    if strings:
        data["model"]["merges"] = [" ".join(m) for m in data["model"]["merges"]]
    (directory / "tokenizer.json").write_text(json.dumps(data))
    return str(directory)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--driver", required=True)
    p.add_argument("--scale", type=int, default=1)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    data = pathlib.Path(os.environ.get("PLUMBLINE_DATA", "../shared/data"))
    tmp = pathlib.Path(tempfile.mkdtemp())
    rng = random.Random(a.seed)

    def compare(name, tok, tokens, strings=False, **kw):
        check(a.driver, name, save(tok, tmp / "t", strings), tok, list(texts(rng, a.scale, tokens)), **kw)
    try:
        if (data / "gpt2-tokenizer").exists():
            tok = gpt2(data / "gpt2-tokenizer")
            compare("gpt2, tokenizer.json", tok, [EOT])
            compare("gpt2, merges as strings", tok, [EOT], strings=True)
            (tmp / "g").mkdir()
            shutil.copy(data / "gpt2-tokenizer/encoder.json", tmp / "g/vocab.json")
            shutil.copy(data / "gpt2-tokenizer/vocab.bpe", tmp / "g/merges.txt")
            check(a.driver, "gpt2, vocab.json and merges.txt", str(tmp / "g"), tok,
                  list(texts(rng, a.scale, [EOT])))
        else:
            print("gpt2: skipped, not in PLUMBLINE_DATA")
        if (data / "qwen2-tokenizer").exists():
            tok = qwen2(data / "qwen2-tokenizer")
            tokens = [EOT, "<|im_start|>", "<|im_end|>"]
            compare("qwen2, tokenizer.json", tok, tokens, spans=False)
            shutil.copytree(data / "qwen2-tokenizer", tmp / "q", copy_function=shutil.copyfile)
            (tmp / "q/tokenizer_config.json").write_text(json.dumps({
                "tokenizer_class": "Qwen2Tokenizer", "add_prefix_space": False, "added_tokens_decoder": {
                    str(151643 + i): {"content": t, "lstrip": False, "normalized": False, "rstrip": False,
                                      "single_word": False, "special": True} for i, t in enumerate(tokens)}}))
            check(a.driver, "qwen2, vocab.json and merges.txt", str(tmp / "q"), tok,
                  list(texts(rng, a.scale, tokens)), spans=False)
        else:
            print("qwen2: skipped, not in PLUMBLINE_DATA")
        compare("llama 3, trained here", llama3(rng), ["<|begin_of_text|>", "<|eot_id|>"])
        compare("olmo, trained here", olmo(rng), [EOT, "<|padding|>", "   "], spans=False)
        tok = train(byte_level(bpe(), CASED), rng)
        compare("olmo 2, trained here", tok, [EOT])
        compare("llama 2, trained here", llama2(rng), ["<s>", "</s>"], spans=False)
        compare("llama 2 without bytes, trained here", llama2(rng, False), ["<s>", "</s>"], spans=False)
        if (data / "tinystories-656k").exists():
            check(a.driver, "tinystories-656k", str(data / "tinystories-656k"),
                  Tokenizer.from_file(str(data / "tinystories-656k/tokenizer.json")),
                  list(texts(rng, a.scale, ["<|end_story|>", "<unk>"])), spans=False)
        else:
            print("tinystories-656k: skipped, not in PLUMBLINE_DATA")
        base = train(byte_level(bpe()), rng, 600)
        for pattern in PATTERNS:
            for behaviour in BEHAVIOURS:
                base.pre_tokenizer = pre_tokenizers.Sequence([
                    pre_tokenizers.Split(Regex(pattern), behaviour, invert=rng.random() < 0.3),
                    pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False,
                                             use_regex=rng.random() < 0.5)])
                some = [words(rng, 3000)] + ["abcaabbcc bab\naacx{y xx cdfef\n", "\n", "a\n\nb", "  a  "]
                check(a.driver, f"split {pattern!r} {behaviour}", save(base, tmp / "t"), base, some)
        for i in range(60 * a.scale):
            tok, names = odd(rng)
            some = odd_texts(rng)
            check(a.driver, f"odd {i}", save(tok, tmp / "t"), tok, some, spans=False,
                  drops=tok.model.unk_token is None)
    finally:
        shutil.rmtree(tmp)
    print(f"{characters} characters")
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
