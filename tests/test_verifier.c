/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verdicts and reasons: each case is a program with what must come of it, and the kernel is asked the same.
 *
 * In a program's text map_fd[N] is the Nth map of `maps` below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "isa/asm.h"
#include "isa/flow.h"
#include "maps/map.h"
#include "oracle.h"
#include "verifier/verify.h"

#define LOG_SIZE (1 << 20)

enum {
	HASH, /* 8-byte keys, 48-byte values */
	ARRAY, /* 4-byte keys, 48-byte values */
	PROGS,
	RDONLY_ARRAY,
	N_MAPS,
};

static const struct map_attr maps[N_MAPS] = {
	[HASH] = { .type = BPF_MAP_TYPE_HASH, .key_size = 8, .value_size = 48, .max_entries = 4 },
	[ARRAY] = { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 48, .max_entries = 4 },
	[PROGS] = { .type = BPF_MAP_TYPE_PROG_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 4 },
	[RDONLY_ARRAY] = { .type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 48,
		.max_entries = 4,
		.flags = BPF_F_RDONLY_PROG },
};

struct verdict_case {
	const char *name;
	uint32_t type;
	int error; /* 0: accepted */
	const char *message; /* somewhere in the log */
	const char *text;
};

#define SOCKET BPF_PROG_TYPE_SOCKET_FILTER
#define TC BPF_PROG_TYPE_SCHED_CLS
#define XDP BPF_PROG_TYPE_XDP

static const struct verdict_case cases[] = {
#include "verifier_cases.def"
};

static const struct verdict_case callback_cases[] = {
#include "verifier_callback_cases.def"
};

/* Map numbers in the program become descriptors: number plus base, or those of kernel_maps. */
static void number_maps(struct bpf_insn *insns, uint32_t n, int base, const int *kernel_maps)
{
	for (uint32_t i = 0; i < n; i += insn_slots(&insns[i]))
		if (insn_is_wide(&insns[i]) && insns[i].src_reg == BPF_PSEUDO_MAP_FD)
			insns[i].imm = kernel_maps ? kernel_maps[insns[i].imm] : insns[i].imm + base;
}

static int map_by_fd(void *argument, int fd, struct map **ret_map)
{
	struct map **made = argument;

	if (fd < 0 || fd >= N_MAPS)
		return -EBADF;
	*ret_map = map_get(made[fd]);
	return 0;
}

static int load_ours(const struct verdict_case *c, const struct bpf_insn *insns, uint32_t n, char *text)
{
	struct map *made[N_MAPS];
	struct image *image = NULL;
	struct log log;
	uint32_t size;
	int err;

	for (int i = 0; i < N_MAPS; i++)
		assert_int_equal(map_new(&maps[i], &made[i]), 0);
	memset(text, 0, LOG_SIZE);
	assert_int_equal(log_init(&log, LOG_LEVEL2, text, LOG_SIZE), 0);
	struct verify_request request = {
		.insns = insns,
		.n_insns = n,
		.type = c->type,
		.gpl_compatible = true,
		.caps = VERIFY_CAP_ALL,
		.release = RELEASE_REFERENCE,
		.map_by_fd = map_by_fd,
		.argument = made,
		.log = &log,
	};
	err = verify(&request, NULL, &image);
	log_finish(&log, &size);
	if (!err)
		image_free(image);
	for (int i = 0; i < N_MAPS; i++) {
		assert_int_equal(made[i]->references, 1);
		map_put(made[i]);
	}
	return err;
}

static int load_kernel(const struct verdict_case *c, struct bpf_insn *insns, uint32_t n, char *text)
{
	int made[N_MAPS], fd;

	for (int i = 0; i < N_MAPS; i++) {
		made[i] = oracle_map_create(
			maps[i].type, maps[i].key_size, maps[i].value_size, maps[i].max_entries, maps[i].flags);
		assert_true(made[i] >= 0);
	}
	number_maps(insns, n, 0, made);
	struct oracle_prog prog = {
		.type = c->type,
		.insns = insns,
		.n_insns = n,
		.log = text,
		.log_size = LOG_SIZE,
		.log_level = LOG_LEVEL2,
	};
	fd = oracle_prog_load(&prog);
	if (fd >= 0)
		close(fd);
	for (int i = 0; i < N_MAPS; i++)
		close(made[i]);
	return fd < 0 ? fd : 0;
}

/* Says what is wrong, if anything. */
static bool check_case(const struct verdict_case *c, bool kernel)
{
	bool good;

	struct bpf_insn *insns;
	struct asm_error error;
	char *text = malloc(LOG_SIZE);
	uint32_t n;
	int result;

	assert_non_null(text);
	if (asm_program(c->text, NULL, &insns, &n, &error))
		fail_msg("%s: line %u: %s", c->name, error.line, error.message);
	result = kernel ? load_kernel(c, insns, n, text) : load_ours(c, insns, n, text);
	good = result == c->error && (!c->message || strstr(text, c->message));
	if (!good)
		print_error("%s: %d instead of %d, or no \"%s\" in:\n%s\n", c->name, result, c->error,
			c->message ? c->message : "", text);
	free(insns);
	free(text);
	return good;
}

static void test_verdicts(void **state)
{
	size_t good = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		good += check_case(&cases[i], false);
	assert_int_equal(good, ARRAY_SIZE(cases));
}

static void test_verdicts_with_callbacks(void **state)
{
	size_t good = 0;

	for (size_t i = 0; i < ARRAY_SIZE(callback_cases); i++)
		good += check_case(&callback_cases[i], false);
	assert_int_equal(good, ARRAY_SIZE(callback_cases));
}

/* The cases themselves must be true. */
static void test_verdicts_of_kernel(void **state)
{
	size_t good = 0;

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		good += check_case(&cases[i], true);
	assert_int_equal(good, ARRAY_SIZE(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_verdicts_with_callbacks),
		cmocka_unit_test(test_verdicts_of_kernel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
