/* SPDX-License-Identifier: BSD-2-Clause */
/* Test runs of raw tracepoint programs: the context is the tracepoint's arguments, 64 bits each. */
#include "base/cpus.h"
#include "base/macros.h"
#include "sys/test_run.h"

#define ARGUMENTS_MAX 12 /* of a tracepoint; programs cannot read past them */

int test_run_raw_tp(struct test *test)
{
	struct call *call = test->call;
	const union bpf_attr *attr = &call->attr;
	uint64_t arguments[ARGUMENTS_MAX] = {};

	if (attr->test.data_in || attr->test.data_out || attr->test.data_size_in || attr->test.data_size_out ||
		attr->test.ctx_out || attr->test.ctx_size_out || attr->test.duration || attr->test.repeat ||
		attr->test.batch_size)
		return -EINVAL;
	if (attr->test.ctx_size_in > sizeof(arguments))
		return -EINVAL;
	/* Other flags are not looked at. */
	if (!(attr->test.flags & BPF_F_TEST_RUN_ON_CPU) && attr->test.cpu)
		return -EINVAL;
	int err = call_read(call, arguments, attr->test.ctx_in, attr->test.ctx_size_in);
	if (err)
		return err;
	if (attr->test.cpu >= cpus_possible())
		return -ENXIO;
	err = test_repeat(test, arguments);
	return err ?: CALL_PUT(call, test.retval, test->result);
}
