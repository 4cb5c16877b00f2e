/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/hive.h"

#include <errno.h>
#include <stdlib.h>

#include "base/macros.h"
#include "hive/descriptor.h"
#include "hive/map_objects.h"
#include "hive/pins.h"

SKEP_PUBLIC int skep_hive_new(const struct skep_hive_opts *opts, struct skep_hive **ret_hive)
{
	release_t release = RELEASE_REFERENCE;

	if (opts && opts->sz < sizeof(opts->sz))
		return -EINVAL;
#define OPT(field, otherwise) \
	(opts && opts->sz >= offsetof(struct skep_hive_opts, field) + sizeof(opts->field) ? opts->field : (otherwise))
	const char *kernel = OPT(kernel, NULL);
	if (kernel && release_parse(kernel, &release) < 0)
		return -EINVAL;
	struct skep_hive *hive = calloc(1, sizeof(*hive));
	if (!hive)
		return -ENOMEM;
	pthread_mutex_init(&hive->lock, NULL);
	hive->release = release;
	hive->interpret = OPT(interpret, false);
	hive->unprivileged_bpf_disabled = 2;
#undef OPT
	map_objects_init(hive);
	*ret_hive = hive;
	return 0;
}

SKEP_PUBLIC void skep_hive_free(struct skep_hive *hive)
{
	if (!hive)
		return;
	pins_free(hive);
	descriptors_forget(hive);
	for (int kind = 0; kind < OBJECT_KINDS; kind++)
		ids_free(&hive->ids[kind]);
	pthread_mutex_destroy(&hive->lock);
	free(hive);
}

void hive_before_fork(struct skep_hive *hive)
{
	descriptors_lock();
	pthread_mutex_lock(&hive->lock);
}

void hive_after_fork(struct skep_hive *hive)
{
	pthread_mutex_unlock(&hive->lock);
	descriptors_unlock();
}
