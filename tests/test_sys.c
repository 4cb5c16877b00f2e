/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf(2) of a hive: commands, descriptors and their errors. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "oracle.h"
#include "skep/skep.h"
#include "skep/uapi.h"

static struct skep_hive *hive;

/* The handler that resolves faults; cmocka puts its own in front of it for each test. */
static struct sigaction fault_handler;

static int setup(void **state)
{
	int err = skep_hive_new(NULL, &hive);
	union bpf_attr attr = {};

	skep_bpf(hive, BPF_MAP_GET_NEXT_ID, &attr, sizeof(attr));
	sigaction(SIGSEGV, NULL, &fault_handler);
	return err;
}

static int teardown(void **state)
{
	skep_hive_free(hive);
	return 0;
}

static long call(int command, union bpf_attr *attr)
{
	return skep_bpf(hive, command, attr, sizeof(*attr));
}

static int map_create(uint32_t type, uint32_t key_size, uint32_t value_size, uint32_t entries, uint32_t flags)
{
	union bpf_attr attr = { .map_type = type,
		.key_size = key_size,
		.value_size = value_size,
		.max_entries = entries,
		.map_flags = flags,
		.map_name = "a_map" };

	return call(BPF_MAP_CREATE, &attr);
}

static long element(int command, int fd, const void *key, const void *value)
{
	union bpf_attr attr = { .map_fd = fd, .key = (uintptr_t)key, .value = (uintptr_t)value };

	return call(command, &attr);
}

static uint32_t map_id(int fd)
{
	struct bpf_map_info info = {};
	union bpf_attr attr = { .info = { .bpf_fd = fd, .info_len = sizeof(info), .info = (uintptr_t)&info } };

	assert_int_equal(call(BPF_OBJ_GET_INFO_BY_FD, &attr), 0);
	assert_int_equal(attr.info.info_len, sizeof(info));
	return info.id;
}

static long next_map_id(uint32_t id)
{
	union bpf_attr attr = { .start_id = id };
	long err = call(BPF_MAP_GET_NEXT_ID, &attr);

	return err ?: attr.next_id;
}

static void array_elements(void **state)
{
	uint32_t key = 2;
	uint64_t value = 7, got = 0;
	int fd = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);

	assert_true(fd >= 0);
	assert_int_equal(element(BPF_MAP_UPDATE_ELEM, fd, &key, &value), 0);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, fd, &key, &got), 0);
	assert_int_equal(got, 7);
	key = 4;
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, fd, &key, &got), -ENOENT);
	key = 3;
	assert_int_equal(element(BPF_MAP_GET_NEXT_KEY, fd, &key, &key), -ENOENT);
	assert_int_equal(element(BPF_MAP_GET_NEXT_KEY, fd, NULL, &key), 0);
	assert_int_equal(key, 0);
	close(fd);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, fd, &key, &got), -EBADF);
}

static void names_in_proc(void **state)
{
	char path[32], name[64] = {};
	int fd = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_true(readlink(path, name, sizeof(name) - 1) > 0);
	assert_non_null(strstr(name, "bpf-map"));
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

static void descriptors_keep_objects(void **state)
{
	uint32_t key = 0;
	uint64_t value = 9, got = 0;
	int fd = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);
	uint32_t id = map_id(fd);
	int copy = dup(fd);

	assert_int_equal(element(BPF_MAP_UPDATE_ELEM, fd, &key, &value), 0);
	close(fd);
	/* Nobody told the hive about either; it finds the copy by its file. */
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, copy, &key, &got), 0);
	assert_int_equal(got, 9);
	assert_int_equal(map_id(copy), id);
	/* Another object under the old number does not disturb the old object. */
	int other = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);
	assert_int_equal(other, fd);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, copy, &key, &got), 0);
	assert_int_equal(got, 9);
	assert_true(map_id(other) > id);
	union bpf_attr attr = { .map_id = id };
	int third = call(BPF_MAP_GET_FD_BY_ID, &attr);
	assert_true(third >= 0);
	assert_int_equal(map_id(third), id);
	close(copy);
	close(other);
	close(third);
}

static void ids_ascend(void **state)
{
	uint32_t first = 0, seen = 0;
	int fds[40];

	for (int i = 0; i < 40; i++) {
		fds[i] = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
		assert_true(fds[i] >= 0);
	}
	first = map_id(fds[0]);
	for (long id = first - 1; (id = next_map_id(id)) > 0;)
		seen++;
	assert_int_equal(seen, 40);
	assert_int_equal(next_map_id(map_id(fds[39])), -ENOENT);
	for (int i = 0; i < 40; i++)
		close(fds[i]);
	/* Numbers of dead objects do not come back. */
	int again = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	assert_int_equal(map_id(again), first + 40);
	close(again);
}

