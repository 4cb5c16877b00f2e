/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ring buffers: the same programs in a hive and in the kernel, stock libbpf as the consumer, many producers, and
 * producers that are killed. bpf(2) of this process goes to a hive; the oracle asks the kernel directly.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "skep/uapi.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/macros.h"
#include "hive/descriptor.h"
#include "hive/map.h"
#include "isa/asm.h"
#include "maps/ringbuf.h"
#include "maps/user_ringbuf.h"
#include "oracle.h"
#include "preload/door.h"
#include "skep/skep.h"

static struct skep_hive *hive;
static uint64_t records = 1000000;

static int setup(void **state)
{
	int err = skep_hive_new(NULL, &hive);

	preload_use(hive);
	return err;
}

static int teardown(void **state)
{
	preload_use(NULL);
	skep_hive_free(hive);
	return 0;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A ring and its consumer's view, in the hive or in the kernel. */
struct side {
	bool kernel;
	int ring;
	_Atomic uint64_t *consumer, *producer;
	uint8_t *data;
};

static void side_open(struct side *side, bool kernel, uint32_t size)
{
	side->kernel = kernel;
	side->ring = kernel ? oracle_map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, size, 0)
			    : bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, size, NULL);
	assert_true(side->ring >= 0);
	side->consumer = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, side->ring, 0);
	assert_true((void *)side->consumer != MAP_FAILED);
	uint8_t *rest = mmap(NULL, 4096 + 2ul * size, PROT_READ, MAP_SHARED, side->ring, 4096);
	assert_true(rest != MAP_FAILED);
	side->producer = (_Atomic uint64_t *)rest;
	side->data = rest + 4096;
}

static void side_close(struct side *side, uint32_t size)
{
	munmap((void *)side->consumer, 4096);
	munmap((void *)side->producer, 4096 + 2ul * size);
	close(side->ring);
}

/* map_fd[0] in the text is the ring. The program's result. */
static uint32_t side_run(const struct side *side, const char *text)
{
	uint8_t packet[64] = { 0 };
	struct asm_error error;
	struct bpf_insn *insns;
	uint32_t n, result;

	if (asm_program(text, NULL, &insns, &n, &error))
		fail_msg("%s\n%u:%u: %s", text, error.line, error.column, error.message);
	for (uint32_t i = 0; i < n; i++)
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) && insns[i].src_reg == BPF_PSEUDO_MAP_FD)
			insns[i].imm = side->ring;
	if (side->kernel) {
		struct oracle_prog load = { .type = BPF_PROG_TYPE_SCHED_CLS, .insns = insns, .n_insns = n };
		int prog = oracle_prog_load(&load);

		assert_true(prog >= 0);
		assert_int_equal(oracle_prog_run_plain(prog, &result), 0);
		close(prog);
	} else {
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 1);
		int prog = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "ring", "GPL", insns, n, NULL);

		if (prog < 0)
			fail_msg("%s\nrefused: %d", text, errno);
		assert_int_equal(bpf_prog_test_run_opts(prog, &run), 0);
		result = run.retval;
		close(prog);
	}
	free(insns);
	return result;
}

#define QUERY(what) "r1 = map_fd[0]\nr2 = " #what "\ncall helper#134\n"

static const uint32_t sizes[] = { 0, 1, 7, 8, 9, 16, 63, 64, 65, 248, 511, 512, 1000, 1016, 2000, 4072, 4073, 4079,
	4080, 4081, 4088, 4089, 4096, 100000 };

