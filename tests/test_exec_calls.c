/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls between functions, callbacks, tail calls, and the limits of a run. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/macros.h"
#include "exec_modes.h"
#include "maps/map.h"

/* r0 = 1..5 as digits; the callee changes all that it may. */
static void callee_saved(void **state)
{
	uint64_t result = RUN(mode_of(state), NULL, NULL, I(MOV_K, 1, 0, 0, 1), I(MOV_K, 2, 0, 0, 2),
		I(MOV_K, 3, 0, 0, 3), I(MOV_K, 4, 0, 0, 4), I(MOV_K, 5, 0, 0, 5), I(MOV_K, 6, 0, 0, 60000),
		I(MOV_K, 7, 0, 0, 700000), I(MOV_K, 8, 0, 0, 8000000), I(MOV_K, 9, 0, 0, 90000000),
		I(ST_DW, 10, 0, -8, 1000000000), I(CALL_LOCAL, 0, 0, 0, 7), I(ADD_X, 0, 6, 0, 0), I(ADD_X, 0, 7, 0, 0),
		I(ADD_X, 0, 8, 0, 0), I(ADD_X, 0, 9, 0, 0), I(LDX_DW, 1, 10, -8, 0), I(ADD_X, 0, 1, 0, 0), EXIT_INSN,
		/* 18: */
		I(MOV_K, 0, 0, 0, 0), I(ADD_X, 0, 1, 0, 0), I(MUL_K, 0, 0, 0, 10), I(ADD_X, 0, 2, 0, 0),
		I(MUL_K, 0, 0, 0, 10), I(ADD_X, 0, 3, 0, 0), I(MUL_K, 0, 0, 0, 10), I(ADD_X, 0, 4, 0, 0),
		I(ADD_X, 0, 5, 0, 0), I(MOV_K, 6, 0, 0, 1), I(MOV_K, 7, 0, 0, 1), I(MOV_K, 8, 0, 0, 1),
		I(MOV_K, 9, 0, 0, 1), I(ST_DW, 10, 0, -8, 1), EXIT_INSN);

	assert_int_equal(result, 1098760000 + 1239);
}

/* A chain of functions of which each calls the next: depth functions deep, the main program included. */
static uint64_t run_chain(enum exec_mode mode, unsigned depth, struct run *run)
{
	struct bpf_insn insns[5 * 16];
	uint32_t n = 0;

	for (unsigned i = 1; i <= depth; i++) {
		insns[n++] = I(ST_DW, 10, 0, -512, (int)i);
		insns[n++] = i < depth ? I(CALL_LOCAL, 0, 0, 0, 3) : I(MOV_K, 0, 0, 0, 0);
		insns[n++] = I(LDX_DW, 1, 10, -512, 0);
		insns[n++] = I(ADD_X, 0, 1, 0, 0);
		insns[n++] = EXIT_INSN;
	}
	return run_insns(mode, insns, n, NULL, run);
}

static void frames(void **state)
{
	assert_int_equal(run_chain(mode_of(state), 1, NULL), 1);
	assert_int_equal(run_chain(mode_of(state), 8, NULL), 36);
}

/* The interpreter does not trust the verifier with its own stack. */
static void frame_too_many(void **state)
{
	struct run run;

	if (mode_of(state) != EXEC_INTERPRET)
		skip();
	run = (struct run){ .budget = UINT64_MAX };
	assert_int_equal(run_chain(EXEC_INTERPRET, 9, &run), 0);
	assert_int_equal(run.error, -EFAULT);
}

