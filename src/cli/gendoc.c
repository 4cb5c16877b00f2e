/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs at build time: `gendoc man` or `gendoc completion` writes that file to stdout. */
#include <stdio.h>
#include <string.h>

#include "cli/help.h"

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "man"))
		help_manual(stdout);
	else if (argc == 2 && !strcmp(argv[1], "completion"))
		help_completion(stdout);
	else
		return 2;
	return fflush(stdout) ? 1 : 0;
}
