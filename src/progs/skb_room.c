/* SPDX-License-Identifier: BSD-2-Clause */
#include "progs/skb_room.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

int skb_network(const struct skb *skb)
{
	return skb->network_offset == SKB_OFFSET_UNKNOWN ? SKB_NONE : (int16_t)skb->network_offset;
}

int skb_transport(const struct skb *skb)
{
	return skb->transport_offset == SKB_OFFSET_UNKNOWN ? SKB_NONE : (int16_t)skb->transport_offset;
}

/* -1 stands for unknown: no header of a packet begins there. */
static uint16_t as_offset(int offset)
{
	return offset > INT16_MAX || offset < INT16_MIN ? SKB_OFFSET_UNKNOWN : (uint16_t)offset;
}

void skb_set_network(struct skb *skb, int offset)
{
	skb->network_offset = as_offset(offset);
}

void skb_set_transport(struct skb *skb, int offset)
{
	skb->transport_offset = as_offset(offset);
}

static void set_start(struct skb *skb, uint8_t *data)
{
	int moved = (int)(data - skb->data), network = skb_network(skb), transport = skb_transport(skb);

	skb->data = data;
	skb->data_meta = data;
	skb->len = (uint32_t)(skb->data_end - data);
	skb->mac_offset = (uint16_t)(skb->mac_offset + moved);
	if (network != SKB_NONE)
		skb_set_network(skb, network - moved);
	if (transport != SKB_NONE)
		skb_set_transport(skb, transport - moved);
}

int skb_make_room(struct skb *skb, uint32_t front, uint32_t back)
{
	size_t used = (size_t)(skb->buffer_end - skb->head), before = (size_t)(skb->data - skb->head);
	size_t behind = (size_t)(skb->buffer_end - skb->data_end);

	if (before >= front && behind >= back)
		return 0;
	if (!skb->owns_buffer)
		return -ENOMEM;
	size_t more_front = front > before ? front - before : 0, more_back = back > behind ? back - behind : 0;
	uint8_t *buffer = malloc(used + more_front + more_back);
	if (!buffer)
		return -ENOMEM;
	memcpy(buffer + more_front, skb->head, used);
	skb->data = buffer + more_front + before;
	skb->data_meta = skb->data;
	skb->data_end = skb->data + skb->len;
	skb->buffer_end = buffer + more_front + used + more_back;
	free(skb->head);
	skb->head = buffer;
	return 0;
}

void skb_push(struct skb *skb, uint32_t size)
{
	set_start(skb, skb->data - size);
}

void skb_pull(struct skb *skb, uint32_t size)
{
	set_start(skb, skb->data + size);
}

void skb_set_len(struct skb *skb, uint32_t len)
{
	if (len > skb->len)
		memset(skb->data_end, 0, len - skb->len);
	skb->data_end = skb->data + len;
	skb->len = len;
}

static void keep_headers(struct skb *skb, uint16_t mac, uint16_t network, uint16_t transport)
{
	skb->mac_offset = mac;
	skb->network_offset = network;
	skb->transport_offset = transport;
}

int skb_insert(struct skb *skb, uint32_t offset, uint32_t size)
{
	uint16_t mac = skb->mac_offset, network = skb->network_offset, transport = skb->transport_offset;

	if (offset > skb->len || skb_make_room(skb, size, 0))
		return -ENOMEM;
	skb_push(skb, size);
	memmove(skb->data, skb->data + size, offset);
	memset(skb->data + offset, 0, size);
	keep_headers(skb, mac, network, transport);
	return 0;
}

int skb_remove(struct skb *skb, uint32_t offset, uint32_t size)
{
	uint16_t mac = skb->mac_offset, network = skb->network_offset, transport = skb->transport_offset;

	if (offset > skb->len || size > skb->len - offset)
		return -ENOMEM;
	memmove(skb->data + size, skb->data, offset);
	skb_pull(skb, size);
	keep_headers(skb, mac, network, transport);
	return 0;
}
