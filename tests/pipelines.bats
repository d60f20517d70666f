# The graph of pipelines/ on a model and with choices so small that all of it
# takes seconds; and the verdicts on tables made by hand.
load helpers

# The whole graph once, which some tests begin with a copy of.
setup_file() {
	command -v gnuplot > /dev/null && command -v dot > /dev/null ||
	    return 0
	T=$BATS_FILE_TMPDIR
	begin
	SECONDS=0
	graph > log
	echo $SECONDS > took
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
	sed 's/"vocab_size": 32, "n_positions": 8/"vocab_size": 512, "n_positions": 64/' \
	    tiny.json > standin.json
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
	    CHECKPOINTS_ALL=theta-0 SEARCH_ITEMS=4 SEARCH_GRID=1e-3:1e-2:2 \
	    SEARCH_COUNT=6 SEARCH_MANY=20 SEARCH_BEST=3 VOTERS="1 3" \
	    SIZES="8 12" SIZE_STEPS=2 SIZE_BATCH=4 SIZE_ITEMS=4 SIZE_COUNT=6 \
	    SPECIAL_TASKS='copy reverse' \
	    SPECIAL_STEPS=3 SPECIAL_BATCH=4 NOISE_RELATIVE=0.1:1:2 \
	    NOISE_ABSOLUTE=1e-2:1:2 NOISE_COUNT=2 NOISE_ITEMS=8 \
	    REGIME_SIGMAS=1e-4:1:5 REGIME_PAIRS=2 REGIME_ITEMS=8 \
	    REGIME_DIRECTIONS=2 KRYLOV_UPDATES=3 KRYLOV_RANK=2 \
	    KRYLOV_BATCHES=1 KRYLOV_BATCH=8 KRYLOV_STEPS='1e-3 1e-2' \
	    ORDER_STEPS='1e-3 1e-2' ORDER_BATCHES=1 ORDER_BATCH=8 \
	    READINGS='statement task' STEER_AT=theta-F STEER_BATCHES=1 \
	    STEER_BATCH=4 STEER_STEPS='1e-4 1e-3' STEER_RANDOM=2 \
	    STEER_TEXTS=4 STEER_STRENGTHS='0.1 1 -0.1' STEER_DIRECTIONS=0 \
	    STEER_ITEMS=4 STEER_TEST_ITEMS=4 \
	    SUBJECTS=stand-in STANDIN_CONFIG=standin.json WORLD_LINES=100 \
	    STANDIN_STEPS=3 STANDIN_BATCH=4 STANDIN_ITEMS=4 \
	    LORA_PAIRS=topic-odd LORA_STEPS=4 LORA_BATCH=4 \
	    LORA_FORGET_STEPS=3 LORA_FORGET_BATCH=4 LORA_CHECK_ITEMS=8 \
	    LORA_RECOVER_STEPS=8 LORA_RECOVER_BATCH=4 LORA_GRADS=8 \
	    LORA_GRAD_BATCH=2 LORA_RANKS='1 2' LORA_RANK=2 \
	    LORA_FUNCTION_RANKS=2 LORA_DRIFT_STEPS='0 4 8' \
	    LORA_DRIFT_RANK=2 LORA_DRIFT_AT=8 LORA_ITEMS=8 "$@"
}

