/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which stack slots may still be read: what pruning need not compare is left out.
 *
 * Exploration writes down, for each instruction, the slots of its own function's frame that it read on some path (what
 * a callee reads through a pointer counts for the call), and those that it overwrote whole on every path. A state all
 * of whose paths have ended was followed to all that can come after it, so data flow over what was written down finds
 * every slot that matters to it.
 */
#include "verifier/slot_liveness.h"

#include <errno.h>

#include "isa/flow.h"

#define WORK_PER_INSN 64 /* instructions looked at, for each that was explored */
#define WORK_FREE 200000

struct slot_use {
	uint64_t read, overwritten, live;
	bool stored; /* overwritten is valid */
};

int prepare_slot_liveness(struct verifier *v)
{
	v->slot_uses = arena_alloc(&v->arena, v->n_insns * sizeof(*v->slot_uses));
	return v->slot_uses ? 0 : -ENOMEM;
}

/* Slots of [from, to), bytes below the frame pointer. */
static uint64_t slots_of(int64_t from, int64_t to)
{
	uint64_t mask = 0;

	for (int64_t off = from; off < to; off++)
		mask |= 1ull << ((-off - 1) / SLOT_SIZE);
	return mask;
}

void note_slots_read(struct verifier *v, uint32_t frame, int64_t from, int64_t to)
{
	const struct state *state = v->state;
	uint32_t at = frame == state->current ? v->insn : (uint32_t)state->frames[frame + 1]->callsite;
	uint64_t mask = slots_of(from, to);

	if (!(mask & ~v->slot_uses[at].read))
		return;
	v->slot_uses[at].read |= mask;
	v->subprogs[state->frames[frame]->subprog].slots_changed = true;
}

void note_slot_overwritten(struct verifier *v, uint32_t frame, int64_t off)
{
	if (frame == v->state->current)
		v->overwritten = slots_of(off, off + SLOT_SIZE);
}

void note_store_done(struct verifier *v)
{
	struct slot_use *use = &v->slot_uses[v->insn];
	uint64_t overwritten = use->stored ? use->overwritten & v->overwritten : v->overwritten;

	if (!use->stored || overwritten != use->overwritten)
		v->subprogs[frame_now(v)->subprog].slots_changed = true;
	use->stored = true;
	use->overwritten = overwritten;
	v->overwritten = 0;
}

/* One round against the flow; whether something changed. */
static bool sweep(struct verifier *v, uint32_t start, uint32_t end)
{
	bool changed = false;

	for (uint32_t i = end; i-- > start;) {
		struct slot_use *use = &v->slot_uses[i];
		uint32_t next[2], n;
		uint64_t live = 0;

		if (!v->insns[i].code)
			continue;
		n = insn_successors(&v->insns[i], i, next);
		for (uint32_t k = 0; k < n; k++)
			live |= v->slot_uses[next[k]].live;
		live = (live & ~use->overwritten) | use->read;
		changed |= live != use->live;
		use->live = live;
	}
	return changed;
}

/* False: it would take too long, and all slots have to be taken as live. */
static bool refresh(struct verifier *v, uint32_t number)
{
	struct subprog_facts *subprog = &v->subprogs[number];
	uint32_t start = subprog->start, end = subprog[1].start;

	if (!subprog->slots_changed)
		return true;
	for (uint32_t i = start; i < end; i++)
		v->slot_uses[i].live = 0;
	do {
		v->slot_work += end - start;
		if (v->slot_work > WORK_FREE + (uint64_t)WORK_PER_INSN * v->insns_processed)
			return false;
	} while (sweep(v, start, end));
	subprog->slots_changed = false;
	return true;
}

uint64_t live_slots(struct verifier *v, const struct state *state, uint32_t frame)
{
	uint32_t at = frame == state->current ? state->insn : (uint32_t)state->frames[frame + 1]->callsite;

	/* Where rounds of a loop end the path early, not all that follows a state was explored from it. */
	if (v->converges || !refresh(v, state->frames[frame]->subprog))
		return UINT64_MAX;
	return v->slot_uses[at].live;
}
