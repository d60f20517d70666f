# The tables of pipelines/lora.mk on input made by hand.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	A=$ROOT/pipelines/tables
}

# scores ACCURACY: evaluate's table with it
scores() {
	printf 'task choice_accuracy\na %s\n' "$1" | tab
}

@test "lora: half of what was known beyond chance, by the template's answers" {
	echo '{ "answers": [" a", " b",' > four.json
	echo '  " c", " d"], "labels": ["x"] }' >> four.json
	echo '{ "right": "{r}", "wrong": ["{w}"] }' > two.json
	half() { scores "$2" | tawk half "$1" -; }
	[ "$(half four.json 0.75)" = 0.5 ]
	[ "$(half two.json 0.75)" = 0.625 ]
	# nothing beyond chance: never
	[ "$(half four.json 0.25)" = 0 ]
	[ "$(half two.json 0.4)" = 0 ]
	echo '{ "text": "{t}" }' > none.json
	run half none.json 0.75
	[ "$status" -eq 3 ]
	run half four.json NA
	[ "$status" -eq 3 ]
	[ -z "$(find . -name '0*')" ]
}

@test "lora: a table gets columns before its own" {
	[ "$(printf 'x y\n1 2\n3 4\n' | tab | awk -f "$A/before.awk" \
	    -v columns='a=p b=q-r')" = \
	    "$(printf 'a b x y\np q-r 1 2\np q-r 3 4\n' | tab)" ]
}

@test "lora: ranks without an accuracy, only where they are not asked for" {
	{
		echo delta name rank loss token_accuracy exact_match \
		    choice_accuracy
		echo NA NA NA 2 0.1 0 0.25
		echo 0 full NA 1 0.9 0 0.75
		echo 1 prefix 2 1.5 0.5 0 0.5
	} | tab > function
	{
		echo basis rank rows norm captured_energy captured_norm \
		    residual_energy m T null_m_over_T chance remaining_energy
		echo prefix 1 1 3 0.25 0.5 0.75 1 4 0.25 0.01 0.125
		echo prefix 2 2 3 0.5 0.7 0.5 2 4 0.5 0.02 0.25
	} | tab > capture
	recovery() {
		tawk recovery -v seed=1 -v optimizer=gd "$@" \
		    -v accuracy=choice_accuracy function capture
	}
	recovery -v evaluated=2,5 > t
	[ "$(cut -f 15 t | paste -sd ' ')" = \
	    "functional_accuracy NA 0.5 0.75 0.25" ]
	run recovery
	[ "$status" -eq 3 ]
}

@test "lora: rank measures of each run, under its columns" {
	{
		echo pair seed checkpoint task control centred component \
		    singular_value total vectors energy
		for p in a-b c-d; do
			echo $p 1 theta-0 a none 0 0 3 10 5 0.9
			echo $p 1 theta-0 a none 0 1 1 10 5 0.1
		done
	} | tab | awk -f "$A/rank.awk" -v ranks=1,2 -v keys=pair > t
	[ "$(head -n 1 t | cut -f 1-2)" = "$(printf 'pair\tseed')" ]
	[ "$(cut -f 1,7,9 t | tail -n +2 | tr '\t\n' '  ')" = \
	    "a-b 1 0.9 a-b 2 1 c-d 1 0.9 c-d 2 1 " ]
}

@test "lora: the claims' quantities, of each variant" {
	{
		echo subject pair coordinates seed checkpoint task control \
		    centred rank explained_energy
		for z in a:none:0.9 a:shuffled-labels:0.5 a:gaussian:0.6 \
		    b:none:0.1; do
			IFS=: read -r t c e <<< "$z"
			echo m a-b factors 1 theta-F "$t" "$c" 0 2 "$e"
		done
		echo m a-b product 1 theta-F a none 0 2 0.3
	} | tab > lora-rank.tsv
	{
		echo subject pair coordinates seed optimizer basis rank \
		    captured_energy remaining_energy null_m_over_T
		for k in factors:0 product:0.0625; do
			for z in static:0.25 local:0.5 other-task:0.125 \
			    task-vector:0.25 random:0 prefix:0.75 \
			    prefix-other-order:0.375; do
				echo m a-b "${k%:*}" 1 gd "${z%:*}" 2 \
				    "$(awk "BEGIN {
					print ${z#*:} + ${k#*:} }")" 0.5 0.1
			done
		done
	} | tab > lora-recovery.tsv
	{
		echo subject pair coordinates seed optimizer against step_t \
		    ratio
		echo m a-b factors 1 gd first 100 0.125
		echo m a-b product 1 gd first 100 0.75
		echo m a-b factors 1 gd first 50 1
	} | tab > lora-drift.tsv
	tawk quantities -f "$A/quantities-lora.awk" -v seeds=1 \
	    -v subjects=m -v pairs=a-b -v optimizers=gd -v rank=2 -v at=100 \
	    lora-rank.tsv lora-recovery.tsv lora-drift.tsv > q
	q() {	# claim key variant: value, reference, difference
		awk -F '\t' -v k="$1 $2 $3" '$1 " " $2 " " $3 == k {
			print $5, $6, $7 }' q
	}
	[ "$(q C1 lora-theta-F m/a-b)" = "0.9 0.6 0.3" ]
	[ "$(q C1 lora-theta-0 m/a-b)" = "NA NA NA" ]
	[ "$(q C2 lora-static m/a-b/gd)" = "0.25 0.5 0.25" ]
	[ "$(q C2 lora-static-product m/a-b/gd)" = "0.3125 0.5 0.1875" ]
	[ "$(q C3 lora-first m/a-b/gd)" = "0.125 0.5 0.375" ]
	[ "$(q C3 lora-first-product m/a-b/gd)" = "0.75 0.5 -0.25" ]
	[ "$(q C4 lora-prefix m/a-b/gd)" = "0.75 0.5 0.25" ]
	[ "$(q C4 lora-prefix-product m/a-b/gd)" = "0.8125 0.5625 0.25" ]
	[ "$(q C4 lora-other-order m/a-b/gd)" = "0.375 0.5 -0.125" ]
	# each has a rule
	awk -F '\t' 'NR == FNR { rule[$1, $2]; next }
	    FNR > 1 && !(($1, $2) in rule) { exit 1 }' \
	    "$ROOT/pipelines/claims.tsv" q
}