static void random_program(char *text, size_t room, uint64_t *seed)
{
	uint32_t size = sizes[next_random(seed) % (ARRAY_SIZE(sizes))], small = sizes[next_random(seed) % 10];
	unsigned flags = next_random(seed) % 3, end = next_random(seed) % 2 ? 132 : 133, what = next_random(seed) % 5;

	switch (next_random(seed) % 4) {
	case 0: /* the result of output, and of what it cannot do */
		snprintf(text, room,
			"*(u64 *)(r10 -8) = 7\n*(u64 *)(r10 -16) = 9\nr1 = map_fd[0]\nr2 = r10\nr2 += -16\n"
			"r3 = %u\nr4 = %u\ncall helper#130\nexit\n",
			small % 17, (unsigned)(next_random(seed) % 5));
		break;
	case 1: /* two at once, the second ended first */
		snprintf(text, room,
			"r1 = map_fd[0]\nr2 = %u\nr3 = 0\ncall helper#131\nr6 = r0\n"
			"r1 = map_fd[0]\nr2 = %u\nr3 = 0\ncall helper#131\nr7 = r0\n"
			"if r7 == 0x0 goto one\nr1 = r7\nr2 = %u\ncall helper#%u\n"
			"one:\nif r6 == 0x0 goto two\nr1 = r6\nr2 = %u\ncall helper#%u\n"
			"two:\nr1 = map_fd[0]\nr2 = %u\ncall helper#134\nexit\n",
			small, size, flags, end, flags, 265 - end, what);
		break;
	case 2: /* a flag that reserve does not know */
		snprintf(text, room,
			"r1 = map_fd[0]\nr2 = %u\nr3 = 1\ncall helper#131\nif r0 == 0x0 goto none\n"
			"r1 = r0\nr2 = 0\ncall helper#132\nr0 = 1\nexit\nnone:\nr0 = 2\nexit\n",
			small);
		break;
	default:
		snprintf(text, room,
			"r1 = map_fd[0]\nr2 = %u\nr3 = 0\ncall helper#131\nif r0 == 0x0 goto none\n"
			"r1 = r0\nr2 = %u\ncall helper#%u\nr1 = map_fd[0]\nr2 = %u\ncall helper#134\nexit\n"
			"none:\nr0 = -1\nexit\n",
			size, flags, end, what);
	}
}

/* Both consumers go on by n records, which are the same. */
static void consume(const struct side *ours, const struct side *kernel, uint64_t n)
{
	for (; n && *ours->consumer < *ours->producer; n--) {
		uint64_t at = *ours->consumer & 4095;
		uint32_t header[2];

		memcpy(header, ours->data + at, 8);
		assert_memory_equal(header, kernel->data + at, 8);
		*ours->consumer = *kernel->consumer =
			*ours->consumer + ROUND_UP((header[0] & ~BPF_RINGBUF_DISCARD_BIT) + 8u, 8u);
	}
}

static void as_the_kernel(void **state)
{
	struct side ours, kernel;
	uint64_t seed = 88172645463325252ull;
	char text[1024];

	ORACLE_OF_REFERENCE_OR_SKIP();
	side_open(&ours, false, 4096);
	side_open(&kernel, true, 4096);
	for (int step = 0; step < 600; step++) {
		random_program(text, sizeof(text), &seed);
		uint32_t got = side_run(&ours, text), expected = side_run(&kernel, text);

		if (got != expected || *ours.producer != *kernel.producer)
			fail_msg("step %d: %d, the kernel %d\n%s", step, (int)got, (int)expected, text);
		if (next_random(&seed) % 3 != 0)
			consume(&ours, &kernel, next_random(&seed) % 8);
		/* Nonsense from the consumer. */
		if (step % 97 == 0) {
			uint64_t right = *ours.consumer;

			*ours.consumer = *kernel.consumer = next_random(&seed);
			assert_int_equal(side_run(&ours, text), side_run(&kernel, text));
			*ours.consumer = *kernel.consumer = right;
		}
	}
	side_close(&ours, 4096);
	side_close(&kernel, 4096);
}

static int try_map(bool kernel, uint32_t key, uint32_t value, uint32_t entries, uint32_t flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);
	int fd = kernel ? oracle_map_create(BPF_MAP_TYPE_RINGBUF, key, value, entries, flags)
			: bpf_map_create(BPF_MAP_TYPE_RINGBUF, "", key, value, entries, &opts);

	if (fd < 0)
		return kernel ? fd : -errno;
	close(fd);
	return 0;
}

