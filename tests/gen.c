/* SPDX-License-Identifier: BSD-2-Clause */
#include "gen.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "insn_gen.h"
#include "isa/eval.h"
#include "program.h"

#define MAX_FUNCTIONS 5
#define CALLS_EACH 3 /* of one function, and one more so that every function is called */
#define MAX_CALLS (MAX_FUNCTIONS * (CALLS_EACH + 1))

/* Where the registers and the stack are left in the value. */
#define OUT_REGISTERS (GEN_INPUTS * 8)
#define OUT_STACK (OUT_REGISTERS + 9 * 8)

#define REG_PACKET 6 /* of a main program that loads from the packet */
#define REG_MAP 9

struct gen {
	uint64_t seed;
	struct bpf_insn *insns;
	uint32_t n;
	uint16_t scalars; /* registers that hold numbers, a bit each */
	uint16_t locked; /* those that must keep their value: counters of loops */
	unsigned slots; /* 8-byte words of stack that this function has */
	unsigned function, n_functions; /* the one being made, and how many there are; 0 is the main program */
	unsigned calls_left; /* of this function */
	bool has_packet;
	struct {
		uint32_t insn;
		unsigned function;
	} calls[MAX_CALLS];
	unsigned n_calls;
};

static uint64_t below(struct gen *gen, uint64_t limit)
{
	return test_random(&gen->seed) % limit;
}

static bool chance(struct gen *gen, unsigned percent)
{
	return below(gen, 100) < percent;
}

static void emit(struct gen *gen, struct bpf_insn insn)
{
	assert(gen->n < GEN_ROOM);
	gen->insns[gen->n++] = insn;
}

static void emit_wide(struct gen *gen, unsigned dst, unsigned src, uint64_t value)
{
	struct bpf_insn first = I(LD_IMM64, dst, 0, 0, (int32_t)value);

	first.src_reg = src;
	emit(gen, first);
	emit(gen, (struct bpf_insn){ .imm = (int32_t)(value >> 32) });
}

/* Values at the edges of what instructions tell apart, and any. */
static uint64_t number(struct gen *gen)
{
	uint64_t value = 1ull << below(gen, 64);

	switch (below(gen, 7)) {
	case 0:
		return value;
	case 1:
		return value - 1;
	case 2:
		return -value;
	case 3:
		return below(gen, 256);
	case 4:
		return (uint32_t)test_random(&gen->seed);
	case 5:
		return (uint64_t)(int64_t)(int32_t)test_random(&gen->seed);
	default:
		return test_random(&gen->seed);
	}
}

static unsigned pick(struct gen *gen, uint16_t set)
{
	unsigned nth = below(gen, (unsigned)__builtin_popcount(set));

	for (unsigned reg = 0;; reg++)
		if (set >> reg & 1 && nth-- == 0)
			return reg;
}

static unsigned any_dst(struct gen *gen)
{
	return pick(gen, gen->scalars & ~gen->locked);
}

static unsigned any_src(struct gen *gen)
{
	return pick(gen, gen->scalars);
}

static void put_number(struct gen *gen, unsigned reg)
{
	switch (below(gen, 4)) {
	case 0:
		emit(gen, I(MOV_K, reg, 0, 0, (int32_t)number(gen)));
		break;
	case 1:
		emit(gen, I(MOV32_K, reg, 0, 0, (int32_t)number(gen)));
		break;
	case 2:
		emit_wide(gen, reg, 0, number(gen));
		break;
	default:
		emit(gen, I(LDX_DW, reg, REG_MAP, 8 * below(gen, GEN_INPUTS), 0));
		break;
	}
}

/* After a call or a packet load: the argument registers hold nothing. */
static void refill_arguments(struct gen *gen)
{
	for (unsigned reg = 1; reg <= 5; reg++)
		put_number(gen, reg);
}

/* A row of the table at random, of those that the predicate takes. */
static enum op any_row(struct gen *gen, bool (*takes)(enum op op))
{
	enum op op;

	do
		op = below(gen, OP_COUNT);
	while (!takes(op));
	return op;
}

