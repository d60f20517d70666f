"""Text tasks against transformers, tokenizers and torch.

The same rows, filled into the same templates by other code, encoded by the
tokenizers library and scored by transformers in float64: the loss of the right
answer and which answer is chosen, for every row, which evaluate --per-item
gets in a file of its own.  Rows are those of PLUMBLINE_DATA.

usage: check_text.py --bin BIN [--items N]
"""
import argparse
import csv
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--items", type=int, default=60)
    args = parser.parse_args()
    data = pathlib.Path(os.environ.get("PLUMBLINE_DATA", "../shared/data"))
    try:
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoModelForCausalLM
    except ImportError as e:
        skip(f"no python {e.name}")
    where = data / "tinystories-656k"
    if not where.exists():
        skip("no data tinystories-656k")
    model = AutoModelForCausalLM.from_pretrained(where, dtype=torch.float64)
    model.eval()
    tokenizer = Tokenizer.from_file(str(where / "tokenizer.json"))
    limit = model.config.max_position_embeddings
    passed = failed = 0
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
