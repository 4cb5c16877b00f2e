/* SPDX-License-Identifier: BSD-2-Clause */
/* Text with values put into it, as bpf_snprintf and bpf_trace_printk write it. */
#ifndef SKEP_HELPERS_FORMAT_H
#define SKEP_HELPERS_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/*
 * format: size bytes, which hold a NUL (-EINVAL). count arguments; the format may use fewer (-EINVAL if more).
 * Writes at most room bytes with the NUL, which is there if room is not 0. The result is the length without the NUL
 * that there would be with room enough.
 *
 * %d %i %u %x %X with l and ll; %c; %s %pks %pus: text at an address; %p %pK %px: an address; %ps %pS %pB: a function;
 * %pi4 %pI4 %pi6 %pI6: Internet addresses; %%. Between: 0, -, +, space, and a width. Control
 * characters are -EINVAL, and so is every other conversion. Text and addresses that cannot be read come out as nothing,
 * and as zeros.
 */
int format_text(char *to, size_t room, const char *format, uint32_t size, const uint64_t *args, uint32_t count);

/* Where bpf_trace_printk's lines go: set by who has a reader for them. NULL: nobody reads them. */
typedef void trace_sink_fn(void *argument, const char *text, size_t length);
struct trace_sink {
	trace_sink_fn *write;
	void *argument;
};
void trace_sink_set(const struct trace_sink *sink); /* must outlive the programs that run */

#endif
