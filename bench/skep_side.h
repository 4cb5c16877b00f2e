/* SPDX-License-Identifier: BSD-2-Clause */
/* Our side: an object file loaded by libbpf into a hive of this process, its programs ready to be called. */
#ifndef BENCH_SKEP_SIDE_H
#define BENCH_SKEP_SIDE_H

#include <stdint.h>

struct bound;
struct image;

struct skep_object;

/* -errno, with libbpf's message on standard error if the object is refused. */
int skep_object_load(const char *path, struct skep_object **ret_object);
void skep_object_close(struct skep_object *object);

/* The verified image of a program; it lives as long as the object. NULL if there is no such program. */
const struct image *skep_object_image(struct skep_object *object, const char *program);

/* Takes everything out of the ring buffer `ring`. False if the object has none. */
int skep_object_empty_ring(struct skep_object *object);

#endif
