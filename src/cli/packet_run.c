/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/packet_run.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <time.h>

#include "base/macros.h"
#include "base/vcpu.h"
#include "events/packet.h"
#include "exec/exec.h"
#include "hive/descriptor.h"
#include "hive/prog.h"
#include "progs/skb.h"

/* What a program type sees of a packet, and of which direction; attach types tell the direction where they differ. */
enum view {
	VIEW_NONE,
	VIEW_LINK, /* struct skb that begins with the link header */
	VIEW_NETWORK, /* struct skb that begins behind it */
	VIEW_XDP,
};

static enum view view_of(uint32_t type)
{
	switch (type) {
	case BPF_PROG_TYPE_SOCKET_FILTER:
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
		return VIEW_LINK;
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_LWT_IN:
	case BPF_PROG_TYPE_LWT_OUT:
	case BPF_PROG_TYPE_LWT_XMIT:
		return VIEW_NETWORK;
	case BPF_PROG_TYPE_XDP:
		return VIEW_XDP;
	default:
		return VIEW_NONE;
	}
}

static bool is_ingress(const struct hive_prog *prog)
{
	return prog->type == BPF_PROG_TYPE_XDP || prog->type == BPF_PROG_TYPE_LWT_IN ||
	       (prog->type == BPF_PROG_TYPE_CGROUP_SKB && prog->expected_attach_type == BPF_CGROUP_INET_INGRESS) ||
	       ((prog->type == BPF_PROG_TYPE_SCHED_CLS || prog->type == BPF_PROG_TYPE_SCHED_ACT) &&
		       prog->expected_attach_type != BPF_TCX_EGRESS);
}

static bool is_egress(const struct hive_prog *prog)
{
	return prog->type != BPF_PROG_TYPE_SOCKET_FILTER && !is_ingress(prog);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static uint64_t measure_clock(void)
{
	uint64_t best = UINT64_MAX;
	unsigned i;

	for (i = 0; i < 1000; i++) {
		uint64_t start = now();

		best = MIN(best, now() - start);
	}
	return best;
}

int packet_run_init(struct packet_run *packet_run, int prog_fd, bool directed)
{
	struct object *object;
	int err;

	err = descriptor_get(prog_fd, &object, NULL);
	if (err)
		return err;
	*packet_run = (struct packet_run){ .prog = hive_prog_of(object), .clock_cost = measure_clock() };
	err = view_of(packet_run->prog->type) == VIEW_NONE ? -ENOTSUP : 0;
	if (!err)
		err = hive_prog_bind(packet_run->prog, &packet_run->bound);
	if (err) {
		object_put(object);
		return err;
	}
	packet_run->skip_sent = directed && is_ingress(packet_run->prog);
	packet_run->skip_received = directed && is_egress(packet_run->prog);
	run_init(&packet_run->run, packet_run->bound);
	packet_run->run.hive = object->hive;
	return 0;
}

void packet_run_free(struct packet_run *packet_run)
{
	object_put(&packet_run->prog->object);
}

static void count_result(struct packet_run *packet_run, uint32_t value)
{
	unsigned i;

	for (i = 0; i < packet_run->n_results && packet_run->results[i].value != value; i++)
		;
	if (i == RESULTS_MAX) {
		packet_run->other_results++;
		return;
	}
	if (i == packet_run->n_results) {
		packet_run->results[i].value = value;
		packet_run->n_results++;
	}
	packet_run->results[i].packets++;
}

int packet_run_one(struct packet_run *packet_run, const struct packet *packet)
{
	enum view view = view_of(packet_run->prog->type);
	union {
		struct skb skb;
		struct xdp xdp;
	} context;
	struct vcpu_lease lease;
	uint64_t start, took;
	uint32_t value;

	if (packet->type == PACKET_OUTGOING ? packet_run->skip_sent : packet_run->skip_received)
		return 0;
	if (view == VIEW_XDP)
		packet_to_xdp(packet, &context.xdp);
	else
		packet_to_skb(packet, &context.skb);
	if (view == VIEW_NETWORK) {
		context.skb.data += packet->link_size;
		context.skb.data_meta = context.skb.data;
		context.skb.len -= packet->link_size;
		context.skb.network_offset = 0;
		context.skb.mac_offset = packet->link_size;
	}
	vcpu_enter(vcpus_own(), &lease);
	packet_run->run.cpu = lease.cpu;
	start = now();
	value = run_program(&packet_run->run, packet_run->bound, &context);
	took = now() - start;
	vcpu_leave(vcpus_own(), &lease);
	packet_run->nanoseconds += took > packet_run->clock_cost ? took - packet_run->clock_cost : 0;
	packet_run->packets++;
	packet_run->bytes += packet->length;
	count_result(packet_run, value);
	return packet_run->run.error;
}

const char *packet_run_result_name(const struct packet_run *packet_run, uint32_t value)
{
	static const char *const xdp[] = { "XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT" };
	static const char *const tc[] = { "TC_ACT_OK", "TC_ACT_RECLASSIFY", "TC_ACT_SHOT", "TC_ACT_PIPE",
		"TC_ACT_STOLEN", "TC_ACT_QUEUED", "TC_ACT_REPEAT", "TC_ACT_REDIRECT", "TC_ACT_TRAP" };
	uint32_t type = packet_run->prog->type;

	if (type == BPF_PROG_TYPE_XDP)
		return value < ARRAY_SIZE(xdp) ? xdp[value] : NULL;
	if (type != BPF_PROG_TYPE_SCHED_CLS && type != BPF_PROG_TYPE_SCHED_ACT)
		return NULL;
	if ((int32_t)value == TC_ACT_UNSPEC)
		return "TC_ACT_UNSPEC";
	return value < ARRAY_SIZE(tc) ? tc[value] : NULL;
}
