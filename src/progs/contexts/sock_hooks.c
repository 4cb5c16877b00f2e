/* SPDX-License-Identifier: BSD-2-Clause */
/* Contexts of hooks at socket calls. At run time they are what programs see. */
#include "base/macros.h"
#include "progs/contexts/contexts.h"

#define S struct bpf_sock_addr
#define ADDR WHO(PROG(CGROUP_SOCK_ADDR))
#define IP4                                                                                                  \
	WHO_AT(PROG(CGROUP_SOCK_ADDR), AT(CGROUP_INET4_BIND) | AT(CGROUP_INET4_CONNECT) |                    \
					       AT(CGROUP_INET4_GETPEERNAME) | AT(CGROUP_INET4_GETSOCKNAME) | \
					       AT(CGROUP_UDP4_RECVMSG) | AT(CGROUP_UDP4_SENDMSG))
#define IP6                                                                                                  \
	WHO_AT(PROG(CGROUP_SOCK_ADDR), AT(CGROUP_INET6_BIND) | AT(CGROUP_INET6_CONNECT) |                    \
					       AT(CGROUP_INET6_GETPEERNAME) | AT(CGROUP_INET6_GETSOCKNAME) | \
					       AT(CGROUP_UDP6_RECVMSG) | AT(CGROUP_UDP6_SENDMSG))
#define SEND4 WHO_AT(PROG(CGROUP_SOCK_ADDR), AT(CGROUP_UDP4_SENDMSG))
#define SEND6 WHO_AT(PROG(CGROUP_SOCK_ADDR), AT(CGROUP_UDP6_SENDMSG))
static const struct context_field sock_addr_fields[] = {
	SAME(S, user_family, 4, 0, ADDR, NOBODY),
	SAME(S, user_ip4, B124, 4, IP4, IP4),
	SAME(S, user_ip6, B1248, 4 | 8, IP6, IP6),
	SAME(S, user_port, B124, 4, ADDR, ADDR),
	SAME(S, family, 4, 0, ADDR, NOBODY),
	SAME(S, type, 4, 0, ADDR, NOBODY),
	SAME(S, protocol, 4, 0, ADDR, NOBODY),
	SAME(S, msg_src_ip4, B124, 4, SEND4, SEND4),
	SAME(S, msg_src_ip6, B1248, 4 | 8, SEND6, SEND6),
	SAME_POINTER(S, sk, CONTEXT_SOCKET, ADDR),
};
const struct context sock_addr_context = CONTEXT(bpf_sock_addr, sock_addr_fields);
#undef S

#define S struct bpf_sock_ops
#define OPS WHO(PROG(SOCK_OPS))
#define WORD(member) SAME(S, member, 4, 0, OPS, NOBODY)
static const struct context_field sock_ops_fields[] = {
	WORD(op),
	SAME(S, reply, 4, 4, OPS, OPS), /* args, reply and replylong are the same words */
	SAME(S, replylong, 4, 0, OPS, NOBODY),
	WORD(family),
	WORD(remote_ip4),
	WORD(local_ip4),
	WORD(remote_ip6),
	WORD(local_ip6),
	WORD(remote_port),
	WORD(local_port),
	WORD(is_fullsock),
	WORD(snd_cwnd),
	WORD(srtt_us),
	WORD(bpf_sock_ops_cb_flags),
	WORD(state),
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
	SAME(S, sk_txhash, 4, 4, OPS, OPS),
	SAME(S, bytes_received, 8, 0, OPS, NOBODY),
	SAME(S, bytes_acked, 8, 0, OPS, NOBODY),
	SAME_POINTER(S, sk, CONTEXT_SOCKET_OR_NULL, OPS),
	SAME_POINTER(S, skb_data, CONTEXT_PACKET, OPS),
	SAME_POINTER(S, skb_data_end, CONTEXT_PACKET_END, OPS),
	WORD(skb_len),
	SAME_START(S, skb_tcp_flags, OPS),
	SAME(S, skb_hwtstamp, 8, 0, OPS, NOBODY),
};
const struct context sock_ops_context = CONTEXT(bpf_sock_ops, sock_ops_fields);
#undef S
#undef WORD

