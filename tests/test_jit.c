/* SPDX-License-Identifier: BSD-2-Clause */
/* The JIT against the interpreter: operands, registers and encodings that test_exec.c does not reach; layout; memory.
 */
#include <errno.h>
#include <execinfo.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/macros.h"
#include "exec/jit/reciprocal.h"
#include "exec/jit/target.h"
#include "insn_gen.h"
#include "isa/eval.h"
#include "maps/map.h"
#include "progs/skb.h"
#include "program.h"

#define EXIT_INSN I(EXIT, 0, 0, 0, 0)
#define RUN(mode, context, ...) run_insns(mode, context, INSNS(__VA_ARGS__))
#define INSNS(...) \
	(struct bpf_insn[]){ __VA_ARGS__ }, sizeof((struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn)

static uint64_t run_insns(enum exec_mode mode, void *context, const struct bpf_insn *insns, uint32_t n)
{
	struct image *image = program_image(insns, n);
	uint64_t result = program_run(image, mode, context, NULL);

	image_free(image);
	return result;
}

static struct bound *bind(const struct image *image)
{
	struct bound *bound;

	assert_int_equal(exec_bind(image, EXEC_JIT, &bound), 0);
	return bound;
}

static uint64_t run_bound(const struct bound *bound, void *context)
{
	struct run run;

	run_init(&run, bound);
	return run_program(&run, bound, context);
}

/* A program that sets all registers, runs one instruction, and returns a number made of all registers. */
static uint64_t run_with_registers(enum exec_mode mode, const uint64_t *values, struct bpf_insn insn)
{
	struct bpf_insn insns[64];
	uint32_t n = 0;

	for (unsigned r = 0; r < REG_FP; r++) {
		memcpy(&insns[n], (struct bpf_insn[]){ WIDE(LD_IMM64, r, values[r]) }, 2 * sizeof(insn));
		n += 2;
	}
	insns[n++] = insn;
	for (unsigned r = 1; r < REG_FP; r++) {
		insns[n++] = I(MUL_K, 0, 0, 0, 31);
		insns[n++] = I(ADD_X, 0, r, 0, 0);
	}
	insns[n++] = EXIT_INSN;
	return run_insns(mode, NULL, insns, n);
}

static bool is_memory(enum op op)
{
	unsigned class = op_rows[op].code & 7;

	return (class == BPF_LDX || class == BPF_ST || class == BPF_STX) && op_rows[op].status != OP_INTERNAL;
}

static bool is_store(enum op op)
{
	return (op_rows[op].code & 7) != BPF_LDX && op != OP_LOAD_ACQ_B && op != OP_LOAD_ACQ_H && op != OP_LOAD_ACQ_W &&
	       op != OP_LOAD_ACQ_DW;
}

/* --patterns COUNT FIRST asks for more of test_patterns. */
static uint64_t pattern_programs = 3000, pattern_first;

static uint8_t buffer[1 << 17] __attribute__((aligned(16)));

static void fill_buffer(void)
{
	for (size_t i = 0; i < sizeof(buffer); i++)
		buffer[i] = (uint8_t)(i * 131 + (i >> 8) * 17 + 0x80);
}

static void check_memory(enum op op, unsigned dst, unsigned src, int32_t offset)
{
	static uint8_t interpreted[64];
	uint8_t *middle = buffer + sizeof(buffer) / 2, *accessed = middle + offset;
	uint64_t values[REG_FP], result[2];
	unsigned base = is_store(op) ? dst : src;

	for (unsigned r = 0; r < REG_FP; r++)
		values[r] = 0x9e3779b97f4a7c15 * (r + 3);
	values[base] = (uintptr_t)middle;
	for (int mode = 0; mode < 2; mode++) {
		memset(accessed - 8, 0x5a, 24);
		memcpy(accessed, &values[(offset & 8) ? 0 : 9], 8); /* what r0 holds: a cmpxchg that succeeds */
		result[mode] = run_with_registers(
			mode ? EXEC_JIT : EXEC_INTERPRET, values, insn_of(op, dst, src, offset, 0x8765f321));
		if (!mode)
			memcpy(interpreted, accessed - 8, 24);
	}
	if (result[0] != result[1] || memcmp(interpreted, accessed - 8, 24))
		fail_msg("%s r%u, r%u, offset %d: %#lx, not %#lx", op_name(op), dst, src, offset, result[1], result[0]);
}

/* Every pair of registers; every size of displacement. */
static void test_memory(void **state)
{
	static const int32_t offsets[] = { 0, 8, -8, 120, 128, -128, -136, 32760, -32768 };

	fill_buffer();
	for (enum op op = 0; op < OP_COUNT; op++) {
		if (!is_memory(op))
			continue;
		for (unsigned dst = 0; dst < REG_FP; dst++)
			for (unsigned src = 0; src < REG_FP; src++)
				check_memory(op, dst, src, offsets[(dst * 7 + src) % ARRAY_SIZE(offsets)]);
		for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
			check_memory(op, 1, 6, offsets[i]);
	}
}

/* Every pair of registers with every other register watched: nothing but the destination may change. */
static void test_registers_kept(void **state)
{
	static const int32_t immediates[] = { 0, 1, 3, 8, 255, -1 };

	for (enum op op = 0; op < OP_COUNT; op++) {
		unsigned class = op_rows[op].code & 7;
		bool has_imm = op_rows[op].imm_field == FIELD_ANY;

		if ((class != BPF_ALU && class != BPF_ALU64) || op_rows[op].status == OP_INTERNAL ||
			op == OP_ADDR_SPACE_CAST)
			continue;
		for (unsigned dst = 0; dst < REG_FP; dst++)
			for (unsigned src = 0; src < (has_imm ? ARRAY_SIZE(immediates) : REG_FP); src++) {
				struct bpf_insn insn =
					insn_of(op, dst, has_imm ? 0 : src, 0, has_imm ? immediates[src] : 0);
				uint64_t values[REG_FP];

				for (unsigned r = 0; r < REG_FP; r++)
					values[r] = 0x9e3779b97f4a7c15 * (r + 3) >> (r == src ? 58 : 0);
				uint64_t expected = run_with_registers(EXEC_INTERPRET, values, insn);
				uint64_t result = run_with_registers(EXEC_JIT, values, insn);

				if (result != expected)
					fail_msg(
						"%s r%u, r%u: %#lx, not %#lx", op_name(op), dst, src, result, expected);
			}
	}
}

/* The code for processors that lack what this one has. */
static void test_older_processors(void **state)
{
	target_limit_features(0);
	assert_int_equal(target_features(), 0);
	test_registers_kept(state);
	target_limit_features(~0u);
}

/* n bytes of code or so between a jump and its target, forward and backward. */
static void check_distance(uint32_t n, uint32_t wide)
{
	uint32_t total = n + wide * 2 + 16, i = 0;
	struct bpf_insn *insns = calloc(total, sizeof(*insns));

	assert_non_null(insns);
	insns[i++] = I(MOV_K, 0, 0, 0, 0);
	insns[i++] = I(MOV_K, 6, 0, 0, 3);
	uint32_t loop = i;

	insns[i++] = I(ADD_K, 0, 0, 0, 1);
	uint32_t jump = i++, filler = i;

	for (uint32_t k = 0; k < n; k++)
		insns[i++] = I(ADD_K, 0, 0, 0, 16);
	for (uint32_t k = 0; k < wide; k++) {
		memcpy(&insns[i], (struct bpf_insn[]){ WIDE(LD_IMM64, 1, 0x123456789abcdef0) }, 16);
		i += 2;
	}
	insns[jump] = i - filler <= INT16_MAX ? I(JEQ_K, 6, 0, i - filler, 2) : I(MOV_K, 1, 0, 0, 0);
	insns[i++] = I(SUB_K, 6, 0, 0, 1);
	insns[i] = I(JEQ_K, 6, 0, 1, 0);
	i++;
	insns[i] = I(JA32, 0, 0, 0, (int32_t)loop - (int32_t)i - 1);
	i++;
	insns[i++] = EXIT_INSN;
	uint64_t expected = run_insns(EXEC_INTERPRET, NULL, insns, i);

	assert_int_equal(run_insns(EXEC_JIT, NULL, insns, i), expected);
	free(insns);
}

static void test_distances(void **state)
{
	for (uint32_t n = 0; n < 48; n++)
		for (uint32_t wide = 0; wide < 14; wide++)
			check_distance(n, wide);
	check_distance(32000, 0);
	check_distance(40000, 1000);
}

/* As many jumps as instructions allow, short and long, and a million instructions. */
static void test_large(void **state)
{
	const uint32_t n = 1000000;
	struct bpf_insn *insns = calloc(n, sizeof(*insns));
	uint64_t seed = 1;

	assert_non_null(insns);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t random = test_random(&seed);
		uint32_t reach = MIN(n - 2 - MIN(i, n - 2), 1u << random % 13);

		switch (random >> 32 & 3) {
		case 0:
			insns[i] = I(ADD_K, 0, 0, 0, random >> 40);
			break;
		case 1:
			insns[i] = I(XOR_X, 0, 1, 0, 0);
			break;
		case 2:
			insns[i] = I(MUL_K, 1, 0, 0, random >> 40 | 1);
			break;
		default:
			insns[i] = reach ? I(JSET_K, 0, 0, reach - 1, (int32_t)(1u << (random >> 40 & 31)))
					 : I(ADD_X, 1, 0, 0, 0);
		}
	}
	insns[0] = I(MOV_K, 0, 0, 0, 1);
	insns[1] = I(MOV_K, 1, 0, 0, 3);
	insns[n - 1] = EXIT_INSN;
	uint64_t expected = run_insns(EXEC_INTERPRET, NULL, insns, n);

	assert_int_equal(run_insns(EXEC_JIT, NULL, insns, n), expected);
	free(insns);
}

