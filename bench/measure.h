/* SPDX-License-Identifier: BSD-2-Clause */
/* Measuring on a noisy machine: thread CPU time, runners in turn, medians. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdint.h>

#define ROUNDS_MAX 101
#define RUNNERS_MAX 6

/* Something that can be timed. */
struct runner {
	const char *name;
	/* Does the work `times` times; returns the nanoseconds of all of it, or a negative number if it cannot. */
	double (*run)(void *state, uint64_t times);
	void *state;
	double overhead; /* of one time, subtracted: what the way of calling costs and nobody wants to know */
};

/* CPU time of this thread. */
double thread_ns(void);

/*
 * Runs the runners in turn, A B C A B C ..., rounds times, each sample about sample_ns long, and gives the median
 * nanoseconds of one time of each; a negative number for a runner that cannot.
 */
void measure(const struct runner *runners, unsigned count, unsigned rounds, double sample_ns, double *ret_medians);

double median(double *values, unsigned count);

#endif
