/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a struct btf: the header, the sections, and each type looked at alone. The order of checks and their wording
 * are the kernel's, because tools and tests match on them.
 */
#include "btf/check.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define INT_BITS_MAX 128
#define INFO_MASK 0x9f00ffff
#define INT_MASK 0x0fffffff
#define BYTES(bits) (((uint64_t)(bits) + 7) / 8)

/* What follows a type. */
#define NONE 0
#define ONE(size) (size)
#define EACH(size) (0x100 | (size))
static const struct {
	uint32_t extra;
	release_t since;
} kinds[BTF_KIND_COUNT] = {
#define BTF_KIND(number, NAME, extra_, since_) [number] = { extra_, since_ },
#include "btf/btf_kinds.def"
#undef BTF_KIND
};

static uint32_t extra_size(const struct btf_type *type)
{
	uint32_t extra = kinds[btf_kind(type)].extra;

	return extra & 0x100 ? btf_vlen(type) * (extra & 0xff) : extra;
}

static bool type_id_ok(uint32_t id)
{
	return id <= BTF_TYPE_MAX;
}

static bool name_offset_ok(const struct btf *btf, uint32_t offset)
{
	return offset <= BTF_NAME_MAX && btf_string(btf, offset);
}

/* Linux takes the letters of Latin-1 for letters. */
static bool letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
	       (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}

static bool digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

bool check_identifier(const struct btf *btf, uint32_t name_off)
{
	const char *name = btf_string(btf, name_off);
	size_t length = name ? strlen(name) : 0;

	if (!length || length >= 512 || !letter(name[0]))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!letter(name[i]) && !digit(name[i]))
			return false;
	return true;
}

/* Names of sections have any printable characters. */
static bool section_name(const struct btf *btf, uint32_t name_off)
{
	const unsigned char *name = (const unsigned char *)btf_string(btf, name_off);

	if (!name || !name[0] || strlen((const char *)name) >= 512)
		return false;
	for (; *name; name++)
		if (*name < 0x20 || (*name > 0x7e && *name < 0xa0))
			return false;
	return true;
}

static int refuse(const struct check *check, const struct btf_type *type, const char *why)
{
	check_log_type(check, type, "%s", why);
	return -EINVAL;
}

static int check_int(struct check *check, const struct btf_type *type)
{
	uint32_t data = btf_int_data(type), bits = btf_int_bits(type) + btf_int_offset(type);
	uint32_t encoding = btf_int_encoding(type);

	if (btf_vlen(type))
		return refuse(check, type, "vlen != 0");
	if (btf_kind_flag(type))
		return refuse(check, type, "Invalid btf_info kind_flag");
	if (data & ~INT_MASK) {
		check_log_basic(check, type, "Invalid int_data:%x", data);
		return -EINVAL;
	}
	if (bits > INT_BITS_MAX) {
		check_log_type(check, type, "nr_bits exceeds %u", INT_BITS_MAX);
		return -EINVAL;
	}
	if (BYTES(bits) > type->size)
		return refuse(check, type, "nr_bits exceeds type_size");
	if (encoding && encoding != BTF_INT_SIGNED && encoding != BTF_INT_CHAR && encoding != BTF_INT_BOOL) {
		check_log_type(check, type, "Unsupported encoding");
		return -ENOTSUP;
	}
	check_log_type(check, type, NULL);
	return 0;
}

static int check_reference(struct check *check, const struct btf_type *type)
{
	enum btf_kind kind = btf_kind(type);

	if (btf_vlen(type))
		return refuse(check, type, "vlen != 0");
	if (btf_kind_flag(type) && kind != BTF_KIND_TYPE_TAG)
		return refuse(check, type, "Invalid btf_info kind_flag");
	if (!type_id_ok(type->type))
		return refuse(check, type, "Invalid type_id");
	if (kind == BTF_KIND_TYPEDEF) {
		if (!type->name_off || !check_identifier(check->btf, type->name_off))
			return refuse(check, type, "Invalid name");
	} else if (kind == BTF_KIND_TYPE_TAG) {
		if (!*btf_name(check->btf, type))
			return refuse(check, type, "Invalid name");
	} else if (type->name_off) {
		return refuse(check, type, "Invalid name");
	}
	check_log_type(check, type, NULL);
	return 0;
}

