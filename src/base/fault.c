/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fault.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "base/macros.h"

struct fault_range {
	uintptr_t code;
	size_t size;
	size_t n_fixups;
	struct fault_fixup fixups[];
};

/* Ranges in ascending order. Replaced as a whole, so that the handler always sees one that is complete. */
struct range_table {
	size_t n;
	struct fault_range *ranges[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of changes; the handler never takes it */
static _Atomic(struct range_table *) table;
static _Atomic unsigned readers; /* handlers that look at the table now */
static _Atomic bool installed;
/* What was there before, for chaining; never freed, since a handler may look at it. */
static _Atomic(struct sigaction *) old_segv, old_bus;

/*
 * Accesses in this file. An entry of the section skep_fault: where the access is, where to go on, and the register to
 * clear; the positions are distances from the entry's own fields.
 */
struct own_fixup {
	int32_t pc, resume, clear;
};
extern const struct own_fixup __start_skep_fault[] __attribute__((visibility("hidden")));
extern const struct own_fixup __stop_skep_fault[] __attribute__((visibility("hidden")));

#if defined(__x86_64__)

#define OK_REGISTER "c"
#define FIXUP                              \
	"2:\n"                             \
	".pushsection skep_fault, \"a\"\n" \
	".balign 4\n"                      \
	".long 1b - ., 2b - ., 1\n"        \
	".popsection\n"
#define DEFINE_LOAD(width, type, instruction)                                    \
	static inline bool try_load##width(const void *address, type *ret_value) \
	{                                                                        \
		type value = 0;                                                  \
		long ok = 1;                                                     \
		asm volatile("1: " instruction " %[memory], %[value]\n" FIXUP    \
			     : [value] "+r"(value), [ok] "+" OK_REGISTER(ok)     \
			     : [memory] "m"(*(const type *)address));            \
		if (ok)                                                          \
			*ret_value = value;                                      \
		return ok;                                                       \
	}
#define DEFINE_STORE(width, type, instruction)                                           \
	static inline bool try_store##width(void *address, type value)                   \
	{                                                                                \
		long ok = 1;                                                             \
		asm volatile("1: " instruction " %[value], %[memory]\n" FIXUP            \
			     : [memory] "=m"(*(type *)address), [ok] "+" OK_REGISTER(ok) \
			     : [value] "r"(value));                                      \
		return ok;                                                               \
	}
DEFINE_LOAD(8, uint8_t, "movb")
DEFINE_LOAD(16, uint16_t, "movw")
DEFINE_LOAD(32, uint32_t, "movl")
DEFINE_LOAD(64, uint64_t, "movq")
DEFINE_STORE(8, uint8_t, "movb")
DEFINE_STORE(64, uint64_t, "movq")

static uintptr_t context_pc(const ucontext_t *context)
{
	return context->uc_mcontext.gregs[REG_RIP];
}

static void context_resume(ucontext_t *context, uintptr_t pc, unsigned clear)
{
	/* By number in machine code. */
	static const uint8_t registers[] = {
		REG_RAX,
		REG_RCX,
		REG_RDX,
		REG_RBX,
		REG_RSP,
		REG_RBP,
		REG_RSI,
		REG_RDI,
		REG_R8,
		REG_R9,
		REG_R10,
		REG_R11,
		REG_R12,
		REG_R13,
		REG_R14,
		REG_R15,
	};

	if (clear < ARRAY_SIZE(registers))
		context->uc_mcontext.gregs[registers[clear]] = 0;
	context->uc_mcontext.gregs[REG_RIP] = pc;
}

#elif defined(__aarch64__)

#define FIXUP                              \
	"2:\n"                             \
	".pushsection skep_fault, \"a\"\n" \
	".balign 4\n"                      \
	".long 1b - ., 2b - ., 9\n"        \
	".popsection\n"
#define DEFINE_LOAD(width, type, instruction)                                    \
	static inline bool try_load##width(const void *address, type *ret_value) \
	{                                                                        \
		uint64_t value = 0;                                              \
		register long ok asm("x9") = 1;                                  \
		asm volatile("1: " instruction ", [%[address]]\n" FIXUP          \
			     : [value] "+r"(value), [ok] "+r"(ok)                \
			     : [address] "r"(address)                            \
			     : "memory");                                        \
		if (ok)                                                          \
			*ret_value = value;                                      \
		return ok;                                                       \
	}
#define DEFINE_STORE(width, type, instruction)                                      \
	static inline bool try_store##width(void *address, type value)              \
	{                                                                           \
		register long ok asm("x9") = 1;                                     \
		asm volatile("1: " instruction ", [%[address]]\n" FIXUP             \
			     : [ok] "+r"(ok)                                        \
			     : [address] "r"(address), [value] "r"((uint64_t)value) \
			     : "memory");                                           \
		return ok;                                                          \
	}
DEFINE_LOAD(8, uint8_t, "ldrb %w[value]")
DEFINE_LOAD(16, uint16_t, "ldrh %w[value]")
DEFINE_LOAD(32, uint32_t, "ldr %w[value]")
DEFINE_LOAD(64, uint64_t, "ldr %x[value]")
DEFINE_STORE(8, uint8_t, "strb %w[value]")
DEFINE_STORE(64, uint64_t, "str %x[value]")

static uintptr_t context_pc(const ucontext_t *context)
{
	return context->uc_mcontext.pc;
}

static void context_resume(ucontext_t *context, uintptr_t pc, unsigned clear)
{
	if (clear < 31)
		context->uc_mcontext.regs[clear] = 0;
	context->uc_mcontext.pc = pc;
}

#else
#error "faulting accesses are not written for this machine"
#endif

/* Looking up, in the handler. */

static bool resume_own(ucontext_t *context)
{
	uintptr_t pc = context_pc(context);

	for (const struct own_fixup *fixup = __start_skep_fault; fixup < __stop_skep_fault; fixup++) {
		if ((uintptr_t)&fixup->pc + fixup->pc != pc)
			continue;
		context_resume(context, (uintptr_t)&fixup->resume + fixup->resume, fixup->clear);
		return true;
	}
	return false;
}

/* The first range that ends after pc. */
static size_t range_after(const struct range_table *ranges, uintptr_t pc)
{
	size_t low = 0, high = ranges ? ranges->n : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->ranges[middle]->code + ranges->ranges[middle]->size <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool resume_in_range(const struct fault_range *range, ucontext_t *context)
{
	uint32_t pc = context_pc(context) - range->code;
	size_t low = 0, high = range->n_fixups;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (range->fixups[middle].pc < pc)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == range->n_fixups || range->fixups[low].pc != pc)
		return false;
	context_resume(context, range->code + range->fixups[low].resume, range->fixups[low].clear);
	return true;
}

static bool resume_ranges(ucontext_t *context)
{
	uintptr_t pc = context_pc(context);
	bool resumed = false;

	atomic_fetch_add(&readers, 1);
	const struct range_table *ranges = atomic_load(&table);
	size_t i = range_after(ranges, pc);

	if (ranges && i < ranges->n && ranges->ranges[i]->code <= pc)
		resumed = resume_in_range(ranges->ranges[i], context);
	atomic_fetch_sub(&readers, 1);
	return resumed;
}

/* What happens to a fault that is not ours. A default action is taken by running into the fault again. */
static void chain(int signal, siginfo_t *info, void *context)
{
	const struct sigaction *old = atomic_load(signal == SIGBUS ? &old_bus : &old_segv);

	if (old->sa_flags & SA_SIGINFO) {
		old->sa_sigaction(signal, info, context);
		return;
	}
	if (old->sa_handler == SIG_IGN && info->si_code <= 0) /* sent by somebody, not a fault */
		return;
	if (old->sa_handler != SIG_IGN && old->sa_handler != SIG_DFL) {
		old->sa_handler(signal);
		return;
	}
	struct sigaction by_default = { .sa_handler = SIG_DFL };

	sigaction(signal, &by_default, NULL);
	if (info->si_code <= 0)
		raise(signal);
}

static void handle_fault(int signal, siginfo_t *info, void *context)
{
	int saved_errno = errno;
	bool resumed = info->si_code > 0 && (resume_own(context) || resume_ranges(context));

	errno = saved_errno;
	if (!resumed)
		chain(signal, info, context);
}

/* Handlers that were there before ours. None is ever freed: a thread may be on its way into it. */
static struct saved {
	struct saved *older;
	struct sigaction action;
} * saved;

static int install_one(int signal, _Atomic(struct sigaction *) *ret_old)
{
	struct sigaction action = { .sa_sigaction = handle_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	struct saved *keep = malloc(sizeof(*keep));

	if (!keep)
		return -ENOMEM;
	struct sigaction *old = &keep->action;
	sigaction(signal, NULL, old);
	if (old->sa_flags & SA_SIGINFO && old->sa_sigaction == handle_fault) {
		free(keep);
		return 0;
	}
	keep->older = saved;
	saved = keep;
	action.sa_mask = old->sa_mask;
	action.sa_flags |= old->sa_flags & (SA_NODEFER | SA_RESTART);
	atomic_store(ret_old, old);
	sigaction(signal, &action, NULL);
	return 0;
}

/* A child of fork() has only the thread that forked, which is not in the handler. */
static void lock_for_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void unlock_after_fork(void)
{
	pthread_mutex_unlock(&lock);
}

static void reset_in_child(void)
{
	atomic_store(&readers, 0);
	pthread_mutex_unlock(&lock);
}

/* Needs the lock. */
static int install(void)
{
	int err = install_one(SIGSEGV, &old_segv);

	if (!err)
		err = install_one(SIGBUS, &old_bus);
	if (err || atomic_load(&installed))
		return err;
	pthread_atfork(lock_for_fork, unlock_after_fork, reset_in_child);
	atomic_store(&installed, true);
	return 0;
}

int fault_install(void)
{
	pthread_mutex_lock(&lock);
	int err = install();
	pthread_mutex_unlock(&lock);
	return err;
}

static inline bool ensure_installed(void)
{
	return likely(atomic_load_explicit(&installed, memory_order_acquire)) || !fault_install();
}

/* Accesses. */

bool fault_load(const void *src, unsigned size, uint64_t *ret_value)
{
	uint8_t byte = 0;
	uint16_t half = 0;
	uint32_t word = 0;
	bool ok;

	*ret_value = 0;
	if (!ensure_installed())
		return false;
	switch (size) {
	case 1:
		ok = try_load8(src, &byte);
		*ret_value = byte;
		return ok;
	case 2:
		ok = try_load16(src, &half);
		*ret_value = half;
		return ok;
	case 4:
		ok = try_load32(src, &word);
		*ret_value = word;
		return ok;
	case 8:
		return try_load64(src, ret_value);
	default:
		return false;
	}
}

size_t fault_copy_from(void *dst, const void *src, size_t n)
{
	const uint8_t *from = src;
	uint8_t *to = dst;
	uint64_t word;

	if (!ensure_installed())
		return n;
	for (; n >= 8 && try_load64(from, &word); n -= 8, from += 8, to += 8)
		memcpy(to, &word, 8);
	for (; n > 0 && try_load8(from, to); n--)
		from++, to++;
	return n;
}

size_t fault_copy_to(void *dst, const void *src, size_t n)
{
	const uint8_t *from = src;
	uint8_t *to = dst;
	uint64_t word;

	if (!ensure_installed())
		return n;
	for (; n >= 8; n -= 8, from += 8, to += 8) {
		memcpy(&word, from, 8);
		if (!try_store64(to, word))
			break;
	}
	for (; n > 0 && try_store8(to, *from); n--)
		from++, to++;
	return n;
}

/* Ranges. */

/* Puts a table in the place of the old one, and frees that when no handler looks at it. Needs the lock. */
static void publish(struct range_table *ranges)
{
	struct range_table *old = atomic_exchange(&table, ranges);

	while (atomic_load(&readers))
		sched_yield();
	free(old);
}

static struct range_table *table_new(size_t n)
{
	struct range_table *ranges = malloc(sizeof(*ranges) + n * sizeof(ranges->ranges[0]));

	if (ranges)
		ranges->n = n;
	return ranges;
}

static bool fixups_valid(size_t size, const struct fault_fixup *fixups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fixups[i].pc >= size || fixups[i].resume >= size || (i && fixups[i - 1].pc >= fixups[i].pc))
			return false;
	return true;
}

static int insert_range(struct fault_range *range)
{
	const struct range_table *old = atomic_load(&table);
	size_t n = old ? old->n : 0, place = range_after(old, range->code);

	if (place < n && old->ranges[place]->code < range->code + range->size)
		return -EINVAL;
	struct range_table *ranges = table_new(n + 1);

	if (!ranges)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		ranges->ranges[i + (i >= place)] = old->ranges[i];
	ranges->ranges[place] = range;
	publish(ranges);
	return 0;
}

int fault_range_add(const void *code, size_t size, const struct fault_fixup *fixups, size_t n, struct fault_range **ret)
{
	if (!size || size > UINT32_MAX || !fixups_valid(size, fixups, n))
		return -EINVAL;
	struct fault_range *range = malloc(sizeof(*range) + n * sizeof(*fixups));

	if (!range)
		return -ENOMEM;
	*range = (struct fault_range){ .code = (uintptr_t)code, .size = size, .n_fixups = n };
	if (n)
		memcpy(range->fixups, fixups, n * sizeof(*fixups));
	pthread_mutex_lock(&lock);
	int err = atomic_load(&installed) ? 0 : install();
	if (!err)
		err = insert_range(range);
	pthread_mutex_unlock(&lock);
	if (err) {
		free(range);
		return err;
	}
	*ret = range;
	return 0;
}

/* Without memory for a smaller table, the range stays in its place, empty: it is looked up and never found. */
void fault_range_remove(struct fault_range *range)
{
	if (!range)
		return;
	pthread_mutex_lock(&lock);
	const struct range_table *old = atomic_load(&table);
	size_t place = range_after(old, range->code);
	struct range_table *ranges = table_new(old->n - 1);

	if (!ranges) {
		range->n_fixups = 0;
		range->size = 0;
		pthread_mutex_unlock(&lock);
		return;
	}
	for (size_t i = 0; i < old->n - 1; i++)
		ranges->ranges[i] = old->ranges[i + (i >= place)];
	publish(ranges);
	pthread_mutex_unlock(&lock);
	free(range);
}
