# grad-dump: what its vectors are, and what it refuses.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	cat > small.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 16,
	  "n_embd": 16, "n_layer": 2, "n_head": 2 }
	end
	train -c small.json -O m --length 4 -n 20 -b 16 --check-every 0 \
	    --stream displacements --every 10 -o moved.mpk.zst
}

dump() {
	grad-dump -m m --length 4 -b 8 "$@"
}

# values COLUMN FILE: a column of a table, by name
values() {
	awk -F '\t' -v name="$1" '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
	{ print $at }' "$2"
}

# parallel REFERENCE < VECTORS: all have the same direction and length
parallel() {
	cosine -r "$1" > parallel.tsv
	[ "$(wc -l < parallel.tsv)" -gt 1 ]
	paste <(values cosine parallel.tsv) <(values norm parallel.tsv) \
	    <(values reference_norm parallel.tsv) |
	    awk '$1 < 0.999999 || $2 / $3 < 0.99999 || $2 / $3 > 1.00001 {
	    bad = 1 } END { exit bad }'
}

@test "grad-dump: the manual page's example runs" {
	page_example grad-dump.1 > example.sh
	bash -eu -o pipefail example.sh > out
	# the task's first singular value leads; noise of that norm has none
	values singular_value out | grep -v singular > s
	[ "$(wc -l < s)" -eq 8 ]
	awk '{ s[NR] = $1 } END { exit !(s[1] / s[4] > 2 * s[5] / s[8]) }' s
}

@test "grad-dump: records say what they are" {
	dump -t copy,add -n 3 --first 5 -s 9 -o g.mpk.zst
	tensor-check g.mpk.zst
	tensor-ls g.mpk.zst > ls.tsv
	[ "$(values task ls.tsv | tr '\n' ' ')" = \
	    "copy copy copy add add add " ]
	[ "$(values batch ls.tsv | tr '\n' ' ')" = "5 6 7 5 6 7 " ]
	[ "$(values index ls.tsv | tr '\n' ' ')" = "0 1 2 3 4 5 " ]
	[ "$(values seed ls.tsv | sort -u)" = 9 ]
	[ "$(values content ls.tsv | sort -u)" = gradients ]
}

@test "grad-dump: the same bytes for any threads" {
	dump -n 2 --threads 1 > a.mpk.zst
	dump -n 2 --threads 2 > b.mpk.zst
	cmp a.mpk.zst b.mpk.zst
	dump -t sort -n 1 --per-example --threads 1 > a.mpk.zst
	dump -t sort -n 1 --per-example --threads 3 > b.mpk.zst
	cmp a.mpk.zst b.mpk.zst
}

@test "grad-dump: --mean is the mean of the minibatches" {
	dump -t add -n 5 --mean > mean.mpk.zst
	dump -t add -n 5 | lincomb --mean | parallel mean.mpk.zst
	[ "$(tensor-ls mean.mpk.zst | wc -l)" -eq 2 ]
}

@test "grad-dump: a minibatch is the mean of its examples" {
	dump -t sort -n 1 --first 3 > batch.mpk.zst
	dump -t sort -n 1 --first 3 --per-example > each.mpk.zst
	lincomb --mean each.mpk.zst | parallel batch.mpk.zst
	tensor-ls each.mpk.zst > ls.tsv
	[ "$(values example ls.tsv | tr '\n' ' ')" = \
	    "24 25 26 27 28 29 30 31 " ]
}

@test "grad-dump: an example does not depend on its minibatch" {
	dump -t add -n 1 --per-example | tensor-select --records 5 > a.mpk.zst
	grad-dump -m m --length 4 -t add -b 1 -n 1 --first 5 --per-example \
	    > b.mpk.zst
	cosine -r a.mpk.zst b.mpk.zst > cosine.tsv
	lincomb -w 1,-1 a.mpk.zst b.mpk.zst | cosine -r a.mpk.zst > zero.tsv
	[ "$(values norm zero.tsv)" = 0 ]
}

