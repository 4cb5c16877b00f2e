/* SPDX-License-Identifier: BSD-2-Clause */
/* The interpreter: an image in, pre-decoded instructions that a threaded loop runs. The oracle of the JIT. */
#ifndef SKEP_EXEC_INTERP_H
#define SKEP_EXEC_INTERP_H

#include "exec/exec.h"

/* See exec_bind(). */
int interp_bind(const struct image *image, struct bound *bound);
void interp_unbind(struct bound *bound);

#endif
