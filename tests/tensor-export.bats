load helpers

# three records of two tensors
setup() {
	plumbline_setup
	cd "$T" || return
	{
		echo "h.0.w:2x2 h.1.w:2"
		for i in 0 1 2; do
			echo "step=${i}0 : $i 1 2 3 4 5"
		done
	} | mkstream -c updates > s.mpk.zst
}

values() {
	mkstream --print | paste -s -d ' '
}

# exported FILE ...: no temporary file is left beside these
exported() {
	[ "$(ls | paste -s -d ' ')" = "$(printf '%s\n' s.mpk.zst "$@" | sort |
	    paste -s -d ' ')" ]
}

@test ".npy: every record is a row, back again the same values" {
	tensor-export -O x.npy s.mpk.zst
	exported x.npy
	[ "$(head -c 6 x.npy | tail -c 5)" = NUMPY ]
	[ "$(wc -c < x.npy)" -eq $((128 + 3 * 6 * 4)) ]
	head -c 128 x.npy | grep -aq "'<f4', 'fortran_order': False, 'shape': (3, 6), }"
	[ "$(tensor-import x.npy | values)" = "$(values < s.mpk.zst)" ]
}

@test ".npz: a member for each tensor, records along a new first index" {
	tensor-export -O x.npz < s.mpk.zst
	exported x.npz
	[ "$(tensor-import -r x.npz | values)" = "$(values < s.mpk.zst)" ]
	[ "$(tensor-import -t h.0.w x.npz | tensor-ls -t | cut -f 5 |
	    tail -1)" = "[3,2,2]" ]
	tensor-select -r 1 s.mpk.zst | tensor-export -O x.npz
	[ "$(tensor-import -t h.0.w x.npz | tensor-ls -t | cut -f 5 |
	    tail -1)" = "[2,2]" ]
	tensor-import x.npz | values | grep -qx "1 1 2 3 4 5"
}

@test ".npz: equal work gives equal bytes, in every time zone" {
	TZ=UTC tensor-export -O x.npz s.mpk.zst
	TZ=Pacific/Auckland tensor-export -O y.npz s.mpk.zst
	cmp x.npz y.npz
}

@test ".safetensors: one record, its tensors by name" {
	tensor-select -r 2 s.mpk.zst | tensor-export -O x.safetensors
	exported x.safetensors
	tensor-import x.safetensors > back
	[ "$(values < back)" = "2 1 2 3 4 5" ]
	[ "$(tensor-ls -t back | cut -f 3,5 | tail -n +2 | paste -s)" = \
	    "$(printf 'h.0.w\t[2,2]\th.1.w\t[2]')" ]
	head -c 64 x.safetensors | grep -aq '{"__metadata__":{"format":"pt"}'
	run tensor-export -O y.safetensors s.mpk.zst
	refused 3 "s.mpk.zst: holds more than 1 record, a safetensors file holds 1"
	exported back x.safetensors
}

@test ".gguf: vectors named direction.N, or numbered by --layers" {
	printf 'direction.2:2 direction.1:2\n: 1 2 3 4\n' | mkstream > v
	tensor-export -O x.gguf --model-hint llama v
	grep -aq controlvector.model_hint x.gguf
	[ "$(tensor-import x.gguf | values)" = "3 4 1 2" ]
	printf 'x:2\n: 1 2\n: 3 4\n' | mkstream > w
	run tensor-export -O y.gguf w
	refused 3 "w: record 0: tensor x: not direction.N with N >= 1"
	tensor-export -O y.gguf -l 7,3 w
	[ "$(tensor-import y.gguf | tensor-ls -t | cut -f 3 | tail -n +2 |
	    paste -s -d ' ')" = "direction.3 direction.7" ]
	[ "$(tensor-import y.gguf | values)" = "3 4 1 2" ]
	run tensor-export -O z.gguf -l 7 w
	refused 3 "w: record 1: tensor x: more vectors than the 1 of --layers"
	run tensor-export -O z.gguf -l 7,8,9 w
	refused 3 "w: 2 vectors, --layers has 3"
	run tensor-export -O z.gguf -l 7,7 w
	refused 3 "w: record 1: tensor direction.7 occurs twice"
	run tensor-export -O z.gguf s.mpk.zst
	[ "$status" -eq 3 ]
	exported v w x.gguf y.gguf
}

@test "recipes are drawn" {
	printf 'a:2x3 b:4\n: 1 2 3 4 5 6 7 8 9 10\n' | mkstream > model
	perturb -n 2 -s 1 -S 0.5 -l model > recipes
	tensor-export -O x.npy recipes
	tensor-export -O x.npz recipes
	[ "$(tensor-import x.npy | values)" = "$(values < recipes)" ]
	[ "$(tensor-import -r x.npz | values)" = "$(values < recipes)" ]
	tensor-select -r 1 recipes | tensor-export -O x.safetensors
	[ "$(tensor-import x.safetensors | values)" = \
	    "$(tensor-select -r 1 recipes | values)" ]
}

@test "a stream without its end gives no file" {
	head -c -1 s.mpk.zst > cut
	for f in npy npz; do
		run tensor-export -O x.$f cut
		[ "$status" -eq 3 ]
	done
	tensor-select -r 0 s.mpk.zst | head -c -1 > cut
	run tensor-export -O x.safetensors cut
	[ "$status" -eq 3 ]
	exported cut
}

@test "records of different layouts, and none, are refused" {
	printf 'a:2\n: 1 2\n@b:2\n: 1 2\n' | mkstream > two
	for f in npy npz; do
		run tensor-export -O x.$f two
		refused 3 "two: record 1: tensor 0 is b, record 0 has a"
	done
	tensor-select -r 9 s.mpk.zst > none
	run tensor-export -O x.npy none
	refused 3 "none: holds no records"
	exported two none
}

@test "a full disk is status 4, and no file" {
	[ -w /dev/full ] || skip "no /dev/full"
	ln -s /dev/full x.npy.tmp
	run tensor-export -O x.npy s.mpk.zst
	refused 4 "x.npy: No space left"
	[ ! -e x.npy ]
}

@test "usage: a file, a format, options of the format" {
	run tensor-export s.mpk.zst
	refused 2 "a file must be given, with -O"
	run tensor-export -O x s.mpk.zst
	refused 2 "x: the name does not tell the format; use --format"
	tensor-export -f npy -o x s.mpk.zst
	run tensor-export -O x.npy -l 1 s.mpk.zst
	refused 2 "--layers is for gguf, not npy"
	run tensor-export -O x.gguf -l 0 s.mpk.zst
	refused 2 "--layers: 0, a layer is at least 1"
	exported x
}

@test "the examples of the manual page run" {
	cat > config.json <<-'E'
	{"model_type": "gpt2", "n_embd": 8, "n_layer": 1, "n_head": 2,
	 "n_positions": 64, "vocab_size": 32}
	E
	train -q -c config.json -O model -t copy -n 1 -b 2
	printf 'w:2\nstep=1000 : 1 2\nstep=2000 : 3 4\n' |
	    mkstream -o run.mpk.zst
	train -q -m model -O adapter -n 0 --lora-rank 2 --lora-targets c_fc
	page_example tensor-export.1 > example
	bash -eu -o pipefail example
	[ "$(tensor-import adapter.npz | tensor-ls -t | awk 'NR > 1 {
	    printf "%s ", $5 }')" = "[2,8] [32,2] " ]
	[ "$(tensor-import last.safetensors | values)" = "3 4" ]
	[ "$(tensor-ls gradients.mpk.zst | wc -l)" -eq 9 ]
}
