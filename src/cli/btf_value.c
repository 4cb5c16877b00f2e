/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/btf_value.h"

#include <bpf/btf.h>
#include <stdbool.h>
#include <string.h>

#include "cli/json.h"
#include "cli/report.h"

#define DEPTH_MAX 32
#define ELEMENTS_MAX 4096

/* Where a value goes: text, if json is NULL. */
struct sink {
	FILE *out;
	struct json *json;
	const struct btf *btf;
};

static void show(const struct sink *sink, const char *key, uint32_t id, const uint8_t *bytes, size_t size, int depth);

static void show_number(const struct sink *sink, const char *key, uint64_t number, bool is_signed)
{
	if (sink->json && is_signed)
		json_signed(sink->json, key, number);
	else if (sink->json)
		json_unsigned(sink->json, key, number);
	else if (is_signed)
		fprintf(sink->out, "%lld", (long long)number);
	else
		fprintf(sink->out, "%llu", (unsigned long long)number);
}

static void show_hex(const struct sink *sink, const char *key, const uint8_t *bytes, size_t size)
{
	size_t i;

	if (sink->json) {
		json_hex(sink->json, key, bytes, size);
		return;
	}
	for (i = 0; i < size; i++)
		fprintf(sink->out, i ? " %02x" : "%02x", bytes[i]);
}

/* The bits [first, first + count) of the value, sign extended if asked for. count is 1 to 64. */
static uint64_t read_bits(const uint8_t *bytes, size_t first, size_t count, bool is_signed)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < count; i++)
		number |= (uint64_t)(bytes[(first + i) / 8] >> (first + i) % 8 & 1) << i;
	if (is_signed && count < 64 && number >> (count - 1))
		number |= ~0ull << count;
	return number;
}

/* An integer or enumeration of count bits that begins at bit first. False: it does not fit. */
static bool show_bits(const struct sink *sink, const char *key, const struct btf_type *type, const uint8_t *bytes,
	size_t size, size_t first, size_t count)
{
	bool is_signed = btf_is_int(type) ? btf_int_encoding(type) & BTF_INT_SIGNED : btf_kflag(type);
	uint64_t number;
	unsigned i;

	if (!count || count > 64 || first + count > size * 8)
		return false;
	number = read_bits(bytes, first, count, is_signed);
	for (i = 0; btf_is_any_enum(type) && i < btf_vlen(type); i++) {
		bool same = btf_is_enum(type) ? (uint32_t)btf_enum(type)[i].val == (uint32_t)number
					      : btf_enum64_value(&btf_enum64(type)[i]) == number;
		const char *name;

		if (!same)
			continue;
		name = btf__name_by_offset(
			sink->btf, btf_is_enum(type) ? btf_enum(type)[i].name_off : btf_enum64(type)[i].name_off);
		if (!name)
			break;
		if (sink->json)
			json_text(sink->json, key, name);
		else
			print_clean(sink->out, name);
		return true;
	}
	if (btf_is_int(type) && (btf_int_encoding(type) & BTF_INT_BOOL) && sink->json)
		json_bool(sink->json, key, number);
	else if (btf_is_int(type) && (btf_int_encoding(type) & BTF_INT_BOOL))
		fputs(number ? "true" : "false", sink->out);
	else
		show_number(sink, key, number, is_signed);
	return true;
}

static void show_struct(const struct sink *sink, const char *key, const struct btf_type *type, const uint8_t *bytes,
	size_t size, int depth)
{
	unsigned i;

	if (sink->json)
		json_object(sink->json, key);
	else
		fputs("{", sink->out);
	for (i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *name = btf__name_by_offset(sink->btf, member->name_off);
		size_t offset = btf_member_bit_offset(type, i), bits = btf_member_bitfield_size(type, i);
		int id = btf__resolve_type(sink->btf, member->type);
		const struct btf_type *of = id < 0 ? NULL : btf__type_by_id(sink->btf, id);

		name = name && *name ? name : "(anonymous)";
		if (!sink->json) {
			fputs(i ? ", " : " ", sink->out);
			print_clean(sink->out, name);
			fputs(" = ", sink->out);
		}
		if (bits && of && (btf_is_int(of) || btf_is_any_enum(of)) &&
			show_bits(sink, name, of, bytes, size, offset, bits))
			continue;
		offset = offset / 8 < size ? offset / 8 : size;
		show(sink, name, member->type, bytes + offset, size - offset, depth + 1);
	}
	if (sink->json)
		json_end_object(sink->json);
	else
		fputs(" }", sink->out);
}

