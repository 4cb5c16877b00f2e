#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# skep verify: verdicts, logs, exit statuses.
. "$(dirname "$0")/lib.sh"
good=$build/examples/sockex1.bpf.o
bad=$build/tests/cli/refused.bpf.o

run 0 "$skep" verify "$good"
prints '^count_bytes \(socket_filter\): accepted$'
run 0 "$skep" verify "$good" --log-level 2
prints '^5: \(30\) r0 = \*\(u8 \*\)skb\[23\]'
prints '^processed [0-9]+ insns'
run 1 "$skep" verify "$bad"
prints '^outside \(socket_filter\): refused: R0 unbounded memory access'
prints '^fine \(socket_filter\): accepted$'
prints '^forever \(socket_filter\): refused: '
[ ! -s "$work/err" ] || fail "a verdict is no error, but there is something on stderr"
run 0 "$skep" verify "$bad" --prog fine
prints_not 'outside'
run 1 "$skep" verify "$bad" --json
if command -v python3 >/dev/null; then
	python3 -c "
import json
d = json.load(open('$work/out'))
v = {p['name']: p for p in d['programs']}
assert d['accepted'] is False and v['fine']['accepted'] is True and v['outside']['accepted'] is False
assert v['outside']['errno'] == 13 and 'R0 unbounded memory access' in v['outside']['reason']
" || fail "the JSON is wrong"
fi
refuses 1 "there is no program 'nobody' in it" "$skep" verify "$good" --prog nobody
refuses 1 'not an ELF object' "$skep" verify "$0"
refuses 2 '\-\-log-level takes a number from 0 to 2' "$skep" verify "$good" --log-level 3
refuses 2 '\-\-kernel takes a release' "$skep" verify "$good" --kernel x
finish
