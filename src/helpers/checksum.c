/* SPDX-License-Identifier: BSD-2-Clause */
/* Internet checksums: ones' complement sums of 16-bit words, RFC 1071. */
#include <string.h>

#include "base/macros.h"
#include "helpers/implement.h"

/* The sum of size bytes, zeros behind them, on top of start; any representative modulo 2^32 - 1. */
static uint64_t sum_words(const uint8_t *bytes, uint32_t size, uint32_t start)
{
	uint64_t sum = start;

	for (uint32_t at = 0; at < size; at += 4) {
		uint32_t word = 0;

		memcpy(&word, bytes + at, MIN(size - at, 4u));
		sum += word;
	}
	return sum;
}

static uint32_t fold_to_32(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	return (uint32_t)((sum & UINT32_MAX) + (sum >> 32));
}

static uint32_t fold_to_16(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/*
 * r1, r2: bytes that go away; r3, r4: bytes that come; r5: the sum so far. Either may be empty. The result has
 * 16 bits.
 */
HELPER_FN(csum_diff)
{
	uint32_t from_size = (uint32_t)r2, to_size = (uint32_t)r4, sum = (uint32_t)r5;

	if (!from_size && !to_size)
		return fold_to_16(sum);
	if (to_size)
		sum = fold_to_32(sum_words((const uint8_t *)(uintptr_t)r3, to_size, sum));
	if (from_size) {
		uint32_t gone = fold_to_32(sum_words((const uint8_t *)(uintptr_t)r1, from_size, 0));

		sum = fold_to_32((uint64_t)sum + (uint32_t)~gone);
	}
	return fold_to_16(sum);
}
