/* SPDX-License-Identifier: BSD-2-Clause */
/* A hive: one BPF kernel in user space. It owns its objects, their ids, pins and links, and claims to be one release.
 */
#ifndef SKEP_HIVE_HIVE_H
#define SKEP_HIVE_HIVE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/release.h"
#include "hive/ids.h"
#include "maps/map.h"
#include "skep/skep.h"

enum object_kind {
	OBJECT_MAP,
	OBJECT_PROG,
	OBJECT_BTF,
	OBJECT_LINK,
	OBJECT_STATS, /* has no id */
	OBJECT_EVENT, /* its id is the hive's own business */
	OBJECT_KINDS,
};

struct skep_hive {
	pthread_mutex_t lock; /* ids and references */
	struct ids ids[OBJECT_KINDS];
	release_t release; /* the profile */
	_Atomic uint32_t stats_users; /* descriptors that keep run statistics on */
	struct pin *pins; /* the BPF file system */
	uint64_t last_inode; /* given out there */
	struct map_objects map_objects; /* what maps of this hive refer to */
	bool interpret; /* programs run in the interpreter, not as machine code */
	uint32_t unprivileged_bpf_disabled; /* the hive's kernel.unprivileged_bpf_disabled: 0, 1 or 2 */
};

/* Around fork(): the child gets a hive of its own, in which nothing is half done. */
void hive_before_fork(struct skep_hive *hive);
void hive_after_fork(struct skep_hive *hive);

#endif
