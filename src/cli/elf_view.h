/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the disassembler wants to know of an object file and libbpf does not tell: every function (libbpf shows only
 * programs, not the subprograms that they call), what relocations name, and source lines. Nothing is loaded from here.
 */
#ifndef SKEP_CLI_ELF_VIEW_H
#define SKEP_CLI_ELF_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "skep/uapi.h"

struct btf;

struct elf_function {
	const char *name, *section;
	uint32_t section_index;
	uint64_t offset; /* in the section, in bytes */
	const struct bpf_insn *insns;
	uint32_t n_insns;
};

/* A relocation: what will be put into the instruction at offset. */
struct elf_reference {
	uint32_t section_index;
	uint64_t offset;
	const char *name; /* of a map, variable, section or function */
	int is_section; /* name is a section's: the instruction says where in it */
	uint32_t target_section; /* 0: in another object, or the kernel */
};

struct elf_line {
	uint32_t section_index;
	uint64_t offset;
	uint32_t line, column;
	const char *file, *text;
};

/* Each array is in ascending order of section_index and offset. Strings live in the object's bytes and in its BTF. */
struct elf_view {
	void *elf; /* of libelf */
	struct elf_function *functions;
	struct elf_reference *references;
	struct elf_line *lines;
	size_t n_functions, n_references, n_lines;
};

/*
 * bytes: the object file, which must outlive the view. object_btf gives the strings of line information; NULL: no
 * lines. -EINVAL: not an ELF file that libelf can read. -ENOMEM. Broken line information or relocations are left out.
 */
int elf_view_open(const void *bytes, size_t size, const struct btf *object_btf, struct elf_view *ret_view);
void elf_view_close(struct elf_view *view);

/* NULL if there is none. */
const struct elf_reference *elf_reference_at(const struct elf_view *view, uint32_t section_index, uint64_t offset);
const struct elf_line *elf_line_at(const struct elf_view *view, uint32_t section_index, uint64_t offset);
const struct elf_function *elf_function_at(const struct elf_view *view, uint32_t section_index, uint64_t offset);

#endif
