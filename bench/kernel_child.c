/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs programs in the real kernel for skep-bench, in a process of its own: there, bpf(2) is the kernel's.
 *
 * Reads lines "OBJECT PROGRAM TIMES" from standard input, answers each with "NANOSECONDS RESULT" or "error TEXT".
 * An object stays loaded once it was named.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "object.h"

#define OBJECTS_MAX 256

static struct loaded {
	char *path;
	struct bpf_object *object;
	_Atomic unsigned long long *consumer, *producer; /* of a ring buffer called `ring` */
} loaded[OBJECTS_MAX];
static unsigned n_loaded;

/* So that it can be emptied: it stays as it is if it cannot be mapped. */
static void map_ring(struct loaded *found)
{
	struct bpf_map *ring = bpf_object__find_map_by_name(found->object, "ring");
	int fd = ring ? bpf_map__fd(ring) : -1;
	void *consumer = ring ? mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
	void *producer = ring ? mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096) : MAP_FAILED;

	if (consumer == MAP_FAILED || producer == MAP_FAILED)
		return;
	found->consumer = consumer;
	found->producer = producer;
}

static struct loaded *find_object(const char *path)
{
	for (unsigned i = 0; i < n_loaded; i++)
		if (!strcmp(loaded[i].path, path))
			return &loaded[i];
	if (n_loaded == OBJECTS_MAX)
		return NULL;
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	if (!object)
		return NULL;
	if (bpf_object__load(object)) {
		int err = errno;

		bpf_object__close(object);
		errno = err;
		return NULL;
	}
	loaded[n_loaded].path = strdup(path);
	loaded[n_loaded].object = object;
	map_ring(&loaded[n_loaded]);
	return &loaded[n_loaded++];
}

static double thread_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static int run(int fd, unsigned times, double *ret_ns, unsigned *ret_result)
{
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet), .repeat = times);
	double start = thread_ns();

	if (bpf_prog_test_run_opts(fd, &options))
		return -errno;
	*ret_ns = thread_ns() - start;
	*ret_result = options.retval;
	return 0;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

int main(void)
{
	char line[4096], path[4096], name[64];
	unsigned long long times;

	libbpf_set_print(quiet);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%4095s %63s %llu", path, name, &times) != 3) {
			printf("error wrong line\n");
			continue;
		}
		struct loaded *found = find_object(path);
		struct bpf_program *program = found ? bpf_object__find_program_by_name(found->object, name) : NULL;
		unsigned step = found && found->consumer ? RUNS_MAX : 1000000;
		double ns = 0, total = 0;
		unsigned result = 0;
		int err = program ? 0 : -errno;

		for (unsigned long long left = times; left && !err; left -= left > step ? step : left) {
			err = run(bpf_program__fd(program), left > step ? step : left, &ns, &result);
			if (found->consumer)
				*found->consumer = *found->producer;
			total += ns;
		}
		if (err)
			printf("error %s\n", strerror(-err));
		else
			printf("%.0f %u\n", total, result);
	}
	return 0;
}
