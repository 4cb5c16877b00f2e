/* SPDX-License-Identifier: BSD-2-Clause */
/* Checking BTF: what the passes share. check.c finds the types and looks at each alone; resolve.c at what they name. */
#ifndef SKEP_BTF_CHECK_H
#define SKEP_BTF_CHECK_H

#include "btf/btf.h"

enum check_phase {
	CHECK_META, /* a type is being looked at: its log line has been or will be written */
	CHECK_RESOLVE,
};

struct check {
	struct btf *btf;
	struct log *log;
	release_t release;
	enum check_phase phase;
	uint32_t id; /* the type that the log speaks of */
	uint32_t room; /* of btf->types */
};

/* Lines of the log, as the kernel words them; what is wrong goes at the end of the line. NULL: nothing is wrong. */
__attribute__((format(printf, 3, 4))) void check_log_type(
	const struct check *check, const struct btf_type *type, const char *format, ...);
/* The same without the details of the kind, which may not be there. */
__attribute__((format(printf, 3, 4))) void check_log_basic(
	const struct check *check, const struct btf_type *type, const char *format, ...);
__attribute__((format(printf, 4, 5))) void check_log_member(const struct check *check, const struct btf_type *type,
	const struct btf_member *member, const char *format, ...);
__attribute__((format(printf, 4, 5))) void check_log_secinfo(const struct check *check, const struct btf_type *type,
	const struct btf_var_secinfo *secinfo, const char *format, ...);

/* A C identifier. */
bool check_identifier(const struct btf *btf, uint32_t name_off);

/*
 * Needs every type looked at alone. Fills btf->resolved, refuses types that contain themselves, name what does not fit
 * them, or have no size where they need one. -EINVAL, -ENOMEM.
 */
int check_resolve(struct check *check);

#endif
