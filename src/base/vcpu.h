/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual CPUs: what a program's CPU number and its per-CPU values mean.
 *
 * In the kernel a program keeps its CPU while it runs; a thread may lose its own at any time. So a run that uses
 * per-CPU state leases a number that nobody else has meanwhile: the real CPU's if it is free, else another. A run
 * inside a run of the same thread has the outer one's.
 */
#ifndef SKEP_BASE_VCPU_H
#define SKEP_BASE_VCPU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/robust.h"

struct vcpu {
	struct robust_lock lock;
	_Atomic uint32_t runs; /* that ended on it, and that began: odd while one is on */
	uint32_t padding[14];
};

/* Virtual CPUs of a hive: one a possible CPU, in zeroed memory that all its processes share. */
struct vcpus {
	struct vcpu *cpus;
	uint32_t count;
};

/* Those of this process, for hives that are not shared. */
const struct vcpus *vcpus_own(void);

struct vcpu_lease {
	uint32_t cpu;
	bool owned; /* this lease, and not an outer one, has the lock */
	struct robust_hold hold;
};

/*
 * Always succeeds: if all CPUs are taken and none is given back for a second (a debugger holds their threads), the run
 * shares a number. vcpu_leave() in the same thread, in reverse order.
 */
void vcpu_enter(const struct vcpus *vcpus, struct vcpu_lease *lease);
void vcpu_leave(const struct vcpus *vcpus, struct vcpu_lease *lease);

/*
 * Waits until every run that is on now has ended: after it, nobody uses what could no longer be found before it.
 * Returns at once inside a run: -EDEADLK.
 */
int vcpu_synchronize(const struct vcpus *vcpus);

#endif
