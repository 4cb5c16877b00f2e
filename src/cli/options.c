/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line parser. */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/report.h"

const struct command_row command_rows[N_COMMANDS] = {
#define COMMAND(id, name, arguments, summary, text) [COMMAND_##id] = { #name, arguments, summary, text },
#include "cli/options.def"
};

#define ON(id) (1u << COMMAND_##id)
#define EVERY (~0u)
const struct option_row option_rows[N_OPTIONS] = {
#define OPTION(id, commands, name, argument, kind, min, max, help) \
	[OPTION_##id] = { commands, name, argument, OPTION_KIND_##kind, min, max, help },
#include "cli/options.def"
};

const struct status_row status_rows[] = {
#define STATUS(number, meaning) { number, meaning },
#include "cli/options.def"
};
const unsigned n_status_rows = ARRAY_SIZE(status_rows);

_Static_assert(N_COMMANDS <= 32, "option rows name commands by bits of 32");

enum command_id command_find(const char *name)
{
	enum command_id id;

	for (id = 0; id < N_COMMANDS; id++)
		if (!strcmp(command_rows[id].name, name))
			break;
	return id;
}

/* The option of this command whose name is the first length bytes of text. */
static enum option_id option_find(enum command_id command, const char *text, size_t length)
{
	enum option_id id;

	for (id = 0; id < N_OPTIONS; id++) {
		const struct option_row *row = &option_rows[id];

		if ((row->commands & 1u << command) && strlen(row->name) == length && !memcmp(row->name, text, length))
			break;
	}
	return id;
}

/* Whether word is one of the words of choices, which are parted by bars. */
static bool is_choice(const char *choices, const char *word)
{
	size_t length = strlen(word);

	while (length) {
		if (!strncmp(choices, word, length) && (choices[length] == '|' || !choices[length]))
			return true;
		choices = strchr(choices, '|');
		if (!choices)
			break;
		choices++;
	}
	return false;
}

static int usage(enum command_id command, const char *what, const char *name)
{
	report("%s: %s%s (see 'skep help %s')", command_rows[command].name, what, name, command_rows[command].name);
	return -EINVAL;
}

static int take_value(struct options *options, enum option_id id, const char *value)
{
	const struct option_row *row = &option_rows[id];
	const char *command = command_rows[options->command].name;
	unsigned long long number;
	char *end;

	if (options->text[id]) {
		report("%s: --%s is given twice", command, row->name);
		return -EINVAL;
	}
	options->text[id] = value;
	if (row->kind == OPTION_KIND_CHOICE && !is_choice(row->argument, value)) {
		report("%s: --%s takes %s, not '%s'", command, row->name, row->argument, value);
		return -EINVAL;
	}
	if (row->kind != OPTION_KIND_NUMBER)
		return 0;
	errno = 0;
	number = strtoull(value, &end, 0);
	if (errno || end == value || *end || strchr(value, '-') || number < row->min || number > row->max) {
		report("%s: --%s takes a number from %llu to %llu, not '%s'", command, row->name,
			(unsigned long long)row->min, (unsigned long long)row->max, value);
		return -EINVAL;
	}
	options->number[id] = number;
	return 0;
}

/* An argument that begins with --. Moves *index on if it takes the next argument as its value. */
static int take_option(struct options *options, int argc, char **argv, int *index)
{
	const char *name = argv[*index] + 2;
	const char *equals = strchr(name, '=');
	enum option_id id = option_find(options->command, name, equals ? (size_t)(equals - name) : strlen(name));

	if (id == N_OPTIONS)
		return usage(options->command, "there is no option ", argv[*index]);
	if (option_rows[id].kind == OPTION_KIND_SWITCH) {
		if (equals)
			return usage(options->command, "no value may be given to --", option_rows[id].name);
		options->text[id] = "";
		return 0;
	}
	if (equals)
		return take_value(options, id, equals + 1);
	if (*index + 1 >= argc)
		return usage(options->command, "a value is missing after --", option_rows[id].name);
	return take_value(options, id, argv[++*index]);
}

int options_parse(enum command_id command, int argc, char **argv, struct options *ret_options)
{
	const char *arguments = command_rows[command].arguments;
	struct options options = { .command = command };
	bool only_operands = false;
	int i, err;

	for (i = 0; i < argc; i++) {
		if (!only_operands && !strcmp(argv[i], "--")) {
			only_operands = true;
		} else if (!only_operands && !strcmp(argv[i], "-h")) {
			options.text[OPTION_HELP] = "";
		} else if (!only_operands && !strncmp(argv[i], "--", 2)) {
			err = take_option(&options, argc, argv, &i);
			if (err)
				return err;
		} else if (!only_operands && argv[i][0] == '-' && argv[i][1]) {
			return usage(command, "there is no option ", argv[i]);
		} else if (strstr(arguments, "...")) {
			options.operand = argv[i];
			options.rest = argv + i;
			break;
		} else if (options.operand || !arguments[0]) {
			return usage(command, "too many arguments: ", argv[i]);
		} else {
			options.operand = argv[i];
		}
	}
	if (!options.operand && arguments[0] && arguments[0] != '[' && !option_given(&options, OPTION_HELP))
		return usage(command, "an argument is missing: ", arguments);
	*ret_options = options;
	return 0;
}
