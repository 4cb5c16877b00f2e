/* SPDX-License-Identifier: BSD-2-Clause */
/* The instruction table: every row decodes to itself, and to nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "insn_gen.h"
#include "isa/op.h"

static void row_decodes_to_itself(void **state)
{
	for (enum op op = 0; op < OP_COUNT; op++) {
		struct bpf_insn insn = insn_smallest(op);

		if (op_decode(&insn) != op)
			fail_msg("%s decodes to %s", op_name(op), op_name(op_decode(&insn)));
	}
}

static void free_fields_do_not_matter(void **state)
{
	uint64_t seed = 1;

	for (enum op op = 0; op < OP_COUNT; op++) {
		for (int i = 0; i < 1000; i++) {
			struct bpf_insn insn = insn_random(op, &seed);

			if (op_decode(&insn) != op)
				fail_msg("%s decodes to %s", op_name(op), op_name(op_decode(&insn)));
		}
	}
}

/* A fixed field with another value is another row or none: never the same. */
static void fixed_fields_matter(void **state)
{
	uint64_t seed = 2;

	for (enum op op = 0; op < OP_COUNT; op++) {
		const struct op_row *row = &op_rows[op];

		for (int i = 0; i < 100; i++) {
			struct bpf_insn insn = insn_random(op, &seed);
			struct bpf_insn changed = insn;

			changed.dst_reg = insn.dst_reg ^ (1 + test_random(&seed) % 15);
			if (row->dst_field == FIELD_FIXED)
				assert_int_not_equal(op_decode(&changed), op);
			changed = insn;
			changed.src_reg = insn.src_reg ^ (1 + test_random(&seed) % 15);
			if (row->src_field != FIELD_ANY)
				assert_int_not_equal(op_decode(&changed), op);
			changed = insn;
			changed.off = insn.off ^ (1 + test_random(&seed) % 0xffff);
			if (row->off_field == FIELD_FIXED)
				assert_int_not_equal(op_decode(&changed), op);
			changed = insn;
			changed.imm = insn.imm ^ (1 + test_random(&seed) % 0xffffffff);
			if (row->imm_field == FIELD_FIXED)
				assert_int_not_equal(op_decode(&changed), op);
		}
	}
}

static void rows_ascend_and_differ(void **state)
{
	for (enum op op = 1; op < OP_COUNT; op++)
		assert_true(op_rows[op - 1].code <= op_rows[op].code);
	for (enum op a = 0; a < OP_COUNT; a++) {
		for (enum op b = 0; b < a; b++)
			assert_string_not_equal(op_name(a), op_name(b));
	}
}

static void what_is_no_row_is_invalid(void **state)
{
	/* Codes that RFC 9669 leaves out, and forms of known codes with a field that no row has. */
	static const struct bpf_insn bad[] = {
		{ .code = 0x00 },
		{ .code = 0xff },
		{ .code = 0x38 }, /* LD_ABS of 8 bytes */
		{ .code = BPF_JMP32 | BPF_EXIT },
		{ .code = BPF_ALU64 | BPF_END | BPF_X },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .src_reg = 1 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_X, .imm = 1 },
		{ .code = BPF_ALU64 | BPF_DIV | BPF_X, .off = 2 },
		{ .code = BPF_ALU64 | BPF_END | BPF_K, .imm = 24 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW, .imm = 0x02 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_B, .imm = 0x00 },
		{ .code = BPF_JMP | BPF_EXIT, .dst_reg = 1 },
		{ .code = BPF_JMP | BPF_CALL, .src_reg = 3 },
		{ .code = 0x18, .src_reg = 7 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(op_decode(&bad[i]), OP_INVALID);
	assert_string_equal(op_name(OP_INVALID), "INVALID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(row_decodes_to_itself),
		cmocka_unit_test(free_fields_do_not_matter),
		cmocka_unit_test(fixed_fields_matter),
		cmocka_unit_test(rows_ascend_and_differ),
		cmocka_unit_test(what_is_no_row_is_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
