/* SPDX-License-Identifier: BSD-2-Clause */
/* What is made of the rows of options.def: help texts, the manual page and shell completion. */
#ifndef SKEP_CLI_HELP_H
#define SKEP_CLI_HELP_H

#include <stdio.h>

#include "cli/options.h"

void help_overview(FILE *out);
void help_command(FILE *out, enum command_id command);
void help_manual(FILE *out); /* skep.1, for man(1) */
void help_completion(FILE *out); /* for bash */

#endif
