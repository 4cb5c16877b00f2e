/* SPDX-License-Identifier: BSD-2-Clause */
/* PROG_LOAD: gathers what the verifier needs, has it verify, and makes the program an object. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "hive/btf.h"
#include "hive/descriptor.h"
#include "hive/map_objects.h"
#include "hive/prog.h"
#include "progs/prog_type.h"
#include "sys/call_log.h"
#include "sys/command.h"
#include "sys/load_check.h"
#include "verifier/verify.h"

command_fn cmd_prog_load;

#define LICENSE_MAX 128
#define SIGNATURE_MAX (4 * 1024 * 1024)
#define RECORD_MAX 252 /* of func_info, line_info and core_relos */
#define KNOWN_FLAGS                                                                                                \
	(BPF_F_STRICT_ALIGNMENT | BPF_F_ANY_ALIGNMENT | BPF_F_TEST_STATE_FREQ | BPF_F_SLEEPABLE |                  \
		BPF_F_TEST_RND_HI32 | BPF_F_XDP_HAS_FRAGS | BPF_F_XDP_DEV_BOUND_ONLY | BPF_F_TEST_REG_INVARIANTS | \
		BPF_F_TOKEN_FD)

/* Everything that one load takes and gives back. */
struct load {
	struct call *call;
	struct verify_request request;
	struct verify_stats stats;
	struct call_log log;
	struct bpf_insn *insns;
	void *func_info, *line_info, *core_relos;
	struct hive_btf *btf;
};

static int get_map(const struct call *call, int fd, struct map **ret_map)
{
	struct object *object;

	int err = call_enter(call, fd, OBJECT_MAP, &object, NULL);
	if (err)
		return err;
	*ret_map = map_get(hive_map_of(object)->map);
	call_leave(call, fd, object);
	return 0;
}

static int map_by_fd(void *argument, int fd, struct map **ret_map)
{
	struct load *load = argument;

	return get_map(load->call, fd, ret_map);
}

static int map_by_index(void *argument, uint32_t index, struct map **ret_map)
{
	struct load *load = argument;
	const union bpf_attr *attr = &load->call->attr;
	int fd;

	if (!attr->fd_array)
		return -EPROTO;
	if (attr->fd_array_cnt && index >= attr->fd_array_cnt)
		return -EINVAL;
	int err = call_read(load->call, &fd, attr->fd_array + (uint64_t)index * sizeof(fd), sizeof(fd));
	return err ?: get_map(load->call, fd, ret_map);
}

/* "GPL" and the other strings that say that a program may call everything. */
static bool license_is_gpl(const char *license)
{
	static const char *const names[] = { "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL",
		"Dual MIT/GPL", "Dual MPL/GPL" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(license, names[i]))
			return true;
	}
	return false;
}

static int read_license(struct load *load)
{
	const struct call *call = load->call;
	char license[LICENSE_MAX];

	/* Not a byte more than the string has: what comes after it may not be there. */
	for (size_t i = 0; i < sizeof(license) - 1; i++) {
		int err = call_read(call, &license[i], call->attr.license + i, 1);

		if (err)
			return err;
		if (!license[i])
			break;
		license[i + 1] = 0;
	}
	load->request.gpl_compatible = license_is_gpl(license);
	return 0;
}

/*
 * Copies an array of records. Each describes an instruction of its own, so one more than there are instructions is
 * enough for the verifier to find the mistake.
 */
static int read_records(struct load *load, uint64_t from, uint32_t size, uint32_t *count, uint32_t minimum, void **ret)
{
	if (!*count)
		return 0;
	if (size < minimum || size > RECORD_MAX || size % 4)
		return -EINVAL;
	*count = MIN(*count, load->request.n_insns + 1);
	*ret = malloc((size_t)*count * size);
	return *ret ? call_read(load->call, *ret, from, (size_t)*count * size) : -ENOMEM;
}

static int read_debug_info(struct load *load)
{
	struct verify_request *request = &load->request;
	const union bpf_attr *attr = &load->call->attr;
	struct object *object;

	request->func_info_count = attr->func_info_cnt;
	request->line_info_count = attr->line_info_cnt;
	request->core_relo_count = attr->core_relo_cnt;
	request->func_info_size = attr->func_info_rec_size;
	request->line_info_size = attr->line_info_rec_size;
	request->core_relo_size = attr->core_relo_rec_size;
	if (!attr->func_info_cnt && !attr->line_info_cnt && !attr->core_relo_cnt)
		return 0;
	int err = call_object(load->call, attr->prog_btf_fd, OBJECT_BTF, &object, NULL);
	if (err)
		return err;
	load->btf = hive_btf_of(object);
	if (load->btf->kernel)
		return -EACCES;
	request->btf = load->btf->btf;
	err = read_records(load, attr->func_info, attr->func_info_rec_size, &request->func_info_count,
		sizeof(struct bpf_func_info), &load->func_info);
	if (!err)
		err = read_records(load, attr->line_info, attr->line_info_rec_size, &request->line_info_count,
			sizeof(struct bpf_line_info), &load->line_info);
	if (!err)
		err = read_records(load, attr->core_relos, attr->core_relo_rec_size, &request->core_relo_count,
			sizeof(struct bpf_core_relo), &load->core_relos);
	request->func_info = load->func_info;
	request->line_info = load->line_info;
	request->core_relos = load->core_relos;
	return err;
}

