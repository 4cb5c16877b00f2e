/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each instruction by itself. Needs subprograms; fills facts[].op, and the maps that the program uses.
 *
 * Opcodes, and constants of two slots, are checked here. A reserved field that is not zero only matters where a path
 * reaches it: such an instruction gets OP_INVALID, and refuse_malformed() when exploration meets it.
 */
#include <errno.h>
#include <string.h>

#include "maps/map.h"
#include "verifier/verifier.h"

/* Which codes are instructions at all, whatever the other fields. */
static void find_known_codes(release_t release, bool known[256])
{
	memset(known, 0, 256 * sizeof(known[0]));
	for (int i = 0; i < OP_COUNT; i++) {
		const struct op_row *row = &op_rows[i];

		if ((row->status == OP_STD || row->status == OP_LINUX) && row->since <= release)
			known[row->code] = true;
	}
}

static int use_map(struct verifier *v, uint32_t insn, struct map *map)
{
	uint32_t i = 0;

	while (i < v->n_maps && v->maps[i] != map)
		i++;
	v->facts[insn].map = i;
	if (i < v->n_maps) {
		map_put(map);
		return 0;
	}
	if (v->n_maps == MAX_USED_MAPS) {
		map_put(map);
		return refuse(
			v, -E2BIG, "The total number of maps per program has reached the limit of %u\n", MAX_USED_MAPS);
	}
	v->maps[v->n_maps++] = map;
	return 0;
}

static int check_value_address(struct verifier *v, struct map *map, uint32_t off)
{
	uint64_t address;
	int err;

	if (!map->ops->value_address)
		return refuse(v, -EINVAL, "no direct value access support for this map type\n");
	if (off >= MAX_VARIABLE_OFFSET)
		return refuse(v, -EINVAL, "direct value offset of %u is not allowed\n", off);
	err = map->ops->value_address(map, off, &address);
	if (err)
		say(v, "invalid access to map value pointer, value_size=%u off=%u\n", map->value_size, off);
	return err;
}

static int resolve_map(struct verifier *v, uint32_t at)
{
	const struct verify_request *request = v->request;
	const struct bpf_insn *insn = &v->insns[at];
	bool by_index = insn->src_reg == BPF_PSEUDO_MAP_IDX || insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE;
	bool value = insn->src_reg == BPF_PSEUDO_MAP_VALUE || insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE;
	struct map *map = NULL;
	int err;

	if (by_index) {
		if (!request->map_by_index)
			return refuse(v, -EPROTO, "fd_idx without fd_array is invalid\n");
		err = request->map_by_index(request->argument, insn->imm, &map);
	} else {
		err = request->map_by_fd ? request->map_by_fd(request->argument, insn->imm, &map) : -EBADF;
	}
	if (err == -EBADF || err == -EINVAL)
		say(v, "fd %d is not pointing to valid bpf_map\n", insn->imm);
	if (err)
		return err;
	if (value)
		err = check_value_address(v, map, insn[1].imm);
	if (err) {
		map_put(map);
		return err;
	}
	return use_map(v, at, map);
}

/* A constant of two slots. */
static int check_wide(struct verifier *v, uint32_t at)
{
	const struct bpf_insn *insn = &v->insns[at];

	if (at + 1 == v->n_insns || insn[1].code || insn[1].dst_reg || insn[1].src_reg || insn[1].off)
		return refuse(v, -EINVAL, "invalid bpf_ld_imm64 insn\n");
	switch (insn->src_reg) {
	case 0:
	case BPF_PSEUDO_FUNC:
		return 0;
	case BPF_PSEUDO_MAP_FD:
	case BPF_PSEUDO_MAP_IDX:
		if (insn[1].imm)
			return refuse(v, -EINVAL, "unrecognized bpf_ld_imm64 insn\n");
		return resolve_map(v, at);
	case BPF_PSEUDO_MAP_VALUE:
	case BPF_PSEUDO_MAP_IDX_VALUE:
		return resolve_map(v, at);
	case BPF_PSEUDO_BTF_ID:
		return refuse(v, -ENOENT, "ldimm64 insn specifies invalid btf_id %d.\n", insn->imm);
	default:
		return refuse(v, -EINVAL, "unrecognized bpf_ld_imm64 insn\n");
	}
}

/* The instruction, if programs may have it: not what the verifier itself makes, nor what needs an arena. */
static enum op decode(const struct verifier *v, const struct bpf_insn *insn)
{
	enum op op = op_decode(insn);
	const struct op_row *row = &op_rows[op];

