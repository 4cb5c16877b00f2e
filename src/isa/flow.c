/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers and memory that an instruction touches, by its class. */
#include "isa/flow.h"

unsigned insn_access_size(const struct bpf_insn *insn)
{
	static const uint8_t sizes[] = { [BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1, [BPF_DW >> 3] = 8 };

	if (BPF_CLASS(insn->code) > BPF_STX || insn_is_wide(insn) || insn->code == 0xc2 /* nospec */)
		return 0;
	return sizes[BPF_SIZE(insn->code) >> 3];
}

static regs_t bit(unsigned reg)
{
	return reg < REG_COUNT ? REG_BIT(reg) : 0;
}

static bool is_packet_load(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_LD && (BPF_MODE(insn->code) == BPF_ABS || BPF_MODE(insn->code) == BPF_IND);
}

static bool is_atomic(const struct bpf_insn *insn)
{
	/* The verifier's form for memory that may fault has the mode of a sign-extending probe. */
	return BPF_CLASS(insn->code) == BPF_STX && (BPF_MODE(insn->code) == BPF_ATOMIC || BPF_MODE(insn->code) == 0xe0);
}

static regs_t alu_reads(const struct bpf_insn *insn)
{
	regs_t dst = bit(insn->dst_reg), src = bit(insn->src_reg);

	switch (BPF_OP(insn->code)) {
	case BPF_NEG:
	case BPF_END:
		return dst;
	case BPF_MOV:
		return BPF_SRC(insn->code) == BPF_X ? src : 0;
	default:
		return BPF_SRC(insn->code) == BPF_X ? dst | src : dst;
	}
}

static regs_t jump_reads(const struct bpf_insn *insn)
{
	if (insn_is_goto(insn) || insn_is_may_goto(insn))
		return 0;
	if (insn_is_exit(insn))
		return REG_BIT(0);
	if (insn_is_call(insn))
		return REGS_ARGS;
	if (!insn_is_conditional(insn))
		return BPF_SRC(insn->code) == BPF_X ? bit(insn->dst_reg) : 0; /* gotox, callx */
	return BPF_SRC(insn->code) == BPF_X ? bit(insn->dst_reg) | bit(insn->src_reg) : bit(insn->dst_reg);
}

static regs_t store_reads(const struct bpf_insn *insn)
{
	regs_t dst = bit(insn->dst_reg), src = bit(insn->src_reg);

	if (is_atomic(insn) && insn->imm == BPF_LOAD_ACQ)
		return src;
	if (is_atomic(insn) && insn->imm == BPF_CMPXCHG)
		return dst | src | REG_BIT(0);
	return dst | src;
}

regs_t insn_reads(const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return alu_reads(insn);
	case BPF_JMP:
	case BPF_JMP32:
		return jump_reads(insn);
	case BPF_LDX:
		return bit(insn->src_reg);
	case BPF_ST:
		return insn->code == 0xc2 /* nospec */ ? 0 : bit(insn->dst_reg);
	case BPF_STX:
		return store_reads(insn);
	default:
		return is_packet_load(insn) ? REGS_ALL : 0;
	}
}

static regs_t atomic_writes(const struct bpf_insn *insn)
{
	switch (insn->imm) {
	case BPF_CMPXCHG:
		return REG_BIT(0);
	case BPF_LOAD_ACQ:
		return bit(insn->dst_reg);
	case BPF_STORE_REL:
		return 0;
	default:
		return op_decode(insn) != OP_INVALID && insn->imm & BPF_FETCH ? bit(insn->src_reg) : 0;
	}
}

regs_t insn_writes(const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
	case BPF_LDX:
		return bit(insn->dst_reg);
	case BPF_JMP:
		return insn_is_call(insn) ? REGS_CALL : 0;
	case BPF_STX:
		return is_atomic(insn) ? atomic_writes(insn) : 0;
	case BPF_LD:
		return insn_is_wide(insn) ? bit(insn->dst_reg) : is_packet_load(insn) ? REGS_CALL : 0;
	default:
		return 0;
	}
}
