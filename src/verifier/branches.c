/* SPDX-License-Identifier: BSD-2-Clause */
/* Jumps: which ways can be taken, and what each of them says of what was compared. */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "isa/flow.h"
#include "maps/map.h"
#include "verifier/callbacks.h"
#include "verifier/speculation.h"
#include "verifier/trace.h"

struct jump {
	const struct bpf_insn *insn;
	uint8_t op;
	bool is32;
	struct reg *dst, *src; /* src is a copy of the constant if there is no register */
	struct reg constant;
};

/* The operation with its operands exchanged. */
static uint8_t swapped(uint8_t op)
{
	switch (op) {
	case BPF_JGT:
		return BPF_JLT;
	case BPF_JLT:
		return BPF_JGT;
	case BPF_JGE:
		return BPF_JLE;
	case BPF_JLE:
		return BPF_JGE;
	case BPF_JSGT:
		return BPF_JSLT;
	case BPF_JSLT:
		return BPF_JSGT;
	case BPF_JSGE:
		return BPF_JSLE;
	case BPF_JSLE:
		return BPF_JSGE;
	default:
		return op;
	}
}

static bool is_any_packet_pointer(const struct reg *reg)
{
	return type_is_packet(reg->type) || reg->type == PTR_TO_PACKET_END;
}

/* Pointers that are never 0. */
static bool is_not_null(const struct reg *reg)
{
	switch (base_type(reg->type)) {
	case PTR_TO_SOCKET:
	case PTR_TO_TCP_SOCK:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MAP_KEY:
	case PTR_TO_SOCK_COMMON:
	case CONST_PTR_TO_MAP:
		return !(reg->type & MAYBE_NULL);
	case PTR_TO_MEM:
		return !(reg->type & (MAYBE_NULL | UNTRUSTED));
	default:
		return false;
	}
}

static enum branch_outcome packet_outcome(const struct jump *jump)
{
	const struct reg *packet = jump->dst;
	uint8_t op = jump->op;

	if (jump->src->type != PTR_TO_PACKET_END) {
		if (jump->dst->type != PTR_TO_PACKET_END)
			return BRANCH_UNKNOWN;
		packet = jump->src;
		op = swapped(op);
	}
	if (packet->range >= 0)
		return BRANCH_UNKNOWN;
	if ((op == BPF_JLE || op == BPF_JGT) && packet->range == BEYOND_PACKET_END)
		return op == BPF_JGT ? BRANCH_ALWAYS : BRANCH_NEVER;
	if (op == BPF_JLT || op == BPF_JGE)
		return op == BPF_JGE ? BRANCH_ALWAYS : BRANCH_NEVER;
	return BRANCH_UNKNOWN;
}

static enum branch_outcome outcome(const struct jump *jump)
{
	const struct reg *pointer = jump->dst, *other = jump->src;

	if (jump->dst->type == SCALAR && jump->src->type == SCALAR)
		return scalar_branch_outcome(jump->op, jump->is32, jump->dst->var, jump->src->var);
	if (jump->is32)
		return BRANCH_UNKNOWN;
	if (is_any_packet_pointer(jump->dst) && is_any_packet_pointer(jump->src))
		return packet_outcome(jump);
	if (pointer->type == SCALAR) {
		pointer = jump->src;
		other = jump->dst;
	}
	if (!reg_is_null(other) || !is_not_null(pointer))
		return BRANCH_UNKNOWN;
	if (jump->op == BPF_JEQ)
		return BRANCH_NEVER;
	return jump->op == BPF_JNE ? BRANCH_ALWAYS : BRANCH_UNKNOWN;
}

/* --- what a comparison of numbers says --- */

static void set_range(struct reg *reg, struct scalar value)
{
	/* An empty range is a path that nothing takes; forgetting is safe, and keeps later arithmetic meaningful. */
	reg->var = scalar_is_sane(value) ? value : scalar_unbounded(value);
}

struct linked {
	const struct reg *known;
};

