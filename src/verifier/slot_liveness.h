/* SPDX-License-Identifier: BSD-2-Clause */
/* Which stack slots may still be read: see slot_liveness.c. Bit n of a mask is the slot at fp-8(n+1). */
#ifndef SKEP_VERIFIER_SLOT_LIVENESS_H
#define SKEP_VERIFIER_SLOT_LIVENESS_H

#include "verifier/verifier.h"

int prepare_slot_liveness(struct verifier *v);
/* The instruction may read bytes [from, to) of a frame, or what it does depends on them. */
void note_slots_read(struct verifier *v, uint32_t frame, int64_t from, int64_t to);
/* The store overwrites the eight bytes at off. Then, at the end of every store: note_store_done(). */
void note_slot_overwritten(struct verifier *v, uint32_t frame, int64_t off);
void note_store_done(struct verifier *v);
/* Of a state all of whose paths have ended. */
uint64_t live_slots(struct verifier *v, const struct state *state, uint32_t frame);

#endif
