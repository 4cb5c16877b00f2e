/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Soundness of the scalar domain by trying: known bits of 8 bits completely, small scalars with every operator, branch
 * and pair of members, and random scalars of 64 bits. tests/proofs/ proves what a solver can; multiplication is tried
 * here.
 *
 * usage: test_scalar_small [BITS]: known bits are multiplied on the low BITS of 8, 5 if not given
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "insn_gen.h"
#include "isa/semantics.h"
#include "verifier/scalar.h"

struct tnum8 {
	uint8_t value, mask;
};
#define TNUM tnum8
#define TNUM_WORD uint8_t
#define TNUM_OP(name) tnum8_##name
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#include "verifier/tnum_ops.h"

static unsigned int mul_bits = 5;

static void tnum_mul_exhaustive(void **state)
{
	unsigned int end = 1u << mul_bits;
	uint64_t wrong = 0;

	for (unsigned int mask_a = 0; mask_a < end; mask_a++)
		for (unsigned int a = 0; a < end; a++)
			for (unsigned int mask_b = 0; mask_b < end && !(a & mask_a); mask_b++)
				for (unsigned int b = 0; b < end; b++) {
					struct tnum8 product;

					if (b & mask_b)
						continue;
					product = tnum8_mul((struct tnum8){ a, mask_a }, (struct tnum8){ b, mask_b });
					/* x and y count through the subsets of the masks. */
					for (unsigned int x = mask_a;; x = (x - 1) & mask_a) {
						for (unsigned int y = mask_b;; y = (y - 1) & mask_b) {
							uint8_t xy = (a + x) * (b + y);

							wrong += (xy & ~product.mask & 0xff) != product.value;
							if (!y)
								break;
						}
						if (!x)
							break;
					}
				}
	assert_int_equal(wrong, 0);
}

/* --- every operator on one pair of numbers --- */

struct alu_op {
	uint8_t code;
	uint64_t (*concrete)(uint64_t x, uint64_t y);
};

#define CONCRETE(name)                                         \
	static uint64_t name##_64(uint64_t x, uint64_t y)      \
	{                                                      \
		return alu64_##name(x, y);                     \
	}                                                      \
	static uint64_t name##_32(uint64_t x, uint64_t y)      \
	{                                                      \
		return alu32_##name((uint32_t)x, (uint32_t)y); \
	}
CONCRETE(add)
CONCRETE(sub)
CONCRETE(mul)
CONCRETE(and)
CONCRETE(or)
CONCRETE(xor)
CONCRETE(lsh)
CONCRETE(rsh)
CONCRETE(arsh)
CONCRETE(div)
CONCRETE(mod)
CONCRETE(neg)

