/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads, stores and atomics of every size; loads that fault; legacy packet loads, as this machine's kernel does them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/fault.h"
#include "base/macros.h"
#include "exec_modes.h"
#include "oracle.h"
#include "progs/skb.h"

static const enum op loads[] = { OP_LDX_B, OP_LDX_H, OP_LDX_W, OP_LDX_DW };
static const enum op signed_loads[] = { OP_LDSX_B, OP_LDSX_H, OP_LDSX_W };
static const enum op acquire_loads[] = { OP_LOAD_ACQ_B, OP_LOAD_ACQ_H, OP_LOAD_ACQ_W, OP_LOAD_ACQ_DW };
static const enum op probes[] = { OP_PROBE_MEM_B, OP_PROBE_MEM_H, OP_PROBE_MEM_W, OP_PROBE_MEM_DW };
static const enum op signed_probes[] = { OP_PROBE_MEMSX_B, OP_PROBE_MEMSX_H, OP_PROBE_MEMSX_W };
static const enum op stores[] = { OP_STX_B, OP_STX_H, OP_STX_W, OP_STX_DW };
static const enum op constant_stores[] = { OP_ST_B, OP_ST_H, OP_ST_W, OP_ST_DW };
static const enum op release_stores[] = { OP_STORE_REL_B, OP_STORE_REL_H, OP_STORE_REL_W, OP_STORE_REL_DW };

static const int offsets[] = { 0, 8, 16, 120, 128, 1024, -8, -128, -136, -1024, 32760, -32768 };

/* Memory whose middle an offset of 16 bits never leaves. */
static uint8_t memory[1 << 17] __attribute__((aligned(64)));
#define MIDDLE (memory + sizeof(memory) / 2)

static uint64_t value_at(const uint8_t *at, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, at, size);
	return value;
}

static uint64_t extend(uint64_t value, unsigned size)
{
	unsigned shift = 64 - 8 * size;

	return (uint64_t)((int64_t)(value << shift) >> shift);
}

static void check_load(enum exec_mode mode, enum op op, unsigned size, bool is_signed)
{
	for (unsigned i = 0; i < ARRAY_SIZE(offsets); i++)
		for (unsigned sign = 0; sign < 2; sign++) {
			uint8_t *at = MIDDLE + offsets[i];

			memset(at - 8, 0xee, 24);
			for (unsigned b = 0; b < size; b++)
				at[b] = 0x11 * (b + 1);
			at[size - 1] |= sign ? 0x80 : 0;
			uint64_t expected = value_at(at, size);

			if (is_signed)
				expected = extend(expected, size);
			/* Into another register, and into the address's own. */
			assert_int_equal(RUN(mode, MIDDLE, NULL, I(MOV_K, 0, 0, 0, -1),
						 insn_of(op, 0, 1, offsets[i], 0), EXIT_INSN),
				expected);
			assert_int_equal(RUN(mode, MIDDLE, NULL, insn_of(op, 1, 1, offsets[i], 0), I(MOV_X, 0, 1, 0, 0),
						 EXIT_INSN),
				expected);
		}
}

static void test_loads(void **state)
{
	assert_int_equal(fault_install(), 0);
	for (unsigned i = 0; i < 4; i++) {
		check_load(mode_of(state), loads[i], 1 << i, false);
		check_load(mode_of(state), acquire_loads[i], 1 << i, false);
		check_load(mode_of(state), probes[i], 1 << i, false);
		if (i == 3)
			break;
		check_load(mode_of(state), signed_loads[i], 1 << i, true);
		check_load(mode_of(state), signed_probes[i], 1 << i, true);
	}
}

static void check_store(enum exec_mode mode, enum op op, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < ARRAY_SIZE(offsets); i++) {
		uint8_t *at = MIDDLE + offsets[i];

		memset(at - 8, 0xee, 24);
		RUN(mode, MIDDLE, NULL, WIDE(LD_IMM64, 2, value), insn_of(op, 1, 2, offsets[i], (int32_t)value),
			EXIT_INSN);
		assert_memory_equal(at, &value, size);
		for (unsigned b = 0; b < 8; b++)
			assert_true(at[-1 - (int)b] == 0xee && at[size + b] == 0xee);
	}
}

static void test_stores(void **state)
{
	for (unsigned i = 0; i < 4; i++) {
		check_store(mode_of(state), stores[i], 1 << i, 0x8877665544332211);
		check_store(mode_of(state), release_stores[i], 1 << i, 0x8877665544332211);
		check_store(mode_of(state), constant_stores[i], 1 << i, 0x12345678);
		check_store(mode_of(state), constant_stores[i], 1 << i, (uint64_t)-2023406815);
	}
}

