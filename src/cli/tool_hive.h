/* SPDX-License-Identifier: BSD-2-Clause */
/* The hive of the tool: what libbpf in this process reaches in place of the kernel. */
#ifndef SKEP_CLI_TOOL_HIVE_H
#define SKEP_CLI_TOOL_HIVE_H

struct skep_hive_opts;

/* Makes it; once a process. opts may be NULL. Reports what fails; 0 or -errno. */
int tool_hive_open(const struct skep_hive_opts *opts);

/* Everything in it is gone. Without a hive, every bpf(2) of libbpf fails: none goes to the kernel. */
void tool_hive_close(void);

#endif
