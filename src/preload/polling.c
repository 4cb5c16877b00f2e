/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for maps and perf events. A memory file cannot be polled; a map that can be has an eventfd, which is written
 * to when waiters are to be woken. The eventfd only says that it is worth looking: whether a map is ready, and for
 * what, its memory tells. Nobody reads the eventfd, so any number of waiters each see every write, as an edge.
 *
 * In an epoll set the eventfd takes the place of the map, under the address of its registration.
 */
#include "preload/polling.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "hive/descriptor.h"
#include "hive/event.h"
#include "hive/map.h"
#include "preload/door.h"

/* A map in an epoll set. */
struct registration {
	struct registration *next;
	struct object *object; /* a reference */
	int epoll, fd;
	int event; /* a copy of the map's eventfd, so that a map can be in a set under several descriptors */
	struct epoll_event wanted;
	bool fresh; /* edge-triggered: not asked yet */
	bool spent; /* one-shot: reported */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct registration *registrations;
static _Atomic unsigned n_registrations;

/* The eventfd of an object that can be polled, or -1. */
static int event_of(struct object *object)
{
	switch (object->kind) {
	case OBJECT_MAP:
		return hive_map_of(object)->map->poll_fd;
	case OBJECT_EVENT:
		return perf_ring_poll_fd(hive_event_of(object)->ring);
	default:
		return -1;
	}
}

/* The object behind fd if it can be polled, with a reference. */
static struct object *pollable(int fd)
{
	struct object *object;

	if (fd < 0 || !door_caller() || !descriptor_is_known(fd) || descriptor_get(fd, &object, NULL) < 0)
		return NULL;
	if (event_of(object) >= 0)
		return object;
	object_put(object);
	return NULL;
}

/* What an object is ready for. Bits of epoll and of poll are the same. */
static uint32_t ready(struct object *object)
{
	/* A perf event tells each waking once. */
	if (object->kind == OBJECT_EVENT)
		return perf_ring_woken(hive_event_of(object)->ring) ? EPOLLIN | EPOLLRDNORM : 0;
	struct map *map = hive_map_of(object)->map;
	uint32_t now = map->ops->poll_events(map);

	return (now & MAP_POLL_READABLE ? EPOLLIN | EPOLLRDNORM : 0) |
	       (now & MAP_POLL_WRITABLE ? EPOLLOUT | EPOLLWRNORM : 0);
}

/* Needs the lock. The link that leads to it, or to NULL. */
static struct registration **find(int epoll, int fd)
{
	struct registration **link = &registrations;

	while (*link && ((*link)->epoll != epoll || (*link)->fd != fd))
		link = &(*link)->next;
	return link;
}

/* Needs the lock. */
static struct registration *unlink_registration(struct registration **link)
{
	struct registration *found = *link;

	*link = found->next;
	atomic_fetch_sub(&n_registrations, 1);
	return found;
}

static void registration_free(struct registration *registration)
{
	descriptor_private_forget(registration->event);
	door_syscall(SYS_close, registration->event, 0, 0, 0, 0, 0);
	object_put(registration->object);
	free(registration);
}

static long set_real(struct registration *registration, int operation)
{
	struct epoll_event edge = { .events = EPOLLIN | EPOLLET, .data.ptr = registration };

	return door_syscall(SYS_epoll_ctl, registration->epoll, operation, registration->event, (long)&edge, 0, 0);
}

/* Takes over the reference. */
static long add(struct object *object, int epoll, int fd, const struct epoll_event *event)
{
	struct registration *new = calloc(1, sizeof(*new));

	if (!new) {
		object_put(object);
		return -ENOMEM;
	}
	*new = (struct registration){ .object = object, .epoll = epoll, .fd = fd, .wanted = *event, .fresh = true };
	new->event = descriptor_private(event_of(object));
	if (new->event < 0) {
		long err = new->event;

		object_put(object);
		free(new);
		return err;
	}
	pthread_mutex_lock(&lock);
	long err = *find(epoll, fd) ? -EEXIST : set_real(new, EPOLL_CTL_ADD);
	if (!err) {
		new->next = registrations;
		registrations = new;
		atomic_fetch_add(&n_registrations, 1);
	}
	pthread_mutex_unlock(&lock);
	if (err)
		registration_free(new);
	return err;
}

/* event NULL: removes it. */
static long change(int epoll, int fd, const struct epoll_event *event)
{
	struct registration *gone = NULL;
	long err = 0;

	pthread_mutex_lock(&lock);
	struct registration **link = find(epoll, fd);
	if (!*link) {
		err = -ENOENT;
	} else if (event) {
		(*link)->wanted = *event;
		(*link)->fresh = true;
		(*link)->spent = false;
		/* Who waits in another thread looks again. */
		err = set_real(*link, EPOLL_CTL_MOD);
	} else {
		gone = unlink_registration(link);
		set_real(gone, EPOLL_CTL_DEL);
	}
	pthread_mutex_unlock(&lock);
	if (gone)
		registration_free(gone);
	return err;
}

long door_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	struct object *object = pollable(fd);

