# The format: plumbline-stream(5) against the tools, and the tools against
# readers that were written from that page.
load helpers

setup() {
	plumbline_setup
	cd "$T" || return
	{
		echo "h.0.w:3x4 h.0.b:4 scale: none:0x2"
		echo "step=-3 task=copy loss=0.5 : $(seq -s ' ' -8 8)"
		echo "step=9 seed=7 side=a name=Käse : $(seq -s ' ' 0.25 16.25)"
		echo "@x:70000 y:1"
		echo "centred=1 sigma=1e-05 : $(seq -s ' ' 70001)"
	} | LC_ALL=C.UTF-8 mkstream -c gradients > one.mpk.zst
	printf 'x:2\n: 1 2\n' | mkstream -c basis > two.mpk.zst
	cat one.mpk.zst two.mpk.zst > both.mpk.zst
	ORACLE="python3 -B $ROOT/tests/oracle"
}

@test "a second reader, written from the page, tells the same of streams" {
	needs_python zstandard
	needs xxh128sum
	for f in one two both; do
		diff <(tensor-check $f.mpk.zst) \
		    <($ORACLE/read_stream.py $f.mpk.zst)
		cmp <(mkstream --print < $f.mpk.zst) \
		    <($ORACLE/read_stream.py --values $f.mpk.zst)
		tensor-ls --json $f.mpk.zst > a
		$ORACLE/read_stream.py --json $f.mpk.zst > b
		python3 -c '
import json
a, b = (list(map(json.loads, open(f))) for f in "ab")
assert a == b and len(a) > 0, (a, b)'
	done
}

@test "the Python program of the page reads a stream" {
	needs_python zstandard msgpack
	page_example plumbline-stream.5 > read.py
	printf 'a:2 b:1\nstep=1 : 1 2 3\nstep=2 : 4 5 6.5\n' | mkstream > s
	run python3 read.py s
	[ "$status" -eq 0 ]
	[ "$output" = "$(printf "{'step': 1} 6.0\n{'step': 2} 15.5")" ]
	# and sees that a stream was cut, where no frame is
	python3 - <<-'END'
	import zstandard
	data = open("s", "rb").read()
	d = zstandard.ZstdDecompressor().decompressobj()
	d.decompress(data)
	open("cut", "wb").write(data[:len(data) - len(d.unused_data)])
	END
	run python3 read.py cut
	[ "$status" -ne 0 ]
	[[ $output == *"truncated: no end map"* ]]
}

@test "good and bad streams: both readers read the ones, refuse the others" {
	needs_python zstandard
	needs xxh128sum
	good=("$ROOT"/schemas/good/*.mpk.zst)
	bad=("$ROOT"/schemas/bad/*.mpk.zst)
	[ "${#good[@]}" -gt 10 ] && [ "${#bad[@]}" -gt 40 ]
	tensor-check "${good[@]}" > a
	$ORACLE/read_stream.py "${good[@]}" | diff a -
	[ "$(wc -l < a)" -eq $((${#good[@]} + 1)) ]
	for f in "${bad[@]}"; do
		run tensor-check -o table "$f"
		refused 3 "tensor-check: $f: " ||
		    { echo "tensor-check read $f"; return 1; }
	done
	run --separate-stderr $ORACLE/read_stream.py "${bad[@]}"
	[ "$status" -eq 3 ]
	[ "${#lines[@]}" -eq 1 ]	# the table's head
	[ "${#stderr_lines[@]}" -eq "${#bad[@]}" ]
}

@test "tools take no memory for an announced size: one message, both numbers" {
	f=$ROOT/schemas/bad/layout-without-its-values.mpk.zst
	for tool in cosine "cosine -a" drift svd-basis lincomb "lincomb --sum" \
	    "cosine -r $f" "perturb -l"; do
		[ -x "$BIN/${tool%% *}" ] || continue
		run bash -c "$tool $f > out"
		[ "$status" -eq 3 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == *"$f: "*1099511627776* ]]
	done
}

@test "the streams in schemas are what tests/corpus makes" {
	needs zstd
	"$BUILD/tests/corpus" made
	diff <(cd made && find . -type f | sort) \
	    <(cd "$ROOT/schemas" && find good bad -name '*.zst' |
	    sed 's|^|./|' | sort)
	for f in "$ROOT"/schemas/good/*.mpk.zst; do
		cmp <(zstd -dc "$f") <(zstd -dc "made/good/${f##*/}")
	done
}

