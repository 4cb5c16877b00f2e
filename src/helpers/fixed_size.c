/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes of the memory that helpers take without being told how much. */
#include "helpers/proto.h"
#include "skep/uapi.h"

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20

uint32_t helper_fixed_size(uint32_t number, int argument)
{
	switch (number) {
	case BPF_FUNC_strtol:
	case BPF_FUNC_strtoul:
	case BPF_FUNC_kallsyms_lookup_name:
	case BPF_FUNC_get_func_arg:
	case BPF_FUNC_get_func_ret:
		return 8;
	case BPF_FUNC_check_mtu:
		return 4;
	case BPF_FUNC_tcp_raw_gen_syncookie_ipv4:
		return IPV4_HEADER;
	case BPF_FUNC_tcp_raw_gen_syncookie_ipv6:
		return IPV6_HEADER;
	case BPF_FUNC_tcp_raw_check_syncookie_ipv4:
		return argument == 1 ? IPV4_HEADER : TCP_HEADER;
	case BPF_FUNC_tcp_raw_check_syncookie_ipv6:
		return argument == 1 ? IPV6_HEADER : TCP_HEADER;
	default:
		return 0;
	}
}
