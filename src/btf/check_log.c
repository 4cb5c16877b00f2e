/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of types in the log of BPF_BTF_LOAD. */
#include <stdarg.h>
#include <stdio.h>

#include "base/macros.h"
#include "btf/check.h"

static const char *name_of(const struct btf *btf, uint32_t offset)
{
	const char *name = offset ? btf_string(btf, offset) : "(anon)";

	return name ? name : "(invalid-name-offset)";
}

static const char *encoding_name(uint32_t encoding)
{
	switch (encoding) {
	case 0:
		return "(none)";
	case BTF_INT_SIGNED:
		return "SIGNED";
	case BTF_INT_CHAR:
		return "CHAR";
	case BTF_INT_BOOL:
		return "BOOL";
	default:
		return "UNKN";
	}
}

static void log_params(const struct check *check, const struct btf_type *type)
{
	const struct btf_param *params = btf_params(type);
	uint32_t count = btf_vlen(type);

	log_print(check->log, "return=%u args=(", type->type);
	if (!count) {
		log_print(check->log, "void");
	} else if (count == 1 && !params[0].type) {
		/* Only one void: a function of any arguments. */
		log_print(check->log, "vararg");
	} else {
		log_print(check->log, "%u %s", params[0].type, name_of(check->btf, params[0].name_off));
		for (uint32_t i = 1; i < count - 1; i++)
			log_print(check->log, ", %u %s", params[i].type, name_of(check->btf, params[i].name_off));
		if (count > 1) {
			const struct btf_param *last = &params[count - 1];

			if (last->type)
				log_print(check->log, ", %u %s", last->type, name_of(check->btf, last->name_off));
			else
				log_print(check->log, ", vararg");
		}
	}
	log_print(check->log, ")");
}

static void log_details(const struct check *check, const struct btf_type *type)
{
	struct log *log = check->log;

	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		log_print(log, "size=%u bits_offset=%u nr_bits=%u encoding=%s", type->size, btf_int_offset(type),
			btf_int_bits(type), encoding_name(btf_int_encoding(type)));
		break;
	case BTF_KIND_ARRAY:
		log_print(log, "type_id=%u index_type_id=%u nr_elems=%u", btf_array(type)->type,
			btf_array(type)->index_type, btf_array(type)->nelems);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_DATASEC:
		log_print(log, "size=%u vlen=%u", type->size, btf_vlen(type));
		break;
	case BTF_KIND_FWD:
		log_print(log, "%s", btf_kind_flag(type) ? "union" : "struct");
		break;
	case BTF_KIND_FUNC_PROTO:
		log_params(check, type);
		break;
	case BTF_KIND_VAR:
		log_print(log, "type_id=%u linkage=%u", type->type, btf_var_linkage(type));
		break;
	case BTF_KIND_FLOAT:
		log_print(log, "size=%u", type->size);
		break;
	case BTF_KIND_DECL_TAG:
		log_print(log, "type=%u component_idx=%d", type->type, btf_decl_tag_component(type));
		break;
	default:
		log_print(log, "type_id=%u", type->type);
	}
}

static void log_head(const struct check *check, const struct btf_type *type, bool details)
{
	log_print(check->log, "[%u] %s %s%s", check->id, btf_kind_name(btf_kind(type)),
		name_of(check->btf, type->name_off), details ? " " : "");
	if (details)
		log_details(check, type);
}

static void log_tail(const struct check *check, const char *format, va_list args)
{
	if (format && *format) {
		log_print(check->log, " ");
		log_vprint(check->log, format, args);
	}
	log_print(check->log, "\n");
}

void check_log_type(const struct check *check, const struct btf_type *type, const char *format, ...)
{
	va_list args;

	if (!log_on(check->log, LOG_MASK))
		return;
	log_head(check, type, true);
	va_start(args, format);
	log_tail(check, format, args);
	va_end(args);
}

void check_log_basic(const struct check *check, const struct btf_type *type, const char *format, ...)
{
	va_list args;

	if (!log_on(check->log, LOG_MASK))
		return;
	log_head(check, type, false);
	va_start(args, format);
	log_tail(check, format, args);
	va_end(args);
}

void check_log_member(const struct check *check, const struct btf_type *type, const struct btf_member *member,
	const char *format, ...)
{
	va_list args;

	if (!log_on(check->log, LOG_MASK))
		return;
	/* The line of the type was written while it was looked at alone. */
	if (check->phase != CHECK_META)
		check_log_type(check, type, NULL);
	if (btf_kind_flag(type))
		log_print(check->log, "\t%s type_id=%u bitfield_size=%u bits_offset=%u",
			name_of(check->btf, member->name_off), member->type, member->offset >> 24,
			member->offset & 0xffffff);
	else
		log_print(check->log, "\t%s type_id=%u bits_offset=%u", name_of(check->btf, member->name_off),
			member->type, member->offset);
	va_start(args, format);
	log_tail(check, format, args);
	va_end(args);
}

void check_log_secinfo(const struct check *check, const struct btf_type *type, const struct btf_var_secinfo *secinfo,
	const char *format, ...)
{
	va_list args;

	if (!log_on(check->log, LOG_MASK))
		return;
	if (check->phase != CHECK_META)
		check_log_type(check, type, NULL);
	log_print(check->log, "\t type_id=%u offset=%u size=%u", secinfo->type, secinfo->offset, secinfo->size);
	va_start(args, format);
	log_tail(check, format, args);
	va_end(args);
}
