/* SPDX-License-Identifier: BSD-2-Clause */
/* A call of a helper while it is checked: from its prototype alone. */
#ifndef SKEP_VERIFIER_CALL_H
#define SKEP_VERIFIER_CALL_H

#include "helpers/proto.h"
#include "verifier/region.h"

struct call {
	const struct bpf_insn *insn;
	const struct helper_row *row;
	const char *name; /* "bpf_map_lookup_elem" */
	struct map *map; /* of the first map argument so far */
	uint32_t map_uid;
	uint32_t mem_size; /* of an allocation that is asked for */
	uint32_t ref_id; /* of an argument that is a reference */
	uint32_t release_reg; /* the argument that is given back */
};

/* What must hold of argument number (1 to 5): call_args.c */
int check_argument(struct verifier *v, struct call *call, int number);
/* Whether the helper works on that type of map: call_maps.c */
int check_map_for_helper(struct verifier *v, const struct call *call);

#endif
