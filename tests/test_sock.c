/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets that programs find and look at: the same as in the kernel, for real sockets of this process. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "helpers/proto.h"
#include "isa/asm.h"
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

static int helper_number(void *argument, const char *name, size_t length)
{
	for (uint32_t i = 1; helper_find(i); i++)
		if (length > 4 && strlen(helper_find(i)->name) == length - 4 &&
			!memcmp(helper_find(i)->name, name + 4, length - 4))
			return (int)i;
	return -1;
}

/* Runs the program on a packet of zeros in skep and in the kernel; both must give the same, which is returned. */
static uint32_t run_both(const char *text)
{
	struct bpf_insn *insns;
	struct asm_error error;
	uint32_t n, theirs;
	char packet[64] = { 0 };

	if (asm_program(text, &(struct asm_options){ .helper = helper_number }, &insns, &n, &error))
		fail_msg("line %u: %s", error.line, error.message);
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SCHED_CLS,
		.insns = (uintptr_t)insns,
		.insn_cnt = n,
		.license = (uintptr_t) "GPL" };
	int ours = skep_bpf(hive, BPF_PROG_LOAD, &attr, sizeof(attr));
	assert_true(ours >= 0);
	attr = (union bpf_attr){
		.test = { .prog_fd = ours, .data_in = (uintptr_t)packet, .data_size_in = sizeof(packet) }
	};
	assert_int_equal(skep_bpf(hive, BPF_PROG_TEST_RUN, &attr, sizeof(attr)), 0);
	close(ours);
	uint32_t result = attr.test.retval;
	if (!oracle_available() || oracle_release() != RELEASE_REFERENCE)
		goto out;
	int kernel = oracle_prog_load(
		&(struct oracle_prog){ .type = BPF_PROG_TYPE_SCHED_CLS, .insns = insns, .n_insns = n });
	assert_true(kernel >= 0);
	assert_int_equal(oracle_prog_run_plain(kernel, &theirs), 0);
	close(kernel);
	assert_int_equal(result, theirs);
out:
	free(insns);
	return result;
}

/* A program that looks a tuple of IPv4 up and folds what it finds into a number; 1 if it finds nothing. */
static const char *lookup(const char *helper, const struct sockaddr_in *from, const struct sockaddr_in *to, int netns,
	int flags, int size)
{
	static char text[4096];

	snprintf(text, sizeof(text),
		"*(u32 *)(r10 -16) = %d\n"
		"*(u32 *)(r10 -12) = %d\n"
		"*(u16 *)(r10 -8) = %d\n"
		"*(u16 *)(r10 -6) = %d\n"
		"r2 = r10\n"
		"r2 += -16\n"
		"r3 = %d\n"
		"r4 = %d\n"
		"r5 = %d\n"
		"call bpf_%s\n"
		"r6 = 1\n"
		"if r0 == 0x0 goto out\n"
		"r7 = r0\n"
		"r6 = *(u32 *)(r7 +4)\n"
		"r6 *= 31\n"
		"r1 = *(u32 *)(r7 +44)\n"
		"r6 += r1\n"
		"r6 *= 31\n"
		"r1 = *(u16 *)(r7 +48)\n"
		"r6 += r1\n"
		"r6 *= 31\n"
		"r1 = *(u32 *)(r7 +72)\n"
		"r6 += r1\n"
		"r6 *= 31\n"
		"r1 = *(u32 *)(r7 +24)\n"
		"r6 += r1\n"
		"r6 *= 31\n"
		"r1 = *(u32 *)(r7 +52)\n"
		"r6 += r1\n"
		"r1 = r7\n"
		"call bpf_sk_release\n"
		"out:\n"
		"r0 = r6\n"
		"exit\n",
		(int)from->sin_addr.s_addr, (int)to->sin_addr.s_addr, (int16_t)from->sin_port, (int16_t)to->sin_port,
		size, netns, flags, helper);
	return text;
}

static struct sockaddr_in address_of(int fd)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	return address;
}

static int bound_socket(int type)
{
	struct sockaddr_in loopback = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&loopback, sizeof(loopback)), 0);
	return fd;
}

