#!/bin/bash
# bench-sketch: grad-dump --sketch against grad-dump that writes whole
# gradients, to /dev/null: what projecting costs instead of writing.  A model
# of 19,456,000 parameters and short minibatches, so that neither is lost
# beside the gradients themselves.
# Environment: RUNS (3); SKETCH (4096).
set -eu -o pipefail
runs=${RUNS:-3} k=${SKETCH:-4096}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export TIMEFORMAT='%R'

cat > "$T/config.json" <<'JSON'
{"model_type": "gpt2", "n_embd": 512, "n_layer": 6, "n_head": 8,
 "n_positions": 1024, "vocab_size": 32}
JSON
train -q -c "$T/config.json" -O "$T/model" -n 0 -t copy
dump() {
	{ time grad-dump -q -m "$T/model" -t copy --length 3 -b 1 -n 16 \
	    "$@" > /dev/null; } 2>> "$T/log"
}
for ((i = 0; i < runs; i++)); do
	: > "$T/log"
	dump
	dump --sketch "$k"
	paste -sd ' ' "$T/log" >> "$T/all"
done

awk '{ print $2 / $1, $1, $2 }' "$T/all" | sort -n |
    awk -v k="$k" '{ line[NR] = $0 }
END {
	split(line[int((NR + 1) / 2)], v)
	printf "bench: grad-dump --sketch %d: %.2f of the time of whole " \
	    "gradients (%.2f s for 16) (no bar)\n", k, v[1], v[2]
}'
