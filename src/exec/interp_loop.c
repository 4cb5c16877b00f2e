/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threaded loop: each step jumps to the code of the next. What instructions compute is in isa/semantics.h.
 *
 * The budget is charged where a program can come back to: a backward jump costs its distance, a call the size of the
 * function, so that code which goes forward runs at full speed and a run overshoots by one pass over its code.
 */
#include "exec/step.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/fault.h"
#include "base/macros.h"
#include "exec/exec.h"
#include "exec/resolve.h"
#include "isa/semantics.h"

/* Loads and stores of any alignment. */
#define MEMORY_ACCESS(width)                                                     \
	static inline uint##width##_t load##width(uint64_t address)              \
	{                                                                        \
		uint##width##_t value;                                           \
		memcpy(&value, (const void *)(uintptr_t)address, sizeof(value)); \
		return value;                                                    \
	}                                                                        \
	static inline void store##width(uint64_t address, uint##width##_t value) \
	{                                                                        \
		memcpy((void *)(uintptr_t)address, &value, sizeof(value));       \
	}
MEMORY_ACCESS(8)
MEMORY_ACCESS(16)
MEMORY_ACCESS(32)
MEMORY_ACCESS(64)
#undef MEMORY_ACCESS

static uint64_t probe(uint64_t address, unsigned size)
{
	uint64_t value;

	fault_load((const void *)(uintptr_t)address, size, &value);
	return value;
}

/* What a call leaves of its caller. */
struct frame {
	const struct step *resume;
	uint64_t r6, r7, r8, r9;
	uint32_t may_goto; /* iterations left */
};

#define DST reg[pc->dst]
#define SRC reg[pc->src]
#define STEP(displacement)            \
	do {                          \
		pc += (displacement); \
		goto * pc->handler;   \
	} while (0)
#define NEXT STEP(1)

/* The end of the budget is remembered: what still runs, of a callback or its helper, ends at its next charge. */
#define CHARGE(cost)                                                                               \
	do {                                                                                       \
		if (unlikely(__builtin_sub_overflow(run->budget, (uint64_t)(cost), &run->budget))) \
			goto out_of_budget;                                                        \
	} while (0)

