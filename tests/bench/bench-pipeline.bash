#!/bin/bash
# bench-pipeline: a pipeline of four filters against what bounds it: its
# slowest stage, timed alone from a file to /dev/null, or the processor time
# that it takes in all, over the cores.  Every stage keeps the vectors' shape,
# so that each alone can read the file that the pipeline reads.
# Environment: PIPELINE_MIB (1024): size of the stream; RUNS (3).
set -eu -o pipefail
mib=${PIPELINE_MIB:-1024} runs=${RUNS:-3}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export TIMEFORMAT='%R %U %S'

# 456,768 parameters: the synthetic model
cat > "$T/config.json" <<'JSON'
{"model_type": "gpt2", "n_embd": 96, "n_layer": 4, "n_head": 4,
 "n_positions": 64, "vocab_size": 32}
JSON
train -q -c "$T/config.json" -O "$T/model" -n 0 -t copy
perturb -m "$T/model" -n 8 --seed 1 | svd-basis -r 4 -o "$T/basis"
perturb -m "$T/model" --dense -o "$T/in" \
    -n $((mib * 1048576 / (4 * 456768)))

stage1() { tensor-select -r 0- "$@"; }
stage2() { lincomb -w 0.5 "${1:--}"; }
stage3() { project -b "$T/basis" -m residual "$@"; }
stage4() { capture -b "$T/basis" "$@"; }

# seconds COMMAND ...: adds a line "elapsed user system" to $T/log
seconds() {
	{ time "$@" > /dev/null; } 2>> "$T/log"
}
pipeline() {
	stage1 "$T/in" | stage2 | stage3 | stage4
}

cat "$T/in" > /dev/null		# in memory from here on, if it fits
for ((i = 0; i < runs; i++)); do
	: > "$T/log"
	for k in 1 2 3 4; do
		seconds stage$k "$T/in"
	done
	seconds pipeline
	paste -sd ' ' "$T/log" >> "$T/all"
done

# of each run: the ratio, the bound; then the median of the ratios
awk -v cores="$(env -u OMP_NUM_THREADS nproc)" '{
	slowest = $1
	for (k = 4; k <= 10; k += 3)
		if ($k > slowest)
			slowest = $k
	cpu = ($14 + $15) / cores
	print $13 / (cpu > slowest ? cpu : slowest), $13, slowest, cpu
}' "$T/all" | sort -n | awk -v mib="$mib" '{ line[NR] = $0 }
END {
	split(line[int((NR + 1) / 2)], v)
	printf "bench: pipeline of four filters on %d MiB: %.2f of the " \
	    "larger of its slowest stage (%.2f s) and its processor time " \
	    "over the cores (%.2f s) (bar at most 1.20)\n", mib, v[1], v[3],
	    v[4]
}'
