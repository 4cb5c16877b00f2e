/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disassembly: the mnemonic of the instruction's row, with its fields put in.
 *
 * The kernel prints an instruction before it refuses it, so text exists for instructions that fit no row because a
 * reserved field is not zero: then the row is chosen by the fields that tell the rows of one code apart.
 */
#include "isa/disasm.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

struct text {
	char *buffer;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
	size_t room = text->length < text->size ? text->size - text->length : 0;
	va_list args;

	va_start(args, format);
	text->length += vsnprintf(room ? text->buffer + text->length : NULL, room, format, args);
	va_end(args);
}

static bool row_prints(const struct op_row *row)
{
	return row->mnemonic[0] && row->src_field != FIELD_SAME;
}

/* Whether the rows from first to last, which share a code, fix a field at different values. */
#define FIELD_SELECTS(first, last, name)                                          \
	({                                                                        \
		const struct op_row *seen = NULL;                                 \
		bool selects = false;                                             \
		for (const struct op_row *row = (first); row <= (last); row++) {  \
			if (!row_prints(row) || row->name##_field != FIELD_FIXED) \
				continue;                                         \
			selects |= seen && seen->name != row->name;               \
			seen = row;                                               \
		}                                                                 \
		selects;                                                          \
	})

#define FIELD_FITS(row, name, value) ((row)->name##_field != FIELD_FIXED || (row)->name == (value))

/* The row whose text an instruction has that is no form of any row. NULL if there is no text. */
static const struct op_row *row_by_selecting_fields(const struct bpf_insn *insn)
{
	const struct op_row *first = op_rows, *last, *plain = NULL;
	bool by_src, by_off, by_imm;

	while (first < op_rows + OP_COUNT && first->code != insn->code)
		first++;
	if (first == op_rows + OP_COUNT)
		return NULL;
	for (last = first; last + 1 < op_rows + OP_COUNT && last[1].code == insn->code;)
		last++;
	by_src = FIELD_SELECTS(first, last, src);
	by_off = FIELD_SELECTS(first, last, off);
	by_imm = FIELD_SELECTS(first, last, imm);
	for (const struct op_row *row = first; row <= last; row++) {
		bool fits_src = !by_src || FIELD_FITS(row, src, insn->src_reg);
		bool fits_off = !by_off || FIELD_FITS(row, off, insn->off);
		bool fits_imm = !by_imm || FIELD_FITS(row, imm, insn->imm);

		if (!row_prints(row))
			continue;
		if (fits_src && fits_off && fits_imm)
			return row;
		if (!by_imm && !row->src && !row->off && !row->imm)
			plain = row;
	}
	return plain;
}

static const char *callee(const struct bpf_insn *insn, const struct disasm_names *names, char *buffer, size_t size)
{
	const char *name = NULL;

	if (names && names->callee && (insn->src_reg == 0 || insn->src_reg == BPF_PSEUDO_KFUNC_CALL))
		name = names->callee(names->argument, insn, buffer, size);
	if (name)
		return name;
	return insn->src_reg == BPF_PSEUDO_KFUNC_CALL ? "kernel-function" : "unknown";
}

static bool token(const char **at, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*at, word, length))
		return false;
	*at += length;
	return true;
}

static void put_wide(struct text *text, const struct bpf_insn *insn, size_t n_slots, const struct disasm_names *names)
{
	struct bpf_insn both[2] = { insn[0] };
	const char *operand = NULL;
	char buffer[64];

	if (n_slots > 1)
		both[1] = insn[1];
	if (names && names->wide)
		operand = names->wide(names->argument, both, buffer, sizeof(buffer));
	if (operand)
		put(text, "%s", operand);
	else
		put(text, "0x%llx", (unsigned long long)insn_imm64(both));
}

/* Longer words stand before their own beginnings. */
static void put_mnemonic(struct text *text, const char *at, const struct bpf_insn *insn, size_t n_slots,
	const struct disasm_names *names)
{
	char buffer[64];

	while (*at) {
		if (token(&at, "DST_AS"))
			put(text, "%u", (uint32_t)insn->imm >> 16);
		else if (token(&at, "SRC_AS"))
			put(text, "%u", (uint16_t)insn->imm);
		else if (token(&at, "0xIMM64"))
			put_wide(text, insn, n_slots, names);
		else if (token(&at, "0xIMM"))
			put(text, "0x%x", insn->imm);
		else if (token(&at, "+IMM"))
			put(text, "%+d", insn->imm);
		else if (token(&at, "+OFF"))
			put(text, "%+d", insn->off);
		else if (token(&at, "IMM") || token(&at, "BTFID") || token(&at, "ID"))
			put(text, "%d", insn->imm);
		else if (token(&at, "NAME"))
			put(text, "%s", callee(insn, names, buffer, sizeof(buffer)));
		else if (token(&at, "D"))
			put(text, "%d", insn->dst_reg);
		else if (token(&at, "S"))
			put(text, "%d", insn->src_reg);
		else
			put(text, "%c", *at++);
	}
}

