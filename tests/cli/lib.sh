# SPDX-License-Identifier: BSD-2-Clause
# For the tests of the tool. A test is called as `TEST.sh SKEP BUILD_DIR`; it calls these, and `finish` at its end.
skep=$1
build=$2
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
checks=0

fail() {
	failures=$((failures + 1))
	echo "FAILED: $*"
	touch "$work/out" "$work/err"
	sed 's/^/    stdout: /' "$work/out" | head -20
	sed 's/^/    stderr: /' "$work/err" | head -20
}

# run STATUS COMMAND...: runs it; its output is in $work/out and $work/err; the exit status must be STATUS.
run() {
	local want=$1 got=0
	shift
	checks=$((checks + 1))
	command_line="$*"
	"$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
	[ "$got" = "$want" ] || fail "$command_line: exit status $got, not $want"
}

# The last command printed a line that the extended regular expression matches.
prints() {
	checks=$((checks + 1))
	grep -Eq -e "$1" "$work/out" || fail "$command_line: no line of stdout matches $1"
}

prints_not() {
	checks=$((checks + 1))
	! grep -Eq -e "$1" "$work/out" || fail "$command_line: a line of stdout matches $1"
}

# refuses STATUS PATTERN COMMAND...: it fails with that status, one line on stderr that matches, and an empty stdout.
refuses() {
	local status=$1 pattern=$2
	shift 2
	run "$status" "$@"
	checks=$((checks + 1))
	[ "$(wc -l <"$work/err")" = 1 ] || fail "$command_line: stderr is not one line"
	grep -Eq -e "$pattern" "$work/err" || fail "$command_line: stderr does not match $pattern"
	[ ! -s "$work/out" ] || fail "$command_line: there is something on stdout"
}

# listening N: waits until N packet sockets of this network namespace are bound to a device. For scripts in a namespace
# of their own, which get it as text: declare -f listening.
listening() {
	local i
	for i in $(seq 300); do
		[ "$(awk 'NR > 1 && $5 != 0' /proc/net/packet | wc -l)" -lt "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

finish() {
	echo "$checks checks, $failures failed"
	[ "$failures" = 0 ] && [ "$checks" -gt 0 ]
	exit
}
