/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers into ranges: division by values that are not constants, and by some that are. */
#include "workload.h"

DATA u32 ranges[16];

SETUP
{
	u64 x = 14;

	for (u32 i = 0; i < 16; i++) {
		x = xorshift(x);
		ranges[i] = (x >> 33 & 0xfff) + 1;
	}
	return 0;
}

WORK
{
	u64 x = 88172645463325252ull;
	u32 result = 0;

	for (u32 i = 0; i < 64; i++) {
		x = xorshift(x);
		result += (u32)x % ranges[i & 15];
		result ^= (u32)(x >> 32) % 1000003;
		result += (u32)(x >> 8) / 60;
	}
	return result;
}
