/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier: a program as it was loaded in, an image that is safe to run out. */
#ifndef SKEP_VERIFIER_VERIFY_H
#define SKEP_VERIFIER_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/release.h"
#include "progs/image.h"

struct btf;
struct map;

/* What the loader may do; from the caller's credentials, or everything. */
enum verify_caps {
	VERIFY_CAP_BPF = 1 << 0,
	VERIFY_CAP_PERFMON = 1 << 1,
	VERIFY_CAP_NET_ADMIN = 1 << 2,
	VERIFY_CAP_SYS_ADMIN = 1 << 3,
	VERIFY_CAP_ALL = 15,
};

struct verify_request {
	const struct bpf_insn *insns;
	uint32_t n_insns;
	uint32_t type, expected_attach_type;
	uint32_t prog_flags; /* BPF_F_STRICT_ALIGNMENT, BPF_F_SLEEPABLE, BPF_F_TEST_*, ... */
	char name[BPF_OBJ_NAME_LEN];
	bool gpl_compatible;
	uint32_t caps; /* enum verify_caps */
	release_t release; /* the profile */

	/* The map behind a descriptor (BPF_PSEUDO_MAP_FD and _VALUE) or an index of fd_array (_IDX); one reference. */
	int (*map_by_fd)(void *argument, int fd, struct map **ret_map);
	int (*map_by_index)(void *argument, uint32_t index, struct map **ret_map);
	void *argument;

	const struct btf *btf; /* the program's, or NULL */
	const struct btf *vmlinux;
	const void *func_info, *line_info, *core_relos; /* records as in bpf_attr, already copied in */
	uint32_t func_info_count, func_info_size;
	uint32_t line_info_count, line_info_size;
	uint32_t core_relo_count, core_relo_size;
	uint32_t attach_btf_id;
	const struct btf *attach_btf;
	const struct image *attach_image; /* of BPF_PROG_TYPE_EXT and fentry to programs */

	struct log *log;
};

/* What bpf_prog_info and `skep verify` report. */
struct verify_stats {
	uint32_t insns_processed, states_peak, states_total;
	uint64_t nanoseconds;
	size_t memory_peak;
};

/*
 * Verifies and rewrites. 0 and an image that the caller frees with image_free(); or -errno as the kernel's PROG_LOAD
 * (EINVAL, EACCES, EPERM, E2BIG, ENOMEM, EFAULT) with the reason in request->log. stats may be NULL.
 */
int verify(const struct verify_request *request, struct verify_stats *stats, struct image **ret_image);

#endif
