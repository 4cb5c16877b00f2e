/* SPDX-License-Identifier: BSD-2-Clause */
/* For the tests of the tool: programs that no verifier may accept, and one that it may. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} values SEC(".maps");

SEC("socket")
int outside(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&values, &key);

	return value ? *(int *)((char *)value + skb->len) : 0;
}

SEC("socket")
int fine(struct __sk_buff *skb)
{
	return skb->len > 10; /* ü✓: a source line that is not ASCII */
}

SEC("socket")
int forever(struct __sk_buff *skb)
{
	asm volatile("again: goto again;");
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
