/* SPDX-License-Identifier: BSD-2-Clause */
/* Pre-decoding: from instructions to steps. */
#include "exec/interp.h"

#include <errno.h>
#include <stdlib.h>

#include "exec/resolve.h"
#include "exec/step.h"

#define HELPER_TAIL_CALL 12

struct decoding {
	const struct image *image;
	const void *const *handlers;
	struct step *steps; /* image->n_insns, the trap, n_functions */
	uint32_t n_functions;
};

static bool is_run(enum op op)
{
	switch (op) {
#define CASE(name) case OP_##name:
		STEP_NOT_RUN(CASE)
#undef CASE
		return false;
	default:
		return true;
	}
}

static bool is_jump(const struct bpf_insn *insn)
{
	unsigned class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && operation != BPF_CALL && operation != BPF_EXIT;
}

/* Whether execution may go on at target: an instruction, not the second slot of one. */
static bool is_target(const struct image *image, int64_t target)
{
	return target >= 0 && target < image->n_insns && !(target > 0 && insn_is_wide(&image->insns[target - 1]));
}

static int decode_wide(struct decoding *decoding, uint32_t i, enum op op)
{
	const struct image *image = decoding->image;
	const struct bpf_insn *insn = &image->insns[i];
	uint64_t value;

	if (i + 1 >= image->n_insns)
		return -EINVAL;
	if (op == OP_LD_FUNC) {
		int64_t target = (int64_t)i + 1 + insn->imm;

		if (!is_target(image, target))
			return -EINVAL;
		value = (uint64_t)(uintptr_t)&decoding->steps[target];
	} else {
		int err = resolve_wide(image, insn, &value);

		if (err)
			return err;
	}
	decoding->steps[i].handler = decoding->handlers[OP_LD_IMM64];
	decoding->steps[i + 1].wide = value;
	return 0;
}

static int decode_call(struct decoding *decoding, uint32_t i, enum op op)
{
	const struct image *image = decoding->image;
	const struct bpf_insn *insn = &image->insns[i];
	struct step *step = &decoding->steps[i];

	if (op == OP_CALL_LOCAL) {
		int64_t target = (int64_t)i + 1 + insn->imm;
		int subprog = target >= 0 && target < image->n_insns ? subprog_at(image, target) : -1;

		if (!is_target(image, target) || subprog < 0)
			return -EINVAL;
		uint32_t size = image->subprogs[subprog].end - image->subprogs[subprog].start;

		step->off = size < INT16_MAX ? size : INT16_MAX; /* what the call costs of the budget */
		return 0;
	}
	if (op == OP_CALL_HELPER && insn->imm == HELPER_TAIL_CALL) {
		step->handler = decoding->handlers[STEP_TAIL_CALL];
		return 0;
	}
	helper_fn *function = resolve_call(image, insn);

	if (!function)
		return -EINVAL;
	struct step *slot = &decoding->steps[image->n_insns + 1 + decoding->n_functions++];

	slot->function = function;
	step->handler = decoding->handlers[OP_CALL_HELPER];
	step->imm = (int32_t)(slot - step);
	return 0;
}

static int decode(struct decoding *decoding, uint32_t i)
{
	const struct image *image = decoding->image;
	const struct bpf_insn *insn = &image->insns[i];
	struct step *step = &decoding->steps[i];
	enum op op = op_decode(insn);

	if (op == OP_INVALID || insn->dst_reg >= REG_COUNT)
		return -EINVAL;
	if (op_rows[op].src_field == FIELD_ANY && insn->src_reg >= REG_COUNT)
		return -EINVAL;
	*step = (struct step){
		.handler = decoding->handlers[op],
		.dst = insn->dst_reg,
		.src = insn->src_reg,
		.off = insn->off,
		.imm = insn->imm,
	};
	if (insn_is_wide(insn))
		return decode_wide(decoding, i, op);
	if (op == OP_CALL_HELPER || op == OP_CALL_LOCAL || op == OP_CALL_KFUNC)
		return decode_call(decoding, i, op);
	int32_t displacement = op == OP_JA32 ? insn->imm : insn->off;

	if (is_jump(insn) && !is_target(image, (int64_t)i + 1 + displacement))
		return -EINVAL;
	return is_run(op) ? 0 : -EINVAL;
}

/* Makes the step at i do the next instruction too, if there is such a step. Needs both decoded. */
static void fuse(struct decoding *decoding, uint32_t i)
{
	const struct bpf_insn *insns = decoding->image->insns;
	bool wide = insn_is_wide(&insns[i]);
	uint32_t next = i + 1 + wide;

	if (next >= decoding->image->n_insns)
		return;
	unsigned pair = step_pair(wide ? OP_LD_IMM64 : op_decode(&insns[i]),
		insn_is_wide(&insns[next]) ? OP_LD_IMM64 : op_decode(&insns[next]));

	if (pair != STEP_TRAP)
		decoding->steps[i].handler = decoding->handlers[pair];
}

static uint64_t interp_entry(void *context, struct run *run)
{
	return interpret(run->bound->code, (uint64_t[5]){ (uintptr_t)context }, run, NULL);
}

static uint64_t interp_call(
	struct run *run, uint64_t callback, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	const struct bound *bound = run->bound;
	uint64_t result =
		interpret((const struct step *)(uintptr_t)callback, (uint64_t[5]){ a1, a2, a3, a4, a5 }, run, NULL);

	run->bound = bound;
	return result;
}

int interp_bind(const struct image *image, struct bound *bound)
{
	struct decoding decoding = { .image = image };
	size_t n_steps = (size_t)image->n_insns + 1;
	int err = 0;

	for (uint32_t i = 0; i < image->n_insns; i++)
		n_steps += image->insns[i].code == (BPF_JMP | BPF_CALL);
	decoding.steps = calloc(n_steps, sizeof(*decoding.steps));
	if (!decoding.steps)
		return -ENOMEM;
	interpret(NULL, NULL, NULL, &decoding.handlers);
	for (uint32_t i = 0; i < image->n_insns && !err; i++) {
		err = decode(&decoding, i);
		i += insn_is_wide(&image->insns[i]);
	}
	for (uint32_t i = 0; i < image->n_insns && !err; i += 1 + insn_is_wide(&image->insns[i]))
		fuse(&decoding, i);
	if (!err && !image->n_insns)
		err = -EINVAL;
	if (err) {
		free(decoding.steps);
		return err;
	}
	decoding.steps[image->n_insns].handler = decoding.handlers[STEP_TRAP];
	bound->code = decoding.steps;
	bound->entry = interp_entry;
	bound->call = interp_call;
	return 0;
}

void interp_unbind(struct bound *bound)
{
	free(bound->code);
	bound->code = NULL;
}
