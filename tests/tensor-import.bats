load helpers

setup() {
	plumbline_setup
	cd "$T" || return
}

# le BYTES NUMBER: a little-endian number, as printf's escapes
le() {
	local n=$1 v=$2
	for (( ; n > 0; n--, v >>= 8)); do
		printf '\\x%02x' $((v & 255))
	done
}

# npy HEADER: the start of an .npy file
npy() {
	printf "\x93NUMPY\x01\x00$(le 2 ${#1})%s" "$1"
}

# safetensors HEADER DATA
safetensors() {
	printf "$(le 8 ${#1})%s%b" "$1" "$2"
}

# one NAME VALUE: a .safetensors file with one f32 of value 0 or 1
one() {
	safetensors '{"'"$1"'":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}' \
	    "$([ "$2" = 0 ] && echo '\0\0\0\0' || echo '\0\0\x80\x3f')"
}

values() {
	mkstream --print | paste -s -d ' '
}

# across NAME: a column of the table on standard input, in one line
across() {
	column "$1" | paste -sd ' ' -
}

tensors() {
	tensor-ls -t "$@" | across tensor
}

matrix() {
	npy "{'descr': '|u1', 'fortran_order': ${1:-False}, 'shape': (2, 3), }"
	printf '\1\2\3\4\5\6'
}

@test "a matrix is a record for each row; --whole makes it one" {
	matrix > grads.npy
	tensor-import grads.npy > out
	[ "$(tensor-ls out | across index)" = "0 1" ]
	[ "$(tensors out)" = "grads grads" ]
	[ "$(tensor-ls -t out | across shape)" = "[3] [3]" ]
	[ "$(tensor-ls -t out | across dtype)" = "u8 u8" ]
	[ "$(tensor-ls out | across content)" = "vectors vectors" ]
	[ "$(values < out)" = "1 2 3 4 5 6" ]
	[ "$(tensor-import -w grads.npy | tensor-ls -t | across shape)" = "[2,3]" ]
}

@test "other arrays are one record; --rows splits them" {
	npy "{'descr':'|u1','fortran_order':False,'shape':(2,1,2)}" > x.npy
	printf '\1\2\3\4' >> x.npy
	[ "$(tensor-import x.npy | tensor-ls -t | across shape)" = "[2,1,2]" ]
	[ "$(tensor-import -r x.npy | tensor-ls -t | across shape)" = \
	    "[1,2] [1,2]" ]
	run tensor-import -r -w x.npy
	refused 2 "one of --rows and --whole"
	npy "{'descr':'|u1','fortran_order':False,'shape':()}" > s.npy
	printf '\1' >> s.npy
	run tensor-import -r s.npy
	refused 3 "s.npy: a single value has no rows"
}

@test "an array in Fortran order is turned" {
	matrix True > x.npy
	[ "$(tensor-import x.npy | values)" = "1 3 5 2 4 6" ]
}

@test "a matrix without rows is a sound stream without records" {
	npy "{'descr':'<f4','fortran_order':False,'shape':(0,3)}" > x.npy
	tensor-import x.npy | tensor-check
}

@test "cut and overlong arrays are refused, with both numbers" {
	matrix > x.npy
	head -c -1 x.npy > cut.npy
	run tensor-import cut.npy
	refused 3 "cut.npy: "
	[[ $output == *"data end after 5 bytes, dtype and shape need 6" ]]
	{ cat x.npy; echo; } > long.npy
	run tensor-import long.npy
	refused 3 "long.npy: more bytes follow the array's 6 values"
	npy "{'descr':'|O','fortran_order':False,'shape':()}" > o.npy
	run tensor-import o.npy
	refused 3 "o.npy: dtype |O: Python objects are not read"
}

@test "a refused input leaves no output" {
	matrix | head -c -1 > x.npy
	run tensor-import -o out x.npy
	[ "$status" -eq 3 ]
	[ ! -e out ]
	[ "$(ls)" = x.npy ]
}

