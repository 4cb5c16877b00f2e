/* SPDX-License-Identifier: BSD-2-Clause */
/* Misprediction: see speculation.c. All of it does nothing where addresses are no secret. */
#ifndef SKEP_VERIFIER_SPECULATION_H
#define SKEP_VERIFIER_SPECULATION_H

#include "verifier/verifier.h"

/* What the kernel would mask the offset of one addition with. */
struct pointer_mask {
	uint8_t state;
	uint32_t limit;
	bool to_left;
};

/* Around the addition of a pointer and an offset. -EACCES: no mask fits. */
int speculate_before_add(struct verifier *v, const struct bpf_insn *insn, const struct reg *pointer,
	const struct reg *off, bool pointer_is_dst, struct pointer_mask *mask);
int speculate_after_add(struct verifier *v, const struct bpf_insn *insn, const struct reg *result, bool pointer_is_dst,
	const struct pointer_mask *mask);
/* At an addition of numbers: on no path may it be one of pointers. */
int speculate_numbers(struct verifier *v, const struct bpf_insn *insn);
/* A pointer that was moved must stay inside its object, even unused. */
int check_moved_pointer(struct verifier *v, uint32_t number);
/* The way out of a jump that is never taken, with operands that nothing is known of. */
int speculate_branch(struct verifier *v, const struct bpf_insn *insn, uint32_t target);
/* Whether an error only ends a path that no run takes: the kernel puts a barrier there. */
bool ends_speculation(const struct verifier *v, int err);

#endif
