/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This machine's own kernel, asked by bpf(2): what tests compare skep with. The system call is made directly, so that
 * nothing that interposes libc's syscall() can answer in the kernel's place.
 *
 * Every call returns -errno on failure. Descriptors are close-on-exec and are closed with close().
 */
#ifndef SKEP_TESTS_ORACLE_H
#define SKEP_TESTS_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/release.h"
#include "skep/uapi.h"

/* Whether this process may load programs into the kernel; asked once. */
bool oracle_available(void);

/* The kernel's release: what it answers is Linux 6.18's only if this is V(6, 18). */
release_t oracle_release(void);

/* For cmocka tests: skips the test when there is no kernel to ask. */
#define ORACLE_OR_SKIP()                                  \
	do {                                              \
		if (!oracle_available()) {                \
			print_message("no kernel BPF\n"); \
			skip();                           \
		}                                         \
	} while (0)

/* The same where exact words matter: skips on any other release than the reference. */
#define ORACLE_OF_REFERENCE_OR_SKIP()                                               \
	do {                                                                        \
		ORACLE_OR_SKIP();                                                   \
		if (oracle_release() != RELEASE_REFERENCE) {                        \
			print_message("the kernel is not the reference release\n"); \
			skip();                                                     \
		}                                                                   \
	} while (0)

/* bpf(2) itself. size 0: the whole union. */
int oracle_bpf(enum bpf_cmd command, union bpf_attr *attr, size_t size);

struct oracle_prog {
	uint32_t type;
	const struct bpf_insn *insns;
	uint32_t n_insns;
	uint32_t expected_attach_type;
	uint32_t flags;
	const char *license; /* NULL: "GPL" */
	const int *fd_array;
	char *log; /* or NULL; emptied first, always terminated */
	uint32_t log_size;
	uint32_t log_level; /* 0 with a log: 1 */
};

int oracle_prog_load(const struct oracle_prog *prog);

struct oracle_run {
	const void *data_in;
	uint32_t data_in_size;
	void *data_out;
	uint32_t data_out_size; /* in: room; out: bytes */
	void *ctx_in;
	uint32_t ctx_in_size;
	void *ctx_out;
	uint32_t ctx_out_size; /* in: room; out: bytes */
	uint32_t repeat;
	uint32_t retval; /* out */
	uint32_t duration; /* out: nanoseconds, of one run */
};

/* BPF_PROG_TEST_RUN. */
int oracle_prog_run(int prog, struct oracle_run *run);

/* The same on a packet of 64 zero bytes, for programs that only compute. */
int oracle_prog_run_plain(int prog, uint32_t *ret_value);

/* The program as the kernel rewrote it: fills up to room instructions, returns how many there are. */
int oracle_prog_xlated(int prog, struct bpf_insn *insns, uint32_t room);

int oracle_map_create(uint32_t type, uint32_t key_size, uint32_t value_size, uint32_t max_entries, uint32_t flags);
int oracle_map_lookup(int map, const void *key, void *value);
int oracle_map_update(int map, const void *key, const void *value, uint64_t flags);
int oracle_map_delete(int map, const void *key);
int oracle_map_next_key(int map, const void *key, void *next_key); /* key NULL: the first */

#endif
