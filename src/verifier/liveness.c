/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which registers may still be read. Needs the control-flow graph; fills facts[].live and facts[].scc.
 *
 * Backwards data flow inside each function: live before = read here, or live after and not written here. The loops
 * (strongly connected components) are numbered from 1 in the order in which Tarjan's algorithm completes them.
 */
#include <errno.h>

#include "helpers/proto.h"
#include "isa/disasm.h"
#include "isa/flow.h"
#include "verifier/verifier.h"

/* Calls read as many arguments as the prototype has. */
static regs_t reads(const struct verifier *v, const struct bpf_insn *insn)
{
	regs_t regs = insn_reads(insn);

	if (insn_is_helper_call(insn)) {
		const struct helper_row *row = insn->imm >= 0 ? helper_find(insn->imm) : NULL;

		if (row && !may_call_helper(v, row))
			row = NULL;
		for (int i = 0; row && i < 5; i++)
			if (row->args[i] == ARG_NONE)
				regs &= ~REG_BIT(i + 1);
	}
	return regs;
}

static bool update_live(struct verifier *v, uint32_t at)
{
	const struct bpf_insn *insn = &v->insns[at];
	uint32_t next[2], n = insn_successors(insn, at, next);
	regs_t live = 0;

	for (uint32_t k = 0; k < n; k++)
		live |= v->facts[next[k]].live;
	live = ((live & ~insn_writes(insn)) | reads(v, insn)) & REGS_ALL;
	if (live == v->facts[at].live)
		return false;
	v->facts[at].live = live;
	return true;
}

/* Edges backwards: those that lead to instruction i are from[first[i]] to from[first[i + 1] - 1]. */
struct predecessors {
	uint32_t *first, *from;
};

static int find_predecessors(struct verifier *v, struct predecessors *p)
{
	uint32_t next[2], n;

	p->first = arena_alloc(&v->arena, (v->n_insns + 2) * sizeof(uint32_t));
	p->from = arena_alloc(&v->arena, 2 * v->n_insns * sizeof(uint32_t));
	if (!p->first || !p->from)
		return -ENOMEM;
	/* first[i + 2] counts, then first[i + 1] is where the next one goes; in the end it is where i + 1 begins. */
	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i])) {
		n = insn_successors(&v->insns[i], i, next);
		for (uint32_t k = 0; k < n; k++)
			if (next[k] + 2 <= v->n_insns + 1)
				p->first[next[k] + 2]++;
	}
	for (uint32_t i = 1; i <= v->n_insns + 1; i++)
		p->first[i] += p->first[i - 1];
	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i])) {
		n = insn_successors(&v->insns[i], i, next);
		for (uint32_t k = 0; k < n; k++)
			p->from[p->first[next[k] + 1]++] = i;
	}
	return 0;
}

/* An instruction is looked at again only when one after it changed, which it can ten times: linear, whatever the graph.
 */
static int flow_backwards(struct verifier *v)
{
	struct predecessors before;
	uint32_t *work, n_work = 0;
	bool *queued;
	int err = find_predecessors(v, &before);

	if (err)
		return err;
	work = arena_alloc(&v->arena, v->n_insns * sizeof(*work));
	queued = arena_alloc(&v->arena, v->n_insns * sizeof(*queued));
	if (!work || !queued)
		return -ENOMEM;
	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i])) {
		work[n_work++] = i;
		queued[i] = true;
	}
	while (n_work) {
		uint32_t at = work[--n_work];

		queued[at] = false;
		if (!update_live(v, at))
			continue;
		for (uint32_t k = before.first[at]; k < before.first[at + 1]; k++) {
			if (queued[before.from[k]])
				continue;
			queued[before.from[k]] = true;
			work[n_work++] = before.from[k];
		}
	}
	return 0;
}

struct tarjan {
	struct verifier *v;
	uint32_t *order, *low; /* order 0: not visited */
	uint32_t *stack, *path;
	uint8_t *edge;
	bool *on_stack;
	uint32_t n_stack, n_path, n_order, n_loops;
};

static void tarjan_enter(struct tarjan *t, uint32_t at)
{
	t->order[at] = t->low[at] = ++t->n_order;
	t->stack[t->n_stack++] = at;
	t->on_stack[at] = true;
	t->edge[at] = 0;
	t->path[t->n_path++] = at;
}

/* All edges of `at` were followed. */
static void tarjan_leave(struct tarjan *t, uint32_t at)
{
	struct insn_facts *facts = t->v->facts;
	uint32_t member, next[2], n = insn_successors(&t->v->insns[at], at, next);

	t->n_path--;
	if (t->n_path) {
		uint32_t above = t->path[t->n_path - 1];

		t->low[above] = t->low[at] < t->low[above] ? t->low[at] : t->low[above];
	}
	if (t->low[at] != t->order[at])
		return;
	bool loop = t->stack[t->n_stack - 1] != at;
	for (uint32_t k = 0; k < n; k++)
		loop |= next[k] == at;
	if (loop)
		t->n_loops++;
	do {
		member = t->stack[--t->n_stack];
		t->on_stack[member] = false;
		facts[member].scc = loop ? t->n_loops : 0;
	} while (member != at);
}

static void tarjan_step(struct tarjan *t)
{
	uint32_t at = t->path[t->n_path - 1];
	uint32_t next[2], n = insn_successors(&t->v->insns[at], at, next);

	if (t->edge[at] == n) {
		tarjan_leave(t, at);
		return;
	}
	uint32_t to = next[t->edge[at]++];
	if (!t->order[to])
		tarjan_enter(t, to);
	else if (t->on_stack[to] && t->order[to] < t->low[at])
		t->low[at] = t->order[to];
}

static int find_loops(struct verifier *v)
{
	struct tarjan t = { .v = v };
	uint32_t n = v->n_insns;

	t.order = arena_alloc(&v->arena, n * sizeof(uint32_t));
	t.low = arena_alloc(&v->arena, n * sizeof(uint32_t));
	t.stack = arena_alloc(&v->arena, n * sizeof(uint32_t));
	t.path = arena_alloc(&v->arena, n * sizeof(uint32_t));
	t.edge = arena_alloc(&v->arena, n);
	t.on_stack = arena_alloc(&v->arena, n * sizeof(bool));
	if (!t.order || !t.low || !t.stack || !t.path || !t.edge || !t.on_stack)
		return -ENOMEM;
	for (uint32_t i = 0; i < v->n_subprogs; i++) {
		if (t.order[v->subprogs[i].start])
			continue;
		tarjan_enter(&t, v->subprogs[i].start);
		while (t.n_path)
			tarjan_step(&t);
	}
	return 0;
}

static void print_liveness(struct verifier *v)
{
	say(v, "Live regs before insn:\n");
	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i])) {
		char regs[11];

		for (int r = 0; r < 10; r++)
			regs[r] = v->facts[i].live & REG_BIT(r) ? '0' + r : '.';
		regs[10] = 0;
		if (v->facts[i].scc)
			say(v, "%3d ", (int)v->facts[i].scc);
		else
			say(v, "    ");
		say(v, "%3d: %s ", (int)i, regs);
		print_insn(v, i);
	}
}

int find_liveness(struct verifier *v)
{
	int err = find_loops(v);

	if (!err)
		err = flow_backwards(v);
	if (err)
		return err;
	if (log_on(v->log, LOG_LEVEL2))
		print_liveness(v);
	return 0;
}
