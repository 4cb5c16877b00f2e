/* SPDX-License-Identifier: BSD-2-Clause */
/* The door of the public header: the embedding program is privileged in its own hive. */
#include <errno.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/vcpu.h"
#include "events/packet.h"
#include "exec/exec.h"
#include "hive/prog.h"
#include "progs/image.h"
#include "progs/skb.h"
#include "sys/sys.h"
#include "verifier/verify.h"

SKEP_PUBLIC long skep_bpf(struct skep_hive *hive, int command, void *attr, unsigned size)
{
	struct caller caller = {
		.hive = hive,
		.capabilities = VERIFY_CAP_ALL,
		.uid = getuid(),
		.ops = &caller_direct,
	};

	return sys_bpf(&caller, command, (uintptr_t)attr, size);
}

/* Outside, a program of a hive has the library's prefix. */
static struct hive_prog *inside(struct skep_prog *prog)
{
	return (struct hive_prog *)prog;
}

SKEP_PUBLIC int skep_prog_get(struct skep_hive *hive, int fd, struct skep_prog **ret_prog)
{
	struct hive_prog *prog;
	struct bound *bound;

	int err = hive_prog_by_fd(hive, fd, &prog);
	if (err)
		return err;
	err = hive_prog_bind(prog, &bound);
	if (err) {
		object_put(&prog->object);
		return err;
	}
	*ret_prog = (struct skep_prog *)prog;
	return 0;
}

SKEP_PUBLIC void skep_prog_put(struct skep_prog *prog)
{
	if (prog)
		object_put(&inside(prog)->object);
}

static int run(struct hive_prog *prog, void *context, uint32_t *ret_result)
{
	struct bound *bound = atomic_load_explicit(&prog->bound, memory_order_acquire);
	bool leased = prog->image->uses & IMAGE_USES_VCPU;
	struct vcpu_lease lease;
	struct run run;

	run_init(&run, bound);
	run.hive = prog->object.hive;
	if (leased) {
		vcpu_enter(vcpus_own(), &lease);
		run.cpu = lease.cpu;
	}
	uint32_t result = run_program(&run, bound, context);
	if (leased)
		vcpu_leave(vcpus_own(), &lease);
	if (run.error)
		return run.error;
	*ret_result = result;
	return 0;
}

SKEP_PUBLIC int skep_prog_run_packet(struct skep_prog *prog, void *data, size_t size, uint32_t *ret_result)
{
	struct packet packet = {
		.head = data,
		.end = (uint8_t *)data + size,
		.data = data,
		.length = size,
	};
	struct skb skb;
	struct xdp xdp;

	if (size > PACKET_MAX)
		return -E2BIG;
	switch (inside(prog)->type) {
	case BPF_PROG_TYPE_XDP:
		packet_to_xdp(&packet, &xdp);
		return run(inside(prog), &xdp, ret_result);
	case BPF_PROG_TYPE_SOCKET_FILTER:
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
		packet_ethernet(&packet);
		packet_to_skb(&packet, &skb);
		return run(inside(prog), &skb, ret_result);
	default:
		return -ENOTSUP;
	}
}
