/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel releases: what every `since` column is made of, and what a profile compares with. */
#ifndef SKEP_BASE_RELEASE_H
#define SKEP_BASE_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

/* A release as one comparable number: V(6, 18) > V(6, 9). V(0, 0) means "always". */
typedef uint16_t release_t;
#define V(major, minor) ((release_t)((major) << 8 | (minor)))
#define RELEASE_MAJOR(release) ((release) >> 8)
#define RELEASE_MINOR(release) ((release)&0xff)

/* The release that skep is, unless a profile says otherwise. Rows that are newer exist only in newer profiles. */
#define RELEASE_REFERENCE V(6, 18)

/* How far a row of a table is implemented. */
enum support {
	SUPPORT_NONE,
	SUPPORT_PARTIAL,
	SUPPORT_FULL,
};

/* "5.15" to V(5, 15). -EINVAL if the text is not MAJOR.MINOR[.anything]. */
int release_parse(const char *text, release_t *ret_release);

#endif
