/* SPDX-License-Identifier: BSD-2-Clause */
/* Perf events of the hive. The result or -errno. */
#ifndef SKEP_PRELOAD_PERF_H
#define SKEP_PRELOAD_PERF_H

long door_perf_event_open(long attr, long pid, long cpu, long group, long flags);
long door_ioctl(int fd, unsigned long request, long argument);

#endif