# finished: the graph that setup_file made
finished() {
	cp -a "$BATS_FILE_TMPDIR/build" "$BATS_FILE_TMPDIR"/*.json .
}

# digests: of everything that was made, but for the times
digests() {
	find build -type f ! -path 'build/times/*' \
	    ! -path build/report/smoke/graph.html | sort | xargs sha256sum
}

@test "pipelines: the graph ends with the tables and a self-contained page" {
	needs gnuplot dot
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
	# 2 checkpoints of 5 sigmas; 2 steps of 2 descents, and a random
	# space, to m = 3; 2 checkpoints, 2 steps of a pair in both orders
	[ "$(column seed < $r/regime.tsv | wc -l)" -eq $((2 * 2 * 5)) ]
	[ "$(column seed < $r/krylov.tsv | wc -l)" -eq $((2 * 5 * 3)) ]
	[ "$(column seed < $r/order.tsv | wc -l)" -eq $((2 * 2 * 2 * 2)) ]
	# 2 readings; shifts and their difference, of 5 steps and 2 random ones,
	# and the contrast of other texts, at 7 sites; 4 vectors of each and a
	# random one, in 3 ways
	[ "$(column seed < $r/shift.tsv | wc -l)" -eq $((2 * 2 * 15 * 7)) ]
	[ "$(column seed < $r/steering.tsv | wc -l)" -eq $((2 * 9 * 3)) ]
	# a pair; 2 coordinates, 8 bases of 2 ranks and 2 whole rows; 6 spectra
	# in the factors and another, 3 in the product, 2 means, 2 ranks; 2
	# steps, 2 references; 5 models, 2 tasks
	[ "$(column seed < $r/lora-recovery.tsv | wc -l)" -eq \
	    $((2 * 2 * 2 * 18)) ]
	[ "$(column seed < $r/lora-rank.tsv | wc -l)" -eq $((2 * 10 * 4)) ]
	[ "$(column seed < $r/lora-drift.tsv | wc -l)" -eq \
	    $((2 * 2 * 2 * 4)) ]
	[ "$(column seed < $r/lora-training.tsv | wc -l)" -eq $((2 * 5 * 2)) ]
	[ "$(column verdict < $r/verdicts.tsv | grep -c ported)" -ge 0 ]
	page=build/report/smoke/index.html
	for c in C1 C2 C3 C4 C5 C6 C7 C8 C9 C11 C12 order; do
		grep -q "<b>$c</b>" $page
	done
	# the head gives the verdicts of the table
	grep -q '<li><b>C3</b>.*</li>' $page
	awk -F '\t' '$3 == "judged" { print $1, $NF }' $r/verdicts.tsv |
	while read -r c v; do
		grep "<li><b>$c</b>" $page | grep -q "<b class=...>$v</b>"
	done
	[ "$(grep -c '<svg' $page)" -eq $((35 + 8 + 6)) ]
	run ! grep -Eq '(src|href)=.?(https?:|/)' $page
	ids=$(grep -o "id=['\"][^'\"]*" $page)
	[ "$(sort <<< "$ids")" = "$(sort -u <<< "$ids")" ]
}

@test "pipelines: a page shows every product in the graph, with its time" {
	needs gnuplot dot
	finished
	grep -q 'href="graph.html"' build/report/smoke/index.html
	[ "$(grep -c '<svg' build/report/smoke/graph.html)" -eq 1 ]
	t=build/times/smoke/graph.tsv
	# a product has a command, a time, and its place in one node
	find build/data build/runs build/results build/report -name '*.cmd' \
	    ! -name graph.html.cmd | sed 's/\.cmd$//' | sort > made
	find build/times/smoke/{data,r*} -type f |
	    sed 's,times/smoke/,,' | grep -v 'graph.html$' | sort | diff made -
	[ "$(column products < $t | awk '{ n += $1 } END { print n }')" \
	    -eq "$(wc -l < made)" ]
	run ! grep -q NA <(column seconds < $t)
	# together they took nearly as long as the whole
	column seconds < $t | awk -v whole="$(cat "$BATS_FILE_TMPDIR/took")" '
	    { sum += $1 } END { exit sum > whole + 1 || sum < whole / 5 }'
	# what a node needs stands above it somewhere: there is no cycle
	awk -F '\t' 'NR > 1 {
		n = split($6, p, ",")
		for (i = 1; i <= n; i++)
			if (p[i] != "-") print p[i], NR - 1 }' $t |
	    tsort > /dev/null
	# theta-F comes from theta-0 alone
	[ "$(awk -F '\t' '$2 == "theta-F" { print $6 }' $t)" = 1 ]
	[ "$(column node < $t | head -n 1)" = theta-0 ]
	# what has no time is shown all the same
	rm build/times/smoke/runs/smoke/seed-*/theta-F
	rm build/report/smoke/index.html
	graph > log
	grep -qP '^train\ttheta-F\t2\tNA\t' $t
}

