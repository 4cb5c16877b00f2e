/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of helpers: what must hold, from the prototype; then what the call does to the state. */
#include <errno.h>
#include <stdio.h>

#include "base/macros.h"
#include "isa/flow.h"
#include "maps/map.h"
#include "verifier/call.h"
#include "verifier/callbacks.h"

/* Helpers that may move the packet, or what its pointers are checked against. */
static bool moves_packet(uint32_t helper)
{
	switch (helper) {
	case BPF_FUNC_skb_store_bytes:
	case BPF_FUNC_l3_csum_replace:
	case BPF_FUNC_l4_csum_replace:
	case BPF_FUNC_clone_redirect:
	case BPF_FUNC_skb_vlan_push:
	case BPF_FUNC_skb_vlan_pop:
	case BPF_FUNC_skb_change_proto:
	case BPF_FUNC_skb_change_tail:
	case BPF_FUNC_skb_pull_data:
	case BPF_FUNC_skb_change_head:
	case BPF_FUNC_xdp_adjust_head:
	case BPF_FUNC_skb_adjust_room:
	case BPF_FUNC_xdp_adjust_meta:
	case BPF_FUNC_msg_pull_data:
	case BPF_FUNC_xdp_adjust_tail:
	case BPF_FUNC_lwt_push_encap:
	case BPF_FUNC_lwt_seg6_store_bytes:
	case BPF_FUNC_lwt_seg6_adjust_srh:
	case BPF_FUNC_lwt_seg6_action:
	case BPF_FUNC_msg_push_data:
	case BPF_FUNC_msg_pop_data:
	case BPF_FUNC_store_hdr_opt:
	case BPF_FUNC_sk_assign:
		return true;
	default:
		return false;
	}
}

static uint32_t helper_caps(const struct verifier *v)
{
	uint32_t caps = v->request->caps, result = 0;

	if (caps & (VERIFY_CAP_BPF | VERIFY_CAP_SYS_ADMIN))
		result |= HELPER_CAP_BPF;
	if (caps & (VERIFY_CAP_PERFMON | VERIFY_CAP_SYS_ADMIN))
		result |= HELPER_CAP_PERFMON;
	if (caps & VERIFY_CAP_SYS_ADMIN)
		result |= HELPER_CAP_SYS_ADMIN;
	return result;
}

bool may_call_helper(const struct verifier *v, const struct helper_row *row)
{
	return helper_allowed(row->number, v->request->type, v->request->release, helper_caps(v));
}

static int find_helper(struct verifier *v, struct call *call, char *name, size_t size)
{
	const struct bpf_insn *insn = call->insn;

	call->row = insn->imm > 0 ? helper_find(insn->imm) : NULL;
	if (!call->row && insn->imm)
		return refuse(v, -EINVAL, "invalid func unknown#%d\n", insn->imm);
	snprintf(name, size, "bpf_%s", call->row ? call->row->name : "unspec");
	call->name = name;
	if (!call->row || !may_call_helper(v, call->row))
		return refuse(v, -EINVAL, "program of this type cannot use helper %s#%d\n", name, insn->imm);
	if ((call->row->flags & GPL) && !v->request->gpl_compatible)
		return refuse(v, -EINVAL, "cannot call GPL-restricted function from non-GPL compatible program\n");
	if ((call->row->flags & MAY_SLEEP) && !(v->request->prog_flags & BPF_F_SLEEPABLE))
		return refuse(v, -EINVAL, "helper call might sleep in a non-sleepable prog\n");
	return 0;
}

/* Which map a tail call uses must be known, for those whose index the kernel masks. */
static void note_tail_call_map(struct verifier *v, const struct call *call)
{
	struct insn_facts *facts = facts_now(v);
	uint32_t index = 0;

	while (index < v->n_maps && v->maps[index] != call->map)
		index++;
	if (facts->call_map && facts->call_map != index + 1)
		facts->call_map_mixed = true;
	facts->call_map = index + 1;
}

static int check_tail_call(struct verifier *v, const struct call *call)
{
	const struct reg *index = reg_now(v, 3);
	int err;

	if (call->map && call->map->type != BPF_MAP_TYPE_PROG_ARRAY)
		return refuse(v, -EINVAL, "expected prog array map for tail call");
	note_tail_call_map(v, call);
	/* With a constant index the kernel jumps directly: the index matters. */
	if (scalar_is_const(index->var) && index->var.var_off.value < call->map->max_entries) {
		err = mark_precise(v, 3);
		if (err)
			return err;
	}
	return check_nothing_held(v, "tail_call");
}

static void set_map_value(struct verifier *v, const struct call *call, struct reg *r0, bool maybe_null)
{
	reg_set_pointer(r0, PTR_TO_MAP_VALUE | (maybe_null ? MAYBE_NULL : 0));
	r0->map = call->map;
	r0->map_uid = call->map_uid;
	if (maybe_null)
		r0->id = ++v->last_id;
}

static void set_nullable(struct verifier *v, struct reg *r0, uint32_t type)
{
	reg_set_pointer(r0, type | MAYBE_NULL);
	r0->id = ++v->last_id;
}

