/* SPDX-License-Identifier: BSD-2-Clause */
/* The log of a command that checks something: written here, given to the caller when all is known. */
#ifndef SKEP_SYS_CALL_LOG_H
#define SKEP_SYS_CALL_LOG_H

#include "base/log.h"
#include "sys/command.h"

struct call_log {
	struct log log;
	uint64_t address; /* the caller's buffer */
	uint32_t true_size_offset; /* of the attribute that tells how long the log would be */
};

/* -EINVAL for a level, buffer or size that the kernel refuses; -ENOMEM. */
int call_log_begin(struct call_log *log, uint32_t level, uint64_t address, uint32_t size, uint32_t true_size_offset);

/*
 * Writes the log and its true size. Returns result, or -ENOSPC if the log did not fit, or -EFAULT if it could not be
 * written: then the command fails whatever its result was.
 */
long call_log_end(struct call *call, struct call_log *log, long result);

#endif
