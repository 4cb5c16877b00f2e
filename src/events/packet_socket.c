/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets of a device, by a packet socket with a ring of blocks (TPACKET_V3): the kernel fills a block and hands it
 * over when it is full or BLOCK_MILLISECONDS old, so a busy device costs one wait for many packets. Programs work on
 * the packets where they lie in the ring. Nothing is lost while the reader gets no processor for some seconds: a block
 * holds the longest packet of usual offloads, and there are BLOCKS * BLOCK_MILLISECONDS of them.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"
#include "events/packet.h"

#define BLOCK_SIZE (1u << 17)
#define BLOCKS 128
#define BLOCK_MILLISECONDS 30

struct packet_socket {
	struct packet_source source;
	int fd;
	uint32_t ifindex;
	uint8_t *ring;
	unsigned block; /* the one that is read, or waited for */
	bool open; /* that block is ours */
	uint32_t left; /* packets in it that were not given yet */
	uint8_t *frame; /* the next of them */
};

static struct tpacket_block_desc *current_block(const struct packet_socket *socket)
{
	return (struct tpacket_block_desc *)(socket->ring + (size_t)socket->block * BLOCK_SIZE);
}

static uint32_t block_status(const struct packet_socket *socket)
{
	return __atomic_load_n(&current_block(socket)->hdr.bh1.block_status, __ATOMIC_ACQUIRE);
}

static void release_block(struct packet_socket *socket)
{
	__atomic_store_n(&current_block(socket)->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	socket->open = false;
	socket->block = (socket->block + 1) % BLOCKS;
}

/* Reading the statistics clears them in the kernel. */
static void count_drops(struct packet_socket *socket)
{
	struct tpacket_stats_v3 stats;
	socklen_t size = sizeof(stats);

	if (!getsockopt(socket->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size))
		socket->source.dropped += stats.tp_drops;
}

/* 1: the current block is ours. 0: not within the time. -errno: the device has gone or a signal came. */
static int wait_block(struct packet_socket *socket, int timeout)
{
	struct pollfd wait = { .fd = socket->fd, .events = POLLIN | POLLERR };
	socklen_t size = sizeof(int);
	int ready, error = 0;

	if (!(block_status(socket) & TP_STATUS_USER)) {
		ready = poll(&wait, 1, timeout);
		if (ready < 0)
			return -errno;
		if (ready && (wait.revents & POLLERR) && !getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &size) &&
			error)
			return -error;
		if (!(block_status(socket) & TP_STATUS_USER))
			return 0;
	}
	socket->open = true;
	socket->left = current_block(socket)->hdr.bh1.num_pkts;
	socket->frame = (uint8_t *)current_block(socket) + current_block(socket)->hdr.bh1.offset_to_first_pkt;
	if (current_block(socket)->hdr.bh1.block_status & TP_STATUS_LOSING)
		count_drops(socket);
	return 1;
}

static void fill_packet(struct packet_socket *socket, struct packet *packet)
{
	struct tpacket3_hdr *header = (struct tpacket3_hdr *)socket->frame;
	const struct sockaddr_ll *address =
		(const struct sockaddr_ll *)(socket->frame + TPACKET_ALIGN(sizeof(struct tpacket3_hdr)));

	*packet = (struct packet){
		.head = socket->frame + header->tp_mac - PACKET_HEADROOM,
		.data = socket->frame + header->tp_mac,
		.end = socket->frame + header->tp_mac + header->tp_snaplen,
		.length = header->tp_snaplen,
		.link_size = header->tp_net - header->tp_mac,
		.protocol = address->sll_protocol,
		.type = address->sll_pkttype,
		.vlan_present = header->tp_status & TP_STATUS_VLAN_VALID,
		.vlan_tci = header->hv1.tp_vlan_tci,
		.ifindex = socket->ifindex,
		.hash = header->hv1.tp_rxhash,
		.nanoseconds = header->tp_sec * 1000000000ull + header->tp_nsec,
	};
	if (packet->vlan_present)
		packet->vlan_proto = header->tp_status & TP_STATUS_VLAN_TPID_VALID
					     ? __builtin_bswap16(header->hv1.tp_vlan_tpid)
					     : __builtin_bswap16(ETH_P_8021Q);
	if (header->tp_snaplen < header->tp_len) /* longer than a block */
		socket->source.cut++;
	socket->left--;
	socket->frame += header->tp_next_offset;
}

static int socket_next(struct packet_source *source, int timeout, struct packet *ret_packet)
{
	struct packet_socket *socket = container_of(source, struct packet_socket, source);
	int ready;

	for (;;) {
		if (socket->open && socket->left) {
			fill_packet(socket, ret_packet);
			return 1;
		}
		if (socket->open)
			release_block(socket);
		ready = wait_block(socket, timeout);
		if (ready <= 0)
			return ready;
	}
}

static void socket_close(struct packet_source *source)
{
	struct packet_socket *socket = container_of(source, struct packet_socket, source);

	if (socket->ring)
		munmap(socket->ring, (size_t)BLOCK_SIZE * BLOCKS);
	close(socket->fd);
	free(socket);
}

static const struct packet_source_ops socket_ops = {
	.next = socket_next,
	.close = socket_close,
};

static int set_ring(struct packet_socket *socket)
{
	int version = TPACKET_V3;
	unsigned headroom = PACKET_HEADROOM;
	struct tpacket_req3 request = {
		.tp_block_size = BLOCK_SIZE,
		.tp_block_nr = BLOCKS,
		.tp_frame_size = 1 << 16,
		.tp_frame_nr = BLOCK_SIZE / (1 << 16) * BLOCKS,
		.tp_retire_blk_tov = BLOCK_MILLISECONDS,
		.tp_feature_req_word = TP_FT_REQ_FILL_RXHASH,
	};
	void *ring;

	if (setsockopt(socket->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
		setsockopt(socket->fd, SOL_PACKET, PACKET_RESERVE, &headroom, sizeof(headroom)) ||
		setsockopt(socket->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)))
		return -errno;
	ring = mmap(NULL, (size_t)BLOCK_SIZE * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, socket->fd, 0);
	if (ring == MAP_FAILED)
		return -errno;
	socket->ring = ring;
	return 0;
}

/* Packets arrive from here on, with the ring in place. */
static int bind_device(struct packet_socket *socket)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = __builtin_bswap16(ETH_P_ALL),
		.sll_ifindex = socket->ifindex,
	};
	socklen_t size = sizeof(int);
	int error = 0;

	if (bind(socket->fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	if (getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &size))
		return -errno;
	return -error;
}

int packet_socket_open(const char *device, struct packet_source **ret_source)
{
	struct packet_socket *new;
	int err;

	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->source.ops = &socket_ops;
	new->ifindex = if_nametoindex(device);
	if (!new->ifindex) {
		err = -ENODEV;
		goto free_socket;
	}
	new->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (new->fd < 0) {
		err = -errno;
		goto free_socket;
	}
	err = set_ring(new);
	if (!err)
		err = bind_device(new);
	if (err) {
		socket_close(&new->source);
		return err;
	}
	*ret_source = &new->source;
	return 0;

free_socket:
	free(new);
	return err;
}
