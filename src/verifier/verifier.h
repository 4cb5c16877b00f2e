/* SPDX-License-Identifier: BSD-2-Clause */
/* One verification: what its passes share. Private to src/verifier/. */
#ifndef SKEP_VERIFIER_VERIFIER_H
#define SKEP_VERIFIER_VERIFIER_H

#include "base/arena.h"
#include "progs/context.h"
#include "verifier/pool.h"
#include "verifier/state.h"
#include "verifier/verify.h"

#define MAX_SUBPROGS 256
#define MAX_USED_MAPS 64
#define MAX_INSNS 1000000 /* in a program, and executed while it is explored */
#define MAX_PENDING 8192 /* branches that wait to be explored */
#define MAX_VARIABLE_OFFSET (1 << 29)
#define MAX_PACKET_OFFSET 0xffff

struct map;
struct cached_state;

/* What the passes find out about an instruction. */
struct insn_facts {
	uint16_t op; /* enum op; OP_INVALID: some field is wrong, which matters if the instruction is reached */
	uint16_t live; /* registers whose value may still be read when it is reached: bit n is r n */
	uint32_t scc; /* the loop that it is in; 0: none */
	bool prune_point : 1; /* states are compared and kept here */
	bool jump_point : 1; /* reached in more ways than from the instruction before: history must say which */
	bool checkpoint : 1; /* every visit keeps a state */
	bool calls_callback : 1;
	bool seen : 1; /* some path reaches it */
	uint8_t pointer_base; /* enum reg_type of the address, of loads and stores; NOT_INIT: not met yet */
	bool call_map_mixed : 1;
	bool barrier : 1; /* no speculation past here */
	bool barrier_after : 1;
	uint8_t alu_state; /* how the kernel would mask a pointer addition: speculation.c */
	uint32_t alu_limit;
	uint32_t call_map; /* of tail calls: index in maps, plus 1 */
	uint32_t map; /* index in maps, of LD_IMM64 of maps */
	struct context_access context; /* of loads and stores to the context */
};

struct subprog_facts {
	uint32_t start; /* ends where the next one starts */
	uint32_t func_type_id; /* in the program's BTF; 0: no func_info */
	const char *name; /* the same; NULL */
	uint16_t stack_depth;
	bool slots_changed : 1; /* slot_liveness.c has to look again */
	bool has_tail_call : 1;
	bool has_ld_abs : 1;
	bool is_callback : 1;
	bool is_global : 1;
	bool changes_packet : 1;
	bool may_sleep : 1;
};

/* A branch that was not taken yet. */
struct pending {
	struct pending *next;
	struct state *state;
	uint32_t insn, prev_insn;
	uint64_t log_position;
};

struct verifier {
	const struct verify_request *request;
	struct log *log;
	struct arena arena;
	struct pool pool;

	struct bpf_insn *insns; /* a copy; rewritten by the last passes */
	uint32_t n_insns;
	struct insn_facts *facts;
	struct subprog_facts subprogs[MAX_SUBPROGS + 2]; /* ascending; one more with start n_insns */
	uint32_t n_subprogs;
	struct map *maps[MAX_USED_MAPS]; /* a reference each */
	uint32_t n_maps;
	const struct context *context; /* of the program type; NULL: none known */
	struct image_line *lines; /* ascending by insn; texts belong to the BTF */
	uint32_t n_lines;
	const struct image_line *line_printed; /* the last that the log shows */

	/* What the caller may do, and how strict to be. */
	bool capable; /* CAP_BPF */
	bool may_leak_pointers; /* CAP_PERFMON: also uninitialised stack, and no defence against speculation */
	bool strict_alignment;
	bool test_state_freq;

	/* Exploration. */
	struct state *state; /* the path that is followed */
	struct pending *pending;
	uint32_t n_pending;
	struct cached_state **cache; /* hashed by instruction and call site, n_insns lists */
	uint32_t insn, prev_insn;
	uint32_t last_id; /* given to registers */
	uint32_t insns_processed, jumps_processed;
	uint32_t insns_at_checkpoint, jumps_at_checkpoint;
	uint32_t states_total, states_now, states_peak, states_per_insn;
	uint32_t max_packet_offset;
	struct slot_use *slot_uses; /* by instruction */
	uint64_t overwritten; /* slots that the current store overwrites */
	uint64_t slot_work; /* instructions that slot liveness has looked at */
	bool step_noted; /* the last step of the path is about this instruction */
	bool strict_numbers; /* states are compared for equal numbers, since masks may differ */
	bool converges; /* a loop may end because nothing new came of an iteration */

	struct reg any_number; /* a constant: what eight bytes of anything read as */

	/* What the log shows next. */
	uint32_t changed_regs; /* bit n: r n, since the state was last printed */
	uint64_t changed_slots;
	uint64_t insn_printed_from, insn_printed_to; /* positions in the log */
};

/* --- the log: print.c --- */

__attribute__((format(printf, 2, 3))) void say(struct verifier *v, const char *format, ...);
/* say(), and gives error back: `return refuse(v, -EACCES, ...)`. */
__attribute__((format(printf, 3, 4))) int refuse(struct verifier *v, int error, const char *format, ...);

/* "ctx", "map_value_or_null", ...: valid until the fourth next call. */
const char *type_name(uint32_t type);
/* The text of one register, as in "R1=TEXT". */
void print_reg(struct verifier *v, const struct frame *frame, const struct reg *reg);
/* A frame, with a newline; all of it or what changed since the last time. */
void print_state(struct verifier *v, const struct state *state, uint32_t frame, bool all);
/* What the instruction that was just printed did, on the same line if nothing was printed since. */
void print_effect(struct verifier *v);
void print_insn(struct verifier *v, uint32_t insn);
/* The line of source that an instruction begins, if the log does not show it already: debug_info.c. */
void print_source(struct verifier *v, uint32_t insn);

