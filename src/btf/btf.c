/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading BTF that has been checked. */
#include "btf/btf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

static const struct btf_type void_type;

static const char *const kind_names[] = {
#define BTF_KIND(number, NAME, extra, since) #NAME,
#include "btf/btf_kinds.def"
#undef BTF_KIND
};

struct btf *btf_get(struct btf *btf)
{
	atomic_fetch_add_explicit(&btf->references, 1, memory_order_relaxed);
	return btf;
}

void btf_put(struct btf *btf)
{
	if (!btf || atomic_fetch_sub_explicit(&btf->references, 1, memory_order_acq_rel) != 1)
		return;
	btf_put((struct btf *)btf->base);
	free(btf->types);
	free(btf->resolved);
	free(btf->data);
	free(btf);
}

const struct btf_type *btf_type(const struct btf *btf, uint32_t id)
{
	if (!id)
		return &void_type;
	while (btf->base && id < btf->first_id)
		btf = btf->base;
	return id - btf->first_id < btf->n_types ? btf->types[id - btf->first_id] : NULL;
}

const char *btf_string(const struct btf *btf, uint32_t offset)
{
	while (btf->base && offset < btf->first_name)
		btf = btf->base;
	return offset - btf->first_name < btf->strings_size ? btf->strings + (offset - btf->first_name) : NULL;
}

uint32_t btf_end(const struct btf *btf)
{
	return btf->first_id + btf->n_types;
}

const char *btf_kind_name(enum btf_kind kind)
{
	return kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : "?";
}

const struct btf_type *btf_skip_modifiers(const struct btf *btf, uint32_t id, uint32_t *ret_id)
{
	const struct btf_type *type = btf_type(btf, id);

	for (;;) {
		switch (type ? btf_kind(type) : BTF_KIND_UNKN) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = type->type;
			type = btf_type(btf, id);
			continue;
		default:
			if (ret_id)
				*ret_id = id;
			return type;
		}
	}
}

static const struct btf_resolved *resolved_of(const struct btf *btf, uint32_t id)
{
	while (btf->base && id < btf->first_id)
		btf = btf->base;
	return id && id - btf->first_id < btf->n_types ? &btf->resolved[id - btf->first_id] : NULL;
}

int64_t btf_size(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf_skip_modifiers(btf, id, &id);
	const struct btf_resolved *resolved = resolved_of(btf, id);

	if (!type || !resolved)
		return -EINVAL;
	switch (btf_kind(type)) {
	case BTF_KIND_PTR:
		return 8;
	case BTF_KIND_ARRAY:
	case BTF_KIND_VAR:
		return resolved->size;
	case BTF_KIND_INT:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FLOAT:
	case BTF_KIND_DATASEC:
		return type->size;
	default:
		return -EINVAL;
	}
}

uint32_t btf_find(const struct btf *btf, const char *name, enum btf_kind kind, uint32_t start)
{
	uint32_t end = btf_end(btf);

	for (uint32_t id = MAX(start, 1u); id < end; id++) {
		const struct btf_type *type = btf_type(btf, id);

		if (btf_kind(type) == kind && type->name_off && !strcmp(btf_name(btf, type), name))
			return id;
	}
	return 0;
}

const char *btf_find_decl_tag(const struct btf *btf, uint32_t id, int component, const char *prefix)
{
	size_t length = strlen(prefix);
	uint32_t end = btf_end(btf);

	for (uint32_t tag = 1; tag < end; tag++) {
		const struct btf_type *type = btf_type(btf, tag);

		if (btf_kind(type) != BTF_KIND_DECL_TAG || type->type != id ||
			btf_decl_tag_component(type) != component)
			continue;
		const char *text = btf_name(btf, type);
		if (!strncmp(text, prefix, length))
			return text + length;
	}
	return NULL;
}
