/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generator keeps a rough idea of what each register is, in the order of the text: right on most paths, and it
 * forgets it on purpose now and then.
 */
#include "verifier_gen.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/macros.h"
#include "insn_gen.h"
#include "isa/encode.h"
#include "progs/context.h"

#define STACK_USED 64 /* bytes of each frame */
#define N_SLOTS (STACK_USED / 8)
#define N_REGS 10
#define N_EXITS 128
#define N_FUNCTIONS 4 /* that a program calls */
#define UNBOUNDED UINT64_MAX

enum kind {
	NOTHING,
	NUMBER,
	CONTEXT,
	STACK,
	VALUE,
	VALUE_OR_NULL,
	PACKET,
	PACKET_END,
	OTHER,
};
#define ANY_OF(kind) (1u << (kind))
#define MEMORY (ANY_OF(STACK) | ANY_OF(VALUE) | ANY_OF(PACKET))
#define POINTERS (MEMORY | ANY_OF(CONTEXT) | ANY_OF(VALUE_OR_NULL) | ANY_OF(PACKET_END))

struct operand {
	enum kind kind;
	uint64_t max; /* of a number: it is at most that; of memory: the bytes that can be accessed */
};

struct picture {
	struct operand regs[N_REGS];
	struct operand slots[N_SLOTS]; /* slot i is at r10 - 8 * (i + 1) */
};

struct function {
	uint32_t call; /* the instruction that calls it */
	struct operand args[5];
};

struct gen {
	uint64_t seed;
	struct bpf_insn *insns;
	uint32_t n, type;
	struct picture now;
	unsigned locked; /* registers that count loops */
	unsigned depth;
	unsigned errors; /* in 1024 */
	uint32_t exits[N_EXITS]; /* jumps to the function's end */
	unsigned n_exits;
	struct function functions[N_FUNCTIONS];
	unsigned n_functions;
	bool inside; /* a function that was called */
	bool initialised; /* every function writes its stack first */
};

static void operation(struct gen *gen);

static uint32_t below(struct gen *gen, uint32_t limit)
{
	return (test_random(&gen->seed) >> 33) % limit;
}

static bool one_in(struct gen *gen, uint32_t n)
{
	return !below(gen, n);
}

static bool error(struct gen *gen)
{
	return below(gen, 1024) < gen->errors;
}

static void emit(struct gen *gen, struct bpf_insn insn)
{
	if (gen->n < VGEN_ROOM)
		gen->insns[gen->n++] = insn;
}

static void emit_wide(struct gen *gen, unsigned reg, unsigned pseudo, uint32_t low, uint32_t high)
{
	const struct bpf_insn both[] = { INSN_LD_WIDE(reg, pseudo, low, high) };

	emit(gen, both[0]);
	emit(gen, both[1]);
}

static unsigned log2_size(struct gen *gen)
{
	return below(gen, 4);
}

static uint8_t size_code(unsigned log2)
{
	static const uint8_t codes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };

	return codes[log2];
}

static void set(struct gen *gen, unsigned reg, enum kind kind, uint64_t max)
{
	if (reg < N_REGS)
		gen->now.regs[reg] = (struct operand){ kind, max };
}

/* A register that may be written; r0 to r9. */
static unsigned any_target(struct gen *gen)
{
	unsigned reg;

	do
		reg = below(gen, N_REGS);
	while (gen->locked & 1u << reg);
	return reg;
}

/* A register of one of the kinds, or -1; any at all if it is time for an error. */
static int pick(struct gen *gen, unsigned kinds)
{
	unsigned start = below(gen, N_REGS);

	if (error(gen))
		return start;
	for (unsigned i = 0; i < N_REGS; i++) {
		unsigned reg = (start + i) % N_REGS;

		if (kinds & ANY_OF(gen->now.regs[reg].kind))
			return reg;
	}
	return -1;
}

static int pick_writable(struct gen *gen, unsigned kinds)
{
	int reg = pick(gen, kinds);

	return reg >= 0 && gen->locked & 1u << reg ? -1 : reg;
}

static int32_t constant(struct gen *gen)
{
	static const int32_t edges[] = { 0, 1, -1, 7, 8, 15, 16, 31, 47, 48, 63, 64, 255, 0xffff, INT32_MAX,
		INT32_MIN };

	return one_in(gen, 4) ? (int32_t)test_random(&gen->seed) : edges[below(gen, ARRAY_SIZE(edges))];
}

