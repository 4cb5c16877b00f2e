/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assembly: a line is matched against the mnemonic of each row, which puts what stands at its words into the fields.
 * Of an error, the row that got furthest tells what was expected.
 */
#include "isa/asm.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "isa/flow.h"

struct label {
	const char *name;
	size_t length;
	uint32_t slot;
};

/* A place that holds the distance to a label. */
struct reference {
	const char *name;
	size_t length;
	uint32_t slot;
	unsigned line, column;
};

struct assembler {
	const struct asm_options *options;
	struct bpf_insn *insns;
	struct label *labels;
	struct reference *references;
	uint32_t n_insns, n_labels, n_references;
	uint32_t room_insns, room_labels, room_references;

	const char *line_start;
	unsigned line;
	struct asm_error *error;
	const char *furthest; /* where the best row stopped, and what it and its equals wanted there */
	const char *wanted[4];
	size_t wanted_length[4];
	unsigned n_wanted;
};

/* One line matched against one row. */
struct match {
	struct assembler *assembler;
	const struct op_row *row;
	const char *at;
	struct bpf_insn insn, second;
	bool has_dst, has_src;
	struct reference reference; /* name NULL: none */
};

static int grow(void *array, uint32_t *room, uint32_t count, size_t size)
{
	void *old, *larger;
	uint32_t more = *room ? *room * 2 : 16;

	if (count < *room)
		return 0;
	if (more < *room)
		return -ENOMEM;
	memcpy(&old, array, sizeof(old));
	larger = realloc(old, more * size);
	if (!larger)
		return -ENOMEM;
	memcpy(array, &larger, sizeof(larger));
	*room = more;
	return 0;
}

static int fail(struct assembler *assembler, const char *at, const char *message)
{
	assembler->error->line = assembler->line;
	assembler->error->column = at - assembler->line_start + 1;
	snprintf(assembler->error->message, sizeof(assembler->error->message), "%s", message);
	return -EINVAL;
}

/* Notes what a row wanted at a place. Returns false, for the matcher to return. */
static bool want(struct match *match, const char *wanted, size_t length)
{
	struct assembler *assembler = match->assembler;

	if (assembler->furthest && match->at < assembler->furthest)
		return false;
	if (match->at != assembler->furthest)
		assembler->n_wanted = 0;
	assembler->furthest = match->at;
	for (unsigned i = 0; i < assembler->n_wanted; i++) {
		if (assembler->wanted_length[i] == length && !memcmp(assembler->wanted[i], wanted, length))
			return false;
	}
	if (assembler->n_wanted < ARRAY_SIZE(assembler->wanted)) {
		assembler->wanted[assembler->n_wanted] = wanted;
		assembler->wanted_length[assembler->n_wanted++] = length;
	}
	return false;
}

#define WANT(match, text) want(match, text, sizeof(text) - 1)

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static const char *skip_spaces(const char *at)
{
	while (is_space(*at))
		at++;
	return at;
}

static bool is_line_end(const char *at)
{
	return !*at || *at == '\n' || *at == '#' || *at == ';' || (at[0] == '/' && at[1] == '/');
}

static size_t name_length(const char *at)
{
	size_t length = 0;

	if (isdigit((unsigned char)*at))
		return 0;
	while (is_name(at[length]))
		length++;
	return length;
}

/* A number with an optional sign, decimal or 0x. Advances past it; false if there is none or it is over 64 bits. */
static bool parse_number(const char **ret_at, int64_t *ret_value)
{
	const char *at = *ret_at, *digits;
	bool negative = *at == '-', hex;
	uint64_t value = 0;

	if (*at == '-' || *at == '+')
		at++;
	hex = at[0] == '0' && at[1] == 'x';
	if (hex)
		at += 2;
	for (digits = at; hex ? isxdigit((unsigned char)*at) : isdigit((unsigned char)*at); at++) {
		unsigned digit = isdigit((unsigned char)*at) ? *at - '0' : tolower((unsigned char)*at) - 'a' + 10;

		if (__builtin_mul_overflow(value, hex ? 16 : 10, &value) ||
			__builtin_add_overflow(value, digit, &value))
			return false;
	}
	if (at == digits)
		return false;
	*ret_at = at;
	*ret_value = negative ? -value : value;
	return true;
}

