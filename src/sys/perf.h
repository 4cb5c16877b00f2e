/* SPDX-License-Identifier: BSD-2-Clause */
/* perf_event_open(2), as far as BPF programs and their readers need it. */
#ifndef SKEP_SYS_PERF_H
#define SKEP_SYS_PERF_H

#include "hive/event.h"
#include "sys/sys.h"

/*
 * The descriptor, or -errno. -ENOSYS: not an event of the hive's (which are PERF_COUNT_SW_BPF_OUTPUT alone), and
 * nothing was done.
 */
long sys_perf_event_open(const struct caller *caller, uint64_t uattr, int pid, int cpu, int group, uint64_t flags);

/* ioctl() on an event. -ENOTTY: not one that these events have. */
long sys_perf_ioctl(struct hive_event *event, unsigned long request, unsigned long argument);

#endif
