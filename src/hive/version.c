/* SPDX-License-Identifier: BSD-2-Clause */
#include "skep/skep.h"

#include "base/macros.h"

SKEP_PUBLIC const char *skep_version(void)
{
	return SKEP_VERSION;
}
