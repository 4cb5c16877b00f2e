/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known at one point of one path: registers, stack, call frames, references.
 *
 * A register is a number (SCALAR) or a pointer: a type, a fixed offset and a variable part. A stack slot is eight bytes
 * with a type each; where all the bytes of a value were stored at once the slot keeps the register that was stored.
 */
#ifndef SKEP_VERIFIER_STATE_H
#define SKEP_VERIFIER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "isa/op.h"
#include "verifier/pool.h"
#include "verifier/scalar.h"

struct btf;
struct map;

enum reg_type {
	NOT_INIT,
	SCALAR,
	PTR_TO_CTX,
	CONST_PTR_TO_MAP,
	PTR_TO_MAP_VALUE,
	PTR_TO_MAP_KEY,
	PTR_TO_STACK,
	PTR_TO_PACKET_META,
	PTR_TO_PACKET,
	PTR_TO_PACKET_END,
	PTR_TO_FLOW_KEYS,
	PTR_TO_SOCKET,
	PTR_TO_SOCK_COMMON,
	PTR_TO_TCP_SOCK,
	PTR_TO_TP_BUFFER,
	PTR_TO_XDP_SOCK,
	PTR_TO_BTF_ID,
	PTR_TO_MEM,
	PTR_TO_ARENA,
	PTR_TO_BUF,
	PTR_TO_FUNC,
	CONST_PTR_TO_DYNPTR,
	REG_TYPE_COUNT,
};

/* Added to a type. */
enum reg_flag {
	MAYBE_NULL = 1 << 8, /* not to be used before a comparison with 0 */
	RDONLY = 1 << 9,
	RINGBUF = 1 << 10,
	USER = 1 << 11,
	PERCPU = 1 << 12,
	UNTRUSTED = 1 << 13,
	TRUSTED = 1 << 14,
	RCU = 1 << 15,
	ALLOC = 1 << 16,
	NON_OWN_REF = 1 << 17,
};

static inline enum reg_type base_type(uint32_t type)
{
	return type & 0xff;
}

/* A packet pointer's range when it is known to be at, or past, the end of the packet. */
#define AT_PACKET_END (-1)
#define BEYOND_PACKET_END (-2)

struct reg {
	uint32_t type; /* enum reg_type and flags */
	int32_t off; /* pointers: fixed part of the offset; numbers: distance from the others with this id */
	struct scalar var; /* numbers: the value; pointers: variable part of the offset */
	uint32_t id; /* what was found out of one holds for all with the same; 0: none */
	uint32_t ref_id; /* the reference that it came from, to be given back; 0: none */
	union {
		struct {
			struct map *map;
			uint32_t map_uid; /* which inner map, when it came from a map of maps */
		};
		int32_t range; /* packet pointers: bytes from off 0 of this id known to be there */
		uint32_t mem_size; /* PTR_TO_MEM */
		uint32_t subprog; /* PTR_TO_FUNC */
		struct {
			const struct btf *btf;
			uint32_t btf_id;
		};
	};
	uint32_t frame; /* PTR_TO_STACK: whose */
	bool precise; /* numbers: pruning must compare the value */
};

/* An id with this bit belongs to a number that is `off` away from the ones without. */
#define ID_ADD_CONST (1u << 31)
#define ID_ADD_CONST32 (1u << 30) /* the same of an addition of 32 bits */
#define ID_ADDED (ID_ADD_CONST | ID_ADD_CONST32)

enum slot_byte {
	BYTE_INVALID, /* never written */
	BYTE_SPILL, /* part of the spilled register */
	BYTE_MISC,
	BYTE_ZERO,
	BYTE_DYNPTR,
	BYTE_ITER,
	BYTE_IRQ,
};

struct slot {
	struct reg spilled; /* where byte 7, the lowest, is BYTE_SPILL; NOT_INIT otherwise */
	uint8_t bytes[8]; /* enum slot_byte; byte 0 is the highest address: that of fp-1 in the first slot */
};

#define SLOT_SIZE 8
#define STACK_SLOTS (STACK_SIZE / SLOT_SIZE)
#define MAX_FRAMES 8

