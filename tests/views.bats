# Weights that stay in their files, deltas and gradients of some tensors: the
# same values as from a block and of all, in less memory.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	cat > gpt2.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 32,
	  "n_embd": 32, "n_layer": 2, "n_head": 2 }
	end
	cat > qwen2.json <<-end
	{ "model_type": "qwen2", "vocab_size": 40, "hidden_size": 24,
	  "max_position_embeddings": 131072, "num_hidden_layers": 3,
	  "num_attention_heads": 4, "num_key_value_heads": 2,
	  "intermediate_size": 40, "tie_word_embeddings": true }
	end
}

# table: without its provenance
table() {
	grep -v '^#'
}

# same_values FILE FILE: the same records but for their provenance
same_values() {
	mkstream --print < "$1" > a.txt
	mkstream --print < "$2" > b.txt
	[ -s a.txt ] && cmp a.txt b.txt
}

# peak COMMAND: its largest resident set in MB
peak() {
	python3 - "$@" <<-'END'
	import resource, subprocess, sys
	s = subprocess.run(sys.argv[1:]).returncode
	print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1000)
	sys.exit(s)
	END
}

@test "views: half types in their file give the bits of 32-bit copies" {
	for c in gpt2 qwen2; do
		for d in f16 bf16; do
			train -c $c.json -O half -n 0 --dtype $d
			train -m half -O full -n 0
			[ "$(stat -c %s half/model.safetensors)" -lt \
			    "$(stat -c %s full/model.safetensors)" ]
			for m in half full; do
				grad-dump -m $m -n 2 -b 5 -o g.$m
				grad-dump -m $m -n 1 -b 3 -t copy \
				    --per-example -o e.$m
				perturb -m $m -n 2 --sigma 0.01 \
				    --tensors '*.1.*' -o p.$m
				evaluate -m $m -d p.$m --base -n 9 -o t.$m
				act-capture -m $m -n 2 -t copy -o a.$m
				table < t.$m > t.$m.tsv
			done
			for f in g e a; do
				same_values $f.half $f.full
			done
			cmp t.half.tsv t.full.tsv
		done
	done
}

@test "views: a large head is converted in parts, with the same bits" {
	# 77 million values in the head
	cat > vast.json <<-end
	{ "model_type": "gpt2", "vocab_size": 600000, "n_positions": 8,
	  "n_embd": 128, "n_layer": 1, "n_head": 2 }
	end
	train -c vast.json -O half -n 0 --dtype bf16
	train -m half -O full -n 0 --length 2 -t copy
	for m in half full; do
		grad-dump -m $m -t copy --length 2 -n 1 -b 2 \
		    --group 'h.*.bias' -o g.$m
		evaluate -m $m -t copy --length 2 -n 4 | table > t.$m
	done
	same_values g.half g.full
	cmp t.half t.full
}

@test "views: results of mapped weights do not depend on threads" {
	train -c qwen2.json -O m -n 0 --dtype bf16
	for k in 1 3; do
		grad-dump -m m -n 2 -b 40 -t copy --threads $k -o g.$k
		evaluate -m m -n 20 --threads $k -o t.$k
	done
	cmp g.1 g.3
	cmp t.1 t.3
}

@test "views: a delta of some tensors moves these" {
	for c in gpt2 qwen2; do
		train -c $c.json -O m -n 0 --dtype bf16
		# the same draws with and without all other tensors
		grad-dump -m m -n 1 -b 2 -t copy --group '*.1.*' -o few
		how=(-n 3 --sigma 0.05 --tensors '*.1.*')
		perturb -l few "${how[@]}" -o few.recipes
		perturb -l few "${how[@]}" --dense -o few.dense
		perturb -m m "${how[@]}" --dense -o all
		for d in all few.recipes few.dense; do
			evaluate -m m -d $d -n 9 | table > t.$d
			grad-dump -m m -d $d -n 1 -b 3 -t copy -o g.$d
			act-capture -m m -d $d -n 2 -t copy -o a.$d
			cmp t.all t.$d
			same_values g.all g.$d
			same_values a.all a.$d
		done
	done
}

@test "views: deltas of different tensors follow each other" {
	train -c gpt2.json -O m -n 0
	for g in 'h.0.*' 'wte.*' 'h.*.ln_1.*'; do
		grad-dump -m m -n 1 -b 2 -t copy --group "$g" -o one
		perturb -l one -n 1 --sigma 0.1 >> recipes
		perturb -l one -n 1 --sigma 0.1 --dense >> dense
		perturb -l one -n 1 --sigma 0.1 |
		    evaluate -m m -d - -n 9 | table | tail -n +2 >> alone
	done
	for d in recipes dense; do
		evaluate -m m -d $d -n 9 | table | tail -n +2 > together
		cmp <(cut -f 2- alone) <(cut -f 2- together)
	done
}

@test "views: a group's gradient is that part of the gradient" {
	for c in gpt2 qwen2; do
		train -c $c.json -O m -n 0
		grad-dump -m m -n 2 -b 5 -t copy -o all
		for g in '*.1.*' 'h.*' '*w[tp]e.weight' '*embed*' '*norm*' \
		    'ln_f.*' '*attn*' '*.0.*proj.weight' '*.k_proj.bias'; do
			grep -q . <(tensor-select -t "$g" all |
			    mkstream --print) || continue
			grad-dump -m m -n 2 -b 5 -t copy --group "$g" -o few
			same_values few <(tensor-select -t "$g" all)
			echo "$g" >> seen
		done
	done
	[ "$(wc -l < seen)" -ge 10 ]
}

@test "views: a value that is not finite is refused before anything runs" {
	needs python3
	train -c gpt2.json -O m -n 0 --dtype bf16
	python3 - m/model.safetensors <<-'END'
	import sys
	with open(sys.argv[1], "r+b") as f:
	    n = int.from_bytes(f.read(8), "little")
	    f.seek(8 + n + 2 * 1000)
	    f.write(b"\x80\x7f")	# infinity, of wte.weight
	END
	run evaluate -m m -o t
	refused 3 "m/model.safetensors: tensor wte.weight: value 1000 is not finite"
	[ ! -e t ]
}

@test "views: memory for weights once, and for the gradients that are wanted" {
	! is_sanitized || skip "a sanitizer takes memory of its own"
	needs python3
	cat > large.json <<-end
	{ "model_type": "gpt2", "vocab_size": 8192, "n_positions": 96,
	  "n_embd": 1024, "n_layer": 3, "n_head": 8 }
	end
	export OMP_NUM_THREADS=1
	# 46 million parameters, 185 MB
	run peak train -c large.json -O m -n 0
	[ "$output" -lt 40 ]
	run peak train -c large.json -O half -n 0 --dtype bf16
	[ "$output" -lt 40 ]
	all=(grad-dump -t copy --length 31 -n 1 -b 4 -q -o g)
	run peak "${all[@]}" -m m
	[ "$output" -lt $((185 * 3)) ]
	run peak "${all[@]}" -m m --group h.2.attn.c_proj.weight
	[ "$output" -lt $((185 + 100)) ]
	run peak "${all[@]}" -m half --group h.2.attn.c_proj.weight
	[ "$output" -lt $((185 / 2 + 130)) ]
	# a delta of a tensor takes the memory of a tensor
	perturb -m m --tensors h.1.attn.c_proj.weight -n 2 -o p
	run peak evaluate -m m -d p -n 4 -t copy -q -o t
	[ "$output" -lt $((185 + 80)) ]
}
