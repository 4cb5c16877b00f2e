/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that make a packet longer or shorter, at its ends or behind a header. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "helpers/implement.h"
#include "progs/skb_room.h"

#define ENOTSUPP 524
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define LEN_MAX 16064 /* four pages, less what Linux keeps at their end */
#define ROOM_MAX 0xfff

#define L3_ENCAP (BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L3_IPV6)
#define L3_DECAP (BPF_F_ADJ_ROOM_DECAP_L3_IPV4 | BPF_F_ADJ_ROOM_DECAP_L3_IPV6)
#define L4_ENCAP (BPF_F_ADJ_ROOM_ENCAP_L4_GRE | BPF_F_ADJ_ROOM_ENCAP_L4_UDP)
#define L2_SIZE(flags) ((uint32_t)((flags) >> BPF_ADJ_ROOM_ENCAP_L2_SHIFT))
#define GROW_FLAGS                                                                                                     \
	(BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET | L3_ENCAP | L4_ENCAP | BPF_F_ADJ_ROOM_ENCAP_L2_ETH | \
		(uint64_t)BPF_ADJ_ROOM_ENCAP_L2_MASK << BPF_ADJ_ROOM_ENCAP_L2_SHIFT)
#define SHRINK_FLAGS (BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET | L3_DECAP)

static struct skb *as_skb(uint64_t address)
{
	return (struct skb *)(uintptr_t)address;
}

static bool is_ip(const struct skb *skb)
{
	return skb->protocol == htons(ETH_P_IP) || skb->protocol == htons(ETH_P_IPV6);
}

static uint32_t ip_header_size(const struct skb *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? IPV4_HEADER : IPV6_HEADER;
}

/* Bytes of the link header: from where it begins to the network header. */
static uint32_t link_size(const struct skb *skb)
{
	int network = skb_network(skb);
	int size = network == SKB_NONE ? 0 : network + (int16_t)skb->mac_offset;

	return size > 0 ? (uint32_t)size : 0;
}

/* r2: bytes to put in front, zeros; they become the link header. */
HELPER_FN(skb_change_head)
{
	struct skb *skb = as_skb(r1);
	uint32_t room = (uint32_t)r2, len = skb->len + room;

	if (r3 || room > INT32_MAX || len < skb->len || (!skb->gso_size && len > LEN_MAX))
		return (uint64_t)-EINVAL;
	if (skb_make_room(skb, room, 0))
		return (uint64_t)-ENOMEM;
	skb_push(skb, room);
	memset(skb->data, 0, room);
	skb->mac_offset = 0;
	return 0;
}

/* The length below which the headers would be cut. */
static uint32_t len_min(const struct skb *skb)
{
	int network = skb_network(skb), transport = skb_transport(skb);

	if (transport != SKB_NONE && transport > 0)
		return (uint32_t)transport;
	return network != SKB_NONE && network > 0 ? (uint32_t)network : 0;
}

/* r2: the new length. */
HELPER_FN(skb_change_tail)
{
	struct skb *skb = as_skb(r1);
	uint32_t len = (uint32_t)r2;

	if (r3 || len > LEN_MAX || len < len_min(skb))
		return (uint64_t)-EINVAL;
	if (skb->encapsulated)
		return (uint64_t)-ENOTSUPP;
	if (len > skb->len && skb_make_room(skb, 0, len - skb->len))
		return (uint64_t)-ENOMEM;
	skb_set_len(skb, len);
	if (skb->gso_size)
		skb->gso_size = skb->gso_segs = 0;
	return 0;
}

static void forget_hash(struct skb *skb)
{
	skb->hash = 0;
	skb->hash_known = false;
}

/* r2: the EtherType to change an IP packet to, network byte order. Makes room for the header; writes none. */
HELPER_FN(skb_change_proto)
{
	struct skb *skb = as_skb(r1);
	uint16_t protocol = (uint16_t)r2;
	int err;

	if (r3)
		return (uint64_t)-EINVAL;
	if (!is_ip(skb) || (protocol != htons(ETH_P_IP) && protocol != htons(ETH_P_IPV6)) || protocol == skb->protocol)
		return (uint64_t)-ENOTSUPP;
	if (protocol == htons(ETH_P_IPV6))
		err = skb_insert(skb, link_size(skb), IPV6_HEADER - IPV4_HEADER);
	else
		err = skb_remove(skb, link_size(skb), IPV6_HEADER - IPV4_HEADER);
	if (err)
		return (uint64_t)err;
	skb->protocol = protocol;
	forget_hash(skb);
	return 0;
}

static bool is_receivers_type(uint32_t type)
{
	return type <= PACKET_OTHERHOST;
}

