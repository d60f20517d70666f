load helpers
load algebra

setup() {
	plumbline_setup
	cd "$T"
	printf 'x:2\nstep=0 : 3 4\nstep=1 task=copy name=n : -6 -8\n: 4 3\n%s\n' \
	    ': 0 0' | mkstream > v
}

@test "cosine: against the first vector, by default" {
	cosine v > t
	[ "$(column cosine < t | paste -sd ' ')" = "1 -1 0.96 NA" ]
	[ "$(column norm < t | paste -sd ' ')" = "5 10 5 0" ]
	[ "$(column reference_norm < t | uniq)" = 5 ]
	[ "$(column step < t | paste -sd ' ')" = "0 1 NA NA" ]
	[ "$(column task < t | paste -sd ' ')" = "NA copy NA NA" ]
	[ "$(column name < t | paste -sd ' ')" = "NA n NA NA" ]
}

@test "cosine: against each vector of a reference" {
	printf 'x:2\n: 1 0\n: 0 2\n' | mkstream > r
	cosine -r r < v > t
	[ "$(column reference < t | paste -sd ' ')" = "0 1 0 1 0 1 0 1" ]
	[ "$(column cosine < t | head -n 6 | paste -sd ' ')" = \
	    "0.6 0.8 -0.6 -0.8 0.8 0.6" ]
}

@test "cosine: all pairs, each once" {
	cosine --all-pairs v > t
	[ "$(column record < t | paste -sd ' ')" = "1 2 2 3 3 3" ]
	[ "$(column reference < t | paste -sd ' ')" = "0 0 1 0 1 2" ]
	[ "$(column cosine < t | head -n 3 | paste -sd ' ')" = "-1 0.96 -0.96" ]
}

# Vectors at two sites, and one that is of neither.
sites() {
	{
		printf 'embed:2\nsite=embed side=positive : 1 0\n@h.0.out:3\n'
		printf 'site=h.0.out : 0 2 0\nsite=h.0.out : 0 0 1\n'
	} | mkstream > r
	{
		printf 'h.0.out:3\nsite=h.0.out delta=4 : 0 3 4\n@embed:2\n'
		printf 'site=embed side=positive : 4 3\n'
	} | mkstream > s
	printf 'final_norm:2\nsite=final_norm : 1 2\n' | mkstream > other
}

@test "cosine: --match compares what has the same tensors" {
	sites
	cosine --match -r r s > t
	[ "$(column cosine < t | paste -sd ' ')" = "0.6 0.8 0.8" ]
	[ "$(column reference < t | paste -sd ' ')" = "1 2 0" ]
	[ "$(column reference_norm < t | paste -sd ' ')" = "2 1 1" ]
	[ "$(column norm < t | paste -sd ' ')" = "5 5 5" ]
	[ "$(column site < t | paste -sd ' ')" = "h.0.out h.0.out embed" ]
	[ "$(column delta < t | paste -sd ' ')" = "4 4 NA" ]
	[ "$(column side < t | paste -sd ' ')" = "NA NA positive" ]
	# the first of each kind; each with those before it of its kind
	cat s r | cosine --match > t
	[ "$(column cosine < t | paste -sd ' ')" = "1 1 0.8 0.6 0.8" ]
	[ "$(column reference < t | paste -sd ' ')" = "0 1 1 0 0" ]
	cat s r | cosine --match --all-pairs > t
	[ "$(column record < t | paste -sd ' ')" = "2 3 4 4" ]
	[ "$(column reference < t | paste -sd ' ')" = "1 0 0 3" ]
	[ "$(column cosine < t | paste -sd ' ')" = "0.8 0.6 0.8 0" ]
}

@test "cosine: --match refuses what no reference matches" {
	sites
	run cosine --match -r r other -o t
	refused 3 "other: record 0: no reference has its tensors"
	[ ! -e t ]
	run cosine -r r s
	refused 3 "r: record 1: tensor 0 is h.0.out, the reference has embed"
	{ printf 'x:40000\n'; noise 30 40000 1; } | mkstream > many
	run cosine --match --memory 8M -r many many
	refused 3 "many: 14 references: needs 2240000 bytes, --memory=8M leaves 2097152 for it"
}

@test "cosine: rows are shown while the vectors still come" {
	mkfifo pipe
	{ printf 'x:2\n: 1 0\n'; sleep 3; echo ': 0 1'; } | mkstream |
	    cosine > pipe &
	exec 7< pipe
	read -r header <&7
	read -r -t 2 first <&7	# before the second vector is made
	[ "$(cut -f 1,6 <<< "$first")" = $'0\t1' ]
	exec 7<&-
	wait
}

@test "cosine: wrong input is refused" {
	example_streams
	run cosine -r v gradients.mpk.zst -o t
	refused 3 "gradients.mpk.zst: record 0: tensor 0 is w, the reference has x"
	printf 'x:2\n' | mkstream > none
	run cosine -r none v
	refused 3 "none: holds no vectors"
	[ "$(cosine none | wc -l)" -eq 1 ]
	run cosine -a -r v v
	refused 2 "--all-pairs takes no --reference"
	refuses_damage cosine
	refuses_damage cosine --all-pairs
	[ ! -e t ]
}

@test "cosine: a producer that dies is not a short table's end" {
	example_streams
	run bash -c "head -c 2000 gradients.mpk.zst | cosine"
	[ "$status" -eq 3 ]
}

@test "cosine: the manual page's example runs" {
	page_runs cosine.1
	[ "$(head -n 13 printed | column cosine | wc -l)" -eq 12 ]
}
