/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rewrites, and the image. Need an explored program.
 *
 * Context accesses become accesses to the run-time structures, one instruction for one; instructions that no path
 * reaches go away; maps are named by their index in the image.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "isa/flow.h"
#include "maps/map.h"
#include "verifier/verifier.h"

static uint8_t size_bits(unsigned size)
{
	switch (size) {
	case 1:
		return BPF_B;
	case 2:
		return BPF_H;
	case 4:
		return BPF_W;
	default:
		return BPF_DW;
	}
}

static bool is_context_like(enum reg_type type)
{
	return type == PTR_TO_CTX || type == PTR_TO_FLOW_KEYS || type_is_socket(type);
}

/* Needs .pointer_base and .context of every instruction that was reached. */
int rewrite_context(struct verifier *v)
{
	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i])) {
		struct bpf_insn *insn = &v->insns[i];
		const struct insn_facts *facts = &v->facts[i];

		if (!facts->seen || !is_context_like(facts->pointer_base))
			continue;
		insn->code = (insn->code & ~0x18) | size_bits(facts->context.runtime_size);
		insn->off = facts->context.runtime_offset;
		/* Sign extension is of the field as the program sees it; run-time fields of 8 bytes are pointers. */
	}
	return 0;
}

/* A jump that only one way was found out of becomes a goto, or goes away as a jump to the next instruction. */
static void harden_branches(struct verifier *v)
{
	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i])) {
		struct bpf_insn *insn = &v->insns[i];
		uint32_t target;

		if (!v->facts[i].seen || !insn_is_conditional(insn) || insn_is_may_goto(insn))
			continue;
		target = insn_target(insn, i);
		if (!v->facts[i + 1].seen)
			*insn = (struct bpf_insn){ .code = BPF_JMP | BPF_JA, .off = insn->off };
		else if (!v->facts[target].seen)
			*insn = (struct bpf_insn){ .code = BPF_JMP | BPF_JA };
	}
}

/* Where each instruction goes: new_index[i] counts those that stay before it. */
static uint32_t *number_survivors(struct verifier *v)
{
	uint32_t *index = arena_alloc(&v->arena, (v->n_insns + 1) * sizeof(*index));
	uint32_t n = 0;

	if (!index)
		return NULL;
	for (uint32_t i = 0; i < v->n_insns;) {
		uint32_t slots = insn_slots(&v->insns[i]);
		const struct bpf_insn *insn = &v->insns[i];
		bool nop = insn->code == (BPF_JMP | BPF_JA) && !insn->off;

		if (nop)
			v->facts[i].seen = false;
		for (uint32_t k = 0; k < slots; k++) {
			index[i + k] = n;
			n += v->facts[i].seen;
		}
		i += slots;
	}
	index[v->n_insns] = n;
	return index;
}

/* Needs .seen. Distances shrink only, so they still fit. */
int rewrite_dead(struct verifier *v)
{
	uint32_t *index;

	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i])) {
		if (!v->facts[i].seen)
			continue;
		if (insn_is_kfunc_call(&v->insns[i]) && !v->insns[i].imm)
			return refuse(v, -EINVAL, "invalid kernel function call not eliminated in verifier pass\n");
		if (v->facts[i].call_map_mixed && !v->may_leak_pointers)
			return refuse(v, -EINVAL, "tail_call abusing map_ptr\n");
	}
	harden_branches(v);
	index = number_survivors(v);
	if (!index)
		return -ENOMEM;
	for (uint32_t i = 0, slots; i < v->n_insns; i += slots) {
		struct bpf_insn *insn = &v->insns[i];
		int32_t distance;

		slots = insn_slots(insn);
		if (!v->facts[i].seen)
			continue;
		if (insn_is_branch(insn) || insn_is_local_call(insn) || insn_is_func_load(insn)) {
			distance = (int32_t)index[insn_target(insn, i)] - (int32_t)index[i] - 1;
			if (!insn_is_branch(insn) || insn->code == (BPF_JMP32 | BPF_JA))
				insn->imm = distance;
			else
				insn->off = distance;
		}
	}
	for (uint32_t i = 0; i < v->n_insns;) {
		uint32_t slots = insn_slots(&v->insns[i]);
		bool seen = v->facts[i].seen;
		struct insn_facts facts = v->facts[i];

		for (uint32_t k = 0; k < slots && seen; k++) {
			v->insns[index[i + k]] = v->insns[i + k];
			v->facts[index[i + k]] = facts;
		}
		i += slots;
	}
	for (uint32_t i = 0; i <= v->n_subprogs; i++)
		v->subprogs[i].start = index[v->subprogs[i].start];
	v->n_insns = index[v->n_insns];
	move_lines(v, index);
	return 0;
}

