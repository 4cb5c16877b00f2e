/* SPDX-License-Identifier: BSD-2-Clause */
/* Division by a constant as multiplication (Granlund and Montgomery, 1994). */
#ifndef SKEP_EXEC_JIT_RECIPROCAL_H
#define SKEP_EXEC_JIT_RECIPROCAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * For every n of so many bits: n / divisor = (n >> before) * multiplier >> bits >> after; or, with add, where t is
 * n * multiplier >> bits: ((n - t >> 1) + t) >> after.
 */
struct reciprocal {
	uint64_t multiplier;
	uint8_t before, after;
	bool add;
};

/* bits: 32 or 64. divisor: from 3 to 2^(bits - 1), not a power of two. */
struct reciprocal reciprocal_of(uint64_t divisor, unsigned bits);

#endif
