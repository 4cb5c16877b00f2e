/* SPDX-License-Identifier: BSD-2-Clause */
/* VLAN tags: the outer one is kept beside the packet (vlan_tci), inner ones are in its bytes. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdbool.h>
#include <string.h>

#include "helpers/implement.h"
#include "progs/skb_room.h"

#define VLAN_SIZE 4
#define ADDRESSES (2 * ETH_ALEN)

static uint16_t read16(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static bool is_vlan(uint32_t protocol)
{
	return protocol == htons(ETH_P_8021Q) || protocol == htons(ETH_P_8021AD);
}

static void put_tag(struct skb *skb, uint32_t protocol, uint16_t tci)
{
	skb->vlan_present = 1;
	skb->vlan_proto = protocol;
	skb->vlan_tci = tci;
}

/* The tag that is beside the packet goes into its bytes. */
static int insert_tag(struct skb *skb)
{
	uint16_t fields[2] = { (uint16_t)skb->vlan_proto, htons((uint16_t)skb->vlan_tci) };

	if (skb->len < ETH_HLEN)
		return -EINVAL;
	int err = skb_insert(skb, ADDRESSES, VLAN_SIZE);
	if (err)
		return err;
	memcpy(skb->data + ADDRESSES, fields, sizeof(fields));
	skb->protocol = skb->vlan_proto;
	return 0;
}

/* What follows a tag: a protocol, or the length of a frame of 802.2 or of Novell's. */
static uint16_t inner_protocol(uint16_t field, uint16_t payload)
{
	if (ntohs(field) >= ETH_P_802_3_MIN)
		return field;
	return htons(payload == 0xffff ? ETH_P_802_3 : ETH_P_802_2);
}

/* The first tag in the bytes is taken out. */
static int remove_tag(struct skb *skb, uint16_t *ret_tci)
{
	if (skb->len < ETH_HLEN + VLAN_SIZE)
		return -ENOMEM;
	const uint8_t *tag = skb->data + ETH_HLEN;
	uint16_t tci = ntohs(read16(tag));
	uint16_t payload = skb->len >= ETH_HLEN + VLAN_SIZE + 2 ? read16(tag + VLAN_SIZE) : 0;
	uint16_t protocol = inner_protocol(read16(tag + 2), payload);
	int err = skb_remove(skb, ADDRESSES, VLAN_SIZE);
	if (err)
		return err;
	skb->protocol = protocol;
	*ret_tci = tci;
	return 0;
}

/* r2: protocol of the tag, network byte order; r3: the tag. */
HELPER_FN(skb_vlan_push)
{
	struct skb *skb = (struct skb *)(uintptr_t)r1;
	uint16_t protocol = (uint16_t)r2;
	int err = skb->vlan_present ? insert_tag(skb) : 0;

	if (err)
		return (uint64_t)err;
	put_tag(skb, is_vlan(protocol) ? protocol : htons(ETH_P_8021Q), (uint16_t)r3);
	return 0;
}

HELPER_FN(skb_vlan_pop)
{
	struct skb *skb = (struct skb *)(uintptr_t)r1;
	uint16_t tci;
	int err = 0;

	if (skb->vlan_present) {
		skb->vlan_present = skb->vlan_tci = skb->vlan_proto = 0;
	} else {
		if (!is_vlan(skb->protocol))
			return 0;
		err = remove_tag(skb, &tci);
	}
	if (err || !is_vlan(skb->protocol))
		return (uint64_t)err;
	/* The next one takes its place beside the packet. */
	uint32_t protocol = skb->protocol;
	err = remove_tag(skb, &tci);
	if (!err)
		put_tag(skb, protocol, tci);
	return (uint64_t)err;
}
