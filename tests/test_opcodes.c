/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every opcode form at the edges of its values and displacements: what isa/semantics.h says, in the interpreter, in the
 * JIT, and in this machine's kernel.
 *
 * Cases are packed into programs of type SYSCALL, whose context is a buffer that they read operands from and leave
 * results in; so no verifier knows an operand, and every instruction is run. r6 points to the buffer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "insn_gen.h"
#include "isa/disasm.h"
#include "isa/encode.h"
#include "isa/eval.h"
#include "isa/flow.h"
#include "oracle.h"
#include "program.h"
#include "progs/skb.h"

#define CTX 6 /* the register */

static const uint64_t edges[] = {
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
	0xffff,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	0x180000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0x8000000000000001,
	0xffffffff7fffffff,
	0xffffffff80000000,
	0xfffffffffffffff9,
	0xfffffffffffffffe,
	0xffffffffffffffff,
	0x1122334455667788,
	0xfedcba9876543210,
};
#define N_EDGES ARRAY_SIZE(edges)

static const int32_t imm_edges[] = { 0, 1, 2, 7, 31, 32, 63, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, INT32_MAX,
	INT32_MIN, INT32_MIN + 1, -1, -2, -127, -128, -129, -32768, 0x12345678 };

/* Signed and unsigned bounds of one and two bytes, of what an x86 displacement takes, and of the field. */
static const int32_t displacements[] = { 0, 8, -8, 120, 128, 136, -120, -128, -136, 32760, -32768, 4096 };

#define MAX_RESULTS 3000
#define MAX_BRANCHES 600
#define MAX_INSNS 40000
#define RESULTS_AT (N_EDGES * 8)
#define CTX_SIZE (RESULTS_AT + MAX_RESULTS * 8)

static struct {
	struct bpf_insn insns[MAX_INSNS];
	uint32_t n_insns, n_results, n_branches;
	struct expectation {
		uint64_t value;
		struct bpf_insn insn; /* for the report */
	} expect[MAX_RESULTS];
	bool in_kernel; /* no instruction that only a verifier makes */
	uint64_t seed;
	unsigned n_cases, n_kernel_cases;
} batch;

static void put(struct bpf_insn insn)
{
	batch.insns[batch.n_insns++] = insn;
}

static void begin(void)
{
	batch.n_insns = batch.n_results = batch.n_branches = 0;
	batch.in_kernel = true;
	put(INSN_MOV64_X(CTX, 1));
}

static void check_results(const char *where, const uint8_t *context)
{
	for (uint32_t i = 0; i < batch.n_results; i++) {
		char text[DISASM_MAX];
		uint64_t value;

		memcpy(&value, context + RESULTS_AT + i * 8, sizeof(value));
		if (value == batch.expect[i].value)
			continue;
		disasm(text, sizeof(text), &batch.expect[i].insn, 1, NULL);
		fail_msg("%s, case %u of %u, %s: %#llx, not %#llx", where, i, batch.n_results, text,
			(unsigned long long)value, (unsigned long long)batch.expect[i].value);
	}
}

static void fill_context(uint8_t *context)
{
	memset(context, 0xa5, CTX_SIZE);
	memcpy(context, edges, sizeof(edges));
}

static void run_here(const char *where, enum exec_mode mode)
{
	static uint8_t context[CTX_SIZE];
	struct image *image;

	if (!program_mode_exists(mode))
		return;
	image = program_image(batch.insns, batch.n_insns);
	image->type = BPF_PROG_TYPE_SYSCALL;
	fill_context(context);
	assert_int_equal(program_run(image, mode, context, NULL), 0);
	check_results(where, context);
	image_free(image);
}

static void run_in_kernel(void)
{
	static uint8_t context[CTX_SIZE];
	static char log[1 << 16];
	struct oracle_prog prog = {
		.type = BPF_PROG_TYPE_SYSCALL, .insns = batch.insns, .n_insns = batch.n_insns, .flags = BPF_F_SLEEPABLE
	};
	struct oracle_run run = { .ctx_in = context, .ctx_in_size = CTX_SIZE };
	int fd = oracle_prog_load(&prog);

	if (fd < 0) {
		prog.log = log;
		prog.log_size = sizeof(log);
		oracle_prog_load(&prog);
		fail_msg("the kernel refuses: %d, %s", fd, log + (strlen(log) > 500 ? strlen(log) - 500 : 0));
	}
	fill_context(context);
	assert_int_equal(oracle_prog_run(fd, &run), 0);
	close(fd);
	check_results("kernel", context); /* this type of program writes to ctx_in */
	batch.n_kernel_cases += batch.n_results;
}

