/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disassembly: the mnemonic of the instruction's row, with its fields put in.
 *
 * The kernel prints an instruction before it refuses it, so text exists for instructions that fit no row because a
 * reserved field is not zero: then the row is chosen by the fields that tell the rows of one code apart.
 */
#include "isa/disasm.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"

struct text {
	char *buffer;
	size_t size, length;
};

static void put_bytes(struct text *text, const char *bytes, size_t count)
{
	size_t room = text->length < text->size ? text->size - text->length : 0;

	if (room) {
		size_t kept = MIN(count, room - 1);

		memcpy(text->buffer + text->length, bytes, kept);
		text->buffer[text->length + kept] = '\0';
	}
	text->length += count;
}

static void put_string(struct text *text, const char *string)
{
	put_bytes(text, string, strlen(string));
}

/* Logs of large programs are mostly these numbers: no printf. */
static void put_number(struct text *text, uint64_t value, unsigned base)
{
	char digits[20], *at = digits + sizeof(digits);

	do {
		*--at = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_bytes(text, at, digits + sizeof(digits) - at);
}

static void put_hex(struct text *text, uint64_t value)
{
	put_bytes(text, "0x", 2);
	put_number(text, value, 16);
}

static void put_signed(struct text *text, int64_t value, bool plus)
{
	if (value < 0)
		put_bytes(text, "-", 1);
	else if (plus)
		put_bytes(text, "+", 1);
	put_number(text, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
}

/* "(b7) " */
static void put_code(struct text *text, const struct bpf_insn *insn)
{
	const char *digits = "0123456789abcdef";
	const char code[] = { '(', digits[insn->code >> 4], digits[insn->code & 15], ')', ' ' };

	put_bytes(text, code, sizeof(code));
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
		put_string(text, operand);
	else
		put_hex(text, insn_imm64(both));
}

/* The words of mnemonics that fields are put in for. Longer ones come before their own beginnings. */
enum word {
	WORD_DST_AS,
	WORD_SRC_AS,
	WORD_IMM64,
	WORD_HEX,
	WORD_PLUS_IMM,
	WORD_PLUS_OFF,
	WORD_IMM,
	WORD_BTF_ID,
	WORD_ID,
	WORD_NAME,
	WORD_DST,
	WORD_SRC,
	WORD_COUNT
};

static const struct {
	const char *text;
	size_t length;
} words[] = {
#define WORD(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}
	[WORD_DST_AS] = WORD("DST_AS"),
	[WORD_SRC_AS] = WORD("SRC_AS"),
	[WORD_IMM64] = WORD("0xIMM64"),
	[WORD_HEX] = WORD("0xIMM"),
	[WORD_PLUS_IMM] = WORD("+IMM"),
	[WORD_PLUS_OFF] = WORD("+OFF"),
	[WORD_IMM] = WORD("IMM"),
	[WORD_BTF_ID] = WORD("BTFID"),
	[WORD_ID] = WORD("ID"),
	[WORD_NAME] = WORD("NAME"),
	[WORD_DST] = WORD("D"),
	[WORD_SRC] = WORD("S"),
#undef WORD
};

static enum word word_at(const char *at)
{
	enum word word = 0;

	while (word < WORD_COUNT && strncmp(at, words[word].text, words[word].length))
		word++;
	return word;
}

static void put_word(struct text *text, enum word word, const struct bpf_insn *insn, size_t n_slots,
	const struct disasm_names *names)
{
	char buffer[64];

	switch (word) {
	case WORD_DST_AS:
		return put_number(text, (uint32_t)insn->imm >> 16, 10);
	case WORD_SRC_AS:
		return put_number(text, (uint16_t)insn->imm, 10);
	case WORD_IMM64:
		return put_wide(text, insn, n_slots, names);
	case WORD_HEX:
		return put_hex(text, (uint32_t)insn->imm);
	case WORD_PLUS_IMM:
		return put_signed(text, insn->imm, true);
	case WORD_PLUS_OFF:
		return put_signed(text, insn->off, true);
	case WORD_IMM:
	case WORD_BTF_ID:
	case WORD_ID:
		return put_signed(text, insn->imm, false);
	case WORD_NAME:
		return put_string(text, callee(insn, names, buffer, sizeof(buffer)));
	case WORD_DST:
		return put_number(text, insn->dst_reg, 10);
	default:
		return put_number(text, insn->src_reg, 10);
	}
}

static void put_mnemonic(struct text *text, const char *at, const struct bpf_insn *insn, size_t n_slots,
	const struct disasm_names *names)
{
	while (*at) {
		size_t plain = strcspn(at, "0+ABDINOS"); /* what words begin with */
		enum word word;

		put_bytes(text, at, plain);
		at += plain;
		word = word_at(at);
		if (word < WORD_COUNT) {
			put_word(text, word, insn, n_slots, names);
			at += words[word].length;
		} else if (*at) {
			put_bytes(text, at++, 1);
		}
	}
}

static void put_bug(struct text *text, const struct bpf_insn *insn)
{
	static const char *const classes[] = { "_ld", "_ldx", "_st", "", "_alu32", "_jmp", "_jmp32", "_alu64" };
	char line[32];

	snprintf(line, sizeof(line), "BUG%s_%02x", classes[BPF_CLASS(insn->code)], insn->code);
	put_string(text, line);
}

/* A byte swap of a width that does not exist: "r2 = le5 r2". */
static bool put_odd_swap(struct text *text, const struct bpf_insn *insn)
{
	const char *name = BPF_CLASS(insn->code) == BPF_ALU64 ? "bswap" : BPF_SRC(insn->code) ? "be" : "le";
	char line[64];

	if ((BPF_CLASS(insn->code) != BPF_ALU && insn->code != (BPF_ALU64 | BPF_END)) || BPF_OP(insn->code) != BPF_END)
		return false;
	put_code(text, insn);
	snprintf(line, sizeof(line), "r%d = %s%d r%d", insn->dst_reg, name, insn->imm, insn->dst_reg);
	put_string(text, line);
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
	put_code(text, insn);
	put_bytes(text, line, type - line);
	put_string(text, BPF_SIZE(insn->code) == BPF_H ? "u16" : "u8");
	put_string(text, type + 3);
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
		put_code(&text, insn);
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
