/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers that keep the checksums in packets right. A ones' complement zero has two representations; which one comes
 * out depends on the order of additions, and is as Linux computes it.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "helpers/implement.h"
#include "progs/skb.h"

#define OFFSET_MAX 0xffff
#define ZERO_STANDS_FOR_NONE 0xffff /* what UDP sends when the sum is 0, which means that there is none */
#define CHECKSUM_LEVELS_MAX 3

static uint32_t add32(uint32_t a, uint32_t b)
{
	a += b;
	return a + (a < b);
}

static uint16_t add16(uint16_t a, uint16_t b)
{
	a = (uint16_t)(a + b);
	return (uint16_t)(a + (a < b));
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

/* The checksum field when `from` becomes `to` in what it covers. */
static uint16_t replace32(uint16_t field, uint32_t from, uint32_t to)
{
	return fold(add32(add32(~(uint32_t)field, ~from), to));
}

static uint16_t replace16(uint16_t field, uint16_t from, uint16_t to)
{
	return (uint16_t)~add16(add16((uint16_t)~field, (uint16_t)~from), to);
}

static uint16_t replace_by_difference(uint16_t field, uint32_t difference)
{
	return fold(add32(difference, ~(uint32_t)field));
}

/* The field at an offset; NULL if it is not in the packet. */
static uint8_t *field_at(const struct skb *skb, uint32_t offset)
{
	if (offset > OFFSET_MAX || offset & 1 || skb->len < 2 || offset > skb->len - 2)
		return NULL;
	return skb->data + offset;
}

/* r1: skb, r2: offset of the field, r3: old value, r4: new value, r5: flags with the size of the value. */
HELPER_FN(l3_csum_replace)
{
	uint8_t *at = field_at((const struct skb *)(uintptr_t)r1, (uint32_t)r2);
	uint16_t field;

	if (r5 & ~(uint64_t)BPF_F_HDR_FIELD_MASK)
		return (uint64_t)-EINVAL;
	if (!at)
		return (uint64_t)-EFAULT;
	memcpy(&field, at, sizeof(field));
	switch (r5) {
	case 0:
		if (r3)
			return (uint64_t)-EINVAL;
		field = replace_by_difference(field, (uint32_t)r4);
		break;
	case 2:
		field = replace16(field, (uint16_t)r3, (uint16_t)r4);
		break;
	case 4:
		field = replace32(field, (uint32_t)r3, (uint32_t)r4);
		break;
	default:
		return (uint64_t)-EINVAL;
	}
	memcpy(at, &field, sizeof(field));
	return 0;
}

HELPER_FN(l4_csum_replace)
{
	uint8_t *at = field_at((const struct skb *)(uintptr_t)r1, (uint32_t)r2);
	bool zero_is_none = r5 & BPF_F_MARK_MANGLED_0;
	uint16_t field;

	if (r5 & ~(uint64_t)(BPF_F_HDR_FIELD_MASK | BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE |
			     BPF_F_IPV6))
		return (uint64_t)-EINVAL;
	if (!at)
		return (uint64_t)-EFAULT;
	memcpy(&field, at, sizeof(field));
	if (zero_is_none && !(r5 & BPF_F_MARK_ENFORCE) && !field)
		return 0;
	switch (r5 & BPF_F_HDR_FIELD_MASK) {
	case 0:
		if (r3)
			return (uint64_t)-EINVAL;
		field = replace_by_difference(field, (uint32_t)r4);
		break;
	case 2:
		field = replace32(field, (uint16_t)r3, (uint16_t)r4);
		break;
	case 4:
		field = replace32(field, (uint32_t)r3, (uint32_t)r4);
		break;
	default:
		return (uint64_t)-EINVAL;
	}
	if (zero_is_none && !field)
		field = ZERO_STANDS_FOR_NONE;
	memcpy(at, &field, sizeof(field));
	return 0;
}

/* Packets never come with a checksum over the whole of them. */
HELPER_FN(csum_update)
{
	return (uint64_t)-524; /* ENOTSUPP */
}

static void one_level_more(struct skb *skb)
{
	if (skb->checksum != SKB_CHECKSUM_UNNECESSARY) {
		skb->checksum = SKB_CHECKSUM_UNNECESSARY;
		skb->checksum_level = 0;
	} else if (skb->checksum_level < CHECKSUM_LEVELS_MAX) {
		skb->checksum_level++;
	}
}

static void one_level_less(struct skb *skb)
{
	if (skb->checksum != SKB_CHECKSUM_UNNECESSARY)
		return;
	if (skb->checksum_level)
		skb->checksum_level--;
	else
		skb->checksum = SKB_CHECKSUM_NONE;
}

/* r2: what to do with how many checksums the receiver has checked. */
HELPER_FN(csum_level)
{
	struct skb *skb = (struct skb *)(uintptr_t)r1;

	switch (r2) {
	case BPF_CSUM_LEVEL_QUERY:
		return skb->checksum == SKB_CHECKSUM_UNNECESSARY ? skb->checksum_level : (uint64_t)-EACCES;
	case BPF_CSUM_LEVEL_INC:
		one_level_more(skb);
		return 0;
	case BPF_CSUM_LEVEL_DEC:
		one_level_less(skb);
		return 0;
	case BPF_CSUM_LEVEL_RESET:
		skb->checksum = SKB_CHECKSUM_NONE;
		skb->checksum_level = 0;
		return 0;
	default:
		return (uint64_t)-EINVAL;
	}
}
