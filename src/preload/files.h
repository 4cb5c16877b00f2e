/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of /proc and /sys that tell of a hive instead of the machine. */
#ifndef SKEP_PRELOAD_FILES_H
#define SKEP_PRELOAD_FILES_H

/*
 * Opens a file of the hive's world: a descriptor of a memory file with its text, for reading. -ENOENT if the path is
 * not one of them: it is the machine's. -EACCES: it cannot be opened so.
 */
long file_open(const char *path, int flags);

#endif
