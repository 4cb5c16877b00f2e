/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets from a device or a capture, and the contexts that packet programs see of them.
 *
 * A packet is given as a packet socket of type SOCK_RAW sees it, which is also what a socket filter of that socket
 * sees: it begins with the link header, and an outer VLAN tag has been taken out of the bytes into vlan_tci.
 */
#ifndef SKEP_EVENTS_PACKET_H
#define SKEP_EVENTS_PACKET_H

#include <stdbool.h>
#include <stdint.h>

struct skb;
struct xdp;

/* Free bytes in front of each packet, for programs that grow it: as XDP_PACKET_HEADROOM. */
#define PACKET_HEADROOM 256
/* The longest packet: what segmentation offload hands over at most, with room for link headers. */
#define PACKET_MAX (512 * 1024)

struct packet {
	uint8_t *head, *end; /* the buffer around the packet; programs may move into it and write it */
	uint8_t *data; /* the link header, or the network header if the link has none */
	uint32_t length; /* bytes at data */
	uint32_t link_size; /* of the link header: 14 for Ethernet, 0 if there is none */
	uint16_t protocol; /* EtherType, network byte order */
	uint8_t type; /* PACKET_HOST, PACKET_OUTGOING, ... of <linux/if_packet.h> */
	bool vlan_present;
	uint16_t vlan_tci, vlan_proto; /* vlan_proto in network byte order */
	uint32_t ifindex;
	uint32_t hash;
	uint64_t nanoseconds; /* since 1970 */
};

struct packet_source;

struct packet_source_ops {
	/*
	 * The next packet; what it points to is valid until the next call. Waits at most timeout milliseconds.
	 * 1: a packet. 0: none came in that time. -ENODATA: there will be no more. -EINTR: a signal came first.
	 * Other errors, such as -ENETDOWN and -EBADMSG (a broken capture), end the source.
	 */
	int (*next)(struct packet_source *source, int timeout, struct packet *ret_packet);
	void (*close)(struct packet_source *source);
};

/* The head of each source's own structure. */
struct packet_source {
	const struct packet_source_ops *ops;
	uint64_t dropped; /* packets that the source lost because nobody took them in time */
	uint64_t cut; /* packets whose end was not captured; a packet socket gives at most 128 KiB of one */
};

static inline int packet_next(struct packet_source *source, int timeout, struct packet *ret_packet)
{
	return source->ops->next(source, timeout, ret_packet);
}

/* NULL is fine. */
static inline void packet_close(struct packet_source *source)
{
	if (source)
		source->ops->close(source);
}

/*
 * A packet socket on a device: every packet that it receives and sends. On a loopback device each packet comes twice:
 * as it is sent (PACKET_OUTGOING) and as it is received.
 * -ENODEV: no such device. -ENETDOWN: it is down. -EPERM: needs CAP_NET_RAW. -ENOMEM, -EMFILE.
 */
int packet_socket_open(const char *device, struct packet_source **ret_source);

/*
 * Completes a packet of which head, end, data and length are set and that begins with an Ethernet header: takes a VLAN
 * tag out, finds link_size, protocol and type as the kernel does on reception. A packet that is shorter than its
 * header gets link_size = length and protocol 0.
 */
void packet_ethernet(struct packet *packet);

/* Fills all of the context of a socket filter or a tc program, and of an XDP program. */
void packet_to_skb(const struct packet *packet, struct skb *ret_skb);
void packet_to_xdp(const struct packet *packet, struct xdp *ret_xdp);

#endif