static void name_maps(struct verifier *v)
{
	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i])) {
		struct bpf_insn *insn = &v->insns[i];

		if (!insn_is_wide(insn))
			continue;
		if (insn->src_reg == BPF_PSEUDO_MAP_FD)
			insn->src_reg = BPF_PSEUDO_MAP_IDX;
		else if (insn->src_reg == BPF_PSEUDO_MAP_VALUE)
			insn->src_reg = BPF_PSEUDO_MAP_IDX_VALUE;
		if (insn->src_reg == BPF_PSEUDO_MAP_IDX || insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE)
			insn->imm = v->facts[i].map;
	}
}

static bool is_callback(const struct verifier *v, uint32_t start)
{
	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i]))
		if (insn_is_func_load(&v->insns[i]) && insn_target(&v->insns[i], i) == start)
			return true;
	return false;
}

/* Functions that no path enters are empty by now, and left out. */
static uint32_t describe_subprogs(struct verifier *v, struct subprog *subprogs)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < v->n_subprogs; i++) {
		const struct subprog_facts *facts = &v->subprogs[i];
		struct subprog *subprog = &subprogs[n];

		if (facts[0].start == facts[1].start)
			continue;
		*subprog = (struct subprog){
			.start = facts[0].start,
			.end = facts[1].start,
			.stack_depth = ROUND_UP(facts->stack_depth, 8),
		};
		for (uint32_t k = subprog->start; k < subprog->end; k += insn_slots(&v->insns[k])) {
			const struct bpf_insn *insn = &v->insns[k];

			if (insn_is_helper_call(insn) && insn->imm == BPF_FUNC_tail_call)
				subprog->flags |= SUBPROG_TAIL_CALLS;
			if (BPF_CLASS(insn->code) == BPF_LD && !insn_is_wide(insn))
				subprog->flags |= SUBPROG_LD_ABS;
			if (insn_is_may_goto(insn))
				subprog->flags |= SUBPROG_MAY_GOTO;
		}
		if (is_callback(v, subprog->start))
			subprog->flags |= SUBPROG_CALLBACK;
		n++;
	}
	return n;
}

static uint32_t find_uses(const struct verifier *v)
{
	uint32_t uses = 0;

	for (uint32_t i = 0; i < v->n_maps; i++)
		switch (v->maps[i]->type) {
		case BPF_MAP_TYPE_PERCPU_ARRAY:
		case BPF_MAP_TYPE_PERCPU_HASH:
		case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
			uses |= IMAGE_USES_VCPU;
		}
	for (uint32_t i = 0; i < v->n_insns; i += insn_slots(&v->insns[i])) {
		const struct bpf_insn *insn = &v->insns[i];

		if (insn_is_helper_call(insn) && insn->imm == BPF_FUNC_get_smp_processor_id)
			uses |= IMAGE_USES_VCPU;
	}
	if (v->request->prog_flags & BPF_F_SLEEPABLE)
		uses |= IMAGE_SLEEPABLE;
	return uses;
}

/* Copies of texts that belong to the program's BTF, for the image. */
static int copy_debug_info(const struct verifier *v, struct image *image)
{
	image->lines = calloc(MAX(v->n_lines, 1u), sizeof(*image->lines));
	if (!image->lines)
		return -ENOMEM;
	for (uint32_t i = 0; i < v->n_lines; i++) {
		struct image_line *line = &image->lines[image->n_lines++];

		*line = v->lines[i];
		line->file = strdup(v->lines[i].file);
		line->text = strdup(v->lines[i].text);
		if (!line->file || !line->text)
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < image->n_subprogs; i++) {
		const char *name = NULL;

		for (uint32_t k = 0; k < v->n_subprogs; k++)
			if (v->subprogs[k].start == image->subprogs[i].start &&
				v->subprogs[k + 1].start > v->subprogs[k].start)
				name = v->subprogs[k].name;
		if (name && !(image->subprogs[i].name = strdup(name)))
			return -ENOMEM;
	}
	return 0;
}

/* Takes over the references to maps. */
int build_image(struct verifier *v, struct image **ret_image)
{
	struct image *image = calloc(1, sizeof(*image));

	if (!image)
		return -ENOMEM;
	image->insns = calloc(v->n_insns, sizeof(*image->insns));
	image->subprogs = calloc(v->n_subprogs, sizeof(*image->subprogs));
	image->maps = calloc(MAX(v->n_maps, 1u), sizeof(struct map *));
	if (!image->insns || !image->subprogs || !image->maps) {
		image_free(image);
		return -ENOMEM;
	}
	name_maps(v);
	memcpy(image->insns, v->insns, v->n_insns * sizeof(*image->insns));
	image->n_insns = v->n_insns;
	image->n_subprogs = describe_subprogs(v, image->subprogs);
	if (copy_debug_info(v, image)) {
		image_free(image);
		return -ENOMEM;
	}
	image->uses = find_uses(v);
	image->type = v->request->type;
	image->attach_type = v->request->expected_attach_type;
	memcpy(image->name, v->request->name, sizeof(image->name));
	memcpy(image->maps, v->maps, v->n_maps * sizeof(struct map *));
	image->n_maps = v->n_maps;
	v->n_maps = 0;
	*ret_image = image;
	return 0;
}
