/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs (verifier_gen.h): the verifier's verdict against this machine's kernel's. What the kernel refuses and
 * we accept fails the test; what we refuse and the kernel accepts is counted by our reason. What both accept also runs:
 * it must not touch memory outside of its own, and JIT = interpreter.
 *
 *     test_verifier_random [COUNT [FIRST]]     the programs of seeds FIRST (0) to FIRST + COUNT (2000)
 *     test_verifier_random --print SEED        prints one, with both logs
 *
 * Values and packets lie between pages that fault, at the beginning of a page in one run and at its end in the other.
 * Programs whose result depends on where things are, or on what was on the stack before, are not compared.
 */
#include <alloca.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/macros.h"
#include "exec/exec.h"
#include "isa/disasm.h"
#include "isa/flow.h"
#include "maps/map.h"
#include "oracle.h"
#include "program.h"
#include "progs/skb.h"
#include "verifier/verify.h"
#include "verifier_gen.h"

#define LOG_SIZE (1 << 24)
#define PAGE 4096
#define PACKET_SIZE 64
#define BUDGET 10000000 /* instructions of one run */
#define N_REASONS 256
#define REASON_SIZE 120

static const struct map_attr map_attrs[VGEN_MAPS] = {
	[VGEN_ARRAY] = { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = VGEN_VALUE_SIZE, .max_entries = 1 },
	[VGEN_HASH] = { .type = BPF_MAP_TYPE_HASH, .key_size = 8, .value_size = VGEN_VALUE_SIZE, .max_entries = 4 },
};
static struct map *maps[VGEN_MAPS];
static int kernel_maps[VGEN_MAPS];
static uint8_t *value_page, *packet_page; /* what is before and behind them faults */
static bool have_jit;
static uint64_t now_running;
static char our_log[LOG_SIZE], kernel_log[LOG_SIZE];

static struct reason {
	char text[REASON_SIZE];
	unsigned count;
	uint64_t seed; /* the first */
} reasons[N_REASONS];
static unsigned n_reasons;

static struct {
	unsigned programs, both_accept, equal, errnos_differ, false_accepts, false_rejects, kernel_bugs;
	unsigned ran, compared, failures;
} totals;

/* What a run leaves. */
struct outcome {
	uint64_t result;
	int error;
	uint8_t value[VGEN_VALUE_SIZE], packet[PACKET_SIZE];
};

static void die(const char *what, int err)
{
	fprintf(stderr, "test_verifier_random: %s: %s\n", what, strerror(-err));
	exit(1);
}

static void print_program(const struct bpf_insn *insns, uint32_t n)
{
	char text[DISASM_MAX];

	for (uint32_t i = 0; i < n; i += insn_slots(&insns[i])) {
		disasm(text, sizeof(text), insns + i, n - i, NULL);
		printf("%5u: %s\n", i, text);
	}
}

static int map_by_fd(void *argument, int fd, struct map **ret_map)
{
	if (fd < 0 || fd >= VGEN_MAPS)
		return -EBADF;
	*ret_map = map_get(maps[fd]);
	return 0;
}

static int load_ours(const struct bpf_insn *insns, uint32_t n, uint32_t type, uint32_t level, struct image **ret_image)
{
	struct log log;
	uint32_t size;

	our_log[0] = '\0';
	if (level && log_init(&log, level, our_log, LOG_SIZE))
		die("log", -EINVAL);
	struct verify_request request = {
		.insns = insns,
		.n_insns = n,
		.type = type,
		.gpl_compatible = true,
		.caps = VERIFY_CAP_ALL,
		.release = RELEASE_REFERENCE,
		.map_by_fd = map_by_fd,
		.log = level ? &log : NULL,
	};
	int err = verify(&request, NULL, ret_image);

	if (level)
		log_finish(&log, &size);
	return err;
}

