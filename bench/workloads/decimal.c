/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers to text: division by the constant 10. */
#include "workload.h"

DATA u64 numbers[16];
DATA u8 text[32];

SETUP
{
	FILL(numbers, 7);
	return 0;
}

WORK
{
	u32 result = 0;

	for (u32 n = 0; n < 16; n++) {
		u64 x = numbers[n];
		u32 at = 0;

		for (u32 digit = 0; digit < 20; digit++) {
			text[at & 31] = '0' + x % 10;
			x /= 10;
			at++;
			if (!x)
				break;
		}
		result = result * 33 + at + text[at & 31 ? (at - 1) & 31 : 0];
	}
	return result;
}
