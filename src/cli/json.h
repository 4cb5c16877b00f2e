/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes one JSON document to a stream, with commas and indentation put in. Inside an object a key is given to each
 * value; inside an array it is NULL.
 */
#ifndef SKEP_CLI_JSON_H
#define SKEP_CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	unsigned depth;
	bool comma; /* something stands before at this depth */
};

static inline struct json json_to(FILE *out)
{
	return (struct json){ .out = out };
}

void json_object(struct json *json, const char *key);
void json_end_object(struct json *json); /* the outermost one ends the document with a newline */
void json_array(struct json *json, const char *key);
void json_end_array(struct json *json);
void json_text(struct json *json, const char *key, const char *text); /* NULL text: null */
void json_bytes_text(struct json *json, const char *key, const char *text, size_t length);
void json_unsigned(struct json *json, const char *key, uint64_t number);
void json_signed(struct json *json, const char *key, int64_t number);
void json_real(struct json *json, const char *key, double number); /* one digit after the point */
void json_bool(struct json *json, const char *key, bool value);
void json_hex(struct json *json, const char *key, const void *bytes, size_t size); /* as a string of hex digits */

#endif
