/* SPDX-License-Identifier: BSD-2-Clause */
/* The contents of an object's maps, as its BTF describes them. */
#ifndef SKEP_CLI_MAP_PRINT_H
#define SKEP_CLI_MAP_PRINT_H

#include <bpf/libbpf.h>
#include <stdio.h>

struct json;

/*
 * Every map but those of constants. Of arrays, elements that are all zero are left out; of each map at most limit
 * elements are shown. What cannot be read (a ring buffer) is named and left out.
 */
void maps_text(FILE *out, const struct bpf_object *object, unsigned limit);
void maps_json(struct json *json, const char *key, const struct bpf_object *object, unsigned limit);

#endif
