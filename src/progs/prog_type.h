/* SPDX-License-Identifier: BSD-2-Clause */
/* Program types and attach types, from prog_types.def and attach_types.def. */
#ifndef SKEP_PROGS_PROG_TYPE_H
#define SKEP_PROGS_PROG_TYPE_H

#include <stdint.h>

#include "base/release.h"
#include "skep/uapi.h"

struct context_ops;

struct prog_type {
	uint32_t number;
	const char *name; /* "socket_filter", as libbpf and bpftool print it */
	const char *context; /* the structure that r1 points to: "__sk_buff" */
	release_t since;
	enum support support;
	const char *reason;
};

struct attach_type {
	uint32_t number;
	const char *name;
	uint32_t prog_type;
	bool checked_at_load;
	release_t since;
};

/* NULL if there is no such number. */
const struct prog_type *prog_type_find(uint32_t number);
const struct attach_type *attach_type_find(uint32_t number);

#endif
