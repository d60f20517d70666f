load helpers
load algebra

# 3 e0, 2 e1, 3 e0, so s^2 is 18 and 4
simple() {
	printf 'w:2x2 b:1\nstep=0 : 3 0 0 0 0\nstep=0 : 0 2 0 0 0\n%s\n' \
	    'step=0 : 3 0 0 0 0' | mkstream
}

labels() {
	tensor-ls "$@" | column "$LABEL"
}

@test "svd-basis: singular values, total and rows of a matrix that is known" {
	simple | svd-basis -r 2 > "$T/b"
	[ "$(LABEL=vectors labels "$T/b")" = $'3\n3' ]
	[ "$(LABEL=total labels "$T/b")" = $'22\n22' ]
	[ "$(LABEL=step labels "$T/b")" = $'0\n0' ]
	near "$(LABEL=singular_value labels "$T/b" | head -n 1)" 4.242640687
	near "$(LABEL=singular_value labels "$T/b" | tail -n 1)" 2
	[ "$(values 0 "$T/b" | paste -sd ' ')" = "1 0 0 0 0" ]
	[ "$(values 1 "$T/b" | paste -sd ' ')" = "0 1 0 0 0" ]
}

@test "svd-basis: what depends on the rest is left out, with a warning" {
	simple > "$T/v"
	run --separate-stderr svd-basis -r 3 -o "$T/b" "$T/v"
	[ "$status" -eq 0 ]
	[ "$stderr" = "svd-basis: $T/v: rank 3, but the 3 vectors span only 2 dimensions" ]
	[ "$(tensor-ls "$T/b" | column rank)" = $'2\n2' ]
	run --separate-stderr svd-basis -r 0 -o "$T/b" "$T/v"
	[ "$status" -eq 0 ] && [ -z "$stderr" ]
}

@test "svd-basis: --energy takes the fewest rows that hold it" {
	[ "$(simple | svd-basis -e 0.8 | tensor-ls | column component)" = 0 ]
	[ "$(simple | svd-basis -e 0.82 | tensor-ls | column rank)" = $'2\n2' ]
	run svd-basis -e 1.5 < /dev/null
	refused 2 "--energy: 1.5 is not between 0 and 1"
}

@test "svd-basis: --centre takes the mean away" {
	printf 'x:3\n: 1001 1 0\n: 999 1 0\n: 1000 1 0\n' | mkstream |
	    svd-basis --centre -r 1 > "$T/b"
	[ "$(values 0 "$T/b" | paste -sd ' ')" = "1 0 0" ]
	near "$(tensor-ls "$T/b" | column total)" 2
	[ "$(tensor-ls "$T/b" | column centred)" = 1 ]
}

@test "svd-basis: each run of a label has its basis, halves have one each" {
	cd "$T"
	example_streams
	svd-basis -r 2 -b step -H gradients.mpk.zst > b
	[ "$(tensor-ls b | column basis | uniq -c | awk '{ print $1, $2 }')" = \
	    $'4 0\n4 1\n4 2' ]
	[ "$(tensor-ls b | column step | uniq | paste -sd ' ')" = "0 1 2" ]
	[ "$(tensor-ls b | column side | head -n 4 | paste -sd ' ')" = "a a b b" ]
	[ "$(tensor-ls b | column vectors | uniq)" = 2 ]
	# side b of step 1 is the basis of its last two vectors alone
	tensor-select -r 6,7 gradients.mpk.zst | svd-basis -r 2 > alone
	[ "$(values 6-7 b)" = "$(values 0-1 alone)" ]
}

@test "svd-basis: --first uses the beginning of every run" {
	cd "$T"
	example_streams
	svd-basis -r 2 -b step -n 2 gradients.mpk.zst > b
	[ "$(tensor-ls b | column vectors | uniq)" = 2 ]
	tensor-select -r 4,5 gradients.mpk.zst | svd-basis -r 2 > alone
	[ "$(values 2-3 b)" = "$(values 0-1 alone)" ]
}

