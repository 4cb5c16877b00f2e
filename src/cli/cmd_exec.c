/* SPDX-License-Identifier: BSD-2-Clause */
/* skep exec: runs a command whose every bpf(2) is answered by a hive, by way of LD_PRELOAD. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/release.h"
#include "cli/commands.h"
#include "cli/report.h"
#include "preload/environment.h"

#define LIBRARY "libskep-preload.so"

/* Beside the tool in a build tree, in the library directory of an installation. */
static int find_library(char *path, size_t size)
{
	static const char *const places[] = { "src/preload/" LIBRARY, "../lib/" LIBRARY,
		"../" SKEP_LIBDIR "/" LIBRARY };
	char tool[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", tool, sizeof(tool) - 1);

	if (length < 0)
		return -errno;
	tool[length] = 0;
	*strrchr(tool, '/') = 0;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (snprintf(path, size, "%s/%s", tool, places[i]) < (int)size && !access(path, R_OK))
			return 0;
	}
	return -ENOENT;
}

/* In front of what the user preloads. */
static int preload(const char *library)
{
	const char *others = getenv("LD_PRELOAD");
	char *list;

	if (asprintf(&list, "%s%s%s", library, others ? ":" : "", others ?: "") < 0)
		return -ENOMEM;
	int err = setenv("LD_PRELOAD", list, 1) ? -errno : 0;
	free(list);
	return err;
}

static int set_sysctl(const char *assignment)
{
	static const char name[] = "kernel.unprivileged_bpf_disabled=";
	const char *value = assignment + sizeof(name) - 1;

	if (strncmp(assignment, name, sizeof(name) - 1) || *value < '0' || *value > '2' || value[1]) {
		report("exec: --sysctl takes kernel.unprivileged_bpf_disabled=0, 1 or 2, not '%s'", assignment);
		return -EINVAL;
	}
	return setenv(ENVIRONMENT_UNPRIVILEGED_BPF_DISABLED, value, 1) ? -errno : 0;
}

static int set_kernel(const char *kernel)
{
	release_t release;

	if (!kernel)
		return 0;
	if (release_parse(kernel, &release) < 0) {
		report("exec: --kernel takes a release such as 5.15, not '%s'", kernel);
		return -EINVAL;
	}
	return setenv(ENVIRONMENT_KERNEL, kernel, 1) ? -errno : 0;
}

int cmd_exec(const struct options *options)
{
	const char *sysctl = options->text[OPTION_SYSCTL];
	char library[PATH_MAX];

	if (find_library(library, sizeof(library))) {
		report("exec: cannot find " LIBRARY " near the skep program");
		return EXIT_FAILED;
	}
	if (sysctl && set_sysctl(sysctl))
		return EXIT_USAGE;
	if (set_kernel(options->text[OPTION_KERNEL]))
		return EXIT_USAGE;
	if (option_given(options, OPTION_UNPRIVILEGED))
		setenv(ENVIRONMENT_UNPRIVILEGED, "1", 1);
	if (preload(library)) {
		report("exec: no memory");
		return EXIT_FAILED;
	}
	execvp(options->rest[0], options->rest);
	report("exec: cannot run '%s': %s", options->rest[0], strerror(errno));
	return EXIT_FAILED;
}
