# Adapters over a model, in all tools that take them, and sketches.
load helpers

setup_file() {
	plumbline_setup
	cd "$BATS_FILE_TMPDIR"
	cat > gpt2.json <<-end
	{ "model_type": "gpt2", "vocab_size": 32, "n_positions": 16,
	  "n_embd": 16, "n_layer": 2, "n_head": 2 }
	end
	cat > llama.json <<-end
	{ "model_type": "llama", "vocab_size": 32, "hidden_size": 16,
	  "max_position_embeddings": 16, "num_hidden_layers": 2,
	  "num_attention_heads": 2, "intermediate_size": 24,
	  "tie_word_embeddings": false }
	end
	train -c gpt2.json -O gpt2 -t copy --length 3 -n 20 -b 16 \
	    --check-every 0
	train -c llama.json -O llama -t copy --length 3 -n 20 -b 16 \
	    --check-every 0
	lora gpt2 -O gpt2-a -n 10 --lora-rank 3 --lora-alpha 6 \
	    --lora-targets c_attn,mlp.c_proj
	lora llama -O llama-a -n 10 --lora-rank 3 --lora-rslora \
	    --lora-targets all-linear
}

setup() {
	plumbline_setup
	cp -r "$BATS_FILE_TMPDIR"/. "$T"
	cd "$T"
}

# lora BASE ...: train at a high rate
lora() {
	train "${rate[@]}" -m "$@"
}
rate=(-t reverse --length 3 -b 16 --lr 0.01 --check-every 0)

scores() {
	local f
	f=$(mktemp -p "$T")
	evaluate "$@" -t reverse,copy --length 3 -n 64 > "$f" || return
	cut -f 14- "$f"
}

gradients() {
	grad-dump "$@" -t reverse --length 3 -b 8
}

# config SCRIPT: changes gpt2-a's configuration with sed
config() {
	sed -i "$1" gpt2-a/adapter_config.json
}

@test "lora: the model is not touched, the adapter has PEFT's two files" {
	[ "$(ls gpt2-a | tr '\n' ' ')" = \
	    "adapter_config.json adapter_model.safetensors train.tsv " ]
	grep -q '"fan_in_fan_out": true' gpt2-a/adapter_config.json
	grep -q '"fan_in_fan_out": false' llama-a/adapter_config.json
	grep -q '"use_rslora": true' llama-a/adapter_config.json
}

@test "lora: its product as a delta of the model is the adapter, to the bit" {
	local m
	for m in gpt2 llama; do
		lora $m --adapter $m-a -n 0 --coordinates product \
		    --stream parameters -o p.mpk.zst
		scores -m $m --adapter $m-a > a
		scores -m $m -d p.mpk.zst > b
		diff a b
		scores -m $m > c
		! cmp -s a c
	done
}

# nonzero STREAM: how many bytes of its values are not those of 0 and -0
nonzero() {
	tensor-export -O x.npy "$1"
	tail -c +129 x.npy | tr -d '\0\200' | wc -c
}

@test "lora: at B = 0 the model's scores, and A has no gradient" {
	local m
	for m in gpt2 llama; do
		lora $m -O new -n 0 --lora-rank 2 --lora-targets all-linear
		diff <(scores -m $m) <(scores -m $m --adapter new)
		gradients -m $m --adapter new -n 1 \
		    --group '*.lora_A.weight' -o a.mpk.zst
		gradients -m $m --adapter new -n 1 \
		    --group '*.lora_B.weight' -o b.mpk.zst
		[ "$(nonzero a.mpk.zst)" -eq 0 ]
		[ "$(nonzero b.mpk.zst)" -gt 300 ]
		rm -r new x.npy
	done
}