/* Base registers need different encodings in machine code. */
static void test_base_registers(void **state)
{
	for (unsigned base = 1; base < REG_FP; base++)
		for (unsigned reg = 0; reg < REG_FP; reg++) {
			memset(MIDDLE, 0, 64);
			uint64_t result = RUN(mode_of(state), MIDDLE, NULL, I(MOV_X, base, 1, 0, 0),
				I(ST_DW, base, 0, 8, 5), I(MOV_X, 0, base, 0, 0), I(STX_DW, 0, base, 16, 0),
				I(LDX_DW, reg, base, 8, 0), I(MOV_X, 0, reg, 0, 0), EXIT_INSN);

			assert_int_equal(result, 5);
			assert_int_equal(value_at(MIDDLE + 16, 8), (uintptr_t)MIDDLE);
		}
}

/* What each atomic leaves in memory, in the source register and in r0. */
struct atomic_case {
	enum op op32, op64;
	uint64_t memory, source, r0; /* before */
	uint64_t memory_after, source_after, r0_after; /* of the 64-bit form; of the 32-bit form see test_atomics() */
};

#define A 0x1111111187654321u
#define B 0x22222222fedcba98u
static const struct atomic_case atomic_cases[] = {
	{ OP_ATOMIC32_ADD, OP_ATOMIC64_ADD, A, B, 9, A + B, B, 9 },
	{ OP_ATOMIC32_OR, OP_ATOMIC64_OR, A, B, 9, A | B, B, 9 },
	{ OP_ATOMIC32_AND, OP_ATOMIC64_AND, A, B, 9, A &B, B, 9 },
	{ OP_ATOMIC32_XOR, OP_ATOMIC64_XOR, A, B, 9, A ^ B, B, 9 },
	{ OP_ATOMIC32_FETCH_ADD, OP_ATOMIC64_FETCH_ADD, A, B, 9, A + B, A, 9 },
	{ OP_ATOMIC32_FETCH_OR, OP_ATOMIC64_FETCH_OR, A, B, 9, A | B, A, 9 },
	{ OP_ATOMIC32_FETCH_AND, OP_ATOMIC64_FETCH_AND, A, B, 9, A &B, A, 9 },
	{ OP_ATOMIC32_FETCH_XOR, OP_ATOMIC64_FETCH_XOR, A, B, 9, A ^ B, A, 9 },
	{ OP_ATOMIC32_XCHG, OP_ATOMIC64_XCHG, A, B, 9, B, A, 9 },
	{ OP_ATOMIC32_CMPXCHG, OP_ATOMIC64_CMPXCHG, A, B, A, B, B, A },
	{ OP_ATOMIC32_CMPXCHG, OP_ATOMIC64_CMPXCHG, A, B, 9, A, B, A },
};

static void check_atomic(enum exec_mode mode, const struct atomic_case *c, bool wide, unsigned src, int off)
{
	enum op op = wide ? c->op64 : c->op32;
	uint8_t *at = MIDDLE + off;
	uint64_t after[2], high = wide ? 0 : UINT32_MAX;
	/* A 32-bit form leaves the upper half of the memory, and clears that of what it fetched. */
	uint64_t expected_memory = wide ? c->memory_after : (c->memory & ~high) | (c->memory_after & high);
	bool fetches_source = op_rows[op].imm & BPF_FETCH && op_rows[op].imm != BPF_CMPXCHG;
	bool fetches_r0 = op_rows[op].imm == BPF_CMPXCHG;
	uint64_t expected_source = !wide && fetches_source ? (uint32_t)c->source_after : c->source_after;
	uint64_t expected_r0 = !wide && fetches_r0 ? (uint32_t)c->r0_after : c->r0_after;

	memcpy(at, &c->memory, 8);
	/* r9 has the context; the results go behind it. */
	RUN(mode, MIDDLE, NULL, I(MOV_X, 9, 1, 0, 0), WIDE(LD_IMM64, 0, c->r0), WIDE(LD_IMM64, src, c->source),
		insn_of(op, 9, src, off, 0), I(STX_DW, 9, src, 4096, 0), I(STX_DW, 9, 0, 4104, 0), EXIT_INSN);
	memcpy(after, MIDDLE + 4096, sizeof(after));
	if (value_at(at, 8) != expected_memory || after[0] != expected_source || after[1] != expected_r0)
		fail_msg("%s r%u: memory %#lx, source %#lx, r0 %#lx; not %#lx, %#lx, %#lx", op_name(op), src,
			value_at(at, 8), after[0], after[1], expected_memory, expected_source, expected_r0);
}

static void test_atomics(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(atomic_cases); i++)
		for (unsigned src = 1; src < 9; src++)
			for (unsigned wide = 0; wide < 2; wide++) {
				check_atomic(mode_of(state), &atomic_cases[i], wide, src, 8);
				check_atomic(mode_of(state), &atomic_cases[i], wide, src, -1024);
			}
}

