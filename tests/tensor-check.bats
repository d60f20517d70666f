load helpers

setup() {
	plumbline_setup
	cd "$T" || return
	printf 'a:2x3 b:\nstep=1 : 1 2 3 4 5 6 7\nstep=2 : 7 6 5 4 3 2 1\n' |
	    mkstream > s.mpk.zst
	size=$(stat -c %s s.mpk.zst)
}

@test "a sound stream: its records, values and digest, status 0" {
	tensor-check s.mpk.zst > t
	[ "$(cut -f 1-3 t | tail -n 1)" = "$(printf 's.mpk.zst\t2\t14')" ]
	[[ $(cut -f 4 t | tail -n 1) =~ ^[0-9a-f]{32}$ ]]
}

@test "the digest is what xxh128sum says of the uncompressed bytes" {
	needs zstd xxh128sum
	cat s.mpk.zst s.mpk.zst > two
	for f in s.mpk.zst two; do
		[ "$(tensor-check $f | tail -n 1 | cut -f 4)" = \
		    "$(zstd -dc $f | xxh128sum | cut -d ' ' -f 1)" ]
	done
}

@test "a stream that the zstd command compressed again is the same stream" {
	needs zstd
	zstd -dc s.mpk.zst | zstd -19 > again
	[ "$(tensor-check - < again | tail -n 1 | cut -f 2-)" = \
	    "$(tensor-check - < s.mpk.zst | tail -n 1 | cut -f 2-)" ]
}

@test "a frame without a checksum is refused" {
	needs zstd
	zstd -dc s.mpk.zst | zstd --no-check > bare
	run tensor-check -o t bare
	refused 3 "tensor-check: bare: offset 0: the frame has no checksum"
}

@test "every cut is refused" {
	for n in $(seq 0 7 $((size - 1))) $((size - 1)); do
		head -c "$n" s.mpk.zst > cut
		run tensor-check -o t cut
		refused 3 "tensor-check: cut: "
	done
}

@test "flipped bytes are refused" {
	for n in $(seq 0 11 $((size - 1))); do
		cp s.mpk.zst flipped
		byte=$(dd if=s.mpk.zst bs=1 skip="$n" count=1 status=none |
		    od -An -tu1)
		printf "\\$(printf %o $((byte ^ 255)))" |
		    dd of=flipped bs=1 seek="$n" conv=notrunc status=none
		run tensor-check -o t flipped
		refused 3 "tensor-check: flipped: "
	done
}

@test "what is behind the end is refused" {
	{ cat s.mpk.zst; echo junk; } > more
	run tensor-check -o t more
	refused 3 "tensor-check: more: offset $size: not a zstd frame"
}

@test "frames swapped or left out are refused" {
	needs_python zstandard
	python3 - <<-'END'
	import zstandard
	data, frames = open("s.mpk.zst", "rb").read(), []
	while data:
	    d = zstandard.ZstdDecompressor().decompressobj()
	    d.decompress(data)
	    frames.append(data[:len(data) - len(d.unused_data)])
	    data = d.unused_data
	assert len(frames) == 4         # header, two records, end map
	h, a, b, e = frames
	for name, order in (("swapped", (h, b, a, e)), ("left", (h, a, e)),
	                    ("twice", (h, a, a, b, e)), ("headless", (a, b, e))):
	    open(name, "wb").write(b"".join(order))
	END
	for f in swapped left twice headless; do
		run tensor-check -o t $f
		[ "$status" -eq 3 ] && [ "${#lines[@]}" -eq 1 ]
	done
}

@test "the first damaged file ends it" {
	echo junk > bad
	run --separate-stderr bash -c 'tensor-check s.mpk.zst bad s.mpk.zst | cat
	    exit "${PIPESTATUS[0]}"'
	[ "$status" -eq 3 ]
	[ "${#lines[@]}" -eq 2 ]	# the header and the sound one
	[[ ${stderr_lines[0]} == "tensor-check: bad: offset 0: "* ]]
}

@test "a producer that dies is not a sound stream" {
	run bash -o pipefail -c \
	    '{ head -c 200 s.mpk.zst; kill -9 $BASHPID; } | tensor-check -o t'
	refused 3 "tensor-check: <stdin>: "
}

@test "a terminal is no stream" {
	needs_terminal
	run script -qec "'$BIN/tensor-check'" /dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"<stdin>: is a terminal, not a stream"* ]]
}

@test "the manual page's example runs" {
	page_example tensor-check.1 > example
	[ -s example ]
	bash -eu -o pipefail example
	grep -q s.mpk.zst digests.tsv
	printf 'a:\n: 1\n' | mkstream > s.mpk.zst
	run bash -eu -o pipefail <(tail -n 1 example)
	[ "$status" -eq 1 ]		# it has changed, says diff
}
