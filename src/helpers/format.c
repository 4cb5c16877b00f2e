/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers/format.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/macros.h"

#define STRING_MAX 512 /* characters of one %s, with the NUL */
#define WIDTH_MAX 32767 /* wider is cut to this, as Linux does */

enum conversion {
	CONVERT_SIGNED,
	CONVERT_UNSIGNED,
	CONVERT_HEX,
	CONVERT_HEX_CAPITAL,
	CONVERT_CHARACTER,
	CONVERT_STRING,
	CONVERT_POINTER,
	CONVERT_SYMBOL,
	CONVERT_IPV4,
	CONVERT_IPV4_ZEROS,
	CONVERT_IPV6,
	CONVERT_IPV6_PLAIN,
};

struct spec {
	enum conversion conversion;
	bool zero, left, plus, space;
	uint32_t width;
	unsigned bits; /* of the argument: 32 or 64 */
};

struct output {
	char *to;
	size_t room, length;
};

static void put(struct output *out, char c)
{
	if (out->length + 1 < out->room)
		out->to[out->length] = c;
	out->length++;
}

static void put_many(struct output *out, char c, uint32_t count)
{
	while (count--)
		put(out, c);
}

/* sign and digits, filled up to the width: with zeros between them, or with blanks around. */
static void put_field(struct output *out, const struct spec *spec, const char *sign, const char *body, size_t length)
{
	size_t used = strlen(sign) + length;
	uint32_t fill = spec->width > used ? (uint32_t)(spec->width - used) : 0;
	bool zeros = spec->zero && !spec->left;

	if (!spec->left && !zeros)
		put_many(out, ' ', fill);
	while (*sign)
		put(out, *sign++);
	if (zeros)
		put_many(out, '0', fill);
	for (size_t i = 0; i < length; i++)
		put(out, body[i]);
	if (spec->left)
		put_many(out, ' ', fill);
}

static void put_number(struct output *out, const struct spec *spec, uint64_t value)
{
	const char *sign = "";
	char digits[24];

	if (spec->bits == 32)
		value = spec->conversion == CONVERT_SIGNED ? (uint64_t)(int32_t)value : (uint32_t)value;
	if (spec->conversion == CONVERT_SIGNED) {
		sign = (int64_t)value < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "";
		value = (int64_t)value < 0 ? -value : value;
	}
	const char *format = spec->conversion == CONVERT_HEX           ? "%llx"
			     : spec->conversion == CONVERT_HEX_CAPITAL ? "%llX"
								       : "%llu";
	int length = snprintf(digits, sizeof(digits), format, (unsigned long long)value);
	put_field(out, spec, sign, digits, (size_t)length);
}

/* Text has no zeros to be filled up with. */
static void put_string(struct output *out, const struct spec *spec, const char *text, size_t length)
{
	struct spec blanks = *spec;

	blanks.zero = false;
	put_field(out, &blanks, "", text, length);
}

static void put_text_at(struct output *out, const struct spec *spec, uint64_t address)
{
	char text[STRING_MAX];
	size_t length = 0;
	uint64_t c;

	while (length < sizeof(text) - 1) {
		if (!fault_load((const void *)(uintptr_t)(address + length), 1, &c)) {
			length = 0;
			break;
		}
		if (!c)
			break;
		text[length++] = (char)c;
	}
	put_string(out, spec, text, length);
}

/* Internet addresses ignore the width. */
static void put_plain(struct output *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		put(out, text[i]);
}

static void put_ipv4(struct output *out, const struct spec *spec, uint64_t address)
{
	uint8_t bytes[4];
	char text[16];

	if (fault_copy_from(bytes, (const void *)(uintptr_t)address, sizeof(bytes)))
		memset(bytes, 0, sizeof(bytes));
	int length = snprintf(text, sizeof(text),
		spec->conversion == CONVERT_IPV4_ZEROS ? "%03u.%03u.%03u.%03u" : "%u.%u.%u.%u", bytes[0], bytes[1],
		bytes[2], bytes[3]);
	put_plain(out, text, (size_t)length);
}

static void put_ipv6(struct output *out, const struct spec *spec, uint64_t address)
{
	const char *separator = spec->conversion == CONVERT_IPV6 ? ":" : "";
	uint8_t bytes[16];
	char text[40];
	size_t length = 0;

	if (fault_copy_from(bytes, (const void *)(uintptr_t)address, sizeof(bytes)))
		memset(bytes, 0, sizeof(bytes));
	for (unsigned i = 0; i < sizeof(bytes); i += 2)
		length += (size_t)snprintf(
			text + length, sizeof(text) - length, "%s%02x%02x", i ? separator : "", bytes[i], bytes[i + 1]);
	put_plain(out, text, length);
}