/* Runs the program, which is complete, and begins another. */
static void run_batch(void)
{
	run_here("interpreter", EXEC_INTERPRET);
	run_here("JIT", EXEC_JIT);
	if (batch.in_kernel && oracle_available() && oracle_release() >= RELEASE_REFERENCE)
		run_in_kernel();
	batch.n_cases += batch.n_results;
	begin();
}

static void flush(void)
{
	if (!batch.n_results) {
		begin();
		return;
	}
	put(INSN_MOV64_K(0, 0));
	put(INSN_EXIT());
	run_batch();
}

/* Room for one more case of at most 32 instructions with n results. */
static void room(uint32_t n_results, uint32_t n_branches)
{
	batch.n_branches += n_branches;
	if (batch.n_results + n_results > MAX_RESULTS || batch.n_branches > MAX_BRANCHES ||
		batch.n_insns + 40 > MAX_INSNS)
		flush();
}

/* reg = edges[index] */
static void put_operand(unsigned reg, size_t index)
{
	put(INSN_LDX(DW, reg, CTX, index * 8));
}

static void put_result(unsigned reg, uint64_t expect, const struct bpf_insn *insn)
{
	put(INSN_STX(DW, CTX, reg, RESULTS_AT + batch.n_results * 8));
	batch.expect[batch.n_results++] = (struct expectation){ expect, *insn };
}

/* r0 to r9 but for r6 */
static unsigned any_reg(void)
{
	unsigned reg = test_random(&batch.seed) % 9;

	return reg >= CTX ? reg + 1 : reg;
}

static bool is_jump(enum op op)
{
	return BPF_CLASS(op_rows[op].code) == BPF_JMP || BPF_CLASS(op_rows[op].code) == BPF_JMP32;
}

static void alu_case(enum op op, struct bpf_insn insn, size_t a, size_t b)
{
	bool same = insn.dst_reg == insn.src_reg && op_rows[op].src_field != FIELD_FIXED;
	uint64_t value;

	room(1, 0);
	if (!same && op_rows[op].src_field == FIELD_ANY)
		put_operand(insn.src_reg, b);
	put_operand(insn.dst_reg, a);
	assert_true(eval_alu(op, &insn, edges[a], same ? edges[a] : edges[b], &value));
	put(insn);
	put_result(insn.dst_reg, value, &insn);
}

/* 1 or 2, as the jump is taken or not. */
static void jump_case(enum op op, struct bpf_insn insn, size_t a, size_t b)
{
	bool same = insn.dst_reg == insn.src_reg && op_rows[op].src_field == FIELD_ANY, taken;
	unsigned result = any_reg();

	room(1, 1);
	if (!same && op_rows[op].src_field == FIELD_ANY)
		put_operand(insn.src_reg, b);
	put_operand(insn.dst_reg, a);
	assert_true(eval_jump(op, &insn, edges[a], same ? edges[a] : edges[b], &taken));
	insn.off = 2;
	put(insn);
	put(INSN_MOV64_K(result, 2));
	put(INSN_JA(1));
	put(INSN_MOV64_K(result, 1));
	put_result(result, taken ? 1 : 2, &insn);
}

/* Immediates that the kernel refuses: division by 0, shifts of the width or more. */
static bool refused(enum op op, int32_t imm)
{
	int width = BPF_CLASS(op_rows[op].code) == BPF_ALU ? 32 : 64;

	if (is_jump(op))
		return false;
	switch (BPF_OP(op_rows[op].code)) {
	case BPF_DIV:
	case BPF_MOD:
		return imm == 0;
	case BPF_LSH:
	case BPF_RSH:
	case BPF_ARSH:
		return imm < 0 || imm >= width;
	default:
		return false;
	}
}

static void value_case(enum op op, struct bpf_insn insn, size_t a, size_t b)
{
	if (is_jump(op))
		jump_case(op, insn, a, b);
	else
		alu_case(op, insn, a, b);
}