/* The variables of .bss, .data or .rodata. */
static void show_section(const struct sink *sink, const char *key, const struct btf_type *type, const uint8_t *bytes,
	size_t size, int depth)
{
	unsigned i;

	if (sink->json)
		json_object(sink->json, key);
	else
		fputs("{", sink->out);
	for (i = 0; i < btf_vlen(type); i++) {
		const struct btf_var_secinfo *variable = &btf_var_secinfos(type)[i];
		const struct btf_type *of = btf__type_by_id(sink->btf, variable->type);
		const char *name = of ? btf__name_by_offset(sink->btf, of->name_off) : NULL;
		size_t offset = variable->offset < size ? variable->offset : size;

		if (!of || !btf_is_var(of))
			continue;
		if (!sink->json) {
			fputs(i ? ", " : " ", sink->out);
			print_clean(sink->out, name ?: "?");
			fputs(" = ", sink->out);
		}
		show(sink, name ?: "?", of->type, bytes + offset, size - offset, depth + 1);
	}
	if (sink->json)
		json_end_object(sink->json);
	else
		fputs(" }", sink->out);
}

/* Printable bytes, then zeros. Empty arrays are no text. */
static bool is_text(const struct btf *btf, uint32_t element, const uint8_t *bytes, size_t count)
{
	int id = btf__resolve_type(btf, element);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, id);
	const char *name = type ? btf__name_by_offset(btf, type->name_off) : NULL;
	size_t length, i;

	if (!name || strcmp(name, "char") || !count || !bytes[0])
		return false;
	length = strnlen((const char *)bytes, count);
	for (i = 0; i < count; i++)
		if (i < length ? bytes[i] < 0x20 || bytes[i] > 0x7e : bytes[i] != 0)
			return false;
	return true;
}

static void show_array(const struct sink *sink, const char *key, const struct btf_type *type, const uint8_t *bytes,
	size_t size, int depth)
{
	const struct btf_array *array = btf_array(type);
	int64_t element = btf__resolve_size(sink->btf, array->type);
	size_t i, count = array->nelems;

	if (element <= 0 || count > size / element || count > ELEMENTS_MAX) {
		show_hex(sink, key, bytes, element > 0 && count <= size / element ? count * element : size);
		return;
	}
	if (element == 1 && is_text(sink->btf, array->type, bytes, count)) {
		size_t length = strnlen((const char *)bytes, count);

		if (sink->json)
			json_bytes_text(sink->json, key, (const char *)bytes, length);
		else
			fprintf(sink->out, "\"%.*s\"", (int)length, (const char *)bytes);
		return;
	}
	if (sink->json)
		json_array(sink->json, key);
	else
		fputs("[", sink->out);
	for (i = 0; i < count; i++) {
		if (!sink->json)
			fputs(i ? ", " : " ", sink->out);
		show(sink, NULL, array->type, bytes + i * element, element, depth + 1);
	}
	if (sink->json)
		json_end_array(sink->json);
	else
		fputs(" ]", sink->out);
}

static void show(const struct sink *sink, const char *key, uint32_t id, const uint8_t *bytes, size_t size, int depth)
{
	const struct btf_type *type = btf__type_by_id(sink->btf, id);
	int resolved = type && btf_is_datasec(type) ? (int)id : btf__resolve_type(sink->btf, id);
	int64_t needs;

	type = resolved < 0 ? NULL : btf__type_by_id(sink->btf, resolved);
	needs = type ? btf__resolve_size(sink->btf, resolved) : -1;
	if (!type || needs < 0 || (uint64_t)needs > size || depth > DEPTH_MAX) {
		show_hex(sink, key, bytes, size);
		return;
	}
	if (btf_is_datasec(type))
		show_section(sink, key, type, bytes, size, depth);
	else if (btf_is_composite(type))
		show_struct(sink, key, type, bytes, needs, depth);
	else if (btf_is_array(type))
		show_array(sink, key, type, bytes, needs, depth);
	else if (btf_is_ptr(type) && !sink->json)
		fprintf(sink->out, "0x%llx", (unsigned long long)read_bits(bytes, 0, 8 * needs, false));
	else if (!((btf_is_int(type) || btf_is_any_enum(type)) &&
			 show_bits(sink, key, type, bytes, needs, 0, 8 * needs)))
		show_hex(sink, key, bytes, needs);
}

static void show_any(const struct sink *sink, const char *key, uint32_t type_id, const void *bytes, size_t size)
{
	if (sink->btf && type_id)
		show(sink, key, type_id, bytes, size, 0);
	else if (size == 1 || size == 2 || size == 4 || size == 8)
		show_number(sink, key, read_bits(bytes, 0, 8 * size, false), false);
	else
		show_hex(sink, key, bytes, size);
}

void btf_value_text(FILE *out, const struct btf *btf, uint32_t type_id, const void *bytes, size_t size)
{
	const struct sink sink = { .out = out, .btf = btf };

	show_any(&sink, NULL, type_id, bytes, size);
}

void btf_value_json(
	struct json *json, const char *key, const struct btf *btf, uint32_t type_id, const void *bytes, size_t size)
{
	const struct sink sink = { .json = json, .btf = btf };

	show_any(&sink, key, type_id, bytes, size);
}
