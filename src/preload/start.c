/* SPDX-License-Identifier: BSD-2-Clause */
/* libskep-preload.so: what `skep exec` put into the environment, read before the program starts. */
#include <stdlib.h>
#include <string.h>

#include "preload/door.h"
#include "preload/environment.h"

__attribute__((constructor)) static void start(void)
{
	const char *unprivileged = getenv(ENVIRONMENT_UNPRIVILEGED);
	const char *disabled = getenv(ENVIRONMENT_UNPRIVILEGED_BPF_DISABLED);

	door_open(&(struct door_options){
		.kernel = getenv(ENVIRONMENT_KERNEL),
		.unprivileged = unprivileged && *unprivileged,
		.unprivileged_bpf_disabled = disabled ? strtoul(disabled, NULL, 10) : 2,
	});
}
