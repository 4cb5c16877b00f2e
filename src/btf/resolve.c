/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What types name: that it exists, fits, has a size where one is needed, and that no type contains itself.
 *
 * Types are visited depth first, at most DEPTH_MAX deep. A pointer ends the containment of structures, a structure ends
 * a chain of pointers: where a visit may stop depends on what it began with.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/macros.h"
#include "btf/check.h"

#define DEPTH_MAX 32
#define INT_BITS_MAX 128

enum mode {
	MODE_OPEN, /* neither pointer nor structure seen yet */
	MODE_POINTER, /* follows pointers and modifiers */
	MODE_STRUCT, /* follows structures, arrays and modifiers */
};

enum state {
	UNSEEN,
	OPEN,
	DONE,
};

struct resolver {
	struct check *check;
	struct btf *btf;
	uint8_t *states; /* enum state, by id - first_id */
	enum mode mode;
	uint32_t depth;
};

static bool is_modifier(const struct btf_type *type)
{
	switch (btf_kind(type)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return true;
	default:
		return false;
	}
}

static bool is_struct(const struct btf_type *type)
{
	return btf_kind(type) == BTF_KIND_STRUCT || btf_kind(type) == BTF_KIND_UNION;
}

/* Only ever names others: nothing may be made of it. */
static bool is_source_only(const struct btf_type *type)
{
	return btf_kind(type) == BTF_KIND_VAR || btf_kind(type) == BTF_KIND_DECL_TAG ||
	       btf_kind(type) == BTF_KIND_DATASEC;
}

static bool needs_visit(const struct btf_type *type)
{
	return is_modifier(type) || is_struct(type) || is_source_only(type) || btf_kind(type) == BTF_KIND_PTR ||
	       btf_kind(type) == BTF_KIND_ARRAY || btf_kind(type) == BTF_KIND_FUNC;
}

static bool has_no_size(const struct btf_type *type)
{
	switch (type ? btf_kind(type) : BTF_KIND_UNKN) {
	case BTF_KIND_UNKN:
	case BTF_KIND_FWD:
	case BTF_KIND_FUNC:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_DECL_TAG:
		return true;
	default:
		return false;
	}
}

/* An integer of 1, 2, 4, 8 or 16 whole bytes. */
static bool is_regular_int(const struct btf_type *type)
{
	uint32_t bits = btf_int_bits(type), bytes = bits / 8;

	return !(bits % 8) && !btf_int_offset(type) && bytes && bytes <= 16 && !(bytes & (bytes - 1));
}

static bool visited(const struct resolver *resolver, uint32_t id)
{
	return id < resolver->btf->first_id || resolver->states[id - resolver->btf->first_id] == DONE;
}

/* Whether a visit in this mode need not look inside the type. */
static bool is_sink(const struct resolver *resolver, const struct btf_type *type)
{
	switch (resolver->mode) {
	case MODE_POINTER:
		return !is_modifier(type) && btf_kind(type) != BTF_KIND_PTR;
	case MODE_STRUCT:
		return !is_modifier(type) && btf_kind(type) != BTF_KIND_ARRAY && !is_struct(type);
	default:
		return !needs_visit(type);
	}
}

static int visit(struct resolver *resolver, uint32_t id);

static int visit_unless_sink(struct resolver *resolver, uint32_t id)
{
	if (is_sink(resolver, btf_type(resolver->btf, id)) || visited(resolver, id))
		return 0;
	return visit(resolver, id);
}

static int refuse(const struct resolver *resolver, const struct btf_type *type, const char *why)
{
	check_log_type(resolver->check, type, "%s", why);
	return -EINVAL;
}

/*
 * What is wrong with a member at `offset` bits that has `bits` (0: no bit field) of its type; NULL if nothing. The
 * structure has flagged members (kind_flag) or not.
 */
