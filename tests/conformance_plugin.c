/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs one program for the public bpf_conformance suite, as its plugin:
 *
 *     conformance_plugin [MEMORY] [--jit | --interpret]    runs the program; the JIT is the default where there is one
 *
 * The program comes on standard input and MEMORY as an argument, both as bytes in hexadecimal. r1 is the address of the
 * memory and r2 its size (0 and 0 without). Prints r0 in hexadecimal. Exits with 1 if the program is refused or ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "exec/exec.h"
#include "program.h"

struct bytes {
	uint8_t *data;
	size_t size;
};

static int digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Digits in pairs; whatever stands between is skipped. */
static struct bytes parse_bytes(const char *text)
{
	struct bytes bytes = { .data = calloc(strlen(text) / 2 + 8, 1) };

	while (bytes.data && *text) {
		int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

		if (low >= 0)
			bytes.data[bytes.size++] = high << 4 | low;
		text += low >= 0 ? 2 : 1;
	}
	return bytes;
}

static char *read_input(void)
{
	size_t room = 1 << 16, size = 0;
	char *text = malloc(room);

	while (text) {
		size += fread(text + size, 1, room - size - 1, stdin);
		text[size] = 0;
		if (size < room - 1)
			break;
		char *larger = realloc(text, room *= 2);
		if (!larger)
			free(text);
		text = larger;
	}
	return text;
}

/* The program after an instruction that gives it the size of the memory. */
static struct image *make_image(const struct bytes *program, size_t memory_size)
{
	size_t n = program->size / sizeof(struct bpf_insn);
	struct bpf_insn *insns = calloc(n + 1, sizeof(*insns));

	if (!insns)
		return NULL;
	insns[0] = I(MOV_K, 2, 0, 0, memory_size);
	memcpy(insns + 1, program->data, n * sizeof(*insns));
	struct image *image = program_image(insns, n + 1);

	free(insns);
	return image;
}

static int run_image(const struct image *image, enum exec_mode mode, void *memory)
{
	struct bound *bound;
	struct run run;
	int err = exec_bind(image, mode, &bound);

	if (err) {
		fprintf(stderr, "conformance_plugin: the program is refused: %s\n", strerror(-err));
		return 1;
	}
	run_init(&run, bound);
	run.budget = 100000000;
	uint64_t result = run_program(&run, bound, memory);

	exec_unbind(bound);
	if (run.error) {
		fprintf(stderr, "conformance_plugin: the program was ended: %s\n", strerror(-run.error));
		return 1;
	}
	printf("%lx\n", result);
	return 0;
}

int main(int argc, char **argv)
{
	enum exec_mode mode = program_mode_exists(EXEC_JIT) ? EXEC_JIT : EXEC_INTERPRET;
	const char *memory_text = "";

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help")) {
			printf("conformance_plugin [MEMORY] [--jit | --interpret]\n");
			return 0;
		}
		if (!strcmp(argv[i], "--jit"))
			mode = EXEC_JIT;
		else if (!strcmp(argv[i], "--interpret"))
			mode = EXEC_INTERPRET;
		else if (!strncmp(argv[i], "--", 2)) {
			fprintf(stderr, "conformance_plugin: unknown option %s\n", argv[i]);
			return 2;
		} else
			memory_text = argv[i];
	}
	char *text = read_input();
	struct bytes program = parse_bytes(text ? text : ""), memory = parse_bytes(memory_text);
	int status = 1;

	if (!text || !program.data || !memory.data || program.size % sizeof(struct bpf_insn) || !program.size) {
		fprintf(stderr, "conformance_plugin: standard input is no program\n");
	} else {
		struct image *image = make_image(&program, memory.size);

		status = image ? run_image(image, mode, memory.size ? memory.data : NULL) : 1;
		image_free(image);
	}
	free(program.data);
	free(memory.data);
	free(text);
	return status;
}
