/* SPDX-License-Identifier: BSD-2-Clause */
/* The areas that skep-bench measures: one file each. To add one: a file, a row in main.c. */
#ifndef BENCH_AREAS_H
#define BENCH_AREAS_H

struct bench_options {
	const char *objects; /* folder of the workloads' object files */
	const char *only; /* the one thing of the area to measure, or NULL */
	unsigned rounds;
	double sample_ns;
};

/* 0, or -errno if something could not be measured or computed a wrong result. */
int bench_compute(const struct bench_options *options);
int bench_maps(const struct bench_options *options);
int bench_events(const struct bench_options *options);
int bench_load(const struct bench_options *options);

#endif
