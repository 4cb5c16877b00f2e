/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers/sock_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IPV4_SIZE sizeof(((struct bpf_sock_tuple *)0)->ipv4)

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

/*
 * Who asks for a TCP socket describes it from its own side: its source is where the packet goes. Who asks for a UDP
 * socket describes the packet.
 */
static void fill_request(struct request *request, int protocol, const struct bpf_sock_tuple *tuple, uint32_t size)
{
	struct inet_diag_sockid *id = &request->body.id;
	bool ipv4 = size == IPV4_SIZE, packet = protocol == IPPROTO_UDP;
	size_t length = ipv4 ? sizeof(tuple->ipv4.saddr) : sizeof(tuple->ipv6.saddr);
	const void *sender = ipv4 ? (const void *)&tuple->ipv4.saddr : tuple->ipv6.saddr;
	const void *receiver = ipv4 ? (const void *)&tuple->ipv4.daddr : tuple->ipv6.daddr;
	__be16 sender_port = ipv4 ? tuple->ipv4.sport : tuple->ipv6.sport;
	__be16 receiver_port = ipv4 ? tuple->ipv4.dport : tuple->ipv6.dport;

	*request = (struct request){
		.header = { .nlmsg_len = sizeof(*request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST },
		.body = { .sdiag_family = ipv4 ? AF_INET : AF_INET6,
			.sdiag_protocol = (uint8_t)protocol,
			.idiag_ext = 1 << (INET_DIAG_INFO - 1),
			.idiag_states = ~0u },
	};
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	id->idiag_sport = packet ? sender_port : receiver_port;
	id->idiag_dport = packet ? receiver_port : sender_port;
	memcpy(id->idiag_src, packet ? sender : receiver, length);
	memcpy(id->idiag_dst, packet ? receiver : sender, length);
}

static void fill_tcp(struct bpf_tcp_sock *tcp, const struct tcp_info *info)
{
	tcp->snd_cwnd = info->tcpi_snd_cwnd;
	tcp->srtt_us = info->tcpi_rtt << 3;
	tcp->rtt_min = info->tcpi_min_rtt;
	tcp->snd_ssthresh = info->tcpi_snd_ssthresh;
	tcp->mss_cache = info->tcpi_snd_mss;
	tcp->packets_out = info->tcpi_unacked;
	tcp->retrans_out = info->tcpi_retrans;
	tcp->total_retrans = info->tcpi_total_retrans;
	tcp->segs_in = info->tcpi_segs_in;
	tcp->data_segs_in = info->tcpi_data_segs_in;
	tcp->segs_out = info->tcpi_segs_out;
	tcp->data_segs_out = info->tcpi_data_segs_out;
	tcp->lost_out = info->tcpi_lost;
	tcp->sacked_out = info->tcpi_sacked;
	tcp->bytes_received = info->tcpi_bytes_received;
	tcp->bytes_acked = info->tcpi_bytes_acked;
	tcp->dsack_dups = info->tcpi_dsack_dups;
	tcp->delivered = info->tcpi_delivered;
	tcp->delivered_ce = info->tcpi_delivered_ce;
	tcp->icsk_retransmits = info->tcpi_retransmits;
}

static struct sock_ref *picture(int protocol, const struct nlmsghdr *header)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(header);
	struct sock_ref *ref = calloc(1, sizeof(*ref));

	if (!ref)
		return NULL;
	ref->references = 1;
	ref->counted = true;
	ref->sock = (struct bpf_sock){
		.bound_dev_if = msg->id.idiag_if,
		.family = msg->idiag_family,
		.type = protocol == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM,
		.protocol = (uint32_t)protocol,
		.src_port = ntohs(msg->id.idiag_sport),
		.dst_port = msg->id.idiag_dport,
		.state = msg->idiag_state,
		.rx_queue_mapping = -1,
	};
	if (msg->idiag_family == AF_INET) {
		ref->sock.src_ip4 = msg->id.idiag_src[0];
		ref->sock.dst_ip4 = msg->id.idiag_dst[0];
	} else {
		memcpy(ref->sock.src_ip6, msg->id.idiag_src, 16);
		memcpy(ref->sock.dst_ip6, msg->id.idiag_dst, 16);
	}
	uint32_t left = header->nlmsg_len - NLMSG_LENGTH(sizeof(*msg));
	for (const struct nlattr *attr = (const void *)(msg + 1);
		left >= sizeof(*attr) && attr->nla_len >= sizeof(*attr) && attr->nla_len <= left;) {
		uint32_t step = NLA_ALIGN(attr->nla_len), room = attr->nla_len - NLA_HDRLEN;

		if (attr->nla_type == INET_DIAG_INFO && protocol == IPPROTO_TCP) {
			struct tcp_info info = { 0 };

			memcpy(&info, (const char *)attr + NLA_HDRLEN, room < sizeof(info) ? room : sizeof(info));
			fill_tcp(&ref->tcp, &info);
		}
		if (step >= left)
			break;
		left -= step;
		attr = (const void *)((const char *)attr + step);
	}
	return ref;
}

struct sock_ref *sock_diag_find(int protocol, const struct bpf_sock_tuple *tuple, uint32_t size)
{
	union {
		struct nlmsghdr header;
		char bytes[4096];
	} answer;
	struct sock_ref *found = NULL;
	struct request request;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		return NULL;
	fill_request(&request, protocol, tuple, size);
	if (send(fd, &request, sizeof(request), 0) == sizeof(request)) {
		ssize_t length = recv(fd, &answer, sizeof(answer), 0);

		if (length >= (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg)) &&
			answer.header.nlmsg_len <= (size_t)length && answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY)
			found = picture(protocol, &answer.header);
	}
	close(fd);
	return found;
}
