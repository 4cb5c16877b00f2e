/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF: good and bad, with the kernel's verdict and log beside ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/macros.h"
#include "btf/btf.h"
#include "oracle.h"

#define LOG_SIZE 65536

/* A writer of BTF: types and strings grow, bytes come out. */
struct writer {
	uint32_t types[1024];
	uint32_t n_words, n_types;
	char strings[1024];
	uint32_t strings_size;
};

static uint32_t name(struct writer *writer, const char *text)
{
	uint32_t at = writer->strings_size;

	if (!*text)
		return 0;
	memcpy(writer->strings + at, text, strlen(text) + 1);
	writer->strings_size += strlen(text) + 1;
	return at;
}

static void word(struct writer *writer, uint32_t value)
{
	writer->types[writer->n_words++] = value;
}

static uint32_t type(
	struct writer *writer, const char *text, enum btf_kind kind, uint32_t vlen, bool flag, uint32_t last)
{
	word(writer, name(writer, text));
	word(writer, (uint32_t)kind << 24 | vlen | (uint32_t)flag << 31);
	word(writer, last);
	return ++writer->n_types;
}

static void member(struct writer *writer, const char *text, uint32_t id, uint32_t offset)
{
	word(writer, name(writer, text));
	word(writer, id);
	word(writer, offset);
}

static uint32_t finish(const struct writer *writer, uint8_t *bytes)
{
	struct btf_header header = { .magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = writer->n_words * 4,
		.str_off = writer->n_words * 4,
		.str_len = writer->strings_size };

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), writer->types, header.type_len);
	memcpy(bytes + sizeof(header) + header.type_len, writer->strings, header.str_len);
	return sizeof(header) + header.type_len + header.str_len;
}

/* One of each kind, naming each other. */
static uint32_t all_kinds(uint8_t *bytes)
{
	struct writer writer = { .strings_size = 1 }, *w = &writer;
	uint32_t integer = type(w, "int", BTF_KIND_INT, 0, false, 4);
	word(w, BTF_INT_SIGNED << 24 | 32);
	uint32_t character = type(w, "char", BTF_KIND_INT, 0, false, 1);
	word(w, BTF_INT_CHAR << 24 | 8);
	uint32_t real = type(w, "double", BTF_KIND_FLOAT, 0, false, 8);
	uint32_t constant = type(w, "", BTF_KIND_CONST, 0, false, character);
	uint32_t text = type(w, "", BTF_KIND_PTR, 0, false, constant);
	uint32_t restricted = type(w, "", BTF_KIND_RESTRICT, 0, false, text);
	uint32_t array = type(w, "", BTF_KIND_ARRAY, 0, false, 0);
	word(w, integer);
	word(w, integer);
	word(w, 5);
	uint32_t unknown = type(w, "other", BTF_KIND_FWD, 0, false, 0);
	uint32_t to_unknown = type(w, "", BTF_KIND_PTR, 0, false, unknown);
	uint32_t colour = type(w, "colour", BTF_KIND_ENUM, 2, true, 4);
	word(w, name(w, "RED"));
	word(w, -1u);
	word(w, name(w, "BLUE"));
	word(w, 7);
	uint32_t wide = type(w, "wide", BTF_KIND_ENUM64, 1, false, 8);
	word(w, name(w, "HUGE_ONE"));
	word(w, 1);
	word(w, 2);
	uint32_t choice = type(w, "", BTF_KIND_UNION, 2, false, 8);
	member(w, "a", integer, 0);
	member(w, "b", real, 0);
	uint32_t node = w->n_types + 1, to_node = w->n_types + 2;
	type(w, "node", BTF_KIND_STRUCT, 7, false, 80);
	member(w, "next", to_node, 0);
	member(w, "value", array, 64);
	member(w, "kind", colour, 224);
	member(w, "wide", wide, 256);
	member(w, "", choice, 320);
	member(w, "name", restricted, 384);
	member(w, "hidden", to_unknown, 448);
	type(w, "", BTF_KIND_PTR, 0, false, node);
	uint32_t bits = type(w, "bits", BTF_KIND_STRUCT, 3, true, 8);
	member(w, "low", integer, 3u << 24);
	member(w, "high", integer, 5u << 24 | 3);
	member(w, "whole", integer, 32);
	uint32_t alias = type(w, "bits_t", BTF_KIND_TYPEDEF, 0, false, bits);
	uint32_t proto = type(w, "", BTF_KIND_FUNC_PROTO, 3, false, integer);
	word(w, name(w, "first"));
	word(w, to_node);
	word(w, name(w, "second"));
	word(w, alias);
	word(w, 0);
	word(w, 0);
	uint32_t function = type(w, "handler", BTF_KIND_FUNC, BTF_FUNC_GLOBAL, false, proto);
	uint32_t hidden = type(w, "", BTF_KIND_VOLATILE, 0, false, integer);
	uint32_t var = type(w, "counter", BTF_KIND_VAR, 0, false, hidden);
	word(w, 1);
	uint32_t other = type(w, "table", BTF_KIND_VAR, 0, false, array);
	word(w, 0);
	type(w, ".data", BTF_KIND_DATASEC, 2, false, 24);
	word(w, var);
	word(w, 0);
	word(w, 4);
	word(w, other);
	word(w, 4);
	word(w, 20);
	type(w, "user_text", BTF_KIND_DECL_TAG, 0, false, function);
	word(w, 0);
	type(w, "whole", BTF_KIND_DECL_TAG, 0, false, node);
	word(w, -1u);
	uint32_t tag = type(w, "user", BTF_KIND_TYPE_TAG, 0, false, integer);
	type(w, "", BTF_KIND_PTR, 0, false, tag);
	return finish(w, bytes);
}

