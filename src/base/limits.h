/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits of Linux, from limits.def: as constants of the reference release, and by release. */
#ifndef SKEP_BASE_LIMITS_H
#define SKEP_BASE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/release.h"

/* LIMIT_PROGRAM_CALL_FRAMES, ...: the value in the reference release. */
enum {
#define LIMIT(area, name, value, since, note) LIMIT_##area##_##name = value,
#define LIMIT_IN(area, name, value, since, note)
#include "base/limits.def"
#undef LIMIT
#undef LIMIT_IN
};

/* LIMIT_ID_PROGRAM_CALL_FRAMES, ...: to ask for another release. */
enum limit_id {
#define LIMIT(area, name, value, since, note) LIMIT_ID_##area##_##name,
#define LIMIT_IN(area, name, value, since, note)
#include "base/limits.def"
#undef LIMIT
#undef LIMIT_IN
	LIMIT_COUNT,
};

/*
 * The limit in a release. False if that release is older than every row: then it has no such limit, or not the feature.
 */
bool limit_value(enum limit_id id, release_t release, int64_t *ret_value);

#endif
