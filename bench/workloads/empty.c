/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing: the cost of a call. */
#include "workload.h"

SETUP
{
	return 0;
}

WORK
{
	return 0;
}
