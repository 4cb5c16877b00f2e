/* SPDX-License-Identifier: BSD-2-Clause */
/* Image to ir: every operand resolved, every jump checked to land on an instruction. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/macros.h"
#include "exec/jit/program.h"
#include "exec/resolve.h"
#include "isa/op.h"
#include "maps/map.h"

#define HELPER_TAIL_CALL 12

static const uint8_t size_of[4] = { [BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1, [BPF_DW >> 3] = 8 };

static int decode_swap(const struct bpf_insn *insn, struct ir *ir)
{
	bool swap = BPF_CLASS(insn->code) == BPF_ALU64 || BPF_SRC(insn->code) == BPF_FROM_BE;

	ir->kind = swap ? IR_SWAP : IR_ZERO_EXTEND;
	ir->size = insn->imm / 8;
	ir->flags &= ~IR_IMM; /* which the code of some of them says */
	ir->imm = 0;
	return 0;
}

/* off says which: a plain move, a move with sign, or one of the kernel's own. */
static int decode_move(struct jit_program *program, const struct bpf_insn *insn, struct ir *ir)
{
	ir->kind = IR_MOV;
	if (BPF_SRC(insn->code) == BPF_K || insn->off == 0)
		return 0;
	ir->a = insn->src_reg;
	switch (insn->off) {
	case 1: /* to the arena's address as a number: its low half; back: with user space's upper half, but NULL */
		ir->kind = IR_ZERO_EXTEND;
		ir->size = 4;
		if (insn->imm != 1) {
			ir->kind = IR_CAST_USER;
			ir->imm = (int64_t)(program->arena_user & ~(uint64_t)UINT32_MAX);
		}
		return program->arena ? 0 : -EINVAL;
	case 8:
	case 16:
	case 32:
		ir->kind = IR_SIGN_EXTEND;
		ir->op = insn->off / 8;
		return 0;
	default:
		return -ENOTSUP;
	}
}

static int decode_alu(struct jit_program *program, const struct bpf_insn *insn, struct ir *ir)
{
	static const uint8_t ops[16] = {
		[BPF_ADD >> 4] = ALU_ADD,
		[BPF_SUB >> 4] = ALU_SUB,
		[BPF_MUL >> 4] = ALU_MUL,
		[BPF_DIV >> 4] = ALU_DIV,
		[BPF_OR >> 4] = ALU_OR,
		[BPF_AND >> 4] = ALU_AND,
		[BPF_LSH >> 4] = ALU_LSH,
		[BPF_RSH >> 4] = ALU_RSH,
		[BPF_NEG >> 4] = ALU_NEG,
		[BPF_MOD >> 4] = ALU_MOD,
		[BPF_XOR >> 4] = ALU_XOR,
		[BPF_ARSH >> 4] = ALU_ARSH,
	};

	ir->kind = IR_ALU;
	ir->size = BPF_CLASS(insn->code) == BPF_ALU64 ? 8 : 4;
	ir->a = insn->dst_reg;
	ir->b = insn->src_reg;
	ir->op = ops[insn->code >> 4];
	if (BPF_SRC(insn->code) == BPF_K) {
		ir->flags |= IR_IMM;
		ir->imm = insn->imm;
	}
	switch (BPF_OP(insn->code)) {
	case BPF_END:
		return decode_swap(insn, ir);
	case BPF_MOV:
		return decode_move(program, insn, ir);
	case BPF_DIV:
		ir->op = insn->off == 1 ? ALU_SDIV : ALU_DIV;
		break;
	case BPF_MOD:
		ir->op = insn->off == 1 ? ALU_SMOD : ALU_MOD;
		break;
	}
	if (ir->op >= ALU_LSH && ir->op <= ALU_ARSH)
		ir->imm &= ir->size * 8 - 1;
	return 0;
}