static void put_bug(struct text *text, const struct bpf_insn *insn)
{
	static const char *const classes[] = { "_ld", "_ldx", "_st", "", "_alu32", "_jmp", "_jmp32", "_alu64" };

	put(text, "BUG%s_%02x", classes[BPF_CLASS(insn->code)], insn->code);
}

/* A byte swap of a width that does not exist: "r2 = le5 r2". */
static bool put_odd_swap(struct text *text, const struct bpf_insn *insn)
{
	const char *name = BPF_CLASS(insn->code) == BPF_ALU64 ? "bswap" : BPF_SRC(insn->code) ? "be" : "le";

	if ((BPF_CLASS(insn->code) != BPF_ALU && insn->code != (BPF_ALU64 | BPF_END)) || BPF_OP(insn->code) != BPF_END)
		return false;
	put(text, "(%02x) r%d = %s%d r%d", insn->code, insn->dst_reg, name, insn->imm, insn->dst_reg);
	return true;
}

/* An atomic operation on a width that it does not have: the text is that of 32 bits with another type. */
static bool put_narrow_atomic(struct text *text, const struct bpf_insn *insn)
{
	struct bpf_insn word = *insn;
	char line[DISASM_MAX], *type;
	enum op op;

	if (BPF_CLASS(insn->code) != BPF_STX || BPF_MODE(insn->code) != BPF_ATOMIC || BPF_SIZE(insn->code) == BPF_DW)
		return false;
	word.code = BPF_STX | BPF_ATOMIC | BPF_W;
	op = op_decode(&word);
	if (op == OP_INVALID)
		return false;
	put_mnemonic(&(struct text){ line, sizeof(line) }, op_rows[op].mnemonic, &word, 1, NULL);
	type = strstr(line, "u32");
	put(text, "(%02x) %.*s%s%s", insn->code, (int)(type - line), line, BPF_SIZE(insn->code) == BPF_H ? "u16" : "u8",
		type + 3);
	return true;
}

/* The two forms of known codes that have a text of their own: sign extension to the width it has, an unknown test. */
static const char *odd_mnemonic(const struct bpf_insn *insn)
{
	if (insn->code == (BPF_ALU | BPF_MOV | BPF_X) && insn->off == 32)
		return "wD = (s32)wS";
	if (insn->code == (BPF_JMP | BPF_JCOND) && insn->src_reg)
		return "if rD (null) 0xIMM goto pc+OFF";
	return NULL;
}

size_t disasm(char *buffer, size_t size, const struct bpf_insn *insn, size_t n_slots, const struct disasm_names *names)
{
	struct text text = { buffer, size };
	enum op op = op_decode(insn);
	const struct op_row *row;
	const char *mnemonic;

	if (size)
		buffer[0] = '\0';
	row = op == OP_INVALID ? row_by_selecting_fields(insn) : &op_rows[op];
	mnemonic = op == OP_INVALID ? odd_mnemonic(insn) : NULL;
	if (!mnemonic && row && row->mnemonic[0])
		mnemonic = row->mnemonic;
	if (mnemonic) {
		put(&text, "(%02x) ", insn->code);
		put_mnemonic(&text, mnemonic, insn, n_slots, names);
	} else if (!put_odd_swap(&text, insn) && !put_narrow_atomic(&text, insn)) {
		put_bug(&text, insn);
	}
	return text.length;
}

/* helper, kfunc, and kfunc[N] with an index into fd_array. */
static const char *asm_callee(void *argument, const struct bpf_insn *insn, char *buffer, size_t size)
{
	if (insn->src_reg != BPF_PSEUDO_KFUNC_CALL)
		return "helper";
	if (!insn->off)
		return "kfunc";
	snprintf(buffer, size, "kfunc[%d]", insn->off);
	return buffer;
}

static const char *asm_wide(void *argument, const struct bpf_insn *insn, char *buffer, size_t size)
{
	static const char *const kinds[] = {
		[BPF_PSEUDO_MAP_FD] = "map_fd",
		[BPF_PSEUDO_MAP_VALUE] = "map_value",
		[BPF_PSEUDO_BTF_ID] = "btf_id",
		[BPF_PSEUDO_FUNC] = "func",
		[BPF_PSEUDO_MAP_IDX] = "map_idx",
		[BPF_PSEUDO_MAP_IDX_VALUE] = "map_idx_value",
	};
	const char *kind = insn->src_reg < ARRAY_SIZE(kinds) ? kinds[insn->src_reg] : NULL;

	if (!kind)
		return NULL;
	if (insn[1].imm)
		snprintf(buffer, size, "%s[%d]%+d", kind, insn->imm, insn[1].imm);
	else
		snprintf(buffer, size, "%s[%d]", kind, insn->imm);
	return buffer;
}

const struct disasm_names disasm_asm_names = { .callee = asm_callee, .wide = asm_wide };
