/* SPDX-License-Identifier: BSD-2-Clause */
/* struct bpf_prog_info. Lengths and counts are in and out: room that the caller has, and how much there is. */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "exec/exec.h"
#include "hive/btf.h"
#include "hive/map.h"
#include "hive/prog.h"
#include "progs/image.h"
#include "sys/info.h"
#include "verifier/verify.h"

static uint32_t id_of(const struct map *map)
{
	const struct hive_map *object = hive_map_behind(map);

	return object ? object->object.id : 0;
}

/* Ids of all maps that the program holds; how many there are comes back. */
static int put_map_ids(struct call *call, struct hive_prog *prog, uint64_t to, uint32_t room, uint32_t *ret_count)
{
	pthread_mutex_t *lock = &prog->object.hive->lock;
	uint32_t n_maps = prog->image->n_maps;

	pthread_mutex_lock(lock);
	uint32_t count = n_maps + prog->n_extra_maps;
	uint32_t *ids = malloc((size_t)count * sizeof(*ids) + 1);
	for (uint32_t i = 0; ids && i < count; i++)
		ids[i] = id_of(i < n_maps ? prog->image->maps[i] : prog->extra_maps[i - n_maps]);
	pthread_mutex_unlock(lock);
	if (!ids)
		return -ENOMEM;
	int err = call_write(call, to, ids, (size_t)MIN(room, count) * sizeof(*ids));
	free(ids);
	*ret_count = count;
	return err;
}

/* The instructions as they run, with ids where an image has indices of its maps. */
static struct bpf_insn *dump(const struct image *image)
{
	struct bpf_insn *insns = malloc((size_t)image->n_insns * sizeof(*insns));

	if (!insns)
		return NULL;
	memcpy(insns, image->insns, (size_t)image->n_insns * sizeof(*insns));
	for (uint32_t i = 0; i + 1 < image->n_insns; i++) {
		struct bpf_insn *insn = &insns[i];

		if (insn->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (insn->src_reg == BPF_PSEUDO_MAP_IDX || insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE) {
			bool value = insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE;

			insn->imm = id_of(image->maps[insn->imm]);
			insn->src_reg = value ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD;
		}
		i++;
	}
	return insns;
}

static int put_xlated(struct call *call, const struct image *image, uint64_t to, uint32_t room)
{
	uint32_t size = image->n_insns * sizeof(struct bpf_insn);

	if (!room)
		return 0;
	struct bpf_insn *insns = dump(image);
	if (!insns)
		return -ENOMEM;
	int err = call_write(call, to, insns, MIN(size, room));
	free(insns);
	return err;
}

/* Machine code is one piece, whatever the number of functions. */
static int put_jited(
	struct call *call, struct hive_prog *prog, const struct bpf_prog_info *asked, struct bpf_prog_info *info)
{
	struct bound *bound;
	uint32_t size = 0;

	if (prog->object.hive->interpret || hive_prog_bind(prog, &bound) < 0)
		return 0;
	const void *code = exec_code(bound, &size);
	uint64_t address = (uintptr_t)code;
	if (!code)
		return 0;
	info->jited_prog_len = size;
	info->nr_jited_ksyms = 1;
	info->nr_jited_func_lens = 1;
	int err = call_write(call, asked->jited_prog_insns, code, MIN(size, asked->jited_prog_len));
	if (!err && asked->nr_jited_ksyms)
		err = call_write(call, asked->jited_ksyms, &address, sizeof(address));
	if (!err && asked->nr_jited_func_lens)
		err = call_write(call, asked->jited_func_lens, &size, sizeof(size));
	return err;
}

/* Functions stay in the order in which they were described; where they begin is known now. */
static int put_func_info(
	struct call *call, const struct hive_prog *prog, const struct bpf_prog_info *asked, struct bpf_prog_info *info)
{
	uint32_t count = MIN(prog->n_func_info, prog->image->n_subprogs);

