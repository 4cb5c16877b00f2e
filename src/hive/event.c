/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/event.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "hive/descriptor.h"

static void event_last(struct object *object)
{
	struct hive_event *event = hive_event_of(object);
	int first = atomic_exchange(&object->first, -1);

	object_unpublish(object);
	if (object->handle)
		handle_unregister(object->handle);
	if (first >= 0)
		close(first);
	if (event->ring) {
		descriptor_private_forget(perf_ring_fd(event->ring));
		descriptor_private_forget(perf_ring_poll_fd(event->ring));
		perf_ring_free(event->ring);
	}
	free(event);
}

/* The first number goes to the user; ours move out of the way. */
static int move_descriptors(struct hive_event *event)
{
	int poll_fd = descriptor_private(perf_ring_poll_fd(event->ring));

	if (poll_fd < 0)
		return poll_fd;
	close(perf_ring_poll_fd(event->ring));
	perf_ring_set_fds(event->ring, -1, poll_fd);
	int fd = descriptor_private(perf_ring_fd(event->ring));
	if (fd < 0)
		return fd;
	event->object.first = perf_ring_fd(event->ring);
	event->object.file = fd;
	perf_ring_set_fds(event->ring, fd, -1);
	return 0;
}

int hive_event_new(struct skep_hive *hive, const struct perf_ring_attr *attr, struct hive_event **ret_event)
{
	struct hive_event *event = calloc(1, sizeof(*event));
	struct perf_ring_attr own = *attr;

	if (!event)
		return -ENOMEM;
	object_init(&event->object, hive, OBJECT_EVENT);
	event->object.last = event_last;
	int err = object_publish(&event->object);
	if (err)
		goto put;
	own.id = event->object.id;
	own.owner = event;
	err = perf_ring_new(&own, &event->ring);
	if (!err)
		err = move_descriptors(event);
	if (!err)
		err = handle_register(&event->object, perf_ring_fd(event->ring), &event->object.handle);
	if (err)
		goto put;
	*ret_event = event;
	return 0;

put:
	object_put(&event->object);
	return err;
}
