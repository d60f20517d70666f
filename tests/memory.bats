# --memory: what does not fit goes to a file that has no name, and the result
# is the same to the byte.
load helpers
load algebra

setup() {
	plumbline_setup
	cd "$T"
	# made once: 40 vectors of 12345 values, 2 MB
	V=$BATS_FILE_TMPDIR/vectors
	[ -e "$V" ] || {
		echo "w:120x100 b:345"
		noise 40 12345 3 "step=%d" | awk '{
			sub(/step=[0-9]*/, "step=" int((NR - 1) / 20))
			print }'
	} | mkstream -c gradients > "$V"
	mkdir spool
	export TMPDIR=$T/spool
}

# same TOOL ...: in 1 MB, in 3 MB and without a limit that matters
same() {
	local limit
	"$@" --memory 8G > want
	[ -s want ]
	for limit in 1M 3M; do
		"$@" --memory "$limit" > got
		cmp want got
	done
	[ -z "$(ls spool)" ]
}

# spooling PID: that process has a file without a name in $TMPDIR, or ended
spooling() {
	while kill -0 "$1" 2>/dev/null; do
		ls -l "/proc/$1/fd" 2>/dev/null | grep -q "$TMPDIR.*deleted" &&
		    return
		sleep 0.05
	done
	return 1
}

@test "memory: svd-basis makes the same basis of every method" {
	same svd-basis -r 12 "$V"
	same svd-basis -r 0 -c "$V"
	same svd-basis -e 0.7 "$V"
	same svd-basis -r 5 -b step -H "$V"
	same svd-basis -m prefix -r 30 "$V"
	same svd-basis -m prefix -r 5 -b step -H "$V"
	same svd-basis -m random -r 30 -s 5 "$V"
	same svd-basis -r 3 --threads 3 "$V"
}

@test "memory: project, in every mode" {
	svd-basis -r 30 "$V" > b
	for mode in projection residual coefficients; do
		same project -b b -m "$mode" -r 3,30 "$V"
	done
}

@test "memory: capture, of vectors and of updates" {
	svd-basis -r 30 "$V" > b
	svd-basis -m prefix -r 30 "$V" > c
	capture -b b -b c -r 1,5,30 --memory 8G "$V" > want
	capture -b b -b c -r 1,5,30 --memory 2M "$V" | cmp - want
	capture -u -b b -b c -r 1,5,10,20,40 --memory 8G "$V" > want
	capture -u -b b -b c -r 1,5,10,20,40 --memory 2M "$V" | cmp - want
	[ -z "$(ls spool)" ]
}

@test "memory: cosine, of a reference and of all pairs" {
	same cosine "$V"
	same cosine -r "$V" "$V"
	same cosine --all-pairs "$V"
}

@test "memory: drift, of windows, of bases and of two files" {
	same drift -w 20 "$V"
	svd-basis -r 0 -b step -H "$V" > b
	drift --memory 8G b > want
	drift --memory 2M b | cmp - want
	drift --memory 8G b b > want
	drift --memory 3M b b | cmp - want
	[ -z "$(ls spool)" ]
}

@test "memory: lincomb, over records and over operands" {
	tensor-select -r 3 "$V" > one
	same lincomb --mean "$V"
	same lincomb --sum "$V"
	same lincomb --cumulative "$V"
	same lincomb -w 1,-2,0.5,1,1,1 "$V" one "$V" one one one
}

@test "memory: the provenance does not speak of it" {
	svd-basis -r 3 --memory 1M "$V" > b
	run tensor-ls --provenance b
	[ "$status" -eq 0 ]
	[[ $output == *svd-basis* && $output != *memory* ]]
}

