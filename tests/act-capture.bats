# act-capture: what its vectors are, and what it refuses.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	cat > small.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 14,
	  "n_embd": 16, "n_layer": 2, "n_head": 2 }
	end
	train -c small.json -O m --length 4 -n 20 -b 16 --check-every 0 \
	    --stream displacements --every 10 -o moved.mpk.zst
}

act() {
	act-capture -m m --length 4 "$@"
}

# values COLUMN FILE: a column of a table, by name
values() {
	awk -F '\t' -v name="$1" '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
	{ print $at }' "$2"
}

# of SITE FILE: the values of the records at a site, one a line
of() {
	tensor-select -w site="$1" "$2" | mkstream --print
}

# near TOLERANCE FILE FILE: the numbers of two files agree
near() {
	[ "$(wc -l < "$2")" -gt 0 ]
	paste "$2" "$3" | awk -v t="$1" '{ d = $1 - $2; if (NF != 2 ||
	    d > t || d < -t) { print "line", NR ":", $0; bad = 1 } }
	    END { exit bad }' >&2
}

@test "act-capture: the manual page's example runs" {
	page_example act-capture.1 > example.sh
	bash -eu -o pipefail example.sh > out
	# two layers at step 0, which moved nothing, and at step 60
	[ "$(wc -l < out)" -eq 4 ]
	[ "$(head -n 2 out | sort -u)" = '"norm":0' ]
	sed -n '3,4s/"norm"://p' out | awk '!($1 > 0.1) { exit 1 }'
}

@test "act-capture: records say what they are" {
	act -t copy,add -n 2 -s 9 --split test -o a.mpk.zst
	tensor-check a.mpk.zst
	tensor-ls a.mpk.zst > ls.tsv
	values site ls.tsv | head -n 12 > sites
	cmp sites - <<-end
	embed
	h.0.attn_in
	h.0.attn_out
	h.0.mlp_in
	h.0.mlp_out
	h.0.out
	h.1.attn_in
	h.1.attn_out
	h.1.mlp_in
	h.1.mlp_out
	h.1.out
	final_norm
	end
	cmp <(tensor-ls -t a.mpk.zst | cut -f 3 | tail -n +2) \
	    <(values site ls.tsv)
	[ "$(values task ls.tsv | uniq -c | tr -s ' \n' ' ')" = \
	    " 24 copy 24 add " ]
	[ "$(values example ls.tsv | uniq | tr '\n' ' ')" = "0 1 0 1 " ]
	[ "$(values position ls.tsv | uniq | tr '\n' ' ')" = "8 12 " ]
	[ "$(values index ls.tsv | tail -n 1)" = 47 ]
	[ "$(values seed ls.tsv | sort -u)" = 9 ]
	[ "$(values split ls.tsv | sort -u)" = test ]
	[ "$(values at ls.tsv | sort -u)" = -1 ]
	[ "$(values pair ls.tsv | sort -u)" = NA ]
	[ "$(values content ls.tsv | sort -u)" = activations ]
}

@test "act-capture: the residual stream is the sum of what was added" {
	act -t sort -n 5 -a 3 -o a.mpk.zst
	for n in 0 1; do
		before=embed
		[ $n = 0 ] || before=h.0.out
		paste <(of $before a.mpk.zst) <(of h.$n.attn_out a.mpk.zst) \
		    <(of h.$n.mlp_out a.mpk.zst) |
		    awk '{ printf "%.9g\n", $1 + $2 + $3 }' > sum
		of h.$n.out a.mpk.zst > out
		[ "$(wc -l < out)" -eq 80 ]
		near 1e-6 sum out
	done
	# what a norm of weight 1 and bias 0 makes has mean 0 and variance 1
	train -c small.json -O new -n 0 --length 4
	act-capture -m new --length 4 -t copy -n 1 -S 'h.1.mlp_in,final_norm' |
	    mkstream --print | awk '{ s += $1; q += $1 * $1 }
	    END { exit !(s < 1e-4 && s > -1e-4 && q > 31.5 && q < 32.1) }'
}

@test "act-capture: a record does not depend on what else is asked for" {
	act -t sort -n 70 -S h.1.out > many.mpk.zst
	of h.1.out many.mpk.zst > want
	act -t sort -n 3 > few.mpk.zst
	of h.1.out few.mpk.zst | cmp - <(head -n 48 want)
	act -t copy,sort,add -n 70 -S '*.out' |
	    tensor-select -w task=sort > others.mpk.zst
	of h.1.out others.mpk.zst | cmp - want
	act -t sort -n 70 -S h.1.out --threads 1 | cmp - many.mpk.zst
	act -t sort -n 70 -S h.1.out --threads 3 | cmp - many.mpk.zst
	act -t sort -n 70 -S h.1.out -c statement | tensor-select \
	    -w side=negative > a.mpk.zst
	act -t sort -n 2 -S h.1.out -c statement | tensor-select \
	    -w side=negative | mkstream --print |
	    cmp - <(mkstream --print < a.mpk.zst | head -n 32)
}

