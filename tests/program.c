/* SPDX-License-Identifier: BSD-2-Clause */
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bpf_insn insn_of(enum op op, unsigned dst, unsigned src, int32_t off, int64_t imm)
{
	const struct op_row *row = &op_rows[op];

	return (struct bpf_insn){
		.code = row->code,
		.dst_reg = dst,
		.src_reg = row->src_field == FIELD_FIXED  ? row->src
			   : row->src_field == FIELD_SAME ? dst
							  : src,
		.off = row->off_field == FIELD_ANY ? off : row->off,
		.imm = row->imm_field == FIELD_ANY ? (int32_t)imm : row->imm,
	};
}

static void *checked(void *memory)
{
	if (!memory) {
		perror("program");
		exit(1);
	}
	return memory;
}

static int by_value(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static bool leads_to_function(enum op op)
{
	return op == OP_CALL_LOCAL || op == OP_LD_FUNC;
}

static void find_subprogs(struct image *image)
{
	uint32_t *starts = checked(calloc(image->n_insns + 1, sizeof(*starts)));
	uint32_t n = 1;

	for (uint32_t i = 0; i < image->n_insns; i++) {
		const struct bpf_insn *insn = &image->insns[i];

		if (leads_to_function(op_decode(insn)) && i + 1 + insn->imm < image->n_insns)
			starts[n++] = i + 1 + insn->imm;
		i += insn_is_wide(insn);
	}
	qsort(starts, n, sizeof(*starts), by_value);
	image->subprogs = checked(calloc(n, sizeof(*image->subprogs)));
	for (uint32_t i = 0; i < n; i++) {
		struct subprog *subprog = &image->subprogs[image->n_subprogs];

		if (i && starts[i] == starts[i - 1])
			continue;
		*subprog = (struct subprog){ .start = starts[i], .end = image->n_insns, .stack_depth = STACK_SIZE };
		if (image->n_subprogs)
			subprog[-1].end = starts[i];
		image->n_subprogs++;
	}
	free(starts);
}

static void set_flags(struct image *image)
{
	struct subprog *subprog = image->subprogs;

	for (uint32_t i = 0; i < image->n_insns; i++) {
		const struct bpf_insn *insn = &image->insns[i];
		enum op op = op_decode(insn);

		while (i >= subprog->end)
			subprog++;
		if (op == OP_CALL_HELPER && insn->imm == BPF_FUNC_tail_call)
			subprog->flags |= SUBPROG_TAIL_CALLS;
		if (op == OP_MAY_GOTO)
			subprog->flags |= SUBPROG_MAY_GOTO;
		if (op != OP_INVALID && op_rows[op].group == GROUP_PACKET)
			subprog->flags |= SUBPROG_LD_ABS;
		if (op == OP_LD_FUNC)
			for (uint32_t s = 0; s < image->n_subprogs; s++)
				if (image->subprogs[s].start == i + 1 + insn->imm)
					image->subprogs[s].flags |= SUBPROG_CALLBACK;
		i += insn_is_wide(insn);
	}
}

struct image *program_image(const struct bpf_insn *insns, uint32_t n)
{
	struct image *image = checked(calloc(1, sizeof(*image)));

	image->insns = checked(malloc((n + !n) * sizeof(*insns)));
	memcpy(image->insns, insns, n * sizeof(*insns));
	image->n_insns = n;
	image->type = BPF_PROG_TYPE_SOCKET_FILTER;
	strcpy(image->name, "test");
	find_subprogs(image);
	set_flags(image);
	return image;
}

uint32_t program_add_map(struct image *image, struct map *map)
{
	image->maps = checked(realloc(image->maps, (image->n_maps + 1) * sizeof(*image->maps)));
	image->maps[image->n_maps] = map;
	return image->n_maps++;
}

uint64_t program_run(const struct image *image, enum exec_mode mode, void *context, struct run *run)
{
	struct run own;
	struct bound *bound;
	int err = exec_bind(image, mode, &bound);

	if (err) {
		fprintf(stderr, "program: cannot be bound: %s\n", strerror(-err));
		exit(1);
	}
	if (!run) {
		run_init(&own, bound);
		run = &own;
	}
	uint64_t result = run_program(run, bound, context);

	exec_unbind(bound);
	return result;
}

bool program_mode_exists(enum exec_mode mode)
{
	struct image *image = program_image((struct bpf_insn[]){ I(MOV_K, 0, 0, 0, 0), I(EXIT, 0, 0, 0, 0) }, 2);
	struct bound *bound;
	int err = exec_bind(image, mode, &bound);

	if (!err)
		exec_unbind(bound);
	image_free(image);
	return err != -ENOTSUP;
}
