# What the bats files of svd-basis, project, capture, drift, cosine and
# lincomb share, on top of helpers.bash.

# noise N D SEED [LABELS]: N lines for mkstream with D numbers between -1 and
# 1 each, from a generator of our own (awk's differ); "%d" in LABELS is the
# line's number
noise() {
	awk -v n="$1" -v d="$2" -v s="$3" -v labels="${4:-}" 'BEGIN {
		for (i = 0; i < n; i++) {
			printf labels, i
			printf " :"
			for (k = 0; k < d; k++) {
				s = (s * 16807 + 11) % 2147483647
				printf " %.7g", s / 1073741823.5 - 1
			}
			print ""
		}
	}'
}

# The streams that the manual pages' examples read, in the current directory.
example_streams() {
	{
		echo "w:3x4 b:8"
		noise 12 20 1 "step=%d task=copy" | awk '{
			sub(/step=[0-9]*/, "step=" int((NR - 1) / 4))
			print }'
	} | mkstream -c gradients > gradients.mpk.zst
	{ echo "w:3x4 b:8"; noise 12 20 2 "step=%d"; } |
	    mkstream -c updates > updates.mpk.zst
	{ echo "w:3x4 b:8"; noise 1 20 3; } |
	    mkstream -c displacements > displacement.mpk.zst
	local n=4 f
	for f in contrast shift; do
		{ echo "embed:6"; noise 1 6 $((n++)) site=embed
		echo "@final_norm:6"; noise 1 6 $((n++)) site=final_norm; } |
		    mkstream > $f.mpk.zst
	done
}

# page_runs PAGE: its examples run, every command of a pipeline, in $T
page_runs() {
	cd "$T"
	example_streams
	page_example "$1" > example
	[ -s example ]
	bash -eu -o pipefail example > printed
}

# near X Y [TOLERANCE]: numbers that differ by at most that (1e-6)
near() {
	awk -v x="$1" -v y="$2" -v t="${3:-1e-6}" 'BEGIN {
		d = x - y
		if (x == "" || x == "NA" || (d < 0 ? -d : d) > t) {
			print x " is not within " t " of " y > "/dev/stderr"
			exit 1
		}
	}'
}

# values RECORD [FILE]: the numbers of a record, a line each
values() {
	tensor-select -r "$1" "${2:--}" | "$BUILD/tests/mkstream" --print
}

# The same damage for every tool: TOOL ... reads standard input.
refuses_damage() {
	example_streams
	head -c 300 gradients.mpk.zst > cut
	run --separate-stderr "$@" < cut
	[ "$status" -eq 3 ]
	[[ $stderr == "$1: <stdin>: offset "*": truncated"* ]]
	run --separate-stderr "$@" < /dev/null
	[ "$status" -eq 3 ]
	[ "$stderr" = "$1: <stdin>: empty: no stream" ]
	{ echo "w:3x4 b:8"; noise 3 20 1 | sed '2s/[^ ]*$/nan/'; } |
	    mkstream > nan
	run --separate-stderr "$@" < nan
	[ "$status" -eq 3 ]
	[ "$stderr" = "$1: <stdin>: record 1: tensor b: value 7 of 8 is not a number" ]
}
