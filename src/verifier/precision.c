/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which numbers matter, found backwards.
 *
 * Pruning may ignore the values of numbers that no check depended on. When one does (an offset, a size, a jump that was
 * taken to go one way only), the registers and stack slots that its value came from are followed back along the path,
 * and marked `precise` in each state kept on the way. What cannot be followed makes all numbers precise.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "isa/flow.h"
#include "verifier/trace.h"

#define ARGUMENTS REGS_ARGS

/* What is still looked for, in each frame; the walk is in frame `current`. */
struct wanted {
	uint32_t current;
	uint32_t regs[MAX_FRAMES];
	uint64_t slots[MAX_FRAMES];
};

static bool nothing_wanted(const struct wanted *w)
{
	for (uint32_t i = 0; i <= w->current; i++)
		if (w->regs[i] || w->slots[i])
			return false;
	return true;
}

static bool wants(const struct wanted *w, uint32_t reg)
{
	return w->regs[w->current] & 1u << reg;
}

static void want(struct wanted *w, uint32_t reg)
{
	if (reg != REG_FP)
		w->regs[w->current] |= 1u << reg;
}

static void found(struct wanted *w, uint32_t reg)
{
	w->regs[w->current] &= ~(1u << reg);
}

/* --- the log --- */

static void print_wanted(struct verifier *v, const struct wanted *w, uint32_t frame)
{
	const char *comma = "";

	say(v, "regs=");
	for (int i = 0; i < REG_COUNT; i++)
		if (w->regs[frame] & 1u << i) {
			say(v, "%sr%d", comma, i);
			comma = ",";
		}
	say(v, " stack=");
	comma = "";
	for (int i = 0; i < STACK_SLOTS; i++)
		if (w->slots[frame] & 1ull << i) {
			say(v, "%s%d", comma, -(i + 1) * SLOT_SIZE);
			comma = ",";
		}
}

static void print_insn_reached(struct verifier *v, const struct wanted *w, uint32_t at)
{
	if (!log_on(v->log, LOG_LEVEL2))
		return;
	say(v, "mark_precise: frame%d: ", (int)w->current);
	print_wanted(v, w, w->current);
	say(v, " before %d: ", (int)at);
	print_insn(v, at);
}

static void print_state_reached(struct verifier *v, const struct wanted *w, const struct state *state, uint32_t frame)
{
	if (!log_on(v->log, LOG_LEVEL2))
		return;
	say(v, "mark_precise: frame%d: parent state ", (int)frame);
	print_wanted(v, w, frame);
	say(v, ": ");
	print_state(v, state, frame, true);
}

/* --- one instruction back; -ENOTSUP: its effect cannot be followed --- */

/* What a comparison changed together is wanted together. */
static void want_linked(struct wanted *w, const struct step *step)
{
	bool any = false;

	if (!step || !step->linked)
		return;
	for (uint32_t i = 0; i < LINKED_COUNT(step->linked); i++) {
		uint32_t entry = LINKED_ENTRY(step->linked, i), frame = LINKED_FRAME(entry);

		any |= LINKED_IS_REG(entry) ? !!(w->regs[frame] & 1u << LINKED_NUMBER(entry))
					    : !!(w->slots[frame] & 1ull << LINKED_NUMBER(entry));
	}
	for (uint32_t i = 0; any && i < LINKED_COUNT(step->linked); i++) {
		uint32_t entry = LINKED_ENTRY(step->linked, i), frame = LINKED_FRAME(entry);

		if (LINKED_IS_REG(entry))
			w->regs[frame] |= 1u << LINKED_NUMBER(entry);
		else
			w->slots[frame] |= 1ull << LINKED_NUMBER(entry);
	}
}

static int back_over_alu(struct wanted *w, const struct bpf_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);
	bool by_reg = BPF_SRC(insn->code) == BPF_X;

	if (!wants(w, insn->dst_reg) || op == BPF_END || op == BPF_NEG)
		return 0;
	if (op == BPF_MOV)
		found(w, insn->dst_reg);
	if (by_reg)
		want(w, insn->src_reg);
	return 0;
}

static int back_over_load(struct wanted *w, const struct bpf_insn *insn, const struct step *step)
{
	if (!wants(w, insn->dst_reg))
		return 0;
	found(w, insn->dst_reg);
	/* Numbers keep what is known of them only on the stack. */
	if (step && (step->flags & STEP_STACK))
		w->slots[STEP_FRAME(step->flags)] |= 1ull << STEP_SLOT(step->flags);
	return 0;
}

static int back_over_store(struct wanted *w, const struct bpf_insn *insn, const struct step *step)
{
	uint64_t bit;

	/* The address is wanted as a number: it came out of a subtraction of pointers. */
	if (wants(w, insn->dst_reg))
		return -ENOTSUP;
	if (!step || !(step->flags & STEP_STACK))
		return 0;
	bit = 1ull << STEP_SLOT(step->flags);
	if (!(w->slots[STEP_FRAME(step->flags)] & bit))
		return 0;
	w->slots[STEP_FRAME(step->flags)] &= ~bit;
	if (BPF_CLASS(insn->code) == BPF_STX)
		want(w, insn->src_reg);
	return 0;
}

