/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many threads in one hive: creating, loading, running, looking at and closing each other's objects. What is checked
 * here is that nothing is lost at the end; a build with a thread or address sanitizer checks the rest.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "hive/descriptor.h"
#include "skep/skep.h"
#include "skep/uapi.h"

#define THREADS 64
#define ROUNDS 40

static struct skep_hive *hive;
static int shared_map, shared_array;
static _Atomic uint32_t failures;

static long call(int command, union bpf_attr *attr)
{
	return skep_bpf(hive, command, attr, sizeof(*attr));
}

static int map_create(uint32_t type, uint32_t value_size)
{
	union bpf_attr attr = { .map_type = type, .key_size = 4, .value_size = value_size, .max_entries = 64 };

	return call(BPF_MAP_CREATE, &attr);
}

/* A program that reads the map. */
static int prog_load(int map)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 10, .off = -4, .imm = 1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -4 },
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{},
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 7 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = (uintptr_t)insns };

	attr.insn_cnt = ARRAY_SIZE(insns);
	attr.license = (uintptr_t) "GPL";
	return call(BPF_PROG_LOAD, &attr);
}

/* As a door that sees every close and dup. */
static void door_close(int fd)
{
	descriptor_closing(fd);
	close(fd);
}

static int door_dup(int fd)
{
	int copy = dup(fd);

	if (copy >= 0)
		descriptor_duplicated(fd, copy);
	return copy;
}

static void check(bool condition)
{
	if (!condition)
		failures++;
}

/* Whatever is there now: it may go while it is looked at, but then the answer says so. */
static void look_around(void)
{
	struct bpf_prog_info info;
	union bpf_attr attr = {};

	for (uint32_t id = 0, i = 0; i < 8; i++) {
		attr = (union bpf_attr){ .start_id = id };
		if (call(BPF_PROG_GET_NEXT_ID, &attr))
			break;
		id = attr.next_id;
		attr = (union bpf_attr){ .prog_id = id };
		int fd = call(BPF_PROG_GET_FD_BY_ID, &attr);
		check(fd >= 0 || fd == -ENOENT);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		attr = (union bpf_attr){ .info = { .bpf_fd = fd, .info_len = sizeof(info) } };
		attr.info.info = (uintptr_t)&info;
		check(!call(BPF_OBJ_GET_INFO_BY_FD, &attr) && info.id == id);
		door_close(fd);
	}
}

static void *work(void *argument)
{
	uint32_t self = (uintptr_t)argument;
	uint8_t packet[64] = {};

	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint32_t key = self, slot = self % 8;
		uint64_t value = round, got = 0;
		int map = map_create(BPF_MAP_TYPE_HASH, 8);
		int prog = prog_load(map);
		union bpf_attr attr = { .map_fd = shared_map, .key = (uintptr_t)&key, .value = (uintptr_t)&value };

		check(map >= 0 && prog >= 0);
		check(!call(BPF_MAP_UPDATE_ELEM, &attr));
		attr = (union bpf_attr){ .map_fd = shared_map, .key = (uintptr_t)&key, .value = (uintptr_t)&got };
		check(!call(BPF_MAP_LOOKUP_ELEM, &attr) && got == round);
		attr = (union bpf_attr){ .map_fd = shared_array, .key = (uintptr_t)&slot, .value = (uintptr_t)&prog };
		check(!call(BPF_MAP_UPDATE_ELEM, &attr));
		attr = (union bpf_attr){ .test = { .prog_fd = prog, .data_in = (uintptr_t)packet } };
		attr.test.data_size_in = sizeof(packet);
		check(!call(BPF_PROG_TEST_RUN, &attr) && attr.test.retval == 7);
		int copy = door_dup(prog);
		door_close(prog);
		door_close(map);
		attr.test.prog_fd = copy;
		check(!call(BPF_PROG_TEST_RUN, &attr) && attr.test.retval == 7);
		door_close(copy);
		if (round % 8 == 0)
			look_around();
	}
	return NULL;
}

static uint32_t count(int next_command)
{
	uint32_t n = 0;

	for (union bpf_attr attr = {}; !call(next_command, &attr); attr.start_id = attr.next_id, attr.next_id = 0)
		n++;
	return n;
}

static void threads_in_one_hive(void **state)
{
	pthread_t threads[THREADS];

	assert_int_equal(skep_hive_new(NULL, &hive), 0);
	descriptors_watched();
	shared_map = map_create(BPF_MAP_TYPE_HASH, 8);
	shared_array = map_create(BPF_MAP_TYPE_PROG_ARRAY, 4);
	assert_true(shared_map >= 0 && shared_array >= 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)i), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(failures, 0);
	/* The array keeps the last program of each slot, and each of these its map. */
	assert_int_equal(count(BPF_PROG_GET_NEXT_ID), 8);
	assert_int_equal(count(BPF_MAP_GET_NEXT_ID), 8 + 2);
	door_close(shared_array);
	assert_int_equal(count(BPF_PROG_GET_NEXT_ID), 0);
	assert_int_equal(count(BPF_MAP_GET_NEXT_ID), 1);
	door_close(shared_map);
	skep_hive_free(hive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_in_one_hive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
