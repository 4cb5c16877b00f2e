/* SPDX-License-Identifier: BSD-2-Clause */
/* The tool's packet source of capture files: link types, cut packets, broken files. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/capture.h"

static char path[] = "/tmp/skep-test-capture-XXXXXX";

/* Writes a capture of one packet: bytes that were captured of length. */
static void write_capture(int link, const void *bytes, uint32_t captured, uint32_t length)
{
	pcap_t *pcap = pcap_open_dead_with_tstamp_precision(link, 262144, PCAP_TSTAMP_PRECISION_NANO);
	struct pcap_pkthdr header = { .ts = { 1700000000, 123456789 }, .caplen = captured, .len = length };
	pcap_dumper_t *dumper = pcap_dump_open(pcap, path);

	assert_non_null(dumper);
	pcap_dump((u_char *)dumper, &header, bytes);
	pcap_dump_close(dumper);
	pcap_close(pcap);
}

static const uint8_t ip[] = { 0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17 };

struct link_case {
	const char *what;
	int link;
	uint8_t header[24];
	uint32_t header_size;
	uint8_t type;
	uint8_t source[ETH_ALEN];
};

static const struct link_case link_cases[] = {
	{ "Ethernet", DLT_EN10MB, { 2, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0 }, 14, PACKET_HOST, { 2, 3, 4, 5, 6, 7 } },
	{ "raw IP", DLT_RAW, { 0 }, 0, PACKET_HOST, { 0 } },
	{ "BSD loopback", DLT_NULL, { 2, 0, 0, 0 }, 4, PACKET_HOST, { 0 } },
	{ "cooked, sent", DLT_LINUX_SLL, { 0, 4, 0, 1, 0, 6, 2, 3, 4, 5, 6, 7, 0, 0, 8, 0 }, 16, PACKET_OUTGOING,
		{ 2, 3, 4, 5, 6, 7 } },
	{ "cooked 2, broadcast", DLT_LINUX_SLL2, { 8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 1, 6, 2, 3, 4, 5, 6, 7 }, 20,
		PACKET_BROADCAST, { 2, 3, 4, 5, 6, 7 } },
};

static void link_types(void **state)
{
	unsigned i;

	for (i = 0; i < sizeof(link_cases) / sizeof(link_cases[0]); i++) {
		const struct link_case *test = &link_cases[i];
		struct packet_source *source;
		struct packet packet;
		uint8_t bytes[64];

		print_message("%s\n", test->what);
		memcpy(bytes, test->header, test->header_size);
		memcpy(bytes + test->header_size, ip, sizeof(ip));
		write_capture(test->link, bytes, test->header_size + sizeof(ip), test->header_size + sizeof(ip));
		assert_int_equal(capture_open(path, &source), 0);
		assert_int_equal(packet_next(source, 0, &packet), 1);
		assert_int_equal(packet.length, ETH_HLEN + sizeof(ip));
		assert_int_equal(packet.link_size, ETH_HLEN);
		assert_int_equal(ntohs(packet.protocol), ETH_P_IP);
		assert_int_equal(packet.type, test->type);
		assert_memory_equal(packet.data + 6, test->source, ETH_ALEN);
		assert_memory_equal(packet.data + ETH_HLEN, ip, sizeof(ip));
		assert_true(packet.data - packet.head >= PACKET_HEADROOM);
		assert_ptr_equal(packet.end, packet.data + packet.length);
		assert_true(packet.nanoseconds == 1700000000123456789ull);
		assert_int_equal(packet_next(source, 0, &packet), -ENODATA);
		packet_close(source);
	}
}

static void cut_packets_read_zero(void **state)
{
	uint8_t bytes[64] = { 2, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0x45, 0xff };
	struct packet_source *source;
	struct packet packet;
	unsigned i;

	write_capture(DLT_EN10MB, bytes, 16, 1500);
	assert_int_equal(capture_open(path, &source), 0);
	assert_int_equal(packet_next(source, 0, &packet), 1);
	assert_int_equal(packet.length, 1500);
	assert_int_equal(source->cut, 1);
	assert_int_equal(packet.data[15], 0xff);
	for (i = 16; i < 1500; i++)
		assert_int_equal(packet.data[i], 0);
	packet_close(source);
}

