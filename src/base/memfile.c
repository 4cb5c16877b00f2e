/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/memfile.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int memfile_new(const char *name, uint64_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	if (size > INT64_MAX || (size && ftruncate(fd, (off_t)size) < 0)) {
		int err = size > INT64_MAX ? -ENOMEM : -errno;

		close(fd);
		return err;
	}
	return fd;
}

int memfile_map(int fd, size_t size, void **ret_memory)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	*ret_memory = memory;
	return 0;
}

void memfile_unmap(void *memory, size_t size)
{
	munmap(memory, size);
}

int memfile_key(int fd, struct memfile_key *ret_key)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return -errno;
	*ret_key = (struct memfile_key){ .device = info.st_dev, .inode = info.st_ino };
	return 0;
}
