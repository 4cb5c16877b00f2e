/* SPDX-License-Identifier: BSD-2-Clause */
#include "verifier/state.h"

#include <errno.h>
#include <string.h>

#include "base/macros.h"

void reg_clear(struct reg *reg)
{
	*reg = (struct reg){ .type = NOT_INIT, .var = scalar_const(0) };
}

void reg_set_scalar(struct reg *reg, struct scalar value)
{
	*reg = (struct reg){ .type = SCALAR, .var = value };
}

void reg_set_unknown(struct reg *reg)
{
	reg_set_scalar(reg, scalar_unknown());
}

void reg_set_const(struct reg *reg, uint64_t value)
{
	reg_set_scalar(reg, scalar_const(value));
}

void reg_set_pointer(struct reg *reg, uint32_t type)
{
	*reg = (struct reg){ .type = type, .var = scalar_const(0) };
}

bool type_is_packet(uint32_t type)
{
	return base_type(type) == PTR_TO_PACKET || base_type(type) == PTR_TO_PACKET_META;
}

bool type_is_socket(uint32_t type)
{
	enum reg_type base = base_type(type);

	return base == PTR_TO_SOCKET || base == PTR_TO_SOCK_COMMON || base == PTR_TO_TCP_SOCK ||
	       base == PTR_TO_XDP_SOCK;
}

bool slot_is_spill(const struct slot *slot)
{
	return slot->bytes[SLOT_SIZE - 1] == BYTE_SPILL;
}

bool slot_is_full_spill(const struct slot *slot)
{
	return slot->bytes[0] == BYTE_SPILL;
}

struct frame *frame_new(struct pool *pool, uint32_t number, uint32_t subprog, int32_t callsite)
{
	struct frame *frame = pool_take(pool, sizeof(*frame));

	if (!frame)
		return NULL;
	memset(frame, 0, sizeof(*frame));
	frame->number = number;
	frame->subprog = subprog;
	frame->callsite = callsite;
	for (int i = 0; i < REG_COUNT; i++)
		reg_clear(&frame->regs[i]);
	reg_set_pointer(&frame->regs[REG_FP], PTR_TO_STACK);
	frame->regs[REG_FP].frame = number;
	return frame;
}

void frame_free(struct pool *pool, struct frame *frame)
{
	if (!frame)
		return;
	pool_give(pool, frame->slots, frame->capacity * sizeof(*frame->slots));
	pool_give(pool, frame, sizeof(*frame));
}

int frame_grow(struct pool *pool, struct frame *frame, uint32_t n_slots)
{
	if (n_slots <= frame->n_slots)
		return 0;
	if (n_slots > frame->capacity) {
		uint32_t capacity = MIN(ROUND_UP(n_slots, 4u), (uint32_t)STACK_SLOTS);
		struct slot *slots =
			pool_resize(pool, frame->slots, frame->capacity * sizeof(*slots), capacity * sizeof(*slots));

		if (!slots)
			return -ENOMEM;
		frame->slots = slots;
		frame->capacity = capacity;
	}
	for (uint32_t i = frame->n_slots; i < n_slots; i++) {
		memset(&frame->slots[i], 0, sizeof(frame->slots[i]));
		reg_clear(&frame->slots[i].spilled);
	}
	frame->n_slots = n_slots;
	return 0;
}

static struct frame *frame_copy(struct pool *pool, const struct frame *from)
{
	struct frame *frame = pool_take(pool, sizeof(*frame));

	if (!frame)
		return NULL;
	*frame = *from;
	frame->slots = NULL;
	frame->capacity = ROUND_UP(from->n_slots, 4u);
	if (from->n_slots) {
		frame->slots = pool_take(pool, frame->capacity * sizeof(*frame->slots));
		if (!frame->slots) {
			pool_give(pool, frame, sizeof(*frame));
			return NULL;
		}
		memcpy(frame->slots, from->slots, from->n_slots * sizeof(*frame->slots));
	}
	return frame;
}

struct state *state_new(struct pool *pool)
{
	struct state *state = pool_take(pool, sizeof(*state));

	if (state)
		memset(state, 0, sizeof(*state));
	return state;
}

struct state *state_copy(struct pool *pool, const struct state *from)
{
	struct state *state = pool_take(pool, sizeof(*state));

	if (!state)
		return NULL;
	*state = *from;
	memset(state->frames, 0, sizeof(state->frames));
	state->refs = NULL;
	state->refs_capacity = 0;
	state->steps = NULL;
	state->n_steps = state->steps_capacity = 0;
	if (from->n_refs) {
		state->refs = pool_take(pool, from->n_refs * sizeof(*state->refs));
		if (!state->refs)
			goto fail;
		state->refs_capacity = from->n_refs;
		memcpy(state->refs, from->refs, from->n_refs * sizeof(*state->refs));
	}
	for (uint32_t i = 0; i <= from->current; i++) {
		state->frames[i] = frame_copy(pool, from->frames[i]);
		if (!state->frames[i])
			goto fail;
	}
	return state;
fail:
	state_free(pool, state);
	return NULL;
}

void state_free(struct pool *pool, struct state *state)
{
	if (!state)
		return;
	for (int i = 0; i < MAX_FRAMES; i++)
		frame_free(pool, state->frames[i]);
	pool_give(pool, state->refs, state->refs_capacity * sizeof(*state->refs));
	pool_give(pool, state->steps, state->steps_capacity * sizeof(*state->steps));
	pool_give(pool, state, sizeof(*state));
}

int state_add_step(struct pool *pool, struct state *state, struct step step)
{
	if (state->n_steps == state->steps_capacity) {
		uint32_t capacity = MAX(state->steps_capacity * 2, 8u);
		struct step *steps =
			pool_resize(pool, state->steps, state->steps_capacity * sizeof(step), capacity * sizeof(step));

		if (!steps)
			return -ENOMEM;
		state->steps = steps;
		state->steps_capacity = capacity;
	}
	state->steps[state->n_steps++] = step;
	return 0;
}

int state_copy_steps(struct pool *pool, struct state *state, const struct state *from)
{
	if (!from->n_steps)
		return 0;
	state->steps = pool_take(pool, from->n_steps * sizeof(struct step));
	if (!state->steps)
		return -ENOMEM;
	memcpy(state->steps, from->steps, from->n_steps * sizeof(struct step));
	state->n_steps = state->steps_capacity = from->n_steps;
	return 0;
}

void state_visit(struct state *state, reg_visitor *visit, void *argument)
{
	for (uint32_t f = 0; f <= state->current; f++) {
		struct frame *frame = state->frames[f];

		for (int i = 0; i < REG_COUNT; i++)
			visit(&frame->regs[i], argument);
		for (uint32_t i = 0; i < frame->n_slots; i++)
			if (slot_is_spill(&frame->slots[i]))
				visit(&frame->slots[i].spilled, argument);
	}
}
