# What every bats file loads: the tools on PATH, and a directory of the
# test's own in $T.  A bats file with a setup of its own calls plumbline_setup
# first.
bats_require_minimum_version 1.5.0

plumbline_setup() {
	ROOT=${PLUMBLINE_ROOT:-$(cd "$BATS_TEST_DIRNAME/.." && pwd)}
	BUILD=${BUILD:-$ROOT/build}
	case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
	BIN=${PLUMBLINE_BIN:-$BUILD/bin}
	DATA=${PLUMBLINE_DATA:-$ROOT/../shared/data}
	PATH=$BIN:$PATH
	T=$BATS_TEST_TMPDIR
	export ROOT BUILD BIN DATA PATH T
}

setup() {
	plumbline_setup
}

# mkstream ...: the program that makes streams from text, tests/mkstream.c
mkstream() {
	"$BUILD/tests/mkstream" "$@"
}

# tawk PROGRAM ...: a program of pipelines/tables, as the makefiles run it
tawk() {
	awk -f "$ROOT/pipelines/tables/columns.awk" \
	    -f "$ROOT/pipelines/tables/$1.awk" "${@:2}"
}

# tab: standard input with tabs for blanks
tab() { tr ' ' '\t'; }

# column NAME: that column of the table on standard input, without its name
column() {
	columns "$1" -
}

# columns NAME ... FILE: the same of several, tabs between
columns() {
	awk -F '\t' -v names="${*:1:$#-1}" '
	BEGIN { n = split(names, name, " ") }
	NR == 1 {
		for (i = 1; i <= NF; i++)
			at[$i] = i
		for (i = 1; i <= n; i++)
			if (!(name[i] in at)) {
				print "no column " name[i] > "/dev/stderr"
				exit 3
			}
		next
	}
	{
		for (i = 1; i <= n; i++)
			printf "%s%s", $at[name[i]], i < n ? "\t" : "\n"
	}' "${@: -1}"
}

# is_sanitized: the tools are built with AddressSanitizer
is_sanitized() {
	nm "$BIN/drift" | grep -q __asan
}

# needs COMMAND ...: skips a test, by name, where a command is absent
needs() {
	local c
	for c in "$@"; do
		command -v "$c" >/dev/null || skip "no $c"
	done
}

# needs_terminal: the same where there are no pseudo-terminals
needs_terminal() {
	needs script
	script -qec true /dev/null > /dev/null 2>&1 ||
	    skip "no pseudo-terminals"
}

# needs_python MODULE ...: the same for Python and its modules
needs_python() {
	local m
	needs python3
	for m in "$@"; do
		python3 -c "import $m" 2>/dev/null || skip "no python $m"
	done
}

# needs_data PATH: the same for a file of the shared data
needs_data() {
	[ -e "$DATA/$1" ] || skip "no data $1"
}

# refused STATUS MESSAGE: what `run' ran ended with this status and with one
# line, which contains the message
refused() {
	[ "$status" -eq "$1" ] && [ "${#lines[@]}" -eq 1 ] &&
	    [[ ${lines[0]} == *"$2"* ]] && return
	printf 'wanted status %s and: %s\ngot status %s and: %s\n' \
	    "$1" "$2" "$status" "$output" >&2
	return 1
}

# page_example PAGE [HEADING]: the examples of a manual page as a script: the
# .Dl lines and .Bd -literal blocks below its heading EXAMPLES, or another
page_example() {
	awk -v heading="${2:-EXAMPLES}" '
	/^\.Sh / { inside = substr($0, 5) == heading }
	!inside { next }
	/^\.Dl / { sub(/^\.Dl /, ""); print; next }
	/^\.Bd -literal/ { block = 1; next }
	/^\.Ed/ { block = 0; next }
	block { print }
	' "$ROOT/man/$1" | sed -e 's/\\e/\\/g' -e 's/\\&//g' \
	    -e 's/\\(dq/"/g' -e 's/\\-/-/g'
}