static void jump_to_exit(struct gen *gen, struct bpf_insn jump)
{
	if (gen->n_exits == N_EXITS)
		return;
	gen->exits[gen->n_exits++] = gen->n;
	emit(gen, jump);
}

static void join_operands(struct operand *mine, const struct operand *theirs, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (mine[i].kind != theirs[i].kind)
			mine[i].kind = NOTHING;
		else if (mine[i].kind == NUMBER)
			mine[i].max = MAX(mine[i].max, theirs[i].max);
		else
			mine[i].max = MIN(mine[i].max, theirs[i].max);
}

/* Where something happens on one of two paths only: what both agree on. */
static void join(struct gen *gen, const struct picture *other)
{
	join_operands(gen->now.regs, other->regs, N_REGS);
	join_operands(gen->now.slots, other->slots, N_SLOTS);
}

static void make_number(struct gen *gen)
{
	unsigned reg = any_target(gen);
	int32_t value = constant(gen);

	if (one_in(gen, 4)) {
		emit_wide(gen, reg, 0, test_random(&gen->seed), one_in(gen, 2) ? 0 : constant(gen));
		set(gen, reg, NUMBER, UNBOUNDED);
		return;
	}
	emit(gen, INSN_MOV64_K(reg, value));
	set(gen, reg, NUMBER, value >= 0 ? (uint64_t)value : UNBOUNDED);
}

static void load_context(struct gen *gen)
{
	const struct context *context = context_find(gen->type);
	const struct context_field *field = &context->fields[below(gen, context->n_fields)];
	struct context_access access;
	int from = pick(gen, ANY_OF(CONTEXT));
	unsigned to = any_target(gen), log2 = 2;

	if (from < 0)
		return;
	if (one_in(gen, 3))
		log2 = log2_size(gen);
	if (context_check(context, gen->type, 0, field->offset, 1u << log2, false, &access) && !error(gen))
		return;
	emit(gen, INSN(BPF_LDX | BPF_MEM | size_code(log2), to, from, field->offset, 0));
	set(gen, to, OTHER, 0);
	if (access.value == CONTEXT_SCALAR)
		set(gen, to, NUMBER, log2 == 3 ? UNBOUNDED : (1ull << (8u << log2)) - 1);
	else if (access.value == CONTEXT_PACKET)
		set(gen, to, PACKET, 0);
	else if (access.value == CONTEXT_PACKET_END)
		set(gen, to, PACKET_END, 0);
}

static void store_context(struct gen *gen)
{
	const struct context *context = context_find(gen->type);
	const struct context_field *field = &context->fields[below(gen, context->n_fields)];
	int to = pick(gen, ANY_OF(CONTEXT)), from = pick(gen, ANY_OF(NUMBER));

	if (to < 0 || from < 0)
		return;
	if (context_check(context, gen->type, 0, field->offset, 4, true, NULL) && !error(gen))
		return;
	emit(gen, INSN_STX(W, to, from, field->offset));
}

static void move(struct gen *gen)
{
	int from = pick(gen, ANY_OF(NUMBER) | POINTERS);
	unsigned to = any_target(gen);

	if (from < 0)
		return;
	if (gen->now.regs[from].kind == NUMBER && one_in(gen, 4)) {
		static const uint8_t bits[] = { 8, 16, 32 };
		bool narrow = one_in(gen, 2);

		emit(gen, narrow ? INSN_MOV32_X(to, from) : INSN_MOVSX64(to, from, bits[below(gen, 3)]));
		set(gen, to, NUMBER, narrow ? MIN(gen->now.regs[from].max, UINT32_MAX) : UNBOUNDED);
		return;
	}
	emit(gen, INSN_MOV64_X(to, from));
	gen->now.regs[to] = gen->now.regs[from];
}