static void test_tcp(void **state)
{
	int listener = bound_socket(SOCK_STREAM), client = bound_socket(SOCK_STREAM);
	struct sockaddr_in to = address_of(listener), from = address_of(client), nobody = { .sin_port = htons(1) };

	/* Nobody listens yet; then somebody does; then there is a connection, seen from both ends. */
	assert_int_equal(run_both(lookup("sk_lookup_tcp", &from, &to, -1, 0, 12)), 1);
	assert_int_equal(listen(listener, 4), 0);
	uint32_t listening = run_both(lookup("sk_lookup_tcp", &from, &to, -1, 0, 12));
	assert_int_not_equal(listening, 1);
	assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof(to)), 0);
	uint32_t connected = run_both(lookup("sk_lookup_tcp", &from, &to, -1, 0, 12));
	assert_int_not_equal(connected, listening);
	assert_int_not_equal(run_both(lookup("sk_lookup_tcp", &to, &from, -1, 0, 12)), 1);
	assert_int_not_equal(run_both(lookup("skc_lookup_tcp", &to, &from, -1, 0, 12)), 1);

	/* What cannot be found: another protocol, another tuple, wrong sizes and flags, namespaces without an id. */
	assert_int_equal(run_both(lookup("sk_lookup_udp", &from, &to, -1, 0, 12)), 1);
	assert_int_equal(run_both(lookup("sk_lookup_tcp", &nobody, &nobody, -1, 0, 12)), 1);
	assert_int_equal(run_both(lookup("sk_lookup_tcp", &from, &to, -1, 0, 8)), 1);
	assert_int_equal(run_both(lookup("sk_lookup_tcp", &from, &to, -1, 1, 12)), 1);
	assert_int_equal(run_both(lookup("sk_lookup_tcp", &from, &to, 12345, 0, 12)), 1);
	close(client);
	close(listener);
}

static void test_udp(void **state)
{
	int receiver = bound_socket(SOCK_DGRAM), sender = bound_socket(SOCK_DGRAM);
	struct sockaddr_in to = address_of(receiver), from = address_of(sender);

	assert_int_not_equal(run_both(lookup("sk_lookup_udp", &from, &to, -1, 0, 12)), 1);
	assert_int_equal(run_both(lookup("sk_lookup_tcp", &from, &to, -1, 0, 12)), 1);
	close(sender);
	close(receiver);
	assert_int_equal(run_both(lookup("sk_lookup_udp", &from, &to, -1, 0, 12)), 1);
}

/* The socket of a test run: each field that may be read, and what helpers make of it. */
static void test_socket_of_a_run(void **state)
{
	static const int offsets[] = { 0, 4, 8, 12, 16, 20, 44, 72, 76 };
	char text[512];

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		snprintf(text, sizeof(text),
			"r1 = *(u64 *)(r1 +168)\n"
			"r0 = 77\n"
			"if r1 == 0x0 goto out\n"
			"call bpf_sk_fullsock\n"
			"if r0 == 0x0 goto out\n"
			"r0 = *(u32 *)(r0 +%d)\n"
			"out:\n"
			"exit\n",
			offsets[i]);
		run_both(text);
	}
	assert_int_equal(run_both("r1 = *(u64 *)(r1 +168)\n"
				  "r0 = 77\n"
				  "if r1 == 0x0 goto out\n"
				  "call bpf_tcp_sock\n"
				  "if r0 == 0x0 goto out\n"
				  "r0 = 1\n"
				  "out:\n"
				  "exit\n"),
		0);
	assert_int_equal(run_both("r1 = *(u64 *)(r1 +168)\n"
				  "r0 = 77\n"
				  "if r1 == 0x0 goto out\n"
				  "call bpf_sk_fullsock\n"
				  "if r0 == 0x0 goto out\n"
				  "r1 = r0\n"
				  "call bpf_get_listener_sock\n"
				  "if r0 == 0x0 goto out\n"
				  "r0 = 1\n"
				  "out:\n"
				  "exit\n"),
		0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_socket_of_a_run),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