static int load_kernel(const struct bpf_insn *insns, uint32_t n, uint32_t type, uint32_t level)
{
	static struct bpf_insn copy[VGEN_ROOM];
	struct oracle_prog prog = { .type = type,
		.insns = copy,
		.n_insns = n,
		.log = level ? kernel_log : NULL,
		.log_size = level ? LOG_SIZE : 0,
		.log_level = level };

	memcpy(copy, insns, n * sizeof(*insns));
	for (uint32_t i = 0; i < n; i += insn_slots(&copy[i]))
		if (insn_is_wide(&copy[i]) && copy[i].src_reg)
			copy[i].imm = kernel_maps[copy[i].imm];
	int fd = oracle_prog_load(&prog);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

/* The last line before the statistics, in place. */
static char *last_line(char *log)
{
	char *end = strstr(log, "\nprocessed ");

	if (!end)
		end = log + strlen(log);
	while (end > log && end[-1] == '\n')
		end--;
	*end = '\0';
	char *start = strrchr(log, '\n');

	return start ? start + 1 : log;
}

static void count_reason(const char *line, uint64_t seed)
{
	char text[REASON_SIZE];
	unsigned n = 0, i;

	for (; *line && n < sizeof(text) - 1; line++) {
		bool digit = *line >= '0' && *line <= '9';

		if (!digit)
			text[n++] = *line;
		else if (!n || text[n - 1] != 'N')
			text[n++] = 'N';
	}
	text[n] = '\0';
	for (i = 0; i < n_reasons && strcmp(reasons[i].text, text) != 0; i++)
		;
	if (i == N_REASONS)
		return;
	if (i == n_reasons) {
		strcpy(reasons[n_reasons].text, text);
		reasons[n_reasons++].seed = seed;
	}
	reasons[i].count++;
}

/* A value for every key that programs make, the same ones before each run. */
static void fill_maps(void)
{
	uint64_t key;
	uint8_t value[VGEN_VALUE_SIZE];

	for (unsigned i = 0; i < VGEN_VALUE_SIZE; i++)
		maps[VGEN_ARRAY]->values[i] = value[i] = i % 16 ? 7 * i : 0;
	while (!map_user_next_key(maps[VGEN_HASH], NULL, &key))
		map_user_remove(maps[VGEN_HASH], &key);
	key = 0;
	int err = map_user_update(maps[VGEN_HASH], &key, value, 0);
	if (err)
		die("hash", err);
}

/* Leaves the stack below full of one byte. */
static __attribute__((noinline)) void dirty_stack(uint8_t byte)
{
	volatile uint8_t bytes[16384];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = byte;
}

/* Runs with the stack somewhere else: what is computed from its address differs. */
static __attribute__((noinline)) uint64_t run_deeper(
	struct run *run, const struct bound *bound, void *context, unsigned place)
{
	volatile uint8_t *bytes = alloca(1 + (place * 0x9e3779b9 >> 16));

	bytes[0] = 1;
	dirty_stack(0x55 + place);
	return run_program(run, bound, context) + (bytes[0] - 1);
}

/* place 0: values and packet at the beginning of their pages; 1 and more: at the end, the stack anywhere. */
static int run_once(const struct image *image, enum exec_mode mode, unsigned place, struct outcome *ret)
{
	uint8_t *packet = packet_page + (place ? PAGE - PACKET_SIZE : 0);
	struct skb skb = { .data = packet,
		.data_end = packet + PACKET_SIZE,
		.data_meta = packet,
		.head = packet,
		.buffer_end = packet + PACKET_SIZE,
		.len = PACKET_SIZE,
		.protocol = 8,
		.mark = 21,
		.network_offset = 14,
		.transport_offset = 34 };
	struct xdp xdp = { .data = packet,
		.data_end = packet + PACKET_SIZE,
		.data_meta = packet,
		.head = packet,
		.buffer_end = packet + PACKET_SIZE,
		.ingress_ifindex = 1 };
	struct bound *bound;
	struct run run;

	maps[VGEN_ARRAY]->values = value_page + (place ? PAGE - VGEN_VALUE_SIZE : 0);
	int err = exec_bind(image, mode, &bound);
	if (err)
		return err;
	memset(ret, 0, sizeof(*ret));
	fill_maps();
	for (unsigned i = 0; i < PACKET_SIZE; i++)
		packet[i] = 3 * i;
	run_init(&run, bound);
	run.budget = BUDGET;
	dirty_stack(0xaa);
	void *context = image->type == BPF_PROG_TYPE_XDP ? (void *)&xdp : (void *)&skb;
	ret->result = place ? run_deeper(&run, bound, context, place) : run_program(&run, bound, context);
	ret->error = run.error;
	memcpy(ret->value, maps[VGEN_ARRAY]->values, VGEN_VALUE_SIZE);
	memcpy(ret->packet, packet, PACKET_SIZE);
	exec_unbind(bound);
	return 0;
}

/* Whether what the interpreter does depends on where the stack is. */
static bool depends_on_place(const struct image *image, const struct outcome *expected)
{
	struct outcome other;

	for (unsigned place = 2; place < 40; place++)
		if (run_once(image, EXEC_INTERPRET, place, &other) || memcmp(&other, expected, sizeof(other)) != 0)
			return true;
	return false;
}

/* Says what is wrong, if anything. */
static bool run_program_of(const struct image *image, bool initialised, uint64_t seed)
{
	struct outcome first = { 0 }, second = { 0 }, jit;
	int err = run_once(image, EXEC_INTERPRET, 0, &first);

	if (!err)
		err = run_once(image, EXEC_INTERPRET, 1, &second);
	if (err || first.error || second.error) {
		printf("seed %lu: accepted, and does not run: %d, %d, %d\n", seed, err, first.error, second.error);
		return false;
	}
	totals.ran++;
	if (!have_jit)
		return true;
	err = run_once(image, EXEC_JIT, 1, &jit);
	if (err || jit.error) {
		printf("seed %lu: the JIT does not run it: %d, %d\n", seed, err, jit.error);
		return false;
	}
	if (!initialised || memcmp(&first, &second, sizeof(first)) != 0)
		return true;
	totals.compared++;
	if (!memcmp(&second, &jit, sizeof(jit)) || depends_on_place(image, &second))
		return true;
	printf("seed %lu: interpreter returns %#lx, JIT %#lx, or memory differs\n", seed, second.result, jit.result);
	return false;
}

static void explain(const struct bpf_insn *insns, uint32_t n, uint32_t type, uint64_t seed, int ours, int kernels)
{
	struct image *image = NULL;

	if (!load_ours(insns, n, type, ours ? LOG_LEVEL1 : LOG_LEVEL2, &image))
		image_free(image);
	load_kernel(insns, n, type, LOG_LEVEL2);
	/* It says so when it follows a branch that cannot be taken, as of a register less than itself, and loses
	 * bounds. */
	if (strstr(kernel_log, "REG INVARIANTS VIOLATION")) {
		totals.kernel_bugs++;
		return;
	}
	char *our_line = last_line(our_log), *kernel_line = last_line(kernel_log);

	if (ours && !kernels) {
		totals.false_rejects++;
		count_reason(our_line, seed);
	} else if (!ours) {
		totals.false_accepts++;
		printf("FALSE ACCEPT: seed %lu, program type %u\n", seed, type);
		print_program(insns, n);
		printf("kernel (%s): %s\nours: %s\n\n", strerror(-kernels), kernel_line, our_line);
	} else {
		totals.errnos_differ++;
		if (totals.errnos_differ <= 5)
			printf("errno: seed %lu\nkernel (%d): %s\nours (%d): %s\n\n", seed, kernels, kernel_line, ours,
				our_line);
	}
}

static void test_seed(uint64_t seed)
{
	static struct bpf_insn insns[VGEN_ROOM];
	struct image *image = NULL;
	struct vgen_traits traits;
	uint32_t n = vgen_program(seed, insns, &traits), type = traits.type;

	now_running = seed;
	int ours = load_ours(insns, n, type, 0, &image), kernels = load_kernel(insns, n, type, 0);

	totals.programs++;
	totals.equal += ours == kernels;
	if (ours != kernels)
		explain(insns, n, type, seed, ours, kernels);
	if (!ours && !kernels) {
		totals.both_accept++;
		if (!run_program_of(image, traits.initialised, seed)) {
			print_program(insns, n);
			totals.failures++;
		}
	}
	if (!ours)
		image_free(image);
}

static void on_fault(int number)
{
	char text[80];
	int n = snprintf(text, sizeof(text), "seed %lu: signal %d\n", now_running, number);

	if (write(STDOUT_FILENO, text, n) < 0)
		_exit(2);
	_exit(1);
}

static uint8_t *guarded_page(void)
{
	uint8_t *pages = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || mprotect(pages + PAGE, PAGE, PROT_READ | PROT_WRITE))
		die("mmap", -errno);
	return pages + PAGE;
}