static void calculate(struct gen *gen)
{
	static const uint8_t codes[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH, BPF_NEG,
		BPF_MOD, BPF_XOR, BPF_ARSH };
	uint8_t code = codes[below(gen, ARRAY_SIZE(codes))], class = one_in(gen, 2) ? BPF_ALU64 : BPF_ALU;
	int to = pick_writable(gen, ANY_OF(NUMBER)), from = pick(gen, ANY_OF(NUMBER));
	int32_t imm = constant(gen);

	if (to < 0 || from < 0)
		return;
	if (code == BPF_NEG)
		emit(gen, INSN(class | BPF_NEG, to, 0, 0, 0));
	else if (one_in(gen, 2))
		emit(gen, INSN(class | code | BPF_X, to, from, 0, 0));
	else if (code == BPF_LSH || code == BPF_RSH || code == BPF_ARSH)
		emit(gen, INSN(class | code, to, 0, 0, below(gen, class == BPF_ALU64 ? 64 : 32)));
	else
		emit(gen, INSN(class | code, to, 0, (code == BPF_DIV || code == BPF_MOD) && one_in(gen, 2), imm ?: 3));
	set(gen, to, NUMBER, UNBOUNDED);
}

/* A number is made small: by a mask, a remainder, a shift, or a jump out of here if it is not. */
static void bound(struct gen *gen)
{
	static const uint8_t masks[] = { 1, 3, 7, 8, 15, 24, 31, 40, 63 };
	int reg = pick_writable(gen, ANY_OF(NUMBER));
	uint32_t limit = masks[below(gen, ARRAY_SIZE(masks))];

	if (reg < 0)
		return;
	switch (below(gen, 6)) {
	case 0:
		emit(gen, one_in(gen, 2) ? INSN_ALU64_K(AND, reg, limit) : INSN_ALU32_K(AND, reg, limit));
		break;
	case 1:
		emit(gen, INSN_ALU64_K(MOD, reg, limit + 1));
		break;
	case 2:
		limit = 31;
		emit(gen, one_in(gen, 2) ? INSN_ALU64_K(RSH, reg, 59) : INSN_ALU32_K(RSH, reg, 27));
		break;
	case 3:
		jump_to_exit(gen, INSN_JMP64_K(JGT, reg, limit, 0));
		break;
	case 4:
		jump_to_exit(gen, INSN_JMP64_K(JSGT, reg, limit, 0));
		jump_to_exit(gen, one_in(gen, 16) ? INSN_JMP32_K(JSLT, reg, 0, 0) : INSN_JMP64_K(JSLT, reg, 0, 0));
		break;
	default:
		jump_to_exit(gen, INSN_JMP32_K(JGE, reg, limit + 1, 0));
		if (!error(gen))
			emit(gen, INSN_MOV32_X(reg, reg));
	}
	set(gen, reg, NUMBER, limit);
}

static void make_stack_pointer(struct gen *gen)
{
	unsigned reg = any_target(gen), offset = 8 * (1 + below(gen, N_SLOTS));

	emit(gen, INSN_MOV64_X(reg, 10));
	emit(gen, INSN_ALU64_K(ADD, reg, -(int32_t)offset));
	set(gen, reg, STACK, offset);
}

static void spill(struct gen *gen)
{
	unsigned slot = below(gen, N_SLOTS), log2 = one_in(gen, 3) ? log2_size(gen) : 3;
	int from = pick(gen, log2 == 3 ? ANY_OF(NUMBER) | POINTERS : ANY_OF(NUMBER));

	if (from < 0)
		return;
	unsigned inside = log2 == 3 ? 0 : below(gen, 8 >> log2) << log2;
	emit(gen, INSN(BPF_STX | BPF_MEM | size_code(log2), 10, from, -8 * (int)(slot + 1) + (int)inside, 0));
	gen->now.slots[slot] = log2 == 3 ? gen->now.regs[from] : (struct operand){ NUMBER, UNBOUNDED };
}

static void fill(struct gen *gen)
{
	unsigned slot = below(gen, N_SLOTS), to = any_target(gen), log2 = 3, inside = 0;
	struct operand held = gen->now.slots[slot];

	if (held.kind == NOTHING && !one_in(gen, 4))
		return;
	if ((held.kind == NUMBER || held.kind == NOTHING) && one_in(gen, 2)) {
		log2 = log2_size(gen);
		inside = below(gen, 8 >> log2) << log2;
		held.max = log2 == 3 ? UNBOUNDED : (1ull << (8u << log2)) - 1;
	}
	if (held.kind == NOTHING)
		held = (struct operand){ NUMBER, UNBOUNDED };
	if (log2 < 3 && one_in(gen, 4)) {
		emit(gen, INSN(BPF_LDX | BPF_MEMSX | size_code(log2), to, 10, -8 * (int)(slot + 1) + (int)inside, 0));
		held.max = UNBOUNDED;
	} else {
		emit(gen, INSN(BPF_LDX | BPF_MEM | size_code(log2), to, 10, -8 * (int)(slot + 1) + (int)inside, 0));
	}
	gen->now.regs[to] = held;
}