@test "grad-dump: a longer run begins with the shorter one's records" {
	dump -t copy -n 2 > a.mpk.zst
	dump -t copy -n 4 | tensor-select --records 0-1 > b.mpk.zst
	lincomb -w 1,-1 a.mpk.zst b.mpk.zst > zero.mpk.zst
	cosine -r a.mpk.zst zero.mpk.zst > zero.tsv
	[ "$(values norm zero.tsv | sort -u)" = 0 ]
}

@test "grad-dump: other splits and seeds are other examples" {
	for o in "-s 0" "-s 1" "--split validation" "--split test"; do
		dump -t copy -n 1 $o | tensor-ls > ls.tsv
		values loss ls.tsv
	done | sort -u | wc -l > n
	[ "$(cat n)" -eq 4 ]
}

@test "grad-dump: --group keeps a part of the vector" {
	dump -t copy -n 1 --group 'h.1.*' > part.mpk.zst
	tensor-ls part.mpk.zst > ls.tsv
	[ "$(values tensors ls.tsv)" = 12 ]
	[ "$(values group ls.tsv)" = "h.1.*" ]
	dump -t copy -n 1 | tensor-select --tensors 'h.1.*' |
	    parallel part.mpk.zst
	run dump --group 'x.*'
	refused 3 "m: none of 28 tensors matches 'x.*'"
}

@test "grad-dump: controls are noise of the right kind" {
	dump -t sort -n 4 > plain.mpk.zst
	dump -t sort -n 4 --control gaussian > noise.mpk.zst
	cosine -r plain.mpk.zst noise.mpk.zst > c.tsv
	awk '{ exit !($1 < 0.1 && $1 > -0.1) }' <(values cosine c.tsv)
	cosine plain.mpk.zst > a.tsv
	cosine noise.mpk.zst > b.tsv
	paste <(values norm a.tsv) <(values norm b.tsv) |
	    awk '{ r = $1 / $2; if (r < 0.99999 || r > 1.00001) bad = 1 }
	    END { exit bad }'
	# four independent rows: no two alike
	awk 'NR > 1 && ($1 > 0.1 || $1 < -0.1) { bad = 1 } END { exit bad }' \
	    <(values cosine b.tsv)
	dump -t sort -n 4 --control shuffled-labels > shuffled.mpk.zst
	awk 'NR == FNR { a += $1; next } { b += $1 } END { exit !(b > a) }' \
	    <(tensor-ls plain.mpk.zst > ls; values loss ls) \
	    <(tensor-ls shuffled.mpk.zst > ls2; values loss ls2)
	run dump -b 1 --control shuffled-labels
	refused 2 "shuffled-labels needs --batch 2"
}

@test "grad-dump: at a delta it is the gradient of the moved model" {
	train -c small.json -O start -n 0 --length 4
	tensor-select --step 20 moved.mpk.zst |
	    grad-dump -m start -d - --length 4 -b 8 -t rotate -n 1 > a.mpk.zst
	dump -t rotate -n 1 | parallel a.mpk.zst
	tensor-ls a.mpk.zst > ls.tsv
	[ "$(values step ls.tsv)" = 20 ]
	[ "$(values delta ls.tsv)" = 0 ]
}

@test "grad-dump: --fresh takes other minibatches at every delta" {
	dump -t copy -n 2 -d moved.mpk.zst --fresh --first 1 | tensor-ls > ls
	[ "$(values batch ls | tr '\n' ' ')" = "1 2 3 4 5 6 " ]
	[ "$(values delta ls | tr '\n' ' ')" = "0 0 1 1 2 2 " ]
	[ "$(values step ls | tr '\n' ' ')" = "0 0 10 10 20 20 " ]
	dump -t copy -n 2 -d moved.mpk.zst | tensor-ls > ls
	[ "$(values batch ls | tr '\n' ' ')" = "0 1 0 1 0 1 " ]
}