/* LD_FUNC gives what run->call calls; here the test is the helper. */
static void callbacks(void **state)
{
	const struct bpf_insn insns[] = { WIDE(LD_FUNC, 0, 2), EXIT_INSN,
		/* 3: 10 r1 + r2 + 100 r5, and what it keeps in callee-saved registers does not get out */
		I(MOV_X, 6, 1, 0, 0), I(MUL_K, 6, 0, 0, 10), I(ADD_X, 6, 2, 0, 0), I(MUL_K, 5, 0, 0, 100),
		I(ADD_X, 6, 5, 0, 0), I(STX_DW, 10, 6, -8, 0), I(LDX_DW, 0, 10, -8, 0), EXIT_INSN };
	struct image *image = program_image(insns, ARRAY_SIZE(insns));
	struct bound *bound;
	struct run run;

	assert_int_equal(exec_bind(image, mode_of(state), &bound), 0);
	run_init(&run, bound);
	uint64_t callback = run_program(&run, bound, NULL);

	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(run.call(&run, callback, i, 7, 0, 0, 3), 10 * i + 307);
	assert_ptr_equal(run.bound, bound);
	exec_unbind(bound);
	image_free(image);
}

/* Objects of program arrays that are the pointers themselves: the value is an index into the table here. */
static struct bound *programs[4];

static int get_program(void *argument, struct map *map, const void *value, void **ret_object, uint32_t *ret_id)
{
	uint32_t index = *(const uint32_t *)value;

	*ret_object = programs[index];
	*ret_id = index + 1;
	return 0;
}

static int find_program(void *argument, struct map *map, uint32_t id, void **ret_object)
{
	*ret_object = programs[id - 1];
	return 0;
}

static void put_program(void *argument, struct map *map, void *object)
{
}

static const struct map_objects objects = { .get = get_program, .find = find_program, .put = put_program };

static struct map *program_array(void)
{
	struct map_attr attr = { .type = BPF_MAP_TYPE_PROG_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 4 };
	struct map *map;

	assert_int_equal(map_new(&attr, &map), 0);
	map->objects = &objects;
	return map;
}

static void set_slot(struct map *map, uint32_t slot, uint32_t program)
{
	assert_int_equal(map_user_update(map, &slot, &program, BPF_ANY), 0);
}

static struct bound *bind_with_map(enum exec_mode mode, const struct bpf_insn *insns, uint32_t n, struct map *map)
{
	struct image *image = program_image(insns, n);
	struct bound *bound;

	program_add_map(image, map_get(map));
	assert_int_equal(exec_bind(image, mode, &bound), 0);
	return bound;
}

static void unbind(struct bound *bound)
{
	struct image *image = (struct image *)bound->image;

	exec_unbind(bound);
	image_free(image);
}

static uint64_t run_bound(struct bound *bound, void *context)
{
	struct run run;

	run_init(&run, bound);
	return run_program(&run, bound, context);
}

#define TAIL_CALL(slot) WIDE(LD_MAP_IDX, 2, 0), I(MOV_K, 3, 0, 0, slot), I(CALL_HELPER, 0, 0, 0, BPF_FUNC_tail_call)

/* Counts in the context how often it runs, and calls itself until that is refused: 1 run and 33 calls. */
static void tail_call_limit(void **state)
{
	const struct bpf_insn insns[] = { I(LDX_DW, 2, 1, 0, 0), I(ADD_K, 2, 0, 0, 1), I(STX_DW, 1, 2, 0, 0),
		I(MOV_X, 6, 1, 0, 0), TAIL_CALL(1), I(LDX_DW, 0, 6, 0, 0), EXIT_INSN };
	struct map *map = program_array();
	uint64_t count = 0;

	programs[0] = bind_with_map(mode_of(state), insns, ARRAY_SIZE(insns), map);
	assert_int_equal(run_bound(programs[0], &count), 1); /* the slot is empty: it goes on */
	set_slot(map, 1, 0);
	for (unsigned i = 0; i < 3; i++) {
		count = 0;
		assert_int_equal(run_bound(programs[0], &count), 34);
	}
	unbind(programs[0]);
	map_put(map);
}

