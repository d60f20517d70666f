# The tables of pipelines/llm.mk on input made by hand.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	A=$ROOT/pipelines/tables
}

@test "llm: a column is renamed, and one that is not there is refused" {
	printf 'a b\n1 b\n' | tab > t
	[ "$(awk -f "$A/rename.awk" -v from=b -v to=c t)" = \
	    "$(printf 'a c\n1 b\n' | tab)" ]
	run awk -f "$A/rename.awk" -v from=d -v to=c t
	[ "$status" -eq 3 ]
	[ "$output" = "t: no column d" ]
}

@test "llm: the overlap of two halves, and that of random subspaces" {
	{
		echo file values vectors task control
		echo x 50 12 truth NA
		echo x 50 12 truth NA
		echo basis_s rank ceiling_s
		echo 0 5 0.75
	} | tab > t
	tawk halves -v seed=1 -v checkpoint=m t > out
	[ "$(column control < out)" = none ]
	[ "$(column overlap < out)" = 0.75 ]
	[ "$(column chance < out)" = 0.1 ]
	tawk halves -v seed=1 -v checkpoint=m -v called=sketch t |
	    column control | grep -qx sketch
}

# shifts SIGN: two kinds of step and two random ones, at two blocks and sizes
shifts() {
	echo seed checkpoint reading texts step size delta site block cosine
	put() { echo 1 m answer "$@"; }
	put own gradient 1e-4 0 h.0.out 0 "$1"0.1
	put own gradient 1e-4 0 h.1.out 1 "$1"0.2
	put own gradient 1e-3 3 h.0.out 0 "$1"0.7
	put own gradient 1e-3 3 h.1.out 1 "$1"0.4
	put own random 1e-4 1 h.0.out 0 0.3
	put own random 1e-4 1 h.1.out 1 -0.5
	put own random 1e-4 2 h.0.out 0 0.1
	put own random 1e-3 4 h.1.out 1 0.4
	put own random 1e-3 5 h.0.out 0 NA
	put own random 1e-3 5 h.1.out 1 -0.6
	put other contrast 1e-3 NA h.0.out 0 0.9
	put other contrast 1e-3 NA h.1.out 1 0.8
}

@test "llm: block and size are picked on one table and reported on the other" {
	shifts '' | tab > validation
	shifts - | tab > test
	tawk shift-pick -v controls='random other-task' \
	    validation test > t
	[ "$(column step < t | paste -sd ' ')" = "gradient random random" ]
	# a control is picked by magnitude; its draws one by one, over sizes
	[ "$(column draw < t | paste -sd ' ')" = "0 0 1" ]
	[ "$(column size < t | paste -sd ' ')" = "1e-3 1e-4 1e-3" ]
	[ "$(column site < t | paste -sd ' ')" = "h.0.out h.1.out h.1.out" ]
	[ "$(column picked < t | paste -sd ' ')" = "0.7 -0.5 -0.6" ]
	[ "$(column cosine < t | paste -sd ' ')" = "-0.7 -0.5 -0.6" ]
	[ "$(column contrast < t | paste -sd ' ')" = "0.9 0.8 0.8" ]
	[ "$(column median < t | paste -sd ' ')" = "-0.55 -0.1 -0.6" ]
	# the gradient's is picked with its sign
	tawk shift-pick -v controls=random test validation |
	    column cosine | head -n 1 | grep -qx 0.1
}

# items TASK NAME RIGHT...: a row for each item, as it is and steered
items() {
	local task=$1 name=$2 i=0 c
	shift 2
	echo delta vector_name strength task item loss answer chosen
	for c in "$@"; do
		echo NA NA 0 "$task" $((i++)) 1 "${c%%:*}" "${c%%:*}"
	done
	i=0
	for c in "$@"; do
		echo NA "$name" 1 "$task" $((i++)) 0.5 yes "${c##*:}"
	done
}

@test "llm: target gain, side cost, and the items resampled" {
	printf 'answer:shift h.1.out 0.3\n' | tab > picks
	{
		items truth answer:shift 0:1 0:1 1:1 1:0
		items mood answer:shift 1:0 1:1
		items topic answer:shift 0:0 1:1 1:0 1:1
	} | tab > t
	effect() {
		tawk steer-items -v seed=1 -v checkpoint=m \
		    -v task=truth -v resamples=$1 picks t
	}
	effect 0 > out
	[ "$(column target_gain < out | head -n 1)" = 25 ]
	# (-50 - 25) / 2
	[ "$(column side_cost < out | head -n 1)" = -37.5 ]
	[ "$(column target_loss_change < out | head -n 1)" = -0.5 ]
	[ "$(column low < out | head -n 1)" = NA ]
	[ "$(column accuracy < out | paste -sd ' ')" = "0.75 0.5 1 0.75" ]
	[ "$(column same < out | paste -sd ' ')" = "NA 0.5 1 0.75" ]
	[ "$(column task < out | paste -sd ' ')" = "truth truth mood topic" ]
	[ "$(column method < out | paste -sd ' ')" = "shift none none none" ]
	# the sum of four of +1 +1 0 -1 with equal chances
	effect 400 > out
	low=$(column low < out | head -n 1)
	high=$(column high < out | head -n 1)
	awk -v l="$low" -v h="$high" 'BEGIN {
		exit !(l <= -50 && l >= -75 && h == 100) }'
	[ "$(effect 400)" = "$(cat out)" ]
}

