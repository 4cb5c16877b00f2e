/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The demo: sockex1 as a socket filter on a loopback device, in a network of its own, with traffic of its own. Prints
 * what the program has counted once a second, and in the end compares it with what was sent.
 *
 * The program is loaded with libbpf as any other; that libbpf speaks to skep is tool_hive_open()'s work.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/tool_hive.h"
#include "cli/packet_run.h"
#include "events/packet.h"
#include "skep/skep.h"
#include "traffic.h"

#define SECONDS 5
#define ROUND_MILLISECONDS 20

struct sender {
	struct traffic traffic;
	atomic_bool done;
	int error;
};

static bool own_network;

__attribute__((format(printf, 1, 2))) static int fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fflush(stdout);
	fputs("demo: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return 1;
}

static int bring_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = ioctl(fd, SIOCSIFFLAGS, &request) ? -errno : 0;
	close(fd);
	return err;
}

/* A network namespace, so that nobody else's packets are counted; if there may be none, the machine's own loopback. */
static int enter_network(void)
{
	int err;

	own_network = !unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET) ||
		      !unshare(CLONE_NEWUSER | CLONE_NEWNET);
	if (!own_network)
		return 0;
	err = bring_up_loopback();
	return err ? fail("cannot bring up the loopback device: %s", strerror(-err)) : 0;
}

static void *send_traffic(void *argument)
{
	const struct timespec pause = { .tv_nsec = ROUND_MILLISECONDS * 1000000 };
	struct sender *sender = argument;
	int rounds = SECONDS * 1000 / ROUND_MILLISECONDS;

	while (rounds-- && !sender->error) {
		sender->error = traffic_round(&sender->traffic);
		nanosleep(&pause, NULL);
	}
	traffic_stop(&sender->traffic);
	atomic_store(&sender->done, true);
	return NULL;
}

static int read_counts(int map_fd, struct traffic_bytes *ret_counts)
{
	static const uint32_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	uint64_t *const counts[] = { &ret_counts->tcp, &ret_counts->udp, &ret_counts->icmp };
	int i, err = 0;

	for (i = 0; i < 3 && !err; i++)
		err = bpf_map_lookup_elem(map_fd, &protocols[i], counts[i]);
	return err;
}

static void print_counts(int second, const struct traffic_bytes *counts)
{
	printf("%4d s %14llu %14llu %14llu\n", second, (unsigned long long)counts->tcp, (unsigned long long)counts->udp,
		(unsigned long long)counts->icmp);
	fflush(stdout);
}

/* Runs the program on what comes, until the sender has ended and the device has been silent for a while. */
static int count_packets(struct packet_run *run, struct packet_source *source, struct sender *sender, int map_fd)
{
	struct traffic_bytes counts;
	struct timespec start, now;
	struct packet packet;
	int second = 1, got, err;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		bool done = atomic_load(&sender->done);

		got = packet_next(source, 100, &packet);
		err = got == 1 ? packet_run_one(run, &packet) : got == -EINTR ? 0 : got;
		if (err)
			return err;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (second <= SECONDS && now.tv_sec - start.tv_sec - (now.tv_nsec < start.tv_nsec) >= second) {
			err = read_counts(map_fd, &counts);
			if (err)
				return err;
			print_counts(second++, &counts);
		}
		if (!got && done && second > SECONDS)
			return 0;
	}
}

static bool compare(const char *protocol, uint64_t counted, uint64_t sent)
{
	bool right = own_network ? counted == sent : counted >= sent;

	printf("%-6s counted %10llu   sent %s%10llu   %s\n", protocol, (unsigned long long)counted,
		own_network ? "" : "at least ", (unsigned long long)sent, right ? "right" : "WRONG");
	return right;
}

static int check_counts(const struct sender *sender, const struct packet_source *source, int map_fd)
{
	struct traffic_bytes counted, sent = sender->traffic.least;
	bool right;

	if (read_counts(map_fd, &counted) || (own_network && traffic_sent(&sender->traffic, &sent)))
		return fail("cannot read the counters: %s", strerror(errno));
	putchar('\n');
	right = compare("TCP", counted.tcp, sent.tcp);
	right &= compare("UDP", counted.udp, sent.udp);
	right &= compare("ICMP", counted.icmp, sent.icmp);
	right &= counted.tcp >= sender->traffic.least.tcp && sender->traffic.least.tcp;
	if (source->dropped)
		printf("%llu packets were missed\n", (unsigned long long)source->dropped);
	return right ? 0 : fail("the counts are not what was sent");
}

static int watch(struct packet_run *run, int map_fd)
{
	struct packet_source *source;
	struct sender sender = { 0 };
	pthread_t thread;
	int err;

	err = packet_socket_open("lo", &source);
	if (err)
		return fail("cannot watch the loopback device: %s%s", strerror(-err),
			err == -EPERM ? ": run as root, or allow user namespaces ('skep doctor' tells how)" : "");
	err = traffic_start(&sender.traffic);
	if (err) {
		packet_close(source);
		return fail("cannot make traffic: %s", strerror(-err));
	}
	printf("count_bytes watches lo%s\n\n%6s %14s %14s %14s  bytes\n",
		own_network ? " in a network of its own" : ", with everything else that is on it", "", "TCP", "UDP",
		"ICMP");
	if (pthread_create(&thread, NULL, send_traffic, &sender)) {
		packet_close(source);
		return fail("cannot make a thread");
	}
	err = count_packets(run, source, &sender, map_fd);
	pthread_join(thread, NULL);
	if (err)
		err = fail("the program was ended: %s", strerror(-err));
	else if (sender.error)
		err = fail("the traffic stopped: %s", strerror(-sender.error));
	else
		err = check_counts(&sender, source, map_fd);
	packet_close(source);
	return err;
}

static int load_and_watch(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program = object ? bpf_object__find_program_by_name(object, "count_bytes") : NULL;
	struct packet_run run;
	int err, map_fd;

	if (!program) {
		bpf_object__close(object);
		return fail("%s: cannot open it, or it is not sockex1", path);
	}
	err = bpf_object__load(object);
	map_fd = bpf_object__find_map_fd_by_name(object, "bytes_by_protocol");
	if (!err)
		err = map_fd < 0 ? map_fd : packet_run_init(&run, bpf_program__fd(program), true);
	if (err) {
		bpf_object__close(object);
		return fail("%s: cannot load it: %s", path, strerror(-err));
	}
	err = watch(&run, map_fd);
	packet_run_free(&run);
	bpf_object__close(object);
	return err;
}

int main(int argc, char **argv)
{
	int err;

	if (argc != 2) {
		fail("usage: %s sockex1.bpf.o", argv[0]);
		return 2;
	}
	if (enter_network() || tool_hive_open(NULL))
		return 1;
	err = load_and_watch(argv[1]);
	tool_hive_close();
	return err;
}
