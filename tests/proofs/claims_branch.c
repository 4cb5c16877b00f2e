/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Branches: a pair of numbers that goes one way is in what is kept for that way, and goes no way that is said never to
 * be taken. scalar_sync() is left out, as in claims_alu.c.
 */
#include "claims.h"

#define scalar_sync(a) (a)
#include "verifier/scalar.c"
#include "verifier/scalar_branch.c"
#include "verifier/tnum.c"

#define SOUND_VIEW(name, view, op, is32, taken)                                                \
	CLAIM(name##_##view, SCALAR(a), SCALAR(b), uint64_t x, uint64_t y)                     \
	{                                                                                      \
		if (!contains(GET(a), x) || !contains(GET(b), y))                              \
			return true;                                                           \
		return contains_##view(scalar_branch(op, is32, taken, GET(a), GET(b)).a, x) && \
		       contains_##view(scalar_branch(op, is32, taken, GET(a), GET(b)).b, y);   \
	}
/* Each view of both by itself, which is easier for a solver; and what is said of the way before it is taken. */
#define SOUND(name, op, is32, taken)                                                                \
	SOUND_VIEW(name, bits, op, is32, taken)                                                     \
	SOUND_VIEW(name, unsigned, op, is32, taken)                                                 \
	SOUND_VIEW(name, signed, op, is32, taken)                                                   \
	SOUND_VIEW(name, unsigned_low, op, is32, taken)                                             \
	SOUND_VIEW(name, signed_low, op, is32, taken)                                               \
	CLAIM(name##_outcome, SCALAR(a), SCALAR(b), uint64_t x, uint64_t y)                         \
	{                                                                                           \
		enum branch_outcome outcome = scalar_branch_outcome(op, is32, GET(a), GET(b));      \
                                                                                                    \
		return !contains(GET(a), x) || !contains(GET(b), y) || outcome == BRANCH_UNKNOWN || \
		       outcome == (int)(taken);                                                     \
	}

#define BOTH_WIDTHS(name, op)                      \
	SOUND(name, op, false, jmp64_##name(x, y)) \
	SOUND(name##32, op, true, jmp32_##name((uint32_t)x, (uint32_t)y))

BOTH_WIDTHS(jeq, BPF_JEQ)
BOTH_WIDTHS(jne, BPF_JNE)
BOTH_WIDTHS(jset, BPF_JSET)
BOTH_WIDTHS(jgt, BPF_JGT)
BOTH_WIDTHS(jge, BPF_JGE)
BOTH_WIDTHS(jlt, BPF_JLT)
BOTH_WIDTHS(jle, BPF_JLE)
BOTH_WIDTHS(jsgt, BPF_JSGT)
BOTH_WIDTHS(jsge, BPF_JSGE)
BOTH_WIDTHS(jslt, BPF_JSLT)
BOTH_WIDTHS(jsle, BPF_JSLE)
