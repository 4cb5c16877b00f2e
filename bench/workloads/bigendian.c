/* SPDX-License-Identifier: BSD-2-Clause */
/* Big-endian fields: 64 records of 16, 32 and 64 bits read, changed and written back. */
#include "workload.h"

struct record {
	u16 a;
	u16 b;
	u32 c;
	u64 d;
};
DATA struct record records[64];

SETUP
{
	u64 x = 16;

	for (u32 i = 0; i < 64; i++) {
		x = xorshift(x);
		records[i].a = x;
		records[i].b = x >> 16;
		records[i].c = x >> 32;
		records[i].d = x * 3;
	}
	return 0;
}

WORK
{
	u64 sum = 0;

	for (u32 i = 0; i < 64; i++) {
		struct record *r = &records[i];
		u32 c = __builtin_bswap32(r->c);
		u64 d = __builtin_bswap64(r->d);

		sum += __builtin_bswap16(r->a) + __builtin_bswap16(r->b) + c + d;
		r->c = __builtin_bswap32(c ^ i);
		r->d = __builtin_bswap64(d + c);
		r->c = __builtin_bswap32(c);
		r->d = __builtin_bswap64(d);
	}
	return fold(sum);
}
