/* SPDX-License-Identifier: BSD-2-Clause */
/* `skep verify`: the verdict on each program of an object. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/program.h"
#include "cli/report.h"
#include "cli/tool_hive.h"
#include "skep/skep.h"

/* The verdict on one program. */
struct verdict {
	const char *name, *section, *type;
	int error; /* 0: accepted */
	const char *log; /* "" if there is none */
};

/* Up to the end of the line. A log quotes the object's source lines. */
static void print_line(const char *text)
{
	char line[1024];

	snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
	print_clean(stdout, line);
	putchar('\n');
}

static void text_verdict(const struct verdict *verdict)
{
	const char *line;
	size_t length;
	const char *reason = log_reason(verdict->log, &length);

	fputs(color(COLOR_HEAD), stdout);
	print_clean(stdout, verdict->name);
	printf("%s (%s): %s%s%s", color(COLOR_NONE), verdict->type, color(verdict->error ? COLOR_BAD : COLOR_GOOD),
		verdict->error ? "refused" : "accepted", color(COLOR_NONE));
	if (verdict->error) {
		fputs(": ", stdout);
		print_line(length ? reason : strerror(-verdict->error));
	} else {
		putchar('\n');
	}
	for (line = verdict->log; *line; line += strcspn(line, "\n"), line += *line == '\n')
		print_line(line);
}

static void json_verdict(struct json *json, const struct verdict *verdict)
{
	size_t length;
	const char *reason = log_reason(verdict->log, &length);

	json_object(json, NULL);
	json_text(json, "name", verdict->name);
	json_text(json, "section", verdict->section);
	json_text(json, "type", verdict->type);
	json_bool(json, "accepted", !verdict->error);
	if (verdict->error) {
		json_signed(json, "errno", -verdict->error);
		json_bytes_text(json, "reason", reason, length);
	}
	json_text(json, "log", verdict->log);
	json_end_object(json);
}

/* A fresh object for each program: libbpf loads an object once. 0: accepted, 1: refused, -errno: not loaded at all. */
static int verify_one(const struct options *options, const struct bpf_program *listed, struct json *json)
{
	struct program_opts opts = {
		.name = bpf_program__name(listed),
		.log_level = options->number[OPTION_LOG_LEVEL],
		.silent = true,
	};
	struct verdict verdict = {
		.name = bpf_program__name(listed),
		.section = bpf_program__section_name(listed),
		.type = libbpf_bpf_prog_type_str(bpf_program__type(listed)) ?: "unknown type",
	};
	struct program program = { 0 };
	char *log;

	verdict.error = program_load(options->operand, &opts, &program, &log);
	if (verdict.error && !log)
		return verdict.error;
	verdict.log = log ?: (opts.log_level ? program.log : "");
	if (option_given(options, OPTION_JSON))
		json_verdict(json, &verdict);
	else
		text_verdict(&verdict);
	if (!verdict.error)
		program_unload(&program);
	free(log);
	return verdict.error ? 1 : 0;
}

static int verify_all(const struct options *options, const struct object_file *file)
{
	const char *name = options->text[OPTION_PROG];
	bool as_json = option_given(options, OPTION_JSON);
	struct json json = json_to(stdout);
	struct bpf_program *program;
	unsigned tried = 0;
	int status = 0;

	bpf_object__for_each_program(program, file->bpf) tried += program_matches(program, name);
	if (!tried)
		return program_missing(file, name ?: "");
	if (as_json) {
		json_object(&json, NULL);
		json_text(&json, "file", file->path);
		json_array(&json, "programs");
	}
	bpf_object__for_each_program(program, file->bpf)
	{
		int result = program_matches(program, name) ? verify_one(options, program, &json) : 0;

		status = result ? result : status;
	}
	if (as_json) {
		json_end_array(&json);
		json_bool(&json, "accepted", !status);
		json_end_object(&json);
	}
	return status;
}

int cmd_verify(const struct options *options)
{
	const struct skep_hive_opts hive_opts = { .sz = sizeof(hive_opts), .kernel = options->text[OPTION_KERNEL] };
	struct object_file file;
	int err;

	libbpf_quiet(option_given(options, OPTION_VERBOSE));
	err = tool_hive_open(&hive_opts);
	if (err)
		return err == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	err = object_file_open(options->operand, &file);
	if (err)
		goto close_hive;
	err = verify_all(options, &file);
	object_file_close(&file);

close_hive:
	tool_hive_close();
	return err ? EXIT_FAILED : 0;
}
