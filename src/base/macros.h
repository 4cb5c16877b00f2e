/* SPDX-License-Identifier: BSD-2-Clause */
/* Small language helpers that every layer uses. */
#ifndef SKEP_BASE_MACROS_H
#define SKEP_BASE_MACROS_H

#include <stddef.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* n rounded up to a multiple of step, a power of two. */
#define ROUND_UP(n, step) (((n) + (step)-1) & ~((__typeof__(n))(step)-1))

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* Says to the processor that this is a wait for another one. */
static inline void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* A symbol of libskep's public interface. */
#define SKEP_PUBLIC __attribute__((visibility("default")))

#endif
