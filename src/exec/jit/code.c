/* SPDX-License-Identifier: BSD-2-Clause */
#include "exec/jit/code.h"

#include <errno.h>
#include <stdlib.h>

#include "exec/jit/target.h"

/* Room for one more of what array holds; keeps the old memory if there is no more. */
static int grow(void **array, uint32_t *capacity, size_t size)
{
	uint32_t more = *capacity ? *capacity * 2 : 64;
	void *memory = more > *capacity ? realloc(*array, more * size) : NULL;

	if (!memory)
		return -ENOMEM;
	*array = memory;
	*capacity = more;
	return 0;
}

static uint8_t lost[CODE_RESERVE]; /* written to, never read, when there is no memory at all */

void code_reserve(struct code *code)
{
	while (code->capacity - code->n < CODE_RESERVE) {
		if (code->bytes == lost) {
			code->n = 0;
			return;
		}
		if (!grow((void **)&code->bytes, &code->capacity, 16))
			continue;
		code->err = -ENOMEM;
		code->n = 0;
		if (!code->bytes) {
			code->bytes = lost;
			code->capacity = sizeof(lost);
		}
	}
}

void code_free(struct code *code)
{
	if (code->bytes != lost)
		free(code->bytes);
	free(code->fixups);
	free(code->labels);
	free(code->probes);
	free(code->offsets);
}

void code_fixup(struct code *code, uint8_t kind, uint32_t label, uint64_t address)
{
	if (code->n_fixups == code->fixup_capacity &&
		grow((void **)&code->fixups, &code->fixup_capacity, sizeof(*code->fixups))) {
		code->err = -ENOMEM;
		return;
	}
	code->fixups[code->n_fixups++] =
		(struct fixup){ .bytes = code->n, .label = label, .address = address, .kind = kind };
}

uint32_t code_labels(struct code *code, uint32_t n)
{
	uint32_t first = code->n_labels;

	while (code->label_capacity - first < n) {
		if (grow((void **)&code->labels, &code->label_capacity, sizeof(*code->labels))) {
			code->err = -ENOMEM;
			return 0;
		}
	}
	memset(code->labels + first, 0, n * sizeof(*code->labels));
	code->n_labels += n;
	return first;
}

void code_probe(struct code *code, struct place pc, uint8_t clear)
{
	if (code->n_probes == code->probe_capacity &&
		grow((void **)&code->probes, &code->probe_capacity, sizeof(*code->probes))) {
		code->err = -ENOMEM;
		return;
	}
	code->probes[code->n_probes++] = (struct probe){ .pc = pc, .resume = code_here(code), .clear = clear };
}

static void sum_offsets(struct code *code)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < code->n_fixups; i++) {
		code->offsets[i] = sum;
		sum += code->fixups[i].size;
	}
	code->offsets[code->n_fixups] = sum;
}

/* From the end of the jump to its label. */
static int64_t distance(const struct code *code, uint32_t i)
{
	const struct fixup *fixup = &code->fixups[i];
	int64_t end = (int64_t)fixup->bytes + code->offsets[i + 1];

	return (int64_t)code_offset(code, code->labels[fixup->label]) - end;
}

/*
 * All jumps start long and become short as the code around them shrinks. A distance only ever gets smaller, so every
 * pass leaves code that is right, and a fixed number of passes keeps the time linear: the last few bytes that more
 * passes would gain are not worth it.
 */
#define LAYOUT_PASSES 4

int64_t code_layout(struct code *code)
{
	if (code->err)
		return code->err;
	code->offsets = calloc((size_t)code->n_fixups + 1, sizeof(*code->offsets));
	if (!code->offsets)
		return -ENOMEM;
	for (uint32_t i = 0; i < code->n_fixups; i++)
		code->fixups[i].size = target_fixup_size(code->fixups[i].kind, false);
	for (int pass = 0; pass < LAYOUT_PASSES; pass++) {
		bool changed = false;

		sum_offsets(code);
		for (uint32_t i = 0; i < code->n_fixups; i++) {
			struct fixup *fixup = &code->fixups[i];
			uint8_t size = target_fixup_size(fixup->kind, true);

			if (size == fixup->size || !target_fixup_is_near(fixup->kind, distance(code, i)))
				continue;
			fixup->size = size;
			changed = true;
		}
		if (!changed)
			break;
	}
	sum_offsets(code);
	return (int64_t)code->n + code->offsets[code->n_fixups];
}

int code_write(const struct code *code, uint8_t *memory, uint64_t address)
{
	uint32_t done = 0;

	for (uint32_t i = 0; i < code->n_fixups; i++) {
		const struct fixup *fixup = &code->fixups[i];
		uint32_t start = fixup->bytes + code->offsets[i];
		int64_t to;

		memcpy(memory + done + code->offsets[i], code->bytes + done, fixup->bytes - done);
		done = fixup->bytes;
		if (fixup->address)
			to = (int64_t)(fixup->address - (address + start + fixup->size));
		else
			to = distance(code, i);
		int err = target_fixup_write(memory + start, fixup->kind, fixup->size, to);
		if (err)
			return err;
	}
	memcpy(memory + done + code->offsets[code->n_fixups], code->bytes + done, code->n - done);
	return 0;
}
