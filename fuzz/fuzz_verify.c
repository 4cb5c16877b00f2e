/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a program: the first byte chooses the type, the others are instructions. What the verifier accepts is
 * run, in the interpreter and, if that ended in time, in the JIT: no access may leave what it may touch, and without
 * calls the results are equal.
 */
#include <errno.h>
#include <string.h>

#include "exec/exec.h"
#include "isa/flow.h"
#include "maps/map.h"
#include "progs/skb.h"
#include "target.h"
#include "verifier/verify.h"

#define PACKET_SIZE 64
#define SYSCALL_CONTEXT_SIZE 65536
#define BUDGET 200000

static struct map *maps[2];

static int map_by_fd(void *argument, int fd, struct map **ret_map)
{
	if (fd < 0 || fd >= 2)
		return -EBADF;
	*ret_map = map_get(maps[fd]);
	return 0;
}

static int map_by_index(void *argument, uint32_t index, struct map **ret_map)
{
	return index > INT32_MAX ? -EBADF : map_by_fd(argument, index, ret_map);
}

static void make_maps(void)
{
	static const uint32_t types[2] = { BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_HASH };

	for (int i = 0; i < 2 && !maps[i]; i++)
		FUZZ_CHECK(!map_new(
			&(struct map_attr){ .type = types[i], .key_size = 4, .value_size = 16, .max_entries = 4 },
			&maps[i]));
}

/* Buffers of their own, so that a sanitizer sees what leaves them. */
static uint64_t run_once(const struct image *image, enum exec_mode mode, uint64_t *ret_budget)
{
	uint8_t *packet = calloc(1, PACKET_SIZE), *raw = calloc(1, SYSCALL_CONTEXT_SIZE);
	struct skb skb = { .data = packet,
		.data_end = packet + PACKET_SIZE,
		.data_meta = packet,
		.len = PACKET_SIZE,
		.head = packet,
		.buffer_end = packet + PACKET_SIZE,
		.network_offset = 14,
		.transport_offset = 0xffff };
	struct xdp xdp = { packet, packet + PACKET_SIZE, packet, .head = packet, .buffer_end = packet + PACKET_SIZE };
	void *context = image->type == BPF_PROG_TYPE_XDP ? (void *)&xdp : &skb;
	struct bound *bound;
	uint64_t result = 0;
	struct run run;

	FUZZ_CHECK(packet && raw);
	if (image->type == BPF_PROG_TYPE_SYSCALL)
		context = raw;
	*ret_budget = 0;
	if (!exec_bind(image, mode, &bound)) {
		run_init(&run, bound);
		if (mode == EXEC_INTERPRET)
			run.budget = BUDGET;
		result = run_program(&run, bound, context);
		*ret_budget = run.error ? 0 : run.budget;
		exec_unbind(bound);
	}
	free(packet);
	free(raw);
	return result;
}

static void run_both(const struct image *image, bool compare)
{
	uint64_t budget, unused, expect = run_once(image, EXEC_INTERPRET, &budget), result;

	if (!budget)
		return;
	result = run_once(image, EXEC_JIT, &unused);
	for (uint32_t i = 0; i < image->n_insns; i += insn_slots(&image->insns[i])) {
		if (insn_is_helper_call(&image->insns[i]) || insn_is_kfunc_call(&image->insns[i]) ||
			insn_is_wide(&image->insns[i]))
			return; /* time, chance, and maps remember */
	}
	if (unused && compare)
		FUZZ_CHECK(result == expect);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t types[] = { BPF_PROG_TYPE_SOCKET_FILTER, BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_XDP,
		BPF_PROG_TYPE_SYSCALL };
	static char text[1 << 16];
	struct bpf_insn *insns;
	struct image *image;
	struct log log;
	uint32_t n;

	if (size < 1 + sizeof(*insns) || size > 4096)
		return 0;
	make_maps();
	n = (size - 1) / sizeof(*insns);
	insns = malloc(n * sizeof(*insns));
	if (!insns || log_init(&log, LOG_LEVEL2, text, sizeof(text)))
		abort();
	memcpy(insns, data + 1, n * sizeof(*insns));
	struct verify_request request = { .insns = insns,
		.n_insns = n,
		.type = types[data[0] % 4],
		.prog_flags = data[0] % 4 == 3 ? BPF_F_SLEEPABLE : 0,
		.gpl_compatible = true,
		.caps = data[0] & 4 ? VERIFY_CAP_ALL : VERIFY_CAP_BPF | VERIFY_CAP_NET_ADMIN,
		.release = RELEASE_REFERENCE,
		.map_by_fd = map_by_fd,
		.map_by_index = map_by_index,
		.log = &log };

	if (!verify(&request, NULL, &image)) {
		run_both(image, !(request.caps & VERIFY_CAP_PERFMON));
		image_free(image);
	}
	free(insns);
	return 0;
}
