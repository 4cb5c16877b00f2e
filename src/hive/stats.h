/* SPDX-License-Identifier: BSD-2-Clause */
/* Run statistics: counted while somebody holds a descriptor that asks for them. */
#ifndef SKEP_HIVE_STATS_H
#define SKEP_HIVE_STATS_H

#include <stdatomic.h>

#include "hive/object.h"

/* An object that keeps statistics on; one reference. -ENOMEM. */
int hive_stats_new(struct skep_hive *hive, struct object **ret_object);

static inline bool hive_stats_on(const struct skep_hive *hive)
{
	return atomic_load_explicit(&hive->stats_users, memory_order_relaxed);
}

#endif
