/* SPDX-License-Identifier: BSD-2-Clause */
/* Pure compute: each workload as native code, in the kernel's JIT, in our JIT and in our interpreter. */
#include <string.h>

#include "object.h"
#include "report.h"

/* The C of the workloads, compiled for this machine. */
#define WORKLOAD(name) native_fn setup_##name, work_##name;
#include "workloads.def"
#undef WORKLOAD

extern unsigned zero;
unsigned zero; /* see workload.h */

/* `empty` is the first: it measures what is subtracted from the kernel. */
static const struct object_bench workloads[] = {
#define WORKLOAD(name) { "compute", #name, "ns", #name ".bpf.o", setup_##name, work_##name, 1, 1, 1 },
#include "workloads.def"
#undef WORKLOAD
};

int bench_compute(const struct bench_options *options)
{
	int err = object_bench_empty(options, &workloads[0]);

	for (unsigned i = 1; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		if (options->only && strcmp(options->only, workloads[i].name))
			continue;
		int failed = object_bench(options, &workloads[i]);

		err = err ? err : failed;
	}
	report_geomean("compute");
	return err;
}
