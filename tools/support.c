/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints docs/support.md from the tables of facts: what Linux has, since when, and how far it is here. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/macros.h"
#include "base/release.h"

/* A row of any table that tells support. */
struct row {
	int64_t number;
	const char *name;
	release_t since;
	const char *support; /* FULL, PARTIAL or NONE */
	const char *reason;
};

static const struct row commands[] = {
#define COMMAND(number, NAME, group, last, since, function, support, reason) { number, #NAME, since, #support, reason },
#include "sys/commands.def"
#undef COMMAND
};

static const struct row map_types[] = {
#define MAP_TYPE(number, NAME, ops, since, support, reason) { number, #NAME, since, #support, reason },
#include "maps/map_types.def"
#undef MAP_TYPE
};

static const struct row prog_types[] = {
#define PROG_TYPE(number, NAME, name, context, since, support, reason) { number, #NAME, since, #support, reason },
#include "progs/prog_types.def"
#undef PROG_TYPE
};

static const struct row helpers[] = {
#define HELPER(number, name, since, ret, a1, a2, a3, a4, a5, flags, support, reason) \
	{ number, "bpf_" #name, since, #support, reason },
#include "helpers/helpers.def"
#undef HELPER
};

static const struct {
	const char *name, *mnemonic, *group, *status;
	int code;
	release_t since;
} opcodes[] = {
#define OPCODE(name, code, src, off, imm, mnemonic, group, since, status) \
	{ #name, mnemonic, #group, #status, code, since },
#include "isa/opcodes.def"
#undef OPCODE
};

static const struct {
	int number;
	const char *name, *prog_type;
	release_t since;
} attach_types[] = {
#define ATTACH_TYPE(number, NAME, prog_type, when, since) { number, #NAME, #prog_type, since },
#include "progs/attach_types.def"
#undef ATTACH_TYPE
};

static const struct {
	int number;
	const char *name;
	release_t since;
} link_types[] = {
#define LINK_TYPE(number, NAME, since) { number, #NAME, since },
#include "progs/link_types.def"
#undef LINK_TYPE
};

static const struct {
	const char *area, *name, *note;
	int64_t value;
	release_t since;
} limits[] = {
#define LIMIT(area, name, value, since, note) { #area, #name, note, value, since },
#define LIMIT_IN LIMIT
#include "base/limits.def"
#undef LIMIT
#undef LIMIT_IN
};

static const char *release_text(release_t release, char buffer[16])
{
	if (release == V(0, 0))
		return "";
	snprintf(buffer, 16, "%d.%d", RELEASE_MAJOR(release), RELEASE_MINOR(release));
	return buffer;
}

/* Text in a cell of a table: a bar would end it. */
static void put_cell(const char *text)
{
	for (; *text; text++)
		printf(*text == '|' ? "\\|" : "%c", *text);
}

static void put_lower(const char *text)
{
	for (; *text; text++)
		putchar(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text);
}

static unsigned count(const struct row *rows, size_t n, const char *support)
{
	unsigned found = 0;

	for (size_t i = 0; i < n; i++)
		found += !strcmp(rows[i].support, support);
	return found;
}

static void put_rows(const char *title, const char *prefix, const struct row *rows, size_t n)
{
	char since[16];

	printf("\n## %s\n\n%u of %zu work", title, count(rows, n, "FULL"), n);
	if (count(rows, n, "PARTIAL"))
		printf(", %u more in part", count(rows, n, "PARTIAL"));
	printf(".\n\n| number | name | Linux | here | |\n|---:|---|---|---|---|\n");
	for (size_t i = 0; i < n; i++) {
		bool full = !strcmp(rows[i].support, "FULL"), none = !strcmp(rows[i].support, "NONE");

		printf("| %lld | `%s%s` | %s | %s | ", (long long)rows[i].number, prefix, rows[i].name,
			release_text(rows[i].since, since),
			full   ? "yes"
			: none ? "no"
			       : "in part");
		put_cell(rows[i].reason);
		printf(" |\n");
	}
}

static void put_opcodes(void)
{
	static const struct {
		const char *status, *text;
	} words[] = { { "STD", "RFC 9669" }, { "LINUX", "Linux alone" }, { "RESERVED", "reserved: refused" } };
	char since[16];

	printf("\n## Instructions\n\nEvery form, as the disassembler prints it: D and S are register numbers. Those "
	       "that only "
	       "the verifier makes are left out.\n\n"
	       "| code | text | conformance group | Linux | |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_SIZE(opcodes); i++) {
		if (!strcmp(opcodes[i].status, "INTERNAL"))
			continue;
		printf("| 0x%02x | `", opcodes[i].code);
		put_cell(*opcodes[i].mnemonic ? opcodes[i].mnemonic : opcodes[i].name);
		printf("` | ");
		put_lower(strcmp(opcodes[i].group, "NONE") ? opcodes[i].group : "");
		printf(" | %s | ", release_text(opcodes[i].since, since));
		for (size_t j = 0; j < ARRAY_SIZE(words); j++)
			printf("%s", strcmp(opcodes[i].status, words[j].status) ? "" : words[j].text);
		printf(" |\n");
	}
}

static void put_types(void)
{
	char since[16];

	printf("\n## Attach types\n\n| number | name | program type | Linux |\n|---:|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_SIZE(attach_types); i++)
		printf("| %d | `BPF_%s` | `%s` | %s |\n", attach_types[i].number, attach_types[i].name,
			attach_types[i].prog_type, release_text(attach_types[i].since, since));
	printf("\n## Link types\n\n| number | name | Linux |\n|---:|---|---|\n");
	for (size_t i = 0; i < ARRAY_SIZE(link_types); i++)
		printf("| %d | `BPF_LINK_TYPE_%s` | %s |\n", link_types[i].number, link_types[i].name,
			release_text(link_types[i].since, since));
}

static void put_limits(void)
{
	char since[16];

	printf("\n## Limits\n\n| area | limit | value | Linux | |\n|---|---|---:|---|---|\n");
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		printf("| ");
		put_lower(limits[i].area);
		printf(" | ");
		put_lower(limits[i].name);
		printf(" | %lld | %s | ", (long long)limits[i].value, release_text(limits[i].since, since));
		put_cell(limits[i].note);
		printf(" |\n");
	}
}

int main(void)
{
	char reference[16];

	printf("# What is supported\n\n"
	       "Made from the tables in `src/*/*.def` by `make docs`: change a row there, not here. The reference is "
	       "Linux %s; "
	       "the column Linux is the release that a thing came with.\n",
		release_text(RELEASE_REFERENCE, reference));
	put_rows("Commands of bpf(2)", "BPF_", commands, ARRAY_SIZE(commands));
	put_rows("Map types", "BPF_MAP_TYPE_", map_types, ARRAY_SIZE(map_types));
	put_rows("Program types", "BPF_PROG_TYPE_", prog_types, ARRAY_SIZE(prog_types));
	put_rows("Helpers", "", helpers, ARRAY_SIZE(helpers));
	put_opcodes();
	put_types();
	put_limits();
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
