load helpers
load algebra

setup() {
	plumbline_setup
	cd "$T"
	printf 'x:2\nstep=0 task=copy : 1 2\nstep=1 task=copy : 3 4\n%s\n' \
	    'step=2 task=copy : 5 9' | mkstream -c parameters > p
	printf 'x:2\nstep=7 task=copy : 1 1\n' | mkstream -c parameters > one
}

norms() {
	cosine "$@" | column norm | xargs printf '%.5g\n' | paste -sd ' '
}

all_values() {
	values 0- "$@" | paste -sd ' '
}

@test "lincomb: weighted sums, record by record" {
	lincomb -w 2,-1 p p > t
	[ "$(all_values t)" = "1 2 3 4 5 9" ]
	[ "$(tensor-ls t | column content | uniq)" = parameters ]
	[ "$(tensor-ls t | column step | paste -sd ' ')" = "0 1 2" ]
	[ "$(lincomb -w 0.5 < p | all_values)" = "0.5 1 1.5 2 2.5 4.5" ]
	[ "$(lincomb p p p | all_values)" = "3 6 9 12 15 27" ]
}

@test "lincomb: one record stands for many, and its labels do not count" {
	for order in "-w 1,-1 p one" "-w -1,1 one p"; do
		lincomb $order > t
		[ "$(all_values t)" = "0 1 2 3 4 8" ]
		[ "$(tensor-ls t | column step | paste -sd ' ')" = "0 1 2" ]
		[ "$(tensor-ls t | column content | uniq)" = displacements ]
	done
	lincomb one one > t
	[ "$(tensor-ls t | column step)" = 7 ]
}

@test "lincomb: labels that all share stay, others go, and any can be set" {
	tensor-select -r 1 p | lincomb - one -l name=both -l loss=0.5 -l step=9 > t
	[ "$(tensor-ls t | column task)" = copy ]
	[ "$(tensor-ls t | column name)" = both ]
	[ "$(tensor-ls t | column step)" = 9 ]
	tensor-select -r 1 p | lincomb - one > t
	[ "$(tensor-ls t | column step)" = NA ]
	run lincomb -l colour=red p
	refused 2 "--label: 'colour=red' is not label=value"
	run lincomb -l step=x p
	refused 2 "--label: 'step=x' is not a whole number"
}

@test "lincomb: --norm, by itself and in units of another's" {
	lincomb -w -3 --norm 10 one > t
	[ "$(norms t)" = 10 ]
	[ "$(values 0 t | awk '$1 >= 0')" = "" ]
	[ "$(tensor-ls t | column norm)" = 10 ]
	near "$(lincomb --norm 1 one | cosine -r one | column cosine)" 1
	printf 'y:1\n: 3\n: 5\n' | mkstream > unit	# mean 4
	[ "$(lincomb --norm 0.5 --of unit p | norms)" = "2 2 2" ]
	[ "$(lincomb --mean --norm 0.5 --of unit p | norms)" = 2 ]
	lincomb --norm 0.5 --of unit p | tensor-ls -p | grep -q -- "--norm=0.5 "
	perturb -l p -n 2 -s 3 | lincomb --norm 7 > t
	[ "$(norms t)" = "7 7" ]
	near "$(perturb -l p -n 2 -s 3 | cosine -r t | column cosine |
	    head -n 1)" 1 1e-6
	printf 'x:2\n: 0 0\n' | mkstream > zero
	run lincomb --norm 1 zero -o u
	refused 3 "a result of 2 values is zero: it cannot have norm 1"
	[ ! -e u ]
	run lincomb --norm -1 p
	refused 2 "--norm: -1 is below 0"
	run lincomb --norm 1 --of zero p
	refused 3 "zero: its norm is 0"
	run lincomb --of unit p
	refused 2 "--of takes a --norm"
	run lincomb -c --norm 1 p
	refused 2 "--cumulative takes no --norm"
}

@test "lincomb: mean, sum and cumulative sum over records" {
	[ "$(lincomb --mean p | all_values)" = "3 5" ]
	[ "$(lincomb --sum p | all_values)" = "9 15" ]
	[ "$(lincomb --sum -w -2 p | all_values)" = "-18 -30" ]
	lincomb --cumulative p > t
	[ "$(all_values t)" = "1 2 4 6 9 15" ]
	[ "$(tensor-ls t | column step | paste -sd ' ')" = "0 1 2" ]
	[ "$(lincomb --sum p | tensor-ls | column task)" = copy ]
	printf 'x:2\n: 1 1\n: 1 2\n' | mkstream -c updates | lincomb -s > t
	[ "$(tensor-ls t | column content)" = displacements ]
}

