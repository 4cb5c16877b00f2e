/* SPDX-License-Identifier: BSD-2-Clause */
/* Call frame information (DWARF 5, section 6.4): how to find the caller from any instruction of the code. */
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "exec/jit/symbols.h"
#include "exec/jit/target.h"

enum {
	CFA_ADVANCE = 0x40, /* with the distance in the low bits */
	CFA_OFFSET = 0x80, /* with the register in the low bits */
	CFA_ADVANCE4 = 0x04,
	CFA_REMEMBER_STATE = 0x0a,
	CFA_RESTORE_STATE = 0x0b,
	CFA_DEF_CFA = 0x0c,
	CFA_DEF_CFA_REGISTER = 0x0d,
	CFA_DEF_CFA_OFFSET = 0x0e,
};

struct table {
	uint8_t *bytes;
	size_t n, room;
	uint32_t at; /* the place in the code that has been reached */
};

static void put(struct table *table, const void *bytes, size_t n)
{
	if (table->n + n <= table->room)
		memcpy(table->bytes + table->n, bytes, n);
	table->n += n;
}

static void put_u8(struct table *table, uint8_t value)
{
	put(table, &value, 1);
}

static void put_u32(struct table *table, uint32_t value)
{
	put(table, &value, 4);
}

static void put_u64(struct table *table, uint64_t value)
{
	put(table, &value, 8);
}

static void put_leb(struct table *table, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		put_u8(table, value | 0x80);
	put_u8(table, value);
}

/* Fills up to 8 bytes and writes the length of the record that starts at start. */
static void end_record(struct table *table, size_t start)
{
	while (table->n % 8)
		put_u8(table, 0); /* a no-op */
	uint32_t length = (uint32_t)(table->n - start - 4);

	if (table->n <= table->room)
		memcpy(table->bytes + start, &length, 4);
}

/* What is common: on entry the return address is on top of the stack. */
static void put_cie(struct table *table)
{
	put_u32(table, 0);
	put_u32(table, 0);
	put_u8(table, 1);
	put(table, "zR", 3);
	put_u8(table, 1); /* code alignment */
	put_u8(table, 0x78); /* data alignment: -8 */
	put_u8(table, TARGET_DWARF_RETURN);
	put_u8(table, 1);
	put_u8(table, 0); /* addresses are absolute */
	put_u8(table, CFA_DEF_CFA);
	put_leb(table, TARGET_DWARF_STACK);
	put_leb(table, 8);
	put_u8(table, CFA_OFFSET | TARGET_DWARF_RETURN);
	put_leb(table, 1);
	end_record(table, 0);
}

static void advance(struct table *table, uint32_t to)
{
	uint32_t by = to - table->at;

	if (by && by < 64) {
		put_u8(table, CFA_ADVANCE | by);
	} else if (by) {
		put_u8(table, CFA_ADVANCE4);
		put_u32(table, by);
	}
	table->at = to;
}

/* reg was saved so many words below the frame address. */
static void put_saved(struct table *table, unsigned dwarf_register, uint32_t words)
{
	put_u8(table, CFA_OFFSET | dwarf_register);
	put_leb(table, words);
}

static void put_prologue(struct table *table, const struct code *code, const struct jit_func *func)
{
	uint32_t words = 1;

	if (func->has_frame) {
		words = 2 + func->frame_size / 8;
		advance(table, code_offset(code, func->pushed));
		put_u8(table, CFA_DEF_CFA_OFFSET);
		put_leb(table, 16);
		put_saved(table, TARGET_DWARF_FRAME, 2);
		advance(table, code_offset(code, func->framed));
		put_u8(table, CFA_DEF_CFA_REGISTER);
		put_leb(table, TARGET_DWARF_FRAME);
	}
	for (unsigned i = 0; i < func->n_saved; i++) {
		advance(table, code_offset(code, func->saved_at[i]));
		if (!func->has_frame) {
			put_u8(table, CFA_DEF_CFA_OFFSET);
			put_leb(table, 8 * (words + i + 1));
		}
		put_saved(table, target_dwarf_register(func->saved[i]), words + i + 1);
	}
}

