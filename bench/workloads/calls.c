/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls between subprograms. */
#include "workload.h"

DATA u64 values[64];

SETUP
{
	FILL(values, 8);
	return 0;
}

NOINLINE u64 leaf(u64 a, u64 b)
{
	return (a ^ b) * 0x9e3779b97f4a7c15ull;
}

NOINLINE u64 middle(u64 a, u64 b)
{
	return leaf(a, b) + leaf(b, a >> 3);
}

WORK
{
	u64 sum = 0;

	for (u32 i = 0; i < 64; i++)
		sum += middle(values[i], sum);
	return fold(sum);
}