static int set_result(struct verifier *v, const struct call *call)
{
	struct reg *r0 = reg_now(v, 0);

	switch (RET_BASE(call->row->ret)) {
	case RET_INTEGER:
		reg_set_unknown(r0);
		return 0;
	case RET_VOID:
		reg_clear(r0);
		return 0;
	case RET_MAP_VALUE:
	case RET_MAP_VALUE_OR_NULL:
		if (!call->map)
			return refuse(v, -EINVAL, "kernel subsystem misconfigured verifier\n");
		set_map_value(v, call, r0, RET_BASE(call->row->ret) == RET_MAP_VALUE_OR_NULL);
		return 0;
	case RET_SOCKET_OR_NULL:
		set_nullable(v, r0, PTR_TO_SOCKET);
		return 0;
	case RET_TCP_SOCK_OR_NULL:
		set_nullable(v, r0, PTR_TO_TCP_SOCK);
		return 0;
	case RET_SOCK_COMMON_OR_NULL:
		set_nullable(v, r0, PTR_TO_SOCK_COMMON);
		return 0;
	case RET_RINGBUF_MEM_OR_NULL:
		set_nullable(v, r0, PTR_TO_MEM | RINGBUF);
		r0->mem_size = call->mem_size;
		return 0;
	default:
		return refuse(v, -EINVAL, "the result of %s#%d is of a type that is not supported\n", call->name,
			call->insn->imm);
	}
}

/* Helpers whose result must be given back. */
static bool acquires(const struct call *call)
{
	switch (call->row->number) {
	case BPF_FUNC_sk_lookup_tcp:
	case BPF_FUNC_sk_lookup_udp:
	case BPF_FUNC_skc_lookup_tcp:
	case BPF_FUNC_ringbuf_reserve:
		return true;
	case BPF_FUNC_map_lookup_elem:
		return call->map->type == BPF_MAP_TYPE_SOCKMAP || call->map->type == BPF_MAP_TYPE_SOCKHASH;
	default:
		return false;
	}
}

/* Helpers that give the same object back as another type: with its reference. */
static bool is_cast(uint32_t helper)
{
	return helper == BPF_FUNC_tcp_sock || helper == BPF_FUNC_sk_fullsock;
}

static int track_reference(struct verifier *v, const struct call *call)
{
	struct reg *r0 = reg_now(v, 0);
	uint32_t id;
	int err;

	if (is_cast(call->row->number))
		r0->ref_id = call->ref_id;
	if (!acquires(call))
		return 0;
	err = acquire_ref(v, &id);
	if (err)
		return err;
	r0->id = r0->ref_id = id;
	return 0;
}

static int give_back(struct verifier *v, const struct call *call)
{
	uint32_t release = call->release_reg;

	if (!release || reg_is_null(reg_now(v, release)))
		return 0;
	if (!call->ref_id || release_ref(v, call->ref_id))
		return refuse(
			v, -EINVAL, "func %s#%d reference has not been acquired before\n", call->name, call->insn->imm);
	return 0;
}

/* What is known of results that are numbers. */
static void refine_result(struct verifier *v, const struct call *call)
{
	struct reg *r0 = reg_now(v, 0);

	switch (call->row->number) {
	case BPF_FUNC_get_smp_processor_id:
		reg_set_scalar(r0, scalar_urange(0, map_cpus() - 1));
		break;
	default:
		break;
	}
}

/* Helpers with rules of their own that are not written yet. */
static bool needs_special_rules(uint32_t helper)
{
	switch (helper) {
	case BPF_FUNC_get_local_storage:
	case BPF_FUNC_timer_set_callback:
	case BPF_FUNC_find_vma:
	case BPF_FUNC_user_ringbuf_drain:
	case BPF_FUNC_snprintf:
	case BPF_FUNC_spin_lock:
	case BPF_FUNC_spin_unlock:
	case BPF_FUNC_set_retval:
	case BPF_FUNC_get_retval:
		return true;
	default:
		return false;
	}
}

static int call_helper(struct verifier *v, const struct bpf_insn *insn)
{
	struct call call = { .insn = insn };
	char name[64];
	int err = find_helper(v, &call, name, sizeof(name));

	if (err)
		return err;
	if (needs_special_rules(call.row->number))
		return refuse(v, -EINVAL, "helper %s#%d is not supported\n", name, insn->imm);
	for (int i = 1; !err && i <= 5; i++)
		err = check_argument(v, &call, i);
	if (!err && call.row->number == BPF_FUNC_tail_call)
		err = check_tail_call(v, &call);
	if (!err)
		err = give_back(v, &call);
	if (!err)
		err = check_map_for_helper(v, &call);
	if (!err)
		err = call_back(v, call.row->number);
	if (err)
		return err;

	for (int i = 0; i <= 5; i++)
		reg_clear(reg_now(v, i));
	changed_reg(v, 0);
	err = set_result(v, &call);
	if (!err)
		err = track_reference(v, &call);
	if (err)
		return err;
	refine_result(v, &call);
	if (moves_packet(call.row->number))
		forget_packet(v);
	return 0;
}

int step_call(struct verifier *v, const struct bpf_insn *insn)
{
	int err;

	changed_reg(v, 0);
	if (insn_is_kfunc_call(insn) && !insn->imm && !insn->off) {
		/* libbpf's mark for a weak function that does not exist: rewrite_dead() refuses it where it is not
		 * dead. */
		v->insn++;
		return 0;
	}
	if (insn_is_kfunc_call(insn))
		return refuse(v, -EINVAL, "calling kernel functions is not supported\n");
	err = call_helper(v, insn);
	v->insn++;
	return err;
}
