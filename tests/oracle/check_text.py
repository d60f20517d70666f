"""Text tasks against transformers, tokenizers and torch.

The same rows, filled into the same templates by other code, encoded by the
tokenizers library and scored by transformers in float64: the loss of the right
answer and which answer is chosen, for every row, which evaluate --per-item
gets in a file of its own.  Rows are those of PLUMBLINE_DATA.

Splits and the order of rows, written from plumbline-task(5), against what
evaluate, act-capture and grad-dump do; and answers of equal scores, which are
wrong, where the right answer ties with none, one or some of the others.

How the trained model goes on with a text, taking the likeliest token each
time: the text of transformers' generate.

usage: check_text.py --bin BIN --greedy PROGRAM [--items N]
"""
import argparse
import csv
import json
import math
import os
import pathlib
import re
import string
import subprocess
import sys
import tempfile

import draws

SPLITS = ["train", "validation", "test"]
FORMS = {
    "boolq": ("{passage}\n{question}? True or False?", [" True", " False"]),
    "caa": ("{question}\n\nAnswer:", None),
    "mwe": ("{question}", None),
}


def skip(why):
    print(f"skipped: {why}")
    print("0 passed, 0 failed")
    sys.exit(0)


def prepared(form, row):
    prompt, answers = FORMS[form]
    prompt = re.sub(r"\{(\w+)\}", lambda m: row[m.group(1)], prompt)
    if answers is None:
        return prompt, [row["answer_matching_behavior"], row["answer_not_matching_behavior"]], 0
    right = row["answer"] if "answer" in row else row["label"]
    return prompt, answers, 0 if right in (True, "true") else 1


def scores(model, tokenizer, prompt, answers, limit):
    """Log-probability and number of tokens of each answer, None if too long."""
    import torch
    head = tokenizer.encode(prompt).ids
    tails = [tokenizer.encode(a, add_special_tokens=False).ids for a in answers]
    if len(head) + max(map(len, tails)) > limit:
        return None
    out = []
    for tail in tails:
        with torch.no_grad():
            logits = model(torch.tensor([head + tail[:-1]])).logits[0]
        p = logits.log_softmax(-1)
        out.append((sum(float(p[len(head) - 1 + i, t]) for i, t in enumerate(tail)), len(tail)))
    return out


