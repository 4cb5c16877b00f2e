/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers and layouts of bpf(2), for skep and for programs that embed it.
 *
 * Names and layouts are those of the Linux user-space interface, so code that is written for <linux/bpf.h> compiles
 * against this header. It replaces <linux/bpf.h>, whatever release the system has: include it first, or alone.
 */
#ifndef SKEP_UAPI_H
#define SKEP_UAPI_H

#ifdef __LINUX_BPF_H__
#error "include skep/uapi.h before linux/bpf.h"
#endif
#define __LINUX_BPF_H__ 1
#define __LINUX_BPF_COMMON_H__ 1

#include <linux/types.h>

/* Instruction classes and fields, RFC 9669 section 3. */
#define BPF_CLASS(code) ((code)&0x07)
#define BPF_LD 0x00
#define BPF_LDX 0x01
#define BPF_ST 0x02
#define BPF_STX 0x03
#define BPF_ALU 0x04
#define BPF_JMP 0x05
#define BPF_RET 0x06
#define BPF_MISC 0x07
#define BPF_SIZE(code) ((code)&0x18)
#define BPF_W 0x00
#define BPF_H 0x08
#define BPF_B 0x10
#define BPF_MODE(code) ((code)&0xe0)
#define BPF_IMM 0x00
#define BPF_ABS 0x20
#define BPF_IND 0x40
#define BPF_MEM 0x60
#define BPF_LEN 0x80
#define BPF_MSH 0xa0
#define BPF_OP(code) ((code)&0xf0)
#define BPF_ADD 0x00
#define BPF_SUB 0x10
#define BPF_MUL 0x20
#define BPF_DIV 0x30
#define BPF_OR 0x40
#define BPF_AND 0x50
#define BPF_LSH 0x60
#define BPF_RSH 0x70
#define BPF_NEG 0x80
#define BPF_MOD 0x90
#define BPF_XOR 0xa0
#define BPF_JA 0x00
#define BPF_JEQ 0x10
#define BPF_JGT 0x20
#define BPF_JGE 0x30
#define BPF_JSET 0x40
#define BPF_SRC(code) ((code)&0x08)
#define BPF_K 0x00
#define BPF_X 0x08
#ifndef BPF_MAXINSNS
#define BPF_MAXINSNS 4096
#endif

/* Flags and numbers that the kernel keeps as macros. */
#define BPF_ALU64 7
#define BPF_ARSH 0xc0
#define BPF_ATOMIC 0xc0
#define BPF_BUILD_ID_SIZE 0x14
#define BPF_CALL 0x80
#define BPF_CMPXCHG 0xf1
#define BPF_DW 0x18
#define BPF_END 0xd0
#define BPF_EXIT 0x90
#define BPF_FETCH 1
#define BPF_FROM_BE 8
#define BPF_FROM_LE 0
#define BPF_F_AFTER 0x10
#define BPF_F_ALLOW_MULTI 2
#define BPF_F_ALLOW_OVERRIDE 1
#define BPF_F_ANY_ALIGNMENT 2
#define BPF_F_BEFORE 8
#define BPF_F_ID 0x20
#define BPF_F_NETFILTER_IP_DEFRAG 1
#define BPF_F_PREORDER 0x40
#define BPF_F_QUERY_EFFECTIVE 1
#define BPF_F_REDIRECT_FLAGS 0x1b
#define BPF_F_REPLACE 4
#define BPF_F_SLEEPABLE 0x10
#define BPF_F_STRICT_ALIGNMENT 1
#define BPF_F_TEST_REG_INVARIANTS 0x80
#define BPF_F_TEST_RND_HI32 4
#define BPF_F_TEST_RUN_ON_CPU 1
#define BPF_F_TEST_SKB_CHECKSUM_COMPLETE 4
#define BPF_F_TEST_STATE_FREQ 8
#define BPF_F_TEST_XDP_LIVE_FRAMES 2
#define BPF_F_XDP_DEV_BOUND_ONLY 0x40
#define BPF_F_XDP_HAS_FRAGS 0x20
#define BPF_JCOND 0xe0
#define BPF_JLE 0xb0
#define BPF_JLT 0xa0
#define BPF_JMP32 6
#define BPF_JNE 0x50
#define BPF_JSGE 0x70
#define BPF_JSGT 0x60
#define BPF_JSLE 0xd0
#define BPF_JSLT 0xc0
#define BPF_LOAD_ACQ 0x100
#define BPF_MEMSX 0x80
#define BPF_MOV 0xb0
#define BPF_OBJ_NAME_LEN 0x10
#define BPF_PSEUDO_BTF_ID 3
#define BPF_PSEUDO_CALL 1
#define BPF_PSEUDO_FUNC 4
#define BPF_PSEUDO_KFUNC_CALL 2
#define BPF_PSEUDO_MAP_FD 1
#define BPF_PSEUDO_MAP_IDX 5
#define BPF_PSEUDO_MAP_IDX_VALUE 6
#define BPF_PSEUDO_MAP_VALUE 2
#define BPF_STORE_REL 0x110
#define BPF_TAG_SIZE 8
#define BPF_TO_BE 8
#define BPF_TO_LE 0
#define BPF_XADD 0xc0
#define BPF_XCHG 0xe1
#define MAX_BPF_ATTACH_TYPE 0x3e
#define MAX_BPF_LINK_TYPE 0x10
#define MAX_BPF_REG 11
#define XDP_PACKET_HEADROOM 0x100

enum bpf_addr_space_cast {
	BPF_ADDR_SPACE_CAST = 1,
};