static bool match_number(struct match *match, int64_t min, int64_t max, int64_t *ret_value)
{
	const char *at = match->at;

	if (!parse_number(&at, ret_value))
		return WANT(match, "a number");
	if (*ret_value < min || *ret_value > max)
		return WANT(match, "a smaller number");
	match->at = at;
	return true;
}

/* A 32-bit field, written with sign or without. */
static bool match_imm(struct match *match)
{
	int64_t value;

	if (!match_number(match, INT32_MIN, UINT32_MAX, &value))
		return false;
	match->insn.imm = value;
	return true;
}

static bool match_off(struct match *match)
{
	int64_t value;

	if (!match_number(match, INT16_MIN, INT16_MAX, &value))
		return false;
	match->insn.off = value;
	return true;
}

static bool match_reg(struct match *match, bool is_dst)
{
	bool *has = is_dst ? &match->has_dst : &match->has_src;
	const char *at = match->at;
	unsigned reg = 0;

	while (isdigit((unsigned char)*at) && at - match->at < 2)
		reg = reg * 10 + *at++ - '0';
	if (at == match->at || reg > 15 || isdigit((unsigned char)*at))
		return WANT(match, "a register number");
	if (*has && reg != (is_dst ? match->insn.dst_reg : match->insn.src_reg))
		return WANT(match, "the same register again");
	match->at = at;
	*has = true;
	if (is_dst)
		match->insn.dst_reg = reg;
	else
		match->insn.src_reg = reg;
	return true;
}

static bool match_label(struct match *match)
{
	size_t length = name_length(match->at);

	if (!length)
		return WANT(match, "'pc+' and a number, or a label");
	match->reference = (struct reference){ .name = match->at,
		.length = length,
		.line = match->assembler->line,
		.column = match->at - match->assembler->line_start + 1 };
	match->at += length;
	return true;
}

static bool match_target(struct match *match, bool is_off)
{
	if (match->at[0] != 'p' || match->at[1] != 'c' || (match->at[2] != '+' && match->at[2] != '-'))
		return match_label(match);
	match->at += 2;
	return is_off ? match_off(match) : match_imm(match);
}

/* map_fd[3]+8 */
static bool match_wide(struct match *match)
{
	static const struct {
		const char *name;
		int src;
	} kinds[] = {
		{ "map_fd[", BPF_PSEUDO_MAP_FD },
		{ "map_value[", BPF_PSEUDO_MAP_VALUE },
		{ "btf_id[", BPF_PSEUDO_BTF_ID },
		{ "func[", BPF_PSEUDO_FUNC },
		{ "map_idx[", BPF_PSEUDO_MAP_IDX },
		{ "map_idx_value[", BPF_PSEUDO_MAP_IDX_VALUE },
	};
	int64_t value = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strncmp(match->at, kinds[i].name, strlen(kinds[i].name)))
			continue;
		if (kinds[i].src != match->row->src)
			return false;
		match->at += strlen(kinds[i].name);
		if (kinds[i].src == BPF_PSEUDO_FUNC && name_length(match->at)) {
			if (!match_label(match))
				return false;
		} else if (!match_imm(match)) {
			return false;
		}
		if (*match->at != ']')
			return WANT(match, "']'");
		match->at++;
		if (*match->at != '+' && *match->at != '-')
			return true;
		if (!match_number(match, INT32_MIN, UINT32_MAX, &value))
			return false;
		match->second.imm = value;
		return true;
	}
	return WANT(match, "map_fd[, map_value[, map_idx[, map_idx_value[, btf_id[ or func[");
}

