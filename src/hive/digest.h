/* SPDX-License-Identifier: BSD-2-Clause */
/* The digests that program tags are made of: SHA-256 since Linux 6.18, SHA-1 before (FIPS 180-4). */
#ifndef SKEP_HIVE_DIGEST_H
#define SKEP_HIVE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

void digest_sha1(const void *data, size_t size, uint8_t ret_digest[20]);
void digest_sha256(const void *data, size_t size, uint8_t ret_digest[32]);

#endif