enum {
	BPF_ADJ_ROOM_ENCAP_L2_MASK = 255,
	BPF_ADJ_ROOM_ENCAP_L2_SHIFT = 56,
	BPF_ANY = 0,
	BPF_CSUM_LEVEL_DEC = 2,
	BPF_CSUM_LEVEL_INC = 1,
	BPF_CSUM_LEVEL_QUERY = 0,
	BPF_CSUM_LEVEL_RESET = 3,
	BPF_DEVCG_ACC_MKNOD = 1,
	BPF_DEVCG_ACC_READ = 2,
	BPF_DEVCG_ACC_WRITE = 4,
	BPF_DEVCG_DEV_BLOCK = 1,
	BPF_DEVCG_DEV_CHAR = 2,
	BPF_EXIST = 2,
	BPF_FIB_LKUP_RET_BLACKHOLE = 1,
	BPF_FIB_LKUP_RET_FRAG_NEEDED = 8,
	BPF_FIB_LKUP_RET_FWD_DISABLED = 5,
	BPF_FIB_LKUP_RET_NOT_FWDED = 4,
	BPF_FIB_LKUP_RET_NO_NEIGH = 7,
	BPF_FIB_LKUP_RET_NO_SRC_ADDR = 9,
	BPF_FIB_LKUP_RET_PROHIBIT = 3,
	BPF_FIB_LKUP_RET_SUCCESS = 0,
	BPF_FIB_LKUP_RET_UNREACHABLE = 2,
	BPF_FIB_LKUP_RET_UNSUPP_LWT = 6,
	BPF_FIB_LKUP_RET_VLAN_FAILURE = 10,
	BPF_FIB_LOOKUP_DIRECT = 1,
	BPF_FIB_LOOKUP_MARK = 32,
	BPF_FIB_LOOKUP_OUTPUT = 2,
	BPF_FIB_LOOKUP_SKIP_NEIGH = 4,
	BPF_FIB_LOOKUP_SRC = 16,
	BPF_FIB_LOOKUP_TBID = 8,
	BPF_FIB_LOOKUP_VLAN = 64,
	BPF_FIB_LOOKUP_VLAN_INPUT = 128,
	BPF_FLOW_DISSECTOR_F_PARSE_1ST_FRAG = 1,
	BPF_FLOW_DISSECTOR_F_STOP_AT_ENCAP = 4,
	BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL = 2,
	BPF_F_ALL_CPUS = 16,
	BPF_F_BPRM_SECUREEXEC = 1,
	BPF_F_BROADCAST = 8,
	BPF_F_CLONE = 512,
	BPF_F_CPU = 8,
	BPF_F_CTXLEN_MASK = 0xfffff00000000ULL,
	BPF_F_CURRENT_CPU = 0xffffffffU,
	BPF_F_CURRENT_NETNS = -1,
	BPF_F_DONT_FRAGMENT = 4,
	BPF_F_EGRESS = 2,
	BPF_F_EXCLUDE_INGRESS = 16,
	BPF_F_FAST_STACK_CMP = 512,
	BPF_F_GET_BRANCH_RECORDS_SIZE = 1,
	BPF_F_HDR_FIELD_MASK = 15,
	BPF_F_INDEX_MASK = 0xffffffffU,
	BPF_F_INGRESS = 1,
	BPF_F_INNER_MAP = 4096,
	BPF_F_INVALIDATE_HASH = 2,
	BPF_F_IPV6 = 128,
	BPF_F_KPROBE_MULTI_RETURN = 1,
	BPF_F_LINK = 0x2000,
	BPF_F_LOCK = 4,
	BPF_F_MARK_ENFORCE = 64,
	BPF_F_MARK_MANGLED_0 = 32,
	BPF_F_MMAPABLE = 1024,
	BPF_F_NO_COMMON_LRU = 2,
	BPF_F_NO_PREALLOC = 1,
	BPF_F_NO_TUNNEL_KEY = 16,
	BPF_F_NO_USER_CONV = 0x40000,
	BPF_F_NUMA_NODE = 4,
	BPF_F_PATH_FD = 0x4000,
	BPF_F_PRESERVE_ELEMS = 2048,
	BPF_F_PSEUDO_HDR = 16,
	BPF_F_RB_OVERWRITE = 0x80000,
	BPF_F_RDONLY = 8,
	BPF_F_RDONLY_PROG = 128,
	BPF_F_RECOMPUTE_CSUM = 1,
	BPF_F_REUSE_STACKID = 1024,
	BPF_F_SEGV_ON_FAULT = 0x20000,
	BPF_F_SEQ_NUMBER = 8,
	BPF_F_SKIP_FIELD_MASK = 255,
	BPF_F_STACK_BUILD_ID = 32,
	BPF_F_SYSCTL_BASE_NAME = 1,
	BPF_F_TIMER_ABS = 1,
	BPF_F_TIMER_CPU_PIN = 2,
	BPF_F_TOKEN_FD = 0x10000,
	BPF_F_TUNINFO_FLAGS = 16,
	BPF_F_TUNINFO_IPV6 = 1,
	BPF_F_UPROBE_MULTI_PATH_FD = 2,
	BPF_F_UPROBE_MULTI_RETURN = 1,
	BPF_F_USER_BUILD_ID = 2048,
	BPF_F_USER_STACK = 256,
	BPF_F_VTYPE_BTF_OBJ_FD = 0x8000,
	BPF_F_WRONLY = 16,
	BPF_F_WRONLY_PROG = 256,
	BPF_F_ZERO_CSUM_TX = 2,
	BPF_F_ZERO_SEED = 64,
	BPF_LOAD_HDR_OPT_TCP_SYN = 1,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
	BPF_NOEXIST = 1,
	BPF_RB_AVAIL_DATA = 0,
	BPF_RB_CONS_POS = 2,
	BPF_RB_FORCE_WAKEUP = 2,
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_OVERWRITE_POS = 4,
	BPF_RB_PROD_POS = 3,
	BPF_RB_RING_SIZE = 1,
	BPF_REG_0 = 0,
	BPF_REG_1 = 1,
	BPF_REG_10 = 10,
	BPF_REG_2 = 2,
	BPF_REG_3 = 3,
	BPF_REG_4 = 4,
	BPF_REG_5 = 5,
	BPF_REG_6 = 6,
	BPF_REG_7 = 7,
	BPF_REG_8 = 8,
	BPF_REG_9 = 9,
	BPF_RINGBUF_BUSY_BIT = 0x80000000U,
	BPF_RINGBUF_DISCARD_BIT = 0x40000000,
	BPF_RINGBUF_HDR_SZ = 8,
	BPF_SKB_CLOCK_MONOTONIC = 1,
	BPF_SKB_CLOCK_REALTIME = 0,
	BPF_SKB_CLOCK_TAI = 2,
	BPF_SKB_TSTAMP_DELIVERY_MONO = 1,
	BPF_SKB_TSTAMP_UNSPEC = 0,
	BPF_SK_LOOKUP_F_NO_REUSEPORT = 2,
	BPF_SK_LOOKUP_F_REPLACE = 1,
	BPF_SK_STORAGE_GET_F_CREATE = 1,
	BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB = 4,
	BPF_SOCK_OPS_ALL_CB_FLAGS = 127,
	BPF_SOCK_OPS_BASE_RTT = 7,
	BPF_SOCK_OPS_HDR_OPT_LEN_CB = 14,
	BPF_SOCK_OPS_NEEDS_ECN = 6,
	BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG = 16,
	BPF_SOCK_OPS_PARSE_HDR_OPT_CB = 13,
	BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG = 32,
	BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB = 5,
	BPF_SOCK_OPS_RETRANS_CB = 9,
	BPF_SOCK_OPS_RETRANS_CB_FLAG = 2,
	BPF_SOCK_OPS_RTO_CB = 8,
	BPF_SOCK_OPS_RTO_CB_FLAG = 1,
	BPF_SOCK_OPS_RTT_CB = 12,
	BPF_SOCK_OPS_RTT_CB_FLAG = 8,
	BPF_SOCK_OPS_RWND_INIT = 2,
	BPF_SOCK_OPS_STATE_CB = 10,
	BPF_SOCK_OPS_STATE_CB_FLAG = 4,
	BPF_SOCK_OPS_TCP_CONNECT_CB = 3,
	BPF_SOCK_OPS_TCP_LISTEN_CB = 11,
	BPF_SOCK_OPS_TIMEOUT_INIT = 1,
	BPF_SOCK_OPS_TSTAMP_ACK_CB = 19,
	BPF_SOCK_OPS_TSTAMP_SCHED_CB = 16,
	BPF_SOCK_OPS_TSTAMP_SENDMSG_CB = 20,
	BPF_SOCK_OPS_TSTAMP_SND_HW_CB = 18,
	BPF_SOCK_OPS_TSTAMP_SND_SW_CB = 17,
	BPF_SOCK_OPS_VOID = 0,
	BPF_SOCK_OPS_WRITE_HDR_OPT_CB = 15,
	BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG = 64,
	BPF_STREAM_STDERR = 2,
	BPF_STREAM_STDOUT = 1,
	BPF_TCP_BOUND_INACTIVE = 13,
	BPF_TCP_CLOSE = 7,
	BPF_TCP_CLOSE_WAIT = 8,
	BPF_TCP_CLOSING = 11,
	BPF_TCP_ESTABLISHED = 1,
	BPF_TCP_FIN_WAIT1 = 4,
	BPF_TCP_FIN_WAIT2 = 5,
	BPF_TCP_LAST_ACK = 9,
	BPF_TCP_LISTEN = 10,
	BPF_TCP_MAX_STATES = 14,
	BPF_TCP_NEW_SYN_RECV = 12,
	BPF_TCP_SYN_RECV = 3,
	BPF_TCP_SYN_SENT = 2,
	BPF_TCP_TIME_WAIT = 6,
	BPF_WRITE_HDR_TCP_CURRENT_MSS = 1,
	BPF_WRITE_HDR_TCP_SYNACK_COOKIE = 2,
	BTF_F_COMPACT = 1,
	BTF_F_NONAME = 2,
	BTF_F_PTR_RAW = 4,
	BTF_F_ZERO = 8,
	SK_BPF_BYPASS_PROT_MEM = 1010,
	SK_BPF_CB_FLAGS = 1009,
	SK_BPF_CB_MASK = 1,
	SK_BPF_CB_TX_TIMESTAMPING = 1,
	TCP_BPF_DELACK_MAX = 1003,
	TCP_BPF_IW = 1001,
	TCP_BPF_RTO_MIN = 1004,
	TCP_BPF_SNDCWND_CLAMP = 1002,
	TCP_BPF_SOCK_OPS_CB_FLAGS = 1008,
	TCP_BPF_SYN = 1005,
	TCP_BPF_SYN_IP = 1006,
	TCP_BPF_SYN_MAC = 1007,
	__MAX_BPF_REG = 11,
};

enum bpf_adj_room_mode {
	BPF_ADJ_ROOM_NET = 0,
	BPF_ADJ_ROOM_MAC = 1,
};

enum bpf_cgroup_iter_order {
	BPF_CGROUP_ITER_ORDER_UNSPEC = 0,
	BPF_CGROUP_ITER_SELF_ONLY = 1,
	BPF_CGROUP_ITER_DESCENDANTS_PRE = 2,
	BPF_CGROUP_ITER_DESCENDANTS_POST = 3,
	BPF_CGROUP_ITER_ANCESTORS_UP = 4,
	BPF_CGROUP_ITER_CHILDREN = 5,
};

enum bpf_core_relo_kind {
	BPF_CORE_FIELD_BYTE_OFFSET = 0,
	BPF_CORE_FIELD_BYTE_SIZE = 1,
	BPF_CORE_FIELD_EXISTS = 2,
	BPF_CORE_FIELD_SIGNED = 3,
	BPF_CORE_FIELD_LSHIFT_U64 = 4,
	BPF_CORE_FIELD_RSHIFT_U64 = 5,
	BPF_CORE_TYPE_ID_LOCAL = 6,
	BPF_CORE_TYPE_ID_TARGET = 7,
	BPF_CORE_TYPE_EXISTS = 8,
	BPF_CORE_TYPE_SIZE = 9,
	BPF_CORE_ENUMVAL_EXISTS = 10,
	BPF_CORE_ENUMVAL_VALUE = 11,
	BPF_CORE_TYPE_MATCHES = 12,
};

