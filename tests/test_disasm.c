/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text of instructions, and the registers they use: known cases, and this machine's kernel, line by line.
 *
 * At log level 2 the kernel lists every instruction with the registers that are live before it, whether or not it then
 * refuses the program: "  7: ..2....... (b7) r8 = 1".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "insn_gen.h"
#include "isa/disasm.h"
#include "isa/flow.h"
#include "oracle.h"

struct text_case {
	struct bpf_insn insn[2];
	const char *text;
};

static const struct text_case text_cases[] = {
	{ { { .code = 0xb7, .dst_reg = 1, .imm = -2147483648 } }, "(b7) r1 = -2147483648" },
	{ { { .code = 0x61, .dst_reg = 1, .src_reg = 2 } }, "(61) r1 = *(u32 *)(r2 +0)" },
	{ { { .code = 0x7b, .dst_reg = 10, .src_reg = 2, .off = -8 } }, "(7b) *(u64 *)(r10 -8) = r2" },
	{ { { .code = 0x15, .dst_reg = 1, .off = 3 } }, "(15) if r1 == 0x0 goto pc+3" },
	{ { { .code = 0xa6, .dst_reg = 1, .off = -3, .imm = -1 } }, "(a6) if w1 < 0xffffffff goto pc-3" },
	{ { { .code = 0x85, .src_reg = 1, .imm = -7 } }, "(85) call pc-7" },
	{ { { .code = 0x85, .imm = 1 } }, "(85) call unknown#1" },
	{ { { .code = 0x85, .src_reg = 2, .imm = 9 } }, "(85) call kernel-function#9" },
	{ { { .code = 0x18, .dst_reg = 3, .imm = -1 }, { .imm = 1 } }, "(18) r3 = 0x1ffffffff" },
	{ { { .code = 0xc2 } }, "(c2) nospec" },
	{ { { .code = 0x0d, .dst_reg = 4 } }, "(0d) gotox r4" },
	{ { { .code = 0x21 } }, "BUG_ldx_21" },
	{ { { .code = 0xff } }, "BUG_alu64_ff" },
	{ { { .code = 0xa3 } }, "BUG_a3" },
	{ { { .code = 0xa2 } }, "BUG_st_a2" },
	{ { { .code = 0x00 } }, "BUG_ld_00" },
};

static void known_texts(void **state)
{
	for (size_t i = 0; i < sizeof(text_cases) / sizeof(text_cases[0]); i++) {
		char text[DISASM_MAX];
		size_t length = disasm(text, sizeof(text), text_cases[i].insn, 2, NULL);

		assert_string_equal(text, text_cases[i].text);
		assert_int_equal(length, strlen(text));
	}
}

static const char *test_callee(void *argument, const struct bpf_insn *insn, char *buffer, size_t size)
{
	snprintf(buffer, size, "%s_%d", (const char *)argument, insn->imm);
	return buffer;
}

static const char *test_wide(void *argument, const struct bpf_insn *insn, char *buffer, size_t size)
{
	return insn->src_reg == BPF_PSEUDO_MAP_FD ? "map[id:5]" : NULL;
}

static void names_of_the_caller(void **state)
{
	const struct disasm_names names = { test_callee, test_wide, "bpf_x" };
	struct bpf_insn call = { .code = 0x85, .imm = 7 };
	struct bpf_insn load[2] = { { .code = 0x18, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = 3 } };
	char text[DISASM_MAX];

	disasm(text, sizeof(text), &call, 1, &names);
	assert_string_equal(text, "(85) call bpf_x_7#7");
	disasm(text, sizeof(text), load, 2, &names);
	assert_string_equal(text, "(18) r1 = map[id:5]");
	load[0].src_reg = 0;
	disasm(text, sizeof(text), load, 2, &names);
	assert_string_equal(text, "(18) r1 = 0x3");
}

/* Any size of buffer holds a terminated beginning of the text; a wide load may lack its second slot. */
static void short_buffers(void **state)
{
	struct bpf_insn insn = { .code = 0x18, .dst_reg = 10, .imm = 0x12345678 };
	char whole[DISASM_MAX], text[DISASM_MAX];
	size_t length = disasm(whole, sizeof(whole), &insn, 1, NULL);

	assert_string_equal(whole, "(18) r10 = 0x12345678");
	assert_int_equal(disasm(NULL, 0, &insn, 1, NULL), length);
	for (size_t size = 1; size <= length + 1; size++) {
		memset(text, 'x', sizeof(text));
		assert_int_equal(disasm(text, size, &insn, 1, NULL), length);
		assert_int_equal(strlen(text), size - 1);
		assert_memory_equal(text, whole, size - 1);
		assert_int_equal(text[size], 'x');
	}
}

struct listing {
	char log[1 << 16];
	int count;
	char *live[128]; /* ten characters each */
	char *text[128];
};

