/* SPDX-License-Identifier: BSD-2-Clause */
/* PROG_TEST_RUN: finds how programs of a type are run on a given input. */
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "base/vcpu.h"
#include "hive/stats.h"
#include "sys/test_run.h"

command_fn cmd_prog_test_run;

/* NULL: the kernel does not run programs of that type either. */
static test_fn *const tests[] = {
	[BPF_PROG_TYPE_SOCKET_FILTER] = test_run_skb,
	[BPF_PROG_TYPE_SCHED_CLS] = test_run_skb,
	[BPF_PROG_TYPE_SCHED_ACT] = test_run_skb,
	[BPF_PROG_TYPE_CGROUP_SKB] = test_run_skb,
	[BPF_PROG_TYPE_LWT_IN] = test_run_skb,
	[BPF_PROG_TYPE_LWT_OUT] = test_run_skb,
	[BPF_PROG_TYPE_LWT_XMIT] = test_run_skb,
	[BPF_PROG_TYPE_XDP] = test_run_xdp,
	[BPF_PROG_TYPE_RAW_TRACEPOINT] = test_run_raw_tp,
	[BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE] = test_run_raw_tp,
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

int test_packet_read(const struct test *test, uint32_t size, uint32_t headroom, struct test_packet *ret_packet)
{
	const struct call *call = test->call;

	if (size < ETH_HLEN || size > TEST_PAGE - headroom - TEST_TAILROOM)
		return -EINVAL;
	uint8_t *memory = calloc(1, TEST_PAGE);
	if (!memory)
		return -ENOMEM;
	int err = call_read(call, memory + headroom, call->attr.test.data_in, size);
	if (err) {
		free(memory);
		return err;
	}
	*ret_packet = (struct test_packet){
		.memory = memory,
		.data = memory + headroom,
		.end = memory + TEST_PAGE - TEST_TAILROOM,
	};
	return 0;
}

int test_repeat(struct test *test, void *context)
{
	uint32_t repeat = test->call->attr.test.repeat ?: 1;
	struct vcpu_lease lease;
	struct run run = {};

	run_init(&run, test->bound);
	run.hive = test->prog->object.hive;
	vcpu_enter(vcpus_own(), &lease);
	run.cpu = lease.cpu;
	uint64_t started = now();
	for (uint32_t i = 0; i < repeat; i++)
		test->result = run_program(&run, test->bound, context);
	vcpu_leave(vcpus_own(), &lease);
	uint64_t average = (now() - started) / repeat;
	test->nanoseconds = MIN(average, UINT32_MAX);
	if (hive_stats_on(test->prog->object.hive)) {
		atomic_fetch_add(&test->prog->run_count, repeat);
		atomic_fetch_add(&test->prog->run_nanoseconds, average * repeat);
	}
	return run.error;
}

int test_context_read(const struct test *test, void *context, uint32_t size, bool *ret_given)
{
	const struct call *call = test->call;

	memset(context, 0, size);
	*ret_given = call->attr.test.ctx_in || call->attr.test.ctx_out;
	if (!call->attr.test.ctx_in)
		return 0;
	int err = call_check_tail(call, call->attr.test.ctx_in, size, call->attr.test.ctx_size_in);
	return err ?: call_read(call, context, call->attr.test.ctx_in, MIN(size, call->attr.test.ctx_size_in));
}

/* Writes as much of size bytes as fits; -ENOSPC if that is less. room 0: the caller trusts that all fit. */
static int write_clamped(struct call *call, uint64_t to, uint32_t room, const void *data, uint32_t size)
{
	bool cut = room && size > room;
	int err = to ? call_write(call, to, data, cut ? room : size) : 0;

	return err ?: cut ? -ENOSPC : 0;
}

int test_finish(const struct test *test, const void *data, uint32_t size)
{
	struct call *call = test->call;

	int cut = write_clamped(call, call->attr.test.data_out, call->attr.test.data_size_out, data, size);
	if (cut && cut != -ENOSPC)
		return cut;
	int err = CALL_PUT(call, test.data_size_out, size);
	if (!err)
		err = CALL_PUT(call, test.retval, test->result);
	if (!err)
		err = CALL_PUT(call, test.duration, test->nanoseconds);
	return err ?: cut;
}

int test_context_write(const struct test *test, const void *context, uint32_t size)
{
	struct call *call = test->call;

	if (!call->attr.test.ctx_out)
		return 0;
	int cut = write_clamped(call, call->attr.test.ctx_out, call->attr.test.ctx_size_out, context, size);
	if (cut && cut != -ENOSPC)
		return cut;
	return CALL_PUT(call, test.ctx_size_out, size) ?: cut;
}

long cmd_prog_test_run(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	struct test test = { .call = call };
	struct object *object;

	if (!attr->test.ctx_size_in != !attr->test.ctx_in || !attr->test.ctx_size_out != !attr->test.ctx_out)
		return -EINVAL;
	int err = call_object(call, attr->test.prog_fd, OBJECT_PROG, &object, NULL);
	if (err)
		return err;
	test.prog = hive_prog_of(object);
	test_fn *run = test.prog->type < ARRAY_SIZE(tests) ? tests[test.prog->type] : NULL;
	if (!run) {
		err = -ENOTSUPP;
		goto put;
	}
	err = hive_prog_bind(test.prog, &test.bound);
	if (!err)
		err = run(&test);
	else if (err == -ENOTSUP)
		err = -ENOTSUPP;
put:
	object_put(object);
	return err;
}
