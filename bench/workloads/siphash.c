/* SPDX-License-Identifier: BSD-2-Clause */
/* SipHash-2-4 of 256 bytes: 64-bit adds, rotates and xors. */
#include "workload.h"

DATA u64 message[32];

SETUP
{
	FILL(message, 1);
	return 0;
}

struct sip {
	u64 a, b, c, d;
};

INLINE void sip_round(struct sip *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = rotl64(s->b, 13) ^ s->a;
	s->d = rotl64(s->d, 16) ^ s->c;
	s->a = rotl64(s->a, 32);
	s->c += s->b;
	s->a += s->d;
	s->b = rotl64(s->b, 17) ^ s->c;
	s->d = rotl64(s->d, 21) ^ s->a;
	s->c = rotl64(s->c, 32);
}

WORK
{
	u64 k0 = 0x0706050403020100, k1 = 0x0f0e0d0c0b0a0908;
	struct sip s = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
		k1 ^ 0x7465646279746573 };

	for (u32 i = 0; i < 32; i++) {
		s.d ^= message[i];
		sip_round(&s);
		sip_round(&s);
		s.a ^= message[i];
	}
	s.c ^= 0xff;
	for (u32 i = 0; i < 4; i++)
		sip_round(&s);
	return fold(s.a ^ s.b ^ s.c ^ s.d);
}
