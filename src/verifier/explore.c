/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exploration: follows every path of the main program with abstract values. Needs liveness.
 *
 * After this pass: whatever a run of the program does, each instruction's operands were found fit for it. Fills
 * facts[].seen, .pointer_base and .context, and the subprograms' stack depths.
 */
#include <errno.h>

#include "isa/flow.h"
#include "maps/map.h"
#include "verifier/region.h"
#include "verifier/slot_liveness.h"
#include "verifier/speculation.h"
#include "verifier/trace.h"
#include "verifier/verifier.h"

int read_reg(struct verifier *v, uint32_t number)
{
	if (number >= REG_COUNT)
		return refuse(v, -EINVAL, "R%d is invalid\n", (int)number);
	changed_reg(v, number);
	if (reg_now(v, number)->type == NOT_INIT)
		return refuse(v, -EACCES, "R%d !read_ok\n", (int)number);
	return 0;
}

int may_write_reg(struct verifier *v, uint32_t number)
{
	if (number >= REG_COUNT)
		return refuse(v, -EINVAL, "R%d is invalid\n", (int)number);
	changed_reg(v, number);
	if (number == REG_FP)
		return refuse(v, -EACCES, "frame pointer is read only\n");
	return 0;
}

int write_reg(struct verifier *v, uint32_t number)
{
	int err = may_write_reg(v, number);

	if (!err)
		reg_set_unknown(reg_now(v, number));
	return err;
}

int push_branch(struct verifier *v, uint32_t insn, bool speculative, struct state **ret_state)
{
	struct pending *pending = pool_take(&v->pool, sizeof(*pending));

	if (!pending)
		return -ENOMEM;
	*pending = (struct pending){
		.next = v->pending,
		.state = state_copy(&v->pool, v->state),
		.insn = insn,
		.prev_insn = v->insn,
		.log_position = v->log ? v->log->end : 0,
	};
	if (!pending->state || state_copy_steps(&v->pool, pending->state, v->state)) {
		state_free(&v->pool, pending->state);
		pool_give(&v->pool, pending, sizeof(*pending));
		return -ENOMEM;
	}
	v->pending = pending;
	pending->state->speculative |= speculative;
	if (++v->n_pending > MAX_PENDING)
		return refuse(v, -E2BIG, "The sequence of %d jumps is too complex.\n", (int)v->n_pending);
	pending->state->branches = 1;
	if (pending->state->parent)
		pending->state->parent->branches++;
	*ret_state = pending->state;
	return 0;
}

int note_step(struct verifier *v, uint32_t flags, uint64_t linked)
{
	struct state *state = v->state;

	if (v->step_noted) {
		state->steps[state->n_steps - 1].flags |= flags;
		state->steps[state->n_steps - 1].linked |= linked;
		return 0;
	}
	v->step_noted = true;
	return state_add_step(&v->pool, state,
		(struct step){ .insn = v->insn, .prev = v->prev_insn, .flags = flags, .linked = linked });
}

/* The next branch that waits becomes the path that is followed. False: there is none. */
static bool pop_branch(struct verifier *v, bool forget_log)
{
	struct pending *pending = v->pending;

	state_free(&v->pool, v->state);
	v->state = NULL;
	if (!pending)
		return false;
	if (forget_log)
		log_reset(v->log, pending->log_position);
	v->state = pending->state;
	v->insn = pending->insn;
	v->prev_insn = pending->prev_insn;
	v->pending = pending->next;
	v->n_pending--;
	pool_give(&v->pool, pending, sizeof(*pending));
	return true;
}

static void drop_everything(struct verifier *v)
{
	state_free(&v->pool, v->state);
	v->state = NULL;
	while (v->pending) {
		struct pending *pending = v->pending;

		v->pending = pending->next;
		state_free(&v->pool, pending->state);
		pool_give(&v->pool, pending, sizeof(*pending));
	}
	v->n_pending = 0;
}

static int load_map(struct verifier *v, const struct bpf_insn *insn, struct reg *reg)
{
	struct map *map = v->maps[facts_now(v)->map];

	if (insn->src_reg == BPF_PSEUDO_MAP_VALUE || insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE) {
		reg_set_pointer(reg, PTR_TO_MAP_VALUE);
		reg->off = insn[1].imm;
	} else {
		reg_set_pointer(reg, CONST_PTR_TO_MAP);
	}
	reg->map = map;
	return 0;
}

static int step_load_imm64(struct verifier *v, const struct bpf_insn *insn)
{
	struct reg *reg;
	int err = write_reg(v, insn->dst_reg);

	if (err)
		return err;
	reg = reg_now(v, insn->dst_reg);
	switch (insn->src_reg) {
	case 0:
		reg_set_const(reg, insn_imm64(insn));
		break;
	case BPF_PSEUDO_FUNC:
		reg_set_pointer(reg, PTR_TO_FUNC);
		for (uint32_t i = 0; i < v->n_subprogs; i++)
			if (v->subprogs[i].start == insn_target(insn, v->insn))
				reg->subprog = i;
		break;
	default:
		err = load_map(v, insn, reg);
	}
	v->insn += 2;
	return err;
}

/* A load, a store, or an atomic operation. */
static int step_memory(struct verifier *v, const struct bpf_insn *insn)
{
	int err;

	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
		err = step_load(v, insn);
		break;
	case BPF_STX:
		err = BPF_MODE(insn->code) == BPF_ATOMIC ? step_atomic(v, insn) : step_store(v, insn);
		break;
	default:
		err = step_store(v, insn);
	}
	v->insn++;
	return err;
}

