#!/bin/sh
# Checks that every #include under src/ follows tools/layers.txt. Prints each edge that does not, and fails.
set -eu
cd "$(dirname "$0")/.."
find src -name '*.[ch]' -o -name '*.def' | sort | xargs awk '
BEGIN {
	while ((getline line < "tools/layers.txt") > 0) {
		if (line ~ /^#/ || line !~ /:/) continue
		split(line, half, ":")
		layer = half[1]; known[layer] = 1; allowed[layer, layer] = 1
		n = split(half[2], below, " ")
		for (i = 1; i <= n; i++) allowed[layer, below[i]] = 1
	}
}
/^#[ \t]*include[ \t]*"/ {
	split(FILENAME, part, "/")
	from = part[2]
	match($0, /"[^"]*"/)
	path = substr($0, RSTART + 1, RLENGTH - 2)
	n = split(path, piece, "/")
	if (n == 1 || piece[1] == "skep") next        # the same folder, or a public header
	to = piece[1]
	if (!(to in known)) { if (piece[1] == "..") { printf "%s:%d: write the include from src/: %s\n", FILENAME, FNR, path; bad = 1 } next }
	if (!((from, to) in allowed)) { printf "%s:%d: %s may not include %s (%s)\n", FILENAME, FNR, from, to, path; bad = 1 }
}
END { exit bad }
'
