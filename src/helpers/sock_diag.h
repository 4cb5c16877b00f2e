/* SPDX-License-Identifier: BSD-2-Clause */
/* Which socket of this network namespace a packet belongs to: asked of the system by sock_diag(7). */
#ifndef SKEP_HELPERS_SOCK_DIAG_H
#define SKEP_HELPERS_SOCK_DIAG_H

#include "progs/sock.h"

/*
 * The socket that packets with this tuple reach: saddr and sport are the sender's, size tells IPv4 from IPv6.
 * A new picture with one reference; NULL if there is none, or the system does not say.
 */
struct sock_ref *sock_diag_find(int protocol, const struct bpf_sock_tuple *tuple, uint32_t size);

#endif