/* r6 to r9 and the stack belong to each call; r0 comes back. */
static void test_local_calls(void **state)
{
	for (enum exec_mode mode = EXEC_JIT; mode <= EXEC_INTERPRET; mode++)
		assert_int_equal(RUN(mode, NULL, I(MOV_K, 6, 0, 0, 100), I(MOV_K, 7, 0, 0, 200), I(MOV_K, 8, 0, 0, 300),
					 I(MOV_K, 9, 0, 0, 400), I(ST_DW, REG_FP, 0, -8, 7), I(MOV_K, 1, 0, 0, 6),
					 I(CALL_LOCAL, 0, 0, 0, 7), I(ADD_X, 0, 6, 0, 0), I(ADD_X, 0, 7, 0, 0),
					 I(ADD_X, 0, 8, 0, 0), I(ADD_X, 0, 9, 0, 0), I(LDX_DW, 1, REG_FP, -8, 0),
					 I(ADD_X, 0, 1, 0, 0), EXIT_INSN,
					 /* sum of 1 to r1, by recursion */
					 I(JNE_K, 1, 0, 2, 0), I(MOV_K, 0, 0, 0, 0), EXIT_INSN,
					 I(STX_DW, REG_FP, 1, -8, 0), I(MOV_K, 6, 0, 0, -1), I(MOV_X, 9, 1, 0, 0),
					 I(ADD_K, 1, 0, 0, -1), I(CALL_LOCAL, 0, 0, 0, -8), I(LDX_DW, 1, REG_FP, -8, 0),
					 I(ADD_X, 0, 1, 0, 0), I(SUB_X, 9, 1, 0, 0), I(ADD_X, 0, 9, 0, 0), EXIT_INSN),
			21 + 1000 + 7);
}