/* A probe of nothing gives 0, and the program goes on. */
static void test_probe_faults(void **state)
{
	static const uint64_t bad[] = { 0, 8, 0x800000000000, 0xdeadbeefdeadbeef, UINT64_MAX - 7 };

	assert_int_equal(fault_install(), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		for (unsigned p = 0; p < ARRAY_SIZE(probes); p++)
			for (unsigned reg = 0; reg < REG_FP; reg++) {
				unsigned base = (reg + 1) % REG_FP;

				assert_int_equal(RUN(mode_of(state), NULL, NULL, WIDE(LD_IMM64, base, bad[i]),
							 I(MOV_K, reg, 0, 0, -1), insn_of(probes[p], reg, base, 0, 0),
							 I(ADD_K, reg, 0, 0, 42), I(MOV_X, 0, reg, 0, 0), EXIT_INSN),
					42);
				/* The address's own register. */
				assert_int_equal(
					RUN(mode_of(state), NULL, NULL, WIDE(LD_IMM64, reg, bad[i]),
						insn_of(probes[p], reg, reg, 0, 0), I(MOV_X, 0, reg, 0, 0), EXIT_INSN),
					0);
			}
	for (unsigned p = 0; p < ARRAY_SIZE(signed_probes); p++)
		assert_int_equal(RUN(mode_of(state), NULL, NULL, I(MOV_K, 1, 0, 0, 0), I(MOV_K, 0, 0, 0, 5),
					 insn_of(signed_probes[p], 0, 1, 0, 0), EXIT_INSN),
			0);
}

/* Packets of TEST_RUN as a SCHED_CLS program sees them: the network header is behind the Ethernet header. */
#define PACKET_SIZE 64
static uint8_t packet[PACKET_SIZE];

static uint64_t run_packet(enum exec_mode mode, const struct bpf_insn *insns, uint32_t n)
{
	struct skb skb = { .data = packet,
		.data_end = packet + PACKET_SIZE,
		.head = packet,
		.len = PACKET_SIZE,
		.network_offset = 14 };

	return run_insns(mode, insns, n, &skb, NULL);
}

/* The loaded value, or 0xbad if the program went on after a load outside. */
static void check_packet(enum exec_mode mode, enum op op, int32_t offset, int64_t index)
{
	const struct bpf_insn insns[] = { I(MOV_X, 6, 1, 0, 0), WIDE(LD_IMM64, 7, index), I(MOV_K, 0, 0, 0, 0xbad),
		insn_of(op, 0, 7, 0, offset), EXIT_INSN };
	struct oracle_prog prog = { .type = BPF_PROG_TYPE_SCHED_CLS, .insns = insns, .n_insns = ARRAY_SIZE(insns) };
	struct oracle_run run = { .data_in = packet, .data_in_size = sizeof(packet) };
	int fd = oracle_prog_load(&prog);

	assert_true(fd >= 0);
	assert_int_equal(oracle_prog_run(fd, &run), 0);
	close(fd);
	uint64_t result = run_packet(mode, insns, ARRAY_SIZE(insns));

	if (result != run.retval)
		fail_msg("%s at %d, index %ld: %#lx, the kernel %#x", op_name(op), offset, index, result, run.retval);
}

static void test_packet_loads(void **state)
{
	static const int32_t places[] = { 0, 1, 13, 14, 59, 60, 61, 62, 63, 64, 65, 1000, INT32_MAX, INT32_MAX - 1, -1,
		-4, -0x1000, -0x1000 + 4, -0x100000, -0x100000 + 10, -0x100000 + 46, -0x100000 + 49, -0x100000 + 50,
		-0x100000 - 1, -0x200000, -0x200000 + 14, -0x200000 + 60, -0x200000 + 63, -0x200000 + 64, -0x200000 - 1,
		INT32_MIN };
	static const int64_t indices[] = { 0, 1, 40, 60, 64, 0x100000000, 0x100000001, -1, 0x7fffffff, -0x100000,
		0x7fffffff00000000, INT64_MIN };
	static const enum op absolute[] = { OP_LD_ABS_B, OP_LD_ABS_H, OP_LD_ABS_W };
	static const enum op indirect[] = { OP_LD_IND_B, OP_LD_IND_H, OP_LD_IND_W };

	ORACLE_OR_SKIP();
	for (unsigned i = 0; i < PACKET_SIZE; i++)
		packet[i] = 0x80 + 3 * i;
	for (unsigned size = 0; size < 3; size++)
		for (unsigned p = 0; p < ARRAY_SIZE(places); p++) {
			check_packet(mode_of(state), absolute[size], places[p], 0);
			for (unsigned i = 0; i < ARRAY_SIZE(indices); i++)
				check_packet(mode_of(state), indirect[size], places[p], indices[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loads),
		cmocka_unit_test(test_stores),
		cmocka_unit_test(test_base_registers),
		cmocka_unit_test(test_atomics),
		cmocka_unit_test(test_probe_faults),
		cmocka_unit_test(test_packet_loads),
	};

	return run_in_modes(tests, ARRAY_SIZE(tests));
}
