/* SPDX-License-Identifier: BSD-2-Clause */
/* For files that implement helpers: the prototype of helper_<name>, for each row of the table. */
#ifndef SKEP_HELPERS_IMPLEMENT_H
#define SKEP_HELPERS_IMPLEMENT_H

#include "helpers/proto.h"

#define HELPER(number, name, since, ret, a1, a2, a3, a4, a5, flags, support, reason) helper_fn helper_##name;
#include "helpers/helpers.def"
#undef HELPER

/* The head of helper_<name>: the arguments are r1 to r5, and the run. */
#define HELPER_FN(name) \
	uint64_t helper_##name(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run)

#endif