/* LD_FUNC gives what run->call takes; a callback may call back again. */
static void test_callbacks(void **state)
{
	struct image *image = program_image(INSNS(WIDE(LD_FUNC, 0, 2), EXIT_INSN,
		/* r1 * 2 + r2 + r5 */
		I(MOV_X, 6, 1, 0, 0), I(LSH_K, 6, 0, 0, 1), I(MOV_X, 0, 6, 0, 0), I(ADD_X, 0, 2, 0, 0),
		I(ADD_X, 0, 5, 0, 0), EXIT_INSN));
	struct bound *bound = bind(image);
	struct run run;

	run_init(&run, bound);
	uint64_t callback = run_program(&run, bound, NULL);

	assert_int_equal(run.call(&run, callback, 20, 1, 0, 0, 1), 42);
	assert_ptr_equal(run.bound, bound);
	exec_unbind(bound);
	image_free(image);
}

/* may_goto ends a loop that nothing else ends. */
static void test_may_goto(void **state)
{
	for (enum exec_mode mode = EXEC_JIT; mode <= EXEC_INTERPRET; mode++)
		assert_int_equal(RUN(mode, NULL, I(MOV_K, 0, 0, 0, 0), I(MAY_GOTO, 0, 0, 2, 0), I(ADD_K, 0, 0, 0, 1),
					 I(JA, 0, 0, -3, 0), EXIT_INSN),
			0x800000);
}

static struct bound *slots[4];

static int slot_get(void *argument, struct map *map, const void *value, void **ret_object, uint32_t *ret_id)
{
	uint32_t index;

	memcpy(&index, value, sizeof(index));
	*ret_object = slots[index];
	*ret_id = index + 1;
	return 0;
}

static void slot_put(void *argument, struct map *map, void *object)
{
}

static const struct map_objects slot_objects = { .get = slot_get, .put = slot_put };

static struct map *new_prog_array(void)
{
	struct map_attr attr = {
		.type = BPF_MAP_TYPE_PROG_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 4,
		.objects = &slot_objects,
	};
	struct map *map;

	assert_int_equal(map_new(&attr, &map), 0);
	return map;
}

/* Counts in *context, then goes on to slot number of map 0; by which register the stack is seen, is stored beside. */
static struct image *tail_caller(struct map *map, uint32_t slot)
{
	struct image *image = program_image(INSNS(I(MOV_X, 6, 1, 0, 0), I(LDX_DW, 0, 1, 0, 0), I(ADD_K, 0, 0, 0, 1),
		I(STX_DW, 1, 0, 0, 0), I(STX_DW, 1, REG_FP, 8, 0), WIDE(LD_MAP_IDX, 2, 0), I(MOV_K, 3, 0, 0, slot),
		I(CALL_HELPER, 0, 0, 0, BPF_FUNC_tail_call), I(LDX_DW, 0, 6, 0, 0), EXIT_INSN));

	program_add_map(image, map_get(map));
	return image;
}

static void check_tail_calls(enum exec_mode first, enum exec_mode second)
{
	struct map *map = new_prog_array();
	struct image *images[2] = { tail_caller(map, 1), tail_caller(map, 0) };
	enum exec_mode modes[2] = { first, second };
	uint64_t context[2] = { 0 };
	struct run run;

	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(exec_bind(images[i], modes[i], &slots[i]), 0);
		assert_int_equal(map_user_update(map, &i, &i, 0), 0);
	}
	run_init(&run, slots[0]);
	assert_int_equal(run_program(&run, slots[0], context), 1 + TAIL_CALL_LIMIT);
	assert_int_equal(context[0], 1 + TAIL_CALL_LIMIT);
	if (first == EXEC_JIT && second == EXEC_JIT) { /* the same frame, over and over */
		uint64_t last = context[1];

		run.tail_calls = TAIL_CALL_LIMIT;
		run.bound = slots[0];
		slots[0]->entry(context, &run);
		assert_true(last - context[1] < 256 || context[1] - last < 256);
	}
	map_put(map);
	for (uint32_t i = 0; i < 2; i++) {
		image_free(images[i]);
		exec_unbind(slots[i]);
	}
}

