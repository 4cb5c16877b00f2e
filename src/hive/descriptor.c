/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/descriptor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/macros.h"

struct handle {
	struct memfile_key key;
	struct object *object;
	struct handle *next;
	uint32_t descriptors; /* slots that point here; the first takes a reference of the object, the last gives it
				 back */
	bool owned; /* lives until handle_unregister(), with or without descriptors */
};

/* One descriptor number. The two low bits of file are its enum descriptor_access. */
struct slot {
	_Atomic uintptr_t file; /* struct handle *, or 0 */
	_Atomic uint32_t users; /* between descriptor_enter() and descriptor_leave() */
	_Atomic bool private;
};

#define PAGE_SLOTS 1024
#define PAGES 1024
#define BUCKETS 4096
#define PRIVATE_BASE 4096

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct slot *) pages[PAGES]; /* never given back */
static struct handle *buckets[BUCKETS];
static _Atomic bool watched;

static struct slot *slot_find(int fd)
{
	if (fd < 0 || fd >= PAGES * PAGE_SLOTS)
		return NULL;
	struct slot *page = atomic_load_explicit(&pages[fd / PAGE_SLOTS], memory_order_acquire);
	return page ? &page[fd % PAGE_SLOTS] : NULL;
}

/* Needs table_lock. NULL when memory or the table is exhausted. */
static struct slot *slot_make(int fd)
{
	if (fd < 0 || fd >= PAGES * PAGE_SLOTS)
		return NULL;
	if (!atomic_load_explicit(&pages[fd / PAGE_SLOTS], memory_order_relaxed)) {
		struct slot *page = calloc(PAGE_SLOTS, sizeof(*page));

		if (!page)
			return NULL;
		atomic_store_explicit(&pages[fd / PAGE_SLOTS], page, memory_order_release);
	}
	return slot_find(fd);
}

static struct handle **bucket(const struct memfile_key *key)
{
	return &buckets[(key->inode ^ key->inode >> 12 ^ key->device) % BUCKETS];
}

static struct handle *handle_find(const struct memfile_key *key)
{
	for (struct handle *handle = *bucket(key); handle; handle = handle->next) {
		if (handle->key.inode == key->inode && handle->key.device == key->device)
			return handle;
	}
	return NULL;
}

static void handle_unlink(struct handle *handle)
{
	struct handle **link = bucket(&handle->key);

	while (*link != handle)
		link = &(*link)->next;
	*link = handle->next;
	free(handle);
}

static struct handle *handle_of(uintptr_t file)
{
	return (struct handle *)(file & ~(uintptr_t)DESCRIPTOR_BOTH);
}

/* Needs table_lock. Returns the object whose reference the caller has to give back after unlocking, or NULL. */
static struct object *slot_clear(struct slot *slot)
{
	uintptr_t file = atomic_exchange(&slot->file, 0);

	if (!file)
		return NULL;
	while (atomic_load(&slot->users))
		sched_yield();
	struct handle *handle = handle_of(file);
	if (--handle->descriptors)
		return NULL;
	struct object *object = handle->object;
	if (!handle->owned)
		handle_unlink(handle);
	return object;
}

static unsigned access_of(int fd)
{
	switch (fcntl(fd, F_GETFL) & O_ACCMODE) {
	case O_RDONLY:
		return DESCRIPTOR_READ;
	case O_WRONLY:
		return DESCRIPTOR_WRITE;
	default:
		return DESCRIPTOR_BOTH;
	}
}

/* Needs table_lock. Any descriptor of this file that no slot knows about; -1 if there is none. */
static int find_unseen(const struct memfile_key *key)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int found = -1;

	if (!dir)
		return -1;
	while (found < 0 && (entry = readdir(dir))) {
		struct memfile_key other;
		int fd = atoi(entry->d_name);
		struct slot *slot = slot_find(fd);

		if (entry->d_name[0] == '.' || memfile_key(fd, &other) < 0 || (slot && atomic_load(&slot->private)))
			continue;
		if (other.inode == key->inode && other.device == key->device)
			found = fd;
	}
	closedir(dir);
	return found;
}

/*
 * Needs table_lock. Clears the slot of a descriptor that turns out to be another file now. Where closes and dups are
 * not watched, the old file may have descriptors that nobody told of: one is looked for before the object goes.
 */
static struct object *slot_clear_unseen(struct slot *slot)
{
	struct handle *handle = handle_of(atomic_load(&slot->file));

