/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/elf_view.h"

#include <bpf/btf.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

/* The head of .BTF.ext, as far as we read it; offsets count from its end. All of it is 4-byte words of host order. */
struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_size;
	uint32_t func_info_offset, func_info_size;
	uint32_t line_info_offset, line_info_size;
};

struct line_record {
	uint32_t offset, file_name, text, line_column; /* line_column: line << 10 | column */
};

/* Makes room for one more element, which the caller fills. */
static void *grow(void *array, size_t count, size_t element)
{
	void *grown;

	if (count & (count - 1)) /* the array holds a power of two elements, or none */
		return array;
	grown = reallocarray(array, count ? count * 2 : 1, element);
	if (!grown)
		free(array);
	return grown;
}

#define APPEND(array, count) ((array) = grow(array, count, sizeof(*(array))))

static const char *section_name(Elf *elf, Elf_Scn *section)
{
	GElf_Shdr header;
	size_t names;

	if (!section || elf_getshdrstrndx(elf, &names) || !gelf_getshdr(section, &header))
		return NULL;
	return elf_strptr(elf, names, header.sh_name);
}

static int add_function(struct elf_view *view, Elf *elf, const GElf_Sym *symbol, const char *name)
{
	Elf_Scn *section = elf_getscn(elf, symbol->st_shndx);
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
	GElf_Shdr header;
	const char *of = section_name(elf, section);

	if (!data || !data->d_buf || !of || !gelf_getshdr(section, &header) || !(header.sh_flags & SHF_EXECINSTR))
		return 0;
	if (symbol->st_size % 8 || symbol->st_value % 8 || symbol->st_value > data->d_size ||
		symbol->st_size > data->d_size - symbol->st_value || (uintptr_t)data->d_buf % 8)
		return 0;
	if (!APPEND(view->functions, view->n_functions))
		return -ENOMEM;
	view->functions[view->n_functions++] = (struct elf_function){
		.name = name,
		.section = of,
		.section_index = symbol->st_shndx,
		.offset = symbol->st_value,
		.insns = (const struct bpf_insn *)((const char *)data->d_buf + symbol->st_value),
		.n_insns = symbol->st_size / 8,
	};
	return 0;
}

static int read_functions(struct elf_view *view, Elf *elf, Elf_Scn *table, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(table, NULL);
	GElf_Sym symbol;
	int i, err = 0;

	for (i = 0; data && !err && gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

		if (name && GELF_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx && symbol.st_size)
			err = add_function(view, elf, &symbol, name);
	}
	return err;
}

static int read_relocations(struct elf_view *view, Elf *elf, Elf_Scn *table, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(table, NULL), *symbols;
	Elf_Scn *symbol_table = elf_getscn(elf, header->sh_link);
	GElf_Shdr symbol_header;
	GElf_Rel relocation;
	GElf_Sym symbol;
	int i;

	if (!symbol_table || !gelf_getshdr(symbol_table, &symbol_header))
		return 0;
	symbols = elf_getdata(symbol_table, NULL);
	for (i = 0; data && symbols && gelf_getrel(data, i, &relocation); i++) {
		bool is_section;
		const char *name;

		if (!gelf_getsym(symbols, GELF_R_SYM(relocation.r_info), &symbol))
			continue;
		is_section = GELF_ST_TYPE(symbol.st_info) == STT_SECTION;
		name = is_section ? section_name(elf, elf_getscn(elf, symbol.st_shndx))
				  : elf_strptr(elf, symbol_header.sh_link, symbol.st_name);
		if (!name)
			continue;
		if (!APPEND(view->references, view->n_references))
			return -ENOMEM;
		view->references[view->n_references++] = (struct elf_reference){
			.section_index = header->sh_info,
			.offset = relocation.r_offset,
			.name = name,
			.is_section = is_section,
			.target_section = symbol.st_shndx < SHN_LORESERVE ? symbol.st_shndx : 0,
		};
	}
	return 0;
}

static uint32_t section_index_of(Elf *elf, const char *wanted)
{
	Elf_Scn *section = NULL;

	while (wanted && (section = elf_nextscn(elf, section))) {
		const char *name = section_name(elf, section);

		if (name && !strcmp(name, wanted))
			return elf_ndxscn(section);
	}
	return 0;
}

static int add_line(struct elf_view *view, uint32_t section, const struct line_record *record, const struct btf *btf)
{
	const char *file = btf__str_by_offset(btf, record->file_name);
	const char *text = btf__str_by_offset(btf, record->text);

	if (!file || !text || !section)
		return 0;
	if (!APPEND(view->lines, view->n_lines))
		return -ENOMEM;
	view->lines[view->n_lines++] = (struct elf_line){
		.section_index = section,
		.offset = record->offset,
		.line = record->line_column >> 10,
		.column = record->line_column & 1023,
		.file = file,
		.text = text,
	};
	return 0;
}

