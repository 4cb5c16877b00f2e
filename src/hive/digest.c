/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/digest.h"

#include <string.h>

typedef void block_fn(uint32_t *state, const uint8_t *block);

static uint32_t rotate_left(uint32_t value, int bits)
{
	return value << bits | value >> (32 - bits);
}

static uint32_t rotate_right(uint32_t value, int bits)
{
	return value >> bits | value << (32 - bits);
}

static uint32_t get_be32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static void put_be32(uint8_t *bytes, uint32_t value)
{
	bytes[0] = value >> 24;
	bytes[1] = value >> 16;
	bytes[2] = value >> 8;
	bytes[3] = value;
}

/* FIPS 180-4 section 6.1.2. */
static void sha1_block(uint32_t *state, const uint8_t *block)
{
	uint32_t schedule[80];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

	for (int t = 0; t < 16; t++)
		schedule[t] = get_be32(block + 4 * t);
	for (int t = 16; t < 80; t++)
		schedule[t] = rotate_left(schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16], 1);
	for (int t = 0; t < 80; t++) {
		uint32_t mixed, constant;

		if (t < 20) {
			mixed = (b & c) ^ (~b & d);
			constant = 0x5a827999;
		} else if (t < 40) {
			mixed = b ^ c ^ d;
			constant = 0x6ed9eba1;
		} else if (t < 60) {
			mixed = (b & c) ^ (b & d) ^ (c & d);
			constant = 0x8f1bbcdc;
		} else {
			mixed = b ^ c ^ d;
			constant = 0xca62c1d6;
		}
		uint32_t next = rotate_left(a, 5) + mixed + e + constant + schedule[t];
		e = d;
		d = c;
		c = rotate_left(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

/* FIPS 180-4 section 4.2.2. */
static const uint32_t sha256_constants[64] = {
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
};

/* FIPS 180-4 section 6.2.2. */
static void sha256_block(uint32_t *state, const uint8_t *block)
{
	uint32_t schedule[64];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	for (int t = 0; t < 16; t++)
		schedule[t] = get_be32(block + 4 * t);
	for (int t = 16; t < 64; t++) {
		uint32_t early = schedule[t - 15], late = schedule[t - 2];

		schedule[t] = schedule[t - 16] + schedule[t - 7] +
			      (rotate_right(early, 7) ^ rotate_right(early, 18) ^ early >> 3) +
			      (rotate_right(late, 17) ^ rotate_right(late, 19) ^ late >> 10);
	}
	for (int t = 0; t < 64; t++) {
		uint32_t first = h + (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) +
				 ((e & f) ^ (~e & g)) + sha256_constants[t] + schedule[t];
		uint32_t second = (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) +
				  ((a & b) ^ (a & c) ^ (b & c));

		h = g;
		g = f;
		f = e;
		e = d + first;
		d = c;
		c = b;
		b = a;
		a = first + second;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

/* Both digests pad alike: a one bit, zeros, and the length in bits at the end of the last block. */
static void digest(block_fn *block, uint32_t *state, const uint8_t *data, size_t size)
{
	uint8_t last[128] = {};
	size_t whole = size / 64 * 64, rest = size - whole;
	size_t end = rest < 56 ? 64 : 128;

	for (size_t at = 0; at < whole; at += 64)
		block(state, data + at);
	memcpy(last, data + whole, rest);
	last[rest] = 0x80;
	put_be32(last + end - 8, (uint64_t)size >> 29);
	put_be32(last + end - 4, (uint64_t)size << 3);
	for (size_t at = 0; at < end; at += 64)
		block(state, last + at);
}

void digest_sha1(const void *data, size_t size, uint8_t ret_digest[20])
{
	uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };

	digest(sha1_block, state, data, size);
	for (int i = 0; i < 5; i++)
		put_be32(ret_digest + 4 * i, state[i]);
}

void digest_sha256(const void *data, size_t size, uint8_t ret_digest[32])
{
	uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
		0x5be0cd19 };

	digest(sha256_block, state, data, size);
	for (int i = 0; i < 8; i++)
		put_be32(ret_digest + 4 * i, state[i]);
}
