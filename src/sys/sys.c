/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf(2): copies the attributes in, finds the command, runs it. */
#include "sys/sys.h"

#include <ctype.h>
#include <string.h>

#include "base/macros.h"
#include "hive/descriptor.h"
#include "sys/command.h"

#define ATTR_MAX 4096 /* a page: larger attributes are refused whatever is in them */

#define RUN_NONE(function) NULL
#define RUN_PARTIAL(function) cmd_##function
#define RUN_FULL(function) cmd_##function

#define DECLARE_NONE(function)
#define DECLARE_PARTIAL(function) command_fn cmd_##function;
#define DECLARE_FULL(function) command_fn cmd_##function;

#define COMMAND(number, NAME, group, last, since, function, support, reason) DECLARE_##support(function)
#include "sys/commands.def"
#undef COMMAND

#define END_OF(last) (offsetof(union bpf_attr, last) + sizeof(((union bpf_attr *)NULL)->last))

static const struct command commands[] = {
#define COMMAND(number_, NAME, group_, last, since_, function, support_, reason_) \
	[number_] = {                                                             \
		.name = #NAME,                                                    \
		.number = number_,                                                \
		.group = #group_,                                                 \
		.since = since_,                                                  \
		.end = END_OF(last),                                              \
		.support = SUPPORT_##support_,                                    \
		.reason = reason_,                                                \
		.run = RUN_##support_(function),                                  \
	},
#include "sys/commands.def"
#undef COMMAND
};

static const struct attr_end {
	const char *group;
	uint32_t end;
	release_t since;
} attr_ends[] = {
#define ATTR_END(group_, last, since_) { .group = #group_, .end = END_OF(last), .since = since_ },
#include "sys/attr_ends.def"
#undef ATTR_END
};

const struct command *sys_command_find(uint32_t number)
{
	return number < ARRAY_SIZE(commands) ? &commands[number] : NULL;
}

/* Size of the attributes that a release knows: of all commands, or of those of a group. */
static uint32_t attr_size(release_t release, const char *group)
{
	uint32_t size = 0;

	for (size_t i = 0; i < ARRAY_SIZE(attr_ends); i++) {
		if (attr_ends[i].since <= release && (!group || !strcmp(group, attr_ends[i].group)))
			size = MAX(size, attr_ends[i].end);
	}
	return ROUND_UP(size, group ? 1u : 8u);
}

/* Where the attributes that a command looks at end. */
static uint32_t command_end(const struct command *command, release_t release)
{
	if (likely(release == RELEASE_REFERENCE))
		return command->end;
	return MIN(command->end, attr_size(release, command->group));
}

static bool all_zero(const void *memory, size_t size)
{
	const uint8_t *bytes = memory;

	/* All bytes are equal, and the first one is zero. */
	return !size || (!bytes[0] && !memcmp(bytes, bytes + 1, size - 1));
}

int call_check_tail(const struct call *call, uint64_t address, size_t known, size_t size)
{
	uint8_t tail[ATTR_MAX];

	if (size > sizeof(tail))
		return -E2BIG;
	if (size <= known)
		return 0;
	int err = call_read(call, tail, address + known, size - known);
	if (err)
		return err;
	return all_zero(tail, size - known) ? 0 : -E2BIG;
}

long sys_bpf(const struct caller *caller, int number, uint64_t uattr, uint32_t size)
{
	struct call call = { .caller = caller, .uattr = uattr, .size = size };

	release_t release = caller->hive->release;
	size_t known = likely(release == RELEASE_REFERENCE) ? sizeof(call.attr) : attr_size(release, NULL);
	int err = call_check_tail(&call, uattr, known, size);
	if (err)
		return err;
	err = call_read(&call, &call.attr, uattr, MIN(size, known));
	if (err)
		return err;
	const struct command *command = sys_command_find(number);
	if (!command || !command->run || command->since > release)
		return -EINVAL;
	uint32_t end = command_end(command, release);
	if (!all_zero((uint8_t *)&call.attr + end, sizeof(call.attr) - end))
		return -EINVAL;
	return command->run(&call);
}

int call_enter(const struct call *call, int fd, enum object_kind kind, struct object **ret_object, unsigned *access)
{
	const struct caller *caller = call->caller;
	int err = caller->ops->enter(caller, fd, ret_object, access);

	if (err)
		return err;
	if ((*ret_object)->hive == caller->hive && (*ret_object)->kind == kind)
		return 0;
	caller->ops->leave(caller, fd, *ret_object);
	return -EINVAL;
}

int call_object(const struct call *call, int fd, enum object_kind kind, struct object **ret_object, unsigned *access)
{
	int err = call_enter(call, fd, kind, ret_object, access);

	if (err)
		return err;
	object_get(*ret_object);
	call_leave(call, fd, *ret_object);
	return 0;
}

int object_name_check(char to[BPF_OBJ_NAME_LEN], const char from[BPF_OBJ_NAME_LEN])
{
	int length = 0;

	memset(to, 0, BPF_OBJ_NAME_LEN);
	for (; length < BPF_OBJ_NAME_LEN && from[length]; length++) {
		if (!isalnum((unsigned char)from[length]) && from[length] != '_' && from[length] != '.')
			return -EINVAL;
		to[length] = from[length];
	}
	return length < BPF_OBJ_NAME_LEN ? length : -EINVAL;
}

int object_access(uint32_t flags, unsigned *ret_access)
{
	if ((flags & BPF_F_RDONLY) && (flags & BPF_F_WRONLY))
		return -EINVAL;
	*ret_access = flags & BPF_F_RDONLY   ? DESCRIPTOR_READ
		      : flags & BPF_F_WRONLY ? DESCRIPTOR_WRITE
					     : DESCRIPTOR_BOTH;
	return 0;
}
