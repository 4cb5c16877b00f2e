/* SPDX-License-Identifier: BSD-2-Clause */
#include "object.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "exec/exec.h"
#include "kernel.h"
#include "measure.h"
#include "report.h"
#include "skep_side.h"

enum { NATIVE, KERNEL, JIT, INTERPRETER, RUNNERS };

struct state {
	const struct object_bench *bench;
	char object_path[4096];
	struct skep_object *objects[2]; /* by enum exec_mode: each has maps of its own */
	struct bound *work[2], *setup[2];
	uint32_t results[RUNNERS];
	char context[256]; /* of programs that do not look at it */
};

static double kernel_overhead; /* of one call, ns */

static double run_native(void *argument, uint64_t times)
{
	struct state *state = argument;
	native_fn *volatile work = state->bench->work;

	if (!work)
		return -1;
	double start = thread_ns();
	for (uint64_t i = 0; i < times; i++)
		state->results[NATIVE] = (uint32_t)work(NULL);
	return thread_ns() - start;
}

static double run_kernel(void *argument, uint64_t times)
{
	struct state *state = argument;

	return kernel_run(state->object_path, "work", times, &state->results[KERNEL]);
}

static double run_bound(struct state *state, enum exec_mode mode, uint64_t times)
{
	struct skep_object *object = state->objects[mode];
	const struct bound *bound = state->work[mode];
	uint32_t *result = &state->results[mode == EXEC_JIT ? JIT : INTERPRETER];
	struct run run;

	if (!bound)
		return -1;
	uint64_t step = skep_object_empty_ring(object) ? RUNS_MAX : times;
	run_init(&run, bound);
	double start = thread_ns();
	for (uint64_t left = times; left; left -= left < step ? left : step) {
		for (uint64_t i = 0; i < left && i < step; i++)
			*result = (uint32_t)run_program(&run, bound, state->context);
		skep_object_empty_ring(object);
	}
	return thread_ns() - start;
}

static void run_setup(const struct state *state, const struct bound *setup)
{
	char context[256] = { 0 };
	struct run run;

	run_init(&run, setup);
	for (uint64_t i = 0; i < state->bench->setup_times; i++)
		run_program(&run, setup, context);
}

static double run_jit(void *argument, uint64_t times)
{
	struct state *state = argument;

	return run_bound(state, EXEC_JIT, times);
}

static double run_interpreter(void *argument, uint64_t times)
{
	struct state *state = argument;

	return run_bound(state, EXEC_INTERPRET, times);
}

/* Everybody must compute the same: compared with the kernel's or native code's number. */
static int check_results(const struct state *state, const double *medians)
{
	static const char *const names[RUNNERS] = { "native", "kernel", "skep_jit", "skep_interpreter" };
	unsigned first = medians[NATIVE] >= 0 ? NATIVE : KERNEL;
	int err = 0;

	if (!state->bench->compare_results || medians[first] < 0)
		return 0;
	for (unsigned i = first + 1; i < RUNNERS; i++) {
		if (medians[i] < 0 || state->results[i] == state->results[first])
			continue;
		fprintf(stderr, "skep-bench: %s: %s computed %u, %s %u\n", state->bench->name, names[i],
			state->results[i], names[first], state->results[first]);
		err = -EBADMSG;
	}
	return err;
}

static int load(struct state *state, enum exec_mode mode)
{
	int err = skep_object_load(state->object_path, &state->objects[mode]);

	if (err)
		return err;
	const struct image *work = skep_object_image(state->objects[mode], "work");
	const struct image *setup = skep_object_image(state->objects[mode], "setup");
	if (!work || !setup)
		return -ENOENT;
	err = exec_bind(work, mode, &state->work[mode]);
	if (!err)
		err = exec_bind(setup, mode, &state->setup[mode]);
	if (!err)
		run_setup(state, state->setup[mode]);
	return err;
}

static void unload(struct state *state)
{
	for (unsigned mode = 0; mode < 2; mode++) {
		exec_unbind(state->work[mode]);
		exec_unbind(state->setup[mode]);
		skep_object_close(state->objects[mode]);
	}
}

static int bench_one(const struct bench_options *options, const struct object_bench *bench, double *ret_medians)
{
	static struct state state;
	uint32_t ignored;

	memset(&state, 0, sizeof(state));
	state.bench = bench;
	snprintf(state.object_path, sizeof(state.object_path), "%s/%s", options->objects, bench->object);
	if (bench->setup)
		bench->setup(NULL);
	kernel_run(state.object_path, "setup", bench->setup_times, &ignored);
	int err = load(&state, EXEC_JIT);
	if (!err)
		err = load(&state, EXEC_INTERPRET);
	if (err)
		fprintf(stderr, "skep-bench: %s: cannot be loaded into skep: %s\n", bench->name, strerror(-err));

	const struct runner runners[RUNNERS] = {
		[NATIVE] = { "native", run_native, &state, 0 },
		[KERNEL] = { "kernel", run_kernel, &state, kernel_overhead },
		[JIT] = { "skep_jit", run_jit, &state, 0 },
		[INTERPRETER] = { "skep_interpreter", run_interpreter, &state, 0 },
	};
	measure(runners, RUNNERS, options->rounds, options->sample_ns, ret_medians);

	struct result result = { .area = bench->area, .name = bench->name, .unit = bench->unit, .runners = 0 };
	for (unsigned i = 0; i < RUNNERS; i++) {
		if (i == NATIVE && !bench->work)
			continue;
		result.of[result.runners].name = runners[i].name;
		result.of[result.runners++].figure = ret_medians[i] < 0 ? -1 : ret_medians[i] / bench->ops;
	}
	report_add(&result);
	if (!err)
		err = check_results(&state, ret_medians);
	unload(&state);
	return err;
}

int object_bench(const struct bench_options *options, const struct object_bench *bench)
{
	double medians[RUNNERS];

	return bench_one(options, bench, medians);
}

int object_bench_empty(const struct bench_options *options, const struct object_bench *empty)
{
	double medians[RUNNERS];

	kernel_overhead = 0;
	int err = bench_one(options, empty, medians);
	kernel_overhead = medians[KERNEL] > 0 ? medians[KERNEL] : 0;
	return err;
}
