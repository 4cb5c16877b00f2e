/* SPDX-License-Identifier: BSD-2-Clause */
/* How many CPUs the machine may have. */
#ifndef SKEP_BASE_CPUS_H
#define SKEP_BASE_CPUS_H

#include <stdint.h>

/* Possible CPUs as libbpf_num_possible_cpus() counts them, so that both agree on the size of per-CPU values. */
uint32_t cpus_possible(void);

#endif
