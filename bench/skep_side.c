/* SPDX-License-Identifier: BSD-2-Clause */
#include "skep_side.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "skep/uapi.h"
#include <bpf/libbpf.h>

#include "hive/prog.h"
#include "preload/door.h"
#include "skep/skep.h"

struct skep_object {
	struct skep_hive *hive;
	struct bpf_object *object;
	struct hive_prog *progs[8];
	unsigned n_progs;
	_Atomic uint64_t *consumer, *producer; /* of the map `ring`, or NULL */
};

static int map_ring(struct skep_object *object)
{
	struct bpf_map *ring = bpf_object__find_map_by_name(object->object, "ring");

	if (!ring)
		return 0;
	void *consumer = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(ring), 0);
	void *producer = mmap(NULL, 4096, PROT_READ, MAP_SHARED, bpf_map__fd(ring), 4096);
	if (consumer == MAP_FAILED || producer == MAP_FAILED)
		return -errno;
	object->consumer = consumer;
	object->producer = producer;
	return 0;
}

int skep_object_empty_ring(struct skep_object *object)
{
	if (!object || !object->consumer)
		return 0;
	*object->consumer = *object->producer;
	return 1;
}

static int print_warnings(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

int skep_object_load(const char *path, struct skep_object **ret_object)
{
	struct skep_object *object = calloc(1, sizeof(*object));

	if (!object)
		return -ENOMEM;
	libbpf_set_print(print_warnings);
	int err = skep_hive_new(NULL, &object->hive);
	if (err)
		goto free_object;
	preload_use(object->hive);
	object->object = bpf_object__open_file(path, NULL);
	if (!object->object) {
		err = -errno;
		goto free_hive;
	}
	err = bpf_object__load(object->object);
	if (!err)
		err = map_ring(object);
	if (err)
		goto close_object;
	*ret_object = object;
	return 0;

close_object:
	bpf_object__close(object->object);
free_hive:
	preload_use(NULL);
	skep_hive_free(object->hive);
free_object:
	free(object);
	return err;
}

void skep_object_close(struct skep_object *object)
{
	if (!object)
		return;
	preload_use(object->hive);
	if (object->consumer) {
		munmap((void *)object->consumer, 4096);
		munmap((void *)object->producer, 4096);
	}
	for (unsigned i = 0; i < object->n_progs; i++)
		object_put(&object->progs[i]->object);
	bpf_object__close(object->object);
	preload_use(NULL);
	skep_hive_free(object->hive);
	free(object);
}

const struct image *skep_object_image(struct skep_object *object, const char *program)
{
	struct bpf_program *found = bpf_object__find_program_by_name(object->object, program);
	struct hive_prog *prog;

	if (!found || object->n_progs == 8)
		return NULL;
	if (hive_prog_by_fd(object->hive, bpf_program__fd(found), &prog))
		return NULL;
	object->progs[object->n_progs++] = prog;
	return prog->image;
}
