/* SPDX-License-Identifier: BSD-2-Clause */
/* The real kernel as a runner, through a child process (kernel_child.c). */
#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

#include <stdint.h>

/* -errno if the child cannot be started. */
int kernel_start(const char *child_path);
void kernel_stop(void);

/*
 * Runs a program of an object file times times. Returns its nanoseconds, result in *ret_result; a negative number if
 * the kernel cannot (no BPF, no rights, program refused).
 */
double kernel_run(const char *object, const char *program, uint64_t times, uint32_t *ret_result);

#endif
