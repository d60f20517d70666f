#!/bin/bash
# fetch.bash: what fetch.mk does for one file.
# usage: fetch.bash get name revision file path url [pointer url]
#        fetch.bash verify [name revision file path] ...
# Environment: LOCK: the lock file, lines of name, revision, file, size and
# SHA-256 with tabs between; TRIES.
# Exit: 0 done, 2 usage, 3 a file that is not what it should be, 4 no answer.
set -eu -o pipefail
export LC_ALL=C

die() {
	local status=$1
	shift
	echo "fetch: $*" >&2
	exit "$status"
}

# "size digest" of a file of the lock, or nothing
locked() {
	[ ! -e "$LOCK" ] || awk -F '\t' -v name="$1" -v revision="$2" \
	    -v file="$3" '$1 == name && $2 == revision && $3 == file {
		print $4, $5; exit }' "$LOCK"
}

enter() {
	printf '%s\t%s\t%s\t%s\t%s\n' "$@" >> "$LOCK"
}

size_of() {
	stat -c %s "$1" 2>/dev/null || echo 0
}

digest_of() {
	sha256sum < "$1" | cut -d ' ' -f 1
}

# "size digest" from a Git LFS pointer, which begins with its version; nothing
# when the hub keeps the file itself under that address.
pointed() {
	curl -fsL --connect-timeout 30 -m 60 -r 0-1023 "$1" | tr -d '\0' | awk '
	NR == 1 { is = /^version https:\/\/git-lfs\.github\.com\// }
	is && /^oid sha256:[0-9a-f]+$/ { digest = substr($2, 8) }
	is && /^size [0-9]+$/ { size = $2 }
	END { if (length(digest) == 64 && size != "") print size, digest }'
}

# What url has beyond what part has.  Not more often than TRIES, and not again
# when the server says no.
transfer() {
	local part=$1 url=$2 size=$3 try status why quiet=-s
	[ ! -t 2 ] || quiet=--progress-bar
	for ((try = 1; ; try++)); do
		[ "$size" = - ] || [ "$(size_of "$part")" -lt "$size" ] ||
		    return 0
		status=0
		why=$(curl -fL $quiet --connect-timeout 30 --speed-time 60 \
		    --speed-limit 100 -C - -w '%{errormsg}' -o "$part" \
		    "$url") || status=$?
		case $status in
		0) return ;;
		33) # it cannot continue a file
			rm -f "$part" ;;
		22) die 4 "$path: $url: $why" ;;
		*) [ -s "$part" ] || rm -f "$part" ;;
		esac
		[ "$try" -lt "$TRIES" ] || die 4 "$path: $url: $why"
		sleep $((try * try))
	done
}

get() {
	local name=$1 revision=$2 file=$3 path=$4 url=$5 pointer=${6:-}
	local part=$4.part size=- digest=- known
	mkdir -p "${path%/*}"
	known=$(locked "$name" "$revision" "$file")
	if [ -z "$known" ] && [ -n "$pointer" ]; then
		known=$(pointed "$pointer") ||
		    die 4 "$path: $pointer: no answer"
		# shellcheck disable=SC2086
		[ -z "$known" ] || enter "$name" "$revision" "$file" $known
	fi
	[ -z "$known" ] || read -r size digest <<< "$known"
	echo "fetch $path"
	transfer "$part" "$url" "$size"
	if [ "$size" = - ]; then
		size=$(size_of "$part") digest=$(digest_of "$part")
		enter "$name" "$revision" "$file" "$size" "$digest"
	fi
	is "$part" "$size" "$digest" || {
		rm -f "$part"
		die 3 "$path: $url: $why, removed"
	}
	mv "$part" "$path"
}

# 1 and why: a file of another size or digest
is() {
	local n d
	n=$(size_of "$1")
	why="$n bytes, not $2"
	[ "$n" -eq "$2" ] || return
	d=$(digest_of "$1")
	why="SHA-256 $d, not $3"
	[ "$d" = "$3" ]
}

verify() {
	local known bad=0
	for (( ; $# >= 4; )); do
		known=$(locked "$1" "$2" "$3")
		# shellcheck disable=SC2086
		if [ ! -e "$4" ]; then
			:
		elif [ -z "$known" ]; then
			echo "fetch: $4: not in $LOCK" >&2
			bad=3
		elif is "$4" $known; then
			echo "good $4"
		else
			echo "fetch: $4: $why" >&2
			bad=3
		fi
		shift 4
	done
	return $bad
}

case ${1:-} in
get) [ $# -ge 6 ] || die 2 'usage: see fetch.bash' ;;
verify) ;;
*) die 2 'usage: see fetch.bash' ;;
esac
LOCK=${LOCK:-${0%/*}/models.lock}
TRIES=${TRIES:-5}
"$@"