enum bpf_ret_code {
	BPF_OK = 0,
	BPF_DROP = 2,
	BPF_REDIRECT = 7,
	BPF_LWT_REROUTE = 128,
	BPF_FLOW_DISSECTOR_CONTINUE = 129,
};

enum bpf_task_fd_type {
	BPF_FD_TYPE_RAW_TRACEPOINT = 0,
	BPF_FD_TYPE_TRACEPOINT = 1,
	BPF_FD_TYPE_KPROBE = 2,
	BPF_FD_TYPE_KRETPROBE = 3,
	BPF_FD_TYPE_UPROBE = 4,
	BPF_FD_TYPE_URETPROBE = 5,
};

enum bpf_adj_room_flags {
	BPF_F_ADJ_ROOM_FIXED_GSO = 1,
	BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 = 2,
	BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 = 4,
	BPF_F_ADJ_ROOM_ENCAP_L4_GRE = 8,
	BPF_F_ADJ_ROOM_ENCAP_L4_UDP = 16,
	BPF_F_ADJ_ROOM_NO_CSUM_RESET = 32,
	BPF_F_ADJ_ROOM_ENCAP_L2_ETH = 64,
	BPF_F_ADJ_ROOM_DECAP_L3_IPV4 = 128,
	BPF_F_ADJ_ROOM_DECAP_L3_IPV6 = 256,
	BPF_F_ADJ_ROOM_DECAP_L4_GRE = 512,
	BPF_F_ADJ_ROOM_DECAP_L4_UDP = 1024,
	BPF_F_ADJ_ROOM_DECAP_IPXIP4 = 2048,
	BPF_F_ADJ_ROOM_DECAP_IPXIP6 = 4096,
};

enum bpf_kfunc_flags {
	BPF_F_PAD_ZEROS = 1,
};

enum bpf_hdr_start_off {
	BPF_HDR_START_MAC = 0,
	BPF_HDR_START_NET = 1,
};

enum bpf_lwt_encap_mode {
	BPF_LWT_ENCAP_SEG6 = 0,
	BPF_LWT_ENCAP_SEG6_INLINE = 1,
	BPF_LWT_ENCAP_IP = 2,
};

enum bpf_cond_pseudo_jmp {
	BPF_MAY_GOTO = 0,
};

enum bpf_check_mtu_ret {
	BPF_MTU_CHK_RET_SUCCESS = 0,
	BPF_MTU_CHK_RET_FRAG_NEEDED = 1,
	BPF_MTU_CHK_RET_SEGS_TOOBIG = 2,
};

enum bpf_check_mtu_flags {
	BPF_MTU_CHK_SEGS = 1,
};

enum bpf_perf_event_type {
	BPF_PERF_EVENT_UNSPEC = 0,
	BPF_PERF_EVENT_UPROBE = 1,
	BPF_PERF_EVENT_URETPROBE = 2,
	BPF_PERF_EVENT_KPROBE = 3,
	BPF_PERF_EVENT_KRETPROBE = 4,
	BPF_PERF_EVENT_TRACEPOINT = 5,
	BPF_PERF_EVENT_EVENT = 6,
};

enum bpf_stack_build_id_status {
	BPF_STACK_BUILD_ID_EMPTY = 0,
	BPF_STACK_BUILD_ID_VALID = 1,
	BPF_STACK_BUILD_ID_IP = 2,
};

enum bpf_stats_type {
	BPF_STATS_RUN_TIME = 0,
};

enum sk_action {
	SK_DROP = 0,
	SK_PASS = 1,
};

enum tcx_action_base {
	TCX_NEXT = -1,
	TCX_PASS = 0,
	TCX_DROP = 2,
	TCX_REDIRECT = 7,
};

enum xdp_action {
	XDP_ABORTED = 0,
	XDP_DROP = 1,
	XDP_PASS = 2,
	XDP_TX = 3,
	XDP_REDIRECT = 4,
};

enum bpf_cmd {
	BPF_MAP_CREATE = 0,
	BPF_MAP_LOOKUP_ELEM = 1,
	BPF_MAP_UPDATE_ELEM = 2,
	BPF_MAP_DELETE_ELEM = 3,
	BPF_MAP_GET_NEXT_KEY = 4,
	BPF_PROG_LOAD = 5,
	BPF_OBJ_PIN = 6,
	BPF_OBJ_GET = 7,
	BPF_PROG_ATTACH = 8,
	BPF_PROG_DETACH = 9,
	BPF_PROG_RUN = 10,
	BPF_PROG_TEST_RUN = 10,
	BPF_PROG_GET_NEXT_ID = 11,
	BPF_MAP_GET_NEXT_ID = 12,
	BPF_PROG_GET_FD_BY_ID = 13,
	BPF_MAP_GET_FD_BY_ID = 14,
	BPF_OBJ_GET_INFO_BY_FD = 15,
	BPF_PROG_QUERY = 16,
	BPF_RAW_TRACEPOINT_OPEN = 17,
	BPF_BTF_LOAD = 18,
	BPF_BTF_GET_FD_BY_ID = 19,
	BPF_TASK_FD_QUERY = 20,
	BPF_MAP_LOOKUP_AND_DELETE_ELEM = 21,
	BPF_MAP_FREEZE = 22,
	BPF_BTF_GET_NEXT_ID = 23,
	BPF_MAP_LOOKUP_BATCH = 24,
	BPF_MAP_LOOKUP_AND_DELETE_BATCH = 25,
	BPF_MAP_UPDATE_BATCH = 26,
	BPF_MAP_DELETE_BATCH = 27,
	BPF_LINK_CREATE = 28,
	BPF_LINK_UPDATE = 29,
	BPF_LINK_GET_FD_BY_ID = 30,
	BPF_LINK_GET_NEXT_ID = 31,
	BPF_ENABLE_STATS = 32,
	BPF_ITER_CREATE = 33,
	BPF_LINK_DETACH = 34,
	BPF_PROG_BIND_MAP = 35,
	BPF_TOKEN_CREATE = 36,
	BPF_PROG_STREAM_READ_BY_FD = 37,
	BPF_PROG_ASSOC_STRUCT_OPS = 38,
};

enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC = 0,
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_HASH_OF_MAPS = 13,
	BPF_MAP_TYPE_DEVMAP = 14,
	BPF_MAP_TYPE_SOCKMAP = 15,
	BPF_MAP_TYPE_CPUMAP = 16,
	BPF_MAP_TYPE_XSKMAP = 17,
	BPF_MAP_TYPE_SOCKHASH = 18,
	BPF_MAP_TYPE_CGROUP_STORAGE = 19,
	BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED = 19,
	BPF_MAP_TYPE_REUSEPORT_SOCKARRAY = 20,
	BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE = 21,
	BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED = 21,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_STACK = 23,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_DEVMAP_HASH = 25,
	BPF_MAP_TYPE_STRUCT_OPS = 26,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_INODE_STORAGE = 28,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
	BPF_MAP_TYPE_BLOOM_FILTER = 30,
	BPF_MAP_TYPE_USER_RINGBUF = 31,
	BPF_MAP_TYPE_CGRP_STORAGE = 32,
	BPF_MAP_TYPE_ARENA = 33,
	BPF_MAP_TYPE_INSN_ARRAY = 34,
	BPF_MAP_TYPE_RHASH = 35,
};

enum bpf_prog_type {
	BPF_PROG_TYPE_UNSPEC = 0,
	BPF_PROG_TYPE_SOCKET_FILTER = 1,
	BPF_PROG_TYPE_KPROBE = 2,
	BPF_PROG_TYPE_SCHED_CLS = 3,
	BPF_PROG_TYPE_SCHED_ACT = 4,
	BPF_PROG_TYPE_TRACEPOINT = 5,
	BPF_PROG_TYPE_XDP = 6,
	BPF_PROG_TYPE_PERF_EVENT = 7,
	BPF_PROG_TYPE_CGROUP_SKB = 8,
	BPF_PROG_TYPE_CGROUP_SOCK = 9,
	BPF_PROG_TYPE_LWT_IN = 10,
	BPF_PROG_TYPE_LWT_OUT = 11,
	BPF_PROG_TYPE_LWT_XMIT = 12,
	BPF_PROG_TYPE_SOCK_OPS = 13,
	BPF_PROG_TYPE_SK_SKB = 14,
	BPF_PROG_TYPE_CGROUP_DEVICE = 15,
	BPF_PROG_TYPE_SK_MSG = 16,
	BPF_PROG_TYPE_RAW_TRACEPOINT = 17,
	BPF_PROG_TYPE_CGROUP_SOCK_ADDR = 18,
	BPF_PROG_TYPE_LWT_SEG6LOCAL = 19,
	BPF_PROG_TYPE_LIRC_MODE2 = 20,
	BPF_PROG_TYPE_SK_REUSEPORT = 21,
	BPF_PROG_TYPE_FLOW_DISSECTOR = 22,
	BPF_PROG_TYPE_CGROUP_SYSCTL = 23,
	BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE = 24,
	BPF_PROG_TYPE_CGROUP_SOCKOPT = 25,
	BPF_PROG_TYPE_TRACING = 26,
	BPF_PROG_TYPE_STRUCT_OPS = 27,
	BPF_PROG_TYPE_EXT = 28,
	BPF_PROG_TYPE_LSM = 29,
	BPF_PROG_TYPE_SK_LOOKUP = 30,
	BPF_PROG_TYPE_SYSCALL = 31,
	BPF_PROG_TYPE_NETFILTER = 32,
};

