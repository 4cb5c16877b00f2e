/* SPDX-License-Identifier: BSD-2-Clause */
/* The stack: 512 bytes below r10 of each frame, in slots of eight that remember what was spilled to them. */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "verifier/region.h"
#include "verifier/slot_liveness.h"
#include "verifier/trace.h"

/* A part of a frame's stack: [from, to) with from < to <= 0. */
struct range {
	struct frame *frame;
	int64_t from, to;
	bool fixed; /* exactly these bytes; else somewhere among them */
};

static struct slot *slot_at(const struct frame *frame, int64_t off)
{
	return &frame->slots[(-off - 1) / SLOT_SIZE];
}

static uint8_t *byte_at(const struct frame *frame, int64_t off)
{
	return &slot_at(frame, off)->bytes[(-off - 1) % SLOT_SIZE];
}

static uint32_t slot_index(int64_t off)
{
	return (-off - 1) / SLOT_SIZE;
}

/* The log shows the slot of that number in the frame that runs, as the kernel's does. */
static void note_changed(struct verifier *v, int64_t off)
{
	changed_slot(v, slot_index(off));
}

/* The history says which slot was spilled to or filled from. */
static int note_slot(struct verifier *v, const struct range *range)
{
	return note_step(v, STEP_OF_STACK(range->frame->number, slot_index(range->from)), 0);
}

static const char *access_words(const struct access *a)
{
	return a->helper ? (a->write ? " write to" : " read from") : a->write ? " write to" : " read from";
}

/* The frame has room for the range from here on, and its function's depth is known to be at least this. */
static int grow(struct verifier *v, const struct range *range)
{
	struct subprog_facts *subprog = &v->subprogs[range->frame->subprog];

	subprog->stack_depth = MAX(subprog->stack_depth, -range->from);
	return frame_grow(&v->pool, range->frame, (-range->from + SLOT_SIZE - 1) / SLOT_SIZE);
}

static int find_range(struct verifier *v, const struct access *a, struct range *ret_range)
{
	const struct reg *reg = reg_now(v, a->address);
	struct range range = { .frame = v->state->frames[reg->frame], .fixed = scalar_is_const(reg->var) };
	int64_t off = (int64_t)reg->off + a->off, lowest = -STACK_SIZE;
	int err = 0;
	char text[64];

	if (range.fixed) {
		range.from = off + (int64_t)reg->var.var_off.value;
		range.to = range.from + a->size;
	} else {
		if (reg->var.smax >= MAX_VARIABLE_OFFSET || reg->var.smin <= -MAX_VARIABLE_OFFSET)
			return refuse(v, -EACCES, "invalid unbounded variable-offset%s stack R%d\n", access_words(a),
				(int)a->address);
		range.from = off + reg->var.smin;
		range.to = off + reg->var.smax + a->size;
	}
	/* Without the right to read old stack, what was never written does not exist. */
	if (!a->write && !v->may_leak_pointers)
		lowest = -(int64_t)range.frame->n_slots * SLOT_SIZE;
	if (range.from < lowest || range.from > -1)
		err = -EACCES;
	else if (range.to > 0)
		err = -EINVAL;
	if (err && range.fixed)
		return refuse(v, err, "invalid%s stack R%d off=%lld size=%d\n", access_words(a), (int)a->address,
			(long long)range.from, a->size);
	if (err) {
		tnum_format(text, sizeof(text), reg->var.var_off);
		return refuse(v, err, "invalid variable-offset%s stack R%d var_off=%s off=%d size=%d\n",
			access_words(a), (int)a->address, text, (int)off, a->size);
	}
	*ret_range = range;
	/* Without the right to see addresses, what was there decides whether a store is allowed. */
	if (!a->write || !v->may_leak_pointers)
		note_slots_read(v, range.frame->number, range.from, range.to);
	return grow(v, &range);
}

/* What is left of a value when a part of it was overwritten. */
static void scrub(struct slot *slot)
{
	if (slot_is_spill(slot))
		for (int i = 0; i < SLOT_SIZE; i++)
			if (slot->bytes[i] != BYTE_INVALID)
				slot->bytes[i] = BYTE_MISC;
	reg_clear(&slot->spilled);
}