/* What was found out of one number holds for those that are equal to it, or a constant away. */
static void update_linked(struct reg *reg, void *argument)
{
	const struct reg *known = ((struct linked *)argument)->known;
	int32_t off = reg->off;
	uint32_t id = reg->id;

	if (reg == known || reg->type != SCALAR || (id & ~ID_ADDED) != (known->id & ~ID_ADDED))
		return;
	if (id == known->id && (!(id & ID_ADDED) || off == known->off)) {
		*reg = *known;
		return;
	}
	/* Additions of both widths to one number do not tell of each other. */
	if ((id & ID_ADDED) && (known->id & ID_ADDED) && id != known->id)
		return;
	int64_t distance = (int64_t)((id & ID_ADDED) ? off : 0) - ((known->id & ID_ADDED) ? known->off : 0);
	reg->var = scalar_add(known->var, scalar_const(distance));
	if ((id | known->id) & ID_ADD_CONST32)
		reg->var = scalar_truncate(reg->var, 4);
	reg->precise = known->precise;
}

static void spread(struct state *state, const struct reg *known)
{
	/* state_visit() changes registers one by one: what is spread must not change meanwhile. */
	struct reg copy = *known;
	struct linked linked = { .known = &copy };

	if (known->type == SCALAR && known->id)
		state_visit(state, update_linked, &linked);
}

/* The register that dst or src of this jump is in another state. */
static struct reg *same_reg(struct state *state, const struct jump *jump, bool dst)
{
	return state_reg(state, dst ? jump->insn->dst_reg : jump->insn->src_reg);
}

static void refine_side(struct verifier *v, struct state *state, const struct jump *jump, bool taken)
{
	bool by_reg = jump->insn->src_reg != jump->insn->dst_reg || BPF_SRC(jump->insn->code) == BPF_K;
	struct reg *dst = same_reg(state, jump, true);
	struct reg constant = jump->constant;
	struct reg *src = BPF_SRC(jump->insn->code) == BPF_X ? same_reg(state, jump, false) : &constant;
	struct scalar_pair pair;

	(void)v;
	if (!by_reg || dst->type != SCALAR || src->type != SCALAR)
		return;
	pair = scalar_branch(jump->op, jump->is32, taken, dst->var, src->var);
	set_range(dst, pair.a);
	set_range(src, pair.b);
	if (src != &constant)
		spread(state, src);
	spread(state, dst);
}

/* --- what a comparison with 0 says of pointers --- */

struct null_check {
	uint32_t id;
	bool null;
};

static void set_not_null(struct reg *reg)
{
	reg->type &= ~MAYBE_NULL;
	reg->id = 0;
	if (reg->type != PTR_TO_MAP_VALUE)
		return;
	/* What a map of maps hands out is a map like its template. */
	if (reg->map->inner) {
		reg->type = CONST_PTR_TO_MAP;
		reg->map = reg->map->inner;
		return;
	}
	/* Maps of sockets hand out sockets, which may have a reference. */
	if (reg->map->type == BPF_MAP_TYPE_XSKMAP)
		reg->type = PTR_TO_XDP_SOCK;
	else if (reg->map->type == BPF_MAP_TYPE_SOCKMAP || reg->map->type == BPF_MAP_TYPE_SOCKHASH)
		reg->type = PTR_TO_SOCKET;
}

static void apply_null_check(struct reg *reg, void *argument)
{
	const struct null_check *check = argument;

	if (!(reg->type & MAYBE_NULL) || reg->id != check->id)
		return;
	/* Arithmetic on it was refused, so its offset is 0. */
	if (check->null)
		reg_set_const(reg, 0);
	else
		set_not_null(reg);
}

static void mark_null(struct verifier *v, struct state *state, uint32_t id, bool null)
{
	struct null_check check = { .id = id, .null = null };

	if (null)
		drop_ref(v, state, id);
	state_visit(state, apply_null_check, &check);
}

/* Equal pointers, one of which may be null and the other is not: neither is. */
static void match_not_null(struct verifier *v, const struct jump *jump, struct state *equal)
{
	const struct reg *maybe = jump->dst;

	if (BPF_SRC(jump->insn->code) != BPF_X || jump->is32 || jump->src->type == SCALAR || jump->dst->type == SCALAR)
		return;
	if (!(jump->src->type & MAYBE_NULL) == !(jump->dst->type & MAYBE_NULL))
		return;
	if (base_type(jump->src->type) == PTR_TO_BTF_ID || base_type(jump->dst->type) == PTR_TO_BTF_ID)
		return;
	if (!is_not_null(jump->dst) && !is_not_null(jump->src))
		return;
	if (jump->src->type & MAYBE_NULL)
		maybe = jump->src;
	mark_null(v, equal, maybe->id, false);
}