static void with_registers(enum op op)
{
	for (size_t a = 0; a < N_EDGES; a++) {
		for (size_t b = 0; b < N_EDGES; b++) {
			struct bpf_insn insn = insn_smallest(op);

			insn.dst_reg = any_reg();
			insn.src_reg = any_reg();
			value_case(op, insn, a, b);
		}
	}
}

static void with_immediates(enum op op)
{
	for (size_t a = 0; a < N_EDGES; a++) {
		for (size_t i = 0; i < ARRAY_SIZE(imm_edges); i++) {
			struct bpf_insn insn = insn_smallest(op);

			if (refused(op, imm_edges[i]))
				continue;
			insn.dst_reg = any_reg();
			insn.imm = imm_edges[i];
			value_case(op, insn, a, 0);
		}
	}
}

static void with_one_operand(enum op op)
{
	for (size_t a = 0; a < N_EDGES; a++) {
		struct bpf_insn insn = insn_smallest(op);

		insn.dst_reg = any_reg();
		if (op_rows[op].src_field == FIELD_SAME)
			insn.src_reg = insn.dst_reg;
		value_case(op, insn, a, 0);
	}
}

/* Every row that semantics.h gives a value to. */
static void arithmetic_and_conditional_jumps(void **state)
{
	unsigned n_rows = 0;

	batch.n_cases = batch.n_kernel_cases = 0;
	begin();
	for (enum op op = 0; op < OP_COUNT; op++) {
		struct bpf_insn insn = insn_smallest(op);
		uint64_t value;
		bool taken;

		if (!eval_alu(op, &insn, 0, 0, &value) && !eval_jump(op, &insn, 0, 0, &taken))
			continue;
		n_rows++;
		if (op_rows[op].status == OP_INTERNAL) {
			flush();
			batch.in_kernel = false;
		}
		if (op_rows[op].src_field == FIELD_ANY)
			with_registers(op);
		else if (op_rows[op].imm_field == FIELD_ANY)
			with_immediates(op);
		else
			with_one_operand(op);
		if (op_rows[op].status == OP_INTERNAL)
			flush();
	}
	flush();
	print_message("%u rows, %u cases, %u of them in the kernel\n", n_rows, batch.n_cases, batch.n_kernel_cases);
	assert_true(n_rows > 110 && batch.n_cases > 50000);
}

/* base = r10 - 16 - displacement, so that an access at the displacement falls on r10 - 16. */
static void put_base(unsigned reg, int32_t displacement)
{
	put(INSN_MOV64_X(reg, REG_FP));
	put(INSN_ALU64_K(ADD, reg, -16 - displacement));
}

static uint64_t low_bytes(uint64_t value, unsigned size)
{
	return size == 8 ? value : value & ((1ull << size * 8) - 1);
}

/* What remains of old when its low bytes are written. */
static uint64_t merged(uint64_t old, uint64_t value, unsigned size)
{
	return (old ^ low_bytes(old, size)) | low_bytes(value, size);
}

static uint64_t loaded(enum op op, uint64_t value, unsigned size)
{
	uint64_t low = low_bytes(value, size);

	switch (op) {
	case OP_LDSX_B:
		return (int64_t)(int8_t)low;
	case OP_LDSX_H:
		return (int64_t)(int16_t)low;
	case OP_LDSX_W:
		return (int64_t)(int32_t)low;
	default:
		return low;
	}
}

static void load_case(enum op op, struct bpf_insn insn, size_t a)
{
	unsigned size = insn_access_size(&insn), scratch = any_reg();

	room(1, 0);
	put_operand(scratch, a);
	put(INSN_STX(DW, REG_FP, scratch, -16));
	put_base(insn.src_reg, insn.off);
	put(insn);
	put_result(insn.dst_reg, loaded(op, edges[a], size), &insn);
}

/* stores: the value that is written is of a register or of the instruction */
static void store_case(struct bpf_insn insn, size_t old, size_t a)
{
	unsigned size = insn_access_size(&insn), scratch = any_reg();
	bool is_imm = BPF_CLASS(insn.code) == BPF_ST;

	room(1, 0);
	put_operand(scratch, old);
	put(INSN_STX(DW, REG_FP, scratch, -16));
	put_base(insn.dst_reg, insn.off);
	if (!is_imm)
		put_operand(insn.src_reg, a);
	put(insn);
	put(INSN_LDX(DW, scratch, REG_FP, -16));
	put_result(scratch, merged(edges[old], is_imm ? (uint64_t)(int64_t)insn.imm : edges[a], size), &insn);
}

