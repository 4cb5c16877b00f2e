/* SPDX-License-Identifier: BSD-2-Clause */
/* Arguments of helpers: what each type of the prototype demands. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "maps/map.h"
#include "verifier/call.h"

/* The types of register that an argument may be; NOT_INIT ends the list. */
static const uint32_t memory_types[] = { PTR_TO_STACK, PTR_TO_PACKET, PTR_TO_PACKET_META, PTR_TO_MAP_KEY,
	PTR_TO_MAP_VALUE, PTR_TO_MEM, PTR_TO_MEM | RINGBUF, PTR_TO_BUF, PTR_TO_BTF_ID | TRUSTED, NOT_INIT };
static const uint32_t fixed_memory_types[] = { PTR_TO_STACK, PTR_TO_PACKET, PTR_TO_PACKET_META, PTR_TO_MAP_KEY,
	PTR_TO_MAP_VALUE, PTR_TO_MEM, PTR_TO_MEM | RINGBUF, PTR_TO_BUF, PTR_TO_BTF_ID | TRUSTED, NOT_INIT };
static const uint32_t map_types[] = { CONST_PTR_TO_MAP, NOT_INIT };
static const uint32_t context_types[] = { PTR_TO_CTX, NOT_INIT };
static const uint32_t socket_types[] = { PTR_TO_SOCK_COMMON, PTR_TO_SOCKET, PTR_TO_TCP_SOCK, PTR_TO_XDP_SOCK,
	NOT_INIT };
static const uint32_t any_socket_types[] = { PTR_TO_SOCK_COMMON, PTR_TO_SOCKET, PTR_TO_TCP_SOCK, PTR_TO_XDP_SOCK,
	PTR_TO_BTF_ID, PTR_TO_BTF_ID | TRUSTED, NOT_INIT };
static const uint32_t ringbuf_types[] = { PTR_TO_MEM | RINGBUF, NOT_INIT };
static const uint32_t function_types[] = { PTR_TO_FUNC, NOT_INIT };
static const uint32_t stack_types[] = { PTR_TO_STACK, NOT_INIT };
static const uint32_t number_types[] = { SCALAR, NOT_INIT };

static const uint32_t *types_of(uint32_t arg)
{
	switch (ARG_BASE(arg)) {
	case ARG_MAP_PTR:
		return map_types;
	case ARG_MAP_KEY:
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_OR_NULL:
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_UNINIT_MEM:
		return memory_types;
	case ARG_CTX:
	case ARG_CTX_OR_NULL:
		return context_types;
	case ARG_SOCK_COMMON:
		return socket_types;
	case ARG_BTF_ID_SOCK_COMMON:
		return any_socket_types;
	case ARG_RINGBUF_MEM:
		return ringbuf_types;
	case ARG_FUNC:
		return function_types;
	case ARG_STACK_OR_NULL:
		return stack_types;
	case ARG_MEM_SIZE:
	case ARG_MEM_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE_OR_ZERO:
	case ARG_SCALAR:
		return number_types;
	case ARG_FIXED_SIZE_MEM:
		return fixed_memory_types;
	default:
		return NULL;
	}
}

static bool may_be_null(uint32_t arg)
{
	return (arg & PTR_MAYBE_NULL) || ARG_BASE(arg) == ARG_MAP_VALUE_OR_NULL || ARG_BASE(arg) == ARG_MEM_OR_NULL ||
	       ARG_BASE(arg) == ARG_STACK_OR_NULL || ARG_BASE(arg) == ARG_CTX_OR_NULL;
}

static bool is_written(uint32_t arg)
{
	return ARG_BASE(arg) == ARG_UNINIT_MEM || (arg & (MEM_WRITE | MEM_UNINIT));
}

