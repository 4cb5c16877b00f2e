/* SPDX-License-Identifier: BSD-2-Clause */
/* Which program types may call which helper, from helper_progs.def. */
#include "base/macros.h"
#include "helpers/proto.h"
#include "skep/uapi.h"

#define T(type) (1ull << BPF_PROG_TYPE_##type)

static const struct allow_row {
	uint32_t number;
	release_t since, until;
	uint32_t caps;
	uint64_t prog_types;
} rows[] = {
#define ALLOW(number, name, since, until, caps, prog_types) { number, since, until, caps, prog_types },
#include "helpers/helper_progs.def"
#undef ALLOW
};

bool helper_allowed(uint32_t number, uint32_t prog_type, release_t release, uint32_t caps)
{
	/* A handful of rows a helper, and few calls in a program. */
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct allow_row *row = &rows[i];

		if (row->number != number || prog_type >= 64 || !(row->prog_types & 1ull << prog_type))
			continue;
		if (row->since > release || (row->until && row->until <= release))
			continue;
		if ((row->caps & caps) == row->caps)
			return true;
	}
	return false;
}
