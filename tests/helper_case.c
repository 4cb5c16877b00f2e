/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper_case.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "isa/asm.h"
#include "oracle.h"
#include "skep/skep.h"
#include "skep/uapi.h"

/* The three that answer bpf(2); the kernel's hive is NULL. */
static struct machine {
	const char *name;
	struct skep_hive *hive;
} machines[] = { { "kernel", NULL }, { "interpreter", NULL }, { "jit", NULL } };
static unsigned compared;

static long ask(const struct machine *machine, int command, union bpf_attr *attr)
{
	return machine->hive ? skep_bpf(machine->hive, command, attr, sizeof(*attr))
			     : oracle_bpf(command, attr, sizeof(*attr));
}

int helper_cases_start(void)
{
	int err = skep_hive_new(
		&(struct skep_hive_opts){ .sz = sizeof(struct skep_hive_opts), .interpret = true }, &machines[1].hive);

	return err ? err : skep_hive_new(NULL, &machines[2].hive);
}

void helper_cases_end(void)
{
	skep_hive_free(machines[1].hive);
	skep_hive_free(machines[2].hive);
}

unsigned helper_cases_compared(void)
{
	return compared;
}

struct outcome {
	long load, run;
	uint32_t retval, size, context_size;
	uint8_t packet[20000], context[256], out[HELPER_OUT];
	char log[4096];
};

static long element(const struct machine *machine, int command, long map, void *value)
{
	uint32_t key = 0;
	union bpf_attr attr = { .map_fd = (uint32_t)map, .key = (uintptr_t)&key, .value = (uintptr_t)value };

	return ask(machine, command, &attr);
}

static long make_map(const struct machine *machine, uint32_t flags, const void *content)
{
	uint8_t value[HELPER_OUT];
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = HELPER_OUT,
		.max_entries = 1,
		.map_flags = flags,
	};
	long map = ask(machine, BPF_MAP_CREATE, &attr);

	if (map < 0)
		return map;
	memcpy(value, content, sizeof(value));
	long err = element(machine, BPF_MAP_UPDATE_ELEM, map, value);
	if (!err && flags) {
		attr = (union bpf_attr){ .map_fd = (uint32_t)map };
		err = ask(machine, BPF_MAP_FREEZE, &attr);
	}
	if (!err)
		return map;
	close((int)map);
	return err;
}

static long load(
	const struct machine *machine, const struct helper_case *test, const long *maps, char *log, size_t room)
{
	struct asm_error error;
	struct bpf_insn *insns;
	uint32_t count;

	if (asm_program(test->text, NULL, &insns, &count, &error)) {
		fprintf(stderr, "%s: line %u, column %u: %s\n", test->name, error.line, error.column, error.message);
		exit(1);
	}
	for (uint32_t i = 0; i < count; i++)
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) &&
			(insns[i].src_reg == BPF_PSEUDO_MAP_FD || insns[i].src_reg == BPF_PSEUDO_MAP_VALUE))
			insns[i].imm = (int)maps[insns[i].imm & 1];
	log[0] = 0;
	union bpf_attr attr = {
		.prog_type = test->type,
		.insns = (uintptr_t)insns,
		.insn_cnt = count,
		.license = (uintptr_t) "GPL",
	};
	if (test->type == BPF_PROG_TYPE_CGROUP_SKB)
		attr.expected_attach_type = BPF_CGROUP_INET_INGRESS;
	long prog = ask(machine, BPF_PROG_LOAD, &attr);
	if (prog < 0) {
		attr.log_buf = (uintptr_t)log;
		attr.log_size = (uint32_t)room;
		attr.log_level = 1;
		ask(machine, BPF_PROG_LOAD, &attr);
	}
	free(insns);
	return prog;
}

