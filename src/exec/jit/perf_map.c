/* SPDX-License-Identifier: BSD-2-Clause */
/* The file that perf reads names of generated code from: a line "START SIZE NAME" for each function. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/jit/symbols.h"

static bool wanted(void)
{
	const char *value = getenv("SKEP_PERF_MAP");

	return value && value[0] == '1' && value[1] == 0;
}

/* The name can be guessed and the folder is everybody's: only a plain file of our own will do. */
static int open_map(void)
{
	char path[64];
	struct stat status;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_uid != geteuid()) {
		close(fd);
		return -1;
	}
	return fd;
}

void perf_map_add(const struct jit_symbols *symbols)
{
	if (!wanted())
		return;
	int fd = open_map();

	if (fd < 0)
		return;
	for (uint32_t i = 0; i < symbols->n; i++)
		dprintf(fd, "%lx %x %s\n", (unsigned long)(uintptr_t)(symbols->code + symbols->functions[i].start),
			symbols->functions[i].size, symbols->functions[i].name);
	close(fd);
}
