/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF as an object of a hive. */
#ifndef SKEP_HIVE_BTF_H
#define SKEP_HIVE_BTF_H

#include "hive/object.h"

struct btf;

struct hive_btf {
	struct object object;
	void *data; /* as it was loaded */
	uint32_t size;
	bool kernel; /* the hive's vmlinux */
	char name[64]; /* "vmlinux", or empty */
};

/* Takes over data, which was made by malloc(), on success. One reference, no id yet. */
int hive_btf_new(struct skep_hive *hive, void *data, uint32_t size, struct hive_btf **ret_btf);

static inline struct hive_btf *hive_btf_of(struct object *object)
{
	return (struct hive_btf *)object;
}

#endif
