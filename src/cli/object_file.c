/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/object_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/report.h"

#define OBJECT_MAX (64u << 20)

static bool print_libbpf;
static char libbpf_said[512];

__attribute__((format(printf, 2, 0), nonnull(2))) static int libbpf_print(
	enum libbpf_print_level level, const char *format, va_list args)
{
	va_list copy;

	if (print_libbpf) {
		va_copy(copy, args);
		vfprintf(stderr, format, copy);
		va_end(copy);
	}
	if (level == LIBBPF_WARN)
		vsnprintf(libbpf_said, sizeof(libbpf_said), format, args);
	return 0;
}

void libbpf_quiet(bool verbose)
{
	print_libbpf = verbose;
	libbpf_set_print(libbpf_print);
}

const char *libbpf_said_last(void)
{
	static char line[sizeof(libbpf_said)];
	const char *text = libbpf_said;

	if (!strncmp(text, "libbpf: ", 8))
		text += 8;
	snprintf(line, sizeof(line), "%s", text);
	line[strcspn(line, "\n")] = 0;
	libbpf_said[0] = 0;
	return line[0] ? line : NULL;
}

/* Reads until the end, growing: the size of a pipe is not known, and that of a file may change. */
static int read_all(int fd, size_t limit, void **ret_bytes, size_t *ret_size)
{
	size_t size = 0, room = 64 << 10;
	char *bytes = malloc(room), *grown;
	ssize_t got;
	int err;

	while (bytes) {
		got = read(fd, bytes + size, room - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err = -errno;
			goto free_bytes;
		}
		if (!got) {
			*ret_bytes = bytes;
			*ret_size = size;
			return 0;
		}
		size += got;
		if (size > limit) {
			err = -EFBIG;
			goto free_bytes;
		}
		if (size == room) {
			room *= 2;
			grown = realloc(bytes, room);
			if (!grown)
				break;
			bytes = grown;
		}
	}
	err = -ENOMEM;

free_bytes:
	free(bytes);
	return err;
}

int read_file(const char *path, size_t limit, bool streams, void **ret_bytes, size_t *ret_size)
{
	bool from_stdin = !strcmp(path, "-");
	/* A FIFO without a writer must not hang us where it is refused anyway. */
	int flags = O_RDONLY | O_CLOEXEC | (streams ? 0 : O_NONBLOCK);
	int fd = from_stdin ? STDIN_FILENO : open(path, flags), err;
	struct stat stat;

	if (fd < 0) {
		err = -errno;
		report("%s: %s", path, strerror(errno));
		return err;
	}
	if (fstat(fd, &stat))
		err = -errno;
	else if (!from_stdin && S_ISDIR(stat.st_mode))
		err = -EISDIR;
	else if (!from_stdin && !streams && !S_ISREG(stat.st_mode)) {
		report("%s: not a regular file", path);
		close(fd);
		return -EINVAL;
	} else
		err = read_all(fd, limit, ret_bytes, ret_size);
	if (err == -EFBIG)
		report("%s: longer than the limit of %zu bytes", path, limit);
	else if (err)
		report("%s: %s", path, strerror(-err));
	if (!from_stdin)
		close(fd);
	return err;
}

static const char *machine_name(unsigned machine)
{
	switch (machine) {
	case EM_X86_64:
		return "x86-64";
	case EM_386:
		return "x86";
	case EM_AARCH64:
		return "arm64";
	case EM_RISCV:
		return "RISC-V";
	case EM_S390:
		return "s390";
	case EM_PPC64:
		return "PowerPC";
	default:
		return "another machine";
	}
}

/* What a file that is no ELF object most likely is, with what to do. */
static void report_no_elf(const struct object_file *object)
{
	const unsigned char *bytes = object->bytes;

	if (!object->size)
		report("%s: the file is empty", object->path);
	else if (object->size >= 4 && !memcmp(bytes, "BC\xc0\xde", 4))
		report("%s: LLVM bitcode, not an object: compile without -emit-llvm and -flto", object->path);
	else if (object->size >= 8 && !memcmp(bytes, "!<arch>\n", 8))
		report("%s: an archive, not an object: name one of its members, extracted with ar x", object->path);
	else if (object->size >= 4 && !memcmp(bytes, ELFMAG, 4))
		report("%s: a truncated ELF file: its header alone needs %zu bytes, the file has %zu", object->path,
			sizeof(Elf64_Ehdr), object->size);
	else
		report("%s: not an ELF object: compile the source with clang -g -O2 -target bpf -c", object->path);
}

