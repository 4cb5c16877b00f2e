/* SPDX-License-Identifier: BSD-2-Clause */
/* What instructions compute: RFC 9669's edges at 64 and 32 bits, and the laws of division at every pair of 8 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "isa/eval.h"
#include "isa/semantics.h"

#define WIDTH 8
#define UINT uint8_t
#define SINT int8_t
#include "isa/semantics_width.h"

#define MIN64 0x8000000000000000ull
#define MIN32 0x80000000u

struct alu_case {
	enum op op;
	uint64_t dst, src;
	int32_t imm;
	uint64_t expect;
};

static const struct alu_case alu_cases[] = {
	/* The immediate is sign-extended to 64 bits; 32-bit results clear the upper half. */
	{ OP_ADD_K, 1, 0, -2, ~0ull },
	{ OP_ADD32_K, 0xffffffff00000001, 0, -2, 0xffffffff },
	{ OP_ADD_X, ~0ull, 1, 0, 0 },
	{ OP_ADD32_X, ~0ull, 1, 0, 0 },
	{ OP_SUB_X, 0, 1, 0, ~0ull },
	{ OP_SUB32_X, 0, 1, 0, 0xffffffff },
	{ OP_MUL_X, MIN64, 2, 0, 0 },
	{ OP_MUL_K, 3, 0, -1, -3ull },
	{ OP_MUL32_K, 3, 0, -1, 0xfffffffd },
	{ OP_MOV_K, 5, 0, -1, ~0ull },
	{ OP_MOV32_K, 5, 0, -1, 0xffffffff },
	{ OP_MOV32_X, 5, ~0ull, 0, 0xffffffff },
	{ OP_AND_K, ~0ull, 0, -16, ~15ull },
	{ OP_OR_K, 0, 0, MIN32, 0xffffffff80000000 },
	{ OP_XOR32_K, ~0ull, 0, 1, 0xfffffffe },
	/* Division and modulo by zero. */
	{ OP_DIV_X, 7, 0, 0, 0 },
	{ OP_DIV32_X, 7, 1ull << 32, 0, 0 },
	{ OP_SDIV_X, -7ull, 0, 0, 0 },
	{ OP_SDIV32_X, -7ull, 0, 0, 0 },
	{ OP_MOD_X, -7ull, 0, 0, -7ull },
	{ OP_MOD32_X, -7ull, 1ull << 32, 0, 0xfffffff9 },
	{ OP_SMOD_X, -7ull, 0, 0, -7ull },
	{ OP_SMOD32_X, -7ull, 0, 0, 0xfffffff9 },
	/* An unsigned division's immediate is sign-extended and then unsigned. */
	{ OP_DIV_K, ~0ull, 0, -1, 1 },
	{ OP_DIV_K, 1ull << 63, 0, -1, 0 },
	{ OP_DIV32_K, ~0ull, 0, -1, 1 },
	{ OP_MOD_K, 1ull << 63, 0, -1, 1ull << 63 },
	/* Signed division truncates; the smallest by -1 overflows to itself. */
	{ OP_SDIV_K, -7ull, 0, 2, -3ull },
	{ OP_SDIV_K, 7, 0, -2, -3ull },
	{ OP_SDIV32_K, 0xfffffff9, 0, 2, 0xfffffffd },
	{ OP_SMOD_K, -7ull, 0, 2, ~0ull },
	{ OP_SMOD_K, 7, 0, -2, 1 },
	{ OP_SMOD32_K, 0xfffffff9, 0, 2, 0xffffffff },
	{ OP_SDIV_K, MIN64, 0, -1, MIN64 },
	{ OP_SMOD_K, MIN64, 0, -1, 0 },
	{ OP_SDIV32_K, MIN32, 0, -1, MIN32 },
	{ OP_SMOD32_K, MIN32, 0, -1, 0 },
	{ OP_SDIV32_X, 0xffffffff80000000, -1ull, 0, MIN32 },
	/* Amounts of shifts are masked. */
	{ OP_LSH_X, 1, 64, 0, 1 },
	{ OP_LSH_X, 1, 127, 0, MIN64 },
	{ OP_LSH32_X, 1, 32, 0, 1 },
	{ OP_LSH32_X, 1, 31, 0, MIN32 },
	{ OP_RSH_X, MIN64, -1ull, 0, 1 },
	{ OP_RSH32_X, ~0ull, 63, 0, 1 },
	{ OP_ARSH_X, MIN64, 63, 0, ~0ull },
	{ OP_ARSH32_X, MIN32, 31, 0, 0xffffffff },
	{ OP_ARSH32_K, 0x7fffffff80000000, 0, 4, 0xf8000000 },
	{ OP_NEG, MIN64, 0, 0, MIN64 },
	{ OP_NEG, 1, 0, 0, ~0ull },
	{ OP_NEG32, 0xffffffff00000001, 0, 0, 0xffffffff },
	/* Sign extension. */
	{ OP_MOVSX8, 0, 0x1180, 0, -128ull },
	{ OP_MOVSX16, 0, 0x118000, 0, -32768ull },
	{ OP_MOVSX32, 0, 0x1180000000, 0, 0xffffffff80000000 },
	{ OP_MOVSX8_32, 0, 0x1180, 0, 0xffffff80 },
	{ OP_MOVSX16_32, 0, 0x117fff, 0, 0x7fff },
	{ OP_ZEXT, ~0ull, ~0ull, 1, 0xffffffff },
	/* Byte order, of a little-endian machine. */
	{ OP_LE16, 0x1122334455667788, 0, 16, 0x7788 },
	{ OP_LE32, 0x1122334455667788, 0, 32, 0x55667788 },
	{ OP_LE64, 0x1122334455667788, 0, 64, 0x1122334455667788 },
	{ OP_BE16, 0x1122334455667788, 0, 16, 0x8877 },
	{ OP_BE32, 0x1122334455667788, 0, 32, 0x88776655 },
	{ OP_BE64, 0x1122334455667788, 0, 64, 0x8877665544332211 },
	{ OP_BSWAP16, 0x1122334455667788, 0, 16, 0x8877 },
	{ OP_BSWAP32, 0x1122334455667788, 0, 32, 0x88776655 },
	{ OP_BSWAP64, 0x1122334455667788, 0, 64, 0x8877665544332211 },
};