	if (!object || (operation != EPOLL_CTL_DEL && !event)) {
		if (object)
			object_put(object);
		return door_syscall(SYS_epoll_ctl, epoll, operation, fd, (long)event, 0, 0);
	}
	if (operation == EPOLL_CTL_ADD)
		return add(object, epoll, fd, event);
	object_put(object);
	if (operation != EPOLL_CTL_MOD && operation != EPOLL_CTL_DEL)
		return -EINVAL;
	return change(epoll, fd, operation == EPOLL_CTL_MOD ? event : NULL);
}

void door_poll_closing(int fd)
{
	struct registration *gone = NULL;

	if (!atomic_load_explicit(&n_registrations, memory_order_relaxed) || !door_is_ours())
		return;
	pthread_mutex_lock(&lock);
	for (struct registration **link = &registrations; *link;) {
		if ((*link)->fd != fd && (*link)->epoll != fd) {
			link = &(*link)->next;
			continue;
		}
		struct registration *found = unlink_registration(link);

		if (found->epoll != fd)
			set_real(found, EPOLL_CTL_DEL);
		found->next = gone;
		gone = found;
	}
	pthread_mutex_unlock(&lock);
	while (gone) {
		struct registration *next = gone->next;

		registration_free(gone);
		gone = next;
	}
}

/* Needs the lock. Whether there is something to report; then *event is what the user gets. */
static bool report(struct registration *registration, bool edge, struct epoll_event *event)
{
	uint32_t wanted = registration->wanted.events;

	if (registration->spent || (wanted & EPOLLET && !edge && !registration->fresh))
		return false;
	registration->fresh = false;
	uint32_t now = ready(registration->object) & wanted;
	if (!now)
		return false;
	registration->spent = wanted & EPOLLONESHOT;
	*event = (struct epoll_event){ .events = now, .data = registration->wanted.data };
	return true;
}

/* What is ready in a set without waiting. *ret_any: whether there are maps in it at all. */
static int collect(int epoll, struct epoll_event *events, int room, bool *ret_any)
{
	int n = 0;

	*ret_any = false;
	pthread_mutex_lock(&lock);
	for (struct registration *r = registrations; r; r = r->next) {
		if (r->epoll != epoll)
			continue;
		*ret_any = true;
		if (n < room && report(r, false, &events[n]))
			n++;
	}
	pthread_mutex_unlock(&lock);
	return n;
}

/* Turns the eventfds among n events into what the maps have to say; reported: level-triggered maps were asked. */
static int translate(struct epoll_event *events, int n, bool reported)
{
	int kept = 0;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < n; i++) {
		struct registration *r = registrations;

		while (r && r != events[i].data.ptr)
			r = r->next;
		if (!r)
			events[kept++] = events[i];
		else if ((!reported || r->wanted.events & EPOLLET) && report(r, true, &events[kept]))
			kept++;
	}
	pthread_mutex_unlock(&lock);
	return kept;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static long result_of(long result)
{
	return result < 0 ? -errno : result;
}

long door_epoll_wait(int epoll, struct epoll_event *events, int room, int timeout, const sigset_t *signals)
{
	bool any = false;

	if (room <= 0 || !atomic_load_explicit(&n_registrations, memory_order_relaxed))
		return result_of(NEXT(epoll_pwait)(epoll, events, room, timeout, signals));
	uint64_t end = timeout > 0 ? now_ns() + timeout * 1000000ull : 0;
	for (;;) {
		int n = collect(epoll, events, room, &any);

		if (n) {
			int more = n < room ? NEXT(epoll_pwait)(epoll, events + n, room - n, 0, signals) : 0;

			return n + (more > 0 ? translate(events + n, more, true) : 0);
		}
		int result = NEXT(epoll_pwait)(epoll, events, room, timeout, signals);
		if (result <= 0 || !any)
			return result_of(result);
		result = translate(events, result, false);
		if (result || !timeout)
			return result;
		/* Woken for nothing: a map was emptied by another consumer, or filled before this wait. */
		if (timeout > 0) {
			uint64_t now = now_ns();

			timeout = now < end ? (end - now + 999999) / 1000000 : 0;
		}
	}
}

/* The objects among the descriptors of one poll(). */
struct polled {
	struct pollfd *fds; /* a copy, without the objects, and the set of their eventfds at the end */
	struct object **objects; /* NULL where the descriptor is none */
	nfds_t n;
	int set;
};

static void polled_free(struct polled *polled)
{
	for (nfds_t i = 0; polled->objects && i < polled->n; i++)
		if (polled->objects[i])
			object_put(polled->objects[i]);
	free(polled->fds);
	free(polled->objects);
	if (polled->set >= 0)
		door_syscall(SYS_close, polled->set, 0, 0, 0, 0, 0);
}