static void test_tail_calls(void **state)
{
	check_tail_calls(EXEC_JIT, EXEC_JIT);
	check_tail_calls(EXEC_JIT, EXEC_INTERPRET);
	check_tail_calls(EXEC_INTERPRET, EXEC_JIT);
}

/* The caller of a function that ended in a tail call goes on as itself. */
static void test_tail_call_in_function(void **state)
{
	struct map *map = new_prog_array();
	struct image *target = program_image(INSNS(I(MOV_K, 0, 0, 0, 40), EXIT_INSN));
	struct image *image = program_image(INSNS(I(CALL_LOCAL, 0, 0, 0, 2), I(ADD_K, 0, 0, 0, 2), EXIT_INSN,
		WIDE(LD_MAP_IDX, 2, 0), I(MOV_K, 3, 0, 0, 2), I(CALL_HELPER, 0, 0, 0, BPF_FUNC_tail_call),
		I(MOV_K, 0, 0, 0, 1000), EXIT_INSN));
	uint32_t index = 2;
	struct bound *bound;
	struct run run;

	program_add_map(image, map_get(map));
	slots[2] = bind(target);
	assert_int_equal(map_user_update(map, &index, &index, 0), 0);
	bound = bind(image);
	run_init(&run, bound);
	assert_int_equal(run_program(&run, bound, NULL), 42);
	assert_ptr_equal(run.bound, bound);
	map_put(map);
	image_free(image);
	exec_unbind(bound);
	exec_unbind(slots[2]);
	image_free(target);
}

static uint64_t packet_in(enum exec_mode mode, struct skb *skb, struct bpf_insn load, uint32_t index)
{
	/* In a function: outside of the packet it returns 0, and its caller goes on. */
	return RUN(mode, skb, I(MOV_X, 6, 1, 0, 0), I(MOV_K, 2, 0, 0, index), I(CALL_LOCAL, 0, 0, 0, 2),
		I(OR_K, 0, 0, 0, 0x10000000), EXIT_INSN, I(MOV_X, 6, 1, 0, 0), load, I(ADD_K, 0, 0, 0, 3), EXIT_INSN);
}

static void test_packet_loads(void **state)
{
	static const int32_t offsets[] = { 0, 1, 2, 56, 59, 60, 61, 62, 63, 64, 65, 1000, INT32_MAX, INT32_MAX - 3, -1,
		-4096, -0x100000, -0x100000 + 3, -0x100000 + 45, -0x200000, -0x200000 + 2, INT32_MIN };
	static const uint8_t sizes[] = { BPF_B, BPF_H, BPF_W };
	struct skb skb = { .data = buffer + 64, .data_end = buffer + 128, .head = buffer, .network_offset = 14 };

	fill_buffer();
	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++)
		for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
			for (int indexed = 0; indexed < 3; indexed++) {
				int32_t part = indexed == 2 ? -5 : 0;
				struct bpf_insn load = {
					.code = BPF_LD | (indexed ? BPF_IND : BPF_ABS) | sizes[s],
					.src_reg = indexed ? 2 : 0,
					.imm = indexed ? part : offsets[i],
				};
				uint32_t index = (uint32_t)offsets[i] - part;
				uint64_t expected = packet_in(EXEC_INTERPRET, &skb, load, index);
				uint64_t result = packet_in(EXEC_JIT, &skb, load, index);

				if (result != expected)
					fail_msg("size %#x, offset %d, %d: %#lx, not %#lx", sizes[s], offsets[i],
						indexed, result, expected);
			}
}

/* A load that faults gives 0 and nothing else changes. */
static void test_probes(void **state)
{
	static const enum op ops[] = { OP_PROBE_MEM_B, OP_PROBE_MEM_H, OP_PROBE_MEM_W, OP_PROBE_MEM_DW,
		OP_PROBE_MEMSX_B, OP_PROBE_MEMSX_H, OP_PROBE_MEMSX_W };

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		for (unsigned dst = 0; dst < REG_FP; dst++)
			for (unsigned src = 0; src < REG_FP; src++) {
				uint64_t values[REG_FP];
				struct bpf_insn insn = insn_of(ops[i], dst, src, 16, 0);

				for (unsigned r = 0; r < REG_FP; r++)
					values[r] = r + 100;
				assert_int_equal(run_with_registers(EXEC_JIT, values, insn),
					run_with_registers(EXEC_INTERPRET, values, insn));
				values[src] = (uintptr_t)buffer;
				assert_int_equal(run_with_registers(EXEC_JIT, values, insn),
					run_with_registers(EXEC_INTERPRET, values, insn));
				values[src] = 0xffff800000000000;
				assert_int_equal(run_with_registers(EXEC_JIT, values, insn),
					run_with_registers(EXEC_INTERPRET, values, insn));
			}
}

/* No page of this process is writable and executable, and none of the code is writable. */
static void check_mappings(void)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");
	bool found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		char permissions[5];

		assert_int_equal(sscanf(line, "%*s %4s", permissions), 1);
		assert_false(permissions[1] == 'w' && permissions[2] == 'x');
		if (strstr(line, "skep-code")) {
			found = true;
			assert_true(permissions[1] == '-' && permissions[2] == 'x');
		}
	}
	fclose(maps);
	assert_true(found);
}

#define MANY 600

static struct image *constant_program(uint32_t value, uint32_t length)
{
	struct bpf_insn insns[512];
	uint32_t n = 0;

