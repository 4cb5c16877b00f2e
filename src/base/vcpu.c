/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/vcpu.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <time.h>

#include "base/cpus.h"

static_assert(sizeof(struct vcpu) == 64, "one cache line each");

/* The lease of the innermost run of this thread. */
static __thread struct {
	const struct vcpu *cpus;
	uint32_t cpu;
} current __attribute__((tls_model("initial-exec")));

static struct vcpus own;

static void make_own(void)
{
	uint32_t count = cpus_possible();
	void *memory =
		mmap(NULL, count * sizeof(struct vcpu), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static struct vcpu single;

	/* Without memory for more, one that all take in turn. */
	own.cpus = memory == MAP_FAILED ? &single : memory;
	own.count = memory == MAP_FAILED ? 1 : count;
}

const struct vcpus *vcpus_own(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_own);
	return &own;
}

static bool enter(const struct vcpus *vcpus, struct vcpu_lease *lease, uint32_t cpu, int result)
{
	if (result < 0)
		return false;
	struct vcpu *vcpu = &vcpus->cpus[cpu];
	uint32_t runs = atomic_load_explicit(&vcpu->runs, memory_order_relaxed);

	/* A dead owner's run has ended. */
	atomic_store_explicit(&vcpu->runs, (runs + 1) | 1, memory_order_seq_cst);
	lease->cpu = cpu;
	lease->owned = true;
	current.cpus = vcpus->cpus;
	current.cpu = cpu;
	return true;
}

void vcpu_enter(const struct vcpus *vcpus, struct vcpu_lease *lease)
{
	if (current.cpus == vcpus->cpus) {
		lease->cpu = current.cpu;
		lease->owned = false;
		return;
	}
	int real = sched_getcpu();
	uint32_t first = real < 0 ? 0 : (uint32_t)real % vcpus->count, cpu = first;

	do {
		if (enter(vcpus, lease, cpu, robust_trylock(&vcpus->cpus[cpu].lock, &lease->hold)))
			return;
		cpu = cpu + 1 == vcpus->count ? 0 : cpu + 1;
	} while (cpu != first);
	if (enter(vcpus, lease, first, robust_lock(&vcpus->cpus[first].lock, &lease->hold)))
		return;
	lease->cpu = first;
	lease->owned = false;
}

void vcpu_leave(const struct vcpus *vcpus, struct vcpu_lease *lease)
{
	if (!lease->owned)
		return;
	struct vcpu *vcpu = &vcpus->cpus[lease->cpu];

	current.cpus = NULL;
	atomic_store_explicit(
		&vcpu->runs, atomic_load_explicit(&vcpu->runs, memory_order_relaxed) + 1, memory_order_release);
	robust_unlock(&vcpu->lock, &lease->hold);
}

int vcpu_synchronize(const struct vcpus *vcpus)
{
	const struct timespec wait = { .tv_nsec = 20000 };

	if (current.cpus == vcpus->cpus)
		return -EDEADLK;
	atomic_thread_fence(memory_order_seq_cst);
	for (uint32_t cpu = 0; cpu < vcpus->count; cpu++) {
		struct vcpu *vcpu = &vcpus->cpus[cpu];
		uint32_t before = atomic_load_explicit(&vcpu->runs, memory_order_acquire);

		for (uint32_t rounds = 0; before & 1; rounds++) {
			if (atomic_load_explicit(&vcpu->runs, memory_order_acquire) != before)
				break;
			/* Now and then look whether the run died with its thread. */
			if (rounds % 256 == 255 && !robust_is_held(&vcpu->lock))
				break;
			nanosleep(&wait, NULL);
		}
	}
	return 0;
}
