/* SPDX-License-Identifier: BSD-2-Clause */
/* Records from programs to user space: ns each, in the kernel and in skep. The programs are events/ring.bpf.c. */
#include <string.h>

#include "object.h"
#include "report.h"

#define OPS 64 /* as events/ring.bpf.c */

#define EVENT_ROW(name)                                                             \
	{                                                                           \
		"events", name, "ns a record", name ".bpf.o", NULL, NULL, 1, OPS, 1 \
	}

static const struct object_bench rows[] = {
	EVENT_ROW("ring_reserve"),
	EVENT_ROW("ring_discard"),
	EVENT_ROW("ring_output"),
};

int bench_events(const struct bench_options *options)
{
	static const struct object_bench empty = { "events", "empty", "ns", "empty.bpf.o", NULL, NULL, 1, 1, 1 };
	int err = object_bench_empty(options, &empty);

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (options->only && strcmp(options->only, rows[i].name))
			continue;
		int failed = object_bench(options, &rows[i]);

		err = err ? err : failed;
	}
	report_geomean("events");
	return err;
}
