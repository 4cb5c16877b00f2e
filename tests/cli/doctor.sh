#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The doctor finds the same as the system's own tools do.
. "$(dirname "$0")/lib.sh"

status=0
"$skep" doctor >/dev/null || status=$?
run "$status" "$skep" doctor
prints '^yes  memory files'
run "$status" "$skep" doctor --json
grep -q '"name": "packet sockets"' "$work/out" || fail "no packet sockets in the JSON"
if command -v unshare >/dev/null; then
	run "$status" "$skep" doctor
	if unshare -U true 2>/dev/null; then prints '^yes  user namespaces'; else prints '^no   user namespaces'; fi
fi
run "$status" "$skep" doctor --color always
prints "$(printf '\033\\[3[12]m')"
run "$status" "$skep" doctor
prints_not "$(printf '\033')"
finish