static void put_value(struct output *out, const struct spec *spec, uint64_t value)
{
	struct spec pointer = *spec;
	char c = (char)value;

	switch (spec->conversion) {
	case CONVERT_SIGNED:
	case CONVERT_UNSIGNED:
	case CONVERT_HEX:
	case CONVERT_HEX_CAPITAL:
		put_number(out, spec, value);
		break;
	case CONVERT_CHARACTER:
		put_string(out, spec, &c, 1);
		break;
	case CONVERT_STRING:
		put_text_at(out, spec, value);
		break;
	case CONVERT_POINTER:
		pointer = (struct spec){ .conversion = CONVERT_HEX, .bits = 64, .zero = true, .width = 16 };
		put_number(out, &pointer, value);
		break;
	case CONVERT_SYMBOL:
		/* An address that belongs to no function of the kernel. */
		put_string(out, &(struct spec){ 0 }, "0x", 2);
		put_number(out, &(struct spec){ .conversion = CONVERT_HEX, .bits = 64 }, value);
		break;
	case CONVERT_IPV4:
	case CONVERT_IPV4_ZEROS:
		put_ipv4(out, spec, value);
		break;
	case CONVERT_IPV6:
	case CONVERT_IPV6_PLAIN:
		put_ipv6(out, spec, value);
		break;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Whether a conversion may end in front of this character: the end, a blank, or punctuation, of Latin-1 as well. */
static bool ends_conversion(char c)
{
	unsigned char byte = (unsigned char)c;

	if (byte >= 0x80)
		return (byte >= 0xa0 && byte < 0xc0) || byte == 0xd7 || byte == 0xf7;
	return !is_letter_or_digit(c);
}

static const char *parse_flags(const char *at, struct spec *spec)
{
	for (;; at++) {
		spec->zero |= *at == '0';
		spec->left |= *at == '-';
		spec->plus |= *at == '+';
		spec->space |= *at == ' ';
		if (*at != '0' && *at != '-' && *at != '+' && *at != ' ')
			break;
	}
	for (; *at >= '0' && *at <= '9'; at++)
		spec->width = MIN(spec->width * 10 + (uint32_t)(*at - '0'), WIDTH_MAX);
	return at;
}

/* What follows %p; NULL if it is nothing that there is. */
static const char *parse_pointer(const char *at, struct spec *spec)
{
	spec->bits = 64;
	if ((at[0] == 'k' || at[0] == 'u') && at[1] == 's') {
		spec->conversion = CONVERT_STRING;
		return ends_conversion(at[2]) ? at + 2 : NULL;
	}
	if ((at[0] == 'i' || at[0] == 'I') && (at[1] == '4' || at[1] == '6')) {
		if (at[1] == '4')
			spec->conversion = at[0] == 'I' ? CONVERT_IPV4 : CONVERT_IPV4_ZEROS;
		else
			spec->conversion = at[0] == 'I' ? CONVERT_IPV6 : CONVERT_IPV6_PLAIN;
		return at + 2;
	}
	spec->conversion = CONVERT_POINTER;
	if (*at == 'K' || *at == 'x')
		return at + 1;
	if (*at == 's' || *at == 'S' || *at == 'B') {
		spec->conversion = CONVERT_SYMBOL;
		return at + 1;
	}
	return ends_conversion(*at) ? at : NULL;
}

/* at: behind the '%'. Returns what follows the conversion; NULL: there is no such one. */
static const char *parse_spec(const char *at, struct spec *ret_spec)
{
	struct spec spec = { .bits = 32 };

	at = parse_flags(at, &spec);
	switch (*at) {
	case 'p':
		at = parse_pointer(at + 1, &spec);
		/* Linux takes all letters behind %p as part of it. */
		while (at && is_letter_or_digit(*at))
			at++;
		goto done;
	case 's':
		spec.conversion = CONVERT_STRING;
		at = ends_conversion(at[1]) ? at + 1 : NULL;
		goto done;
	case 'c':
		spec.conversion = CONVERT_CHARACTER;
		at++;
		goto done;
	}
	if (*at == 'l') {
		spec.bits = 64;
		at += at[1] == 'l' ? 2 : 1;
	}
	switch (*at++) {
	case 'd':
	case 'i':
		spec.conversion = CONVERT_SIGNED;
		break;
	case 'u':
		spec.conversion = CONVERT_UNSIGNED;
		break;
	case 'x':
		spec.conversion = CONVERT_HEX;
		break;
	case 'X':
		spec.conversion = CONVERT_HEX_CAPITAL;
		break;
	default:
		return NULL;
	}
done:
	*ret_spec = spec;
	return at;
}

static bool is_text(const char *format)
{
	for (; *format; format++)
		if ((unsigned char)*format < 0x80 && (*format < ' ' || *format > '~') && !is_blank(*format))
			return false;
	return true;
}

/* The whole format is checked before anything is written. */
static int check(const char *format, uint32_t count)
{
	struct spec spec;
	uint32_t used = 0;

	if (!is_text(format))
		return -EINVAL;
	for (const char *at = format; *at;) {
		if (*at++ != '%')
			continue;
		if (*at == '%') {
			at++;
			continue;
		}
		if (used++ >= count)
			return -EINVAL;
		at = parse_spec(at, &spec);
		if (!at)
			return -EINVAL;
	}
	return 0;
}

int format_text(char *to, size_t room, const char *format, uint32_t size, const uint64_t *args, uint32_t count)
{
	struct output out = { .to = to, .room = room };
	struct spec spec;

	if (!memchr(format, 0, size) || check(format, count))
		return -EINVAL;
	for (const char *at = format; *at;) {
		if (*at != '%') {
			put(&out, *at++);
		} else if (at[1] == '%') {
			put(&out, '%');
			at += 2;
		} else {
			at = parse_spec(at + 1, &spec);
			put_value(&out, &spec, *args++);
		}
	}
	if (room)
		to[MIN(out.length, room - 1)] = 0;
	return (int)MIN(out.length, (size_t)INT32_MAX);
}
