/* SPDX-License-Identifier: BSD-2-Clause */
/* struct __sk_buff and struct xdp_md: packets. At run time: struct skb and struct xdp of progs/skb.h. */
#include "base/macros.h"
#include "progs/contexts/contexts.h"
#include "progs/skb.h"

#define LWT (PROG(LWT_IN) | PROG(LWT_OUT) | PROG(LWT_XMIT) | PROG(LWT_SEG6LOCAL))
#define TC (PROG(SCHED_CLS) | PROG(SCHED_ACT))
#define ALL (PROG(SOCKET_FILTER) | TC | PROG(CGROUP_SKB) | LWT | PROG(SK_SKB))
#define SOCKET_KNOWN (PROG(CGROUP_SKB) | PROG(SK_SKB))
#define DIRECT ((ALL & ~PROG(SOCKET_FILTER)) | PROG(FLOW_DISSECTOR))

/* clang-format off */
#define FIELD(member, reads, writes, readers_, writers_)                                                               \
	{                                                                                                              \
		.name = #member, .offset = offsetof(struct __sk_buff, member),                                         \
		.size = sizeof(((struct __sk_buff *)0)->member), .read_sizes = reads, .write_sizes = writes,           \
		.runtime_offset = offsetof(struct skb, member), .readers = readers_, .writers = writers_,              \
	}
/* Linux keeps 16 bits of these: a store keeps the low half, and the rest stays zero. */
#define HALF(member, readers_, writers_)                                                                               \
	{                                                                                                              \
		.name = #member, .offset = offsetof(struct __sk_buff, member), .size = 4, .read_sizes = B124,          \
		.write_sizes = 4, .runtime_size = 2, .runtime_offset = offsetof(struct skb, member),                   \
		.readers = readers_, .writers = writers_,                                                              \
	}
#define POINTER(member, size_, value_, readers_)                                                                       \
	{                                                                                                              \
		.name = #member, .offset = offsetof(struct __sk_buff, member), .size = size_, .read_sizes = size_,     \
		.value = value_, .runtime_size = 8, .runtime_offset = offsetof(struct skb, member),                    \
		.readers = readers_,                                                                                   \
	}
/* clang-format on */

static const struct context_field skb_fields[] = {
	FIELD(len, B124, 0, WHO(ALL), NOBODY),
	FIELD(pkt_type, B124, 0, WHO(ALL), NOBODY),
	FIELD(mark, B124, 4, WHO(ALL & ~PROG(SK_SKB)), WHO(TC | LWT | PROG(CGROUP_SKB))),
	HALF(queue_mapping, WHO(ALL), WHO(TC)),
	FIELD(protocol, B124, 0, WHO(ALL), NOBODY),
	FIELD(vlan_present, B124, 0, WHO(ALL), NOBODY),
	FIELD(vlan_tci, B124, 0, WHO(ALL), NOBODY),
	FIELD(vlan_proto, B124, 0, WHO(ALL), NOBODY),
	FIELD(priority, B124, 4, WHO(ALL), WHO(ALL & ~PROG(SOCKET_FILTER))),
	FIELD(ingress_ifindex, B124, 0, WHO(ALL), NOBODY),
	FIELD(ifindex, B124, 0, WHO(ALL), NOBODY),
	HALF(tc_index, WHO(ALL), WHO(TC | PROG(SK_SKB))),
	FIELD(cb, B1248, B1248, WHO(ALL), WHO(ALL & ~PROG(SK_SKB))),
	FIELD(hash, B124, 0, WHO(ALL), NOBODY),
	HALF(tc_classid, WHO(TC), WHO(TC)),
	POINTER(data, 4, CONTEXT_PACKET, WHO(DIRECT)),
	POINTER(data_end, 4, CONTEXT_PACKET_END, WHO(DIRECT)),
	FIELD(napi_id, B124, 0, WHO(ALL), NOBODY),
	FIELD(family, B124, 0, WHO(SOCKET_KNOWN), NOBODY),
	FIELD(remote_ip4, 4, 0, WHO(SOCKET_KNOWN), NOBODY),
	FIELD(local_ip4, 4, 0, WHO(SOCKET_KNOWN), NOBODY),
	FIELD(remote_ip6, 4, 0, WHO(SOCKET_KNOWN), NOBODY),
	FIELD(local_ip6, 4, 0, WHO(SOCKET_KNOWN), NOBODY),
	FIELD(remote_port, B124, 0, WHO(SOCKET_KNOWN), NOBODY),
	FIELD(local_port, B124, 0, WHO(SOCKET_KNOWN), NOBODY),
	POINTER(data_meta, 4, CONTEXT_PACKET_META, WHO(TC)),
	POINTER(flow_keys, 8, CONTEXT_FLOW_KEYS, WHO(PROG(FLOW_DISSECTOR))),
	FIELD(tstamp, 8, 8, WHO(TC | PROG(CGROUP_SKB)), WHO(TC | PROG(CGROUP_SKB))),
	FIELD(wire_len, B124, 0, WHO(TC), NOBODY),
	FIELD(gso_segs, B124, 0, WHO(ALL), NOBODY),
	POINTER(sk, 8, CONTEXT_SOCK_COMMON_OR_NULL, WHO(ALL)),
	FIELD(gso_size, B124, 0, WHO(ALL), NOBODY),
	FIELD(tstamp_type, 1, 0, WHO(TC), NOBODY),
	FIELD(hwtstamp, 8, 0, WHO(TC | PROG(CGROUP_SKB)), NOBODY),
};
const struct context skb_context = CONTEXT(__sk_buff, skb_fields);

/* clang-format off */
#define XDP_FIELD(member, value_, runtime_size_, readers_)                                                             \
	{                                                                                                              \
		.name = #member, .offset = offsetof(struct xdp_md, member), .size = 4, .read_sizes = 4,                \
		.value = value_, .runtime_size = runtime_size_, .runtime_offset = offsetof(struct xdp, member),        \
		.readers = readers_,                                                                                   \
	}
/* clang-format on */

static const struct context_field xdp_fields[] = {
	XDP_FIELD(data, CONTEXT_PACKET, 8, WHO(PROG(XDP))),
	XDP_FIELD(data_end, CONTEXT_PACKET_END, 8, WHO(PROG(XDP))),
	XDP_FIELD(data_meta, CONTEXT_PACKET_META, 8, WHO(PROG(XDP))),
	XDP_FIELD(ingress_ifindex, CONTEXT_SCALAR, 0, WHO(PROG(XDP))),
	XDP_FIELD(rx_queue_index, CONTEXT_SCALAR, 0, WHO(PROG(XDP))),
	XDP_FIELD(egress_ifindex, CONTEXT_SCALAR, 0, WHO_AT(PROG(XDP), AT(XDP_DEVMAP))),
};
const struct context xdp_context = CONTEXT(xdp_md, xdp_fields);
