/* SPDX-License-Identifier: BSD-2-Clause */
/* A program, run on packet after packet, and what came of it. */
#ifndef SKEP_CLI_PACKET_RUN_H
#define SKEP_CLI_PACKET_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "helpers/run.h"

struct bound;
struct hive_prog;
struct packet;
struct packet_source;

#define RESULTS_MAX 32

struct packet_run {
	struct hive_prog *prog;
	struct bound *bound;
	struct run run;
	bool skip_sent, skip_received; /* programs of one direction leave packets of the other alone */
	uint64_t clock_cost; /* nanoseconds that reading the clock twice takes */

	uint64_t packets, bytes;
	uint64_t nanoseconds; /* in the program */
	struct {
		uint32_t value;
		uint64_t packets;
	} results[RESULTS_MAX];
	unsigned n_results;
	uint64_t other_results; /* packets whose result found no room above */
};

/*
 * For the program behind a descriptor of the tool's hive. directed: packets tell whether they were sent or received.
 * -ENOTSUP: its type does not work on packets. -ENOMEM, -EBADF.
 */
int packet_run_init(struct packet_run *packet_run, int prog_fd, bool directed);
void packet_run_free(struct packet_run *packet_run);

/* Runs the program. 0, or -ELOOP, -EFAULT: the run was ended. */
int packet_run_one(struct packet_run *packet_run, const struct packet *packet);

/* The name of a result of the program, such as "XDP_PASS"; NULL if it has none. */
const char *packet_run_result_name(const struct packet_run *packet_run, uint32_t value);

#endif