enum bpf_attach_type {
	BPF_CGROUP_INET_INGRESS = 0,
	BPF_CGROUP_INET_EGRESS = 1,
	BPF_CGROUP_INET_SOCK_CREATE = 2,
	BPF_CGROUP_SOCK_OPS = 3,
	BPF_SK_SKB_STREAM_PARSER = 4,
	BPF_SK_SKB_STREAM_VERDICT = 5,
	BPF_CGROUP_DEVICE = 6,
	BPF_SK_MSG_VERDICT = 7,
	BPF_CGROUP_INET4_BIND = 8,
	BPF_CGROUP_INET6_BIND = 9,
	BPF_CGROUP_INET4_CONNECT = 10,
	BPF_CGROUP_INET6_CONNECT = 11,
	BPF_CGROUP_INET4_POST_BIND = 12,
	BPF_CGROUP_INET6_POST_BIND = 13,
	BPF_CGROUP_UDP4_SENDMSG = 14,
	BPF_CGROUP_UDP6_SENDMSG = 15,
	BPF_LIRC_MODE2 = 16,
	BPF_FLOW_DISSECTOR = 17,
	BPF_CGROUP_SYSCTL = 18,
	BPF_CGROUP_UDP4_RECVMSG = 19,
	BPF_CGROUP_UDP6_RECVMSG = 20,
	BPF_CGROUP_GETSOCKOPT = 21,
	BPF_CGROUP_SETSOCKOPT = 22,
	BPF_TRACE_RAW_TP = 23,
	BPF_TRACE_FENTRY = 24,
	BPF_TRACE_FEXIT = 25,
	BPF_MODIFY_RETURN = 26,
	BPF_LSM_MAC = 27,
	BPF_TRACE_ITER = 28,
	BPF_CGROUP_INET4_GETPEERNAME = 29,
	BPF_CGROUP_INET6_GETPEERNAME = 30,
	BPF_CGROUP_INET4_GETSOCKNAME = 31,
	BPF_CGROUP_INET6_GETSOCKNAME = 32,
	BPF_XDP_DEVMAP = 33,
	BPF_CGROUP_INET_SOCK_RELEASE = 34,
	BPF_XDP_CPUMAP = 35,
	BPF_SK_LOOKUP = 36,
	BPF_XDP = 37,
	BPF_SK_SKB_VERDICT = 38,
	BPF_SK_REUSEPORT_SELECT = 39,
	BPF_SK_REUSEPORT_SELECT_OR_MIGRATE = 40,
	BPF_PERF_EVENT = 41,
	BPF_TRACE_KPROBE_MULTI = 42,
	BPF_LSM_CGROUP = 43,
	BPF_STRUCT_OPS = 44,
	BPF_NETFILTER = 45,
	BPF_TCX_INGRESS = 46,
	BPF_TCX_EGRESS = 47,
	BPF_TRACE_UPROBE_MULTI = 48,
	BPF_CGROUP_UNIX_CONNECT = 49,
	BPF_CGROUP_UNIX_SENDMSG = 50,
	BPF_CGROUP_UNIX_RECVMSG = 51,
	BPF_CGROUP_UNIX_GETPEERNAME = 52,
	BPF_CGROUP_UNIX_GETSOCKNAME = 53,
	BPF_NETKIT_PRIMARY = 54,
	BPF_NETKIT_PEER = 55,
	BPF_TRACE_KPROBE_SESSION = 56,
	BPF_TRACE_UPROBE_SESSION = 57,
	BPF_TRACE_FSESSION = 58,
	BPF_TRACE_FENTRY_MULTI = 59,
	BPF_TRACE_FEXIT_MULTI = 60,
	BPF_TRACE_FSESSION_MULTI = 61,
};

enum bpf_link_type {
	BPF_LINK_TYPE_UNSPEC = 0,
	BPF_LINK_TYPE_RAW_TRACEPOINT = 1,
	BPF_LINK_TYPE_TRACING = 2,
	BPF_LINK_TYPE_CGROUP = 3,
	BPF_LINK_TYPE_ITER = 4,
	BPF_LINK_TYPE_NETNS = 5,
	BPF_LINK_TYPE_XDP = 6,
	BPF_LINK_TYPE_PERF_EVENT = 7,
	BPF_LINK_TYPE_KPROBE_MULTI = 8,
	BPF_LINK_TYPE_STRUCT_OPS = 9,
	BPF_LINK_TYPE_NETFILTER = 10,
	BPF_LINK_TYPE_TCX = 11,
	BPF_LINK_TYPE_UPROBE_MULTI = 12,
	BPF_LINK_TYPE_NETKIT = 13,
	BPF_LINK_TYPE_SOCKMAP = 14,
	BPF_LINK_TYPE_TRACING_MULTI = 15,
};

