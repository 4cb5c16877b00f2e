/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One source for a workload as native code and as BPF.
 *
 * SETUP fills the workload's globals, once; WORK is what is measured. Both return a number that must be the same
 * wherever they run. Indices are masked to the power-of-two size of the array, which is what the verifier wants to see.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;

#ifdef __bpf__
#define SETUP __attribute__((section("tc"), used)) int setup(void *context)
#define WORK __attribute__((section("tc"), used)) int work(void *context)
char _license[] __attribute__((section("license"), used)) = "Dual BSD/GPL";
#else
/* NAME comes from the build: setup_siphash(), work_siphash(). */
#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)
int PASTE(setup, NAME)(void *context);
int PASTE(work, NAME)(void *context);
#define SETUP int PASTE(setup, NAME)(void *context)
#define WORK int PASTE(work, NAME)(void *context)
#endif

/* What setup fills and work uses. Names are the file's own; in BPF libbpf wants to see them. */
#ifdef __bpf__
#define DATA
#else
#define DATA static
#endif

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

INLINE u64 rotl64(u64 x, int n)
{
	return x << n | x >> (64 - n);
}

INLINE u32 rotl32(u32 x, int n)
{
	return x << n | x >> (32 - n);
}

/* A generator of data; period 2^64 - 1. */
INLINE u64 xorshift(u64 x)
{
	x ^= x << 13;
	x ^= x >> 7;
	return x ^ x << 17;
}

INLINE u32 fold(u64 x)
{
	return (u32)(x ^ x >> 32);
}

/*
 * Zero, which the compiler and the verifier do not know to be: a loop that starts from it is not explored value by
 * value.
 */
#ifdef __bpf__
u32 zero;
#else
extern u32 zero;
#endif

#define FILL(array, seed)                                                         \
	do {                                                                      \
		u64 x_ = seed;                                                    \
		for (u32 i_ = 0; i_ < sizeof(array) / sizeof((array)[0]); i_++) { \
			x_ = xorshift(x_);                                        \
			(array)[i_] = x_ >> 24;                                   \
		}                                                                 \
	} while (0)

#endif