/* A constant of 64 bits: 0x5, or 5ll. Other numbers are those of a move. */
static bool match_imm64(struct match *match)
{
	bool hex = match->at[0] == '0' && match->at[1] == 'x', ll;
	const char *at = match->at, *after;
	int64_t value;

	if (match->row->src)
		return match_wide(match);
	if (!parse_number(&at, &value))
		return WANT(match, "a number");
	after = skip_spaces(at);
	ll = after[0] == 'l' && after[1] == 'l' && !is_name(after[2]);
	if (!hex && !ll)
		return false;
	match->at = ll ? after + 2 : at;
	match->insn.imm = (uint32_t)value;
	match->second.imm = (uint64_t)value >> 32;
	return true;
}

/* kfunc or kfunc[2]: what stands before the '#'. */
static bool match_kfunc(struct match *match)
{
	int64_t value;

	if (!strncmp(match->at, "kernel-function#", 16)) {
		match->at += 15;
		return true;
	}
	if (strncmp(match->at, "kfunc", 5))
		return WANT(match, "'kfunc'");
	match->at += 5;
	if (*match->at != '[')
		return true;
	match->at++;
	if (!match_number(match, INT16_MIN, INT16_MAX, &value))
		return false;
	match->insn.off = value;
	if (*match->at != ']')
		return WANT(match, "']'");
	match->at++;
	return true;
}

static bool match_kfunc_call(struct match *match)
{
	if (!match_kfunc(match))
		return false;
	if (*match->at != '#')
		return WANT(match, "'#' and a BTF id");
	match->at++;
	return match_imm(match);
}

/* NAME#ID of a helper call, or the name alone. */
static bool match_helper(struct match *match)
{
	const struct asm_options *options = match->assembler->options;
	size_t length = name_length(match->at);
	int number;

	if (!length || !strncmp(match->at, "kfunc", 5))
		return WANT(match, "a helper's name");
	if (match->at[length] == '#') {
		match->at += length + 1;
		return match_imm(match);
	}
	number = options && options->helper ? options->helper(options->argument, match->at, length) : -1;
	if (number < 0)
		return WANT(match, "a helper's name");
	match->at += length;
	match->insn.imm = number;
	return true;
}

static bool match_space(struct match *match, const char *mnemonic, const char *start)
{
	bool needed = mnemonic > start && isalnum((unsigned char)mnemonic[-1]) && isalnum((unsigned char)mnemonic[1]);

	if (needed && !is_space(*match->at))
		return WANT(match, "a space");
	match->at = skip_spaces(match->at);
	return true;
}

static bool match_address_space(struct match *match, unsigned shift)
{
	int64_t value;

	if (!match_number(match, 0, UINT16_MAX, &value))
		return false;
	match->insn.imm |= (uint32_t)value << shift;
	return true;
}

static bool match_pc_off(struct match *match)
{
	return match_target(match, true);
}

static bool match_pc_imm(struct match *match)
{
	return match_target(match, false);
}

static bool match_dst_as(struct match *match)
{
	return match_address_space(match, 16);
}

static bool match_src_as(struct match *match)
{
	return match_address_space(match, 0);
}

static bool match_dst(struct match *match)
{
	return match_reg(match, true);
}

static bool match_src(struct match *match)
{
	return match_reg(match, false);
}

/* A word of a mnemonic and what it stands for. Longer words come before their own beginnings. */
static const struct word {
	const char *text;
	bool (*match)(struct match *match);
} words[] = {
	{ "pc+OFF", match_pc_off },
	{ "pc+IMM", match_pc_imm },
	{ "DST_AS", match_dst_as },
	{ "SRC_AS", match_src_as },
	{ "0xIMM64", match_imm64 },
	{ "0xIMM", match_imm },
	{ "IMM", match_imm },
	{ "+OFF", match_off },
	{ "NAME#BTFID", match_kfunc_call },
	{ "NAME#ID", match_helper },
	{ "D", match_dst },
	{ "S", match_src },
};

