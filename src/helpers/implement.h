/* SPDX-License-Identifier: BSD-2-Clause */
/* For files that implement helpers: the prototype of helper_<name>, for each row of the table. */
#ifndef SKEP_HELPERS_IMPLEMENT_H
#define SKEP_HELPERS_IMPLEMENT_H

#include "helpers/proto.h"

#define HELPER(number, name, since, ret, a1, a2, a3, a4, a5, flags, support, reason) helper_fn helper_##name;
#include "helpers/helpers.def"
#undef HELPER

#endif
