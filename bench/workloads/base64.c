/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 of 192 bytes. */
#include "workload.h"

DATA u8 input[256], output[256];
DATA u8 alphabet[64];

SETUP
{
	FILL(input, 15);
	for (u32 i = 0; i < 26; i++) {
		alphabet[i] = 'A' + i;
		alphabet[26 + i] = 'a' + i;
	}
	for (u32 i = 0; i < 10; i++)
		alphabet[52 + i] = '0' + i;
	alphabet[62] = '+';
	alphabet[63] = '/';
	return 0;
}

WORK
{
	u32 result = 0, to = 0;

	for (u32 i = 0; i < 192; i += 3) {
		u32 three = input[i] << 16 | input[i + 1] << 8 | input[i + 2];

		output[to & 255] = alphabet[three >> 18 & 63];
		output[(to + 1) & 255] = alphabet[three >> 12 & 63];
		output[(to + 2) & 255] = alphabet[three >> 6 & 63];
		output[(to + 3) & 255] = alphabet[three & 63];
		to += 4;
	}
	for (u32 i = 0; i < 256; i += 5)
		result = result * 31 + output[i];
	return result;
}
