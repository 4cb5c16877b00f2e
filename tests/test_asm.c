/* SPDX-License-Identifier: BSD-2-Clause */
/* The assembler reads what the disassembler writes, and says what is wrong with what it cannot read; encode.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insn_gen.h"
#include "isa/asm.h"
#include "isa/disasm.h"
#include "isa/encode.h"

static void round_trip(void **state)
{
	uint64_t seed = 5;

	for (enum op op = 0; op < OP_COUNT; op++) {
		/* Of rows without text there is none; zero extension looks like the move that it is. */
		if (!op_rows[op].mnemonic[0] || op == OP_ZEXT)
			continue;
		for (int i = 0; i < 200; i++) {
			struct bpf_insn insn[2] = { insn_random(op, &seed) }, *back;
			struct asm_error error;
			char text[DISASM_MAX];
			uint32_t count;

			if (insn_is_wide(insn))
				insn[1].imm = test_random(&seed) & (i & 1 ? -1 : 0xff);
			assert_true(disasm(text, sizeof(text), insn, 2, &disasm_asm_names) < sizeof(text));
			if (asm_program(text, NULL, &back, &count, &error))
				fail_msg("%s: column %u: %s", text, error.column, error.message);
			assert_int_equal(count, insn_is_wide(insn) ? 2 : 1);
			if (memcmp(insn, back, count * sizeof(*insn)))
				fail_msg("%s of %s comes back as %s", text, op_name(op), op_name(op_decode(back)));
			free(back);
		}
	}
}

static void check(const char *text, const struct bpf_insn *expect, uint32_t expect_count)
{
	struct bpf_insn *insns;
	struct asm_error error;
	uint32_t count;

	if (asm_program(text, NULL, &insns, &count, &error))
		fail_msg("line %u, column %u: %s", error.line, error.column, error.message);
	assert_int_equal(count, expect_count);
	assert_memory_equal(insns, expect, count * sizeof(*expect));
	free(insns);
}

static void whole_program(void **state)
{
	static const struct bpf_insn expect[] = {
		INSN_MOV64_K(0, 0),
		INSN_LD_IMM64(1, 0x1122334455667788),
		INSN_LD_IMM64(2, 5),
		INSN_LD_IMM64(2, -1ll),
		INSN_JMP64_K(JEQ, 1, 5, 3),
		INSN_JMP32_X(JSGT, 1, 2, -2),
		INSN_CALL_LOCAL(3),
		INSN_JA32(1),
		INSN_JA(-12),
		INSN_EXIT(),
		INSN_LD_FUNC(1, -1),
		INSN_MOV32_K(3, 16),
		INSN_CALL(1),
		INSN_EXIT(),
		INSN(0x21, 1, 2, -8, 7),
	};

	check("# a program\n"
	      "start: 0: (b7) r0 = 0   ; R0=0\n"
	      "\tr1 = 0x1122334455667788\n"
	      "\tr2 = 5 ll // wide\n"
	      "r2=-1ll\r\n"
	      "again:\n"
	      "  if r1 == 0x5 goto far\n"
	      "  if w1 s> w2 goto again\n"
	      "  call sub\n"
	      "  gotol out\n"
	      "far: goto start\n"
	      "out: exit\n"
	      "sub:\n"
	      "  r1 = func[sub]\n"
	      "  w3 = 0x10\n"
	      "  call bpf_map_lookup_elem#1\n"
	      "  exit\n"
	      ".insn 0x21, r1, r2, -8, 7",
		expect, sizeof(expect) / sizeof(expect[0]));
	check("", NULL, 0);
	check("\n\n# nothing\n", NULL, 0);
}

static int one_helper(void *argument, const char *name, size_t length)
{
	return length == 3 && !memcmp(name, "foo", 3) ? 77 : -1;
}

static void helper_by_name(void **state)
{
	const struct asm_options options = { .helper = one_helper };
	struct bpf_insn *insns;
	struct asm_error error;
	uint32_t count;

	assert_int_equal(asm_program("call foo\ncall bar\nbar: exit", &options, &insns, &count, &error), 0);
	assert_int_equal(insns[0].imm, 77);
	assert_int_equal(insns[1].src_reg, BPF_PSEUDO_CALL);
	assert_int_equal(insns[1].imm, 0);
	free(insns);
	assert_int_equal(asm_program("call bar", &options, &insns, &count, &error), -EINVAL);
}

static void errors_say_where(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *message;
	} cases[] = {
		{ "exit\nr1 = \n", 2, 6, "a number" },
		{ "r1 += x", 1, 7, "expected a number or r" },
		{ "r16 = 5", 1, 2, "a register number" },
		{ "r1 = r2 5", 1, 9, "the end of the line" },
		{ "goto nowhere", 1, 6, "no such label" },
		{ "a: exit\na: exit", 2, 1, "exists already" },
		{ "if r1 == 0x100000000 goto pc+1", 1, 10, "a smaller number" },
		{ "if r1 == 1 goto pc+40000", 1, 19, "a smaller number" },
		{ "*(u32 *)(r1 +99999) = 5", 1, 13, "a smaller number" },
		{ "r1 = -r2", 1, 8, "register" },
		{ "(b7) r1 += 5", 1, 9, "=" },
		{ "(ff) r1 += 5", 1, 6, "no instruction has this code" },
		{ "(b7)", 1, 5, "an instruction" },
		{ "r1 = 99999999999999999999", 1, 6, "a number" },
		{ "r1 = map_fd[5", 1, 14, "']'" },
		{ ".insn 1, 2", 1, 11, "','" },
		{ ".insn 256, 0, 0, 0, 0", 1, 10, "fits" },
		{ "call foo", 1, 6, "no such label" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bpf_insn *insns;
		struct asm_error error = { 0 };
		uint32_t count;

		assert_int_equal(asm_program(cases[i].text, NULL, &insns, &count, &error), -EINVAL);
		if (error.line != cases[i].line || error.column != cases[i].column ||
			!strstr(error.message, cases[i].message))
			fail_msg("%s: line %u, column %u: %s", cases[i].text, error.line, error.column, error.message);
	}
}

