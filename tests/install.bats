# What `make install' leaves: commands under a prefix, pages that name them so,
# completion, and a library that other programs can use.
load helpers

setup() {
	plumbline_setup
	cd "$ROOT"
	make -s install BUILD="$BUILD" DESTDIR="$T" PREFIX=/usr \
	    PROGRAM_PREFIX=pl- > "$T/log" 2>&1 || { cat "$T/log"; false; }
	U=$T/usr
}

@test "install: every tool and page is there, under the prefix" {
	for c in cmd/*.c; do
		t=pl-$(basename "$c" .c)
		[ -x "$U/bin/$t" ]
		grep -q "^\.Dt $(tr a-z A-Z <<< "$t") 1" "$U/share/man/man1/$t.1"
		[ -s "$U/share/bash-completion/completions/$t" ]
		[ -s "$U/share/zsh/site-functions/_$t" ]
	done
	[ -f "$U/share/man/man5/plumbline-stream.5" ]
	[ -f "$U/share/man/man7/plumbline.7" ]
	[ "$("$U/bin/pl-drift" --version)" = \
	    "pl-drift (plumbline) $(pkg-config --modversion \
	    "$U/lib/pkgconfig/plumbline.pc" 2>/dev/null ||
	    sed -n 's/^Version: //p' "$U/lib/pkgconfig/plumbline.pc")" ]
}

@test "install: cross-references and examples have the prefix, and lint" {
	needs mandoc
	mandoc -T lint -W warning "$U"/share/man/man?/*
	grep -q '^\.Xr pl-svd-basis 1' "$U/share/man/man1/pl-project.1"
	grep -q '^pl-svd-basis .* > basis' "$U/share/man/man1/pl-project.1"
	run grep -E '^\.Xr (drift|project|cosine|train) ' -r "$U/share/man"
	[ "$status" -eq 1 ]
}

@test "install: a stream says the tool's own name, whatever the prefix" {
	printf 'x:2\n: 1 2\n' | mkstream |
	    "$U/bin/pl-lincomb" --sum - | tensor-ls -p > "$T/commands"
	grep -q ' | lincomb ' "$T/commands"
}

@test "install: bash completes options, and the words of a choice" {
	cat > "$T/ask" <<-'E'
	. "$1"
	COMP_WORDS=(pl-drift "${@:2}") COMP_CWORD=$(($# - 1))
	_plumbline_pl_drift
	echo "${COMPREPLY[*]}"
	E
	f=$U/share/bash-completion/completions/pl-drift
	[ "$(bash "$T/ask" "$f" --aga)" = --against ]
	[ "$(bash "$T/ask" "$f" --against p)" = previous ]
	[ -z "$(bash "$T/ask" "$f" --window 3)" ]
}

@test "install: the library reads a stream, as plumbline-stream(3) shows" {
	needs pkg-config cc
	sed -n '/^#include <stdio/,/^\.Ed/p' \
	    "$U/share/man/man3/plumbline-stream.3" |
	    sed -e '/^\.Ed/d' -e 's/\\e/\\/g' > "$T/mean.c"
	export PKG_CONFIG_PATH=$U/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$T
	local sanitize=
	! is_sanitized || sanitize=-fsanitize=address,undefined
	# shellcheck disable=SC2046
	cc $sanitize $(pkg-config --cflags plumbline) -o "$T/mean" "$T/mean.c" \
	    $(pkg-config --static --libs plumbline)
	printf 'x:2\n: 1 2\n: 5 6\n' | mkstream > "$T/s"
	[ "$("$T/mean" < "$T/s" | paste -sd ' ')" = $'0\t1.5 1\t5.5' ]
	run "$T/mean" < <(head -c 200 "$T/s")
	[ "$status" -eq 3 ]
}

@test "install: uninstall leaves nothing" {
	make -s uninstall DESTDIR="$T" PREFIX=/usr PROGRAM_PREFIX=pl-
	[ -z "$(find "$U" -type f)" ]
}
