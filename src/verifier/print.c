/* SPDX-License-Identifier: BSD-2-Clause */
/* The log's text, as Linux 6.18 writes it: tools and tests match on it. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "helpers/proto.h"
#include "isa/disasm.h"
#include "isa/flow.h"
#include "maps/map.h"
#include "verifier/verifier.h"

#define EFFECT_COLUMN 40

void say(struct verifier *v, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vprint(v->log, format, args);
	va_end(args);
}

int refuse(struct verifier *v, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vprint(v->log, format, args);
	va_end(args);
	return error;
}

static const char *const type_names[REG_TYPE_COUNT] = {
	[NOT_INIT] = "?",
	[SCALAR] = "scalar",
	[PTR_TO_CTX] = "ctx",
	[CONST_PTR_TO_MAP] = "map_ptr",
	[PTR_TO_MAP_VALUE] = "map_value",
	[PTR_TO_MAP_KEY] = "map_key",
	[PTR_TO_STACK] = "fp",
	[PTR_TO_PACKET_META] = "pkt_meta",
	[PTR_TO_PACKET] = "pkt",
	[PTR_TO_PACKET_END] = "pkt_end",
	[PTR_TO_FLOW_KEYS] = "flow_keys",
	[PTR_TO_SOCKET] = "sock",
	[PTR_TO_SOCK_COMMON] = "sock_common",
	[PTR_TO_TCP_SOCK] = "tcp_sock",
	[PTR_TO_TP_BUFFER] = "tp_buffer",
	[PTR_TO_XDP_SOCK] = "xdp_sock",
	[PTR_TO_BTF_ID] = "ptr_",
	[PTR_TO_MEM] = "mem",
	[PTR_TO_ARENA] = "arena",
	[PTR_TO_BUF] = "buf",
	[PTR_TO_FUNC] = "func",
	[CONST_PTR_TO_DYNPTR] = "dynptr_ptr",
};

const char *type_name(uint32_t type)
{
	static _Thread_local char texts[4][96];
	static _Thread_local unsigned next;
	static const struct {
		uint32_t flag;
		const char *text;
	} flags[] = {
		{ RDONLY, "rdonly_" },
		{ RINGBUF, "ringbuf_" },
		{ USER, "user_" },
		{ PERCPU, "percpu_" },
		{ UNTRUSTED, "untrusted_" },
		{ TRUSTED, "trusted_" },
		{ RCU, "rcu_" },
	};
	size_t size = sizeof(texts[0]), length = 0;
	char *text = texts[next++ % 4];

	text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (type & flags[i].flag)
			length += snprintf(text + length, size - length, "%s", flags[i].text);
	length += snprintf(text + length, size - length, "%s", type_names[base_type(type)]);
	if (type & MAYBE_NULL)
		snprintf(
			text + length, size - length, "%s", base_type(type) == PTR_TO_BTF_ID ? "or_null_" : "_or_null");
	return text;
}

/* Small numbers in decimal, addresses and masks in hexadecimal. */
static void print_signed(struct verifier *v, int64_t number)
{
	if (number >= INT16_MIN && number <= INT16_MAX)
		say(v, "%lld", (long long)number);
	else
		say(v, "%#llx", (unsigned long long)number);
}

static void print_unsigned(struct verifier *v, uint64_t number)
{
	if (number <= UINT16_MAX)
		say(v, "%llu", (unsigned long long)number);
	else
		say(v, "%#llx", (unsigned long long)number);
}

static void print_scalar(struct verifier *v, const struct reg *reg)
{
	char text[512], id[32] = "";

	if (reg->precise || !v->capable)
		say(v, "P");
	if (reg->id & ID_ADDED)
		snprintf(id, sizeof(id), "id=%u%+d", reg->id & ~ID_ADDED, reg->off);
	else if (reg->id)
		snprintf(id, sizeof(id), "id=%u", reg->id);
	scalar_format(text, sizeof(text), reg->var, id);
	say(v, "%s", text);
}

static const char *comma(bool *any)
{
	const char *text = *any ? "," : "";

	*any = true;
	return text;
}

static bool points_to_map(uint32_t type)
{
	enum reg_type base = base_type(type);

	return base == CONST_PTR_TO_MAP || base == PTR_TO_MAP_VALUE || base == PTR_TO_MAP_KEY;
}

static void print_map(struct verifier *v, const struct map *map, bool *any)
{
	if (map->name[0])
		say(v, "%smap=%s", comma(any), map->name);
	say(v, "%sks=%d,vs=%d", comma(any), map->key_size, map->value_size);
}

