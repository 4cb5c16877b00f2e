/* SPDX-License-Identifier: BSD-2-Clause */
/* Binary search: 32 keys in a sorted table of 1,024 entries. */
#include "workload.h"

DATA u32 table[1024];
DATA u32 keys[32];

SETUP
{
	u32 value = 0;
	u64 x = 10;

	for (u32 i = 0; i < 1024; i++) {
		x = xorshift(x);
		value += (x >> 33 & 0xffff) + 1;
		table[i] = value;
	}
	for (u32 i = 0; i < 32; i++) {
		x = xorshift(x);
		keys[i] = i & 1 ? table[x & 1023] : (u32)(x >> 32) % value;
	}
	return 0;
}

WORK
{
	u32 result = 0;

	for (u32 k = 0; k < 32; k++) {
		u32 key = keys[k], low = zero;

		for (u32 half = 512; half; half >>= 1)
			if (table[(low + half) & 1023] <= key)
				low += half;
		result = result * 31 + low;
	}
	return result;
}