@test "pipelines: again does nothing; what was lost comes back as it was" {
	needs gnuplot dot
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
	needs gnuplot dot
	finished
	find build -type f ! -name '*.cmd' ! -path 'build/times/*' \
	    ! -name config.json ! -name adapter_config.json \
	    ! -name train.tsv ! -path 'build/runs/*/model/*.json' \
	    ! -path 'build/runs/*/model/merges.txt' | sort > files
	[ "$(wc -l < files)" -gt 60 ]
	graph -q products
	# make knows them all
	graph -pq FORCE | sed -n 's/^PRODUCTS :*= //p' | tr ' ' '\n' |
	    sort -u > known
	comm -23 files known > unknown
	[ ! -s unknown ]
	# and misses each, of which a few are tried
	awk 'NR % 9 == 1 || /halves|updates/' files > some
	while read -r f; do
		mv "$f" kept
		run graph -q products
		[ "$status" -eq 1 ] || { echo "not missed: $f"; false; }
		mv kept "$f"
	done < some
}

@test "pipelines: -j2 gives the bytes of -j1" {
	needs gnuplot dot
	graph -j2 > log
	digests | diff "$BATS_FILE_TMPDIR/whole" -
}

@test "pipelines: a stage that dies leaves no target, and the graph goes on" {
	needs gnuplot dot
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
	needs gnuplot dot
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

@test "pipelines: the page says what a profile's figures are worth" {
	needs gnuplot dot
	finished
	r=build/results/smoke
	head_of() {	# profile seeds
		tawk ../page/html -f "$P/page/head.awk" \
		    -v profile="$1" -v seeds="$2" -v css="$P/page/page.css" \
		    -v rank=2 -v a=copy -v b=reverse -v optimizers='gd adamw' \
		    $r/recovery.tsv $r/training.tsv $r/verdicts.tsv |
		    grep '<p class=warn>' || true
	}
	[ -z "$(head_of full '1 2 3')" ]
	[[ $(head_of smoke '1 2') == *"mean nothing"* ]]
	[[ $(head_of quick 1) == *"nothing is supported"* ]]
	[[ $(head_of quick '1 2') != *"nothing is supported"* ]]
	for profile in full quick smoke; do
		make -pq -f "$P/all.mk" PROFILE=$profile BUILD=none FORCE |
		    grep -q '^PRODUCTS .*none/report/'
	done
}

@test "claims: a word that no experiment gave is refused" {
	printf 'claim\tkey\trole\tstatement\tpaper\tquantity\trule\n' > c.tsv
	printf 'C1\tx\tjudged\tIt is {rank} of {m}\t-\t-\t-\n' >> c.tsv
	claims=(tawk ../page/html -f "$P/page/claims.awk" -v n_seeds=2)
	run "${claims[@]}" -v words='rank=10' c.tsv
	[ "$status" -eq 3 ]
	[[ $output == "c.tsv: nothing for {m}"* ]]
	"${claims[@]}" -v words='rank=10 m=5' c.tsv > page
}

@test "noise: where accuracy falls to half, and what is left of it" {
	printf 'delta\tmethod\tsigma\ttask\ttoken_accuracy\texact_match\n' > t
	n=0
	noise() {	# task method sigma accuracy
		printf '%s\t%s\t%s\t%s\t1\t%s\n' $((n++)) "$2" "$3" "$1" \
		    "$4" >> t
	}
	printf 'NA\tNA\tNA\tcopy\t1\t0.8\nNA\tNA\tNA\tsort\t1\t0\n' >> t
	# of 0.8: 1, 0.9, 0.4 at 1, 2, 4; two draws at 2
	noise copy NA 1 0.8
	noise copy NA 2 0.8
	noise copy NA 2 0.64
	noise copy NA 4 0.32
	# never below half; at once
	for x in 1 2 4; do
		noise copy relative $x 0.5
		noise sort NA $x 0
	done
	tawk noise -v seed=1 -v arm=mixed -v stage=3 t > out
	awk -F '\t' '
	function off(x, y) { return x == "NA" || (x - y) ^ 2 > 1e-14 }
	NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
	{ i = $c["task"] " " $c["scale"]; half[i] = $c["half_sigma"]
	  area[i] = $c["area"]; draws[i] += $c["draws"]; rows++ }
	END {
		x = "copy absolute"
		bad = off(half[x], 2 ^ 1.8) || off(area[x], 0.8) || draws[x] != 4
		x = "copy relative"
		bad += off(half[x], 4) || off(area[x], 0.625)
		bad += half["sort absolute"] != "NA" || rows != 9
		exit bad
	}' out
}

@test "steering: what is picked is the largest gain of strengths above 0" {
	h='delta vector_name site strength task items loss exact_match'
	{
		echo $h
		echo NA NA NA 0 copy 8 1 0.5
		echo NA statement:shift h.0.out 0.1 copy 8 0.9 0.75
		echo NA statement:shift h.0.out -0.1 copy 8 0.5 1
		echo NA statement:shift h.1.out 0.2 copy 8 0.8 0.75
		echo NA random:0 h.1.out 0.2 copy 8 0.8 0.25
		echo NA random:0 h.0.out 0.1 copy 8 0.9 0.125
	} | tr ' ' '\t' | tawk steer-sweep -v seed=1 \
	    -v checkpoint=theta-F > sweep
	[ "$(column gain < sweep | paste -sd ' ')" = "25 50 25 -25 -37.5" ]
	[ "$(column sign < sweep | tr -d '\n')" = "+-+++" ]
	[ "$(column method < sweep | uniq | paste -sd ' ')" = "shift random" ]
	tawk steer-pick sweep > picks
	[ "$(tr '\t\n' '  ' < picks)" = \
	    "statement:shift h.1.out 0.2 random:0 h.1.out 0.2 " ]
	# other items: one vector, three ways, three tasks
	for gain in 0.25 -0.125 0; do
		echo $h
		for t in copy sort add; do echo NA NA NA 0 $t 8 1 0.5; done
		echo NA statement:shift h.1.out 1 copy 8 0.5 \
		    "$(awk "BEGIN { print 0.5 + $gain }")"
		echo NA statement:shift h.1.out 1 sort 8 2 0.25
		echo NA statement:shift h.1.out 1 add 8 2 0.375
	done | tr ' ' '\t' > effects
	tawk steer-effect -v seed=1 -v checkpoint=theta-F \
	    -v task=copy picks effects > t
	[ "$(column how < t | paste -sd ' ')" = "add ablate project" ]
	[ "$(column target_gain < t | paste -sd ' ')" = "25 -12.5 0" ]
	[ "$(column side_cost < t | paste -sd ' ')" = "-18.75 -18.75 -18.75" ]
	[ "$(column strength < t | paste -sd ' ')" = "0.2 NA NA" ]
}

@test "steering: shifts, by what they are compared with" {
	h='record name cosine norm reference_norm delta site'
	{
		echo $h
		echo 0 gradient-1e-4 0.5 2 9 0 h.0.out
		echo 1 gradient-1e-3 0.4 18 9 1 h.0.out
		echo 2 random -0.25 3 9 2 embed
		echo $h
		echo 0 gradient-1e-4 0.125 2 9 0 h.0.out
		echo $h
		echo 0 gradient-1e-4 1 2 2 0 h.0.out
		echo 1 gradient-1e-3 0.75 18 2 1 h.0.out
		echo 2 random 0 3 2 2 embed
		echo $h
		echo 0 NA 0.875 9 9 NA embed
	} | tr ' ' '\t' | tawk shift -v seed=1 \
	    -v checkpoint=theta-F -v reading=task -v size=1e-3 > t
	[ "$(column step < t | paste -sd ' ')" = \
	    "gradient gradient random gradient contrast" ]
	[ "$(column size < t | paste -sd ' ')" = "1e-4 1e-3 1e-3 1e-4 1e-3" ]
	[ "$(column texts < t | uniq | paste -sd ' ')" = \
	    "own difference other" ]
	[ "$(column place < t | paste -sd ' ')" = "out out embed out embed" ]
	[ "$(column block < t | paste -sd ' ')" = "0 0 NA 0 NA" ]
	[ "$(column cosine < t | paste -sd ' ')" = "0.5 0.4 -0.25 0.125 0.875" ]
	# nine times as long, by a step ten times as long
	[ "$(column norm_ratio < t | sed -n 2p)" = 0.9 ]
	[ "$(column cosine_smallest < t | paste -sd ' ')" = "1 0.75 0 NA NA" ]
}

@test "steering: the claims' quantities" {
	put() {	# step delta block cosine
		echo 1 theta-F answer own "$1" 1e-3 "$2" out "$3" "$4" 0.97
	}
	{
		echo seed checkpoint reading texts step size delta place \
		    block cosine norm_ratio
		# medians 0.5; magnitudes 0.3 and 0.5, 0.4 on average; 0.1; 0.2
		put gradient 1 0 0.25; put gradient 1 1 0.5
		put gradient 1 2 0.75
		put random 2 0 -0.3; put random 2 1 0.3; put random 2 2 0.3
		put random 3 0 -0.5; put random 3 1 -0.5; put random 3 2 0.5
		put shuffled-labels 4 0 0.1; put other-task 5 0 -0.2
	} | tab > shift.tsv
	gain() { echo 1 theta-F "$1" "${1%%:*}" "$2" + h.0.out "$3"; }
	{
		echo seed checkpoint name vector strength sign site gain
		gain answer:shift 0.1 10; gain answer:shift 1 -10
		gain answer:mean-difference 0.1 8
		gain answer:mean-difference 1 -4
		gain random:0 0.1 0; gain random:0 1 0
		gain random:1 0.1 6; gain random:1 1 0
	} | tab > steer-sweep.tsv
	{
		echo seed checkpoint name how target_gain side_cost
		for v in answer:shift:add:9:-2 random:0:add:1:0 \
		    answer:mean-difference:add:7:-1 random:1:add:3:0 \
		    answer:shift:ablate:50:0; do
			IFS=: read -r a b how g s <<< "$v"
			echo 1 theta-F "$a:$b" "$how" "$g" "$s"
		done
	} | tab > steering.tsv
	tawk quantities \
	    -f "$P/tables/quantities-steering.awk" -v seeds=1 -v at=theta-F \
	    -v size=1e-3 -v readings=answer,task \
	    shift.tsv steer-sweep.tsv steering.tsv > q
	q() {	# claim key variant: value, reference, difference
		awk -F '\t' -v k="$1 $2 $3" '$1 " " $2 " " $3 == k {
			print $5, $6, $7 }' q
	}
	[ "$(q C11 shift answer)" = "0.5 0.4 0.1" ]
	[ "$(q C11 linear answer)" = "0.03 0.1 0.07" ]
	[ "$(q C12 gain answer)" = "9 2 7" ]
	# (2 + 6) / 2 against ((8 + 4) / 2 + (2 + 4) / 2) / 2
	[ "$(q C12 like answer)" = "4 4.5 0.5" ]
	[ "$(q C12 contrast answer)" = "9 7 2" ]
	[ "$(q C12 side answer)" = "-2 -1 -1" ]
	# of the last reading, beside the others, there is nothing here
	[ "$(q C11 task -)" = "NA NA NA" ]
	[ "$(q C12 task-gain -)" = "NA 2 NA" ]
}