/* --- packet pointers against the end of the packet --- */

struct good_bytes {
	uint32_t type, id;
	int32_t range;
};

static void extend_range(struct reg *reg, void *argument)
{
	const struct good_bytes *good = argument;

	if (reg->type == good->type && reg->id == good->id && reg->range >= 0)
		reg->range = MAX(reg->range, good->range);
}

/* In state, the bytes up to pointer are in the packet; one more if open. */
static void know_bytes(struct state *state, const struct reg *pointer, bool open)
{
	struct good_bytes good = { .type = pointer->type, .id = pointer->id, .range = pointer->off + open };

	if (pointer->off < 0 || (pointer->off == 0 && open))
		return;
	if (pointer->var.umax > MAX_PACKET_OFFSET || pointer->off + pointer->var.umax > MAX_PACKET_OFFSET)
		return;
	state_visit(state, extend_range, &good);
}

static void know_end(struct state *state, uint32_t number, bool open)
{
	struct reg *reg = state_reg(state, number);

	if (reg->type == PTR_TO_PACKET)
		reg->range = open ? BEYOND_PACKET_END : AT_PACKET_END;
}

static bool is_packet_start(const struct reg *reg)
{
	return reg->type == PTR_TO_PACKET && reg->off == 0 && scalar_is_const(reg->var) && !reg->var.var_off.value;
}

/* Whether low is a pointer to what ends at high. */
static bool is_bounded_by(const struct reg *low, const struct reg *high)
{
	return (low->type == PTR_TO_PACKET && high->type == PTR_TO_PACKET_END) ||
	       (low->type == PTR_TO_PACKET_META && is_packet_start(high));
}

/* False if this is not such a comparison. */
static bool compare_packet(const struct jump *jump, struct state *fall, struct state *taken)
{
	uint32_t number = jump->insn->dst_reg;
	const struct reg *pointer = jump->dst;
	uint8_t op = jump->op;
	struct state *inside, *outside;

	if (BPF_SRC(jump->insn->code) != BPF_X || jump->is32)
		return false;
	if (!is_bounded_by(jump->dst, jump->src)) {
		if (!is_bounded_by(jump->src, jump->dst))
			return false;
		number = jump->insn->src_reg;
		pointer = jump->src;
		op = swapped(op);
	}
	if (op != BPF_JGT && op != BPF_JGE && op != BPF_JLT && op != BPF_JLE)
		return false;
	inside = op == BPF_JGT || op == BPF_JGE ? fall : taken;
	outside = inside == fall ? taken : fall;
	/* pointer < end, from JGE not taken or JLT taken: also the byte at pointer is there. */
	bool below = op == BPF_JGE || op == BPF_JLT;
	struct reg copy = *pointer;

	know_bytes(inside, &copy, below);
	know_end(outside, number, !below);
	return true;
}

/* --- the instruction --- */

static int follow_one(struct verifier *v, const struct jump *jump, bool taken)
{
	int err = 0;

	if (jump->dst->type == SCALAR)
		err = mark_precise(v, jump->insn->dst_reg);
	if (!err && BPF_SRC(jump->insn->code) == BPF_X && jump->src->type == SCALAR)
		err = mark_precise(v, jump->insn->src_reg);
	if (!err)
		err = speculate_branch(v, jump->insn, taken ? v->insn + 1 : (uint32_t)insn_target(jump->insn, v->insn));
	if (err)
		return err;
	if (log_on(v->log, LOG_LEVEL1 | LOG_LEVEL2))
		print_effect(v);
	v->insn = taken ? (uint32_t)insn_target(jump->insn, v->insn) : v->insn + 1;
	return 0;
}

static bool is_null_test(const struct jump *jump)
{
	return !jump->is32 && BPF_SRC(jump->insn->code) == BPF_K && !jump->insn->imm &&
	       (jump->op == BPF_JEQ || jump->op == BPF_JNE) && (jump->dst->type & MAYBE_NULL);
}

/* Collects what shares an id with one of the operands; more than fit lose the id. */
struct collection {
	uint32_t id;
	uint32_t n;
	uint64_t packed;
};

static void collect_one(struct collection *c, struct reg *reg, uint64_t entry)
{
	if (reg->type != SCALAR || (reg->id & ~ID_ADDED) != c->id)
		return;
	if (c->n == LINKED_MAX) {
		reg->id = 0;
		reg->off = 0;
		return;
	}
	c->packed |= entry << (10 * c->n++);
}

