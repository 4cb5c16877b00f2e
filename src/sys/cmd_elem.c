/* SPDX-License-Identifier: BSD-2-Clause */
/* Elements of maps, one at a time. What an operation means is the map type's; here are permissions and copies. */
#include "hive/descriptor.h"
#include "hive/map.h"
#include "sys/buffer.h"
#include "sys/command.h"

command_fn cmd_map_lookup, cmd_map_update, cmd_map_delete, cmd_map_next_key, cmd_map_lookup_and_delete;

/* A command on one element, between element_begin() and element_end(). */
struct element {
	struct map *map;
	struct object *object;
	struct buffer key_buffer, value_buffer;
	void *key; /* NULL: the map has none, or the caller gave none */
	void *value;
	uint64_t value_size;
};

static void element_end(const struct call *call, struct element *element)
{
	buffer_free(&element->key_buffer);
	buffer_free(&element->value_buffer);
	call_leave(call, call->attr.map_fd, element->object);
}

/* Finds the map that the caller may access in all the ways of `access`. A frozen map cannot be written by anyone. */
static int element_begin(const struct call *call, struct element *element, unsigned access)
{
	unsigned given;

	int err = call_enter(call, call->attr.map_fd, OBJECT_MAP, &element->object, &given);
	if (err)
		return err;
	element->map = hive_map_of(element->object)->map;
	element->key_buffer.memory = element->value_buffer.memory = NULL;
	element->key = element->value = NULL;
	if (element->map->frozen)
		given &= ~DESCRIPTOR_WRITE;
	if ((given & access) != access) {
		element_end(call, element);
		return -EPERM;
	}
	return 0;
}

static int read_key(const struct call *call, struct element *element)
{
	size_t size = element->map->key_size;

	if (!size)
		return call->attr.key ? -EINVAL : 0;
	element->key = buffer_init(&element->key_buffer, size);
	return element->key ? call_read(call, element->key, call->attr.key, size) : -ENOMEM;
}

static int make_value(struct element *element)
{
	element->value_size = map_user_value_size(element->map);
	element->value = buffer_init(&element->value_buffer, element->value_size);
	return element->value ? 0 : -ENOMEM;
}

long cmd_map_lookup(struct call *call)
{
	struct element element;

	if (call->attr.flags & ~(uint64_t)BPF_F_LOCK)
		return -EINVAL;
	int err = element_begin(call, &element, DESCRIPTOR_READ);
	if (err)
		return err;
	err = read_key(call, &element);
	if (err)
		goto end;
	err = make_value(&element);
	if (err)
		goto end;
	/* A bloom filter is asked about a value. */
	if (element.map->type == BPF_MAP_TYPE_BLOOM_FILTER)
		err = call_read(call, element.value, call->attr.value, element.value_size);
	if (!err)
		err = map_user_lookup(element.map, element.key, element.value, call->attr.flags);
	if (!err)
		err = call_write(call, call->attr.value, element.value, element.value_size);
end:
	element_end(call, &element);
	return err;
}

long cmd_map_update(struct call *call)
{
	struct element element;

	int err = element_begin(call, &element, DESCRIPTOR_WRITE);
	if (err)
		return err;
	err = read_key(call, &element);
	if (err)
		goto end;
	err = make_value(&element);
	if (err)
		goto end;
	err = call_read(call, element.value, call->attr.value, element.value_size);
	if (!err)
		err = map_user_update(element.map, element.key, element.value, call->attr.flags);
end:
	element_end(call, &element);
	return err;
}

long cmd_map_delete(struct call *call)
{
	struct element element;

	int err = element_begin(call, &element, DESCRIPTOR_WRITE);
	if (err)
		return err;
	err = read_key(call, &element);
	if (!err)
		err = map_user_remove(element.map, element.key);
	element_end(call, &element);
	return err;
}

long cmd_map_next_key(struct call *call)
{
	struct element element;
	struct buffer next;

	next.memory = NULL;
	int err = element_begin(call, &element, DESCRIPTOR_READ);
	if (err)
		return err;
	if (call->attr.key)
		err = read_key(call, &element);
	if (err)
		goto end;
	if (!buffer_init(&next, element.map->key_size)) {
		err = -ENOMEM;
		goto end;
	}
	err = map_user_next_key(element.map, element.key, next.memory);
	if (!err)
		err = call_write(call, call->attr.next_key, next.memory, element.map->key_size);
end:
	buffer_free(&next);
	element_end(call, &element);
	return err;
}

long cmd_map_lookup_and_delete(struct call *call)
{
	struct element element;

	if (call->attr.flags & ~(uint64_t)BPF_F_LOCK)
		return -EINVAL;
	int err = element_begin(call, &element, DESCRIPTOR_BOTH);
	if (err)
		return err;
	err = read_key(call, &element);
	if (err)
		goto end;
	err = make_value(&element);
	if (err)
		goto end;
	err = map_user_lookup_and_delete(element.map, element.key, element.value, call->attr.flags);
	if (!err)
		err = call_write(call, call->attr.value, element.value, element.value_size);
end:
	element_end(call, &element);
	return err;
}
