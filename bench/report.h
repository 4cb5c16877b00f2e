/* SPDX-License-Identifier: BSD-2-Clause */
/* Results: a table for people while it runs, bench.json when it is done. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "measure.h"

/* One measured thing. A negative figure means "not measured". */
struct result {
	const char *area, *name, *unit;
	unsigned runners;
	struct {
		const char *name;
		double figure;
	} of[RUNNERS_MAX];
};

/* Keeps a copy and prints a row of the table; the strings must outlive the report. */
void report_add(const struct result *result);

/*
 * Adds the row "geomean" of an area: the geometric means of the ratios of skep_* to native and to kernel, over the rows
 * that have both.
 */
void report_geomean(const char *area);

/* Writes all results as a JSON list. -errno. */
int report_write(const char *path);

#endif
