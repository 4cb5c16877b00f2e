/* SPDX-License-Identifier: BSD-2-Clause */
/* `skep disasm`: an object's programs as text, before anything is loaded. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/commands.h"
#include "cli/elf_view.h"
#include "cli/json.h"
#include "cli/object_file.h"
#include "cli/report.h"
#include "helpers/proto.h"
#include "isa/disasm.h"
#include "isa/flow.h"

struct listing {
	const struct options *options;
	struct object_file file;
	struct elf_view view;
	struct json json;
	bool as_json;
	bool several; /* a program was printed before */
	const struct elf_function *function; /* the one that is printed */
	uint32_t index; /* of the instruction that is printed */
	const struct elf_line *line; /* the source line that was printed last */
};

static const struct elf_reference *reference_here(const struct listing *listing)
{
	return elf_reference_at(
		&listing->view, listing->function->section_index, listing->function->offset + listing->index * 8);
}

/* The function that a local call or a function load leads to, by its relocation or its distance. NULL if there is none.
 */
static const struct elf_function *callee_function(const struct listing *listing, const struct bpf_insn *insn)
{
	const struct elf_reference *reference = reference_here(listing);
	const struct elf_function *functions = listing->view.functions;
	int64_t offset;
	size_t i;

	if (!reference)
		return elf_function_at(&listing->view, listing->function->section_index,
			listing->function->offset + 8 * insn_target(insn, listing->index));
	if (reference->is_section) {
		offset = insn_is_call(insn) ? 8 * ((int64_t)insn->imm + 1) : (int64_t)insn->imm;
		return elf_function_at(&listing->view, reference->target_section, offset);
	}
	for (i = 0; i < listing->view.n_functions; i++)
		if (functions[i].section_index == reference->target_section &&
			!strcmp(functions[i].name, reference->name))
			return &functions[i];
	return NULL;
}

static const char *callee_name(void *argument, const struct bpf_insn *insn, char *buffer, size_t size)
{
	const struct listing *listing = argument;
	const struct elf_reference *reference = reference_here(listing);
	const struct helper_row *helper;

	if (insn_is_helper_call(insn)) {
		helper = helper_find(insn->imm);
		if (!helper)
			return NULL;
		snprintf(buffer, size, "bpf_%s", helper->name);
		return buffer;
	}
	return reference && !reference->target_section ? reference->name : NULL;
}

/* What the instruction refers to, for people; "" if nothing. */
static void describe(const struct listing *listing, const struct bpf_insn *insn, char *text, size_t size)
{
	const struct elf_reference *reference = reference_here(listing);
	const struct elf_function *function = NULL;

	text[0] = 0;
	if (insn_is_local_call(insn) || insn_is_func_load(insn))
		function = callee_function(listing, insn);
	if (function)
		snprintf(text, size, "subprogram %s", function->name);
	else if (reference && !reference->target_section)
		snprintf(text, size, "external %s", reference->name);
	else if (reference && reference->is_section)
		snprintf(text, size, "%s+0x%x", reference->name, insn->imm);
	else if (reference)
		snprintf(text, size, "%s", reference->name);
}

static void print_bytes(const struct bpf_insn *insn)
{
	const uint8_t *bytes = (const uint8_t *)insn;
	unsigned i;

	fputs(color(COLOR_DIM), stdout);
	for (i = 0; i < sizeof(*insn); i++)
		printf(i ? " %02x" : "%02x", bytes[i]);
	fputs(color(COLOR_NONE), stdout);
}

/* The source line of this instruction, unless it is the one above. */
static void print_line(struct listing *listing)
{
	const struct elf_line *line = elf_line_at(
		&listing->view, listing->function->section_index, listing->function->offset + listing->index * 8);
	const char *base;

	if (!line || !line->line)
		return;
	if (listing->line && listing->line->line == line->line && listing->line->file == line->file)
		return;
	listing->line = line;
	base = strrchr(line->file, '/') ? strrchr(line->file, '/') + 1 : line->file;
	printf("%s; ", color(COLOR_SOURCE));
	print_clean(stdout, line->text + strspn(line->text, " \t"));
	fputs(" @ ", stdout);
	print_clean(stdout, base);
	printf(":%u%s\n", line->line, color(COLOR_NONE));
}

static void print_text(
	struct listing *listing, const struct bpf_insn *insn, uint32_t slots, const char *text, const char *note)
{
	bool opcodes = option_given(listing->options, OPTION_OPCODES);

	print_line(listing);
	printf("%4u: ", listing->index);
	if (opcodes) {
		print_bytes(insn);
		putchar(' ');
	}
	print_clean(stdout, text);
	if (note[0]) {
		printf("  %s; ", color(COLOR_DIM));
		print_clean(stdout, note);
		fputs(color(COLOR_NONE), stdout);
	}
	putchar('\n');
	if (opcodes && slots == 2) {
		printf("%4s  ", "");
		print_bytes(insn + 1);
		putchar('\n');
	}
}

