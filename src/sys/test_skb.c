/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Test runs of programs on a struct __sk_buff.
 *
 * The input begins with an Ethernet header. tc programs see it; all others see the packet that follows it, and get it
 * back as zeros in the output, as from the kernel.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "events/packet.h"
#include "progs/skb.h"
#include "progs/sock.h"
#include "progs/skb_room.h"
#include "sys/test_run.h"

#define HEADROOM 64
#define LOOPBACK 1 /* the device that a packet comes from unless the context says otherwise */
#define GSO_SEGMENTS_MAX 65535
#define WIRE_LEN_MAX 65536

/* Fields of the context that the caller may set; everything between them must be zero. In ascending order. */
#define FIELD(name)                                                                              \
	{                                                                                        \
		offsetof(struct __sk_buff, name),                                                \
			offsetof(struct __sk_buff, name) + sizeof(((struct __sk_buff *)0)->name) \
	}
static const struct {
	uint32_t start, end;
} settable[] = {
	FIELD(mark),
	FIELD(priority),
	FIELD(ingress_ifindex),
	FIELD(ifindex),
	FIELD(cb),
	FIELD(tstamp),
	FIELD(wire_len),
	FIELD(gso_segs),
	FIELD(gso_size),
	FIELD(hwtstamp),
};

static bool others_zero(const struct __sk_buff *context)
{
	const uint8_t *bytes = (const uint8_t *)context;
	uint32_t at = 0;

	for (size_t i = 0; i <= ARRAY_SIZE(settable); i++) {
		uint32_t end = i < ARRAY_SIZE(settable) ? settable[i].start : sizeof(*context);

		for (; at < end; at++) {
			if (bytes[at])
				return false;
		}
		if (i < ARRAY_SIZE(settable))
			at = settable[i].end;
	}
	return true;
}

static int context_to_skb(const struct __sk_buff *context, struct skb *skb)
{
	if (!others_zero(context))
		return -EINVAL;
	if (context->wire_len && (context->wire_len < skb->len || context->wire_len > WIRE_LEN_MAX))
		return -EINVAL;
	if (context->gso_segs > GSO_SEGMENTS_MAX)
		return -EINVAL;
	skb->mark = context->mark;
	skb->priority = context->priority;
	skb->ingress_ifindex = context->ingress_ifindex;
	skb->tstamp = context->tstamp;
	memcpy(skb->cb, context->cb, sizeof(skb->cb));
	skb->wire_len = context->wire_len ?: skb->len;
	skb->gso_segs = context->gso_segs;
	skb->gso_size = context->gso_size;
	skb->hwtstamp = context->hwtstamp;
	return 0;
}

static void skb_to_context(const struct skb *skb, struct __sk_buff *context)
{
	context->mark = skb->mark;
	context->priority = skb->priority;
	context->ingress_ifindex = skb->ingress_ifindex;
	context->ifindex = skb->ifindex;
	context->tstamp = skb->tstamp;
	memcpy(context->cb, skb->cb, sizeof(context->cb));
	context->wire_len = skb->wire_len;
	context->gso_segs = skb->gso_segs;
	context->hwtstamp = skb->hwtstamp;
}

/*
 * The socket that the packet belongs to has the addresses of the packet, which need not be aligned. -EINVAL: it ends
 * inside its IP header.
 */
static int set_addresses(struct skb *skb, const uint8_t *header, uint32_t length)
{
	if (skb->protocol == htons(ETH_P_IP)) {
		if (length < sizeof(struct iphdr))
			return -EINVAL;
		skb->family = AF_INET;
		memcpy(&skb->local_ip4, header + offsetof(struct iphdr, saddr), sizeof(skb->local_ip4));
		memcpy(&skb->remote_ip4, header + offsetof(struct iphdr, daddr), sizeof(skb->remote_ip4));
	} else if (skb->protocol == htons(ETH_P_IPV6)) {
		if (length < sizeof(struct ip6_hdr))
			return -EINVAL;
		skb->family = AF_INET6;
		memcpy(skb->local_ip6, header + offsetof(struct ip6_hdr, ip6_src), sizeof(skb->local_ip6));
		memcpy(skb->remote_ip6, header + offsetof(struct ip6_hdr, ip6_dst), sizeof(skb->remote_ip6));
	}
	return 0;
}

/*
 * What the loopback device makes of an Ethernet header: its address and its broadcast address are zeros. A VLAN tag
 * stays in the packet.
 */