/* r2: PACKET_HOST, PACKET_OTHERHOST, ... */
HELPER_FN(skb_change_type)
{
	struct skb *skb = as_skb(r1);

	if (!is_receivers_type(skb->pkt_type) || !is_receivers_type((uint32_t)r2))
		return (uint64_t)-EINVAL;
	skb->pkt_type = (uint32_t)r2;
	return 0;
}

static void set_version(struct skb *skb, bool ipv4, bool ipv6)
{
	if (ipv6 && skb->protocol == htons(ETH_P_IP))
		skb->protocol = htons(ETH_P_IPV6);
	else if (ipv4 && skb->protocol == htons(ETH_P_IPV6))
		skb->protocol = htons(ETH_P_IP);
}

static int check_encap(const struct skb *skb, uint32_t size, uint64_t flags)
{
	if ((flags & L3_ENCAP) == L3_ENCAP || (flags & L4_ENCAP) == L4_ENCAP)
		return -EINVAL;
	if (flags & BPF_F_ADJ_ROOM_ENCAP_L2_ETH && L2_SIZE(flags) < ETH_HLEN)
		return -EINVAL;
	if (skb->encapsulated)
		return -EALREADY;
	return L2_SIZE(flags) > size ? -EINVAL : 0;
}

static int grow(struct skb *skb, uint32_t offset, uint32_t size, uint64_t flags)
{
	bool encap = flags & L3_ENCAP;
	int err = encap ? check_encap(skb, size, flags) : 0;

	if (err)
		return err;
	err = skb_insert(skb, offset, size);
	if (err || !encap)
		return err;
	skb->encapsulated = true;
	set_version(skb, flags & BPF_F_ADJ_ROOM_ENCAP_L3_IPV4, flags & BPF_F_ADJ_ROOM_ENCAP_L3_IPV6);
	skb_set_transport(skb, skb_network(skb) + (int)ip_header_size(skb));
	return 0;
}

static int shrink(struct skb *skb, uint32_t offset, uint32_t size, uint64_t flags)
{
	int err = skb_remove(skb, offset, size);

	if (!err)
		set_version(skb, flags & BPF_F_ADJ_ROOM_DECAP_L3_IPV4, flags & BPF_F_ADJ_ROOM_DECAP_L3_IPV6);
	return err;
}

/* The smallest network header that may be left; -EINVAL: flags that do not go together. */
static int64_t network_min(const struct skb *skb, bool shrinks, uint64_t flags)
{
	if (!(flags & L3_DECAP))
		return ip_header_size(skb);
	if (!shrinks || (flags & L3_DECAP) == L3_DECAP)
		return -EINVAL;
	return flags & BPF_F_ADJ_ROOM_DECAP_L3_IPV4 ? IPV4_HEADER : IPV6_HEADER;
}

/* r2: bytes more, or less if negative; r3: behind which header; r4: flags. */
HELPER_FN(skb_adjust_room)
{
	struct skb *skb = as_skb(r1);
	int32_t difference = (int32_t)r2;
	bool shrinks = difference < 0;
	uint32_t size = shrinks ? -(uint32_t)difference : (uint32_t)difference, offset = link_size(skb);

	if (r4 & ~(uint64_t)(GROW_FLAGS | SHRINK_FLAGS))
		return (uint64_t)-EINVAL;
	if (size > ROOM_MAX)
		return (uint64_t)-EFAULT;
	if (!is_ip(skb))
		return (uint64_t)-ENOTSUPP;
	if (r3 != BPF_ADJ_ROOM_NET && r3 != BPF_ADJ_ROOM_MAC)
		return (uint64_t)-ENOTSUPP;
	if (r3 == BPF_ADJ_ROOM_NET)
		offset += ip_header_size(skb);
	int64_t left = network_min(skb, shrinks, r4);
	if (left < 0)
		return (uint64_t)left;
	int network = skb_network(skb);
	uint32_t payload = network == SKB_NONE ? skb->len : (uint32_t)((int)skb->len - network);
	if (shrinks ? size >= payload || payload - size < left : skb->len + size > LEN_MAX && !skb->gso_size)
		return (uint64_t)-ENOTSUPP;
	if (r4 & ~(uint64_t)(shrinks ? SHRINK_FLAGS : GROW_FLAGS))
		return (uint64_t)-EINVAL;
	int err = shrinks ? shrink(skb, offset, size, r4) : grow(skb, offset, size, r4);
	if (!err && !(r4 & BPF_F_ADJ_ROOM_NO_CSUM_RESET))
		skb->checksum = skb->checksum_level = 0;
	return (uint64_t)err;
}
