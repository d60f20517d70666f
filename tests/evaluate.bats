# evaluate: what its rows are, and what it refuses.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	cat > small.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 16,
	  "n_embd": 16, "n_layer": 1, "n_head": 2 }
	end
	train -c small.json -O m --length 4 -n 30 -b 16 --check-every 0 \
	    --stream displacements --every 15 -o moved.mpk.zst
}

measure() {
	evaluate -m m --length 4 -n 32 "$@"
}

@test "evaluate: the manual page's example runs" {
	page_example evaluate.1 > example.sh
	bash -eu -o pipefail example.sh > out
	# a row for each displacement, and the loss falls
	[ "$(cut -f 2 out | tr '\n' ' ')" = "step 0 20 40 60 " ]
	awk -F '\t' 'NR == 2 { a = $10 } END { exit !($10 < a - 0.5) }' out
}

@test "evaluate: rows add up their items" {
	measure > rows.tsv
	measure --per-item > items.tsv
	[ "$(wc -l < rows.tsv)" -eq 7 ]
	[ "$(wc -l < items.tsv)" -eq $((1 + 6 * 32)) ]
	awk -F '\t' 'FNR == 1 { next }
	    NR == FNR { loss[$7] += $10; tokens[$7] += $11
	    right[$7] += $12; exact[$7] += $13; next }
	    { d = loss[$7] / 32 - $10
	    if (tokens[$7] != 128 || d > 1e-7 || d < -1e-7 ||
	    right[$7] / 128 - $11 > 1e-9 || $11 - right[$7] / 128 > 1e-9 ||
	    exact[$7] / 32 != $12) bad = 1 } END { exit bad }' \
	    items.tsv rows.tsv
}

@test "evaluate: an item does not depend on how many others there are" {
	measure -n 64 --per-item -t add > few.tsv
	measure -n 128 --per-item -t add > many.tsv
	head -n 65 many.tsv | cmp - few.tsv
	measure -n 64 --per-item -t add --threads 1 | cmp - few.tsv
	measure -n 64 --per-item -t copy,add,sort |
	    awk -F '\t' 'NR == 1 || $7 == "add"' | cmp - few.tsv
}

@test "evaluate: deltas are added to the model, one by one, exactly" {
	measure -t copy,sort > base.tsv
	lincomb -w 0 moved.mpk.zst | measure -t copy,sort -d - > zero.tsv
	for i in 0 1 2; do
		awk -F '\t' -v i=$i '$1 == i' zero.tsv | cut -f 7- |
		    cmp - <(tail -n 2 base.tsv | cut -f 7-)
	done
	# what comes before or after a delta does not matter
	measure -t copy,sort -d moved.mpk.zst --base > all.tsv
	head -n 3 all.tsv | cmp - base.tsv
	[ "$(cut -f 1 all.tsv | tr '\n' ' ')" = \
	    "delta NA NA 0 0 1 1 2 2 " ]
	[ "$(cut -f 2 all.tsv | tr '\n' ' ')" = \
	    "step NA NA 0 0 15 15 30 30 " ]
	tensor-select --step 30 moved.mpk.zst |
	    measure -t copy,sort -d - | tail -n 2 | cut -f 2- |
	    cmp - <(tail -n 2 all.tsv | cut -f 2-)
}

@test "evaluate: rows come while deltas still arrive" {
	mkfifo deltas table
	measure -t copy -d - < deltas > table &
	exec 5> deltas 6< table
	size=$(wc -c < moved.mpk.zst)
	# the producer is held up before its end: rows are there already
	head -c $((size - 40)) moved.mpk.zst >&5
	for want in delta 0 1; do
		read -r -t 20 -u 6 first rest
		[ "$first" = "$want" ]
	done
	tail -c 40 moved.mpk.zst >&5
	exec 5>&-
	[ "$(cut -f 1 <&6)" = 2 ]
	wait $!
}

@test "evaluate: splits and seeds are different examples" {
	for o in "-s 0" "-s 1" "--split train" "--split validation"; do
		measure -t copy $o | tail -n 1 | cut -f 10
	done | sort -u > losses
	[ "$(wc -l < losses)" -eq 4 ]
}

@test "evaluate: --json has the same figures" {
	needs python3
	measure -t copy > rows.tsv
	measure -t copy --json > rows.json
	python3 - <<-end
	import json
	row = json.loads(open("rows.json").read())
	line = open("rows.tsv").read().splitlines()
	cells = dict(zip(line[0].split("\t"), line[1].split("\t")))
	assert list(row) == list(cells)
	assert row["loss"] == float(cells["loss"])
	assert row["delta"] is None and cells["delta"] == "NA"
	end
}

@test "evaluate: refuses deltas of another layout, and cut ones" {
	sed 's/"n_embd": 16/"n_embd": 8/' small.json > other.json
	train -c other.json -O other -n 0 --length 4
	lincomb other > other.mpk.zst
	run measure -d other.mpk.zst -o out.tsv
	refused 3 "other.mpk.zst: record 0: tensor wte.weight"
	[[ $output == *"[32,8]"* && $output == *"[32,16]"* ]]
	[ ! -e out.tsv ]
	head -c -10 moved.mpk.zst > cut.mpk.zst
	run measure -d cut.mpk.zst -o out.tsv
	refused 3 "cut.mpk.zst: "
	[ ! -e out.tsv ]
	run measure -d /dev/null
	refused 3 "/dev/null: "
}

@test "evaluate: a delta that destroys the model is named" {
	lincomb -w 1e38 moved.mpk.zst |
	    tensor-select --step 30 > huge.mpk.zst
	run measure -d huge.mpk.zst -t copy
	[ "$status" -eq 3 ]
	[[ ${lines[-1]} == *"copy: sequence 0: "*"not finite"* ]]
}

@test "evaluate: refuses options that make no sense" {
	run evaluate
	refused 2 "give --model"
	run measure -n 0
	refused 2 "--items: 0"
	run measure --base
	refused 2 "--base is for --deltas"
	run measure -t nothing
	refused 2 "unknown task 'nothing'"
	run measure -t copy:2
	refused 2 "task copy: a weight is for train"
	run measure --length 9
	refused 3 "length 9 needs 28 positions, the model has 16"
	run measure -m nowhere
	refused 3 "nowhere"
}