/* An index outside, and one whose upper half is not 0: 32 bits count, as in the kernel. */
static void tail_call_index(void **state)
{
	const struct bpf_insn caller[] = { I(MOV_X, 6, 1, 0, 0), I(LDX_DW, 3, 1, 0, 0), WIDE(LD_MAP_IDX, 2, 0),
		I(CALL_HELPER, 0, 0, 0, BPF_FUNC_tail_call), I(MOV_K, 0, 0, 0, 1), EXIT_INSN };
	const struct bpf_insn target[] = { I(LDX_DW, 0, 1, 8, 0), EXIT_INSN };
	static const uint64_t indices[] = { 2, 0x100000002, 0, 4, 0xffffffff, 0x100000004, UINT64_MAX };
	struct map *map = program_array();

	programs[0] = bind_with_map(mode_of(state), caller, ARRAY_SIZE(caller), map);
	programs[1] = bind_with_map(mode_of(state), target, ARRAY_SIZE(target), map);
	set_slot(map, 2, 1);
	for (unsigned i = 0; i < ARRAY_SIZE(indices); i++) {
		uint64_t context[] = { indices[i], 77 };

		assert_int_equal(run_bound(programs[0], context), i < 2 ? 77 : 1);
	}
	unbind(programs[0]);
	unbind(programs[1]);
	map_put(map);
}

/* A tail call of a subprogram ends that alone: its caller goes on, with its registers and its own callbacks. */
static void tail_call_of_subprogram(void **state)
{
	const struct bpf_insn caller[] = { I(MOV_K, 6, 0, 0, 1000), I(CALL_LOCAL, 0, 0, 0, 2), I(ADD_X, 0, 6, 0, 0),
		EXIT_INSN,
		/* 4: */ I(MOV_K, 6, 0, 0, 5), TAIL_CALL(0), I(MOV_K, 0, 0, 0, 1), EXIT_INSN };
	const struct bpf_insn target[] = { I(MOV_K, 6, 0, 0, 6), I(MOV_K, 0, 0, 0, 77), EXIT_INSN };

	/* Programs of both modes call each other. */
	for (unsigned other = 0; other < 2; other++) {
		enum exec_mode mode = other ? mode_of(state) : EXEC_INTERPRET;
		struct map *map = program_array();
		struct run run;

		programs[0] = bind_with_map(mode_of(state), caller, ARRAY_SIZE(caller), map);
		programs[1] = bind_with_map(mode, target, ARRAY_SIZE(target), map);
		run_init(&run, programs[0]);
		assert_int_equal(run_program(&run, programs[0], NULL), 1001);
		set_slot(map, 0, 1);
		assert_int_equal(run_program(&run, programs[0], NULL), 1077);
		assert_ptr_equal(run.bound, programs[0]);
		unbind(programs[0]);
		unbind(programs[1]);
		map_put(map);
	}
}

/* The budget ends a loop that would not end. */
static void budget(void **state)
{
	struct run run = { .budget = 1000000 };

	if (mode_of(state) != EXEC_INTERPRET)
		skip();
	assert_int_equal(RUN(EXEC_INTERPRET, NULL, &run, I(MOV_K, 0, 0, 0, 1), I(ADD_K, 1, 0, 0, 1), I(JA, 0, 0, -2, 0),
				 EXIT_INSN),
		0);
	assert_int_equal(run.error, -ELOOP);
	run = (struct run){ .budget = 1000000 };
	assert_int_equal(RUN(EXEC_INTERPRET, NULL, &run, I(JEQ_X, 1, 1, -1, 0), EXIT_INSN), 0);
	assert_int_equal(run.error, -ELOOP);
	run = (struct run){ .budget = 1000000 };
	assert_int_equal(RUN(EXEC_INTERPRET, NULL, &run, I(JA32, 0, 0, 0, -1), EXIT_INSN), 0);
	assert_int_equal(run.error, -ELOOP);
	/* A thousand rounds of three instructions fit into ten thousand and not into two thousand. */
	run = (struct run){ .budget = 10000 };
	assert_int_equal(RUN(EXEC_INTERPRET, NULL, &run, I(MOV_K, 0, 0, 0, 1000), I(ADD_K, 0, 0, 0, -1),
				 I(MOV_K, 1, 0, 0, 0), I(JNE_K, 0, 0, -3, 0), EXIT_INSN),
		0);
	assert_int_equal(run.error, 0);
	run = (struct run){ .budget = 2000 };
	RUN(EXEC_INTERPRET, NULL, &run, I(MOV_K, 0, 0, 0, 1000), I(ADD_K, 0, 0, 0, -1), I(MOV_K, 1, 0, 0, 0),
		I(JNE_K, 0, 0, -3, 0), EXIT_INSN);
	assert_int_equal(run.error, -ELOOP);
}

