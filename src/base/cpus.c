/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/cpus.h"

#include <stdio.h>
#include <unistd.h>

/* "0-3,8" is 5. 0 if the text is not a list of ranges. */
static uint32_t count_list(FILE *file)
{
	uint32_t count = 0, first, last;
	int separator;

	do {
		if (fscanf(file, "%u", &first) != 1)
			return 0;
		last = first;
		separator = fgetc(file);
		if (separator == '-') {
			if (fscanf(file, "%u", &last) != 1 || last < first || last - first > 65535)
				return 0;
			separator = fgetc(file);
		}
		count += last - first + 1;
	} while (separator == ',');
	return count;
}

uint32_t cpus_possible(void)
{
	FILE *file = fopen("/sys/devices/system/cpu/possible", "re");
	uint32_t count = 0;

	if (file) {
		count = count_list(file);
		fclose(file);
	}
	if (!count) {
		long configured = sysconf(_SC_NPROCESSORS_CONF);

		count = configured > 0 ? (uint32_t)configured : 1;
	}
	return count;
}
