/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Privileges. Whoever runs a program under `skep exec` is privileged in its hive, whoever they are on the machine, and
 * clients that look before they leap are told so. A program that drops capabilities drops those in the hive too.
 */
#undef _FILE_OFFSET_BITS /* functions are defined under their own names */
#include <dlfcn.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/macros.h"
#include "preload/door.h"
#include "verifier/verify.h"

int capget(cap_user_header_t header, cap_user_data_t data);
int capset(cap_user_header_t header, const cap_user_data_t data);

/* The capabilities that this process has in its hive's eyes. */
static uint64_t effective = ~0ull, permitted = ~0ull, inheritable;
static bool changed;

static void initialize(void)
{
	if (!changed && door_options()->unprivileged)
		effective = permitted = 0;
	changed = true;
}

static bool has(int capability)
{
	return effective >> capability & 1;
}

static uint32_t in_the_hive(void)
{
	uint32_t caps = 0;

	if (has(CAP_SYS_ADMIN))
		return VERIFY_CAP_ALL;
	if (has(CAP_BPF))
		caps |= VERIFY_CAP_BPF;
	if (has(CAP_PERFMON))
		caps |= VERIFY_CAP_PERFMON;
	if (has(CAP_NET_ADMIN))
		caps |= VERIFY_CAP_NET_ADMIN;
	return caps;
}

static bool about_us(cap_user_header_t header)
{
	return door_is_open() && header && header->version == _LINUX_CAPABILITY_VERSION_3 &&
	       (!header->pid || header->pid == getpid());
}

SKEP_PUBLIC int capget(cap_user_header_t header, cap_user_data_t data)
{
	if (!about_us(header) || !data)
		return door_result(door_syscall(SYS_capget, (long)header, (long)data, 0, 0, 0, 0));
	initialize();
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].effective = effective >> 32 * i;
		data[i].permitted = permitted >> 32 * i;
		data[i].inheritable = inheritable >> 32 * i;
	}
	return 0;
}

/* What the process really has is lowered too, as far as it has it. */
static void lower(const struct __user_cap_data_struct *wanted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct real[_LINUX_CAPABILITY_U32S_3];

	if (door_syscall(SYS_capget, (long)&header, (long)real, 0, 0, 0, 0))
		return;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		real[i].effective = real[i].permitted & wanted[i].effective;
		real[i].inheritable &= wanted[i].inheritable;
		real[i].permitted &= wanted[i].permitted;
	}
	door_syscall(SYS_capset, (long)&header, (long)real, 0, 0, 0, 0);
}

SKEP_PUBLIC int capset(cap_user_header_t header, const cap_user_data_t data)
{
	uint64_t new_effective = 0, new_permitted = 0, new_inheritable = 0;

	if (!about_us(header) || !data)
		return door_result(door_syscall(SYS_capset, (long)header, (long)data, 0, 0, 0, 0));
	initialize();
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		new_effective |= (uint64_t)data[i].effective << 32 * i;
		new_permitted |= (uint64_t)data[i].permitted << 32 * i;
		new_inheritable |= (uint64_t)data[i].inheritable << 32 * i;
	}
	if ((new_permitted & ~permitted) || (new_effective & ~new_permitted))
		return door_result(-EPERM);
	effective = new_effective;
	permitted = new_permitted;
	inheritable = new_inheritable;
	lower(data);
	door_set_capabilities(in_the_hive());
	return 0;
}

SKEP_PUBLIC uid_t geteuid(void)
{
	if (door_is_open() && !door_options()->unprivileged)
		return 0;
	return door_syscall(SYS_geteuid, 0, 0, 0, 0, 0, 0);
}

/* Maps of a hive are not locked memory: whatever a client asks for it can have. */
static int limit_result(int resource, const void *limit, int result)
{
	if (result < 0 && errno == EPERM && resource == RLIMIT_MEMLOCK && limit && door_is_open())
		return 0;
	return result;
}

SKEP_PUBLIC int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	return limit_result(resource, limit, NEXT(setrlimit)(resource, limit));
}

SKEP_PUBLIC int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limit)
{
	return limit_result(resource, limit, NEXT(setrlimit64)(resource, limit));
}

SKEP_PUBLIC int prlimit(pid_t pid, enum __rlimit_resource resource, const struct rlimit *limit, struct rlimit *old)
{
	return limit_result(resource, limit, NEXT(prlimit)(pid, resource, limit, old));
}

SKEP_PUBLIC int prlimit64(
	pid_t pid, enum __rlimit_resource resource, const struct rlimit64 *limit, struct rlimit64 *old)
{
	return limit_result(resource, limit, NEXT(prlimit64)(pid, resource, limit, old));
}

/* Under --kernel the program sees that release. */
SKEP_PUBLIC int uname(struct utsname *name)
{
	long result = door_syscall(SYS_uname, (long)name, 0, 0, 0, 0, 0);
	const char *kernel = door_options()->kernel;

	if (!result && kernel && *kernel)
		snprintf(name->release, sizeof(name->release), "%s%s", kernel,
			strchr(kernel, '.') != strrchr(kernel, '.') ? "" : ".0");
	return door_result(result);
}
