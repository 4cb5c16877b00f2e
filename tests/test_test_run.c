/* SPDX-License-Identifier: BSD-2-Clause */
/* PROG_LOAD and PROG_TEST_RUN: results, outputs and errors beside those of this machine's kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "oracle.h"
#include "skep/skep.h"
#include "skep/uapi.h"

static struct skep_hive *hive;

static int setup(void **state)
{
	return skep_hive_new(NULL, &hive);
}

static int teardown(void **state)
{
	skep_hive_free(hive);
	return 0;
}

static int load(uint32_t type, const struct bpf_insn *insns, uint32_t n_insns)
{
	union bpf_attr attr = {
		.prog_type = type, .insns = (uintptr_t)insns, .insn_cnt = n_insns, .license = (uintptr_t) "GPL"
	};

	return skep_bpf(hive, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int load_oracle(uint32_t type, const struct bpf_insn *insns, uint32_t n_insns)
{
	return oracle_prog_load(&(struct oracle_prog){ .type = type, .insns = insns, .n_insns = n_insns });
}

/* What a run is given, and what came back. */
struct run_case {
	uint32_t size, room, context_size, context_room, flags, cpu, batch;
	uint8_t data[4200], context[256];
	long result;
	uint32_t retval, size_out, context_out;
	uint8_t out[4200], context_bytes[256];
};

