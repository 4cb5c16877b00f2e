/* SPDX-License-Identifier: BSD-2-Clause */
/* events/: what packet.c reads out of the bytes of a packet, and a packet socket on a loopback device of our own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events/packet.h"
#include "progs/skb.h"

struct frame {
	const char *what;
	uint8_t bytes[24];
	uint32_t length;
	uint16_t protocol; /* host order */
	uint8_t type;
	uint32_t link_size, left; /* left: length after a tag was taken out */
	bool vlan;
	uint16_t tci;
};

static const struct frame frames[] = {
	{ "IPv4 to a host", { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45 }, 15, ETH_P_IP, PACKET_HOST, 14, 15 },
	{ "broadcast", { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 2, 8, 6 }, 14, ETH_P_ARP, PACKET_BROADCAST, 14,
		14 },
	{ "multicast", { 1, 0, 94, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 }, 14, ETH_P_IP, PACKET_MULTICAST, 14, 14 },
	{ "802.2", { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0, 38, 0x42, 0x42 }, 16, ETH_P_802_2, PACKET_HOST, 14, 16 },
	{ "Novell", { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0, 38, 255, 255 }, 16, ETH_P_802_3, PACKET_HOST, 14, 16 },
	{ "the longest length is none", { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 6, 0 }, 14, 0x600, PACKET_HOST, 14, 14 },
	{ "length without payload", { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 5, 255 }, 14, ETH_P_802_2, PACKET_HOST, 14,
		14 },
	{ "VLAN", { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0x21, 0x23, 8, 0, 0x45 }, 19, ETH_P_IP, PACKET_HOST,
		14, 15, true, 0x2123 },
	{ "half a VLAN tag", { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0x21, 0x23, 8 }, 17, ETH_P_8021Q,
		PACKET_HOST, 14, 17 },
	{ "13 bytes", { 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8 }, 13, 0, PACKET_HOST, 13, 13 },
	{ "nothing", { 0 }, 0, 0, PACKET_HOST, 0, 0 },
};

static void ethernet_frames(void **state)
{
	unsigned i;

	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		const struct frame *frame = &frames[i];
		/* Of exactly its size, so that a sanitizer sees any byte that is read behind it. */
		uint8_t *buffer = malloc(frame->length ?: 1);
		struct packet packet = {
			.head = buffer,
			.data = buffer,
			.end = buffer + frame->length,
			.length = frame->length,
		};
		struct skb skb;

		assert_non_null(buffer);
		memcpy(buffer, frame->bytes, frame->length);
		packet_ethernet(&packet);
		print_message("%s\n", frame->what);
		assert_int_equal(ntohs(packet.protocol), frame->protocol);
		assert_int_equal(packet.type, frame->type);
		assert_int_equal(packet.link_size, frame->link_size);
		assert_int_equal(packet.length, frame->left);
		assert_int_equal(packet.vlan_present, frame->vlan);
		packet_to_skb(&packet, &skb);
		assert_int_equal(skb.len, frame->left);
		assert_ptr_equal(skb.data_end, packet.end);
		assert_int_equal(skb.network_offset, frame->link_size);
		if (frame->vlan) {
			assert_int_equal(skb.vlan_tci, frame->tci);
			assert_int_equal(ntohs(skb.vlan_proto), ETH_P_8021Q);
			assert_memory_equal(packet.data, frame->bytes, 12);
			assert_memory_equal(packet.data + 12, frame->bytes + 16, frame->left - 12);
		}
		free(buffer);
	}
}

static int bring_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	if (fd < 0)
		return -errno;
	err = ioctl(fd, SIOCSIFFLAGS, &request) ? -errno : 0;
	close(fd);
	return err;
}

/* Sends one datagram of size bytes to ourselves. */
static int send_datagram(size_t size)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	uint8_t *payload = calloc(1, size);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	ssize_t sent = payload && fd >= 0 ? sendto(fd, payload, size, 0, (struct sockaddr *)&to, sizeof(to)) : -1;

	free(payload);
	close(fd);
	return sent == (ssize_t)size ? 0 : -1;
}

/* Each number is a step that failed. */
static int use_loopback(void)
{
	static const size_t sizes[] = { 100, 65507 };
	struct packet_source *source;
	struct packet packet;
	unsigned i, sent = 0, received = 0;

	if (packet_socket_open("no-such-device", &source) != -ENODEV)
		return 1;
	if (packet_socket_open("lo", &source) != -ENETDOWN)
		return 2;
	if (bring_up_loopback() || packet_socket_open("lo", &source))
		return 3;
	for (i = 0; i < 2; i++)
		if (send_datagram(sizes[i]))
			return 4;
	while (packet_next(source, 200, &packet) == 1) {
		struct skb skb;

		packet_to_skb(&packet, &skb);
		if (ntohs(packet.protocol) != ETH_P_IP || packet.link_size != ETH_HLEN ||
			packet.data[23] != IPPROTO_UDP)
			continue; /* the complaints of ICMP; IPv6 may speak too */
		if (skb.len != 14 + 20 + 8 + sizes[0] && skb.len != 14 + 20 + 8 + sizes[1])
			return 5;
		if (skb.ifindex != if_nametoindex("lo") || packet.data - packet.head < PACKET_HEADROOM)
			return 6;
		sent += packet.type == PACKET_OUTGOING;
		received += packet.type == PACKET_HOST;
		memset(packet.head, 0xa5, packet.end - packet.head); /* ours to write */
	}
	if (sent != 2 || received != 2 || source->dropped)
		return 7;
	packet_close(source);
	return 0;
}

static void loopback(void **state)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET))
			_exit(77);
		_exit(use_loopback());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ethernet_frames),
		cmocka_unit_test(loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
