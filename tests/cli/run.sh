#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# skep run: on a buffer, on captures, on a device; Ctrl-C; wrong arguments.
. "$(dirname "$0")/lib.sh"
object=$build/examples/sockex1.bpf.o
calls=$build/tests/cli/calls.bpf.o
python=$(command -v python3)

json() {
	[ -n "$python" ] || return 0
	checks=$((checks + 1))
	"$python" -c "import json,sys; d = json.load(open('$work/out')); assert $1, d" 2>"$work/err" || fail "$command_line: not so: $1"
}

# hex DIGITS...: bytes
hex() { printf "$(printf '%s' "$@" | sed 's/../\\x&/g')"; }
le32() { printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }

# ip PROTOCOL PAYLOAD_BYTES: an Ethernet frame with an IPv4 packet, as hex digits
ip() {
	printf '0200000000010200000000020800450000000000000040%02x00007f0000017f000001' "$1"
	[ "$2" = 0 ] || printf '%0*d' $(($2 * 2)) 0
}
# capture FRAME...: a capture file of these frames
capture() {
	hex d4c3b2a1 02000400 00000000 00000000 "$(le32 262144)" "$(le32 1)"
	for frame; do
		hex 00000000 00000000 "$(le32 $((${#frame} / 2)))" "$(le32 $((${#frame} / 2)))" "$frame"
	done
}

hex "$(ip 17 8)" >"$work/udp.bin"
run 0 "$skep" run "$object" --data "$work/udp.bin"
prints '^count_bytes returned 0 \(0x0\), [0-9]+ ns a run$'
prints '^42 bytes of data:$'
prints '^bytes_by_protocol: array, 256 entries at most$'
for engine in '' --interpret; do
	run 0 "$skep" run "$calls" --prog calls --data "$work/udp.bin" --repeat 3 --json $engine
	# 28 * 7 + 28 * 3 * 2 + 0 * 3 * 2: the packet without its Ethernet header is 28 bytes long
	json "d['retval'] == 364 and d['program'] == 'calls' and d['data_size_out'] == 42"
	json "d['maps'][0]['elements'][0]['value']['counter'] == 3"
done
# A pipe is as good as a file.
run 0 "$skep" run "$calls" --prog calls --data <(cat "$work/udp.bin") --json
json "d['retval'] == 364"
# A context: mark is the third word.
hex 00000000 00000000 "$(le32 10)" >"$work/ctx.bin"
run 0 "$skep" run "$calls" --prog calls --data "$work/udp.bin" --ctx "$work/ctx.bin" --json
json "d['retval'] == 364 + 60"
run 0 "$skep" run "$object" --data "$work/udp.bin" --out "$work/result.bin"
[ "$(stat -c %s "$work/result.bin")" = 42 ] || fail "--out: the file has not 42 bytes"
prints_not 'bytes of data'

# Captures: the program sees the link header, so it finds the protocol.
capture "$(ip 17 8)" "$(ip 6 100)" "$(ip 17 20)" "$(ip 1 0)" >"$work/four.pcap"
run 0 "$skep" run "$object" --pcap "$work/four.pcap"
prints '^count_bytes: 4 packets, 264 bytes in '
prints '^  returned 0: 4 packets$'
prints '^  17: 96$'
prints '^  6: 134$'
prints '^  1: 34$'
run 0 "$skep" run "$object" --pcap "$work/four.pcap" --json
json "d['packets'] == 4 and {e['key']: e['value'] for e in d['maps'][0]['elements']} == {1: 34, 6: 134, 17: 96}"
run 0 "$skep" run "$object" --pcap "$work/four.pcap" --count 1 --interpret
prints '^count_bytes: 1 packets, 42 bytes'
checks=$((checks + 1))
"$skep" run "$object" --pcap - <"$work/four.pcap" | grep -q '4 packets' || fail "a capture on stdin is not read"
# A packet that is too short for the program's load: it ends with 0, and nothing is counted.
capture "020000000001020000000002080045" >"$work/short.pcap"
run 0 "$skep" run "$object" --pcap "$work/short.pcap"
prints '^count_bytes: 1 packets, 15 bytes'
prints '\(all zero\)'
# Broken in the middle: what came before is told, and that it is not all.
head -c 100 "$work/four.pcap" >"$work/half.pcap"
run 1 "$skep" run "$object" --pcap "$work/half.pcap"
prints '^count_bytes: 1 packets'
grep -q 'broken after packet 1' "$work/err" || fail "where the capture is broken is not told"

