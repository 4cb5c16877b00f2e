/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads, stores, atomic operations, legacy packet loads. */
#include "exec/jit/x86_64/x86.h"

#include <errno.h>

#include "base/fault.h"
#include "exec/jit/memory.h"
#include "exec/resolve.h"
#include "progs/skb.h"
#include "skep/uapi.h"

/* The address of the instruction's access. May use the first two scratch registers. */
struct x86_mem x86_address(struct lower *lower, uint8_t base)
{
	const struct ir *ir = lower->ir;
	struct x86_mem mem = { .base = lower->reg[base], .index = NO_INDEX, .disp = ir->disp };

	if (ir->flags & IR_ARENA) {
		x86_mov(lower->code, 4, SCRATCH, mem.base);
		x86_mov_imm(lower->code, SCRATCH2, (int64_t)lower->program->arena);
		mem.base = SCRATCH2;
		mem.index = SCRATCH;
	} else if (ir->index != NO_INDEX) {
		mem.index = lower->reg[ir->index];
		mem.scale = ir->scale;
	}
	return mem;
}

static void swap_register(struct code *code, unsigned size, unsigned reg)
{
	if (size == 2) {
		x86_rr(code, 2, 0xc1, 0, reg);
		put8(code, 8);
	} else {
		x86_opcode(code, size, 0x0fc8 | (reg & 7), 0, 0, reg, false);
	}
}

static void load(struct lower *lower, unsigned dst, struct x86_mem mem)
{
	static const uint16_t zero[] = { [1] = 0x0fb6, [2] = 0x0fb7, [4] = 0x8b, [8] = 0x8b };
	static const uint16_t sign[] = { [1] = 0x0fbe, [2] = 0x0fbf, [4] = 0x63, [8] = 0x8b };
	const struct ir *ir = lower->ir;

	if (ir->flags & IR_SIGNED) {
		x86_rm(lower->code, 8, sign[ir->size], dst, mem);
	} else if (ir->flags & IR_SWAPPED && ir->size > 2 && lower->features & TARGET_MOVBE) {
		x86_rm(lower->code, ir->size, 0x0f38f0, dst, mem);
	} else {
		x86_rm(lower->code, ir->size == 8 ? 8 : 4, zero[ir->size], dst, mem);
		if (ir->flags & IR_SWAPPED)
			swap_register(lower->code, ir->size, dst);
	}
}

void x86_load(struct lower *lower)
{
	const struct ir *ir = lower->ir;
	unsigned dst = lower->reg[ir->dst];
	struct x86_mem mem = x86_address(lower, ir->a);
	struct place pc = code_here(lower->code);

	load(lower, dst, mem);
	if (ir->flags & IR_PROBE)
		code_probe(lower->code, pc, dst);
}

static void store_imm(struct lower *lower, struct x86_mem mem)
{
	const struct ir *ir = lower->ir;

	x86_rm(lower->code, ir->size, ir->size == 1 ? 0xc6 : 0xc7, 0, mem);
	x86_immediate(lower->code, ir->size, ir->imm);
}

void x86_store(struct lower *lower)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	struct x86_mem mem = x86_address(lower, ir->a);
	unsigned src = lower->reg[ir->b];

	if (ir->flags & IR_SWAPPED && !(lower->features & TARGET_MOVBE)) {
		x86_mov(code, 8, SCRATCH3, src);
		src = SCRATCH3;
		swap_register(code, ir->size, src);
	}
	struct place pc = code_here(code);

	if (ir->flags & IR_IMM)
		store_imm(lower, mem);
	else if (ir->flags & IR_SWAPPED && lower->features & TARGET_MOVBE)
		x86_rm(code, ir->size, 0x0f38f1, src, mem);
	else
		x86_rm(code, ir->size, ir->size == 1 ? 0x88 : 0x89, src, mem);
	if (ir->flags & IR_PROBE)
		code_probe(code, pc, FAULT_NO_REG);
}

/* One locked instruction. */
static void locked(struct lower *lower, uint32_t opcode, unsigned reg, struct x86_mem mem, uint8_t clear)
{
	struct place pc = code_here(lower->code);

	put8(lower->code, 0xf0);
	x86_rm(lower->code, lower->ir->size, opcode, reg, mem);
	if (lower->ir->flags & IR_PROBE)
		code_probe(lower->code, pc, clear);
}

/* No instruction gives the old value of these: load, compute, and swap if nobody came between. r0 keeps its value. */
static void fetch_loop(struct lower *lower, unsigned opcode, struct x86_mem mem)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	unsigned src = lower->reg[ir->b], value = src;

	x86_rm(code, 8, 0x8d, SCRATCH2, mem);
	mem = x86_at(SCRATCH2, 0);
	x86_mov(code, 8, SCRATCH3, RAX);
	if (src == RAX)
		value = SCRATCH3;
	struct place pc = code_here(code);

	x86_rm(code, ir->size, 0x8b, RAX, mem);
	uint32_t again = code->n;

	x86_mov(code, ir->size, SCRATCH, RAX);
	x86_rr(code, ir->size, opcode, value, SCRATCH);
	put8(code, 0xf0);
	x86_rm(code, ir->size, 0x0fb1, SCRATCH, mem);
	put8(code, 0x70 | X86_NE);
	put8(code, again - (code->n + 1));
	if (ir->flags & IR_PROBE)
		code_probe(code, pc, RAX);
	if (src == RAX)
		return;
	x86_mov(code, ir->size, src, RAX);
	x86_mov(code, 8, RAX, SCRATCH3);
}