/* 8388608 iterations in each call of a function. */
static void may_goto_limit(void **state)
{
	assert_int_equal(RUN(mode_of(state), NULL, NULL, I(MOV_K, 0, 0, 0, 0), I(MAY_GOTO, 0, 0, 2, 0),
				 I(ADD_K, 0, 0, 0, 1), I(JA, 0, 0, -3, 0), EXIT_INSN),
		8388608);
	assert_int_equal(RUN(mode_of(state), NULL, NULL, I(MOV_K, 6, 0, 0, 0), I(MAY_GOTO, 0, 0, 3, 0),
				 I(ADD_K, 6, 0, 0, 1), I(JLT_K, 6, 0, -3, 100), I(JA, 0, 0, 0, 0),
				 I(CALL_LOCAL, 0, 0, 0, 2), I(ADD_X, 0, 6, 0, 0), EXIT_INSN,
				 /* 8: */ I(MOV_K, 0, 0, 0, 0), I(MAY_GOTO, 0, 0, 2, 0), I(ADD_K, 0, 0, 0, 1),
				 I(JA, 0, 0, -3, 0), EXIT_INSN),
		8388608 + 100);
}

/* Images that no verifier makes are refused and not run. */
static void refused(void **state)
{
	enum exec_mode mode = mode_of(state);

	assert_int_not_equal(BIND(mode, { .code = 0x06, .off = 1 }, EXIT_INSN), 0); /* no such instruction */
	assert_int_not_equal(BIND(mode, { .code = 0xff }, EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(MOV_X, 11, 0, 0, 0), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(MOV_X, 0, 12, 0, 0), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(CALLX, 0, 0, 0, 0), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(JA, 0, 0, 1, 0), EXIT_INSN), 0); /* behind the end */
	assert_int_not_equal(BIND(mode, I(JA, 0, 0, -2, 0), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(JEQ_K, 0, 0, INT16_MAX, 0), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(JA32, 0, 0, 0, INT32_MAX), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(JA32, 0, 0, 0, INT32_MIN), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(CALL_LOCAL, 0, 0, 0, INT32_MAX), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(CALL_LOCAL, 0, 0, 0, -3), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(JA, 0, 0, 1, 0), WIDE(LD_IMM64, 0, 5), EXIT_INSN), 0); /* into the middle */
	assert_int_not_equal(BIND(mode, WIDE(LD_MAP_IDX, 1, 0), EXIT_INSN), 0); /* there is no map */
	assert_int_not_equal(BIND(mode, WIDE(LD_MAP_FD, 1, 0), EXIT_INSN), 0);
	assert_int_not_equal(BIND(mode, I(LD_IMM64, 0, 0, 0, 0)), 0); /* half a load */
	assert_int_equal(BIND(mode, I(CALL_HELPER, 0, 0, 0, 1000000), EXIT_INSN), -EINVAL);
	assert_int_equal(BIND(mode, I(CALL_KFUNC, 0, 0, 0, 5), EXIT_INSN), -EINVAL);
	assert_int_equal(BIND(mode, I(MOV_K, 0, 0, 0, 0), EXIT_INSN), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(callee_saved),
		cmocka_unit_test(frames),
		cmocka_unit_test(frame_too_many),
		cmocka_unit_test(callbacks),
		cmocka_unit_test(tail_call_limit),
		cmocka_unit_test(tail_call_index),
		cmocka_unit_test(tail_call_of_subprogram),
		cmocka_unit_test(budget),
		cmocka_unit_test(may_goto_limit),
		cmocka_unit_test(refused),
	};

	return run_in_modes(tests, ARRAY_SIZE(tests));
}
