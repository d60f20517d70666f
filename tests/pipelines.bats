# The graph of pipelines/ on a model and with choices so small that all of it
# takes seconds; and the verdicts on tables made by hand.
load helpers

# The whole graph once, which some tests begin with a copy of.
setup_file() {
	command -v gnuplot > /dev/null || return 0
	T=$BATS_FILE_TMPDIR
	begin
	graph > log
	digests > whole
}

setup() {
	begin
}

begin() {
	plumbline_setup
	[ -n "${BATS_TEST_NAME:-}" ] || T=$BATS_FILE_TMPDIR
	cd "$T"
	unset MAKEFLAGS MAKELEVEL MFLAGS
	P=$ROOT/pipelines
	echo '{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 8,
	    "n_embd": 8, "n_layer": 1, "n_head": 2 }' > tiny.json
}

# graph ...: make with the choices of the tiny graph
graph() {
	make -f "$P/all.mk" PROFILE=smoke BUILD=build BIN="$BIN" V= \
	    SEEDS='1 2' CONFIG=tiny.json LENGTH=2 TASKS='copy reverse' \
	    TRAIN_TASKS=copy,reverse TASK_A=copy TASK_B=reverse \
	    TRAIN_STEPS=20 EARLY_STEPS=5 TRAIN_OPTIONS= FORGET_STEPS=5 \
	    FORGET_BELOW=0 \
	    RECOVER_STEPS=12 RECOVER_BATCH=8 GRADS=10 GRAD_BATCH=4 \
	    RANKS='1 2 5' RANK=2 DRIFT_STEPS='0 1 5 10' DRIFT_AT=10 \
	    DRIFT_RANK=2 ITEMS=16 CHECKPOINTS='theta-0 theta-F gd' \
	    CHECKPOINTS_ALL=theta-0 "$@"
}

# finished: the graph that setup_file made
finished() {
	cp -a "$BATS_FILE_TMPDIR/build" "$BATS_FILE_TMPDIR/tiny.json" .
}

# digests: of everything that was made
digests() {
	find build -type f | sort | xargs sha256sum
}

# column NAME: a column of the table on standard input
column() {
	awk -F '\t' -v name="$1" '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next }
	{ print $c }'
}

@test "pipelines: the graph ends with the tables and a self-contained page" {
	needs gnuplot
	[ "$(tail -n 1 "$BATS_FILE_TMPDIR/log")" = \
	    "report: build/report/smoke/index.html" ]
	finished
	r=build/results/smoke
	for c in seed optimizer basis rank captured_energy captured_norm \
	    remaining_energy null_m_over_T chance functional_accuracy; do
		head -n 1 $r/recovery.tsv | tr '\t' '\n' | grep -qx $c
	done
	bases=$(column basis < $r/recovery.tsv | sort -u | tr '\n' ' ')
	[ "$bases" = "full local none oracle other-task prefix prefix-other-order random static task-vector " ]
	# 2 seeds, 2 optimizers, 8 bases of 3 ranks and 2 whole rows
	[ "$(column seed < $r/recovery.tsv | wc -l)" -eq $((2 * 2 * 26)) ]
	# 3 checkpoints of copy, reverse at two; 3 controls, 2 means, 3 ranks
	[ "$(column seed < $r/rank.tsv | wc -l)" -eq $((2 * 5 * 18)) ]
	# 3 steps, 2 references
	[ "$(column seed < $r/drift.tsv | wc -l)" -eq $((2 * 2 * 6)) ]
	[ "$(column verdict < $r/verdicts.tsv | grep -c ported)" -ge 0 ]
	page=build/report/smoke/index.html
	for c in C1 C2 C3 C4; do grep -q "<b>$c</b>" $page; done
	[ "$(grep -c '<svg' $page)" -eq 12 ]
	run ! grep -Eq '(src|href)=.?(https?:|/)' $page
	ids=$(grep -o "id=['\"][^'\"]*" $page)
	[ "$(sort <<< "$ids")" = "$(sort -u <<< "$ids")" ]
}

@test "pipelines: again does nothing; what was lost comes back as it was" {
	needs gnuplot
	finished
	digests | diff "$BATS_FILE_TMPDIR/whole" -
	run graph
	[ "$output" = "report: build/report/smoke/index.html" ]
	# an intermediate, and what hangs on it, but nothing else
	rm build/runs/smoke/seed-1/gd.displacement.mpk.zst
	graph > log
	grep -q seed-1/gd.displacement.mpk.zst log
	grep -q seed-1/gd.function.tsv log
	run ! grep -Eq 'seed-2/|seed-1/(theta|adamw|early)|gradients|drift.tsv' log
	digests | diff "$BATS_FILE_TMPDIR/whole" -
	# a choice: what depends on it
	graph RANKS='1 2 5' ITEMS=17 > log
	grep -q seed-1/gd.function.tsv log
	run ! grep -Eq 'capture.tsv|drift.tsv|gradients|updates' log
	graph > log
	digests | diff "$BATS_FILE_TMPDIR/whole" -
}

@test "pipelines: every product that is deleted is made again" {
	needs gnuplot
	finished
	find build -type f ! -name '*.cmd' ! -path '*/seed-2/*' \
	    ! -name config.json ! -name train.tsv > files
	[ "$(wc -l < files)" -gt 60 ]
	graph -q products
	while read -r f; do
		mv "$f" kept
		run graph -q products
		[ "$status" -eq 1 ] || { echo "not missed: $f"; false; }
		mv kept "$f"
	done < files
}

