/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a program's text: refused with a place in the text, or assembled to what its text assembles to again. */
#include <errno.h>
#include <string.h>

#include "isa/asm.h"
#include "isa/disasm.h"
#include "isa/flow.h"
#include "target.h"

static void check_again(const struct bpf_insn *insns, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		enum op op = op_decode(&insns[i]);
		struct bpf_insn *again;
		struct asm_error error;
		char text[DISASM_MAX];
		uint32_t n;

		if (op == OP_INVALID || op == OP_ZEXT || !op_rows[op].mnemonic[0])
			continue; /* written with .insn */
		if (insn_is_wide(&insns[i]) && (i + 1 == count || memcmp(&insns[i + 1], "\0\0\0\0", 4)))
			continue;
		disasm(text, sizeof(text), &insns[i], count - i, &disasm_asm_names);
		FUZZ_CHECK(!asm_program(text, NULL, &again, &n, &error));
		FUZZ_CHECK(n == insn_slots(&insns[i]) && !memcmp(again, &insns[i], n * sizeof(*again)));
		free(again);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct bpf_insn *insns;
	struct asm_error error = { 0 };
	uint32_t count;
	int err;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	err = asm_program(text, NULL, &insns, &count, &error);
	if (!err) {
		check_again(insns, count);
		free(insns);
	} else if (err == -EINVAL) {
		FUZZ_CHECK(error.line && error.column && error.message[0]);
		FUZZ_CHECK(error.column <= size + 1 && error.line <= size + 1);
	}
	free(text);
	return 0;
}
