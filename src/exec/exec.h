/* SPDX-License-Identifier: BSD-2-Clause */
/* Binding an image to this process, and running it. */
#ifndef SKEP_EXEC_EXEC_H
#define SKEP_EXEC_EXEC_H

#include <stdint.h>

#include "helpers/run.h"
#include "progs/image.h"

enum exec_mode {
	EXEC_JIT,
	EXEC_INTERPRET,
};

/*
 * A program made runnable in one process. entry runs the main program: the same convention for machine code and for
 * the interpreter, so a tail call from either reaches either. run->bound must be this program when entry is called.
 */
struct bound {
	uint64_t (*entry)(void *context, struct run *run);
	/* Calls a callback: what run->call comes to when this program runs. Leaves run->bound as it was. */
	uint64_t (*call)(
		struct run *run, uint64_t callback, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);
	const struct image *image; /* must outlive the bound program */
	enum exec_mode mode;
	void *code; /* of the interpreter or the JIT, with its size and what it needs to be freed */
};

/*
 * Resolves maps, helpers and callbacks, and makes code. image must outlive what comes back.
 * EXEC_JIT falls back to nothing: -ENOTSUP on a machine without a back-end. -ENOMEM; -EINVAL if a helper that the
 * image calls has no implementation.
 */
int exec_bind(const struct image *image, enum exec_mode mode, struct bound **ret_bound);
void exec_unbind(struct bound *bound);

/* Prepares a run: no budget, virtual CPU 0. Zero what is not named; may be used for many runs, one at a time. */
void run_init(struct run *run, const struct bound *bound);

static inline uint64_t run_program(struct run *run, const struct bound *bound, void *context)
{
	run->bound = bound;
	run->context = context;
	run->tail_calls = 0;
	run->error = 0;
	return bound->entry(context, run);
}

/* The machine code of a bound program, for bpf_prog_info: NULL and 0 if it is interpreted. */
const void *exec_code(const struct bound *bound, uint32_t *ret_size);

#endif