static int step(struct verifier *v)
{
	const struct bpf_insn *insn = insn_now(v);
	int err;

	if (facts_now(v)->op == OP_INVALID)
		return refuse_malformed(v, insn);
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		err = step_alu(v, insn);
		v->insn++;
		return err;
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		return step_memory(v, insn);
	case BPF_LD:
		if (insn_is_wide(insn))
			return step_load_imm64(v, insn);
		err = step_packet_load(v, insn);
		v->insn++;
		return err;
	default:
		v->jumps_processed++;
		if (insn_is_exit(insn))
			return step_exit(v);
		if (!insn_is_call(insn))
			return step_jump(v, insn);
		return insn_is_local_call(insn) ? call_subprog(v, insn) : step_call(v, insn);
	}
}

static void print_arrival(struct verifier *v)
{
	say(v, "\nfrom %d to %d%s:", (int)v->prev_insn, (int)v->insn,
		v->state->speculative ? " (speculative execution)" : "");
}

/* The line of an instruction, and before it what the one before did. */
static void print_step(struct verifier *v, bool *arrived)
{
	if (*arrived && log_on(v->log, LOG_LEVEL2)) {
		print_arrival(v);
		print_state(v, v->state, v->state->current, true);
		*arrived = false;
	}
	if (!log_on(v->log, LOG_LEVEL1 | LOG_LEVEL2))
		return;
	if (v->changed_regs || v->changed_slots)
		print_effect(v);
	print_source(v, v->insn);
	v->insn_printed_from = v->log->end;
	say(v, "%d: ", (int)v->insn);
	print_insn(v, v->insn);
	v->insn_printed_to = v->log->end;
}

static void print_pruned(struct verifier *v, bool arrived)
{
	if (!log_on(v->log, LOG_LEVEL1 | LOG_LEVEL2))
		return;
	if (arrived) {
		print_arrival(v);
		say(v, " safe\n");
	} else {
		say(v, "%d: safe\n", (int)v->insn);
	}
}

/* The instruction itself; a path that only misprediction takes ends where it would go wrong. */
static int step_checked(struct verifier *v)
{
	struct insn_facts *facts = facts_now(v);
	int err;

	if (!v->state->speculative)
		facts->seen = true;
	else if (facts->barrier)
		return STEP_EXIT;
	err = step(v);
	if (err < 0 && ends_speculation(v, err)) {
		facts->barrier = true;
		facts->alu_state = 0;
		return STEP_EXIT;
	}
	if (!err && v->state->speculative && facts->barrier_after)
		return STEP_EXIT;
	return err;
}

/* One instruction of the path. STEP_EXIT at its end. */
static int advance(struct verifier *v, uint32_t from, bool *arrived)
{
	struct state *state = v->state;
	int err;

	v->prev_insn = from;
	v->step_noted = false;
	if (++v->insns_processed > MAX_INSNS)
		return refuse(v, -E2BIG, "BPF program is too large. Processed %d insn\n", (int)v->insns_processed);
	state->last_insn = from;
	state->insn = v->insn;
	if (facts_now(v)->prune_point) {
		err = visit_checkpoint(v);
		if (err < 0)
			return err;
		if (err > 0) {
			print_pruned(v, *arrived);
			return STEP_EXIT;
		}
	}
	if (facts_now(v)->jump_point) {
		err = note_step(v, 0, 0);
		if (err)
			return err;
	}
	print_step(v, arrived);
	return step_checked(v);
}

static int follow_paths(struct verifier *v)
{
	bool arrived = false;
	uint32_t from = UINT32_MAX;
	int err;

	for (;;) {
		uint32_t at = v->insn;

		err = advance(v, from, &arrived);
		if (err < 0)
			return err;
		from = at;
		arrived |= err == STEP_RETURN;
		if (err == STEP_EXIT) {
			changed_all(v);
			path_ended(v, v->state);
			if (!pop_branch(v, !log_on(v->log, LOG_LEVEL2)))
				return 0;
			from = v->prev_insn;
			arrived = true;
		}
	}
}

static int start_main(struct verifier *v)
{
	struct frame *frame;

	v->state = state_new(&v->pool);
	if (!v->state)
		return -ENOMEM;
	frame = frame_new(&v->pool, 0, 0, -1);
	if (!frame)
		return -ENOMEM;
	v->state->frames[0] = frame;
	v->state->branches = 1;
	reg_set_pointer(&frame->regs[1], PTR_TO_CTX);
	v->insn = 0;
	v->pending = NULL;
	reg_set_unknown(&v->any_number);
	if (log_on(v->log, LOG_LEVEL1 | LOG_LEVEL2)) {
		say(v, "0:");
		print_state(v, v->state, 0, true);
	}
	v->changed_regs = v->changed_slots = 0;
	return 0;
}

int explore(struct verifier *v)
{
	uint64_t position = v->log ? v->log->end : 0;
	int err;

	v->cache = arena_alloc(&v->arena, v->n_insns * sizeof(*v->cache));
	if (!v->cache)
		return -ENOMEM;
	err = prepare_slot_liveness(v);
	if (!err)
		err = start_main(v);
	if (!err)
		err = follow_paths(v);
	drop_everything(v);
	free_cache(v);
	if (!err && !log_on(v->log, LOG_LEVEL2))
		log_reset(v->log, position);
	return err;
}