/* The line table: the size of a record, then for each section its name, a count and the records. */
static int read_line_table(struct elf_view *view, Elf *elf, const uint8_t *table, size_t size, const struct btf *btf)
{
	uint32_t record_size, head[2], i;
	size_t at = sizeof(record_size);
	int err;

	if (size < sizeof(record_size))
		return 0;
	memcpy(&record_size, table, sizeof(record_size));
	if (record_size < sizeof(struct line_record))
		return 0;
	while (size - at >= sizeof(head)) {
		uint32_t section;

		memcpy(head, table + at, sizeof(head));
		at += sizeof(head);
		if (head[1] > (size - at) / record_size)
			return 0;
		section = section_index_of(elf, btf__str_by_offset(btf, head[0]));
		for (i = 0; i < head[1]; i++, at += record_size) {
			struct line_record record;

			memcpy(&record, table + at, sizeof(record));
			err = add_line(view, section, &record, btf);
			if (err)
				return err;
		}
	}
	return 0;
}

static int read_lines(struct elf_view *view, Elf *elf, Elf_Scn *section, const struct btf *btf)
{
	Elf_Data *data = elf_getdata(section, NULL);
	struct ext_header header;
	size_t size;

	if (!data || !data->d_buf || data->d_size < sizeof(header))
		return 0;
	memcpy(&header, data->d_buf, sizeof(header));
	if (header.magic != 0xeb9f || header.header_size < sizeof(header) || header.header_size > data->d_size)
		return 0;
	size = data->d_size - header.header_size;
	if (header.line_info_offset > size || header.line_info_size > size - header.line_info_offset)
		return 0;
	return read_line_table(view, elf, (const uint8_t *)data->d_buf + header.header_size + header.line_info_offset,
		header.line_info_size, btf);
}

/* Every element of the three arrays begins with, or has, a section index and an offset; order is by both. */
#define COMPARE(type)                                                                                                  \
	static int compare_##type(const void *left, const void *right)                                                 \
	{                                                                                                              \
		const struct elf_##type *a = left, *b = right;                                                         \
                                                                                                                       \
		if (a->section_index != b->section_index)                                                              \
			return a->section_index < b->section_index ? -1 : 1;                                           \
		return a->offset < b->offset ? -1 : a->offset > b->offset;                                             \
	}                                                                                                              \
	const struct elf_##type *elf_##type##_at(const struct elf_view *view, uint32_t section_index, uint64_t offset) \
	{                                                                                                              \
		const struct elf_##type key = { .section_index = section_index, .offset = offset };                    \
                                                                                                                       \
		if (!view->n_##type##s)                                                                                \
			return NULL;                                                                                   \
		return bsearch(&key, view->type##s, view->n_##type##s, sizeof(key), compare_##type);                   \
	}

COMPARE(function)
COMPARE(reference)
COMPARE(line)

static int read_section(struct elf_view *view, Elf *elf, Elf_Scn *section, const struct btf *btf)
{
	const char *name = section_name(elf, section);
	GElf_Shdr header;

	if (!gelf_getshdr(section, &header))
		return 0;
	if (header.sh_type == SHT_SYMTAB)
		return read_functions(view, elf, section, &header);
	if (header.sh_type == SHT_REL)
		return read_relocations(view, elf, section, &header);
	if (btf && name && !strcmp(name, ".BTF.ext"))
		return read_lines(view, elf, section, btf);
	return 0;
}

int elf_view_open(const void *bytes, size_t size, const struct btf *object_btf, struct elf_view *ret_view)
{
	struct elf_view view = { 0 };
	Elf_Scn *section = NULL;
	int err = 0;

	elf_version(EV_CURRENT);
	view.elf = elf_memory((char *)bytes, size);
	if (!view.elf)
		return -EINVAL;
	while (!err && (section = elf_nextscn(view.elf, section)))
		err = read_section(&view, view.elf, section, object_btf);
	if (err) {
		elf_view_close(&view);
		return err;
	}
	if (view.n_functions)
		qsort(view.functions, view.n_functions, sizeof(*view.functions), compare_function);
	if (view.n_references)
		qsort(view.references, view.n_references, sizeof(*view.references), compare_reference);
	if (view.n_lines)
		qsort(view.lines, view.n_lines, sizeof(*view.lines), compare_line);
	*ret_view = view;
	return 0;
}

void elf_view_close(struct elf_view *view)
{
	free(view->functions);
	free(view->references);
	free(view->lines);
	if (view->elf)
		elf_end(view->elf);
	*view = (struct elf_view){ 0 };
}
