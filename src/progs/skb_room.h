/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moving the ends of a packet. Each function keeps data, data_end, data_meta and len consistent; the headers stay where
 * their bytes are, so their offsets from data change with it.
 */
#ifndef SKEP_PROGS_SKB_ROOM_H
#define SKEP_PROGS_SKB_ROOM_H

#include "progs/skb.h"

#define SKB_OFFSET_UNKNOWN 0xffff

/* Bytes from data to a header, negative in front of it; SKB_NONE if it is not known. */
#define SKB_NONE INT32_MIN
int skb_network(const struct skb *skb);
int skb_transport(const struct skb *skb);
void skb_set_network(struct skb *skb, int offset);
void skb_set_transport(struct skb *skb, int offset);

/* At least front free bytes before data and back bytes behind data_end. -ENOMEM. */
int skb_make_room(struct skb *skb, uint32_t front, uint32_t back);

/* The packet begins size bytes earlier, where there must be room, or later, where there must be packet. */
void skb_push(struct skb *skb, uint32_t size);
void skb_pull(struct skb *skb, uint32_t size);

/* The packet ends at len; what is new is zero. There must be room. */
void skb_set_len(struct skb *skb, uint32_t len);

/* Puts size zero bytes behind the first offset bytes, or takes as many away there; all headers move with these. */
int skb_insert(struct skb *skb, uint32_t offset, uint32_t size);
int skb_remove(struct skb *skb, uint32_t offset, uint32_t size);

#endif