void changed_reg(struct verifier *v, uint32_t reg);
void changed_slot(struct verifier *v, uint32_t slot);
void changed_all(struct verifier *v);

/* --- passes, in the order of verify.c; each states what it needs and gives --- */

int check_func_records(struct verifier *v);
int find_subprogs(struct verifier *v);
int check_debug_info(struct verifier *v);
int check_insns(struct verifier *v);
int check_cfg(struct verifier *v);
int find_liveness(struct verifier *v);
int explore(struct verifier *v);
int check_stack_depth(struct verifier *v);
int rewrite_dead(struct verifier *v);
int rewrite_context(struct verifier *v);
/* Instructions have moved: new_index[i] is where i is now, or what came in its place. debug_info.c */
void move_lines(struct verifier *v, const uint32_t *new_index);
int build_image(struct verifier *v, struct image **ret_image);

/* cfg.c: where an instruction leads inside its function, a call seen as one step; the fall-through first. */
uint32_t insn_successors(const struct bpf_insn *insn, uint32_t at, uint32_t successors[2]);
/* Why an instruction with op OP_INVALID is refused, in the kernel's words: check.c. */
int refuse_malformed(struct verifier *v, const struct bpf_insn *insn);

/* --- exploration: one concept a file --- */

enum step_result {
	STEP_NEXT = 0, /* v->insn is set */
	STEP_EXIT = 1, /* the path ends here */
	STEP_RETURN = 2, /* a function returned: v->insn is after the call */
};

static inline struct frame *frame_now(const struct verifier *v)
{
	return state_frame(v->state);
}

static inline struct reg *reg_now(const struct verifier *v, uint32_t number)
{
	return state_reg(v->state, number);
}

static inline const struct bpf_insn *insn_now(const struct verifier *v)
{
	return &v->insns[v->insn];
}

static inline struct insn_facts *facts_now(const struct verifier *v)
{
	return &v->facts[v->insn];
}

/* Whether a register's value must not get where its user can see it. */
static inline bool is_secret(const struct verifier *v, const struct reg *reg)
{
	return !v->may_leak_pointers && reg->type != SCALAR;
}

/* The register may be read; written. write_reg also makes its value unknown. explore.c */
int read_reg(struct verifier *v, uint32_t reg);
int may_write_reg(struct verifier *v, uint32_t reg);
int write_reg(struct verifier *v, uint32_t reg);
/* Leaves a copy of the state to be explored later, from insn on. -E2BIG (too many wait), -ENOMEM. */
int push_branch(struct verifier *v, uint32_t insn, bool speculative, struct state **ret_state);
/* The packet has moved: forgets, in every frame, pointers to it. refs.c */
void forget_packet(struct verifier *v);
/* What a pointer that is no good any more becomes: for those who may not see addresses, nothing. */
void forget_pointer(struct verifier *v, struct reg *reg);

int step_alu(struct verifier *v, const struct bpf_insn *insn); /* alu.c */
int step_jump(struct verifier *v, const struct bpf_insn *insn); /* branches.c */
struct helper_row;
bool may_call_helper(const struct verifier *v, const struct helper_row *row); /* calls.c */
int step_call(struct verifier *v, const struct bpf_insn *insn); /* calls.c */
int call_subprog(struct verifier *v, const struct bpf_insn *insn); /* frames.c */
int step_exit(struct verifier *v); /* frames.c */
int check_return_value(struct verifier *v); /* returns.c */
int step_load(struct verifier *v, const struct bpf_insn *insn); /* memory.c */
int step_store(struct verifier *v, const struct bpf_insn *insn); /* memory.c */
int step_atomic(struct verifier *v, const struct bpf_insn *insn); /* memory.c */
int step_packet_load(struct verifier *v, const struct bpf_insn *insn); /* memory.c */

/* References that must be given back: refs.c */
int acquire_ref(struct verifier *v, uint32_t *ret_id); /* at this instruction */
int release_ref(
	struct verifier *v, uint32_t id); /* -EINVAL: there is none; registers that came from it are forgotten */
void drop_ref(struct verifier *v, struct state *state, uint32_t id); /* it turned out to be null */
/* -EINVAL if something must be given back first; what: "tail_call" */
int check_nothing_held(struct verifier *v, const char *what);

/* A number that is copied gets an id, so that what is found out of one holds for the other: alu.c */
void link_before_copy(struct verifier *v, struct reg *reg);

/* The value of a number must be compared when states are: precision.c */
int mark_precise(struct verifier *v, uint32_t reg);

/* Whether everything that is allowed in old is allowed in now: prune.c. */
enum equality {
	EQUAL_SAFE, /* now is safe if old was */
	EQUAL_EXACT, /* they are the same */
	EQUAL_WITHIN, /* ranges of now inside those of old, precise or not */
};
/* Registers of a frame whose values may still be read: bit n is r n. */
uint32_t live_regs(const struct verifier *v, const struct state *state, uint32_t frame);
bool states_equal(struct verifier *v, struct state *old, struct state *now, enum equality how);
/* 1: an equivalent state was explored. 0: go on; the state may have been kept. -errno. checkpoint.c */
int visit_checkpoint(struct verifier *v);
/* A path through state has ended. checkpoint.c */
void path_ended(struct verifier *v, struct state *state);
void free_cache(struct verifier *v);

#endif