@test "llm: the claims' quantities" {
	{
		echo seed subject rank centred control explained_energy \
		    stable_rank
		for z in 0 1; do
			echo 1 m 5 $z none 0.9 2
			echo 1 m 5 $z shuffled-labels 0.5 4
			echo 1 m 5 $z gaussian 0.6 6
			echo 1 m 5 $z sketch 0.99 2
		done
	} | tab > llm-rank.tsv
	{
		echo seed subject control overlap
		echo 1 m none 0.5
		echo 1 m shuffled-labels 0.6
		echo 1 m gaussian 0.1
	} | tab > llm-halves.tsv
	{
		echo seed subject reading texts step draw cosine contrast median
		echo 1 m answer own gradient 0 0.7 0.9 0.5
		echo 1 m answer own random 0 -0.3 0.9 0
		echo 1 m answer own random 1 0.5 0.9 0
		echo 1 m answer own shuffled-labels 0 -0.6 0.9 -0.2
		echo 1 m answer own other-task 0 0.1 0.9 0.1
	} | tab > llm-picks.tsv
	{
		echo seed subject name vector sign site strength gain
		for v in answer:shift:4 answer:mean-difference:6 random:0:-2 \
		    random:1:10; do
			echo 1 m ${v%:*} ${v%%:*} + h.0.out 1 ${v##*:}
		done
		echo 1 m answer:shift answer - h.0.out -1 99
	} | tab > llm-sweep.tsv
	{
		echo seed subject name target_gain side_cost
		echo 1 m answer:shift 5 -1
		echo 1 m answer:mean-difference 7 -3
		echo 1 m random:0 2 0
		echo 1 m random:1 4 0
	} | tab > llm-steering.tsv
	{
		echo seed subject level ratio p
		echo 1 m 1 1.04 0.5
		echo 1 m 2 0.7 0.01
	} | tab > llm-search.tsv
	{
		echo seed subject scale split n ratio
		echo 1 m smaller chosen 10 0.9
		echo 1 m smaller chosen 20 5
	} | tab > llm-curve.tsv
	{
		echo seed subject voters vote best_single base
		echo 1 m 1 0.5 0.5 0.625
		echo 1 m 5 0.75 0.5 0.625
	} | tab > llm-vote.tsv
	tawk quantities -f "$A/quantities-llm.awk" -v seeds=1 \
	    -v subjects=m -v readings=answer,label -v rank=5 -v of=10 \
	    llm-rank.tsv llm-halves.tsv llm-picks.tsv llm-sweep.tsv \
	    llm-steering.tsv llm-search.tsv llm-curve.tsv llm-vote.tsv > q
	q() {	# claim key variant: value, reference, difference
		awk -F '\t' -v k="$1 $2 $3" '$1 " " $2 " " $3 == k {
			print $5, $6, $7 }' q
	}
	[ "$(q C10 llm-rank m)" = "0.9 0.6 0.3" ]
	[ "$(q C10 llm-halves m)" = "0.5 0.6 -0.1" ]
	[ "$(q C10 llm-stable m)" = "2 4 2" ]
	[ "$(q C10 llm-sketch m)" = "0.1 0.1 0" ]
	[ "$(q C11 llm-answer m)" = "0.7 0.6 0.1" ]
	[ "$(q C11 llm-median m/answer)" = "0.5 0.2 0.3" ]
	[ "$(q C11 llm-contrast m/answer)" = "0.7 0.9 -0.2" ]
	# of the other reading there is nothing here
	[ "$(q C11 llm-one-sided m)" = "NA NA NA" ]
	[ "$(q C12 llm-gain m/answer)" = "5 3 2" ]
	# 2 against (8 + 4) / 2
	[ "$(q C12 llm-like m/answer)" = "2 6 4" ]
	[ "$(q C12 llm-contrast-random m/answer)" = "7 3 4" ]
	[ "$(q C12 llm-side m/answer)" = "-1 -3 2" ]
	[ "$(q C5 llm-spread m)" = "0.04 0.1 0.06" ]
	[ "$(q C5 llm-spread-larger m)" = "0.3 0.1 -0.2" ]
	[ "$(q C5 llm-best m)" = "0.1 0.2 0.1" ]
	[ "$(q C5 llm-vote m)" = "0.75 0.625 0.125" ]
}

@test "llm: every quantity has a rule" {
	cut -f 1,2 "$ROOT/pipelines/claims.tsv" | sort > rules
	grep -o '"C[0-9]*", "llm-[a-z-]*"' "$A/quantities-llm.awk" |
	    tr -d '",' | tab | sort -u > put
	[ "$(wc -l < put)" -gt 15 ]
	comm -23 put rules > without
	[ ! -s without ]
}