/* Out of a function, back to the call of it: what it was given came from the caller's registers. */
static int back_to_caller(struct wanted *w, bool arguments)
{
	uint32_t frame = w->current;

	if ((w->regs[frame] & ~ARGUMENTS) || w->slots[frame] || !frame)
		return -ENOTSUP;
	if (arguments)
		w->regs[frame - 1] |= w->regs[frame];
	w->regs[frame] = 0;
	w->current--;
	return 0;
}

/* Into a function that had returned to instruction `next`. */
static int back_into_callee(struct verifier *v, struct wanted *w, int64_t next)
{
	bool from_call = next >= 1 && insn_is_local_call(&v->insns[next - 1]);
	bool result = from_call && wants(w, 0);

	if (next >= 0 && v->facts[next].calls_callback)
		w->regs[w->current] &= ~ARGUMENTS;
	if ((w->regs[w->current] & ARGUMENTS) || w->current + 1 >= MAX_FRAMES)
		return -ENOTSUP;
	found(w, 0);
	w->current++;
	w->regs[w->current] = 0;
	w->slots[w->current] = 0;
	if (result)
		want(w, 0);
	return 0;
}

static int back_over_call(struct verifier *v, struct wanted *w, uint32_t at, int64_t next)
{
	const struct bpf_insn *insn = &v->insns[at];

	if (insn_is_local_call(insn) && next != at + 1)
		return back_to_caller(w, true);
	if (v->facts[at].calls_callback && next != at + 1)
		return back_to_caller(w, false);
	if (insn_is_kfunc_call(insn) && !insn->imm)
		return -ENOTSUP;
	found(w, 0);
	return w->regs[w->current] & ARGUMENTS ? -ENOTSUP : 0;
}

static int back_over_jump(struct verifier *v, struct wanted *w, uint32_t at, int64_t next, const struct step *step)
{
	const struct bpf_insn *insn = &v->insns[at];

	if (insn_is_call(insn))
		return back_over_call(v, w, at, next);
	if (insn_is_exit(insn))
		return back_into_callee(v, w, next);
	if (!insn_is_conditional(insn) || insn_is_may_goto(insn) || BPF_SRC(insn->code) != BPF_X)
		return 0;
	if (!wants(w, insn->dst_reg) && !wants(w, insn->src_reg))
		return 0;
	if (!step || !(step->flags & STEP_SRC_IS_STACK))
		want(w, insn->src_reg);
	if (!step || !(step->flags & STEP_DST_IS_STACK))
		want(w, insn->dst_reg);
	return 0;
}

static int back_over(struct verifier *v, struct wanted *w, uint32_t at, int64_t next, const struct step *step)
{
	const struct bpf_insn *insn = &v->insns[at];
	int err = 0;

	if (!insn->code)
		return 0;
	print_insn_reached(v, w, at);
	want_linked(w, step);
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		err = back_over_alu(w, insn);
		break;
	case BPF_LDX:
		err = back_over_load(w, insn, step);
		break;
	case BPF_STX:
		if (BPF_MODE(insn->code) == BPF_ATOMIC && insn->imm == BPF_LOAD_ACQ)
			err = back_over_load(w, insn, step);
		else
			err = back_over_store(w, insn, step);
		break;
	case BPF_ST:
		err = back_over_store(w, insn, step);
		break;
	case BPF_LD:
		if (wants(w, insn->dst_reg) && !insn_is_wide(insn))
			return -ENOTSUP;
		found(w, insn->dst_reg);
		break;
	default:
		err = back_over_jump(v, w, at, next, step);
	}
	if (!err)
		want_linked(w, step);
	return err;
}

/* --- the path back --- */

/* The instruction before `at` in the piece of path of a state; -1: `at` is its first. */
static int64_t insn_before(const struct state *state, uint32_t at, uint32_t *n_steps)
{
	const struct step *last = *n_steps ? &state->steps[*n_steps - 1] : NULL;

	if (at == state->first_insn && (!last || (*n_steps == 1 && last->insn == at)))
		return -1;
	if (last && last->insn == at) {
		(*n_steps)--;
		return last->prev;
	}
	return (int64_t)at - 1;
}

static void set_precise(struct reg *reg, void *argument)
{
	(void)argument;
	if (reg->type == SCALAR)
		reg->precise = true;
}

/* Every number of every state on the way here. */
static void all_precise(struct verifier *v, struct state *from)
{
	if (log_on(v->log, LOG_LEVEL2))
		say(v, "mark_precise: frame%d: falling back to forcing all scalars precise\n", (int)from->current);
	for (struct state *state = from->parent; state; state = state->parent)
		state_visit(state, set_precise, NULL);
}