static void sizes_and_mappings(void **state)
{
	static const struct {
		uint32_t key, value, entries, flags;
	} rows[] = { { 0, 0, 0, 0 }, { 0, 0, 4096, 0 }, { 0, 0, 2048, 0 }, { 0, 0, 12288, 0 }, { 4, 0, 4096, 0 },
		{ 0, 8, 4096, 0 }, { 0, 0, 4096, BPF_F_RDONLY }, { 0, 0, 4096, BPF_F_MMAPABLE }, { 0, 0, 4097, 0 } };
	static const struct {
		uint64_t offset, size;
		int protection;
	} mappings[] = { { 0, 4096, PROT_READ | PROT_WRITE }, { 0, 8192, PROT_READ | PROT_WRITE }, { 0, 1, PROT_WRITE },
		{ 4096, 4096, PROT_READ | PROT_WRITE }, { 4096, 12288, PROT_READ }, { 0, 16384, PROT_READ },
		{ 0, 20480, PROT_READ }, { 16384, 4096, PROT_READ }, { 8192, 8192, PROT_WRITE } };
	struct side ours, kernel;

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(try_map(false, rows[i].key, rows[i].value, rows[i].entries, rows[i].flags),
			try_map(true, rows[i].key, rows[i].value, rows[i].entries, rows[i].flags));
	side_open(&ours, false, 4096);
	side_open(&kernel, true, 4096);
	for (size_t i = 0; i < ARRAY_SIZE(mappings); i++) {
		int errors[2];

		for (int k = 0; k < 2; k++) {
			void *memory = mmap(NULL, mappings[i].size, mappings[i].protection, MAP_SHARED,
				k ? kernel.ring : ours.ring, mappings[i].offset);

			errors[k] = memory == MAP_FAILED ? errno : 0;
			if (memory != MAP_FAILED)
				munmap(memory, mappings[i].size);
		}
		if (errors[0] != errors[1])
			fail_msg("mapping %zu: %d, the kernel %d", i, errors[0], errors[1]);
	}
	side_close(&ours, 4096);
	side_close(&kernel, 4096);
}

/* A ring without a hive, shared with children. */
static struct map *ring_new(uint32_t size)
{
	struct map_attr attr = { .type = BPF_MAP_TYPE_RINGBUF, .max_entries = size };
	struct map *map;

	assert_int_equal(map_new(&attr, &map), 0);
	return map;
}

struct reader {
	_Atomic uint64_t *consumer, *producer;
	const uint8_t *data;
	uint64_t mask;
};

static struct reader reader_of(struct map *map)
{
	return (struct reader){ (_Atomic uint64_t *)map->memory, (_Atomic uint64_t *)(map->memory + 4096),
		map->memory + 8192, map->max_entries - 1 };
}

/* The next committed record, 1 if there is one. Discarded ones are skipped. */
static bool reader_next(struct reader *reader, const uint8_t **ret_data, uint32_t *ret_size, uint64_t *ret_next)
{
	while (*reader->consumer < *reader->producer) {
		const uint8_t *record = reader->data + (*reader->consumer & reader->mask);
		uint32_t length = atomic_load((const _Atomic uint32_t *)record);

		if (length & BPF_RINGBUF_BUSY_BIT)
			return false;
		*ret_size = length & ~BPF_RINGBUF_DISCARD_BIT;
		*ret_next = *reader->consumer + ROUND_UP(*ret_size + 8u, 8u);
		*ret_data = record + 8;
		if (!(length & BPF_RINGBUF_DISCARD_BIT))
			return true;
		*reader->consumer = *ret_next;
	}
	return false;
}

#define PRODUCERS 2

/* Record number n of a producer: its size and every word follow from the number. */
static uint32_t size_of(uint64_t n)
{
	return 16 + (uint32_t)(n * 2654435761u >> 7) % 300 / 8 * 8;
}

static void produce(struct map *map, uint64_t producer, uint64_t count)
{
	for (uint64_t n = 0; n < count; n++) {
		uint32_t size = size_of(n);
		uint64_t *record = ringbuf_reserve(map, size, 0);

		while (!record) {
			usleep(20);
			record = ringbuf_reserve(map, size, 0);
		}
		for (uint32_t i = 0; i < size / 8; i++)
			record[i] = producer << 56 | n;
		ringbuf_commit(record, BPF_RB_NO_WAKEUP, false);
		if (n % 61 == 0 && (record = ringbuf_reserve(map, 40, 0)))
			ringbuf_commit(record, 0, true);
	}
}