static int check_fwd(struct check *check, const struct btf_type *type)
{
	if (btf_vlen(type))
		return refuse(check, type, "vlen != 0");
	if (type->type)
		return refuse(check, type, "type != 0");
	if (!type->name_off || !check_identifier(check->btf, type->name_off))
		return refuse(check, type, "Invalid name");
	check_log_type(check, type, NULL);
	return 0;
}

static int check_array(struct check *check, const struct btf_type *type)
{
	const struct btf_array *array = btf_array(type);

	if (type->name_off)
		return refuse(check, type, "Invalid name");
	if (btf_vlen(type))
		return refuse(check, type, "vlen != 0");
	if (btf_kind_flag(type))
		return refuse(check, type, "Invalid btf_info kind_flag");
	if (type->size)
		return refuse(check, type, "size != 0");
	if (!array->type || !type_id_ok(array->type))
		return refuse(check, type, "Invalid elem");
	if (!array->index_type || !type_id_ok(array->index_type))
		return refuse(check, type, "Invalid index");
	check_log_type(check, type, NULL);
	return 0;
}

static int check_member(
	struct check *check, const struct btf_type *type, const struct btf_member *member, uint32_t last)
{
	uint32_t offset = btf_member_offset(type, member);
	const char *why = NULL;

	if (!name_offset_ok(check->btf, member->name_off)) {
		check_log_member(check, type, member, "Invalid member name_offset:%u", member->name_off);
		return -EINVAL;
	}
	if (member->name_off && !check_identifier(check->btf, member->name_off))
		why = "Invalid name";
	else if (!member->type || !type_id_ok(member->type))
		why = "Invalid type_id";
	else if (btf_kind(type) == BTF_KIND_UNION && offset)
		why = "Invalid member bits_offset";
	else if (last > offset)
		why = "Invalid member bits_offset";
	else if (BYTES(offset) > type->size)
		why = "Member bits_offset exceeds its struct size";
	check_log_member(check, type, member, why ? "%s" : NULL, why);
	return why ? -EINVAL : 0;
}

static int check_struct(struct check *check, const struct btf_type *type)
{
	uint32_t last = 0;

	if (type->name_off && !check_identifier(check->btf, type->name_off))
		return refuse(check, type, "Invalid name");
	check_log_type(check, type, NULL);
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		int err = check_member(check, type, member, last);

		if (err)
			return err;
		last = btf_member_offset(type, member);
	}
	return 0;
}

static int check_enum(struct check *check, const struct btf_type *type)
{
	bool wide = btf_kind(type) == BTF_KIND_ENUM64, sign = btf_kind_flag(type);

	if (type->size > 8 || !type->size || (type->size & (type->size - 1)))
		return refuse(check, type, "Unexpected size");
	if (type->name_off && !check_identifier(check->btf, type->name_off))
		return refuse(check, type, "Invalid name");
	check_log_type(check, type, NULL);
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_enum64 *value = &btf_enums64(type)[i];
		const struct btf_enum *narrow = &btf_enums(type)[i];
		uint32_t name_off = wide ? value->name_off : narrow->name_off;

		if (!name_offset_ok(check->btf, name_off)) {
			log_print(check->log, "\tInvalid name_offset:%u", name_off);
			return -EINVAL;
		}
		if (!name_off || !check_identifier(check->btf, name_off))
			return refuse(check, type, "Invalid name");
		const char *name = btf_string(check->btf, name_off);
		if (wide) {
			uint64_t number = value->val_lo32 | (uint64_t)value->val_hi32 << 32;

			log_print(check->log, sign ? "\t%s val=%lld\n" : "\t%s val=%llu\n", name,
				(unsigned long long)number);
		} else {
			log_print(check->log, sign ? "\t%s val=%d\n" : "\t%s val=%u\n", name, narrow->val);
		}
	}
	return 0;
}

static int check_func_proto(struct check *check, const struct btf_type *type)
{
	if (type->name_off)
		return refuse(check, type, "Invalid name");
	if (btf_kind_flag(type))
		return refuse(check, type, "Invalid btf_info kind_flag");
	check_log_type(check, type, NULL);
	return 0;
}

