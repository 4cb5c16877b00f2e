/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a state allows nothing that an older one did not: then what was proved from the old one holds for the new.
 *
 * Registers that are not read any more (facts[].live) do not count. Ids have no meaning of their own: what counts is
 * that registers which shared one in the old state share one in the new.
 */
#include <string.h>

#include "maps/map.h"
#include "verifier/slot_liveness.h"

#define MAX_IDS 1024

struct comparison {
	struct verifier *v;
	enum equality how;
	uint32_t n;
	uint32_t alone; /* counts down from the largest id */
	struct {
		uint32_t old, now;
	} ids[MAX_IDS];
};

/* old's ids map to now's one to one, over both states. */
static bool same_id(struct comparison *c, uint32_t old, uint32_t now)
{
	if (!old != !now)
		return false;
	if (!old)
		return true;
	for (uint32_t i = 0; i < c->n; i++) {
		if (c->ids[i].old == old)
			return c->ids[i].now == now;
		if (c->ids[i].now == now)
			return false;
	}
	if (c->n == MAX_IDS)
		return false;
	c->ids[c->n].old = old;
	c->ids[c->n].now = now;
	c->n++;
	return true;
}

/* An old number without an id made no use of one, so the new one may have any. */
static bool same_scalar_id(struct comparison *c, const struct reg *old, const struct reg *now)
{
	uint32_t old_id = old->id & ~ID_ADDED, now_id = now->id & ~ID_ADDED;

	if ((old->id & ID_ADDED) != (now->id & ID_ADDED) || old->off != now->off)
		return false;
	if (!old_id && !now_id)
		return true;
	/* A number without an id is alone: as with an id that nothing else has. */
	if (!old_id)
		old_id = --c->alone;
	if (!now_id)
		now_id = --c->alone;
	return same_id(c, old_id, now_id);
}

static bool same_kind(const struct reg *old, const struct reg *now)
{
	switch (base_type(old->type)) {
	case CONST_PTR_TO_MAP:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MAP_KEY:
		return old->map == now->map && old->map_uid == now->map_uid;
	case PTR_TO_MEM:
		return old->mem_size == now->mem_size;
	case PTR_TO_FUNC:
		return old->subprog == now->subprog;
	case PTR_TO_BTF_ID:
		return old->btf == now->btf && old->btf_id == now->btf_id;
	case PTR_TO_STACK:
		return old->frame == now->frame;
	default:
		return true;
	}
}

static bool packet_within(struct comparison *c, const struct reg *old, const struct reg *now)
{
	/* Fewer bytes known in the new state: what was safe may not be. */
	if (old->range < 0 || now->range < 0)
		return old->range == now->range && old->off == now->off && same_id(c, old->id, now->id) &&
		       scalar_equal(old->var, now->var);
	if (old->range > now->range || old->off != now->off)
		return false;
	return same_id(c, old->id, now->id) && scalar_includes(old->var, now->var);
}

static bool pointer_within(struct comparison *c, const struct reg *old, const struct reg *now)
{
	if (!same_kind(old, now))
		return false;
	if (type_is_packet(old->type))
		return packet_within(c, old, now);
	return old->off == now->off && scalar_includes(old->var, now->var) && same_id(c, old->id, now->id) &&
	       same_id(c, old->ref_id, now->ref_id);
}

static bool reg_within(struct comparison *c, const struct reg *old, const struct reg *now)
{
	if (c->how == EQUAL_EXACT)
		return old->type == now->type && old->off == now->off && scalar_equal(old->var, now->var) &&
		       same_id(c, old->id, now->id) && same_id(c, old->ref_id, now->ref_id) && same_kind(old, now) &&
		       (!type_is_packet(old->type) || old->range == now->range);
	if (old->type == NOT_INIT)
		return true;
	if (old->type != now->type)
		return false;
	if (old->type == SCALAR && c->v->strict_numbers)
		return old->off == now->off && scalar_equal(old->var, now->var) && same_scalar_id(c, old, now);
	if (old->type == SCALAR && !old->precise && c->v->capable && c->how == EQUAL_SAFE)
		return true;
	if (old->type == SCALAR)
		return scalar_includes(old->var, now->var) && same_scalar_id(c, old, now);
	return pointer_within(c, old, now);
}

