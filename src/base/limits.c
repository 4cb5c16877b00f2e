/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits by release. */
#include "base/limits.h"

#include "base/macros.h"

static const struct limit_row {
	uint16_t id;
	release_t since;
	int64_t value;
} rows[] = {
#define LIMIT(area, name, value, since, note) { LIMIT_ID_##area##_##name, since, value },
#define LIMIT_IN(area, name, value, since, note) { LIMIT_ID_##area##_##name, since, value },
#include "base/limits.def"
#undef LIMIT
#undef LIMIT_IN
};

bool limit_value(enum limit_id id, release_t release, int64_t *ret_value)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].id != id || rows[i].since > release)
			continue;
		*ret_value = rows[i].value; /* rows ascend */
		found = true;
	}
	return found;
}
