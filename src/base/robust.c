/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/robust.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__thread struct robust_self robust_self __attribute__((tls_model("initial-exec")));

static __thread struct robust_list_head own_head __attribute__((tls_model("initial-exec")));

static void forget_tid(void)
{
	robust_self.tid = 0;
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, forget_tid);
}

void robust_self_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct robust_list_head *head = NULL;
	size_t size;

	pthread_once(&once, watch_forks);
	/* The C library has its own list for its robust mutexes; there is one a thread, so share it. */
	if (syscall(SYS_get_robust_list, 0, &head, &size) < 0 || !head) {
		head = &own_head;
		head->list.next = &head->list;
		syscall(SYS_set_robust_list, head, sizeof(*head));
	}
	robust_self.pending = (void *_Atomic *)&head->list_op_pending;
	robust_self.offset = head->futex_offset;
	robust_self.tid = (uint32_t)syscall(SYS_gettid);
}

/* A thread that was killed stays in the process table until its parent looks. */
static bool is_dead(uint32_t tid)
{
	char path[32], line[512];

	snprintf(path, sizeof(path), "/proc/%u/stat", tid);
	FILE *file = fopen(path, "re");
	if (!file)
		return errno == ENOENT && access("/proc/self/stat", F_OK) == 0;
	bool dead = false;
	if (fgets(line, sizeof(line), file)) {
		const char *state = strrchr(line, ')');

		dead = state && state[1] == ' ' && (state[2] == 'Z' || state[2] == 'X');
	}
	fclose(file);
	return dead;
}

int robust_thread_is_dead(uint32_t tid)
{
	return is_dead(tid);
}

int robust_is_held(struct robust_lock *lock)
{
	uint32_t word = atomic_load_explicit(&lock->word, memory_order_acquire);

	return word & FUTEX_TID_MASK && !is_dead(word & FUTEX_TID_MASK);
}

static long futex(struct robust_lock *lock, int operation, uint32_t value, const struct timespec *timeout)
{
	return syscall(SYS_futex, &lock->word, operation, value, timeout, NULL, 0);
}

void robust_wake(struct robust_lock *lock)
{
	futex(lock, FUTEX_WAKE, 1, NULL);
}

/* Takes a word that names no living owner; keeps the waiters' bit. */
static bool take(struct robust_lock *lock, uint32_t word, uint32_t waiters)
{
	return atomic_compare_exchange_strong_explicit(&lock->word, &word,
		robust_self.tid | waiters | (word & FUTEX_WAITERS), memory_order_acquire, memory_order_relaxed);
}

enum {
	SPINS = 200,
	WAIT_MS = 10,
	WAITS_BEFORE_LOOK = 5,
	WAITS_MAX = 100,
};

int robust_lock_slow(struct robust_lock *lock)
{
	const struct timespec wait = { .tv_nsec = WAIT_MS * 1000000L };
	uint32_t waiters = 0, watched = 0;
	int waits = 0, spins = 0;

	while (waits < WAITS_MAX) {
		uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);
		uint32_t owner = word & FUTEX_TID_MASK;

		if (!owner) {
			if (take(lock, word, waiters))
				return word & FUTEX_OWNER_DIED ? 1 : 0;
			continue;
		}
		if (owner == robust_self.tid)
			return -EDEADLK;
		if (spins++ < SPINS) {
			cpu_relax();
			continue;
		}
		if (!(word & FUTEX_WAITERS) &&
			!atomic_compare_exchange_strong(&lock->word, &word, word | FUTEX_WAITERS))
			continue;
		/* Who waited may have company that it does not know of. */
		waiters = FUTEX_WAITERS;
		if (futex(lock, FUTEX_WAIT, word | FUTEX_WAITERS, &wait) == 0 || errno != ETIMEDOUT)
			continue;
		if (watched != owner) {
			watched = owner;
			waits = 0;
		}
		waits++;
		if (waits % WAITS_BEFORE_LOOK == 0 && is_dead(owner) && take(lock, owner | FUTEX_WAITERS, waiters))
			return 1;
	}
	return -ETIMEDOUT;
}

int robust_trylock_slow(struct robust_lock *lock)
{
	uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);

	if (word & FUTEX_TID_MASK || !take(lock, word, 0))
		return -EBUSY;
	return word & FUTEX_OWNER_DIED ? 1 : 0;
}

enum {
	SPIN_YIELDS = 64, /* before sleeping for a moment */
	SPIN_SLEEPS_MAX = 2000,
	SPIN_SLEEPS_BEFORE_LOOK = 32,
};

int robust_spin_lock_slow(struct robust_lock *lock)
{
	const struct timespec moment = { .tv_nsec = 500000 };
	int spins = 0, sleeps = 0;

	while (sleeps < SPIN_SLEEPS_MAX) {
		uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);
		uint32_t owner = word & FUTEX_TID_MASK;

		if (!owner) {
			if (take(lock, word, 0))
				return word & FUTEX_OWNER_DIED ? 1 : 0;
			continue;
		}
		if (owner == robust_self.tid)
			return -EDEADLK;
		if (spins++ < SPINS) {
			cpu_relax();
		} else if (spins < SPINS + SPIN_YIELDS) {
			sched_yield();
		} else {
			syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &moment, NULL);
			if (++sleeps % SPIN_SLEEPS_BEFORE_LOOK == 0 && is_dead(owner) && take(lock, word, 0))
				return 1;
		}
	}
	return -ETIMEDOUT;
}
