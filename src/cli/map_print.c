/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/map_print.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/btf_value.h"
#include "cli/json.h"
#include "cli/report.h"

/* One map while it is printed. */
struct map_view {
	const struct bpf_map *map;
	const struct btf *btf;
	uint32_t key_type, value_type;
	size_t key_size, value_size, value_room; /* value_room: bytes that a lookup fills */
	unsigned cpus; /* 0: one value an element */
	bool is_array;
};

static bool is_per_cpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static struct map_view view_of(const struct bpf_object *object, const struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);
	int cpus = is_per_cpu(type) ? libbpf_num_possible_cpus() : 0;
	struct map_view view = {
		.map = map,
		.btf = bpf_object__btf(object),
		.key_type = bpf_map__btf_key_type_id(map),
		.value_type = bpf_map__btf_value_type_id(map),
		.key_size = bpf_map__key_size(map),
		.value_size = bpf_map__value_size(map),
		.cpus = cpus > 0 ? cpus : 0,
		.is_array = type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY,
	};

	view.value_room = view.cpus ? view.cpus * ROUND_UP(view.value_size, 8) : view.value_size;
	return view;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	return !size || (!bytes[0] && !memcmp(bytes, bytes + 1, size - 1));
}

static void element_text(FILE *out, const struct map_view *view, const void *key, const uint8_t *value)
{
	unsigned cpu;

	fputs("  ", out);
	btf_value_text(out, view->btf, view->key_type, key, view->key_size);
	fputs(": ", out);
	if (!view->cpus)
		btf_value_text(out, view->btf, view->value_type, value, view->value_size);
	for (cpu = 0; cpu < view->cpus; cpu++) {
		fprintf(out, "%scpu %u ", cpu ? ", " : "", cpu);
		btf_value_text(out, view->btf, view->value_type, value + cpu * ROUND_UP(view->value_size, 8),
			view->value_size);
	}
	fputc('\n', out);
}

static void element_json(struct json *json, const struct map_view *view, const void *key, const uint8_t *value)
{
	unsigned cpu;

	json_object(json, NULL);
	btf_value_json(json, "key", view->btf, view->key_type, key, view->key_size);
	if (view->cpus) {
		json_array(json, "values");
		for (cpu = 0; cpu < view->cpus; cpu++)
			btf_value_json(json, NULL, view->btf, view->value_type,
				value + cpu * ROUND_UP(view->value_size, 8), view->value_size);
		json_end_array(json);
	} else {
		btf_value_json(json, "value", view->btf, view->value_type, value, view->value_size);
	}
	json_end_object(json);
}

/* Prints to json, or to out if that is NULL. Counts the elements that were shown. 0 or -errno: what ended it. */
static int print_elements(
	const struct map_view *view, FILE *out, struct json *json, unsigned limit, unsigned *ret_shown)
{
	uint8_t *key = calloc(2, view->key_size ?: 1), *next = key ? key + view->key_size : NULL;
	uint8_t *value = calloc(1, view->value_room ?: 1);
	int fd = bpf_map__fd(view->map), err = key && value ? 0 : -ENOMEM;
	bool first = true;

	*ret_shown = 0;
	while (!err && *ret_shown < limit) {
		err = bpf_map_get_next_key(fd, first ? NULL : key, next);
		if (err)
			break;
		memcpy(key, next, view->key_size);
		first = false;
		err = bpf_map_lookup_elem(fd, key, value);
		if (err == -ENOENT) { /* deleted since, or an empty slot */
			err = 0;
			continue;
		}
		if (err || (view->is_array && is_zero(value, view->value_room)))
			continue;
		if (json)
			element_json(json, view, key, value);
		else
			element_text(out, view, key, value);
		++*ret_shown;
	}
	free(value);
	free(key);
	return err == -ENOENT ? 0 : err;
}

static bool is_shown(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	size_t length = strlen(name);

	return !bpf_map__is_internal(map) || length < 7 || strcmp(name + length - 7, ".rodata");
}

void maps_text(FILE *out, const struct bpf_object *object, unsigned limit)
{
	const struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		struct map_view view = view_of(object, map);
		unsigned shown;
		int err;

		if (!is_shown(map))
			continue;
		fputs(color(COLOR_HEAD), out);
		print_clean(out, bpf_map__name(map));
		fprintf(out, "%s: %s, %u entries at most\n", color(COLOR_NONE),
			libbpf_bpf_map_type_str(bpf_map__type(map)) ?: "map", bpf_map__max_entries(map));
		err = print_elements(&view, out, NULL, limit, &shown);
		if (err)
			fprintf(out, "  (cannot be listed: %s)\n", strerror(-err));
		else if (shown == limit)
			fprintf(out, "  (at most %u elements are shown)\n", limit);
		else if (!shown)
			fprintf(out, "  (%s)\n", view.is_array ? "all zero" : "empty");
	}
}

void maps_json(struct json *json, const char *key, const struct bpf_object *object, unsigned limit)
{
	const struct bpf_map *map;

	json_array(json, key);
	bpf_object__for_each_map(map, object)
	{
		struct map_view view = view_of(object, map);
		unsigned shown;
		int err;

		if (!is_shown(map))
			continue;
		json_object(json, NULL);
		json_text(json, "name", bpf_map__name(map));
		json_text(json, "type", libbpf_bpf_map_type_str(bpf_map__type(map)));
		json_unsigned(json, "max_entries", bpf_map__max_entries(map));
		json_array(json, "elements");
		err = print_elements(&view, NULL, json, limit, &shown);
		json_end_array(json);
		if (err)
			json_text(json, "error", strerror(-err));
		json_bool(json, "complete", !err && shown < limit);
		json_end_object(json);
	}
	json_end_array(json);
}