static const char *member_fault(const struct btf *btf, const struct btf_type *parent, const struct btf_type *type,
	uint32_t id, uint32_t offset, uint32_t bits)
{
	bool flagged = btf_kind_flag(parent);
	uint64_t first = offset / 8, size;

	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		if (flagged) {
			if (!is_regular_int(type))
				return "Invalid member base type";
			if (!bits && offset % 8)
				return "Invalid member offset";
			if (bits > btf_int_bits(type))
				return "Invalid member bitfield_size";
			bits = bits ? bits : btf_int_bits(type);
		} else {
			if (UINT32_MAX - offset < btf_int_offset(type))
				return "bits_offset exceeds U32_MAX";
			offset += btf_int_offset(type);
			first = offset / 8;
			bits = btf_int_bits(type);
		}
		if (bits + offset % 8 > INT_BITS_MAX)
			return "nr_copy_bits exceeds 128";
		size = (bits + offset % 8 + 7) / 8;
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		if (flagged && bits) {
			if (bits > 32)
				return "Invalid member bitfield_size";
			size = ((uint64_t)offset + bits + 7) / 8 - first;
			break;
		}
		if (offset % 8)
			return "Member is not byte aligned";
		size = flagged ? 4 : type->size;
		break;
	default:
		if (flagged && bits)
			return "Invalid member bitfield_size";
		if (btf_kind(type) == BTF_KIND_FLOAT) {
			if (offset % (MIN(type->size, 8u) * 8))
				return "Member is not properly aligned";
		} else if (offset % 8) {
			return "Member is not byte aligned";
		}
		int64_t whole = btf_size(btf, id);
		if (whole < 0)
			return "Unsupported check_member";
		size = (uint64_t)whole;
	}
	return parent->size < first || parent->size - first < size ? "Member exceeds struct_size" : NULL;
}

static int visit_struct(struct resolver *resolver, const struct btf_type *type)
{
	struct btf *btf = resolver->btf;

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		uint32_t id;

		if (has_no_size(btf_type(btf, member->type))) {
			check_log_member(resolver->check, type, member, "Invalid member");
			return -EINVAL;
		}
		int err = visit_unless_sink(resolver, member->type);
		if (err)
			return err;
		const struct btf_type *behind = btf_skip_modifiers(btf, member->type, &id);
		if (has_no_size(behind) || is_source_only(behind)) {
			check_log_member(resolver->check, type, member, "Invalid member");
			return -EINVAL;
		}
		const char *why = member_fault(
			btf, type, behind, id, btf_member_offset(type, member), btf_member_bits(type, member));
		if (why) {
			struct btf_member shown = *member;

			shown.type = id;
			check_log_member(resolver->check, type, &shown, "%s", why);
			return -EINVAL;
		}
	}
	return 0;
}

static int visit_array(struct resolver *resolver, const struct btf_type *type, struct btf_resolved *resolved)
{
	const struct btf_array *array = btf_array(type);
	struct btf *btf = resolver->btf;
	const struct btf_type *index = btf_type(btf, array->index_type), *element = btf_type(btf, array->type);

	if (has_no_size(index) || is_source_only(index))
		return refuse(resolver, type, "Invalid index");
	int err = visit_unless_sink(resolver, array->index_type);
	if (err)
		return err;
	index = btf_skip_modifiers(btf, array->index_type, NULL);
	if (!index || btf_kind(index) != BTF_KIND_INT || !is_regular_int(index))
		return refuse(resolver, type, "Invalid index");
	if (has_no_size(element) || is_source_only(element))
		return refuse(resolver, type, "Invalid elem");
	err = visit_unless_sink(resolver, array->type);
	if (err)
		return err;
	element = btf_skip_modifiers(btf, array->type, NULL);
	int64_t size = btf_size(btf, array->type);
	if (size < 0)
		return refuse(resolver, type, "Invalid elem");
	if (btf_kind(element) == BTF_KIND_INT && !is_regular_int(element))
		return refuse(resolver, type, "Invalid array of int");
	if (array->nelems && (uint64_t)size > UINT32_MAX / array->nelems)
		return refuse(resolver, type, "Array size overflows U32_MAX");
	resolved->size = (uint32_t)size * array->nelems;
	return 0;
}

/* Pointers and modifiers: what is behind them has a size, or is one of the few things without that have a meaning. */
static int visit_reference(struct resolver *resolver, const struct btf_type *type, struct btf_resolved *resolved)
{
	const struct btf_type *next = btf_type(resolver->btf, type->type);

	if (!next || is_source_only(next))
		return refuse(resolver, type, "Invalid type_id");
	int err = visit_unless_sink(resolver, type->type);
	if (err)
		return err;
	next = btf_skip_modifiers(resolver->btf, type->type, &resolved->type);
	/* A function counts as its prototype once it has been visited. */
	if (btf_kind(next) == BTF_KIND_FUNC && visited(resolver, resolved->type))
		return 0;
	if (has_no_size(next) && btf_kind(next) != BTF_KIND_UNKN && btf_kind(next) != BTF_KIND_FWD &&
		btf_kind(next) != BTF_KIND_FUNC_PROTO)
		return refuse(resolver, type, "Invalid type_id");
	return 0;
}

