/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers about the processor that a program runs on, and random numbers, which are kept by thread. */
#include <sys/random.h>

#include "helpers/implement.h"

/* A virtual CPU: see base/vcpu.h. */
HELPER_FN(get_smp_processor_id)
{
	return run->cpu;
}

/* Virtual CPUs belong to no node. */
HELPER_FN(get_numa_node_id)
{
	return 0;
}

/* xorshift64*: 64 bits of state, seeded from the system once a thread; never zero. Not for secrets, as the kernel's. */
HELPER_FN(get_prandom_u32)
{
	static __thread uint64_t state;
	uint64_t x = state;

	while (!x)
		if (getrandom(&x, sizeof(x), GRND_NONBLOCK) != sizeof(x))
			x = (uintptr_t)&state ^ 0x9e3779b97f4a7c15;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	state = x;
	return (uint32_t)(x * 0x2545f4914f6cdd1d >> 32);
}