static bool is_alu(enum op op)
{
	struct bpf_insn insn = insn_smallest(op);
	uint64_t value;

	return op_rows[op].status == OP_STD && eval_alu(op, &insn, 0, 0, &value);
}

static bool is_conditional(enum op op)
{
	struct bpf_insn insn = insn_smallest(op);
	bool taken;

	return eval_jump(op, &insn, 0, 0, &taken);
}

static bool is_load(enum op op)
{
	uint8_t code = op_rows[op].code;

	return BPF_CLASS(code) == BPF_LDX && (BPF_MODE(code) == BPF_MEM || BPF_MODE(code) == BPF_MEMSX);
}

static bool is_store(enum op op)
{
	uint8_t code = op_rows[op].code;

	return (BPF_CLASS(code) == BPF_ST || BPF_CLASS(code) == BPF_STX) && BPF_MODE(code) == BPF_MEM;
}

static bool is_atomic(enum op op)
{
	uint8_t code = op_rows[op].code;

	return BPF_CLASS(code) == BPF_STX && BPF_MODE(code) == BPF_ATOMIC && op_rows[op].status != OP_INTERNAL;
}

static bool is_fetch(enum op op)
{
	return is_atomic(op) && op_rows[op].imm & BPF_FETCH;
}

static bool is_packet_load(enum op op)
{
	return op_rows[op].group == GROUP_PACKET;
}

static unsigned access_size(enum op op)
{
	static const uint8_t sizes[] = { 4, 2, 1, 8 };

	return sizes[BPF_SIZE(op_rows[op].code) >> 3];
}

static void alu(struct gen *gen)
{
	enum op op = any_row(gen, is_alu);
	struct bpf_insn insn = insn_of(op, any_dst(gen), any_src(gen), 0, (int32_t)number(gen));
	unsigned operation = BPF_OP(insn.code);
	bool has_imm = op_rows[op].imm_field == FIELD_ANY;

	if (has_imm && (operation == BPF_LSH || operation == BPF_RSH || operation == BPF_ARSH))
		insn.imm &= BPF_CLASS(insn.code) == BPF_ALU64 ? 63 : 31;
	if (has_imm && (operation == BPF_DIV || operation == BPF_MOD) && !insn.imm)
		insn.imm = 1;
	emit(gen, insn);
}

/* A load, store or atomic at base + off. */
static void access_memory(struct gen *gen, enum op op, unsigned base, int off)
{
	bool base_is_src = is_load(op) || op_rows[op].imm == BPF_LOAD_ACQ;

	if (base_is_src) {
		emit(gen, insn_of(op, any_dst(gen), base, off, 0));
		return;
	}
	/* Those that fetch write their source. */
	emit(gen, insn_of(op, base, is_fetch(op) ? any_dst(gen) : any_src(gen), off, (int32_t)number(gen)));
	/*
	 * Linux 6.18 forgets now and then, when a state is pruned, that the upper half of r0 has to be cleared after
	 * this (seed 1001399 without what follows), so the kernel is not an oracle of it.
	 */
	if (op == OP_ATOMIC32_CMPXCHG)
		emit(gen, I(MOV32_X, 0, 0, 0, 0));
}

static enum op any_access(struct gen *gen)
{
	return any_row(gen, chance(gen, 50) ? is_load : chance(gen, 60) ? is_store : is_atomic);
}

/*
 * Before a fetching atomic on the stack. Linux 6.18 knows what such an instruction fetches from a slot of known
 * content, but when a branch depends on that it does not go back to the slot, and takes states with another content for
 * the same (seed 1009559 without this). So the slot must hold what the verifier does not know.
 */
static void make_unknown(struct gen *gen, unsigned slot)
{
	unsigned reg = any_dst(gen);

	emit(gen, I(LDX_DW, reg, REG_MAP, 8 * below(gen, GEN_INPUTS), 0));
	emit(gen, I(STX_DW, REG_FP, reg, -8 * (int)slot, 0));
}

static void stack_access(struct gen *gen)
{
	enum op op = any_access(gen);
	unsigned size = access_size(op), depth = size * (1 + below(gen, gen->slots * 8 / size));

	if (is_fetch(op))
		make_unknown(gen, (depth + 7) / 8);
	access_memory(gen, op, REG_FP, -(int)depth);
}

