/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What func_info and line_info say about the program: that it fits, and what it is good for. Names of functions and
 * lines of source are kept for the log and for whoever looks at the image.
 */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "btf/btf.h"
#include "verifier/verifier.h"

#define RECORD_MAX 252
#define LINE_NUMBER(line_col) ((line_col) >> 10)
#define COLUMN(line_col) ((line_col)&0x3ff)

/* Records may be longer than what is known of them, if the rest is zero. */
static bool tail_is_zero(const void *record, uint32_t size, uint32_t known)
{
	const uint8_t *bytes = record;

	for (uint32_t i = known; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static struct bpf_func_info func_record(const struct verify_request *request, uint32_t i)
{
	struct bpf_func_info record;

	memcpy(&record, (const char *)request->func_info + (size_t)i * request->func_info_size, sizeof(record));
	return record;
}

static struct bpf_line_info line_record(const struct verify_request *request, uint32_t i)
{
	struct bpf_line_info record;

	memcpy(&record, (const char *)request->line_info + (size_t)i * request->line_info_size, sizeof(record));
	return record;
}

/* Needs nothing. The records of functions, each alone. */
int check_func_records(struct verifier *v)
{
	const struct verify_request *request = v->request;
	uint32_t size = request->func_info_size, before = 0;

	if (!request->func_info_count || !request->btf)
		return 0;
	if (size < sizeof(struct bpf_func_info) || size > RECORD_MAX || size % 4)
		return refuse(v, -EINVAL, "invalid func info rec size %u\n", size);
	for (uint32_t i = 0; i < request->func_info_count; i++) {
		struct bpf_func_info record = func_record(request, i);
		const struct btf_type *type;

		if (!tail_is_zero((const char *)request->func_info + (size_t)i * size, size, sizeof(record)))
			return refuse(v, -E2BIG, "nonzero tailing record in func info");
		if (!i && record.insn_off)
			return refuse(
				v, -EINVAL, "nonzero insn_off %u for the first func info record", record.insn_off);
		if (i && record.insn_off <= before)
			return refuse(v, -EINVAL,
				"same or smaller insn offset (%u) than previous func info record (%u)", record.insn_off,
				before);
		type = btf_type(request->btf, record.type_id);
		if (!type || btf_kind(type) != BTF_KIND_FUNC)
			return refuse(v, -EINVAL, "invalid type id %d in func info", (int)record.type_id);
		before = record.insn_off;
	}
	return 0;
}

/* Functions without types: what the kernel cannot tell about them is refused. */
static int check_untyped(struct verifier *v)
{
	for (uint32_t i = 1; i < v->n_subprogs; i++) {
		if (v->subprogs[i].has_ld_abs)
			return refuse(v, -EINVAL, "LD_ABS is not allowed in subprogs without BTF\n");
		if (v->subprogs[i].has_tail_call)
			return refuse(v, -EINVAL, "tail_call is not allowed in subprogs without BTF\n");
	}
	return 0;
}

static bool returns_number(const struct btf *btf, const struct btf_type *func)
{
	const struct btf_type *result = btf_skip_modifiers(btf, btf_type(btf, func->type)->type, NULL);

	return btf_kind(result) == BTF_KIND_INT || btf_kind(result) == BTF_KIND_ENUM ||
	       btf_kind(result) == BTF_KIND_ENUM64;
}

static int check_functions(struct verifier *v)
{
	const struct verify_request *request = v->request;

	if (!request->func_info_count || !request->btf)
		return check_untyped(v);
	if (request->func_info_count != v->n_subprogs)
		return refuse(v, -EINVAL, "number of funcs in func_info doesn't match number of subprogs\n");
	for (uint32_t i = 0; i < v->n_subprogs; i++) {
		struct bpf_func_info record = func_record(request, i);
		const struct btf_type *func = btf_type(request->btf, record.type_id);
		struct subprog_facts *subprog = &v->subprogs[i];

		if (subprog->start != record.insn_off)
			return refuse(
				v, -EINVAL, "func_info BTF section doesn't match subprog layout in BPF program\n");
		subprog->func_type_id = record.type_id;
		subprog->name = btf_name(request->btf, func);
		if (!i || returns_number(request->btf, func))
			continue;
		if (subprog->has_ld_abs)
			return refuse(v, -EINVAL, "LD_ABS is only allowed in functions that return 'int'.\n");
		if (subprog->has_tail_call)
			return refuse(v, -EINVAL, "tail_call is only allowed in functions that return 'int'.\n");
	}
	return 0;
}

static int check_line(struct verifier *v, uint32_t i, const struct bpf_line_info *record, uint32_t before)
{
	const struct btf *btf = v->request->btf;

	if ((i && record->insn_off <= before) || record->insn_off >= v->n_insns)
		return refuse(v, -EINVAL, "Invalid line_info[%u].insn_off:%u (prev_offset:%u prog->len:%u)\n", i,
			record->insn_off, before, v->n_insns);
	if (!v->insns[record->insn_off].code)
		return refuse(v, -EINVAL, "Invalid insn code at line_info[%u].insn_off\n", i);
	if (!btf_string(btf, record->line_off) || !btf_string(btf, record->file_name_off))
		return refuse(v, -EINVAL, "Invalid line_info[%u].line_off or .file_name_off\n", i);
	return 0;
}

/* Every function has a line at its first instruction. */
static int check_lines(struct verifier *v)
{
	const struct verify_request *request = v->request;
	uint32_t size = request->line_info_size, before = 0, subprog = 0;

	if (!request->line_info_count || !request->btf)
		return 0;
	if (size < sizeof(struct bpf_line_info) || size > RECORD_MAX || size % 4)
		return -EINVAL;
	v->lines = arena_alloc(&v->arena, request->line_info_count * sizeof(*v->lines));
	if (!v->lines)
		return -ENOMEM;
	for (uint32_t i = 0; i < request->line_info_count; i++) {
		struct bpf_line_info record = line_record(request, i);

		if (!tail_is_zero((const char *)request->line_info + (size_t)i * size, size, sizeof(record)))
			return refuse(v, -E2BIG, "nonzero tailing record in line_info");
		int err = check_line(v, i, &record, before);
		if (err)
			return err;
		if (subprog < v->n_subprogs && record.insn_off == v->subprogs[subprog].start)
			subprog++;
		else if (subprog < v->n_subprogs && v->subprogs[subprog].start < record.insn_off)
			return refuse(v, -EINVAL, "missing bpf_line_info for func#%u\n", subprog);
		before = record.insn_off;
		v->lines[v->n_lines++] = (struct image_line){
			.insn = record.insn_off,
			.line = LINE_NUMBER(record.line_col),
			.column = COLUMN(record.line_col),
			.file = btf_string(request->btf, record.file_name_off),
			.text = btf_string(request->btf, record.line_off),
		};
	}
	if (subprog != v->n_subprogs)
		return refuse(v, -EINVAL, "missing bpf_line_info for %u funcs starting from func#%u\n",
			v->n_subprogs - subprog, subprog);
	return 0;
}

/* Needs subprograms. Fills their names and types, and v->lines. */
int check_debug_info(struct verifier *v)
{
	return check_functions(v) ?: check_lines(v);
}

/* The line that an instruction belongs to: the last one at or before it. */
static const struct image_line *find_line(const struct verifier *v, uint32_t insn)
{
	uint32_t low = 0, high = v->n_lines;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (v->lines[middle].insn <= insn)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &v->lines[low - 1] : NULL;
}

void print_source(struct verifier *v, uint32_t insn)
{
	const struct image_line *line = find_line(v, insn), *last = v->line_printed;

	if (!line || line == last)
		return;
	/* A line that was cut in pieces is shown once. */
	if (!last || line->text != last->text || line->file != last->file || line->line != last->line) {
		const char *slash = strrchr(line->file, '/'), *text = line->text;

		while (*text == ' ' || (*text >= '\t' && *text <= '\r'))
			text++;
		say(v, "; %s @ %s:%u\n", text, slash ? slash + 1 : line->file, line->line);
	}
	v->line_printed = line;
}

void move_lines(struct verifier *v, const uint32_t *new_index)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < v->n_lines; i++) {
		struct image_line line = v->lines[i];

		line.insn = new_index[line.insn];
		/* Of lines whose instructions are gone, the last takes the place. */
		if (n && v->lines[n - 1].insn == line.insn)
			n--;
		v->lines[n++] = line;
	}
	while (n && v->lines[n - 1].insn >= v->n_insns)
		n--;
	v->n_lines = n;
}
