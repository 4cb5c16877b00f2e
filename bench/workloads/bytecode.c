/* SPDX-License-Identifier: BSD-2-Clause */
/* A small byte-code machine: a switch in a loop. */
#include "workload.h"

DATA u8 code[256];

SETUP
{
	u64 x = 11;

	for (u32 i = 0; i < 256; i++) {
		x = xorshift(x);
		code[i] = x >> 40;
	}
	return 0;
}

WORK
{
	u32 a = zero + 1, b = zero + 2, c = zero + 3, pc = zero;

	for (u32 step = 0; step < 256; step++) {
		u32 op = code[pc & 255];

		pc++;
		switch (op & 15) {
		case 0:
			a += b;
			break;
		case 1:
			b ^= c;
			break;
		case 2:
			c -= a;
			break;
		case 3:
			a = rotl32(a, 5);
			break;
		case 4:
			b *= 5;
			break;
		case 5:
			c |= op;
			break;
		case 6:
			a &= ~op;
			break;
		case 7:
			b = a + op;
			break;
		case 8:
			if (a & 1)
				pc++;
			break;
		case 9:
			c = a ^ b;
			break;
		case 10:
			a = b >> 3;
			break;
		case 11:
			c += op << 4;
			break;
		default:
			a ^= op;
			break;
		}
	}
	return a ^ b ^ c;
}
