/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as calls of bpf(2) by a caller of its own: records of a command, a length, and so many bytes of attribute.
 * The caller's memory is the input itself, at CALLER_BASE, followed by zeroes; command 255 is data and no call.
 * Descriptors start at FIRST_FD.
 */
#include <errno.h>
#include <string.h>

#include "hive/object.h"
#include "skep/skep.h"
#include "sys/sys.h"
#include "target.h"
#include "verifier/verify.h"

#define CALLER_BASE 0x10000
#define CALLER_SIZE 0x10000
#define FIRST_FD 100
#define MAX_FDS 32

static uint8_t *memory;
static struct object *objects[MAX_FDS];
static int n_objects;

static int caller_read(const struct caller *caller, void *to, uint64_t from, size_t size)
{
	if (from < CALLER_BASE || from - CALLER_BASE > CALLER_SIZE || size > CALLER_SIZE - (from - CALLER_BASE))
		return -EFAULT;
	memcpy(to, memory + (from - CALLER_BASE), size);
	return 0;
}

static int caller_write(const struct caller *caller, uint64_t to, const void *from, size_t size)
{
	if (to < CALLER_BASE || to - CALLER_BASE > CALLER_SIZE || size > CALLER_SIZE - (to - CALLER_BASE))
		return -EFAULT;
	memcpy(memory + (to - CALLER_BASE), from, size);
	return 0;
}

static int caller_enter(const struct caller *caller, int fd, struct object **ret_object, unsigned *access)
{
	if (fd < FIRST_FD || fd >= FIRST_FD + n_objects)
		return -EBADF;
	*ret_object = objects[fd - FIRST_FD];
	if (access)
		*access = 0;
	return 0;
}

static void caller_leave(const struct caller *caller, int fd, struct object *object)
{
}

static int caller_install(const struct caller *caller, struct object *object, unsigned access)
{
	if (n_objects == MAX_FDS)
		return -EMFILE;
	objects[n_objects] = object;
	return FIRST_FD + n_objects++;
}

static const struct caller_ops ops = {
	.read = caller_read,
	.write = caller_write,
	.enter = caller_enter,
	.leave = caller_leave,
	.install = caller_install,
};

static void clamp(uint8_t *at, size_t offset, size_t length, uint32_t mask)
{
	uint32_t value;

	if (offset + sizeof(value) > length)
		return;
	memcpy(&value, at + offset, sizeof(value));
	value &= mask;
	memcpy(at + offset, &value, sizeof(value));
}

/* Keeps a call from being merely large: sizes of maps, repetitions of a run. */
static void make_small(unsigned command, uint8_t *attr, size_t length)
{
	if (command == BPF_MAP_CREATE) {
		clamp(attr, 8, length, 0x3fff);
		clamp(attr, 12, length, 0xfff);
	} else if (command == BPF_PROG_TEST_RUN) {
		clamp(attr, 32, length, 0xf);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct caller caller = { .capabilities = VERIFY_CAP_ALL, .ops = &ops };
	size_t at = 0;

	if (size > CALLER_SIZE || skep_hive_new(NULL, &caller.hive))
		return 0;
	memory = calloc(1, CALLER_SIZE);
	FUZZ_CHECK(memory);
	if (size)
		memcpy(memory, data, size);
	for (int calls = 0; at + 2 <= size && calls < 64; calls++) {
		unsigned command = memory[at], length = memory[at + 1];

		at += 2;
		if (length > size - at)
			length = size - at;
		if (command != 255) {
			make_small(command, memory + at, length);
			sys_bpf(&caller, command, CALLER_BASE + at, length);
		}
		at += length;
	}
	for (int i = 0; i < n_objects; i++)
		object_put(objects[i]);
	n_objects = 0;
	skep_hive_free(caller.hive);
	free(memory);
	return 0;
}
