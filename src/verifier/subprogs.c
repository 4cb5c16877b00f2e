/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where functions start. Needs nothing but instructions; fills v->subprogs, ascending and without gaps.
 *
 * After this pass every jump stays inside its function, every call and function address leads to the start of one, and
 * every function ends in an instruction that does not fall through.
 */
#include <errno.h>
#include <string.h>

#include "isa/flow.h"
#include "verifier/verifier.h"

static int add_subprog(struct verifier *v, int64_t start)
{
	uint32_t at = 0;

	if (start < 0 || start >= v->n_insns)
		return refuse(v, -EINVAL, "call to invalid destination\n");
	while (at < v->n_subprogs && v->subprogs[at].start < start)
		at++;
	if (at < v->n_subprogs && v->subprogs[at].start == start)
		return 0;
	if (v->n_subprogs >= MAX_SUBPROGS)
		return refuse(v, -E2BIG, "too many subprograms\n");
	memmove(&v->subprogs[at + 1], &v->subprogs[at], (v->n_subprogs - at) * sizeof(v->subprogs[0]));
	v->subprogs[at] = (struct subprog_facts){ .start = start };
	v->n_subprogs++;
	return 0;
}

static int collect(struct verifier *v)
{
	int err = add_subprog(v, 0);

	for (uint32_t i = 0; !err && i < v->n_insns; i++) {
		const struct bpf_insn *insn = &v->insns[i];
		bool kfunc = insn_is_kfunc_call(insn);

		if (!kfunc && !insn_is_func_load(insn) && !insn_is_local_call(insn))
			continue;
		if (!v->capable)
			return refuse(v, -EPERM,
				"loading/calling other bpf or kernel functions are allowed for CAP_BPF and "
				"CAP_SYS_ADMIN\n");
		if (kfunc)
			continue;
		err = add_subprog(v, insn_target(insn, i));
	}
	return err;
}

static bool ends_function(const struct bpf_insn *insn)
{
	return insn_is_exit(insn) || insn_is_goto(insn);
}

static int check_borders(struct verifier *v, struct subprog_facts *subprog)
{
	uint32_t end = subprog[1].start;

	for (uint32_t i = subprog->start; i < end; i++) {
		const struct bpf_insn *insn = &v->insns[i];

		if (insn_is_helper_call(insn) && insn->imm == BPF_FUNC_tail_call)
			subprog->has_tail_call = true;
		if (BPF_CLASS(insn->code) == BPF_LD &&
			(BPF_MODE(insn->code) == BPF_ABS || BPF_MODE(insn->code) == BPF_IND))
			subprog->has_ld_abs = true;
		if (insn_is_branch(insn)) {
			int64_t to = insn_target(insn, i);

			if (to < subprog->start || to >= end)
				return refuse(v, -EINVAL, "jump out of range from insn %d to %d\n", (int)i, (int)to);
		}
		if (i + 1 == end && !ends_function(insn))
			return refuse(v, -EINVAL, "last insn is not an exit or jmp\n");
	}
	return 0;
}

int find_subprogs(struct verifier *v)
{
	int err = collect(v);

	if (err)
		return err;
	v->subprogs[v->n_subprogs].start = v->n_insns;
	if (log_on(v->log, LOG_LEVEL2))
		for (uint32_t i = 0; i < v->n_subprogs; i++)
			say(v, "func#%d @%d\n", (int)i, (int)v->subprogs[i].start);
	for (uint32_t i = 0; i < v->n_subprogs; i++) {
		err = check_borders(v, &v->subprogs[i]);
		if (err)
			return err;
	}
	return 0;
}
