/* SPDX-License-Identifier: BSD-2-Clause */
/* The history of a path: what precision needs to go back along it. */
#ifndef SKEP_VERIFIER_TRACE_H
#define SKEP_VERIFIER_TRACE_H

#include "verifier/verifier.h"

/*
 * Registers and slots that a comparison changed together, in one word: six entries of ten bits, and how many.
 * An entry: number of the register or slot, frame, and whether it is a register.
 */
#define LINKED_MAX 6
#define LINKED_COUNT(linked) ((uint32_t)((linked) >> 60))
#define LINKED_ENTRY(linked, i) ((uint32_t)((linked) >> (10 * (i))) & 1023)
#define LINKED_NUMBER(entry) ((entry)&63)
#define LINKED_FRAME(entry) ((entry) >> 6 & 7)
#define LINKED_IS_REG(entry) ((entry) >> 9 & 1)
#define LINKED_MAKE(frame, is_reg, number) ((uint64_t)(number) | (uint64_t)(frame) << 6 | (uint64_t)(is_reg) << 9)

/* Writes down something about the instruction that is executed; what is written about one instruction adds up. */
int note_step(struct verifier *v, uint32_t flags, uint64_t linked);

/* A path joins one that was found safe: what was precise there is so on the way here. */
int inherit_precision(struct verifier *v, const struct state *old);

#endif