/* What the kernel checks before it makes anything. */
static int check(struct load *load)
{
	union bpf_attr *attr = &load->call->attr;

	if (attr->prog_flags & ~(uint32_t)KNOWN_FLAGS)
		return -EINVAL;
	load_default_attach_type(attr);
	int err = load_check_privileges(load->call->caller, attr->prog_type, attr->insn_cnt);
	if (err)
		return err;
	err = load_check_attach(load->call->caller->hive, attr, (struct load_target){});
	if (err)
		return err;
	/* There are no keyrings to check a signature with: as a kernel that was built without them. */
	if (attr->signature)
		return attr->signature_size > SIGNATURE_MAX ? -EINVAL : -EOPNOTSUPP;
	return 0;
}

static int read_program(struct load *load)
{
	struct call *call = load->call;
	const union bpf_attr *attr = &call->attr;
	size_t size = (size_t)attr->insn_cnt * sizeof(struct bpf_insn);

	load->insns = malloc(size);
	if (!load->insns)
		return -ENOMEM;
	int err = call_read(call, load->insns, attr->insns, size);
	if (err)
		return err;
	err = read_license(load);
	if (err)
		return err;
	const struct prog_type *type = prog_type_find(attr->prog_type);
	if (!type || type->support == SUPPORT_NONE || type->since > call->caller->hive->release)
		return -EINVAL;
	return object_name_check(load->request.name, attr->prog_name);
}

static int run_verifier(struct load *load, struct image **ret_image)
{
	const struct caller *caller = load->call->caller;
	const union bpf_attr *attr = &load->call->attr;
	struct verify_request *request = &load->request;

	request->insns = load->insns;
	request->n_insns = attr->insn_cnt;
	request->type = attr->prog_type;
	request->expected_attach_type = attr->expected_attach_type;
	request->prog_flags = attr->prog_flags;
	request->caps = caller->capabilities;
	request->release = caller->hive->release;
	request->map_by_fd = map_by_fd;
	request->map_by_index = map_by_index;
	request->argument = load;
	request->log = &load->log.log;
	int err = read_debug_info(load);
	if (err)
		return err;
	return verify(request, &load->stats, ret_image);
}

static long verify_with_log(struct load *load, struct image **ret_image)
{
	struct call *call = load->call;
	const union bpf_attr *attr = &call->attr;

	*ret_image = NULL;
	long err = call_log_begin(
		&load->log, attr->log_level, attr->log_buf, attr->log_size, offsetof(union bpf_attr, log_true_size));
	if (err)
		return err;
	err = call_log_end(call, &load->log, run_verifier(load, ret_image));
	if (err) {
		image_free(*ret_image);
		*ret_image = NULL;
	}
	return err;
}

static uint64_t since_boot(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* Every program array that the program may jump into must be of its kind. */
static int check_prog_arrays(const struct hive_prog *prog)
{
	for (uint32_t i = 0; i < prog->image->n_maps; i++) {
		struct hive_map *map = hive_map_behind(prog->image->maps[i]);
		int err = map && map->map->type == BPF_MAP_TYPE_PROG_ARRAY ? map_accepts_prog(map, prog) : 0;

		if (err)
			return err;
	}
	return 0;
}

/* Makes the object of a verified program; takes over what the load holds. */
static int make_program(struct load *load, struct image *image, struct hive_prog **ret_prog)
{
	const struct caller *caller = load->call->caller;
	const struct verify_request *request = &load->request;
	struct hive_prog *prog;

	int err = hive_prog_new(caller->hive, image, &prog);
	if (err) {
		image_free(image);
		return err;
	}
	prog->type = request->type;
	prog->expected_attach_type = request->expected_attach_type;
	memcpy(prog->name, request->name, sizeof(prog->name));
	prog->gpl_compatible = request->gpl_compatible;
	prog->uid = caller->uid;
	prog->load_time = since_boot();
	prog->verified_insns = load->stats.insns_processed;
	prog->btf = load->btf;
	prog->func_info = load->func_info;
	prog->n_func_info = request->func_info_count;
	prog->func_info_size = request->func_info_size;
	prog->line_info = load->line_info;
	prog->n_line_info = request->line_info_count;
	prog->line_info_size = request->line_info_size;
	load->btf = NULL;
	load->func_info = load->line_info = NULL;
	err = check_prog_arrays(prog);
	if (!err)
		err = hive_prog_tag(caller->hive, load->insns, request->n_insns, prog->tag);
	if (!err)
		err = object_publish(&prog->object);
	if (err) {
		object_put(&prog->object);
		return err;
	}
	memcpy(image->tag, prog->tag, sizeof(image->tag));
	*ret_prog = prog;
	return 0;
}

long cmd_prog_load(struct call *call)
{
	struct load load = { .call = call };
	struct hive_prog *prog;
	struct image *image;

	long err = check(&load);
	if (err)
		return err;
	err = read_program(&load);
	if (err < 0)
		goto out;
	err = verify_with_log(&load, &image);
	if (err)
		goto out;
	err = make_program(&load, image, &prog);
	if (err)
		goto out;
	err = call->caller->ops->install(call->caller, &prog->object, DESCRIPTOR_BOTH);
	if (err < 0)
		object_put(&prog->object);
out:
	if (load.btf)
		object_put(&load.btf->object);
	free(load.insns);
	free(load.func_info);
	free(load.line_info);
	free(load.core_relos);
	return err;
}