/* Epilogues of the function, from *next on: the frame is gone for a few bytes. */
static void put_epilogues(
	struct table *table, const struct jit_program *program, const struct jit_func *func, uint32_t *next)
{
	uint32_t end = code_offset(&program->code, func->finish);

	for (; *next < program->n_epilogues; ++*next) {
		const struct jit_epilogue *epilogue = &program->epilogues[*next];
		uint32_t start = code_offset(&program->code, epilogue->start);

		if (start >= end)
			break;
		advance(table, start);
		put_u8(table, CFA_REMEMBER_STATE);
		put_u8(table, CFA_DEF_CFA);
		put_leb(table, TARGET_DWARF_STACK);
		put_leb(table, 8);
		if (start + epilogue->size >= end)
			continue;
		advance(table, start + epilogue->size);
		put_u8(table, CFA_RESTORE_STATE);
	}
}

static void put_fdes(struct table *table, const struct jit_program *program, const struct jit_symbols *symbols)
{
	uint32_t epilogue = 0;

	for (uint32_t f = 0; f < program->n_funcs; f++) {
		size_t start = table->n;

		put_u32(table, 0);
		put_u32(table, (uint32_t)table->n); /* distance back to the common part, which is first */
		put_u64(table, (uintptr_t)symbols->code + symbols->functions[f].start);
		put_u64(table, symbols->functions[f].size);
		put_u8(table, 0);
		table->at = symbols->functions[f].start;
		put_prologue(table, &program->code, &program->funcs[f]);
		put_epilogues(table, program, &program->funcs[f], &epilogue);
		end_record(table, start);
	}
	put_u32(table, 0);
	put_u32(table, 0);
}

uint8_t *unwind_table(const struct jit_program *program, const struct jit_symbols *symbols, size_t *ret_size)
{
	struct table table = { .room = 64 + (size_t)program->n_funcs * 128 + (size_t)program->n_epilogues * 16 };

	table.bytes = malloc(table.room);
	if (!table.bytes)
		return NULL;
	put_cie(&table);
	put_fdes(&table, program, symbols);
	if (table.n > table.room) { /* the room above is enough; a table that is cut would be worse than none */
		free(table.bytes);
		return NULL;
	}
	*ret_size = table.n - 8;
	return table.bytes;
}

static int count_loads(struct dl_phdr_info *info, size_t size, void *argument)
{
	*(unsigned long long *)argument = info->dlpi_adds;
	return 1;
}

/*
 * The unwinder is in libgcc_s, which C programs load when they first need it, if ever. It is asked for again when some
 * library was loaded since: to find that it is not there, the dynamic linker goes through files.
 */
static void *unwinder(const char *symbol)
{
	static _Atomic unsigned long long loads_without; /* libraries loaded when it was not found */
	unsigned long long loads = 0;

	dl_iterate_phdr(count_loads, &loads);
	if (loads && loads == loads_without)
		return NULL;
	void *found = dlsym(RTLD_DEFAULT, symbol);

	if (found)
		return found;
	void *library = dlopen("libgcc_s.so.1", RTLD_LAZY | RTLD_NOLOAD);

	if (!library) {
		loads_without = loads;
		return NULL;
	}
	found = dlsym(library, symbol);
	dlclose(library); /* gives back our reference alone */
	return found;
}

bool unwind_register(uint8_t *table)
{
	void (*add)(void *) = (void (*)(void *))(uintptr_t)unwinder("__register_frame");

	if (!add || !unwinder("__deregister_frame"))
		return false;
	add(table);
	return true;
}

void unwind_deregister(uint8_t *table)
{
	void (*take)(void *) = (void (*)(void *))(uintptr_t)unwinder("__deregister_frame");

	if (take)
		take(table);
}
