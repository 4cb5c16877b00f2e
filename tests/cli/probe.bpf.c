/* SPDX-License-Identifier: BSD-2-Clause */
/* For the tests of the tool: counts packets by what a socket filter sees of them. */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <bpf/bpf_helpers.h>

unsigned long long load_byte(void *skb, unsigned long long offset) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long offset) asm("llvm.bpf.load.half");

struct sight {
	__u32 len, pkt_type, protocol, ifindex, ingress_ifindex;
	__u32 vlan_present, vlan_tci, vlan_proto;
	__u32 link_protocol; /* where an Ethernet header has it */
	__u32 network_byte, link_byte; /* counted from the network header and the link header */
	__u32 third_word; /* by the helper */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1000);
	__type(key, struct sight);
	__type(value, __u64);
} sights SEC(".maps");

SEC("socket")
int probe(struct __sk_buff *skb)
{
	struct sight sight = {
		.len = skb->len,
		.pkt_type = skb->pkt_type,
		.protocol = skb->protocol,
		.ifindex = skb->ifindex,
		.ingress_ifindex = skb->ingress_ifindex,
		.vlan_present = skb->vlan_present,
		.vlan_tci = skb->vlan_tci,
		.vlan_proto = skb->vlan_proto,
	};
	__u64 one = 1, *count;

	sight.link_protocol = load_half(skb, 12);
	sight.network_byte = load_byte(skb, SKF_NET_OFF + 6);
	sight.link_byte = load_byte(skb, SKF_LL_OFF + 13);
	bpf_skb_load_bytes(skb, 8, &sight.third_word, sizeof(sight.third_word));
	count = bpf_map_lookup_elem(&sights, &sight);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&sights, &sight, &one, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
