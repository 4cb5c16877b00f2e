/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jumps and calls over exactly so much code: around the 8-bit displacement of machine code, at the ends of the 16-bit
 * field, and over more than that with gotol and calls, in programs of up to a million instructions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/macros.h"
#include "exec_modes.h"

/* Instructions of different sizes as machine code; each adds 1 to r0, alone or with the one before. */
enum padding {
	PAD_ADD,
	PAD_ADD32,
	PAD_ADD_WIDE, /* an immediate of 32 bits, and back */
	PAD_MEMORY,
	PADDINGS,
};

static struct bpf_insn padding_insn(enum padding padding, uint32_t i)
{
	switch (padding) {
	case PAD_ADD:
		return I(ADD_K, 0, 0, 0, 1);
	case PAD_ADD32:
		return I(ADD32_X, 0, 9, 0, 0);
	case PAD_ADD_WIDE:
		return i % 2 ? I(ADD_K, 0, 0, 0, -1000000 + 2) : I(ADD_K, 0, 0, 0, 1000000);
	default:
		return I(ATOMIC64_ADD, 10, 9, -8, 0);
	}
}

struct program {
	struct bpf_insn *insns;
	uint32_t n;
};

static void add(struct program *program, struct bpf_insn insn)
{
	program->insns[program->n++] = insn;
}

static void add_padding(struct program *program, enum padding padding, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		add(program, padding_insn(padding, i));
}

/* r0 and the stack start at 0; what was added to either is the result, and 2^32 if the end was reached. */
static void begin(struct program *program, uint32_t room)
{
	program->insns = calloc(room + 16, sizeof(*program->insns));
	program->n = 0;
	assert_non_null(program->insns);
	add(program, I(MOV_K, 0, 0, 0, 0));
	add(program, I(MOV_K, 9, 0, 0, 1));
	add(program, I(ST_DW, 10, 0, -8, 0));
	add(program, I(LDX_DW, 1, 1, 0, 0));
}

static void end(struct program *program)
{
	add(program, I(LDX_DW, 1, 10, -8, 0));
	add(program, I(ADD_X, 0, 1, 0, 0));
	add(program, I(ADD_K, 0, 0, 0, INT32_MAX));
	add(program, EXIT_INSN);
}

static void check(struct program *program, enum exec_mode mode, uint64_t input, uint64_t expected)
{
	uint64_t result = run_insns(mode, program->insns, program->n, &input, NULL);

	if (result != expected + INT32_MAX)
		fail_msg("%u instructions, input %lu: %#lx, not %#lx", program->n, input, result, expected + INT32_MAX);
}

/* What count instructions of padding add. */
static uint64_t padding_sum(enum padding padding, uint32_t count)
{
	return padding == PAD_ADD_WIDE && count % 2 ? count - 1 + 1000000 : count;
}

/* Where a condition is tested, it is that r1 is 0. */
static struct bpf_insn jump(enum op op, int32_t displacement)
{
	return insn_of(op, op == OP_JEQ_K ? 1 : 0, 0, displacement, op == OP_JA32 ? displacement : 0);
}

/* Over the padding if r1 is 0. */
static void check_forward(enum exec_mode mode, enum op op, enum padding padding, uint32_t count)
{
	struct program program;

	begin(&program, count);
	add(&program, jump(op, (int32_t)count));
	add_padding(&program, padding, count);
	end(&program);
	check(&program, mode, 0, 0);
	if (op == OP_JEQ_K)
		check(&program, mode, 1, padding_sum(padding, count));
	free(program.insns);
}

/* The padding stands before the jump that leads back to it if r1 is 0: one way or the other. */
static void check_backward(enum exec_mode mode, enum op op, enum padding padding, uint32_t count)
{
	struct program program;

	begin(&program, count);
	add(&program, I(JA32, 0, 0, 0, (int32_t)count + 1));
	add_padding(&program, padding, count);
	add(&program, I(JA, 0, 0, 1, 0));
	add(&program, jump(op, -(int32_t)count - 2));
	end(&program);
	check(&program, mode, 0, padding_sum(padding, count));
	if (op == OP_JEQ_K)
		check(&program, mode, 1, 0);
	free(program.insns);
}

/* Machine code of 1 to 12 bytes an instruction: 127 and 128 bytes are among the distances. */
static void around_8_bits(void **state)
{
	static const enum op ops[] = { OP_JEQ_K, OP_JA, OP_JA32 };

	for (unsigned o = 0; o < ARRAY_SIZE(ops); o++)
		for (unsigned padding = 0; padding < PADDINGS; padding++)
			for (uint32_t count = 0; count <= 140; count++) {
				check_forward(mode_of(state), ops[o], padding, count);
				check_backward(mode_of(state), ops[o], padding, count);
			}
}

/* The first and the last displacements of the field. */
static void ends_of_16_bits(void **state)
{
	static const uint32_t counts[] = { 32766, 32767 };

	for (unsigned i = 0; i < ARRAY_SIZE(counts); i++) {
		check_forward(mode_of(state), OP_JEQ_K, PAD_ADD, counts[i]);
		check_forward(mode_of(state), OP_JA, PAD_ADD_WIDE, counts[i]);
		check_backward(mode_of(state), OP_JEQ_K, PAD_ADD, counts[i] - 1);
		check_backward(mode_of(state), OP_JA, PAD_ADD_WIDE, counts[i] - 1);
	}
}

static void beyond_16_bits(void **state)
{
	static const uint32_t counts[] = { 32767, 32768, 65535, 65536, 100000, 999000 };

	for (unsigned i = 0; i < ARRAY_SIZE(counts); i++) {
		check_forward(mode_of(state), OP_JA32, PAD_ADD, counts[i]);
		check_backward(mode_of(state), OP_JA32, PAD_ADD32, counts[i]);
	}
}

/* A function and a callback behind half a million instructions, which a call leads to and comes back from. */
static void far_calls(void **state)
{
	const uint32_t count = 500000;
	struct program program;

	begin(&program, 2 * count);
	add(&program, I(CALL_LOCAL, 0, 0, 0, count + 4));
	add_padding(&program, PAD_ADD, count);
	end(&program);
	add(&program, I(MOV_K, 0, 0, 0, 7));
	add_padding(&program, PAD_ADD, count - 20);
	add(&program, EXIT_INSN);
	check(&program, mode_of(state), 0, 7 + count - 20 + count);
	free(program.insns);
}

/* A jump from each thousandth of the program to the next one but two, the others in between. */
static void long_chain(void **state)
{
	struct program program;
	uint64_t sum = 0;

	begin(&program, 1000000);
	for (unsigned i = 0; i < 990; i++) {
		add(&program, I(JEQ_K, 1, 0, (int)(i % 3 ? 500 : 900), (int)(i % 2)));
		sum += i % 2 ? 1000 : 1000 - (i % 3 ? 500 : 900);
		add_padding(&program, PAD_ADD, 1000);
	}
	end(&program);
	check(&program, mode_of(state), 0, sum);
	free(program.insns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(around_8_bits),
		cmocka_unit_test(ends_of_16_bits),
		cmocka_unit_test(beyond_16_bits),
		cmocka_unit_test(far_calls),
		cmocka_unit_test(long_chain),
	};

	return run_in_modes(tests, ARRAY_SIZE(tests));
}
