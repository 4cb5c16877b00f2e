#!/bin/sh
# Stock bpftool under `skep exec`: a session in one process. Usage: preload.sh SKEP OBJECT
set -eu
skep=$1 object=$2
command -v bpftool >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/session" <<END
map create /sys/fs/bpf/m1 type array key 4 value 8 entries 4 name foo
map update name foo key 1 0 0 0 value 1 2 3 4 5 6 7 8
map lookup pinned /sys/fs/bpf/m1 key 1 0 0 0
map getnext name foo key 1 0 0 0
map freeze name foo
prog load $object /sys/fs/bpf/p1
prog show pinned /sys/fs/bpf/p1
prog dump xlated pinned /sys/fs/bpf/p1
prog run pinned /sys/fs/bpf/p1 data_in $object data_size_in 64 repeat 3
map list
btf list
END
dd if="$object" of="$work/packet" bs=64 count=1 2>/dev/null
sed -i "s|data_in $object data_size_in 64|data_in $work/packet|" "$work/session"
"$skep" exec -- bpftool batch file "$work/session" >"$work/out" 2>&1 || {
	cat "$work/out"
	exit 1
}
status=0
expect() {
	grep -Eq "$1" "$work/out" || {
		echo "not in the output: $1"
		status=1
	}
}
expect '^key: 01 00 00 00  value: 01 02 03 04 05 06 07 08$'
expect '^02 00 00 00$'
expect 'socket_filter  name .*gpl$'
expect 'call bpf_map_lookup_elem'
expect '^Return value: '
expect 'array  name foo'
expect 'frozen'
expect 'processed 11 commands'
# Nothing of it is in the machine's kernel, and no descriptor outlives the process.
"$skep" exec -- bpftool map list | grep -q foo && {
	echo "the map outlived its hive"
	status=1
}
[ $status = 0 ] || cat "$work/out"
exit $status
