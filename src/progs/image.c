/* SPDX-License-Identifier: BSD-2-Clause */
#include "progs/image.h"

#include <stdlib.h>

#include "maps/map.h"

void image_free(struct image *image)
{
	if (!image)
		return;
	for (uint32_t i = 0; i < image->n_maps; i++)
		map_put(image->maps[i]);
	for (uint32_t i = 0; i < image->n_subprogs; i++)
		free((char *)image->subprogs[i].name);
	for (uint32_t i = 0; i < image->n_lines; i++) {
		free((char *)image->lines[i].file);
		free((char *)image->lines[i].text);
	}
	free(image->insns);
	free(image->subprogs);
	free(image->maps);
	free(image->kfuncs);
	free(image->lines);
	free(image);
}
