load helpers

# four records of two tensors, steps 0 10 20 30
setup() {
	plumbline_setup
	cd "$T" || return
	{
		echo "h.0.w:2x2 h.1.w:2"
		for i in 0 1 2 3; do
			echo "step=${i}0 task=t$((i % 2)) loss=0.$i :" \
			    "$i 1 2 3 4 5"
		done
	} | mkstream -c gradients > s.mpk.zst
}

# the values of a stream's records, on one line
values() {
	mkstream --print | paste -s -d ' '
}

steps() {
	tensor-ls "$@" | awk -F '\t' '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == "step") c = i; next }
	{ printf "%s ", $c }'
}

@test "without options everything passes, labels and content too" {
	tensor-select s.mpk.zst > out
	[ "$(values < out)" = "$(values < s.mpk.zst)" ]
	diff <(tensor-ls < s.mpk.zst) <(tensor-ls < out)
}

@test "records are chosen by ranges, from 0, both ends included" {
	[ "$(tensor-select -r 1-2 s.mpk.zst | steps)" = "10 20 " ]
	[ "$(tensor-select -r 3,0 s.mpk.zst | steps)" = "0 30 " ]
	[ "$(tensor-select -r 2- s.mpk.zst | steps)" = "20 30 " ]
	[ "$(tensor-select -r 9 s.mpk.zst | steps)" = "" ]
}

@test "records are chosen by step and by label; all conditions hold" {
	[ "$(tensor-select -s 30,10 s.mpk.zst | steps)" = "10 30 " ]
	[ "$(tensor-select -w task=t1 s.mpk.zst | steps)" = "10 30 " ]
	[ "$(tensor-select -w task=t1 -w loss=0.3 s.mpk.zst | steps)" = "30 " ]
	[ "$(tensor-select -w task=t1 -r 0-1 s.mpk.zst | steps)" = "10 " ]
	[ "$(tensor-select -w seed=NA s.mpk.zst | steps)" = "0 10 20 30 " ]
	[ "$(tensor-select -w seed=1 s.mpk.zst | steps)" = "" ]
}

@test "tensors are chosen by globs; their values stay" {
	[ "$(tensor-select -r 2 -t 'h.1.*' s.mpk.zst | values)" = "4 5" ]
	[ "$(tensor-select -r 2 -t '*.0.*' s.mpk.zst | values)" = "2 1 2 3" ]
	[ "$(tensor-select -r 2 -t h.0.w -t h.1.w s.mpk.zst | values)" = \
	    "2 1 2 3 4 5" ]
}

@test "no records is a sound stream" {
	tensor-select -r 99 s.mpk.zst | tensor-check
}

@test "records are counted on through segments" {
	cat s.mpk.zst s.mpk.zst | tensor-select -r 5 > out
	[ "$(steps out)" = "10 " ]
}

@test "segments of different content are refused" {
	tensor-select s.mpk.zst > a
	printf 'x:1\n: 1\n' | mkstream -c basis > b
	run bash -c 'cat a b | tensor-select > c'
	refused 3 "<stdin>: record 4: content basis, record 0 has gradients"
}

@test "a glob without a match is refused, with the number of tensors" {
	run bash -c 'tensor-select -t "w*" s.mpk.zst > out'
	refused 3 "s.mpk.zst: none of its 2 tensors matches 'w*'"
}

@test "wrong ranges and labels are usage errors" {
	for o in "-r 2-1" "-r x" "-r ," "-s a" "-w task" "-w colour=red" "-x" \
	    "a b"; do
		run bash -c "tensor-select $o < s.mpk.zst > out"
		[ "$status" -eq 2 ] || { echo "$o: $status"; false; }
	done
}

@test "the same command gives the same bytes, whatever the frames of a pipe" {
	needs zstd
	tensor-select -r 1- < s.mpk.zst > a
	tensor-select -r 1- < s.mpk.zst > b
	cmp a b
	# one frame instead of many, as the zstd command writes it
	zstd -dc s.mpk.zst | zstd -c | tensor-select -r 1- > c
	[ "$(zstd -dc a | cksum)" = "$(zstd -dc c | cksum)" ]
}

@test "a cut, flipped, foreign or empty stream is refused, and leaves no file" {
	size=$(stat -c %s s.mpk.zst)
	head -c $((size - 3)) s.mpk.zst > cut
	cp s.mpk.zst flipped
	printf '\x55' | dd of=flipped bs=1 seek=$((size / 2)) conv=notrunc \
	    status=none
	echo "no stream at all" > foreign
	: > empty
	for f in cut flipped foreign empty; do
		run tensor-select -o out "$f"
		refused 3 "tensor-select: $f: "
		[ ! -e out ] && [ ! -e out.tmp ]
	done
}

@test "an error keeps the file that was there" {
	echo old > out
	head -c 300 s.mpk.zst > cut
	run tensor-select -o out cut
	[ "$status" -eq 3 ]
	[ "$(cat out)" = old ]
}

@test "a full disk is an error of the system" {
	[ -w /dev/full ] || skip "no /dev/full"
	run tensor-select -o /dev/full s.mpk.zst
	refused 4 "/dev/full: write: No space left on device"
	run bash -c 'tensor-select s.mpk.zst > /dev/full'
	refused 4 "<stdout>: write: No space left on device"
}

@test "a closed pipe ends it quietly" {
	{ echo x:300000; echo ": $(seq -s ' ' 300000)"; } | mkstream > big
	run bash -c 'tensor-select big | head -c 100 > out
	    echo "${PIPESTATUS[0]}"'
	[ "$output" = 141 ]		# SIGPIPE, and no message
}

@test "a producer that dies is not a short result" {
	run bash -o pipefail -c \
	    '{ head -c 300 s.mpk.zst; exit 9; } | tensor-select > out'
	refused 3 "<stdin>: "
	run tensor-check out
	[ "$status" -eq 3 ]
}

@test "a signal leaves no half-written file" {
	mkfifo in
	tensor-select -o out < in &
	pid=$!
	exec 9> in
	head -c 300 s.mpk.zst >&9
	for _ in $(seq 100); do [ -e out.tmp ] && break; sleep 0.05; done
	[ -e out.tmp ]
	kill -TERM "$pid"
	run wait "$pid"
	exec 9>&-
	[ ! -e out ] && [ ! -e out.tmp ]
}

@test "streams do not go to a terminal" {
	needs_terminal
	run script -qec "'$BIN/tensor-select' s.mpk.zst" /dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"<stdout>: is a terminal"* ]]
}

@test "the manual page's example runs" {
	cp s.mpk.zst run.mpk.zst
	page_example tensor-select.1 > example
	[ -s example ]
	bash -eu -o pipefail example
	[ "$(tensor-ls layers.mpk.zst | wc -l)" -gt 1 ]
}

@test "recipes stay recipes, and have no tensors to choose among" {
	[ -x "$BIN/perturb" ] || skip "no perturb"
	perturb -l s.mpk.zst -n 5 -s 1 > p
	tensor-select -r 3 p > q
	[ "$(tensor-check q | tail -n 1 | cut -f 2,3)" = "$(printf '1\t0')" ]
	[ "$(values < q)" = "$(values < p | cut -d ' ' -f 19-24)" ]
	run bash -c "tensor-select -t 'h.0.*' p > out"
	refused 3 "p: record 0: a recipe"
}
