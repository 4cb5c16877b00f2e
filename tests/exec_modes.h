/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of bound programs: each test runs in the interpreter and the JIT. Include cmocka.h first. */
#ifndef SKEP_TESTS_EXEC_MODES_H
#define SKEP_TESTS_EXEC_MODES_H

#include <string.h>

#include "program.h"

#define EXIT_INSN I(EXIT, 0, 0, 0, 0)

/* The mode under test is the test's state. */
static inline enum exec_mode mode_of(void **state)
{
	return *(enum exec_mode *)*state;
}

static inline uint64_t run_insns(
	enum exec_mode mode, const struct bpf_insn *insns, uint32_t n, void *context, struct run *run)
{
	struct image *image = program_image(insns, n);
	uint64_t result = program_run(image, mode, context, run);

	image_free(image);
	return result;
}

/* Runs the instructions that are named. run may be NULL. */
#define RUN(mode, context, run, ...)                        \
	run_insns(mode, (struct bpf_insn[]){ __VA_ARGS__ }, \
		sizeof((struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn), context, run)

static inline int bind_insns(enum exec_mode mode, const struct bpf_insn *insns, uint32_t n)
{
	struct image *image = program_image(insns, n);
	struct bound *bound;
	int err = exec_bind(image, mode, &bound);

	if (!err)
		exec_unbind(bound);
	image_free(image);
	return err;
}

/* What exec_bind() says to the instructions. */
#define BIND(mode, ...)                                      \
	bind_insns(mode, (struct bpf_insn[]){ __VA_ARGS__ }, \
		sizeof((struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn))

/* The tests in one mode after the other; what main() returns. */
static inline int run_in_modes(const struct CMUnitTest *tests, size_t n)
{
	static enum exec_mode modes[] = { EXEC_INTERPRET, EXEC_JIT };
	static const char *const names[] = { "interpreter", "jit" };
	struct CMUnitTest copies[32];
	int failed = 0;

	for (unsigned m = 0; m < 2; m++) {
		if (!program_mode_exists(modes[m])) {
			print_message("no %s on this machine\n", names[m]);
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			copies[i] = tests[i];
			copies[i].initial_state = &modes[m];
		}
		failed += _cmocka_run_group_tests(names[m], copies, n, NULL, NULL);
	}
	return failed;
}

#endif
