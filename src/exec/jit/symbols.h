/* SPDX-License-Identifier: BSD-2-Clause */
/* Code that tools can name and unwind: perf, gdb, backtrace(3), C++ exceptions that pass through. */
#ifndef SKEP_EXEC_JIT_SYMBOLS_H
#define SKEP_EXEC_JIT_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "exec/jit/program.h"

/* bpf_prog_TAG_NAME, as the kernel calls its own. */
#define SYMBOL_NAME_MAX 96

struct jit_symbols {
	const uint8_t *code;
	uint32_t size;
	uint32_t n;
	struct jit_symbol {
		uint32_t start, size;
		char name[SYMBOL_NAME_MAX];
	} functions[];
};

/* One symbol a function, of code that is laid out and will run at code. NULL without memory. */
struct jit_symbols *symbols_of(const struct jit_program *program, const uint8_t *code, uint32_t size);

/*
 * Call frame information in the format of .eh_frame, with a terminator, freed with free(). The size does not count the
 * terminator. NULL without memory.
 */
uint8_t *unwind_table(const struct jit_program *program, const struct jit_symbols *symbols, size_t *ret_size);

/* Tells the C++ runtime's unwinder, if there is one in the process. Returns whether it was told. */
bool unwind_register(uint8_t *table);
void unwind_deregister(uint8_t *table);

/* Tells a debugger, by the interface that gdb and lldb look for. NULL if there is no memory: it is not told then. */
struct debugger_entry;
struct debugger_entry *debugger_register(const struct jit_symbols *symbols, const uint8_t *table, size_t table_size);
void debugger_deregister(struct debugger_entry *entry);

/* Appends to /tmp/perf-PID.map when the environment has SKEP_PERF_MAP=1; failure is of no consequence. */
void perf_map_add(const struct jit_symbols *symbols);

#endif