/* An offset at which an access fits, as far as is known; or nearly. */
static int fitting_offset(struct gen *gen, unsigned reg, unsigned size)
{
	uint64_t room = MIN(gen->now.regs[reg].max, 4096);
	unsigned places = room >= size ? room - size + 1 : 1;
	int offset = one_in(gen, 2) ? (int)places - 1 : (int)below(gen, places);

	offset &= -(int)size;
	return error(gen) ? offset + (int)below(gen, 2 * size) - (int)size / 2 : offset;
}

static void access_memory(struct gen *gen)
{
	unsigned log2 = log2_size(gen), size = 1u << log2;
	int pointer = pick(gen, MEMORY), number = pick(gen, ANY_OF(NUMBER));

	if (pointer < 0 || (gen->now.regs[pointer].max < size && !error(gen)))
		return;
	int offset = fitting_offset(gen, pointer, size);

	switch (below(gen, 4)) {
	case 0:
		emit(gen, INSN(BPF_ST | BPF_MEM | size_code(log2), pointer, 0, offset, constant(gen)));
		break;
	case 1:
		if (number >= 0)
			emit(gen, INSN(BPF_STX | BPF_MEM | size_code(log2), pointer, number, offset, 0));
		break;
	default:
		number = any_target(gen);
		emit(gen, INSN(BPF_LDX | BPF_MEM | size_code(log2), number, pointer, offset, 0));
		set(gen, number, NUMBER, log2 == 3 ? UNBOUNDED : (1ull << (8u << log2)) - 1);
	}
}

static void atomic(struct gen *gen)
{
	static const int32_t codes[] = { BPF_ADD, BPF_AND, BPF_OR, BPF_XOR, BPF_ADD | BPF_FETCH, BPF_XOR | BPF_FETCH,
		BPF_XCHG, BPF_CMPXCHG };
	int pointer = pick(gen, ANY_OF(STACK) | ANY_OF(VALUE)), number = pick_writable(gen, ANY_OF(NUMBER));
	unsigned log2 = 2 + below(gen, 2);
	int32_t code = codes[below(gen, ARRAY_SIZE(codes))];

	if (pointer < 0 || number < 0 || gen->now.regs[pointer].max < 8)
		return;
	/* What is fetched from the stack, Linux does not follow back when it asks where a number came from. */
	if (gen->now.regs[pointer].kind != VALUE)
		code = codes[below(gen, 4)];
	if (code == BPF_CMPXCHG && gen->now.regs[0].kind != NUMBER)
		return;
	emit(gen, INSN(BPF_STX | BPF_ATOMIC | size_code(log2), pointer, number,
			  fitting_offset(gen, pointer, 1u << log2), code));
	/* Nor does it know that the high half of r0 is then zero. */
	if (code == BPF_CMPXCHG && log2 == 2)
		emit(gen, INSN_MOV32_X(0, 0));
	if (code & BPF_FETCH)
		set(gen, code == BPF_CMPXCHG ? 0 : number, NUMBER, UNBOUNDED);
}

/* Pointer and number, in a register of its own or in place. */
static void move_pointer(struct gen *gen)
{
	int from = pick(gen, MEMORY), number = pick(gen, ANY_OF(NUMBER));
	unsigned to = any_target(gen);

	if (from < 0)
		return;
	struct operand pointer = gen->now.regs[from];
	uint64_t most = 8 * below(gen, 4);

	if ((int)to != from && (int)to != number)
		emit(gen, INSN_MOV64_X(to, from));
	else if ((to = from, gen->locked & 1u << to))
		return;
	if (number >= 0 && !one_in(gen, 3) && number != (int)to) {
		most = gen->now.regs[number].max;
		if (most > pointer.max && pointer.kind != PACKET && !error(gen)) {
			gen->now.regs[to] = pointer;
			return;
		}
		emit(gen, pointer.kind != STACK && one_in(gen, 24) ? INSN_ALU64_X(SUB, to, number)
								   : INSN_ALU64_X(ADD, to, number));
	} else {
		emit(gen, INSN_ALU64_K(ADD, to, most));
	}
	set(gen, to, pointer.kind, pointer.max > most ? pointer.max - most : 0);
}