/* What a byte of the stack reads as: a spilled register's byte that is not read as one may be any number. */
static bool byte_within(const struct verifier *v, const struct slot *old, const struct slot *now, int i)
{
	uint8_t was = old ? old->bytes[i] : BYTE_INVALID, is = now ? now->bytes[i] : BYTE_INVALID;

	if (was == is)
		return true;
	if (is == BYTE_DYNPTR || is == BYTE_ITER || is == BYTE_IRQ)
		return false;
	/* It was never read, or read as whatever it held by one who may. */
	if (was == BYTE_INVALID)
		return true;
	if (was == BYTE_MISC)
		return v->may_leak_pointers || is == BYTE_ZERO || (is == BYTE_SPILL && now->spilled.type == SCALAR);
	return false;
}

static const struct reg *slot_as_number(const struct verifier *v, const struct slot *slot)
{
	if (slot_is_full_spill(slot) && slot->spilled.type == SCALAR)
		return &slot->spilled;
	for (int i = 0; i < SLOT_SIZE; i++)
		if (slot->bytes[i] != BYTE_MISC && !(slot->bytes[i] == BYTE_INVALID && v->may_leak_pointers))
			return NULL;
	return &v->any_number;
}

static bool slot_within(struct comparison *c, const struct slot *old, const struct slot *now)
{
	struct verifier *v = c->v;

	if (c->how == EQUAL_EXACT) {
		static const uint8_t none[SLOT_SIZE];

		if (memcmp(old ? old->bytes : none, now ? now->bytes : none, SLOT_SIZE))
			return false;
		return !old || !slot_is_spill(old) || reg_within(c, &old->spilled, &now->spilled);
	}
	/* Eight bytes of anything read as a number of which nothing is known. */
	const struct reg *old_number = old ? slot_as_number(v, old) : NULL;
	const struct reg *now_number = now ? slot_as_number(v, now) : NULL;

	if (old_number && now_number)
		return reg_within(c, old_number, now_number);
	for (int i = 0; i < SLOT_SIZE; i++)
		if (!byte_within(v, old, now, i))
			return false;
	if (!old || !slot_is_spill(old))
		return true;
	/* All bytes of a spill are equal in both, so both are spills. */
	return reg_within(c, &old->spilled, &now->spilled);
}

static bool stack_within(struct comparison *c, const struct frame *old, const struct frame *now, uint64_t live)
{
	uint32_t n = old->n_slots > now->n_slots ? old->n_slots : now->n_slots;

	for (uint32_t i = 0; i < n; i++)
		if ((live & 1ull << i) && !slot_within(c, i < old->n_slots ? &old->slots[i] : NULL,
						  i < now->n_slots ? &now->slots[i] : NULL))
			return false;
	return true;
}

static bool frame_within(
	struct comparison *c, const struct frame *old, const struct frame *now, uint32_t live, uint64_t slots)
{
	if (old->callsite != now->callsite || old->subprog != now->subprog || old->in_callback != now->in_callback ||
		old->callback_depth > now->callback_depth)
		return false;
	for (int i = 0; i < REG_COUNT; i++)
		if ((live & 1u << i) && !reg_within(c, &old->regs[i], &now->regs[i]))
			return false;
	return stack_within(c, old, now, slots);
}

static bool refs_equal(struct comparison *c, const struct state *old, const struct state *now)
{
	if (old->n_refs != now->n_refs || old->active_locks != now->active_locks ||
		old->active_preempt != now->active_preempt || old->active_rcu != now->active_rcu)
		return false;
	for (uint32_t i = 0; i < old->n_refs; i++)
		if (old->refs[i].kind != now->refs[i].kind || !same_id(c, old->refs[i].id, now->refs[i].id))
			return false;
	return true;
}

uint32_t live_regs(const struct verifier *v, const struct state *state, uint32_t frame)
{
	if (frame == state->current)
		return v->facts[state->insn].live;
	/* Of a caller: what is read after the callee, which sets r0, has returned. */
	const struct frame *callee = state->frames[frame + 1];

	if (callee->in_callback)
		return v->facts[callee->callsite].live;
	return v->facts[callee->callsite + 1].live & ~1u;
}

bool states_equal(struct verifier *v, struct state *old, struct state *now, enum equality how)
{
	struct comparison c;

	c.v = v;
	c.how = how;
	c.n = 0;
	c.alone = UINT32_MAX;
	/* A state that only a mispredicting CPU reaches was checked for less. */
	if (old->current != now->current || (old->speculative && !now->speculative) || !refs_equal(&c, old, now))
		return false;
	for (uint32_t i = 0; i <= old->current; i++) {
		uint64_t slots = how == EQUAL_SAFE ? live_slots(v, old, i) : UINT64_MAX;

		if (!frame_within(&c, old->frames[i], now->frames[i], live_regs(v, old, i) | 1u << REG_FP, slots))
			return false;
	}
	return true;
}