static void jumps_out_of_reach(void **state)
{
	size_t size = 32768 * 8 + 64;
	char *text = malloc(size), *at = text;
	struct bpf_insn *insns;
	struct asm_error error;
	uint32_t count;

	at += sprintf(at, "goto end\n");
	for (int i = 0; i < 32767; i++)
		at += sprintf(at, "r1 = 0\n");
	strcpy(at, "end: exit\n");
	assert_int_equal(asm_program(text, NULL, &insns, &count, &error), 0);
	assert_int_equal(insns[0].off, 32767);
	free(insns);
	strcpy(at, "r1 = 0\nend: exit\n");
	assert_int_equal(asm_program(text, NULL, &insns, &count, &error), -EINVAL);
	assert_int_equal(error.line, 1);
	memcpy(text, "gotol e0", 8);
	strcpy(at, "r1 = 0\ne0: exit\n");
	assert_int_equal(asm_program(text, NULL, &insns, &count, &error), 0);
	assert_int_equal(insns[0].imm, 32768);
	free(insns);
	free(text);
}

static void encoders(void **state)
{
	static const struct {
		struct bpf_insn insn;
		const char *text;
	} cases[] = {
		{ INSN_ALU64_X(ADD, 1, 2), "r1 += r2" },
		{ INSN_ALU32_K(XOR, 1, -2), "w1 ^= -2" },
		{ INSN_SIGNED64_X(DIV, 1, 2), "r1 s/= r2" },
		{ INSN_SIGNED64_K(MOD, 1, 2), "r1 s%= 2" },
		{ INSN_SIGNED32_X(MOD, 1, 2), "w1 s%= w2" },
		{ INSN_SIGNED32_K(DIV, 1, 2), "w1 s/= 2" },
		{ INSN_MOVSX64(1, 2, 32), "r1 = (s32)r2" },
		{ INSN_MOVSX32(1, 2, 8), "w1 = (s8)w2" },
		{ INSN_NEG64(3), "r3 = -r3" },
		{ INSN_NEG32(3), "w3 = -w3" },
		{ INSN_LE(3, 16), "r3 = le16 r3" },
		{ INSN_BE(3, 32), "r3 = be32 r3" },
		{ INSN_BSWAP(3, 64), "r3 = bswap64 r3" },
		{ INSN_ADDR_SPACE_CAST(1, 2, 1, 0), "r1 = addr_space_cast(r2, 1, 0)" },
		{ INSN_LDX(H, 1, 2, -4), "r1 = *(u16 *)(r2 -4)" },
		{ INSN_LDSX(W, 1, 2, 4), "r1 = *(s32 *)(r2 +4)" },
		{ INSN_STX(DW, 10, 2, -8), "*(u64 *)(r10 -8) = r2" },
		{ INSN_ST(B, 10, -8, 255), "*(u8 *)(r10 -8) = 255" },
		{ INSN_ATOMIC(W, BPF_ADD, 1, 2, 0), "lock *(u32 *)(r1 +0) += r2" },
		{ INSN_ATOMIC(DW, BPF_CMPXCHG, 1, 2, 8), "r0 = atomic64_cmpxchg((u64 *)(r1 +8), r0, r2)" },
		{ INSN_LOAD_ACQ(B, 1, 2, 8), "r1 = load_acquire((u8 *)(r2 +8))" },
		{ INSN_STORE_REL(H, 1, 2, 8), "store_release((u16 *)(r1 +8), r2)" },
		{ INSN_LD_ABS(H, 12), "r0 = *(u16 *)skb[12]" },
		{ INSN_LD_IND(B, 7, 23), "r0 = *(u8 *)skb[r7 + 23]" },
		{ INSN_JMP64_X(JSET, 1, 2, -1), "if r1 & r2 goto pc-1" },
		{ INSN_JMP32_K(JLE, 1, 2, 5), "if w1 <= 0x2 goto pc+5" },
		{ INSN_MAY_GOTO(4), "may_goto pc+4" },
		{ INSN_CALL_KFUNC(9, 2), "call kfunc[2]#9" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[DISASM_MAX];

		disasm(text, sizeof(text), &cases[i].insn, 1, &disasm_asm_names);
		assert_string_equal(text + 5, cases[i].text);
		assert_int_not_equal(op_decode(&cases[i].insn), OP_INVALID);
	}
	assert_int_equal(op_decode(&INSN_ZEXT(4)), OP_ZEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(whole_program),
		cmocka_unit_test(helper_by_name),
		cmocka_unit_test(errors_say_where),
		cmocka_unit_test(jumps_out_of_reach),
		cmocka_unit_test(encoders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
