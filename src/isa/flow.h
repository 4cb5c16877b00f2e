/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where control goes from an instruction, and which registers it reads and writes.
 *
 * All of it is decided by the code and its fields alone and is defined for any bytes: for what is no instruction the
 * answers are those of an instruction that does nothing.
 */
#ifndef SKEP_ISA_FLOW_H
#define SKEP_ISA_FLOW_H

#include "isa/op.h"

/* Slots that it takes: 2 for a wide load. The second slot is no instruction. */
static inline uint32_t insn_slots(const struct bpf_insn *insn)
{
	return insn_is_wide(insn) ? 2 : 1;
}

static inline bool insn_is_jump_class(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_JMP || BPF_CLASS(insn->code) == BPF_JMP32;
}

static inline bool insn_is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL);
}

static inline bool insn_is_helper_call(const struct bpf_insn *insn)
{
	return insn_is_call(insn) && insn->src_reg == 0;
}

static inline bool insn_is_local_call(const struct bpf_insn *insn)
{
	return insn_is_call(insn) && insn->src_reg == BPF_PSEUDO_CALL;
}

static inline bool insn_is_kfunc_call(const struct bpf_insn *insn)
{
	return insn_is_call(insn) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL;
}

static inline bool insn_is_exit(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_EXIT);
}

static inline bool insn_is_may_goto(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_JCOND);
}

/* A wide load of a subprogram's address. */
static inline bool insn_is_func_load(const struct bpf_insn *insn)
{
	return insn_is_wide(insn) && insn->src_reg == BPF_PSEUDO_FUNC;
}

/* goto and gotol. */
static inline bool insn_is_goto(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_JA) || insn->code == (BPF_JMP32 | BPF_JA);
}

/* Jumps with a test, and may_goto. */
static inline bool insn_is_conditional(const struct bpf_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);

	return insn_is_jump_class(insn) &&
	       (insn_is_may_goto(insn) || (op != BPF_JA && op != BPF_CALL && op != BPF_EXIT && op < BPF_JCOND));
}

/* A jump whose target is in the instruction. Not calls, nor exit. */
static inline bool insn_is_branch(const struct bpf_insn *insn)
{
	return insn_is_goto(insn) || insn_is_conditional(insn);
}

/* Whether control can reach the next instruction. */
static inline bool insn_falls_through(const struct bpf_insn *insn)
{
	return !insn_is_goto(insn) && !insn_is_exit(insn) && insn->code != 0x0d /* gotox */;
}

/* How far a branch jumps, in slots from the next instruction. */
static inline int32_t insn_displacement(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP32 | BPF_JA) ? insn->imm : insn->off;
}

/*
 * The slot that a branch at slot index jumps to, or that a local call or function load there starts at.
 * May lie outside of the program: the caller compares.
 */
static inline int64_t insn_target(const struct bpf_insn *insn, uint32_t index)
{
	int32_t distance = insn_is_branch(insn) ? insn_displacement(insn) : insn->imm;

	return (int64_t)index + 1 + distance;
}

/* Bytes of memory that it reads or writes: 1, 2, 4, 8; 0 if none. Packet loads count, wide loads do not. */
unsigned insn_access_size(const struct bpf_insn *insn);

/* Registers as a set: bit n is rn. */
typedef uint16_t regs_t;
#define REG_BIT(n) ((regs_t)(1u << (n)))
#define REGS_ARGS 0x3e /* r1 to r5 */
#define REGS_CALL 0x3f /* r0 to r5: what a call leaves unknown */
#define REGS_ALL 0x3ff /* r0 to r9 */

/*
 * Calls are taken to read all five arguments: who knows the prototype takes fewer. Packet loads are taken to read
 * every register, as the kernel does. A wrong register number is left out of the set.
 */
regs_t insn_reads(const struct bpf_insn *insn);
regs_t insn_writes(const struct bpf_insn *insn);

#endif
