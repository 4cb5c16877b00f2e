/* SPDX-License-Identifier: BSD-2-Clause */
/* Header parsing: 16 frames of Ethernet, VLAN, IPv4 or IPv6, TCP or UDP; a 5-tuple hash of each. */
#include "workload.h"

#define FRAMES 16
DATA u8 frames[FRAMES][128];

SETUP
{
	for (u32 f = 0; f < FRAMES; f++) {
		u64 x = f + 77;
		u8 *p = frames[f];
		u32 at = 12;

		for (u32 i = 0; i < 128; i++) {
			x = xorshift(x);
			p[i] = x >> 32;
		}
		if (f & 1) {
			p[12] = 0x81;
			p[13] = 0;
			at = 16;
		}
		if (f & 2) {
			p[at] = 0x86;
			p[at + 1] = 0xdd;
			p[at + 2 + 6] = f & 4 ? 6 : 17;
		} else {
			p[at] = 8;
			p[at + 1] = 0;
			p[at + 2] = 0x45;
			p[at + 2 + 9] = f & 4 ? 6 : 17;
		}
	}
	return 0;
}

INLINE u32 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

INLINE u32 get32(const u8 *p)
{
	return get16(p) << 16 | get16(p + 2);
}

INLINE u32 parse(const u8 *p, const u8 *end)
{
	u32 hash, protocol, type;

	if (p + 14 > end)
		return 0;
	type = get16(p + 12);
	p += 14;
	if (type == 0x8100) {
		if (p + 4 > end)
			return 0;
		type = get16(p + 2);
		p += 4;
	}
	if (type == 0x0800) {
		if (p + 20 > end || (p[0] & 15) != 5)
			return 1;
		protocol = p[9];
		hash = get32(p + 12) * 31 ^ get32(p + 16);
		p += 20;
	} else if (type == 0x86dd) {
		if (p + 40 > end)
			return 2;
		protocol = p[6];
		hash = 0;
		for (u32 i = 8; i < 40; i += 4)
			hash = hash * 31 ^ get32(p + i);
		p += 40;
	} else {
		return 3;
	}
	if (protocol != 6 && protocol != 17)
		return 4;
	if (p + 4 > end)
		return 5;
	return hash ^ get32(p) ^ protocol;
}

WORK
{
	u32 result = 0;

	for (u32 f = 0; f < FRAMES; f++)
		result = rotl32(result, 3) ^ parse(frames[f], frames[f] + 128);
	return result;
}