static int check_func(struct check *check, const struct btf_type *type)
{
	if (!type->name_off || !check_identifier(check->btf, type->name_off))
		return refuse(check, type, "Invalid name");
	if (btf_vlen(type) > BTF_FUNC_GLOBAL)
		return refuse(check, type, "Invalid func linkage");
	if (btf_kind_flag(type))
		return refuse(check, type, "Invalid btf_info kind_flag");
	check_log_type(check, type, NULL);
	return 0;
}

static int check_var(struct check *check, const struct btf_type *type)
{
	if (btf_vlen(type))
		return refuse(check, type, "vlen != 0");
	if (btf_kind_flag(type))
		return refuse(check, type, "Invalid btf_info kind_flag");
	if (!type->name_off || !check_identifier(check->btf, type->name_off))
		return refuse(check, type, "Invalid name");
	if (!type->type || !type_id_ok(type->type))
		return refuse(check, type, "Invalid type_id");
	if (btf_var_linkage(type) > 1)
		return refuse(check, type, "Linkage not supported");
	check_log_type(check, type, NULL);
	return 0;
}

static int check_datasec(struct check *check, const struct btf_type *type)
{
	uint64_t end = 0, sum = 0;

	if (!type->size)
		return refuse(check, type, "size == 0");
	if (btf_kind_flag(type))
		return refuse(check, type, "Invalid btf_info kind_flag");
	if (!type->name_off || !section_name(check->btf, type->name_off))
		return refuse(check, type, "Invalid name");
	check_log_type(check, type, NULL);
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_var_secinfo *secinfo = &btf_var_secinfos(type)[i];
		const char *why = NULL;

		if (!secinfo->type || !type_id_ok(secinfo->type))
			why = "Invalid type_id";
		else if (secinfo->offset < end || secinfo->offset >= type->size)
			why = "Invalid offset";
		else if (!secinfo->size || secinfo->size > type->size)
			why = "Invalid size";
		else if ((uint64_t)secinfo->offset + secinfo->size > type->size)
			why = "Invalid offset+size";
		check_log_secinfo(check, type, secinfo, why ? "%s" : NULL, why);
		if (why)
			return -EINVAL;
		end = (uint64_t)secinfo->offset + secinfo->size;
		sum += secinfo->size;
	}
	if (type->size < sum)
		return refuse(check, type, "Invalid btf_info size");
	return 0;
}

static int check_float(struct check *check, const struct btf_type *type)
{
	if (btf_vlen(type))
		return refuse(check, type, "vlen != 0");
	if (btf_kind_flag(type))
		return refuse(check, type, "Invalid btf_info kind_flag");
	if (type->size != 2 && type->size != 4 && type->size != 8 && type->size != 12 && type->size != 16)
		return refuse(check, type, "Invalid type_size");
	check_log_type(check, type, NULL);
	return 0;
}

static int check_decl_tag(struct check *check, const struct btf_type *type)
{
	if (!*btf_name(check->btf, type))
		return refuse(check, type, "Invalid value");
	if (btf_vlen(type))
		return refuse(check, type, "vlen != 0");
	if (btf_decl_tag_component(type) < -1)
		return refuse(check, type, "Invalid component_idx");
	check_log_type(check, type, NULL);
	return 0;
}

static int (*const check_kind[BTF_KIND_COUNT])(struct check *check, const struct btf_type *type) = {
	[BTF_KIND_INT] = check_int,
	[BTF_KIND_PTR] = check_reference,
	[BTF_KIND_ARRAY] = check_array,
	[BTF_KIND_STRUCT] = check_struct,
	[BTF_KIND_UNION] = check_struct,
	[BTF_KIND_ENUM] = check_enum,
	[BTF_KIND_FWD] = check_fwd,
	[BTF_KIND_TYPEDEF] = check_reference,
	[BTF_KIND_VOLATILE] = check_reference,
	[BTF_KIND_CONST] = check_reference,
	[BTF_KIND_RESTRICT] = check_reference,
	[BTF_KIND_FUNC] = check_func,
	[BTF_KIND_FUNC_PROTO] = check_func_proto,
	[BTF_KIND_VAR] = check_var,
	[BTF_KIND_DATASEC] = check_datasec,
	[BTF_KIND_FLOAT] = check_float,
	[BTF_KIND_DECL_TAG] = check_decl_tag,
	[BTF_KIND_TYPE_TAG] = check_reference,
	[BTF_KIND_ENUM64] = check_enum,
};