static void compare_exchange(struct lower *lower, struct x86_mem mem)
{
	locked(lower, 0x0fb1, lower->reg[lower->ir->b], mem, RAX);
	if (lower->ir->size == 4) /* left alone when equal, upper half and all */
		x86_mov(lower->code, 4, RAX, RAX);
}

void x86_atomic(struct lower *lower)
{
	const struct ir *ir = lower->ir;
	struct x86_mem mem = x86_address(lower, ir->a);
	unsigned src = lower->reg[ir->b];

	switch (ir->op) {
	case BPF_ADD:
		locked(lower, 0x01, src, mem, FAULT_NO_REG);
		break;
	case BPF_OR:
		locked(lower, 0x09, src, mem, FAULT_NO_REG);
		break;
	case BPF_AND:
		locked(lower, 0x21, src, mem, FAULT_NO_REG);
		break;
	case BPF_XOR:
		locked(lower, 0x31, src, mem, FAULT_NO_REG);
		break;
	case BPF_ADD | BPF_FETCH:
		locked(lower, 0x0fc1, src, mem, src);
		break;
	case BPF_OR | BPF_FETCH:
		fetch_loop(lower, 0x09, mem);
		break;
	case BPF_AND | BPF_FETCH:
		fetch_loop(lower, 0x21, mem);
		break;
	case BPF_XOR | BPF_FETCH:
		fetch_loop(lower, 0x31, mem);
		break;
	case BPF_XCHG:
		locked(lower, 0x87, src, mem, src);
		break;
	case BPF_CMPXCHG:
		compare_exchange(lower, mem);
		break;
	default:
		lower->code->err = -EINVAL;
	}
}

/* Leaves data + offset in mem, or goes to slow. */
static struct x86_mem packet_address(struct lower *lower, uint32_t slow)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	unsigned skb = lower->reg[ir->a];

	if (!(ir->flags & IR_IMM)) { /* 32 bits, as the kernel adds them */
		x86_mov(code, 4, SCRATCH3, lower->reg[ir->b]);
		if (ir->imm)
			x86_ri(code, 4, 0, SCRATCH3, ir->imm);
		x86_rr(code, 4, 0x85, SCRATCH3, SCRATCH3);
		code_fixup(code, X86_S, slow, 0);
	}
	x86_rm(code, 8, 0x8b, SCRATCH2, x86_at(skb, offsetof(struct skb, data)));
	x86_rm(code, 8, 0x8b, SCRATCH, x86_at(skb, offsetof(struct skb, data_end)));
	x86_rr(code, 8, 0x29, SCRATCH2, SCRATCH);
	if (ir->flags & IR_IMM) {
		x86_ri(code, 8, 7, SCRATCH, ir->imm + ir->size);
		code_fixup(code, X86_L, slow, 0);
		return x86_at(SCRATCH2, ir->imm);
	}
	x86_ri(code, 8, 5, SCRATCH, ir->size);
	x86_rr(code, 8, 0x39, SCRATCH, SCRATCH3);
	code_fixup(code, X86_G, slow, 0);
	return (struct x86_mem){ .base = SCRATCH2, .index = SCRATCH3 };
}

/* What packet_load() can do and the code above cannot; in front of it, as it is seldom reached. */
static void packet_slow(struct lower *lower)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;

	x86_push(code, RAX);
	x86_push(code, RAX);
	if (ir->flags & IR_IMM)
		x86_mov_imm(code, RSI, ir->imm);
	else {
		x86_mov(code, 4, SCRATCH, lower->reg[ir->b]);
		if (ir->imm)
			x86_ri(code, 4, 0, SCRATCH, ir->imm);
		x86_rr(code, 8, 0x63, RSI, SCRATCH);
	}
	if (lower->reg[ir->a] != RDI)
		x86_mov(code, 8, RDI, lower->reg[ir->a]);
	x86_mov_imm(code, RDX, ir->size);
	x86_mov(code, 8, RCX, RSP);
	x86_call_address(lower, (uint64_t)(uintptr_t)packet_load);
	x86_mov(code, 4, RCX, RAX);
	x86_pop(code, RAX);
	x86_pop(code, RDX);
	x86_rr(code, 4, 0x85, RCX, RCX);
	uint32_t good = x86_skip(code, X86_E);

	x86_rr(code, 4, 0x31, RAX, RAX);
	x86_exit(lower);
	x86_skip_end(code, good);
}

void x86_packet(struct lower *lower)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	bool inlined = !(ir->flags & IR_IMM) || (ir->imm >= 0 && ir->imm + ir->size <= INT32_MAX);

	if (!inlined) {
		packet_slow(lower);
		return;
	}
	uint32_t labels = code_labels(code, 2), slow = labels, end = labels + 1;
	struct x86_mem mem = packet_address(lower, slow);
	struct lower swapped = *lower;
	struct ir as_load = *ir;

	as_load.flags = ir->size > 1 ? IR_SWAPPED : 0;
	swapped.ir = &as_load;
	load(&swapped, RAX, mem);
	code_fixup(code, FIXUP_JMP, end, 0);
	code_set_label(code, slow);
	packet_slow(lower);
	code_set_label(code, end);
}
