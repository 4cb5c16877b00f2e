/* SPDX-License-Identifier: BSD-2-Clause */
/* One program of an object, loaded by libbpf into the tool's hive. */
#ifndef SKEP_CLI_PROGRAM_H
#define SKEP_CLI_PROGRAM_H

#include "cli/object_file.h"

struct options;

struct program {
	struct object_file file;
	struct bpf_program *bpf;
	char *log; /* of the verifier; "" if it said nothing */
};

/* How to load. */
struct program_opts {
	const char *name; /* function or section; NULL: the only one */
	unsigned log_level;
	bool silent; /* the verifier's refusal is not reported */
};

/*
 * Opens the object and loads one program of it. Reports what fails: of a refused program the line of the verifier's log
 * that gives the reason. 0 or -errno. If the verifier refused, *ret_log is its log, to be freed, else NULL; ret_log may
 * be NULL.
 */
int program_load(const char *path, const struct program_opts *opts, struct program *ret_program, char **ret_log);
void program_unload(struct program *program);

/* The reason for which a verifier's log says that it refused: the last line that is not statistics. Not terminated. */
const char *log_reason(const char *log, size_t *ret_length);

#endif
