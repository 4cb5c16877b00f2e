/* SPDX-License-Identifier: BSD-2-Clause */
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IP_HEADER 20
#define UDP_HEADER 8
#define ICMP_HEADER 8

/* Payloads of one round. */
#define TCP_BYTES 4000
#define UDP_BYTES 1000
#define UDP_DATAGRAMS 3
#define ICMP_BYTES 500
#define PATIENCE 2000 /* milliseconds for a packet to arrive on a loopback device */

/*
 * The number under a name in a file of /proc/net whose lines come in pairs: "Tcp: name name ..." and
 * "Tcp: value value ...".
 */
static int read_counter(const char *path, const char *group, const char *name, uint64_t *ret_value)
{
	FILE *file = fopen(path, "re");
	char *names = NULL, *values = NULL, *name_place, *value_place, *a, *b;
	size_t names_size = 0, values_size = 0;
	int err = -ENOENT;

	if (!file)
		return -errno;
	while (err && getline(&names, &names_size, file) > 0 && getline(&values, &values_size, file) > 0) {
		if (strncmp(names, group, strlen(group)))
			continue;
		a = strtok_r(names, " \n", &name_place);
		b = strtok_r(values, " \n", &value_place);
		while (a && b && strcmp(a, name)) {
			a = strtok_r(NULL, " \n", &name_place);
			b = strtok_r(NULL, " \n", &value_place);
		}
		if (a && b) {
			*ret_value = strtoull(b, NULL, 10);
			err = 0;
		}
	}
	free(names);
	free(values);
	fclose(file);
	return err;
}

static int read_counters(uint64_t *ret_octets, uint64_t *ret_segments)
{
	int err = read_counter("/proc/net/netstat", "IpExt:", "OutOctets", ret_octets);

	return err ? err : read_counter("/proc/net/snmp", "Tcp:", "OutSegs", ret_segments);
}

/* A socket on 127.0.0.1 with a port of the kernel's choice. */
static int bound_socket(int type, struct sockaddr_in *ret_address)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, size) || getsockname(fd, (struct sockaddr *)&address, &size)) {
		close(fd);
		return -errno;
	}
	*ret_address = address;
	return fd;
}

static int open_tcp(struct traffic *traffic)
{
	struct sockaddr_in address;
	int listener = bound_socket(SOCK_STREAM, &address), on = 1, err = 0;

	if (listener < 0)
		return listener;
	traffic->tcp_client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (traffic->tcp_client < 0 || listen(listener, 1) ||
		setsockopt(traffic->tcp_client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ||
		connect(traffic->tcp_client, (struct sockaddr *)&address, sizeof(address)))
		err = -errno;
	if (!err) {
		traffic->tcp_server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (traffic->tcp_server < 0)
			err = -errno;
	}
	close(listener);
	return err;
}

static int open_udp(struct traffic *traffic)
{
	struct sockaddr_in address;

	traffic->udp_receiver = bound_socket(SOCK_DGRAM, &address);
	if (traffic->udp_receiver < 0)
		return traffic->udp_receiver;
	traffic->udp_sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (traffic->udp_sender < 0 || connect(traffic->udp_sender, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return 0;
}

int traffic_start(struct traffic *traffic)
{
	int err;

	*traffic = (struct traffic){ .tcp_client = -1, .tcp_server = -1, .udp_sender = -1, .udp_receiver = -1 };
	traffic->icmp = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (traffic->icmp < 0)
		return -errno;
	err = read_counters(&traffic->start_octets, &traffic->start_segments);
	if (!err)
		err = open_tcp(traffic);
	if (!err)
		err = open_udp(traffic);
	return err;
}

static int wait_readable(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int ready = poll(&wait, 1, PATIENCE);

	return ready > 0 ? 0 : ready ? -errno : -ETIMEDOUT;
}

static int send_all(int from, int to, size_t size)
{
	uint8_t bytes[TCP_BYTES] = { 0 };
	size_t arrived = 0;
	ssize_t got;
	int err;

	if (send(from, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
		return -EIO;
	while (arrived < size) {
		err = wait_readable(to);
		if (err)
			return err;
		got = recv(to, bytes, sizeof(bytes), 0);
		if (got <= 0)
			return got ? -errno : -ECONNRESET;
		arrived += got;
	}
	return 0;
}

static uint16_t internet_checksum(const void *data, size_t size)
{
	const uint16_t *words = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < size / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* An echo request; the kernel's reply is as long. */
static int ping(struct traffic *traffic)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	union {
		struct icmphdr header;
		uint8_t bytes[ICMP_HEADER + ICMP_BYTES];
	} message = { .header = { .type = ICMP_ECHO, .un.echo.id = htons(getpid()) } };
	uint8_t reply[IP_HEADER + sizeof(message)];
	ssize_t got;
	int err;

	message.header.checksum = internet_checksum(&message, sizeof(message));
	if (sendto(traffic->icmp, &message, sizeof(message), 0, (struct sockaddr *)&to, sizeof(to)) != sizeof(message))
		return -errno;
	/* The raw socket sees the request too. */
	do {
		err = wait_readable(traffic->icmp);
		if (err)
			return err;
		got = recv(traffic->icmp, reply, sizeof(reply), 0);
	} while (got <= IP_HEADER || reply[IP_HEADER] != ICMP_ECHOREPLY);
	traffic->least.icmp += 2 * (ETH_HLEN + IP_HEADER + sizeof(message));
	return 0;
}

int traffic_round(struct traffic *traffic)
{
	int err, i;

	err = send_all(traffic->tcp_client, traffic->tcp_server, TCP_BYTES);
	if (!err)
		err = send_all(traffic->tcp_server, traffic->tcp_client, TCP_BYTES / 4);
	if (err)
		return err;
	traffic->least.tcp += TCP_BYTES + TCP_BYTES / 4;
	for (i = 0; i < UDP_DATAGRAMS; i++) {
		err = send_all(traffic->udp_sender, traffic->udp_receiver, UDP_BYTES);
		if (err)
			return err;
		traffic->least.udp += ETH_HLEN + IP_HEADER + UDP_HEADER + UDP_BYTES;
	}
	return ping(traffic);
}

void traffic_stop(struct traffic *traffic)
{
	uint8_t byte;

	/* Each side's FIN is acknowledged before the other goes on. */
	if (traffic->tcp_client >= 0 && traffic->tcp_server >= 0) {
		shutdown(traffic->tcp_client, SHUT_WR);
		if (!wait_readable(traffic->tcp_server))
			(void)!read(traffic->tcp_server, &byte, 1);
		shutdown(traffic->tcp_server, SHUT_WR);
		if (!wait_readable(traffic->tcp_client))
			(void)!read(traffic->tcp_client, &byte, 1);
	}
	close(traffic->tcp_client);
	close(traffic->tcp_server);
	close(traffic->udp_sender);
	close(traffic->udp_receiver);
	close(traffic->icmp);
}

int traffic_sent(const struct traffic *traffic, struct traffic_bytes *ret_sent)
{
	uint64_t octets, segments, packets;
	int err = read_counters(&octets, &segments);

	if (err)
		return err;
	octets -= traffic->start_octets;
	segments -= traffic->start_segments;
	packets = traffic->least.udp / (ETH_HLEN + IP_HEADER + UDP_HEADER + UDP_BYTES) +
		  traffic->least.icmp / (ETH_HLEN + IP_HEADER + ICMP_HEADER + ICMP_BYTES);
	*ret_sent = traffic->least;
	ret_sent->tcp = octets + packets * ETH_HLEN - traffic->least.udp - traffic->least.icmp + segments * ETH_HLEN;
	return 0;
}