	insns[n++] = I(MOV_K, 0, 0, 0, value);
	while (n < length % 500)
		insns[n++] = I(ADD_K, 0, 0, 0, 1);
	insns[n++] = EXIT_INSN;
	return program_image(insns, n);
}

/* Programs come and go in any order, and share pages, and never disturb each other. */
static void test_code_memory(void **state)
{
	static struct bound *bounds[MANY];
	static struct image *images[MANY];
	uint64_t seed = 7;

	for (uint32_t i = 0; i < MANY * 6; i++) {
		uint32_t k = test_random(&seed) % MANY;

		if (bounds[k]) {
			uint32_t expected = images[k]->insns[0].imm + images[k]->n_insns - 2;

			assert_int_equal(run_bound(bounds[k], NULL), expected);
			exec_unbind(bounds[k]);
			image_free(images[k]);
			bounds[k] = NULL;
		} else {
			images[k] = constant_program(k * 1000, test_random(&seed) >> 20);
			bounds[k] = bind(images[k]);
		}
	}
	check_mappings();
	pid_t child = fork(); /* which must leave the parent's code alone */

	if (child == 0) {
		for (uint32_t k = 0; k < MANY; k++)
			exec_unbind(bounds[k]);
		for (uint32_t k = 0; k < MANY; k++) {
			struct image *image = constant_program(k, 100);
			struct bound *bound;

			if (exec_bind(image, EXEC_JIT, &bound) || run_bound(bound, NULL) != k + 99)
				_exit(1);
		}
		_exit(0);
	}
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	for (uint32_t k = 0; k < MANY; k++) {
		if (!bounds[k])
			continue;
		assert_int_equal(run_bound(bounds[k], NULL), images[k]->insns[0].imm + images[k]->n_insns - 2);
		exec_unbind(bounds[k]);
		image_free(images[k]);
	}
}

/*
 * Sequences that look like what compilers make of rotates, addresses and big-endian fields, so that the patterns of the
 * local optimiser meet, half meet, and almost meet. r0 to r5 are numbers, r6 points into the buffer, r7 to r9 are
 * scratch addresses.
 */