@test "lincomb: sums run in f64" {
	printf 'x:1\n: 100000000\n: 1\n: 1\n: 1\n: 1\n: -100000000\n' |
	    mkstream > v
	[ "$(lincomb --sum v | all_values)" = 4 ]
}

@test "lincomb: a model directory is one record, its parameters" {
	cat > small.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 16,
	  "n_embd": 16, "n_layer": 1, "n_head": 2 }
	end
	train -c small.json -O a --length 4 -n 2 -b 8 --check-every 0 \
	    --stream parameters -o path.mpk.zst
	train -m a -O b --length 4 -n 3 -b 8 --check-every 0 \
	    --stream updates -o updates.mpk.zst
	# what the files hold is what the stream said
	tensor-select --step 2 path.mpk.zst | lincomb -w 1,-1 - a > zero
	[ "$(all_values zero | tr ' ' '\n' | sort -u)" = 0 ]
	# b - a is the sum of the updates from a to b, up to rounding of f32
	lincomb -w 1,-1 b a > t
	[ "$(tensor-ls t | column content)" = displacements ]
	lincomb --sum updates.mpk.zst | cosine -r t > c
	near "$(column cosine < c)" 1 1e-6
	near "$(awk 'NR == 2 { print $7 / $8 }' c)" 1 1e-5
	run lincomb --sum a
	refused 2 "a: a model has no records to sum over"
	run lincomb a p -o t2
	refused 3 "p: record 0: tensor 0 is x, the first operand has "
	[ ! -e t2 ]
}

@test "lincomb: different numbers of records are refused, with both" {
	tensor-select -r 0,1 p > two
	run lincomb -w 1,-1 p two -o t
	refused 3 "two: 2 records, p has 3"
	run lincomb two p -o t
	refused 3 "two: 2 records, p has 3"
	[ ! -e t ]
}

@test "lincomb: wrong input is refused" {
	example_streams
	run lincomb p gradients.mpk.zst -o t
	refused 3 "gradients.mpk.zst: record 0: tensor 0 is w, the first operand has x"
	printf 'x:2\n' | mkstream > none
	run lincomb none -o t
	refused 3 "none: holds no records"
	run lincomb --mean none -o t
	refused 3 "none: holds no records"
	run lincomb -w 1,2 p
	refused 2 "--weights: 2 weights, but 1 operands"
	run lincomb --mean p p
	refused 2 "--mean takes 1 operand, not 2"
	run lincomb -m -s p
	refused 2 "one of --mean, --sum and --cumulative"
	printf 'x:1\n: 3e38\n' | mkstream > large
	run lincomb large large -o t
	refused 3 "value 0 of 1 of the result is too large for f32"
	mkdir dir
	run lincomb dir p -o t
	refused 3 "dir/config.json: No such file"
	refuses_damage lincomb
	refuses_damage lincomb --mean
	[ ! -e t ]
}

@test "lincomb: the manual page's example runs" {
	echo '{"model_type": "gpt2", "vocab_size": 32, "n_positions": 16,
	    "n_embd": 8, "n_layer": 1, "n_head": 2}' > c.json
	train -c c.json -O model -n 0 -t copy --length 3
	train -m model -O begun -n 0 -t copy --length 3 --lora-rank 2 \
	    --lora-targets c_fc
	train -m model --adapter begun -O trained -n 4 -t copy --length 3 \
	    --lr 0.01 --check-every 0 --stream updates -o u.mpk.zst
	page_runs lincomb.1
	near "$(lincomb --mean deviations.mpk.zst |
	    values 0 | sort -g | tail -n 1)" 0
	[ "$(values 11 displacements.mpk.zst)" = \
	    "$(values 0 displacement.mpk.zst)" ]
	near "$(norms steps.mpk.zst | cut -d ' ' -f 1)" \
	    "$(norms random.mpk.zst | cut -d ' ' -f 12)" 1e-6
	lincomb --sum u.mpk.zst -o sum.mpk.zst
	near "$(cosine -r sum.mpk.zst moved.mpk.zst | column cosine)" 1
	lincomb trained -o t.mpk.zst
	near "$(norms downhill.mpk.zst | cut -d ' ' -f 2)" \
	    "$(lincomb -w 0.1 t.mpk.zst | norms)" 1e-4
}
