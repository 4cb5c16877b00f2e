/* SPDX-License-Identifier: BSD-2-Clause */
/* String scan: counts words, digits, lines and vowels in 512 bytes of text. */
#include "workload.h"

DATA u8 text[512];

SETUP
{
	u64 x = 12;

	for (u32 i = 0; i < 512; i++) {
		x = xorshift(x);
		u32 r = x >> 20 & 63;
		text[i] = r < 10 ? (r ? ' ' : '\n') : r < 20 ? '0' + r - 10 : 'a' + (r - 20) % 26;
	}
	return 0;
}

INLINE int is_space(u8 byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n';
}

WORK
{
	u32 words = zero, digits = zero, lines = zero, vowels = zero;
	u8 before = ' ';

	for (u32 i = 0; i < 512; i++) {
		u8 byte = text[i];

		if (byte == '\n')
			lines++;
		if (!is_space(byte) && is_space(before))
			words++;
		if (byte >= '0' && byte <= '9')
			digits++;
		else if (byte == 'a' || byte == 'e' || byte == 'i' || byte == 'o' || byte == 'u')
			vowels++;
		before = byte;
	}
	return words << 24 | digits << 16 | lines << 8 | vowels;
}