static void alu_edges(void **state)
{
	for (size_t i = 0; i < sizeof(alu_cases) / sizeof(alu_cases[0]); i++) {
		const struct alu_case *c = &alu_cases[i];
		struct bpf_insn insn = { .code = op_rows[c->op].code, .off = op_rows[c->op].off, .imm = c->imm };
		uint64_t value = 0;

		assert_true(eval_alu(c->op, &insn, c->dst, c->src, &value));
		if (value != c->expect)
			fail_msg("case %zu, %s: %#llx, not %#llx", i, op_name(c->op), (unsigned long long)value,
				(unsigned long long)c->expect);
	}
}

struct jump_case {
	enum op op;
	uint64_t dst, src;
	int32_t imm;
	bool expect;
};

static const struct jump_case jump_cases[] = {
	{ OP_JEQ_K, ~0ull, 0, -1, true },
	{ OP_JEQ_K, 0xffffffff, 0, -1, false },
	{ OP_JEQ32_K, 0x1ffffffff, 0, -1, true },
	{ OP_JNE32_X, 1ull << 32, 0, 0, false },
	{ OP_JNE_X, 1ull << 32, 0, 0, true },
	{ OP_JGT_K, ~0ull - 1, 0, -1, false },
	{ OP_JGE_K, ~0ull, 0, -1, true },
	{ OP_JLT_K, 5, 0, -1, true },
	{ OP_JLE_X, 5, 5, 0, true },
	{ OP_JLE_X, 6, 5, 0, false },
	{ OP_JSGT_K, 0, 0, -1, true },
	{ OP_JSGT_X, MIN64, 0, 0, false },
	{ OP_JSGE_X, 0, MIN64, 0, true },
	{ OP_JSLT32_X, MIN32, 0, 0, true },
	{ OP_JSLT_X, MIN32, 0, 0, false },
	{ OP_JSLE32_K, 0xffffffff, 0, -1, true },
	{ OP_JSET_K, MIN64, 0, -1, true },
	{ OP_JSET_K, MIN64, 0, 1, false },
	{ OP_JSET32_X, 1ull << 32, ~0ull, 0, false },
};