/* Producers in processes of their own: nothing is lost, nothing torn, each one's order is kept. */
static void none_lost(void **state)
{
	struct map *map = ring_new(4096);
	struct reader reader = reader_of(map);
	uint64_t next[PRODUCERS] = { 0 }, each = records / PRODUCERS, after;
	pid_t children[PRODUCERS];
	const uint8_t *data;
	uint32_t size;
	int status;

	for (uint64_t i = 0; i < PRODUCERS; i++) {
		children[i] = fork();
		if (!children[i]) {
			produce(map, i, each);
			_exit(0);
		}
	}
	for (uint64_t seen = 0; seen < each * PRODUCERS;) {
		if (!reader_next(&reader, &data, &size, &after)) {
			usleep(20);
			continue;
		}
		const uint64_t *words = (const uint64_t *)data;
		uint64_t producer = words[0] >> 56;
		assert_true(producer < PRODUCERS);
		assert_int_equal(words[0] & 0xffffffffffffff, next[producer]);
		assert_int_equal(size, size_of(next[producer]));
		for (uint32_t i = 1; i < size / 8; i++)
			if (words[i] != words[0])
				fail_msg("torn: word %u of %u", i, size / 8);
		next[producer]++;
		seen++;
		*reader.consumer = after;
	}
	for (int i = 0; i < PRODUCERS; i++) {
		waitpid(children[i], &status, 0);
		assert_int_equal(status, 0);
	}
	map_put(map);
}

/* What does not fit is refused, and what was refused is not in the ring. */
static void overflow(void **state)
{
	struct map *map = ring_new(4096);
	struct reader reader = reader_of(map);
	uint64_t kept = 0, dropped = 0, seen = 0, after, value;
	const uint8_t *data;
	uint32_t size;

	for (uint64_t i = 0; i < 1000; i++) {
		value = kept;
		if (ringbuf_output(map, &value, 8, 0) == 0)
			kept++;
		else
			dropped++;
	}
	assert_int_equal(kept, 255);
	assert_int_equal(dropped, 745);
	for (; reader_next(&reader, &data, &size, &after); seen++, *reader.consumer = after) {
		memcpy(&value, data, 8);
		assert_int_equal(value, seen);
	}
	assert_int_equal(seen, kept);
	assert_int_equal(ringbuf_query(map, BPF_RB_AVAIL_DATA), 0);
	map_put(map);
}

/* A process that is killed with a record in its hands holds up nobody for long. */
static void killed_producer(void **state)
{
	struct map *map = ring_new(4096);
	struct reader reader = reader_of(map);
	uint64_t after, value = 1;
	const uint8_t *data;
	uint32_t size;
	int status;

	for (int reap = 0; reap < 2; reap++) {
		pid_t child = fork();

		if (!child) {
			ringbuf_reserve(map, 100, 0);
			raise(SIGKILL);
		}
		waitpid(child, &status, 0);
		assert_int_equal(ringbuf_output(map, &value, 8, 0), 0);
		assert_false(reader_next(&reader, &data, &size, &after));
		if (reap)
			ringbuf_reap(map);
		for (int i = 0; !reap && i < 64; i++)
			assert_int_equal(ringbuf_output(map, &value, 8, 0), 0);
		assert_true(reader_next(&reader, &data, &size, &after));
		assert_int_equal(size, 8);
		*reader.consumer = *reader.producer;
	}
	map_put(map);
}

/* Processes killed anywhere in what they do: the ring goes on, and every record in it is whole. */
static void killed_at_random(void **state)
{
	struct map *map = ring_new(16384);
	struct reader reader = reader_of(map);
	uint64_t seed = 5, after;
	const uint8_t *data;
	uint32_t size;
	int status;

	for (int round = 0; round < 30; round++) {
		pid_t child = fork();

		if (!child) {
			for (uint64_t n = 0;; n++) {
				uint64_t *record = ringbuf_reserve(map, 16 + n % 256, 0);

				if (!record)
					continue;
				record[0] = record[1] = n;
				ringbuf_commit(record, 0, n % 7 == 0);
			}
		}
		for (uint64_t until = 200 + next_random(&seed) % 2000, seen = 0; seen < until;) {
			if (!reader_next(&reader, &data, &size, &after)) {
				usleep(1);
				continue;
			}
			const uint64_t *words = (const uint64_t *)data;
			assert_int_equal(words[0], words[1]);
			assert_int_equal(size, 16 + words[0] % 256);
			*reader.consumer = after;
			seen++;
		}
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		ringbuf_reap(map);
		while (reader_next(&reader, &data, &size, &after))
			*reader.consumer = after;
		assert_int_equal(*reader.consumer, *reader.producer);
	}
	map_put(map);
}