@test "several files are several records, if their layouts agree" {
	one a 1 > one.safetensors
	one a 0 > two.safetensors
	one b 0 > other.safetensors
	[ "$(tensor-import one.safetensors two.safetensors | values)" = "1 0" ]
	run tensor-import -o out one.safetensors other.safetensors
	refused 3 "other.safetensors: tensor 0 is b, one.safetensors has a"
	matrix > x.npy
	matrix > y.npy
	[ "$(tensor-import --name v x.npy y.npy | tensors)" = "v v v v" ]
}

@test "weights are parameters, unless something else is said" {
	one a 1 > x.safetensors
	[ "$(tensor-import x.safetensors | tensor-ls | across content)" = \
	    parameters ]
	[ "$(tensor-import -c updates x.safetensors | tensor-ls |
	    across content)" = updates ]
}

@test "tensors are chosen by globs on the file's names, then renamed" {
	safetensors '{"m.a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"m.b":{"dtype":"BOOL","shape":[1],"data_offsets":[1,2]},"c":{"dtype":"U8","shape":[],"data_offsets":[2,3]}}' \
	    '\1\1\3' > x.safetensors
	run tensor-import -o out x.safetensors
	refused 3 "x.safetensors: tensor m.b: of a kind of number"
	[ "$(tensor-import -x m.b x.safetensors | values)" = "1 3" ]
	[ "$(tensor-import -x m.b --strip-prefix m. --name-prefix n. \
	    x.safetensors | tensors)" = "n.a n.c" ]
	[ "$(tensor-import -t 'm.*' -x '*b' x.safetensors | tensors)" = m.a ]
	run tensor-import -t nothing x.safetensors
	refused 3 "none of its 3 tensors is wanted"
}

@test "checkpoints are a trajectory, in the order of their steps" {
	for s in 100 20 3; do
		mkdir -p run/checkpoint-$s
		one w $((s > 10)) > run/checkpoint-$s/adapter_model.safetensors
	done
	mkdir run/logs
	tensor-import run/ > out
	[ "$(tensor-ls out | across step)" = "3 20 100" ]
	[ "$(values < out)" = "0 1 1" ]
	[ "$(tensor-import run/checkpoint-20/ | tensor-ls | across step)" = 20 ]
}

