#!/bin/sh
# gdb shows a program's functions by name in a backtrace from a helper, and what is below them.
# Usage: jit_gdb.sh test_jit
set -eu
command -v gdb >/dev/null || exit 77
# LeakSanitizer does not work under a debugger.
export ASAN_OPTIONS=detect_leaks=0
out=$(gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break jit_test_stop' -ex run -ex bt -ex continue \
	--args "$1" --stop 2>&1) || true
case $out in
*'Breakpoint 1, jit_test_stop'*) ;;
*) echo "gdb cannot run programs here"; echo "$out"; exit 77 ;;
esac
for name in bpf_prog_0000000000000000_in_ner bpf_prog_0000000000000000_outer run_calling_program main 'exited normally'; do
	case $out in
	*"$name"*) ;;
	*) echo "$name is missing in:"; echo "$out"; exit 1 ;;
	esac
done