/* One function that was called and has not returned. */
struct frame {
	struct reg regs[REG_COUNT];
	uint32_t number; /* 0 is the main program's */
	uint32_t subprog;
	int32_t callsite; /* the call; -1 in frame 0 */
	uint32_t n_slots, capacity; /* slots[i] is fp-8(i+1) */
	struct slot *slots;
	uint16_t depth_written; /* bytes below fp that were accessed */
	bool in_callback, in_async_callback, in_exception_callback;
	struct {
		int32_t min, max;
	} callback_range;
	uint32_t callback_depth;
};

enum ref_kind {
	REF_POINTER,
	REF_LOCK,
	REF_IRQ,
};

struct ref {
	uint32_t id;
	uint32_t insn; /* where it was acquired */
	uint8_t kind;
};

/* One step of the way from the parent state to here; what precision follows backwards. */
struct step {
	uint32_t insn, prev;
	uint32_t flags; /* STEP_STACK and the slot and frame that were accessed */
	uint64_t linked; /* registers that a comparison changed together */
};

#define STEP_STACK (1u << 31)
#define STEP_SRC_IS_STACK (1u << 30)
#define STEP_DST_IS_STACK (1u << 29)
#define STEP_OF_STACK(frame, slot) (STEP_STACK | (uint32_t)(frame) << 6 | (uint32_t)(slot))
#define STEP_SLOT(flags) ((flags)&63)
#define STEP_FRAME(flags) ((flags) >> 6 & 7)

struct state {
	struct frame *frames[MAX_FRAMES];
	uint32_t current; /* index of the innermost frame */
	uint32_t insn; /* next to execute, when it is pending */
	uint32_t first_insn, last_insn; /* of the piece of path that this state covers */
	bool speculative; /* a path that only a mispredicting CPU takes */
	uint32_t n_refs, refs_capacity;
	struct ref *refs;
	uint32_t active_locks, active_preempt, active_rcu;
	struct state *parent; /* the checkpoint that this one grew out of */
	uint32_t branches; /* paths from here that are not finished */
	uint32_t dfs_depth;
	struct step *steps;
	uint32_t n_steps, steps_capacity;
	uint32_t may_goto_depth, callback_unroll_depth;
};

static inline struct frame *state_frame(const struct state *state)
{
	return state->frames[state->current];
}

static inline struct reg *state_reg(const struct state *state, uint32_t number)
{
	return &state->frames[state->current]->regs[number];
}

/* --- registers --- */

void reg_clear(struct reg *reg); /* NOT_INIT */
void reg_set_unknown(struct reg *reg);
void reg_set_const(struct reg *reg, uint64_t value);
void reg_set_scalar(struct reg *reg, struct scalar value);
/* A pointer with offset 0. */
void reg_set_pointer(struct reg *reg, uint32_t type);

static inline bool reg_is_pointer(const struct reg *reg)
{
	return reg->type != NOT_INIT && reg->type != SCALAR;
}

static inline bool reg_is_const(const struct reg *reg)
{
	return reg->type == SCALAR && tnum_is_const(reg->var.var_off);
}

/* It is certainly zero: the number 0. */
static inline bool reg_is_null(const struct reg *reg)
{
	return reg_is_const(reg) && reg->var.var_off.value == 0;
}

bool type_is_packet(uint32_t type);
bool type_is_socket(uint32_t type);

/* --- frames and states; all of it lives in a pool --- */

struct frame *frame_new(struct pool *pool, uint32_t number, uint32_t subprog, int32_t callsite);
void frame_free(struct pool *pool, struct frame *frame);
/* Makes room for n slots; new ones are invalid. -ENOMEM. */
int frame_grow(struct pool *pool, struct frame *frame, uint32_t n_slots);
bool slot_is_spill(const struct slot *slot);
/* A pointer, or all eight bytes of a number. */
bool slot_is_full_spill(const struct slot *slot);

struct state *state_new(struct pool *pool);
/* The path behind (parent, steps) is not copied. NULL: no memory. */
struct state *state_copy(struct pool *pool, const struct state *from);
void state_free(struct pool *pool, struct state *state);
int state_copy_steps(struct pool *pool, struct state *state, const struct state *from);
int state_add_step(struct pool *pool, struct state *state, struct step step);

/* Calls visit for each register, and each spilled one, of every frame. */
typedef void reg_visitor(struct reg *reg, void *argument);
void state_visit(struct state *state, reg_visitor *visit, void *argument);

#endif
