/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * States that are kept, so that a path which comes by again with nothing new can be given up.
 *
 * A kept state counts once every path through it has ended well (branches is 0). How often states are kept, and when
 * they are thrown away again, is as in Linux 6.18, for the same number of instructions processed.
 */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "isa/flow.h"
#include "verifier/trace.h"
#include "verifier/verifier.h"

#define MAX_STATES_UNPRIVILEGED 64

struct cached_state {
	struct cached_state *next;
	struct state *state;
	uint32_t hits, misses;
};

static void cached_free(struct verifier *v, struct cached_state *cached)
{
	state_free(&v->pool, cached->state);
	pool_give(&v->pool, cached, sizeof(*cached));
	v->states_now--;
}

void free_cache(struct verifier *v)
{
	/* All of it is in the pool, which goes as a whole. */
	v->cache = NULL;
}

void path_ended(struct verifier *v, struct state *state)
{
	(void)v;
	for (; state; state = state->parent)
		if (--state->branches)
			break;
}

/* Where the two differ in nothing that the loop's own instructions could change. */
static bool may_be_looping(const struct state *old, const struct state *now)
{
	const struct frame *a, *b;

	if (old->current != now->current)
		return false;
	a = state_frame(old);
	b = state_frame(now);
	for (int i = 0; i < REG_FP; i++)
		if (a->regs[i].type != b->regs[i].type || a->regs[i].off != b->regs[i].off ||
			!tnum_equal(a->regs[i].var.var_off, b->regs[i].var.var_off))
			return false;
	return true;
}

static int refuse_infinite(struct verifier *v, struct state *old)
{
	say(v, "infinite loop detected at insn %d\n", (int)v->insn);
	say(v, "cur state:");
	print_state(v, v->state, v->state->current, true);
	say(v, "old state:");
	print_state(v, old, v->state->current, true);
	return -EINVAL;
}

/* Unlikely to be hit any more. One whose paths are open is found again through their parent pointers. */
static bool is_worn_out(const struct cached_state *cached, const struct insn_facts *facts)
{
	uint32_t n = facts->checkpoint && cached->state->branches ? 64 : 3;

	return cached->misses > cached->hits * n + n;
}

static void set_imprecise(struct reg *reg, void *argument)
{
	(void)argument;
	reg->precise = false;
}

/* Precision is found anew from each state. */
static void forget_marks(struct verifier *v)
{
	if (v->capable)
		state_visit(v->state, set_imprecise, NULL);
}

/* States are found by the instruction and where its function was called from. */
static struct cached_state **cache_slot(struct verifier *v)
{
	return &v->cache[(v->insn ^ (uint32_t)frame_now(v)->callsite) % v->n_insns];
}

static int keep_state(struct verifier *v)
{
	struct cached_state *cached = pool_take(&v->pool, sizeof(*cached));
	struct state *now = v->state;

	if (!cached)
		return -ENOMEM;
	forget_marks(v);
	memset(cached, 0, sizeof(*cached));
	cached->state = state_copy(&v->pool, now);
	if (!cached->state) {
		pool_give(&v->pool, cached, sizeof(*cached));
		return -ENOMEM;
	}
	/* The history so far belongs to the state that is kept. */
	cached->state->steps = now->steps;
	cached->state->n_steps = now->n_steps;
	cached->state->steps_capacity = now->steps_capacity;
	now->steps = NULL;
	now->n_steps = now->steps_capacity = 0;
	cached->state->insn = v->insn;
	cached->next = *cache_slot(v);
	*cache_slot(v) = cached;
	now->parent = cached->state;
	now->first_insn = v->insn;
	now->dfs_depth++;

	v->states_total++;
	v->states_now++;
	v->states_peak = MAX(v->states_peak, v->states_now);
	v->jumps_at_checkpoint = v->jumps_processed;
	v->insns_at_checkpoint = v->insns_processed;
	return 0;
}

/* A round of a loop that may end at any time: one that allows nothing new proves nothing new. */
static bool is_next_round(const struct verifier *v, const struct state *old)
{
	if (v->facts[v->insn].calls_callback)
		return true;
	return insn_is_may_goto(insn_now(v)) && old->may_goto_depth != v->state->may_goto_depth;
}

/* The path ends here, in a state that was found safe. */
static int join(struct verifier *v, const struct state *old)
{
	int err = facts_now(v)->jump_point ? note_step(v, 0, 0) : 0;

	if (!err)
		err = inherit_precision(v, old);
	return err ? err : 1;
}

int visit_checkpoint(struct verifier *v)
{
	struct insn_facts *facts = facts_now(v);
	bool forced = v->test_state_freq || facts->checkpoint || v->state->n_steps > 40;
	bool keep = forced || (v->jumps_processed - v->jumps_at_checkpoint >= 2 &&
				      v->insns_processed - v->insns_at_checkpoint >= 8);
	uint32_t n_states = 0;

	for (struct cached_state **link = cache_slot(v), *cached; (cached = *link);) {
		struct state *old = cached->state;

		n_states++;
		if (old->insn != v->insn) {
			link = &cached->next;
			continue;
		}
		if (old->branches && is_next_round(v, old)) {
			if (states_equal(v, old, v->state, EQUAL_WITHIN)) {
				cached->hits++;
				return join(v, old);
			}
		}
		if (old->branches) {
			if (!facts->calls_callback && old->may_goto_depth == v->state->may_goto_depth &&
				old->callback_unroll_depth == v->state->callback_unroll_depth &&
				may_be_looping(old, v->state) && states_equal(v, old, v->state, EQUAL_EXACT))
				return refuse_infinite(v, old);
			/* Iterations of a loop differ; keeping each of them would help nobody. */
			if (!forced && v->jumps_processed - v->jumps_at_checkpoint < 20 &&
				v->insns_processed - v->insns_at_checkpoint < 100)
				keep = false;
		} else if (states_equal(v, old, v->state, v->converges ? EQUAL_WITHIN : EQUAL_SAFE)) {
			cached->hits++;
			return join(v, old);
		}
		if (keep)
			cached->misses++;
		if (!is_worn_out(cached, facts)) {
			link = &cached->next;
			continue;
		}
		*link = cached->next;
		/* Open paths still lead through it: then it stays in memory, unlisted, until the pool goes. */
		if (!old->branches)
			cached_free(v, cached);
	}
	v->states_per_insn = MAX(v->states_per_insn, n_states);
	if (!v->capable && n_states > MAX_STATES_UNPRIVILEGED)
		return 0;
	return keep ? keep_state(v) : 0;
}