/* Only for callers with the right does a byte that was never written read as anything. */
static bool readable_byte(const struct verifier *v, uint8_t byte)
{
	return byte == BYTE_MISC || byte == BYTE_ZERO || byte == BYTE_SPILL ||
	       (byte == BYTE_INVALID && v->may_leak_pointers);
}

/* --- loads --- */

static int check_bytes(struct verifier *v, const struct access *a, const struct range *range, bool *ret_zero)
{
	*ret_zero = true;
	for (int64_t off = range->from; off < range->to; off++) {
		uint8_t byte = *byte_at(range->frame, off);

		if (!readable_byte(v, byte))
			return refuse(v, -EACCES, "invalid read from stack off %d+%d size %d\n", (int)range->from,
				(int)(off - range->from), a->size);
		if (byte != BYTE_ZERO)
			*ret_zero = false;
	}
	return 0;
}

static bool fits_bits(const struct scalar *value, int bytes)
{
	return bytes >= 8 || value->umax < 1ull << (8 * bytes);
}

/* Fills from a slot that holds a spilled register; not all of it, or not as it was stored. */
static int load_partial(struct verifier *v, const struct access *a, const struct range *range, struct reg *ret_value)
{
	struct slot *slot = slot_at(range->frame, range->from);
	int spilled = 0;
	int same_spill = 0;
	bool zero;
	int err;

	while (spilled < SLOT_SIZE && slot->bytes[SLOT_SIZE - 1 - spilled] == BYTE_SPILL)
		spilled++;
	if (slot->spilled.type != SCALAR)
		return refuse(v, -EACCES, "invalid size of register fill\n");
	/* The low bytes, which start at the lowest address. */
	if (range->from % SLOT_SIZE == 0 && a->size <= spilled) {
		bool fits = fits_bits(&slot->spilled.var, a->size);

		*ret_value = slot->spilled;
		if (!fits)
			ret_value->id = 0;
		return note_slot(v, range);
	}
	err = check_bytes(v, a, range, &zero);
	if (err)
		return err;
	for (int64_t off = range->from; off < range->to; off++)
		same_spill += *byte_at(range->frame, off) == BYTE_SPILL;
	if (same_spill == a->size && reg_is_null(&slot->spilled)) {
		reg_set_const(ret_value, 0);
		return note_slot(v, range);
	}
	if (zero)
		reg_set_const(ret_value, 0);
	return 0;
}

static int load_fixed(struct verifier *v, const struct access *a, const struct range *range, struct reg *ret_value)
{
	struct slot *slot = slot_at(range->frame, range->from);
	bool zero;
	int err;

	note_changed(v, range->from);
	if (slot_is_spill(slot)) {
		if (a->size != SLOT_SIZE || !slot_is_full_spill(slot))
			return load_partial(v, a, range, ret_value);
		if (a->value < 0 && is_secret(v, &slot->spilled))
			return refuse(v, -EACCES, "leaking pointer from stack off %d\n", (int)range->from);
		*ret_value = slot->spilled;
		return note_slot(v, range);
	}
	err = check_bytes(v, a, range, &zero);
	if (!err && zero)
		reg_set_const(ret_value, 0);
	return err;
}

/* At an offset that is not known: all bytes that it might read must be readable, and none may be a secret. */
static int load_variable(struct verifier *v, const struct access *a, const struct range *range, struct reg *ret_value)
{
	bool zero;
	int err;

	for (int64_t off = range->from; off < range->to; off++) {
		struct slot *slot = slot_at(range->frame, off);

		note_changed(v, off);
		if (slot_is_spill(slot) && slot->spilled.type != SCALAR && !v->may_leak_pointers)
			return refuse(v, -EACCES, "leaking pointer from stack off %d\n", (int)off);
	}
	err = check_bytes(v, a, range, &zero);
	if (!err && zero)
		reg_set_const(ret_value, 0);
	return err;
}

/* --- stores --- */