enum bpf_func_id {
	BPF_FUNC_unspec = 0,
	BPF_FUNC_map_lookup_elem = 1,
	BPF_FUNC_map_update_elem = 2,
	BPF_FUNC_map_delete_elem = 3,
	BPF_FUNC_probe_read = 4,
	BPF_FUNC_ktime_get_ns = 5,
	BPF_FUNC_trace_printk = 6,
	BPF_FUNC_get_prandom_u32 = 7,
	BPF_FUNC_get_smp_processor_id = 8,
	BPF_FUNC_skb_store_bytes = 9,
	BPF_FUNC_l3_csum_replace = 10,
	BPF_FUNC_l4_csum_replace = 11,
	BPF_FUNC_tail_call = 12,
	BPF_FUNC_clone_redirect = 13,
	BPF_FUNC_get_current_pid_tgid = 14,
	BPF_FUNC_get_current_uid_gid = 15,
	BPF_FUNC_get_current_comm = 16,
	BPF_FUNC_get_cgroup_classid = 17,
	BPF_FUNC_skb_vlan_push = 18,
	BPF_FUNC_skb_vlan_pop = 19,
	BPF_FUNC_skb_get_tunnel_key = 20,
	BPF_FUNC_skb_set_tunnel_key = 21,
	BPF_FUNC_perf_event_read = 22,
	BPF_FUNC_redirect = 23,
	BPF_FUNC_get_route_realm = 24,
	BPF_FUNC_perf_event_output = 25,
	BPF_FUNC_skb_load_bytes = 26,
	BPF_FUNC_get_stackid = 27,
	BPF_FUNC_csum_diff = 28,
	BPF_FUNC_skb_get_tunnel_opt = 29,
	BPF_FUNC_skb_set_tunnel_opt = 30,
	BPF_FUNC_skb_change_proto = 31,
	BPF_FUNC_skb_change_type = 32,
	BPF_FUNC_skb_under_cgroup = 33,
	BPF_FUNC_get_hash_recalc = 34,
	BPF_FUNC_get_current_task = 35,
	BPF_FUNC_probe_write_user = 36,
	BPF_FUNC_current_task_under_cgroup = 37,
	BPF_FUNC_skb_change_tail = 38,
	BPF_FUNC_skb_pull_data = 39,
	BPF_FUNC_csum_update = 40,
	BPF_FUNC_set_hash_invalid = 41,
	BPF_FUNC_get_numa_node_id = 42,
	BPF_FUNC_skb_change_head = 43,
	BPF_FUNC_xdp_adjust_head = 44,
	BPF_FUNC_probe_read_str = 45,
	BPF_FUNC_get_socket_cookie = 46,
	BPF_FUNC_get_socket_uid = 47,
	BPF_FUNC_set_hash = 48,
	BPF_FUNC_setsockopt = 49,
	BPF_FUNC_skb_adjust_room = 50,
	BPF_FUNC_redirect_map = 51,
	BPF_FUNC_sk_redirect_map = 52,
	BPF_FUNC_sock_map_update = 53,
	BPF_FUNC_xdp_adjust_meta = 54,
	BPF_FUNC_perf_event_read_value = 55,
	BPF_FUNC_perf_prog_read_value = 56,
	BPF_FUNC_getsockopt = 57,
	BPF_FUNC_override_return = 58,
	BPF_FUNC_sock_ops_cb_flags_set = 59,
	BPF_FUNC_msg_redirect_map = 60,
	BPF_FUNC_msg_apply_bytes = 61,
	BPF_FUNC_msg_cork_bytes = 62,
	BPF_FUNC_msg_pull_data = 63,
	BPF_FUNC_bind = 64,
	BPF_FUNC_xdp_adjust_tail = 65,
	BPF_FUNC_skb_get_xfrm_state = 66,
	BPF_FUNC_get_stack = 67,
	BPF_FUNC_skb_load_bytes_relative = 68,
	BPF_FUNC_fib_lookup = 69,
	BPF_FUNC_sock_hash_update = 70,
	BPF_FUNC_msg_redirect_hash = 71,
	BPF_FUNC_sk_redirect_hash = 72,
	BPF_FUNC_lwt_push_encap = 73,
	BPF_FUNC_lwt_seg6_store_bytes = 74,
	BPF_FUNC_lwt_seg6_adjust_srh = 75,
	BPF_FUNC_lwt_seg6_action = 76,
	BPF_FUNC_rc_repeat = 77,
	BPF_FUNC_rc_keydown = 78,
	BPF_FUNC_skb_cgroup_id = 79,
	BPF_FUNC_get_current_cgroup_id = 80,
	BPF_FUNC_get_local_storage = 81,
	BPF_FUNC_sk_select_reuseport = 82,
	BPF_FUNC_skb_ancestor_cgroup_id = 83,
	BPF_FUNC_sk_lookup_tcp = 84,
	BPF_FUNC_sk_lookup_udp = 85,
	BPF_FUNC_sk_release = 86,
	BPF_FUNC_map_push_elem = 87,
	BPF_FUNC_map_pop_elem = 88,
	BPF_FUNC_map_peek_elem = 89,
	BPF_FUNC_msg_push_data = 90,
	BPF_FUNC_msg_pop_data = 91,
	BPF_FUNC_rc_pointer_rel = 92,
	BPF_FUNC_spin_lock = 93,
	BPF_FUNC_spin_unlock = 94,
	BPF_FUNC_sk_fullsock = 95,
	BPF_FUNC_tcp_sock = 96,
	BPF_FUNC_skb_ecn_set_ce = 97,
	BPF_FUNC_get_listener_sock = 98,
	BPF_FUNC_skc_lookup_tcp = 99,
	BPF_FUNC_tcp_check_syncookie = 100,
	BPF_FUNC_sysctl_get_name = 101,
	BPF_FUNC_sysctl_get_current_value = 102,
	BPF_FUNC_sysctl_get_new_value = 103,
	BPF_FUNC_sysctl_set_new_value = 104,
	BPF_FUNC_strtol = 105,
	BPF_FUNC_strtoul = 106,
	BPF_FUNC_sk_storage_get = 107,
	BPF_FUNC_sk_storage_delete = 108,
	BPF_FUNC_send_signal = 109,
	BPF_FUNC_tcp_gen_syncookie = 110,
	BPF_FUNC_skb_output = 111,
	BPF_FUNC_probe_read_user = 112,
	BPF_FUNC_probe_read_kernel = 113,
	BPF_FUNC_probe_read_user_str = 114,
	BPF_FUNC_probe_read_kernel_str = 115,
	BPF_FUNC_tcp_send_ack = 116,
	BPF_FUNC_send_signal_thread = 117,
	BPF_FUNC_jiffies64 = 118,
	BPF_FUNC_read_branch_records = 119,
	BPF_FUNC_get_ns_current_pid_tgid = 120,
	BPF_FUNC_xdp_output = 121,
	BPF_FUNC_get_netns_cookie = 122,
	BPF_FUNC_get_current_ancestor_cgroup_id = 123,
	BPF_FUNC_sk_assign = 124,
	BPF_FUNC_ktime_get_boot_ns = 125,
	BPF_FUNC_seq_printf = 126,
	BPF_FUNC_seq_write = 127,
	BPF_FUNC_sk_cgroup_id = 128,
	BPF_FUNC_sk_ancestor_cgroup_id = 129,
	BPF_FUNC_ringbuf_output = 130,
	BPF_FUNC_ringbuf_reserve = 131,
	BPF_FUNC_ringbuf_submit = 132,
	BPF_FUNC_ringbuf_discard = 133,
	BPF_FUNC_ringbuf_query = 134,
	BPF_FUNC_csum_level = 135,
	BPF_FUNC_skc_to_tcp6_sock = 136,
	BPF_FUNC_skc_to_tcp_sock = 137,
	BPF_FUNC_skc_to_tcp_timewait_sock = 138,
	BPF_FUNC_skc_to_tcp_request_sock = 139,
	BPF_FUNC_skc_to_udp6_sock = 140,
	BPF_FUNC_get_task_stack = 141,
	BPF_FUNC_load_hdr_opt = 142,
	BPF_FUNC_store_hdr_opt = 143,
	BPF_FUNC_reserve_hdr_opt = 144,
	BPF_FUNC_inode_storage_get = 145,
	BPF_FUNC_inode_storage_delete = 146,
	BPF_FUNC_d_path = 147,
	BPF_FUNC_copy_from_user = 148,
	BPF_FUNC_snprintf_btf = 149,
	BPF_FUNC_seq_printf_btf = 150,
	BPF_FUNC_skb_cgroup_classid = 151,
	BPF_FUNC_redirect_neigh = 152,
	BPF_FUNC_per_cpu_ptr = 153,
	BPF_FUNC_this_cpu_ptr = 154,
	BPF_FUNC_redirect_peer = 155,
	BPF_FUNC_task_storage_get = 156,
	BPF_FUNC_task_storage_delete = 157,
	BPF_FUNC_get_current_task_btf = 158,
	BPF_FUNC_bprm_opts_set = 159,
	BPF_FUNC_ktime_get_coarse_ns = 160,
	BPF_FUNC_ima_inode_hash = 161,
	BPF_FUNC_sock_from_file = 162,
	BPF_FUNC_check_mtu = 163,
	BPF_FUNC_for_each_map_elem = 164,
	BPF_FUNC_snprintf = 165,
	BPF_FUNC_sys_bpf = 166,
	BPF_FUNC_btf_find_by_name_kind = 167,
	BPF_FUNC_sys_close = 168,
	BPF_FUNC_timer_init = 169,
	BPF_FUNC_timer_set_callback = 170,
	BPF_FUNC_timer_start = 171,
	BPF_FUNC_timer_cancel = 172,
	BPF_FUNC_get_func_ip = 173,
	BPF_FUNC_get_attach_cookie = 174,
	BPF_FUNC_task_pt_regs = 175,
	BPF_FUNC_get_branch_snapshot = 176,
	BPF_FUNC_trace_vprintk = 177,
	BPF_FUNC_skc_to_unix_sock = 178,
	BPF_FUNC_kallsyms_lookup_name = 179,
	BPF_FUNC_find_vma = 180,
	BPF_FUNC_loop = 181,
	BPF_FUNC_strncmp = 182,
	BPF_FUNC_get_func_arg = 183,
	BPF_FUNC_get_func_ret = 184,
	BPF_FUNC_get_func_arg_cnt = 185,
	BPF_FUNC_get_retval = 186,
	BPF_FUNC_set_retval = 187,
	BPF_FUNC_xdp_get_buff_len = 188,
	BPF_FUNC_xdp_load_bytes = 189,
	BPF_FUNC_xdp_store_bytes = 190,
	BPF_FUNC_copy_from_user_task = 191,
	BPF_FUNC_skb_set_tstamp = 192,
	BPF_FUNC_ima_file_hash = 193,
	BPF_FUNC_kptr_xchg = 194,
	BPF_FUNC_map_lookup_percpu_elem = 195,
	BPF_FUNC_skc_to_mptcp_sock = 196,
	BPF_FUNC_dynptr_from_mem = 197,
	BPF_FUNC_ringbuf_reserve_dynptr = 198,
	BPF_FUNC_ringbuf_submit_dynptr = 199,
	BPF_FUNC_ringbuf_discard_dynptr = 200,
	BPF_FUNC_dynptr_read = 201,
	BPF_FUNC_dynptr_write = 202,
	BPF_FUNC_dynptr_data = 203,
	BPF_FUNC_tcp_raw_gen_syncookie_ipv4 = 204,
	BPF_FUNC_tcp_raw_gen_syncookie_ipv6 = 205,
	BPF_FUNC_tcp_raw_check_syncookie_ipv4 = 206,
	BPF_FUNC_tcp_raw_check_syncookie_ipv6 = 207,
	BPF_FUNC_ktime_get_tai_ns = 208,
	BPF_FUNC_user_ringbuf_drain = 209,
	BPF_FUNC_cgrp_storage_get = 210,
	BPF_FUNC_cgrp_storage_delete = 211,
	__BPF_FUNC_MAX_ID = 212,
};

