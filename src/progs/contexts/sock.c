/* SPDX-License-Identifier: BSD-2-Clause */
/* struct bpf_sock and its kin: what `sk` fields point to. At run time they are what programs see. */
#include "base/macros.h"
#include "progs/contexts/contexts.h"

/*
 * struct bpf_sock is also the context of CGROUP_SOCK programs, with its own rules by attach type; behind a pointer
 * every other program may read all of it.
 */
#define CREATE WHO_AT(PROG(CGROUP_SOCK), AT(CGROUP_INET_SOCK_CREATE) | AT(CGROUP_INET_SOCK_RELEASE))
#define BIND4 WHO_AT(PROG(CGROUP_SOCK), AT(CGROUP_INET4_POST_BIND))
#define BIND6 WHO_AT(PROG(CGROUP_SOCK), AT(CGROUP_INET6_POST_BIND))
#define BIND WHO_AT(PROG(CGROUP_SOCK), AT(CGROUP_INET4_POST_BIND) | AT(CGROUP_INET6_POST_BIND))
#define OTHERS WHO(~PROG(CGROUP_SOCK))

#define S struct bpf_sock
static const struct context_field sock_fields[] = {
	SAME(S, bound_dev_if, 4, 4, CREATE, CREATE),
	SAME(S, bound_dev_if, 4, 0, OTHERS, NOBODY),
	SAME_START(S, family, ANYONE),
	SAME_START(S, type, ANYONE),
	SAME_START(S, protocol, ANYONE),
	SAME(S, mark, 4, 4, CREATE, CREATE),
	SAME(S, mark, 4, 0, OTHERS, NOBODY),
	SAME(S, priority, 4, 4, CREATE, CREATE),
	SAME(S, priority, 4, 0, OTHERS, NOBODY),
	SAME(S, src_ip4, B124, 0, BIND4, NOBODY),
	SAME(S, src_ip4, B124, 0, OTHERS, NOBODY),
	SAME(S, src_ip6, B124, 0, BIND6, NOBODY),
	SAME(S, src_ip6, B124, 0, OTHERS, NOBODY),
	SAME_START(S, src_port, BIND),
	SAME_START(S, src_port, OTHERS),
	SAME(S, dst_port, 1 | 2, 0, ANYONE, NOBODY),
	/* It was 32 bits wide once: a load of that size gives the port and two zero bytes. */
	{ .name = "dst_port",
		.offset = offsetof(S, dst_port),
		.size = 4,
		.read_sizes = 4,
		.runtime_offset = offsetof(S, dst_port),
		.readers = ANYONE },
	SAME(S, dst_ip4, B124, 0, ANYONE, NOBODY),
	SAME(S, dst_ip6, B124, 0, ANYONE, NOBODY),
	SAME_START(S, state, ANYONE),
	SAME_START(S, rx_queue_mapping, ANYONE),
};
const struct context sock_context = CONTEXT(bpf_sock, sock_fields);
#undef S

#define S struct bpf_tcp_sock
#define WORD(member) SAME(S, member, 4, 0, ANYONE, NOBODY)
static const struct context_field tcp_sock_fields[] = {
	WORD(snd_cwnd),
	WORD(srtt_us),
	WORD(rtt_min),
	WORD(snd_ssthresh),
	WORD(rcv_nxt),
	WORD(snd_nxt),
	WORD(snd_una),
	WORD(mss_cache),
	WORD(ecn_flags),
	WORD(rate_delivered),
	WORD(rate_interval_us),
	WORD(packets_out),
	WORD(retrans_out),
	WORD(total_retrans),
	WORD(segs_in),
	WORD(data_segs_in),
	WORD(segs_out),
	WORD(data_segs_out),
	WORD(lost_out),
	WORD(sacked_out),
	SAME(S, bytes_received, 8, 0, ANYONE, NOBODY),
	SAME(S, bytes_acked, 8, 0, ANYONE, NOBODY),
	WORD(dsack_dups),
	WORD(delivered),
	WORD(delivered_ce),
	WORD(icsk_retransmits),
};
const struct context tcp_sock_context = CONTEXT(bpf_tcp_sock, tcp_sock_fields);
#undef S
#undef WORD

static const struct context_field xdp_sock_fields[] = {
	SAME(struct bpf_xdp_sock, queue_id, 4, 0, ANYONE, NOBODY),
};
const struct context xdp_sock_context = CONTEXT(bpf_xdp_sock, xdp_sock_fields);

const struct context flow_keys_context = {
	.name = "bpf_flow_keys",
	.size = sizeof(struct bpf_flow_keys),
	.flat = { .end = sizeof(struct bpf_flow_keys), .read_sizes = B1248, .write_sizes = B1248 },
};
