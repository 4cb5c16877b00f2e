/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for maps. A memory file cannot be polled; a map that can has an eventfd, which is written to when waiters
 * are to be woken. The eventfd only says that it is worth looking: whether a map is ready, and for what, its memory
 * tells. Nobody reads the eventfd, so any number of waiters each see every write, as an edge.
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
#include "hive/map.h"
#include "preload/door.h"

/* A map in an epoll set. */
struct registration {
	struct registration *next;
	struct map *map; /* a reference */
	int epoll, fd;
	int event; /* a copy of the map's eventfd, so that a map can be in a set under several descriptors */
	struct epoll_event wanted;
	bool fresh; /* edge-triggered: not asked yet */
	bool spent; /* one-shot: reported */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct registration *registrations;
static _Atomic unsigned n_registrations;

/* The map behind fd if it can be polled, with a reference. */
static struct map *pollable(int fd)
{
	struct object *object;
	struct map *map = NULL;

	if (fd < 0 || !door_caller() || descriptor_enter(fd, &object, NULL) < 0)
		return NULL;
	if (object->kind == OBJECT_MAP && hive_map_of(object)->map->ops->poll_events)
		map = map_get(hive_map_of(object)->map);
	descriptor_leave(fd);
	return map;
}

/* Bits of epoll and of poll are the same. */
static uint32_t ready(struct map *map)
{
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
	map_put(registration->map);
	free(registration);
}

static long set_real(struct registration *registration, int operation)
{
	struct epoll_event edge = { .events = EPOLLIN | EPOLLET, .data.ptr = registration };

	return door_syscall(SYS_epoll_ctl, registration->epoll, operation, registration->event, (long)&edge, 0, 0);
}

/* Takes over the reference of the map. */
static long add(struct map *map, int epoll, int fd, const struct epoll_event *event)
{
	struct registration *new = calloc(1, sizeof(*new));

	if (!new) {
		map_put(map);
		return -ENOMEM;
	}
	*new = (struct registration){ .map = map, .epoll = epoll, .fd = fd, .wanted = *event, .fresh = true };
	new->event = descriptor_private(map->poll_fd);
	if (new->event < 0) {
		long err = new->event;

		map_put(map);
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
	struct map *map = pollable(fd);

	if (!map || (operation != EPOLL_CTL_DEL && !event)) {
		if (map)
			map_put(map);
		return door_syscall(SYS_epoll_ctl, epoll, operation, fd, (long)event, 0, 0);
	}
	if (operation == EPOLL_CTL_ADD)
		return add(map, epoll, fd, event);
	map_put(map);
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
	uint32_t now = ready(registration->map) & wanted;
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

/* The maps among the descriptors of one poll(). */
struct polled {
	struct pollfd *fds; /* a copy, without the maps, and the set of their eventfds at the end */
	struct map **maps; /* NULL where the descriptor is none */
	nfds_t n;
	int set;
};

static void polled_free(struct polled *polled)
{
	for (nfds_t i = 0; polled->maps && i < polled->n; i++)
		if (polled->maps[i])
			map_put(polled->maps[i]);
	free(polled->fds);
	free(polled->maps);
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
	polled->maps = calloc(n, sizeof(*polled->maps));
	if (!polled->fds || !polled->maps)
		return -ENOMEM;
	for (nfds_t i = 0; i < n; i++) {
		struct epoll_event edge = { .events = EPOLLIN | EPOLLET };

		polled->fds[i] = fds[i];
		polled->maps[i] = pollable(fds[i].fd);
		if (!polled->maps[i])
			continue;
		polled->fds[i].fd = -1;
		long err = door_syscall(
			SYS_epoll_ctl, polled->set, EPOLL_CTL_ADD, polled->maps[i]->poll_fd, (long)&edge, 0, 0);
		if (err && err != -EEXIST)
			return err;
	}
	polled->fds[n] = (struct pollfd){ .fd = polled->set, .events = POLLIN };
	return 0;
}

static bool any_pollable(const struct pollfd *fds, nfds_t n)
{
	for (nfds_t i = 0; i < n; i++) {
		struct map *map = descriptor_is_known(fds[i].fd) ? pollable(fds[i].fd) : NULL;

		if (map) {
			map_put(map);
			return true;
		}
	}
	return false;
}

/* How many of the maps are ready. */
static long polled_ready(const struct polled *polled, struct pollfd *fds)
{
	long n = 0;

	for (nfds_t i = 0; i < polled->n; i++) {
		if (!polled->maps[i])
			continue;
		fds[i].revents = ready(polled->maps[i]) & (uint16_t)fds[i].events;
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
		long maps = polled_ready(&polled, fds);

		if (timeout)
			left = left_until(end);
		bool last = maps || (timeout && !left.tv_sec && !left.tv_nsec);
		result = result_of(NEXT(ppoll)(polled.fds, n + !last, last ? &none : timeout ? &left : NULL, signals));
		if (result < 0)
			break;
		bool woken = !last && polled.fds[n].revents;
		result -= woken;
		if (woken && !maps)
			maps = polled_ready(&polled, fds);
		result += maps;
		for (nfds_t i = 0; i < n; i++)
			if (!polled.maps[i])
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