static uint32_t random_pattern(struct bpf_insn *insns, uint32_t n, uint64_t *seed)
{
	static const uint8_t loads[] = { OP_LDX_B, OP_LDX_B, OP_LDX_H, OP_LDX_W, OP_LDX_DW };
	static const uint8_t stores[] = { OP_STX_B, OP_STX_H, OP_STX_W, OP_STX_DW };
	static const uint8_t plain[] = { OP_ADD_X, OP_SUB_X, OP_XOR_X, OP_OR_X, OP_AND_X, OP_MUL_X, OP_ADD32_X,
		OP_SUB32_X, OP_XOR32_X, OP_OR32_X, OP_AND32_X, OP_MUL32_X, OP_LSH_X, OP_RSH32_X, OP_MOV_X, OP_MOV32_X,
		OP_MOV_X };
	static const uint8_t swaps[] = { OP_BE16, OP_BE32, OP_BE64, OP_LE16, OP_LE32, OP_BSWAP16, OP_BSWAP32,
		OP_BSWAP64 };
	uint64_t random = test_random(seed);
	unsigned a = random % 6, b = (random >> 8) % 6, address = 7 + (random >> 16) % 3;
	unsigned count = (random >> 24) % 64, offset = (random >> 32) % 16;

	switch ((random >> 40) % 18) {
	case 0: /* rotates, of a copy or in place, the counts sometimes wrong by one */
		insns[n++] = insn_of(random >> 63 ? OP_MOV_X : OP_MOV32_X, a, b, 0, 0);
		if (random >> 62 & 1) {
			insns[n++] = I(LSH_K, a, 0, 0, count);
			insns[n++] = I(RSH_K, b, 0, 0, (64 - count - (random >> 61 & 1)) & 63);
			insns[n++] = I(OR_X, a, b, 0, 0);
		} else {
			insns[n++] = I(RSH32_K, a, 0, 0, count & 31);
			insns[n++] = I(LSH32_K, b, 0, 0, (32 - (count & 31)) & 31);
			insns[n++] = insn_of(random >> 60 & 1 ? OP_OR_X : OP_OR32_X, b, a, 0, 0);
		}
		break;
	case 1: /* extensions */
		count = count % 3 == 0 ? 32 : count % 3 == 1 ? 48 : 56;
		insns[n++] = I(LSH_K, a, 0, 0, count);
		insns[n++] = insn_of(random >> 63 ? OP_RSH_K : OP_ARSH_K, a, 0, 0, count);
		break;
	case 2: /* an indexed element */
		insns[n++] = I(MOV_X, address, a, 0, 0);
		insns[n++] = I(AND_K, address, 0, 0, 31);
		insns[n++] = I(LSH_K, address, 0, 0, count % 5);
		insns[n++] = I(ADD_X, address, 6, 0, 0);
		insns[n++] = I(ADD_K, address, 0, 0, offset);
		insns[n++] = insn_of(loads[offset % 5], random >> 63 ? address : b, address, count, 0);
		if (random >> 63)
			insns[n++] = I(MOV_X, b, address, 0, 0);
		break;
	case 3: /* a constant address */
		memcpy(&insns[n], (struct bpf_insn[]){ WIDE(LD_IMM64, address, (uintptr_t)buffer) }, 16);
		n += 2;
		insns[n++] = I(AND_K, a, 0, 0, 0xff);
		insns[n++] = I(ADD_X, address, a, 0, 0);
		insns[n++] = random >> 63 ? insn_of(loads[offset % 5], b, address, count, 0)
					  : insn_of(stores[offset % 4], address, b, count, 0);
		break;
	case 4: /* bytes put together */
		for (unsigned k = 0; k < 4; k++) {
			unsigned at = random >> 63 ? k : 3 - k;

			insns[n++] = insn_of(OP_LDX_B, k ? b : a, 6, offset + at + (k == 2 && random >> 59 & 1), 0);
			if (k < 3 || random >> 60 & 1)
				insns[n++] =
					insn_of(random >> 62 & 1 ? OP_LSH_K : OP_LSH32_K, k ? b : a, 0, 0, 24 - k * 8);
			if (k)
				insns[n++] = insn_of(random >> 61 & 1 ? OP_OR_X : OP_OR32_X, a, b, 0, 0);
		}
		break;
	case 5:
		insns[n++] = insn_of(loads[1 + count % 4], a, 6, offset, 0);
		insns[n++] = insn_of(swaps[(random >> 48) % ARRAY_SIZE(swaps)], a, 0, 0, 0);
		break;
	case 6:
		insns[n++] = insn_of(swaps[(random >> 48) % ARRAY_SIZE(swaps)], a, 0, 0, 0);
		insns[n++] = insn_of(stores[count % 4], 6, a, offset, 0);
		break;
	case 7: /* a load that is an operand */
		insns[n++] = insn_of(loads[3 + (count & 1)], a, 6, offset, 0);
		insns[n++] = insn_of(plain[(random >> 48) % 12], b, a, 0, 0);
		break;
	case 8: /* around one instruction or two, which must not be part of an address */
		count = 1 + count % 2;
		insns[n++] = I(JSGT_X, a, b, count, 0);
		for (; count > 0; count--)
			insns[n++] = insn_of(plain[test_random(seed) % ARRAY_SIZE(plain)], b, a, 0, 0);
		break;
	case 9:
		insns[n++] = I(MOV_K, a, 0, 0, (int32_t)(random >> 16));
		break;
	case 14: /* a test of bits around one instruction */
		insns[n++] = insn_of(random >> 63 ? OP_AND_K : OP_AND32_K, a, 0, 0, (int32_t)(1u << (count & 31)));
		insns[n++] = insn_of(random >> 62 & 1 ? (random >> 61 & 1 ? OP_JEQ_K : OP_JNE32_K)
						      : (random >> 61 & 1 ? OP_JNE_K : OP_JEQ32_K),
			a, 0, 1, 0);
		insns[n++] = I(XOR_X, b, a, 0, 0);
		if (random >> 60 & 1)
			insns[n++] = I(MOV_X, a, b, 0, 0);
		break;
	case 15: /* one of a few long constants, so that they repeat */
		memcpy(&insns[n], (struct bpf_insn[]){ WIDE(LD_IMM64, a, 0x123456789abcdef0 + (count & 1)) }, 16);
		n += 2;
		break;
	case 10: /* a spill */
		insns[n++] = insn_of(stores[2 + (count & 1)], REG_FP, a, -8 * (1 + offset % 4), 0);
		break;
	case 11:
		insns[n++] = insn_of(loads[3 + (count & 1)], a, REG_FP, -8 * (1 + offset % 4), 0);
		break;
	default:
		insns[n++] = insn_of(plain[(random >> 48) % ARRAY_SIZE(plain)], a, b, 0, 0);
	}
	return n;
}

static uint32_t pattern_program(struct bpf_insn *insns, uint64_t seed)
{
	uint64_t random = seed * 0x9e3779b97f4a7c15 + 1;
	uint32_t n = 0;

	for (unsigned r = 0; r < 6; r++) {
		memcpy(&insns[n], (struct bpf_insn[]){ WIDE(LD_IMM64, r, test_random(&random)) }, 16);
		n += 2;
	}
	memcpy(&insns[n], (struct bpf_insn[]){ WIDE(LD_IMM64, 6, (uintptr_t)buffer + 512) }, 16);
	n += 2;
	for (unsigned r = 7; r < REG_FP; r++)
		insns[n++] = I(MOV_X, r, 6, 0, 0);
	for (unsigned slot = 1; slot <= 4; slot++)
		insns[n++] = I(STX_DW, REG_FP, slot, -8 * (int)slot, 0);
	for (unsigned k = 2 + test_random(&random) % 12; k > 0; k--)
		n = random_pattern(insns, n, &random);
	for (unsigned r = 1; r < REG_FP; r++) {
		insns[n++] = I(MUL_K, 0, 0, 0, 31);
		insns[n++] = I(ADD_X, 0, r, 0, 0);
	}
	insns[n++] = EXIT_INSN;
	return n;
}

