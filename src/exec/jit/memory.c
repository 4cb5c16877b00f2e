/* SPDX-License-Identifier: BSD-2-Clause */
#include "exec/jit/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/memfile.h"
#include "exec/jit/target.h"

#define CHUNK_SIZE (256 << 10)
#define WINDOW_SIZE ((size_t)64 << 20)
#define PAGE_SIZE 4096

struct code_chunk {
	struct code_chunk *next;
	uint8_t *exec;
	size_t size;
	int fd;
	struct memfile_key key; /* of fd, in case the application closes descriptors that are not its own */
	pid_t pid; /* who made it: after fork() the file is the parent's */
	bool in_window;
	uint32_t n_blocks, n_used;
	uint8_t used[]; /* one for each CODE_ALIGN bytes */
};

/* One lock for all of it: binding is rare, and short here. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct code_chunk *chunks;

/* Address space near the engine's own code, so that calls between the two are short. */
static uint8_t *window;
static size_t window_used;
static bool window_tried;

static void reserve_window(void)
{
	static const int64_t distances[] = { -(64ll << 20), -(256ll << 20), 256ll << 20, -(1ll << 30), 1ll << 30 };
	uintptr_t here = (uintptr_t)reserve_window & ~(uintptr_t)(WINDOW_SIZE - 1);

	if (window_tried)
		return;
	window_tried = true;
	for (unsigned i = 0; i < ARRAY_SIZE(distances); i++) {
		uint8_t *memory = mmap((void *)(here + distances[i]), WINDOW_SIZE, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (memory == MAP_FAILED)
			continue;
		int64_t distance = (int64_t)((uintptr_t)memory - here);

		if (distance > -(3ll << 29) && distance < 3ll << 29) {
			window = memory;
			return;
		}
		munmap(memory, WINDOW_SIZE);
	}
}

bool code_memory_reaches(uint64_t address)
{
	pthread_mutex_lock(&lock);
	reserve_window();
	uint8_t *from = window;

	pthread_mutex_unlock(&lock);
	if (!from)
		return false;
	int64_t first = (int64_t)(address - (uintptr_t)from), last = first - (int64_t)WINDOW_SIZE;

	return first == (int32_t)first && last == (int32_t)last;
}

static int map_exec(struct code_chunk *chunk)
{
	uint8_t *hint = NULL;
	int flags = MAP_SHARED;

	reserve_window();
	if (window && WINDOW_SIZE - window_used >= chunk->size) {
		hint = window + window_used;
		flags |= MAP_FIXED;
		chunk->in_window = true;
	}
	chunk->exec = mmap(hint, chunk->size, PROT_READ | PROT_EXEC, flags, chunk->fd, 0);
	if (chunk->exec == MAP_FAILED)
		return -errno;
	if (chunk->in_window)
		window_used += chunk->size;
	return 0;
}

static int chunk_new(size_t size, struct code_chunk **ret_chunk)
{
	size = ROUND_UP(MAX(size, (size_t)CHUNK_SIZE), (size_t)PAGE_SIZE);
	uint32_t n_blocks = size / CODE_ALIGN;
	struct code_chunk *chunk = calloc(1, sizeof(*chunk) + n_blocks);
	int err;

	if (!chunk)
		return -ENOMEM;
	chunk->size = size;
	chunk->n_blocks = n_blocks;
	chunk->pid = getpid();
	chunk->fd = memfile_new("skep-code", size);
	if (chunk->fd < 0) {
		err = chunk->fd;
		goto free_chunk;
	}
	err = memfile_key(chunk->fd, &chunk->key);
	if (err)
		goto close_file;
	err = map_exec(chunk);
	if (err)
		goto close_file;
	chunk->next = chunks;
	chunks = chunk;
	*ret_chunk = chunk;
	return 0;
close_file:
	close(chunk->fd);
free_chunk:
	free(chunk);
	return err;
}

/* The file, unless the descriptor is not ours any more. */
static int chunk_fd(const struct code_chunk *chunk)
{
	struct memfile_key key;

	if (memfile_key(chunk->fd, &key) || memcmp(&key, &chunk->key, sizeof(key)))
		return -EBADF;
	return chunk->fd;
}

/* The first of n free blocks in a row, or -1. */
static int64_t find_blocks(const struct code_chunk *chunk, uint32_t n)
{
	uint32_t row = 0;

	if (chunk->n_blocks - chunk->n_used < n)
		return -1;
	for (uint32_t i = 0; i < chunk->n_blocks; i++) {
		row = chunk->used[i] ? 0 : row + 1;
		if (row == n)
			return i + 1 - n;
	}
	return -1;
}

static int write_file(const struct code_block *block, const uint8_t *bytes)
{
	off_t at = block->exec - block->chunk->exec;
	int fd = chunk_fd(block->chunk);

	if (fd < 0)
		return fd;
	for (size_t done = 0; done < block->size;) {
		ssize_t n = pwrite(fd, bytes + done, block->size - done, at + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

static void chunk_free(struct code_chunk *chunk)
{
	struct code_chunk **link = &chunks;

	while (*link != chunk)
		link = &(*link)->next;
	*link = chunk->next;
	if (chunk->in_window) /* keeps the address space; it is given back if it was the last piece */
		mmap(chunk->exec, chunk->size, PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			0);
	else
		munmap(chunk->exec, chunk->size);
	if (chunk->in_window && chunk->exec + chunk->size == window + window_used)
		window_used -= chunk->size;
	if (chunk_fd(chunk) >= 0)
		close(chunk->fd);
	free(chunk);
}

/* Keeps one chunk of the usual size for the next program. */
static void release_blocks(struct code_block *block)
{
	struct code_chunk *chunk = block->chunk;
	uint32_t n = block->size / CODE_ALIGN;

	memset(chunk->used + (block->exec - chunk->exec) / CODE_ALIGN, 0, n);
	chunk->n_used -= n;
	if (!chunk->n_used && (chunk != chunks || chunk->size > CHUNK_SIZE))
		chunk_free(chunk);
}

static int take_blocks(struct code_block *block)
{
	uint32_t n = block->size / CODE_ALIGN;
	struct code_chunk *chunk;
	int64_t first = -1;
	pid_t pid = getpid();

	for (chunk = chunks; chunk; chunk = chunk->next) {
		if (chunk->pid != pid || chunk_fd(chunk) < 0)
			continue;
		first = find_blocks(chunk, n);
		if (first >= 0)
			break;
	}
	if (first < 0) {
		int err = chunk_new(block->size, &chunk);
		if (err)
			return err;
		first = 0;
	}
	memset(chunk->used + first, 1, n);
	chunk->n_used += n;
	block->chunk = chunk;
	block->exec = chunk->exec + (size_t)first * CODE_ALIGN;
	return 0;
}

int code_memory_new(size_t size, struct code_block *ret_block)
{
	struct code_block block = { .size = ROUND_UP(MAX(size, (size_t)1), (size_t)CODE_ALIGN) };
	int err;

	if (size > UINT32_MAX / 2)
		return -ENOMEM;
	block.write = malloc(block.size);
	if (!block.write)
		return -ENOMEM;
	memset(block.write, TARGET_TRAP, block.size);
	pthread_mutex_lock(&lock);
	err = take_blocks(&block);
	pthread_mutex_unlock(&lock);
	if (err) {
		free(block.write);
		return err;
	}
	*ret_block = block;
	return 0;
}

int code_memory_seal(struct code_block *block)
{
	pthread_mutex_lock(&lock);
	int err = write_file(block, block->write);

	pthread_mutex_unlock(&lock);
	free(block->write);
	block->write = NULL;
	__builtin___clear_cache((char *)block->exec, (char *)block->exec + block->size);
	return err;
}

void code_memory_free(struct code_block *block)
{
	uint8_t *traps = block->write ? block->write : malloc(block->size);

	pthread_mutex_lock(&lock);
	if (traps && block->chunk->pid == getpid()) { /* after fork() the parent may still run it */
		memset(traps, TARGET_TRAP, block->size);
		write_file(block, traps);
	}
	release_blocks(block);
	pthread_mutex_unlock(&lock);
	free(traps);
}
