/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/report.h"

struct capture {
	struct packet_source source;
	pcap_t *pcap;
	const char *path;
	const struct link *link;
	uint64_t number; /* of packets read */
	uint8_t *buffer; /* PACKET_HEADROOM + LINK_ROOM + PACKET_MAX bytes */
};

/* More than the link header that we make is longer than the one that it replaces. */
#define LINK_ROOM 16

/* What an Ethernet header is made of. */
struct made_header {
	uint16_t protocol; /* network byte order; 0: not known, leave the packet out */
	uint8_t type; /* PACKET_HOST, ... */
	uint8_t source[ETH_ALEN];
};

struct link {
	int number; /* DLT_... */
	uint32_t size; /* of its header */
	/* NULL: the header is Ethernet's. bytes: at least size of them, and length are there in all. */
	void (*read)(const uint8_t *bytes, uint32_t length, struct made_header *ret_header);
};

static uint16_t read16(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static uint16_t protocol_of_version(uint8_t first_byte)
{
	if (first_byte >> 4 == 4)
		return htons(ETH_P_IP);
	return first_byte >> 4 == 6 ? htons(ETH_P_IPV6) : 0;
}

/* IP packets and nothing else; BSD loopback puts an address family of the capturing machine in front. */
static void read_raw(const uint8_t *bytes, uint32_t length, struct made_header *ret_header)
{
	ret_header->protocol = length ? protocol_of_version(bytes[0]) : 0;
}

static void read_loopback(const uint8_t *bytes, uint32_t length, struct made_header *ret_header)
{
	ret_header->protocol = length > 4 ? protocol_of_version(bytes[4]) : 0;
}

/* Packet type, ARP type, address length, 8 address bytes, protocol. */
static void read_cooked(const uint8_t *bytes, uint32_t length, struct made_header *ret_header)
{
	ret_header->type = bytes[1];
	memcpy(ret_header->source, bytes + 6, ETH_ALEN);
	ret_header->protocol = read16(bytes + 14);
}

/* Protocol, reserved, interface index, ARP type, packet type, address length, 8 address bytes. */
static void read_cooked2(const uint8_t *bytes, uint32_t length, struct made_header *ret_header)
{
	ret_header->protocol = read16(bytes);
	ret_header->type = bytes[10];
	memcpy(ret_header->source, bytes + 12, ETH_ALEN);
}

static const struct link links[] = {
	{ DLT_EN10MB, ETH_HLEN, NULL },
	{ DLT_NULL, 4, read_loopback },
	{ DLT_LOOP, 4, read_loopback },
	{ DLT_RAW, 0, read_raw },
	{ DLT_IPV4, 0, read_raw },
	{ DLT_IPV6, 0, read_raw },
	{ DLT_LINUX_SLL, 16, read_cooked },
	{ DLT_LINUX_SLL2, 20, read_cooked2 },
};

static const struct link *link_find(int number)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(links); i++)
		if (links[i].number == number)
			return &links[i];
	return NULL;
}

/* Replaces the link header at packet->data by an Ethernet header. False: the packet is none that we can show. */
static bool make_ethernet(struct packet *packet, const struct link *link)
{
	struct made_header header = { .type = PACKET_HOST };

	if (packet->length < link->size)
		return false;
	link->read(packet->data, packet->length, &header);
	if (!header.protocol)
		return false;
	packet->data += link->size;
	packet->length -= link->size;
	packet->data -= ETH_HLEN;
	packet->length += ETH_HLEN;
	memset(packet->data, 0, ETH_ALEN);
	memcpy(packet->data + ETH_ALEN, header.source, ETH_ALEN);
	memcpy(packet->data + 2 * ETH_ALEN, &header.protocol, sizeof(header.protocol));
	packet_ethernet(packet);
	packet->type = header.type;
	return true;
}

static void copy_packet(
	struct capture *capture, const struct pcap_pkthdr *header, const u_char *bytes, struct packet *packet)
{
	uint32_t captured = MIN(header->caplen, PACKET_MAX), length = MIN(MAX(header->len, captured), PACKET_MAX);

	*packet = (struct packet){
		.head = capture->buffer,
		.data = capture->buffer + PACKET_HEADROOM + LINK_ROOM,
		.end = capture->buffer + PACKET_HEADROOM + LINK_ROOM + length,
		.length = length,
		.nanoseconds = header->ts.tv_sec * 1000000000ull + header->ts.tv_usec, /* opened for nanoseconds */
	};
	memcpy(packet->data, bytes, captured);
	memset(packet->data + captured, 0, length - captured);
	if (captured < header->len)
		capture->source.cut++;
}

static int capture_next(struct packet_source *source, int timeout, struct packet *ret_packet)
{
	struct capture *capture = container_of(source, struct capture, source);
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int got;

	do {
		errno = 0;
		got = pcap_next_ex(capture->pcap, &header, &bytes);
		if (got == PCAP_ERROR_BREAK)
			return -ENODATA;
		if (got < 0 && errno == EINTR)
			return -EINTR;
		if (got < 0) {
			report("%s: broken after packet %llu: %s", capture->path, (unsigned long long)capture->number,
				pcap_geterr(capture->pcap));
			return -EBADMSG;
		}
		capture->number++;
		copy_packet(capture, header, bytes, ret_packet);
		if (!capture->link->read) {
			packet_ethernet(ret_packet);
			return 1;
		}
	} while (!make_ethernet(ret_packet, capture->link));
	return 1;
}

static void capture_close(struct packet_source *source)
{
	struct capture *capture = container_of(source, struct capture, source);

	if (capture->pcap)
		pcap_close(capture->pcap);
	free(capture->buffer);
	free(capture);
}

static const struct packet_source_ops capture_ops = {
	.next = capture_next,
	.close = capture_close,
};

static int open_pcap(struct capture *capture)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	FILE *file = strcmp(capture->path, "-") ? fopen(capture->path, "rbe") : fdopen(dup(STDIN_FILENO), "rb");
	const char *name;
	int type;

	if (!file) {
		report("%s: %s", capture->path, strerror(errno));
		return -EINVAL;
	}
	capture->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error);
	if (!capture->pcap) {
		report("%s: not a capture file: %s", capture->path, error);
		fclose(file);
		return -EINVAL;
	}
	type = pcap_datalink(capture->pcap);
	capture->link = link_find(type);
	if (capture->link)
		return 0;
	name = pcap_datalink_val_to_description(type);
	report("%s: packets of link type %d (%s); skep reads Ethernet, Linux cooked, raw IP and BSD loopback",
		capture->path, type, name ?: "unknown");
	return -EINVAL;
}

int capture_open(const char *path, struct packet_source **ret_source)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	int err = -ENOMEM;

	if (!capture)
		return err;
	capture->source.ops = &capture_ops;
	capture->path = path;
	capture->buffer = malloc(PACKET_HEADROOM + LINK_ROOM + PACKET_MAX);
	if (capture->buffer)
		err = open_pcap(capture);
	if (err) {
		capture_close(&capture->source);
		return err;
	}
	*ret_source = &capture->source;
	return 0;
}