# slope BASE UNIT: the loss along the gradient g of the adapter, at steps of
# +h and -h of unit length, minus the norm of g, over that norm
slope() {
	local opts=(-m "$1" --adapter "$1-a")
	gradients "${opts[@]}" -n 1 "${@:2}" -o g.mpk.zst
	lincomb -w 1 -n 0.002 g.mpk.zst -o up.mpk.zst
	lincomb -w -1 -n 0.002 g.mpk.zst -o down.mpk.zst
	cat up.mpk.zst down.mpk.zst |
	    grad-dump "${opts[@]}" -d - -t reverse --length 3 -b 8 -n 1 |
	    tensor-ls > l.tsv
	awk -F '\t' -v norm="$(cosine -r g.mpk.zst g.mpk.zst |
	    awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++)
	    if ($i == "norm") at = i } NR == 2 { print $at }')" '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == "loss") at = i }
	NR == 2 { up = $at } NR == 3 { down = $at }
	END { r = (up - down) / 0.004 / norm - 1
	    print "slope over norm, minus 1:", r
	    exit !(r < 0.005 && r > -0.005) }' l.tsv
}

@test "lora: the loss changes along a gradient as it says, in all coordinates" {
	local m
	for m in gpt2 llama; do
		slope $m
		slope $m --group '*.lora_A.weight'
		slope $m --coordinates product
	done
}

@test "lora: a sum of updates is where the run went" {
	lora gpt2 --adapter gpt2-a -O b -n 6 --stream updates -o u.mpk.zst
	lincomb --sum u.mpk.zst -o sum.mpk.zst
	paste <(scores -m gpt2 --adapter b | cut -f 4) \
	    <(scores -m gpt2 --adapter gpt2-a -d sum.mpk.zst | cut -f 4) |
	    awk 'NR > 1 { d = $1 / $2 - 1; n += d < 1e-5 && d > -1e-5 }
	    END { exit n != 2 }'
	lincomb -w 1,-1 b gpt2-a -o d.mpk.zst
	cosine -r d.mpk.zst sum.mpk.zst | awk -F '\t' '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == "cosine") at = i }
	NR == 2 { exit !($at > 0.99999) }'
}

@test "lora: a run that was killed goes on to the same bytes" {
	local more=(-n 1000 --checkpoint-every 20 --stream updates --every 40
	    --coordinates product)
	lora gpt2 --adapter gpt2-a -O whole "${more[@]}" -o whole.mpk.zst
	train "${rate[@]}" -m gpt2 --adapter gpt2-a -O cut "${more[@]}" \
	    > cut.mpk.zst &
	local pid=$!
	while kill -0 $pid 2>/dev/null && ! grep -aqE '^step [1-9]' \
	    cut.part/state 2>/dev/null; do :; done
	kill -KILL $pid
	wait $pid || true
	[ -d cut.part ]
	lora gpt2 --adapter gpt2-a -O cut "${more[@]}" -o cut.mpk.zst
	cmp whole/adapter_model.safetensors cut/adapter_model.safetensors
	cmp whole.mpk.zst cut.mpk.zst
	cmp whole/train.tsv cut/train.tsv
}

@test "lora: a directory is its factors, in lincomb and tensor-import" {
	lora gpt2 --adapter gpt2-a -O model -n 0 --coordinates product \
	    --stream parameters -o p.mpk.zst
	tensor-import --strip-prefix base_model.model. gpt2-a |
	    tensor-export -O b.npz
	lincomb gpt2-a | tensor-export -O a.npz
	cmp a.npz b.npz
	# as a delta they double both factors, so their products four times
	lincomb gpt2-a -o f.mpk.zst
	tensor-import --strip-prefix base_model.model. gpt2-a -o i.mpk.zst
	lincomb -w 4 p.mpk.zst -o p4.mpk.zst
	scores -m gpt2 --adapter gpt2-a -d f.mpk.zst > a
	scores -m gpt2 --adapter gpt2-a -d i.mpk.zst | diff a -
	scores -m gpt2 -d p4.mpk.zst | diff a -
	run evaluate -m gpt2 --adapter gpt2-a -d <(tensor-import gpt2-a) \
	    -t copy --length 3
	refused 3 "the model has none of that name"
	run tensor-export -O x.npy gpt2-a
	refused 3 "is a directory, not a stream"
}

@test "lora: the same bytes for any threads" {
	lora llama --adapter llama-a -O one -n 3 --threads 1
	lora llama --adapter llama-a -O two -n 3 --threads 2
	cmp one/adapter_model.safetensors two/adapter_model.safetensors
	gradients -m llama --adapter llama-a -n 2 --sketch 64 --threads 1 \
	    -o a.mpk.zst
	gradients -m llama --adapter llama-a -n 2 --sketch 64 --threads 2 \
	    -o b.mpk.zst
	cmp a.mpk.zst b.mpk.zst
}

