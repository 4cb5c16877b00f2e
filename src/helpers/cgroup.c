/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cgroup of the current task: its id is the inode number of its directory in the cgroup2 file system. A thread
 * remembers the answer for a short time, since asking takes a few system calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "helpers/implement.h"

#define LEVELS_MAX 64
#define REMEMBER_NS 100000000ull

/* From the root (level 0) to the task's own. */
struct lineage {
	uint64_t ids[LEVELS_MAX];
	unsigned count; /* 0: not known */
	uint64_t until; /* when to ask again, CLOCK_MONOTONIC_COARSE */
	pid_t process; /* that asked */
};

static uint64_t coarse_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The end of a file's line that begins so; false if there is none. Lines are cut at the size of a path. */
static bool find_line(const char *file, const char *start, char *to, size_t room)
{
	char line[PATH_MAX + 16];
	bool found = false;
	FILE *stream = fopen(file, "re");

	if (!stream)
		return false;
	while (!found && fgets(line, sizeof(line), stream)) {
		size_t length = strlen(start);

		line[strcspn(line, "\n")] = 0;
		found = !strncmp(line, start, length) && strlen(line + length) < room;
		if (found)
			strcpy(to, line + length);
	}
	fclose(stream);
	return found;
}

/* Where cgroup2 is mounted: the usual places. A directory is of cgroup2 if it has this file. */
static const char *mount_point(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", places[i]);
		if (!access(path, F_OK))
			return places[i];
	}
	return NULL;
}

static bool add_level(struct lineage *lineage, const char *path)
{
	struct stat stat_buffer;

	if (lineage->count >= LEVELS_MAX || stat(path, &stat_buffer))
		return false;
	lineage->ids[lineage->count++] = stat_buffer.st_ino;
	return true;
}

/* Each directory from the mount point down to that of the task. */
static void ask(struct lineage *lineage)
{
	char file[64], below[PATH_MAX], path[PATH_MAX + 64];
	const char *mounted = mount_point();

	lineage->count = 0;
	snprintf(file, sizeof(file), "/proc/thread-self/cgroup");
	if (!mounted || !find_line(file, "0::", below, sizeof(below)) || strstr(below, "/../") || below[0] != '/')
		return;
	snprintf(path, sizeof(path), "%s%s", mounted, below);
	bool known = add_level(lineage, mounted);
	char *end = path + strlen(mounted);
	while (known && end[0] && end[1]) {
		end = end + 1 + strcspn(end + 1, "/");
		char next = *end;

		*end = 0;
		known = add_level(lineage, path);
		*end = next;
	}
	if (!known)
		lineage->count = 0;
}

static const struct lineage *lineage_now(void)
{
	static __thread struct lineage lineage;
	uint64_t now = coarse_now();
	int saved = errno;

	if (now >= lineage.until || lineage.process != getpid()) {
		ask(&lineage);
		lineage.until = now + REMEMBER_NS;
		lineage.process = getpid();
	}
	errno = saved;
	return &lineage;
}

HELPER_FN(get_current_cgroup_id)
{
	const struct lineage *lineage = lineage_now();

	return lineage->count ? lineage->ids[lineage->count - 1] : 0;
}

/* r1: the level, 0 is the root. 0: there is none. */
HELPER_FN(get_current_ancestor_cgroup_id)
{
	const struct lineage *lineage = lineage_now();
	int level = (int)r1;

	return level >= 0 && (unsigned)level < lineage->count ? lineage->ids[level] : 0;
}
