/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Local optimisation: what values registers hold, within a region: instructions that are entered at the first alone
 * and may be left in between by conditional jumps.
 *
 * A value has a number: the index of the instruction that computes it, or a number beyond all of them if it was there
 * before. Copies of a value have its number. Patterns (fold.c, access.c) look at one instruction and at how its
 * operands came to be, and rewrite that instruction; what nobody reads afterwards goes out in the end.
 *
 * Two-operand code destroys what it reads, so the value that a pattern wants is often gone. But if the instruction that
 * overwrote its register is not needed once the pattern applies, taking that one out brings the value back: see
 * value_restore().
 */
#ifndef SKEP_EXEC_JIT_VALUES_H
#define SKEP_EXEC_JIT_VALUES_H

#include "exec/jit/program.h"

/* What a register holds. */
struct holding {
	uint32_t value; /* number */
	uint32_t low; /* a value whose lower half is the same */
	uint32_t def; /* the instruction that put it there; UINT32_MAX: before the region */
	bool zero_extended; /* the upper half is known to be 0 */
};

/* A value put together from bytes in memory. */
struct assembled {
	uint32_t base; /* value of the address; UINT32_MAX: it is not such a value */
	int32_t disp; /* of the byte that at[] calls 0 */
	uint32_t epoch;
	int8_t at[8]; /* which byte, from the lowest of the value up; -1: zero */
};

/* Of one instruction of the region. */
struct note {
	struct holding a, b, index; /* its operands */
	struct holding before; /* what its destination held */
	uint32_t uses; /* instructions that read what it computed; more, if it is read outside of the region */
	uint32_t epoch; /* changes with memory */
	struct assembled bytes;
};

#define REGISTERS 16

struct region {
	struct jit_program *program;
	struct ir *ir; /* of the program */
	uint32_t start, end;
	struct note *notes; /* of instruction start and so on */
	struct holding reg[REGISTERS];
	uint32_t fresh; /* the next number for a value that no instruction computes */
	uint32_t epoch;
};

static inline bool value_is_local(const struct region *region, uint32_t value)
{
	return value >= region->start && value < region->end;
}

static inline struct note *value_note(const struct region *region, uint32_t i)
{
	return &region->notes[i - region->start];
}

/* The instruction that computed the value; NULL if it is not of this region or of another kind. */
const struct ir *value_source(const struct region *region, uint32_t value, enum ir_kind kind);

/* Whether the value is a constant. */
bool value_constant(const struct region *region, uint32_t value, int64_t *ret_constant);

/* A register that holds a value now: wanted if possible, or NO_REG. With low: whose lower half is the same. */
uint8_t value_register(const struct region *region, uint32_t value, bool low, uint8_t wanted);

/*
 * Makes reg hold value again by taking out the instructions that overwrote it. The first of them may be read by
 * nobody but the instruction that is being rewritten, the others by nobody but those that go. False: nothing changed.
 */
bool value_restore(struct region *region, uint8_t reg, uint32_t value, bool low);

/* Instruction i reads reg in addition to what was counted. */
void value_read(struct region *region, uint8_t reg);

/* Whether reg holds what one instruction computed that nobody else reads; which one. */
bool value_is_single(const struct region *region, uint8_t reg, uint32_t *ret_def);

/* Patterns. Each looks at instruction i, before it is executed, and may rewrite it. */
void fold_operands(struct region *region, uint32_t i);
void fold_arithmetic(struct region *region, uint32_t i);
void fold_access(struct region *region, uint32_t i);

#define NO_BYTES UINT32_MAX

/* Fills bytes of the note of instruction i. True if i was rewritten: two, four or eight bytes are loaded at once. */
bool assemble_bytes(struct region *region, uint32_t i);

#endif
