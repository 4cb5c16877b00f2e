/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls between functions of the program, and returns from them. */
#include <errno.h>

#include "base/macros.h"
#include "isa/flow.h"
#include "verifier/callbacks.h"

static uint32_t subprog_starting_at(const struct verifier *v, uint32_t insn)
{
	uint32_t i = 0;

	while (i < v->n_subprogs && v->subprogs[i].start != insn)
		i++;
	return i;
}

/* Static functions are explored anew from each call, with what is known of the arguments there. */
int call_subprog(struct verifier *v, const struct bpf_insn *insn)
{
	struct state *state = v->state;
	uint32_t target = insn_target(insn, v->insn), subprog = subprog_starting_at(v, target);
	struct frame *caller = state_frame(state), *callee;

	if (state->current + 1 >= MAX_FRAMES)
		return refuse(v, -E2BIG, "the call stack of %d frames is too deep\n", (int)state->current + 2);
	callee = frame_new(&v->pool, state->current + 1, subprog, v->insn);
	if (!callee)
		return -ENOMEM;
	for (int i = 0; i <= 5; i++) {
		if (i)
			callee->regs[i] = caller->regs[i];
		reg_clear(&caller->regs[i]);
	}
	state->frames[++state->current] = callee;
	v->insn = target;
	if (log_on(v->log, LOG_LEVEL1 | LOG_LEVEL2)) {
		say(v, "caller:\n");
		print_state(v, state, state->current - 1, true);
		say(v, "callee:\n");
		print_state(v, state, state->current, true);
	}
	changed_all(v);
	return 0;
}

static int return_from_subprog(struct verifier *v)
{
	struct state *state = v->state;
	struct frame *callee = state_frame(state), *caller = state->frames[state->current - 1];
	int err;

	if (callee->regs[0].type == PTR_TO_STACK)
		return refuse(v, -EINVAL, "cannot return stack pointer to the caller\n");
	if (callee->in_callback) {
		/* Back to the helper, which may call it again. */
		err = check_callback_result(v);
		if (err)
			return err;
		v->insn = callee->callsite;
	} else {
		caller->regs[0] = callee->regs[0];
		v->insn = callee->callsite + 1;
	}
	if (log_on(v->log, LOG_LEVEL1 | LOG_LEVEL2)) {
		say(v, "returning from callee:\n");
		print_state(v, state, state->current, true);
		say(v, "to caller at %d:\n", (int)v->insn);
		print_state(v, state, state->current - 1, true);
	}
	state->frames[state->current--] = NULL;
	if (callee->in_callback) {
		const struct state *last = find_last_round(state, state, v->insn);

		if (last)
			widen(last, state);
	}
	frame_free(&v->pool, callee);
	return STEP_RETURN;
}

int step_exit(struct verifier *v)
{
	int err;

	if (v->state->current)
		return return_from_subprog(v);
	err = check_nothing_held(v, "BPF_EXIT instruction in main prog");
	if (!err)
		err = check_return_value(v);
	return err ? err : STEP_EXIT;
}

/* --- the depth of the stack over every chain of calls --- */

#define FRAME_ROUND 16 /* with a JIT, a frame takes a multiple of this */
#define TAIL_CALL_STACK 256

struct call_path {
	uint32_t subprog, insn, depth; /* bytes down to and with this frame */
};

static uint32_t end_of(const struct verifier *v, uint32_t subprog)
{
	return v->subprogs[subprog + 1].start;
}

static uint32_t own_depth(const struct verifier *v, uint32_t subprog)
{
	return ROUND_UP((uint32_t)v->subprogs[subprog].stack_depth, (uint32_t)FRAME_ROUND);
}

static int check_frame(struct verifier *v, const struct call_path *path, uint32_t n)
{
	const struct call_path *top = &path[n - 1];

	if (n > MAX_FRAMES)
		return refuse(v, -E2BIG, "the call stack of %d frames is too deep !\n", (int)n - 1);
	if (top->depth > STACK_SIZE) {
		return refuse(
			v, -EACCES, "combined stack size of %d calls is %d. Too large\n", (int)n, (int)top->depth);
	}
	/* A tail call starts over with its caller's frames still there. */
	if (n > 1 && v->subprogs[top->subprog].has_tail_call && path[n - 2].depth >= TAIL_CALL_STACK)
		return refuse(v, -EACCES,
			"tail_calls are not allowed when call stack of previous frames is %d bytes. Too large\n",
			(int)path[n - 2].depth);
	return 0;
}

/* Walks every chain of calls from the main program; recursion ends at the limit of frames. */
int check_stack_depth(struct verifier *v)
{
	struct call_path path[MAX_FRAMES + 2];
	uint32_t n = 0;
	uint64_t walked = 0;
	int err;

	path[n++] = (struct call_path){ .subprog = 0, .insn = 0, .depth = own_depth(v, 0) };
	err = check_frame(v, path, n);
	while (!err && n) {
		struct call_path *top = &path[n - 1];
		const struct bpf_insn *insn = &v->insns[top->insn];

		if (top->insn >= end_of(v, top->subprog)) {
			n--;
			continue;
		}
		if (++walked > 100ull * MAX_INSNS)
			return refuse(v, -E2BIG, "the chains of calls are too many to walk\n");
		if (insn_is_local_call(insn) || insn_is_func_load(insn)) {
			uint32_t callee = subprog_starting_at(v, insn_target(insn, top->insn));

			top->insn += insn_slots(insn);
			path[n] = (struct call_path){
				.subprog = callee,
				.insn = v->subprogs[callee].start,
				.depth = top->depth + own_depth(v, callee),
			};
			err = check_frame(v, path, ++n);
		} else {
			top->insn += insn_slots(insn);
		}
	}
	return err;
}
