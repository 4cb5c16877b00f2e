/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BTF: type information of programs, maps and the kernel. The format is described in the kernel's
 * Documentation/bpf/btf.rst.
 *
 * A struct btf is checked once, when it is made; afterwards every type id in it is valid and every size is known.
 */
#ifndef SKEP_BTF_BTF_H
#define SKEP_BTF_BTF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/release.h"

#define BTF_MAGIC 0xeb9f
#define BTF_VERSION 1
#define BTF_SIZE_MAX (16 * 1024 * 1024)
#define BTF_TYPE_MAX 0x000fffff
#define BTF_NAME_MAX 0x00ffffff
#define BTF_MEMBERS_MAX 0xffff

enum btf_kind {
#define BTF_KIND(number, NAME, extra, since) BTF_KIND_##NAME = number,
#include "btf/btf_kinds.def"
#undef BTF_KIND
	BTF_KIND_COUNT,
};

struct btf_header {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;
	uint32_t type_off, type_len; /* from the end of the header */
	uint32_t str_off, str_len;
};

/* A type as stored; what follows it depends on the kind. */
struct btf_type {
	uint32_t name_off;
	uint32_t info; /* bits 0-15 vlen, 24-28 kind, 31 kind_flag */
	union {
		uint32_t size; /* int, enum, struct, union, datasec, float, enum64 */
		uint32_t type; /* ptr, typedef, volatile, const, restrict, func, func_proto, var, decl_tag, type_tag */
	};
};

struct btf_array {
	uint32_t type, index_type, nelems;
};

struct btf_member {
	uint32_t name_off, type;
	uint32_t offset; /* bits; with kind_flag: bits 24-31 are the size of the bit field */
};

struct btf_enum {
	uint32_t name_off;
	int32_t val;
};

struct btf_enum64 {
	uint32_t name_off, val_lo32, val_hi32;
};

struct btf_param {
	uint32_t name_off, type;
};

struct btf_var_secinfo {
	uint32_t type, offset, size;
};

enum btf_int_encoding {
	BTF_INT_SIGNED = 1 << 0,
	BTF_INT_CHAR = 1 << 1,
	BTF_INT_BOOL = 1 << 2,
};

enum btf_func_linkage {
	BTF_FUNC_STATIC,
	BTF_FUNC_GLOBAL,
	BTF_FUNC_EXTERN,
};

/* What is known of a type once it is resolved. */
struct btf_resolved {
	uint32_t size; /* bytes; 0 if it has none */
	uint32_t type; /* behind modifiers and typedefs; for a pointer what it points to, in the same way */
};

struct btf {
	_Atomic uint32_t references;
	uint32_t id; /* given by the hive; 0: none */
	const struct btf *base; /* split BTF: ids below first_id and names below first_name are the base's */
	uint32_t first_id, first_name;
	uint32_t n_types; /* of this BTF alone, without void */
	uint8_t *data; /* the whole, as it was loaded */
	uint32_t data_size;
	const char *strings;
	uint32_t strings_size;
	const struct btf_type **types; /* by id - first_id */
	struct btf_resolved *resolved; /* the same */
};

static inline enum btf_kind btf_kind(const struct btf_type *type)
{
	return (enum btf_kind)(type->info >> 24 & 0x1f);
}

static inline uint32_t btf_vlen(const struct btf_type *type)
{
	return type->info & 0xffff;
}

static inline bool btf_kind_flag(const struct btf_type *type)
{
	return type->info >> 31;
}

/* What follows a type; valid for the kinds that have it. */
static inline const struct btf_member *btf_members(const struct btf_type *type)
{
	return (const struct btf_member *)(type + 1);
}

static inline const struct btf_param *btf_params(const struct btf_type *type)
{
	return (const struct btf_param *)(type + 1);
}

static inline const struct btf_enum *btf_enums(const struct btf_type *type)
{
	return (const struct btf_enum *)(type + 1);
}

static inline const struct btf_enum64 *btf_enums64(const struct btf_type *type)
{
	return (const struct btf_enum64 *)(type + 1);
}

static inline const struct btf_array *btf_array(const struct btf_type *type)
{
	return (const struct btf_array *)(type + 1);
}

static inline const struct btf_var_secinfo *btf_var_secinfos(const struct btf_type *type)
{
	return (const struct btf_var_secinfo *)(type + 1);
}

static inline uint32_t btf_int_data(const struct btf_type *type)
{
	return *(const uint32_t *)(type + 1);
}

static inline uint32_t btf_int_encoding(const struct btf_type *type)
{
	return btf_int_data(type) >> 24 & 0x0f;
}

static inline uint32_t btf_int_offset(const struct btf_type *type)
{
	return btf_int_data(type) >> 16 & 0xff;
}

static inline uint32_t btf_int_bits(const struct btf_type *type)
{
	return btf_int_data(type) & 0xff;
}

static inline uint32_t btf_var_linkage(const struct btf_type *type)
{
	return *(const uint32_t *)(type + 1);
}

static inline int32_t btf_decl_tag_component(const struct btf_type *type)
{
	return *(const int32_t *)(type + 1);
}

/* Bits from the start of the structure, and size of a bit field (0: not one). */
static inline uint32_t btf_member_offset(const struct btf_type *type, const struct btf_member *member)
{
	return btf_kind_flag(type) ? member->offset & 0xffffff : member->offset;
}

static inline uint32_t btf_member_bits(const struct btf_type *type, const struct btf_member *member)
{
	return btf_kind_flag(type) ? member->offset >> 24 : 0;
}

/*
 * Copies, checks and indexes BTF, with one reference. base may be NULL, otherwise the result holds a reference to it.
 * release: the profile; kinds that are newer do not exist. The log is the kernel's text of BPF_BTF_LOAD; it may be
 * NULL. -E2BIG if size is above 16 MiB; -EINVAL with the reason in the log; -ENOTSUP for an encoding of integers that
 * does not exist; -ENOMEM.
 */
int btf_new(const void *data, uint32_t size, const struct btf *base, release_t release, struct log *log,
	struct btf **ret_btf);
struct btf *btf_get(struct btf *btf);
void btf_put(struct btf *btf);

/* NULL if there is no such type. 0 is void: a type of kind UNKN. */
const struct btf_type *btf_type(const struct btf *btf, uint32_t id);
/* NULL if the offset is outside; "" for offset 0. */
const char *btf_string(const struct btf *btf, uint32_t offset);
static inline const char *btf_name(const struct btf *btf, const struct btf_type *type)
{
	return btf_string(btf, type->name_off);
}

/* One more than the largest id, the base included. */
uint32_t btf_end(const struct btf *btf);

const char *btf_kind_name(enum btf_kind kind); /* "STRUCT" */

/* The type behind const, volatile, restrict, typedef and type tags. ret_id may be NULL. */
const struct btf_type *btf_skip_modifiers(const struct btf *btf, uint32_t id, uint32_t *ret_id);

/* Size of a value of the type in bytes; -EINVAL if it has none (void, function, forward declaration). */
int64_t btf_size(const struct btf *btf, uint32_t id);

/* The first type of that kind and name, at or after start. 0 if there is none. */
uint32_t btf_find(const struct btf *btf, const char *name, enum btf_kind kind, uint32_t start);

/*
 * A declaration tag of a type: the first whose text starts with prefix, on the type itself (component -1) or on a
 * member or argument. NULL if there is none; otherwise what follows the prefix.
 */
const char *btf_find_decl_tag(const struct btf *btf, uint32_t id, int component, const char *prefix);

#endif
