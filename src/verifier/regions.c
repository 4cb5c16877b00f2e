/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is nothing but bytes with bounds: map values and keys, packets, and what helpers hand out. */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "maps/map.h"
#include "verifier/region.h"

static int refuse_leak(struct verifier *v, const struct access *a, const char *where)
{
	return refuse(v, -EACCES, "R%d leaks addr into %s\n", a->value, where);
}

static bool stores_secret(const struct verifier *v, const struct access *a)
{
	return a->write && a->value >= 0 && is_secret(v, reg_now(v, a->value));
}

/* --- map values --- */

/* Whether user space has made the values of a map constants. */
static bool is_constant(const struct map *map)
{
	return (map->flags & BPF_F_RDONLY_PROG) && map->frozen && map->ops->value_address;
}

static int check_map_flags(struct verifier *v, const struct access *a, const struct reg *reg)
{
	const struct map *map = reg->map;

	if (a->write && (map->flags & BPF_F_RDONLY_PROG))
		return refuse(v, -EACCES, "write into map forbidden, value_size=%d off=%d size=%d\n", map->value_size,
			reg->off + a->off, a->size);
	if (!a->write && (map->flags & BPF_F_WRONLY_PROG))
		return refuse(v, -EACCES, "read from map forbidden, value_size=%d off=%d size=%d\n", map->value_size,
			reg->off + a->off, a->size);
	return 0;
}

int check_map_value_access(struct verifier *v, const struct access *a)
{
	const struct reg *reg = reg_now(v, a->address);
	int err = check_map_flags(v, a, reg);

	return err ? err : check_bounds(v, a, reg->map->value_size);
}

/* A load from a map that cannot change is known. */
static void load_constant(const struct access *a, const struct reg *reg, struct reg *ret_value)
{
	uint64_t value = 0, address;
	int64_t off = (int64_t)reg->off + a->off + (int64_t)reg->var.var_off.value;

	if (reg->map->ops->value_address(reg->map, off, &address))
		return;
	memcpy(&value, (const void *)(uintptr_t)address, a->size);
	reg_set_const(ret_value, value);
}

static int map_value_access(struct verifier *v, const struct access *a, struct reg *ret_value)
{
	const struct reg *reg = reg_now(v, a->address);
	int err;

	if (stores_secret(v, a))
		return refuse_leak(v, a, "map");
	err = check_map_value_access(v, a);
	if (err)
		return err;
	if (!a->write && a->value >= 0 && scalar_is_const(reg->var) && is_constant(reg->map))
		load_constant(a, reg, ret_value);
	return 0;
}

const struct region_ops map_value_region = { .access = map_value_access, .helper_access = check_map_value_access };

/* --- map keys, as callbacks get them --- */

static int map_key_access(struct verifier *v, const struct access *a, struct reg *ret_value)
{
	(void)ret_value;
	if (a->write)
		return refuse(v, -EACCES, "write to change key R%d not allowed\n", (int)a->address);
	return check_bounds(v, a, reg_now(v, a->address)->map->key_size);
}

static int map_key_helper_access(struct verifier *v, const struct access *a)
{
	if (a->write)
		return refuse(v, -EACCES, "R%d cannot write into %s\n", (int)a->address, "map_key");
	return check_bounds(v, a, reg_now(v, a->address)->map->key_size);
}

const struct region_ops map_key_region = { .access = map_key_access, .helper_access = map_key_helper_access };

/* --- packets --- */

/* Program types that may change a packet in place. */
static bool may_write_packet(uint32_t type)
{
	switch (type) {
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
	case BPF_PROG_TYPE_XDP:
	case BPF_PROG_TYPE_LWT_XMIT:
	case BPF_PROG_TYPE_SK_SKB:
	case BPF_PROG_TYPE_SK_MSG:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
		return true;
	default:
		return false;
	}
}

static void note_packet_offset(struct verifier *v, const struct access *a, const struct reg *reg)
{
	uint64_t end = (int64_t)reg->off + a->off + reg->var.umax + a->size - 1;

	v->max_packet_offset = MAX(v->max_packet_offset, (uint32_t)MIN(end, (uint64_t)UINT32_MAX));
}

static int packet_access(struct verifier *v, const struct access *a, struct reg *ret_value)
{
	const struct reg *reg = reg_now(v, a->address);
	int err;

	(void)ret_value;
	if (a->write && !may_write_packet(v->request->type))
		return refuse(v, -EACCES, "cannot write into packet\n");
	if (stores_secret(v, a))
		return refuse_leak(v, a, "packet");
	err = check_bounds(v, a, MAX(reg->range, 0));
	if (!err)
		note_packet_offset(v, a, reg);
	return err;
}

static int packet_helper_access(struct verifier *v, const struct access *a)
{
	const struct reg *reg = reg_now(v, a->address);
	int err;

	if (a->write && !may_write_packet(v->request->type))
		return refuse(v, -EACCES, "cannot write into packet\n");
	err = check_bounds(v, a, MAX(reg->range, 0));
	if (!err)
		note_packet_offset(v, a, reg);
	return err;
}

const struct region_ops packet_region = { .access = packet_access, .helper_access = packet_helper_access };

/* --- memory of a known size --- */

static int memory_access(struct verifier *v, const struct access *a, struct reg *ret_value)
{
	const struct reg *reg = reg_now(v, a->address);

	(void)ret_value;
	if (a->write && (reg->type & RDONLY))
		return refuse(v, -EACCES, "R%d cannot write into %s\n", (int)a->address, type_name(reg->type));
	if (stores_secret(v, a))
		return refuse_leak(v, a, "mem");
	return check_bounds(v, a, reg->mem_size);
}

static int memory_helper_access(struct verifier *v, const struct access *a)
{
	struct reg none;

	return memory_access(v, a, &none);
}

const struct region_ops memory_region = { .access = memory_access, .helper_access = memory_helper_access };
