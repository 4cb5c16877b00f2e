/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libskep: eBPF in user space, for programs that embed it.
 *
 * Functions return 0 or a positive value on success and -errno on failure; results come last and are written only on
 * success. Structures of options begin with their size, so that they can grow. All functions may be called from many
 * threads at once.
 */
#ifndef SKEP_SKEP_H
#define SKEP_SKEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, "MAJOR.MINOR.PATCH". */
const char *skep_version(void);

/* One BPF kernel inside this process: its maps, programs, BTF and links. A process may have several. */
struct skep_hive;

struct skep_hive_opts {
	size_t sz; /* sizeof(struct skep_hive_opts) */
	const char *kernel; /* the release that it claims to be, "5.15"; NULL: the newest that is known well, 6.18 */
	bool interpret; /* programs run in the interpreter instead of as machine code */
};

/*
 * Makes a hive. opts may be NULL.
 * -EINVAL: opts->sz or opts->kernel is nonsense; -ENOMEM.
 */
int skep_hive_new(const struct skep_hive_opts *opts, struct skep_hive **ret_hive);

/*
 * Frees a hive and its objects. Nothing may be running in it. Descriptors of its objects that are still open stay open,
 * but mean nothing any more. NULL is fine.
 */
void skep_hive_free(struct skep_hive *hive);

/*
 * bpf(2), answered by the hive: the commands, attributes and errors of the kernel's, see bpf(2) and
 * Documentation/userspace-api/ebpf. attr is a union bpf_attr of any release, of which size bytes count. The caller is
 * privileged in the hive. Descriptors that are returned are descriptors of this process, close-on-exec; close(), dup(),
 * fork() and mmap() do with them what one expects.
 *
 * 0 or a positive result of the command; -errno as the kernel's.
 */
long skep_bpf(struct skep_hive *hive, int command, void *attr, unsigned size);

/* A program that can be run without a system call, or anything like one. */
struct skep_prog;

/*
 * The program behind a descriptor of this process, such as BPF_PROG_LOAD returned, made into machine code. It stays
 * until skep_prog_put(), whether the descriptor is closed or not.
 * -EBADF: not open, or nothing of skep's; -EINVAL: not a program of this hive; -ENOTSUP: it calls a helper that skep
 * does not have; -ENOMEM.
 */
int skep_prog_get(struct skep_hive *hive, int fd, struct skep_prog **ret_prog);
/* Nothing may be running it that does not hold it otherwise. NULL is fine. */
void skep_prog_put(struct skep_prog *prog);

/*
 * Runs a socket filter, tc or XDP program on a packet of size bytes that begins with its Ethernet header, in place:
 * what the program writes is in data afterwards. *ret_result is what the program returned.
 * -E2BIG: longer than 512 KiB; -ENOTSUP: a program of another type; -EFAULT, -ELOOP: the run was ended.
 */
int skep_prog_run_packet(struct skep_prog *prog, void *data, size_t size, uint32_t *ret_result);

#ifdef __cplusplus
}
#endif

#endif
