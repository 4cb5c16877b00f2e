/* SPDX-License-Identifier: BSD-2-Clause */
/* Prototypes of helpers: what the verifier demands of each argument and may assume of the result. */
#ifndef SKEP_HELPERS_PROTO_H
#define SKEP_HELPERS_PROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/release.h"
#include "helpers/run.h"

/* Argument types, the low byte. The names are the kernel's verifier's. */
enum arg_type {
	ARG_NONE,
	ARG_ANYTHING,
	ARG_MAP_PTR,
	ARG_MAP_KEY,
	ARG_MAP_VALUE,
	ARG_MAP_VALUE_OR_NULL,
	ARG_MEM,
	ARG_MEM_OR_NULL,
	ARG_UNINIT_MEM,
	ARG_FIXED_SIZE_MEM, /* of as many bytes as helper_fixed_size() says */
	ARG_MEM_SIZE,
	ARG_MEM_SIZE_OR_ZERO,
	ARG_ALLOC_SIZE_OR_ZERO,
	ARG_CTX,
	ARG_CTX_OR_NULL,
	ARG_SPIN_LOCK,
	ARG_SOCK_COMMON,
	ARG_BTF_ID,
	ARG_BTF_ID_OR_NULL,
	ARG_BTF_ID_SOCK_COMMON,
	ARG_PERCPU_BTF_ID,
	ARG_RINGBUF_MEM,
	ARG_FUNC,
	ARG_STACK_OR_NULL,
	ARG_CONST_STR,
	ARG_TIMER,
	ARG_KPTR_XCHG_DEST,
	ARG_DYNPTR,
	ARG_SCALAR,
	ARG_COUNT,
};
#define ARG_BASE(arg) ((arg)&0xff)

enum ret_type {
	RET_INTEGER,
	RET_VOID,
	RET_MAP_VALUE,
	RET_MAP_VALUE_OR_NULL,
	RET_SOCKET_OR_NULL,
	RET_TCP_SOCK_OR_NULL,
	RET_SOCK_COMMON_OR_NULL,
	RET_RINGBUF_MEM_OR_NULL,
	RET_DYNPTR_MEM_OR_NULL,
	RET_MEM_OR_BTF_ID,
	RET_BTF_ID_OR_NULL,
	RET_BTF_ID_TRUSTED,
	RET_BTF_ID,
};
#define RET_BASE(ret) ((ret)&0xff)

/* Added to the types above. */
enum proto_modifier {
	PTR_MAYBE_NULL = 1 << 8,
	MEM_RDONLY = 1 << 9,
	MEM_WRITE = 1 << 10,
	MEM_UNINIT = 1 << 11,
	MEM_ALIGNED = 1 << 12,
	OBJ_RELEASE = 1 << 13,
	DYNPTR_TYPE_LOCAL = 1 << 14,
	DYNPTR_TYPE_RINGBUF = 1 << 15,
};

enum helper_flags {
	GPL = 1 << 0,
	MAY_SLEEP = 1 << 1,
	PKT_ACCESS = 1 << 2,
	FASTCALL = 1 << 3,
};

struct helper_row {
	const char *name; /* without bpf_ */
	uint32_t number;
	release_t since;
	uint32_t ret;
	uint32_t args[5];
	uint32_t flags; /* enum helper_flags */
	enum support support;
	const char *reason;
	helper_fn *call; /* NULL when not supported */
};

/* NULL if there is no such number. A row exists for every helper of the newest kernel, supported or not. */
const struct helper_row *helper_find(uint32_t number);
#define HELPER_COUNT 212

/* Bytes behind an argument (1 to 5) of type ARG_FIXED_SIZE_MEM; 0 if there is none. */
uint32_t helper_fixed_size(uint32_t number, int argument);

/* What a loader may do, as far as helpers ask. */
enum helper_caps {
	HELPER_CAP_BPF = 1 << 0,
	HELPER_CAP_PERFMON = 1 << 1,
	HELPER_CAP_SYS_ADMIN = 1 << 2,
};

/* Whether programs of a type may call a helper in a release, when loaded with caps (enum helper_caps). */
bool helper_allowed(uint32_t number, uint32_t prog_type, release_t release, uint32_t caps);

#endif