static void spill(struct slot *slot, const struct reg *reg, int size)
{
	slot->spilled = *reg;
	for (int i = SLOT_SIZE; i > SLOT_SIZE - size; i--)
		slot->bytes[i - 1] = BYTE_SPILL;
	for (int i = SLOT_SIZE - size; i > 0; i--)
		if (slot->bytes[i - 1] != BYTE_ZERO && slot->bytes[i - 1] != BYTE_INVALID)
			slot->bytes[i - 1] = BYTE_MISC;
}

static bool holds_pointer(const struct slot *slot)
{
	return slot_is_spill(slot) && reg_is_pointer(&slot->spilled);
}

/* The value that is stored; a number for what is not in a register. */
static void stored_value(const struct verifier *v, const struct access *a, struct reg *ret_value)
{
	if (a->value >= 0)
		*ret_value = *reg_now(v, a->value);
	else if (a->atomic)
		reg_set_unknown(ret_value);
	else
		reg_set_const(ret_value, a->imm);
}

static int store_bytes(struct verifier *v, const struct access *a, const struct range *range, const struct reg *value)
{
	struct slot *slot = slot_at(range->frame, range->from);
	bool zero = reg_is_null(value) && !a->atomic;

	if (zero && a->value >= 0) {
		int err = mark_precise(v, a->value);

		if (err)
			return err;
	}
	scrub(slot);
	for (int64_t off = range->from; off < range->to; off++)
		*byte_at(range->frame, off) = zero ? BYTE_ZERO : BYTE_MISC;
	return 0;
}

/* A load may be predicted to see what was there before: the kernel puts a barrier after such a store. */
static void guard_store(struct verifier *v, const struct slot *slot, int size, const struct reg *value)
{
	bool guard = reg_is_pointer(value);

	if (v->may_leak_pointers)
		return;
	for (int i = 0; i < size; i++)
		guard |= slot->bytes[i] != BYTE_MISC && slot->bytes[i] != BYTE_ZERO;
	facts_now(v)->barrier_after |= guard;
}

static int store_fixed(struct verifier *v, const struct access *a, const struct range *range)
{
	struct slot *slot = slot_at(range->frame, range->from);
	bool aligned = range->from % SLOT_SIZE == 0;
	struct reg value;

	if (!v->may_leak_pointers && holds_pointer(slot) && a->size != SLOT_SIZE)
		return refuse(v, -EACCES, "attempt to corrupt spilled pointer on stack\n");
	note_changed(v, range->from);
	stored_value(v, a, &value);
	if (aligned && a->size == SLOT_SIZE && !a->atomic)
		note_slot_overwritten(v, range->frame->number, range->from);
	guard_store(v, slot, a->size, &value);
	if (reg_is_pointer(&value)) {
		if (a->size != SLOT_SIZE)
			return refuse(v, -EACCES, "invalid size of register spill\n");
		if (range->frame != frame_now(v) && value.type == PTR_TO_STACK)
			return refuse(v, -EINVAL, "cannot spill pointers to stack into stack frame of the caller\n");
		scrub(slot);
		spill(slot, &value, SLOT_SIZE);
		return note_slot(v, range);
	}
	if (!aligned || a->atomic || !v->capable)
		return store_bytes(v, a, range, &value);
	if (a->value >= 0 && fits_bits(&value.var, a->size)) {
		link_before_copy(v, reg_now(v, a->value));
		value = *reg_now(v, a->value);
	} else {
		value.id = 0;
	}
	scrub(slot);
	spill(slot, &value, a->size);
	return note_slot(v, range);
}