/* Atomics have to be aligned. */
static int value_offset(struct gen *gen, enum op op, unsigned limit)
{
	unsigned off = below(gen, limit - 7);

	return is_atomic(op) ? off & ~7u : off;
}

static void map_access(struct gen *gen)
{
	enum op op = any_access(gen);

	access_memory(gen, op, REG_MAP, value_offset(gen, op, GEN_VALUE_SIZE));
}

/* Through a register made for it: the map's value at a place that is only known at run time, or the stack. */
static void computed_access(struct gen *gen)
{
	enum op op = any_access(gen);
	uint16_t scalars = gen->scalars;
	unsigned base = pick(gen, scalars & ~gen->locked & ~1u); /* not r0, which compare-and-exchange reads */
	unsigned half = GEN_VALUE_SIZE / 2;

	if (chance(gen, 70)) {
		emit(gen, I(AND_K, base, 0, 0, half - 8));
		emit(gen, I(ADD_X, base, REG_MAP, 0, 0));
		gen->scalars &= ~(1u << base);
		access_memory(gen, op, base, value_offset(gen, op, half));
	} else {
		int slot = 1 + below(gen, gen->slots), other = 1 + below(gen, gen->slots);

		if (is_fetch(op))
			make_unknown(gen, other);
		emit(gen, I(MOV_X, base, REG_FP, 0, 0));
		emit(gen, I(ADD_K, base, 0, 0, -8 * slot));
		gen->scalars &= ~(1u << base);
		access_memory(gen, op, base, 8 * (slot - other));
	}
	gen->scalars = scalars;
	put_number(gen, base);
}

/* A pointer to the stack and back. */
static void spill_pointer(struct gen *gen)
{
	int off = -8 * (int)(1 + below(gen, gen->slots));
	unsigned reg = any_dst(gen);

	emit(gen, I(STX_DW, REG_FP, REG_MAP, off, 0));
	emit(gen, I(LDX_DW, reg, REG_FP, off, 0));
	emit(gen, I(STX_DW, REG_FP, reg, off, 0));
	emit(gen, I(LDX_DW, reg, reg, 8 * below(gen, GEN_VALUE_SIZE / 8), 0));
	emit(gen, I(STX_DW, REG_FP, reg, off, 0));
}

static void packet_access(struct gen *gen)
{
	enum op op = any_row(gen, is_packet_load);
	static const int32_t bases[] = { 0, 0, 0, -0x100000, -0x200000 };
	int32_t offset =
		bases[below(gen, ARRAY_SIZE(bases))] + below(gen, GEN_PACKET_SIZE + (chance(gen, 10) ? 20 : 0));
	unsigned index = any_dst(gen);

	if (BPF_MODE(op_rows[op].code) == BPF_IND && chance(gen, 90))
		emit(gen, I(AND_K, index, 0, 0, 7));
	emit(gen, insn_of(op, 0, index, 0, offset));
	refill_arguments(gen);
}

static void call_function(struct gen *gen, unsigned callee)
{
	assert(gen->n_calls < MAX_CALLS);
	emit(gen, I(MOV_X, 1, REG_MAP, 0, 0));
	gen->calls[gen->n_calls].insn = gen->n;
	gen->calls[gen->n_calls++].function = callee;
	emit(gen, I(CALL_LOCAL, 0, 0, 0, 0));
	refill_arguments(gen);
}

static void call(struct gen *gen)
{
	unsigned later = gen->n_functions - gen->function - 1;

	if (!later || !gen->calls_left)
		return;
	gen->calls_left--;
	call_function(gen, gen->function + 1 + below(gen, later));
}

/* A function that nobody calls would be refused. */
static void call_next_if_needed(struct gen *gen)
{
	unsigned next = gen->function + 1;

	if (next >= gen->n_functions)
		return;
	for (unsigned i = 0; i < gen->n_calls; i++)
		if (gen->calls[i].function == next)
			return;
	call_function(gen, next);
}

