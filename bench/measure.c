/* SPDX-License-Identifier: BSD-2-Clause */
#include "measure.h"

#include <stdlib.h>
#include <time.h>

double thread_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *values, unsigned count)
{
	qsort(values, count, sizeof(*values), by_value);
	return count & 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* How many times fill a sample: doubled until a sixteenth of it is filled, then scaled. */
static uint64_t calibrate(const struct runner *runner, double sample_ns)
{
	for (uint64_t times = 1;; times *= 2) {
		double took = runner->run(runner->state, times);

		if (took < 0)
			return 0;
		if (took >= sample_ns / 16 || times >= 1ull << 40) {
			double wanted = times * sample_ns / took;

			return wanted < 1 ? 1 : (uint64_t)wanted;
		}
	}
}

void measure(const struct runner *runners, unsigned count, unsigned rounds, double sample_ns, double *ret_medians)
{
	static double samples[RUNNERS_MAX][ROUNDS_MAX];
	uint64_t times[RUNNERS_MAX];

	if (rounds > ROUNDS_MAX)
		rounds = ROUNDS_MAX;
	for (unsigned i = 0; i < count; i++)
		times[i] = calibrate(&runners[i], sample_ns);
	for (unsigned round = 0; round < rounds; round++)
		for (unsigned i = 0; i < count; i++)
			if (times[i])
				samples[i][round] = runners[i].run(runners[i].state, times[i]) / times[i];
	for (unsigned i = 0; i < count; i++)
		ret_medians[i] = times[i] ? median(samples[i], rounds) - runners[i].overhead : -1;
}