refuses 2 'an argument is missing' "$skep" run
refuses 2 'give one of --data FILE' "$skep" run "$object"
refuses 2 'give one of --data FILE' "$skep" run "$object" --data "$work/udp.bin" --dev lo
refuses 2 '\-\-ctx needs --data' "$skep" run "$object" --pcap "$work/four.pcap" --ctx "$work/ctx.bin"
refuses 2 '\-\-repeat needs --data' "$skep" run "$object" --dev lo --repeat 2
refuses 2 '\-\-duration needs --dev' "$skep" run "$object" --data "$work/udp.bin" --duration 1
refuses 2 '\-\-count needs --pcap' "$skep" run "$object" --data "$work/udp.bin" --count 1
refuses 2 '\-\-repeat takes a number from 1 to' "$skep" run "$object" --data "$work/udp.bin" --repeat 0
refuses 2 '\-\-repeat takes a number from 1 to' "$skep" run "$object" --data "$work/udp.bin" --repeat -1
refuses 2 '\-\-repeat takes a number from 1 to' "$skep" run "$object" --data "$work/udp.bin" --repeat 9z
refuses 2 '\-\-kernel takes a release' "$skep" run "$object" --data "$work/udp.bin" --kernel latest
refuses 1 "there is no program 'nobody' in it" "$skep" run "$object" --data "$work/udp.bin" --prog nobody
refuses 1 'there are 2 programs: choose one' "$skep" run "$calls" --data "$work/udp.bin"
refuses 1 'No such file' "$skep" run "$object" --data "$work/nothing"
refuses 1 'No such file' "$skep" run "$work/nothing.o" --data "$work/udp.bin"
refuses 1 'for x86-64, not for BPF|for [a-zA-Z0-9-]+, not for BPF' "$skep" run "$skep" --data "$work/udp.bin"
refuses 1 'Is a directory' "$skep" run "$object" --data "$work"
hex 010203 >"$work/three.bin"
refuses 1 'the run was refused: the data \(3 bytes\)' "$skep" run "$object" --data "$work/three.bin"
refuses 1 'cannot write the output' "$skep" run "$object" --data "$work/udp.bin" --out "$work/no/such/folder"
refuses 1 'not a capture file' "$skep" run "$object" --pcap "$work/udp.bin"
refuses 1 'No such file' "$skep" run "$object" --pcap "$work/nothing"
refuses 1 'no such network device' "$skep" run "$object" --dev no-such-device0
refuses 1 "program 'outside' was refused: " "$skep" run "$build/tests/cli/refused.bpf.o" --data "$work/udp.bin" --prog outside

# A device, where we can make a network of our own. Ctrl-C ends it with results.
if unshare -rn true 2>/dev/null; then
	declare -f listening >"$work/device.sh"
	cat >>"$work/device.sh" <<-'END'
		skep=$1 object=$2 work=$3
		"$skep" run "$object" --dev lo 2>"$work/down" && exit 10
		grep -q 'the device is down: ip link set lo up' "$work/down" || exit 11
		ip link set lo up || exit 77
		"$skep" run "$object" --dev lo --count 1 >"$work/second" &
		second=$!
		"$skep" run "$object" --dev lo --json >"$work/out" 2>"$work/err" &
		first=$!
		listening 2 || exit 16
		for i in 1 2 3 4 5; do echo 12345 >/dev/udp/127.0.0.1/9; done
		wait $second || exit 12
		grep -q '1 packets, 48 bytes' "$work/second" || exit 13
		sleep 1
		kill -INT $first
		kill -INT $first 2>/dev/null # as timeout(1) does
		wait $first || exit 14
		"$skep" run "$object" --dev lo --duration 1 >"$work/third" || exit 15
	END
	status=0
	command_line="skep run --dev lo"
	unshare -rn bash "$work/device.sh" "$skep" "$object" "$work" || status=$?
	case $status in
	0)
		# Each datagram is seen as it is sent and as it comes in; so are the complaints that nobody listens.
		json "d['packets'] >= 10 and d['missed'] == 0"
		json "{e['key']: e['value'] for e in d['maps'][0]['elements']}[17] == 5 * (14 + 20 + 8 + 6)"
		;;
	77) ;;
	*) fail "on a device: step $status" ;;
	esac
fi
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$work"
	refuses 1 'packet sockets are not permitted: run as root' setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$skep" run "$object" --dev lo
fi
finish