static const struct word *word_at(const char *mnemonic)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strncmp(mnemonic, words[i].text, strlen(words[i].text)))
			return &words[i];
	}
	return NULL;
}

static bool match_mnemonic(struct match *match)
{
	const char *start = match->row->mnemonic, *mnemonic = start;

	while (*mnemonic) {
		const struct word *word = word_at(mnemonic);

		if (word) {
			if (!word->match(match))
				return false;
			mnemonic += strlen(word->text);
		} else if (*mnemonic == ' ') {
			if (!match_space(match, mnemonic, start))
				return false;
			mnemonic++;
		} else if (*mnemonic == *match->at) {
			mnemonic++;
			match->at++;
		} else {
			size_t length = 0;

			while (mnemonic[length] && mnemonic[length] != ' ' && !word_at(mnemonic + length))
				length++;
			return want(match, mnemonic, length);
		}
	}
	match->at = skip_spaces(match->at);
	return is_line_end(match->at) || WANT(match, "the end of the line");
}

static int emit(struct assembler *assembler, const struct bpf_insn *insn)
{
	int err = grow(&assembler->insns, &assembler->room_insns, assembler->n_insns, sizeof(*insn));

	if (!err)
		assembler->insns[assembler->n_insns++] = *insn;
	return err;
}

static int emit_match(struct assembler *assembler, struct match *match)
{
	int err;

	if (match->reference.name) {
		err = grow(&assembler->references, &assembler->room_references, assembler->n_references,
			sizeof(match->reference));
		if (err)
			return err;
		match->reference.slot = assembler->n_insns;
		assembler->references[assembler->n_references++] = match->reference;
	}
	err = emit(assembler, &match->insn);
	if (!err && insn_is_wide(&match->insn))
		err = emit(assembler, &match->second);
	return err;
}

static int fail_with_wanted(struct assembler *assembler)
{
	char message[sizeof(assembler->error->message)];
	size_t length = snprintf(message, sizeof(message), "expected ");

	for (unsigned i = 0; i < assembler->n_wanted && length < sizeof(message); i++)
		length += snprintf(message + length, sizeof(message) - length, "%s%.*s",
			i == 0                         ? ""
			: i + 1 == assembler->n_wanted ? " or "
						       : ", ",
			(int)assembler->wanted_length[i], assembler->wanted[i]);
	return fail(assembler, assembler->furthest, message);
}

/* code: of "(b7)", or -1 */
static int assemble_mnemonic(struct assembler *assembler, const char *at, int code)
{
	assembler->furthest = NULL;
	assembler->n_wanted = 0;
	for (enum op op = 0; op < OP_COUNT; op++) {
		const struct op_row *row = &op_rows[op];
		struct match match = { .assembler = assembler,
			.row = row,
			.at = at,
			.insn = { .code = row->code, .src_reg = row->src, .off = row->off, .imm = row->imm } };

		if (!row->mnemonic[0] || (code >= 0 && code != row->code) || row->src_field == FIELD_SAME)
			continue;
		if (match_mnemonic(&match))
			return emit_match(assembler, &match);
	}
	if (!assembler->furthest)
		return fail(assembler, at, "no instruction has this code");
	return fail_with_wanted(assembler);
}

/* .insn code, dst, src, off, imm */
static int assemble_raw(struct assembler *assembler, const char *at)
{
	static const struct {
		int64_t min, max;
	} ranges[] = { { 0, 255 }, { 0, 15 }, { 0, 15 }, { INT16_MIN, INT16_MAX }, { INT32_MIN, UINT32_MAX } };
	int64_t fields[5];
	struct bpf_insn insn;

	for (int i = 0; i < 5; i++) {
		at = skip_spaces(at);
		if (i && *at++ != ',')
			return fail(assembler, at - 1, "expected ',': .insn code, dst, src, off, imm");
		at = skip_spaces(at);
		if ((i == 1 || i == 2) && *at == 'r')
			at++;
		if (!parse_number(&at, &fields[i]) || fields[i] < ranges[i].min || fields[i] > ranges[i].max)
			return fail(assembler, at, "expected a number that fits: .insn code, dst, src, off, imm");
	}
	at = skip_spaces(at);
	if (!is_line_end(at))
		return fail(assembler, at, "expected the end of the line");
	insn = (struct bpf_insn){ fields[0], fields[1], fields[2], fields[3], fields[4] };
	return emit(assembler, &insn);
}

