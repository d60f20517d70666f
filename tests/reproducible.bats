# Equal work gives equal bytes: whatever the threads; and across BLAS kernels
# equal within the tolerance that plumbline(7) states.
load helpers

setup() {
	plumbline_setup
	cd "$T"
	cat > config.json <<-'E'
	{"model_type": "gpt2", "n_embd": 32, "n_layer": 2, "n_head": 2,
	 "n_positions": 32, "vocab_size": 32}
	E
}

# The whole way: train, gradients, basis, drift; into directory $1.
whole_way() {
	local dir=$1
	shift
	mkdir "$dir"
	train -q -c config.json -O "$dir/model" -t copy,sort -n 30 -b 24 \
	    --seed 3 --stream updates "$@" -o "$dir/updates.mpk.zst"
	(cd "$dir" && grad-dump -q -m model -t copy -n 12 -b 20 "$@" |
	    svd-basis -r 4 "$@" -o basis.mpk.zst
	drift -w 6 -r 2 "$@" updates.mpk.zst > drift.tsv
	capture --updates -b basis.mpk.zst -r 1,2,4 "$@" updates.mpk.zst \
	    > capture.tsv
	evaluate -q -m model -t copy -n 40 --per-item "$@" > evaluate.tsv)
}

@test "the number of threads changes no byte" {
	whole_way one --threads 1
	whole_way two --threads 2
	whole_way five --threads 5
	OMP_NUM_THREADS=3 whole_way three
	diff -r one two
	diff -r one five
	diff -r one three
}

# relative difference of the updates' sums, by lincomb and cosine
difference() {
	lincomb --sum "$1/updates.mpk.zst" > "$1/sum.mpk.zst"
	lincomb --sum "$2/updates.mpk.zst" > "$2/sum.mpk.zst"
	cosine -r "$1/sum.mpk.zst" <(lincomb -w 1,-1 "$1/sum.mpk.zst" \
	    "$2/sum.mpk.zst") --json | jq_free norm
}

# the ratio norm / reference_norm of a cosine table in JSON
jq_free() {
	sed -E 's/.*"norm":([^,]*),"reference_norm":([^,}]*).*/\1 \2/' |
	    awk '{ print $1 / $2 }'
}

@test "one BLAS kernel and another differ by rounding alone" {
	OPENBLAS_CORETYPE=Haswell whole_way haswell
	if grep -qw avx512f /proc/cpuinfo; then
		OPENBLAS_CORETYPE=SkylakeX whole_way other
	else
		OPENBLAS_CORETYPE=Sandybridge whole_way other
	fi
	d=$(difference haswell other)
	echo "relative difference $d"
	awk -v d="$d" 'BEGIN { exit !(d < 1e-3) }'
	# each is reproducible by itself
	OPENBLAS_CORETYPE=Haswell whole_way again --threads 2
	rm haswell/sum.mpk.zst
	diff -r haswell again
}
