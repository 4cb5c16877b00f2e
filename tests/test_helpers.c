/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers, each with many arguments, beside this machine's kernel; see helper_case.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/fault.h"
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
	/* Without this context the kernel puts all of the packet into fragments. */
	const struct xdp_md whole = { .data_end = size };
	bool xdp = type == BPF_PROG_TYPE_XDP;

	different += helper_case_compare(&(struct helper_case){ .name = name,
		.type = type,
		.text = text,
		.packet = packet,
		.size = size,
		.context = xdp ? &whole : NULL,
		.context_size = xdp ? sizeof(whole) : 0 });
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

/* What a helper that needs no packet says: r6 is the context, r0 the result, and what it wrote is in the map. */
__attribute__((format(printf, 2, 3))) static void plain(const char *constant, const char *format, ...)
{
	static char text[4096], name[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(name, sizeof(name), "\"%.100s\" %.300s", constant ? constant : "", text);
	different += helper_case_compare(&(struct helper_case){
		.name = name, .type = CLS, .text = text, .packet = ipv4, .size = sizeof(ipv4), .constant = constant });
}

static void checksums(void **state)
{
	static const uint64_t values[] = { 0, 1, 0xffff, 0x1234, 0xfffe, 0x10000, 0xffffffff, 0xfffffffe, 0xabcd1234,
		0x123456789 };
	static const uint32_t sizes[] = { 0, 1, 2, 4, 8, 0x10 | 2, 0x20 | 2, 0x60 | 4, 0x10, 0x30, 0x82, 0x14, 0x100 };
	static const uint32_t offsets[] = { 0, 1, 24, 40, 42, 92, 93, 94, 0xffff, 0x10000, -2u };

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned helper = BPF_FUNC_l3_csum_replace; helper <= BPF_FUNC_l4_csum_replace; helper++) {
		for (unsigned s = 0; s < ARRAY_SIZE(sizes); s++) {
			for (unsigned a = 0; a < ARRAY_SIZE(values); a += 1 + (s > 4))
				for (unsigned b = 0; b < ARRAY_SIZE(values); b += 1 + (s > 4))
					skb_call(0, helper, 24, values[a], values[b], sizes[s]);
			skb_call(1, helper, 16, 0, 0xffff, sizes[s]);
		}
		for (unsigned o = 0; o < ARRAY_SIZE(offsets); o++)
			skb_call(0, helper, offsets[o], 1, 2, 2);
	}
	check_equal();
}

static void checksum_differences(void **state)
{
	static const uint32_t sizes[] = { 0, 4, 8, 2, 64, 200 },
			      seeds[] = { 0, 1, 0xffff, 0x10000, 0xffffffff, 0x12345678 };

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned a = 0; a < ARRAY_SIZE(sizes); a++)
		for (unsigned b = 0; b < ARRAY_SIZE(sizes); b++)
			for (unsigned s = 0; s < ARRAY_SIZE(seeds); s++)
				plain("checksums of this text, which goes on for some time so that there is enough of "
				      "it",
					"r1 = map_value[1]+0\nr2 = %u\nr3 = map_value[1]+16\nr4 = %u\nw5 = 0x%x\n"
					"call helper#28\nexit",
					sizes[a], sizes[b], seeds[s]);
	check_equal();
}