static int decode_memory(struct jit_program *program, const struct bpf_insn *insn, struct ir *ir)
{
	unsigned class = BPF_CLASS(insn->code), mode = BPF_MODE(insn->code);
	bool acquire = false;

	ir->size = size_of[BPF_SIZE(insn->code) >> 3];
	ir->disp = insn->off;
	ir->a = class == BPF_LDX ? insn->src_reg : insn->dst_reg;
	ir->b = insn->src_reg;
	ir->kind = class == BPF_LDX ? IR_LOAD : IR_STORE;
	if (class == BPF_LDX) { /* modes by number: MEM 0x60, MEMSX 0x80, and the verifier's own */
		ir->flags |= mode == 0x80 || mode == 0x40 || mode == 0xc0 ? IR_SIGNED : 0;
		ir->flags |= mode == 0x20 || mode == 0x40 ? IR_PROBE : 0;
		ir->flags |= mode == 0xa0 || mode == 0xc0 ? IR_PROBE | IR_ARENA : 0;
	} else if (class == BPF_ST) {
		ir->flags |= IR_IMM | (mode == 0xa0 ? IR_PROBE | IR_ARENA : 0);
		ir->imm = insn->imm;
	} else if (mode != BPF_MEM && mode != 0xa0) { /* atomic */
		acquire = insn->imm == BPF_LOAD_ACQ;
		ir->kind = acquire ? IR_LOAD : insn->imm == BPF_STORE_REL ? IR_STORE : IR_ATOMIC;
		ir->op = (uint16_t)insn->imm;
		ir->a = acquire ? insn->src_reg : insn->dst_reg;
		ir->flags |= mode == 0xe0 ? IR_PROBE | IR_ARENA : 0;
	} else {
		ir->flags |= mode == 0xa0 ? IR_PROBE | IR_ARENA : 0;
	}
	if ((ir->flags & IR_ARENA) && !program->arena)
		return -EINVAL;
	return 0;
}

static int decode_packet(const struct bpf_insn *insn, struct ir *ir)
{
	ir->kind = IR_PACKET;
	ir->size = size_of[BPF_SIZE(insn->code) >> 3];
	ir->dst = 0;
	ir->a = 6;
	ir->b = insn->src_reg;
	ir->imm = insn->imm;
	if (BPF_MODE(insn->code) == BPF_ABS)
		ir->flags |= IR_IMM;
	return 0;
}

static int decode_wide(struct jit_program *program, uint32_t i, struct ir *ir)
{
	const struct bpf_insn *insn = &program->image->insns[i];
	uint64_t value;

	if (i + 1 >= program->n || program->image->insns[i + 1].code)
		return -EINVAL;
	if (insn->src_reg == BPF_PSEUDO_FUNC) {
		int64_t start = (int64_t)i + 1 + insn->imm;
		int func = start >= 0 && start < program->n ? subprog_at(program->image, start) : -1;

		if (func < 0 || program->image->subprogs[func].start != start)
			return -EINVAL;
		ir->kind = IR_FUNC;
		ir->target = func;
		return 0;
	}
	int err = resolve_wide(program->image, insn, &value);
	if (err)
		return err;
	ir->kind = IR_MOV;
	ir->size = 8;
	ir->flags |= IR_IMM;
	ir->imm = (int64_t)value;
	return 0;
}

static int decode_call(struct jit_program *program, uint32_t i, struct ir *ir)
{
	const struct bpf_insn *insn = &program->image->insns[i];

	if (insn->src_reg == BPF_PSEUDO_CALL) {
		int64_t start = (int64_t)i + 1 + insn->imm;
		int func = start >= 0 && start < program->n ? subprog_at(program->image, start) : -1;

		if (func < 0 || program->image->subprogs[func].start != start)
			return -EINVAL;
		ir->kind = IR_CALL_LOCAL;
		ir->target = func;
		return 0;
	}
	if (insn->src_reg == 0 && insn->imm == HELPER_TAIL_CALL) {
		ir->kind = IR_TAIL_CALL;
		return 0;
	}
	helper_fn *function = resolve_call(program->image, insn);
	if (!function)
		return -EINVAL;
	ir->kind = IR_CALL;
	ir->imm = (int64_t)(uintptr_t)function;
	return 0;
}

