# The k-th allocation, read, write or fsync fails, for every k (every so many
# unless FAULTS=all): status 4, one message, no file that looks finished, and
# nothing left beside it.
load helpers

setup() {
	plumbline_setup
	needs cc
	! is_sanitized || skip "a sanitizer owns the allocator"
	cd "$T"
	[ -e "$BATS_FILE_TMPDIR/fault.so" ] ||
	    cc -shared -fPIC -o "$BATS_FILE_TMPDIR/fault.so" \
	    "$ROOT/tests/fault/fault.c" -ldl
	cat > config.json <<-'E'
	{"model_type": "gpt2", "n_embd": 8, "n_layer": 1, "n_head": 2,
	 "n_positions": 24, "vocab_size": 32}
	E
	train -q -c config.json -O model -t copy,sort --length 4 -n 12 -b 4 \
	    --stream updates -o updates
	grad-dump -m model -t copy --length 4 -n 6 -b 4 -o gradients
	svd-basis -r 3 -o basis gradients
	mkdir out
}

# survives KIND OUTPUT COMMAND ...: for every k
survives() {
	local kind=$1 output=$2 k=1 stride hit=$T/hit status
	shift 2
	rm -rf out/* want
	"$@" > out/stdout
	cp -r out want
	while :; do
		rm -rf out/* "$hit"
		status=0
		FAULT=$kind:$k FAULT_HIT=$hit \
		    LD_PRELOAD=$BATS_FILE_TMPDIR/fault.so \
		    "$@" > out/stdout 2> message || status=$?
		[ -e "$hit" ] || break
		if [ "$status" -eq 0 ]; then
			# a call that the tool can do without
			diff -r want out
		elif [ "$status" -ne 4 ] || [ "$(wc -l < message)" -ne 1 ] ||
		    [ -e "$output" ] ||
		    [ -n "$(ls out | grep -v -e stdout -e '\.part$')" ]; then
			echo "$kind $k of: $*: status $status, left:" out/*
			cat message
			return 1
		fi
		stride=1
		[ "${FAULTS:-}" = all ] || stride=$((1 + k / 8))
		k=$((k + stride))
	done
	[ "$status" -eq 0 ] && [ "$k" -gt 1 ]
}

all_kinds() {
	survives alloc "$@"
	survives read "$@"
	survives write "$@"
}

@test "faults: grad-dump" {
	all_kinds out/x grad-dump -q --threads 1 -m model -t copy --length 4 \
	    -n 2 -b 4 -o out/x
}

@test "faults: svd-basis" {
	all_kinds out/x svd-basis --threads 1 -r 3 -o out/x gradients
	survives sync out/x svd-basis --threads 1 -r 3 -o out/x gradients
}

@test "faults: project" {
	all_kinds out/x project --threads 1 -b basis -o out/x gradients
}

@test "faults: capture" {
	all_kinds out/x capture --threads 1 -b basis --updates -o out/x updates
}

@test "faults: drift" {
	all_kinds out/x drift --threads 1 -w 4 -r 2 -o out/x updates
}

@test "faults: cosine" {
	all_kinds out/x cosine --threads 1 -r basis -o out/x gradients
}

@test "faults: lincomb" {
	all_kinds out/x lincomb --threads 1 --sum -o out/x updates
}

@test "faults: perturb" {
	survives alloc out/x perturb --threads 1 -m model -n 3 -o out/x
	survives write out/x perturb --threads 1 -m model -n 3 -o out/x
}

@test "faults: evaluate" {
	all_kinds out/x evaluate -q --threads 1 -m model -t copy --length 4 \
	    -n 8 -d gradients -o out/x
}

@test "faults: tensor-ls, tensor-check, tensor-select" {
	all_kinds out/x tensor-ls -o out/x updates
	all_kinds out/x tensor-check -o out/x updates
	all_kinds out/x tensor-select -r 1-3 -o out/x updates
}

@test "faults: train" {
	survives alloc out/m train -q --threads 1 -m model -O out/m -t copy \
	    --length 4 -n 2 -b 4 --checkpoint-every 1
	survives write out/m train -q --threads 1 -m model -O out/m -t copy \
	    --length 4 -n 2 -b 4 --checkpoint-every 1
	survives sync out/m train -q --threads 1 -m model -O out/m -t copy \
	    --length 4 -n 2 -b 4 --checkpoint-every 1
}

@test "faults: tensor-export" {
	all_kinds out/x.npy tensor-export --threads 1 -O out/x.npy updates
	all_kinds out/x.npz tensor-export --threads 1 -O out/x.npz updates
	tensor-select -r 1 -o one updates
	all_kinds out/x.safetensors tensor-export -O out/x.safetensors one
	survives sync out/x.npz tensor-export -O out/x.npz updates
	printf 'direction.1:2\n: 1 2\n' | mkstream -o v
	all_kinds out/x.gguf tensor-export -O out/x.gguf v
}

@test "faults: tensor-import" {
	tensor-export -O x.npy updates
	tensor-export -O x.npz updates
	printf 'direction.1:2\n: 1 2\n' | mkstream -o v
	tensor-export -O x.gguf v
	mkdir -p run/checkpoint-1 run/checkpoint-2
	cp model/model.safetensors run/checkpoint-1
	cp model/model.safetensors run/checkpoint-2
	for from in x.npy x.npz x.gguf run; do
		survives alloc out/x tensor-import --threads 1 -o out/x $from
		survives write out/x tensor-import --threads 1 -o out/x $from
	done
	survives sync out/x tensor-import --threads 1 -o out/x run
}
