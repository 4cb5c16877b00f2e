/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of a size that a caller chose: on the stack when it is small, as it nearly always is. */
#ifndef SKEP_SYS_BUFFER_H
#define SKEP_SYS_BUFFER_H

#include <stdint.h>
#include <stdlib.h>

struct buffer {
	void *memory; /* NULL: there was not enough */
	uint64_t small[64];
};

static inline void *buffer_init(struct buffer *buffer, size_t size)
{
	buffer->memory = size <= sizeof(buffer->small) ? buffer->small : malloc(size);
	return buffer->memory;
}

static inline void buffer_free(struct buffer *buffer)
{
	if (buffer->memory != buffer->small)
		free(buffer->memory);
}

#endif
