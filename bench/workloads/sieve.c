/* SPDX-License-Identifier: BSD-2-Clause */
/* Primes below 256 by the sieve, bits in four words. */
#include "workload.h"

DATA u64 bits[4];

SETUP
{
	return 0;
}

WORK
{
	u32 count = 0;

	for (u32 i = 0; i < 4; i++)
		bits[i] = ~0ull;
	for (u32 n = 2; n < 16; n++) {
		if (!(bits[n >> 6] >> (n & 63) & 1))
			continue;
		for (u32 m = n * n; m < 256; m += n)
			bits[m >> 6 & 3] &= ~(1ull << (m & 63));
	}
	for (u32 n = 2; n < 256; n++)
		count += bits[n >> 6] >> (n & 63) & 1;
	return count;
}
