/* SPDX-License-Identifier: BSD-2-Clause */
/* Stock libbpf inside this process, whose every bpf(2) goes to a hive. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "skep/uapi.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "preload/door.h"
#include "skep/skep.h"

static struct skep_hive *hive;

static int setup(void **state)
{
	int err = skep_hive_new(NULL, &hive);

	preload_use(hive);
	return err;
}

static int teardown(void **state)
{
	preload_use(NULL);
	skep_hive_free(hive);
	return 0;
}

/* libbpf asks what a descriptor is by its information; only the hive knows this one. */
static uint32_t map_id(int fd)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

static void maps_by_libbpf(void **state)
{
	uint32_t key = 3, value = 77, got = 0, id = 0;
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "from_libbpf", 4, 4, 8, NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &key, &got), 0);
	assert_int_equal(got, 77);
	assert_int_equal(bpf_map_get_next_id(0, &id), 0);
	assert_int_equal(id, map_id(fd));
	int copy = dup(fd);
	close(fd);
	assert_int_equal(map_id(copy), id);
	close(copy);
	/* The last descriptor took the map with it. */
	assert_true(bpf_map_get_next_id(0, &id) < 0);
	assert_int_equal(errno, ENOENT);
}

static void mapping_a_map(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "mapped", 4, 8, 512, &opts);
	int plain = bpf_map_create(BPF_MAP_TYPE_ARRAY, "plain", 4, 8, 512, NULL);
	uint32_t key = 1;
	uint64_t value = 5;

	uint64_t *values = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(values != MAP_FAILED);
	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	assert_int_equal(values[1], 5);
	munmap(values, 4096);
	assert_true(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	assert_true(mmap(NULL, 4096, PROT_READ, MAP_SHARED, plain, 0) == MAP_FAILED);
	close(plain);
	close(fd);
}

static void closing_everything(void **state)
{
	uint32_t key = 0;
	uint64_t value = 1, id;
	int keep = bpf_map_create(BPF_MAP_TYPE_ARRAY, "keep", 4, 8, 1, NULL);
	int high = fcntl(keep, F_DUPFD_CLOEXEC, 100);
	int gone = bpf_map_create(BPF_MAP_TYPE_ARRAY, "gone", 4, 8, 1, NULL);
	uint32_t gone_id = map_id(gone);

	assert_true(high >= 100);
	close_range(keep, 99, 0);
	assert_true(bpf_map_get_fd_by_id(gone_id) < 0);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(bpf_map_update_elem(high, &key, &value, BPF_ANY), 0);
	/* The library's own descriptors are not the program's to close: the map is still whole. */
	for (int fd = high + 1; fd < 70000; fd++)
		close(fd);
	assert_int_equal(bpf_map_lookup_elem(high, &key, &id), 0);
	int again = bpf_map_get_fd_by_id(map_id(high));
	assert_true(again >= 0);
	close(again);
	close(high);
}

static void programs_by_libbpf(void **state)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 42 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	uint8_t packet[64] = {};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 3);
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "fortytwo", "GPL", insns, 2, NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_prog_test_run_opts(fd, &run), 0);
	assert_int_equal(run.retval, 42);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_by_libbpf),
		cmocka_unit_test(mapping_a_map),
		cmocka_unit_test(closing_everything),
		cmocka_unit_test(programs_by_libbpf),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