#define BOTH(op, name)                    \
	{ BPF_ALU64 | (op), name##_64 },  \
	{                                 \
		BPF_ALU | (op), name##_32 \
	}
static const struct alu_op alu_ops[] = { BOTH(BPF_ADD, add), BOTH(BPF_SUB, sub), BOTH(BPF_MUL, mul), BOTH(BPF_AND, and),
	BOTH(BPF_OR, or), BOTH(BPF_XOR, xor), BOTH(BPF_LSH, lsh), BOTH(BPF_RSH, rsh), BOTH(BPF_ARSH, arsh),
	BOTH(BPF_DIV, div), BOTH(BPF_MOD, mod), BOTH(BPF_NEG, neg) };

struct jump_op {
	uint8_t op;
	bool is32;
	bool (*concrete)(uint64_t x, uint64_t y);
};

#define CONCRETE_JUMP(name)                                    \
	static bool name##_64(uint64_t x, uint64_t y)          \
	{                                                      \
		return jmp64_##name(x, y);                     \
	}                                                      \
	static bool name##_32(uint64_t x, uint64_t y)          \
	{                                                      \
		return jmp32_##name((uint32_t)x, (uint32_t)y); \
	}
CONCRETE_JUMP(jeq)
CONCRETE_JUMP(jne)
CONCRETE_JUMP(jset)
CONCRETE_JUMP(jgt)
CONCRETE_JUMP(jge)
CONCRETE_JUMP(jlt)
CONCRETE_JUMP(jle)
CONCRETE_JUMP(jsgt)
CONCRETE_JUMP(jsge)
CONCRETE_JUMP(jslt)
CONCRETE_JUMP(jsle)

#define BOTH_JUMPS(op, name)        \
	{ op, false, name##_64 },   \
	{                           \
		op, true, name##_32 \
	}
static const struct jump_op jump_ops[] = { BOTH_JUMPS(BPF_JEQ, jeq), BOTH_JUMPS(BPF_JNE, jne),
	BOTH_JUMPS(BPF_JSET, jset), BOTH_JUMPS(BPF_JGT, jgt), BOTH_JUMPS(BPF_JGE, jge), BOTH_JUMPS(BPF_JLT, jlt),
	BOTH_JUMPS(BPF_JLE, jle), BOTH_JUMPS(BPF_JSGT, jsgt), BOTH_JUMPS(BPF_JSGE, jsge), BOTH_JUMPS(BPF_JSLT, jslt),
	BOTH_JUMPS(BPF_JSLE, jsle) };

static void report(const char *what, unsigned int code, struct scalar a, struct scalar b, uint64_t x, uint64_t y)
{
	char text_a[256], text_b[256];

	scalar_format(text_a, sizeof(text_a), a, NULL);
	scalar_format(text_b, sizeof(text_b), b, NULL);
	print_message("%s %#x loses %#llx, %#llx of %s, %s\n", what, code, (unsigned long long)x, (unsigned long long)y,
		text_a, text_b);
}

/* --- small scalars: all ranges and known bits of 3 bits, moved to where something may overflow --- */

#define SMALL 3
#define SPAN (1 << SMALL)
#define MAX_MEMBERS (SPAN * 2)

struct small {
	struct scalar scalar;
	uint64_t members[MAX_MEMBERS];
	unsigned int n;
};

static struct small *make_small(size_t *ret_count)
{
	static const uint64_t bases[] = { 0, 0x7ffffffc, 0xfffffffc, 0x7ffffffffffffffc, -4ull };
	struct small *set = calloc(ARRAY_SIZE(bases) * (SPAN * SPAN + SPAN * SPAN), sizeof(*set));
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
		for (unsigned int low = 0; low < SPAN; low++)
			for (unsigned int other = 0; other < SPAN; other++) {
				struct small *small = &set[count];
				uint64_t base = bases[i];
				struct tnum bits = { (base & ~(uint64_t)(SPAN - 1)) | low, other };

				if (other >= low) { /* a range, which may pass from the greatest number to the least */
					if ((int64_t)(base + low) <= (int64_t)(base + other))
						small->scalar =
							scalar_srange((int64_t)(base + low), (int64_t)(base + other));
					else
						small->scalar = scalar_urange(base + low, base + other);
					for (unsigned int x = low; x <= other; x++)
						small->members[small->n++] = base + x;
					small = &set[++count];
				}
				if (!(low & other)) {
					small->scalar = scalar_unknown();
					small->scalar.var_off = bits;
					small->scalar = scalar_sync(small->scalar);
					for (unsigned int x = other;; x = (x - 1) & other) {
						small->members[small->n++] = bits.value + x;
						if (!x)
							break;
					}
					count++;
				}
			}
	*ret_count = count;
	return set;
}

static void small_alu(const struct alu_op *op, const struct small *a, const struct small *b)
{
	struct scalar result = scalar_alu(op->code, a->scalar, b->scalar);

	for (unsigned int i = 0; i < a->n; i++)
		for (unsigned int j = 0; j < b->n; j++) {
			if (scalar_contains(result, op->concrete(a->members[i], b->members[j])))
				continue;
			report("alu", op->code, a->scalar, b->scalar, a->members[i], b->members[j]);
			fail();
		}
}

static void small_jump(const struct jump_op *op, const struct small *a, const struct small *b)
{
	struct scalar_pair taken = scalar_branch(op->op, op->is32, true, a->scalar, b->scalar);
	struct scalar_pair not_taken = scalar_branch(op->op, op->is32, false, a->scalar, b->scalar);
	enum branch_outcome outcome = scalar_branch_outcome(op->op, op->is32, a->scalar, b->scalar);

	for (unsigned int i = 0; i < a->n; i++)
		for (unsigned int j = 0; j < b->n; j++) {
			uint64_t x = a->members[i], y = b->members[j];
			bool goes = op->concrete(x, y);
			const struct scalar_pair *pair = goes ? &taken : &not_taken;

			if (scalar_contains(pair->a, x) && scalar_contains(pair->b, y) &&
				(outcome == BRANCH_UNKNOWN || outcome == (int)goes))
				continue;
			report(op->is32 ? "jmp32" : "jmp", op->op, a->scalar, b->scalar, x, y);
			fail();
		}
}

static void small_scalars(void **state)
{
	struct small *set;
	size_t count;

	set = make_small(&count);
	assert_true(count > 250);
	for (size_t i = 0; i < count; i++) {
		for (unsigned int m = 0; m < set[i].n; m++)
			assert_true(scalar_contains(set[i].scalar, set[i].members[m]));
		for (size_t j = 0; j < count; j++) {
			for (size_t op = 0; op < ARRAY_SIZE(alu_ops); op++)
				small_alu(&alu_ops[op], &set[i], &set[j]);
			for (size_t op = 0; op < ARRAY_SIZE(jump_ops); op++)
				small_jump(&jump_ops[op], &set[i], &set[j]);
		}
	}
	free(set);
}

/* --- random scalars around a number --- */

static uint64_t seed = 1;

static uint64_t random_number(void)
{
	uint64_t x = test_random(&seed) >> test_random(&seed) % 64;

	return test_random(&seed) % 2 ? x : -x;
}

/* A scalar that x is in. Each view is unknown, or leaves some room around x. */
static struct scalar random_around(uint64_t x)
{
	struct scalar a = scalar_unknown();
	uint64_t views = test_random(&seed);

	if (views & 1) {
		a.var_off.mask = random_number() & random_number();
		a.var_off.value = x & ~a.var_off.mask;
	}
	if (views & 2) {
		if (__builtin_sub_overflow(x, (uint64_t)llabs((int64_t)random_number()), &a.umin))
			a.umin = 0;
		if (__builtin_add_overflow(x, (uint64_t)llabs((int64_t)random_number()), &a.umax))
			a.umax = UINT64_MAX;
	}
	if (views & 4) {
		if (__builtin_sub_overflow((int64_t)x, (int64_t)(random_number() >> 1), &a.smin))
			a.smin = INT64_MIN;
		if (__builtin_add_overflow((int64_t)x, (int64_t)(random_number() >> 1), &a.smax))
			a.smax = INT64_MAX;
	}
	if (views & 8) {
		if (__builtin_sub_overflow((uint32_t)x, (uint32_t)random_number() >> 1, &a.u32_min))
			a.u32_min = 0;
		if (__builtin_add_overflow((uint32_t)x, (uint32_t)random_number() >> 1, &a.u32_max))
			a.u32_max = UINT32_MAX;
	}
	if (views & 16) {
		if (__builtin_sub_overflow((int32_t)x, (int32_t)((uint32_t)random_number() >> 1), &a.s32_min))
			a.s32_min = INT32_MIN;
		if (__builtin_add_overflow((int32_t)x, (int32_t)((uint32_t)random_number() >> 1), &a.s32_max))
			a.s32_max = INT32_MAX;
	}
	return a;
}

static void random_scalars(void **state)
{
	for (unsigned int i = 0; i < 100000; i++) {
		uint64_t x = random_number(), y = random_number();
		struct scalar a, b;

		a = random_around(x);
		b = random_around(y);
		assert_true(scalar_contains(a, x) && scalar_contains(b, y));
		if (i % 4) {
			a = scalar_sync(a);
			b = scalar_sync(b);
			assert_true(scalar_contains(a, x) && scalar_contains(b, y));
			assert_true(scalar_is_sane(a) && scalar_is_sane(b));
		}
		for (size_t op = 0; op < ARRAY_SIZE(alu_ops); op++) {
			uint64_t result = alu_ops[op].concrete(x, y);

			if (scalar_contains(scalar_alu(alu_ops[op].code, a, b), result))
				continue;
			report("alu", alu_ops[op].code, a, b, x, y);
			fail();
		}
		small_jump(&jump_ops[i % ARRAY_SIZE(jump_ops)], &(struct small){ a, { x }, 1 },
			&(struct small){ b, { y }, 1 });
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tnum_mul_exhaustive),
		cmocka_unit_test(small_scalars),
		cmocka_unit_test(random_scalars),
	};

	if (argc > 1)
		mul_bits = strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
