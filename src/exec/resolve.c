/* SPDX-License-Identifier: BSD-2-Clause */
#include "exec/resolve.h"

#include <errno.h>

#include "exec/exec.h"
#include "helpers/proto.h"
#include "isa/op.h"
#include "maps/map.h"
#include "progs/skb.h"

int resolve_wide(const struct image *image, const struct bpf_insn *insn, uint64_t *ret_value)
{
	uint32_t index = (uint32_t)insn[0].imm, offset = (uint32_t)insn[1].imm;

	switch (op_decode(insn)) {
	case OP_LD_IMM64:
		*ret_value = insn_imm64(insn);
		return 0;
	case OP_LD_MAP_IDX:
		if (index >= image->n_maps)
			return -EINVAL;
		*ret_value = (uint64_t)(uintptr_t)image->maps[index];
		return 0;
	case OP_LD_MAP_IDX_VALUE:
		if (index >= image->n_maps || !image->maps[index]->ops->value_address)
			return -EINVAL;
		return image->maps[index]->ops->value_address(image->maps[index], offset, ret_value);
	case OP_LD_BTF_ID: /* needs kernel variables, which nothing provides yet */
		return -ENOTSUP;
	default:
		return -EINVAL;
	}
}

helper_fn *resolve_call(const struct image *image, const struct bpf_insn *insn)
{
	if (op_decode(insn) != OP_CALL_HELPER) /* no kfunc has an implementation yet */
		return NULL;
	const struct helper_row *row = helper_find((uint32_t)insn->imm);

	return row ? row->call : NULL;
}

int subprog_at(const struct image *image, uint32_t insn)
{
	uint32_t low = 0, high = image->n_subprogs;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (insn < image->subprogs[middle].start)
			high = middle;
		else if (insn >= image->subprogs[middle].end)
			low = middle + 1;
		else
			return (int)middle;
	}
	return -1;
}

/* As the kernel: the index is 32 bits wide, and an empty slot is not counted. */
const struct bound *tail_call_target(struct run *run, struct map *map, uint64_t index)
{
	if ((uint32_t)index >= map->max_entries || run->tail_calls >= TAIL_CALL_LIMIT)
		return NULL;
	const struct bound *target = map_slot_find(map, (uint32_t)index);

	if (!target)
		return NULL;
	run->tail_calls++;
	run->bound = target;
	return target;
}

/* Where offsets of classic BPF that are below zero start from: the network header and the link header. */
#define NETWORK_OFFSET (-0x100000)
#define LINK_OFFSET (-0x200000)

/* The address that an offset stands for, as a distance from skb->data. Ancillary offsets are not packet bytes. */
static int packet_position(const struct skb *skb, int32_t offset, int64_t *ret_position)
{
	if (offset >= 0) {
		*ret_position = offset;
		return 0;
	}
	if (offset >= NETWORK_OFFSET) {
		if (skb->network_offset == 0xffff)
			return -EFAULT;
		*ret_position = (int64_t)skb->network_offset + (offset - NETWORK_OFFSET);
		return 0;
	}
	if (offset >= LINK_OFFSET) {
		*ret_position = (int64_t)(offset - LINK_OFFSET) - skb->mac_offset;
		return 0;
	}
	return -EFAULT;
}

int packet_load(const struct skb *skb, int64_t offset, unsigned size, uint64_t *ret_value)
{
	int64_t position, first = (int32_t)offset < 0 ? skb->head - skb->data : 0;

	if (packet_position(skb, (int32_t)offset, &position))
		return -EFAULT;
	if (position < first || position + (int64_t)size > skb->data_end - skb->data)
		return -EFAULT;
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | skb->data[position + i];
	*ret_value = value;
	return 0;
}
