/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks in shared memory that survive their owner.
 *
 * The word holds the owner's thread id in the layout of the kernel's robust futexes, and the lock that a thread is
 * taking or holds is named in its robust list as the pending operation. So when a thread dies, however it dies, the
 * kernel marks the word, and the next to lock it learns of it and repairs what the lock protects. Taking a free lock
 * is one atomic operation, giving it back another.
 *
 * A thread that a signal handler makes lock a second one is covered for the inner one only; for the outer one, whoever
 * waits long looks whether the owner is still alive.
 */
#ifndef SKEP_BASE_ROBUST_H
#define SKEP_BASE_ROBUST_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/macros.h"

struct robust_lock {
	_Atomic uint32_t word; /* 0: free */
};

/* What a holder keeps until it unlocks, on its stack. */
struct robust_hold {
	void *outer;
};

/* The calling thread. pending points into the thread's robust list head. */
struct robust_self {
	uint32_t tid; /* 0: not known yet */
	void *_Atomic *pending;
	intptr_t offset; /* from a list entry to its lock word */
};
extern __thread struct robust_self robust_self __attribute__((tls_model("initial-exec")));

void robust_self_init(void);
int robust_lock_slow(struct robust_lock *lock);
void robust_wake(struct robust_lock *lock);

static inline void robust_announce(struct robust_lock *lock, struct robust_hold *hold)
{
	if (unlikely(!robust_self.tid))
		robust_self_init();
	hold->outer = atomic_load_explicit(robust_self.pending, memory_order_relaxed);
	atomic_store_explicit(
		robust_self.pending, (void *)((uint8_t *)lock - robust_self.offset), memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
}

static inline void robust_retract(struct robust_hold *hold)
{
	atomic_signal_fence(memory_order_seq_cst);
	atomic_store_explicit(robust_self.pending, hold->outer, memory_order_relaxed);
}

/*
 * 0: taken. 1: taken from an owner that died: repair first. -EDEADLK: this thread holds it already.
 * -ETIMEDOUT: the owner lives but has not given it back for a second.
 */
static inline int robust_lock(struct robust_lock *lock, struct robust_hold *hold)
{
	uint32_t expected = 0;

	robust_announce(lock, hold);
	if (likely(atomic_compare_exchange_strong_explicit(
		    &lock->word, &expected, robust_self.tid, memory_order_acquire, memory_order_relaxed)))
		return 0;
	int result = robust_lock_slow(lock);
	if (result < 0)
		robust_retract(hold);
	return result;
}

int robust_trylock_slow(struct robust_lock *lock);

/* The same without waiting: -EBUSY if somebody holds it. */
static inline int robust_trylock(struct robust_lock *lock, struct robust_hold *hold)
{
	uint32_t expected = 0;

	robust_announce(lock, hold);
	if (likely(atomic_compare_exchange_strong_explicit(
		    &lock->word, &expected, robust_self.tid, memory_order_acquire, memory_order_relaxed)))
		return 0;
	int result = robust_trylock_slow(lock);
	if (result < 0)
		robust_retract(hold);
	return result;
}

static inline void robust_unlock(struct robust_lock *lock, struct robust_hold *hold)
{
	if (unlikely(atomic_exchange_explicit(&lock->word, 0, memory_order_release) & 0x80000000u))
		robust_wake(lock);
	robust_retract(hold);
}

/*
 * The same for locks that are held for some nanoseconds: who waits does not sleep in the kernel, so giving it back is
 * a plain store. A lock is used this way or the other, never both. Results as robust_lock()'s.
 */
int robust_spin_lock_slow(struct robust_lock *lock);

static inline int robust_spin_lock(struct robust_lock *lock, struct robust_hold *hold)
{
	uint32_t expected = 0;

	robust_announce(lock, hold);
	if (likely(atomic_compare_exchange_strong_explicit(
		    &lock->word, &expected, robust_self.tid, memory_order_acquire, memory_order_relaxed)))
		return 0;
	int result = robust_spin_lock_slow(lock);
	if (result < 0)
		robust_retract(hold);
	return result;
}

static inline void robust_spin_unlock(struct robust_lock *lock, struct robust_hold *hold)
{
	atomic_store_explicit(&lock->word, 0, memory_order_release);
	robust_retract(hold);
}

/* Whether a thread id names no living thread. Looks at the process table: slow. */
int robust_thread_is_dead(uint32_t tid);

/* Whether the calling thread holds it. */
static inline int robust_is_mine(struct robust_lock *lock)
{
	return (atomic_load_explicit(&lock->word, memory_order_relaxed) & 0x3fffffff) == robust_self.tid;
}

/* Whether the kernel has found its owner dead, and nobody has locked it since. */
static inline int robust_owner_died(struct robust_lock *lock)
{
	return atomic_load_explicit(&lock->word, memory_order_relaxed) & 0x40000000u;
}

/* Whether somebody holds it who, as far as is known, lives. Looks at the process table: slow. */
int robust_is_held(struct robust_lock *lock);

#endif