@test "the draws of the page's table, and others, from the page alone" {
	needs_python
	run $ORACLE/draws.py "$ROOT/man/plumbline-stream.5"
	[ "$status" -eq 0 ]
	[[ $output == *" passed, 0 failed" ]]
	for key in "1 wte.weight 0 0" "77 x 3 1000001" "0 '' 0 5" \
	    "18446744073709551615 h.11.attn.c_attn.weight.and.more 9 4294967290"
	do
		eval "set -- $key"
		diff <($ORACLE/draws.py "$@" 301) \
		    <("$BUILD/tests/draws" "$@" 301)
	done
}

@test "draws have the same bits whatever the compiler makes of them" {
	needs cc
	"$BUILD/tests/draws" 1 wte.weight 0 3 200001 | cksum > want
	for flags in "-O0" "-O2 -march=x86-64" "-O3 -march=x86-64" \
	    "-O3 -mavx2 -mfma" "-O3 -mavx512f -mavx512dq -mfma"; do
		cc -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off \
		    -DCPU_CLONES= $flags -I"$ROOT/libcommon" -o draws \
		    "$ROOT"/tests/draws.c "$ROOT"/libcommon/random/normal.c \
		    "$ROOT"/libcommon/random/philox.c -lxxhash -lm
		# a processor that cannot run it says so by a signal
		./draws 1 x 0 0 256 > /dev/null || continue
		./draws 1 wte.weight 0 3 200001 | cksum > got
		cmp want got
	done
}

@test "recipes are drawn from the page alone, to the bit" {
	needs_python zstandard
	needs xxh128sum
	{ echo "a:20x30 b:7 c:"; echo ": $(seq -s ' ' 608)"; } |
	    mkstream > like
	svd-basis --method random -r 3 -s 5 like > basis
	while read -r options; do
		perturb -l like -n 2 -s 99 $options > p
		perturb -l like -n 2 -s 99 $options --dense |
		    mkstream --print > dense
		mkstream --print < p | cmp - dense
		$ORACLE/read_stream.py --values p | cmp - dense
		diff <(tensor-check p) <($ORACLE/read_stream.py p)
	done <<-'END'
	--norm 2.5
	--sigma 0.01:1:3 -a
	--relative -S 0.1
	-t [ab]
	--scheme reseeded -t a --norm 1
	-b basis --norm 3
	-b basis -S 0.5 -a
	END
}

@test "shards together are the whole run; a part of them is refused" {
	printf 'x:5\n: 1 2 3 4 5\n' | mkstream > like
	perturb -l like -n 7 -s 3 > whole
	for i in 1 2 3; do
		perturb -l like -n 7 -s 3 --shard $i/3 > part.$i
	done
	cat part.2 part.1 part.3 > parts
	tensor-check parts
	[ "$(cat part.1 part.2 part.3 | mkstream --print | cksum)" = \
	    "$(mkstream --print < whole | cksum)" ]
	run tensor-check -o t part.2
	refused 3 "part.2: shard 1 of 3 is missing"
	cat part.1 part.1 part.2 > twice
	run tensor-check -o t twice
	[ "$status" -eq 3 ]
	[[ $output == *"shard 1 of 3 occurs twice"* ]]
}

@test "the maps of good streams are what the schemas say; spoilt ones are not" {
	needs_python zstandard msgpack jsonschema
	run $ORACLE/check_schemas.py
	[ "$status" -eq 0 ]
	[[ $output == *" passed, 0 failed" ]]
}
