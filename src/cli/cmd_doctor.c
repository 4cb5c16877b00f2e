/* SPDX-License-Identifier: BSD-2-Clause */
/* `skep doctor`: what this machine lets the user do, and what a missing thing costs. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/report.h"

/* Each check runs in a process of its own, so that it may change its credentials and namespaces: 0 or an errno. */

static int check_memfd(void)
{
	int fd = memfd_create("skep-doctor", MFD_CLOEXEC);
	void *memory;

	if (fd < 0)
		return errno;
	if (ftruncate(fd, 4096))
		return errno;
	memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return memory == MAP_FAILED ? errno : 0;
}

/* Memory that is written first and executable after, as the JIT makes it. */
static int check_code(void)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return errno;
	return mprotect(memory, 4096, PROT_READ | PROT_EXEC) ? errno : 0;
}

static int check_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) < 0 ? errno : 0;
}

static int check_own_network(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd;

	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET))
		return errno;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		return errno;
	return check_packet_socket();
}

static int check_user_namespace(void)
{
	return unshare(CLONE_NEWUSER) ? errno : 0;
}

static int check_seccomp_notify(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog filter = { .len = 1, .filter = &allow };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter) < 0 ? errno : 0;
}

/* Whether a process may read the memory of its child, which has not executed another program. */
static int check_child_memory(void)
{
	char there[8] = "honey", here[8] = "";
	struct iovec remote = { there, sizeof(there) }, local = { here, sizeof(here) };
	int error = 0, wait_for[2];
	pid_t child;

	if (pipe2(wait_for, O_CLOEXEC))
		return errno;
	child = fork();
	if (child < 0)
		return errno;
	if (!child) {
		close(wait_for[1]);
		_exit(read(wait_for[0], here, 1) < 0);
	}
	if (process_vm_readv(child, &local, 1, &remote, 1, 0) < 0)
		error = errno;
	close(wait_for[1]);
	waitpid(child, NULL, 0);
	return error;
}

static int check_perf_map(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/skep-doctor-%d", (int)getpid());
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	return unlink(path) ? errno : 0;
}

struct check {
	const char *name;
	int (*run)(void);
	bool needed; /* by the engine itself: without it nothing works */
	bool demo; /* by the demo, one of those is enough */
	const char *cost, *advice;
};

static const struct check checks[] = {
	{ "memory files", check_memfd, true, false, "maps cannot be made: nothing works",
		"the kernel must offer memfd_create(2)" },
	{ "machine code", check_code, false, false, "programs run in the interpreter, some 20 times slower",
		"a security policy (SELinux execmem, PaX) forbids memory that becomes executable" },
	{ "packet sockets", check_packet_socket, false, true, "--dev works only in a network namespace of your own",
		"run as root, or with CAP_NET_RAW" },
	{ "own network namespace", check_own_network, false, true,
		"the demo cannot make its loopback device without root",
		"see user namespaces; in a container, allow unshare(2) (docker: --security-opt seccomp=unconfined)" },
	{ "user namespaces", check_user_namespace, false, false,
		"an ordinary user has no network of their own: packet sources on devices need root",
		"sysctl user.max_user_namespaces=10000; Debian: kernel.unprivileged_userns_clone=1; "
		"Ubuntu: kernel.apparmor_restrict_unprivileged_userns=0" },
	{ "seccomp notification", check_seccomp_notify, false, false, "static and Go programs cannot be supervised",
		"Linux 5.0 or later, and no filter above this process that has its own listener" },
	{ "memory of children", check_child_memory, false, false,
		"static and Go programs cannot be supervised, and user memory of others cannot be read",
		"sysctl kernel.yama.ptrace_scope=1 or 0; in a container, allow process_vm_readv(2)" },
	{ "perf maps", check_perf_map, false, false, "perf shows compiled programs as bare addresses",
		"/tmp must be writable" },
};

static int run_check(const struct check *check)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (child < 0)
		return errno;
	if (!child)
		_exit(check->run());
	if (waitpid(child, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static void print_check(const struct check *check, int error)
{
	printf("%s%-4s%s %-22s", color(error ? COLOR_BAD : COLOR_GOOD), error ? "no" : "yes", color(COLOR_NONE),
		check->name);
	if (error)
		printf(" %s: %s\n%*sto have it: %s", strerror(error), check->cost, 28, "", check->advice);
	putchar('\n');
}

static void json_check(struct json *json, const struct check *check, int error)
{
	json_object(json, NULL);
	json_text(json, "name", check->name);
	json_bool(json, "works", !error);
	if (error) {
		json_text(json, "error", strerror(error));
		json_text(json, "cost", check->cost);
		json_text(json, "advice", check->advice);
	}
	json_end_object(json);
}

int cmd_doctor(const struct options *options)
{
	bool as_json = option_given(options, OPTION_JSON), engine = true, demo = false;
	struct json json = json_to(stdout);
	unsigned i;

	if (as_json) {
		json_object(&json, NULL);
		json_array(&json, "checks");
	}
	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		int error = run_check(&checks[i]);

		if (checks[i].needed && error)
			engine = false;
		if (checks[i].demo && !error)
			demo = true;
		if (as_json)
			json_check(&json, &checks[i], error);
		else
			print_check(&checks[i], error);
	}
	if (as_json) {
		json_end_array(&json);
		json_bool(&json, "engine", engine);
		json_bool(&json, "demo", engine && demo);
		json_end_object(&json);
	} else {
		printf("\nprograms can %srun here; the demo can %srun here\n", engine ? "" : "not ",
			engine && demo ? "" : "not ");
	}
	return engine && demo ? 0 : EXIT_FAILED;
}
