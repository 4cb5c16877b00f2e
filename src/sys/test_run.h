/* SPDX-License-Identifier: BSD-2-Clause */
/* PROG_TEST_RUN: what the kinds of programs share. */
#ifndef SKEP_SYS_TEST_RUN_H
#define SKEP_SYS_TEST_RUN_H

#include "exec/exec.h"
#include "hive/prog.h"
#include "sys/command.h"

struct test {
	struct call *call;
	struct hive_prog *prog;
	struct bound *bound;
	uint32_t result; /* of the last run */
	uint32_t nanoseconds; /* of one run, on average */
};

typedef int test_fn(struct test *test);
test_fn test_run_skb, test_run_xdp, test_run_raw_tp;

/* A packet buffer of the size that the kernel's has: page, headroom, room for its own data at the end. */
struct test_packet {
	uint8_t *memory; /* to be freed */
	uint8_t *data, *end; /* data_size_in bytes at data; end of what a program may grow into */
};

#define TEST_PAGE 4096
#define TEST_TAILROOM 320 /* what the kernel keeps behind a packet */

/* Copies data_in behind headroom bytes. -EINVAL: shorter than an Ethernet header, or does not fit a page. */
int test_packet_read(const struct test *test, uint32_t size, uint32_t headroom, struct test_packet *ret_packet);

/* Runs the program `repeat` times. -EFAULT, -ELOOP: a run was ended. */
int test_repeat(struct test *test, void *context);

/* Copies the context structure in: what is past `size` must be zero (-E2BIG). *ret_given is false if there is none. */
int test_context_read(const struct test *test, void *context, uint32_t size, bool *ret_given);

/* Gives data, context, result and duration back. -ENOSPC if the caller had less room than there is. */
int test_finish(const struct test *test, const void *data, uint32_t size);
int test_context_write(const struct test *test, const void *context, uint32_t size);

#endif