struct bpf_btf_info {
	__u64 btf __attribute__((aligned(8)));
	__u32 btf_size;
	__u32 id;
	__u64 name __attribute__((aligned(8)));
	__u32 name_len;
	__u32 kernel_btf;
};

struct bpf_cgroup_storage_key {
	__u64 cgroup_inode_id __attribute__((aligned(8)));
	__u32 attach_type;
};

struct bpf_common_attr {
	__u64 log_buf __attribute__((aligned(8)));
	__u32 log_size;
	__u32 log_level;
	__u32 log_true_size;
};

struct bpf_core_relo {
	__u32 insn_off;
	__u32 type_id;
	__u32 access_str_off;
	enum bpf_core_relo_kind kind;
};

struct bpf_cpumap_val {
	__u32 qsize;
	struct {
		union {
			int fd;
			__u32 id;
		};
	} bpf_prog;
};

struct bpf_devmap_val {
	__u32 ifindex;
	struct {
		union {
			int fd;
			__u32 id;
		};
	} bpf_prog;
};

struct bpf_dynptr {
	__u64 __opaque[2];
};

struct bpf_fib_lookup {
	__u8 family;
	__u8 l4_protocol;
	__be16 sport;
	__be16 dport;
	union {
		__u16 mtu_result;
		__u16 tot_len;
	};
	__u32 ifindex;
	union {
		__u8 tos;
		__be32 flowinfo;
		__u32 rt_metric;
	};
	union {
		__be32 ipv4_src;
		__u32 ipv6_src[4];
	};
	union {
		__be32 ipv4_dst;
		__u32 ipv6_dst[4];
	};
	union {
		struct {
			__be16 h_vlan_proto;
			__be16 h_vlan_TCI;
		};
		__u32 tbid;
	};
	union {
		__u32 mark;
		struct {
			__u8 smac[6];
			__u8 dmac[6];
		};
	};
};

struct bpf_flow_keys {
	__u16 nhoff;
	__u16 thoff;
	__u16 addr_proto;
	__u8 is_frag;
	__u8 is_first_frag;
	__u8 is_encap;
	__u8 ip_proto;
	__be16 n_proto;
	__be16 sport;
	__be16 dport;
	union {
		struct {
			__be32 ipv4_src;
			__be32 ipv4_dst;
		};
		__u32 ipv6_src[4];
	};
	__u32 ipv6_dst[4];
	__u32 flags;
	__be32 flow_label;
};

struct bpf_func_info {
	__u32 insn_off;
	__u32 type_id;
};

struct bpf_insn {
	__u8 code;
	__u8 dst_reg : 4;
	__u8 src_reg : 4;
	__s16 off;
	__s32 imm;
};

struct bpf_insn_array_value {
	__u32 orig_off;
	__u32 xlated_off;
	__u32 jitted_off;
};

struct bpf_iter_num {
	__u64 __opaque[1];
};

struct bpf_line_info {
	__u32 insn_off;
	__u32 file_name_off;
	__u32 line_off;
	__u32 line_col;
};

struct bpf_link_info {
	__u32 type;
	__u32 id;
	__u32 prog_id;
	union {
		struct {
			__u32 map_id;
		} struct_ops;
		struct {
			__u32 ifindex;
		} xdp;
		struct {
			__u32 ifindex;
			__u32 attach_type;
		} netkit;
		struct {
			__u32 netns_ino;
			__u32 attach_type;
		} netns;
		struct {
			__u32 map_id;
			__u32 attach_type;
		} sockmap;
		struct {
			__u32 ifindex;
			__u32 attach_type;
		} tcx;
		struct {
			__u64 cgroup_id __attribute__((aligned(8)));
			__u32 attach_type;
		} cgroup;
		struct {
			__u32 pf;
			__u32 hooknum;
			__s32 priority;
			__u32 flags;
		} netfilter;
		struct {
			__u64 tp_name __attribute__((aligned(8)));
			__u32 tp_name_len;
			__u64 cookie __attribute__((aligned(8)));
		} raw_tracepoint;
		struct {
			__u32 attach_type;
			__u32 target_obj_id;
			__u32 target_btf_id;
			__u64 cookie __attribute__((aligned(8)));
		} tracing;
		struct {
			__u64 target_name __attribute__((aligned(8)));
			__u32 target_name_len;
			struct {
				__u32 map_id;
			} map;
			union {
				struct {
					__u32 tid;
					__u32 pid;
				} task;
				struct {
					__u64 cgroup_id __attribute__((aligned(8)));
					__u32 order;
				} cgroup;
			};
		} iter;
		struct {
			__u64 addrs __attribute__((aligned(8)));
			__u32 count;
			__u32 flags;
			__u64 missed __attribute__((aligned(8)));
			__u64 cookies __attribute__((aligned(8)));
		} kprobe_multi;
		struct {
			__u32 attach_type;
			__u32 count;
			__u32 btf_obj_id;
			__u64 ids __attribute__((aligned(8)));
			__u64 addrs __attribute__((aligned(8)));
			__u64 cookies __attribute__((aligned(8)));
		} tracing_multi;
		struct {
			__u32 type;
			union {
				struct {
					__u64 config __attribute__((aligned(8)));
					__u32 type;
					__u64 cookie __attribute__((aligned(8)));
				} event;
				struct {
					__u64 tp_name __attribute__((aligned(8)));
					__u32 name_len;
					__u64 cookie __attribute__((aligned(8)));
				} tracepoint;
				struct {
					__u64 file_name __attribute__((aligned(8)));
					__u32 name_len;
					__u32 offset;
					__u64 cookie __attribute__((aligned(8)));
					__u64 ref_ctr_offset __attribute__((aligned(8)));
				} uprobe;
				struct {
					__u64 func_name __attribute__((aligned(8)));
					__u32 name_len;
					__u32 offset;
					__u64 addr __attribute__((aligned(8)));
					__u64 missed __attribute__((aligned(8)));
					__u64 cookie __attribute__((aligned(8)));
				} kprobe;
			};
		} perf_event;
		struct {
			__u64 path __attribute__((aligned(8)));
			__u64 offsets __attribute__((aligned(8)));
			__u64 ref_ctr_offsets __attribute__((aligned(8)));
			__u64 cookies __attribute__((aligned(8)));
			__u32 path_size;
			__u32 count;
			__u32 flags;
			__u32 pid;
		} uprobe_multi;
	};
};

struct bpf_list_head {
	__u64 __opaque[2];
};

struct bpf_list_node {
	__u64 __opaque[3];
};

struct bpf_lpm_trie_key {
	__u32 prefixlen;
	__u8 data[0];
};

struct bpf_map_info {
	__u32 type;
	__u32 id;
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
	__u32 map_flags;
	char name[16];
	__u32 ifindex;
	__u32 btf_vmlinux_value_type_id;
	__u64 netns_dev __attribute__((aligned(8)));
	__u64 netns_ino __attribute__((aligned(8)));
	__u32 btf_id;
	__u32 btf_key_type_id;
	__u32 btf_value_type_id;
	__u32 btf_vmlinux_id;
	__u64 map_extra __attribute__((aligned(8)));
	__u64 hash __attribute__((aligned(8)));
	__u32 hash_size;
};

struct bpf_perf_event_value {
	__u64 counter __attribute__((aligned(8)));
	__u64 enabled __attribute__((aligned(8)));
	__u64 running __attribute__((aligned(8)));
};

struct bpf_pidns_info {
	__u32 pid;
	__u32 tgid;
};

struct bpf_prog_info {
	__u32 type;
	__u32 id;
	__u8 tag[8];
	__u32 jited_prog_len;
	__u32 xlated_prog_len;
	__u64 jited_prog_insns __attribute__((aligned(8)));
	__u64 xlated_prog_insns __attribute__((aligned(8)));
	__u64 load_time __attribute__((aligned(8)));
	__u32 created_by_uid;
	__u32 nr_map_ids;
	__u64 map_ids __attribute__((aligned(8)));
	char name[16];
	__u32 ifindex;
	__u32 gpl_compatible : 1;
	__u64 netns_dev __attribute__((aligned(8)));
	__u64 netns_ino __attribute__((aligned(8)));
	__u32 nr_jited_ksyms;
	__u32 nr_jited_func_lens;
	__u64 jited_ksyms __attribute__((aligned(8)));
	__u64 jited_func_lens __attribute__((aligned(8)));
	__u32 btf_id;
	__u32 func_info_rec_size;
	__u64 func_info __attribute__((aligned(8)));
	__u32 nr_func_info;
	__u32 nr_line_info;
	__u64 line_info __attribute__((aligned(8)));
	__u64 jited_line_info __attribute__((aligned(8)));
	__u32 nr_jited_line_info;
	__u32 line_info_rec_size;
	__u32 jited_line_info_rec_size;
	__u32 nr_prog_tags;
	__u64 prog_tags __attribute__((aligned(8)));
	__u64 run_time_ns __attribute__((aligned(8)));
	__u64 run_cnt __attribute__((aligned(8)));
	__u64 recursion_misses __attribute__((aligned(8)));
	__u32 verified_insns;
	__u32 attach_btf_obj_id;
	__u32 attach_btf_id;
};

