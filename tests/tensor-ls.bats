load helpers

setup() {
	plumbline_setup
	cd "$T" || return
	printf '%s\n' "a:2x3 b: none:0x4" \
	    "step=-1 task=copy loss=0.25 : 1 2 3 4 5 6 7" \
	    "step=2 name=x side=a : 7 6 5 4 3 2 1" |
	    mkstream -c updates > s.mpk.zst
}

# across NAME: a column of the table on standard input, in one line
across() {
	column "$1" | tr '\n' ' '
}

@test "a row a record, with file, content, sizes and every label" {
	tensor-ls s.mpk.zst > t
	[ "$(wc -l < t)" -eq 3 ]
	[ "$(across file < t)" = "s.mpk.zst s.mpk.zst " ]
	[ "$(across record < t)" = "0 1 " ]
	[ "$(across content < t)" = "updates updates " ]
	[ "$(across tensors < t)" = "3 3 " ]
	[ "$(across values < t)" = "7 7 " ]
	[ "$(across step < t)" = "-1 2 " ]
	[ "$(across loss < t)" = "0.25 NA " ]
	[ "$(across task < t)" = "copy NA " ]
	[ "$(across side < t)" = "NA a " ]
}

@test "every label of plumbline-stream(5) has its column, and no other" {
	awk '/^\.Sh LABELS/ { on = 1 } /^\.El/ { on = 0 }
	    on && /^\.It Cm/ { print $3 }' "$ROOT/man/plumbline-stream.5" |
	    sort > page
	tensor-ls s.mpk.zst | head -n 1 | tr '\t' '\n' | tail -n +6 |
	    sort > here
	[ -s page ]
	diff page here
}

@test "-t: a row a tensor, with dtype and shape" {
	tensor-ls -t s.mpk.zst > t
	[ "$(across tensor < t)" = "a b none a b none " ]
	[ "$(across dtype < t)" = "f32 f32 f32 f32 f32 f32 " ]
	[ "$(across shape < t)" = "[2,3] [] [0,4] [2,3] [] [0,4] " ]
	[ "$(across values < t)" = "6 1 0 6 1 0 " ]
}

@test "--json: one object a line, null where a label is missing" {
	needs_python
	tensor-ls --json s.mpk.zst | python3 -c '
import json, sys
a, b = map(json.loads, sys.stdin)
assert a["step"] == -1 and a["loss"] == 0.25 and a["name"] is None
assert b["record"] == 1 and b["name"] == "x" and b["values"] == 7'
}

@test "several files, segments and standard input" {
	cat s.mpk.zst s.mpk.zst > two
	tensor-ls two - s.mpk.zst < s.mpk.zst > t
	[ "$(across record < t)" = "0 1 2 3 0 1 0 1 " ]
	[ "$(across file < t)" = \
	    "two two two two <stdin> <stdin> s.mpk.zst s.mpk.zst " ]
}

@test "-p: the commands that it shows make the stream again" {
	tensor-select -r 1 s.mpk.zst > one
	cat s.mpk.zst one | tensor-select -w side=a | lincomb --sum > sum
	tensor-ls -p sum > commands
	grep -q 'lincomb --sum' commands
	# mkstream wants its text, and is the only one that is no tool
	run ! grep -v -E '^(mkstream|tensor-select|lincomb|\{)' commands
}

@test "rows are shown while the producer still runs" {
	mkfifo in out
	tensor-ls < in > out &
	exec 8> in 9< out
	size=$(stat -c %s s.mpk.zst)
	head -c $((size - 40)) s.mpk.zst >&8
	read -r -u 9 -t 20 line
	[[ $line == file* ]]
	read -r -u 9 -t 20 line
	read -r -u 9 -t 20 line
	[[ $line == *updates* ]]
	exec 8>&- 9<&-
	wait || true
}

@test "a damaged stream: the rows before the fault, one message, status 3" {
	size=$(stat -c %s s.mpk.zst)
	head -c $((size - 1)) s.mpk.zst > cut
	run --separate-stderr tensor-ls cut
	[ "$status" -eq 3 ]
	[ "${#lines[@]}" -eq 3 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ ${stderr_lines[0]} == "tensor-ls: cut: "*truncated* ]]
}

@test "what is no stream is refused" {
	echo "no stream at all" > foreign
	: > empty
	run tensor-ls -o t foreign
	refused 3 "tensor-ls: foreign: offset 0: not a zstd frame"
	run tensor-ls -o t empty
	refused 3 "tensor-ls: empty: empty: no stream"
	run tensor-ls -o t missing
	refused 3 "tensor-ls: missing: No such file or directory"
	run tensor-ls -o t .
	refused 3 "tensor-ls: .: is a directory"
	[ ! -e t ]
}

@test "a full disk is an error of the system" {
	[ -w /dev/full ] || skip "no /dev/full"
	run bash -c 'tensor-ls s.mpk.zst > /dev/full'
	refused 4 "<stdout>: write: No space left on device"
}

@test "the manual page's example runs" {
	cp s.mpk.zst run.mpk.zst
	page_example tensor-ls.1 > example
	[ -s example ]
	run bash -eu -o pipefail example
	[ "$status" -eq 0 ]
	[ "${lines[2]}" = "$(printf 'tensor\tdtype\tshape\tvalues')" ]
}