static void mapped_memory_is_the_map(void **state)
{
	uint32_t key = 1;
	uint64_t value = 1234;
	int fd = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 512, BPF_F_MMAPABLE);

	assert_true(fd >= 0);
	uint64_t *values = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(values != MAP_FAILED);
	assert_int_equal(element(BPF_MAP_UPDATE_ELEM, fd, &key, &value), 0);
	assert_int_equal(values[1], 1234);
	munmap(values, 4096);
	close(fd);
}

static void read_only_descriptors(void **state)
{
	uint32_t key = 0;
	uint64_t value = 0;
	int fd = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, fd, &key, &value), 0);
	assert_int_equal(element(BPF_MAP_UPDATE_ELEM, fd, &key, &value), -EPERM);
	assert_true(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	close(fd);
}

static void freezing(void **state)
{
	uint32_t key = 0;
	uint64_t value = 0;
	int fd = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	union bpf_attr attr = { .map_fd = fd };

	assert_int_equal(call(BPF_MAP_FREEZE, &attr), 0);
	assert_int_equal(call(BPF_MAP_FREEZE, &attr), -EBUSY);
	assert_int_equal(element(BPF_MAP_UPDATE_ELEM, fd, &key, &value), -EPERM);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, fd, &key, &value), 0);
	close(fd);
}

/* A ring buffer has an eventfd, and all eventfds share an inode: it must not stand for the map. */
static void other_files(void **state)
{
	uint32_t key = 0;
	uint64_t value = 0;
	int ring = map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	int event = eventfd(0, EFD_CLOEXEC);
	int pipes[2];

	assert_true(ring >= 0);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, event, &key, &value), -EINVAL);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, pipes[0], &key, &value), -EINVAL);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, 12345, &key, &value), -EBADF);
	close(event);
	close(pipes[0]);
	close(pipes[1]);
	close(ring);
}

/* A hive that is an older release knows fewer attributes: what it does not know must be zero. */
static void older_releases(void **state)
{
	static const struct {
		const char *kernel;
		size_t known; /* bytes of MAP_CREATE */
	} cases[] = { { "4.4", 16 }, { "4.14", 28 }, { "4.15", 44 }, { "5.4", 60 }, { "5.10", 64 }, { "5.16", 72 } };
	struct skep_hive *other;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t attr[128] = {};
		union bpf_attr create = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4 };

		create.max_entries = 1;
		memcpy(attr, &create, 16);
		assert_int_equal(skep_hive_new(&(struct skep_hive_opts){ .sz = sizeof(struct skep_hive_opts),
						       .kernel = cases[i].kernel },
					 &other),
			0);
		int fd = skep_bpf(other, BPF_MAP_CREATE, attr, sizeof(attr));
		assert_true(fd >= 0);
		attr[cases[i].known] = 1;
		int err = skep_bpf(other, BPF_MAP_CREATE, attr, sizeof(attr));
		assert_true(err == -EINVAL || err == -E2BIG);
		close(fd);
		skep_hive_free(other);
	}
}

static void two_hives(void **state)
{
	struct skep_hive *other;
	uint32_t key = 0;
	uint64_t value = 0;
	int fd = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	union bpf_attr attr = { .map_fd = fd, .key = (uintptr_t)&key, .value = (uintptr_t)&value };

	assert_int_equal(skep_hive_new(NULL, &other), 0);
	assert_int_equal(skep_bpf(other, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)), -EINVAL);
	skep_hive_free(other);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, fd, &key, &value), 0);
	close(fd);
}