@test "act-capture: positions are counted from both ends, or found" {
	act -t copy -n 2 -S h.0.out -a all -o all.mpk.zst
	[ "$(tensor-ls -t all.mpk.zst | cut -f 5 | tail -n 1)" = "[9,16]" ]
	of h.0.out all.mpk.zst > rows		# 2 examples of 9 x 16
	row() {
		sed -n "$(($1 * 16 + 1)),$(($1 * 16 + 16))p" rows
		sed -n "$((($1 + 9) * 16 + 1)),$((($1 + 9) * 16 + 16))p" rows
	}
	for rule in 0:0 3:3 8:8 -1:8 -9:0 marker:=:5 marker:10:5 \
	    marker:11:0; do
		act -t copy -n 2 -S h.0.out -a ${rule%:*} |
		    mkstream --print | cmp - <(row ${rule##*:})
	done
	act -t copy -n 1 -S embed -a marker:= | tensor-ls > ls.tsv
	[ "$(values position ls.tsv)" = 5 ]
	[ "$(values at ls.tsv)" = marker:= ]
}

@test "act-capture: the sides of a pair differ where the contrast is" {
	# before the answer nothing differs, at it the token does
	for c in answer statement; do
		act -t copy -n 4 -c $c -a marker:= > same.mpk.zst
		cmp <(tensor-select -w side=positive same.mpk.zst |
		    mkstream --print) <(tensor-select -w side=negative \
		    same.mpk.zst | mkstream --print)
	done
	act -t copy -n 4 -c answer -S h.1.out > last.mpk.zst
	tensor-ls last.mpk.zst > ls.tsv
	[ "$(values position ls.tsv | sort -u)" = 6 ]
	[ "$(values pair ls.tsv | tr '\n' ' ')" = "0 0 1 1 2 2 3 3 " ]
	[ "$(values label ls.tsv | head -n 2 | tr '\n' ' ')" = \
	    "right wrong " ]
	[ "$(values contrast ls.tsv | sort -u)" = answer ]
	lincomb -w 1,-1 <(tensor-select -w side=positive last.mpk.zst) \
	    <(tensor-select -w side=negative last.mpk.zst) |
	    cosine > norms
	[ "$(values norm norms | awk '$1 < 1e-3' | wc -l)" -eq 0 ]
	# the whole statement has the answer's last digit, too
	act -t copy -n 1 -c statement -S embed | tensor-ls > ls.tsv
	[ "$(values position ls.tsv | sort -u)" = 9 ]
	[ "$(values label ls.tsv | tr '\n' ' ')" = "true false " ]
	# another task's token, the same digits
	act -t copy -n 4 -c task=reverse -a 0 -S embed > token.mpk.zst
	act -t reverse -n 1 -a 0 -S embed | mkstream --print > reverse
	tensor-select -w side=negative token.mpk.zst | mkstream --print |
	    head -n 16 | cmp - reverse
	act -t copy -n 4 -c task=reverse -S embed | tensor-ls > ls.tsv
	[ "$(values position ls.tsv | sort -u)" = 5 ]
	[ "$(values label ls.tsv | head -n 2 | tr '\n' ' ')" = \
	    "copy reverse " ]
}

@test "act-capture: --mean is the mean over the examples" {
	act -t add -n 70 -c answer --mean > mean.mpk.zst
	act -t add -n 70 -c answer > each.mpk.zst
	tensor-ls mean.mpk.zst > ls.tsv
	[ "$(wc -l < ls.tsv)" -eq 25 ]
	[ "$(values vectors ls.tsv | sort -u)" = 70 ]
	[ "$(values example ls.tsv | sort -u)" = NA ]
	for side in positive negative; do
		for site in h.0.attn_in h.1.mlp_out final_norm; do
			tensor-select -w side=$side -w site=$site \
			    each.mpk.zst | lincomb --mean |
			    mkstream --print > want
			tensor-select -w side=$side -w site=$site \
			    mean.mpk.zst | mkstream --print > have
			near 1e-6 want have
		done
	done
}

@test "act-capture: at a delta it is the moved model" {
	train -c small.json -O start -n 0 --length 4
	act-capture -m start --length 4 -t rotate -n 3 -d moved.mpk.zst \
	    --base > a.mpk.zst
	tensor-ls a.mpk.zst > ls.tsv
	[ "$(values delta ls.tsv | uniq | tr '\n' ' ')" = "NA 0 1 2 " ]
	[ "$(values step ls.tsv | uniq | tr '\n' ' ')" = "NA 0 10 20 " ]
	for where in step=20 step=0; do
		model=m
		[ $where = step=20 ] || model=start
		tensor-select -w $where a.mpk.zst | mkstream --print > have
		act-capture -m $model --length 4 -t rotate -n 3 |
		    mkstream --print > want
		near 1e-5 want have
	done
	# records without a delta are those of the model, to the bit
	act-capture -m start --length 4 -t rotate -n 3 | mkstream --print |
	    cmp - <(tensor-select -r 0-35 a.mpk.zst | mkstream --print)
}

@test "act-capture: shards have the records of the whole" {
	for how in "" "-c answer" "-c task=rotate --mean" "-a all"; do
		# shellcheck disable=SC2086
		part() {
			act -t copy,sort -n 21 $how -S 'h.*.out' "$@"
		}
		part -o whole
		rm -f joined
		for i in 1 2 3; do
			part --shard $i/3 >> joined
		done
		cmp <(tensor-ls whole | cut -f 2-) \
		    <(tensor-ls joined | cut -f 2-)
		cmp <(mkstream --print < whole) <(mkstream --print < joined)
	done
	run tensor-check <(part --shard 2/3)
	refused 3 "shard 1 of 3 is missing"
}

@test "act-capture: records come while deltas still arrive" {
	mkfifo deltas table
	act -t copy -n 1 -S embed -d - < deltas | tensor-ls > table &
	exec 5> deltas 6< table
	size=$(wc -c < moved.mpk.zst)
	# the producer is held up before its end: records are there already
	head -c $((size - 40)) moved.mpk.zst >&5
	for want in record 0 1; do
		read -r -t 20 -u 6 file record rest
		[ "$record" = "$want" ]
	done
	tail -c 40 moved.mpk.zst >&5
	exec 5>&-
	[ "$(cut -f 2 <&6)" = 2 ]
	wait $!
}

@test "act-capture: refuses what a sequence or the model lacks" {
	run act -t copy -a 9 -o out.mpk.zst
	refused 3 "task copy: example 0: it has no position 9, its tokens are 9"
	[ ! -e out.mpk.zst ]
	run act -t copy -a -10 -o out.mpk.zst
	refused 3 "it has no position -10"
	run act -t copy -a marker:12 -o out.mpk.zst
	refused 3 "task copy: example 0: none of its 9 tokens is 12"
	run act -S 'h.2.*' -o out.mpk.zst
	refused 3 "m: none of 12 sites matches 'h.2.*'"
	sed 's/14/13/' small.json > tight.json
	train -c tight.json -O tight -n 0 --length 4
	run act-capture -m tight --length 4 -t add -c statement -o out.mpk.zst
	refused 3 "task add: sequence 0: 14 tokens, the model takes 13"
	lincomb -w 1e38 moved.mpk.zst | tensor-select --step 20 > huge
	run act -t copy -d huge -o out.mpk.zst
	[ "$status" -eq 3 ]
	[[ ${lines[-1]} == *"task copy: example 0: site h.0."*"not finite"* ]]
	[ ! -e out.mpk.zst ]
	head -c 3000 moved.mpk.zst > cut.mpk.zst
	run act -d cut.mpk.zst -n 1 -o out.mpk.zst
	refused 3 "cut.mpk.zst: "
	[ ! -e out.mpk.zst ]
}

@test "act-capture: refuses options that make no sense" {
	run act-capture
	refused 2 "give --model"
	run act -n 0
	refused 2 "--items: 0"
	run act -a x
	refused 2 "--at: 'x' is not a position"
	run act -c opposite
	refused 2 "--contrast: 'opposite' is not none, answer"
	run act -c task=divide
	refused 2 "--contrast: unknown task 'divide'"
	run act -t copy,sort -c task=sort
	refused 2 "task sort is on both sides"
	run act -t copy -c task=add
	refused 2 "operands of task copy: 1, of task add: 2"
	run act --mean -a all
	refused 2 "--mean is for one position"
	run act --base
	refused 2 "--base is for --deltas"
	run act --shard 1/2 -d moved.mpk.zst
	refused 2 "--shard does not go with --deltas"
	run act -t add:2
	refused 2 "task add: a weight is for train"
}
