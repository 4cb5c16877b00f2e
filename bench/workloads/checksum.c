/* SPDX-License-Identifier: BSD-2-Clause */
/* The internet checksum of a packet of 1,504 bytes, 64 bits a step with the carry brought round, RFC 1071 section 2. */
#include "workload.h"

DATA u64 packet[188];

SETUP
{
	u64 x = 4;

	for (u32 i = 0; i < 188; i++)
		packet[i] = x = xorshift(x);
	return 0;
}

WORK
{
	u64 sum = 0;

	for (u32 i = 0; i < 188; i++) {
		sum += packet[i];
		sum += sum < packet[i];
	}
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}