/* Loads the instructions, takes the kernel's listing apart. Returns what the load returned, closed. */
static int list(struct listing *listing, const struct bpf_insn *insns, uint32_t count)
{
	char *save = NULL;
	int err = oracle_prog_load(&(struct oracle_prog){ .type = BPF_PROG_TYPE_SCHED_CLS,
		.insns = insns,
		.n_insns = count,
		.log = listing->log,
		.log_size = sizeof(listing->log),
		.log_level = 2 });

	if (err >= 0)
		close(err);
	listing->count = 0;
	memset(listing->text, 0, sizeof(listing->text));
	for (char *line = strtok_r(listing->log, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *end, *colon = strchr(line, ':');
		long index;

		if (line[0] != ' ' || !colon || strlen(colon) < 13 || colon[12] != ' ')
			continue;
		for (end = colon; end > line && isdigit(end[-1]);)
			end--;
		index = strtol(end, NULL, 10);
		if (index < 0 || index >= 128)
			continue;
		listing->live[index] = colon + 2;
		listing->text[index] = colon + 13;
		listing->count++;
	}
	return err;
}

static regs_t live_set(const char *live)
{
	regs_t set = 0;

	for (int i = 0; i < 10; i++)
		set |= live[i] == '0' + i ? REG_BIT(i) : 0;
	return set;
}

/* Rows whose first form the kernel gets as far as listing; the others depend on descriptors or on type ids. */
static bool listed(enum op op)
{
	switch (op) {
	case OP_LD_MAP_FD:
	case OP_LD_MAP_VALUE:
	case OP_LD_BTF_ID:
	case OP_LD_MAP_IDX:
	case OP_LD_MAP_IDX_VALUE:
	case OP_CALL_KFUNC:
		return false;
	case OP_ZEXT:
	case OP_MOV_PERCPU_ADDR:
		return true;
	default:
		return op_rows[op].status != OP_INTERNAL && op_rows[op].status != OP_RESERVED &&
		       op_rows[op].since <= RELEASE_REFERENCE;
	}
}

/*
 * The instruction at slot 0, then whatever its jump needs, then every register read, then exit; in read_all false only
 * exit. Returns the number of slots. A jump or a call has distance 0: a local call goes to the trailing exit.
 */
static uint32_t make_program(struct bpf_insn *out, const struct bpf_insn *insn, bool read_all)
{
	struct bpf_insn *at = out;
	struct bpf_insn *first = at;

	*at++ = *insn;
	if (insn_is_wide(insn))
		*at++ = (struct bpf_insn){ .imm = insn->src_reg == BPF_PSEUDO_FUNC ? 0 : insn->off ^ insn->imm };
	if (read_all) {
		for (int reg = 0; reg < 10; reg++)
			*at++ = (struct bpf_insn){ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = reg };
	}
	*at++ = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K };
	*at++ = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	if (insn_is_local_call(insn) || insn_is_func_load(insn)) {
		first->imm = at - out - 1;
		*at++ = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K };
		*at++ = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	} else if (insn_is_branch(insn)) {
		first->off = insn->code == (BPF_JMP32 | BPF_JA) ? insn->off : 0;
		first->imm = insn->code == (BPF_JMP32 | BPF_JA) ? 0 : insn->imm;
	}
	return at - out;
}

/* Of helper calls the kernel knows how many arguments there are. */
static regs_t kernel_reads(const struct bpf_insn *insn)
{
	return insn_is_local_call(insn) ? insn_reads(insn) & REGS_ARGS : insn_reads(insn) & REGS_ALL;
}

static void check_against_kernel(struct listing *listing, enum op op, const struct bpf_insn *insn)
{
	struct bpf_insn program[32];
	char text[DISASM_MAX];
	regs_t expect;
	uint32_t count;

	if (insn_is_exit(insn))
		return; /* what follows it is unreachable: the kernel does not list; see exit_of_programs */
	count = make_program(program, insn, false);
	list(listing, program, count);
	if (!listing->text[0])
		fail_msg("%s: the kernel lists nothing: %s", op_name(op), listing->log);
	disasm(text, sizeof(text), program, 2, NULL);
	if (insn_is_helper_call(insn)) {
		char *hash = strchr(listing->text[0], '#');

		assert_string_equal(hash, strchr(text, '#'));
		return;
	}
	assert_string_equal(text, listing->text[0]);
	if (live_set(listing->live[0]) != kernel_reads(insn))
		fail_msg("%s reads %03x, the kernel says %.10s", text, insn_reads(insn), listing->live[0]);

	count = make_program(program, insn, true);
	list(listing, program, count);
	expect = (REGS_ALL & ~insn_writes(insn)) | kernel_reads(insn);
	if (live_set(listing->live[0]) != expect)
		fail_msg("%s writes %03x, live before it by the kernel: %.10s", text, insn_writes(insn),
			listing->live[0]);
}