static void run(const struct machine *machine, const struct helper_case *test, long prog, struct outcome *outcome)
{
	union bpf_attr attr = { .test = {
					.prog_fd = (uint32_t)prog,
					.data_in = (uintptr_t)test->packet,
					.data_size_in = test->size,
					.data_out = (uintptr_t)outcome->packet,
					.data_size_out = sizeof(outcome->packet),
					.ctx_in = (uintptr_t)test->context,
					.ctx_size_in = test->context_size,
					.ctx_out = (uintptr_t)outcome->context,
					.ctx_size_out = sizeof(outcome->context),
				} };

	outcome->run = ask(machine, BPF_PROG_TEST_RUN, &attr);
	outcome->retval = attr.test.retval;
	outcome->size = attr.test.data_size_out;
	outcome->context_size = attr.test.ctx_size_out;
}

static void try(const struct machine *machine, const struct helper_case *test, struct outcome *outcome)
{
	static const uint8_t zeros[HELPER_OUT];
	char constant[HELPER_OUT] = "";
	long maps[2], prog = -1;

	memset(outcome, 0, sizeof(*outcome));
	if (test->constant)
		snprintf(constant, sizeof(constant), "%s", test->constant);
	maps[0] = make_map(machine, 0, test->out ? test->out : zeros);
	maps[1] = make_map(machine, BPF_F_RDONLY_PROG, constant);
	if (maps[0] < 0 || maps[1] < 0) {
		fprintf(stderr, "%s: no maps on the %s: %ld %ld\n", test->name, machine->name, maps[0], maps[1]);
		exit(1);
	}
	prog = load(machine, test, maps, outcome->log, sizeof(outcome->log));
	outcome->load = prog < 0 ? prog : 0;
	if (prog >= 0) {
		run(machine, test, prog, outcome);
		element(machine, BPF_MAP_LOOKUP_ELEM, maps[0], outcome->out);
		close((int)prog);
	}
	close((int)maps[0]);
	close((int)maps[1]);
}

static unsigned first_difference(const uint8_t *a, const uint8_t *b, unsigned size)
{
	unsigned at = 0;

	while (at < size && a[at] == b[at])
		at++;
	return at;
}

static bool bytes_equal(const struct helper_case *test, const char *machine, const char *what, const uint8_t *ours,
	const uint8_t *theirs, unsigned size)
{
	unsigned at = first_difference(ours, theirs, size);

	if (at < size)
		fprintf(stderr, "%s, %s: %s differs at byte %u: %02x, the kernel has %02x\n", test->name, machine, what,
			at, ours[at], theirs[at]);
	return at == size;
}

static bool numbers_equal(const struct helper_case *test, const char *machine, const char *what, long ours, long theirs)
{
	if (ours != theirs)
		fprintf(stderr, "%s, %s: %s is %ld, the kernel's %ld\n", test->name, machine, what, ours, theirs);
	return ours == theirs;
}

static bool same(const struct helper_case *test, const char *machine, const struct outcome *a, const struct outcome *b)
{
	if (!numbers_equal(test, machine, "the error of the load", a->load, b->load)) {
		fprintf(stderr, "%s\n", a->load ? a->log : b->log);
		return false;
	}
	/* All of it, even when one part differs: they explain each other. */
	bool equal = numbers_equal(test, machine, "the error of the run", a->run, b->run);
	equal &= numbers_equal(test, machine, "r0", (int32_t)a->retval, (int32_t)b->retval);
	equal &= numbers_equal(test, machine, "the size of the packet", a->size, b->size);
	equal &= bytes_equal(test, machine, "the packet", a->packet, b->packet, sizeof(a->packet));
	equal &= bytes_equal(test, machine, "the context", a->context, b->context, sizeof(a->context));
	return equal & bytes_equal(test, machine, "the output map", a->out, b->out, HELPER_OUT);
}

unsigned helper_case_compare(const struct helper_case *test)
{
	static struct outcome kernel, ours;
	unsigned different = 0;

	try(&machines[0], test, &kernel);
	for (size_t i = 1; i < ARRAY_SIZE(machines); i++) {
		try(&machines[i], test, &ours);
		different += !same(test, machines[i].name, &ours, &kernel);
		compared++;
	}
	if (kernel.load) {
		/* A case that never runs compares nothing. */
		fprintf(stderr, "%s: the kernel does not load it: %ld\n%s\n", test->name, kernel.load, kernel.log);
		return different + 1;
	}
	return different;
}