static int ours(const uint8_t *bytes, uint32_t size, char *text)
{
	struct btf *btf = NULL;
	struct log log;
	uint32_t true_size;

	text[0] = 0;
	assert_int_equal(log_init(&log, LOG_LEVEL1, text, LOG_SIZE), 0);
	int err = btf_new(bytes, size, NULL, RELEASE_REFERENCE, &log, &btf);
	log_finish(&log, &true_size);
	btf_put(btf);
	/* Linux has an errno of its own for "not supported" that user space knows as 524. */
	return err == -95 ? -524 : err;
}

static int kernels(const uint8_t *bytes, uint32_t size, char *text)
{
	union bpf_attr attr = { .btf = (uintptr_t)bytes,
		.btf_size = size,
		.btf_log_buf = (uintptr_t)text,
		.btf_log_size = LOG_SIZE,
		.btf_log_level = 1 };

	text[0] = 0;
	int fd = oracle_bpf(BPF_BTF_LOAD, &attr, 32);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : fd;
}

static uint64_t random_state = 1;

static uint32_t random_below(uint32_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 20) % n;
}

static void test_reading(void **state)
{
	static uint8_t bytes[8192];
	uint32_t size = all_kinds(bytes);
	struct btf *btf;

	assert_int_equal(btf_new(bytes, size, NULL, RELEASE_REFERENCE, NULL, &btf), 0);
	uint32_t node = btf_find(btf, "node", BTF_KIND_STRUCT, 1);
	assert_int_not_equal(node, 0);
	assert_int_equal(btf_size(btf, node), 80);
	assert_string_equal(btf_name(btf, btf_type(btf, node)), "node");
	assert_int_equal(btf_size(btf, btf_find(btf, "bits_t", BTF_KIND_TYPEDEF, 1)), 8);
	assert_int_equal(btf_size(btf, btf_find(btf, "table", BTF_KIND_VAR, 1)), 20);
	assert_int_equal(btf_size(btf, btf_find(btf, "handler", BTF_KIND_FUNC, 1)), -22);
	assert_int_equal(btf_find(btf, "node", BTF_KIND_UNION, 1), 0);
	assert_null(btf_type(btf, btf_end(btf)));
	assert_null(btf_string(btf, 1 << 20));
	uint32_t handler = btf_find(btf, "handler", BTF_KIND_FUNC, 1);
	assert_string_equal(btf_find_decl_tag(btf, handler, 0, "user_"), "text");
	assert_null(btf_find_decl_tag(btf, handler, 1, "user_"));

	/* Split BTF goes on where its base ends, with types and with names. */
	struct writer writer = { 0 };
	type(&writer, "", BTF_KIND_PTR, 0, false, node);
	size = finish(&writer, bytes);
	struct btf *split;
	assert_int_equal(btf_new(bytes, size, btf, RELEASE_REFERENCE, NULL, &split), 0);
	assert_int_equal(btf_end(split), btf_end(btf) + 1);
	assert_string_equal(btf_name(split, btf_type(split, btf_type(split, btf_end(btf))->type)), "node");
	btf_put(btf);
	btf_put(split);

	/* A kind that the release does not know. */
	size = all_kinds(bytes);
	assert_int_equal(btf_new(bytes, size, NULL, V(5, 4), NULL, &btf), -22);
}

/* Bytes and words of good BTF changed at random: the same verdict and the same log as the kernel. */
static void compare_mutations(unsigned count)
{
	static uint8_t good[8192], bad[8192];
	static char our_log[LOG_SIZE], kernel_log[LOG_SIZE];
	uint32_t size = all_kinds(good);
	unsigned accepted = 0, different = 0;

	for (unsigned round = 0; round < count && different < 5; round++) {
		uint32_t changes = round ? 1 + random_below(2) : 0, length = size;

		memcpy(bad, good, size);
		for (uint32_t i = 0; i < changes; i++) {
			uint32_t at = random_below(size / 4) * 4, value;

			switch (random_below(5)) {
			case 0:
				bad[random_below(size)] = (uint8_t)random_below(256);
				continue;
			case 1:
				value = random_below(40);
				break;
			case 2:
				value = 1u << random_below(32);
				break;
			case 3:
				memcpy(&value, bad + random_below(size / 4) * 4, 4);
				break;
			default:
				memcpy(&value, bad + at, 4);
				value ^= 1u << random_below(32);
			}
			memcpy(bad + at, &value, 4);
		}
		if (!random_below(50))
			length = random_below(size + 1);
		int our_error = ours(bad, length, our_log), kernel_error = kernels(bad, length, kernel_log);
		accepted += !our_error;
		if (our_error == kernel_error && !strcmp(our_log, kernel_log))
			continue;
		different++;
		const char *a = our_log, *b = kernel_log;
		while (*a && *a == *b)
			a++, b++;
		while (a > our_log && a[-1] != '\n')
			a--, b--;
		print_error("mutation %u: we say %d, the kernel %d\nours:\n%.300s\nkernel's:\n%.300s\n", round,
			our_error, kernel_error, a, b);
	}
	print_message("%u mutations, %u still good\n", count, accepted);
	assert_int_equal(different, 0);
}

static void test_mutations_equal_kernel(void **state)
{
	ORACLE_OF_REFERENCE_OR_SKIP();
	compare_mutations(getenv("SKEP_LONG") ? 1000000 : 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_mutations_equal_kernel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
