/* SPDX-License-Identifier: BSD-2-Clause */
/* A 32-bit mixing hash over a packet, twelve bytes a step, as flow tables use. */
#include "workload.h"

DATA u32 packet[384];

SETUP
{
	FILL(packet, 3);
	return 0;
}

WORK
{
	u32 a = 0xdeadbeef, b = a, c = a;

	for (u32 i = 0; i < 384; i += 3) {
		a += packet[i];
		b += packet[i + 1];
		c += packet[i + 2];
		a = (a - c) ^ rotl32(c, 4);
		c += b;
		b = (b - a) ^ rotl32(a, 6);
		a += c;
		c = (c - b) ^ rotl32(b, 8);
		b += a;
	}
	return c;
}
