/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/report.h"

#define LOG_SIZE (1u << 20)

const char *log_reason(const char *log, size_t *ret_length)
{
	const char *reason = "", *line = log;

	*ret_length = 0;
	while (*line) {
		size_t length = strcspn(line, "\n");

		/* "processed N insns (limit ...)" and the lines of `verification time` come after the reason. */
		if (length && strncmp(line, "processed ", 10) && strncmp(line, "verification time", 17) &&
			strncmp(line, "stack depth ", 12)) {
			reason = line;
			*ret_length = length;
		}
		line += length + (line[length] == '\n');
	}
	return reason;
}

/* The program that is meant; all others are not loaded. */
static struct bpf_program *choose(const struct object_file *file, const char *name)
{
	struct bpf_program *program, *chosen = NULL;
	unsigned matches = 0;

	bpf_object__for_each_program(program, file->bpf)
	{
		bool match = program_matches(program, name);

		if (match)
			chosen = program;
		matches += match;
		bpf_program__set_autoload(program, false);
	}
	if (matches == 1) {
		bpf_program__set_autoload(chosen, true);
		return chosen;
	}
	if (matches)
		report("%s: there are %u programs%s%s: choose one with --prog NAME (see 'skep disasm')", file->path,
			matches, name ? " in section " : "", name ?: "");
	else if (name)
		program_missing(file, name);
	else
		report("%s: there is no program in it", file->path);
	return NULL;
}

static void report_refusal(const struct program *program, int err)
{
	const char *said = libbpf_said_last();
	size_t length;
	const char *reason = log_reason(program->log, &length);

	if (length)
		report("%s: program '%s' was refused: %.*s (%s; see 'skep verify')", program->file.path,
			bpf_program__name(program->bpf), (int)MIN(length, 300), reason, strerror(-err));
	else if (bpf_program__type(program->bpf) == BPF_PROG_TYPE_UNSPEC)
		report("%s: section '%s' of program '%s' names no kind of program", program->file.path,
			bpf_program__section_name(program->bpf), bpf_program__name(program->bpf));
	else
		report("%s: libbpf cannot load it: %s (%s)", program->file.path, said ?: "no reason given",
			strerror(-err));
}

int program_load(const char *path, const struct program_opts *opts, struct program *ret_program, char **ret_log)
{
	struct program program = { 0 };
	int err;

	if (ret_log)
		*ret_log = NULL;
	err = object_file_open(path, &program.file);
	if (err)
		return err;
	program.bpf = choose(&program.file, opts->name);
	program.log = calloc(1, LOG_SIZE);
	err = !program.bpf ? -ENOENT : !program.log ? -ENOMEM : 0;
	if (err)
		goto unload;
	bpf_program__set_log_buf(program.bpf, program.log, LOG_SIZE);
	bpf_program__set_log_level(program.bpf, opts->log_level);
	libbpf_said_last();
	err = bpf_object__load(program.file.bpf);
	if (err) {
		if (!opts->silent || !program.log[0])
			report_refusal(&program, err);
		if (ret_log && program.log[0]) {
			*ret_log = program.log;
			program.log = NULL;
		}
		goto unload;
	}
	*ret_program = program;
	return 0;

unload:
	program_unload(&program);
	return err;
}

void program_unload(struct program *program)
{
	object_file_close(&program->file);
	free(program->log);
	program->log = NULL;
}
