/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/tool_hive.h"

#include <errno.h>
#include <string.h>

#include "cli/report.h"
#include "preload/door.h"
#include "skep/skep.h"

static struct skep_hive *hive;

int tool_hive_open(const struct skep_hive_opts *opts)
{
	int err = skep_hive_new(opts, &hive);

	if (err == -EINVAL && opts && opts->kernel)
		report("--kernel takes a release of Linux such as 5.15, not '%s'", opts->kernel);
	else if (err)
		report("cannot make a BPF kernel in this process: %s", strerror(-err));
	if (!err)
		preload_use(hive);
	return err;
}

void tool_hive_close(void)
{
	preload_use(NULL);
	skep_hive_free(hive);
	hive = NULL;
}
