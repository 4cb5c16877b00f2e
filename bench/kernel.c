/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *to_child, *from_child;
static pid_t child = -1;

int kernel_start(const char *child_path)
{
	int request[2], answer[2];

	if (pipe(request) < 0)
		return -errno;
	if (pipe(answer) < 0)
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		dup2(request[0], 0);
		dup2(answer[1], 1);
		close(request[1]);
		close(answer[0]);
		execl(child_path, child_path, (char *)NULL);
		_exit(127);
	}
	close(request[0]);
	close(answer[1]);
	signal(SIGPIPE, SIG_IGN);
	to_child = fdopen(request[1], "w");
	from_child = fdopen(answer[0], "r");
	return to_child && from_child ? 0 : -ENOMEM;
}

void kernel_stop(void)
{
	if (to_child)
		fclose(to_child);
	if (from_child)
		fclose(from_child);
	if (child > 0)
		waitpid(child, NULL, 0);
	to_child = from_child = NULL;
	child = -1;
}

double kernel_run(const char *object, const char *program, uint64_t times, uint32_t *ret_result)
{
	char line[256];
	double ns;

	if (!to_child)
		return -1;
	fprintf(to_child, "%s %s %" PRIu64 "\n", object, program, times);
	fflush(to_child);
	if (!fgets(line, sizeof(line), from_child) || sscanf(line, "%lf %" SCNu32, &ns, ret_result) != 2)
		return -1;
	return ns;
}