/* One type with `left` bytes from its start to the end of the section. */
static int check_one(struct check *check, const struct btf_type *type, uint32_t left, uint32_t *ret_size)
{
	if (left < sizeof(*type)) {
		log_print(check->log, "[%u] meta_left:%u meta_needed:%zu", check->id, left, sizeof(*type));
		return -EINVAL;
	}
	if (type->info & ~INFO_MASK) {
		log_print(check->log, "[%u] Invalid btf_info:%x", check->id, type->info);
		return -EINVAL;
	}
	enum btf_kind kind = btf_kind(type);
	if (kind == BTF_KIND_UNKN || kind >= BTF_KIND_COUNT || kinds[kind].since > check->release) {
		log_print(check->log, "[%u] Invalid kind:%u", check->id, kind);
		return -EINVAL;
	}
	if (!name_offset_ok(check->btf, type->name_off)) {
		log_print(check->log, "[%u] Invalid name_offset:%u", check->id, type->name_off);
		return -EINVAL;
	}
	uint32_t extra = extra_size(type);
	if (left - sizeof(*type) < extra) {
		check_log_basic(check, type, "meta_left:%u meta_needed:%u", (uint32_t)(left - sizeof(*type)), extra);
		return -EINVAL;
	}
	*ret_size = sizeof(*type) + extra;
	return check_kind[kind](check, type);
}

static int add_type(struct check *check, const struct btf_type *type)
{
	struct btf *btf = check->btf;

	if (btf->n_types == check->room) {
		uint32_t room = MAX(check->room * 2, 64u);
		const struct btf_type **types = realloc(btf->types, room * sizeof(*types));

		if (!types)
			return -ENOMEM;
		btf->types = types;
		check->room = room;
	}
	btf->types[btf->n_types++] = type;
	return 0;
}

/* Needs the string section. Fills btf->types. */
static int check_all(struct check *check, const uint8_t *section, uint32_t size)
{
	struct btf *btf = check->btf;
	uint32_t at = 0;

	while (at < size) {
		const struct btf_type *type = (const struct btf_type *)(section + at);
		uint32_t used;

		check->id = btf->first_id + btf->n_types;
		int err = check_one(check, type, size - at, &used);
		if (err)
			return err;
		if (check->id > BTF_TYPE_MAX) {
			log_print(check->log, "Exceeded max num of types");
			return -E2BIG;
		}
		err = add_type(check, type);
		if (err)
			return err;
		at += used;
	}
	return 0;
}

static void log_header(struct log *log, const struct btf_header *header, uint32_t size)
{
	log_print(log, "magic: 0x%x\n", header->magic);
	log_print(log, "version: %u\n", header->version);
	log_print(log, "flags: 0x%x\n", header->flags);
	log_print(log, "hdr_len: %u\n", header->hdr_len);
	log_print(log, "type_off: %u\n", header->type_off);
	log_print(log, "type_len: %u\n", header->type_len);
	log_print(log, "str_off: %u\n", header->str_off);
	log_print(log, "str_len: %u\n", header->str_len);
	log_print(log, "btf_total_size: %u\n", size);
}

/* The two sections have to fill what follows the header, without gap or overlap. */
static int check_sections(struct check *check, const struct btf_header *header)
{
	struct {
		uint32_t offset, length;
	} sections[2] = { { header->type_off, header->type_len }, { header->str_off, header->str_len } };
	uint32_t room = check->btf->data_size - header->hdr_len, total = 0;

	/* By offset, then by length; the differences are signed, which matters for absurd offsets. */
	int32_t order = (int32_t)(sections[0].offset - sections[1].offset);
	if (!order)
		order = (int32_t)(sections[0].length - sections[1].length);
	if (order > 0) {
		__auto_type swap = sections[0];

		sections[0] = sections[1];
		sections[1] = swap;
	}
	for (uint32_t i = 0; i < 2; i++) {
		const char *why = NULL;

		if (room < sections[i].offset)
			why = "Invalid section offset";
		else if (total < sections[i].offset)
			why = "Unsupported section found";
		else if (total > sections[i].offset)
			why = "Section overlap found";
		else if (room - total < sections[i].length)
			why = "Total section length too long";
		if (why) {
			log_print(check->log, "%s", why);
			return -EINVAL;
		}
		total += sections[i].length;
	}
	if (room != total) {
		log_print(check->log, "Unsupported section found");
		return -EINVAL;
	}
	return 0;
}

