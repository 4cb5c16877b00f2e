/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual CPUs and robust locks: exclusive, nested, given back by the dead. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cpus.h"
#include "base/vcpu.h"

enum {
	THREADS = 8,
	ROUNDS = 20000,
};

static uint64_t counters[4096]; /* one a CPU, incremented without any lock */

static void *count(void *argument)
{
	const struct vcpus *vcpus = vcpus_own();
	struct vcpu_lease outer, inner;

	for (int i = 0; i < ROUNDS; i++) {
		vcpu_enter(vcpus, &outer);
		vcpu_enter(vcpus, &inner);
		if (inner.cpu != outer.cpu || inner.owned)
			return "nested";
		counters[inner.cpu]++;
		vcpu_leave(vcpus, &inner);
		counters[outer.cpu]++;
		vcpu_leave(vcpus, &outer);
	}
	return NULL;
}

static void nobody_shares_a_cpu(void **state)
{
	pthread_t threads[THREADS];
	uint64_t sum = 0;

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		assert_null(result);
	}
	for (uint32_t cpu = 0; cpu < cpus_possible(); cpu++)
		sum += counters[cpu];
	assert_int_equal(sum, 2ull * THREADS * ROUNDS);
	assert_int_equal(vcpu_synchronize(vcpus_own()), 0);
}

static void own_lock(void **state)
{
	struct robust_lock lock = { 0 };
	struct robust_hold hold, again;

	assert_int_equal(robust_lock(&lock, &hold), 0);
	assert_int_equal(robust_lock(&lock, &again), -EDEADLK);
	assert_int_equal(robust_trylock(&lock, &again), -EBUSY);
	robust_unlock(&lock, &hold);
	assert_int_equal(robust_trylock(&lock, &hold), 0);
	robust_unlock(&lock, &hold);
}

/* The child dies with both locks; the kernel knows of the inner one, who waits for the outer one finds out. */
static void killed_owner(void **state)
{
	struct robust_lock *locks = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct robust_hold outer, inner;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		robust_lock(&locks[0], &outer);
		robust_lock(&locks[1], &inner);
		kill(getpid(), SIGKILL);
	}
	/* Not reaped: the owner is a zombie. */
	siginfo_t info;
	assert_int_equal(waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(robust_lock(&locks[1], &inner), 1);
	assert_false(robust_is_held(&locks[0]));
	assert_int_equal(robust_lock(&locks[0], &outer), 1);
	robust_unlock(&locks[0], &outer);
	robust_unlock(&locks[1], &inner);
	assert_int_equal(robust_lock(&locks[1], &inner), 0);
	robust_unlock(&locks[1], &inner);
	waitpid(child, NULL, 0);
	munmap(locks, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_shares_a_cpu),
		cmocka_unit_test(own_lock),
		cmocka_unit_test(killed_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
