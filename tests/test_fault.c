/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses that fault: what is copied, what the application's own handler still sees, many threads at once. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/fault.h"
#include "base/macros.h"

/* cmocka has handlers of its own around each test. */
static void take_signals(void)
{
	assert_int_equal(fault_install(), 0);
}

/* One page that can be read, with one on each side that cannot. */
struct fence {
	uint8_t *page;
	size_t size;
};

static struct fence fence_new(int around)
{
	struct fence fence = { .size = (size_t)sysconf(_SC_PAGESIZE) };
	uint8_t *memory = mmap(NULL, 3 * fence.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	fence.page = memory + fence.size;
	for (size_t i = 0; i < fence.size; i++)
		fence.page[i] = (uint8_t)(i * 7 + 1);
	if (around == -1) {
		munmap(memory, fence.size);
		munmap(fence.page + fence.size, fence.size);
	} else {
		mprotect(memory, fence.size, around);
		mprotect(fence.page + fence.size, fence.size, around);
	}
	return fence;
}

static void fence_free(struct fence *fence)
{
	munmap(fence->page - fence->size, 3 * fence->size);
}

/* Every distance to the end of the page, every size: all before the bad byte is copied and nothing behind. */
static void check_ends(int around)
{
	struct fence fence = fence_new(around);
	uint8_t buffer[64];

	for (size_t before = 0; before <= 40; before++)
		for (size_t n = 0; n <= 48; n++) {
			const uint8_t *from = fence.page + fence.size - before;
			size_t copied = MIN(n, before);

			memset(buffer, 0xee, sizeof(buffer));
			assert_int_equal(fault_copy_from(buffer, from, n), n - copied);
			assert_memory_equal(buffer, from, copied);
			for (size_t i = copied; i < sizeof(buffer); i++)
				assert_int_equal(buffer[i], 0xee);
		}
	assert_int_equal(fault_copy_from(buffer, fence.page - 1, 8), 8);
	assert_int_equal(fault_copy_from(buffer, fence.page, 64), 0);
	fence_free(&fence);
}

static void unmapped(void **state)
{
	take_signals();
	check_ends(-1);
}

static void not_readable(void **state)
{
	take_signals();
	check_ends(PROT_NONE);
}

/* Addresses that are no user addresses at all, or not even canonical. */
static void wild_addresses(void **state)
{
	take_signals();
	static const uintptr_t wild[] = { 0, 1, 0x7fff, 0x800000000000, 0xdeadbeefdeadbeef, 0xffffffff80000000,
		UINTPTR_MAX - 63, UINTPTR_MAX };
	uint8_t buffer[16];
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		assert_int_equal(fault_copy_from(buffer, (const void *)wild[i], sizeof(buffer)), sizeof(buffer));
		assert_int_equal(fault_copy_to((void *)wild[i], buffer, sizeof(buffer)), sizeof(buffer));
		for (unsigned size = 1; size <= 8; size *= 2) {
			value = 42;
			assert_false(fault_load((const void *)wild[i], size, &value));
			assert_int_equal(value, 0);
		}
	}
}

static void copies_to(void **state)
{
	take_signals();
	struct fence fence = fence_new(PROT_READ);
	uint8_t buffer[64];

	memset(buffer, 0x5a, sizeof(buffer));
	for (size_t before = 0; before <= 40; before++)
		for (size_t n = 0; n <= 48; n++) {
			uint8_t *to = fence.page + fence.size - before;
			size_t copied = MIN(n, before);

			memset(fence.page, 0, fence.size);
			assert_int_equal(fault_copy_to(to, buffer, n), n - copied);
			assert_memory_equal(to, buffer, copied);
			for (size_t i = copied; i < before; i++)
				assert_int_equal(to[i], 0);
		}
	fence_free(&fence);
}

