/* SPDX-License-Identifier: BSD-2-Clause */
#include "exec/jit/jit.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fault.h"
#include "exec/jit/memory.h"
#include "exec/jit/program.h"
#include "exec/jit/symbols.h"
#include "exec/jit/target.h"

/* What bound->code points to. */
struct jit_code {
	struct code_block block;
	uint32_t size; /* of the code; the block may be larger */
	struct fault_range *faults;
	uint8_t *unwind; /* the table, if the unwinder was told */
	struct debugger_entry *debugger;
};

/* For the sake of tools: a program runs without. */
static void publish(const struct jit_program *program, struct jit_code *jit)
{
	struct jit_symbols *symbols = symbols_of(program, jit->block.exec, jit->size);
	size_t size;

	if (!symbols)
		return;
	perf_map_add(symbols);
	jit->unwind = unwind_table(program, symbols, &size);
	if (jit->unwind) {
		jit->debugger = debugger_register(symbols, jit->unwind, size);
		if (!unwind_register(jit->unwind)) {
			free(jit->unwind);
			jit->unwind = NULL;
		}
	}
	free(symbols);
}

static void unpublish(struct jit_code *jit)
{
	debugger_deregister(jit->debugger);
	if (jit->unwind)
		unwind_deregister(jit->unwind);
	free(jit->unwind);
}

static void program_free(struct jit_program *program)
{
	code_free(&program->code);
	free(program->epilogues);
	free(program->funcs);
	free(program->live);
	free(program->ir);
}

void jit_note_epilogue(struct jit_program *program, uint8_t size)
{
	if (program->n_epilogues == program->epilogue_capacity) {
		uint32_t more = program->epilogue_capacity ? program->epilogue_capacity * 2 : 16;
		struct jit_epilogue *epilogues = realloc(program->epilogues, more * sizeof(*epilogues));

		if (!epilogues) {
			program->code.err = -ENOMEM;
			return;
		}
		program->epilogues = epilogues;
		program->epilogue_capacity = more;
	}
	program->epilogues[program->n_epilogues++] =
		(struct jit_epilogue){ .start = code_here(&program->code), .size = size };
}

/* Labels: the instructions, then the functions, then what the back-end asks for. */
static void set_up_labels(struct jit_program *program)
{
	code_labels(&program->code, program->n);
	for (uint32_t f = 0; f < program->n_funcs; f++)
		program->funcs[f].label = code_labels(&program->code, 1);
}

static int add_faults(const struct jit_program *program, struct jit_code *jit)
{
	const struct code *code = &program->code;
	struct fault_fixup *fixups;

	if (!code->n_probes)
		return 0;
	fixups = calloc(code->n_probes, sizeof(*fixups));
	if (!fixups)
		return -ENOMEM;
	for (uint32_t i = 0; i < code->n_probes; i++) {
		const struct probe *probe = &code->probes[i];

		fixups[i].pc = code_offset(code, probe->pc);
		fixups[i].resume = code_offset(code, probe->resume);
		fixups[i].clear = probe->clear;
	}
	int err = fault_range_add(jit->block.exec, jit->size, fixups, code->n_probes, &jit->faults);

	free(fixups);
	return err;
}

/* Gives the code a place to run. */
static int install(struct jit_program *program, struct jit_code *jit)
{
	int64_t size = code_layout(&program->code);
	int err;

	if (size < 0)
		return (int)size;
	if (size > INT32_MAX)
		return -E2BIG;
	jit->size = (uint32_t)size;
	err = code_memory_new(jit->size, &jit->block);
	if (err)
		return err;
	err = code_write(&program->code, jit->block.write, (uintptr_t)jit->block.exec);
	if (err)
		goto free_block;
	err = code_memory_seal(&jit->block);
	if (err)
		goto free_block;
	err = add_faults(program, jit);
	if (err)
		goto free_block;
	publish(program, jit);
	return 0;
free_block:
	code_memory_free(&jit->block);
	return err;
}

static int compile(struct jit_program *program, struct jit_code *jit)
{
	int err;

	err = jit_decode(program);
	if (err)
		return err;
	err = jit_find_functions(program);
	if (err)
		return err;
	jit_simplify_branches(program);
	err = jit_liveness(program);
	if (err)
		return err;
	err = jit_optimise(program);
	if (err)
		return err;
	set_up_labels(program);
	target_lower(program);
	return install(program, jit);
}

/* A callback is a C function already: the value of LD_FUNC is its address. */
static uint64_t call_callback(
	struct run *run, uint64_t callback, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	return ((helper_fn *)(uintptr_t)callback)(a1, a2, a3, a4, a5, run);
}

int jit_bind(const struct image *image, struct bound *bound)
{
	struct jit_code *jit = calloc(1, sizeof(*jit));
	int err;

	if (!jit)
		return -ENOMEM;
	for (int far_calls = 0; far_calls < 2; far_calls++) {
		struct jit_program program = { .image = image, .bound = bound, .far_calls = far_calls };

		err = compile(&program, jit);
		program_free(&program);
		if (err != -ERANGE) /* else: a helper turned out to be too far away for a short call */
			break;
	}
	if (err) {
		free(jit);
		return err;
	}
	bound->entry = (uint64_t(*)(void *, struct run *))(uintptr_t)jit->block.exec;
	bound->call = call_callback;
	bound->code = jit;
	return 0;
}

void jit_unbind(struct bound *bound)
{
	struct jit_code *jit = bound->code;

	if (!jit)
		return;
	unpublish(jit);
	fault_range_remove(jit->faults);
	code_memory_free(&jit->block);
	free(jit);
	bound->code = NULL;
}

const void *jit_code(const struct bound *bound, uint32_t *ret_size)
{
	const struct jit_code *jit = bound->code;

	*ret_size = jit->size;
	return jit->block.exec;
}
