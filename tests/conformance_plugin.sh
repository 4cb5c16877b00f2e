#!/bin/sh
# conformance_plugin.sh PLUGIN MODE: that the plugin speaks the protocol of the bpf_conformance suite.
set -u
plugin=$1 mode=$2
fails=0

# expect STATUS OUTPUT PROGRAM [MEMORY]
expect() {
	output=$(echo "$3" | "$plugin" ${4:+"$4"} "$mode" 2>/dev/null)
	status=$?
	if [ "$status $output" != "$1 $2" ]; then
		echo "program $3, memory ${4:-}: exit status $status, '$output'; expected $1, '$2'"
		fails=1
	fi
}

[ "$mode" != --jit ] || echo "95 00 00 00 00 00 00 00" | "$plugin" --jit >/dev/null 2>&1 || exit 77

expect 0 2a "b7 00 00 00 2a 00 00 00 95 00 00 00 00 00 00 00"
# r0 = -1
expect 0 ffffffffffffffff "b7 00 00 00 ff ff ff ff 95 00 00 00 00 00 00 00"
# r0 = *(u16 *)(r1 + 1)
expect 0 cc11 "69 10 01 00 00 00 00 00 95 00 00 00 00 00 00 00" "aa 11 cc dd"
# r0 = r2
expect 0 4 "bf 20 00 00 00 00 00 00 95 00 00 00 00 00 00 00" "aa 11 cc dd"
expect 0 0 "bf 20 00 00 00 00 00 00 95 00 00 00 00 00 00 00"
# no such instruction, a helper that does not exist, half an instruction, nothing
expect 1 "" "06 00 01 00 00 00 00 00 95 00 00 00 00 00 00 00"
expect 1 "" "85 00 00 00 ff ff ff 00 95 00 00 00 00 00 00 00"
expect 1 "" "95 00 00 00"
expect 1 "" ""
exit $fails
