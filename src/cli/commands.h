/* SPDX-License-Identifier: BSD-2-Clause */
/* One function a command: what it prints goes to stdout, and it returns the exit status. */
#ifndef SKEP_CLI_COMMANDS_H
#define SKEP_CLI_COMMANDS_H

#include "cli/options.h"

int cmd_disasm(const struct options *options);
int cmd_doctor(const struct options *options);
int cmd_exec(const struct options *options);
int cmd_help(const struct options *options);
int cmd_run(const struct options *options);
int cmd_verify(const struct options *options);

#endif
