/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tool says to a person: errors on stderr, and colours on stdout if it is a terminal. */
#ifndef SKEP_CLI_REPORT_H
#define SKEP_CLI_REPORT_H

#include <stdbool.h>
#include <stdio.h>

/* Exit statuses; options.def documents them. */
enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

/* One line on stderr, "skep: " in front. Control characters of what it prints are shown as '?'. */
__attribute__((format(printf, 1, 2))) void report(const char *format, ...);

/* A hint or a warning: like report(), but "skep: warning: ". */
__attribute__((format(printf, 1, 2))) void warn(const char *format, ...);

/* A stranger's text, such as a string of an object file: what could steer a terminal becomes '?'. */
void print_clean(FILE *out, const char *text);

enum color {
	COLOR_NONE,
	COLOR_HEAD, /* a program's name, a heading */
	COLOR_SOURCE, /* source lines */
	COLOR_DIM, /* bytes, annotations */
	COLOR_GOOD,
	COLOR_BAD,
};

/* when: "auto", "always", "never", or NULL for auto. */
void color_setup(const char *when);
/* The escape sequence that begins the colour (COLOR_NONE: that ends it), or "" when the output has no colours. */
const char *color(enum color which);

#endif
