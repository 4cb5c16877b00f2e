/* SPDX-License-Identifier: BSD-2-Clause */
/* skep-bench: measures skep beside the kernel and native code, in the same run. */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "areas.h"
#include "kernel.h"
#include "report.h"

static const struct area {
	const char *name, *what;
	int (*run)(const struct bench_options *options);
} areas[] = {
	{ "compute", "pure compute: native code, the kernel's JIT, our JIT, our interpreter", bench_compute },
	{ "maps", "operations on maps from inside a program", bench_maps },
	{ "events", "records from programs to user space", bench_events },
	{ "load", "making programs runnable: nanoseconds an instruction, by size of program", bench_load },
};
#define AREAS (sizeof(areas) / sizeof(areas[0]))

static const char usage[] = "Usage: skep-bench [OPTION]...\n"
			    "Measures skep beside the kernel and native code. Prints a table; figures are medians.\n"
			    "\n"
			    "  -a, --area AREA    only this area (default: all)\n"
			    "  -o, --only NAME    only this row of the area\n"
			    "  -j, --json FILE    write the results as a JSON list\n"
			    "  -r, --rounds N     samples of each runner, in turn (default 15, at most 101)\n"
			    "  -s, --sample MS    length of a sample in milliseconds (default 3)\n"
			    "  -h, --help         this text\n"
			    "\nAreas:\n";

static int help(FILE *to, int status)
{
	fputs(usage, to);
	for (unsigned i = 0; i < AREAS; i++)
		fprintf(to, "  %-10s %s\n", areas[i].name, areas[i].what);
	return status;
}

/* Where the build put what this program needs: beside it. */
static void beside(const char *name, char path[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[length < 0 ? 0 : length] = 0;
	snprintf(path, PATH_MAX, "%s/%s", dirname(self), name);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = { { "area", required_argument, NULL, 'a' },
		{ "only", required_argument, NULL, 'o' }, { "json", required_argument, NULL, 'j' },
		{ "rounds", required_argument, NULL, 'r' }, { "sample", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' }, { 0 } };
	static char objects[PATH_MAX], child[PATH_MAX];
	struct bench_options options = { .objects = objects, .rounds = 15, .sample_ns = 3e6 };
	const char *area = "all", *json = NULL;
	int option, failed = 0, ran = 0;

	while ((option = getopt_long(argc, argv, "a:o:j:r:s:h", long_options, NULL)) != -1) {
		switch (option) {
		case 'a':
			area = optarg;
			break;
		case 'o':
			options.only = optarg;
			break;
		case 'j':
			json = optarg;
			break;
		case 'r':
			options.rounds = (unsigned)atoi(optarg);
			break;
		case 's':
			options.sample_ns = atof(optarg) * 1e6;
			break;
		case 'h':
			return help(stdout, 0);
		default:
			return help(stderr, 2);
		}
	}
	if (optind < argc || options.rounds < 1 || options.rounds > ROUNDS_MAX || options.sample_ns <= 0)
		return help(stderr, 2);
	beside(".", objects);
	beside("kernel-child", child);
	int err = kernel_start(child);
	if (err)
		fprintf(stderr, "skep-bench: no figures of the kernel: %s\n", strerror(-err));
	for (unsigned i = 0; i < AREAS; i++) {
		if (strcmp(area, "all") && strcmp(area, areas[i].name))
			continue;
		ran++;
		failed |= areas[i].run(&options) < 0;
	}
	kernel_stop();
	if (!ran) {
		fprintf(stderr, "skep-bench: there is no area '%s'\n", area);
		return help(stderr, 2);
	}
	err = json ? report_write(json) : 0;
	if (err)
		fprintf(stderr, "skep-bench: %s: %s\n", json, strerror(-err));
	return failed || err;
}