static struct bpf_insn any_condition(struct gen *gen)
{
	return insn_of(any_row(gen, is_conditional), any_src(gen), any_src(gen), 0, (int32_t)number(gen));
}

/* Makes the jump at insn lead here. */
static void land(struct gen *gen, uint32_t insn)
{
	struct bpf_insn *jump = &gen->insns[insn];
	int32_t displacement = gen->n - insn - 1;

	if (op_decode(jump) == OP_JA32)
		jump->imm = displacement;
	else
		jump->off = displacement;
}

static uint32_t emit_goto(struct gen *gen)
{
	emit(gen, chance(gen, 50) ? I(JA, 0, 0, 0, 0) : I(JA32, 0, 0, 0, 0));
	return gen->n - 1;
}

static void block(struct gen *gen, unsigned statements, unsigned depth);

static void branch(struct gen *gen, unsigned depth)
{
	uint32_t condition = gen->n;

	emit(gen, any_condition(gen));
	block(gen, 1 + below(gen, 5), depth + 1);
	if (chance(gen, 50)) {
		land(gen, condition);
		return;
	}
	uint32_t over = emit_goto(gen);

	land(gen, condition);
	block(gen, 1 + below(gen, 5), depth + 1);
	land(gen, over);
}

/* A branch whose block stands before its condition: jumps go back, though nothing runs twice. */
static void branch_back(struct gen *gen, unsigned depth)
{
	uint32_t to_condition = emit_goto(gen), start = gen->n;

	block(gen, 1 + below(gen, 5), depth + 1);
	uint32_t to_end = emit_goto(gen);

	land(gen, to_condition);
	struct bpf_insn condition = any_condition(gen);

	condition.off = (int32_t)(start - gen->n - 1);
	emit(gen, condition);
	land(gen, to_end);
}

static void loop(struct gen *gen, unsigned depth)
{
	static const enum op ends[] = { OP_JNE_K, OP_JNE32_K, OP_JSGT_K, OP_JGT32_K, OP_JGT_K };
	unsigned counter = 7 + below(gen, 2);

	if (gen->locked)
		return;
	emit(gen, I(MOV_K, counter, 0, 0, 1 + below(gen, 4)));
	gen->locked |= 1u << counter;
	uint32_t start = gen->n;

	block(gen, 1 + below(gen, 5), depth + 2);
	emit(gen, I(ADD_K, counter, 0, 0, -1));
	emit(gen, insn_of(ends[below(gen, ARRAY_SIZE(ends))], counter, 0, (int32_t)(start - gen->n - 1), 0));
	gen->locked &= ~(1u << counter);
}

/* Only under a condition, so that what follows can be reached. */
static void leave(struct gen *gen)
{
	uint32_t condition = gen->n;

	emit(gen, any_condition(gen));
	emit(gen, I(EXIT, 0, 0, 0, 0));
	land(gen, condition);
}

static void statement(struct gen *gen, unsigned depth)
{
	unsigned kind = below(gen, 100);

	if (kind < 45)
		alu(gen);
	else if (kind < 50)
		put_number(gen, any_dst(gen));
	else if (kind < 60)
		stack_access(gen);
	else if (kind < 70)
		map_access(gen);
	else if (kind < 76)
		computed_access(gen);
	else if (kind < 78)
		spill_pointer(gen);
	else if (kind < 80 && gen->has_packet && !gen->locked)
		packet_access(gen);
	else if (kind < 88 && depth < 4)
		branch(gen, depth);
	else if (kind < 91 && depth < 4)
		branch_back(gen, depth);
	else if (kind < 94 && depth < 2)
		loop(gen, depth);
	else if (kind < 98 && !gen->locked)
		call(gen);
	else if (kind == 99)
		leave(gen);
	else
		alu(gen);
}

static void block(struct gen *gen, unsigned statements, unsigned depth)
{
	while (statements--)
		statement(gen, depth);
}