static void load_and_store(void **state)
{
	static const uint32_t offsets[] = { 0, 1, 12, 14, 78, 80, 86, 90, 93, 94, 95, 0xffff, 0x10000, 0x7fffffff, -1u,
		-14u };
	static const uint32_t sizes[] = { 1, 2, 8, 16, 94 };
	static const uint32_t types[] = { CLS, BPF_PROG_TYPE_SOCKET_FILTER, BPF_PROG_TYPE_CGROUP_SKB };

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned o = 0; o < ARRAY_SIZE(offsets); o++)
		for (unsigned s = 0; s < ARRAY_SIZE(sizes); s++) {
			for (unsigned t = 0; t < ARRAY_SIZE(types); t++) {
				/* A cgroup program's result is 0 or 1. */
				const char *end = types[t] == BPF_PROG_TYPE_CGROUP_SKB ? "r0 &= 1\nexit" : "exit";

				on_packet(types[t], ipv4, sizeof(ipv4),
					"w2 = 0x%x\nr3 = map_value[0]+0\nr4 = %u\ncall helper#26\n%s", offsets[o],
					sizes[s], end);
				for (unsigned start = 0; start < 3; start++)
					on_packet(types[t], ipv4, sizeof(ipv4),
						"w2 = 0x%x\nr3 = map_value[0]+0\nr4 = %u\nr5 = %u\ncall helper#68\n%s",
						offsets[o], sizes[s], start, end);
			}
			for (unsigned flags = 0; flags < 8; flags++)
				on_packet(CLS, ipv4, sizeof(ipv4),
					"w2 = 0x%x\nr3 = map_value[1]+0\nr4 = %u\nr5 = %u\ncall helper#9\nexit",
					offsets[o], sizes[s], flags);
		}
	check_equal();
}

#define SEE_XDP                                                               \
	"r1 = map_value[0]+0\n"                                               \
	"r3 = *(u32 *)(r6 +0)\nr4 = *(u32 *)(r6 +4)\n"                        \
	"r5 = *(u32 *)(r6 +8)\n"                                              \
	"r2 = r3\nr2 += 14\n*(u64 *)(r1 +40) = 0\n"                           \
	"if r2 > r4 goto pc+2\nr2 = *(u64 *)(r3 +6)\n*(u64 *)(r1 +40) = r2\n" \
	"r5 -= r3\n*(u64 *)(r1 +56) = r5\nr3 -= r4\n*(u64 *)(r1 +48) = r3\n"  \
	"r0 = r7\nexit\n"

/* Two calls in a row with these arguments after r1, which is the context. */
static void xdp_calls(unsigned first, int32_t a, unsigned second, int32_t b)
{
	on_packet(BPF_PROG_TYPE_XDP, ipv4, sizeof(ipv4),
		"# xdp %u(%d) %u(%d)\nr6 = r1\nr2 = %d\ncall helper#%u\nr8 = r0\nr1 = r6\nr2 = %d\ncall helper#%u\nr7 "
		"= r0\n"
		"r1 = map_value[0]+0\n*(u64 *)(r1 +64) = r8\n" SEE_XDP,
		first, a, second, b, a, first, b, second);
}

static void xdp_packets(void **state)
{
	static const unsigned helpers[] = { BPF_FUNC_xdp_adjust_head, BPF_FUNC_xdp_adjust_tail,
		BPF_FUNC_xdp_adjust_meta, BPF_FUNC_xdp_get_buff_len };
	static const int32_t moves[] = { 0, 4, 14, 80, 81, -1, -4, -8, -100, -215, -216, -217, -256, 3426, 3427, 3330,
		4000, INT32_MIN, INT32_MAX };
	static const uint32_t offsets[] = { 0, 1, 90, 93, 94, 95, 0xffff, 0x10000, -1u }, sizes[] = { 1, 2, 4, 94, 95 };

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned first = 0; first < ARRAY_SIZE(helpers); first++)
		for (unsigned a = 0; a < ARRAY_SIZE(moves); a++)
			for (unsigned second = 0; second < 3; second++) {
				static const int32_t then[] = { -4, 4, -20 };

				for (unsigned b = 0; b < ARRAY_SIZE(then); b++)
					xdp_calls(helpers[first], moves[a], helpers[second], then[b]);
			}
	for (unsigned o = 0; o < ARRAY_SIZE(offsets); o++)
		for (unsigned s = 0; s < ARRAY_SIZE(sizes); s++) {
			on_packet(BPF_PROG_TYPE_XDP, ipv4, sizeof(ipv4),
				"w2 = 0x%x\nr3 = map_value[0]+0\nr4 = %u\ncall helper#189\nexit", offsets[o], sizes[s]);
			on_packet(BPF_PROG_TYPE_XDP, ipv4, sizeof(ipv4),
				"w2 = 0x%x\nr3 = map_value[1]+0\nr4 = %u\ncall helper#190\nexit", offsets[o], sizes[s]);
		}
	check_equal();
}