	if (handle && handle->descriptors == 1 && !atomic_load(&watched)) {
		int fd = find_unseen(&handle->key);
		struct slot *other = fd >= 0 ? slot_make(fd) : NULL;

		if (other && other != slot && !atomic_load(&other->file)) {
			handle->descriptors++;
			atomic_store(&other->file, (uintptr_t)handle | access_of(fd));
		}
	}
	return slot_clear(slot);
}

/* Needs table_lock, and a reference of the object if the handle has no descriptors yet. */
static int slot_fill(struct handle *handle, int fd, unsigned access, struct object **ret_dropped)
{
	struct slot *slot = slot_make(fd);

	if (!slot)
		return fd < PAGES * PAGE_SLOTS ? -ENOMEM : -EMFILE;
	*ret_dropped = slot_clear_unseen(slot);
	handle->descriptors++;
	atomic_store(&slot->file, (uintptr_t)handle | access);
	return 0;
}

int handle_register(struct object *object, int fd, struct handle **ret_handle)
{
	struct handle *handle = calloc(1, sizeof(*handle));

	if (!handle)
		return -ENOMEM;
	int err = memfile_key(fd, &handle->key);
	if (err) {
		free(handle);
		return err;
	}
	handle->object = object;
	handle->owned = true;
	pthread_mutex_lock(&table_lock);
	struct handle **head = bucket(&handle->key);
	handle->next = *head;
	*head = handle;
	pthread_mutex_unlock(&table_lock);
	*ret_handle = handle;
	return 0;
}

void handle_unregister(struct handle *handle)
{
	pthread_mutex_lock(&table_lock);
	handle_unlink(handle);
	pthread_mutex_unlock(&table_lock);
}

void descriptors_watched(void)
{
	atomic_store(&watched, true);
}

/* Fills the slot of a new descriptor; the caller's reference is the handle's if it needs one. */
static int adopt(struct handle *handle, int fd, unsigned access)
{
	struct object *dropped = NULL;

	pthread_mutex_lock(&table_lock);
	int err = slot_fill(handle, fd, access, &dropped);
	/* Asked after: the slot may have been one of the same file, closed unseen, and its reference was dropped. */
	bool spare = !err && handle->descriptors > 1;
	pthread_mutex_unlock(&table_lock);
	if (dropped)
		object_put(dropped);
	if (spare)
		object_put(handle->object);
	return err;
}

/* An object without a memory file of its own: makes one that tells what it is and lives as long as its descriptors. */
static int new_file(struct object *object, unsigned access)
{
	static const char *const names[OBJECT_KINDS] = {
		[OBJECT_MAP] = "bpf-map",
		[OBJECT_PROG] = "bpf-prog",
		[OBJECT_BTF] = "btf",
		[OBJECT_LINK] = "bpf_link",
		[OBJECT_STATS] = "bpf-stats",
	};
	struct handle *handle;
	int fd = memfile_new(names[object->kind], 0);

	if (fd < 0)
		return fd;
	int err = handle_register(object, fd, &handle);
	if (err)
		goto close_fd;
	handle->owned = false;
	err = adopt(handle, fd, access);
	if (err)
		goto unregister;
	return fd;

unregister:
	handle_unregister(handle);
close_fd:
	close(fd);
	return err;
}

