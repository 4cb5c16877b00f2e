/* SPDX-License-Identifier: BSD-2-Clause */
/* Scalars as the verifier log shows them. */
#include "verifier/scalar.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/macros.h"

/* Text that grows in a buffer; length is that of the whole text, also where the buffer ends before. */
struct text {
	char *buffer;
	size_t size, length;
	bool comma; /* wanted before the next part */
};

__attribute__((format(printf, 2, 3))) static void text_add(struct text *text, const char *format, ...)
{
	size_t used = text->length < text->size ? text->length : text->size;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->buffer + used, text->size - used, format, args);
	va_end(args);
	text->length += n > 0 ? (size_t)n : 0;
}

static void text_part(struct text *text)
{
	if (text->comma)
		text_add(text, ",");
	text->comma = true;
}

static bool is_small(int64_t value)
{
	return value >= INT16_MIN && value <= INT16_MAX;
}

/* Small numbers are decimal, others hexadecimal. */
static void text_unsigned(struct text *text, uint64_t value)
{
	if (value <= UINT16_MAX)
		text_add(text, "%" PRIu64, value);
	else
		text_add(text, "0x%" PRIx64, value);
}

static void text_signed(struct text *text, int64_t value)
{
	if (is_small(value))
		text_add(text, "%" PRId64, value);
	else
		text_add(text, "0x%" PRIx64, (uint64_t)value);
}

struct bound {
	const char *name;
	uint64_t value;
	bool is_signed;
	bool hidden; /* says nothing, or was shown together with an equal one */
};

/* A signed half is shown with its sign where it is small, and else as 32 bits. */
static uint64_t shown32(int32_t value)
{
	return is_small(value) ? (uint64_t)(int64_t)value : (uint32_t)value;
}

static bool is_negative(const struct bound *bound)
{
	return bound->is_signed && (int64_t)bound->value < 0;
}

/* Minima of equal value share one, and so do maxima: "smin=umin=3". Never a negative one and one that is only the same
 * 64 bits. */
static void text_ranges(struct text *text, struct scalar a)
{
	struct bound bounds[] = {
		{ "smin", (uint64_t)a.smin, true, a.smin == INT64_MIN },
		{ "smax", (uint64_t)a.smax, true, a.smax == INT64_MAX },
		{ "umin", a.umin, false, a.umin == 0 },
		{ "umax", a.umax, false, a.umax == UINT64_MAX },
		{ "smin32", shown32(a.s32_min), true, a.s32_min == INT32_MIN },
		{ "smax32", shown32(a.s32_max), true, a.s32_max == INT32_MAX },
		{ "umin32", a.u32_min, false, a.u32_min == 0 },
		{ "umax32", a.u32_max, false, a.u32_max == UINT32_MAX },
	};
	const struct bound *end = bounds + ARRAY_SIZE(bounds);

	for (struct bound *first = bounds; first < end; first++) {
		if (first->hidden)
			continue;
		text_part(text);
		text_add(text, "%s=", first->name);
		for (struct bound *other = first + 2; other < end; other += 2) {
			if (other->hidden || other->value != first->value || is_negative(other) != is_negative(first))
				continue;
			other->hidden = true;
			text_add(text, "%s=", other->name);
		}
		if (first->is_signed)
			text_signed(text, (int64_t)first->value);
		else
			text_unsigned(text, first->value);
	}
	if (!tnum_is_unknown(a.var_off)) {
		char bits[48];

		tnum_format(bits, sizeof(bits), a.var_off);
		text_part(text);
		text_add(text, "var_off=%s", bits);
	}
}

int scalar_format(char *buffer, size_t size, struct scalar a, const char *prefix)
{
	struct text text = { buffer, size };

	if (scalar_is_const(a)) {
		text_signed(&text, (int64_t)a.var_off.value);
		return (int)text.length;
	}
	text_add(&text, "scalar(");
	if (prefix && *prefix) {
		text_part(&text);
		text_add(&text, "%s", prefix);
	}
	text_ranges(&text, a);
	text_add(&text, ")");
	return (int)text.length;
}

int scalar_format_ranges(char *buffer, size_t size, struct scalar a)
{
	struct text text = { buffer, size, .comma = true };

	if (size)
		*buffer = '\0';
	text_ranges(&text, a);
	return (int)text.length;
}