/* Marks what is wanted in a state that was kept; what was marked before is not looked for any more. */
static void mark_state(struct verifier *v, struct wanted *w, struct state *state)
{
	for (int64_t f = w->current; f >= 0; f--) {
		struct frame *frame = state->frames[f];

		for (uint32_t i = 0; i < REG_COUNT; i++) {
			struct reg *reg = &frame->regs[i];

			if (!(w->regs[f] & 1u << i))
				continue;
			if (reg->type != SCALAR || reg->precise)
				w->regs[f] &= ~(1u << i);
			else
				reg->precise = true;
		}
		for (uint32_t i = 0; i < STACK_SLOTS; i++) {
			struct slot *slot = i < frame->n_slots ? &frame->slots[i] : NULL;

			if (!(w->slots[f] & 1ull << i))
				continue;
			if (!slot || !slot_is_spill(slot) || slot->spilled.type != SCALAR || slot->spilled.precise)
				w->slots[f] &= ~(1ull << i);
			else
				slot->spilled.precise = true;
		}
		print_state_reached(v, w, state, f);
	}
}

/* The walk through the piece of path that led to state. 1: everything was found. */
static int walk_piece(
	struct verifier *v, struct wanted *w, struct state *state, uint32_t last, int64_t *next, bool skip)
{
	uint32_t n_steps = state->n_steps;
	int64_t at = last;

	while (at >= 0) {
		const struct step *step =
			n_steps && state->steps[n_steps - 1].insn == at ? &state->steps[n_steps - 1] : NULL;
		int err = skip ? 0 : back_over(v, w, at, *next, step);

		skip = false;
		if (err)
			return err;
		if (nothing_wanted(w))
			return 1;
		*next = at;
		at = insn_before(state, at, &n_steps);
	}
	return 0;
}

static int follow_back(struct verifier *v, struct wanted *w)
{
	struct state *state = v->state;
	uint32_t last = v->insn;
	int64_t next = -1;
	bool skip = true;
	int err = 0;

	while (!nothing_wanted(w)) {
		if (log_on(v->log, LOG_LEVEL2))
			say(v, "mark_precise: frame%d: last_idx %d first_idx %d subseq_idx %d \n", (int)w->current,
				(int)last, (int)state->first_insn, (int)next);
		/* The start of the program: what is still wanted was not found. */
		err = (int32_t)last < 0 ? -ENOTSUP : walk_piece(v, w, state, last, &next, skip);
		if (err > 0)
			return 0;
		if (err)
			break;
		skip = false;
		next = state->first_insn;
		state = state->parent;
		if (!state || state->current < w->current) {
			err = -ENOTSUP;
			break;
		}
		mark_state(v, w, state);
		last = state->last_insn;
	}
	if (err == -ENOTSUP) {
		all_precise(v, v->state);
		err = 0;
	}
	return err;
}

int mark_precise(struct verifier *v, uint32_t reg)
{
	struct wanted w = { .current = v->state->current };

	/* Without CAP_BPF all numbers are precise all the time. */
	if (!v->capable || reg_now(v, reg)->type != SCALAR)
		return 0;
	want(&w, reg);
	return follow_back(v, &w);
}

static void print_propagated(struct verifier *v, uint32_t frame, bool first, const char *what, int number)
{
	if (!log_on(v->log, LOG_LEVEL2))
		return;
	if (first)
		say(v, "frame %d: propagating %s%d", (int)frame, what, number);
	else
		say(v, ",%s%d", what, number);
}

static bool is_precise(const struct verifier *v, const struct reg *reg)
{
	return reg->type == SCALAR && (reg->precise || !v->capable);
}

int inherit_precision(struct verifier *v, const struct state *old)
{
	struct wanted w = { .current = v->state->current };

	for (int64_t f = old->current; f >= 0; f--) {
		const struct frame *frame = old->frames[f];
		uint32_t live = live_regs(v, old, f);
		bool first = true;

		for (uint32_t i = 0; i < REG_FP; i++) {
			if (!is_precise(v, &frame->regs[i]) || !(live & 1u << i))
				continue;
			print_propagated(v, f, first, "r", i);
			first = false;
			w.regs[f] |= 1u << i;
		}
		for (uint32_t i = 0; i < frame->n_slots; i++) {
			const struct slot *slot = &frame->slots[i];

			if (!slot_is_spill(slot) || !is_precise(v, &slot->spilled))
				continue;
			print_propagated(v, f, first, "fp", -(int)(i + 1) * SLOT_SIZE);
			first = false;
			w.slots[f] |= 1ull << i;
		}
		if (!first && log_on(v->log, LOG_LEVEL2))
			say(v, "\n");
	}
	return v->capable ? follow_back(v, &w) : 0;
}
