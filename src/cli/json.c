/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/json.h"

#include <string.h>

/* Bytes of the UTF-8 character of two to four bytes that text begins with, or 0 if it is none, or a control character.
 */
static unsigned utf8_length(const char *text, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0xa0, 0x800, 0x10000 };
	unsigned char first = text[0];
	unsigned length = first >= 0xf8 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0, i;
	uint32_t character = length ? first & (0x7f >> length) : 0;

	if (!length || length > left)
		return 0;
	for (i = 1; i < length; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (text[i] & 0x3f);
	}
	if (character < least[length] || character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
		return 0;
	return length;
}

/* A string; bytes that are neither printable ASCII nor UTF-8 are escaped, so that the document is valid. */
static void quote(FILE *out, const char *text, size_t length)
{
	size_t i;

	fputc('"', out);
	for (i = 0; i < length; i++) {
		unsigned char byte = text[i];
		unsigned wide = utf8_length(text + i, length - i);

		if (wide) {
			fwrite(text + i, wide, 1, out);
			i += wide - 1;
		} else if (byte == '"' || byte == '\\')
			fprintf(out, "\\%c", byte);
		else if (byte < 0x20 || byte > 0x7e)
			fprintf(out, "\\u%04x", byte);
		else
			fputc(byte, out);
	}
	fputc('"', out);
}

static void begin_value(struct json *json, const char *key)
{
	if (json->comma)
		fputc(',', json->out);
	if (json->depth)
		fprintf(json->out, "\n%*s", (int)json->depth * 2, "");
	if (key) {
		quote(json->out, key, strlen(key));
		fputs(": ", json->out);
	}
	json->comma = true;
}

static void open_level(struct json *json, const char *key, char bracket)
{
	begin_value(json, key);
	fputc(bracket, json->out);
	json->depth++;
	json->comma = false;
}

static void close_level(struct json *json, char bracket)
{
	json->depth--;
	if (json->comma)
		fprintf(json->out, "\n%*s", (int)json->depth * 2, "");
	fputc(bracket, json->out);
	json->comma = true;
	if (!json->depth)
		fputc('\n', json->out);
}

void json_object(struct json *json, const char *key)
{
	open_level(json, key, '{');
}

void json_end_object(struct json *json)
{
	close_level(json, '}');
}

void json_array(struct json *json, const char *key)
{
	open_level(json, key, '[');
}

void json_end_array(struct json *json)
{
	close_level(json, ']');
}

void json_text(struct json *json, const char *key, const char *text)
{
	begin_value(json, key);
	if (text)
		quote(json->out, text, strlen(text));
	else
		fputs("null", json->out);
}

void json_bytes_text(struct json *json, const char *key, const char *text, size_t length)
{
	begin_value(json, key);
	quote(json->out, text, length);
}

void json_unsigned(struct json *json, const char *key, uint64_t number)
{
	begin_value(json, key);
	fprintf(json->out, "%llu", (unsigned long long)number);
}

void json_signed(struct json *json, const char *key, int64_t number)
{
	begin_value(json, key);
	fprintf(json->out, "%lld", (long long)number);
}

void json_real(struct json *json, const char *key, double number)
{
	begin_value(json, key);
	fprintf(json->out, "%.1f", number);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_hex(struct json *json, const char *key, const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;
	size_t i;

	begin_value(json, key);
	fputc('"', json->out);
	for (i = 0; i < size; i++)
		fprintf(json->out, "%02x", byte[i]);
	fputc('"', json->out);
}