static void lose_arguments(struct gen *gen)
{
	for (unsigned reg = 1; reg <= 5; reg++)
		if (!error(gen))
			set(gen, reg, NOTHING, 0);
}

static void check_null(struct gen *gen, int reg)
{
	if (reg < 0)
		return;
	jump_to_exit(gen, INSN_JMP64_K(JEQ, reg, 0, 0));
	set(gen, reg, VALUE, VGEN_VALUE_SIZE);
}

static void null_check(struct gen *gen)
{
	check_null(gen, pick(gen, ANY_OF(VALUE_OR_NULL)));
}

static void lookup(struct gen *gen)
{
	unsigned map = below(gen, VGEN_MAPS), slot = below(gen, N_SLOTS);
	int key = -8 * (int)(slot + 1);

	emit(gen, INSN_ST(DW, 10, key, below(gen, 2)));
	gen->now.slots[slot] = (struct operand){ NUMBER, 1 };
	emit(gen, INSN_MOV64_X(2, 10));
	emit(gen, INSN_ALU64_K(ADD, 2, key));
	emit_wide(gen, 1, BPF_PSEUDO_MAP_FD, map, 0);
	if (one_in(gen, 8)) {
		int value = pick(gen, MEMORY);

		if (value < 1 || gen->now.regs[value].max < VGEN_VALUE_SIZE || value < 3)
			return;
		emit(gen, INSN_MOV64_X(3, value));
		emit(gen, INSN_MOV64_K(4, 0));
		emit(gen, INSN_CALL(BPF_FUNC_map_update_elem));
		lose_arguments(gen);
		set(gen, 0, NUMBER, UNBOUNDED);
		return;
	}
	emit(gen, INSN_CALL(BPF_FUNC_map_lookup_elem));
	lose_arguments(gen);
	set(gen, 0, VALUE_OR_NULL, 0);
	if (one_in(gen, 3)) {
		unsigned copy = 6 + below(gen, 4);

		if (!(gen->locked & 1u << copy)) {
			emit(gen, INSN_MOV64_X(copy, 0));
			set(gen, copy, VALUE_OR_NULL, 0);
			if (one_in(gen, 2)) {
				check_null(gen, copy);
				set(gen, 0, VALUE, VGEN_VALUE_SIZE);
				return;
			}
		}
	}
	if (!one_in(gen, 8))
		check_null(gen, 0);
}

static void make_value(struct gen *gen)
{
	unsigned reg = any_target(gen), offset = 8 * below(gen, VGEN_VALUE_SIZE / 8);

	emit_wide(gen, reg, BPF_PSEUDO_MAP_VALUE, VGEN_ARRAY, offset);
	set(gen, reg, VALUE, VGEN_VALUE_SIZE - offset);
}

/* A packet pointer moves on and is compared with the packet's end. */
static void check_packet(struct gen *gen)
{
	static const uint8_t orders[] = { BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE };
	int packet = pick(gen, ANY_OF(PACKET)), end = pick(gen, ANY_OF(PACKET_END));
	unsigned order = below(gen, 4), moved = any_target(gen), bytes = 1 + below(gen, 40);

	if (packet < 0 || end < 0 || (int)moved == packet || (int)moved == end)
		return;
	emit(gen, INSN_MOV64_X(moved, packet));
	emit(gen, INSN_ALU64_K(ADD, moved, bytes));
	if (order < 2)
		jump_to_exit(gen, INSN(BPF_JMP | orders[order] | BPF_X, moved, end, 0, 0));
	else
		jump_to_exit(gen, INSN(BPF_JMP | orders[order] | BPF_X, end, moved, 0, 0));
	set(gen, moved, PACKET, order == 1 || order == 3);
	set(gen, packet, PACKET, bytes + (order == 1 || order == 3));
}

