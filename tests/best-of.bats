load helpers

setup() {
	plumbline_setup
	cd "$T"
	printf 'gain\tother\n%s\n' "$(for i in 3 1 5 2 4; do
		printf '%s\t%s\n' "$i" $((10 - i))
	done)" > five
}

# field COLUMN of the line whose n is N
at() {
	awk -F '\t' -v n="$1" -v name="$2" 'NR == 1 {
		for (i = 1; i <= NF; i++) c[$i] = i
		next }
	$c["n"] == n { print $c[name] }'
}

# normals N SD SEED: gains that are normal, by the sum of 48 uniforms
normals() {
	awk -v n="$1" -v sd="$2" -v s="$3" 'BEGIN {
		print "gain"
		for (i = 0; i < n; i++) {
			for (t = k = 0; k < 48; k++) {
				s = (s * 16807) % 2147483647
				t += s / 2147483647 - 0.5
			}
			printf "%.9g\n", sd * t / 2
		}
	}'
}

@test "best-of: the expectation over subsets is exact" {
	best-of -n 1,2,3,5 -B 0 five > t
	[ "$(at 1 expected < t)" = 3 ]
	[ "$(at 2 expected < t)" = 4 ]	# 0.1*2 + 0.2*3 + 0.3*4 + 0.4*5
	[ "$(at 3 expected < t)" = 4.5 ]	# by all ten subsets
	[ "$(at 5 expected < t)" = 5 ]
	[ "$(at 5 low < t)" = NA ]
}

@test "best-of: chosen by one gain, another is reported" {
	best-of -g other -s gain -n 1,2,5 -B 0 < five > t
	[ "$(at 1 expected < t)" = 7 ]
	[ "$(at 2 expected < t)" = 6 ]
	[ "$(at 5 expected < t)" = 5 ]
}

@test "best-of: the theorem's line is the known b_n" {
	normals 5000 1 7 > g
	best-of -c 1 -n 10,64,100,1000,5000 -B 0 g > t
	# published values, to their last digit
	while read -r n b; do
		at "$n" theorem < t | awk -v b="$b" \
		    '{ exit !($1 - b < 6e-5 && b - $1 < 6e-5) }'
	done <<-E
	10 1.53875
	100 2.50759
	1000 3.24144
	E
	at 64 theorem < t | awk '{ exit !($1 > 2.343 && $1 < 2.345) }'
	at 5000 theorem < t | awk '{ exit !($1 > 3.677 && $1 < 3.679) }'
}

@test "best-of: the sphere's law takes its place at fixed norm" {
	normals 1000 1 7 > g
	for pair in 1:1.00 2:1.41 5:2.16 10:2.64; do
		best-of -c 1 -n 1000 -B 0 -r "${pair%:*}" g | at 1000 theorem |
		    awk -v b="${pair#*:}" \
		    '{ exit !($1 - b < 0.006 && b - $1 < 0.006) }'
	done
}

@test "best-of: normal gains meet the line, and the fit says so" {
	normals 2000 0.5 11 > g
	best-of -c 0.5 -n 10,50 g > t
	for n in 10 50; do
		low=$(at $n low < t) high=$(at $n high < t)
		at $n theorem < t | awk -v l="$low" -v h="$high" \
		    '{ exit !($1 > l && $1 < h) }'
	done
	best-of -f -c 0.5 g | awk -F '\t' 'NR == 2 { exit !($5 > 0.95 &&
	    $5 < 1.05 && $7 > 0.01) }'
	best-of -f -c 0.4 g | awk -F '\t' 'NR == 2 { exit !($7 < 0.01) }'
}

@test "best-of: a curve for each value of a column" {
	{
		printf 'sigma\ttask\tgain\n'
		for i in 1 2 3; do
			printf '0.1\ta\t%s\n0.2\ta\t%s\n0.1\tb\tNA\n' $i $((9 * i))
		done
	} > grid
	best-of -b sigma -b task -n 1 -B 0 grid > t
	[ "$(head -n 1 t)" = \
	    $'sigma\ttask\tdraws\tn\texpected\tlow\thigh\ttheorem' ]
	[ "$(cut -f 1-5 t | sed 1d | paste -sd ' ')" = \
	    $'0.1\ta\t3\t1\t2 0.2\ta\t3\t1\t18' ]
}

@test "best-of: scale and dimension of each curve, from their columns" {
	{
		printf 'set\tgain\tscale\tr\n'
		for i in 1 2 3; do
			printf 'a\t%s\t2\t5\nb\t%s\t3\tNA\nc\t%s\tNA\t1\n' \
			    $i $i $i
		done
	} > sets
	best-of -b set -n 2 -B 0 -C scale -R r sets > t
	best-of -n 2 -B 0 -c 2 -r 5 sets | at 2 theorem > a
	best-of -n 2 -B 0 -c 3 sets | at 2 theorem > b
	at 2 theorem < t | diff <(cat a b; echo NA) -
	run ! diff a <(best-of -n 2 -B 0 -c 2 sets | at 2 theorem)
	run best-of -C scale sets
	refused 3 "sets: line 3: scale is 3, the curve's first row has 2"
	run best-of -b set -R gain sets
	refused 3 "sets: line 5: gain is 2, the curve's first row has 1"
	printf 'gain\tr\n1\t0.5\n' > half
	run best-of -R r half
	refused 3 "half: line 2: r is 0.5, not a dimension"
	run best-of -r 2 -R r sets
	refused 2 "give --dimension or --dimension-column"
}

@test "best-of: the bootstrap depends on its seed alone" {
	normals 200 1 3 > g
	best-of g > a
	best-of --threads 2 g > b
	cmp a b
	best-of --seed 1 g > c
	run cmp -s a c
	[ "$status" -eq 1 ]
}

@test "best-of: tables that are none are refused" {
	run best-of /dev/null
	refused 3 "/dev/null: empty: no header line"
	printf 'gain\n1\tx\n' > t
	run best-of t
	refused 3 "t: line 2: 2 fields, the header has 1"
	printf 'gain\n1\nx\n' > t
	run best-of t
	refused 3 "t: line 3: gain is 'x', not a number"
	run best-of -g loss five
	refused 3 "five: no column 'loss'"
	printf 'gain\n1\n\0\n' > t
	run best-of t
	refused 3 "t: not text: a NUL at byte 7"
	run best-of nothing
	refused 3 "nothing: No such file or directory"
	run best-of -c 1 -C x five
	refused 2 "give a positive --scale, or --scale-column"
	run best-of five -o /dev/full
	refused 4 "/dev/full"
}

@test "the manual page's example runs" {
	normals 1000 0.0017 5 > gains.tsv
	page_example best-of.1 > example
	bash -eu -o pipefail <(sed -n '/^best-of/p' example) > t
	[ "$(grep -c . t)" -eq 6 ]
	awk -F '\t' '$2 == 100 { exit !($3 > 0.8 * $6 && $3 < 1.2 * $6) }' t
}
