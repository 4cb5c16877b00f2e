/* SPDX-License-Identifier: BSD-2-Clause */
/* Contexts: which accesses are allowed, compared with the kernel for every offset, size and direction. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/macros.h"
#include "oracle.h"
#include "progs/context.h"
#include "progs/prog_type.h"
#include "progs/skb.h"

/* Program types and an attach type that they can be loaded with. */
static const struct {
	uint32_t prog_type, attach_type;
} loadable[] = {
	{ BPF_PROG_TYPE_SOCKET_FILTER, 0 },
	{ BPF_PROG_TYPE_KPROBE, 0 },
	{ BPF_PROG_TYPE_SCHED_CLS, 0 },
	{ BPF_PROG_TYPE_SCHED_ACT, 0 },
	{ BPF_PROG_TYPE_TRACEPOINT, 0 },
	{ BPF_PROG_TYPE_XDP, 0 },
	{ BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP },
	{ BPF_PROG_TYPE_PERF_EVENT, 0 },
	{ BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND },
	{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET6_POST_BIND },
	{ BPF_PROG_TYPE_LWT_IN, 0 },
	{ BPF_PROG_TYPE_LWT_OUT, 0 },
	{ BPF_PROG_TYPE_LWT_XMIT, 0 },
	{ BPF_PROG_TYPE_LWT_SEG6LOCAL, 0 },
	{ BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS },
	{ BPF_PROG_TYPE_SK_SKB, 0 },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE },
	{ BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT, 0 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_CONNECT },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_SENDMSG },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_RECVMSG },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UNIX_CONNECT },
	{ BPF_PROG_TYPE_LIRC_MODE2, 0 },
	{ BPF_PROG_TYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT },
	{ BPF_PROG_TYPE_FLOW_DISSECTOR, 0 },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT },
	{ BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP },
};

static uint8_t size_bits(uint32_t size)
{
	return size == 1 ? BPF_B : size == 2 ? BPF_H : size == 4 ? BPF_W : 0x18;
}

/* A program that makes one access, and whether the kernel takes it. */
static bool kernel_allows(uint32_t prog_type, uint32_t attach_type, int offset, uint32_t size, bool write)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 0 },
		{ .code = (write ? BPF_STX : BPF_LDX) | BPF_MEM | size_bits(size),
			.dst_reg = write ? 1 : 3,
			.src_reg = write ? 2 : 1,
			.off = (int16_t)offset },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = oracle_prog_load(&(struct oracle_prog){
		.type = prog_type, .expected_attach_type = attach_type, .insns = insns, .n_insns = ARRAY_SIZE(insns) });

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * Where the kernel is wrong: it compares the offset of a tracepoint record as an unsigned number, and so lets programs
 * read the eight bytes in front of it.
 */
static bool kernel_is_wrong(uint32_t prog_type, int offset)
{
	return prog_type == BPF_PROG_TYPE_TRACEPOINT && offset < 0;
}

/* Whether the kernel was built with this program type: it takes a program that touches nothing. */
static bool kernel_has(uint32_t prog_type, uint32_t attach_type)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = oracle_prog_load(&(struct oracle_prog){
		.type = prog_type, .expected_attach_type = attach_type, .insns = insns, .n_insns = ARRAY_SIZE(insns) });

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void test_accesses_equal_kernel(void **state)
{
	unsigned compared = 0, different = 0;

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned i = 0; i < ARRAY_SIZE(loadable); i++) {
		uint32_t prog_type = loadable[i].prog_type, attach_type = loadable[i].attach_type;
		const struct context *context = context_find(prog_type);

		assert_non_null(context);
		if (!kernel_has(prog_type, attach_type)) {
			print_message("the kernel lacks %s\n", prog_type_find(prog_type)->name);
			continue;
		}
		int end = context->size ? (int)context->size : 104;
		for (int offset = -8; offset < end + 16; offset++)
			for (unsigned bits = 0; bits < 8; bits++) {
				uint32_t size = 1u << bits / 2;
				bool write = bits & 1;

				if (kernel_is_wrong(prog_type, offset))
					continue;
				bool ours = !context_check(context, prog_type, attach_type, offset, size, write, NULL);

				compared++;
				if (ours == kernel_allows(prog_type, attach_type, offset, size, write))
					continue;
				different++;
				print_error("%s attach %u: %s of %u bytes at %d: we %s it\n",
					prog_type_find(prog_type)->name, attach_type, write ? "write" : "read", size,
					offset, ours ? "allow" : "refuse");
			}
	}
	print_message("%u accesses compared\n", compared);
	assert_int_equal(different, 0);
}

static void test_rewrites(void **state)
{
	struct context_access access;

	/* A packet pointer is 32 bits wide for the program and 64 at run time. */
	assert_int_equal(context_check(&(struct context){ 0 }, 0, 0, 0, 3, false, NULL), -13);
	const struct context *skb = context_find(BPF_PROG_TYPE_SCHED_CLS);
	assert_int_equal(
		context_check(skb, BPF_PROG_TYPE_SCHED_CLS, 0, offsetof(struct __sk_buff, data), 4, false, &access), 0);
	assert_int_equal(access.value, CONTEXT_PACKET);
	assert_int_equal(access.runtime_offset, offsetof(struct skb, data));
	assert_int_equal(access.runtime_size, 8);
	/* A narrow load keeps its size and its place in the field. */
	assert_int_equal(
		context_check(skb, BPF_PROG_TYPE_SCHED_CLS, 0, offsetof(struct __sk_buff, mark) + 2, 2, false, &access),
		0);
	assert_int_equal(access.runtime_offset, offsetof(struct skb, mark) + 2);
	assert_int_equal(access.runtime_size, 2);
	/* A field of which Linux keeps 16 bits is loaded whole and stored by half. */
	int tc_index = offsetof(struct __sk_buff, tc_index);
	assert_int_equal(context_check(skb, BPF_PROG_TYPE_SCHED_CLS, 0, tc_index, 4, true, &access), 0);
	assert_int_equal(access.runtime_size, 2);
	assert_int_equal(context_check(skb, BPF_PROG_TYPE_SCHED_CLS, 0, tc_index, 4, false, &access), 0);
	assert_int_equal(access.runtime_size, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accesses_equal_kernel),
		cmocka_unit_test(test_rewrites),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
