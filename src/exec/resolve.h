/* SPDX-License-Identifier: BSD-2-Clause */
/* What the address-free operands of an image mean in this process; shared by the interpreter and every JIT. */
#ifndef SKEP_EXEC_RESOLVE_H
#define SKEP_EXEC_RESOLVE_H

#include "helpers/run.h"
#include "progs/image.h"

/* The 64-bit value of a wide load at insn (two slots); not for LD_FUNC, whose value is the back-end's. */
int resolve_wide(const struct image *image, const struct bpf_insn *insn, uint64_t *ret_value);

/* The function behind CALL_HELPER or CALL_KFUNC; NULL if there is none. */
helper_fn *resolve_call(const struct image *image, const struct bpf_insn *insn);

/* The subprogram that contains (or, for calls and LD_FUNC, starts at) an instruction; -1 if none. */
int subprog_at(const struct image *image, uint32_t insn);

/*
 * A tail call: the program in slot index of the map, or NULL if there is none or 33 were made.
 * Counts the call and makes the target run->bound; when the call was made by a subprogram, whose caller goes on after
 * it, the back-end must put its own program back.
 */
const struct bound *tail_call_target(struct run *run, struct map *map, uint64_t index);

struct skb;

/*
 * LD_ABS and LD_IND: reads size bytes of the packet in network order. -EFAULT outside of it: the function that loads
 * returns 0 to its caller. offset: its low 32 bits, signed, count from skb->data; below zero, from the network header
 * (-0x100000 and up) or the link header (-0x200000 and up), as classic BPF has it.
 */
int packet_load(const struct skb *skb, int64_t offset, unsigned size, uint64_t *ret_value);

#endif
