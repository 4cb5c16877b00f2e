/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls on descriptors, which the door has to know of. The result or -errno. */
#ifndef SKEP_PRELOAD_DESCRIPTORS_H
#define SKEP_PRELOAD_DESCRIPTORS_H

#include <stdbool.h>

long door_close(int fd);
long door_dup(int fd);
/* dup2() if it may be the same descriptor twice, dup3() otherwise. */
long door_dup_to(int from, int to, int flags, bool same);
long door_fcntl(int fd, int command, long argument);
long door_close_range(unsigned first, unsigned last, unsigned flags);
long door_mmap(long address, long size, long protection, long flags, int fd, long offset);

#endif
