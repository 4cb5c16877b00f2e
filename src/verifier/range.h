/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ranges of one width, apart from the other views of a scalar: what scalar_alu.c and scalar_sync.c compute with.
 * Private to the scalar domain. Each function is written once, in range_ops.h, for 64 and for 32 bits.
 */
#ifndef SKEP_VERIFIER_RANGE_H
#define SKEP_VERIFIER_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "verifier/scalar.h"

struct range64 {
	int64_t smin, smax;
	uint64_t umin, umax;
};

struct range32 {
	int32_t smin, smax;
	uint32_t umin, umax;
};

#define RANGE range64
#define RANGE_OP(name) range64_##name
#define UWORD uint64_t
#define SWORD int64_t
#define UWORD_MAX UINT64_MAX
#define SWORD_MIN INT64_MIN
#define SWORD_MAX INT64_MAX
#include "verifier/range_ops.h"

#define RANGE range32
#define RANGE_OP(name) range32_##name
#define UWORD uint32_t
#define SWORD int32_t
#define UWORD_MAX UINT32_MAX
#define SWORD_MIN INT32_MIN
#define SWORD_MAX INT32_MAX
#include "verifier/range_ops.h"

static inline struct range64 scalar_range64(struct scalar a)
{
	return (struct range64){ a.smin, a.smax, a.umin, a.umax };
}

static inline struct range32 scalar_range32(struct scalar a)
{
	return (struct range32){ a.s32_min, a.s32_max, a.u32_min, a.u32_max };
}

static inline struct scalar scalar_of(struct tnum var_off, struct range64 r64, struct range32 r32)
{
	return (struct scalar){ var_off, r64.smin, r64.smax, r64.umin, r64.umax, r32.smin, r32.smax, r32.umin,
		r32.umax };
}

#endif