/* Records from user space to whoever drains them. */
static int one_sample(void *argument, void *data, uint32_t size)
{
	uint64_t *next = argument, value;

	assert_int_equal(size, 8 + *next % 5 * 100);
	memcpy(&value, data, 8);
	assert_int_equal(value, *next);
	++*next;
	return *next % 7 == 0;
}

static void user_ring(void **state)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_USER_RINGBUF, "commands", 0, 0, 4096, NULL);
	struct user_ring_buffer *ring = user_ring_buffer__new(fd, NULL);
	struct object *object;
	uint64_t written = 0, next = 0;

	assert_non_null(ring);
	assert_int_equal(descriptor_get(fd, &object, NULL), 0);
	struct map *map = hive_map_of(object)->map;
	assert_int_equal(user_ringbuf_drain(map, one_sample, &next, 4), -EINVAL);
	assert_int_equal(user_ringbuf_drain(map, one_sample, &next, 0), 0);
	for (int round = 0; round < 500; round++) {
		void *sample;

		while ((sample = user_ring_buffer__reserve(ring, 8 + written % 5 * 100))) {
			memcpy(sample, &written, 8);
			user_ring_buffer__submit(ring, sample);
			written++;
			if ((sample = user_ring_buffer__reserve(ring, 16)))
				user_ring_buffer__discard(ring, sample);
		}
		assert_int_equal(errno, ENOSPC);
		uint64_t before = next;
		int64_t seen = user_ringbuf_drain(map, one_sample, &next, 0);
		assert_int_equal(seen, next - before);
		assert_true(seen > 0);
	}
	/* One that waits for room is woken by who drains. */
	while (user_ring_buffer__reserve(ring, 2000))
		;
	pid_t child = fork();
	if (!child) {
		usleep(20000);
		while (user_ringbuf_drain(map, one_sample, &next, 0) > 0)
			;
		_exit(0);
	}
	struct pollfd writable = { .fd = fd, .events = POLLOUT };
	assert_int_equal(poll(&writable, 1, -1), 1);
	assert_int_equal(writable.revents, POLLOUT);
	waitpid(child, NULL, 0);
	user_ring_buffer__free(ring);

	/* What makes no sense is refused. */
	_Atomic uint64_t *producer = mmap(NULL, 4096 * 3, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
	assert_true((void *)producer != MAP_FAILED);
	uint64_t right = *producer;
	*producer = right + 4;
	assert_int_equal(user_ringbuf_drain(map, one_sample, &next, 0), -EINVAL);
	*producer = right + 8;
	_Atomic uint32_t *header = (_Atomic uint32_t *)((uint8_t *)producer + 4096 + (right & 4095));
	*(_Atomic uint64_t *)map->memory = right;
	*header = 100;
	assert_int_equal(user_ringbuf_drain(map, one_sample, &next, 0), -EINVAL);
	*producer = right + (1ull << 40);
	*header = 5000;
	assert_int_equal(user_ringbuf_drain(map, one_sample, &next, 0), -E2BIG);
	*header = 8 | BPF_RINGBUF_BUSY_BIT;
	assert_int_equal(user_ringbuf_drain(map, one_sample, &next, 0), 0);
	munmap((void *)producer, 4096 * 3);
	object_put(object);
	close(fd);
}

struct seen {
	uint64_t next, torn;
};

static int one_record(void *context, void *data, size_t size)
{
	struct seen *seen = context;
	const uint64_t *words = data;

	if (size != 64 || words[0] != seen->next || words[7] != seen->next)
		seen->torn++;
	seen->next++;
	return 0;
}

/* Programs that stop the consumer's callback early: what is left must still be reported. */
static int stop(void *context, void *data, size_t size)
{
	one_record(context, data, size);
	return -EINTR;
}

