#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# skep disasm: what it prints, and that no file whatsoever makes it do more than say one line.
. "$(dirname "$0")/lib.sh"
object=$build/examples/sockex1.bpf.o
calls=$build/tests/cli/calls.bpf.o

run 0 "$skep" disasm "$object"
prints '^count_bytes: socket_filter, section socket, [0-9]+ instructions$'
prints '^; bytes = bpf_map_lookup_elem\(&bytes_by_protocol, &protocol\); @ sockex1\.bpf\.c:[0-9]+$'
prints '^ +[0-9]+: \(85\) call bpf_map_lookup_elem#1$'
prints '^ +5: \(30\) r0 = \*\(u8 \*\)skb\[23\]$'
prints '\(18\) r1 = 0x0  ; bytes_by_protocol$'
prints_not '	'
run 0 "$skep" disasm --opcodes "$object"
prints '^ +0: bf 16 00 00 00 00 00 00 \(bf\) r6 = r1$'
run 0 "$skep" disasm "$calls"
prints '^twice: subprogram, section \.text'
prints '^thrice: subprogram, section \.text'
prints '\(85\) call pc[+-][0-9]+  ; subprogram thrice$'
prints '\(85\) call pc[+-][0-9]+  ; subprogram twice$'
prints '\(85\) call pc-1  ; external bpf_some_kfunc$'
prints '; (\.data\+0x0|counter)$'
run 0 "$skep" disasm "$calls" --prog asks_kernel
prints '^asks_kernel: '
prints_not '^(calls|twice|thrice): '
run 0 "$skep" disasm --json --opcodes "$calls"
python=$(command -v python3) && { "$python" -m json.tool <"$work/out" >/dev/null || fail "this is no JSON"; }
# Bytes of source lines that are no UTF-8 do not spoil the document, and those that are stay.
run 0 "$skep" disasm --json "$build/tests/cli/refused.bpf.o"
python=$(command -v python3) && {
	"$python" -c "
import json
d = json.load(open('$work/out', encoding='utf-8'))
assert any('\u00fc\u2713' in i.get('source', '') for p in d['programs'] for i in p['instructions'])
" || fail "UTF-8 of a source line is lost"
}
run 0 "$skep" disasm --json --opcodes "$calls"
prints '"text": "\(85\) call pc'
# An object without debug information has no source lines.
"${LLVM_STRIP:-llvm-strip-19}" -g -R .BTF -R .BTF.ext -o "$work/bare.o" "$object" 2>/dev/null && {
	run 1 "$skep" disasm "$work/bare.o" # its map is defined in BTF
	grep -q 'BTF' "$work/err" || fail "a lost BTF is not named"
}

refuses 2 'an argument is missing: OBJ' "$skep" disasm
refuses 1 'no-such-file.o: No such file' "$skep" disasm "$work/no-such-file.o"
refuses 1 'Is a directory' "$skep" disasm "$work"
refuses 1 "there is no program 'nobody' in it, only count_bytes" "$skep" disasm "$object" --prog nobody
: >"$work/empty.o"
refuses 1 'the file is empty' "$skep" disasm "$work/empty.o"
echo 'int main;' >"$work/text.o"
refuses 1 'not an ELF object: compile' "$skep" disasm "$work/text.o"
mkfifo "$work/fifo"
refuses 1 'not a regular file' "$skep" disasm "$work/fifo"
refuses 1 'for x86-64, not for BPF|for [a-zA-Z0-9-]+, not for BPF' "$skep" disasm "$skep"
printf 'BC\300\336rest' >"$work/bitcode.o"
refuses 1 'LLVM bitcode' "$skep" disasm "$work/bitcode.o"
printf '!<arch>\nrest' >"$work/archive.o"
refuses 1 'an archive' "$skep" disasm "$work/archive.o"

# Cut anywhere, an object is refused in one line: its section table is at its end.
size=$(stat -c %s "$object")
for length in 1 4 63 64 65 $((size / 4)) $((size / 2)) $((size - 64)) $((size - 1)); do
	head -c "$length" "$object" >"$work/cut.o"
	refuses 1 'truncated|not an ELF' "$skep" disasm "$work/cut.o"
done

# Bytes overwritten anywhere: it ends by itself, with an answer or with one line.
RANDOM=${SEED:-7}
for round in $(seq 25); do
	cp "$calls" "$work/broken.o"
	for hole in 1 2 3; do
		printf "\\$(printf %o $((RANDOM % 256)))" |
			dd of="$work/broken.o" bs=1 seek=$((RANDOM % $(stat -c %s "$calls"))) conv=notrunc 2>/dev/null
	done
	status=0
	timeout 20 "$skep" disasm "$work/broken.o" >"$work/out" 2>"$work/err" || status=$?
	checks=$((checks + 1))
	[ "$status" -le 1 ] || fail "round $round: exit status $status"
	[ "$(wc -l <"$work/err")" = "$status" ] || fail "round $round: exit status $status, but stderr is:"
done
finish
