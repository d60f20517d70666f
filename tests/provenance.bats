# tensor-ls --provenance prints commands that make a stream again, to the
# byte, from the files that nothing of ours made.
load helpers

setup() {
	plumbline_setup
	mkdir "$T/here" "$T/there"
	cd "$T/here"
	cat > config.json <<-'E'
	{"model_type": "gpt2", "n_embd": 8, "n_layer": 1, "n_head": 2,
	 "n_positions": 24, "vocab_size": 32}
	E
	cp config.json ../there
	train -q -c config.json -O model -t copy,sort --length 4 -n 10 -b 4
	cp -r model ../there
}

# again FILE: its commands, run elsewhere, make the same bytes
again() {
	tensor-ls --provenance "$1" > "$T/commands"
	cat "$T/commands"
	(cd "$T/there" && bash -eu -o pipefail "$T/commands" > again)
	cmp "$1" "$T/there/again"
}

@test "provenance: a pipe" {
	grad-dump -m model -t copy --length 4 -n 6 -b 4 |
	    svd-basis -r 3 -o basis
	again basis
	grep -q '^# reads [0-9a-f]* *model/model.safetensors$' "$T/commands"
	grep -q '^grad-dump .* | svd-basis .* -$' "$T/commands"
}

@test "provenance: a branched one, through files, a pipe and a substitution" {
	train -q -c config.json -t sort --length 4 -n 8 -b 4 --lr 0.003 \
	    --stream updates -o updates
	grad-dump -m model -t copy --length 4 -n 6 -b 4 -o 'the gradients'
	svd-basis -r 3 -o basis 'the gradients'
	lincomb --sum updates |
	    project -b basis -r 1,2 - |
	    lincomb -w 1,-2 - <(lincomb --mean 'the gradients') |
	    tensor-select -r 0 -o result
	again result
	# what is used twice is made once
	[ "$(grep -c "^grad-dump .* > 'the gradients'$" "$T/commands")" -eq 1 ]
}

@test "provenance: joined segments, and recipes" {
	perturb -m model -n 3 --seed 4 -o noise
	perturb -m model -n 2 --seed 5 >> noise
	svd-basis -r 4 -o basis noise
	again basis
	again noise
	grep -q '^{ perturb .*; perturb .*; }$' "$T/commands"
}

@test "provenance: absolute paths are cut, relative ones are kept" {
	svd-basis -m random -r 2 -o a <(perturb -m "$T/here/model")
	svd-basis -m random -r 2 -o b <(perturb -m "$T/there/model")
	cmp a b
	[ "$(perturb -m ../here/model | tensor-ls -p | tail -n 1 |
	    grep -c -e --model=../here/model)" -eq 1 ]
}
