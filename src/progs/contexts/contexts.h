/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tables of contexts share: who-masks and the forms of a row. */
#ifndef SKEP_PROGS_CONTEXTS_CONTEXTS_H
#define SKEP_PROGS_CONTEXTS_CONTEXTS_H

#include <stddef.h>

#include "progs/context.h"

#define PROG(NAME) (1ULL << BPF_PROG_TYPE_##NAME)
#define AT(NAME) (1ULL << BPF_##NAME)

/* clang-format off */
#define WHO(prog_types_) { .prog_types = (prog_types_) }
#define WHO_AT(prog_types_, attach_types_) { .prog_types = (prog_types_), .attach_types = (attach_types_) }
#define NOBODY WHO(0)
#define ANYONE WHO(~0ULL)

/* Sizes of accesses. */
#define B124 (1 | 2 | 4)
#define B1248 (1 | 2 | 4 | 8)

/* A field that is the same at run time. */
#define SAME(structure, member, reads, writes, readers_, writers_)                                                     \
	{                                                                                                              \
		.name = #member, .offset = offsetof(structure, member), .size = sizeof(((structure *)0)->member),      \
		.read_sizes = reads, .write_sizes = writes, .runtime_offset = offsetof(structure, member),             \
		.readers = readers_, .writers = writers_,                                                              \
	}
/* The same, read narrowly only from its first byte. */
#define SAME_START(structure, member, readers_)                                                                        \
	{                                                                                                              \
		.name = #member, .offset = offsetof(structure, member), .size = sizeof(((structure *)0)->member),      \
		.read_sizes = B124, .narrow_at_start = true, .runtime_offset = offsetof(structure, member),            \
		.readers = readers_,                                                                                   \
	}
/* The same, and what a load gives is a pointer. */
#define SAME_POINTER(structure, member, value_, readers_)                                                              \
	{                                                                                                              \
		.name = #member, .offset = offsetof(structure, member), .size = 8, .read_sizes = 8, .value = value_,   \
		.runtime_size = 8, .runtime_offset = offsetof(structure, member), .readers = readers_,                 \
	}
#define CONTEXT(structure, table)                                                                                      \
	{                                                                                                              \
		.name = #structure, .size = sizeof(struct structure), .fields = table, .n_fields = ARRAY_SIZE(table),  \
	}
/* clang-format on */

extern const struct context skb_context, xdp_context, sock_context, tcp_sock_context, xdp_sock_context,
	flow_keys_context, sock_addr_context, sock_ops_context, sockopt_context, sk_msg_context, sk_reuseport_context,
	sk_lookup_context, cgroup_device_context, sysctl_context, pt_regs_context, tracepoint_context,
	raw_tracepoint_context, perf_event_context, lirc_context, syscall_context, netfilter_context;

#endif
