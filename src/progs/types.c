/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of program types and attach types. */
#include "progs/prog_type.h"

#include "base/macros.h"

static const struct prog_type prog_types[] = {
#define PROG_TYPE(number_, NAME, name_, context_, since_, support_, reason_) \
	[number_] = {                                                        \
		.number = number_,                                           \
		.name = #name_,                                              \
		.context = context_,                                         \
		.since = since_,                                             \
		.support = SUPPORT_##support_,                               \
		.reason = reason_,                                           \
	},
#include "progs/prog_types.def"
#undef PROG_TYPE
};

#define AT_LOAD true
#define AT_ATTACH false

static const struct attach_type attach_types[] = {
#define ATTACH_TYPE(number_, NAME, prog_type_, when_, since_) \
	[number_] = {                                         \
		.number = number_,                            \
		.name = #NAME,                                \
		.prog_type = BPF_PROG_TYPE_##prog_type_,      \
		.checked_at_load = AT_##when_,                \
		.since = since_,                              \
	},
#include "progs/attach_types.def"
#undef ATTACH_TYPE
};

const struct prog_type *prog_type_find(uint32_t number)
{
	return number && number < ARRAY_SIZE(prog_types) ? &prog_types[number] : NULL;
}

const struct attach_type *attach_type_find(uint32_t number)
{
	return number < ARRAY_SIZE(attach_types) ? &attach_types[number] : NULL;
}