/* A length that no device can have made is cut to the longest that one can. */
static void a_false_length(void **state)
{
	uint8_t bytes[16] = { 2, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0 };
	struct packet_source *source;
	struct packet packet;

	write_capture(DLT_EN10MB, bytes, 16, 0xffffffff);
	assert_int_equal(capture_open(path, &source), 0);
	assert_int_equal(packet_next(source, 0, &packet), 1);
	assert_int_equal(packet.length, PACKET_MAX);
	packet_close(source);
}

/* Shorter than its header says the link is: left out. */
static void too_short_for_its_link(void **state)
{
	uint8_t bytes[16] = { 0 };
	struct packet_source *source;
	struct packet packet;

	write_capture(DLT_LINUX_SLL2, bytes, 7, 7);
	assert_int_equal(capture_open(path, &source), 0);
	assert_int_equal(packet_next(source, 0, &packet), -ENODATA);
	packet_close(source);
	write_capture(DLT_EN10MB, bytes, 7, 7);
	assert_int_equal(capture_open(path, &source), 0);
	assert_int_equal(packet_next(source, 0, &packet), 1);
	assert_int_equal(packet.length, 7);
	packet_close(source);
}

static void refused(void **state)
{
	struct packet_source *source = NULL;
	uint8_t bytes[16] = { 0 };

	write_capture(DLT_IEEE802_11, bytes, 16, 16);
	assert_int_equal(capture_open(path, &source), -EINVAL);
	assert_int_equal(truncate(path, 10), 0);
	assert_int_equal(capture_open(path, &source), -EINVAL);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(capture_open(path, &source), -EINVAL);
	assert_int_equal(capture_open("/", &source), -EINVAL);
	assert_int_equal(capture_open("/no/such/file", &source), -EINVAL);
	assert_null(source);
}

static void broken_in_the_middle(void **state)
{
	uint8_t bytes[64] = { 0 };
	struct packet_source *source;
	struct packet packet;

	write_capture(DLT_EN10MB, bytes, 64, 64);
	assert_int_equal(truncate(path, 24 + 16 + 20), 0); /* the file's header, the packet's, and part of it */
	assert_int_equal(capture_open(path, &source), 0);
	assert_int_equal(packet_next(source, 0, &packet), -EBADMSG);
	packet_close(source);
}

/* pcapng, written by hand: a section, an interface, a packet with its comment option. */
static void next_generation(void **state)
{
	static const uint32_t blocks[] = {
		0x0a0d0d0a, 28, 0x1a2b3c4d, 0x00000001, 0xffffffff, 0xffffffff, 28, /* section header */
		1, 20, DLT_EN10MB, 0, 20, /* interface description */
		6, 48, 0, 0x00060a24, 0x181ed500, 16, 16, 0, 0, 0, 0xad450008, 48, /* enhanced packet */
	};
	struct packet_source *source;
	struct packet packet;
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(blocks, sizeof(blocks), 1, file), 1);
	fclose(file);
	assert_int_equal(capture_open(path, &source), 0);
	assert_int_equal(packet_next(source, 0, &packet), 1);
	assert_int_equal(packet.length, 16);
	assert_int_equal(packet.data[14], 0x45);
	packet_close(source);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return -1;
	return close(fd);
}

static int remove_file(void **state)
{
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_types),
		cmocka_unit_test(cut_packets_read_zero),
		cmocka_unit_test(a_false_length),
		cmocka_unit_test(too_short_for_its_link),
		cmocka_unit_test(refused),
		cmocka_unit_test(broken_in_the_middle),
		cmocka_unit_test(next_generation),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
