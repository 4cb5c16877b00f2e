/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/btf.h"

#include <errno.h>
#include <stdlib.h>

static void btf_last(struct object *object)
{
	struct hive_btf *btf = hive_btf_of(object);

	btf_put(btf->btf);
	free(btf);
}

int hive_btf_new(struct skep_hive *hive, struct btf *btf, struct hive_btf **ret_btf)
{
	struct hive_btf *object = calloc(1, sizeof(*object));

	if (!object)
		return -ENOMEM;
	object_init(&object->object, hive, OBJECT_BTF);
	object->object.last = btf_last;
	object->btf = btf;
	*ret_btf = object;
	return 0;
}