static void start_packet(struct gen *gen)
{
	bool xdp = gen->type == BPF_PROG_TYPE_XDP;
	int context = pick(gen, ANY_OF(CONTEXT));
	unsigned packet = any_target(gen), end = any_target(gen);

	if (context < 0 || (int)packet == context || packet == end ||
		(gen->type == BPF_PROG_TYPE_SOCKET_FILTER && !error(gen)))
		return;
	emit(gen, INSN_LDX(W, packet, context, xdp ? offsetof(struct xdp_md, data) : offsetof(struct __sk_buff, data)));
	emit(gen, INSN_LDX(W, end, context,
			  xdp ? offsetof(struct xdp_md, data_end) : offsetof(struct __sk_buff, data_end)));
	set(gen, packet, PACKET, 0);
	set(gen, end, PACKET_END, 0);
	check_packet(gen);
}

/* Helpers that read or write memory of a size that may vary. */
static void call_with_memory(struct gen *gen)
{
	int pointer = pick(gen, MEMORY), number = pick(gen, ANY_OF(NUMBER)), context = pick(gen, ANY_OF(CONTEXT));
	bool load = gen->type != BPF_PROG_TYPE_XDP && one_in(gen, 2);

	/* What is in r1 to r5 is overwritten on the way; from there it is taken rarely. */
	if (pointer < 0 || ((pointer < 6 && pointer) && !error(gen)))
		return;
	if (load && (context < 6 || number < 0))
		return;
	unsigned size_reg = load ? 4 : 2, memory_reg = load ? 3 : 1;
	uint64_t room = MIN(gen->now.regs[pointer].max, 64);

	if (number >= 0 && gen->now.regs[number].max <= room && one_in(gen, 2))
		emit(gen, INSN_MOV64_X(size_reg, number));
	else
		emit(gen, INSN_MOV64_K(size_reg, error(gen) ? room + below(gen, 8) : (load ? room : room & -4)));
	if (load && number != (int)size_reg)
		emit(gen, one_in(gen, 2) ? INSN_MOV64_X(2, number) : INSN_MOV64_K(2, below(gen, 64)));
	else if (load)
		emit(gen, INSN_MOV64_K(2, 0));
	emit(gen, INSN_MOV64_X(memory_reg, pointer));
	if (load) {
		emit(gen, INSN_MOV64_X(1, context));
		emit(gen, INSN_CALL(BPF_FUNC_skb_load_bytes));
	} else {
		emit(gen, INSN_MOV64_K(3, 0));
		emit(gen, INSN_MOV64_K(4, 0));
		emit(gen, INSN_MOV64_K(5, 0));
		emit(gen, INSN_CALL(BPF_FUNC_csum_diff));
	}
	lose_arguments(gen);
	set(gen, 0, NUMBER, UNBOUNDED);
}

/* Both sides of a jump go on, and one does something before. */
static void branch(struct gen *gen)
{
	static const uint8_t codes[] = { BPF_JEQ, BPF_JNE, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE, BPF_JSGT, BPF_JSGE,
		BPF_JSLT, BPF_JSLE, BPF_JSET };
	uint8_t code = codes[below(gen, ARRAY_SIZE(codes))], class = one_in(gen, 2) ? BPF_JMP : BPF_JMP32;
	bool pointers = one_in(gen, 8);
	int a = pick(gen, pointers ? POINTERS : ANY_OF(NUMBER)), b = pick(gen, pointers ? POINTERS : ANY_OF(NUMBER));
	struct picture before = gen->now;
	uint32_t at = gen->n;

	/* Of a register compared with itself Linux follows both branches, and is wrong about it in the impossible one.
	 */
	if (a < 0 || b < 0 || a == b || gen->depth > 3)
		return;
	if (pointers)
		class = BPF_JMP;
	emit(gen, one_in(gen, 2) ? INSN(class | code | BPF_X, a, b, 0, 0) : INSN(class | code, a, 0, 0, constant(gen)));
	gen->depth++;
	for (unsigned i = 1 + below(gen, 4); i; i--)
		operation(gen);
	gen->depth--;
	if (gen->n < VGEN_ROOM)
		gen->insns[at].off = gen->n - at - 1;
	join(gen, &before);
}

