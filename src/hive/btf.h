/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF as an object of a hive. */
#ifndef SKEP_HIVE_BTF_H
#define SKEP_HIVE_BTF_H

#include "btf/btf.h"
#include "hive/object.h"

struct hive_btf {
	struct object object;
	struct btf *btf;
	bool kernel; /* the hive's vmlinux */
	char name[64]; /* "vmlinux", or empty */
};

/* Takes over the caller's reference of btf on success. One reference, no id yet. */
int hive_btf_new(struct skep_hive *hive, struct btf *btf, struct hive_btf **ret_btf);

static inline struct hive_btf *hive_btf_of(struct object *object)
{
	return (struct hive_btf *)object;
}

#endif
