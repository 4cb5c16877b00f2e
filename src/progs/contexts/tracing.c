/* SPDX-License-Identifier: BSD-2-Clause */
/* Contexts of tracing programs, and those that are plain memory. */
#include "base/macros.h"
#include "progs/contexts/contexts.h"

#define PT_REGS_SIZE 168 /* struct pt_regs of x86-64: 21 registers */
#define TRACE_RECORD_MAX 8192 /* PERF_MAX_TRACE_SIZE */
#define ARGUMENTS_MAX 12 /* MAX_BPF_FUNC_ARGS */

const struct context pt_regs_context = {
	.name = "bpf_user_pt_regs_t",
	.size = PT_REGS_SIZE,
	.flat = { .end = PT_REGS_SIZE, .read_sizes = B1248 },
};

/* The first eight bytes of a tracepoint record are the kernel's own. */
const struct context tracepoint_context = {
	.name = "__u64",
	.flat = { .start = 8, .end = TRACE_RECORD_MAX, .read_sizes = B1248 },
};

const struct context raw_tracepoint_context = {
	.name = "bpf_raw_tracepoint_args",
	.flat = { .end = ARGUMENTS_MAX * 8, .read_sizes = B1248 },
};

#define PERF WHO(PROG(PERF_EVENT))
static const struct context_field perf_event_fields[] = {
	{ .name = "regs", .size = PT_REGS_SIZE, .read_sizes = 8, .readers = PERF },
	{ .name = "sample_period",
		.offset = PT_REGS_SIZE,
		.size = 8,
		.read_sizes = B1248,
		.runtime_offset = PT_REGS_SIZE,
		.readers = PERF },
	{ .name = "addr",
		.offset = PT_REGS_SIZE + 8,
		.size = 8,
		.read_sizes = B1248,
		.runtime_offset = PT_REGS_SIZE + 8,
		.readers = PERF },
};
const struct context perf_event_context = {
	.name = "bpf_perf_event_data",
	.size = PT_REGS_SIZE + 16,
	.fields = perf_event_fields,
	.n_fields = ARRAY_SIZE(perf_event_fields),
};

const struct context lirc_context = {
	.name = "__u32",
	.size = 4,
	.flat = { .end = 4, .read_sizes = 4 },
};

const struct context syscall_context = {
	.name = "void *",
	.flat = { .end = UINT16_MAX, .read_sizes = B1248, .write_sizes = B1248, .variable_offset = true },
};

#define NETFILTER WHO(PROG(NETFILTER))
static const struct context_field netfilter_fields[] = {
	{ .name = "state",
		.size = 8,
		.read_sizes = 8,
		.value = CONTEXT_BTF_NF_HOOK_STATE,
		.runtime_size = 8,
		.readers = NETFILTER },
	{ .name = "skb",
		.offset = 8,
		.size = 8,
		.read_sizes = 8,
		.value = CONTEXT_BTF_SK_BUFF,
		.runtime_size = 8,
		.runtime_offset = 8,
		.readers = NETFILTER },
};
const struct context netfilter_context = {
	.name = "bpf_nf_ctx",
	.size = 16,
	.fields = netfilter_fields,
	.n_fields = ARRAY_SIZE(netfilter_fields),
};
