/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding contexts, and checking an access against a table of fields. */
#include "progs/context.h"

#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "progs/contexts/contexts.h"
#include "progs/prog_type.h"

static const struct context *const contexts[] = {
	&skb_context,
	&xdp_context,
	&sock_context,
	&tcp_sock_context,
	&xdp_sock_context,
	&flow_keys_context,
	&sock_addr_context,
	&sock_ops_context,
	&sockopt_context,
	&sk_msg_context,
	&sk_reuseport_context,
	&sk_lookup_context,
	&cgroup_device_context,
	&sysctl_context,
	&pt_regs_context,
	&tracepoint_context,
	&raw_tracepoint_context,
	&perf_event_context,
	&lirc_context,
	&syscall_context,
	&netfilter_context,
};

const struct context *context_by_name(const char *name)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(contexts); i++)
		if (!strcmp(contexts[i]->name, name))
			return contexts[i];
	return NULL;
}

const struct context *context_find(uint32_t prog_type)
{
	const struct prog_type *type = prog_type_find(prog_type);

	if (!type || !type->context)
		return NULL;
	if (prog_type == BPF_PROG_TYPE_SYSCALL)
		return &syscall_context;
	return context_by_name(type->context);
}

static bool allowed(struct context_who who, uint32_t prog_type, uint32_t attach_type)
{
	if (prog_type >= 64 || !(who.prog_types >> prog_type & 1))
		return false;
	return !who.attach_types || (attach_type < 64 && who.attach_types >> attach_type & 1);
}

static int flat_check(
	const struct context_flat *flat, int32_t offset, uint32_t size, bool write, struct context_access *ret_access)
{
	uint8_t sizes = write ? flat->write_sizes : flat->read_sizes;

	if (offset < 0 || (uint32_t)offset < flat->start || (uint64_t)offset + size > flat->end)
		return -EACCES;
	if (!(sizes & size))
		return -EACCES;
	if (!flat->variable_offset && (uint32_t)offset % size)
		return -EACCES;
	if (ret_access)
		*ret_access = (struct context_access){ CONTEXT_SCALAR, NULL, (int16_t)offset, (uint8_t)size };
	return 0;
}

static int field_check(const struct context_field *field, uint32_t prog_type, uint32_t attach_type, uint32_t offset,
	uint32_t size, bool write, struct context_access *ret_access)
{
	uint32_t inside = offset - field->offset;
	bool resized = field->runtime_size && (write || field->value != CONTEXT_SCALAR);

	if (!allowed(write ? field->writers : field->readers, prog_type, attach_type))
		return -EACCES;
	if (!((write ? field->write_sizes : field->read_sizes) & size) || inside + size > field->size)
		return -EACCES;
	if (field->narrow_at_start && inside)
		return -EACCES;
	if (ret_access)
		*ret_access = (struct context_access){
			.value = field->value,
			.field = field,
			.runtime_offset = (int16_t)(field->runtime_offset + inside),
			.runtime_size = resized ? field->runtime_size : (uint8_t)size,
		};
	return 0;
}

int context_check(const struct context *context, uint32_t prog_type, uint32_t attach_type, int32_t offset,
	uint32_t size, bool write, struct context_access *ret_access)
{
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return -EACCES;
	if (!context->fields)
		return flat_check(&context->flat, offset, size, write, ret_access);
	if (offset < 0 || offset % (int32_t)size)
		return -EACCES;
	/* Several rows may share an offset: the first that allows the access. */
	for (uint32_t i = 0; i < context->n_fields; i++) {
		const struct context_field *field = &context->fields[i];

		if ((uint32_t)offset < field->offset || (uint32_t)offset >= (uint32_t)field->offset + field->size)
			continue;
		if (!field_check(field, prog_type, attach_type, (uint32_t)offset, size, write, ret_access))
			return 0;
	}
	return -EACCES;
}
