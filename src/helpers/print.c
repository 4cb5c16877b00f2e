/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that write text with values in it: into a buffer, or for people to read. */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "helpers/format.h"
#include "helpers/implement.h"

#define TRACE_LINE_MAX 1024 /* of trace_printk, with the NUL */
#define ARGS_MAX 12

static const struct trace_sink *sink;

void trace_sink_set(const struct trace_sink *new_sink)
{
	__atomic_store_n(&sink, new_sink, __ATOMIC_RELEASE);
}

static uint64_t trace(uint64_t format, uint64_t size, const uint64_t *args, uint32_t count)
{
	const struct trace_sink *to = __atomic_load_n(&sink, __ATOMIC_ACQUIRE);
	char line[TRACE_LINE_MAX];
	int length = format_text(line, sizeof(line), (const char *)(uintptr_t)format, (uint32_t)size, args, count);

	if (length >= 0 && to)
		to->write(to->argument, line, MIN((size_t)length, sizeof(line) - 1));
	return (uint64_t)length;
}

/* r1: format, r2: its size, r3 to r5: values. */
HELPER_FN(trace_printk)
{
	return trace(r1, r2, (const uint64_t[]){ r3, r4, r5 }, 3);
}

/* r3: array of values, r4: its size in bytes. */
HELPER_FN(trace_vprintk)
{
	if (r4 % 8 || r4 > ARGS_MAX * 8 || (r4 && !r3))
		return (uint64_t)-EINVAL;
	return trace(r1, r2, (const uint64_t *)(uintptr_t)r3, (uint32_t)r4 / 8);
}

/* r1: buffer, r2: its size, r3: format, which the verifier has seen end; r4: values, r5: their size in bytes. */
HELPER_FN(snprintf)
{
	if (r5 % 8 || r5 > ARGS_MAX * 8 || (r5 && !r4))
		return (uint64_t)-EINVAL;
	int length = format_text((char *)(uintptr_t)r1, (uint32_t)r2, (const char *)(uintptr_t)r3,
		(uint32_t)strlen((const char *)(uintptr_t)r3) + 1, (const uint64_t *)(uintptr_t)r4, (uint32_t)r5 / 8);

	/* The result counts the NUL. */
	return length < 0 ? (uint64_t)length : (uint64_t)length + 1;
}