static int decode_jump(struct jit_program *program, uint32_t i, struct ir *ir)
{
	static const uint8_t conditions[16] = {
		[BPF_JEQ >> 4] = COND_EQ,
		[BPF_JNE >> 4] = COND_NE,
		[BPF_JGT >> 4] = COND_GT,
		[BPF_JGE >> 4] = COND_GE,
		[BPF_JLT >> 4] = COND_LT,
		[BPF_JLE >> 4] = COND_LE,
		[BPF_JSGT >> 4] = COND_SGT,
		[BPF_JSGE >> 4] = COND_SGE,
		[BPF_JSLT >> 4] = COND_SLT,
		[BPF_JSLE >> 4] = COND_SLE,
		[BPF_JSET >> 4] = COND_SET,
	};
	const struct bpf_insn *insn = &program->image->insns[i];
	int64_t to = (int64_t)i + 1 + insn->off;

	ir->size = BPF_CLASS(insn->code) == BPF_JMP ? 8 : 4;
	switch (BPF_OP(insn->code)) {
	case BPF_EXIT:
		ir->kind = IR_EXIT;
		return 0;
	case BPF_CALL:
		return decode_call(program, i, ir);
	case BPF_JA:
		ir->kind = IR_GOTO;
		if (BPF_CLASS(insn->code) == BPF_JMP32)
			to = (int64_t)i + 1 + insn->imm;
		break;
	case BPF_JCOND:
		ir->kind = IR_MAY_GOTO;
		break;
	default:
		ir->kind = IR_JUMP;
		ir->op = conditions[insn->code >> 4];
		ir->a = insn->dst_reg;
		ir->b = insn->src_reg;
		if (BPF_SRC(insn->code) == BPF_K) {
			ir->flags |= IR_IMM;
			ir->imm = insn->imm;
		}
	}
	if (to < 0 || to >= program->n || !program->image->insns[to].code) /* code 0: the second half of a wide load */
		return -EINVAL;
	ir->target = (uint32_t)to;
	program->ir[to].flags |= IR_TARGET;
	return 0;
}

static int decode_one(struct jit_program *program, uint32_t i)
{
	const struct bpf_insn *insn = &program->image->insns[i];
	struct ir *ir = &program->ir[i];
	enum op op = op_decode(insn);

	if (op == OP_INVALID || op_rows[op].status == OP_RESERVED || insn->dst_reg > REG_FP)
		return -EINVAL;
	ir->dst = insn->dst_reg;
	ir->index = NO_INDEX;
	if (op == OP_NOSPEC) {
		ir->kind = IR_BARRIER;
		return 0;
	}
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		return insn_is_wide(insn) ? decode_wide(program, i, ir) : decode_packet(insn, ir);
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		if (insn->src_reg > REG_FP)
			return -ENOTSUP;
		return decode_memory(program, insn, ir);
	case BPF_ALU:
	case BPF_ALU64:
		return insn->src_reg > REG_FP ? -EINVAL : decode_alu(program, insn, ir);
	default:
		return insn->src_reg > REG_FP ? -EINVAL : decode_jump(program, i, ir);
	}
}

static void find_arena(struct jit_program *program)
{
	for (uint32_t i = 0; i < program->image->n_maps; i++) {
		const struct map *map = program->image->maps[i];

		if (map->type != BPF_MAP_TYPE_ARENA)
			continue;
		program->arena = (uint64_t)(uintptr_t)map->values;
		program->arena_user = map->extra;
	}
}

/* Zeroed. A large program would spend a third of its time on page faults: the system may take large pages. */
static void *new_array(size_t count, size_t size)
{
	const size_t large = 2 * 1024 * 1024;
	char *memory = calloc(count, size);

	if (memory && count * size >= 2 * large) {
		char *start = (char *)ROUND_UP((uintptr_t)memory, large);

		madvise(start, (size_t)(memory + count * size - start), MADV_HUGEPAGE);
	}
	return memory;
}

int jit_decode(struct jit_program *program)
{
	program->n = program->image->n_insns;
	program->ir = new_array((size_t)program->n + 1, sizeof(*program->ir));
	if (!program->ir)
		return -ENOMEM;
	find_arena(program);
	for (uint32_t i = 0; i < program->n; i++) {
		int err = decode_one(program, i);
		if (err)
			return err;
		if (insn_is_wide(&program->image->insns[i]))
			i++;
	}
	program->ir[program->n].kind = IR_EXIT;
	return 0;
}
