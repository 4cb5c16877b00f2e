/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers about what a packet belongs to: its flow's hash, its class, its route. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>

#include "base/macros.h"
#include "helpers/implement.h"
#include "progs/skb_room.h"

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define FRAGMENT_MASK 0x3fff /* more fragments, and the offset */

/* What makes a flow: addresses, ports, protocols; zeros where there is none. */
struct flow {
	uint8_t addresses[32];
	uint8_t ports[4];
	uint32_t protocol;
	uint8_t transport;
};

static void add_ports(const struct skb *skb, uint64_t offset, struct flow *flow)
{
	switch (flow->transport) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		if (offset + sizeof(flow->ports) <= skb->len)
			memcpy(flow->ports, skb->data + offset, sizeof(flow->ports));
	}
}

static void dissect(const struct skb *skb, struct flow *flow)
{
	int network = skb_network(skb);

	memset(flow, 0, sizeof(*flow));
	flow->protocol = skb->protocol;
	if (network < 0 || (uint32_t)network > skb->len)
		return;
	const uint8_t *header = skb->data + network;
	uint32_t left = skb->len - (uint32_t)network;
	if (skb->protocol == htons(ETH_P_IP) && left >= IPV4_HEADER) {
		memcpy(flow->addresses, header + 12, 8);
		flow->transport = header[9];
		if (!((header[6] << 8 | header[7]) & FRAGMENT_MASK))
			add_ports(skb, (uint64_t)network + (header[0] & 15) * 4u, flow);
	} else if (skb->protocol == htons(ETH_P_IPV6) && left >= IPV6_HEADER) {
		memcpy(flow->addresses, header + 8, 32);
		flow->transport = header[6];
		add_ports(skb, (uint64_t)network + IPV6_HEADER, flow);
	}
}

/* A hash that nobody outside of the process can foretell, never 0. FNV-1a with a random start, finished by a mix. */
static uint32_t flow_hash(const struct flow *flow)
{
	static uint64_t key;
	uint64_t random = __atomic_load_n(&key, __ATOMIC_RELAXED), none = 0;

	if (unlikely(!random)) {
		if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
			random = (uintptr_t)&key;
		random |= 1;
		/* All threads take the one that came first. */
		if (!__atomic_compare_exchange_n(&key, &none, random, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			random = none;
	}
	for (size_t i = 0; i < sizeof(*flow); i++)
		random = (random ^ ((const uint8_t *)flow)[i]) * 0x100000001b3;
	random ^= random >> 32;
	random *= 0x9e3779b97f4a7c15;
	return (uint32_t)(random >> 32) ?: 1;
}

HELPER_FN(get_hash_recalc)
{
	struct skb *skb = (struct skb *)(uintptr_t)r1;
	struct flow flow;

	if (!skb->hash && !skb->hash_known) {
		dissect(skb, &flow);
		skb->hash = flow_hash(&flow);
	}
	return skb->hash;
}

HELPER_FN(set_hash_invalid)
{
	struct skb *skb = (struct skb *)(uintptr_t)r1;

	skb->hash = 0;
	skb->hash_known = false;
	return 0;
}

/* r2: the hash */
HELPER_FN(set_hash)
{
	struct skb *skb = (struct skb *)(uintptr_t)r1;

	skb->hash = (uint32_t)r2;
	skb->hash_known = true;
	return 0;
}

/* What Linux answers to a task without a class of net_cls, and to a packet without a route. */
HELPER_FN(get_cgroup_classid)
{
	return 0;
}

HELPER_FN(get_route_realm)
{
	return 0;
}
