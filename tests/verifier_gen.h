/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs that use memory the way real ones do, well enough that a verifier accepts about half of them: stack,
 * context, map values and packets, with bounds that are checked in time, nearly, or not at all. The same ones on every
 * machine.
 *
 * In wide loads of BPF_PSEUDO_MAP_FD and _VALUE the map is a number below VGEN_MAPS: the user puts its own there.
 * No helper that is called answers by the time of day or by chance.
 */
#ifndef SKEP_TESTS_VERIFIER_GEN_H
#define SKEP_TESTS_VERIFIER_GEN_H

#include <stdbool.h>
#include <stdint.h>

#include "skep/uapi.h"

enum vgen_map {
	VGEN_ARRAY, /* 4-byte keys, one element */
	VGEN_HASH, /* 8-byte keys */
	VGEN_MAPS,
};

#define VGEN_VALUE_SIZE 48 /* of both maps' values */
#define VGEN_ROOM 4096 /* instructions, more than any program has */

struct vgen_traits {
	uint32_t type; /* enum bpf_prog_type */
	bool initialised; /* no stack is read before it is written */
};

/* Fills room for VGEN_ROOM instructions and returns how many there are. */
uint32_t vgen_program(uint64_t seed, struct bpf_insn *insns, struct vgen_traits *ret_traits);

#endif