/* Empties the set of the edges it has seen. */
static void forget_edges(const struct polled *polled)
{
	struct epoll_event events[8];

	while (door_syscall(SYS_epoll_pwait, polled->set, (long)events, 8, 0, 0, 0) == 8)
		;
}

static int polled_init(struct polled *polled, const struct pollfd *fds, nfds_t n)
{
	*polled = (struct polled){ .n = n, .set = door_syscall(SYS_epoll_create1, EPOLL_CLOEXEC, 0, 0, 0, 0, 0) };
	if (polled->set < 0)
		return polled->set;
	polled->fds = calloc(n + 1, sizeof(*polled->fds));
	polled->objects = calloc(n, sizeof(*polled->objects));
	if (!polled->fds || !polled->objects)
		return -ENOMEM;
	for (nfds_t i = 0; i < n; i++) {
		struct epoll_event edge = { .events = EPOLLIN | EPOLLET };

		polled->fds[i] = fds[i];
		polled->objects[i] = pollable(fds[i].fd);
		if (!polled->objects[i])
			continue;
		polled->fds[i].fd = -1;
		long err = door_syscall(
			SYS_epoll_ctl, polled->set, EPOLL_CTL_ADD, event_of(polled->objects[i]), (long)&edge, 0, 0);
		if (err && err != -EEXIST)
			return err;
	}
	polled->fds[n] = (struct pollfd){ .fd = polled->set, .events = POLLIN };
	return 0;
}

static bool any_pollable(const struct pollfd *fds, nfds_t n)
{
	for (nfds_t i = 0; i < n; i++) {
		struct object *object = pollable(fds[i].fd);

		if (object) {
			object_put(object);
			return true;
		}
	}
	return false;
}

/* How many of the objects are ready. */
static long polled_ready(const struct polled *polled, struct pollfd *fds)
{
	long n = 0;

	for (nfds_t i = 0; i < polled->n; i++) {
		if (!polled->objects[i])
			continue;
		fds[i].revents = ready(polled->objects[i]) & (uint16_t)fds[i].events;
		n += fds[i].revents != 0;
	}
	return n;
}

static struct timespec left_until(uint64_t end)
{
	uint64_t now = now_ns(), left = now < end ? end - now : 0;

	return (struct timespec){ left / 1000000000, left % 1000000000 };
}

long door_poll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *signals)
{
	static const struct timespec none;
	struct polled polled;
	struct timespec left;
	uint64_t end = 0;

	if (!door_caller() || n > (nfds_t)sysconf(_SC_OPEN_MAX) || !any_pollable(fds, n))
		return result_of(NEXT(ppoll)(fds, n, timeout, signals));
	long result = polled_init(&polled, fds, n);
	if (timeout)
		end = now_ns() + timeout->tv_sec * 1000000000ull + timeout->tv_nsec;
	while (result >= 0) {
		forget_edges(&polled);
		long objects = polled_ready(&polled, fds);

		if (timeout)
			left = left_until(end);
		bool last = objects || (timeout && !left.tv_sec && !left.tv_nsec);
		result = result_of(NEXT(ppoll)(polled.fds, n + !last, last ? &none : timeout ? &left : NULL, signals));
		if (result < 0)
			break;
		bool woken = !last && polled.fds[n].revents;
		result -= woken;
		if (woken && !objects)
			objects = polled_ready(&polled, fds);
		result += objects;
		for (nfds_t i = 0; i < n; i++)
			if (!polled.objects[i])
				fds[i].revents = polled.fds[i].revents;
		if (result || last)
			break;
	}
	polled_free(&polled);
	return result;
}

SKEP_PUBLIC int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	return door_result(door_epoll_ctl(epoll, operation, fd, event));
}

SKEP_PUBLIC int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout)
{
	return door_result(door_epoll_wait(epoll, events, room, timeout, NULL));
}

SKEP_PUBLIC int epoll_pwait(int epoll, struct epoll_event *events, int room, int timeout, const sigset_t *signals)
{
	return door_result(door_epoll_wait(epoll, events, room, timeout, signals));
}

SKEP_PUBLIC int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct timespec time = { timeout / 1000, timeout % 1000 * 1000000l };

	return door_result(door_poll(fds, n, timeout < 0 ? NULL : &time, NULL));
}

SKEP_PUBLIC int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *signals)
{
	return door_result(door_poll(fds, n, timeout, signals));
}

/* What poll() is in programs that are compiled with _FORTIFY_SOURCE. */
int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);
int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *signals, size_t size);

SKEP_PUBLIC int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
	if (size / sizeof(*fds) < n)
		abort();
	return poll(fds, n, timeout);
}

SKEP_PUBLIC int __ppoll_chk(
	struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *signals, size_t size)
{
	if (size / sizeof(*fds) < n)
		abort();
	return ppoll(fds, n, timeout, signals);
}
