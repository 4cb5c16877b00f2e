/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libskep: eBPF in user space, for programs that embed it.
 *
 * Functions return 0 or a positive value on success and -errno on failure; results come last and are written only on
 * success. Structures of options begin with their size, so that they can grow.
 */
#ifndef SKEP_SKEP_H
#define SKEP_SKEP_H

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, "MAJOR.MINOR.PATCH". */
const char *skep_version(void);

#ifdef __cplusplus
}
#endif

#endif
