/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on maps from inside a program: ns each, in the kernel and in skep. Rows: maps.def, made by the build. */
#include <string.h>

#include "object.h"
#include "report.h"

#define OPS 64 /* as maps/map.bpf.c */
#define STEP 1000 /* the same */

static const struct object_bench rows[] = {
#define MAP_ROW(name, entries, compare)                                                                        \
	{ "maps", name, "ns an operation", "map_" name ".bpf.o", NULL, NULL, (entries + STEP - 1) / STEP, OPS, \
		compare },
#include "maps.def"
#undef MAP_ROW
};

int bench_maps(const struct bench_options *options)
{
	static const struct object_bench empty = { "maps", "empty", "ns", "empty.bpf.o", NULL, NULL, 1, 1, 1 };
	int err = object_bench_empty(options, &empty);

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (options->only && strcmp(options->only, rows[i].name))
			continue;
		int failed = object_bench(options, &rows[i]);

		err = err ? err : failed;
	}
	report_geomean("maps");
	return err;
}
