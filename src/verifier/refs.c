/* SPDX-License-Identifier: BSD-2-Clause */
/* References: what a helper handed out and the program has to give back. */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "verifier/verifier.h"

struct forget {
	struct verifier *v;
	uint32_t id;
};

int acquire_ref(struct verifier *v, uint32_t *ret_id)
{
	struct state *state = v->state;

	if (state->n_refs == state->refs_capacity) {
		uint32_t capacity = MAX(state->refs_capacity * 2, 4u);
		struct ref *refs = pool_resize(
			&v->pool, state->refs, state->refs_capacity * sizeof(*refs), capacity * sizeof(*refs));

		if (!refs)
			return -ENOMEM;
		state->refs = refs;
		state->refs_capacity = capacity;
	}
	*ret_id = ++v->last_id;
	state->refs[state->n_refs++] = (struct ref){ .id = *ret_id, .insn = v->insn, .kind = REF_POINTER };
	return 0;
}

void drop_ref(struct verifier *v, struct state *state, uint32_t id)
{
	(void)v;
	for (uint32_t i = 0; i < state->n_refs; i++) {
		if (state->refs[i].id != id || state->refs[i].kind != REF_POINTER)
			continue;
		memmove(&state->refs[i], &state->refs[i + 1], (state->n_refs - i - 1) * sizeof(state->refs[0]));
		state->n_refs--;
		return;
	}
}

static void forget_referenced(struct reg *reg, void *argument)
{
	const struct forget *forget = argument;

	if (reg->ref_id == forget->id)
		forget_pointer(forget->v, reg);
}

/* A spilled pointer that is gone leaves bytes that mean nothing. */
static void forget_spilled(struct state *state)
{
	for (uint32_t f = 0; f <= state->current; f++) {
		struct frame *frame = state->frames[f];

		for (uint32_t i = 0; i < frame->n_slots; i++) {
			struct slot *slot = &frame->slots[i];

			if (slot_is_spill(slot) && slot->spilled.type == NOT_INIT)
				memset(slot->bytes, BYTE_MISC, sizeof(slot->bytes));
		}
	}
}

void forget_pointer(struct verifier *v, struct reg *reg)
{
	if (v->may_leak_pointers)
		reg_set_unknown(reg);
	else
		reg_clear(reg);
}

int release_ref(struct verifier *v, uint32_t id)
{
	struct forget forget = { .v = v, .id = id };
	uint32_t before = v->state->n_refs;

	drop_ref(v, v->state, id);
	if (v->state->n_refs == before)
		return -EINVAL;
	state_visit(v->state, forget_referenced, &forget);
	forget_spilled(v->state);
	return 0;
}

static bool is_packet(const struct reg *reg)
{
	return type_is_packet(reg->type) || reg->type == PTR_TO_PACKET_END;
}

static void forget_packet_pointer(struct reg *reg, void *argument)
{
	const struct forget *forget = argument;

	if (is_packet(reg))
		forget_pointer(forget->v, reg);
}

void forget_packet(struct verifier *v)
{
	struct forget forget = { .v = v };

	state_visit(v->state, forget_packet_pointer, &forget);
	forget_spilled(v->state);
}

int check_nothing_held(struct verifier *v, const char *what)
{
	const struct state *state = v->state;

	for (uint32_t i = 0; i < state->n_refs; i++)
		say(v, "Unreleased reference id=%d alloc_insn=%d\n", state->refs[i].id, state->refs[i].insn);
	if (state->n_refs)
		return refuse(v, -EINVAL, "%s would lead to reference leak\n", what);
	return 0;
}
