/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Code in the making. Bytes are appended in order; a jump is left out and noted as a fixup, because its size is known
 * only when all distances are. A label is a place between two bytes. layout.c gives jumps their sizes.
 */
#ifndef SKEP_EXEC_JIT_CODE_H
#define SKEP_EXEC_JIT_CODE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A place in the code: bytes and fixups before it. */
struct place {
	uint32_t bytes, fixups;
};

struct fixup {
	uint32_t bytes; /* before it */
	uint32_t label;
	uint64_t address; /* instead of a label, when the kind says so */
	uint8_t kind; /* of the target machine */
	uint8_t size; /* in bytes; set by layout */
};

/* An access that may fault. */
struct probe {
	struct place pc, resume;
	uint8_t clear; /* a machine register, or FAULT_NO_REG */
};

struct code {
	uint8_t *bytes;
	uint32_t n, capacity;
	struct fixup *fixups;
	uint32_t n_fixups, fixup_capacity;
	struct place *labels;
	uint32_t n_labels, label_capacity;
	struct probe *probes;
	uint32_t n_probes, probe_capacity;
	uint32_t *offsets; /* by layout: what fixup i adds to the code before it, summed; one more than n_fixups */
	int err; /* -ENOMEM once there was none: what is appended after that is lost */
};

/* Most bytes that may be appended after one code_reserve(). */
#define CODE_RESERVE 512

/* Makes room for CODE_RESERVE bytes. On failure the bytes start over: the caller looks at err in the end. */
void code_reserve(struct code *code);
void code_free(struct code *code);

static inline struct place code_here(const struct code *code)
{
	return (struct place){ code->n, code->n_fixups };
}

/* A jump or call of the target machine's kind to a label or an address. */
void code_fixup(struct code *code, uint8_t kind, uint32_t label, uint64_t address);

/* n new labels that are nowhere yet; the number of the first. */
uint32_t code_labels(struct code *code, uint32_t n);

static inline void code_set_label(struct code *code, uint32_t label)
{
	if (label < code->n_labels)
		code->labels[label] = code_here(code);
}

void code_probe(struct code *code, struct place pc, uint8_t clear);

static inline void put8(struct code *code, uint8_t value)
{
	code->bytes[code->n++] = value;
}

static inline void put32(struct code *code, uint32_t value)
{
	memcpy(code->bytes + code->n, &value, sizeof(value));
	code->n += sizeof(value);
}

static inline void put64(struct code *code, uint64_t value)
{
	memcpy(code->bytes + code->n, &value, sizeof(value));
	code->n += sizeof(value);
}

/* Chooses the size of every jump; returns the size of the whole, or -errno. */
int64_t code_layout(struct code *code);

/* Of a place, after the layout: its distance from the start. */
static inline uint32_t code_offset(const struct code *code, struct place place)
{
	return place.bytes + code->offsets[place.fixups];
}

/* After the layout: the code as it is to stand at address, written to memory. -ERANGE if a call does not reach. */
int code_write(const struct code *code, uint8_t *memory, uint64_t address);

#endif
