/* SPDX-License-Identifier: BSD-2-Clause */
#include <cpuid.h>

#include "exec/jit/target.h"

#define KNOWN (1u << 31)

static _Atomic unsigned found; /* with KNOWN, once somebody asked: the question is slow in a virtual machine */
static _Atomic unsigned allowed = ~0u;

static unsigned ask_processor(void)
{
	unsigned a, b, c, d, features = KNOWN;

	if (__get_cpuid(1, &a, &b, &c, &d))
		features |= c & bit_MOVBE ? TARGET_MOVBE : 0;
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
		features |= b & bit_BMI2 ? TARGET_BMI2 : 0;
	return features;
}

unsigned target_features(void)
{
	if (!found)
		found = ask_processor();
	return found & allowed & ~KNOWN;
}

void target_limit_features(unsigned mask)
{
	allowed = mask;
}
