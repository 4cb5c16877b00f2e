/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threaded loop: each step jumps to the code of the next.
 *
 * The budget is charged where a program can come back to: a backward jump costs its distance, a call the size of the
 * function, so that code which goes forward runs at full speed and a run overshoots by one pass over its code.
 */
#include "exec/step.h"

#include <errno.h>

#include "base/macros.h"
#include "exec/exec.h"
#include "exec/resolve.h"
#include "exec/step_do.h"

/* What a call leaves of its caller. */
struct frame {
	const struct step *resume;
	uint64_t r6, r7, r8, r9;
	uint32_t may_goto; /* iterations left */
};

unsigned step_pair(enum op first, enum op second)
{
	static const uint16_t steps[OP_COUNT + 1][OP_COUNT + 1] = {
#define PAIR(first, second) [OP_##first][OP_##second] = STEP_##first##_##second,
#define PAIR_JUMP PAIR
#include "exec/pairs.def"
#undef PAIR
#undef PAIR_JUMP
	};

	return steps[first][second] ? steps[first][second] : STEP_TRAP;
}

#define GO(displacement)              \
	do {                          \
		pc += (displacement); \
		goto * pc->handler;   \
	} while (0)

/* The end of the budget is remembered: what still runs, of a callback or its helper, ends at its next charge. */
#define CHARGE(cost)                                                                               \
	do {                                                                                       \
		if (unlikely(__builtin_sub_overflow(run->budget, (uint64_t)(cost), &run->budget))) \
			goto out_of_budget;                                                        \
	} while (0)

#define JUMP(displacement)                      \
	do {                                    \
		int64_t jump_ = (displacement); \
		if (jump_ < 0)                  \
			CHARGE(-jump_);         \
		GO(jump_ + 1);                  \
	} while (0)

/* Slots of an instruction. */
#define WIDTH(name) (OP_##name == OP_LD_IMM64 ? 2 : 1)

