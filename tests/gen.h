/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs that always end and that Linux's verifier accepts, the same ones on every machine: the instruction
 * set against itself in the interpreter, the JIT and the kernel.
 *
 * A program is of type SCHED_CLS. Its only memory besides the stack is one value of an array map; it starts from what
 * is in there and leaves its registers and its stack in it, so comparing the value compares everything it did.
 * In its wide loads of BPF_PSEUDO_MAP_VALUE the map is imm 0: the user of the program puts its own there.
 */
#ifndef SKEP_TESTS_GEN_H
#define SKEP_TESTS_GEN_H

#include <stdint.h>

#include "isa/op.h"

#define GEN_VALUE_SIZE 1024 /* of the map's value */
#define GEN_INPUTS 8 /* 64-bit words at its start, which registers are loaded from */
#define GEN_ROOM 6000 /* instructions, more than any program has */
#define GEN_PACKET_SIZE 64

/* Fills room for GEN_ROOM instructions and returns how many there are. */
uint32_t gen_program(uint64_t seed, struct bpf_insn *insns);

/* Fills the map's value and the packet for run number input of the program. */
void gen_input(uint64_t seed, unsigned input, uint8_t value[GEN_VALUE_SIZE], uint8_t packet[GEN_PACKET_SIZE]);

#endif