/* Another descriptor of an object's own file. One that may not write is opened so that mmap() knows it too. */
static int open_file(const struct object *object, unsigned access)
{
	char path[32];
	int fd = -1;

	if (access != DESCRIPTOR_BOTH) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", object->file);
		fd = open(path, (access == DESCRIPTOR_READ ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
	}
	if (fd < 0)
		fd = fcntl(object->file, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

int descriptor_new(struct object *object, unsigned access)
{
	if (!object->handle)
		return new_file(object, access);
	int first = atomic_exchange(&object->first, -1);
	if (first >= 0 && access != DESCRIPTOR_BOTH) {
		close(first);
		first = -1;
	}
	int fd = first >= 0 ? first : open_file(object, access);
	if (fd < 0)
		return fd;
	int err = adopt(object->handle, fd, access);
	if (err)
		close(fd);
	return err ?: fd;
}

/* Makes the slot of fd agree with the file that is open there. -EBADF if that is none of ours. */
static int slot_refresh(int fd)
{
	struct object *dropped = NULL;
	struct memfile_key key;
	int err = memfile_key(fd, &key);

	pthread_mutex_lock(&table_lock);
	struct slot *slot = slot_find(fd);
	uintptr_t file = slot ? atomic_load(&slot->file) : 0;
	struct handle *handle = err ? NULL : handle_find(&key);
	if (handle && file && handle_of(file) == handle)
		goto unlock;
	if (handle && !handle->descriptors && object_try_get(handle->object) < 0)
		handle = NULL;
	if (handle)
		err = slot_fill(handle, fd, access_of(fd), &dropped);
	else if (file)
		dropped = slot_clear_unseen(slot);
	if (!handle)
		err = -EBADF;
unlock:
	pthread_mutex_unlock(&table_lock);
	if (dropped)
		object_put(dropped);
	return err;
}

int descriptor_enter(int fd, struct object **ret_object, unsigned *access)
{
	bool trusted = atomic_load_explicit(&watched, memory_order_relaxed);

	if (fd < 0)
		return -EBADF;
	for (int attempt = 0; attempt < 2; attempt++) {
		struct slot *slot = slot_find(fd);

		if (slot && (trusted || attempt)) {
			atomic_fetch_add(&slot->users, 1);
			uintptr_t file = atomic_load(&slot->file);
			if (likely(file)) {
				*ret_object = handle_of(file)->object;
				if (access)
					*access = file & DESCRIPTOR_BOTH;
				return 0;
			}
			atomic_fetch_sub(&slot->users, 1);
		}
		int err = attempt ? -EBADF : slot_refresh(fd);
		if (err)
			return err;
	}
	return -EBADF;
}

void descriptor_leave(int fd)
{
	atomic_fetch_sub(&slot_find(fd)->users, 1);
}

int descriptor_get(int fd, struct object **ret_object, unsigned *access)
{
	int err = descriptor_enter(fd, ret_object, access);

	if (err)
		return err;
	object_get(*ret_object);
	descriptor_leave(fd);
	return 0;
}

void descriptor_closing(int fd)
{
	struct slot *slot = slot_find(fd);

	if (!slot || !atomic_load_explicit(&slot->file, memory_order_relaxed))
		return;
	pthread_mutex_lock(&table_lock);
	struct object *dropped = slot_clear(slot);
	pthread_mutex_unlock(&table_lock);
	if (dropped)
		object_put(dropped);
}

void descriptor_duplicated(int from, int to)
{
	struct object *dropped = NULL;
	struct slot *source = slot_find(from);

	if (from == to)
		return;
	pthread_mutex_lock(&table_lock);
	uintptr_t file = source ? atomic_load(&source->file) : 0;
	if (file) {
		slot_fill(handle_of(file), to, file & DESCRIPTOR_BOTH, &dropped);
	} else {
		struct slot *target = slot_find(to);

		dropped = target ? slot_clear(target) : NULL;
	}
	pthread_mutex_unlock(&table_lock);
	if (dropped)
		object_put(dropped);
}

int descriptor_private(int fd)
{
	struct rlimit limit;
	int base = PRIVATE_BASE;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur / 2 < PRIVATE_BASE)
		base = limit.rlim_cur / 2;
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, base);
	if (copy < 0)
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return -errno;
	pthread_mutex_lock(&table_lock);
	struct slot *slot = slot_make(copy);
	if (slot)
		atomic_store(&slot->private, true);
	pthread_mutex_unlock(&table_lock);
	return copy;
}

void descriptor_private_forget(int fd)
{
	struct slot *slot = slot_find(fd);

	if (slot)
		atomic_store(&slot->private, false);
}

bool descriptor_is_private(int fd)
{
	struct slot *slot = slot_find(fd);

	return slot && atomic_load_explicit(&slot->private, memory_order_relaxed);
}

bool descriptor_is_known(int fd)
{
	struct slot *slot = slot_find(fd);

	return slot && atomic_load_explicit(&slot->file, memory_order_relaxed);
}

void descriptors_lock(void)
{
	pthread_mutex_lock(&table_lock);
}

void descriptors_unlock(void)
{
	pthread_mutex_unlock(&table_lock);
}

void descriptors_forget(struct skep_hive *hive)
{
	for (int fd = 0; fd < PAGES * PAGE_SLOTS; fd++) {
		struct slot *slot = slot_find(fd);
		uintptr_t file = slot ? atomic_load(&slot->file) : 0;

		if (!slot)
			fd |= PAGE_SLOTS - 1;
		else if (file && handle_of(file)->object->hive == hive)
			descriptor_closing(fd);
	}
}