struct bpf_rb_node {
	__u64 __opaque[4];
};

struct bpf_rb_root {
	__u64 __opaque[2];
};

struct bpf_redir_neigh {
	__u32 nh_family;
	union {
		__be32 ipv4_nh;
		__u32 ipv6_nh[4];
	};
};

struct bpf_refcount {
	__u32 __opaque[1];
};

struct bpf_sock_tuple {
	union {
		struct {
			__be32 saddr;
			__be32 daddr;
			__be16 sport;
			__be16 dport;
		} ipv4;
		struct {
			__be32 saddr[4];
			__be32 daddr[4];
			__be16 sport;
			__be16 dport;
		} ipv6;
	};
};

struct bpf_spin_lock {
	__u32 val;
};

struct bpf_stack_build_id {
	__s32 status;
	unsigned char build_id[20];
	union {
		__u64 ip __attribute__((aligned(8)));
		__u64 offset __attribute__((aligned(8)));
	};
};

struct bpf_task_work {
	__u64 __opaque __attribute__((aligned(8)));
};

struct bpf_tcp_sock {
	__u32 snd_cwnd;
	__u32 srtt_us;
	__u32 rtt_min;
	__u32 snd_ssthresh;
	__u32 rcv_nxt;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 mss_cache;
	__u32 ecn_flags;
	__u32 rate_delivered;
	__u32 rate_interval_us;
	__u32 packets_out;
	__u32 retrans_out;
	__u32 total_retrans;
	__u32 segs_in;
	__u32 data_segs_in;
	__u32 segs_out;
	__u32 data_segs_out;
	__u32 lost_out;
	__u32 sacked_out;
	__u64 bytes_received __attribute__((aligned(8)));
	__u64 bytes_acked __attribute__((aligned(8)));
	__u32 dsack_dups;
	__u32 delivered;
	__u32 delivered_ce;
	__u32 icsk_retransmits;
};

struct bpf_timer {
	__u64 __opaque[2];
};

struct bpf_token_info {
	__u64 allowed_cmds __attribute__((aligned(8)));
	__u64 allowed_maps __attribute__((aligned(8)));
	__u64 allowed_progs __attribute__((aligned(8)));
	__u64 allowed_attachs __attribute__((aligned(8)));
};

struct bpf_tunnel_key {
	__u32 tunnel_id;
	union {
		__u32 remote_ipv4;
		__u32 remote_ipv6[4];
	};
	__u8 tunnel_tos;
	__u8 tunnel_ttl;
	union {
		__u16 tunnel_ext;
		__be16 tunnel_flags;
	};
	__u32 tunnel_label;
	union {
		__u32 local_ipv4;
		__u32 local_ipv6[4];
	};
};

struct bpf_wq {
	__u64 __opaque[2];
};

struct bpf_xdp_sock {
	__u32 queue_id;
};

struct bpf_xfrm_state {
	__u32 reqid;
	__u32 spi;
	__u16 family;
	__u16 ext;
	union {
		__u32 remote_ipv4;
		__u32 remote_ipv6[4];
	};
};

struct btf_ptr {
	void *ptr;
	__u32 type_id;
	__u32 flags;
};

struct bpf_sock;
struct bpf_flow_keys;
/* Context of programs, as they see it. */
struct __sk_buff {
	__u32 len;
	__u32 pkt_type;
	__u32 mark;
	__u32 queue_mapping;
	__u32 protocol;
	__u32 vlan_present;
	__u32 vlan_tci;
	__u32 vlan_proto;
	__u32 priority;
	__u32 ingress_ifindex;
	__u32 ifindex;
	__u32 tc_index;
	__u32 cb[5];
	__u32 hash;
	__u32 tc_classid;
	__u32 data;
	__u32 data_end;
	__u32 napi_id;
	__u32 family;
	__u32 remote_ip4;
	__u32 local_ip4;
	__u32 remote_ip6[4];
	__u32 local_ip6[4];
	__u32 remote_port;
	__u32 local_port;
	__u32 data_meta;
	struct bpf_flow_keys *flow_keys;
	__u64 tstamp __attribute__((aligned(8)));
	__u32 wire_len;
	__u32 gso_segs;
	struct bpf_sock *sk;
	__u32 gso_size;
	__u8 tstamp_type;
	__u64 hwtstamp __attribute__((aligned(8)));
};

/* Context of programs, as they see it. */
struct bpf_cgroup_dev_ctx {
	__u32 access_type;
	__u32 major;
	__u32 minor;
};

/* Context of programs, as they see it. */
struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

/* Context of programs, as they see it. */
struct bpf_sk_lookup {
	union {
		__u64 cookie __attribute__((aligned(8)));
		struct bpf_sock *sk;
	};
	__u32 family;
	__u32 protocol;
	__u32 remote_ip4;
	__u32 remote_ip6[4];
	__be16 remote_port;
	__u32 local_ip4;
	__u32 local_ip6[4];
	__u32 local_port;
	__u32 ingress_ifindex;
};

/* Context of programs, as they see it. */
struct bpf_sock {
	__u32 bound_dev_if;
	__u32 family;
	__u32 type;
	__u32 protocol;
	__u32 mark;
	__u32 priority;
	__u32 src_ip4;
	__u32 src_ip6[4];
	__u32 src_port;
	__be16 dst_port;
	__u32 dst_ip4;
	__u32 dst_ip6[4];
	__u32 state;
	__s32 rx_queue_mapping;
};

/* Context of programs, as they see it. */
struct bpf_sock_addr {
	__u32 user_family;
	__u32 user_ip4;
	__u32 user_ip6[4];
	__u32 user_port;
	__u32 family;
	__u32 type;
	__u32 protocol;
	__u32 msg_src_ip4;
	__u32 msg_src_ip6[4];
	struct bpf_sock *sk;
};

/* Context of programs, as they see it. */
struct bpf_sock_ops {
	__u32 op;
	union {
		__u32 reply;
		__u32 args[4];
		__u32 replylong[4];
	};
	__u32 family;
	__u32 remote_ip4;
	__u32 local_ip4;
	__u32 remote_ip6[4];
	__u32 local_ip6[4];
	__u32 remote_port;
	__u32 local_port;
	__u32 is_fullsock;
	__u32 snd_cwnd;
	__u32 srtt_us;
	__u32 bpf_sock_ops_cb_flags;
	__u32 state;
	__u32 rtt_min;
	__u32 snd_ssthresh;
	__u32 rcv_nxt;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 mss_cache;
	__u32 ecn_flags;
	__u32 rate_delivered;
	__u32 rate_interval_us;
	__u32 packets_out;
	__u32 retrans_out;
	__u32 total_retrans;
	__u32 segs_in;
	__u32 data_segs_in;
	__u32 segs_out;
	__u32 data_segs_out;
	__u32 lost_out;
	__u32 sacked_out;
	__u32 sk_txhash;
	__u64 bytes_received __attribute__((aligned(8)));
	__u64 bytes_acked __attribute__((aligned(8)));
	struct bpf_sock *sk;
	void *skb_data;
	void *skb_data_end;
	__u32 skb_len;
	__u32 skb_tcp_flags;
	__u64 skb_hwtstamp __attribute__((aligned(8)));
};

/* Context of programs, as they see it. */
struct bpf_sockopt {
	struct bpf_sock *sk;
	void *optval;
	void *optval_end;
	__s32 level;
	__s32 optname;
	__s32 optlen;
	__s32 retval;
};

/* Context of programs, as they see it. */
struct bpf_sysctl {
	__u32 write;
	__u32 file_pos;
};

/* Context of programs, as they see it. */
struct sk_msg_md {
	void *data;
	void *data_end;
	__u32 family;
	__u32 remote_ip4;
	__u32 local_ip4;
	__u32 remote_ip6[4];
	__u32 local_ip6[4];
	__u32 remote_port;
	__u32 local_port;
	__u32 size;
	struct bpf_sock *sk;
};

/* Context of programs, as they see it. */
struct sk_reuseport_md {
	void *data;
	void *data_end;
	__u32 len;
	__u32 eth_protocol;
	__u32 ip_protocol;
	__u32 bind_inany;
	__u32 hash;
	struct bpf_sock *sk;
	struct bpf_sock *migrating_sk;
};

/* Context of programs, as they see it. */
struct xdp_md {
	__u32 data;
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex;
};

