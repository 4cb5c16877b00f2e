/* SPDX-License-Identifier: BSD-2-Clause */
/* How `skep exec` tells libskep-preload.so what to do, in this program and in those that it starts. */
#ifndef SKEP_PRELOAD_ENVIRONMENT_H
#define SKEP_PRELOAD_ENVIRONMENT_H

#define ENVIRONMENT_KERNEL "SKEP_KERNEL" /* the release to be */
#define ENVIRONMENT_UNPRIVILEGED "SKEP_UNPRIVILEGED" /* not empty: without privileges in the hive */
#define ENVIRONMENT_UNPRIVILEGED_BPF_DISABLED "SKEP_UNPRIVILEGED_BPF_DISABLED" /* 0, 1 or 2 */

#endif
