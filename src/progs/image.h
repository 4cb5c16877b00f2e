/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program as the verifier leaves it: rewritten, complete, and free of addresses. exec/ binds it to a process.
 *
 * In the instructions of an image:
 *   LD_MAP_IDX        imm is an index into maps; the value is the address of the struct map
 *   LD_MAP_IDX_VALUE  the same; the value is the address of the map's values plus the second slot's imm
 *   LD_FUNC           imm is relative to the next instruction, as in a loaded program; the value is a callback
 *   LD_BTF_ID         imm is an index into addresses that the binding resolves (per-CPU or typed kernel variables)
 *   CALL_HELPER       imm is the helper's number
 *   CALL_KFUNC        imm is an index into kfuncs
 *   CALL_LOCAL        imm is relative to the next instruction
 * Context accesses have been turned into accesses to the run-time context (struct skb, struct xdp, ...).
 */
#ifndef SKEP_PROGS_IMAGE_H
#define SKEP_PROGS_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "skep/uapi.h"

struct map;

enum subprog_flags {
	SUBPROG_CALLBACK = 1 << 0, /* its address is taken with LD_FUNC */
	SUBPROG_TAIL_CALLS = 1 << 1, /* calls helper 12, itself */
	SUBPROG_LD_ABS = 1 << 2, /* has legacy packet loads */
	SUBPROG_EXCEPTION_CB = 1 << 3, /* where bpf_throw lands */
	SUBPROG_MAY_GOTO = 1 << 4,
};

struct subprog {
	uint32_t start, end; /* instructions [start, end) */
	uint16_t stack_depth; /* bytes below r10 that it uses, a multiple of 8 */
	uint16_t flags; /* enum subprog_flags */
	const char *name; /* for perf, gdb and dumps; owned by the image */
};

/* Source position of an instruction, ascending by insn. */
struct image_line {
	uint32_t insn;
	uint32_t line, column;
	const char *file, *text; /* owned by the image; text is the source line */
};

enum image_uses {
	IMAGE_USES_VCPU = 1 << 0, /* per-CPU state: a run must lease a virtual CPU */
	IMAGE_SLEEPABLE = 1 << 1,
	IMAGE_CHANGES_PACKET = 1 << 2,
};

struct image {
	struct bpf_insn *insns;
	uint32_t n_insns;
	struct subprog *subprogs; /* subprogs[0] is the main program; ascending by start, without gaps */
	uint32_t n_subprogs;
	struct map **maps; /* each holds one reference */
	uint32_t n_maps;
	uint32_t *kfuncs; /* BTF ids in the hive's vmlinux BTF */
	uint32_t n_kfuncs;
	struct image_line *lines;
	uint32_t n_lines;
	uint32_t type, attach_type; /* enum bpf_prog_type, enum bpf_attach_type */
	uint32_t uses; /* enum image_uses */
	void *owner; /* the object of a hive that this is the image of, for the hive */
	char name[BPF_OBJ_NAME_LEN];
	uint8_t tag[BPF_TAG_SIZE];
};

/* Frees the image, gives back its map references. NULL is fine. */
void image_free(struct image *image);

#endif
