/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts the bytes of IPv4 packets, for each IP protocol: a socket filter for a packet socket, whose packets begin
 * with the link header.
 *
 *   skep run sockex1.bpf.o --dev lo
 *   skep run sockex1.bpf.o --pcap FILE
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* The packet loads of classic BPF: a load outside of the packet ends the program with 0. */
unsigned long long load_byte(void *skb, unsigned long long offset) asm("llvm.bpf.load.byte");

/* By IP protocol number: bytes, with the link header. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} bytes_by_protocol SEC(".maps");

SEC("socket")
int count_bytes(struct __sk_buff *skb)
{
	__u32 protocol;
	__u64 *bytes;

	/* A loopback device shows each packet twice: as it leaves, and as it comes in. */
	if (skb->pkt_type == PACKET_OUTGOING)
		return 0;
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
	protocol = load_byte(skb, ETH_HLEN + __builtin_offsetof(struct iphdr, protocol));
	bytes = bpf_map_lookup_elem(&bytes_by_protocol, &protocol);
	if (bytes)
		__sync_fetch_and_add(bytes, skb->len);
	return 0; /* keep the packet out of the socket's queue: it was only counted */
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
