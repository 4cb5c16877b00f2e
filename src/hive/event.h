/* SPDX-License-Identifier: BSD-2-Clause */
/* A perf event that programs write records to, as an object of a hive. */
#ifndef SKEP_HIVE_EVENT_H
#define SKEP_HIVE_EVENT_H

#include "hive/object.h"
#include "maps/perf_ring.h"

struct hive_event {
	struct object object;
	struct perf_ring *ring;
};

/* Makes an event with one reference and an id. -ENOMEM, -EMFILE. attr's id and owner are filled in. */
int hive_event_new(struct skep_hive *hive, const struct perf_ring_attr *attr, struct hive_event **ret_event);

static inline struct hive_event *hive_event_of(struct object *object)
{
	return (struct hive_event *)object;
}

#endif
