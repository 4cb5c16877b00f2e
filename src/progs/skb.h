/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run-time contexts of packet programs: what struct __sk_buff and struct xdp_md stand for at run time.
 * A program sees the UAPI structure; the verifier rewrites its accesses to these fields (contexts/).
 */
#ifndef SKEP_PROGS_SKB_H
#define SKEP_PROGS_SKB_H

#include <stdbool.h>
#include <stdint.h>

#include "skep/uapi.h"

struct sock_ref;

/* Pointers that programs load are first, so that their displacement fits a byte. */
struct skb {
	uint8_t *data; /* first byte that the program sees */
	uint8_t *data_end; /* just past the last linear byte; BPF direct access stops here */
	uint8_t *data_meta;
	uint32_t len; /* of the whole packet; equal to data_end - data: packets are linear */
	uint32_t protocol; /* EtherType, network byte order in the low 16 bits, as in __sk_buff */
	uint32_t pkt_type, mark, queue_mapping;
	uint32_t vlan_present, vlan_tci, vlan_proto;
	uint32_t priority, ingress_ifindex, ifindex, tc_index, tc_classid;
	uint32_t hash, napi_id, gso_segs, gso_size, wire_len;
	uint32_t cb[5];
	uint32_t family, remote_port, local_port, remote_ip4, local_ip4;
	uint32_t remote_ip6[4], local_ip6[4];
	uint8_t tstamp_type;
	uint64_t tstamp, hwtstamp;
	struct sock_ref *sk;
	struct bpf_flow_keys *flow_keys;

	/* The buffer around the packet, for helpers that move its ends; not seen by programs. */
	uint8_t *head, *buffer_end;
	uint16_t network_offset, transport_offset; /* from data, signed; 0xffff: unknown, see skb_room.h */
	uint16_t mac_offset; /* of the link header, as a negative distance from data */
	bool owns_buffer; /* head is from malloc(): helpers may put a larger buffer in its place; free head after use */
	bool hash_known; /* hash was set, even if it is 0 */
	bool encapsulated; /* a program put an outer header in front */
	uint8_t checksum, checksum_level; /* enum skb_checksum; checked headers, less one */
};

/* What was found out about the checksum of a packet. */
enum skb_checksum {
	SKB_CHECKSUM_NONE,
	SKB_CHECKSUM_UNNECESSARY, /* the receiver has checked it */
};

struct xdp {
	uint8_t *data, *data_end, *data_meta;
	uint32_t ingress_ifindex, rx_queue_index, egress_ifindex;
	uint8_t *head, *buffer_end;
};

#endif