static void loop(struct gen *gen)
{
	unsigned counter = 6 + below(gen, 4);
	struct picture before;

	if (gen->locked & 1u << counter || gen->depth > 2)
		return;
	gen->locked |= 1u << counter;
	gen->depth++;
	emit(gen, INSN_MOV64_K(counter, 0));
	set(gen, counter, NUMBER, 8);
	uint32_t start = gen->n, rounds = 2 + below(gen, 6);

	before = gen->now;
	for (unsigned i = 1 + below(gen, 4); i; i--)
		operation(gen);
	emit(gen, INSN_ALU64_K(ADD, counter, 1));
	emit(gen, one_in(gen, 2) ? INSN_JMP64_K(JLT, counter, rounds, (int)start - (int)gen->n - 1)
				 : INSN_JMP32_K(JNE, counter, rounds, (int)start - (int)gen->n - 1));
	join(gen, &before);
	gen->depth--;
	gen->locked &= ~(1u << counter);
}

static void call_function(struct gen *gen)
{
	if (gen->inside || gen->n_functions == N_FUNCTIONS)
		return;
	struct function *function = &gen->functions[gen->n_functions++];

	memcpy(function->args, &gen->now.regs[1], sizeof(function->args));
	function->call = gen->n;
	emit(gen, INSN_CALL_LOCAL(0));
	lose_arguments(gen);
	set(gen, 0, NUMBER, UNBOUNDED);
}

static void operation(struct gen *gen)
{
	static void (*const operations[])(struct gen *) = { make_number, load_context, load_context, store_context,
		move, move, calculate, calculate, calculate, bound, bound, bound, make_stack_pointer, spill, spill,
		fill, fill, access_memory, access_memory, access_memory, access_memory, atomic, move_pointer,
		move_pointer, move_pointer, null_check, lookup, lookup, make_value, check_packet, start_packet,
		call_with_memory, branch, branch, branch, loop, call_function };

	if (gen->n < VGEN_ROOM / 2)
		operations[below(gen, ARRAY_SIZE(operations))](gen);
}

static void function_body(struct gen *gen, unsigned length)
{
	gen->n_exits = 0;
	gen->locked = 0;
	if (gen->initialised)
		for (unsigned slot = 0; slot < N_SLOTS; slot++) {
			emit(gen, INSN_ST(DW, 10, -8 * (int)(slot + 1), 0));
			gen->now.slots[slot] = (struct operand){ NUMBER, 0 };
		}
	for (unsigned i = 0; i < length; i++)
		operation(gen);
	if (gen->now.regs[0].kind != NUMBER)
		emit(gen, INSN_MOV64_K(0, 0));
	if (gen->n_exits) {
		emit(gen, INSN_JA(1));
		for (unsigned i = 0; i < gen->n_exits; i++)
			gen->insns[gen->exits[i]].off = gen->n - gen->exits[i] - 1;
		emit(gen, INSN_MOV64_K(0, 1));
	}
	emit(gen, INSN_EXIT());
}

uint32_t vgen_program(uint64_t seed, struct bpf_insn *insns, struct vgen_traits *ret_traits)
{
	static const uint32_t types[] = { BPF_PROG_TYPE_SOCKET_FILTER, BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_XDP };
	struct gen gen = { .seed = (seed + 1) * 0x9e3779b97f4a7c15, .insns = insns };

	test_random(&gen.seed);
	gen.type = types[below(&gen, ARRAY_SIZE(types))];
	gen.errors = 20 * below(&gen, 5);
	gen.initialised = one_in(&gen, 2);
	set(&gen, 1, CONTEXT, 0);
	if (!one_in(&gen, 8)) {
		emit(&gen, INSN_MOV64_X(6, 1));
		set(&gen, 6, CONTEXT, 0);
	}
	function_body(&gen, 4 + below(&gen, 24));
	gen.inside = true;
	for (unsigned i = 0; i < gen.n_functions; i++) {
		memset(&gen.now, 0, sizeof(gen.now));
		memcpy(&gen.now.regs[1], gen.functions[i].args, sizeof(gen.functions[i].args));
		insns[gen.functions[i].call].imm = gen.n - gen.functions[i].call - 1;
		function_body(&gen, 2 + below(&gen, 10));
	}
	*ret_traits = (struct vgen_traits){ .type = gen.type, .initialised = gen.initialised };
	return gen.n;
}