@test "directories whose meaning is not clear are refused" {
	mkdir -p run/checkpoint-1 model
	run tensor-import run
	refused 3 "run/checkpoint-1: holds no model.safetensors"
	one w 0 > run/checkpoint-1/model.safetensors
	mkdir run/checkpoint-01
	cp run/checkpoint-1/* run/checkpoint-01
	run tensor-import run
	refused 3 "run: two checkpoints of step 1"
	rm -r run/checkpoint-01
	one w 0 > run/checkpoint-1/adapter_model.safetensors
	run tensor-import run
	refused 3 "run/checkpoint-1: holds both model.safetensors and adapter"
	run tensor-import -f checkpoints model
	refused 3 "model: holds no checkpoint-STEP"
	run tensor-import -f npy run
	refused 3 "run: is a directory"
}

shards() {
	mkdir -p m
	one b 1 > m/s-1.safetensors
	one a 0 > m/s-2.safetensors
	echo '{"weight_map": {"a": "s-2.safetensors", "b": "s-1.safetensors"}}' \
	    > m/model.safetensors.index.json
}

@test "shards are one record, in the order of their files" {
	shards
	tensor-import m > out
	[ "$(tensors out)" = "b a" ]
	[ "$(values < out)" = "1 0" ]
	[ "$(tensor-import m/model.safetensors.index.json | values)" = "1 0" ]
}

@test "an index that does not fit its shards is refused" {
	shards
	index=m/model.safetensors.index.json
	echo '{"weight_map": {"a": "s-2.safetensors"}}' > $index
	run tensor-import m
	[ "$status" -eq 0 ]		# the other shard is not named
	one c 0 > m/s-2.safetensors
	run tensor-import m
	refused 3 "m/s-2.safetensors: tensor c: not in $index"
	echo '{"weight_map": {"c": "s-2.safetensors", "b": "s-2.safetensors"}}' \
	    > $index
	run tensor-import m
	refused 3 "m/s-2.safetensors: no tensor b, which $index has there"
	echo '{"weight_map": {"c": "s-1.safetensors", "b": "s-2.safetensors"}}' \
	    > $index
	run tensor-import m
	refused 3 "m/s-1.safetensors: tensor b: $index has it in s-2"
	echo '{"weight_map": {"c": "../m/s-2.safetensors"}}' > $index
	run tensor-import m
	refused 3 "tensor c: its shard is not a file of the same directory"
	echo '{"weight_map": {"c": "absent.safetensors"}}' > $index
	run tensor-import m
	refused 3 "m/absent.safetensors: No such file"
	echo '{"weight_map": {"c": "a", "c": "b"}}' > $index
	run tensor-import m
	refused 3 "duplicate"
}

@test "only control vectors are read from GGUF" {
	gguf() {
		printf "GGUF$(le 4 3)$(le 8 1)$(le 8 1)"
		printf "$(le 8 20)general.architecture$(le 4 8)$(le 8 ${#1})$1"
		printf "$(le 8 ${#2})$2$(le 4 1)$(le 8 1)$(le 4 0)$(le 8 0)"
	}
	padded() {
		gguf "$@" > head
		cat head
		head -c $(((32 - $(wc -c < head) % 32) % 32)) /dev/zero
		printf '\0\0\x80\x3f'
	}
	padded controlvector direction.3 > x.gguf
	tensor-import x.gguf > out
	[ "$(tensors out)" = direction.3 ]
	[ "$(values < out)" = 1 ]
	padded llama direction.3 > x.gguf
	run tensor-import x.gguf
	refused 3 "x.gguf: architecture llama, only controlvector is read"
	padded controlvector direction.0 > x.gguf
	run tensor-import x.gguf
	refused 3 "x.gguf: tensor direction.0: not direction.N with N >= 1"
}

@test "a name that does not tell the format needs --format" {
	matrix > data
	run tensor-import data
	refused 2 "data: the name does not tell the format; use --format"
	[ "$(tensor-import -f npy data | tensors)" = "data data" ]
	run tensor-import absent.npy
	refused 3 "absent.npy: No such file"
	run tensor-import
	[ "$status" -eq 2 ]
}

@test "the inputs stand in the provenance with their digests" {
	needs xxh128sum
	one a 1 > x.safetensors
	digest=$(xxh128sum < x.safetensors | cut -d ' ' -f 1)
	tensor-import x.safetensors > out
	needs zstd
	zstd -dc < out | grep -aq "$digest"
	mkdir sub
	cp x.safetensors sub
	tensor-import x.safetensors | cmp - out
}

@test "the examples of the manual page run" {
	mkdir -p run
	for s in 0 100 200 300; do
		printf 'w:2x2 b:2\n: %d 1 2 3 4 %d\n' "$s" $((s / 10)) |
		    mkstream | tensor-export -O x.safetensors
		mkdir run/checkpoint-$s
		mv x.safetensors run/checkpoint-$s/model.safetensors
	done
	mv run/checkpoint-0/model.safetensors base.safetensors
	rmdir run/checkpoint-0
	{
		echo x:12
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
			echo ":" $((i % 2)) $((i % 3)) $((i % 5)) $((i % 7)) \
			    $((i * i % 11)) $((i * i % 13)) $((i * i % 17)) \
			    $((i * i % 19)) $((i * i * i % 23)) $i 1 \
			    $((i * i * i % 29))
		done
	} | mkstream | tensor-export -O grads.npy
	page_example tensor-import.1 > example
	bash -eu -o pipefail example > table
	[ "$(across cosine < table)" = "1 1 1" ]
	[ "$(tensor-ls basis.mpk.zst | wc -l)" -eq 11 ]
}