static void test_patterns(void **state)
{
	static uint8_t after[4096];
	struct bpf_insn insns[512];

	for (uint64_t seed = 0; seed < pattern_programs; seed++) {
		uint32_t n = pattern_program(insns, pattern_first + seed);

		fill_buffer();
		uint64_t expected = run_insns(EXEC_INTERPRET, NULL, insns, n);

		memcpy(after, buffer, sizeof(after));
		fill_buffer();
		uint64_t result = run_insns(EXEC_JIT, NULL, insns, n);

		if (result != expected || memcmp(after, buffer, sizeof(after)))
			fail_msg("program %lu: %#lx, not %#lx", pattern_first + seed, result, expected);
	}
}

/* n / d for every kind of n that is next to a boundary, and many divisors. */
static void check_reciprocal(uint64_t divisor, unsigned bits, uint64_t random)
{
	struct reciprocal reciprocal = reciprocal_of(divisor, bits);
	uint64_t max = bits == 64 ? UINT64_MAX : UINT32_MAX, multiple = max / divisor * divisor;
	uint64_t values[] = { 0, 1, divisor - 1, divisor, divisor + 1, max, max - 1, multiple, multiple - 1,
		random & max, random % (max / divisor) * divisor, random % (max / divisor) * divisor + divisor - 1 };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		__extension__ unsigned __int128 product =
			(unsigned __int128)(values[i] >> reciprocal.before) * reciprocal.multiplier;
		uint64_t high = (uint64_t)(product >> bits), result = high >> reciprocal.after;

		if (reciprocal.add)
			result = ((((values[i] - high) & max) >> 1) + high) >> reciprocal.after;
		if (result != values[i] / divisor)
			fail_msg("%lu / %lu of %u bits: %lu", values[i], divisor, bits, result);
	}
}

static void test_reciprocals(void **state)
{
	uint64_t seed = 3;

	for (uint32_t i = 0; i < 200000; i++) {
		unsigned bits = i & 1 ? 32 : 64;
		uint64_t divisor = i < 20000 ? i / 2 + 3 : test_random(&seed) >> (i % 60);

		divisor = bits == 32 ? (divisor & INT32_MAX) : divisor >> 1;
		if (divisor < 3 || !(divisor & (divisor - 1)))
			continue;
		check_reciprocal(divisor, bits, test_random(&seed));
	}
}

/* Division by constants through the JIT, at boundaries. */
static void test_constant_division(void **state)
{
	static const int32_t divisors[] = { 1, 2, 3, 5, 6, 7, 9, 10, 11, 12, 14, 25, 28, 100, 125, 255, 256, 641, 1000,
		1023, 65536, 1000000, 0x7ffffffe, INT32_MAX, INT32_MIN, -2, -3, -10 };
	static const enum op ops[] = { OP_DIV_K, OP_MOD_K, OP_DIV32_K, OP_MOD32_K };
	uint64_t seed = 5;

	for (size_t o = 0; o < ARRAY_SIZE(ops); o++)
		for (size_t d = 0; d < ARRAY_SIZE(divisors); d++) {
			struct bpf_insn insn = insn_of(ops[o], test_random(&seed) % REG_FP, 0, 0, divisors[d]);
			struct bpf_insn insns[] = { I(MOV_X, 6, 1, 0, 0), I(MOV_X, 3, 1, 0, 0),
				I(MOV_X, insn.dst_reg, 6, 0, 0), insn, I(MOV_X, 0, insn.dst_reg, 0, 0),
				I(XOR_X, 0, 3, 0, 0), EXIT_INSN };
			struct image *image = program_image(insns, ARRAY_SIZE(insns));
			struct bound *bound = bind(image);

			for (uint32_t i = 0; i < 500; i++) {
				uint64_t n = test_random(&seed) >> (i % 64), expected;

				if (i & 1)
					n = n / divisors[d] * divisors[d] - (i >> 1 & 1);
				assert_true(eval_alu(ops[o], &insn, n, 0, &expected));
				expected ^= insn.dst_reg == 3 ? expected : n;
				if (run_bound(bound, (void *)(uintptr_t)n) != expected)
					fail_msg("%s r%u, %d of %lu", op_name(ops[o]), insn.dst_reg, divisors[d], n);
			}
			exec_unbind(bound);
			image_free(image);
		}
}

/*
 * A map whose lookup is the test's own: a way to be called by a program in the middle of a function of it.
 */
static void *called_address[64];
static int called_depth;

__attribute__((noinline)) void jit_test_stop(void);
__attribute__((noinline)) void jit_test_stop(void)
{
	called_depth = backtrace(called_address, ARRAY_SIZE(called_address));
}

static void *stopping_lookup(struct map *map, const void *key)
{
	jit_test_stop();
	return NULL;
}

static const struct map_ops stopping_ops = { .lookup = stopping_lookup };

/* outer saves registers and has a stack; inner, which it calls, too, and calls the helper. */
static struct image *calling_program(struct map *map)
{
	struct image *image = program_image(INSNS(I(MOV_K, 6, 0, 0, 6), I(MOV_K, 9, 0, 0, 9),
		I(STX_DW, REG_FP, 9, -8, 0), I(CALL_LOCAL, 0, 0, 0, 3), I(MOV_X, 0, 6, 0, 0), I(ADD_X, 0, 9, 0, 0),
		EXIT_INSN, I(MOV_K, 7, 0, 0, 7), I(MOV_K, 8, 0, 0, 8), I(STX_W, REG_FP, 7, -4, 0),
		I(MOV_X, 2, REG_FP, 0, 0), I(ADD_K, 2, 0, 0, -4), WIDE(LD_MAP_IDX, 1, 0),
		I(CALL_HELPER, 0, 0, 0, BPF_FUNC_map_lookup_elem), I(MOV_X, 0, 7, 0, 0), I(ADD_X, 0, 8, 0, 0),
		EXIT_INSN));

