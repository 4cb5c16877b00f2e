/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line, parsed after the rows of options.def. */
#ifndef SKEP_CLI_OPTIONS_H
#define SKEP_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum command_id {
#define COMMAND(id, name, arguments, summary, text) COMMAND_##id,
#include "cli/options.def"
	N_COMMANDS,
};

enum option_id {
#define OPTION(id, commands, name, argument, kind, min, max, help) OPTION_##id,
#include "cli/options.def"
	N_OPTIONS,
};

enum option_kind {
	OPTION_KIND_SWITCH,
	OPTION_KIND_TEXT,
	OPTION_KIND_FILENAME,
	OPTION_KIND_DEVICE,
	OPTION_KIND_NUMBER,
	OPTION_KIND_CHOICE,
};

struct command_row {
	const char *name, *arguments, *summary, *text;
};

struct option_row {
	uint32_t commands; /* bit N: command N takes it */
	const char *name, *argument;
	enum option_kind kind;
	uint64_t min, max;
	const char *help;
};

struct status_row {
	int number;
	const char *meaning;
};

extern const struct command_row command_rows[N_COMMANDS];
extern const struct option_row option_rows[N_OPTIONS];
extern const struct status_row status_rows[];
extern const unsigned n_status_rows;

/* What one command was called with. */
struct options {
	enum command_id command;
	const char *text[N_OPTIONS]; /* NULL: not given. Of a switch: "" */
	uint64_t number[N_OPTIONS]; /* of kind NUMBER, if given */
	const char *operand; /* the positional argument, or NULL */
	char **rest; /* of a command that takes a command ("..."): the operand and all after it, NULL at the end */
};

static inline bool option_given(const struct options *options, enum option_id id)
{
	return options->text[id];
}

/* N_COMMANDS if there is none of that name. */
enum command_id command_find(const char *name);

/*
 * Parses the arguments after the command's name. 0, or -EINVAL after it has said on stderr what is wrong; --help needs
 * no operand.
 */
int options_parse(enum command_id command, int argc, char **argv, struct options *ret_options);

#endif
