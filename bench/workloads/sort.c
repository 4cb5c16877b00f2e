/* SPDX-License-Identifier: BSD-2-Clause */
/* Insertion sort of 32 numbers in memory. */
#include "workload.h"

DATA u32 input[32], output[32];

SETUP
{
	FILL(input, 13);
	return 0;
}

WORK
{
	u32 result = 0;

	for (u32 i = 0; i < 32; i++) {
		u32 value = input[i], at = i;

		for (u32 step = 0; step < 32; step++) {
			if (!at || output[(at - 1) & 31] <= value)
				break;
			output[at & 31] = output[(at - 1) & 31];
			at--;
		}
		output[at & 31] = value;
	}
	for (u32 i = 0; i < 32; i++)
		result = result * 31 + output[i];
	return result;
}