uint64_t interpret(
	const struct step *pc, const uint64_t arguments[5], struct run *run, const void *const **ret_handlers)
{
	/* clang-format off */
	static const void *const handlers[STEP_COUNT] = {
#define OPCODE(name, code, src, off, imm, mnemonic, group, since, status) [OP_##name] = &&name,
#include "isa/opcodes.def"
#undef OPCODE
		[STEP_TAIL_CALL] = &&tail_call,
		[STEP_TRAP] = &&trap,
#define PAIR(first, second) [STEP_##first##_##second] = &&first##_##second,
#define PAIR_JUMP PAIR
#include "exec/pairs.def"
#undef PAIR
#undef PAIR_JUMP
	};
	uint8_t stacks[FRAME_COUNT][STACK_SIZE] __attribute__((aligned(16)));
	struct frame frames[FRAME_COUNT - 1], *frame = frames; /* the next to fill */
	uint32_t may_goto = MAY_GOTO_LIMIT;
	uint64_t reg[REG_COUNT] = { 0 };

	if (!pc) {
		*ret_handlers = handlers;
		return 0;
	}
	for (unsigned i = 0; i < 5; i++)
		reg[1 + i] = arguments[i];
	reg[REG_FP] = (uintptr_t)stacks[1];
	GO(0);

#define PLAIN(name)            \
	name:                  \
		do_##name(reg, pc); \
		GO(WIDTH(name));
#define CONDITIONAL(name)                    \
	name:                                \
		if (test_##name(reg, pc))    \
			JUMP(pc->off);       \
		GO(1);
#define ALU(name) PLAIN(name##_K) PLAIN(name##_X) PLAIN(name##32_K) PLAIN(name##32_X)
#define CONDITIONALS(name) \
	CONDITIONAL(name##_K) CONDITIONAL(name##_X) CONDITIONAL(name##32_K) CONDITIONAL(name##32_X)
#define SIZES(name) PLAIN(name##_B) PLAIN(name##_H) PLAIN(name##_W) PLAIN(name##_DW)
#define ATOMIC(name) PLAIN(ATOMIC32_##name) PLAIN(ATOMIC64_##name)
	ALU(ADD) ALU(SUB) ALU(MUL) ALU(DIV) ALU(SDIV) ALU(MOD) ALU(SMOD) ALU(OR) ALU(AND) ALU(XOR) ALU(LSH) ALU(RSH)
	ALU(ARSH) ALU(MOV) PLAIN(NEG) PLAIN(NEG32) PLAIN(ZEXT) PLAIN(MOVSX8) PLAIN(MOVSX16) PLAIN(MOVSX32)
	PLAIN(MOVSX8_32) PLAIN(MOVSX16_32) PLAIN(LE16) PLAIN(LE32) PLAIN(LE64) PLAIN(BE16) PLAIN(BE32) PLAIN(BE64)
	PLAIN(BSWAP16) PLAIN(BSWAP32) PLAIN(BSWAP64) PLAIN(LD_IMM64) PLAIN(ADDR_SPACE_CAST) PLAIN(NOSPEC)
	CONDITIONALS(JEQ) CONDITIONALS(JNE) CONDITIONALS(JSET) CONDITIONALS(JGT) CONDITIONALS(JGE) CONDITIONALS(JLT)
	CONDITIONALS(JLE) CONDITIONALS(JSGT) CONDITIONALS(JSGE) CONDITIONALS(JSLT) CONDITIONALS(JSLE) CONDITIONAL(JA)
	SIZES(LDX) SIZES(PROBE_MEM) SIZES(LOAD_ACQ) SIZES(ST) SIZES(STX) SIZES(STORE_REL)
	PLAIN(LDSX_B) PLAIN(LDSX_H) PLAIN(LDSX_W) PLAIN(PROBE_MEMSX_B) PLAIN(PROBE_MEMSX_H) PLAIN(PROBE_MEMSX_W)
	ATOMIC(ADD) ATOMIC(FETCH_ADD) ATOMIC(OR) ATOMIC(FETCH_OR) ATOMIC(AND) ATOMIC(FETCH_AND) ATOMIC(XOR)
	ATOMIC(FETCH_XOR) ATOMIC(XCHG) ATOMIC(CMPXCHG)

	/* Two at once. */
#define PAIR(first, second)                                  \
	first##_##second:                                    \
		do_##first(reg, pc);                         \
		do_##second(reg, pc + WIDTH(first));         \
		GO(WIDTH(first) + WIDTH(second));
#define PAIR_JUMP(first, second)                             \
	first##_##second:                                    \
		do_##first(reg, pc);                         \
		pc += WIDTH(first);                          \
		if (test_##second(reg, pc))                  \
			JUMP(pc->off);                       \
		GO(1);
#include "exec/pairs.def"
#undef PAIR
#undef PAIR_JUMP

MAY_GOTO:
	if (may_goto == 0)
		JUMP(pc->off);
	may_goto--;
	GO(1);
JA32:
	JUMP(pc->imm);

	/* Legacy packet loads: r6 is the packet. */
#define PACKET_LOAD(size, bytes)                                                                                   \
	LD_ABS_##size:                                                                                             \
		if (packet_load((const struct skb *)(uintptr_t)reg[6], pc->imm, bytes, &reg[0]))                   \
			goto packet_fault;                                                                         \
		GO(1);                                                                                             \
	LD_IND_##size:                                                                                             \
		if (packet_load((const struct skb *)(uintptr_t)reg[6], reg[pc->src] + pc->imm, bytes, &reg[0]))    \
			goto packet_fault;                                                                         \
		GO(1);
	PACKET_LOAD(B, 1)
	PACKET_LOAD(H, 2)
	PACKET_LOAD(W, 4)
	/* clang-format on */

	/* Calls. */
CALL_HELPER:
CALL_KFUNC:
	reg[0] = pc[pc->imm].function(reg[1], reg[2], reg[3], reg[4], reg[5], run);
	GO(1);
CALL_LOCAL:
	if (unlikely(frame == frames + ARRAY_SIZE(frames)))
		goto trap;
	CHARGE(pc->off);
	*frame++ = (struct frame){ pc + 1, reg[6], reg[7], reg[8], reg[9], may_goto };
	may_goto = MAY_GOTO_LIMIT;
	reg[REG_FP] += STACK_SIZE;
	GO((int64_t)pc->imm + 1);
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
	GO(0);
tail_call : {
	const struct bound *bound = run->bound;
	const struct bound *target = tail_call_target(run, (struct map *)(uintptr_t)reg[2], reg[3]);

	if (!target)
		GO(1);
	if (frame > frames) { /* of a subprogram: its caller goes on with the result */
		reg[0] = target->entry((void *)(uintptr_t)reg[1], run);
		run->bound = bound;
		goto EXIT;
	}
	if (target->mode != EXEC_INTERPRET)
		return target->entry((void *)(uintptr_t)reg[1], run);
	may_goto = MAY_GOTO_LIMIT;
	pc = target->code;
	GO(0);
}

#define LABEL(name) \
	name:
	STEP_NOT_RUN(LABEL)
#undef LABEL
trap:
	run->error = -EFAULT;
	return 0;
out_of_budget:
	run->budget = 0;
	run->error = -ELOOP;
	return 0;
}
