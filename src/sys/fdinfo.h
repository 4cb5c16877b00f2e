/* SPDX-License-Identifier: BSD-2-Clause */
/* What /proc/PID/fdinfo/N says of an object. */
#ifndef SKEP_SYS_FDINFO_H
#define SKEP_SYS_FDINFO_H

#include <stddef.h>

struct object;

/* The kernel's text, terminated. Its length: below size. */
int fdinfo_text(struct object *object, char *text, size_t size);

#endif