static void set_up(void)
{
	for (unsigned i = 0; i < VGEN_MAPS; i++) {
		const struct map_attr *attr = &map_attrs[i];
		int err = map_new(attr, &maps[i]);

		if (err)
			die("map", err);
		kernel_maps[i] = oracle_map_create(attr->type, attr->key_size, attr->value_size, attr->max_entries, 0);
		if (kernel_maps[i] < 0)
			die("the kernel's map", kernel_maps[i]);
	}
	value_page = guarded_page();
	packet_page = guarded_page();
	have_jit = program_mode_exists(EXEC_JIT);
	signal(SIGSEGV, on_fault);
	signal(SIGBUS, on_fault);
	signal(SIGFPE, on_fault);
	signal(SIGILL, on_fault);
	signal(SIGABRT, on_fault);
}

static int by_count(const void *a, const void *b)
{
	const struct reason *left = a, *right = b;

	return (left->count < right->count) - (left->count > right->count);
}

static void report(void)
{
	printf("%u programs: %.2f%% equal verdicts, both accept %u; %u false accepts, %u false rejects, %u other "
	       "errnos\n",
		totals.programs, 100.0 * totals.equal / (totals.programs ?: 1), totals.both_accept,
		totals.false_accepts, totals.false_rejects, totals.errnos_differ);
	printf("%u differ by what the kernel calls its own bug\n", totals.kernel_bugs);
	printf("%u ran, %u compared with the JIT, %u wrong\n", totals.ran, totals.compared, totals.failures);
	qsort(reasons, n_reasons, sizeof(reasons[0]), by_count);
	for (unsigned i = 0; i < n_reasons; i++)
		printf("%6u  %s (seed %lu)\n", reasons[i].count, reasons[i].text, reasons[i].seed);
}

static void print_seed(uint64_t seed)
{
	static struct bpf_insn insns[VGEN_ROOM];
	struct image *image = NULL;
	struct vgen_traits traits;
	uint32_t n = vgen_program(seed, insns, &traits), type = traits.type;
	int ours = load_ours(insns, n, type, LOG_LEVEL2, &image), kernels = load_kernel(insns, n, type, LOG_LEVEL2);

	printf("program type %u\n", type);
	print_program(insns, n);
	printf("--- ours: %d\n%s--- kernel: %d\n%s", ours, our_log, kernels, kernel_log);
	image_free(image);
}

int main(int argc, char **argv)
{
	if (!oracle_available() || oracle_release() != RELEASE_REFERENCE) {
		printf("no kernel of the reference release to ask\n");
		return 77;
	}
	set_up();
	if (argc == 3 && !strcmp(argv[1], "--print")) {
		print_seed(strtoull(argv[2], NULL, 0));
		return 0;
	}
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 2000;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;

	for (uint64_t seed = first; seed < first + count && totals.false_accepts + totals.failures < 10; seed++)
		test_seed(seed);
	report();
	return totals.false_accepts || totals.failures || totals.both_accept < totals.programs / 4;
}
