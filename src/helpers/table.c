/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of helpers, from helpers.def. */
#include "helpers/proto.h"

#include <assert.h>

#include "base/macros.h"

#define CALL_NONE(name) NULL
#define CALL_PARTIAL(name) helper_##name
#define CALL_FULL(name) helper_##name

#define DECLARE_NONE(name)
#define DECLARE_PARTIAL(name) helper_fn helper_##name;
#define DECLARE_FULL(name) helper_fn helper_##name;

#define HELPER(number, name, since, ret, a1, a2, a3, a4, a5, flags, support, reason) DECLARE_##support(name)
#include "helpers/helpers.def"
#undef HELPER

static const struct helper_row rows[] = {
#define HELPER(number_, name_, since_, ret_, a1, a2, a3, a4, a5, flags_, support_, reason_) \
	[number_] = {                                                                       \
		.name = #name_,                                                             \
		.number = number_,                                                          \
		.since = since_,                                                            \
		.ret = ret_,                                                                \
		.args = { a1, a2, a3, a4, a5 },                                             \
		.flags = flags_,                                                            \
		.support = SUPPORT_##support_,                                              \
		.reason = reason_,                                                          \
		.call = CALL_##support_(name_),                                             \
	},
#include "helpers/helpers.def"
#undef HELPER
};
static_assert(ARRAY_SIZE(rows) == HELPER_COUNT, "one row for each helper number");

const struct helper_row *helper_find(uint32_t number)
{
	return number && number < ARRAY_SIZE(rows) ? &rows[number] : NULL;
}
