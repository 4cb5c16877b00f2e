/* SPDX-License-Identifier: BSD-2-Clause */
/* Perf buffers: stock libbpf reads what programs of a hive write. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "skep/uapi.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/macros.h"
#include "isa/asm.h"
#include "maps/map.h"
#include "maps/perf_ring.h"
#include "preload/door.h"
#include "skep/skep.h"

static struct skep_hive *hive;

static int setup(void **state)
{
	int err = skep_hive_new(NULL, &hive);

	preload_use(hive);
	return err;
}

static int teardown(void **state)
{
	preload_use(NULL);
	skep_hive_free(hive);
	return 0;
}

struct seen {
	uint64_t samples, lost, torn, last;
};

static void sample(void *context, int cpu, void *data, uint32_t size)
{
	struct seen *seen = context;
	uint64_t words[3];

	if (size < 20) {
		seen->torn++;
		return;
	}
	/* A record of 20 bytes, and no padding: with the word of its size it is a multiple of 8. */
	memcpy(words, data, 16);
	if (size != 20 || words[0] != words[1] || words[0] <= seen->last)
		seen->torn++;
	seen->last = words[0];
	seen->samples++;
}

static void lost(void *context, int cpu, unsigned long long count)
{
	((struct seen *)context)->lost += count;
}

/* Writes a record of 20 bytes with a number; the result is that of the helper. */
static int output_program(int events, int number)
{
	struct asm_error error;
	struct bpf_insn *insns;
	uint32_t n;

	assert_int_equal(asm_program("r6 = r1\nr7 = map_value[1]+0\nr8 = 1\nlock *(u64 *)(r7 +0) += r8\n"
				     "r8 = *(u64 *)(r7 +0)\n"
				     "*(u64 *)(r10 -24) = r8\n*(u64 *)(r10 -16) = r8\n*(u64 *)(r10 -8) = 0\n"
				     "r1 = r6\nr2 = map_fd[0]\nr3 = 0xffffffffll\nr4 = r10\nr4 += -24\nr5 = 20\n"
				     "call helper#25\nexit\n",
				 NULL, &insns, &n, &error),
		0);
	for (uint32_t i = 0; i < n; i++)
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) && insns[i].src_reg)
			insns[i].imm = insns[i].src_reg == BPF_PSEUDO_MAP_FD ? events : number;
	int prog = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "output", "GPL", insns, n, NULL);
	assert_true(prog >= 0);
	free(insns);
	return prog;
}

static void stock_libbpf(void **state)
{
	uint8_t packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 1);
	int events = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "events", 4, 4, map_cpus(), NULL);
	int number = bpf_map_create(BPF_MAP_TYPE_ARRAY, "number", 4, 8, 1, NULL);
	struct seen seen = { 0 };
	uint64_t dropped = 0;
	int status;

	assert_true(events >= 0 && number >= 0);
	int prog = output_program(events, number);
	assert_int_equal(bpf_prog_test_run_opts(prog, &run), 0);
	assert_int_equal((int)run.retval, -ENOENT);
	struct perf_buffer *buffer = perf_buffer__new(events, 1, sample, lost, &seen, NULL);
	assert_non_null(buffer);
	assert_int_equal(perf_buffer__poll(buffer, 0), 0);
	/* The reader is woken by a program in another process. */
	pid_t child = fork();
	if (!child) {
		for (int i = 0; i < 200; i++) {
			if (bpf_prog_test_run_opts(prog, &run) || run.retval)
				_exit(1);
			usleep(i % 3 * 100);
		}
		_exit(0);
	}
	while (seen.samples < 200) {
		int n = perf_buffer__poll(buffer, -1);

		assert_true(n >= 0);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(seen.samples, 200);
	assert_int_equal(seen.torn + seen.lost, 0);
	assert_int_equal(perf_buffer__poll(buffer, 0), 0);

	/* More than there is room for: what was lost is counted, and told with the first that fits again. */
	for (int i = 0; i < 300; i++) {
		assert_int_equal(bpf_prog_test_run_opts(prog, &run), 0);
		dropped += (int)run.retval == -ENOSPC;
	}
	assert_true(dropped > 100);
	assert_int_equal(perf_buffer__consume(buffer), 0);
	assert_int_equal(seen.samples, 500 - dropped);
	assert_int_equal(bpf_prog_test_run_opts(prog, &run), 0);
	assert_int_equal(perf_buffer__consume(buffer), 0);
	assert_int_equal(seen.samples, 501 - dropped);
	assert_int_equal(seen.torn, 0);
	assert_int_equal(seen.lost, dropped);
	perf_buffer__free(buffer);
	close(prog);
	close(number);
	close(events);
}

/* The watermark of half a ring wakes too, and pieces are put together around the end. */
static void watermark_and_pieces(void **state)
{
	struct perf_ring_attr attr = { .cpu = 1, .enabled = true };
	char text[] = "0123456789abcdefghijklmno";
	struct perf_piece pieces[] = { { text, 13 }, { text + 13, 12 } };
	struct perf_ring *ring;

	assert_int_equal(perf_ring_new(&attr, &ring), 0);
	assert_int_equal(perf_ring_output(ring, 1, pieces, 2), -ENOSPC);
	assert_int_equal(perf_ring_mapped(ring, 0, 4096 * 4), -EINVAL);
	assert_int_equal(perf_ring_mapped(ring, 4096, 4096 * 2), -EINVAL);
	assert_int_equal(perf_ring_mapped(ring, 0, 4096 * 2), 0);
	assert_int_equal(perf_ring_mapped(ring, 0, 4096 * 3), -EINVAL);
	assert_int_equal(perf_ring_output(ring, 0, pieces, 2), -EOPNOTSUPP);
	/* 40 bytes each: the 52nd is beyond 2048. */
	for (int i = 1; i <= 52; i++) {
		assert_int_equal(perf_ring_output(ring, 1, pieces, 2), 0);
		assert_int_equal(perf_ring_woken(ring), i == 52);
	}
	perf_ring_pause(ring, true);
	assert_int_equal(perf_ring_output(ring, 1, pieces, 2), -ENOSPC);
	perf_ring_pause(ring, false);
	perf_ring_enable(ring, false);
	assert_int_equal(perf_ring_output(ring, 1, pieces, 2), -EOPNOTSUPP);
	perf_ring_free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stock_libbpf),
		cmocka_unit_test(watermark_and_pieces),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
