/* SPDX-License-Identifier: BSD-2-Clause */
#include "exec/jit/symbols.h"

#include <stdio.h>
#include <stdlib.h>

static void name_function(const struct image *image, uint32_t func, char name[SYMBOL_NAME_MAX])
{
	const char *own = image->subprogs[func].name;
	int n = snprintf(name, SYMBOL_NAME_MAX, "bpf_prog_");

	for (unsigned i = 0; i < BPF_TAG_SIZE; i++)
		n += snprintf(name + n, SYMBOL_NAME_MAX - n, "%02x", image->tag[i]);
	if (!own || !*own)
		own = func ? "F" : image->name;
	if (*own)
		n += snprintf(name + n, SYMBOL_NAME_MAX - n, "_%s", own);
	/* A line of the perf map and a name in gdb is one word, and printable. */
	for (char *c = name; *c; c++)
		if (*c <= ' ' || *c > '~')
			*c = '_';
}

struct jit_symbols *symbols_of(const struct jit_program *program, const uint8_t *code, uint32_t size)
{
	struct jit_symbols *symbols =
		calloc(1, sizeof(*symbols) + (size_t)program->n_funcs * sizeof(symbols->functions[0]));

	if (!symbols)
		return NULL;
	symbols->code = code;
	symbols->size = size;
	symbols->n = program->n_funcs;
	for (uint32_t f = 0; f < program->n_funcs; f++) {
		uint32_t start = code_offset(&program->code, program->funcs[f].begin);

		symbols->functions[f].start = start;
		symbols->functions[f].size = code_offset(&program->code, program->funcs[f].finish) - start;
		name_function(program->image, f, symbols->functions[f].name);
	}
	return symbols;
}