static void jump_edges(void **state)
{
	for (size_t i = 0; i < sizeof(jump_cases) / sizeof(jump_cases[0]); i++) {
		const struct jump_case *c = &jump_cases[i];
		struct bpf_insn insn = { .code = op_rows[c->op].code, .imm = c->imm };
		bool taken = !c->expect;

		assert_true(eval_jump(c->op, &insn, c->dst, c->src, &taken));
		if (taken != c->expect)
			fail_msg("case %zu, %s", i, op_name(c->op));
	}
}

/* Every arithmetic row and every conditional jump has a value, and nothing else has. */
static void rows_that_have_a_value(void **state)
{
	for (enum op op = 0; op < OP_COUNT; op++) {
		struct bpf_insn insn = { 0 };
		uint8_t class = BPF_CLASS(op_rows[op].code), jump = BPF_OP(op_rows[op].code);
		bool alu = class == BPF_ALU || class == BPF_ALU64, taken;
		bool conditional = (class == BPF_JMP || class == BPF_JMP32) && jump != BPF_JA && jump != BPF_CALL &&
				   jump != BPF_EXIT && jump != BPF_JCOND;
		uint64_t value;

		if (op == OP_ADDR_SPACE_CAST || op == OP_MOV_PERCPU_ADDR)
			alu = false;
		assert_int_equal(eval_alu(op, &insn, 1, 2, &value), alu);
		assert_int_equal(eval_jump(op, &insn, 1, 2, &taken), conditional);
	}
}

static void laws_at_8_bits(void **state)
{
	for (unsigned i = 0; i < 1 << 16; i++) {
		uint8_t a = i, b = i >> 8;
		int sa = (int8_t)a, sb = (int8_t)b;

		assert_int_equal(alu8_add(alu8_mul(alu8_div(a, b), b), alu8_mod(a, b)), a);
		assert_int_equal(alu8_add(alu8_mul(alu8_sdiv(a, b), b), alu8_smod(a, b)), a);
		assert_int_equal(alu8_sdiv(a, b), sb ? (uint8_t)(sa / sb) : 0);
		assert_int_equal(alu8_smod(a, b), sb ? (uint8_t)(sa % sb) : a);
		assert_int_equal(alu8_mul(a, b), (uint8_t)(a * b));
		assert_int_equal(alu8_sub(a, b), alu8_add(a, alu8_neg(b, 0)));
		assert_int_equal(alu8_arsh(a, b), (uint8_t)(sa >> (b & 7)));
		assert_int_equal(alu8_lsh(a, b), (uint8_t)(a << (b & 7)));
		assert_int_equal(alu8_rsh(a, b), a >> (b & 7));
		assert_int_equal(alu8_xor(a, b), alu8_or(a, b) - alu8_and(a, b));
		assert_int_equal(alu8_mov(a, b), b);
		assert_int_equal(jmp8_jgt(a, b), !jmp8_jle(a, b));
		assert_int_equal(jmp8_jge(a, b), !jmp8_jlt(a, b));
		assert_int_equal(jmp8_jsgt(a, b), sa > sb);
		assert_int_equal(jmp8_jsle(a, b), sa <= sb);
		assert_int_equal(jmp8_jsge(a, b), !jmp8_jslt(a, b));
		assert_int_equal(jmp8_jeq(a, b), !jmp8_jne(a, b));
		assert_int_equal(jmp8_jset(a, b), (a & b) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alu_edges),
		cmocka_unit_test(jump_edges),
		cmocka_unit_test(rows_that_have_a_value),
		cmocka_unit_test(laws_at_8_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
