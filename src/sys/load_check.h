/* SPDX-License-Identifier: BSD-2-Clause */
/* What PROG_LOAD demands of a program before it is looked at: privileges, and where it may be attached. */
#ifndef SKEP_SYS_LOAD_CHECK_H
#define SKEP_SYS_LOAD_CHECK_H

#include "sys/command.h"

/* -EPERM if the caller may not load programs of that type; -E2BIG if the program is longer than it may load. */
int load_check_privileges(const struct caller *caller, uint32_t type, uint32_t n_insns);

/* Types that have one attach type by default get it: programs from before attach types were given at load. */
void load_default_attach_type(union bpf_attr *attr);

/* -EINVAL if a program of that type cannot be attached so. targets: what attach_prog_fd turned out to be. */
struct load_target {
	bool btf; /* BTF of the kernel or a module; also if attach_btf_id came alone */
	bool prog;
};
int load_check_attach(const struct skep_hive *hive, const union bpf_attr *attr, struct load_target target);

#endif
