/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/help.h"

#include <string.h>

static bool takes(enum command_id command, enum option_id option)
{
	return option_rows[option].commands & 1u << command;
}

/* Options that every command has are told once. */
static bool is_common(enum option_id option)
{
	return option_rows[option].commands == ~0u;
}

void help_overview(FILE *out)
{
	enum command_id command;
	unsigned i;

	fprintf(out, "skep: eBPF in user space: verifies, runs and shows BPF programs without the kernel's BPF.\n\n");
	fprintf(out, "Usage: skep COMMAND [ARGUMENTS]\n\nCommands:\n");
	for (command = 0; command < N_COMMANDS; command++)
		fprintf(out, "  %-10s %s\n", command_rows[command].name, command_rows[command].summary);
	fprintf(out, "\n  skep help COMMAND  describes one of them; skep --version tells the version\n");
	fprintf(out, "\nExit status:\n");
	for (i = 0; i < n_status_rows; i++)
		fprintf(out, "  %d  %s\n", status_rows[i].number, status_rows[i].meaning);
}

static void print_option(FILE *out, enum option_id option)
{
	const struct option_row *row = &option_rows[option];
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", row->name, row->argument ? " " : "", row->argument ?: "");
	if (strlen(left) > 22)
		fprintf(out, "  %s\n%26s%s\n", left, "", row->help);
	else
		fprintf(out, "  %-22s  %s\n", left, row->help);
}

void help_command(FILE *out, enum command_id command)
{
	const struct command_row *row = &command_rows[command];
	enum option_id option;

	fprintf(out, "Usage: skep %s%s%s [OPTIONS]\n\n%s\nOptions:\n", row->name, row->arguments[0] ? " " : "",
		row->arguments, row->text);
	for (option = 0; option < N_OPTIONS; option++)
		if (takes(command, option))
			print_option(out, option);
}

/* roff: a leading dot or quote is a request, a backslash an escape, and a plain '-' may become a typographic hyphen. */
static void roff(FILE *out, const char *text)
{
	bool line_start = true;

	for (; *text; text++) {
		if (line_start && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (line_start && *text == '\n') {
			fputs(".PP\n", out);
			continue;
		}
		line_start = *text == '\n';
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
	}
}

static void roff_option(FILE *out, enum option_id option)
{
	const struct option_row *row = &option_rows[option];

	fputs(".TP\n\\fB\\-\\-", out);
	roff(out, row->name);
	fputs("\\fR", out);
	if (row->argument) {
		fputs(" \\fI", out);
		roff(out, row->argument);
		fputs("\\fR", out);
	}
	fputc('\n', out);
	roff(out, row->help);
	fputs(".\n", out);
}

void help_manual(FILE *out)
{
	enum command_id command;
	enum option_id option;
	unsigned i;

	fprintf(out, ".TH SKEP 1 \"\" \"skep %s\" \"User Commands\"\n", SKEP_VERSION);
	fputs(".SH NAME\nskep \\- eBPF in user space\n", out);
	fputs(".SH SYNOPSIS\n", out);
	for (command = 0; command < N_COMMANDS; command++) {
		if (command)
			fputs(".br\n", out);
		fprintf(out, ".B skep %s\n", command_rows[command].name);
		if (command_rows[command].arguments[0])
			fprintf(out, ".I %s\n", command_rows[command].arguments);
		fputs("[\\fIOPTIONS\\fR]\n", out);
	}
	fputs(".br\n.B skep \\-\\-version\n", out);
	fputs(".SH DESCRIPTION\n", out);
	roff(out,
		"skep holds the kernel's half of eBPF in user space: it verifies, compiles and runs BPF programs, and\n"
		"keeps their maps, inside the process that asks for it. It needs no privileges, and it never passes\n"
		"a BPF command to the machine's own kernel. Object files are loaded by the system's libbpf.\n");
	for (command = 0; command < N_COMMANDS; command++) {
		fprintf(out, ".SS skep %s %s\n", command_rows[command].name, command_rows[command].arguments);
		roff(out, command_rows[command].text);
		for (option = 0; option < N_OPTIONS; option++)
			if (takes(command, option) && !is_common(option))
				roff_option(out, option);
	}
	fputs(".SS Options of every command\n", out);
	for (option = 0; option < N_OPTIONS; option++)
		if (is_common(option))
			roff_option(out, option);
	fputs(".SH EXIT STATUS\n", out);
	for (i = 0; i < n_status_rows; i++) {
		fprintf(out, ".TP\n%d\n", status_rows[i].number);
		roff(out, status_rows[i].meaning);
		fputc('\n', out);
	}
	fputs(".SH ENVIRONMENT\n.TP\nNO_COLOR\n", out);
	roff(out, "If it is set and not empty, the output has no colours unless --color always asks for them.\n");
	fputs(".SH SEE ALSO\n.BR clang (1),\n.BR bpftool (8),\n.BR bpf (2)\n", out);
}

static void complete_option_values(FILE *out)
{
	enum option_id option;
	const char *word;

	for (option = 0; option < N_OPTIONS; option++) {
		const struct option_row *row = &option_rows[option];

		switch (row->kind) {
		case OPTION_KIND_SWITCH:
			break;
		case OPTION_KIND_TEXT:
		case OPTION_KIND_NUMBER:
			fprintf(out, "\t--%s) return ;;\n", row->name);
			break;
		case OPTION_KIND_FILENAME:
			fprintf(out, "\t--%s) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", row->name);
			break;
		case OPTION_KIND_DEVICE:
			fprintf(out,
				"\t--%s) COMPREPLY=($(compgen -W \"$(ls /sys/class/net)\" -- \"$word\")); return ;;\n",
				row->name);
			break;
		case OPTION_KIND_CHOICE:
			fprintf(out, "\t--%s) COMPREPLY=($(compgen -W '", row->name);
			for (word = row->argument; *word; word++)
				fputc(*word == '|' ? ' ' : *word, out);
			fputs("' -- \"$word\")); return ;;\n", out);
			break;
		}
	}
}

void help_completion(FILE *out)
{
	enum command_id command;
	enum option_id option;

	fputs("# bash completion for skep, made from the tool's own table of options\n", out);
	fputs("_skep()\n{\n\tlocal word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n", out);
	fputs("\tCOMPREPLY=()\n\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\tCOMPREPLY=($(compgen -W '", out);
	for (command = 0; command < N_COMMANDS; command++)
		fprintf(out, "%s ", command_rows[command].name);
	fputs("--version --help' -- \"$word\"))\n\t\treturn\n\tfi\n\tcase $previous in\n", out);
	complete_option_values(out);
	fputs("\tesac\n\tcase ${COMP_WORDS[1]}:$word in\n", out);
	for (command = 0; command < N_COMMANDS; command++) {
		fprintf(out, "\t%s:-*) COMPREPLY=($(compgen -W '", command_rows[command].name);
		for (option = 0; option < N_OPTIONS; option++)
			if (takes(command, option))
				fprintf(out, "--%s ", option_rows[option].name);
		fputs("' -- \"$word\")) ;;\n", out);
	}
	fputs("\thelp:*) COMPREPLY=($(compgen -W '", out);
	for (command = 0; command < N_COMMANDS; command++)
		fprintf(out, "%s ", command_rows[command].name);
	fputs("' -- \"$word\")) ;;\n\t*) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n\tesac\n}\n", out);
	fputs("complete -o filenames -F _skep skep\n", out);
}