#define S struct bpf_sockopt
#define OPT WHO(PROG(CGROUP_SOCKOPT))
#define GET WHO_AT(PROG(CGROUP_SOCKOPT), AT(CGROUP_GETSOCKOPT))
#define SET WHO_AT(PROG(CGROUP_SOCKOPT), AT(CGROUP_SETSOCKOPT))
static const struct context_field sockopt_fields[] = {
	SAME_POINTER(S, sk, CONTEXT_SOCKET, OPT),
	SAME_POINTER(S, optval, CONTEXT_PACKET, OPT),
	SAME_POINTER(S, optval_end, CONTEXT_PACKET_END, OPT),
	SAME(S, level, 4, 4, OPT, SET),
	SAME(S, optname, 4, 4, OPT, SET),
	SAME(S, optlen, 4, 4, OPT, OPT),
	SAME(S, retval, 4, 4, GET, GET),
};
const struct context sockopt_context = CONTEXT(bpf_sockopt, sockopt_fields);
#undef S

#define S struct sk_msg_md
#define MSG WHO(PROG(SK_MSG))
#define WORD(member) SAME(S, member, 4, 0, MSG, NOBODY)
static const struct context_field sk_msg_fields[] = {
	SAME_POINTER(S, data, CONTEXT_PACKET, MSG),
	SAME_POINTER(S, data_end, CONTEXT_PACKET_END, MSG),
	WORD(family),
	WORD(remote_ip4),
	WORD(local_ip4),
	WORD(remote_ip6),
	WORD(local_ip6),
	WORD(remote_port),
	WORD(local_port),
	WORD(size),
	SAME_POINTER(S, sk, CONTEXT_SOCKET, MSG),
};
const struct context sk_msg_context = CONTEXT(sk_msg_md, sk_msg_fields);
#undef S
#undef WORD

#define S struct sk_reuseport_md
#define REUSE WHO(PROG(SK_REUSEPORT))
static const struct context_field sk_reuseport_fields[] = {
	SAME_POINTER(S, data, CONTEXT_PACKET, REUSE),
	SAME_POINTER(S, data_end, CONTEXT_PACKET_END, REUSE),
	SAME(S, len, B124, 0, REUSE, NOBODY),
	SAME(S, eth_protocol, 2 | 4, 0, REUSE, NOBODY),
	SAME(S, ip_protocol, B124, 0, REUSE, NOBODY),
	SAME(S, bind_inany, B124, 0, REUSE, NOBODY),
	SAME(S, hash, 4, 0, REUSE, NOBODY),
	SAME_POINTER(S, sk, CONTEXT_SOCKET, REUSE),
	SAME_POINTER(S, migrating_sk, CONTEXT_SOCK_COMMON_OR_NULL, REUSE),
};
const struct context sk_reuseport_context = CONTEXT(sk_reuseport_md, sk_reuseport_fields);
#undef S

#define S struct bpf_sk_lookup
#define LOOKUP WHO(PROG(SK_LOOKUP))
static const struct context_field sk_lookup_fields[] = {
	SAME_POINTER(S, sk, CONTEXT_SOCKET_OR_NULL, LOOKUP),
	SAME(S, family, B124, 0, LOOKUP, NOBODY),
	SAME(S, protocol, B124, 0, LOOKUP, NOBODY),
	SAME(S, remote_ip4, B124, 0, LOOKUP, NOBODY),
	SAME(S, remote_ip6, B124, 0, LOOKUP, NOBODY),
	/* 16 bits and two zero bytes, which may be read: it was 32 bits wide once. */
	{ .name = "remote_port",
		.offset = offsetof(S, remote_port),
		.size = 4,
		.read_sizes = B124,
		.runtime_offset = offsetof(S, remote_port),
		.readers = LOOKUP },
	SAME(S, local_ip4, B124, 0, LOOKUP, NOBODY),
	SAME(S, local_ip6, B124, 0, LOOKUP, NOBODY),
	SAME(S, local_port, B124, 0, LOOKUP, NOBODY),
	SAME(S, ingress_ifindex, B124, 0, LOOKUP, NOBODY),
};
const struct context sk_lookup_context = CONTEXT(bpf_sk_lookup, sk_lookup_fields);
#undef S
