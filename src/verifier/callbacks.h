/* SPDX-License-Identifier: BSD-2-Clause */
/* Loops that a helper runs, and loops that end at run time: see callbacks.c. */
#ifndef SKEP_VERIFIER_CALLBACKS_H
#define SKEP_VERIFIER_CALLBACKS_H

#include "verifier/verifier.h"

/* After the arguments of a helper were checked: leaves the function that it calls, if it does, to be explored. */
int call_back(struct verifier *v, uint32_t helper);
/* At the end of such a function. */
int check_callback_result(struct verifier *v);
/* The newest state on the way to from that was kept at insn in the frames of now; NULL: there was no round yet. */
const struct state *find_last_round(const struct state *now, const struct state *from, uint32_t insn);
/* Forgets the numbers that changed since the last round and that nothing depended on. */
void widen(const struct state *old, struct state *now);
int step_may_goto(struct verifier *v, const struct bpf_insn *insn);
/* returns.c */
int refuse_result(struct verifier *v, const struct reg *reg, const char *where, int min, int max);

#endif
