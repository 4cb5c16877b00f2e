#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Help, version, wrong command lines, and what is generated from the table of options.
. "$(dirname "$0")/lib.sh"

run 0 "$skep" --version
prints '^skep [0-9]+\.[0-9]+\.[0-9]+$'
run 0 "$skep" --help
prints 'Usage: skep COMMAND'
run 0 "$skep" help
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/out")
[ -n "$commands" ] || fail "no commands in the overview"
for command in $commands; do
	run 0 "$skep" help "$command"
	prints "^Usage: skep $command"
	run 0 "$skep" "$command" --help
	prints "^Usage: skep $command"
	run 0 "$skep" "$command" -h
	refuses 2 "$command: there is no option --nonsense" "$skep" "$command" --nonsense
	refuses 2 "$command: there is no option -x" "$skep" "$command" -x
	# What follows the operand of exec is another command's.
	[ "$command" = exec ] || refuses 2 "$command: too many arguments: (two|three) " "$skep" "$command" two three
	refuses 2 "$command: no value may be given to --verbose" "$skep" "$command" --verbose=1
	refuses 2 "$command: a value is missing after --color" "$skep" "$command" --color
	refuses 2 "$command: --color takes .*, not 'pink'" "$skep" "$command" --color pink
	refuses 2 "$command: --color takes .*, not ''" "$skep" "$command" --color=
	refuses 2 "$command: --color is given twice" "$skep" "$command" --color auto --color auto
done
run 2 "$skep"
refuses 2 "no command 'frobnicate'" "$skep" frobnicate
refuses 2 "help: there is no command 'frobnicate'" "$skep" help frobnicate
# Nothing that a name contains reaches the terminal as a control character.
refuses 2 "no command '\?\[31mred'" "$skep" "$(printf '\033[31mred')"
if [ -w /dev/full ]; then
	checks=$((checks + 1))
	! "$skep" help >/dev/full 2>"$work/err" && grep -q 'cannot write the output' "$work/err" || fail "a full disk is no error"
fi

# A command and an option that the parser knows stand in the manual page and in the completion.
for command in $commands; do
	grep -q "^\.SS skep $command" "$build/src/cli/skep.1" || fail "$command is not in skep.1"
	for option in $("$skep" help "$command" | sed -n 's/^  --\([a-z-]*\).*/\1/p'); do
		checks=$((checks + 2))
		sed 's/\\-/-/g' "$build/src/cli/skep.1" | grep -q "^.fB--$option.fR" || fail "--$option is not in skep.1"
		grep -q "^	$command:-.* --$option \|^	$command:-.*'--$option " "$build/src/cli/skep" || fail "--$option is not completed"
	done
done
completed() {
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _skep; printf "%s\n" "${COMPREPLY[@]}"' \
		completed "$build/src/cli/skep" "$@"
}
checks=$((checks + 3))
[ "$(completed skep doc)" = doctor ] || fail "'skep doc' is not completed to doctor"
[ "$(completed skep doctor --js)" = --json ] || fail "'skep doctor --js' is not completed to --json"
[ "$(completed skep doctor --color al)" = always ] || fail "'--color al' is not completed to always"
finish
