/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of one program: what the engine keeps while it runs, and what a helper may ask.
 *
 * The engine passes it to every helper as the sixth argument, so no thread-local state is needed and runs nest.
 */
#ifndef SKEP_HELPERS_RUN_H
#define SKEP_HELPERS_RUN_H

#include <stdint.h>

struct bound;

struct run {
	/* Calls a callback of the running program (the value of LD_FUNC). Set by the engine; helpers call it. */
	uint64_t (*call)(
		struct run *run, uint64_t callback, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);
	const struct bound *bound; /* the program that runs; a tail call changes it */
	void *context; /* the run-time context */
	uint64_t budget; /* instructions that the interpreter may still run; UINT64_MAX: no limit */
	uint32_t tail_calls; /* made so far */
	uint32_t cpu; /* virtual CPU */
	int error; /* 0, or why the run was ended: -ELOOP (budget), -EFAULT */
	void *hive; /* what the hive wants to find again from a helper */
};

/* Every helper and kfunc: five arguments as the program gave them, and the run. The result is r0. */
typedef uint64_t helper_fn(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run);

#define TAIL_CALL_LIMIT 33

#endif