	info->nr_func_info = count;
	for (uint32_t i = 0; i < MIN(count, asked->nr_func_info); i++) {
		struct bpf_func_info record;

		memcpy(&record, (uint8_t *)prog->func_info + (size_t)i * prog->func_info_size, sizeof(record));
		record.insn_off = prog->image->subprogs[i].start;
		int err = call_write(call, asked->func_info + i * sizeof(record), &record, sizeof(record));
		if (err)
			return err;
	}
	return 0;
}

/*
 * The image tells which lines are still there and where; the records, in the same order, what else belongs to them.
 */
static int put_line_info(
	struct call *call, const struct hive_prog *prog, const struct bpf_prog_info *asked, struct bpf_prog_info *info)
{
	uint32_t at = 0, count = 0;

	for (uint32_t i = 0; i < prog->image->n_lines; i++) {
		const struct image_line *line = &prog->image->lines[i];
		struct bpf_line_info record = {};

		for (; at < prog->n_line_info; at++) {
			memcpy(&record, (uint8_t *)prog->line_info + (size_t)at * prog->line_info_size, sizeof(record));
			if (record.line_col >> 10 == line->line && (record.line_col & 0x3ff) == line->column)
				break;
		}
		if (at++ >= prog->n_line_info)
			break;
		record.insn_off = line->insn;
		if (count < asked->nr_line_info) {
			int err = call_write(call, asked->line_info + count * sizeof(record), &record, sizeof(record));

			if (err)
				return err;
		}
		count++;
	}
	info->nr_line_info = count;
	return 0;
}

static int put_tags(struct call *call, const struct hive_prog *prog, const struct bpf_prog_info *asked)
{
	return asked->nr_prog_tags ? call_write(call, asked->prog_tags, prog->tag, sizeof(prog->tag)) : 0;
}

int info_prog(struct call *call, struct hive_prog *prog)
{
	struct bpf_prog_info asked;
	int err = info_get(call, &asked, sizeof(asked));

	if (err)
		return err;
	struct bpf_prog_info info = asked;
	info.type = prog->type;
	info.id = prog->object.id;
	info.load_time = prog->load_time;
	info.created_by_uid = prog->uid;
	info.gpl_compatible = prog->gpl_compatible;
	memcpy(info.tag, prog->tag, sizeof(info.tag));
	memcpy(info.name, prog->name, sizeof(info.name));
	info.run_time_ns = atomic_load(&prog->run_nanoseconds);
	info.run_cnt = atomic_load(&prog->run_count);
	info.recursion_misses = 0;
	info.verified_insns = prog->verified_insns;
	info.btf_id = prog->btf ? prog->btf->object.id : 0;
	info.attach_btf_id = prog->attach_btf_id;
	info.attach_btf_obj_id = prog->attach_btf_obj_id;
	info.func_info_rec_size = sizeof(struct bpf_func_info);
	info.line_info_rec_size = sizeof(struct bpf_line_info);
	info.jited_line_info_rec_size = sizeof(uint64_t);
	info.nr_jited_ksyms = info.nr_jited_func_lens = info.nr_jited_line_info = 0;
	info.jited_prog_len = info.xlated_prog_len = 0;
	info.nr_prog_tags = 0;
	info.nr_func_info = info.nr_line_info = 0;
	err = put_map_ids(call, prog, asked.map_ids, asked.nr_map_ids, &info.nr_map_ids);
	if (err)
		return err;
	if (!(call->caller->capabilities & (VERIFY_CAP_BPF | VERIFY_CAP_SYS_ADMIN)))
		goto put;
	info.xlated_prog_len = prog->image->n_insns * sizeof(struct bpf_insn);
	info.nr_prog_tags = 1;
	err = put_xlated(call, prog->image, asked.xlated_prog_insns, asked.xlated_prog_len);
	if (!err)
		err = put_jited(call, prog, &asked, &info);
	if (!err)
		err = put_func_info(call, prog, &asked, &info);
	if (!err)
		err = put_line_info(call, prog, &asked, &info);
	if (!err)
		err = put_tags(call, prog, &asked);
	if (err)
		return err;
put:
	return info_put(call, &info, sizeof(info));
}
