/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for code. Programs share chunks; each chunk is a memory file that is mapped for reading and executing, and
 * written by pwrite(2) alone. So no mapping is ever writable, and other programs of a chunk keep running meanwhile.
 */
#ifndef SKEP_EXEC_JIT_MEMORY_H
#define SKEP_EXEC_JIT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code_chunk;

struct code_block {
	uint8_t *exec; /* where it runs; aligned to CODE_ALIGN */
	size_t size;
	uint8_t *write; /* where to put the bytes, until code_memory_seal() */
	struct code_chunk *chunk;
};

#define CODE_ALIGN 64

/* -ENOMEM, -EPERM (the system forbids executable memory), -EMFILE. */
int code_memory_new(size_t size, struct code_block *ret_block);

/* Ends writing. The block may run from now on. On failure it may only be freed. -EBADF, -ENOSPC, -EIO. */
int code_memory_seal(struct code_block *block);

/* Nobody may run the block any more. What is left there traps. */
void code_memory_free(struct code_block *block);

/* Whether a 32-bit displacement will do from a new block to address; now and then it will not after all. */
bool code_memory_reaches(uint64_t address);

#endif
