/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control-flow graph. Needs subprograms and checked opcodes; fills prune_point, jump_point, checkpoint.
 *
 * One depth-first walk from the first instruction, through calls: what it does not reach is refused, and, for callers
 * without CAP_BPF, every loop is.
 */
#include <errno.h>

#include "isa/flow.h"
#include "verifier/verifier.h"

enum colour {
	UNSEEN,
	OPEN, /* on the stack */
	DONE,
};

struct walk {
	struct verifier *v;
	uint8_t *colour;
	uint32_t *stack;
	uint8_t *next_edge; /* by stack position */
	uint32_t depth;
};

/* Inside its function, a call seen as one step: how many, the fall-through first. */
uint32_t insn_successors(const struct bpf_insn *insn, uint32_t at, uint32_t successors[2])
{
	uint32_t n = 0;

	if (insn_falls_through(insn))
		successors[n++] = at + insn_slots(insn);
	if (insn_is_branch(insn))
		successors[n++] = insn_target(insn, at);
	return n;
}

/* Helpers that call a function of the program while they run, any number of times. */
static bool calls_back(const struct bpf_insn *insn)
{
	return insn_is_helper_call(insn) &&
	       (insn->imm == BPF_FUNC_for_each_map_elem || insn->imm == BPF_FUNC_loop ||
		       insn->imm == BPF_FUNC_find_vma || insn->imm == BPF_FUNC_user_ringbuf_drain);
}

/* Where states are compared, and where the way taken has to be written down. */
static void mark_points(struct verifier *v, uint32_t at)
{
	const struct bpf_insn *insn = &v->insns[at];
	struct insn_facts *facts = v->facts;

	if (insn_is_conditional(insn)) {
		uint32_t target = insn_target(insn, at);

		facts[at].prune_point = true;
		facts[at].checkpoint |= insn_is_may_goto(insn);
		v->converges |= insn_is_may_goto(insn);
		facts[target].prune_point = facts[target].jump_point = true;
	} else if (insn_is_goto(insn)) {
		uint32_t target = insn_target(insn, at);

		facts[target].prune_point = facts[target].jump_point = true;
	} else if (insn_is_call(insn) || insn_is_func_load(insn)) {
		uint32_t next = at + insn_slots(insn);

		facts[next].prune_point = facts[next].jump_point = true;
		if (insn_is_local_call(insn) || insn_is_func_load(insn)) {
			facts[at].prune_point = true;
			facts[insn_target(insn, at)].prune_point = facts[insn_target(insn, at)].jump_point = true;
		}
		if (calls_back(insn)) {
			v->converges = true;
			facts[at].calls_callback = facts[at].checkpoint = true;
			facts[at].prune_point = facts[at].jump_point = true;
		}
	}
}

/* Enters instruction `to`, which `from` leads to. */
static int enter(struct walk *walk, uint32_t from, uint32_t to)
{
	struct verifier *v = walk->v;

	if (walk->colour[to] == DONE)
		return 0;
	if (walk->colour[to] == OPEN) {
		if (v->capable)
			return 0;
		return refuse(v, -EINVAL, "back-edge from insn %d to %d\n", (int)from, (int)to);
	}
	walk->colour[to] = OPEN;
	walk->stack[walk->depth] = to;
	walk->next_edge[walk->depth] = 0;
	walk->depth++;
	mark_points(v, to);
	return 0;
}

/* Follows the next edge out of the instruction on top. */
static int advance(struct walk *walk)
{
	struct verifier *v = walk->v;
	uint32_t at = walk->stack[walk->depth - 1];
	const struct bpf_insn *insn = &v->insns[at];
	uint32_t edges[3], n = insn_successors(insn, at, edges);

	if (insn_is_local_call(insn) || insn_is_func_load(insn))
		edges[n++] = insn_target(insn, at);
	if (walk->next_edge[walk->depth - 1] < n)
		return enter(walk, at, edges[walk->next_edge[walk->depth - 1]++]);
	walk->colour[at] = DONE;
	walk->depth--;
	return 0;
}

static int check_reached(struct walk *walk)
{
	struct verifier *v = walk->v;

	for (uint32_t i = 0; i < v->n_insns; i++) {
		if (walk->colour[i] != DONE)
			return refuse(v, -EINVAL, "unreachable insn %d\n", (int)i);
		if (!insn_is_wide(&v->insns[i]))
			continue;
		i++;
		if (walk->colour[i] != UNSEEN)
			return refuse(v, -EINVAL, "jump into the middle of ldimm64 insn %d\n", (int)i - 1);
	}
	return 0;
}

int check_cfg(struct verifier *v)
{
	struct walk walk = { .v = v };
	int err;

	walk.colour = arena_alloc(&v->arena, v->n_insns + 1);
	walk.stack = arena_alloc(&v->arena, v->n_insns * sizeof(*walk.stack));
	walk.next_edge = arena_alloc(&v->arena, v->n_insns);
	if (!walk.colour || !walk.stack || !walk.next_edge)
		return -ENOMEM;
	err = enter(&walk, 0, 0);
	while (!err && walk.depth)
		err = advance(&walk);
	return err ? err : check_reached(&walk);
}