/* Two registers that differ; atomic operations leave r0 to CMPXCHG. */
static void two_registers(struct bpf_insn *insn, bool but_r0)
{
	do {
		insn->dst_reg = any_reg();
		insn->src_reg = any_reg();
	} while (insn->dst_reg == insn->src_reg || (but_r0 && (!insn->dst_reg || !insn->src_reg)));
}

static uint64_t atomic_result(int32_t imm, uint64_t old, uint64_t operand, uint64_t expected, unsigned size)
{
	switch (imm & ~BPF_FETCH) {
	case BPF_ADD:
		return old + operand;
	case BPF_OR:
		return old | operand;
	case BPF_AND:
		return old & operand;
	case BPF_XOR:
		return old ^ operand;
	case BPF_XCHG & ~BPF_FETCH:
		return operand;
	case BPF_CMPXCHG & ~BPF_FETCH:
		return low_bytes(old, size) == low_bytes(expected, size) ? operand : old;
	default:
		fail_msg("no atomic operation %#x", imm);
		return 0;
	}
}

/* Memory holds edges[a], the operand is edges[b], r0 of CMPXCHG is edges[c]. Results: memory, source register, r0. */
static void atomic_case(struct bpf_insn insn, size_t a, size_t b, size_t c)
{
	unsigned size = insn_access_size(&insn);
	bool compares = insn.imm == BPF_CMPXCHG;
	uint64_t memory = merged(edges[a], atomic_result(insn.imm, edges[a], edges[b], edges[c], size), size);
	uint64_t source = insn.imm & BPF_FETCH && !compares ? low_bytes(edges[a], size) : edges[b];

	room(3, 0);
	put_operand(insn.src_reg, a);
	put(INSN_STX(DW, REG_FP, insn.src_reg, -16));
	put_base(insn.dst_reg, insn.off);
	put_operand(insn.src_reg, b);
	if (compares)
		put_operand(0, c);
	put(insn);
	put_result(insn.src_reg, source, &insn);
	if (compares)
		put_result(0, low_bytes(edges[a], size), &insn);
	put(INSN_LDX(DW, insn.dst_reg, REG_FP, -16));
	put_result(insn.dst_reg, memory, &insn);
}

static void atomic_cases(enum op op, int32_t displacement)
{
	struct bpf_insn insn = insn_smallest(op);

	insn.off = displacement;
	for (size_t a = 0; a < N_EDGES; a++) {
		for (size_t b = a % 3; b < N_EDGES; b += 3) {
			two_registers(&insn, insn.imm == BPF_CMPXCHG);
			atomic_case(insn, a, b, b % 2 ? a : (a + 1) % N_EDGES);
		}
	}
}

static void memory_cases(enum op op, int32_t displacement)
{
	struct bpf_insn insn = insn_smallest(op);

	insn.off = displacement;
	for (size_t a = 0; a < N_EDGES; a++) {
		two_registers(&insn, false);
		if (op == OP_LOAD_ACQ_B || op == OP_LOAD_ACQ_H || op == OP_LOAD_ACQ_W || op == OP_LOAD_ACQ_DW ||
			BPF_CLASS(insn.code) == BPF_LDX) {
			load_case(op, insn, a);
		} else if (BPF_CLASS(insn.code) == BPF_ST) {
			insn.src_reg = 0;
			insn.imm = imm_edges[a % ARRAY_SIZE(imm_edges)];
			store_case(insn, (a + 5) % N_EDGES, 0);
		} else {
			store_case(insn, (a + 5) % N_EDGES, a);
		}
	}
}

/* Loads, stores and atomic operations, on the stack. */
static void memory(void **state)
{
	unsigned n_rows = 0;

	batch.n_cases = batch.n_kernel_cases = 0;
	begin();
	for (enum op op = 0; op < OP_COUNT; op++) {
		struct bpf_insn insn = insn_smallest(op);
		bool ordered = insn.imm == BPF_LOAD_ACQ || insn.imm == BPF_STORE_REL;

		if (!insn_access_size(&insn) || BPF_CLASS(insn.code) == BPF_LD || op_rows[op].status == OP_INTERNAL)
			continue;
		n_rows++;
		for (size_t i = 0; i < ARRAY_SIZE(displacements); i++) {
			if (BPF_MODE(insn.code) == BPF_ATOMIC && BPF_CLASS(insn.code) == BPF_STX && !ordered)
				atomic_cases(op, displacements[i]);
			else
				memory_cases(op, displacements[i]);
		}
	}
	flush();
	print_message("%u rows, %u cases, %u of them in the kernel\n", n_rows, batch.n_cases, batch.n_kernel_cases);
	assert_true(n_rows == 43 && batch.n_cases > 50000);
}

