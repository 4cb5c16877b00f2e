/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that read packets. Packets are linear, so everything is one copy. */
#include <errno.h>
#include <string.h>

#include "helpers/implement.h"
#include "progs/skb.h"

/* r1: skb, r2: offset, r3: buffer, r4: length. Outside of the packet: -EFAULT and zeros. */
HELPER_FN(skb_load_bytes)
{
	const struct skb *skb = (const struct skb *)(uintptr_t)r1;
	uint32_t offset = (uint32_t)r2, length = (uint32_t)r4;
	void *buffer = (void *)(uintptr_t)r3;

	if (offset > INT32_MAX || offset > skb->len || length > skb->len - offset) {
		memset(buffer, 0, length);
		return (uint64_t)-EFAULT;
	}
	memcpy(buffer, skb->data + offset, length);
	return 0;
}
