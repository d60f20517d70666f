load helpers

setup() {
	plumbline_setup
	cd "$T"
	cat > config.json <<-'E'
	{"model_type": "gpt2", "n_embd": 16, "n_layer": 1, "n_head": 2,
	 "n_positions": 32, "vocab_size": 32}
	E
	train -q -c config.json -O model -n 0 -t copy
}

# values FILE: the norms of its records
norms() {
	cosine -r "$1" "$1" | awk 'NR > 1 { print $7 }'
}

# column NAME FILE
column_of() {
	tensor-ls "$2" | awk -F '\t' -v name="$1" '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) k = i; next }
	{ print $k }'
}

@test "perturb: a recipe takes bytes, not values, and reads as its values" {
	perturb -m model -n 200 -o recipes
	[ "$(stat -c %s recipes)" -lt 20000 ]
	perturb -m model -n 3 -o few
	perturb -m model -n 3 --dense -o dense
	lincomb -w 1,-1 few dense -o difference
	norms difference | awk '$1 != 0 { exit 1 }'
}

@test "perturb: the deviation is sigma, and relative to that of the tensor" {
	perturb -m model -n 40 --sigma 0.5 -o p
	# D = 4496 parameters: norm = sigma sqrt(D) within 5 %
	n=$(tensor-ls p | awk -F '\t' 'NR == 2 { print $5 }')
	norms p | awk -v n="$n" '{ r = $1 / (0.5 * sqrt(n)) }
	    r < 0.95 || r > 1.05 { exit 1 }'
	# wte has deviation 0.02, the norms' weights are all 1
	perturb -m model -n 40 --sigma 0.5 --relative -t 'wte.*' -o q
	norms q | awk '{ r = $1 / (0.5 * 0.02 * sqrt(512)) }
	    r < 0.75 || r > 1.25 { exit 1 }'
	perturb -m model -n 1 --relative -t '*.ln_1.weight' -o zero
	[ "$(norms zero)" = 0 ]
}

@test "perturb: a fixed norm is the norm, in full, in a group, in a basis" {
	perturb -m model -n 6 | svd-basis -r 3 -o basis
	perturb -m model -n 3 --norm 2.5 -o p
	perturb -m model -n 3 --norm 2.5 -t 'h.*' >> p
	perturb -m model -n 3 --norm 2.5 -b basis >> p
	norms p | awk '$1 < 2.49999 || $1 > 2.50001 { exit 1 }'
	[ "$(tensor-check p | awk 'NR == 2 { print $2 }')" = 9 ]
}

@test "perturb: in a basis it stays there" {
	perturb -m model -n 6 --seed 9 | svd-basis -r 4 -o basis
	perturb -m model -n 5 -b basis -o p
	capture -b basis p | awk -F '\t' 'NR > 1 && $8 < 0.999999 { exit 1 }'
}

@test "perturb: antithetic draws cancel, draws and tensors are independent" {
	perturb -m model -n 2 -a | lincomb --sum - -o zero
	[ "$(norms zero)" = 0 ]
	perturb -m model -n 30 -o p
	# |cosine| of independent draws is about 1/sqrt(4496) = 0.015
	cosine -a p | awk 'NR > 1 && ($6 > 0.08 || $6 < -0.08) { exit 1 }'
}

@test "perturb: only the reseeded scheme repeats itself in equal tensors" {
	# the two norms of a layer have equal shapes
	for scheme in independent reseeded; do
		perturb -m model --scheme $scheme --dense |
		    tensor-select -t h.0.ln_1.weight -o a
		perturb -m model --scheme $scheme --dense |
		    tensor-select -t h.0.ln_2.weight -o b
		mkstream --print < a > a.txt
		mkstream --print < b > b.txt
		if [ $scheme = reseeded ]; then
			cmp a.txt b.txt
		else
			run cmp a.txt b.txt
			[ "$status" -eq 1 ]
		fi
	done
}

@test "perturb: a grid of sigmas has the same draws at each" {
	perturb -m model -n 2 -S 0.001:0.1:3 -o p
	[ "$(column_of sigma p | paste -sd ' ')" = \
	    "0.001 0.001 0.01 0.01 0.1 0.1" ]
	[ "$(column_of draw p | paste -sd ' ')" = "0 1 0 1 0 1" ]
	tensor-select -r 0,2,4 p | cosine |
	    awk -F '\t' 'NR > 1 && $6 < 0.9999999 { exit 1 }'
}

# sigma_bits FILE: sigma of its records, as binary64 in hex; it stands in the
# labels and again in the recipe
sigma_bits() {
	zstd -dc "$1" | od -An -v -tx1 | tr -d ' \n' |
	    grep -oE 'a57369676d61cb[0-9a-f]{16}' | cut -c 15- |
	    uniq -d | paste -sd ' '
}

