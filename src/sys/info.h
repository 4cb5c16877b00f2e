/* SPDX-License-Identifier: BSD-2-Clause */
/* OBJ_GET_INFO_BY_FD, one function a kind of object. */
#ifndef SKEP_SYS_INFO_H
#define SKEP_SYS_INFO_H

#include "sys/command.h"

struct hive_link;
struct hive_prog;

int info_prog(struct call *call, struct hive_prog *prog);

/* Copies the caller's structure in, as far as it has one; what it lacks is zero. size is at most 256. */
int info_get(struct call *call, void *info, uint32_t size);
/* Gives the caller as much of the structure as it has room for, and says how much that was. */
int info_put(struct call *call, const void *info, uint32_t size);

#endif
