/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/btf.h"

#include <errno.h>
#include <stdlib.h>

static void btf_last(struct object *object)
{
	struct hive_btf *btf = hive_btf_of(object);

	free(btf->data);
	free(btf);
}

int hive_btf_new(struct skep_hive *hive, void *data, uint32_t size, struct hive_btf **ret_btf)
{
	struct hive_btf *btf = calloc(1, sizeof(*btf));

	if (!btf)
		return -ENOMEM;
	object_init(&btf->object, hive, OBJECT_BTF);
	btf->object.last = btf_last;
	btf->data = data;
	btf->size = size;
	*ret_btf = btf;
	return 0;
}