@test "lora: each example's gradients have their batch's as mean" {
	gradients -m gpt2 --adapter gpt2-a -n 1 -o g.mpk.zst
	gradients -m gpt2 --adapter gpt2-a -n 1 --per-example |
	    lincomb --mean | cosine -r g.mpk.zst | awk -F '\t' '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == "cosine") at = i }
	NR == 2 { exit !($at > 0.999999) }'
}

@test "lora: perturb draws for factors, and act-capture sees the adapter" {
	perturb -m gpt2 --adapter gpt2-a -n 2 -S 0.1 --relative |
	    evaluate -m gpt2 --adapter gpt2-a --base -d - -t copy --length 3 \
	    -n 16 > e.tsv
	[ "$(cut -f 17 e.tsv | sort -u | wc -l)" -eq 4 ]
	act-capture -m gpt2 --adapter gpt2-a -t copy --length 3 -n 2 \
	    -S h.1.out -o b.mpk.zst
	act-capture -m gpt2 -t copy --length 3 -n 2 -S h.1.out -o a.mpk.zst
	run ! cmp -s a.mpk.zst b.mpk.zst
}

@test "lora: options that do not go together" {
	run train -m gpt2 -O x --lora-rank 2
	refused 2 "give --lora-targets"
	run train -c gpt2.json -O x --lora-rank 2 --lora-targets c_attn
	refused 2 "an adapter is over a --model"
	run train -m gpt2 -O x --lora-rank 2 --lora-targets c_atn
	refused 3 "--lora-targets: target c_atn: no linear layer has this name"
	run train -m gpt2 -O x --lora-rank 2 --lora-targets wte
	refused 3 "target transformer.wte: an embedding"
	run train -m gpt2 -O x --lora-rank 2 --lora-targets lm_head
	refused 3 "target lm_head: is tied"
	run grad-dump -m gpt2 --coordinates product
	refused 2 "--coordinates is for --adapter"
	run gradients -m gpt2 --sketch 6
	refused 2 "--sketch: 6 is not a multiple of 4"
	run gradients -m gpt2 --adapter gpt2-a --group 'x*'
	refused 3 "none of 8 tensors matches 'x*'"
	[ ! -e x ] && [ ! -e x.part ]
}

@test "lora: a model is not replaced by its adapter, nor the other way" {
	cp -r gpt2 model
	run lora gpt2 -O gpt2 -n 1 --lora-rank 2 --lora-targets c_fc
	refused 3 "gpt2: holds "
	[[ $output == *", so it is not an adapter to be replaced" ]]
	diff -r gpt2 model
	[ ! -e gpt2.part ]
	cp -r gpt2-a adapter
	run lora gpt2 -O gpt2-a -n 1
	refused 3 "gpt2-a: holds adapter_"
	[[ $output == *", so it is not a model directory to be replaced" ]]
	diff -r gpt2-a adapter
	lora gpt2 --adapter gpt2-a -O gpt2-a -n 1
	! cmp -s gpt2-a/adapter_model.safetensors \
	    adapter/adapter_model.safetensors
}

@test "lora: configurations that ask for what is not there, by key" {
	local change key
	while read -r key change; do
		cp -r gpt2-a kept
		config "s/\"r\": 3/$change, \"r\": 3/"
		run scores -m gpt2 --adapter gpt2-a
		refused 3 "adapter_config.json: $key"
		rm -r gpt2-a
		mv kept gpt2-a
	done <<-'end'
	use_dora "use_dora": true
	modules_to_save "modules_to_save": ["lm_head"]
	layers_to_transform "layers_to_transform": [0]
	rank_pattern "rank_pattern": {"c_attn": 8}
	alpha_pattern "alpha_pattern": {"c_attn": 8}
	lora_bias "lora_bias": true
	unknown "half": 1
	end
	config 's/"bias": "none"/"bias": "all"/'
	run scores -m gpt2 --adapter gpt2-a
	refused 3 'bias is "all", only "none" is supported'
	config 's/"bias": "all"/"bias": "none"/; s/LORA/LOHA/'
	run scores -m gpt2 --adapter gpt2-a
	refused 3 'peft_type is "LOHA", only "LORA" is supported'
	config 's/LOHA/LO\\n\\u001b[31mHA/'
	run scores -m gpt2 --adapter gpt2-a
	refused 3 'peft_type is "LO??[31mHA"'
	config 's/LO.*HA"/LORA"/; s/: true,/: true, "init_lora_weights": "pissa",/'
	run scores -m gpt2 --adapter gpt2-a
	[ "$status" -eq 3 ]
}

