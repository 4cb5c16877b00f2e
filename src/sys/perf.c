/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/perf.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>

#include "base/macros.h"
#include "hive/descriptor.h"
#include "verifier/verify.h"

static int read_attr(const struct caller *caller, uint64_t uattr, struct perf_event_attr *ret_attr)
{
	uint32_t head[2];
	int err = caller->ops->read(caller, head, uattr, sizeof(head));

	if (err)
		return err;
	uint32_t size = head[1] ? head[1] : PERF_ATTR_SIZE_VER0;
	if (size < PERF_ATTR_SIZE_VER0 || size > 4096)
		return -E2BIG;
	memset(ret_attr, 0, sizeof(*ret_attr));
	return caller->ops->read(caller, ret_attr, uattr, MIN((size_t)size, sizeof(*ret_attr)));
}

long sys_perf_event_open(const struct caller *caller, uint64_t uattr, int pid, int cpu, int group, uint64_t flags)
{
	struct perf_event_attr attr;
	struct hive_event *event;

	if (read_attr(caller, uattr, &attr) < 0 || attr.type != PERF_TYPE_SOFTWARE ||
		attr.config != PERF_COUNT_SW_BPF_OUTPUT)
		return -ENOSYS;
	if (!(caller->capabilities & (VERIFY_CAP_PERFMON | VERIFY_CAP_SYS_ADMIN)))
		return -EACCES;
	/* Of one processor and every task; samples are the raw record alone. */
	if (pid != -1 || cpu < 0 || (uint32_t)cpu >= map_cpus() || group != -1 ||
		flags & ~(uint64_t)PERF_FLAG_FD_CLOEXEC || attr.sample_type != PERF_SAMPLE_RAW || attr.read_format)
		return -EINVAL;
	int err = hive_event_new(caller->hive,
		&(struct perf_ring_attr){
			.cpu = cpu,
			.wakeup_events = attr.watermark ? 0 : attr.wakeup_events,
			.watermark = attr.watermark ? attr.wakeup_watermark : 0,
			.enabled = !attr.disabled,
		},
		&event);
	if (err)
		return err;
	err = caller->ops->install(caller, &event->object, DESCRIPTOR_BOTH);
	if (err < 0)
		object_put(&event->object);
	return err;
}

long sys_perf_ioctl(struct hive_event *event, unsigned long request, unsigned long argument)
{
	switch (request) {
	case PERF_EVENT_IOC_ENABLE:
	case PERF_EVENT_IOC_DISABLE:
		perf_ring_enable(event->ring, request == PERF_EVENT_IOC_ENABLE);
		return 0;
	case PERF_EVENT_IOC_PAUSE_OUTPUT:
		perf_ring_pause(event->ring, argument != 0);
		return 0;
	default:
		return -ENOTTY;
	}
}
