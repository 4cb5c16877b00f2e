/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/release.h"

#include <errno.h>
#include <stdlib.h>

int release_parse(const char *text, release_t *ret_release)
{
	char *end;
	unsigned long major = strtoul(text, &end, 10);

	if (end == text || *end != '.' || text[0] < '0' || text[0] > '9' || major > 99)
		return -EINVAL;
	const char *minor_text = end + 1;
	unsigned long minor = strtoul(minor_text, &end, 10);
	if (end == minor_text || (*end && *end != '.') || minor_text[0] < '0' || minor_text[0] > '9' || minor > 255)
		return -EINVAL;
	*ret_release = V(major, minor);
	return 0;
}
