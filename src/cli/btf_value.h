/* SPDX-License-Identifier: BSD-2-Clause */
/* A value of a BTF type, such as a map's key, as text on one line or as JSON. */
#ifndef SKEP_CLI_BTF_VALUE_H
#define SKEP_CLI_BTF_VALUE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct btf;
struct json;

/*
 * Text: numbers in decimal, enumerators by name, pointers in hex, character arrays that hold text in quotes,
 * "{ member = ..., }" and "[ ... ]". What its bytes or the type do not suffice for is shown as hex bytes.
 * btf NULL or type_id 0: a number if size is 1, 2, 4 or 8, otherwise hex bytes.
 */
void btf_value_text(FILE *out, const struct btf *btf, uint32_t type_id, const void *bytes, size_t size);
void btf_value_json(
	struct json *json, const char *key, const struct btf *btf, uint32_t type_id, const void *bytes, size_t size);

#endif
