/* SPDX-License-Identifier: BSD-2-Clause */
#include <cpuid.h>

#include "exec/jit/target.h"

static _Atomic unsigned allowed = ~0u;

unsigned target_features(void)
{
	unsigned a, b, c, d, features = 0;

	if (__get_cpuid(1, &a, &b, &c, &d))
		features |= c & bit_MOVBE ? TARGET_MOVBE : 0;
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
		features |= b & bit_BMI ? TARGET_BMI1 : 0;
		features |= b & bit_BMI2 ? TARGET_BMI2 : 0;
	}
	return features & allowed;
}

void target_limit_features(unsigned mask)
{
	allowed = mask;
}
