/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

#define MESSAGE_MAX 1024 /* one message is cut at this length, limits: log_buffer_kernel */
#define SIZE_MAX_LOG (UINT32_MAX >> 2)

int log_init(struct log *log, uint32_t level, char *buffer, uint32_t size)
{
	*log = (struct log){ .level = level, .buffer = buffer, .size = size };
	if (!!buffer != !!size)
		return -EINVAL;
	if (buffer && (level == 0 || (level & ~LOG_MASK) || size > SIZE_MAX_LOG))
		return -EINVAL;
	if (level & ~LOG_MASK)
		return -EINVAL;
	return 0;
}

/* The position in a rotating buffer of byte `position` of the text. */
static char *rotating(struct log *log, uint64_t position)
{
	return log->buffer + position % log->size;
}

static void append(struct log *log, const char *text, uint32_t length)
{
	uint64_t end = log->end + length;

	if (log->buffer && (log->level & LOG_FIXED)) {
		for (uint64_t at = log->end; at < end && at + 1 < log->size; at++)
			log->buffer[at] = text[at - log->end];
	} else if (log->buffer) {
		for (uint32_t i = 0; i < length; i++)
			*rotating(log, log->end + i) = text[i];
		/* One byte is for the NUL. */
		if (end + 1 - log->start > log->size)
			log->start = end + 1 - log->size;
	}
	log->end = end;
	if (end > log->longest)
		log->longest = MIN(end, UINT32_MAX - 1);
}

void log_vprint(struct log *log, const char *format, va_list args)
{
	char text[MESSAGE_MAX];

	if (!log || !log->level)
		return;
	int length = vsnprintf(text, sizeof(text), format, args);
	if (length > 0)
		append(log, text, MIN((uint32_t)length, sizeof(text) - 1));
}

void log_print(struct log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vprint(log, format, args);
	va_end(args);
}

void log_reset(struct log *log, uint64_t position)
{
	if (!log || !log->level || position > log->end)
		return;
	log->end = position;
	if (log->start > position)
		log->start = position;
}

static void reverse(char *from, char *to)
{
	for (; from < to; from++, to--) {
		char byte = *from;

		*from = *to;
		*to = byte;
	}
}

/* Rotates the whole buffer left by n, in place: three reversals. */
static void rotate_left(char *buffer, uint32_t size, uint32_t n)
{
	if (!n)
		return;
	reverse(buffer, buffer + n - 1);
	reverse(buffer + n, buffer + size - 1);
	reverse(buffer, buffer + size - 1);
}

int log_finish(struct log *log, uint32_t *true_size)
{
	*true_size = 0;
	if (!log->level)
		return 0;
	*true_size = log->longest + 1;
	if (!log->buffer)
		return 0;
	if (log->level & LOG_FIXED) {
		log->buffer[MIN(log->end, (uint64_t)log->size - 1)] = 0;
	} else {
		rotate_left(log->buffer, log->size, log->start % log->size);
		log->buffer[log->end - log->start] = 0;
	}
	return *true_size > log->size ? -ENOSPC : 0;
}