static void run(struct run_case *run, int prog, bool oracle)
{
	union bpf_attr attr = { .test = {
					.prog_fd = prog,
					.data_size_in = run->size,
					.data_in = (uintptr_t)run->data,
					.data_size_out = run->room,
					.data_out = run->room ? (uintptr_t)run->out : 0,
					.ctx_size_in = run->context_size,
					.ctx_in = run->context_size ? (uintptr_t)run->context : 0,
					.ctx_size_out = run->context_room,
					.ctx_out = run->context_room ? (uintptr_t)run->context_bytes : 0,
					.flags = run->flags,
					.cpu = run->cpu,
					.batch_size = run->batch,
				} };

	if (oracle)
		run->result = oracle_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	else
		run->result = skep_bpf(hive, BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	run->retval = attr.test.retval;
	run->size_out = attr.test.data_size_out;
	run->context_out = attr.test.ctx_size_out;
}

static void compare(int ours, int theirs, const struct run_case *input, const char *what)
{
	struct run_case a = *input, b = *input;

	run(&a, ours, false);
	run(&b, theirs, true);
	if (a.result != b.result)
		fail_msg("%s, %u bytes in, room for %u, context %u: %ld, the kernel says %ld", what, input->size,
			input->room, input->context_room, a.result, b.result);
	assert_int_equal(a.retval, b.retval);
	assert_int_equal(a.size_out, b.size_out);
	assert_int_equal(a.context_out, b.context_out);
	assert_memory_equal(a.out, b.out, sizeof(a.out));
	assert_memory_equal(a.context_bytes, b.context_bytes, sizeof(a.context_bytes));
}

/* r0 = *(u32 *)(r1 + offset), which is allowed for every field that is read here. */
static const struct bpf_insn read_len[] = {
	{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 0, .src_reg = 1, .off = offsetof(struct __sk_buff, len) },
	{ .code = BPF_JMP | BPF_EXIT },
};
static const struct bpf_insn return_1[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static const struct {
	const char *name;
	uint32_t type;
	const struct bpf_insn *insns;
	uint32_t context_size;
} kinds[] = {
	{ "socket_filter", BPF_PROG_TYPE_SOCKET_FILTER, read_len, sizeof(struct __sk_buff) },
	{ "sched_cls", BPF_PROG_TYPE_SCHED_CLS, read_len, sizeof(struct __sk_buff) },
	{ "sched_act", BPF_PROG_TYPE_SCHED_ACT, read_len, sizeof(struct __sk_buff) },
	{ "cgroup_skb", BPF_PROG_TYPE_CGROUP_SKB, return_1, sizeof(struct __sk_buff) },
	{ "lwt_in", BPF_PROG_TYPE_LWT_IN, read_len, sizeof(struct __sk_buff) },
	{ "lwt_xmit", BPF_PROG_TYPE_LWT_XMIT, read_len, sizeof(struct __sk_buff) },
	{ "xdp", BPF_PROG_TYPE_XDP, return_1, sizeof(struct xdp_md) },
};

static void fill_packet(struct run_case *input, uint32_t size)
{
	input->size = size;
	for (uint32_t i = 0; i < sizeof(input->data); i++)
		input->data[i] = i * 7 + 1;
	input->data[0] = 2;
	input->data[12] = 8;
	input->data[13] = 0;
}

static void each_size(int ours, int theirs, const char *name)
{
	static const uint32_t sizes[] = { 0, 13, 14, 15, 34, 60, 64, 1500, 3500 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		static struct run_case input;

		memset(&input, 0, sizeof(input));
		fill_packet(&input, sizes[i]);
		compare(ours, theirs, &input, name);
		input.room = 40;
		compare(ours, theirs, &input, name);
		input.room = sizeof(input.out);
		input.context_room = 100;
		compare(ours, theirs, &input, name);
		input.context_room = 256;
		compare(ours, theirs, &input, name);
	}
}

/* One byte at a time set in the context that goes in. */
static void each_context_byte(int ours, int theirs, const char *name, uint32_t size)
{
	for (uint32_t at = 0; at < size + 8; at++) {
		static struct run_case input;

		memset(&input, 0, sizeof(input));
		fill_packet(&input, 64);
		input.room = sizeof(input.out);
		input.context_room = 256;
		input.context_size = size + 8;
		input.context[at] = at == 4 ? 64 : 1;
		char what[64];
		snprintf(what, sizeof(what), "%s, context byte %u", name, at);
		compare(ours, theirs, &input, what);
	}
}

static void as_the_kernel(void **state)
{
	ORACLE_OF_REFERENCE_OR_SKIP();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int ours = load(kinds[i].type, kinds[i].insns, 2);
		int theirs = load_oracle(kinds[i].type, kinds[i].insns, 2);
		static struct run_case input;

		assert_true(ours >= 0);
		assert_true(theirs >= 0);
		each_size(ours, theirs, kinds[i].name);
		each_context_byte(ours, theirs, kinds[i].name, kinds[i].context_size);
		memset(&input, 0, sizeof(input));
		fill_packet(&input, 64);
		input.flags = 1;
		compare(ours, theirs, &input, kinds[i].name);
		input.flags = 8;
		compare(ours, theirs, &input, kinds[i].name);
		input.flags = 0;
		input.batch = 1;
		compare(ours, theirs, &input, kinds[i].name);
		close(ours);
		close(theirs);
	}
}

/* Without a system call: the public way to run a program. */
static void run_in_place(void **state)
{
	static const struct bpf_insn xdp[] = {
		/* The first byte of the packet, or 9 if there is none. */
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1, .off = offsetof(struct xdp_md, data) },
		{ .code = BPF_LDX | BPF_MEM | BPF_W,
			.dst_reg = 3,
			.src_reg = 1,
			.off = offsetof(struct xdp_md, data_end) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 4, .src_reg = 2 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 4, .imm = 1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 9 },
		{ .code = BPF_JMP | BPF_JGT | BPF_X, .dst_reg = 4, .src_reg = 3, .off = 2 },
		{ .code = BPF_LDX | BPF_MEM | BPF_B, .dst_reg = 0, .src_reg = 2 },
		{ .code = BPF_ST | BPF_MEM | BPF_B, .dst_reg = 2, .imm = 77 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	uint8_t packet[64] = { 5 };
	struct skep_prog *prog;
	uint32_t result = 0;

	int fd = load(BPF_PROG_TYPE_XDP, xdp, ARRAY_SIZE(xdp));
	assert_true(fd >= 0);
	assert_int_equal(skep_prog_get(hive, fd, &prog), 0);
	close(fd);
	assert_int_equal(skep_prog_run_packet(prog, packet, sizeof(packet), &result), 0);
	assert_int_equal(result, 5);
	assert_int_equal(packet[0], 77);
	assert_int_equal(skep_prog_run_packet(prog, packet, 0, &result), 0);
	assert_int_equal(result, 9);
	skep_prog_put(prog);
	assert_int_equal(skep_prog_get(hive, 0, &prog), -EBADF);
	fd = load(BPF_PROG_TYPE_SOCKET_FILTER, read_len, 2);
	assert_int_equal(skep_prog_get(hive, fd, &prog), 0);
	assert_int_equal(skep_prog_run_packet(prog, packet, 60, &result), 0);
	assert_int_equal(result, 60);
	skep_prog_put(prog);
	close(fd);
}

/* XDP metadata goes in front of the packet. */
static void xdp_metadata(void **state)
{
	ORACLE_OF_REFERENCE_OR_SKIP();
	int ours = load(BPF_PROG_TYPE_XDP, return_1, 2);
	int theirs = load_oracle(BPF_PROG_TYPE_XDP, return_1, 2);

	for (uint32_t data = 0; data <= 230; data += 2) {
		static struct run_case input;
		struct xdp_md context = { .data = data, .data_end = 300 };

		memset(&input, 0, sizeof(input));
		fill_packet(&input, 300);
		input.room = sizeof(input.out);
		input.context_size = sizeof(context);
		input.context_room = sizeof(context);
		memcpy(input.context, &context, sizeof(context));
		compare(ours, theirs, &input, "xdp");
	}
	close(ours);
	close(theirs);
}

static void types_without_a_test_run(void **state)
{
	static struct run_case input;
	uint32_t types[] = { BPF_PROG_TYPE_KPROBE, BPF_PROG_TYPE_SK_MSG, BPF_PROG_TYPE_SOCK_OPS };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		int fd = load(types[i], return_1, 2);

		if (fd < 0)
			continue;
		fill_packet(&input, 64);
		run(&input, fd, false);
		assert_int_equal(input.result, -524);
		close(fd);
	}
}

/* Nobody can say whether a signature is right, so no program that has one is loaded. */
static void signatures_are_refused(void **state)
{
	const struct bpf_insn insns[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };
	char signature[64] = "not one";
	static const uint32_t sizes[] = { 0, sizeof(signature), 1u << 30 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		union bpf_attr attr;

		memset(&attr, 0, sizeof(attr));
		attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
		attr.insns = (uintptr_t)insns;
		attr.insn_cnt = ARRAY_SIZE(insns);
		attr.license = (uintptr_t) "GPL";
		attr.signature = (uintptr_t)signature;
		attr.signature_size = sizes[i];
		assert_int_equal(skep_bpf(hive, BPF_PROG_LOAD, &attr, sizeof(attr)),
			sizes[i] > sizeof(signature) ? -EINVAL : -EOPNOTSUPP);
		if (oracle_available() && oracle_release() == RELEASE_REFERENCE)
			assert_true(oracle_bpf(BPF_PROG_LOAD, &attr, sizeof(attr)) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_kernel),
		cmocka_unit_test(xdp_metadata),
		cmocka_unit_test(run_in_place),
		cmocka_unit_test(types_without_a_test_run),
		cmocka_unit_test(signatures_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
