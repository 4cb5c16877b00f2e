/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/call_log.h"

#include <stdlib.h>

#include "base/macros.h"

#define TRUE_SIZE_SINCE V(6, 4)

int call_log_begin(struct call_log *log, uint32_t level, uint64_t address, uint32_t size, uint32_t true_size_offset)
{
	int err = log_init(&log->log, level, (char *)address, size);

	if (err)
		return err;
	log->address = address;
	log->true_size_offset = true_size_offset;
	if (!address)
		return 0;
	log->log.buffer = malloc(size);
	return log->log.buffer ? 0 : -ENOMEM;
}

/* What is in the buffer, with its terminator. */
static uint64_t kept(const struct log *log)
{
	return MIN(log->end - log->start, (uint64_t)log->size - 1) + 1;
}

long call_log_end(struct call *call, struct call_log *log, long result)
{
	uint32_t true_size;
	int err = log_finish(&log->log, &true_size);

	if (log->log.buffer && true_size && call_write(call, log->address, log->log.buffer, kept(&log->log)))
		err = -EFAULT;
	free(log->log.buffer);
	if (err)
		result = err;
	if (call->caller->hive->release >= TRUE_SIZE_SINCE && call->size >= log->true_size_offset + sizeof(true_size) &&
		call_write(call, call->uattr + log->true_size_offset, &true_size, sizeof(true_size)))
		result = -EFAULT;
	return result;
}
