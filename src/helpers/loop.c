/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf_loop: a callback, again and again. */
#include <errno.h>

#include "helpers/implement.h"

#define LOOPS_MAX (8 * 1024 * 1024)

/* r1: how often, r2: callback(index, context), r3: context, r4: flags. The result is how often it was called. */
HELPER_FN(loop)
{
	uint32_t count = (uint32_t)r1;

	if (r4)
		return (uint64_t)-EINVAL;
	if (count > LOOPS_MAX)
		return (uint64_t)-E2BIG;
	for (uint32_t i = 0; i < count; i++)
		if (run->call(run, r2, i, r3, 0, 0, 0) || run->error)
			return i + 1;
	return count;
}
