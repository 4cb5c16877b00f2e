/* SPDX-License-Identifier: BSD-2-Clause */
/* What instructions compute, and which way jumps go: every form, against isa/eval.h. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/macros.h"
#include "exec_modes.h"
#include "isa/eval.h"

static const uint64_t values[] = {
	0,
	1,
	2,
	7,
	31,
	32,
	33,
	63,
	64,
	0x7f,
	0x80,
	0xff,
	0x7fff,
	0x8000,
	0x12345678,
	0x7fffffff,
	0x80000000,
	0xfffffffe,
	0xffffffff,
	0x100000000,
	0x123456789abcdef0,
	0x7fffffffffffffff,
	0x8000000000000000,
	0x8000000080000000,
	0xfedcba9876543210,
	0xffffffff7fffffff,
	0xffffffff80000000,
	0xfffffffffffffffe,
	0xffffffffffffffff,
};

static const int32_t immediates[] = {
	0,
	1,
	2,
	3,
	5,
	7,
	10,
	31,
	32,
	63,
	64,
	127,
	128,
	255,
	1000,
	0x7fff,
	0x8000,
	0x12345678,
	0x7fffffff,
	-1,
	-2,
	-10,
	-128,
	-129,
	-0x8000,
	INT32_MIN,
};

/* Runs one program on many operands: r0 and r1 are loaded from the context. */
static struct bound *bind_binary(enum exec_mode mode, struct bpf_insn insn, struct image **ret_image)
{
	struct bound *bound;

	*ret_image =
		program_image((struct bpf_insn[]){ I(LDX_DW, 0, 1, 0, 0), I(LDX_DW, 1, 1, 8, 0), insn, EXIT_INSN }, 4);
	assert_int_equal(exec_bind(*ret_image, mode, &bound), 0);
	return bound;
}

static void check_alu(enum exec_mode mode, enum op op, int32_t imm)
{
	struct bpf_insn insn = insn_of(op, 0, 1, 0, imm);
	struct image *image;
	struct bound *bound = bind_binary(mode, insn, &image);
	struct run run;
	uint64_t expected;

	run_init(&run, bound);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		for (size_t j = 0; j < ARRAY_SIZE(values); j++) {
			uint64_t operands[2] = { values[i], values[j] };

			assert_true(
				eval_alu(op, &insn, operands[0], insn.src_reg ? operands[1] : operands[0], &expected));
			uint64_t result = run_program(&run, bound, operands);

			if (result != expected)
				fail_msg("%s: %#lx, %#lx, imm %d: %#lx, not %#lx", op_name(op), values[i], values[j],
					imm, result, expected);
		}
	exec_unbind(bound);
	image_free(image);
}

/* Every pair of values, and every immediate. */
static void test_alu_values(void **state)
{
	for (enum op op = 0; op < OP_COUNT; op++) {
		bool has_imm = op_rows[op].imm_field == FIELD_ANY;
		struct bpf_insn insn = insn_of(op, 0, 1, 0, 0);
		uint64_t value;

		if (!eval_alu(op, &insn, 0, 0, &value))
			continue;
		for (size_t i = 0; i < (has_imm ? ARRAY_SIZE(immediates) : 1); i++)
			check_alu(mode_of(state), op, has_imm ? immediates[i] : 0);
	}
}

/* Every destination and source register, the same one included. */
static void test_alu_registers(void **state)
{
	for (enum op op = 0; op < OP_COUNT; op++) {
		struct bpf_insn insn = insn_of(op, 0, 0, 0, 3);
		uint64_t expected;

		if (!eval_alu(op, &insn, 0, 0, &expected))
			continue;
		for (unsigned dst = 0; dst < REG_FP; dst++)
			for (unsigned src = 0; src < REG_FP; src++) {
				uint64_t a = 0xfedcba9876543210, b = dst == src ? a : 0x8000000180000003;

				insn = insn_of(op, dst, src, 0, 3);
				assert_true(eval_alu(op, &insn, a, b, &expected));
				uint64_t result = RUN(mode_of(state), NULL, NULL, WIDE(LD_IMM64, src, b),
					WIDE(LD_IMM64, dst, a), insn, I(MOV_X, 0, dst, 0, 0), EXIT_INSN);

				if (result != expected)
					fail_msg(
						"%s r%u, r%u: %#lx, not %#lx", op_name(op), dst, src, result, expected);
			}
	}
}

/* A jump over one instruction, or back to it, that sets r0; operands from the context. */
static struct bound *bind_jump(enum exec_mode mode, struct bpf_insn jump, bool backward, struct image **ret_image)
{
	struct bpf_insn forward[] = { I(LDX_DW, 2, 1, 8, 0), I(LDX_DW, 1, 1, 0, 0), I(MOV_K, 0, 0, 0, 1), jump,
		I(MOV_K, 0, 0, 0, 0), EXIT_INSN };
	struct bpf_insn back[] = { I(LDX_DW, 2, 1, 8, 0), I(LDX_DW, 1, 1, 0, 0), I(MOV_K, 0, 0, 0, 0),
		I(JA, 0, 0, 2, 0), I(MOV_K, 0, 0, 0, 1), EXIT_INSN, jump, EXIT_INSN };
	struct bound *bound;

	forward[3].off = 1;
	back[6].off = -3;
	*ret_image = backward ? program_image(back, ARRAY_SIZE(back)) : program_image(forward, ARRAY_SIZE(forward));
	assert_int_equal(exec_bind(*ret_image, mode, &bound), 0);
	return bound;
}

static void check_jump(enum exec_mode mode, enum op op, int32_t imm, bool backward)
{
	struct bpf_insn insn = insn_of(op, 1, 2, 0, imm);
	struct image *image;
	struct bound *bound = bind_jump(mode, insn, backward, &image);
	struct run run;
	bool expected;

	run_init(&run, bound);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		for (size_t j = 0; j < ARRAY_SIZE(values); j++) {
			uint64_t operands[2] = { values[i], values[j] };

			assert_true(eval_jump(op, &insn, values[i], values[j], &expected));
			if (run_program(&run, bound, operands) != expected)
				fail_msg("%s: %#lx, %#lx, imm %d, %s: not %d", op_name(op), values[i], values[j], imm,
					backward ? "backward" : "forward", expected);
		}
	exec_unbind(bound);
	image_free(image);
}

static void test_jumps(void **state)
{
	for (enum op op = 0; op < OP_COUNT; op++) {
		bool has_imm = op_rows[op].imm_field == FIELD_ANY, taken;
		struct bpf_insn insn = insn_of(op, 1, 2, 0, 0);

		if (!eval_jump(op, &insn, 0, 0, &taken))
			continue;
		for (size_t i = 0; i < (has_imm ? ARRAY_SIZE(immediates) : 1); i++)
			for (int backward = 0; backward < 2; backward++)
				check_jump(mode_of(state), op, has_imm ? immediates[i] : 0, backward);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alu_values),
		cmocka_unit_test(test_alu_registers),
		cmocka_unit_test(test_jumps),
	};

	return run_in_modes(tests, ARRAY_SIZE(tests));
}