/* One byte set in otherwise empty attributes: what the kernel says to it, for each byte. fds 0..2 are not BPF's. */
static void attributes_as_the_kernel(void **state)
{
	static const int commands[] = { BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM,
		BPF_MAP_GET_NEXT_KEY, BPF_MAP_LOOKUP_AND_DELETE_ELEM, BPF_MAP_FREEZE, BPF_PROG_LOAD, BPF_OBJ_PIN,
		BPF_OBJ_GET, BPF_PROG_ATTACH, BPF_PROG_DETACH, BPF_PROG_TEST_RUN, BPF_PROG_GET_FD_BY_ID,
		BPF_MAP_GET_FD_BY_ID, BPF_BTF_GET_FD_BY_ID, BPF_LINK_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD,
		BPF_PROG_QUERY, BPF_RAW_TRACEPOINT_OPEN, BPF_BTF_LOAD, BPF_TASK_FD_QUERY, BPF_MAP_LOOKUP_BATCH,
		BPF_MAP_LOOKUP_AND_DELETE_BATCH, BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH, BPF_LINK_CREATE,
		BPF_LINK_UPDATE, BPF_ITER_CREATE, BPF_LINK_DETACH, BPF_PROG_BIND_MAP, BPF_TOKEN_CREATE,
		BPF_PROG_STREAM_READ_BY_FD, BPF_PROG_ASSOC_STRUCT_OPS, 39, -1 };

	ORACLE_OF_REFERENCE_OR_SKIP();
	sigaction(SIGSEGV, &fault_handler, NULL);
	for (size_t c = 0; c < sizeof(commands) / sizeof(commands[0]); c++) {
		for (size_t at = 0; at < 256; at++) {
			uint8_t ours[256] = {}, theirs[256] = {};

			ours[at] = theirs[at] = 0xff;
			long expected = oracle_bpf(commands[c], (union bpf_attr *)theirs, sizeof(theirs));
			long result = skep_bpf(hive, commands[c], ours, sizeof(ours));
			if (result != expected)
				fail_msg("command %d, byte %zu: %ld, the kernel says %ld", commands[c], at, result,
					expected);
		}
	}
}

static void sizes_as_the_kernel(void **state)
{
	static uint8_t attr[8192];

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned size = 1; size <= 4200; size = size < 200 ? size + 1 : size + 100) {
		memset(attr, 0, sizeof(attr));
		long expected = oracle_bpf(BPF_MAP_GET_FD_BY_ID, (union bpf_attr *)attr, size);
		assert_int_equal(skep_bpf(hive, BPF_MAP_GET_FD_BY_ID, attr, size), expected);
	}
}

/* A program and a map of ours and of the kernel's, to be named in attributes. */
struct pair {
	int ours, theirs;
};

static struct pair load_pair(uint32_t type)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { .prog_type = type, .insns = (uintptr_t)insns, .insn_cnt = 2 };

	attr.license = (uintptr_t) "GPL";
	struct pair pair = { .ours = call(BPF_PROG_LOAD, &attr) };
	pair.theirs = oracle_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	return pair;
}

static void same(int command, const union bpf_attr *ours, const union bpf_attr *theirs, const char *what)
{
	union bpf_attr a = *ours, b = *theirs;
	long result = call(command, &a), expected = oracle_bpf(command, &b, sizeof(b));

	if (result != expected)
		fail_msg("command %d, %s: %ld, the kernel says %ld", command, what, result, expected);
}

/* Wrong targets for good programs, as clients use them to find out what there is. */
static void attaching_as_the_kernel(void **state)
{
	static const uint32_t types[] = { BPF_PROG_TYPE_SOCKET_FILTER, BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_XDP,
		BPF_PROG_TYPE_TRACEPOINT, BPF_PROG_TYPE_CGROUP_SKB, BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_PROG_TYPE_SK_SKB,
		BPF_PROG_TYPE_PERF_EVENT };

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct pair prog = load_pair(types[i]);

		assert_true(prog.ours >= 0 && prog.theirs >= 0);
		for (uint32_t attach = 0; attach < 62; attach++) {
			union bpf_attr a = { .link_create = { .target_fd = -1, .attach_type = attach } }, b = a;
			char what[64];

			if (attach == BPF_STRUCT_OPS)
				continue;
			snprintf(what, sizeof(what), "program type %u, attach type %u", types[i], attach);
			a.link_create.prog_fd = prog.ours;
			b.link_create.prog_fd = prog.theirs;
			same(BPF_LINK_CREATE, &a, &b, what);
			a = (union bpf_attr){ .target_fd = -1, .attach_bpf_fd = prog.ours, .attach_type = attach };
			b = (union bpf_attr){ .target_fd = -1, .attach_bpf_fd = prog.theirs, .attach_type = attach };
			same(BPF_PROG_ATTACH, &a, &b, what);
			same(BPF_PROG_DETACH, &a, &b, what);
			a.attach_flags = b.attach_flags = 1u << 30;
			same(BPF_PROG_ATTACH, &a, &b, what);
			a = b = (union bpf_attr){ .query = { .target_fd = -1, .attach_type = attach } };
			same(BPF_PROG_QUERY, &a, &b, what);
		}
		close(prog.ours);
		close(prog.theirs);
	}
}

