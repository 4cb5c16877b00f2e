/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions of the program that a helper calls, any number of times, and loops that end at run time only.
 *
 * The body is explored as a branch that comes back to the call; there a state that allows nothing new ends it. So that
 * this happens, numbers which no check depended on are forgotten from one round to the next.
 */
#include "verifier/callbacks.h"

#include <errno.h>

#include "isa/flow.h"
#include "maps/map.h"
#include "verifier/verifier.h"

static void enter_map_element(struct frame *callee, const struct frame *caller)
{
	const struct reg *map = &caller->regs[1];

	callee->regs[1] = *map;
	reg_set_pointer(&callee->regs[2], PTR_TO_MAP_KEY);
	callee->regs[2].map = map->map;
	reg_set_pointer(&callee->regs[3], PTR_TO_MAP_VALUE);
	callee->regs[3].map = map->map;
	callee->regs[4] = caller->regs[3];
}

static void enter_loop(struct frame *callee, const struct frame *caller)
{
	reg_set_unknown(&callee->regs[1]);
	callee->regs[2] = caller->regs[3];
}

static const struct callback_rule {
	uint32_t helper;
	uint32_t function; /* register that holds its address */
	void (*enter)(struct frame *callee, const struct frame *caller);
} rules[] = {
	{ BPF_FUNC_for_each_map_elem, 2, enter_map_element },
	{ BPF_FUNC_loop, 2, enter_loop },
};

static const struct callback_rule *rule_of(uint32_t helper)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].helper == helper)
			return &rules[i];
	return NULL;
}

static int push_callback(struct verifier *v, const struct callback_rule *rule)
{
	uint32_t subprog = reg_now(v, rule->function)->subprog, current = v->state->current;
	struct frame *callee;
	struct state *branch;
	int err;

	if (current + 1 >= MAX_FRAMES)
		return refuse(v, -E2BIG, "the call stack of %d frames is too deep\n", (int)current + 2);
	callee = frame_new(&v->pool, current + 1, subprog, v->insn);
	if (!callee)
		return -ENOMEM;
	err = push_branch(v, v->subprogs[subprog].start, false, &branch);
	if (err) {
		frame_free(&v->pool, callee);
		return err;
	}
	rule->enter(callee, branch->frames[current]);
	callee->in_callback = true;
	callee->callback_range.min = 0;
	callee->callback_range.max = 1;
	branch->frames[++branch->current] = callee;
	branch->callback_unroll_depth++;
	branch->frames[current]->callback_depth++;
	frame_now(v)->callback_depth = 0;
	return 0;
}

int call_back(struct verifier *v, uint32_t helper)
{
	const struct callback_rule *rule = rule_of(helper);
	struct frame *caller = frame_now(v);
	int err;

	if (!rule)
		return 0;
	if (helper == BPF_FUNC_loop) {
		/* The number of rounds decides when exploring the body ends. */
		err = mark_precise(v, 1);
		if (err)
			return err;
		if (caller->callback_depth >= caller->regs[1].var.umax) {
			caller->callback_depth = 0;
			if (log_on(v->log, LOG_LEVEL2))
				say(v, "frame%d bpf_loop iteration limit reached\n", (int)v->state->current);
			return 0;
		}
	}
	return push_callback(v, rule);
}

static bool same_calls(const struct state *a, const struct state *b)
{
	if (a->current != b->current)
		return false;
	for (uint32_t i = 0; i <= a->current; i++)
		if (a->frames[i]->callsite != b->frames[i]->callsite)
			return false;
	return true;
}

const struct state *find_last_round(const struct state *now, const struct state *from, uint32_t insn)
{
	for (const struct state *state = from->parent; state; state = state->parent)
		if (state->insn == insn && state->branches && same_calls(state, now))
			return state;
	return NULL;
}

static void widen_reg(const struct reg *old, struct reg *now)
{
	if (old->type != SCALAR || now->type != SCALAR || old->precise || now->precise)
		return;
	if (old->id == now->id && old->off == now->off && scalar_equal(old->var, now->var))
		return;
	reg_set_unknown(now);
}

void widen(const struct state *old, struct state *now)
{
	for (uint32_t f = 0; f <= now->current && f <= old->current; f++) {
		const struct frame *before = old->frames[f];
		struct frame *frame = now->frames[f];

		for (int i = 0; i < REG_FP; i++)
			widen_reg(&before->regs[i], &frame->regs[i]);
		for (uint32_t i = 0; i < before->n_slots && i < frame->n_slots; i++)
			if (slot_is_full_spill(&before->slots[i]) && slot_is_full_spill(&frame->slots[i]))
				widen_reg(&before->slots[i].spilled, &frame->slots[i].spilled);
	}
}

int check_callback_result(struct verifier *v)
{
	const struct frame *callee = frame_now(v);
	const struct reg *r0 = &callee->regs[0];
	int err;

	if (r0->type != SCALAR)
		return refuse(v, -EACCES, "R0 not a scalar value\n");
	err = mark_precise(v, 0);
	if (err)
		return err;
	if (r0->var.smin >= callee->callback_range.min && r0->var.smax <= callee->callback_range.max)
		return 0;
	return refuse_result(v, r0, "At callback return", callee->callback_range.min, callee->callback_range.max);
}

/* may_goto: on, or out of the loop when the time is up. */
int step_may_goto(struct verifier *v, const struct bpf_insn *insn)
{
	/* The newest state kept here is of this round. */
	const struct state *this_round = find_last_round(v->state, v->state, v->insn);
	const struct state *last = this_round ? find_last_round(v->state, this_round, v->insn) : NULL;
	struct state *on;
	int err = push_branch(v, v->insn + 1, false, &on);

	if (err)
		return err;
	on->may_goto_depth++;
	if (last)
		widen(last, on);
	v->insn = insn_target(insn, v->insn);
	return 0;
}
