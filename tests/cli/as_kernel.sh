#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A socket filter on a device sees in skep what it sees in the machine's kernel: the same packets, the same fields and
# bytes. Skipped where the kernel has no BPF for us.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null && command -v python3 >/dev/null && command -v ip >/dev/null || exit 77

declare -f listening >"$work/network.sh"
cat >>"$work/network.sh" <<'END'
skep=$1 build=$2 work=$3
probe=$build/tests/cli/probe.bpf.o
ip link set lo up
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null
# Both ends of the wire are here: one sends, by hand, what the other receives.
wire=
if ip link add wire0 type veth peer name wire1 2>/dev/null; then
	wire='wire0 wire1'
	ip addr add 10.9.9.1/24 dev wire0 && ip link set wire0 up && ip link set wire1 up
	# Known, so that nobody asks for it by ARP in the moment when one of the watchers has ended.
	ip neigh add 10.9.9.2 lladdr 02:00:00:00:00:02 dev wire0
	# Nobody has to ask for the address, as often as the moment has it.
	ip neigh add 10.9.9.2 lladdr 02:00:00:00:00:02 dev wire0
fi
for device in lo $wire; do
	timeout 60 "$build/tests/cli/kernel_filter" "$probe" $device >"$work/$device.kernel" 2>/dev/null &
	eval "kernel_$device=$!"
	timeout 60 "$skep" run "$probe" --dev $device --json >"$work/$device.skep" &
	eval "skep_$device=$!"
done
listening $(($(echo lo $wire | wc -w) * 2)) || exit 21
for i in 1 2 3; do
	printf '%*s' $((i * 700)) x >/dev/udp/127.0.0.1/9
	(exec 3<>/dev/tcp/127.0.0.1/9) 2>/dev/null
	[ -z "$wire" ] || printf x >/dev/udp/10.9.9.2/9 || true
done
[ -z "$wire" ] || python3 -c "
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('wire0', 0))
source, ip = '020000000001', '4500001c0000000040110000' + '0a090901' * 2 + '00' * 8
for to in 'ffffffffffff', '0100 5e00 0001', '020000000002':
    for link in '0800', '8100 2005 0800', '88a8 0007 0800', '8100 0001 8100 0002 0800', '0026 4242 03', '0026 ffff':
        s.send(bytes.fromhex(to + source + link + ip))
"
sleep 1.5
for device in lo $wire; do
	eval "kill -INT \$skep_$device \$kernel_$device"
	eval "wait \$skep_$device" || exit 20
	status=0
	eval "wait \$kernel_$device" || status=$?
	[ $status = 0 ] || exit $status
done
END
status=0
unshare -n bash "$work/network.sh" "$skep" "$build" "$work" 2>"$work/err" || status=$?
[ "$status" != 77 ] || exit 77
checks=$((checks + 1))
[ "$status" = 0 ] || fail "step $status"
for device in lo wire0 wire1; do
	[ -s "$work/$device.skep" ] || continue
	checks=$((checks + 1))
	python3 - "$work/$device.kernel" "$work/$device.skep" >"$work/out" 2>"$work/err" <<'END' || fail "$device: skep and the kernel differ"
import json, sys
def sights(path):
    elements = json.load(open(path))['maps'][0]['elements']
    return {tuple(e['key'].items()): e['value'] for e in elements}
kernel, skep = sights(sys.argv[1]), sights(sys.argv[2])
assert len(kernel) >= 4, kernel
for sight in sorted(set(kernel) | set(skep)):
    if kernel.get(sight) != skep.get(sight):
        print('kernel', kernel.get(sight), 'skep', skep.get(sight), dict(sight))
assert kernel == skep
if 'wire1' in sys.argv[1]:
    assert any(dict(s)['vlan_present'] for s in kernel), 'no VLAN was seen'
END
done
finish
