/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/prog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exec/exec.h"
#include "hive/btf.h"
#include "hive/descriptor.h"
#include "hive/digest.h"
#include "maps/map.h"
#include "progs/image.h"

static void prog_last(struct object *object)
{
	struct hive_prog *prog = hive_prog_of(object);
	struct bound *bound = atomic_load(&prog->bound);

	if (bound)
		exec_unbind(bound);
	for (uint32_t i = 0; i < prog->n_extra_maps; i++)
		map_put(prog->extra_maps[i]);
	if (prog->btf)
		object_put(&prog->btf->object);
	image_free(prog->image);
	free(prog->extra_maps);
	free(prog->func_info);
	free(prog->line_info);
	free(prog);
}

int hive_prog_new(struct skep_hive *hive, struct image *image, struct hive_prog **ret_prog)
{
	struct hive_prog *prog = calloc(1, sizeof(*prog));

	if (!prog)
		return -ENOMEM;
	object_init(&prog->object, hive, OBJECT_PROG);
	prog->object.last = prog_last;
	prog->image = image;
	image->owner = prog;
	*ret_prog = prog;
	return 0;
}

int hive_prog_bind(struct hive_prog *prog, struct bound **ret_bound)
{
	struct bound *bound = atomic_load(&prog->bound), *other = NULL;
	int err = -ENOTSUP;

	if (bound) {
		*ret_bound = bound;
		return 0;
	}
	if (!prog->object.hive->interpret)
		err = exec_bind(prog->image, EXEC_JIT, &bound);
	if (err == -ENOTSUP)
		err = exec_bind(prog->image, EXEC_INTERPRET, &bound);
	if (err)
		return err == -EINVAL ? -ENOTSUP : err;
	if (!atomic_compare_exchange_strong(&prog->bound, &other, bound)) {
		exec_unbind(bound);
		bound = other;
	}
	*ret_bound = bound;
	return 0;
}

int hive_prog_by_fd(struct skep_hive *hive, int fd, struct hive_prog **ret_prog)
{
	struct object *object;
	int err = descriptor_get(fd, &object, NULL);

	if (err)
		return err;
	if (object->hive != hive || object->kind != OBJECT_PROG) {
		object_put(object);
		return -EINVAL;
	}
	*ret_prog = hive_prog_of(object);
	return 0;
}

int hive_prog_bind_map(struct hive_prog *prog, struct map *map)
{
	pthread_mutex_t *lock = &prog->object.hive->lock;
	bool known = false;
	int err = 0;

	for (uint32_t i = 0; i < prog->image->n_maps; i++)
		known |= prog->image->maps[i] == map;
	pthread_mutex_lock(lock);
	for (uint32_t i = 0; i < prog->n_extra_maps; i++)
		known |= prog->extra_maps[i] == map;
	if (!known) {
		struct map **maps = reallocarray(prog->extra_maps, prog->n_extra_maps + 1, sizeof(*maps));

		if (maps) {
			prog->extra_maps = maps;
			maps[prog->n_extra_maps++] = map_get(map);
		} else {
			err = -ENOMEM;
		}
	}
	pthread_mutex_unlock(lock);
	return err;
}

int hive_prog_tag(struct skep_hive *hive, const struct bpf_insn *insns, uint32_t n_insns, uint8_t ret_tag[BPF_TAG_SIZE])
{
	size_t size = (size_t)n_insns * sizeof(*insns);
	struct bpf_insn *copy = malloc(size);
	uint8_t digest[32];

	if (!copy)
		return -ENOMEM;
	memcpy(copy, insns, size);
	for (uint32_t i = 0; i < n_insns; i++) {
		if (copy[i].code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		bool is_map = copy[i].src_reg == BPF_PSEUDO_MAP_FD || copy[i].src_reg == BPF_PSEUDO_MAP_VALUE;
		if (is_map)
			copy[i].imm = 0;
		if (++i < n_insns && is_map)
			copy[i].imm = 0;
	}
	if (hive->release >= V(6, 18))
		digest_sha256(copy, size, digest);
	else
		digest_sha1(copy, size, digest);
	memcpy(ret_tag, digest, BPF_TAG_SIZE);
	free(copy);
	return 0;
}