static void json_insn(
	struct listing *listing, const struct bpf_insn *insn, uint32_t slots, const char *text, const char *note)
{
	const struct elf_line *line = elf_line_at(
		&listing->view, listing->function->section_index, listing->function->offset + listing->index * 8);
	struct json *json = &listing->json;

	json_object(json, NULL);
	json_unsigned(json, "index", listing->index);
	json_text(json, "text", text);
	if (option_given(listing->options, OPTION_OPCODES))
		json_hex(json, "bytes", insn, slots * sizeof(*insn));
	if (note[0])
		json_text(json, "refers_to", note);
	if (line && line->line) {
		json_text(json, "file", line->file);
		json_unsigned(json, "line", line->line);
		json_unsigned(json, "column", line->column);
		json_text(json, "source", line->text);
	}
	json_end_object(json);
}

static void list_insns(struct listing *listing, const struct elf_function *function)
{
	const struct disasm_names names = { .callee = callee_name, .argument = listing };
	uint32_t i, slots;

	listing->function = function;
	listing->line = NULL;
	for (i = 0; i < function->n_insns; i += slots) {
		const struct bpf_insn *insn = &function->insns[i];
		char text[DISASM_MAX], note[DISASM_MAX];

		slots = MIN(insn_slots(insn), function->n_insns - i);
		listing->index = i;
		disasm(text, sizeof(text), insn, slots, &names);
		describe(listing, insn, note, sizeof(note));
		if (listing->as_json)
			json_insn(listing, insn, slots, text, note);
		else
			print_text(listing, insn, slots, text, note);
	}
}

/* type: of the program, or "subprogram". */
static void list_function(struct listing *listing, const struct elf_function *function, const char *type)
{
	if (listing->as_json) {
		json_object(&listing->json, NULL);
		json_text(&listing->json, "name", function->name);
		json_text(&listing->json, "section", function->section);
		json_text(&listing->json, "type", type);
		json_array(&listing->json, "instructions");
		list_insns(listing, function);
		json_end_array(&listing->json);
		json_end_object(&listing->json);
		return;
	}
	printf("%s%s", listing->several ? "\n" : "", color(COLOR_HEAD));
	print_clean(stdout, function->name);
	printf("%s: %s, section ", color(COLOR_NONE), type);
	print_clean(stdout, function->section);
	printf(", %u instructions\n", function->n_insns);
	list_insns(listing, function);
	listing->several = true;
}

static const struct bpf_program *program_of(const struct listing *listing, const struct elf_function *function)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program,
		listing->file.bpf) if (!strcmp(bpf_program__name(program), function->name) &&
				       !strcmp(bpf_program__section_name(program), function->section)) return program;
	return NULL;
}

static bool is_wanted(const struct elf_function *function, const char *name)
{
	return !name || !strcmp(function->name, name) || !strcmp(function->section, name);
}

static int list_object(struct listing *listing)
{
	const char *name = listing->options->text[OPTION_PROG], *type;
	bool found = false;
	size_t i;

	for (i = 0; i < listing->view.n_functions; i++)
		found |= is_wanted(&listing->view.functions[i], name);
	if (!found && name)
		return program_missing(&listing->file, name);
	if (!found) {
		report("%s: there is no program in it", listing->file.path);
		return -ENOENT;
	}
	if (listing->as_json) {
		json_object(&listing->json, NULL);
		json_text(&listing->json, "file", listing->file.path);
		json_array(&listing->json, "programs");
	}
	for (i = 0; i < listing->view.n_functions; i++) {
		const struct elf_function *function = &listing->view.functions[i];
		const struct bpf_program *program = program_of(listing, function);

		type = program ? libbpf_bpf_prog_type_str(bpf_program__type(program)) : "subprogram";
		if (is_wanted(function, name))
			list_function(listing, function, type ?: "unknown");
	}
	if (listing->as_json) {
		json_end_array(&listing->json);
		json_end_object(&listing->json);
	}
	return 0;
}

int cmd_disasm(const struct options *options)
{
	struct listing listing = {
		.options = options,
		.json = json_to(stdout),
		.as_json = option_given(options, OPTION_JSON),
	};
	int err;

	libbpf_quiet(option_given(options, OPTION_VERBOSE));
	err = object_file_open(options->operand, &listing.file);
	if (err)
		return EXIT_FAILED;
	err = elf_view_open(listing.file.bytes, listing.file.size, bpf_object__btf(listing.file.bpf), &listing.view);
	if (err) {
		report("%s: %s", options->operand, err == -ENOMEM ? strerror(ENOMEM) : "a broken ELF file");
		goto close_file;
	}
	err = list_object(&listing);
	elf_view_close(&listing.view);

close_file:
	object_file_close(&listing.file);
	return err ? EXIT_FAILED : 0;
}
