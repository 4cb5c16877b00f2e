/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/stats.h"

#include <errno.h>
#include <stdlib.h>

static void stats_last(struct object *object)
{
	atomic_fetch_sub(&object->hive->stats_users, 1);
	free(object);
}

int hive_stats_new(struct skep_hive *hive, struct object **ret_object)
{
	struct object *object = calloc(1, sizeof(*object));

	if (!object)
		return -ENOMEM;
	object_init(object, hive, OBJECT_STATS);
	object->last = stats_last;
	atomic_fetch_add(&hive->stats_users, 1);
	*ret_object = object;
	return 0;
}