@test "specialisation: what is kept, forgotten and withstood" {
	# copy is learnt first: kept by the mixed model, lost by the other
	tr ' ' '\t' > specialisation.tsv <<-end
	seed arm stage task exact_match
	1 sequential 1 copy 0.9
	1 sequential 2 copy 0.1
	1 sequential 2 sort 1
	1 mixed 1 copy 0.5
	1 mixed 2 copy 0.8
	1 mixed 2 sort 0.6
	end
	tr ' ' '\t' > noise.tsv <<-end
	seed arm task scale half_sigma area
	1 sequential copy relative 4 0.2
	1 sequential sort relative 1 0.4
	1 mixed copy relative 2 0.3
	1 mixed sort relative 8 0.7
	end
	tawk quantities \
	    -f "$P/tables/quantities-specialisation.awk" -v seeds=1 \
	    -v tasks='copy sort' specialisation.tsv noise.tsv > out
	awk -F '\t' '
	function off(x, y) { return x == "" || (x - y) ^ 2 > 1e-14 }
	$3 != "absolute" { value[$2] = $5; difference[$2] = $7 }
	$3 == "absolute" { bad += $7 != "NA" }
	END {
		bad += off(value["final"], 0.7) || off(difference["final"], 0.15)
		bad += off(value["forgotten"], 0.8)
		bad += off(difference["forgotten"], 1.1)
		bad += off(value["half"], 3) || off(difference["half"], 3)
		bad += off(value["half-each"], 1)	# (3 - 1) / 2
		bad += off(difference["area"], 0.3)
		exit bad
	}' out
}

