# plumbline(7): its tutorial runs, and its index and options are the tools'.
load helpers

setup() {
	plumbline_setup
	PAGE=$ROOT/man/plumbline.7
	cd "$T" || return
}

tools() {
	(cd "$ROOT/cmd" && ls ./*.c) | sed 's|.*/||; s|\.c$||' | sort
}

# value TABLE COLUMN KEY=VALUE ...: that column of the row where all hold
value() {
	awk -F '\t' -v want="$2" -v conditions="${*:3}" '
	NR == 1 {
		for (i = 1; i <= NF; i++)
			column[$i] = i
		n = split(conditions, condition, " ")
		next
	}
	{
		for (i = 1; i <= n; i++) {
			split(condition[i], pair, "=")
			if ($column[pair[1]] != pair[2])
				next
		}
		print $column[want]
	}' "$1"
}

above() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && b != "" &&
	    a + 0 > b + 0) }' || { echo "$1 is not above $2"; return 1; }
}

@test "the tutorial runs, and shows what it says" {
	page_example plumbline.7 TUTORIAL > tutorial
	grep -q '^capture ' tutorial
	bash -eu -o pipefail tutorial
	above "$(value joint.tsv exact_match task=copy)" 0.9
	above "$(value joint.tsv exact_match task=sort)" 0.9
	above "$(value joint.tsv exact_match task=sort)" \
	    "$(value forgot.tsv exact_match task=sort)"
	prefix=$(value capture.tsv captured_energy basis=prefix rank=10)
	local=$(value capture.tsv captured_energy basis=local rank=10)
	random=$(value capture.tsv captured_energy basis=random rank=10)
	above "$prefix" 0.5
	above 0.5 "$local"
	above "$local" "$random"
	above "$(value functional.tsv exact_match rank=10)" \
	    "$(value functional.tsv exact_match rank=NA)"
}

@test "what tensor-ls -p says makes the tutorial's stream again" {
	page_example plumbline.7 TUTORIAL > tutorial
	bash -eu -o pipefail tutorial
	# where else output went is not part of a stream's history
	tensor-ls -p displacement.mpk.zst | grep -v '^#' |
	    sed 's/^train/train -O elsewhere/' > again
	cp displacement.mpk.zst before
	mkdir new
	cp -r forgot new
	(cd new && bash -eu -o pipefail ../again > displacement.mpk.zst)
	cmp before new/displacement.mpk.zst
}

@test "the index has every tool and every page, and no other" {
	sed -n '/^\.Sh DESC/,/^\.Sh COMMON/s/^\.It Xr \(.*\) 1$/\1/p' "$PAGE" |
	    sort | diff - <(tools)
	sed -n '/^\.Sh SEE ALSO/,$s/^\.Xr \([^ ]*\) \([0-9]\).*/\1.\2/p' \
	    "$PAGE" | sort > also
	(cd "$ROOT/man" && ls ./*.[1-8]) | sed 's|.*/||' |
	    grep -v '^plumbline\.7$' | sort > pages
	diff <(grep -v '\.1$' also) <(grep -v '\.1$' pages)
	diff <(grep '\.1$' also) <(tools | sed 's/$/.1/')
}

@test "the common options are those of every tool" {
	sed -n '/^\.Sh COMMON/,/^\.El/p' "$PAGE" | grep '^\.It' |
	    grep -o 'Fl -[a-z]*' | sed 's/Fl -/--/' | sort > page
	for t in $(tools); do
		"$BIN/$t" --help | sed -n '/--output file/,$p' |
		    grep -o -e '  *--[a-z]*' -e ', --[a-z]*' |
		    grep -o -e '--[a-z]*' | sort | diff page -
	done
}

@test "every tool has its page, tests, help and release" {
	for t in $(tools); do
		[ -e "$ROOT/man/$t.1" ] && [ -e "$ROOT/tests/$t.bats" ]
		run "$BIN/$t" -h
		[ "$status" -eq 0 ]
		[[ $output == "usage: $t "* ]]
		run "$BIN/$t" -V
		[ "$output" = "$t (plumbline) 0.1.0" ]
		run "$BIN/$t" --no-such-option
		[ "$status" -eq 2 ]
		# every option that --help shows is on the page
		for o in $("$BIN/$t" --help | sed '/--output file/,$d' |
		    grep -o -e ' --[a-z][a-z0-9-]*'); do
			grep -q -e "^\.It Fl.* ${o#-}\b" "$ROOT/man/$t.1" ||
			    { echo "$t.1 lacks $o"; return 1; }
		done
	done
}