/* A header may be shorter than ours, then the rest counts as zero, or longer, then the rest has to be zero. */
static int check_header(struct check *check, struct btf_header *header)
{
	const struct btf *btf = check->btf;
	uint32_t length;

	if (btf->data_size < offsetof(struct btf_header, hdr_len) + sizeof(header->hdr_len)) {
		log_print(check->log, "hdr_len not found");
		return -EINVAL;
	}
	memcpy(&length, btf->data + offsetof(struct btf_header, hdr_len), sizeof(length));
	if (btf->data_size < length) {
		log_print(check->log, "btf_header not found");
		return -EINVAL;
	}
	for (uint32_t i = sizeof(*header); i < length; i++)
		if (btf->data[i]) {
			log_print(check->log, "Unsupported btf_header");
			return -E2BIG;
		}
	memset(header, 0, sizeof(*header));
	memcpy(header, btf->data, MIN(length, sizeof(*header)));
	log_header(check->log, header, btf->data_size);
	if (header->magic != BTF_MAGIC) {
		log_print(check->log, "Invalid magic");
		return -EINVAL;
	}
	if (header->version != BTF_VERSION) {
		log_print(check->log, "Unsupported version");
		return -ENOTSUP;
	}
	if (header->flags) {
		log_print(check->log, "Unsupported flags");
		return -ENOTSUP;
	}
	if (!btf->base && btf->data_size == header->hdr_len) {
		log_print(check->log, "No data");
		return -EINVAL;
	}
	return check_sections(check, header);
}

static int find_strings(struct check *check, const struct btf_header *header)
{
	struct btf *btf = check->btf;
	uint32_t start = header->hdr_len + header->str_off;
	const char *strings = (const char *)btf->data + start;

	if (start + header->str_len != btf->data_size) {
		log_print(check->log, "String section is not at the end");
		return -EINVAL;
	}
	btf->strings = strings;
	btf->strings_size = header->str_len;
	if (btf->base && !header->str_len)
		return 0;
	if (!header->str_len || header->str_len - 1 > BTF_NAME_MAX || strings[header->str_len - 1] ||
		(!btf->base && strings[0])) {
		log_print(check->log, "Invalid string section");
		return -EINVAL;
	}
	return 0;
}

static int find_types(const struct check *check, const struct btf_header *header)
{
	if (header->type_off & 3) {
		log_print(check->log, "Unaligned type_off");
		return -EINVAL;
	}
	if (!check->btf->base && !header->type_len) {
		log_print(check->log, "No type found");
		return -EINVAL;
	}
	return 0;
}

int btf_new(const void *data, uint32_t size, const struct btf *base, release_t release, struct log *log,
	struct btf **ret_btf)
{
	struct btf_header header;

	if (size > BTF_SIZE_MAX)
		return -E2BIG;
	struct btf *btf = calloc(1, sizeof(*btf));
	if (!btf)
		return -ENOMEM;
	btf->references = 1;
	btf->base = base ? btf_get((struct btf *)base) : NULL;
	btf->first_id = base ? btf_end(base) : 1;
	btf->first_name = base ? base->first_name + base->strings_size : 0;
	btf->data_size = size;
	btf->data = malloc(MAX(size, 1u));
	int err = btf->data ? 0 : -ENOMEM;
	if (err)
		goto out;
	memcpy(btf->data, data, size);

	struct check check = { .btf = btf, .log = log, .release = release };
	err = check_header(&check, &header);
	if (!err)
		err = find_strings(&check, &header);
	if (!err)
		err = find_types(&check, &header);
	if (!err)
		err = check_all(&check, btf->data + header.hdr_len + header.type_off, header.type_len);
	if (!err)
		err = check_resolve(&check);
out:
	if (err)
		btf_put(btf);
	else
		*ret_btf = btf;
	return err;
}