@test "pipelines: -j2 gives the bytes of -j1" {
	needs gnuplot
	graph -j2 > log
	digests | diff "$BATS_FILE_TMPDIR/whole" -
}

@test "pipelines: a stage that dies leaves no target, and the graph goes on" {
	needs gnuplot
	mkdir fail
	ln -s "$BIN"/* fail
	rm fail/drift
	printf '#!/bin/sh\nsed 3q\nkill -9 $$\n' > fail/drift
	chmod +x fail/drift
	run graph BIN=fail
	[ "$status" -ne 0 ]
	[ ! -e build/runs/smoke/seed-1/gd.drift.tsv ]
	[ ! -e build/results/smoke/drift.tsv ]
	[ ! -e build/report/smoke/index.html ]
	graph > log
	digests | diff "$BATS_FILE_TMPDIR/whole" -
}

@test "pipelines: a killed graph goes on where it stood" {
	needs gnuplot
	for i in 1 2 3; do
		setsid bash -c "$(declare -f graph); P=$P BIN=$BIN; graph" \
		    > log 2>&1 &
		sleep 0.$((i * 3))
		kill -9 -- -$! || true
		wait $! || true
	done
	graph > log
	digests | diff "$BATS_FILE_TMPDIR/whole" -
}

@test "pipelines: a half-trained model of other choices is begun anew" {
	mkdir -p build/runs/smoke/seed-1
	m=build/runs/smoke/seed-1/theta-0
	train -c tiny.json --length 2 -t copy -n 1000000 -O $m \
	    --checkpoint-every 1 -q &
	until [ -e $m.part/state ]; do sleep 0.05; done
	kill -9 $!
	wait $! || true
	run train -c tiny.json --length 2 -t copy -n 5 -O $m -q
	[ "$status" -eq 3 ]
	graph $m/model.safetensors > log
	[ -e $m/model.safetensors ]
	[ ! -e $m.part ]
}

# quantities VALUES ...: a claim of each line of values, one a seed
quantities() {
	printf 'claim\tkey\trole\tstatement\tpaper\tquantity\trule\n' > c.tsv
	printf 'claim\tkey\toptimizer\tseed\tvalue\treference\tdifference\n' \
	    > q.tsv
	local n=0 s line d
	for line in "$@"; do
		n=$((n + 1))
		s=0
		printf 'C%d\tx\tjudged\t-\t-\t-\t-\n' $n >> c.tsv
		for d in $line; do
			s=$((s + 1))
			printf 'C%d\tx\tgd\t%d\t%s\t0\t%s\n' $n $s $d $d \
			    >> q.tsv
		done
	done
	awk -f "$P/tables/verdict.awk" c.tsv q.tsv
}

@test "verdict: supported, not supported, inconclusive" {
	run quantities '.5 .6 .55' '-.5 -.1 -.2' '.5 -.1 .2' '.1 .9 .01' \
	    '.5' '-.5' '.5 NA .5' '0 0 0'
	[ "$status" -eq 0 ]
	got=$(column verdict <<< "$output" | tr '\n' ,)
	want="supported,not supported,inconclusive,inconclusive,inconclusive,"
	want+="not supported,inconclusive,not supported,"
	[ "$got" = "$want" ]
	[ "$(column difference_low <<< "$output" | sed -n 5p)" = NA ]
}

@test "verdict: the t quantiles are those of the tables" {
	# -1, 1 (and 0): mean 0, standard error 1 (1 / sqrt 3)
	quantities '-1 1' '-1 0 1' '-1 0 0 1 0 0 -1 1 0 0' | tee out
	column difference_high < out | awk '
	function off(x, y) { return (x - y) ^ 2 > 1e-8 * y * y }
	NR == 1 && off($1, 12.7062047) { bad = 1 }
	NR == 2 && off($1, 4.30265273 / sqrt(3)) { bad = 1 }
	NR == 3 && off($1, 2.26215716 * sqrt(4 / 9 / 10)) { bad = 1 }
	END { exit bad || NR != 3 }'
}

@test "verdict: the level is read from the interval, not from the sign alone" {
	# d = 1, 2, 3: 2 +- 2.484; d = 2, 3, 4: 3 +- 2.484
	run quantities '1 2 3' '2 3 4'
	[ "$(column verdict <<< "$output" | tr '\n' ,)" = \
	    "inconclusive,supported," ]
}

@test "verdict: a quantity without a rule is refused" {
	quantities 1 > out
	printf 'C9\ty\tgd\t1\t1\t0\t1\n' >> q.tsv
	run awk -f "$P/tables/verdict.awk" c.tsv q.tsv
	[ "$status" -eq 3 ]
	[[ $output == *"C9 y has no rule"* ]]
}

@test "pipelines: awk programs run in mawk" {
	needs mawk
	for f in "$P"/*/*.awk; do
		case $f in
		*/page/html.awk) set -- -f "$f" ;;
		*/page/*) set -- -f "$P/page/html.awk" -f "$f" ;;
		*/quantities-*) set -- -f "$P/tables/quantities.awk" -f "$f" ;;
		*) set -- -f "$f" ;;
		esac
		mawk "$@" /dev/null > /dev/null 2> err || true
		run ! grep -q 'syntax error' err
	done
}
