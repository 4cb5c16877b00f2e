/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/fdinfo.h"

#include <stdarg.h>
#include <stdio.h>

#include "hive/map.h"
#include "hive/prog.h"
#include "progs/image.h"

/* Text that grows; what does not fit is cut. */
struct text {
	char *start;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int length = vsnprintf(text->start + text->length, text->size - text->length, format, args);
	va_end(args);
	if (length > 0)
		text->length = (size_t)length < text->size - text->length ? text->length + length : text->size - 1;
}

static void put_map(struct text *text, const struct hive_map *object)
{
	const struct map *map = object->map;
	uint64_t memory = map->ops->memory_usage ? map->ops->memory_usage(map) : map->memory_size;

	put(text, "map_type:\t%u\n", map->type);
	put(text, "key_size:\t%u\n", map->key_size);
	put(text, "value_size:\t%u\n", map->value_size);
	put(text, "max_entries:\t%u\n", map->max_entries);
	put(text, "map_flags:\t0x%x\n", map->flags);
	put(text, "map_extra:\t0x%llx\n", (unsigned long long)map->extra);
	put(text, "memlock:\t%llu\n", (unsigned long long)memory);
	put(text, "map_id:\t%u\n", object->object.id);
	put(text, "frozen:\t%u\n", map->frozen);
	if (object->owner.type) {
		put(text, "owner_prog_type:\t%u\n", object->owner.type);
		put(text, "owner_jited:\t%u\n", !object->object.hive->interpret);
	}
}

static void put_tag(struct text *text, const struct hive_prog *prog)
{
	put(text, "prog_tag:\t");
	for (int i = 0; i < BPF_TAG_SIZE; i++)
		put(text, "%02x", prog->tag[i]);
	put(text, "\n");
}

static void put_prog(struct text *text, struct hive_prog *prog)
{
	uint64_t pages = ((uint64_t)prog->image->n_insns * sizeof(struct bpf_insn) + 4095) / 4096;

	put(text, "prog_type:\t%u\n", prog->type);
	put(text, "prog_jited:\t%u\n", !prog->object.hive->interpret);
	put_tag(text, prog);
	put(text, "memlock:\t%llu\n", (unsigned long long)pages * 4096);
	put(text, "prog_id:\t%u\n", prog->object.id);
	put(text, "run_time_ns:\t%llu\n", (unsigned long long)atomic_load(&prog->run_nanoseconds));
	put(text, "run_cnt:\t%llu\n", (unsigned long long)atomic_load(&prog->run_count));
	put(text, "recursion_misses:\t0\n");
	put(text, "verified_insns:\t%u\n", prog->verified_insns);
}

int fdinfo_text(struct object *object, char *buffer, size_t size)
{
	struct text text = { .start = buffer, .size = size };

	put(&text, "pos:\t0\nflags:\t02000002\nmnt_id:\t17\nino:\t1038\n");
	switch (object->kind) {
	case OBJECT_MAP:
		put_map(&text, hive_map_of(object));
		break;
	case OBJECT_PROG:
		put_prog(&text, hive_prog_of(object));
		break;
	default:
		break;
	}
	return text.length;
}
