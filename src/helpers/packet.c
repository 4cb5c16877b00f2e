/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that read and write the bytes of packets. Packets are linear, so everything is one copy. */
#include <errno.h>
#include <string.h>

#include "helpers/implement.h"
#include "progs/skb_room.h"

#define RELATIVE_OFFSET_MAX 0xffff

static struct skb *as_skb(uint64_t address)
{
	return (struct skb *)(uintptr_t)address;
}

/* r1: skb, r2: offset, r3: buffer, r4: length. Outside of the packet: -EFAULT and zeros. */
HELPER_FN(skb_load_bytes)
{
	const struct skb *skb = as_skb(r1);
	uint32_t offset = (uint32_t)r2, length = (uint32_t)r4;
	void *buffer = (void *)(uintptr_t)r3;

	if (offset > INT32_MAX || offset > skb->len || length > skb->len - offset) {
		memset(buffer, 0, length);
		return (uint64_t)-EFAULT;
	}
	memcpy(buffer, skb->data + offset, length);
	return 0;
}

/* The same from a header: r5 says which. The link header may lie in front of what the program sees. */
HELPER_FN(skb_load_bytes_relative)
{
	const struct skb *skb = as_skb(r1);
	uint32_t offset = (uint32_t)r2, length = (uint32_t)r4;
	void *buffer = (void *)(uintptr_t)r3;
	int64_t start = SKB_NONE;

	if (r5 == BPF_HDR_START_MAC)
		start = -(int64_t)(int16_t)skb->mac_offset;
	else if (r5 == BPF_HDR_START_NET)
		start = skb_network(skb);
	if (start == SKB_NONE || offset > RELATIVE_OFFSET_MAX || start + offset + length > skb->len ||
		start < skb->head - skb->data) {
		memset(buffer, 0, length);
		return (uint64_t)-EFAULT;
	}
	memcpy(buffer, skb->data + start + offset, length);
	return 0;
}

/* r1: skb, r2: offset, r3: bytes, r4: how many, r5: flags. */
HELPER_FN(skb_store_bytes)
{
	struct skb *skb = as_skb(r1);
	uint32_t offset = (uint32_t)r2, length = (uint32_t)r4;

	if (r5 & ~(uint64_t)(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH))
		return (uint64_t)-EINVAL;
	if (offset > INT32_MAX || offset > skb->len || length > skb->len - offset)
		return (uint64_t)-EFAULT;
	memcpy(skb->data + offset, (const void *)(uintptr_t)r3, length);
	if (r5 & BPF_F_INVALIDATE_HASH) {
		skb->hash = 0;
		skb->hash_known = false;
	}
	return 0;
}

/* r2: bytes that must be linear, which all are; 0: what there is. */
HELPER_FN(skb_pull_data)
{
	return (uint32_t)r2 > as_skb(r1)->len ? (uint64_t)-ENOMEM : 0;
}
