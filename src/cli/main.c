/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line tool: finds the command, parses its options, runs it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/report.h"
#include "skep/skep.h"

static int (*const functions[N_COMMANDS])(const struct options *options) = {
#define COMMAND(id, name, arguments, summary, text) [COMMAND_##id] = cmd_##name,
#include "cli/options.def"
};

int cmd_help(const struct options *options)
{
	enum command_id command;

	if (!options->operand) {
		help_overview(stdout);
		return 0;
	}
	command = command_find(options->operand);
	if (command == N_COMMANDS) {
		report("help: there is no command '%s' (see 'skep help')", options->operand);
		return EXIT_USAGE;
	}
	help_command(stdout, command);
	return 0;
}

static int run_command(int argc, char **argv)
{
	struct options options;
	enum command_id command;

	if (argc < 2) {
		help_overview(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("skep %s\n", skep_version());
		return 0;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help_overview(stdout);
		return 0;
	}
	command = command_find(argv[1]);
	if (command == N_COMMANDS) {
		report("there is no command '%s' (see 'skep help')", argv[1]);
		return EXIT_USAGE;
	}
	if (options_parse(command, argc - 2, argv + 2, &options))
		return EXIT_USAGE;
	if (option_given(&options, OPTION_HELP)) {
		help_command(stdout, command);
		return 0;
	}
	color_setup(options.text[OPTION_COLOR]);
	return functions[command](&options);
}

int main(int argc, char **argv)
{
	int status = run_command(argc, argv);

	/* A full disk must not look like success. */
	if (fflush(stdout) || ferror(stdout)) {
		report("cannot write the output: %s", strerror(errno));
		return status ?: EXIT_FAILED;
	}
	return status;
}