static int visit_var(struct resolver *resolver, const struct btf_type *type, struct btf_resolved *resolved)
{
	const struct btf_type *next = btf_type(resolver->btf, type->type);

	if (!next || is_source_only(next))
		return refuse(resolver, type, "Invalid type_id");
	int err = visit_unless_sink(resolver, type->type);
	if (err)
		return err;
	int64_t size = btf_size(resolver->btf, type->type);
	if (size < 0)
		return refuse(resolver, type, "Invalid type_id");
	resolved->size = (uint32_t)size;
	return 0;
}

static int visit_datasec(struct resolver *resolver, const struct btf_type *type)
{
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_var_secinfo *secinfo = &btf_var_secinfos(type)[i];
		const struct btf_type *var = btf_type(resolver->btf, secinfo->type);
		const char *why = NULL;

		resolver->mode = MODE_OPEN;
		if (!var || btf_kind(var) != BTF_KIND_VAR) {
			check_log_secinfo(resolver->check, type, secinfo, "Not a VAR kind member");
			return -EINVAL;
		}
		int err = visit_unless_sink(resolver, secinfo->type);
		if (err)
			return err;
		int64_t size = btf_size(resolver->btf, var->type);
		if (size < 0)
			why = "Invalid type";
		else if (secinfo->size < size)
			why = "Invalid size";
		if (why) {
			check_log_secinfo(resolver->check, type, secinfo, "%s", why);
			return -EINVAL;
		}
	}
	return 0;
}

