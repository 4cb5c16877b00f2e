/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log of BPF_PROG_LOAD and BPF_BTF_LOAD, with the kernel's rules for levels, truncation and log_true_size.
 *
 * The caller gives a buffer of its own. By default the log rotates: the end of the text is kept, as 6.4 and later do;
 * with LOG_FIXED the beginning is. Nothing is written when level is 0.
 */
#ifndef SKEP_BASE_LOG_H
#define SKEP_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL1 = 1, /* the path that fails */
	LOG_LEVEL2 = 2, /* every instruction and state */
	LOG_STATS = 4,
	LOG_FIXED = 8,
	LOG_MASK = LOG_LEVEL1 | LOG_LEVEL2 | LOG_STATS | LOG_FIXED,
};

struct log {
	uint32_t level;
	char *buffer; /* the caller's, or NULL: then only the length is counted */
	uint32_t size;
	uint64_t start; /* position in the whole text of the first byte kept */
	uint64_t end; /* length of the whole text so far */
	uint32_t longest; /* largest end that was reached, for log_true_size */
};

/* -EINVAL on a level or a buffer and size that the kernel refuses: level without buffer, unknown bits, size > 2^30-1.
 */
int log_init(struct log *log, uint32_t level, char *buffer, uint32_t size);

static inline bool log_on(const struct log *log, uint32_t level)
{
	return log && (log->level & level);
}

__attribute__((format(printf, 2, 3))) void log_print(struct log *log, const char *format, ...);
void log_vprint(struct log *log, const char *format, va_list args);

/* Forgets what was written after position (a value of log->end): the exploration of a path that succeeded. */
void log_reset(struct log *log, uint64_t position);

/* Puts the text in order and terminates it. Returns 0, or -ENOSPC if some of it did not fit; *true_size with the NUL.
 */
int log_finish(struct log *log, uint32_t *true_size);

#endif
