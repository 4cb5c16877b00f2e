/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool colored;

/* Control characters of ASCII, and those that UTF-8 writes as c2 80 to c2 9f. */
static bool steers(const char *byte)
{
	unsigned char first = byte[0], second = first ? byte[1] : 0;

	return (first < 0x20 && first != '\t') || first == 0x7f || (first == 0xc2 && second >= 0x80 && second < 0xa0);
}

void print_clean(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc(steers(text) ? '?' : *text, out);
}

static void say(const char *kind, const char *format, va_list args)
{
	char line[1024];

	vsnprintf(line, sizeof(line), format, args);
	fflush(stdout);
	fprintf(stderr, "skep: %s", kind);
	print_clean(stderr, line);
	fputc('\n', stderr);
}

void report(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("warning: ", format, args);
	va_end(args);
}

void color_setup(const char *when)
{
	const char *term = getenv("TERM");
	const char *no_color = getenv("NO_COLOR");

	if (when && strcmp(when, "auto"))
		colored = !strcmp(when, "always");
	else
		colored = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") && !(no_color && *no_color);
}

const char *color(enum color which)
{
	static const char *const sequences[] = {
		[COLOR_NONE] = "\033[0m",
		[COLOR_HEAD] = "\033[1m",
		[COLOR_SOURCE] = "\033[36m",
		[COLOR_DIM] = "\033[2m",
		[COLOR_GOOD] = "\033[32m",
		[COLOR_BAD] = "\033[31m",
	};

	return colored ? sequences[which] : "";
}
