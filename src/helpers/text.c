/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on text: numbers out of strings, comparison. */
#include <errno.h>
#include <stdbool.h>

#include "base/macros.h"
#include "helpers/implement.h"

#define BASE_MASK 0x1f
#define DIGITS_MAX 63 /* characters after blanks and sign that are looked at */

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0;
}

/* The value of a digit in any base up to 16; 16 if it is none. */
static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

/* Characters of the text that were used, with blanks, sign and prefix; or -EINVAL, -ERANGE. */
static int64_t parse(const char *text, uint32_t length, uint64_t flags, uint64_t *ret_value, bool *ret_negative)
{
	unsigned base = flags & BASE_MASK;
	uint32_t at = 0;
	uint64_t value = 0;

	if (!length || (flags & ~(uint64_t)BASE_MASK) || (base && base != 8 && base != 10 && base != 16))
		return -EINVAL;
	while (at < length && is_space(text[at]))
		at++;
	*ret_negative = at < length && text[at] == '-';
	at += *ret_negative;
	uint32_t end = MIN(length, at + DIGITS_MAX);
	bool hex = at + 1 < end && text[at] == '0' && (text[at + 1] | 0x20) == 'x';
	if (!base)
		base = hex && at + 2 < end && digit(text[at + 2]) < 16 ? 16 : at < end && text[at] == '0' ? 8 : 10;
	if (base == 16 && hex)
		at += 2;
	uint32_t first = at;
	bool overflow = false;
	for (; at < end && digit(text[at]) < base; at++)
		overflow |= __builtin_mul_overflow(value, base, &value) ||
			    __builtin_add_overflow(value, digit(text[at]), &value);
	if (overflow)
		return -ERANGE;
	if (at == first)
		return -EINVAL;
	*ret_value = value;
	return at;
}

/* r1: text, r2: its length, r3: base, r4: where the number goes. */
HELPER_FN(strtol)
{
	uint64_t value;
	bool negative;
	int64_t used = parse((const char *)(uintptr_t)r1, (uint32_t)r2, r3, &value, &negative);

	*(int64_t *)(uintptr_t)r4 = 0;
	if (used < 0)
		return (uint64_t)used;
	if (negative ? value > 1ULL << 63 : value >= 1ULL << 63)
		return (uint64_t)-ERANGE;
	*(uint64_t *)(uintptr_t)r4 = negative ? -value : value;
	return (uint64_t)used;
}

HELPER_FN(strtoul)
{
	uint64_t value;
	bool negative;
	int64_t used = parse((const char *)(uintptr_t)r1, (uint32_t)r2, r3, &value, &negative);

	*(uint64_t *)(uintptr_t)r4 = 0;
	if (used < 0)
		return (uint64_t)used;
	if (negative)
		return (uint64_t)-EINVAL;
	*(uint64_t *)(uintptr_t)r4 = value;
	return (uint64_t)used;
}

/* r1: text of at most r2 bytes, r3: a constant string. */
HELPER_FN(strncmp)
{
	const unsigned char *a = (const unsigned char *)(uintptr_t)r1, *b = (const unsigned char *)(uintptr_t)r3;

	for (uint32_t i = 0; i < (uint32_t)r2; i++) {
		if (a[i] != b[i])
			return a[i] < b[i] ? (uint64_t)-1 : 1;
		if (!a[i])
			break;
	}
	return 0;
}