static void loads(void **state)
{
	take_signals();
	struct fence fence = fence_new(PROT_NONE);

	for (unsigned size = 1; size <= 8; size *= 2)
		for (unsigned before = 0; before <= 8; before++) {
			const uint8_t *from = fence.page + fence.size - before;
			uint64_t value = 42, expected = 0;

			if (size <= before)
				memcpy(&expected, from, size);
			assert_int_equal(fault_load(from, size, &value), size <= before);
			assert_int_equal(value, expected);
		}
	fence_free(&fence);
}

/* A file that became shorter than its mapping: SIGBUS. */
static void bus_error(void **state)
{
	take_signals();
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	int fd = memfd_create("fault", MFD_CLOEXEC);
	uint64_t value;

	assert_true(fd >= 0 && !ftruncate(fd, (off_t)size));
	uint8_t *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	assert_true(memory != MAP_FAILED);
	assert_true(fault_load(memory, 4, &value));
	assert_return_code(ftruncate(fd, 0), errno);
	assert_false(fault_load(memory, 4, &value));
	munmap(memory, size);
	close(fd);
}

#define THREADS 8
#define ROUNDS 2000

static void *fault_often(void *argument)
{
	struct fence *fence = argument;
	uint8_t buffer[16];
	uintptr_t wrong = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		wrong += fault_copy_from(buffer, fence->page + fence->size - i % 16, 16) != 16 - i % 16;
		wrong += memcmp(buffer, fence->page + fence->size - i % 16, i % 16) != 0;
	}
	return (void *)wrong;
}

/* Ranges that come and go while others fault. */
static void *change_ranges(void *argument)
{
	static const struct fault_fixup fixups[] = { { 0, 4, FAULT_NO_REG }, { 8, 12, 0 } };
	uint8_t *code = argument;
	uintptr_t wrong = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct fault_range *first, *second;

		wrong += fault_range_add(code + 64, 64, fixups, ARRAY_SIZE(fixups), &first) != 0;
		wrong += fault_range_add(code, 64, fixups, ARRAY_SIZE(fixups), &second) != 0;
		fault_range_remove(first);
		fault_range_remove(second);
	}
	return (void *)wrong;
}

static void many_threads(void **state)
{
	take_signals();
	struct fence fence = fence_new(PROT_NONE);
	static uint8_t code[128];
	pthread_t threads[THREADS];
	void *wrong;

	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, i ? fault_often : change_ranges, i ? (void *)&fence : code),
			0);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	fence_free(&fence);
}

static void wrong_ranges(void **state)
{
	static uint8_t code[64];
	static const struct fault_fixup outside[] = { { 64, 0, 0 } }, resumes_outside[] = { { 0, 64, 0 } },
					backward[] = { { 8, 12, 0 }, { 0, 4, 0 } }, fine[] = { { 0, 4, 0 } };
	struct fault_range *range, *other;

	assert_int_equal(fault_range_add(code, 64, outside, 1, &range), -EINVAL);
	assert_int_equal(fault_range_add(code, 64, resumes_outside, 1, &range), -EINVAL);
	assert_int_equal(fault_range_add(code, 64, backward, 2, &range), -EINVAL);
	assert_int_equal(fault_range_add(code, 0, NULL, 0, &range), -EINVAL);
	assert_int_equal(fault_range_add(code + 16, 32, fine, 1, &range), 0);
	assert_int_equal(fault_range_add(code, 64, fine, 1, &other), -EINVAL);
	assert_int_equal(fault_range_add(code, 17, fine, 1, &other), -EINVAL);
	assert_int_equal(fault_range_add(code + 47, 8, fine, 1, &other), -EINVAL);
	assert_int_equal(fault_range_add(code, 16, fine, 1, &other), 0);
	fault_range_remove(other);
	assert_int_equal(fault_range_add(code + 48, 16, fine, 1, &other), 0);
	fault_range_remove(other);
	fault_range_remove(range);
	fault_range_remove(NULL);
}

