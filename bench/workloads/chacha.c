/* SPDX-License-Identifier: BSD-2-Clause */
/* Two ChaCha20 blocks: 32-bit rotates, and more live values than there are registers. */
#include "workload.h"

DATA u32 key[8];

SETUP
{
	FILL(key, 2);
	return 0;
}

#define QUARTER(a, b, c, d)            \
	do {                           \
		a += b;                \
		d = rotl32(d ^ a, 16); \
		c += d;                \
		b = rotl32(b ^ c, 12); \
		a += b;                \
		d = rotl32(d ^ a, 8);  \
		c += d;                \
		b = rotl32(b ^ c, 7);  \
	} while (0)

INLINE u32 block(u32 counter)
{
	u32 x0 = 0x61707865, x1 = 0x3320646e, x2 = 0x79622d32, x3 = 0x6b206574;
	u32 x4 = key[0], x5 = key[1], x6 = key[2], x7 = key[3], x8 = key[4], x9 = key[5], xa = key[6], xb = key[7];
	u32 xc = counter, xd = 0x09000000, xe = 0x4a000000, xf = 0;

	for (u32 round = 0; round < 10; round++) {
		QUARTER(x0, x4, x8, xc);
		QUARTER(x1, x5, x9, xd);
		QUARTER(x2, x6, xa, xe);
		QUARTER(x3, x7, xb, xf);
		QUARTER(x0, x5, xa, xf);
		QUARTER(x1, x6, xb, xc);
		QUARTER(x2, x7, x8, xd);
		QUARTER(x3, x4, x9, xe);
	}
	return x0 ^ x1 ^ x2 ^ x3 ^ x4 ^ x5 ^ x6 ^ x7 ^ x8 ^ x9 ^ xa ^ xb ^ xc ^ xd ^ xe ^ xf;
}

WORK
{
	return block(1) + block(2);
}