/* Any of the bytes may be the ones: what was spilled there is lost, and zeroes stay only if zero is stored. */
static int store_variable(struct verifier *v, const struct access *a, const struct range *range)
{
	bool zero, kept_zero = false;
	struct reg value;

	stored_value(v, a, &value);
	if (reg_is_pointer(&value))
		return refuse(v, -EACCES, "variable-offset write of a pointer to stack R%d\n", (int)a->address);
	zero = reg_is_null(&value) && !a->atomic;
	for (int64_t off = range->from; off < range->to; off++) {
		struct slot *slot = slot_at(range->frame, off);
		uint8_t *byte = byte_at(range->frame, off);

		note_changed(v, off);
		if (!v->may_leak_pointers && *byte != BYTE_MISC && *byte != BYTE_ZERO && *byte != BYTE_INVALID)
			return refuse(v, -EINVAL,
				"spilled ptr in range of var-offset stack write; insn %d, ptr off: %d", (int)v->insn,
				(int)off);
		if (*byte == BYTE_INVALID && !v->may_leak_pointers)
			return refuse(v, -EINVAL,
				"uninit stack in range of var-offset write prohibited for !root; insn %d, off: %d",
				(int)v->insn, (int)off);
		scrub(slot);
		if (zero && *byte == BYTE_ZERO)
			kept_zero = true;
		else
			*byte = BYTE_MISC;
	}
	return kept_zero && a->value >= 0 ? mark_precise(v, a->value) : 0;
}

static int refuse_variable(struct verifier *v, const struct access *a)
{
	const struct reg *reg = reg_now(v, a->address);
	char text[64];

	tnum_format(text, sizeof(text), reg->var.var_off);
	/* An atomic operation reads for nobody first, as a helper does. */
	if (a->value < 0 && !a->write)
		return refuse(v, -EACCES,
			"variable offset stack pointer cannot be passed into helper function; var_off=%s off=%d "
			"size=%d\n",
			text, reg->off + a->off, a->size);
	return refuse(v, -EACCES, "R%d variable stack access prohibited for !root, var_off=%s off=%d\n",
		(int)a->address, text, reg->off + a->off);
}

static int stack_access(struct verifier *v, const struct access *a, struct reg *ret_value)
{
	struct range range;
	int err = find_range(v, a, &range);

	if (err)
		return err;
	if (!range.fixed && (!v->may_leak_pointers || (a->value < 0 && !a->write)))
		return refuse_variable(v, a);
	if (a->write)
		return range.fixed ? store_fixed(v, a, &range) : store_variable(v, a, &range);
	return range.fixed ? load_fixed(v, a, &range, ret_value) : load_variable(v, a, &range, ret_value);
}

/* --- helpers --- */

static int stack_helper_access(struct verifier *v, const struct access *a)
{
	const struct reg *reg = reg_now(v, a->address);
	struct range range;
	char text[64];
	int err;

	if (!a->size && !a->zero_size)
		return refuse(v, -EACCES, "invalid zero-sized read\n");
	err = find_range(v, a, &range);
	if (err)
		return err;
	tnum_format(text, sizeof(text), reg->var.var_off);
	if (!range.fixed && !v->may_leak_pointers)
		return refuse(v, -EACCES, "R%d variable offset stack access prohibited for !root, var_off=%s\n",
			(int)a->address, text);
	for (int64_t off = range.from; off < range.to; off++) {
		uint8_t byte = *byte_at(range.frame, off);
		struct slot *slot = slot_at(range.frame, off);

		if (byte == BYTE_MISC || byte == BYTE_ZERO || (byte == BYTE_INVALID && v->may_leak_pointers) ||
			(a->write && byte == BYTE_INVALID && range.fixed))
			continue;
		if (byte == BYTE_SPILL && (slot->spilled.type == SCALAR || v->may_leak_pointers))
			continue;
		if (range.fixed)
			return refuse(v, -EACCES, "invalid%s stack R%d off %d+%d size %d\n", access_words(a),
				(int)a->address, (int)range.from, (int)(off - range.from), a->size);
		return refuse(v, -EACCES, "invalid%s stack R%d var_off %s+%d size %d\n", access_words(a),
			(int)a->address, text, (int)(off - range.from), a->size);
	}
	if (!a->write)
		return 0;
	for (int64_t off = range.from; off < range.to; off++) {
		note_changed(v, off);
		scrub(slot_at(range.frame, off));
		*byte_at(range.frame, off) = BYTE_MISC;
	}
	return 0;
}

const struct region_ops stack_region = { .access = stack_access, .helper_access = stack_helper_access };