@test "grad-dump: refuses deltas of other tensors, and cut ones" {
	sed 's/"n_layer": 2/"n_layer": 3/' small.json > deep.json
	train -c deep.json -O deep -n 0
	run dump -d <(lincomb deep) -o out.mpk.zst
	refused 3 "record 0: tensor h.2.ln_1.weight: the model has none of that name"
	sed 's/"n_embd": 16/"n_embd": 32/' small.json > wide.json
	train -c wide.json -O wide -n 0
	run dump -d <(lincomb wide) -o out.mpk.zst
	refused 3 "record 0: tensor wte.weight: shape [32,32], the model has [32,16]"
	head -c 3000 moved.mpk.zst > cut.mpk.zst
	run dump -d cut.mpk.zst -o out.mpk.zst
	[ "$status" -eq 3 ]
	[[ $output == *"cut.mpk.zst: "* ]]
	[ ! -e out.mpk.zst ]
}

@test "grad-dump: refuses options that make no sense" {
	run grad-dump
	refused 2 "give --model"
	run dump -n 0
	refused 2 "--count: 0"
	run dump --first 18446744073709551615
	refused 2 "--first: 18446744073709551615"
	run dump --first 4000000000
	refused 3 "example 32000000000 is beyond the last one, 4294967295"
	run dump --mean --per-example
	refused 2 "exclude each other"
	run dump --fresh
	refused 2 "--fresh is for --deltas"
	run dump -t add:2
	refused 2 "task add: a weight is for train"
	run dump -t nothing
	refused 2 "unknown task 'nothing'"
}

@test "grad-dump: shards have the records of the whole" {
	for how in "" --per-example --mean "--control gaussian"; do
		# shellcheck disable=SC2086
		run_one() {
			dump -t copy,sort -n 5 -b 3 --first 2 $how "$@"
		}
		run_one -o whole
		rm -f joined
		for i in 1 2 3; do
			run_one --shard $i/3 >> joined
		done
		cmp <(tensor-ls whole | cut -f 2-) <(tensor-ls joined | cut -f 2-)
		cmp <(mkstream --print < whole) <(mkstream --print < joined)
	done
	run tensor-check <(run_one --shard 2/3)
	refused 3 "shard 1 of 3 is missing"
	run grad-dump -m m --shard 1/2 -d whole
	refused 2 "--shard does not go with --deltas"
}

# Row 0 of c_fc makes activations of 1e37, which c_proj, being 0, stops; but its
# gradient is their product with a gradient that ln_f has made large.
@test "grad-dump: a gradient that is not finite is named by its tensor" {
	sed 's/"n_head"/"activation_function": "silu", "n_head"/' \
	    small.json > silu.json
	train -c silu.json -O silu -n 0
	{
		awk 'BEGIN { for (i = 0; i < 16 * 64; i++)
		    print i < 64 ? 1e37 : 0 }'
		tensor-import silu/model.safetensors |
		    tensor-select --tensors h.1.mlp.c_proj.weight |
		    mkstream --print | sed 's/^/-/; s/^--//'
		awk 'BEGIN { for (i = 0; i < 16; i++) print 1e5 }'
	} | tr '\n' ' ' > values
	{
		echo "h.1.mlp.c_fc.weight:16x64 h.1.mlp.c_proj.weight:64x16" \
		    "ln_f.weight:16"
		echo ": $(cat values)"
	} | mkstream > large.mpk.zst
	evaluate -m silu --length 4 -t copy -d large.mpk.zst -n 8 --json > row
	grep -q '"loss":[0-9.e+]*,' row
	run grad-dump -m silu --length 4 -t copy -d large.mpk.zst -b 8 -n 1 \
	    -o out
	refused 3 "task copy, minibatch 0: tensor h.1.mlp.c_proj.weight: the gradient is not finite"
	[ ! -e out ]
	run grad-dump -m silu --length 4 -t copy -d large.mpk.zst -b 8 -n 1 \
	    --per-example -o out
	refused 3 "task copy, minibatch 0: sequence 0: tensor h.1.mlp.c_proj.weight: the gradient is not finite"
	[ ! -e out ]
	# without what ln_f does, it is large and finite
	tensor-select --tensors 'h.*' large.mpk.zst > finite.mpk.zst
	grad-dump -m silu --length 4 -t copy -d finite.mpk.zst -b 8 -n 1 |
	    tensor-check
}
