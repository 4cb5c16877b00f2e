/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main of a fuzz target where there is no libFuzzer: gives it each file named, and each file of each folder named.
 * Then every file once more, cut short and with bytes changed, the same ones on every run.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "target.h"

#define SIZE_MAX_INPUT (1 << 20)
#define CHANGED_COPIES 200

static unsigned n_inputs;

static void run(const uint8_t *data, size_t size)
{
	/* A buffer of exactly that size, so that a sanitizer sees what reads past it. */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_changed(uint8_t *data, size_t size)
{
	uint32_t state = size * 2654435761u + 1;

	for (int i = 0; i < CHANGED_COPIES && size; i++) {
		uint8_t *at, old;

		state = state * 1664525 + 1013904223;
		at = &data[(state >> 8) % size];
		old = *at;
		*at ^= 1u << (state >> 29);
		run(data, size);
		run(data, at - data);
		*at = old;
	}
}

static int replay_file(const char *path)
{
	uint8_t *data = malloc(SIZE_MAX_INPUT);
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!data || !file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(data);
		return 1;
	}
	size = fread(data, 1, SIZE_MAX_INPUT, file);
	fclose(file);
	run(data, size);
	run_changed(data, size);
	free(data);
	n_inputs++;
	return 0;
}

static int replay(const char *path)
{
	struct stat status;
	struct dirent *entry;
	int failed = 0;
	DIR *folder;

	if (stat(path, &status)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	if (!S_ISDIR(status.st_mode))
		return replay_file(path);
	folder = opendir(path);
	if (!folder) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	while ((entry = readdir(folder))) {
		char inner[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		failed |= replay(inner);
	}
	closedir(folder);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	printf("%u inputs\n", n_inputs);
	return failed || !n_inputs;
}
