/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier: a list of passes. */
#include "verifier/verify.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "maps/map.h"
#include "verifier/verifier.h"

#define MEMORY_LIMIT (1ull << 30) /* of states; a program that needs more is refused with ENOMEM */

typedef int pass_fn(struct verifier *v);

static pass_fn *const passes[] = {
	check_func_records,
	find_subprogs,
	check_debug_info,
	check_insns,
	check_cfg,
	find_liveness,
	explore,
	check_stack_depth,
	rewrite_context,
	rewrite_dead,
};

static int set_up(struct verifier *v, const struct verify_request *request)
{
	bool admin = request->caps & VERIFY_CAP_SYS_ADMIN;

	v->request = request;
	v->log = request->log;
	v->pool.limit = MEMORY_LIMIT;
	v->capable = admin || (request->caps & VERIFY_CAP_BPF);
	v->may_leak_pointers = admin || (request->caps & VERIFY_CAP_PERFMON);
	v->strict_alignment = request->prog_flags & BPF_F_STRICT_ALIGNMENT;
	v->test_state_freq = v->capable && (request->prog_flags & BPF_F_TEST_STATE_FREQ);
	v->context = context_find(request->type);
	v->n_insns = request->n_insns;
	v->insns = arena_alloc(&v->arena, v->n_insns * sizeof(*v->insns));
	v->facts = arena_alloc(&v->arena, (v->n_insns + 1) * sizeof(*v->facts));
	if (!v->insns || !v->facts)
		return -ENOMEM;
	memcpy(v->insns, request->insns, v->n_insns * sizeof(*v->insns));
	return 0;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static void report(struct verifier *v, uint64_t started, struct verify_stats *stats)
{
	uint64_t nanoseconds = now() - started;

	if (log_on(v->log, LOG_STATS)) {
		say(v, "verification time %lld usec\n", (long long)(nanoseconds / 1000));
		say(v, "stack depth ");
		for (uint32_t i = 0; i < v->n_subprogs; i++)
			say(v, "%d%s", v->subprogs[i].stack_depth, i + 1 < v->n_subprogs ? "+" : "");
		say(v, "\n");
	}
	say(v, "processed %d insns (limit %d) max_states_per_insn %d total_states %d peak_states %d mark_read %d\n",
		(int)MIN(v->insns_processed, (uint32_t)MAX_INSNS + 1), MAX_INSNS, (int)v->states_per_insn,
		(int)v->states_total, (int)v->states_peak, 0);
	if (stats)
		*stats = (struct verify_stats){
			.insns_processed = v->insns_processed,
			.states_peak = v->states_peak,
			.states_total = v->states_total,
			.nanoseconds = nanoseconds,
			.memory_peak = v->pool.peak + v->arena.used,
		};
}

int verify(const struct verify_request *request, struct verify_stats *stats, struct image **ret_image)
{
	struct verifier *v;
	struct arena self = { 0 };
	uint64_t started = now();
	int err;

	if (!request->n_insns || request->n_insns > MAX_INSNS)
		return -E2BIG;
	v = arena_alloc(&self, sizeof(*v));
	if (!v)
		return -ENOMEM;
	err = set_up(v, request);
	for (size_t i = 0; !err && i < ARRAY_SIZE(passes); i++)
		err = passes[i](v);
	if (!err)
		err = build_image(v, ret_image);
	report(v, started, stats);
	for (uint32_t i = 0; i < v->n_maps; i++)
		map_put(v->maps[i]);
	pool_destroy(&v->pool);
	arena_free(&v->arena);
	arena_free(&self);
	return err;
}
