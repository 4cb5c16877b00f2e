/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The JIT interface of gdb: a list of object files in memory, and a function that debuggers put a breakpoint on. The
 * object has a section for the code, which is elsewhere, symbols, and how to unwind.
 */
#include <elf.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "exec/jit/symbols.h"
#include "exec/jit/target.h"

/* Names and layout are gdb's. Another JIT in the process may have the same; weak, all of them share one list. */
struct jit_code_entry {
	struct jit_code_entry *next_entry, *prev_entry;
	const char *symfile_addr;
	uint64_t symfile_size;
};

struct jit_descriptor {
	uint32_t version;
	uint32_t action_flag;
	struct jit_code_entry *relevant_entry, *first_entry;
};

enum {
	JIT_NOACTION,
	JIT_REGISTER_FN,
	JIT_UNREGISTER_FN,
};

SKEP_PUBLIC void __jit_debug_register_code(void);
extern SKEP_PUBLIC struct jit_descriptor __jit_debug_descriptor;

SKEP_PUBLIC __attribute__((weak, noinline)) void __jit_debug_register_code(void)
{
	__asm__ volatile("" ::: "memory");
}

SKEP_PUBLIC __attribute__((weak)) struct jit_descriptor __jit_debug_descriptor = { .version = 1 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct debugger_entry {
	struct jit_code_entry entry;
	char file[];
};

enum section {
	SECTION_NULL,
	SECTION_TEXT,
	SECTION_EH_FRAME,
	SECTION_SYMTAB,
	SECTION_STRTAB,
	SECTION_COUNT,
};

static const char section_names[] = "\0.text\0.eh_frame\0.symtab\0.strtab";

struct layout {
	size_t sections, frames, symbols, strings, end;
};

static struct layout lay_out(const struct jit_symbols *symbols, size_t table_size)
{
	struct layout layout;

	layout.sections = sizeof(Elf64_Ehdr);
	layout.frames = layout.sections + SECTION_COUNT * sizeof(Elf64_Shdr);
	layout.symbols = ROUND_UP(layout.frames + table_size, (size_t)8);
	layout.strings = layout.symbols + (symbols->n + 1) * sizeof(Elf64_Sym);
	layout.end = layout.strings + sizeof(section_names) + (size_t)symbols->n * SYMBOL_NAME_MAX;
	return layout;
}

static void fill_header(Elf64_Ehdr *header, const struct layout *layout)
{
	memcpy(header->e_ident, ELFMAG, SELFMAG);
	header->e_ident[EI_CLASS] = ELFCLASS64;
	header->e_ident[EI_DATA] = ELFDATA2LSB;
	header->e_ident[EI_VERSION] = EV_CURRENT;
	header->e_type = ET_REL;
	header->e_machine = TARGET_ELF_MACHINE;
	header->e_version = EV_CURRENT;
	header->e_shoff = layout->sections;
	header->e_ehsize = sizeof(*header);
	header->e_shentsize = sizeof(Elf64_Shdr);
	header->e_shnum = SECTION_COUNT;
	header->e_shstrndx = SECTION_STRTAB;
}

static uint32_t section_name(const char *name)
{
	uint32_t at = 1;

	while (strcmp(section_names + at, name))
		at += (uint32_t)strlen(section_names + at) + 1;
	return at;
}

static void fill_sections(
	Elf64_Shdr *sections, const struct layout *layout, const struct jit_symbols *symbols, size_t table_size)
{
	sections[SECTION_TEXT] = (Elf64_Shdr){
		.sh_name = section_name(".text"),
		.sh_type = SHT_NOBITS,
		.sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		.sh_addr = (uintptr_t)symbols->code,
		.sh_size = symbols->size,
		.sh_addralign = 16,
	};
	sections[SECTION_EH_FRAME] = (Elf64_Shdr){
		.sh_name = section_name(".eh_frame"),
		.sh_type = SHT_PROGBITS,
		.sh_flags = SHF_ALLOC,
		.sh_offset = layout->frames,
		.sh_size = table_size,
		.sh_addralign = 8,
	};
	sections[SECTION_SYMTAB] = (Elf64_Shdr){
		.sh_name = section_name(".symtab"),
		.sh_type = SHT_SYMTAB,
		.sh_offset = layout->symbols,
		.sh_size = (symbols->n + 1) * sizeof(Elf64_Sym),
		.sh_link = SECTION_STRTAB,
		.sh_info = 1,
		.sh_addralign = 8,
		.sh_entsize = sizeof(Elf64_Sym),
	};
	sections[SECTION_STRTAB] = (Elf64_Shdr){
		.sh_name = section_name(".strtab"),
		.sh_type = SHT_STRTAB,
		.sh_offset = layout->strings,
		.sh_size = layout->end - layout->strings,
		.sh_addralign = 1,
	};
}

static void fill_symbols(char *file, const struct layout *layout, const struct jit_symbols *symbols)
{
	Elf64_Sym *table = (Elf64_Sym *)(file + layout->symbols) + 1;
	size_t name = sizeof(section_names);

	memcpy(file + layout->strings, section_names, sizeof(section_names));
	for (uint32_t i = 0; i < symbols->n; i++) {
		table[i] = (Elf64_Sym){
			.st_name = (uint32_t)name,
			.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			.st_shndx = SECTION_TEXT,
			.st_value = symbols->functions[i].start,
			.st_size = symbols->functions[i].size,
		};
		memcpy(file + layout->strings + name, symbols->functions[i].name, SYMBOL_NAME_MAX);
		name += SYMBOL_NAME_MAX;
	}
}

static void tell(struct jit_code_entry *entry, uint32_t action)
{
	__jit_debug_descriptor.relevant_entry = entry;
	__jit_debug_descriptor.action_flag = action;
	__jit_debug_register_code();
	__jit_debug_descriptor.action_flag = JIT_NOACTION;
	__jit_debug_descriptor.relevant_entry = NULL;
}

struct debugger_entry *debugger_register(const struct jit_symbols *symbols, const uint8_t *table, size_t table_size)
{
	struct layout layout = lay_out(symbols, table_size);
	struct debugger_entry *debugger = calloc(1, sizeof(*debugger) + layout.end);

	if (!debugger)
		return NULL;
	fill_header((Elf64_Ehdr *)debugger->file, &layout);
	fill_sections((Elf64_Shdr *)(debugger->file + layout.sections), &layout, symbols, table_size);
	memcpy(debugger->file + layout.frames, table, table_size);
	fill_symbols(debugger->file, &layout, symbols);
	debugger->entry.symfile_addr = debugger->file;
	debugger->entry.symfile_size = layout.end;

	pthread_mutex_lock(&lock);
	debugger->entry.next_entry = __jit_debug_descriptor.first_entry;
	if (debugger->entry.next_entry)
		debugger->entry.next_entry->prev_entry = &debugger->entry;
	__jit_debug_descriptor.first_entry = &debugger->entry;
	tell(&debugger->entry, JIT_REGISTER_FN);
	pthread_mutex_unlock(&lock);
	return debugger;
}

void debugger_deregister(struct debugger_entry *debugger)
{
	if (!debugger)
		return;
	pthread_mutex_lock(&lock);
	if (debugger->entry.prev_entry)
		debugger->entry.prev_entry->next_entry = debugger->entry.next_entry;
	else
		__jit_debug_descriptor.first_entry = debugger->entry.next_entry;
	if (debugger->entry.next_entry)
		debugger->entry.next_entry->prev_entry = debugger->entry.prev_entry;
	tell(&debugger->entry, JIT_UNREGISTER_FN);
	pthread_mutex_unlock(&lock);
	free(debugger);
}
