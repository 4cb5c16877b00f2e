/* SPDX-License-Identifier: BSD-2-Clause */
/* Timing the program `work` of an object file: in the kernel, in our JIT, in our interpreter, and as native code. */
#ifndef BENCH_OBJECT_H
#define BENCH_OBJECT_H

#include <stdint.h>

#include "areas.h"

/* A map called `ring`, if the object has one, is emptied after so many runs. */
#define RUNS_MAX 200

typedef int native_fn(void *context);

struct object_bench {
	const char *area, *name, *unit;
	const char *object; /* file name in options->objects */
	native_fn *setup, *work; /* the same as native code, or NULL */
	uint64_t setup_times; /* how often `setup` runs before anything is measured */
	uint32_t ops; /* operations that one run of `work` makes: figures are of one */
	int compare_results; /* whether everybody must compute the same number */
};

/*
 * Measures it and reports a row. The kernel's way of calling costs something that is no part of the work: what its
 * empty program takes is subtracted, once bench_empty() has measured it.
 * -errno if it could not be measured in skep, or the results differ.
 */
int object_bench(const struct bench_options *options, const struct object_bench *bench);

/* Measures empty.bpf.o, reports it as a row of the area if report is set, and keeps the kernel's figure. */
int object_bench_empty(const struct bench_options *options, const struct object_bench *empty);

#endif
