#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The demo counts what it sends, to the byte; as root, and as somebody who is not.
. "$(dirname "$0")/lib.sh"

"$skep" doctor >/dev/null || exit 77
run 0 "$source/examples/demo.sh" "$build"
prints '^TCP +counted +[0-9]+ +sent +(at least +)?[0-9]+ +right$'
prints '^UDP +counted +[0-9]+ +sent +(at least +)?781500 +right$'
prints '^ICMP +counted +[0-9]+ +sent +(at least +)?271000 +right$'
checks=$((checks + 1))
[ "$(grep -c '^ *[1-5] s  ' "$work/out")" = 5 ] || fail "the counts were not printed five times"
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups unshare -Un true 2>/dev/null; then
	run 0 setpriv --reuid=65534 --regid=65534 --clear-groups "$source/examples/demo.sh" "$build"
	prints '^ICMP .* right$'
fi
run 2 "$build/examples/skep-demo"
run 1 "$build/examples/skep-demo" "$work/nothing.o"
run 1 "$build/examples/skep-demo" "$build/tests/cli/calls.bpf.o"
finish
