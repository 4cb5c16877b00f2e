/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs (gen.h): interpreter = JIT = this machine's kernel, by what they return and leave in memory.
 *
 *     test_random [COUNT [FIRST]]     runs the programs of seeds FIRST (0) to FIRST + COUNT (2000)
 *     test_random --print SEED        prints one
 *
 * Where there is no JIT or no kernel to ask, the others are compared.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec/exec.h"
#include "gen.h"
#include "isa/disasm.h"
#include "maps/map.h"
#include "oracle.h"
#include "program.h"
#include "progs/skb.h"

#define RUNS 4 /* inputs of each program */

/* What a run leaves. */
struct outcome {
	uint32_t result;
	uint8_t value[GEN_VALUE_SIZE];
};

enum runner {
	INTERPRETER,
	JIT,
	KERNEL,
	N_RUNNERS,
};
static const char *const runner_names[] = { "interpreter", "jit", "kernel" };

static bool have[N_RUNNERS] = { [INTERPRETER] = true };
static int kernel_map = -1;
static struct map *map;
static unsigned refused;

static void die(const char *what, int err)
{
	fprintf(stderr, "test_random: %s: %s\n", what, strerror(-err));
	exit(1);
}

static void print_program(const struct bpf_insn *insns, uint32_t n)
{
	char text[DISASM_MAX];

	for (uint32_t i = 0; i < n; i++) {
		disasm(text, sizeof(text), insns + i, n - i, NULL);
		printf("%5u: %s\n", i, text);
		i += insn_is_wide(&insns[i]);
	}
}

/* The program with the map as this side refers to it. */
static void set_map(struct bpf_insn *insns, uint32_t n, unsigned kind, int32_t imm)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!insn_is_wide(&insns[i]))
			continue;
		if (insns[i].src_reg == BPF_PSEUDO_MAP_VALUE || insns[i].src_reg == BPF_PSEUDO_MAP_IDX_VALUE) {
			insns[i].src_reg = kind;
			insns[i].imm = imm;
		}
		i++;
	}
}

static void run_bound(const struct bound *bound, uint64_t seed, unsigned input, struct outcome *ret)
{
	uint8_t packet[GEN_PACKET_SIZE];
	struct skb skb = { .data = packet,
		.data_end = packet + sizeof(packet),
		.head = packet,
		.len = sizeof(packet),
		.network_offset = 14 };
	struct run run;

	gen_input(seed, input, map->values, packet);
	run_init(&run, bound);
	ret->result = run_program(&run, bound, &skb);
	memcpy(ret->value, map->values, GEN_VALUE_SIZE);
}

static void run_here(struct bpf_insn *insns, uint32_t n, uint64_t seed, enum exec_mode mode, struct outcome *outcomes)
{
	set_map(insns, n, BPF_PSEUDO_MAP_IDX_VALUE, 0);
	struct image *image = program_image(insns, n);
	struct bound *bound;

	program_add_map(image, map_get(map));
	int err = exec_bind(image, mode, &bound);
	if (err)
		die("a program cannot be bound", err);
	for (unsigned input = 0; input < RUNS; input++)
		run_bound(bound, seed, input, &outcomes[input]);
	exec_unbind(bound);
	image_free(image);
}

static int run_kernel(struct bpf_insn *insns, uint32_t n, uint64_t seed, struct outcome *outcomes)
{
	struct oracle_prog prog = { .type = BPF_PROG_TYPE_SCHED_CLS, .insns = insns, .n_insns = n };
	uint32_t key = 0;

	set_map(insns, n, BPF_PSEUDO_MAP_VALUE, kernel_map);
	int fd = oracle_prog_load(&prog);
	if (fd < 0)
		return fd;
	for (unsigned input = 0; input < RUNS; input++) {
		uint8_t packet[GEN_PACKET_SIZE];
		struct oracle_run run = { .data_in = packet, .data_in_size = sizeof(packet) };

		gen_input(seed, input, outcomes[input].value, packet);
		int err = oracle_map_update(kernel_map, &key, outcomes[input].value, 0);
		if (!err)
			err = oracle_prog_run(fd, &run);
		if (!err)
			err = oracle_map_lookup(kernel_map, &key, outcomes[input].value);
		if (err)
			die("the kernel does not run a program", err);
		outcomes[input].result = run.retval;
	}
	close(fd);
	return 0;
}