/* Wide loads, goto, gotol, may_goto, calls and returns: what is left of control flow. */
static void other_forms(void **state)
{
	struct bpf_insn insn;

	batch.n_cases = 0;
	begin();
	for (size_t a = 0; a < N_EDGES; a++) {
		const struct bpf_insn wide[2] = { INSN_LD_IMM64(0, edges[a]) };

		room(1, 0);
		insn = wide[0];
		insn.dst_reg = any_reg();
		put(insn);
		put(wide[1]);
		put_result(insn.dst_reg, edges[a], &insn);
	}
	put(INSN_MOV64_K(1, 1));
	put(INSN_JA(2)); /* to the gotol */
	put(INSN_ALU64_K(LSH, 1, 8)); /* and back here */
	put(INSN_JA(1));
	insn = INSN_JA32(-3);
	put(insn);
	put_result(1, 1 << 8, &insn);

	/* may_goto goes on for a while, whatever its budget is. */
	put(INSN_MOV64_K(1, 0));
	insn = INSN_MAY_GOTO(2);
	put(insn);
	put(INSN_MOV64_K(1, 1));
	put(INSN_JA(0));
	put_result(1, 1, &insn);

	/* Callee-saved registers and the frame survive a call; arguments and the result pass. */
	put(INSN_MOV64_K(7, 70));
	put(INSN_MOV64_K(8, 80));
	put(INSN_MOV64_K(9, 90));
	put(INSN_ST(DW, REG_FP, -8, 100));
	for (int reg = 1; reg <= 5; reg++)
		put(INSN_MOV64_K(reg, reg));
	uint32_t call = batch.n_insns;
	insn = INSN_CALL_LOCAL(0);
	put(insn);
	put_result(0, 1 + 2 + 3 + 4 + 5 + 1000, &insn);
	put_result(7, 70, &insn);
	put_result(8, 80, &insn);
	put_result(9, 90, &insn);
	put(INSN_LDX(DW, 1, REG_FP, -8));
	put_result(1, 100, &insn);
	put(INSN_MOV64_K(0, 0));
	put(INSN_EXIT());
	batch.insns[call].imm = batch.n_insns - call - 1;
	put(INSN_MOV64_K(6, 1000));
	put(INSN_ST(DW, REG_FP, -8, 7));
	put(INSN_LDX(DW, 7, REG_FP, -8));
	put(INSN_MOV64_X(0, 6));
	for (int reg = 1; reg <= 5; reg++)
		put(INSN_ALU64_X(ADD, 0, reg));
	put(INSN_MOV64_X(8, 0));
	put(INSN_MOV64_X(9, 0));
	put(INSN_EXIT());
	run_batch();
	assert_int_equal(batch.n_cases, N_EDGES + 1 + 1 + 5);
}

static uint32_t packet_load_here(
	const struct bpf_insn *insns, uint32_t n, enum exec_mode mode, uint8_t *packet, uint32_t size)
{
	struct image *image = program_image(insns, n);
	struct skb skb = { .data = packet,
		.data_end = packet + size,
		.data_meta = packet,
		.len = size,
		.head = packet,
		.buffer_end = packet + size,
		.network_offset = 14,
		.transport_offset = 0xffff };
	uint32_t value;

	image->type = BPF_PROG_TYPE_SCHED_CLS;
	value = program_run(image, mode, &skb, NULL);
	image_free(image);
	return value;
}

/* Offsets from here count from the network header, and from the link header. */
#define NET_OFFSET (-0x100000)
#define LINK_OFFSET (-0x200000)

static uint32_t packet_value(const uint8_t *packet, int64_t packet_size, int64_t offset, unsigned size)
{
	uint32_t value = 0;

	if (offset < LINK_OFFSET)
		return 0;
	if (offset < NET_OFFSET)
		offset -= LINK_OFFSET;
	else if (offset < 0)
		offset += 14 - NET_OFFSET;
	for (unsigned b = 0; offset + size <= packet_size && b < size; b++)
		value = value << 8 | packet[offset + b];
	return value;
}