@test "memory: the process stays below the limit" {
	! is_sanitized || skip "a sanitizer takes memory of its own"
	needs python3
	perturb --dense -n 64 -o large --like <(
		{ echo x:1000000
		  awk 'BEGIN { printf ":"
		    for (i = 0; i < 1000000; i++) printf " 0"
		    print "" }'; } | mkstream)
	# 256 MB of vectors
	run python3 - svd-basis -q -r 10 --memory 160M -o b large <<-'END'
	import resource, subprocess, sys
	s = subprocess.run(sys.argv[1:]).returncode
	print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
	sys.exit(s)
	END
	[ "$status" -eq 0 ]
	[ "$output" -lt 160 ]
	svd-basis -q -r 10 --memory 8G large | cmp - b
}

@test "memory: kill -9 leaves nothing, nor does a signal that can be caught" {
	for sig in KILL TERM INT; do
		# its own: the last one's cat may not know yet that it ended
		mkfifo "pipe.$sig"
		svd-basis -r 3 --memory 1M -o b < "pipe.$sig" & pid=$!
		{ cat "$V"; sleep 30; } > "pipe.$sig" & feed=$!
		spooling "$pid"
		kill -s "$sig" "$pid"
		run wait "$pid"
		[ -z "$(ls spool)" ]
		kill "$feed" 2>/dev/null || true
		wait "$feed" 2>/dev/null || true
		[ ! -e b ]
	done
}

@test "memory: a directory that cannot be written is trouble of the system" {
	TMPDIR=$T/none run svd-basis -r 3 --memory 1M -o b "$V"
	refused 4 "svd-basis: $T/none: temporary file: No such file or directory"
	TMPDIR=/dev/null run cosine -a --memory 1M -o b "$V"
	refused 4 "cosine: /dev/null: temporary file: Not a directory"
	[ ! -e b ]
}

@test "memory: a disk that is full is trouble of the system" {
	for tool in "svd-basis -r 3" "drift -w 40" "cosine -a"; do
		run bash -c "trap '' XFSZ; ulimit -f 300
		    $tool --memory 1M -o b '$V'"
		refused 4 "$T/spool: temporary file: File too large"
		[ ! -e b ]
	done
	[ -z "$(ls spool)" ]
}

@test "memory: a Gram matrix that does not fit is refused, with the numbers" {
	{ echo x:4; noise 200 4 9; } | mkstream > many
	run svd-basis -r 2 --memory 1M -o b many
	refused 3 "svd-basis: many: the Gram matrix of 200 vectors: needs 976064 bytes, --memory=1M leaves 524288 for it"
	svd-basis -r 2 --memory 3M many > b
	run drift -w 200 --memory 1M -o t many
	refused 3 "many: the Gram matrix of 100 vectors: needs 248064 bytes, --memory=1M leaves 65536 for it"
	[ ! -e t ]
}

@test "memory: vectors that do not fit are refused, with the numbers" {
	run svd-basis -r 2 --memory 90K -o t "$V"
	refused 3 "$V: a vector of 12345 values: needs 49380 bytes, --memory=90K leaves 23040 for it"
	run lincomb --memory 90K -o t "$V"
	refused 3 "$V: vectors of 12345 values: needs 197520 bytes, --memory=90K leaves 23040 for it"
	run cosine --memory 90K -o t "$V"
	refused 3 "$V: a vector of 12345 values: needs 49380 bytes"
	svd-basis -r 2 "$V" > b
	run project -b b --memory 300K -o t "$V"
	refused 3 "b: vectors of 12345 values: needs 246900 bytes, --memory=300K leaves 76800 for it"
	run capture -b b --memory 300K -o t "$V"
	refused 3 "$V: vectors of 12345 values: needs 148140 bytes"
	[ ! -e t ]
}

@test "memory: a basis that recipes cite is refused, with the numbers" {
	svd-basis -r 4 "$V" > b
	perturb -l "$V" -b b -n 3 -o recipes
	# 4 x 12345 values: 197520 bytes
	cosine --memory 400K recipes > a
	cosine recipes | cmp - a
	run lincomb -s --memory 380K -o t recipes
	refused 3 "resource 0: 4 rows of 12345 values, held for recipes that cite them, need more than the 194560 bytes there are for it"
	[ ! -e t ]
}

@test "memory: a limit is a whole number with K, M, G or T, or none" {
	for limit in '' 0 0M -1 12x M 1.5G 1MB 99999999999999999999 20000000T
	do
		run svd-basis --memory "$limit" "$V"
		refused 2 "svd-basis: --memory: '$limit' is not a size such as 512M or 2G"
	done
	for limit in 4000000 4000K 4m 1g 1T; do
		svd-basis -r 2 --memory "$limit" "$V" > /dev/null
	done
}