/* Prints the kernel's reason, for whoever changes the generator. */
static void print_refusal(struct bpf_insn *insns, uint32_t n, uint64_t seed)
{
	static char log[1 << 20];
	struct oracle_prog prog = {
		.type = BPF_PROG_TYPE_SCHED_CLS, .insns = insns, .n_insns = n, .log = log, .log_size = sizeof(log)
	};
	int fd = oracle_prog_load(&prog);

	if (fd >= 0) {
		close(fd);
		return;
	}
	size_t length = strlen(log), tail = length > 600 ? length - 600 : 0;

	printf("seed %lu: the kernel refuses: %s\n...%s\n", seed, strerror(-fd), log + tail);
}

static bool same(const struct outcome *a, const struct outcome *b, const char *name_a, const char *name_b,
	uint64_t seed, unsigned input)
{
	if (a->result == b->result && !memcmp(a->value, b->value, GEN_VALUE_SIZE))
		return true;
	printf("seed %lu, input %u: %s returns %#x, %s %#x\n", seed, input, name_a, a->result, name_b, b->result);
	for (unsigned i = 0; i < GEN_VALUE_SIZE; i += 8)
		if (memcmp(a->value + i, b->value + i, 8))
			printf("  value at %u: %#018lx, %#018lx\n", i, *(const uint64_t *)(a->value + i),
				*(const uint64_t *)(b->value + i));
	return false;
}

static bool test_seed(uint64_t seed)
{
	static struct bpf_insn insns[GEN_ROOM];
	static struct outcome outcomes[N_RUNNERS][RUNS];
	uint32_t n = gen_program(seed, insns);
	bool ran[N_RUNNERS] = { [INTERPRETER] = true, [JIT] = have[JIT] };

	run_here(insns, n, seed, EXEC_INTERPRET, outcomes[INTERPRETER]);
	if (ran[JIT])
		run_here(insns, n, seed, EXEC_JIT, outcomes[JIT]);
	if (have[KERNEL]) {
		ran[KERNEL] = !run_kernel(insns, n, seed, outcomes[KERNEL]);
		if (!ran[KERNEL] && refused++ < 3)
			print_refusal(insns, n, seed);
	}
	for (unsigned runner = JIT; runner < N_RUNNERS; runner++)
		for (unsigned input = 0; input < RUNS && ran[runner]; input++)
			if (!same(&outcomes[INTERPRETER][input], &outcomes[runner][input], "interpreter",
				    runner_names[runner], seed, input)) {
				print_program(insns, n);
				return false;
			}
	return true;
}

static void set_up(void)
{
	struct map_attr attr = { .type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = GEN_VALUE_SIZE,
		.max_entries = 1,
		.name = "random" };
	int err = map_new(&attr, &map);

	if (err)
		die("map", err);
	have[JIT] = program_mode_exists(EXEC_JIT);
	have[KERNEL] = oracle_available();
	if (!have[KERNEL])
		return;
	kernel_map = oracle_map_create(BPF_MAP_TYPE_ARRAY, 4, GEN_VALUE_SIZE, 1, 0);
	if (kernel_map < 0)
		die("the kernel's map", kernel_map);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--print")) {
		static struct bpf_insn insns[GEN_ROOM];

		print_program(insns, gen_program(strtoull(argv[2], NULL, 0), insns));
		return 0;
	}
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 2000;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
	unsigned differ = 0;

	set_up();
	for (uint64_t seed = first; seed < first + count && differ < 10; seed++)
		differ += !test_seed(seed);
	printf("%lu programs, %u inputs each: interpreter%s%s; %u differ, the kernel refuses %u\n", count, RUNS,
		have[JIT] ? ", jit" : "", have[KERNEL] ? ", kernel" : "", differ, refused);
	map_put(map);
	/* The generator makes programs that the kernel accepts; a few are too complex for it. */
	return differ || refused > count / 50;
}
