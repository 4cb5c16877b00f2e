/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers, each with many arguments, beside this machine's kernel; see helper_case.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "helper_case.h"
#include "oracle.h"
#include "skep/uapi.h"

#define CLS BPF_PROG_TYPE_SCHED_CLS

static int setup(void **state)
{
	return helper_cases_start();
}

static int teardown(void **state)
{
	print_message("%u runs compared with the kernel\n", helper_cases_compared());
	helper_cases_end();
	return 0;
}

static unsigned different;

/* A program of a type, written like printf(), on a packet. */
__attribute__((format(printf, 4, 5))) static void on_packet(
	uint32_t type, const void *packet, uint32_t size, const char *format, ...)
{
	char text[4096], name[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* The lines that differ from case to case are the first. */
	snprintf(name, sizeof(name), "%.200s", text);
	for (char *c = name; *c; c++)
		if (*c == '\n')
			*c = ';';
	different += helper_case_compare(
		&(struct helper_case){ .name = name, .type = type, .text = text, .packet = packet, .size = size });
}

static uint8_t ipv4[94] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 80, 1, 2, 0, 0, 64, 17, 0x12, 0x34,
	10, 0, 0, 1, 10, 0, 0, 2, 0x10, 0, 0x20, 0, 0, 60, 0xab, 0xcd };
static uint8_t ipv6[134] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 80, 17, 64, 0xfe,
	0x80, [37] = 1, 0xfe, 0x80, [53] = 2, 0x10, 0, 0x20, 0, 0, 80, 0xab, 0xcd };
static uint8_t arp[60] = { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 2, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1 };

static void fill(void)
{
	for (unsigned i = 42; i < sizeof(ipv4); i++)
		ipv4[i] = (uint8_t)(i * 7);
	for (unsigned i = 62; i < sizeof(ipv6); i++)
		ipv6[i] = (uint8_t)(i * 5);
}

static const struct {
	const uint8_t *bytes;
	uint32_t size;
} packets[] = { { ipv4, sizeof(ipv4) }, { ipv6, sizeof(ipv6) }, { arp, sizeof(arp) } };

/* What a packet program can see after a helper, into the output map; r6 is the context, r7 the result. */
#define SEE_SKB                                                               \
	"r1 = map_value[0]+0\n"                                               \
	"r2 = *(u32 *)(r6 +0)\n*(u32 *)(r1 +0) = r2\n"                        \
	"r2 = *(u32 *)(r6 +4)\n*(u32 *)(r1 +4) = r2\n"                        \
	"r2 = *(u32 *)(r6 +16)\n*(u32 *)(r1 +16) = r2\n"                      \
	"r2 = *(u32 *)(r6 +20)\n*(u32 *)(r1 +20) = r2\n"                      \
	"r2 = *(u32 *)(r6 +24)\n*(u32 *)(r1 +24) = r2\n"                      \
	"r2 = *(u32 *)(r6 +28)\n*(u32 *)(r1 +28) = r2\n"                      \
	"r2 = *(u32 *)(r6 +68)\n*(u32 *)(r1 +32) = r2\n"                      \
	"r3 = *(u32 *)(r6 +76)\nr4 = *(u32 *)(r6 +80)\n"                      \
	"r2 = r3\nr2 += 14\n*(u64 *)(r1 +40) = 0\n"                           \
	"if r2 > r4 goto pc+2\nr2 = *(u64 *)(r3 +6)\n*(u64 *)(r1 +40) = r2\n" \
	"r3 -= r4\n*(u64 *)(r1 +48) = r3\n"                                   \
	"r0 = r7\nexit\n"

static void check_equal(void)
{
	unsigned count = different;

	different = 0;
	assert_int_equal(count, 0);
}

/* Runs a call with these arguments after r1, then looks at everything. */
static void skb_call(unsigned packet, unsigned helper, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5)
{
	on_packet(CLS, packets[packet].bytes, packets[packet].size,
		"# helper %u(%llx, %llx, %llx, %llx) packet %u\nr6 = r1\nr2 = 0x%llx ll\nr3 = 0x%llx ll\nr4 = 0x%llx "
		"ll\nr5 = 0x%llx ll\ncall helper#%u\nr7 = r0\n" SEE_SKB,
		helper, (long long)r2, (long long)r3, (long long)r4, (long long)r5, packet, (long long)r2,
		(long long)r3, (long long)r4, (long long)r5, helper);
}