@test "svd-basis: a prefix is Gram-Schmidt in order, without what adds nothing" {
	printf 'x:3\n: 0 2 0\n: 0 -4 0\n: 3 5 0\n: 1 1 1\n' | mkstream |
	    svd-basis -m prefix -r 2 > "$T/b"
	[ "$(values 0 "$T/b" | paste -sd ' ')" = "0 1 0" ]
	[ "$(values 1 "$T/b" | paste -sd ' ')" = "1 0 0" ]
	[ "$(tensor-ls "$T/b" | column singular_value)" = $'2\n3' ]
	[ "$(tensor-ls "$T/b" | column vectors | uniq)" = 3 ]
	[ "$(tensor-ls "$T/b" | column total | uniq)" = 54 ]
}

@test "svd-basis: random rows are orthonormal, and a matter of the seed" {
	cd "$T"
	example_streams
	svd-basis -m random -r 20 -s 7 gradients.mpk.zst > a
	svd-basis -m random -r 20 -s 7 gradients.mpk.zst > b
	svd-basis -m random -r 20 -s 8 gradients.mpk.zst > c
	cmp a b
	[ "$(values 0 a)" != "$(values 0 c)" ]
	[ "$(tensor-ls c | column seed | uniq)" = 8 ]
	[ "$(tensor-ls c | column singular_value | uniq)" = NA ]
	# 20 rows of 20 values hold any vector whole
	near "$(capture -b a -r 20 displacement.mpk.zst |
	    column captured_energy)" 1
	run svd-basis -m random -r 21 gradients.mpk.zst
	[ "$status" -eq 3 ]
	[[ $output == *"rank 21, but only 20 values in a vector"* ]]
}

@test "svd-basis: the bytes do not depend on the number of threads" {
	{ echo x:20000; noise 5 20000 4; } | mkstream > "$T/v"
	svd-basis -r 3 --threads 1 "$T/v" > "$T/1"
	svd-basis -r 3 --threads 2 "$T/v" > "$T/2"
	svd-basis -r 3 --threads 3 < "$T/v" > "$T/3"
	cmp "$T/1" "$T/2"
	[ "$(values 0-2 "$T/1")" = "$(values 0-2 "$T/3")" ]
}

@test "svd-basis: more rows than vectors are refused, with both numbers" {
	simple > "$T/v"
	run svd-basis -r 50 -o "$T/b" "$T/v"
	refused 3 "svd-basis: $T/v: rank 50, but only 3 vectors"
	run svd-basis -r 2 -b step -H -o "$T/b" "$T/v"
	refused 3 "$T/v: step 0: side a: rank 2, but only 1 vectors"
	[ ! -e "$T/b" ]
}

@test "svd-basis: zero vectors, no vectors and other layouts are refused" {
	printf 'x:3\n: 0 0 0\n: 0 0 0\n' | mkstream > "$T/v"
	run svd-basis -r 1 -o "$T/b" "$T/v"
	refused 3 "$T/v: rank 1, but all 2 vectors are zero"
	printf 'x:3\n' | mkstream > "$T/v"
	run svd-basis -o "$T/b" "$T/v"
	refused 3 "$T/v: holds no vectors"
	printf 'x:3\n: 1 2 3\n@x:2\n: 1 2\n' | mkstream > "$T/v"
	run svd-basis -o "$T/b" "$T/v"
	refused 3 "$T/v: record 1: tensor x: shape [2], the first record has [3]"
	run svd-basis -m prefix -c "$T/v"
	refused 2 "--centre goes with --method=svd only"
	run svd-basis -b stride "$T/v"
	refused 2 "--by: 'stride' is not a label"
	[ ! -e "$T/b" ]
}

@test "svd-basis: damaged input is refused" {
	cd "$T"
	refuses_damage svd-basis -r 1
}

@test "svd-basis: a full disk is trouble of the system" {
	simple > "$T/v"
	run svd-basis -r 1 -o /dev/full "$T/v"
	refused 4 "svd-basis: /dev/full: "
	[[ $output == *"No space left on device" ]]
}

@test "svd-basis: the manual page's example runs" {
	page_runs svd-basis.1
	[ "$(grep -c singular_value "$T/printed")" -eq 4 ]
	[ "$(tensor-ls "$T/halves.mpk.zst" | column side | sort -u |
	    paste -sd ' ')" = "a b" ]
}
