/* SPDX-License-Identifier: BSD-2-Clause */
/* The JIT: an image in, machine code in memory that is never writable and executable at once. */
#ifndef SKEP_EXEC_JIT_JIT_H
#define SKEP_EXEC_JIT_JIT_H

#include "exec/exec.h"

/* Whether this machine has a back-end; without one nothing below exists. */
#if defined(__x86_64__)
#define JIT_BACK_END 1
#else
#define JIT_BACK_END 0
#endif

/* See exec_bind(). Fills entry, call, code and what freeing needs. */
int jit_bind(const struct image *image, struct bound *bound);
void jit_unbind(struct bound *bound);
const void *jit_code(const struct bound *bound, uint32_t *ret_size);

#endif