static void packet_ends(void **state)
{
	static const uint32_t lengths[] = { 0, 1, 13, 14, 15, 33, 34, 60, 94, 95, 134, 200, 3000, 9000, 16064, 16065,
		-1u };

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned p = 0; p < ARRAY_SIZE(packets); p++) {
		for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
			skb_call(p, BPF_FUNC_skb_change_tail, lengths[i], 0, 0, 0);
			skb_call(p, BPF_FUNC_skb_change_head, lengths[i], 0, 0, 0);
			skb_call(p, BPF_FUNC_skb_pull_data, lengths[i], 0, 0, 0);
		}
		skb_call(p, BPF_FUNC_skb_change_tail, 60, 1, 0, 0);
		skb_call(p, BPF_FUNC_skb_change_head, 60, 1, 0, 0);
		skb_call(p, BPF_FUNC_skb_change_head, 16065 - packets[p].size, 0, 0, 0);
		skb_call(p, BPF_FUNC_skb_change_head, 16064 - packets[p].size, 0, 0, 0);
	}
	check_equal();
}

static void packet_kind(void **state)
{
	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned p = 0; p < ARRAY_SIZE(packets); p++) {
		static const uint16_t protocols[] = { 0x0008, 0xdd86, 0x0608, 0, 0x0081, 0xa888, 0x0800 };

		for (unsigned i = 0; i < ARRAY_SIZE(protocols); i++) {
			skb_call(p, BPF_FUNC_skb_change_proto, protocols[i], 0, 0, 0);
			skb_call(p, BPF_FUNC_skb_change_proto, protocols[i], 1, 0, 0);
			skb_call(p, BPF_FUNC_skb_vlan_push, protocols[i], 0x2123, 0, 0);
		}
		for (unsigned type = 0; type < 9; type++)
			skb_call(p, BPF_FUNC_skb_change_type, type, 0, 0, 0);
		for (unsigned level = 0; level < 6; level++)
			skb_call(p, BPF_FUNC_csum_level, level, 0, 0, 0);
		skb_call(p, BPF_FUNC_skb_vlan_pop, 0, 0, 0, 0);
		skb_call(p, BPF_FUNC_csum_update, 5, 0, 0, 0);
		skb_call(p, BPF_FUNC_set_hash, 0x12345678, 0, 0, 0);
		skb_call(p, BPF_FUNC_set_hash_invalid, 0, 0, 0, 0);
		skb_call(p, BPF_FUNC_get_cgroup_classid, 0, 0, 0, 0);
		skb_call(p, BPF_FUNC_get_route_realm, 0, 0, 0, 0);
	}
	check_equal();
}

/* Two and three tags in a row, pushed and popped. */
static void vlan_tags(void **state)
{
	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned pushes = 0; pushes < 4; pushes++)
		for (unsigned pops = 0; pops < 5; pops++) {
			char text[4096] = "";
			size_t at = 0;

			at += (size_t)snprintf(
				text + at, sizeof(text) - at, "# %u pushes, %u pops\nr6 = r1\n", pushes, pops);
			for (unsigned i = 0; i < pushes; i++)
				at += (size_t)snprintf(text + at, sizeof(text) - at,
					"r1 = r6\nr2 = %u\nr3 = %u\ncall helper#18\n", i & 1 ? 0xa888 : 0x0081,
					100 + i);
			for (unsigned i = 0; i < pops; i++)
				at += (size_t)snprintf(text + at, sizeof(text) - at, "r1 = r6\ncall helper#19\n");
			snprintf(text + at, sizeof(text) - at, "r7 = 0\n" SEE_SKB);
			for (unsigned p = 0; p < ARRAY_SIZE(packets); p++)
				on_packet(CLS, packets[p].bytes, packets[p].size, "%s", text);
		}
	check_equal();
}

static void packet_room(void **state)
{
	static const int32_t sizes[] = { 0, 1, 8, 20, 28, 40, 50, 100, 4095, 4096, -1, -8, -20, -28, -40, -46, -60, -80,
		-4096 };
	static const uint64_t flags[] = { 0, 1, 1 << 1, 1 << 2, 3 << 1, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8,
		3 << 7, 1 << 9, (1 << 1) | (1 << 3), (1 << 1) | (1 << 4), (1 << 2) | (1 << 4), (1 << 1) | (3 << 3),
		(14ull << 56) | (1 << 1) | (1 << 6), (13ull << 56) | (1 << 2) | (1 << 6), (14ull << 56) | (1 << 2),
		(60ull << 56) | (1 << 1), 1ull << 40 };

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned p = 0; p < ARRAY_SIZE(packets); p++)
		for (unsigned mode = 0; mode < 3; mode++)
			for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++)
				for (unsigned f = 0; f < ARRAY_SIZE(flags); f++)
					if (mode < 2 || f < 2)
						skb_call(p, BPF_FUNC_skb_adjust_room, (uint64_t)sizes[i], mode,
							flags[f], 0);
	check_equal();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet_ends),
		cmocka_unit_test(packet_kind),
		cmocka_unit_test(vlan_tags),
		cmocka_unit_test(packet_room),
	};

	fill();
	return cmocka_run_group_tests(tests, setup, teardown);
}