static int check_type(struct verifier *v, uint32_t number, const uint32_t *types)
{
	const struct reg *reg = reg_now(v, number);
	/* Read-only memory is told apart where it is written to. */
	uint32_t type = reg->type & ~RDONLY;

	for (const uint32_t *t = types; *t != NOT_INIT; t++)
		if (type == *t)
			return 0;
	say(v, "R%d type=%s expected=", (int)number, type_name(reg->type));
	for (const uint32_t *t = types; *t != NOT_INIT; t++)
		say(v, "%s%s", t == types ? "" : ", ", type_name(*t));
	say(v, "\n");
	return -EACCES;
}

/* Which kinds of pointer may have an offset when they are passed. */
static int check_offset(struct verifier *v, uint32_t number, uint32_t arg)
{
	if ((arg & OBJ_RELEASE) && reg_now(v, number)->off)
		return refuse(v, -EINVAL,
			"R%d must have zero offset when passed to release func or trusted arg to kfunc\n", (int)number);
	switch (base_type(reg_now(v, number)->type)) {
	case PTR_TO_STACK:
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
	case PTR_TO_MAP_KEY:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MEM:
	case PTR_TO_BUF:
	case PTR_TO_FUNC:
	case SCALAR:
		return 0;
	default:
		return check_plain_pointer(v, number, false);
	}
}

/* size bytes at a register are read, or written. */
static int check_memory(struct verifier *v, uint32_t number, uint64_t size, bool write, bool zero_size)
{
	const struct reg *reg = reg_now(v, number);
	const struct region_ops *region = region_of(reg->type);
	struct access a = {
		.address = number,
		.size = size,
		.write = write,
		.helper = true,
		.zero_size = zero_size,
		.value = -1,
	};

	if (zero_size && !size && reg_is_null(reg))
		return 0;
	if (!region || !region->helper_access || base_type(reg->type) == PTR_TO_CTX)
		return refuse(v, -EACCES, "R%d type=%s expected=fp\n", (int)number, type_name(reg->type));
	return region->helper_access(v, &a);
}

/* The size of the memory that the argument before points to. */
static int check_size(struct verifier *v, const struct call *call, int number, bool zero_size)
{
	const struct reg *reg = reg_now(v, number);
	uint32_t memory = call->row->args[number - 2];
	bool write = is_written(memory);
	int err;

	if (reg->var.smin < 0)
		return refuse(v, -EACCES, "R%d min value is negative, either use unsigned or 'var &= const'\n", number);
	if (!reg->var.umin && !zero_size)
		return refuse(v, -EACCES, "R%d invalid zero-sized read: u64=[%lld,%lld]\n", number,
			(long long)reg->var.umin, (long long)reg->var.umax);
	if (reg->var.umax >= MAX_VARIABLE_OFFSET)
		return refuse(
			v, -EACCES, "R%d unbounded memory access, use 'var &= const' or 'if (var < const)'\n", number);
	if (write && !scalar_is_const(reg->var) && !v->may_leak_pointers) {
		/* It might fill less than all of it: the rest must be the program's own. */
		err = check_memory(v, number - 1, reg->var.umax, false, zero_size);
		if (err)
			return err;
	}
	err = check_memory(v, number - 1, reg->var.umax, write, zero_size);
	return err ? err : mark_precise(v, number);
}

/* Memory of a size that the helper defines. */
static int check_fixed(struct verifier *v, const struct call *call, int number)
{
	uint32_t arg = call->row->args[number - 1];
	uint32_t size = helper_fixed_size(call->row->number, number);
	struct access a = { .address = number, .size = size, .write = is_written(arg), .helper = true, .value = -1 };
	int err;

	if (!size)
		return refuse(v, -EINVAL, "R%d: arguments of this type are not supported, calling %s#%d\n", number,
			call->name, call->insn->imm);
	err = check_memory(v, number, size, a.write, false);
	if (err || !(arg & MEM_ALIGNED))
		return err;
	a.strict = true;
	return check_alignment(v, &a, reg_now(v, number));
}