/* Every row, with random fields: text and registers as the kernel has them. */
static void every_row_as_the_kernel(void **state)
{
	struct listing *listing = malloc(sizeof(*listing));
	uint64_t seed = 3;

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (enum op op = 0; op < OP_COUNT; op++) {
		for (int i = 0; i < 8 && listed(op); i++) {
			struct bpf_insn insn = insn_random(op, &seed);

			check_against_kernel(listing, op, &insn);
		}
	}
	free(listing);
}

/* The same where reserved fields are not zero: the kernel prints before it refuses. */
static void wrong_fields_as_the_kernel(void **state)
{
	static const int32_t values[] = { 0, 1, 5, 8, 16, 32, 64, -1, 0x10, 0x40, 0x41, 0xe1, 0xf1, 0x100, 0x110 };
	struct listing *listing = malloc(sizeof(*listing));
	uint64_t seed = 4;
	int compared = 0;

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned code = 0; code < 256; code++) {
		for (int i = 0; i < 8; i++) {
			struct bpf_insn program[4] = { { .code = code,
				.dst_reg = test_random(&seed) % 16,
				.src_reg = test_random(&seed) % 16,
				.off = values[test_random(&seed) % 15],
				.imm = values[test_random(&seed) % 15] } };
			char text[DISASM_MAX];

			if (insn_is_wide(program) || insn_is_call(program) || insn_is_exit(program))
				continue;
			if (insn_is_branch(program)) {
				program->off = 0;
				program->imm = code == (BPF_JMP32 | BPF_JA) ? 0 : program->imm;
			}
			program[1].code = BPF_ALU64 | BPF_MOV | BPF_K;
			program[2].code = BPF_JMP | BPF_EXIT;
			list(listing, program, 3);
			if (!listing->text[0])
				continue; /* refused by its code, before the listing */
			disasm(text, sizeof(text), program, 1, NULL);
			assert_string_equal(text, listing->text[0]);
			compared++;
		}
	}
	assert_true(compared > 500);
	free(listing);
}

static void exit_of_programs(void **state)
{
	static const struct bpf_insn program[] = { { .code = 0xb7 }, { .code = 0x95 } };
	struct listing *listing = malloc(sizeof(*listing));

	ORACLE_OF_REFERENCE_OR_SKIP();
	assert_true(list(listing, program, 2) >= 0);
	assert_string_equal(listing->text[1], "(95) exit");
	assert_int_equal(live_set(listing->live[1]), insn_reads(&program[1]));
	free(listing);
}

static void where_control_goes(void **state)
{
	static const struct {
		struct bpf_insn insn;
		bool branch, conditional, falls;
		int64_t target; /* from slot 10 */
	} cases[] = {
		{ { .code = 0x05, .off = -3 }, true, false, false, 8 },
		{ { .code = 0x06, .imm = 100000 }, true, false, false, 100011 },
		{ { .code = 0x15, .off = 32767 }, true, true, true, 32778 },
		{ { .code = 0xde, .off = -32768 }, true, true, true, -32757 },
		{ { .code = 0xe5, .off = 2 }, true, true, true, 13 },
		{ { .code = 0x95 }, false, false, false, 11 },
		{ { .code = 0x0d }, false, false, false, 11 },
		{ { .code = 0x85, .src_reg = 1, .imm = -5 }, false, false, true, 6 },
		{ { .code = 0x85, .src_reg = 0, .imm = 5 }, false, false, true, 16 },
		{ { .code = 0x07, .imm = 5 }, false, false, true, 16 },
		{ { .code = 0x18, .src_reg = 4, .imm = 7 }, false, false, true, 18 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(insn_is_branch(&cases[i].insn), cases[i].branch);
		assert_int_equal(insn_is_conditional(&cases[i].insn), cases[i].conditional);
		assert_int_equal(insn_falls_through(&cases[i].insn), cases[i].falls);
		assert_int_equal(insn_target(&cases[i].insn, 10), cases[i].target);
	}
}

/* Against the type in the text. */
static void access_sizes(void **state)
{
	for (enum op op = 0; op < OP_COUNT; op++) {
		struct bpf_insn insn = insn_smallest(op);
		const char *type = strstr(op_rows[op].mnemonic, " *)");
		unsigned bits = 0;

		if (!op_rows[op].mnemonic[0])
			continue;
		if (type && op != OP_MOV_PERCPU_ADDR) {
			while (isdigit(type[-1]))
				type--;
			bits = atoi(type);
		}
		assert_int_equal(insn_access_size(&insn), bits / 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts),
		cmocka_unit_test(names_of_the_caller),
		cmocka_unit_test(short_buffers),
		cmocka_unit_test(every_row_as_the_kernel),
		cmocka_unit_test(wrong_fields_as_the_kernel),
		cmocka_unit_test(exit_of_programs),
		cmocka_unit_test(where_control_goes),
		cmocka_unit_test(access_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