static int visit_func(struct resolver *resolver, const struct btf_type *type)
{
	const struct btf_type *proto = btf_type(resolver->btf, type->type);

	if (!proto || btf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return refuse(resolver, type, "Invalid type_id");
	for (uint32_t i = 0; i < btf_vlen(proto); i++)
		if (!btf_params(proto)[i].name_off && btf_params(proto)[i].type) {
			check_log_type(resolver->check, type, "Invalid arg#%u", i + 1);
			return -EINVAL;
		}
	return 0;
}

static int visit_decl_tag(struct resolver *resolver, const struct btf_type *type)
{
	const struct btf_type *target = btf_type(resolver->btf, type->type);
	int32_t component = btf_decl_tag_component(type);
	uint32_t count;

	if (!target || (!is_struct(target) && btf_kind(target) != BTF_KIND_FUNC && btf_kind(target) != BTF_KIND_VAR &&
			       btf_kind(target) != BTF_KIND_TYPEDEF))
		return refuse(resolver, type, "Invalid type_id");
	int err = visit_unless_sink(resolver, type->type);
	if (err || component == -1)
		return err;
	if (is_struct(target))
		count = btf_vlen(target);
	else if (btf_kind(target) == BTF_KIND_FUNC)
		count = btf_vlen(btf_type(resolver->btf, target->type));
	else
		return refuse(resolver, type, "Invalid component_idx");
	return (uint32_t)component >= count ? refuse(resolver, type, "Invalid component_idx") : 0;
}

static int visit_kind(struct resolver *resolver, const struct btf_type *type, struct btf_resolved *resolved)
{
	switch (btf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return visit_struct(resolver, type);
	case BTF_KIND_ARRAY:
		return visit_array(resolver, type, resolved);
	case BTF_KIND_VAR:
		return visit_var(resolver, type, resolved);
	case BTF_KIND_DATASEC:
		return visit_datasec(resolver, type);
	case BTF_KIND_FUNC:
		return visit_func(resolver, type);
	case BTF_KIND_DECL_TAG:
		return visit_decl_tag(resolver, type);
	default:
		return visit_reference(resolver, type, resolved);
	}
}

static int visit(struct resolver *resolver, uint32_t id)
{
	struct btf *btf = resolver->btf;
	const struct btf_type *type = btf_type(btf, id);
	uint32_t index = id - btf->first_id, outer = resolver->check->id;

	if (resolver->depth == DEPTH_MAX)
		return -E2BIG;
	if (resolver->states[index] == OPEN)
		return -EEXIST;
	if (resolver->mode == MODE_OPEN && btf_kind(type) == BTF_KIND_PTR)
		resolver->mode = MODE_POINTER;
	else if (resolver->mode == MODE_OPEN && (is_struct(type) || btf_kind(type) == BTF_KIND_ARRAY))
		resolver->mode = MODE_STRUCT;
	resolver->states[index] = OPEN;
	resolver->depth++;
	resolver->check->id = id;
	int err = visit_kind(resolver, type, &btf->resolved[index]);
	resolver->check->id = outer;
	resolver->depth--;
	resolver->states[index] = err ? UNSEEN : DONE;
	return err;
}

static int visit_root(struct resolver *resolver, uint32_t id)
{
	const struct btf_type *type = btf_type(resolver->btf, id);

	if (!needs_visit(type) || visited(resolver, id))
		return 0;
	resolver->mode = MODE_OPEN;
	uint32_t outer = resolver->check->id;
	int err = visit(resolver, id);
	if (err == -E2BIG || err == -EEXIST) {
		resolver->check->id = id;
		if (err == -E2BIG)
			check_log_type(resolver->check, type, "Exceeded max resolving depth:%u", DEPTH_MAX);
		else
			check_log_type(resolver->check, type, "Loop detected");
	}
	resolver->check->id = outer;
	return err;
}

/* An argument or a result: exists, is a value, has a size. */
static int check_value(struct resolver *resolver, uint32_t id, bool *ret_fits)
{
	const struct btf_type *type = btf_type(resolver->btf, id);

	*ret_fits = false;
	if (!type || is_source_only(type))
		return 0;
	int err = visit_root(resolver, id);
	if (!err)
		*ret_fits = btf_size(resolver->btf, id) >= 0;
	return err;
}

static int check_func_proto(struct resolver *resolver, const struct btf_type *type)
{
	const struct btf_param *params = btf_params(type);
	uint32_t count = btf_vlen(type), bad = 0;
	bool fits;

	if (type->type) {
		int err = check_value(resolver, type->type, &fits);

		if (err)
			return err;
		if (!fits)
			return refuse(resolver, type, "Invalid return type");
	}
	if (count && !params[count - 1].type) {
		/* Variable arguments have no name. */
		if (params[count - 1].name_off)
			bad = count;
		count--;
	}
	for (uint32_t i = 0; i < count && !bad; i++) {
		int err = check_value(resolver, params[i].type, &fits);

		if (err)
			return err;
		if (!params[i].type || !fits ||
			(params[i].name_off && !check_identifier(resolver->btf, params[i].name_off)))
			bad = i + 1;
	}
	if (!bad)
		return 0;
	check_log_type(resolver->check, type, "Invalid arg#%u", bad);
	return -EINVAL;
}

/* Along a chain of modifiers, type tags come before all others. */
static int check_type_tags(struct resolver *resolver)
{
	struct btf *btf = resolver->btf;

	for (uint32_t i = 0; i < btf->n_types; i++) {
		bool tags = true;

		for (const struct btf_type *type = btf->types[i]; is_modifier(type); type = btf_type(btf, type->type)) {
			if (btf_kind(type) != BTF_KIND_TYPE_TAG) {
				tags = false;
			} else if (!tags) {
				log_print(resolver->check->log, "Type tags don't precede modifiers");
				return -EINVAL;
			}
		}
	}
	return 0;
}

int check_resolve(struct check *check)
{
	struct btf *btf = check->btf;
	struct resolver resolver = { .check = check, .btf = btf };
	int err = 0;

	check->phase = CHECK_RESOLVE;
	btf->resolved = calloc(MAX(btf->n_types, 1u), sizeof(*btf->resolved));
	resolver.states = calloc(MAX(btf->n_types, 1u), 1);
	if (!btf->resolved || !resolver.states)
		err = -ENOMEM;
	for (uint32_t i = 0; i < btf->n_types && !err; i++) {
		check->id = btf->first_id + i;
		err = visit_root(&resolver, check->id);
		if (!err && btf_kind(btf->types[i]) == BTF_KIND_FUNC_PROTO)
			err = check_func_proto(&resolver, btf->types[i]);
	}
	if (!err)
		err = check_type_tags(&resolver);
	free(resolver.states);
	return err;
}