static void numbers_in_text(void **state)
{
	static const char *const texts[] = { "0", "1", "42", "-42", "+42", " 42", "\t\n42x", "- 42", "--1", "", " ",
		"-", "x", "0x", "0x1f", "0X1F", "0xg", "-0x10", "010", "08", "019", "0b1", "9223372036854775807",
		"9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
		"18446744073709551616", "99999999999999999999999999999999999999999999999999999999999999999999999",
		"0000000000000000000000000000000000000000000000000000000000000000000000001", "0xffffffffffffffff",
		"0x10000000000000000", "777", "1777777777777777777777", "2000000000000000000000", "12 34", "12\n",
		("\xa0"
		 "7") };
	static const uint64_t bases[] = { 0, 8, 10, 16, 2, 32, 1ull << 40 };
	static const uint32_t lengths[] = { 1, 2, 3, 20, 100 };

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned t = 0; t < ARRAY_SIZE(texts); t++)
		for (unsigned b = 0; b < ARRAY_SIZE(bases); b++)
			for (unsigned l = 0; l < ARRAY_SIZE(lengths); l++)
				for (unsigned helper = 105; helper <= 106; helper++)
					if (b < 4 || l == 3)
						plain(texts[t],
							"r1 = map_value[1]+0\nr2 = %u\nr3 = 0x%llx ll\n"
							"r4 = map_value[0]+0\ncall helper#%u\nexit",
							lengths[l], (long long)bases[b], helper);
	check_equal();
}

static void memory_reads(void **state)
{
	/* Of user memory, the kernel says -ERANGE, since these helpers are not for it. */
	static const uint64_t addresses[] = { 0xffffffffffffffff, 0xfffffffffffff000 };
	static const uint32_t sizes[] = { 0, 1, 2, 7, 8, 64, 200 };
	static const unsigned helpers[] = { 113, 115 };

	/* cmocka has handlers of its own. */
	assert_int_equal(fault_install(), 0);
	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned h = 0; h < ARRAY_SIZE(helpers); h++)
		for (unsigned s = 0; s < ARRAY_SIZE(sizes); s++) {
			for (unsigned a = 0; a < ARRAY_SIZE(addresses); a++)
				plain(NULL,
					"r1 = map_value[0]+0\n*(u64 *)(r1 +0) = -1\nr2 = %u\nr3 = 0x%llx ll\n"
					"call helper#%u\nexit",
					sizes[s], (long long)addresses[a], helpers[h]);
			plain("some text to be read",
				"r1 = map_value[0]+0\n*(u64 *)(r1 +0) = -1\nr2 = %u\n"
				"r3 = map_value[1]+0\ncall helper#%u\nexit",
				sizes[s], helpers[h]);
			plain("",
				"r1 = map_value[0]+0\n*(u64 *)(r1 +0) = -1\n*(u64 *)(r1 +8) = -1\nr2 = %u\n"
				"r3 = map_value[1]+0\ncall helper#%u\nexit",
				sizes[s], helpers[h]);
		}
	check_equal();
}

static const char *const formats[] = { "", "plain", "%%", "%d", "%i", "%u", "%x", "%X", "%ld", "%lu", "%lx", "%lld",
	"%llu", "%llX", "%5d|", "%-5d|", "%05d|", "%+d|", "% d|", "%20llx|", "%-20llu|", "%c|", "%5c|", "%-5c|", "%#x",
	"%.3d", "%*d", "%s", "%hd", "%f", "%n", "%", "100%", "%l", "%ll", "%lll", "%zd", "%o", "%p", "%px", "%pK",
	"%pi4", "%pI4|", "%pi6", "%pI6|", "%pI5", "%pq", "%pks|", "%pus", "%pk", "%pS", "%ps", "%pB", "%d %d %d",
	"%d %d %d %d", "\x01", "tab\there\n", "\x7f", "\xc3\xa4", "%sx", "%s,", "%px,", "%pxx", "%d%d", "%-05d|",
	"%0-5d|", "%+ d|", "%300d", "%40s|", "%-12s|", "%05s|", "%05c|", "%020llX|", "%20pI4|", "%p,", "%pI4x|",
	"%20pI6|", "%pKab|", "%s\xa1", "%s\xc3", "%pa", "%cc", "%dd", "%lc", "%ls" };