/* Legacy packet loads: inside, at both ends and outside of a packet; outside the program ends and returns 0. */
static void packet_loads(void **state)
{
	static const enum op ops[] = { OP_LD_ABS_W, OP_LD_ABS_H, OP_LD_ABS_B, OP_LD_IND_W, OP_LD_IND_H, OP_LD_IND_B };
	const int32_t net = NET_OFFSET, link = LINK_OFFSET;
	uint8_t packet[64];
	const int32_t offsets[] = { 0, 1, 13, 14, 59, 60, 61, 62, 63, 64, 65, INT32_MAX, INT32_MIN, -1, net, net + 1,
		net + 48, net + 49, net + 50, net - 1, link, link + 1, link + 60, link + 63, link + 64, link - 1 };

	for (unsigned i = 0; i < sizeof(packet); i++)
		packet[i] = 0x80 + i;
	for (size_t o = 0; o < ARRAY_SIZE(ops); o++) {
		for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
			bool indirect = o >= 3;
			int32_t index = indirect ? offsets[i] / 2 : 0;
			struct bpf_insn insns[] = {
				INSN_MOV64_X(6, 1),
				INSN_MOV32_K(7, index),
				insn_of(ops[o], 0, indirect ? 7 : 0, 0, offsets[i] - index),
				INSN_EXIT(),
			};
			uint32_t n = ARRAY_SIZE(insns), values[3] = { 0 };
			unsigned size = insn_access_size(&insns[2]);
			struct oracle_run run = { .data_in = packet, .data_in_size = sizeof(packet) };
			int fd;

			values[0] = packet_value(packet, sizeof(packet), offsets[i], size);
			values[1] = packet_load_here(insns, n, EXEC_INTERPRET, packet, sizeof(packet));
			values[2] = program_mode_exists(EXEC_JIT)
					    ? packet_load_here(insns, n, EXEC_JIT, packet, sizeof(packet))
					    : values[1];
			if (values[1] != values[0] || values[2] != values[0])
				fail_msg("%s at %d: %#x, interpreter %#x, JIT %#x", op_name(ops[o]), offsets[i],
					values[0], values[1], values[2]);
			if (!oracle_available())
				continue;
			fd = oracle_prog_load(
				&(struct oracle_prog){ .type = BPF_PROG_TYPE_SCHED_CLS, .insns = insns, .n_insns = n });
			assert_true(fd >= 0);
			assert_int_equal(oracle_prog_run(fd, &run), 0);
			close(fd);
			if (run.retval != values[0])
				fail_msg("%s at %d: %#x, kernel %#x", op_name(ops[o]), offsets[i], values[0],
					run.retval);
		}
	}
}

/* No form of the table is left without a test, here or where the reason says. */
static void every_row_has_its_test(void **state)
{
	for (enum op op = 0; op < OP_COUNT; op++) {
		struct bpf_insn insn = insn_smallest(op);
		uint64_t value;
		bool taken;

		if (op_rows[op].status == OP_INTERNAL || op_rows[op].status == OP_RESERVED ||
			op_rows[op].since > RELEASE_REFERENCE)
			continue;
		if (eval_alu(op, &insn, 0, 0, &value) || eval_jump(op, &insn, 0, 0, &taken) || insn_access_size(&insn))
			continue; /* the tests above go over all such rows */
		switch (op) {
		case OP_JA:
		case OP_JA32:
		case OP_MAY_GOTO:
		case OP_CALL_LOCAL:
		case OP_EXIT:
		case OP_LD_IMM64:
			continue; /* other_forms */
		case OP_LD_MAP_FD:
		case OP_LD_MAP_VALUE:
		case OP_LD_MAP_IDX:
		case OP_LD_MAP_IDX_VALUE:
		case OP_LD_BTF_ID:
		case OP_LD_FUNC:
		case OP_CALL_HELPER:
		case OP_CALL_KFUNC:
			continue; /* a value of the process, not of the instruction */
		case OP_ADDR_SPACE_CAST:
			continue; /* needs an arena */
		default:
			fail_msg("%s has no test", op_name(op));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_its_test),
		cmocka_unit_test(arithmetic_and_conditional_jumps),
		cmocka_unit_test(memory),
		cmocka_unit_test(other_forms),
		cmocka_unit_test(packet_loads),
	};

	batch.seed = 6;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