@test "lora: adapters that do not fit" {
	run scores -m llama --adapter gpt2-a
	refused 3 "gpt2-a: module transformer.h.0.attn.c_attn: not a target"
	config 's/"r": 3/"r": 2/'
	run scores -m gpt2 --adapter gpt2-a
	refused 3 "A with r 2 is (r, in)"
	config 's/"r": 2/"r": 3/; s/mlp.c_proj/c_proj/'
	run scores -m gpt2 --adapter gpt2-a
	refused 3 "no tensor transformer.h.0.attn.c_proj.lora_A.weight"
	config 's/"c_proj"/"c_fc"/'
	run scores -m gpt2 --adapter gpt2-a
	[ "$status" -eq 3 ]
	sed 's/"n_embd": 16/"n_embd": 32/' gpt2.json > wide.json
	train -c wide.json -O wide -n 0 --check-every 0
	cp -r "$BATS_FILE_TMPDIR/gpt2-a" ok
	run scores -m wide --adapter ok
	refused 3 "factors for 16 to 48, the model has 32 to 96"
	head -c 700 ok/adapter_model.safetensors > cut
	mv cut ok/adapter_model.safetensors
	run scores -m gpt2 --adapter ok
	[ "$status" -eq 3 ]
	rm ok/adapter_model.safetensors
	run scores -m gpt2 --adapter ok
	refused 3 "ok/adapter_model.safetensors: No such file"
	mkdir ok/adapter_model.safetensors
	run scores -m gpt2 --adapter ok
	refused 3 "ok/adapter_model.safetensors: not a regular file"
	head -c 1048576 /dev/zero > ok/adapter_config.json
	run scores -m gpt2 --adapter ok
	refused 3 "ok/adapter_config.json: more than 1048575 bytes"
	head -c 100 gpt2-a/adapter_config.json > ok/adapter_config.json
	run scores -m gpt2 --adapter ok
	refused 3 "ok/adapter_config.json: line "
	rm ok/adapter_config.json
	run scores -m gpt2 --adapter ok
	refused 3 "ok/adapter_config.json: No such file"
	mkdir ok/adapter_config.json
	run scores -m gpt2 --adapter ok
	refused 3 "ok/adapter_config.json: Is a directory"
	run scores -m gpt2 --adapter gpt2
	refused 3 "gpt2/adapter_config.json: No such file"
}

@test "lora: factors that are missing, unknown or not numbers" {
	needs_python safetensors numpy
	edit() {
		rm -rf x && cp -r gpt2-a x
		python3 - "$@" <<-'end'
		import sys
		from safetensors.numpy import load_file, save_file
		p = "x/adapter_model.safetensors"
		x = load_file(p)
		name = sorted(x)[0]
		exec(sys.argv[1])
		save_file(x, p)
		end
		run scores -m gpt2 --adapter x
	}
	edit 'del x[name]'
	refused 3 "no tensor transformer.h.0.attn.c_attn.lora_A.weight"
	edit 'x[name][0, 1] = float("nan")'
	refused 3 "lora_A.weight: value 1 is not finite"
	for type in float64 int64 int32 uint8 int8 bool; do
		edit "x[name] = x[name].astype('$type')"
		refused 3 "lora_A.weight: dtype "
		[[ $output == *", supported are F32, F16 and BF16" ]]
	done
	edit 'x["a\n\x1b[2J.lora_A.weight"] = x[name]'
	refused 3 "a??[2J.lora_B.weight"
	edit 'x["base_model.model.lm_head.weight"] = x[name]'
	refused 3 "tensor base_model.model.lm_head.weight: not lora_A"
	edit 'x[name.replace("lora_A", "lora_A.default")] = x[name]'
	refused 3 "occurs twice"
	edit 'x[name] = x[name].T.copy()'
	refused 3 "A with r 3 is (r, in)"
	# the other spellings are the same adapter
	edit 'x = {k[17:].replace("A.w", "A.default.w"): v for k, v in x.items()}'
	diff <(scores -m gpt2 --adapter x) <(scores -m gpt2 --adapter gpt2-a)
	edit 'x = {k[29:]: v for k, v in x.items()}'
	diff <(scores -m gpt2 --adapter x) <(scores -m gpt2 --adapter gpt2-a)
}