/* Everything that the section table points to must be in the file. */
static int check_sections(const struct object_file *object, const Elf64_Ehdr *header)
{
	uint64_t end = header->e_shoff + (uint64_t)header->e_shnum * header->e_shentsize;
	const char *bytes = object->bytes;
	unsigned i;

	if (!header->e_shoff || !header->e_shnum || header->e_shentsize != sizeof(Elf64_Shdr)) {
		report("%s: a broken ELF file: it has no table of sections", object->path);
		return -EINVAL;
	}
	for (i = 0; header->e_shoff <= end && end <= object->size && i < header->e_shnum; i++) {
		Elf64_Shdr section;

		memcpy(&section, bytes + header->e_shoff + i * sizeof(section), sizeof(section));
		if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL &&
			(section.sh_offset > object->size || section.sh_size > object->size - section.sh_offset))
			end = section.sh_offset + section.sh_size;
	}
	if (header->e_shoff <= end && end <= object->size)
		return 0;
	report("%s: a truncated ELF file: it refers to bytes beyond its end (%zu bytes)", object->path, object->size);
	return -EINVAL;
}

static int check_elf(const struct object_file *object)
{
	Elf64_Ehdr header;

	if (object->size < sizeof(header) || memcmp(object->bytes, ELFMAG, SELFMAG)) {
		report_no_elf(object);
		return -EINVAL;
	}
	memcpy(&header, object->bytes, sizeof(header));
	if (header.e_ident[EI_CLASS] != ELFCLASS64) {
		report("%s: a 32-bit ELF file; BPF objects are 64-bit: compile with clang -target bpf", object->path);
		return -EINVAL;
	}
	if (header.e_ident[EI_DATA] != (__BYTE_ORDER == __LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB)) {
		report("%s: an ELF file of the other byte order: compile with clang -target bpf", object->path);
		return -EINVAL;
	}
	if (header.e_machine != EM_BPF) {
		report("%s: an ELF file for %s, not for BPF: compile with clang -target bpf", object->path,
			machine_name(header.e_machine));
		return -EINVAL;
	}
	if (header.e_type != ET_REL) {
		report("%s: not a relocatable object: compile with clang -target bpf -c, and do not link",
			object->path);
		return -EINVAL;
	}
	return check_sections(object, &header);
}

/* As libbpf itself names an object by its file: the name up to the first dot. It becomes part of map names. */
static struct bpf_object *open_by_libbpf(const struct object_file *object)
{
	const char *base = strrchr(object->path, '/') ? strrchr(object->path, '/') + 1 : object->path;
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
	opts.object_name = name[0] ? name : "object";
	return bpf_object__open_mem(object->bytes, object->size, &opts);
}

/*
 * Whether libbpf survives the file. Its parser trusts what it reads more than a file from a stranger deserves, so the
 * first attempt is a child's.
 */
static bool libbpf_survives(const struct object_file *object)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return true;
	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		libbpf_set_print(NULL);
		bpf_object__close(open_by_libbpf(object));
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int object_file_open(const char *path, struct object_file *ret_file)
{
	struct object_file object = { .path = path };
	const char *said;
	int err;

	err = read_file(path, OBJECT_MAX, false, &object.bytes, &object.size);
	if (err)
		return err;
	err = check_elf(&object);
	if (err)
		goto free_bytes;
	if (!libbpf_survives(&object)) {
		report("%s: a broken ELF file: libbpf crashes when it reads it", path);
		err = -EINVAL;
		goto free_bytes;
	}
	libbpf_said_last();
	object.bpf = open_by_libbpf(&object);
	if (!object.bpf) {
		err = -errno;
		said = libbpf_said_last();
		report("%s: libbpf cannot open it: %s", path, said ?: strerror(-err));
		goto free_bytes;
	}
	*ret_file = object;
	return 0;

free_bytes:
	free(object.bytes);
	return err;
}

void object_file_close(struct object_file *object)
{
	bpf_object__close(object->bpf);
	free(object->bytes);
	*object = (struct object_file){ 0 };
}

bool program_matches(const struct bpf_program *program, const char *name)
{
	return !name || !strcmp(name, bpf_program__name(program)) || !strcmp(name, bpf_program__section_name(program));
}

int program_missing(const struct object_file *file, const char *name)
{
	const struct bpf_program *program = NULL;
	char names[256] = "";
	size_t used = 0;

	while ((program = bpf_object__next_program(file->bpf, (struct bpf_program *)program)) && used < sizeof(names))
		used += snprintf(
			names + used, sizeof(names) - used, "%s%s", used ? ", " : "", bpf_program__name(program));
	if (used)
		report("%s: there is no program '%s' in it, only %s", file->path, name, names);
	else
		report("%s: there is no program in it", file->path);
	return -ENOENT;
}
