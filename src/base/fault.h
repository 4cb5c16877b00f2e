/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory accesses that may fault: an address that nobody checked, read without ending the process.
 *
 * Instructions that may fault are listed with where to go on when they do. A handler of SIGSEGV and SIGBUS, installed
 * when first needed, looks the faulting instruction up and resumes there; every other fault goes to the handler that
 * the application had, or to the default. An application that calls sigaction() for one of the two signals later takes
 * the faults away from skep: it must pass on what is not its own, as handlers that chain do.
 *
 * All functions are safe to call from many threads; those that copy and load also from a signal handler.
 */
#ifndef SKEP_BASE_FAULT_H
#define SKEP_BASE_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Installs the handler now, or again after the application has installed its own, which from then on gets what is not
 * skep's. That one must not pass faults on to a handler of skep's that it found when it was installed. -ENOMEM.
 */
int fault_install(void);

/* Copies n bytes; src may fault. Returns the bytes that were not copied: all before the first bad byte are. */
size_t fault_copy_from(void *dst, const void *src, size_t n);

/* The same, where dst may fault. */
size_t fault_copy_to(void *dst, const void *src, size_t n);

/* Reads 1, 2, 4 or 8 bytes, zero-extended. false, and 0, if that faults. */
bool fault_load(const void *src, unsigned size, uint64_t *ret_value);

#define FAULT_NO_REG 0xff

/* Of one instruction in a range of code; positions are offsets from the start of the range. */
struct fault_fixup {
	uint32_t pc; /* where the instruction that faults starts */
	uint32_t resume; /* where to go on */
	uint8_t clear; /* the register to set to 0, by its number in machine code (x86: rax 0, r15 15), or FAULT_NO_REG
			*/
};

struct fault_range;

/*
 * Registers the fixups of code that was made at run time: n of them, ascending by pc; they are copied.
 * Before the code runs. -ENOMEM; -EINVAL if the range overlaps another, or the fixups are not in it and ascending.
 */
int fault_range_add(
	const void *code, size_t size, const struct fault_fixup *fixups, size_t n, struct fault_range **ret);

/* Before the memory of the code is given back. NULL is fine. */
void fault_range_remove(struct fault_range *range);

#endif