static void statistics(void **state)
{
	uint8_t packet[64] = {};
	union bpf_attr enable = { .enable_stats = { .type = BPF_STATS_RUN_TIME } };
	struct bpf_insn insns[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = (uintptr_t)insns, .insn_cnt = 2 };
	struct bpf_prog_info info = {};

	load.license = (uintptr_t) "GPL";
	int prog = call(BPF_PROG_LOAD, &load);
	union bpf_attr run = { .test = { .prog_fd = prog, .data_in = (uintptr_t)packet, .data_size_in = 64 } };
	union bpf_attr ask = { .info = { .bpf_fd = prog, .info_len = sizeof(info), .info = (uintptr_t)&info } };
	run.test.repeat = 5;
	assert_int_equal(call(BPF_PROG_TEST_RUN, &run), 0);
	int stats = call(BPF_ENABLE_STATS, &enable);
	assert_true(stats >= 0);
	assert_int_equal(call(BPF_PROG_TEST_RUN, &run), 0);
	assert_int_equal(call(BPF_OBJ_GET_INFO_BY_FD, &ask), 0);
	assert_int_equal(info.run_cnt, 5);
	close(stats);
	close(prog);
}

static void pins(void **state)
{
	uint32_t key = 0;
	uint64_t value = 0;
	int fd = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	uint32_t id = map_id(fd);
	union bpf_attr attr = { .pathname = (uintptr_t) "/sys/fs/bpf/a_pin", .bpf_fd = fd };

	assert_int_equal(call(BPF_OBJ_PIN, &attr), 0);
	assert_int_equal(call(BPF_OBJ_PIN, &attr), -EEXIST);
	close(fd);
	attr.bpf_fd = 0;
	int again = call(BPF_OBJ_GET, &attr);
	assert_true(again >= 0);
	assert_int_equal(map_id(again), id);
	attr.file_flags = BPF_F_RDONLY;
	int reader = call(BPF_OBJ_GET, &attr);
	assert_true(reader >= 0);
	assert_int_equal(element(BPF_MAP_UPDATE_ELEM, reader, &key, &value), -EPERM);
	close(reader);
	attr = (union bpf_attr){ .pathname = (uintptr_t) "/sys/fs/bpf/none/a_pin", .bpf_fd = again };
	assert_int_equal(call(BPF_OBJ_PIN, &attr), -ENOENT);
	attr.pathname = (uintptr_t) "/sys/fs/bpf/a.pin";
	assert_int_equal(call(BPF_OBJ_PIN, &attr), -EPERM);
	attr.pathname = (uintptr_t) "/tmp/a_pin";
	assert_int_equal(call(BPF_OBJ_PIN, &attr), -EPERM);
	close(again);
}

/* Bytes that are not mapped, wherever a command may look. */
static void bad_addresses(void **state)
{
	uint32_t key = 0;
	uint64_t value = 0;
	int fd = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	uint8_t *hole = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	sigaction(SIGSEGV, &fault_handler, NULL);
	munmap(hole + 4096, 4096);
	assert_int_equal(skep_bpf(hive, BPF_MAP_CREATE, hole + 4096, 64), -EFAULT);
	assert_int_equal(skep_bpf(hive, BPF_MAP_CREATE, hole + 4096 - 32, 64), -EFAULT);
	assert_int_equal(skep_bpf(hive, BPF_MAP_CREATE, NULL, 64), -EFAULT);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, fd, hole + 4094, &value), -EFAULT);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, fd, &key, hole + 4092), -EFAULT);
	assert_int_equal(element(BPF_MAP_UPDATE_ELEM, fd, &key, (void *)-8), -EFAULT);
	assert_int_equal(element(BPF_MAP_GET_NEXT_KEY, fd, NULL, (void *)8), -EFAULT);
	assert_int_equal(element(BPF_MAP_LOOKUP_ELEM, fd, NULL, &value), -EFAULT);
	munmap(hole, 4096);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(array_elements),
		cmocka_unit_test(names_in_proc),
		cmocka_unit_test(descriptors_keep_objects),
		cmocka_unit_test(ids_ascend),
		cmocka_unit_test(mapped_memory_is_the_map),
		cmocka_unit_test(read_only_descriptors),
		cmocka_unit_test(freezing),
		cmocka_unit_test(other_files),
		cmocka_unit_test(older_releases),
		cmocka_unit_test(two_hives),
		cmocka_unit_test(attributes_as_the_kernel),
		cmocka_unit_test(sizes_as_the_kernel),
		cmocka_unit_test(attaching_as_the_kernel),
		cmocka_unit_test(statistics),
		cmocka_unit_test(pins),
		cmocka_unit_test(bad_addresses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
