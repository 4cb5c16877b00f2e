/* SPDX-License-Identifier: BSD-2-Clause */
/* For the tests of the tool: subprograms of two kinds, a kernel function, variables, two programs. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int counter = 3;
const volatile int limit = 7;

extern int bpf_some_kfunc(int argument) __ksym __weak;

static __attribute__((noinline)) int twice(int n)
{
	return n * counter * 2;
}

__attribute__((noinline)) int thrice(int n)
{
	return n * limit + twice(n);
}

SEC("socket")
int calls(struct __sk_buff *skb)
{
	return thrice(skb->len) + twice(skb->mark);
}

SEC("socket")
int asks_kernel(struct __sk_buff *skb)
{
	return bpf_some_kfunc ? bpf_some_kfunc(skb->len) : 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
