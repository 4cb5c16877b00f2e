/* SPDX-License-Identifier: BSD-2-Clause */
/* A program as an object of a hive: what the verifier made of it, and machine code once somebody runs it. */
#ifndef SKEP_HIVE_PROG_H
#define SKEP_HIVE_PROG_H

#include "hive/object.h"
#include "skep/uapi.h"

struct bound;
struct hive_btf;
struct image;
struct map;

struct hive_prog {
	struct object object;
	struct image *image;
	_Atomic(struct bound *) bound; /* NULL: not run yet */

	/* What was loaded, for who asks. */
	uint32_t type, expected_attach_type;
	char name[BPF_OBJ_NAME_LEN];
	uint8_t tag[BPF_TAG_SIZE];
	bool gpl_compatible;
	uint32_t uid;
	uint64_t load_time; /* nanoseconds since boot */
	uint32_t verified_insns;
	uint32_t attach_btf_id, attach_btf_obj_id;
	struct hive_btf *btf; /* or NULL; one reference */
	void *func_info, *line_info;
	uint32_t n_func_info, func_info_size, n_line_info, line_info_size;
	struct map **extra_maps; /* of PROG_BIND_MAP; one reference each */
	uint32_t n_extra_maps;

	_Atomic uint64_t run_nanoseconds, run_count; /* while statistics are on */
};

/* Takes over the image on success. One reference, no id yet. */
int hive_prog_new(struct skep_hive *hive, struct image *image, struct hive_prog **ret_prog);

static inline struct hive_prog *hive_prog_of(struct object *object)
{
	return (struct hive_prog *)object;
}

/*
 * The program made runnable in this process, made on first use; it lives as long as the program.
 * -ENOMEM; -ENOTSUP: a helper that it calls does not exist here.
 */
int hive_prog_bind(struct hive_prog *prog, struct bound **ret_bound);

/*
 * The program behind a descriptor of this process, with a reference: object_put(&prog->object) gives it back.
 * -EBADF: not open; -EINVAL: not a program of this hive.
 */
int hive_prog_by_fd(struct skep_hive *hive, int fd, struct hive_prog **ret_prog);

/* Makes the program hold a map that it does not use, as libbpf does with .rodata; once is enough. -ENOMEM. */
int hive_prog_bind_map(struct hive_prog *prog, struct map *map);

/* The tag: a digest of the instructions as they were loaded, without the descriptors in them. */
int hive_prog_tag(
	struct skep_hive *hive, const struct bpf_insn *insns, uint32_t n_insns, uint8_t ret_tag[BPF_TAG_SIZE]);

#endif