static void printed(void **state)
{
	static const uint64_t values[] = { 0, 1, -1ull, 0x80000000, 0x123456789abcdef0, 65 };

	/* cmocka has handlers of its own. */
	assert_int_equal(fault_install(), 0);
	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned f = 0; f < ARRAY_SIZE(formats); f++)
		for (unsigned v = 0; v < ARRAY_SIZE(values); v++) {
			unsigned size = (unsigned)strlen(formats[f]) + 1;

			plain(formats[f],
				"r1 = map_value[1]+0\nr2 = %u\nr3 = 0x%llx ll\nr4 = r3\nr5 = r3\ncall helper#6\nexit",
				size, (long long)values[v]);
			for (unsigned bytes = 0; bytes <= 32; bytes += v ? 8 : 4)
				plain(formats[f],
					"r6 = 0x%llx ll\nr3 = r10\nr3 += -32\n*(u64 *)(r3 +0) = r6\n*(u64 *)(r3 +8) = "
					"r6\n"
					"*(u64 *)(r3 +16) = r6\n*(u64 *)(r3 +24) = r6\nr1 = map_value[1]+0\nr2 = "
					"%u\nr4 = %u\n"
					"call helper#177\nexit",
					(long long)values[v], size, bytes);
		}
	plain("no end", "r1 = map_value[1]+0\nr2 = 3\ncall helper#6\nexit");
	check_equal();
}

/* The task that runs the program is the same one on all sides. */
static void current_task(void **state)
{
	struct stat own;

	ORACLE_OF_REFERENCE_OR_SKIP();
	assert_int_equal(stat("/proc/self/ns/pid", &own), 0);
	plain(NULL, "call helper#80\nr1 = map_value[0]+0\n*(u64 *)(r1 +0) = r0\nr0 = 0\nexit");
	for (int level = -1; level < 6; level++)
		plain(NULL, "r1 = %d\ncall helper#123\nr1 = map_value[0]+0\n*(u64 *)(r1 +0) = r0\nr0 = 0\nexit", level);
	for (unsigned wrong = 0; wrong < 3; wrong++)
		for (unsigned size = 4; size <= 12; size += 4)
			plain(NULL,
				"r1 = 0x%llx ll\nr2 = 0x%llx ll\nr3 = map_value[0]+0\n*(u64 *)(r3 +0) = -1\nr4 = %u\n"
				"call helper#120\nexit",
				(long long)own.st_dev + (wrong == 1), (long long)own.st_ino + (wrong == 2), size);
	/* Signal 0 asks whether there could be one; 65 is none. */
	for (unsigned helper = BPF_FUNC_send_signal; helper <= BPF_FUNC_send_signal_thread; helper += 8)
		for (unsigned number = 0; number < 67; number += number ? 65 : 1)
			if (number != 1)
				plain(NULL, "r1 = %u\ncall helper#%u\nexit", number, helper);
	plain(NULL, "call helper#14\nr1 = map_value[0]+0\n*(u64 *)(r1 +0) = r0\ncall helper#15\n"
		    "r1 = map_value[0]+0\n*(u64 *)(r1 +8) = r0\nr1 += 16\nr2 = 16\ncall helper#16\nexit");
	check_equal();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet_ends),
		cmocka_unit_test(packet_kind),
		cmocka_unit_test(vlan_tags),
		cmocka_unit_test(packet_room),
		cmocka_unit_test(checksums),
		cmocka_unit_test(checksum_differences),
		cmocka_unit_test(load_and_store),
		cmocka_unit_test(xdp_packets),
		cmocka_unit_test(numbers_in_text),
		cmocka_unit_test(memory_reads),
		cmocka_unit_test(printed),
		cmocka_unit_test(current_task),
	};

	fill();
	return cmocka_run_group_tests(tests, setup, teardown);
}