@test "lora: deltas of other tensors are refused by name" {
	gradients -m llama --adapter llama-a -n 1 -o l.mpk.zst
	run evaluate -m gpt2 --adapter gpt2-a -d l.mpk.zst -t copy --length 3
	refused 3 "tensor model.layers.0.mlp.down_proj.lora_A.weight: the model has none"
	run evaluate -m gpt2 -d <(gradients -m gpt2 --adapter gpt2-a -n 1) \
	    -t copy --length 3
	[ "$status" -eq 3 ]
}

@test "sketches: inner products are those of the gradients, within the bound" {
	grad-dump -m gpt2 -t copy,reverse,sort,add --length 3 -b 4 -n 16 \
	    -o g.mpk.zst
	grad-dump -m gpt2 -t copy,reverse,sort,add --length 3 -b 4 -n 16 \
	    --sketch 1024 -o s.mpk.zst
	tensor-check s.mpk.zst
	cosine --all-pairs g.mpk.zst > g.tsv
	cosine --all-pairs s.mpk.zst > s.tsv
	# cosines: a deviation of at most sqrt(2 / 1024), 5 of them over pairs
	paste g.tsv s.tsv | awk -F '\t' '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == "cosine") at[++k] = i
	    next }
	{ d = $at[1] - $at[2]; sum += d * d; n++
	    if (d > 0.22 || d < -0.22) bad = 1; if (d != 0) differ = 1 }
	END { print n, sqrt(sum / n)
	    exit bad || n < 2000 || !differ || sqrt(sum / n) > 0.05 }'
	svd-basis -r 4 s.mpk.zst | tensor-check
	# all of a run, whatever the shard
	for i in 1 2 3; do
		grad-dump -m gpt2 -t copy,reverse,sort,add --length 3 -b 4 \
		    -n 16 --sketch 1024 --shard $i/3
	done | cosine --all-pairs > t.tsv
	diff s.tsv t.tsv
}

@test "sketches: of other seeds are not compared by mistake" {
	gradients -m gpt2 -n 1 --sketch 64 -o a.mpk.zst
	gradients -m gpt2 -n 1 --sketch 64 --sketch-seed 1 -o b.mpk.zst
	run cosine -r a.mpk.zst b.mpk.zst
	[ "$status" -eq 3 ]
	[[ $output == *sketch.* ]]
}

@test "sketches: a second implementation draws the same" {
	needs_python msgpack zstandard
	local name=h.0.attn.c_proj.weight
	gradients -m gpt2 -n 1 --group $name -o g.mpk.zst
	gradients -m gpt2 -n 1 --group $name --sketch 32 --sketch-seed 7 \
	    -o s.mpk.zst
	python3 "$ROOT/tests/oracle/read_stream.py" --values g.mpk.zst |
	    python3 "$ROOT/tests/oracle/draws.py" sketch 32 7 $name > want
	python3 "$ROOT/tests/oracle/read_stream.py" --values s.mpk.zst > have
	diff want have
}

@test "lora: every step is taken where the last one ended" {
	lora llama --adapter llama-a -O two -n 2
	lora llama --adapter llama-a -O one -n 1
	grad-dump -m llama --adapter one -t reverse --length 3 -b 16 \
	    --first 1 -n 1 | tensor-ls > g.tsv
	paste <(tail -n 1 two/train.tsv | cut -f 5) <(awk -F '\t' '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == "loss") at = i }
	NR == 2 { print $at }' g.tsv) |
	    awk '{ d = $1 / $2 - 1; exit !(d < 1e-8 && d > -1e-8) }'
}
