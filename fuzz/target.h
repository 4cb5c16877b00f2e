/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzz target: one function that takes any bytes and must not crash. It ends the process with abort() when something
 * that must hold does not. Built with replay.c, or with libFuzzer (meson -Dfuzzer=true, clang).
 */
#ifndef SKEP_FUZZ_TARGET_H
#define SKEP_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                           \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

#endif