#ifdef __x86_64__
/* mov rax, [rdi]; ret; mov eax, 7; ret: made code whose load faults goes on where its fixup says. */
static void made_code(void **state)
{
	take_signals();
	static const uint8_t bytes[] = { 0x48, 0x8b, 0x07, 0xc3, 0xb8, 7, 0, 0, 0, 0xc3 };
	static const struct fault_fixup to_return[] = { { 0, 3, 0 } }, to_seven[] = { { 0, 4, FAULT_NO_REG } };
	uint8_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t (*load)(const uint64_t *) = (uint64_t(*)(const uint64_t *))code;
	struct fault_range *range;
	uint64_t value = 12345;

	assert_true(code != MAP_FAILED);
	memcpy(code, bytes, sizeof(bytes));
	assert_return_code(mprotect(code, 4096, PROT_READ | PROT_EXEC), errno);
	assert_int_equal(fault_range_add(code, sizeof(bytes), to_return, 1, &range), 0);
	assert_int_equal(load(&value), 12345);
	assert_int_equal(load((const uint64_t *)8), 0);
	fault_range_remove(range);
	assert_int_equal(fault_range_add(code, sizeof(bytes), to_seven, 1, &range), 0);
	assert_int_equal(load((const uint64_t *)8), 7);
	fault_range_remove(range);
	munmap(code, 4096);
}
#endif

/* What an application does with its own faults, in a child that has a handler before skep installs its own. */
static sigjmp_buf back;
static volatile sig_atomic_t own_faults;

static void own_handler(int signal, siginfo_t *info, void *context)
{
	own_faults += info->si_addr == (void *)16;
	siglongjmp(back, 1);
}

/* volatile, so that the compiler does not see the address. */
static uintptr_t volatile bad_address = 16;

static void read_bad_address(void)
{
	*(volatile int *)bad_address;
}

static int child_with_handler(void)
{
	struct sigaction action = { .sa_sigaction = own_handler, .sa_flags = SA_SIGINFO };
	uint64_t value;

	sigaction(SIGSEGV, &action, NULL);
	if (fault_load((const void *)bad_address, 8, &value) || own_faults)
		return 1;
	if (!sigsetjmp(back, 1))
		read_bad_address();
	return own_faults == 1 && !fault_load((const void *)bad_address, 8, &value) ? 0 : 2;
}

static int child_without_handler(void)
{
	uint64_t value;

	signal(SIGSEGV, SIG_DFL);
	if (fault_load((const void *)bad_address, 8, &value))
		return 1;
	read_bad_address();
	return 2;
}

/* A signal that somebody sent is no fault. */
static int child_sent(void)
{
	uint64_t value;

	signal(SIGSEGV, SIG_DFL);
	fault_load((const void *)bad_address, 8, &value);
	kill(getpid(), SIGSEGV);
	return 2;
}

static int child_ignores(void)
{
	uint64_t value;

	signal(SIGSEGV, SIG_IGN);
	fault_load((const void *)bad_address, 8, &value);
	kill(getpid(), SIGSEGV);
	return 0;
}

/* How a child ends. Before anything here installs the handler in this process. */
static int status_of(int (*child)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void own_handlers(void **state)
{
	int status = status_of(child_with_handler);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(WTERMSIG(status_of(child_without_handler)), SIGSEGV);
	assert_int_equal(WTERMSIG(status_of(child_sent)), SIGSEGV);
	status = status_of(child_ignores);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_handlers), /* first: the handler is not installed yet */
		cmocka_unit_test(unmapped),
		cmocka_unit_test(not_readable),
		cmocka_unit_test(wild_addresses),
		cmocka_unit_test(copies_to),
		cmocka_unit_test(loads),
		cmocka_unit_test(bus_error),
		cmocka_unit_test(many_threads),
		cmocka_unit_test(wrong_ranges),
#ifdef __x86_64__
		cmocka_unit_test(made_code),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
