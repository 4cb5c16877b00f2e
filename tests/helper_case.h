/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One program, run by skep (interpreter and JIT) and by this machine's kernel on the same packet: load, result, packet
 * and context that come back, and what the program left in a map must be equal.
 *
 * Programs are text for isa/asm.h. Maps by number: map_fd[0] and map_value[0] are the output, an array of one element
 * of HELPER_OUT bytes; map_fd[1] and map_value[1] hold `constant`, frozen and read-only for programs.
 */
#ifndef SKEP_TESTS_HELPER_CASE_H
#define SKEP_TESTS_HELPER_CASE_H

#include <stdint.h>

#define HELPER_OUT 512

struct helper_case {
	const char *name;
	uint32_t type; /* enum bpf_prog_type */
	const char *text;
	const void *packet;
	uint32_t size;
	const void *context; /* or NULL: struct __sk_buff, struct xdp_md */
	uint32_t context_size;
	const char *constant; /* or NULL; text of map 1 */
	const void *out; /* what map 0 holds before the run, HELPER_OUT bytes; NULL: zeros */
};

int helper_cases_start(void); /* -errno when hives cannot be made */
void helper_cases_end(void);

/* Runs everywhere. The number of runs that differ from the kernel's, after saying how. */
unsigned helper_case_compare(const struct helper_case *test);

/* Runs that were compared so far. */
unsigned helper_cases_compared(void);

#endif
