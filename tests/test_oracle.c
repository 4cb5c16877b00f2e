/* SPDX-License-Identifier: BSD-2-Clause */
/* The oracle itself: what tests ask of the kernel arrives there and comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

static const struct bpf_insn returns_7[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 7 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static void load_and_run(void **state)
{
	struct bpf_insn xlated[8];
	char log[4096];
	uint32_t value = 0;
	int prog;

	ORACLE_OR_SKIP();
	prog = oracle_prog_load(&(struct oracle_prog){
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = returns_7,
		.n_insns = 2,
		.log = log,
		.log_size = sizeof(log),
		.log_level = 2,
	});
	assert_true(prog >= 0);
	assert_non_null(strstr(log, "(b7) r0 = 7"));
	assert_int_equal(oracle_prog_run_plain(prog, &value), 0);
	assert_int_equal(value, 7);
	assert_true(oracle_prog_xlated(prog, xlated, 8) >= 2);
	close(prog);
}

static void refusal(void **state)
{
	char log[4096];

	ORACLE_OR_SKIP();
	assert_int_equal(oracle_prog_load(&(struct oracle_prog){ .type = BPF_PROG_TYPE_SOCKET_FILTER,
				 .insns = returns_7,
				 .n_insns = 1,
				 .log = log,
				 .log_size = sizeof(log) }),
		-EINVAL);
	assert_non_null(strstr(log, "last insn is not an exit or jmp"));
}

static void map_elements(void **state)
{
	uint32_t key = 1, next = 9;
	uint64_t value = 0x1122334455667788, back = 0;
	int map;

	ORACLE_OR_SKIP();
	map = oracle_map_create(BPF_MAP_TYPE_HASH, 4, 8, 4, 0);
	assert_true(map >= 0);
	assert_int_equal(oracle_map_lookup(map, &key, &back), -ENOENT);
	assert_int_equal(oracle_map_update(map, &key, &value, BPF_ANY), 0);
	assert_int_equal(oracle_map_lookup(map, &key, &back), 0);
	assert_int_equal(back, value);
	assert_int_equal(oracle_map_next_key(map, NULL, &next), 0);
	assert_int_equal(next, 1);
	assert_int_equal(oracle_map_delete(map, &key), 0);
	assert_int_equal(oracle_map_next_key(map, NULL, &next), -ENOENT);
	close(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load_and_run),
		cmocka_unit_test(refusal),
		cmocka_unit_test(map_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