	image->subprogs[0].name = strdup("outer");
	image->subprogs[1].name = strdup("in ner"); /* which becomes one word */
	image->maps = calloc(1, sizeof(*image->maps));
	image->maps[0] = map;
	image->n_maps = 1;
	return image;
}

static uint64_t run_calling_program(uint32_t *ret_size, const void **ret_code)
{
	static struct map map = { .ops = &stopping_ops, .key_size = 4, .references = 1000 };
	struct image *image = calling_program(&map);
	struct bound *bound = bind(image);
	uint64_t result = run_bound(bound, NULL);

	*ret_code = exec_code(bound, ret_size);
	exec_unbind(bound);
	image_free(image);
	return result;
}

/* backtrace(3) in a helper sees both functions of the program, and what called it. */
static void test_backtrace(void **state)
{
	const uint8_t *code;
	uint32_t size;
	int inside = 0, last = 0;

	called_depth = backtrace(called_address, 1); /* loads the unwinder */
	assert_int_equal(run_calling_program(&size, (const void **)&code), 15);
	for (int i = 0; i < called_depth; i++)
		if ((uint8_t *)called_address[i] >= code && (uint8_t *)called_address[i] < code + size) {
			inside++;
			last = i;
		}
	assert_int_equal(inside, 2);
	assert_true(called_depth > last + 3); /* run_bound, run_calling_program, test_backtrace, ... */
}

static void test_perf_map(void **state)
{
	char path[64], line[256];
	const void *code;
	uint32_t size;
	unsigned found = 0;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	setenv("SKEP_PERF_MAP", "1", 1);
	run_calling_program(&size, &code);
	unsetenv("SKEP_PERF_MAP");
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	unlink(path);
	while (fgets(line, sizeof(line), file)) {
		unsigned long start;
		unsigned length;
		char name[128];

		assert_int_equal(sscanf(line, "%lx %x %127s", &start, &length, name), 3);
		found += !strcmp(name, "bpf_prog_0000000000000000_outer") && start == (uintptr_t)code;
		found += !strcmp(name, "bpf_prog_0000000000000000_in_ner") && start + length == (uintptr_t)code + size;
	}
	fclose(file);
	assert_int_equal(found, 2);
}

/* What a verifier would never let through is refused, not compiled. */
static void test_refused(void **state)
{
	const struct bpf_insn programs[][3] = {
		{ I(MOV_K, 0, 0, 0, 0), I(MOV_K, 0, 0, 0, 0), I(MOV_K, 0, 0, 0, 0) }, /* runs off its end */
		{ I(JA, 0, 0, 5, 0), EXIT_INSN, EXIT_INSN }, /* jumps out */
		{ I(JA, 0, 0, -2, 0), EXIT_INSN, EXIT_INSN },
		{ I(JA, 0, 0, 1, 0), WIDE(LD_IMM64, 0, 0) }, /* into a wide load, which ends the program */
		{ I(CALL_HELPER, 0, 0, 0, 100000), EXIT_INSN, EXIT_INSN },
		{ { .code = 0xff }, EXIT_INSN, EXIT_INSN },
		{ { .code = BPF_ALU64 | BPF_MOV | BPF_X, .src_reg = 15 }, EXIT_INSN, EXIT_INSN },
		{ { .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 11 }, EXIT_INSN, EXIT_INSN },
		{ I(MOV_PERCPU_ADDR, 0, 1, 0, 0), EXIT_INSN, EXIT_INSN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct image *image = program_image(programs[i], 3);
		struct bound *bound;
		int err = exec_bind(image, EXEC_JIT, &bound);

		if (err != -EINVAL && err != -ENOTSUP)
			fail_msg("program %zu: %d", i, err);
		image_free(image);
	}
}

/* With --stop: runs a program that calls jit_test_stop(), where a debugger may look around. */
int main(int argc, char **argv)
{
	const void *code;
	uint32_t size;

	if (argc == 2 && !strcmp(argv[1], "--stop"))
		return run_calling_program(&size, &code) == 15 ? 0 : 1;
	if (argc == 4 && !strcmp(argv[1], "--patterns")) {
		const struct CMUnitTest patterns[] = { cmocka_unit_test(test_patterns) };

		pattern_programs = strtoull(argv[2], NULL, 0);
		pattern_first = strtoull(argv[3], NULL, 0);
		return cmocka_run_group_tests(patterns, NULL, NULL);
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_registers_kept),
		cmocka_unit_test(test_older_processors),
		cmocka_unit_test(test_distances),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_local_calls),
		cmocka_unit_test(test_callbacks),
		cmocka_unit_test(test_may_goto),
		cmocka_unit_test(test_tail_calls),
		cmocka_unit_test(test_tail_call_in_function),
		cmocka_unit_test(test_packet_loads),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_code_memory),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_reciprocals),
		cmocka_unit_test(test_constant_division),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_backtrace),
		cmocka_unit_test(test_perf_map),
	};

	if (!program_mode_exists(EXEC_JIT)) {
		print_message("no JIT on this machine\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
