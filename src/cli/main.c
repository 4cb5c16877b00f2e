/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line tool. */
#include <stdio.h>

#include "skep/skep.h"

int main(void)
{
	printf("skep %s\n", skep_version());
	return 0;
}
