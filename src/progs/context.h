/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contexts: what the first argument of a program points to.
 *
 * A program sees a structure of the user-space interface; at run time there is another one, with real pointers in it.
 * A context is a table of the fields that can be read and written, by whom, with which sizes, what kind of value comes
 * out, and where the field is at run time. Every rewrite is one instruction for one, with another offset and size.
 */
#ifndef SKEP_PROGS_CONTEXT_H
#define SKEP_PROGS_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "skep/uapi.h"

/* What a load of a field gives. */
enum context_value {
	CONTEXT_SCALAR,
	CONTEXT_PACKET, /* first byte of the packet */
	CONTEXT_PACKET_META, /* first byte of the metadata in front of it */
	CONTEXT_PACKET_END, /* just past the packet */
	CONTEXT_SOCK_COMMON_OR_NULL, /* struct bpf_sock, not known to be a full socket */
	CONTEXT_SOCKET, /* struct bpf_sock */
	CONTEXT_SOCKET_OR_NULL,
	CONTEXT_FLOW_KEYS, /* struct bpf_flow_keys */
	CONTEXT_BTF_SK_BUFF, /* struct sk_buff by BTF, trusted */
	CONTEXT_BTF_NF_HOOK_STATE, /* struct nf_hook_state by BTF, trusted */
};

/* Who may do something: program types and, where these tell apart, expected attach types; bit n stands for number n. */
struct context_who {
	uint64_t prog_types;
	uint64_t attach_types; /* 0: any */
};

struct context_field {
	const char *name;
	uint16_t offset, size; /* in the structure that the program sees */
	uint8_t read_sizes, write_sizes; /* 1 | 2 | 4 | 8 */
	uint8_t value; /* enum context_value */
	bool narrow_at_start; /* an access that is smaller than the field begins where the field does */
	uint8_t runtime_size; /* of a load of a pointer; of a store that keeps fewer bytes; 0: as accessed */
	uint16_t runtime_offset;
	struct context_who readers, writers;
};

/* A context whose accesses are a rule instead of fields: structures that are nothing but memory. */
struct context_flat {
	uint32_t start, end; /* bytes that may be accessed */
	uint8_t read_sizes, write_sizes;
	bool variable_offset; /* the offset need not be a constant */
};

struct context {
	const char *name; /* the structure: "__sk_buff" */
	uint32_t size; /* of that structure; 0 if a rule sets the end */
	const struct context_field *fields; /* ascending by offset */
	uint32_t n_fields;
	struct context_flat flat; /* when there are no fields */
};

/* What is known about an access that is allowed. */
struct context_access {
	enum context_value value;
	const struct context_field *field; /* NULL in a flat context */
	int16_t runtime_offset;
	uint8_t runtime_size; /* bytes of the access at run time: 1, 2, 4, 8 */
};

/*
 * The context of a program type, by its structure's name; NULL for types whose context is described by BTF alone
 * (tracing, lsm, struct_ops, ext).
 */
const struct context *context_find(uint32_t prog_type);
/* The same for structures that a context points to: "bpf_sock", "bpf_tcp_sock", "bpf_xdp_sock", "bpf_flow_keys". */
const struct context *context_by_name(const char *name);

/* -EACCES if a program of that type may not access size bytes at a constant offset. ret_access may be NULL. */
int context_check(const struct context *context, uint32_t prog_type, uint32_t attach_type, int32_t offset,
	uint32_t size, bool write, struct context_access *ret_access);

#endif
