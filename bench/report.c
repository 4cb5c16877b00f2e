/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define RESULTS_MAX 512
#define RATIOS_MAX 12

struct ratio {
	char name[64]; /* "skep_jit/native" */
	double value;
};

struct row {
	struct result result;
	struct ratio ratios[RATIOS_MAX];
	unsigned n_ratios;
};

static struct row rows[RESULTS_MAX];
static unsigned n_rows;

static double figure_of(const struct result *result, const char *name)
{
	for (unsigned i = 0; i < result->runners; i++)
		if (!strcmp(result->of[i].name, name))
			return result->of[i].figure;
	return -1;
}

/* skep's figures divided by those of whom we compare with. */
static void find_ratios(struct row *row)
{
	static const char *const against[] = { "native", "kernel" };

	for (unsigned i = 0; i < row->result.runners; i++) {
		const char *name = row->result.of[i].name;

		for (unsigned k = 0; k < 2 && !strncmp(name, "skep", 4); k++) {
			double theirs = figure_of(&row->result, against[k]);
			struct ratio *ratio = &row->ratios[row->n_ratios];

			if (theirs <= 0 || row->result.of[i].figure < 0 || row->n_ratios == RATIOS_MAX)
				continue;
			snprintf(ratio->name, sizeof(ratio->name), "%s/%s", name, against[k]);
			ratio->value = row->result.of[i].figure / theirs;
			row->n_ratios++;
		}
	}
}

static void print_row(const struct row *row)
{
	printf("%-9s %-12s", row->result.area, row->result.name);
	for (unsigned i = 0; i < row->result.runners; i++) {
		if (row->result.of[i].figure < 0)
			printf("  %s -", row->result.of[i].name);
		else
			printf("  %s %.1f", row->result.of[i].name, row->result.of[i].figure);
	}
	if (row->result.runners)
		printf(" %s", row->result.unit);
	for (unsigned i = 0; i < row->n_ratios; i++)
		printf("  %s %.2f", row->ratios[i].name, row->ratios[i].value);
	printf("\n");
	fflush(stdout);
}

void report_add(const struct result *result)
{
	if (n_rows == RESULTS_MAX)
		return;
	struct row *row = &rows[n_rows++];
	row->result = *result;
	find_ratios(row);
	print_row(row);
}

void report_geomean(const char *area)
{
	struct row mean = { .result = { .area = area, .name = "geomean", .unit = "ratio" } };
	double logs[RATIOS_MAX] = { 0 };
	unsigned counts[RATIOS_MAX] = { 0 };

	for (unsigned r = 0; r < n_rows; r++) {
		if (strcmp(rows[r].result.area, area) || !strcmp(rows[r].result.name, "empty"))
			continue;
		for (unsigned i = 0; i < rows[r].n_ratios; i++) {
			unsigned k = 0;

			while (k < mean.n_ratios && strcmp(mean.ratios[k].name, rows[r].ratios[i].name))
				k++;
			if (k == RATIOS_MAX || rows[r].ratios[i].value <= 0)
				continue;
			if (k == mean.n_ratios)
				memcpy(mean.ratios[mean.n_ratios++].name, rows[r].ratios[i].name,
					sizeof(mean.ratios[0].name));
			logs[k] += log(rows[r].ratios[i].value);
			counts[k]++;
		}
	}
	for (unsigned k = 0; k < mean.n_ratios; k++)
		mean.ratios[k].value = exp(logs[k] / counts[k]);
	if (!mean.n_ratios || n_rows == RESULTS_MAX)
		return;
	rows[n_rows++] = mean;
	print_row(&mean);
}

int report_write(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return -errno;
	fprintf(file, "[");
	for (unsigned r = 0; r < n_rows; r++) {
		const struct result *result = &rows[r].result;

		fprintf(file, "%s\n  {\"area\": \"%s\", \"name\": \"%s\", \"unit\": \"%s\"", r ? "," : "", result->area,
			result->name, result->unit);
		for (unsigned i = 0; i < result->runners; i++)
			if (result->of[i].figure >= 0)
				fprintf(file, ", \"%s\": %.4g", result->of[i].name, result->of[i].figure);
		for (unsigned i = 0; i < rows[r].n_ratios; i++)
			fprintf(file, ", \"%s\": %.4g", rows[r].ratios[i].name, rows[r].ratios[i].value);
		fprintf(file, "}");
	}
	fprintf(file, "\n]\n");
	int failed = ferror(file);
	return fclose(file) || failed ? -EIO : 0;
}
