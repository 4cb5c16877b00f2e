/* SPDX-License-Identifier: BSD-2-Clause */
/* Traffic of known size on the loopback device: TCP, UDP and ICMP, each in both directions. */
#ifndef EXAMPLES_TRAFFIC_H
#define EXAMPLES_TRAFFIC_H

#include <stdint.h>

/* Bytes on the wire, with Ethernet headers, by protocol. */
struct traffic_bytes {
	uint64_t tcp, udp, icmp;
};

struct traffic {
	int tcp_client, tcp_server, udp_sender, udp_receiver, icmp;
	struct traffic_bytes least; /* sent so far; of TCP only the payload, since headers are the kernel's choice */
	uint64_t start_octets, start_segments; /* the kernel's counters when it began */
};

/* Opens all sockets. -errno: EPERM if there may be no raw socket for ICMP. */
int traffic_start(struct traffic *traffic);

/* One round: sends, and waits until all of it has arrived, so that nothing is lost or merged. 0 or -errno. */
int traffic_round(struct traffic *traffic);

/* Closes the TCP connection and waits for its last packets. */
void traffic_stop(struct traffic *traffic);

/*
 * What was sent, to the byte: of UDP and ICMP from what the calls sent, of TCP from the kernel's counters of IP bytes
 * and TCP segments. Right only in a network namespace where nobody else sends.
 */
int traffic_sent(const struct traffic *traffic, struct traffic_bytes *ret_sent);

#endif
