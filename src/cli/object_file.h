/* SPDX-License-Identifier: BSD-2-Clause */
/* An object file, opened by libbpf. What is wrong with it is said in one line of ours; libbpf itself is kept silent. */
#ifndef SKEP_CLI_OBJECT_FILE_H
#define SKEP_CLI_OBJECT_FILE_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>

struct object_file {
	const char *path;
	void *bytes; /* the whole file, read once: nobody can change it under us */
	size_t size;
	struct bpf_object *bpf;
};

/* With verbose, what libbpf prints goes to stderr. Otherwise only its last warning is kept, for the report. */
void libbpf_quiet(bool verbose);

/*
 * Reads a whole file of at most limit bytes; "-" is stdin. streams: it may be a pipe or a device, which are waited for.
 * Reports what is wrong. 0 or -errno.
 */
int read_file(const char *path, size_t limit, bool streams, void **ret_bytes, size_t *ret_size);

/* 0, or -errno after it reported what is wrong and what to do. */
int object_file_open(const char *path, struct object_file *ret_file);
void object_file_close(struct object_file *object);

/* The last warning of libbpf since the last call, or NULL. */
const char *libbpf_said_last(void);

/* Whether the program is the one that --prog names: by function or by section. name NULL: every program is. */
bool program_matches(const struct bpf_program *program, const char *name);

/* Reports that there is no program of that name, and which there are. -ENOENT. */
int program_missing(const struct object_file *file, const char *name);

#endif