@test "perturb: a grid is what its page says, to the bit; or a list" {
	# by another program, from the page: q is the largest that multiplied
	# seven times gives at most 3000
	perturb -m model -S 1e-5:3e-2:8 -o p
	[ "$(sigma_bits p)" = "3ee4f8b588e368f1 3f007483ea606417 3f19d2a243c80b22 3f3442fb53841bf3 \
3f4fcbd9433de064 3f68f2de3c7eb081 3f839367dd6449cf 3f9eb851eb851eb8" ]
	perturb -m model -S 1e-5:1e-1:5 -o p
	[ "$(column_of sigma p | paste -sd ' ')" = \
	    "1e-05 0.0001 0.001 0.01 0.1" ]
	perturb -m model -S 0.3,0,0.1 -o p
	[ "$(column_of sigma p | paste -sd ' ')" = "0.3 0 0.1" ]
}

@test "perturb: shards have the records of the whole, and all must be there" {
	perturb -m model -n 5 -a -o whole
	for i in 1 2 3; do
		perturb -m model -n 5 -a --shard $i/3 -o shard$i
	done
	cat shard1 shard2 shard3 > joined
	tensor-ls whole | cut -f 2- > a
	tensor-ls joined | cut -f 2- > b
	cmp a b
	run tensor-check <(cat shard1 shard3)
	refused 3 "shard 2 of 3 is missing"
	run tensor-check <(cat shard1 shard1)
	refused 3 "shard 1 of 3 occurs twice"
	run perturb -m model --shard 4/3
	refused 2 "--shard: '4/3' is not i/n"
}

@test "perturb: threads change no byte" {
	perturb -m model -n 2 --norm 1 --dense --threads 1 -o one
	perturb -m model -n 2 --norm 1 --dense --threads 3 -o three
	cmp one three
}

@test "perturb: what cannot be is refused" {
	run perturb
	refused 2 "give one of --model and --like"
	run perturb -m model -S 1:0.1:3
	refused 2 "--sigma: '1:0.1:3' is not x,... or lo:hi:n"
	run perturb -m model -S 1e-300:1e300:3
	refused 2 "--sigma: '1e-300:1e300:3' is not x,... or lo:hi:n"
	run perturb -m model -S 0.1,,0.2
	refused 2 "--sigma: '0.1,,0.2' is not x,... or lo:hi:n"
	run perturb -m model -t 'nothing*' -o p
	refused 3 "model: none of 16 tensors matches 'nothing*'"
	train -q -c <(sed 's/16/32/' config.json) -O wide -n 0 -t copy
	perturb -m wide -n 3 | svd-basis -r 2 -o basis
	run perturb -m model -b basis -o p
	refused 3 "basis: tensor wte.weight: shape [32,32], the model has [32,16]"
	[ ! -e p ]
}

@test "the manual page's example runs" {
	perturb -m model -n 6 --seed 3 | svd-basis -r 3 -o basis.mpk.zst
	page_example perturb.1 > example
	bash -eu -o pipefail example > table
	[ "$(wc -l < table)" -eq 13 ]
	# the chance level, r/D, within a factor of its sampling error
	awk -F '\t' 'NR > 1 { s += $8; c = $14; n++ }
	    END { exit !(s / n > 0.8 * c && s / n < 1.2 * c) }' captured.tsv
}

@test "perturb: weighted sums of recipes stay recipes" {
	perturb -m model -n 3 --sigma 0.5 -o p
	perturb -m model -n 3 --seed 1 --norm 2 -t 'h.*' -o q
	perturb -m model -n 3 --sigma 0.5 --dense -o dense_p
	perturb -m model -n 3 --seed 1 --norm 2 -t 'h.*' --dense -o dense_q
	lincomb -w 2,-1 p q -o sum
	lincomb -w 2,-1 dense_p dense_q -o dense_sum
	[ "$(stat -c %s sum)" -lt 3000 ]
	[ "$(tensor-check sum | awk 'NR == 2 { print $3 }')" = 0 ]
	lincomb -w 1,-1 sum dense_sum -o difference	# rounding of f32
	norms difference | awk '$1 > 1e-4 { exit 1 }'
	for how in --mean --sum --cumulative; do
		lincomb $how p -o sum
		lincomb $how dense_p -o dense_sum
		[ "$(stat -c %s sum)" -lt 3000 ]
		lincomb -w 1,-1 sum dense_sum -o difference
		norms difference | awk '$1 > 1e-4 { exit 1 }'
	done
	# one for all, and values beside recipes
	lincomb <(tensor-select -r 0 p) q -o sum
	[ "$(tensor-check sum | awk 'NR == 2 { print $2, $3 }')" = "3 0" ]
	lincomb p dense_q -o mixed
	[ "$(tensor-check mixed | awk 'NR == 2 { print ($3 > 0) }')" = 1 ]
	run lincomb --sum <(cat p dense_p) -o sum
	refused 3 "record 3 has values, the first record is a recipe"
}
