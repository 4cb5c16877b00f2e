/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC-32 of 512 bytes by a table of 256 entries. */
#include "workload.h"

DATA u32 table[256];
DATA u8 message[512];

SETUP
{
	for (u32 i = 0; i < 256; i++) {
		u32 c = i;

		for (u32 k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
		table[i] = c;
	}
	FILL(message, 5);
	return 0;
}

WORK
{
	u32 crc = ~0u;

	for (u32 i = 0; i < 512; i++)
		crc = table[(crc ^ message[i]) & 255] ^ crc >> 8;
	return ~crc;
}