static void begin(struct gen *gen)
{
	if (gen->has_packet)
		emit(gen, I(MOV_X, REG_PACKET, 1, 0, 0));
	if (gen->function == 0)
		emit_wide(gen, REG_MAP, BPF_PSEUDO_MAP_VALUE, 0);
	else
		emit(gen, I(MOV_X, REG_MAP, 1, 0, 0));
	for (unsigned reg = 0; reg < REG_MAP; reg++)
		if (gen->scalars >> reg & 1 && !(gen->function && reg >= 2 && reg <= 5))
			put_number(gen, reg);
	for (unsigned slot = 1; slot <= gen->slots; slot++)
		if (chance(gen, 50))
			emit(gen, I(ST_DW, REG_FP, 0, -8 * (int)slot, (int32_t)number(gen)));
		else
			emit(gen, I(STX_DW, REG_FP, any_src(gen), -8 * (int)slot, 0));
}

/* The main program leaves everything in the map's value, another function folds it into its result. */
static void end(struct gen *gen)
{
	for (unsigned reg = 0; reg < REG_MAP; reg++)
		if (gen->scalars >> reg & 1 && gen->function == 0)
			emit(gen, I(STX_DW, REG_MAP, reg, OUT_REGISTERS + 8 * reg, 0));
	for (unsigned reg = 1; reg < REG_MAP; reg++)
		if (gen->scalars >> reg & 1) {
			emit(gen, I(MUL_K, 0, 0, 0, 31));
			emit(gen, I(ADD_X, 0, reg, 0, 0));
		}
	for (unsigned slot = 1; slot <= gen->slots; slot++) {
		emit(gen, I(LDX_DW, 1, REG_FP, -8 * (int)slot, 0));
		if (gen->function == 0)
			emit(gen, I(STX_DW, REG_MAP, 1, OUT_STACK + 8 * (slot - 1), 0));
		emit(gen, I(MUL_K, 0, 0, 0, 31));
		emit(gen, I(ADD_X, 0, 1, 0, 0));
	}
	emit(gen, I(EXIT, 0, 0, 0, 0));
}

static void function(struct gen *gen, unsigned index, unsigned statements)
{
	gen->function = index;
	gen->locked = 0;
	gen->has_packet = index == 0 && chance(gen, 30);
	gen->scalars = gen->has_packet ? 0x1bf : 0x1ff;
	gen->slots = gen->n_functions == 1 && chance(gen, 10) ? 64 : 1 + below(gen, 8);
	gen->calls_left = CALLS_EACH;
	begin(gen);
	block(gen, statements, 0);
	call_next_if_needed(gen);
	end(gen);
}

static void link_calls(struct gen *gen, const uint32_t *starts)
{
	for (unsigned i = 0; i < gen->n_calls; i++)
		gen->insns[gen->calls[i].insn].imm = starts[gen->calls[i].function] - gen->calls[i].insn - 1;
}

uint32_t gen_program(uint64_t seed, struct bpf_insn *insns)
{
	struct gen gen = { .seed = seed * 0x9e3779b97f4a7c15 + 1, .insns = insns };
	uint32_t starts[MAX_FUNCTIONS];

	for (unsigned i = 0; i < 8; i++)
		test_random(&gen.seed);
	gen.n_functions = chance(&gen, 50) ? 1 : 2 + below(&gen, MAX_FUNCTIONS - 1);
	for (unsigned i = 0; i < gen.n_functions; i++) {
		starts[i] = gen.n;
		function(&gen, i, chance(&gen, 5) ? 100 + below(&gen, 100) : 2 + below(&gen, 40));
	}
	link_calls(&gen, starts);
	return gen.n;
}

void gen_input(uint64_t seed, unsigned input, uint8_t value[GEN_VALUE_SIZE], uint8_t packet[GEN_PACKET_SIZE])
{
	struct gen gen = { .seed = (seed * 31 + input) * 0x9e3779b97f4a7c15 + 1 };

	memset(value, 0, GEN_VALUE_SIZE);
	for (unsigned i = 0; i < GEN_INPUTS; i++) {
		uint64_t word = number(&gen);

		memcpy(value + 8 * i, &word, 8);
	}
	for (unsigned i = 0; i < GEN_PACKET_SIZE; i++)
		packet[i] = test_random(&gen.seed);
}