/* What stands between the parentheses. */
static void print_pointer_parts(struct verifier *v, const struct reg *reg)
{
	bool any = false;
	char text[512];

	if (reg->id)
		say(v, "%sid=%d", comma(&any), reg->id);
	if (reg->ref_id)
		say(v, "%sref_obj_id=%d", comma(&any), reg->ref_id);
	if (reg->type & NON_OWN_REF)
		say(v, "%snon_own_ref", comma(&any));
	if (points_to_map(reg->type))
		print_map(v, reg->map, &any);
	if (reg->off) {
		say(v, "%soff=", comma(&any));
		print_signed(v, reg->off);
	}
	if (type_is_packet(reg->type)) {
		say(v, "%sr=", comma(&any));
		print_unsigned(v, (uint64_t)(int64_t)reg->range);
	}
	if (base_type(reg->type) == PTR_TO_MEM) {
		say(v, "%ssz=", comma(&any));
		print_unsigned(v, reg->mem_size);
	}
	if (scalar_is_const(reg->var)) {
		if (reg->var.var_off.value) {
			say(v, "%simm=", comma(&any));
			print_signed(v, reg->var.var_off.value);
		}
		return;
	}
	scalar_format_ranges(text, sizeof(text), reg->var);
	say(v, "%s", any ? text : text + (text[0] == ','));
}

void print_reg(struct verifier *v, const struct frame *frame, const struct reg *reg)
{
	if (reg->type == SCALAR) {
		print_scalar(v, reg);
		return;
	}
	say(v, "%s", type_name(reg->type));
	if (reg->type == PTR_TO_ARENA)
		return;
	if (reg->type == PTR_TO_STACK) {
		if (reg->frame != frame->number)
			say(v, "[%d]", reg->frame);
		if (scalar_is_const(reg->var)) {
			print_signed(v, reg->var.var_off.value + reg->off);
			return;
		}
	}
	say(v, "(");
	print_pointer_parts(v, reg);
	say(v, ")");
}

/* False if nothing was ever written to the slot. */
static bool print_slot_bytes(struct verifier *v, const struct slot *slot, uint32_t index)
{
	static const char letters[] = "?rm0dif";
	bool valid = false;
	char text[SLOT_SIZE + 1] = "";

	for (int i = 0; i < SLOT_SIZE; i++) {
		valid |= slot->bytes[i] != BYTE_INVALID;
		if (slot->bytes[i] == BYTE_SPILL)
			break;
		text[i] = letters[slot->bytes[i]];
	}
	if (valid)
		say(v, " fp%d=%s", -8 * ((int)index + 1), text);
	return valid;
}

void print_state(struct verifier *v, const struct state *state, uint32_t number, bool all)
{
	const struct frame *frame = state->frames[number];
	bool any = false;

	if (number)
		say(v, " frame%d:", (int)number);
	for (int i = 0; i < REG_COUNT; i++) {
		if (frame->regs[i].type == NOT_INIT || (!all && !(v->changed_regs & 1u << i)))
			continue;
		say(v, " R%d=", i);
		print_reg(v, frame, &frame->regs[i]);
	}
	for (uint32_t i = 0; i < frame->n_slots; i++) {
		const struct slot *slot = &frame->slots[i];

		if (!all && !(v->changed_slots & 1ull << i))
			continue;
		if (print_slot_bytes(v, slot, i) && slot_is_spill(slot))
			print_reg(v, frame, &slot->spilled);
	}
	for (uint32_t i = 0; i < state->n_refs; i++) {
		say(v, any ? ",%d" : " refs=%d", state->refs[i].id);
		any = true;
	}
	if (frame->in_callback)
		say(v, " cb");
	if (frame->in_async_callback)
		say(v, " async_cb");
	say(v, "\n");
	if (!all)
		v->changed_regs = v->changed_slots = 0;
}

void print_effect(struct verifier *v)
{
	if (v->insn_printed_to && v->insn_printed_to == v->log->end) {
		int64_t used = v->insn_printed_to - v->insn_printed_from;
		int64_t column = ROUND_UP(MAX(used + 4, (int64_t)EFFECT_COLUMN), 8);

		/* On the instruction's own line: over its newline. */
		log_reset(v->log, v->log->end - 1);
		say(v, "%*c;", (int)(column - used - 1), ' ');
	} else {
		say(v, "%d:", (int)v->insn);
	}
	print_state(v, v->state, v->state->current, false);
}

static const char *callee_name(void *argument, const struct bpf_insn *insn, char *buffer, size_t size)
{
	const struct helper_row *row = insn_is_helper_call(insn) && insn->imm >= 0 ? helper_find(insn->imm) : NULL;

	if (insn_is_kfunc_call(insn) && !insn->imm)
		return "";
	if (!row)
		return insn_is_helper_call(insn) && insn->imm == 0 ? "bpf_unspec" : NULL;
	snprintf(buffer, size, "bpf_%s", row->name);
	return buffer;
}

void print_insn(struct verifier *v, uint32_t insn)
{
	static const struct disasm_names names = { .callee = callee_name };
	char text[DISASM_MAX];

	disasm(text, sizeof(text), &v->insns[insn], v->n_insns - insn, &names);
	say(v, "%s\n", text);
}

void changed_reg(struct verifier *v, uint32_t reg)
{
	v->changed_regs |= 1u << reg;
}

void changed_slot(struct verifier *v, uint32_t slot)
{
	v->changed_slots |= 1ull << slot;
}

void changed_all(struct verifier *v)
{
	v->changed_regs = ~0u;
	v->changed_slots = ~0ull;
}
