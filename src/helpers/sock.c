/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on sockets: finding them, and seeing more or less of one. */
#include <netinet/in.h>
#include <stdlib.h>

#include "helpers/implement.h"
#include "helpers/sock_diag.h"

#define IPV4_SIZE sizeof(((struct bpf_sock_tuple *)0)->ipv4)
#define IPV6_SIZE sizeof(((struct bpf_sock_tuple *)0)->ipv6)

/*
 * r2: tuple, r3: its size, r4: network namespace, r5: flags. Namespaces have no ids here, so the only one that can be
 * found is the program's own: a negative number.
 */
static struct sock_ref *lookup(int protocol, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5)
{
	uint32_t size = (uint32_t)r3;

	if ((size != IPV4_SIZE && size != IPV6_SIZE) || r5 || (int32_t)r4 >= 0)
		return NULL;
	return sock_diag_find(protocol, (const struct bpf_sock_tuple *)(uintptr_t)r2, size);
}

static void release(struct sock_ref *ref)
{
	if (ref->counted && atomic_fetch_sub_explicit(&ref->references, 1, memory_order_acq_rel) == 1)
		free(ref);
}

/* Only a full socket; what is less is given back. */
static uint64_t full_or_nothing(struct sock_ref *ref)
{
	if (!ref || sock_is_full(ref))
		return (uintptr_t)ref;
	release(ref);
	return 0;
}

HELPER_FN(sk_lookup_tcp)
{
	return full_or_nothing(lookup(IPPROTO_TCP, r2, r3, r4, r5));
}

HELPER_FN(sk_lookup_udp)
{
	return full_or_nothing(lookup(IPPROTO_UDP, r2, r3, r4, r5));
}

HELPER_FN(skc_lookup_tcp)
{
	return (uintptr_t)lookup(IPPROTO_TCP, r2, r3, r4, r5);
}

HELPER_FN(sk_release)
{
	if (r1)
		release(sock_of(r1));
	return 0;
}

HELPER_FN(sk_fullsock)
{
	return r1 && sock_is_full(sock_of(r1)) ? r1 : 0;
}

HELPER_FN(tcp_sock)
{
	struct sock_ref *ref = sock_of(r1);

	return ref && sock_is_full(ref) && ref->sock.protocol == IPPROTO_TCP ? (uintptr_t)&ref->tcp : 0;
}

/* The socket itself if it listens, or the one that the connection came from. */
HELPER_FN(get_listener_sock)
{
	struct sock_ref *ref = sock_of(r1);

	if (!ref)
		return 0;
	return ref->sock.state == BPF_TCP_LISTEN ? r1 : (uintptr_t)ref->listener;
}
