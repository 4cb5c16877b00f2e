/* SPDX-License-Identifier: BSD-2-Clause */
/* What it costs to make a program runnable: compile time by size, straight-line code of mixed instructions. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "areas.h"
#include "exec/exec.h"
#include "measure.h"
#include "report.h"

struct state {
	struct image image;
	enum exec_mode mode;
};

/* A body of arithmetic, memory and short forward jumps, repeated; then exit. */
static struct bpf_insn *make_program(uint32_t count)
{
	static const struct bpf_insn body[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 1 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = 12345 },
		{ .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 10, .src_reg = 2, .off = -8 },
		{ .code = BPF_ALU | BPF_XOR | BPF_X, .dst_reg = 2, .src_reg = 0 },
		{ .code = BPF_JMP | BPF_JGT | BPF_K, .dst_reg = 2, .off = 2, .imm = 77 },
		{ .code = BPF_ALU64 | BPF_LSH | BPF_K, .dst_reg = 2, .imm = 3 },
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 0, .src_reg = 10, .off = -8 },
		{ .code = BPF_ALU64 | BPF_MUL | BPF_X, .dst_reg = 0, .src_reg = 2 },
	};
	const uint32_t length = sizeof(body) / sizeof(body[0]);
	struct bpf_insn *insns = calloc(count, sizeof(*insns));

	if (!insns)
		return NULL;
	insns[0] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 };
	uint32_t at = 1;
	for (; at + length < count; at += length)
		memcpy(insns + at, body, sizeof(body));
	for (; at < count - 1; at++)
		insns[at] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 0, .imm = 1 };
	insns[at] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	return insns;
}

static double run_bind(void *argument, uint64_t times)
{
	struct state *state = argument;
	double start = thread_ns();

	for (uint64_t i = 0; i < times; i++) {
		struct bound *bound;

		if (exec_bind(&state->image, state->mode, &bound))
			return -1;
		exec_unbind(bound);
	}
	return (thread_ns() - start) / state->image.n_insns;
}

int bench_load(const struct bench_options *options)
{
	static const struct {
		uint32_t count;
		const char *name;
	} sizes[] = { { 64, "64" }, { 4096, "4k" }, { 65536, "64k" }, { 1000000, "1M" } };

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct subprog main_program = { .end = sizes[i].count, .stack_depth = 8 };
		struct state state[2] = { { .mode = EXEC_JIT }, { .mode = EXEC_INTERPRET } };
		struct runner runners[2] = { { "skep_jit", run_bind, &state[0], 0 },
			{ "skep_interpreter", run_bind, &state[1], 0 } };
		double medians[2];

		if (options->only && strcmp(options->only, sizes[i].name))
			continue;
		struct bpf_insn *insns = make_program(sizes[i].count);
		if (!insns)
			return -ENOMEM;
		for (unsigned k = 0; k < 2; k++)
			state[k].image = (struct image){
				.insns = insns, .n_insns = sizes[i].count, .subprogs = &main_program, .n_subprogs = 1
			};
		measure(runners, 2, options->rounds, options->sample_ns / sizes[i].count, medians);
		struct result result = {
			.area = "load", .name = sizes[i].name, .unit = "ns an instruction", .runners = 2
		};
		for (unsigned k = 0; k < 2; k++) {
			result.of[k].name = runners[k].name;
			result.of[k].figure = medians[k];
		}
		report_add(&result);
		free(insns);
	}
	return 0;
}
