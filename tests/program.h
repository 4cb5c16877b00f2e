/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that tests write in C and run: instructions by the names of opcodes.def, and images made of them. */
#ifndef SKEP_TESTS_PROGRAM_H
#define SKEP_TESTS_PROGRAM_H

#include <stdint.h>

#include "exec/exec.h"
#include "isa/op.h"

/* One instruction: what the row fixes comes from the row, the rest from the arguments. */
struct bpf_insn insn_of(enum op op, unsigned dst, unsigned src, int32_t off, int64_t imm);
#define I(name, dst, src, off, imm) insn_of(OP_##name, dst, src, off, imm)

/* The two slots of a wide load. */
#define WIDE(name, dst, value)                                             \
	insn_of(OP_##name, dst, 0, 0, (int32_t)(value)), (struct bpf_insn) \
	{                                                                  \
		.imm = (int32_t)((uint64_t)(value) >> 32)                  \
	}

/*
 * An image of n instructions, copied, without maps. Functions start where CALL_LOCAL and LD_FUNC lead to.
 * Ends the test program when there is no memory. Freed with image_free().
 */
struct image *program_image(const struct bpf_insn *insns, uint32_t n);

/* Adds a map, whose index is returned; the image takes the reference. */
uint32_t program_add_map(struct image *image, struct map *map);

/* Binds, runs once on the context and unbinds. run may be NULL. Ends the test program if it cannot be bound. */
uint64_t program_run(const struct image *image, enum exec_mode mode, void *context, struct run *run);

/* Whether the machine has that mode at all. */
bool program_mode_exists(enum exec_mode mode);

#endif