/* One record of 64 bytes, numbered by an array's element. */
static int numbering_program(int ring, int number)
{
	struct asm_error error;
	struct bpf_insn *insns;
	uint32_t n;

	assert_int_equal(asm_program("r6 = map_value[1]+0\n"
				     "r1 = map_fd[0]\nr2 = 64\nr3 = 0\ncall helper#131\n"
				     "if r0 == 0x0 goto none\n"
				     "r1 = *(u64 *)(r6 +0)\n"
				     "*(u64 *)(r0 +0) = r1\n*(u64 *)(r0 +56) = r1\n"
				     "r1 += 1\n*(u64 *)(r6 +0) = r1\n"
				     "r1 = r0\nr2 = 0\ncall helper#132\n"
				     "none:\nr0 = 0\nexit\n",
				 NULL, &insns, &n, &error),
		0);
	for (uint32_t i = 0; i < n; i++)
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW))
			insns[i].imm = insns[i].src_reg == BPF_PSEUDO_MAP_FD ? ring : number;
	int prog = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "number", "GPL", insns, n, NULL);
	assert_true(prog >= 0);
	free(insns);
	return prog;
}

/* The consumer sleeps in epoll_wait() until a program in another process wakes it; it misses nothing. */
static void stock_libbpf(void **state)
{
	uint8_t packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 5);
	int map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, 4096, NULL);
	int number = bpf_map_create(BPF_MAP_TYPE_ARRAY, "number", 4, 8, 1, NULL);
	struct seen seen = { 0 };
	int status;

	assert_true(map >= 0 && number >= 0);
	int prog = numbering_program(map, number);
	struct ring_buffer *ring = ring_buffer__new(map, one_record, &seen, NULL);
	assert_non_null(ring);
	assert_int_equal(ring_buffer__poll(ring, 0), 0);
	pid_t child = fork();
	if (!child) {
		for (int i = 0; i < 400; i++) {
			if (bpf_prog_test_run_opts(prog, &run))
				_exit(1);
			usleep(i % 3 * 100);
			if (i % 50 == 0)
				usleep(5000);
		}
		_exit(0);
	}
	/* Dropped ones are not counted by the program, so all 2,000 may not come. */
	while (waitpid(child, &status, WNOHANG) == 0) {
		int n = ring_buffer__poll(ring, 200);

		assert_true(n >= 0);
	}
	assert_int_equal(status, 0);
	while (ring_buffer__consume(ring) > 0)
		;
	uint64_t sent;
	uint32_t zero = 0;
	assert_int_equal(bpf_map_lookup_elem(number, &zero, &sent), 0);
	assert_int_equal(seen.torn, 0);
	assert_int_equal(seen.next, sent);
	assert_true(sent > 1000);
	ring_buffer__free(ring);

	/* Level-triggered: what was not consumed is reported again, without another wake-up. */
	ring = ring_buffer__new(map, stop, &seen, NULL);
	assert_int_equal(bpf_prog_test_run_opts(prog, &run), 0);
	struct pollfd readable = { .fd = map, .events = POLLIN };
	for (int i = 0; i < 5; i++) {
		assert_int_equal(poll(&readable, 1, -1), 1);
		assert_int_equal(readable.revents, POLLIN);
		assert_int_equal(ring_buffer__poll(ring, -1), -EINTR);
	}
	assert_int_equal(poll(&readable, 1, 0), 0);
	assert_int_equal(ring_buffer__poll(ring, 10), 0);
	assert_int_equal(poll(&readable, 1, 10), 0);
	child = fork();
	if (!child) {
		usleep(20000);
		_exit(bpf_prog_test_run_opts(prog, &run));
	}
	assert_int_equal(poll(&readable, 1, -1), 1);
	assert_int_equal(seen.torn, 0);
	waitpid(child, &status, 0);
	ring_buffer__free(ring);
	close(prog);
	close(number);
	close(map);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_kernel),
		cmocka_unit_test(sizes_and_mappings),
		cmocka_unit_test(none_lost),
		cmocka_unit_test(stock_libbpf),
		cmocka_unit_test(user_ring),
		cmocka_unit_test(overflow),
		cmocka_unit_test(killed_producer),
		cmocka_unit_test(killed_at_random),
	};

	if (argc > 1)
		records = strtoull(argv[1], NULL, 0);
	return cmocka_run_group_tests(tests, setup, teardown);
}
