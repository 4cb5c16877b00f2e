/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as BTF: refused with a reason, or every type of it can be read. */
#include <string.h>

#include "btf/btf.h"
#include "target.h"

/* What each kind points to exists, and every name ends. */
static void read_all(const struct btf *btf)
{
	for (uint32_t id = 0; id < btf_end(btf); id++) {
		const struct btf_type *type = btf_type(btf, id);
		const char *name;

		FUZZ_CHECK(type);
		name = btf_name(btf, type);
		FUZZ_CHECK(name && strlen(name) <= btf->data_size);
		FUZZ_CHECK(btf_kind_name(btf_kind(type)));
		if (btf_kind(type) != BTF_KIND_STRUCT && btf_kind(type) != BTF_KIND_UNION)
			continue;
		for (uint32_t i = 0; i < btf_vlen(type); i++) {
			FUZZ_CHECK(btf_type(btf, btf_members(type)[i].type));
			FUZZ_CHECK(btf_string(btf, btf_members(type)[i].name_off));
		}
	}
	FUZZ_CHECK(!btf_type(btf, btf_end(btf)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[1 << 16];
	struct btf *btf, *split;
	uint32_t true_size;
	struct log log;

	if (size > 1 << 20 || log_init(&log, LOG_LEVEL2, text, sizeof(text)))
		return 0;
	if (!btf_new(data, size, NULL, RELEASE_REFERENCE, &log, &btf)) {
		read_all(btf);
		if (!btf_new(data, size, btf, RELEASE_REFERENCE, NULL, &split))
			btf_put(split);
		btf_put(btf);
	} else {
		log_finish(&log, &true_size);
		FUZZ_CHECK(true_size > 1);
	}
	return 0;
}
