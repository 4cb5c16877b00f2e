/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers of XDP programs on their packet. */
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#include "helpers/implement.h"
#include "progs/skb.h"

#define FRAME_HEADER 40 /* what Linux keeps at the start of the headroom */
#define META_MAX 255
#define OFFSET_MAX 0xffff

static struct xdp *as_xdp(uint64_t address)
{
	return (struct xdp *)(uintptr_t)address;
}

/* Programs that dropped the metadata have it behind data. */
static int64_t meta_size(const struct xdp *xdp)
{
	return xdp->data_meta > xdp->data ? 0 : xdp->data - xdp->data_meta;
}

/* r2: how far the packet begins later; negative: earlier. Metadata moves with it. */
HELPER_FN(xdp_adjust_head)
{
	struct xdp *xdp = as_xdp(r1);
	int64_t offset = (int32_t)r2, meta = meta_size(xdp), data = xdp->data - xdp->head + offset;

	if (data < FRAME_HEADER + meta || data > xdp->data_end - xdp->head - ETH_HLEN)
		return (uint64_t)-EINVAL;
	if (meta)
		memmove(xdp->data_meta + offset, xdp->data_meta, (size_t)meta);
	xdp->data_meta += offset;
	xdp->data += offset;
	return 0;
}

/* r2: bytes more at the end, zeros; negative: less. */
HELPER_FN(xdp_adjust_tail)
{
	struct xdp *xdp = as_xdp(r1);
	int64_t offset = (int32_t)r2, length = xdp->data_end - xdp->data + offset;

	if (offset > xdp->buffer_end - xdp->data_end || length < ETH_HLEN)
		return (uint64_t)-EINVAL;
	if (offset > 0)
		memset(xdp->data_end, 0, (size_t)offset);
	xdp->data_end += offset;
	return 0;
}

/* r2: bytes less of metadata in front of the packet; negative: more. */
HELPER_FN(xdp_adjust_meta)
{
	struct xdp *xdp = as_xdp(r1);
	int64_t meta = xdp->data_meta - xdp->head + (int32_t)r2, data = xdp->data - xdp->head;

	if (xdp->data_meta > xdp->data)
		return (uint64_t)-524; /* ENOTSUPP */
	if (meta < FRAME_HEADER || meta > data)
		return (uint64_t)-EINVAL;
	if ((data - meta) % 4 || data - meta > META_MAX)
		return (uint64_t)-EACCES;
	xdp->data_meta = xdp->head + meta;
	return 0;
}

HELPER_FN(xdp_get_buff_len)
{
	return (uint64_t)(as_xdp(r1)->data_end - as_xdp(r1)->data);
}

static int check_bytes(const struct xdp *xdp, uint32_t offset, uint32_t length)
{
	if (offset > OFFSET_MAX || length > OFFSET_MAX)
		return -EFAULT;
	return offset + length > xdp->data_end - xdp->data ? -EINVAL : 0;
}

/* r2: offset, r3: buffer, r4: length. */
HELPER_FN(xdp_load_bytes)
{
	int err = check_bytes(as_xdp(r1), (uint32_t)r2, (uint32_t)r4);

	if (!err)
		memcpy((void *)(uintptr_t)r3, as_xdp(r1)->data + (uint32_t)r2, (uint32_t)r4);
	return (uint64_t)err;
}

HELPER_FN(xdp_store_bytes)
{
	int err = check_bytes(as_xdp(r1), (uint32_t)r2, (uint32_t)r4);

	if (!err)
		memcpy(as_xdp(r1)->data + (uint32_t)r2, (const void *)(uintptr_t)r3, (uint32_t)r4);
	return (uint64_t)err;
}