static void receive_on_loopback(struct packet *packet)
{
	static const uint8_t own[ETH_ALEN];
	uint16_t protocol, payload = 0;

	memcpy(&protocol, packet->data + 2 * ETH_ALEN, sizeof(protocol));
	if (packet->length >= ETH_HLEN + sizeof(payload))
		memcpy(&payload, packet->data + ETH_HLEN, sizeof(payload));
	if (ntohs(protocol) < ETH_P_802_3_MIN)
		protocol = htons(payload == 0xffff ? ETH_P_802_3 : ETH_P_802_2);
	packet->protocol = protocol;
	packet->link_size = ETH_HLEN;
	packet->type = packet->data[0] & 1                   ? PACKET_MULTICAST
		       : memcmp(packet->data, own, ETH_ALEN) ? PACKET_OTHERHOST
							     : PACKET_HOST;
}

static int make_skb(const struct test_packet *input, uint32_t size, bool link_header, struct skb *ret_skb)
{
	struct packet packet = {
		.head = input->memory,
		.end = input->end,
		.data = input->data,
		.length = size,
		.ifindex = LOOPBACK,
	};

	receive_on_loopback(&packet);
	if (!link_header) {
		packet.data += packet.link_size;
		packet.length -= packet.link_size;
		packet.link_size = 0;
	}
	packet_to_skb(&packet, ret_skb);
	ret_skb->ingress_ifindex = 0;
	if (!link_header)
		ret_skb->mac_offset = ETH_HLEN;
	return set_addresses(ret_skb, ret_skb->data + ret_skb->network_offset, ret_skb->len - ret_skb->network_offset);
}

/* The packet belongs to a socket that is none: closed, of no protocol, with the packet's addresses. */
static void set_socket(struct skb *skb, struct sock_ref *ref)
{
	*ref = (struct sock_ref){ .sock = { .family = skb->family,
					  .state = BPF_TCP_CLOSE,
					  .src_ip4 = skb->local_ip4,
					  .dst_ip4 = skb->remote_ip4,
					  .rx_queue_mapping = -1 } };
	memcpy(ref->sock.src_ip6, skb->local_ip6, sizeof(skb->local_ip6));
	memcpy(ref->sock.dst_ip6, skb->remote_ip6, sizeof(skb->remote_ip6));
	skb->sk = ref;
}

int test_run_skb(struct test *test)
{
	const union bpf_attr *attr = &test->call->attr;
	bool link_header = test->prog->type == BPF_PROG_TYPE_SCHED_CLS || test->prog->type == BPF_PROG_TYPE_SCHED_ACT;
	struct test_packet packet;
	struct __sk_buff context;
	struct sock_ref sock;
	char device[IF_NAMESIZE];
	struct skb skb;
	bool given;

	if ((attr->test.flags & ~(uint32_t)BPF_F_TEST_SKB_CHECKSUM_COMPLETE) || attr->test.cpu || attr->test.batch_size)
		return -EINVAL;
	int err = test_packet_read(test, attr->test.data_size_in, HEADROOM, &packet);
	if (err)
		return err;
	err = test_context_read(test, &context, sizeof(context), &given);
	if (err)
		goto free_packet;
	err = make_skb(&packet, attr->test.data_size_in, link_header, &skb);
	if (err)
		goto free_packet;
	set_socket(&skb, &sock);
	if (context.ifindex > LOOPBACK) {
		if (!if_indextoname(context.ifindex, device)) {
			err = -ENODEV;
			goto free_packet;
		}
		skb.ifindex = context.ifindex;
	}
	err = context_to_skb(&context, &skb);
	/* What it was on the wire is known only of a packet with a context. */
	if (!given)
		skb.wire_len = 0;
	if (err)
		goto free_packet;
	skb.owns_buffer = true;
	err = test_repeat(test, &skb);
	packet.memory = skb.head;
	if (!err && !link_header) {
		err = skb_make_room(&skb, ETH_HLEN, 0);
		packet.memory = skb.head;
	}
	if (err)
		goto free_packet;
	if (!link_header) {
		skb_push(&skb, ETH_HLEN);
		memset(skb.data, 0, ETH_HLEN);
	}
	skb_to_context(&skb, &context);
	err = test_finish(test, skb.data, skb.len);
	if (!err && given)
		err = test_context_write(test, &context, sizeof(context));
free_packet:
	free(packet.memory);
	return err;
}
