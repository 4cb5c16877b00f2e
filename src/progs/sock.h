/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets as programs see them: what is behind `sk` of a context and what lookups find. A picture of a socket at one
 * moment, made from what the system tells about it.
 */
#ifndef SKEP_PROGS_SOCK_H
#define SKEP_PROGS_SOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "skep/uapi.h"

struct sock_ref {
	struct bpf_sock sock; /* first: this is what the program's pointer points to */
	struct bpf_tcp_sock tcp; /* of a TCP socket that is more than a request or a remainder */
	struct sock_ref *listener; /* that a connection came from, or NULL; not counted */
	_Atomic uint32_t references;
	bool counted; /* made by a lookup: freed with its last reference */
};

static inline struct sock_ref *sock_of(uint64_t address)
{
	return (struct sock_ref *)(uintptr_t)address;
}

/* More than a request for a connection or what is left of one. */
static inline bool sock_is_full(const struct sock_ref *ref)
{
	return ref->sock.state != BPF_TCP_TIME_WAIT && ref->sock.state != BPF_TCP_NEW_SYN_RECV;
}

#endif
