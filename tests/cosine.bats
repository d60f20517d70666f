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
