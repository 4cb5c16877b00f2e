/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs at build time: writes support.md, what skep does and does not do, from the tables that its code is made of. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/release.h"

struct row {
	unsigned number;
	const char *name;
	release_t since;
	enum support support;
	const char *reason;
};

static const struct row commands[] = {
#define COMMAND(number, name, last, since, function, support, reason) \
	{ number, #name, since, SUPPORT_##support, reason },
#include "sys/commands.def"
#undef COMMAND
};

static const struct row map_types[] = {
#define MAP_TYPE(number, name, ops, since, support, reason) { number, #name, since, SUPPORT_##support, reason },
#include "maps/map_types.def"
#undef MAP_TYPE
};

static const struct row prog_types[] = {
#define PROG_TYPE(number, name, lower, context, since, support, reason) \
	{ number, #name, since, SUPPORT_##support, reason },
#include "progs/prog_types.def"
#undef PROG_TYPE
};

static const struct row helpers[] = {
#define HELPER(number, name, since, ret, a1, a2, a3, a4, a5, flags, support, reason) \
	{ number, "bpf_" #name, since, SUPPORT_##support, reason },
#include "helpers/helpers.def"
#undef HELPER
};

static const char *const words[] = {
	[SUPPORT_NONE] = "no",
	[SUPPORT_PARTIAL] = "in part",
	[SUPPORT_FULL] = "yes",
};

static void print_table(const char *title, const struct row *rows, unsigned n_rows)
{
	unsigned counts[ARRAY_SIZE(words)] = { 0 }, i;

	for (i = 0; i < n_rows; i++)
		counts[rows[i].support]++;
	printf("\n## %s: %u of %u, %u more in part\n\n", title, counts[SUPPORT_FULL], n_rows, counts[SUPPORT_PARTIAL]);
	printf("| number | name | since Linux | supported | what is missing |\n|---:|---|---|---|---|\n");
	for (i = 0; i < n_rows; i++)
		printf("| %u | %s | %u.%u | %s | %s |\n", rows[i].number, rows[i].name, RELEASE_MAJOR(rows[i].since),
			RELEASE_MINOR(rows[i].since), words[rows[i].support], rows[i].reason);
}

int main(void)
{
	printf("# What skep %s supports\n\nMade from the tables in the sources; do not edit.\n", SKEP_VERSION);
	print_table("Commands of bpf(2)", commands, ARRAY_SIZE(commands));
	print_table("Program types", prog_types, ARRAY_SIZE(prog_types));
	print_table("Map types", map_types, ARRAY_SIZE(map_types));
	print_table("Helpers", helpers, ARRAY_SIZE(helpers));
	return fflush(stdout) ? 1 : 0;
}
