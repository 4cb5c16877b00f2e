/* SPDX-License-Identifier: BSD-2-Clause */
/* Products of 4 x 4 matrices of 64-bit numbers on the stack. */
#include "workload.h"

DATA u64 start[16];

SETUP
{
	FILL(start, 9);
	return 0;
}

WORK
{
	u64 a[16], b[16], result = 0;

	for (u32 i = 0; i < 16; i++)
		a[i] = b[i] = start[i];
	for (u32 n = 0; n < 6; n++) {
		u64 c[16];

		for (u32 i = 0; i < 4; i++)
			for (u32 j = 0; j < 4; j++) {
				u64 sum = 0;

				for (u32 k = 0; k < 4; k++)
					sum += a[i * 4 + k] * b[k * 4 + j];
				c[i * 4 + j] = sum;
			}
		for (u32 i = 0; i < 16; i++)
			a[i] = c[i];
	}
	for (u32 i = 0; i < 16; i++)
		result = result * 31 + a[i];
	return fold(result);
}
