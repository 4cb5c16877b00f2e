/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_filter OBJECT DEVICE: the same as `skep run OBJECT --dev DEVICE --json`, but in the machine's kernel: attaches
 * the first program to a packet socket, waits for SIGINT, and prints the maps. Exit status 77: the kernel
 * does not let us.
 */
#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/map_print.h"

#define SKIPPED 77

int main(int argc, char **argv)
{
	struct bpf_object *object = argc == 3 ? bpf_object__open_file(argv[1], NULL) : NULL;
	struct bpf_program *program = object ? bpf_object__next_program(object, NULL) : NULL;
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct json json = json_to(stdout);
	int fd, prog_fd;
	sigset_t signals;
	int signal;

	if (!program)
		return 1;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (bpf_object__load(object))
		return SKIPPED;
	prog_fd = bpf_program__fd(program);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	address.sll_ifindex = if_nametoindex(argv[2]);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &prog_fd, sizeof(prog_fd)))
		return SKIPPED;
	if (!address.sll_ifindex || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return 1;
	sigwait(&signals, &signal);
	json_object(&json, NULL);
	maps_json(&json, "maps", object, 1000);
	json_end_object(&json);
	close(fd);
	bpf_object__close(object);
	return 0;
}