@test "tables: a column that is not there ends a program before its END" {
	printf 'gain\tscale\n1\t2\n' > t
	run tawk top -v k=1 t
	refused 3 't: no column sigma'
	run tawk top -v k=1 < t
	refused 3 '<stdin>: no column sigma'
	# columns of a table before it are not taken for its own
	printf 'scale\n2\n' > u
	run --separate-stderr tawk search -v inside=1 t u
	[ "$status" -eq 3 ]
	[ "$stderr" = 't: no column seed' ]
	printf 'seed\tset\tmode\tsigma\tmean\tsd\tks\tp\n1\ta\tb\t1\t1\t1\t0\t1\n' > t
	run --separate-stderr tawk search -v inside=1 t u
	[ "$status" -eq 3 ]
	[ "$stderr" = 'u: no column seed' ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "pipelines: a product follows the awk programs of its command" {
	printf 'a\tb\n1\t2\n' > in
	echo 'FNR == 1 { header(); next } { print get("b") }' > take.awk
	printf 'include %s\n%s\n' "$P/common.mk" \
	    '$(call table,out,in,$(tawk) take.awk in)' > some.mk
	some() {
		make -f some.mk PROFILE=smoke BUILD=build BIN="$BIN" \
		    CONFIG=tiny.json "$@" out
	}
	some
	[ "$(cat out)" = 2 ]
	some -q
	for f in in take.awk "$P/tables/columns.awk"; do
		run some -q -W "$f"
		[ "$status" -eq 1 ] || { echo "not missed: $f"; false; }
	done
}

@test "pipelines: awk programs run in mawk" {
	needs mawk
	for f in "$P"/*/*.awk; do
		set -- -f "$P/tables/columns.awk"
		case $f in
		*/columns.awk | */page/html.awk | */tables/quantities.awk) ;;
		*/page/*) set -- "$@" -f "$P/page/html.awk" ;;
		*/quantities-*) set -- "$@" -f "$P/tables/quantities.awk" ;;
		esac
		[ "$f" = "$2" ] || set -- "$@" -f "$f"
		mawk "$@" /dev/null > /dev/null 2> err || true
		run ! grep '^mawk' err
	done
}