uint64_t interpret(
	const struct step *pc, const uint64_t arguments[5], struct run *run, const void *const **ret_handlers)
{
	static const void *const handlers[STEP_COUNT] = {
#define OPCODE(name, code, src, off, imm, mnemonic, group, since, status) [OP_##name] = &&name,
#include "isa/opcodes.def"
#undef OPCODE
#define BACK(NAME)                                                                              \
	[STEP_BACK_##NAME##_K] = &&back_##NAME##_K, [STEP_BACK_##NAME##_X] = &&back_##NAME##_X, \
	[STEP_BACK_##NAME##32_K] = &&back_##NAME##32_K, [STEP_BACK_##NAME##32_X] = &&back_##NAME##32_X,
		STEP_CONDITIONAL_JUMPS(BACK)
#undef BACK
			[STEP_BACK_JA] = &&back_JA,
		[STEP_BACK_JA32] = &&back_JA32,
		[STEP_BACK_MAY_GOTO] = &&back_MAY_GOTO,
		[STEP_TAIL_CALL] = &&tail_call,
		[STEP_TRAP] = &&trap,
	};
	uint8_t stacks[FRAME_COUNT][STACK_SIZE] __attribute__((aligned(16)));
	struct frame frames[FRAME_COUNT - 1], *frame = frames; /* the next to fill */
	uint32_t may_goto = MAY_GOTO_LIMIT;
	/* 16, for what four bits can name. */
	uint64_t reg[16] = { 0 };

	if (!pc) {
		*ret_handlers = handlers;
		return 0;
	}
	for (unsigned i = 0; i < 5; i++)
		reg[1 + i] = arguments[i];
	reg[REG_FP] = (uintptr_t)stacks[1];
	STEP(0);

	/* Arithmetic. */
#define ALU(NAME, name)                                               \
	NAME##_K : DST = alu64_##name(DST, operand_imm64(pc->imm));   \
	NEXT;                                                         \
	NAME##_X : DST = alu64_##name(DST, SRC);                      \
	NEXT;                                                         \
	NAME##32_K : DST = alu32_##name(DST, operand_imm32(pc->imm)); \
	NEXT;                                                         \
	NAME##32_X : DST = alu32_##name(DST, SRC);                    \
	NEXT;
	ALU(ADD, add)
	ALU(SUB, sub)
	ALU(MUL, mul)
	ALU(DIV, div)
	ALU(SDIV, sdiv)
	ALU(MOD, mod)
	ALU(SMOD, smod)
	ALU(OR, or)
	ALU(AND, and)
	ALU(XOR, xor)
	ALU(LSH, lsh)
	ALU(RSH, rsh)
	ALU(ARSH, arsh)
	ALU(MOV, mov)
#define UNARY(NAME, expression) \
	NAME:                   \
	DST = (expression);     \
	NEXT;
	UNARY(NEG, alu64_neg(DST, 0))
	UNARY(NEG32, alu32_neg(DST, 0))
	UNARY(ZEXT, (uint32_t)DST)
	UNARY(MOVSX8, sext8(SRC))
	UNARY(MOVSX16, sext16(SRC))
	UNARY(MOVSX32, sext32(SRC))
	UNARY(MOVSX8_32, (uint32_t)sext8(SRC))
	UNARY(MOVSX16_32, (uint32_t)sext16(SRC))
	UNARY(LE16, to_le16(DST))
	UNARY(LE32, to_le32(DST))
	UNARY(LE64, to_le64(DST))
	UNARY(BE16, to_be16(DST))
	UNARY(BE32, to_be32(DST))
	UNARY(BE64, to_be64(DST))
	UNARY(BSWAP16, swap16(DST))
	UNARY(BSWAP32, swap32(DST))
	UNARY(BSWAP64, swap64(DST))
	/* Until there are arenas: towards the program's address space (0 from 1) the low half, else a move. */
	UNARY(ADDR_SPACE_CAST, pc->imm == 1 ? (uint32_t)SRC : SRC)

LD_IMM64:
	DST = pc[1].wide;
	STEP(2);

	/* Jumps, and their forms for going back. */
#define JUMP(LABEL, condition)        \
	LABEL:                        \
	if (condition)                \
		STEP(pc->off + 1);    \
	NEXT;                         \
	back_##LABEL : if (condition) \
	{                             \
		CHARGE(-pc->off);     \
		STEP(pc->off + 1);    \
	}                             \
	NEXT;
#define JUMPS(NAME, name)                                           \
	JUMP(NAME##_K, jmp64_##name(DST, operand_imm64(pc->imm)))   \
	JUMP(NAME##_X, jmp64_##name(DST, SRC))                      \
	JUMP(NAME##32_K, jmp32_##name(DST, operand_imm32(pc->imm))) \
	JUMP(NAME##32_X, jmp32_##name(DST, SRC))
	JUMPS(JEQ, jeq)
	JUMPS(JNE, jne)
	JUMPS(JSET, jset)
	JUMPS(JGT, jgt)
	JUMPS(JGE, jge)
	JUMPS(JLT, jlt)
	JUMPS(JLE, jle)
	JUMPS(JSGT, jsgt)
	JUMPS(JSGE, jsge)
	JUMPS(JSLT, jslt)
	JUMPS(JSLE, jsle)
	JUMP(JA, true)
	JUMP(MAY_GOTO, may_goto == 0 || (may_goto--, false))
back_JA32:
	CHARGE(-(int64_t)pc->imm);
JA32:
	STEP((int64_t)pc->imm + 1);
NOSPEC:
	NEXT;

	/* Memory. */
#define LOAD(size, width)                                                                                             \
	LDX_##size : DST = load##width(SRC + pc->off);                                                                \
	NEXT;                                                                                                         \
	PROBE_MEM_##size : DST = probe(SRC + pc->off, width / 8);                                                     \
	NEXT;                                                                                                         \
	LOAD_ACQ_##size : DST = atomic_load_explicit(                                                                 \
				  (const _Atomic uint##width##_t *)(uintptr_t)(SRC + pc->off), memory_order_acquire); \
	NEXT;
#define LOAD_SIGNED(size, width)                                                 \
	LDSX_##size : DST = sext##width(load##width(SRC + pc->off));             \
	NEXT;                                                                    \
	PROBE_MEMSX_##size : DST = sext##width(probe(SRC + pc->off, width / 8)); \
	NEXT;
#define STORE(size, width)                                                                              \
	ST_##size : store##width(DST + pc->off, (uint##width##_t)operand_imm64(pc->imm));               \
	NEXT;                                                                                           \
	STX_##size : store##width(DST + pc->off, (uint##width##_t)SRC);                                 \
	NEXT;                                                                                           \
	STORE_REL_##size : atomic_store_explicit((_Atomic uint##width##_t *)(uintptr_t)(DST + pc->off), \
				   (uint##width##_t)SRC, memory_order_release);                         \
	NEXT;
	LOAD(B, 8)
	LOAD(H, 16)
	LOAD(W, 32)
	LOAD(DW, 64)
	LOAD_SIGNED(B, 8)
	LOAD_SIGNED(H, 16)
	LOAD_SIGNED(W, 32)
	STORE(B, 8)
	STORE(H, 16)
	STORE(W, 32)
	STORE(DW, 64)

	/* Atomics: those that fetch order everything around them, as in the kernel; the others do not. */
#define ATOMIC_TARGET(width) ((_Atomic uint##width##_t *)(uintptr_t)(DST + pc->off))
#define ATOMIC(width, NAME, name)                                                                                     \
	ATOMIC##width##_##NAME                                                                                        \
	    : atomic_fetch_##name##_explicit(ATOMIC_TARGET(width), (uint##width##_t)SRC, memory_order_relaxed);       \
	NEXT;                                                                                                         \
	ATOMIC##width##_FETCH_##NAME                                                                                  \
	    : SRC = atomic_fetch_##name##_explicit(ATOMIC_TARGET(width), (uint##width##_t)SRC, memory_order_seq_cst); \
	NEXT;
#define ATOMICS(width)                                                                                          \
	ATOMIC(width, ADD, add)                                                                                 \
	ATOMIC(width, OR, or)                                                                                   \
	ATOMIC(width, AND, and)                                                                                 \
	ATOMIC(width, XOR, xor)                                                                                 \
	ATOMIC##width##_XCHG                                                                                    \
	    : SRC = atomic_exchange_explicit(ATOMIC_TARGET(width), (uint##width##_t)SRC, memory_order_seq_cst); \
	NEXT;                                                                                                   \
	ATOMIC##width##_CMPXCHG:                                                                                \
	{                                                                                                       \
		uint##width##_t expected = reg[0];                                                              \
		atomic_compare_exchange_strong_explicit(ATOMIC_TARGET(width), &expected, (uint##width##_t)SRC,  \
			memory_order_seq_cst, memory_order_seq_cst);                                            \
		reg[0] = expected;                                                                              \
	}                                                                                                       \
	NEXT;
	ATOMICS(32)
	ATOMICS(64)

	/* Legacy packet loads: r6 is the packet. */
#define PACKET_LOAD(size, bytes)                                                                                  \
	LD_ABS_##size                                                                                             \
	    : if (packet_load((const struct skb *)(uintptr_t)reg[6], pc->imm, bytes, &reg[0])) goto packet_fault; \
	NEXT;                                                                                                     \
	LD_IND_##size : if (packet_load((const struct skb *)(uintptr_t)reg[6], SRC + pc->imm, bytes,              \
				    &reg[0])) goto packet_fault;                                                  \
	NEXT;
	PACKET_LOAD(B, 1)
	PACKET_LOAD(H, 2)
	PACKET_LOAD(W, 4)

	/* Calls. */
CALL_HELPER:
CALL_KFUNC:
	reg[0] = pc[pc->imm].function(reg[1], reg[2], reg[3], reg[4], reg[5], run);
	NEXT;
CALL_LOCAL:
	if (unlikely(frame == frames + ARRAY_SIZE(frames)))
		goto trap;
	CHARGE(pc->off);
	*frame++ = (struct frame){ pc + 1, reg[6], reg[7], reg[8], reg[9], may_goto };
	may_goto = MAY_GOTO_LIMIT;
	reg[REG_FP] += STACK_SIZE;
	STEP((int64_t)pc->imm + 1);
packet_fault:
	reg[0] = 0;
EXIT:
	if (frame == frames)
		return reg[0];
	frame--;
	reg[6] = frame->r6;
	reg[7] = frame->r7;
	reg[8] = frame->r8;
	reg[9] = frame->r9;
	may_goto = frame->may_goto;
	reg[REG_FP] -= STACK_SIZE;
	pc = frame->resume;
	STEP(0);
tail_call : {
	const struct bound *bound = run->bound;
	const struct bound *target = tail_call_target(run, (struct map *)(uintptr_t)reg[2], reg[3]);

	if (!target)
		NEXT;
	if (frame > frames) { /* of a subprogram: its caller goes on with the result */
		reg[0] = target->entry((void *)(uintptr_t)reg[1], run);
		run->bound = bound;
		goto EXIT;
	}
	if (target->mode != EXEC_INTERPRET)
		return target->entry((void *)(uintptr_t)reg[1], run);
	may_goto = MAY_GOTO_LIMIT;
	pc = target->code;
	STEP(0);
}

	/* Nothing that runs: the verifier refuses these, or they need arenas or per-CPU addresses, which are not there.
	 */
LD_MAP_FD:
LD_MAP_VALUE:
LD_BTF_ID:
LD_FUNC:
LD_MAP_IDX:
LD_MAP_IDX_VALUE:
GOTOX:
CALLX:
MOV_PERCPU_ADDR:
PROBE_ATOMIC_W:
PROBE_ATOMIC_DW:
#define ARENA_ACCESS(size) PROBE_MEM32_##size : ST_PROBE_MEM32_##size : STX_PROBE_MEM32_##size:
	ARENA_ACCESS(B)
	ARENA_ACCESS(H)
	ARENA_ACCESS(W)
	ARENA_ACCESS(DW)
PROBE_MEM32SX_B:
PROBE_MEM32SX_H:
PROBE_MEM32SX_W:
trap:
	run->error = -EFAULT;
	return 0;
out_of_budget:
	run->budget = 0;
	run->error = -ELOOP;
	return 0;
}
