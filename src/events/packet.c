/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of a packet by its bytes, and the contexts that are made of it. */
#include "events/packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>

#include "progs/skb.h"

static uint16_t read16(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/*
 * The protocol that an EtherType field stands for: below 1536 it is a length, and the frame is one of 802.2, but for
 * Novell's, whose payload begins with ones.
 */
static uint16_t frame_protocol(const uint8_t *field, const uint8_t *end)
{
	if (ntohs(read16(field)) >= ETH_P_802_3_MIN)
		return read16(field);
	if (end - field >= 4 && read16(field + 2) == 0xffff)
		return htons(ETH_P_802_3);
	return htons(ETH_P_802_2);
}

static bool is_vlan(uint16_t protocol)
{
	return protocol == htons(ETH_P_8021Q) || protocol == htons(ETH_P_8021AD);
}

void packet_ethernet(struct packet *packet)
{
	static const uint8_t broadcast[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	packet->protocol = 0;
	packet->type = PACKET_HOST;
	packet->vlan_present = false;
	packet->link_size = packet->length < ETH_HLEN ? packet->length : ETH_HLEN;
	if (packet->length < ETH_HLEN)
		return;
	packet->protocol = frame_protocol(packet->data + 12, packet->data + packet->length);
	if (packet->data[0] & 1)
		packet->type = memcmp(packet->data, broadcast, ETH_ALEN) ? PACKET_MULTICAST : PACKET_BROADCAST;
	if (!is_vlan(packet->protocol) || packet->length < ETH_HLEN + 4)
		return;
	packet->vlan_present = true;
	packet->vlan_proto = packet->protocol;
	packet->vlan_tci = ntohs(read16(packet->data + 14));
	memmove(packet->data + 4, packet->data, 2 * ETH_ALEN);
	packet->data += 4;
	packet->length -= 4;
	packet->protocol = frame_protocol(packet->data + 12, packet->data + packet->length);
}

void packet_to_skb(const struct packet *packet, struct skb *ret_skb)
{
	*ret_skb = (struct skb){
		.data = packet->data,
		.data_end = packet->data + packet->length,
		.data_meta = packet->data,
		.len = packet->length,
		.protocol = packet->protocol,
		.pkt_type = packet->type,
		.vlan_present = packet->vlan_present,
		.vlan_tci = packet->vlan_tci,
		.vlan_proto = packet->vlan_proto,
		.ifindex = packet->ifindex,
		.ingress_ifindex = packet->type == PACKET_OUTGOING ? 0 : packet->ifindex,
		.hash = packet->hash,
		.tstamp = packet->nanoseconds,
		.head = packet->head,
		.buffer_end = packet->end,
		.network_offset = packet->link_size,
		.transport_offset = 0xffff,
		.mac_offset = 0,
	};
}

void packet_to_xdp(const struct packet *packet, struct xdp *ret_xdp)
{
	*ret_xdp = (struct xdp){
		.data = packet->data,
		.data_end = packet->data + packet->length,
		.data_meta = packet->data,
		.ingress_ifindex = packet->ifindex,
		.head = packet->head,
		.buffer_end = packet->end,
	};
}
