/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that programs access: one kind of region for each kind of pointer. */
#ifndef SKEP_VERIFIER_REGION_H
#define SKEP_VERIFIER_REGION_H

#include "verifier/verifier.h"

/* One access, by an instruction or by a helper on the program's behalf. */
struct access {
	uint32_t address; /* number of the register that holds the address */
	int32_t off; /* of the instruction */
	int32_t size; /* bytes; of a helper: the most that it may touch */
	bool write;
	bool helper;
	bool zero_size; /* helper: size may be 0 */
	bool sign_extend; /* a load of a signed number: never a pointer */
	bool atomic; /* a write that reads too */
	bool strict; /* misaligned is refused whatever the machine can do */
	int value; /* register that is stored or loaded; -1: an immediate, or none */
	int64_t imm; /* what is stored if value is -1 */
};

struct region_ops {
	/*
	 * A load or store: -errno with the reason in the log if it is not allowed; else does a store's effect on the
	 * state, and puts what a load gives in *ret_value, which is unknown if it is left alone.
	 */
	int (*access)(struct verifier *v, const struct access *a, struct reg *ret_value);
	/* A helper reads or writes a->size bytes from a->off. NULL: not memory that helpers take. */
	int (*helper_access)(struct verifier *v, const struct access *a);
};

extern const struct region_ops stack_region, context_region, map_value_region, map_key_region, packet_region,
	memory_region, flow_keys_region, socket_region;

/* The region of a type of pointer; NULL if it cannot be accessed. */
const struct region_ops *region_of(uint32_t type);

/* A load or store of size bytes; what is loaded is in *ret_value, not yet in a register. */
int check_access(struct verifier *v, const struct access *a, struct reg *ret_value);
/* The address is a multiple of the size, where that is asked for. */
int check_alignment(struct verifier *v, const struct access *a, const struct reg *reg);
/* Every byte of [off, off + size) must be inside [0, region_size), for all values of the register. */
int check_bounds(struct verifier *v, const struct access *a, uint32_t region_size);
/* The offset must be a constant, and zero unless fixed_ok: what cannot be indexed. */
int check_plain_pointer(struct verifier *v, uint32_t reg, bool fixed_ok);
int check_map_value_access(struct verifier *v, const struct access *a);

#endif