/* How much a helper is asked to allocate: known, since it says what may be accessed. */
static int check_allocation(struct verifier *v, struct call *call, int number)
{
	const struct reg *reg = reg_now(v, number);

	if (!scalar_is_const(reg->var))
		return refuse(v, -EACCES, "R%d is not a known constant'\n", number);
	if (reg->var.umax > UINT32_MAX)
		return refuse(
			v, -EACCES, "R%d unbounded memory access, use 'var &= const' or 'if (var < const)'\n", number);
	call->mem_size = reg->var.var_off.value;
	return mark_precise(v, number);
}

static int check_reference(struct verifier *v, struct call *call, int number, uint32_t arg)
{
	const struct reg *reg = reg_now(v, number);

	if (arg & OBJ_RELEASE) {
		if (!reg->ref_id && !reg_is_null(reg))
			return refuse(v, -EINVAL, "R%d must be referenced when passed to release function\n", number);
		call->release_reg = number;
	}
	if (!reg->ref_id)
		return 0;
	if (call->ref_id)
		return refuse(
			v, -EACCES, "more than one arg with ref_obj_id R%d %u %u\n", number, reg->ref_id, call->ref_id);
	call->ref_id = reg->ref_id;
	return 0;
}

static int check_map_argument(struct verifier *v, struct call *call, int number)
{
	const struct reg *reg = reg_now(v, number);

	if (!call->map) {
		call->map = reg->map;
		call->map_uid = reg->map_uid;
	}
	return 0;
}

int check_argument(struct verifier *v, struct call *call, int number)
{
	uint32_t arg = call->row->args[number - 1];
	const uint32_t *types = types_of(arg);
	struct reg *reg = reg_now(v, number);
	int err;

	if (ARG_BASE(arg) == ARG_NONE)
		return 0;
	err = read_reg(v, number);
	if (err)
		return err;
	if (ARG_BASE(arg) == ARG_ANYTHING) {
		if (is_secret(v, reg))
			return refuse(v, -EACCES, "R%d leaks addr into helper function\n", number);
		return 0;
	}
	if (type_is_packet(reg->type) && !(call->row->flags & PKT_ACCESS))
		return refuse(v, -EACCES, "helper access to the packet is not allowed\n");
	if (types && !(reg_is_null(reg) && may_be_null(arg))) {
		err = check_type(v, number, types);
		if (!err)
			err = check_offset(v, number, arg);
		if (err)
			return err;
	}
	err = check_reference(v, call, number, arg);
	if (err)
		return err;
	switch (ARG_BASE(arg)) {
	case ARG_MAP_PTR:
		return check_map_argument(v, call, number);
	case ARG_MAP_KEY:
		if (!call->map)
			return refuse(v, -EACCES, "invalid map_ptr to access map->key\n");
		return check_memory(v, number, call->map->key_size, false, false);
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_OR_NULL:
		if (reg_is_null(reg) && may_be_null(arg))
			return 0;
		if (!call->map)
			return refuse(v, -EACCES, "invalid map_ptr to access map->value\n");
		return check_memory(v, number, call->map->value_size, is_written(arg), false);
	case ARG_MEM_SIZE:
		return check_size(v, call, number, false);
	case ARG_MEM_SIZE_OR_ZERO:
		return check_size(v, call, number, true);
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_UNINIT_MEM:
	case ARG_CTX:
	case ARG_CTX_OR_NULL:
	case ARG_SOCK_COMMON:
	case ARG_BTF_ID_SOCK_COMMON:
	case ARG_RINGBUF_MEM:
	case ARG_FUNC:
	case ARG_STACK_OR_NULL:
	case ARG_SCALAR:
		return 0;
	case ARG_ALLOC_SIZE_OR_ZERO:
		return check_allocation(v, call, number);
	case ARG_FIXED_SIZE_MEM:
		return check_fixed(v, call, number);
	default:
		return refuse(v, -EINVAL, "R%d: arguments of this type are not supported, calling %s#%d\n", number,
			call->name, call->insn->imm);
	}
}
