/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that tell the time. */
#include <time.h>

#include "helpers/implement.h"

/* Ticks a second that jiffies count here; the kernel's is a build option, 250 on most distributions. */
#define HZ 250

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

HELPER_FN(ktime_get_ns)
{
	return clock_ns(CLOCK_MONOTONIC);
}

HELPER_FN(ktime_get_boot_ns)
{
	return clock_ns(CLOCK_BOOTTIME);
}

HELPER_FN(ktime_get_coarse_ns)
{
	return clock_ns(CLOCK_MONOTONIC_COARSE);
}

HELPER_FN(ktime_get_tai_ns)
{
	return clock_ns(CLOCK_TAI);
}

/* Jiffies begin five minutes before they overflow 32 bits. */
HELPER_FN(jiffies64)
{
	return clock_ns(CLOCK_MONOTONIC) / (1000000000 / HZ) + (uint32_t)(-300 * HZ);
}