	if (op == OP_INVALID || (row->status != OP_STD && row->status != OP_LINUX) || row->since > v->request->release)
		return OP_INVALID;
	if (insn->code == (BPF_ALU64 | BPF_MOV | BPF_X) && insn->off == 1)
		return OP_INVALID;
	return op;
}

int check_insns(struct verifier *v)
{
	bool known[256];
	int err;

	find_known_codes(v->request->release, known);
	for (uint32_t i = 0; i < v->n_insns; i++) {
		struct bpf_insn *insn = &v->insns[i];
		uint8_t class = BPF_CLASS(insn->code), mode = BPF_MODE(insn->code);

		/* Of exit the kernel does not look at the offset. */
		if (insn->code == (BPF_JMP | BPF_EXIT))
			insn->off = 0;
		v->facts[i].op = decode(v, insn);
		if (class == BPF_LDX && ((mode != BPF_MEM && mode != BPF_MEMSX) || insn->imm))
			return refuse(v, -EINVAL, "BPF_LDX uses reserved fields\n");
		if (insn_is_wide(insn)) {
			err = check_wide(v, i);
			if (err)
				return err;
			i++;
			v->facts[i].op = OP_INVALID;
		} else if (!known[insn->code]) {
			return refuse(v, -EINVAL, "unknown opcode %02x\n", insn->code);
		}
	}
	return 0;
}

static int refuse_alu(struct verifier *v, const struct bpf_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);
	bool wide = BPF_CLASS(insn->code) == BPF_ALU64;

	if (op == BPF_NEG)
		return refuse(v, -EINVAL, "BPF_NEG uses reserved fields\n");
	if (op == BPF_END)
		return refuse(v, -EINVAL, "BPF_END uses reserved fields\n");
	if (op != BPF_MOV)
		return refuse(v, -EINVAL, "BPF_ALU uses reserved fields\n");
	if (wide && BPF_SRC(insn->code) == BPF_X && insn->off == 1) {
		if (insn->imm != 1 && insn->imm != 1 << 16)
			return refuse(
				v, -EINVAL, "addr_space_cast insn can only convert between address space 1 and 0\n");
		return refuse(v, -EINVAL,
			"addr_space_cast insn can only be used in a program that has an associated arena\n");
	}
	return refuse(v, -EINVAL, "BPF_MOV uses reserved fields\n");
}

static int refuse_jump(struct verifier *v, const struct bpf_insn *insn)
{
	int err;

	switch (BPF_OP(insn->code)) {
	case BPF_EXIT:
		return refuse(v, -EINVAL, "BPF_EXIT uses reserved fields\n");
	case BPF_CALL:
		return refuse(v, -EINVAL, "BPF_CALL uses reserved fields\n");
	case BPF_JA:
		return refuse(v, -EINVAL, "BPF_JA uses reserved fields\n");
	case BPF_JCOND:
		return refuse(v, -EINVAL, "invalid may_goto imm %d\n", insn->imm);
	default:
		err = read_reg(v, insn->dst_reg);
		if (err)
			return err;
		return refuse(v, -EINVAL, "BPF_JMP/JMP32 uses reserved fields\n");
	}
}

int refuse_malformed(struct verifier *v, const struct bpf_insn *insn)
{
	uint8_t size = BPF_SIZE(insn->code);

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return refuse_alu(v, insn);
	case BPF_JMP:
	case BPF_JMP32:
		return refuse_jump(v, insn);
	case BPF_LDX:
		return refuse(v, -EINVAL, "BPF_LDX uses reserved fields\n");
	case BPF_ST:
		return refuse(v, -EINVAL, "BPF_ST uses reserved fields\n");
	case BPF_STX:
		if (BPF_MODE(insn->code) != BPF_ATOMIC)
			return refuse(v, -EINVAL, "BPF_STX uses reserved fields\n");
		if (size != BPF_W && size != BPF_DW)
			return refuse(v, -EINVAL, "invalid atomic operand size\n");
		return refuse(v, -EINVAL, "BPF_ATOMIC uses invalid atomic opcode %02x\n", insn->imm);
	default:
		if (insn_is_wide(insn))
			return refuse(v, -EINVAL, "BPF_LD_IMM64 uses reserved fields\n");
		return refuse(v, -EINVAL, "BPF_LD_[ABS|IND] uses reserved fields\n");
	}
}
