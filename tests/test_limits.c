/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits: the constants are those of the reference release, rows ascend, and other releases have their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/limits.h"

static const struct {
	const char *name;
	int64_t value;
	release_t since;
	bool reference;
} rows[] = {
#define LIMIT(area, name, value, since, note) { #area "_" #name, value, since, true },
#define LIMIT_IN(area, name, value, since, note) { #area "_" #name, value, since, false },
#include "base/limits.def"
#undef LIMIT
#undef LIMIT_IN
};

static void rows_of_one_limit_ascend(void **state)
{
	for (size_t i = 1; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strcmp(rows[i - 1].name, rows[i].name))
			assert_true(rows[i - 1].since < rows[i].since);
	}
}

static void constants_are_of_the_reference(void **state)
{
	enum limit_id id = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t value;

		if (!rows[i].reference)
			continue;
		assert_true(limit_value(id++, RELEASE_REFERENCE, &value));
		if (value != rows[i].value)
			fail_msg("%s", rows[i].name);
	}
	assert_int_equal(id, LIMIT_COUNT);
}

static void older_releases(void **state)
{
	int64_t value = 0;

	assert_int_equal(LIMIT_PROGRAM_INSNS_PRIVILEGED, 1000000);
	assert_true(limit_value(LIMIT_ID_PROGRAM_INSNS_PRIVILEGED, V(5, 1), &value));
	assert_int_equal(value, 4096);
	assert_true(limit_value(LIMIT_ID_PROGRAM_TAIL_CALLS, V(5, 16), &value));
	assert_int_equal(value, 32);
	assert_true(limit_value(LIMIT_ID_PROGRAM_TAIL_CALLS, V(6, 1), &value));
	assert_int_equal(value, LIMIT_PROGRAM_TAIL_CALLS);
	assert_false(limit_value(LIMIT_ID_MAP_ARENA_BYTES, V(6, 8), &value));
	assert_true(LIMIT_MAP_ARENA_BYTES == 1ull << 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_one_limit_ascend),
		cmocka_unit_test(constants_are_of_the_reference),
		cmocka_unit_test(older_releases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
