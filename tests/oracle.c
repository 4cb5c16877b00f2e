/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf(2) of this machine's kernel. */
#include "oracle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static long kernel_bpf(long command, union bpf_attr *attr, size_t size)
{
#if defined(__x86_64__)
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(SYS_bpf), "D"(command), "S"(attr), "d"(size)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long number __asm__("x8") = SYS_bpf;
	register long first __asm__("x0") = command;
	register union bpf_attr *second __asm__("x1") = attr;
	register size_t third __asm__("x2") = size;

	__asm__ volatile("svc 0" : "+r"(first) : "r"(number), "r"(second), "r"(third) : "memory");
	return first;
#else
	return -ENOSYS;
#endif
}

/*
 * What a command looks at. Compilers need not clear the rest of a union that is initialised through one member, and the
 * kernel refuses what is not clear.
 */
static size_t whole_size(enum bpf_cmd command)
{
	const union bpf_attr *attr = NULL;

	switch (command) {
	case BPF_MAP_LOOKUP_ELEM:
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_GET_NEXT_KEY:
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
		return offsetof(union bpf_attr, flags) + sizeof(attr->flags);
	case BPF_MAP_FREEZE:
		return offsetof(union bpf_attr, map_fd) + sizeof(attr->map_fd);
	case BPF_MAP_LOOKUP_BATCH:
	case BPF_MAP_LOOKUP_AND_DELETE_BATCH:
	case BPF_MAP_UPDATE_BATCH:
	case BPF_MAP_DELETE_BATCH:
		return sizeof(attr->batch);
	case BPF_PROG_TEST_RUN:
		return sizeof(attr->test);
	default:
		return sizeof(*attr);
	}
}

int oracle_bpf(enum bpf_cmd command, union bpf_attr *attr, size_t size)
{
	return kernel_bpf(command, attr, size && size != sizeof(*attr) ? size : whole_size(command));
}

static uint64_t address(const void *pointer)
{
	return (uintptr_t)pointer;
}

bool oracle_available(void)
{
	static int answer = -1;

	if (answer < 0) {
		const struct bpf_insn insns[] = {
			{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
			{ .code = BPF_JMP | BPF_EXIT },
		};
		int fd = oracle_prog_load(
			&(struct oracle_prog){ .type = BPF_PROG_TYPE_SCHED_CLS, .insns = insns, .n_insns = 2 });

		answer = fd >= 0;
		if (fd >= 0)
			close(fd);
	}
	return answer;
}

release_t oracle_release(void)
{
	struct utsname name;
	release_t release;

	if (uname(&name) || release_parse(name.release, &release))
		return V(0, 0);
	return release;
}

int oracle_prog_load(const struct oracle_prog *prog)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = prog->type;
	attr.insns = address(prog->insns);
	attr.insn_cnt = prog->n_insns;
	attr.license = address(prog->license ? prog->license : "GPL");
	attr.expected_attach_type = prog->expected_attach_type;
	attr.prog_flags = prog->flags;
	attr.fd_array = address(prog->fd_array);
	if (prog->log && prog->log_size) {
		prog->log[0] = '\0';
		attr.log_buf = address(prog->log);
		attr.log_size = prog->log_size;
		attr.log_level = prog->log_level ? prog->log_level : 1;
	}
	return oracle_bpf(BPF_PROG_LOAD, &attr, 0);
}

int oracle_prog_run(int prog, struct oracle_run *run)
{
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = prog;
	attr.test.data_in = address(run->data_in);
	attr.test.data_size_in = run->data_in_size;
	attr.test.data_out = address(run->data_out);
	attr.test.data_size_out = run->data_out_size;
	attr.test.ctx_in = address(run->ctx_in);
	attr.test.ctx_size_in = run->ctx_in_size;
	attr.test.ctx_out = address(run->ctx_out);
	attr.test.ctx_size_out = run->ctx_out_size;
	attr.test.repeat = run->repeat;
	err = oracle_bpf(BPF_PROG_TEST_RUN, &attr, 0);
	if (err)
		return err;
	run->retval = attr.test.retval;
	run->duration = attr.test.duration;
	run->data_out_size = attr.test.data_size_out;
	run->ctx_out_size = attr.test.ctx_size_out;
	return 0;
}

int oracle_prog_run_plain(int prog, uint32_t *ret_value)
{
	static const uint8_t packet[64];
	struct oracle_run run = { .data_in = packet, .data_in_size = sizeof(packet) };
	int err = oracle_prog_run(prog, &run);

	if (!err)
		*ret_value = run.retval;
	return err;
}

int oracle_prog_xlated(int prog, struct bpf_insn *insns, uint32_t room)
{
	struct bpf_prog_info info;
	union bpf_attr attr;
	int err;

	memset(&info, 0, sizeof(info));
	info.xlated_prog_insns = address(insns);
	info.xlated_prog_len = room * sizeof(*insns);
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = prog;
	attr.info.info = address(&info);
	attr.info.info_len = sizeof(info);
	err = oracle_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, 0);
	return err ? err : (int)(info.xlated_prog_len / sizeof(*insns));
}

int oracle_map_create(uint32_t type, uint32_t key_size, uint32_t value_size, uint32_t max_entries, uint32_t flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = max_entries;
	attr.map_flags = flags;
	return oracle_bpf(BPF_MAP_CREATE, &attr, 0);
}

/* The commands on one element; value is the next key of GET_NEXT_KEY. */
static int element(enum bpf_cmd command, int map, const void *key, const void *value, uint64_t flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = address(key);
	attr.value = address(value);
	attr.flags = flags;
	return oracle_bpf(command, &attr, 0);
}

int oracle_map_lookup(int map, const void *key, void *value)
{
	return element(BPF_MAP_LOOKUP_ELEM, map, key, value, 0);
}

int oracle_map_update(int map, const void *key, const void *value, uint64_t flags)
{
	int err = element(BPF_MAP_UPDATE_ELEM, map, key, value, flags);

	/* Maps that do not preallocate take elements from a reserve that the kernel fills up when it comes to it. */
	for (int tries = 0; err == -ENOMEM && tries < 1000; tries++) {
		usleep(1000);
		err = element(BPF_MAP_UPDATE_ELEM, map, key, value, flags);
	}
	return err;
}

int oracle_map_delete(int map, const void *key)
{
	return element(BPF_MAP_DELETE_ELEM, map, key, NULL, 0);
}

int oracle_map_next_key(int map, const void *key, void *next_key)
{
	return element(BPF_MAP_GET_NEXT_KEY, map, key, next_key, 0);
}