static void collect_linked(struct state *state, struct collection *c, const struct reg *operand)
{
	if (operand->type != SCALAR || !operand->id || (operand->id & ~ID_ADDED) == c->id)
		return;
	c->id = operand->id & ~ID_ADDED;
	for (int64_t f = state->current; f >= 0; f--) {
		struct frame *frame = state->frames[f];

		for (uint32_t i = 0; i < REG_FP; i++)
			collect_one(c, &frame->regs[i], LINKED_MAKE(f, 1, i));
		for (uint32_t i = 0; i < frame->n_slots; i++)
			if (slot_is_spill(&frame->slots[i]))
				collect_one(c, &frame->slots[i].spilled, LINKED_MAKE(f, 0, i));
	}
}

/* Before the comparison changes anything: precision must find its way back through it. */
static int note_linked(struct verifier *v, const struct jump *jump)
{
	struct collection c = { 0 };

	if (BPF_SRC(jump->insn->code) == BPF_X)
		collect_linked(v->state, &c, jump->src);
	collect_linked(v->state, &c, jump->dst);
	if (c.n <= 1)
		return 0;
	return note_step(v, 0, c.packed | (uint64_t)c.n << 60);
}

static int follow_both(struct verifier *v, const struct jump *jump)
{
	struct state *fall = v->state, *taken;
	int err = note_linked(v, jump);

	if (!err)
		err = push_branch(v, insn_target(jump->insn, v->insn), false, &taken);
	if (err)
		return err;
	refine_side(v, fall, jump, false);
	refine_side(v, taken, jump, true);
	if (jump->op == BPF_JEQ || jump->op == BPF_JNE)
		match_not_null(v, jump, jump->op == BPF_JEQ ? taken : fall);
	if (is_null_test(jump)) {
		uint32_t id = jump->dst->id;

		mark_null(v, fall, id, jump->op == BPF_JNE);
		mark_null(v, taken, id, jump->op == BPF_JEQ);
	} else if (!compare_packet(jump, fall, taken) && is_secret(v, jump->dst)) {
		return refuse(v, -EACCES, "R%d pointer comparison prohibited\n", jump->insn->dst_reg);
	}
	if (log_on(v->log, LOG_LEVEL1 | LOG_LEVEL2))
		print_effect(v);
	v->insn++;
	return 0;
}

static int step_conditional(struct verifier *v, const struct bpf_insn *insn)
{
	bool by_reg = BPF_SRC(insn->code) == BPF_X;
	struct jump jump = {
		.insn = insn,
		.op = BPF_OP(insn->code),
		.is32 = BPF_CLASS(insn->code) == BPF_JMP32,
	};
	int err = read_reg(v, insn->dst_reg);

	if (!err && by_reg)
		err = read_reg(v, insn->src_reg);
	if (err)
		return err;
	jump.dst = reg_now(v, insn->dst_reg);
	jump.src = &jump.constant;
	if (by_reg) {
		jump.src = reg_now(v, insn->src_reg);
		if (!(is_any_packet_pointer(jump.dst) && is_any_packet_pointer(jump.src)) && is_secret(v, jump.src))
			return refuse(v, -EACCES, "R%d pointer comparison prohibited\n", insn->src_reg);
	} else {
		reg_set_const(&jump.constant, (int64_t)insn->imm);
	}
	if (by_reg && (jump.src->type == PTR_TO_STACK || jump.dst->type == PTR_TO_STACK)) {
		err = note_step(v,
			(jump.src->type == PTR_TO_STACK ? STEP_SRC_IS_STACK : 0) |
				(jump.dst->type == PTR_TO_STACK ? STEP_DST_IS_STACK : 0),
			0);
		if (err)
			return err;
	}
	switch (outcome(&jump)) {
	case BRANCH_NEVER:
		return follow_one(v, &jump, false);
	case BRANCH_ALWAYS:
		return follow_one(v, &jump, true);
	default:
		return follow_both(v, &jump);
	}
}

int step_jump(struct verifier *v, const struct bpf_insn *insn)
{
	if (insn_is_goto(insn)) {
		v->insn = insn_target(insn, v->insn);
		return 0;
	}
	if (insn_is_may_goto(insn))
		return step_may_goto(v, insn);
	return step_conditional(v, insn);
}