/* The argument of bpf(2). The kernel takes any size up to a page, if what it does not know is zero. */
union bpf_attr {
	struct { /* batch */
		__u64 in_batch __attribute__((aligned(8)));
		__u64 out_batch __attribute__((aligned(8)));
		__u64 keys __attribute__((aligned(8)));
		__u64 values __attribute__((aligned(8)));
		__u32 count;
		__u32 map_fd;
		__u64 elem_flags __attribute__((aligned(8)));
		__u64 flags __attribute__((aligned(8)));
	} batch;
	struct { /* btf_load */
		__u64 btf __attribute__((aligned(8)));
		__u64 btf_log_buf __attribute__((aligned(8)));
		__u32 btf_size;
		__u32 btf_log_size;
		__u32 btf_log_level;
		__u32 btf_log_true_size;
		__u32 btf_flags;
		__s32 btf_token_fd;
	};
	struct { /* enable_stats */
		__u32 type;
	} enable_stats;
	struct { /* get_id */
		union {
			__u32 btf_id;
			__u32 link_id;
			__u32 map_id;
			__u32 prog_id;
			__u32 start_id;
		};
		__u32 next_id;
		__u32 open_flags;
		__s32 fd_by_id_token_fd;
	};
	struct { /* info */
		__u32 bpf_fd;
		__u32 info_len;
		__u64 info __attribute__((aligned(8)));
	} info;
	struct { /* iter_create */
		__u32 link_fd;
		__u32 flags;
	} iter_create;
	struct { /* link_create */
		union {
			__u32 map_fd;
			__u32 prog_fd;
		};
		union {
			__u32 target_fd;
			__u32 target_ifindex;
		};
		__u32 attach_type;
		__u32 flags;
		union {
			struct {
				__u32 target_btf_id;
				__u8 pad2_0[4];
				__u32 iter_info_len;
			};
			__u64 iter_info __attribute__((aligned(8)));
			struct {
				__u64 bpf_cookie __attribute__((aligned(8)));
			} perf_event;
			struct {
				union {
					__u32 relative_fd;
					__u32 relative_id;
				};
				__u64 expected_revision __attribute__((aligned(8)));
			} cgroup;
			struct {
				__u32 pf;
				__u32 hooknum;
				__s32 priority;
				__u32 flags;
			} netfilter;
			struct {
				union {
					__u32 relative_fd;
					__u32 relative_id;
				};
				__u64 expected_revision __attribute__((aligned(8)));
			} netkit;
			struct {
				union {
					__u32 relative_fd;
					__u32 relative_id;
				};
				__u64 expected_revision __attribute__((aligned(8)));
			} tcx;
			struct {
				__u32 target_btf_id;
				__u64 cookie __attribute__((aligned(8)));
			} tracing;
			struct {
				__u64 ids __attribute__((aligned(8)));
				__u64 cookies __attribute__((aligned(8)));
				__u32 cnt;
			} tracing_multi;
			struct {
				__u32 flags;
				__u32 cnt;
				__u64 syms __attribute__((aligned(8)));
				__u64 addrs __attribute__((aligned(8)));
				__u64 cookies __attribute__((aligned(8)));
			} kprobe_multi;
			struct {
				__u64 path __attribute__((aligned(8)));
				__u64 offsets __attribute__((aligned(8)));
				__u64 ref_ctr_offsets __attribute__((aligned(8)));
				__u64 cookies __attribute__((aligned(8)));
				__u32 cnt;
				__u32 flags;
				__u32 pid;
				__u32 path_fd;
			} uprobe_multi;
		};
	} link_create;
	struct { /* link_detach */
		__u32 link_fd;
	} link_detach;
	struct { /* link_update */
		__u32 link_fd;
		union {
			__u32 new_map_fd;
			__u32 new_prog_fd;
		};
		__u32 flags;
		union {
			__u32 old_map_fd;
			__u32 old_prog_fd;
		};
	} link_update;
	struct { /* map_create */
		__u32 map_type;
		__u32 key_size;
		__u32 value_size;
		__u32 max_entries;
		__u32 map_flags;
		__u32 inner_map_fd;
		__u32 numa_node;
		char map_name[16];
		__u32 map_ifindex;
		__u32 btf_fd;
		__u32 btf_key_type_id;
		__u32 btf_value_type_id;
		__u32 btf_vmlinux_value_type_id;
		__u64 map_extra __attribute__((aligned(8)));
		__s32 value_type_btf_obj_fd;
		__s32 map_token_fd;
		__u64 excl_prog_hash __attribute__((aligned(8)));
		__u32 excl_prog_hash_size;
	};
	struct { /* map_elem */
		__u32 map_fd;
		__u64 key __attribute__((aligned(8)));
		union {
			__u64 next_key __attribute__((aligned(8)));
			__u64 value __attribute__((aligned(8)));
		};
		__u64 flags __attribute__((aligned(8)));
	};
	struct { /* obj */
		__u64 pathname __attribute__((aligned(8)));
		__u32 bpf_fd;
		__u32 file_flags;
		__s32 path_fd;
	};
	struct { /* prog_assoc_struct_ops */
		__u32 map_fd;
		__u32 prog_fd;
		__u32 flags;
	} prog_assoc_struct_ops;
	struct { /* prog_attach */
		union {
			__u32 target_fd;
			__u32 target_ifindex;
		};
		__u32 attach_bpf_fd;
		__u32 attach_type;
		__u32 attach_flags;
		__u32 replace_bpf_fd;
		union {
			__u32 relative_fd;
			__u32 relative_id;
		};
		__u64 expected_revision __attribute__((aligned(8)));
	};
	struct { /* prog_bind_map */
		__u32 prog_fd;
		__u32 map_fd;
		__u32 flags;
	} prog_bind_map;
	struct { /* prog_load */
		__u32 prog_type;
		__u32 insn_cnt;
		__u64 insns __attribute__((aligned(8)));
		__u64 license __attribute__((aligned(8)));
		__u32 log_level;
		__u32 log_size;
		__u64 log_buf __attribute__((aligned(8)));
		__u32 kern_version;
		__u32 prog_flags;
		char prog_name[16];
		__u32 prog_ifindex;
		__u32 expected_attach_type;
		__u32 prog_btf_fd;
		__u32 func_info_rec_size;
		__u64 func_info __attribute__((aligned(8)));
		__u32 func_info_cnt;
		__u32 line_info_rec_size;
		__u64 line_info __attribute__((aligned(8)));
		__u32 line_info_cnt;
		__u32 attach_btf_id;
		union {
			__u32 attach_btf_obj_fd;
			__u32 attach_prog_fd;
		};
		__u32 core_relo_cnt;
		__u64 fd_array __attribute__((aligned(8)));
		__u64 core_relos __attribute__((aligned(8)));
		__u32 core_relo_rec_size;
		__u32 log_true_size;
		__s32 prog_token_fd;
		__u32 fd_array_cnt;
		__u64 signature __attribute__((aligned(8)));
		__u32 signature_size;
		__s32 keyring_id;
	};
	struct { /* prog_stream_read */
		__u64 stream_buf __attribute__((aligned(8)));
		__u32 stream_buf_len;
		__u32 stream_id;
		__u32 prog_fd;
	} prog_stream_read;
	struct { /* query */
		union {
			__u32 target_fd;
			__u32 target_ifindex;
		};
		__u32 attach_type;
		__u32 query_flags;
		__u32 attach_flags;
		__u64 prog_ids __attribute__((aligned(8)));
		union {
			__u32 count;
			__u32 prog_cnt;
		};
		__u64 prog_attach_flags __attribute__((aligned(8)));
		__u64 link_ids __attribute__((aligned(8)));
		__u64 link_attach_flags __attribute__((aligned(8)));
		__u64 revision __attribute__((aligned(8)));
	} query;
	struct { /* raw_tracepoint */
		__u64 name __attribute__((aligned(8)));
		__u32 prog_fd;
		__u64 cookie __attribute__((aligned(8)));
	} raw_tracepoint;
	struct { /* task_fd_query */
		__u32 pid;
		__u32 fd;
		__u32 flags;
		__u32 buf_len;
		__u64 buf __attribute__((aligned(8)));
		__u32 prog_id;
		__u32 fd_type;
		__u64 probe_offset __attribute__((aligned(8)));
		__u64 probe_addr __attribute__((aligned(8)));
	} task_fd_query;
	struct { /* test */
		__u32 prog_fd;
		__u32 retval;
		__u32 data_size_in;
		__u32 data_size_out;
		__u64 data_in __attribute__((aligned(8)));
		__u64 data_out __attribute__((aligned(8)));
		__u32 repeat;
		__u32 duration;
		__u32 ctx_size_in;
		__u32 ctx_size_out;
		__u64 ctx_in __attribute__((aligned(8)));
		__u64 ctx_out __attribute__((aligned(8)));
		__u32 flags;
		__u32 cpu;
		__u32 batch_size;
	} test;
	struct { /* token_create */
		__u32 flags;
		__u32 bpffs_fd;
	} token_create;
} __attribute__((aligned(8)));
#endif /* SKEP_UAPI_H */
