# Refuses an include that points upwards: awk -f tests/rooms.awk FILE ...
BEGIN {
	n = split("base tensor stream random linalg nn model text task cmd",
	    room, " ")
	for (i = 1; i <= n; i++)
		height[room[i]] = i
}
/^#include "/ {
	split(FILENAME, part, "/")
	own = part[2]
	split($2, inc, "[\"/]")
	if (inc[3] == "") {
		printf "%s:%d: include with its room\n", FILENAME, FNR
		bad = 1
	} else if (!(inc[2] in height) || !(own in height)) {
		printf "%s:%d: no such room: %s\n", FILENAME, FNR, inc[2]
		bad = 1
	} else if (height[inc[2]] > height[own]) {
		printf "%s:%d: %s includes %s, which is above it\n", FILENAME,
		    FNR, own, inc[2]
		bad = 1
	}
}
/^#include <(cblas|lapacke)\.h>/ && FILENAME !~ /linalg\/blas/ ||
/^#include <(msgpack|zstd)\.h>/ && FILENAME !~ /libcommon\/stream\// {
	printf "%s:%d: %s belongs to another room\n", FILENAME, FNR, $2
	bad = 1
}
END { exit bad }