def permute(i, n, seed, name, draw):
    """plumbline-task(5): where i of n goes."""
    h = 1
    while 1 << 2 * h < n:
        h += 1
    mask = (1 << h) - 1

    def word(j):
        return draws.words(seed, name, draw, j // 4)[j % 4]

    while True:
        a, b = i >> h, i & mask
        for r in range(8):
            a, b = b, a + word((r << h) + b) & mask
        i = a << h | b
        if i < n:
            return i


def split_of(prompt):
    return {0: "test", 1: "validation"}.get(draws.xxh64(prompt.encode()) % 8, "train")


LETTERS = string.ascii_letters
# no two of them laid end to end hold a third
WORDS = [a + b for a in string.ascii_lowercase for b in string.ascii_uppercase]


def tool(name, *args):
    r = subprocess.run([f"{BIN}/{name}", "-q", *map(str, args)], capture_output=True)
    if r.returncode != 0:
        raise RuntimeError(f"{name}: status {r.returncode}: {r.stderr.decode().strip()}")
    return r.stdout


def table(text):
    return list(csv.DictReader(text.decode().splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def small_model(where):
    """A model whose tokens are two letters each."""
    (where / "tok").mkdir()
    tokens = list(LETTERS) + WORDS + ["<|endoftext|>"]
    (where / "tok" / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
    (where / "tok" / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{w[0]} {w[1]}\n" for w in WORDS))
    (where / "tok" / "tokenizer_config.json").write_text('{ "tokenizer_class": "GPT2Tokenizer" }')
    (where / "c.json").write_text(json.dumps({"model_type": "gpt2", "vocab_size": len(tokens), "n_positions": 8,
                                              "n_embd": 16, "n_layer": 1, "n_head": 2}))
    tool("train", "-c", where / "c.json", "--tokenizer", where / "tok", "-n", 0, "-O", where / "m", "-s", 3)
    return {t: i for i, t in enumerate(tokens)}


def rows_file(path, rows):
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))


def check_order(where, n, name, seed, by_hash):
    """Row i asks for word i, and answers with others; whose they are, the tables' answers tell."""
    template = {"prompt": "{q}", "right": "{r}", "wrong": ["{w}"]} | ({} if by_hash else {"split": "validation"})
    (where / "t.json").write_text(json.dumps(template))
    rows = [{"q": WORDS[-i], "r": WORDS[i], "w": WORDS[i + n]} for i in range(n)]
    rows_file(where / "r.jsonl", rows)
    of = {r["r"]: i for i, r in enumerate(rows)} | {r["w"]: i for i, r in enumerate(rows)}
    task = ["-m", where / "m", "-t", f"{name}={where}/t.json:{where}/r.jsonl", "-s", seed]
    for split in SPLITS:
        mine = [i for i in range(n) if (split_of(rows[i]["q"]) if by_hash else "validation") == split]
        if not mine:
            continue
        key = f"task.order.{split}.{name}"
        want = [mine[permute(i, len(mine), seed, key, 0)] for i in range(len(mine))]
        items = table(tool("evaluate", *task, "--split", split, "--per-item", "-n", 0))
        if [of[x["answer"]] for x in items] != want:
            return f"evaluate, {split}"
        check = where / "a.npz"
        (where / "a.mpk.zst").write_bytes(tool("act-capture", *task, "--split", split, "-n", 0, "-S", "embed",
                                               "-a", 0))
        tool("tensor-export", "-O", check, where / "a.mpk.zst")
        if embedded(where, check) != [rows[i]["q"] for i in want]:
            return f"act-capture, {split}"
        if split == "train" and len(mine) < 30:
            loss = {of[x["answer"]]: float(x["loss"]) for x in items}
            (where / "g.mpk.zst").write_bytes(tool("grad-dump", *task, "-b", 1, "-n", 3 * len(mine), "--sketch", 4))
            have = [float(x["loss"]) for x in table(tool("tensor-ls", where / "g.mpk.zst"))]
            more = [mine[permute(i % len(mine), len(mine), seed, key, i // len(mine))] for i in range(3 * len(mine))]
            # each row's own loss, and no other's
            near = [min(loss, key=lambda k: abs(loss[k] - x)) for x in have]
            if near != more or max(abs(loss[k] - x) for k, x in zip(more, have)) > 1e-5:
                return "grad-dump, three epochs"
    return None


def embedded(where, npz):
    """Which words the activations at the only position of a prompt are of."""
    import numpy as np
    from safetensors.numpy import load_file
    x = load_file(where / "m" / "model.safetensors")
    at = {(w + x["wpe.weight"][0]).tobytes(): i for i, w in enumerate(x["wte.weight"])}
    (a,) = np.load(npz).values()
    return [WORDS[at[v.tobytes()] - len(LETTERS)] for v in a.reshape(-1, a.shape[-1])]


def check_orders(where):
    small_model(where)
    wrong = []
    cases = [(n, "order", s, False) for n, s in ((1, 0), (2, 0), (3, 1), (4, 2), (5, 0), (16, 3), (17, 0), (64, 1),
                                                  (65, 2**40 + 5), (257, 0), (300, 9))]
    cases += [(17, "other", 0, False), (40, "hash", 0, True), (200, "hash", 12, True), (20, "hash", 2**64 - 1, True)]
    for case in cases:
        why = check_order(where, *case)
        if why is not None:
            wrong.append(f"{case[0]} rows, name {case[1]}, seed {case[2]}: {why}")
    print(f"{'not ok' if wrong else 'ok'} - order: {len(cases)} tasks, {len(wrong)} differ")
    for w in wrong:
        print(f"# {w}")
    return not wrong


def check_ties(where, zeros):
    """Tokens without an embedding have equal scores: none where all of the model is zeros."""
    import torch
    from safetensors.numpy import load_file, save_file
    from transformers import AutoModelForCausalLM
    token = small_model(where)
    path = where / "m" / "model.safetensors"
    x = load_file(path)
    flat = WORDS[:12]
    for name in x if zeros else []:
        x[name] = x[name] * 0
    for w in flat:
        x["wte.weight"][token[w]] = 0
    save_file(x, path, metadata={"format": "pt"})
    model = AutoModelForCausalLM.from_pretrained(where / "m", dtype=torch.float64).eval()
    other = WORDS[100:]
    rows = []
    for i in range(54):
        a, b, c, d, e = flat[i % 12], flat[(i + 5) % 12], flat[(i + 7) % 12], other[5 * i], other[5 * i + 1]
        # the right answer ties, does not, ties with the best of three, is of two tokens, or is the only one of one
        answers = [[a, b, c], [a, d, e], [d, e, a], [a, b, d], [a + b, c + b, a + c], [a + d, b + d, e + d],
                   [a, d, b], [d + a, d + b, e + a], [a, b + c, c + b]][i % 9]
        rows.append({"q": other[3 * i] + other[3 * i + 1], "r": answers[0], "w": answers[1], "v": answers[2]})
    (where / "t.json").write_text(json.dumps({"prompt": "{q}", "right": "{r}", "wrong": ["{w}", "{v}"],
                                              "split": "test"}))
    right, ties, near = 0, 0, 0
    for r in rows:
        score = []
        for k in "rwv":
            ids = [token[t[i:i + 2]] for t in (r["q"], r[k]) for i in range(0, len(t), 2)]
            with torch.no_grad():
                p = model(torch.tensor([ids[:-1]])).logits[0].log_softmax(-1)
            score.append(sum(float(p[1 + j, t]) for j, t in enumerate(ids[2:])))
        gap = score[0] - max(score[1:])
        ties += abs(gap) < 1e-12
        near += 1e-12 <= abs(gap) < 1e-4
        right += gap > 1e-12
    rows_file(where / "r.jsonl", rows)
    task = ["-m", where / "m", "-t", f"ties={where}/t.json:{where}/r.jsonl", "-n", 0]
    have = float(table(tool("evaluate", *task))[0]["choice_accuracy"])
    chosen = sum(int(x["chosen"]) for x in table(tool("evaluate", *task, "--per-item")))
    good = near == 0 and ties > 0 and abs(have - right / len(rows)) < 1e-9 and chosen == right
    print(f"{'ok' if good else 'not ok'} - ties, {'zeros' if zeros else 'a model'}: {len(rows)} items, {ties} ties, "
          f"{right} right, choice_accuracy {have:g}")
    return good


def synthetic():
    """Checks that need no data: how many hold, and how many do not."""
    results = []
    for f in (check_orders, lambda d: check_ties(d, False), lambda d: check_ties(d, True)):
        with tempfile.TemporaryDirectory() as tmp:
            results.append(f(pathlib.Path(tmp)))
    return sum(results), len(results) - sum(results)


def greedy(program, where, model, tokenizer):
    import torch
    passed = failed = 0
    for prompt in ("Once upon a time", "Lily and Ben", "The dog said"):
        tokens = torch.tensor([tokenizer.encode(prompt).ids])
        want = model.generate(tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=60, do_sample=False)
        special = tokenizer.get_added_tokens_decoder()
        want = tokenizer.decode([i for i in want[0].tolist() if i not in special])
        got = subprocess.run([program, "text", where, "60", prompt], capture_output=True, text=True).stdout
        good = len(want) >= len(prompt) and got.startswith(want)    # generate stops where a text ends
        print(f"{'ok' if good else 'not ok'} - greedily: {prompt} ...")
        passed += good
        failed += not good
    return passed, failed


def main():
    global BIN
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--greedy", required=True)
    parser.add_argument("--items", type=int, default=60)
    args = parser.parse_args()
    BIN = args.bin
    data = pathlib.Path(os.environ.get("PLUMBLINE_DATA", "../shared/data"))
    try:
        import torch
        from tokenizers import Tokenizer
        import transformers
        from transformers import AutoModelForCausalLM
    except ImportError as e:
        skip(f"no python {e.name}")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    passed, failed = synthetic()
    where = data / "tinystories-656k"
    if not where.exists():
        print(f"skipped: no data tinystories-656k\n{passed} passed, {failed} failed")
        return failed > 0
    model = AutoModelForCausalLM.from_pretrained(where, dtype=torch.float64)
    model.eval()
    tokenizer = Tokenizer.from_file(str(where / "tokenizer.json"))
    good, bad = greedy(args.greedy, where, model, tokenizer)
    passed, failed = passed + good, failed + bad
    limit = model.config.max_position_embeddings
    files = [("boolq", "boolq/val.jsonl"), ("caa", "contrast-pairs/corrigible-neutral-HHH.jsonl"),
             ("mwe", "contrast-pairs/corrigible-neutral-HHH.jsonl")]
    for form, name in files:
        if not (data / name).exists():
            print(f"skipped: no data {name}")
            continue
        rows = [json.loads(line) for line in open(data / name, encoding="utf-8") if line.strip()]
        worst, wrong, n = 0.0, 0, 0
        with tempfile.TemporaryDirectory() as tmp:
            # each row by itself, in whatever split it is
            for i, row in enumerate(rows[:args.items]):
                one = pathlib.Path(tmp, "one.jsonl")
                one.write_text(json.dumps(row) + "\n", encoding="utf-8")
                prompt, answers, right = prepared(form, row)
                want = scores(model, tokenizer, prompt, answers, limit)
                got = None
                for split in ("train", "validation", "test"):
                    r = subprocess.run([f"{args.bin}/evaluate", "-q", "-m", where, "--per-item", "--split", split,
                                        "-t", f"{form}:{one}"], capture_output=True, text=True)
                    if r.returncode == 0:
                        got = next(csv.DictReader(r.stdout.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
                        break
                if want is None or got is None:
                    wrong += (want is None) != (got is None)
                    continue
                n += 1
                loss = -want[right][0] / want[right][1]
                chosen = all(want[right][0] > s for k, (s, _) in enumerate(want) if k != right)
                worst = max(worst, abs(float(got["loss"]) - loss) / max(1, loss))
                margin = min(abs(want[right][0] - s) for k, (s, _) in enumerate(want) if k != right)
                if int(got["tokens"]) != want[right][1] or (margin > 1e-3 and int(got["chosen"]) != chosen):
                    wrong += 1
        good = n > 0 and wrong == 0 and worst < 1e-4 and math.isfinite(worst)
        print(f"{'ok' if good else 'not ok'} - {form}: {n} items, {wrong} differ, loss to {worst:.1e}")
        passed += good
        failed += not good
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