static const struct label *find_label(const struct assembler *assembler, const char *name, size_t length)
{
	for (uint32_t i = 0; i < assembler->n_labels; i++) {
		const struct label *label = &assembler->labels[i];

		if (label->length == length && !memcmp(label->name, name, length))
			return label;
	}
	return NULL;
}

static int define_label(struct assembler *assembler, const char *name, size_t length)
{
	int err;

	if (find_label(assembler, name, length))
		return fail(assembler, name, "this label exists already");
	err = grow(&assembler->labels, &assembler->room_labels, assembler->n_labels, sizeof(*assembler->labels));
	if (!err)
		assembler->labels[assembler->n_labels++] = (struct label){ name, length, assembler->n_insns };
	return err;
}

static int assemble_line(struct assembler *assembler, const char *at)
{
	const char *after = at;
	size_t length;
	int64_t number;
	int code = -1, err;

	at = skip_spaces(at);
	length = name_length(at);
	if (length && at[length] == ':') {
		err = define_label(assembler, at, length);
		if (err)
			return err;
		at = skip_spaces(at + length + 1);
	}
	after = at;
	if (isdigit((unsigned char)*at) && parse_number(&after, &number) && *after == ':')
		at = skip_spaces(after + 1);
	if (at[0] == '(' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]) && at[3] == ')') {
		char digits[] = { at[1], at[2], '\0' };

		code = strtol(digits, NULL, 16);
		at = skip_spaces(at + 4);
	}
	if (is_line_end(at))
		return code < 0 ? 0 : fail(assembler, at, "expected an instruction");
	if (!strncmp(at, ".insn", 5) && is_space(at[5]))
		return assemble_raw(assembler, at + 5);
	return assemble_mnemonic(assembler, at, code);
}

static int resolve(struct assembler *assembler, const struct reference *reference)
{
	const struct label *label = find_label(assembler, reference->name, reference->length);
	struct bpf_insn *insn = &assembler->insns[reference->slot];
	bool is_off = insn_is_branch(insn) && insn->code != (BPF_JMP32 | BPF_JA);
	const char *problem = NULL;
	int64_t distance = 0;

	if (label)
		distance = (int64_t)label->slot - reference->slot - 1;
	if (!label)
		problem = "no such label";
	else if (is_off && distance != (int16_t)distance)
		problem = "the label is further away than a jump of 16 bits reaches: use gotol";
	if (problem) {
		assembler->error->line = reference->line;
		assembler->error->column = reference->column;
		snprintf(assembler->error->message, sizeof(assembler->error->message), "%s", problem);
		return -EINVAL;
	}
	if (is_off)
		insn->off = distance;
	else
		insn->imm = distance;
	return 0;
}

int asm_program(const char *text, const struct asm_options *options, struct bpf_insn **ret_insns, uint32_t *ret_count,
	struct asm_error *error)
{
	struct assembler assembler = { .options = options, .error = error };
	int err = 0;

	while (*text && !err) {
		assembler.line++;
		assembler.line_start = text;
		err = assemble_line(&assembler, text);
		text = strchrnul(text, '\n');
		if (*text)
			text++;
	}
	for (uint32_t i = 0; i < assembler.n_references && !err; i++)
		err = resolve(&assembler, &assembler.references[i]);
	free(assembler.labels);
	free(assembler.references);
	if (err) {
		free(assembler.insns);
		return err;
	}
	*ret_insns = assembler.insns;
	*ret_count = assembler.n_insns;
	return 0;
}
