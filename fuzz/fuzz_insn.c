/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as instructions: decoded, printed, and what is a form of a row read back from its text. */
#include <string.h>

#include "isa/asm.h"
#include "isa/disasm.h"
#include "isa/eval.h"
#include "isa/flow.h"
#include "target.h"

static void check_facts(enum op op, const struct bpf_insn *insn, uint32_t index)
{
	uint64_t value;
	bool taken;

	FUZZ_CHECK((insn_reads(insn) | insn_writes(insn)) < REG_BIT(REG_COUNT));
	FUZZ_CHECK(insn_access_size(insn) <= 8);
	FUZZ_CHECK(insn_target(insn, index) >= INT32_MIN);
	eval_alu(op, insn, index, ~(uint64_t)index, &value);
	eval_jump(op, insn, index, ~(uint64_t)index, &taken);
}

static void check_text(enum op op, const struct bpf_insn *insn, size_t n_slots)
{
	struct bpf_insn *back;
	struct asm_error error;
	char text[DISASM_MAX];
	uint32_t count;
	size_t length = disasm(text, sizeof(text), insn, n_slots, &disasm_asm_names);

	FUZZ_CHECK(length < sizeof(text) && strlen(text) == length);
	FUZZ_CHECK(disasm(text, 7, insn, n_slots, NULL) > 0 && strlen(text) <= 6);
	if (op == OP_INVALID || !op_rows[op].mnemonic[0] || op == OP_ZEXT)
		return;
	if (insn_is_wide(insn) && (n_slots < 2 || insn[1].code || insn[1].dst_reg || insn[1].src_reg || insn[1].off))
		return;
	disasm(text, sizeof(text), insn, n_slots, &disasm_asm_names);
	FUZZ_CHECK(!asm_program(text, NULL, &back, &count, &error));
	FUZZ_CHECK(count == insn_slots(insn) && !memcmp(insn, back, count * sizeof(*insn)));
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size / sizeof(struct bpf_insn);

	for (size_t i = 0; i < n && n <= 4096; i++) {
		struct bpf_insn pair[2] = { 0 };
		size_t n_slots = n - i > 1 ? 2 : 1;
		enum op op;

		memcpy(pair, data + i * sizeof(*pair), n_slots * sizeof(*pair));
		op = op_decode(pair);
		check_facts(op, pair, i);
		check_text(op, pair, n_slots);
	}
	return 0;
}
