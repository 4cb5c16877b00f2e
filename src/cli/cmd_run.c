/* SPDX-License-Identifier: BSD-2-Clause */
/* `skep run`: a program on one buffer, on the packets of a capture, or on those of a device. */
#include <bpf/bpf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "cli/capture.h"
#include "cli/commands.h"
#include "cli/tool_hive.h"
#include "cli/json.h"
#include "cli/map_print.h"
#include "cli/packet_run.h"
#include "cli/program.h"
#include "cli/report.h"
#include "skep/skep.h"

#define DATA_MAX (1u << 20)
#define OUT_ROOM (64u << 10) /* how much longer than its input the output may be */
#define MAP_ELEMENTS_MAX 1000
#define DRAIN_NANOSECONDS 300000000
#define MOMENT_NANOSECONDS 500000000

static volatile sig_atomic_t stopped;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

/*
 * The first signal ends the loop, and the results are printed; one that comes later ends the process. Signals of one
 * moment are one: timeout(1) and sudo(8) pass on what the terminal has sent to all.
 */
static void stop(int number)
{
	static uint64_t first;
	uint64_t time = now();

	if (!stopped) {
		first = time;
		stopped = number;
	} else if (time - first > MOMENT_NANOSECONDS) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* Output of a test run. */
struct test_result {
	uint32_t value, nanoseconds;
	uint8_t *data;
	size_t size;
};

static int test_run(const struct program *program, const struct options *options, struct test_result *ret_result)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	void *data = NULL, *context = NULL;
	uint8_t *out = NULL;
	size_t size = 0, context_size = 0;
	int err;

	err = read_file(options->text[OPTION_DATA], DATA_MAX, true, &data, &size);
	if (!err && option_given(options, OPTION_CTX))
		err = read_file(options->text[OPTION_CTX], DATA_MAX, true, &context, &context_size);
	if (err)
		goto free_data;
	out = malloc(size + OUT_ROOM);
	if (!out) {
		err = -ENOMEM;
		report("%s", strerror(ENOMEM));
		goto free_data;
	}
	if (size) {
		opts.data_in = data;
		opts.data_size_in = size;
		opts.data_out = out;
		opts.data_size_out = size + OUT_ROOM;
	}
	opts.ctx_in = context;
	opts.ctx_size_in = context_size;
	opts.repeat = option_given(options, OPTION_REPEAT) ? options->number[OPTION_REPEAT] : 1;
	err = bpf_prog_test_run_opts(bpf_program__fd(program->bpf), &opts);
	if (err == -524) /* the kernel's ENOTSUPP, which the C library has no word for */
		report("%s: programs of type %s cannot be run on a buffer", program->file.path,
			libbpf_bpf_prog_type_str(bpf_program__type(program->bpf)) ?: "?");
	else if (err == -EINVAL)
		report("%s: the run was refused: the data (%zu bytes) or the context (%zu bytes) does not suit a "
		       "program of type %s",
			program->file.path, size, context_size,
			libbpf_bpf_prog_type_str(bpf_program__type(program->bpf)) ?: "?");
	else if (err)
		report("%s: the run failed: %s", program->file.path, strerror(-err));
	if (err)
		goto free_data;
	*ret_result = (struct test_result){ opts.retval, opts.duration, out, size ? opts.data_size_out : 0 };
	out = NULL;

free_data:
	free(out);
	free(context);
	free(data);
	return err;
}

static void hex_dump(const uint8_t *data, size_t size)
{
	size_t i, j;

	for (i = 0; i < size; i += 16) {
		printf("  %04zx ", i);
		for (j = i; j < i + 16; j++)
			printf(j < size ? " %02x" : "   ", j < size ? data[j] : 0);
		printf("  ");
		for (j = i; j < i + 16 && j < size; j++)
			putchar(data[j] >= 0x20 && data[j] < 0x7f ? data[j] : '.');
		putchar('\n');
	}
}

static int write_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "wbe");
	bool bad = !file || (size && fwrite(data, size, 1, file) != 1);

	if (file && fclose(file))
		bad = true;
	if (bad)
		report("%s: cannot write the output: %s", path, strerror(errno));
	return bad ? -EIO : 0;
}

static void json_test(const struct program *program, const struct options *options, const struct test_result *result)
{
	struct json json = json_to(stdout);

	json_object(&json, NULL);
	json_text(&json, "program", bpf_program__name(program->bpf));
	json_text(&json, "engine", option_given(options, OPTION_INTERPRET) ? "interpreter" : "jit");
	json_unsigned(&json, "retval", result->value);
	json_unsigned(&json, "nanoseconds", result->nanoseconds);
	json_unsigned(&json, "data_size_out", result->size);
	if (!option_given(options, OPTION_OUT))
		json_hex(&json, "data_out", result->data, result->size);
	maps_json(&json, "maps", program->file.bpf, MAP_ELEMENTS_MAX);
	json_end_object(&json);
}

static void text_test(const struct program *program, const struct options *options, const struct test_result *result)
{
	printf("%s%s%s returned %u (0x%x), %u ns a run\n", color(COLOR_HEAD), bpf_program__name(program->bpf),
		color(COLOR_NONE), result->value, result->value, result->nanoseconds);
	if (result->size && !option_given(options, OPTION_OUT)) {
		printf("%zu bytes of data:\n", result->size);
		hex_dump(result->data, result->size);
	}
	maps_text(stdout, program->file.bpf, MAP_ELEMENTS_MAX);
}

static int run_on_buffer(const struct program *program, const struct options *options)
{
	struct test_result result;
	int err;

	err = test_run(program, options, &result);
	if (err)
		return err;
	if (option_given(options, OPTION_OUT))
		err = write_file(options->text[OPTION_OUT], result.data, result.size);
	if (!err && option_given(options, OPTION_JSON))
		json_test(program, options, &result);
	else if (!err)
		text_test(program, options, &result);
	free(result.data);
	return err;
}

static int open_source(const struct options *options, struct packet_source **ret_source)
{
	const char *device = options->text[OPTION_DEV];
	int err;

	if (!device)
		return capture_open(options->text[OPTION_PCAP], ret_source);
	err = packet_socket_open(device, ret_source);
	switch (err) {
	case 0:
		break;
	case -EPERM:
		report("%s: packet sockets are not permitted: run as root or with CAP_NET_RAW, or in a network of your "
		       "own (unshare -rn)",
			device);
		break;
	case -ENODEV:
		report("%s: there is no such network device (see 'ip link')", device);
		break;
	case -ENETDOWN:
		report("%s: the device is down: ip link set %s up", device, device);
		break;
	default:
		report("%s: cannot open a packet socket: %s", device, strerror(-err));
	}
	return err;
}

/* Until the source ends, the time is over, enough packets were seen, or a signal comes. */
static int run_packets(struct packet_run *run, struct packet_source *source, const struct options *options)
{
	uint64_t count = option_given(options, OPTION_COUNT) ? options->number[OPTION_COUNT] : UINT64_MAX;
	bool timed = option_given(options, OPTION_DURATION);
	uint64_t end = now() + options->number[OPTION_DURATION] * 1000000000ull;
	struct packet packet;
	int err = 0;

	while (!stopped && run->packets < count) {
		uint64_t time = timed ? now() : 0;

		if (timed && time >= end)
			break;
		/* A signal that comes just before the wait is seen after a second at the latest. */
		err = packet_next(source, timed ? (int)MIN((end - time) / 1000000 + 1, 1000) : 1000, &packet);
		if (err == 1)
			err = packet_run_one(run, &packet);
		if (err && err != -EINTR)
			break;
		err = 0;
	}
	return err == -ENODATA ? 0 : err;
}

/* Packets that came before the end lie in the ring for up to some hundredths of a second before they are shown. */
static int run_last_packets(struct packet_run *run, struct packet_source *source)
{
	uint64_t end = now() + DRAIN_NANOSECONDS;
	struct packet packet;
	int err;

	do {
		err = packet_next(source, 100, &packet);
		if (err == 1)
			err = packet_run_one(run, &packet) ?: 1;
	} while ((err == 1 || err == -EINTR) && now() < end);
	return err == 1 || err == -EINTR ? 0 : err;
}

static void text_packets(
	const struct program *program, const struct packet_run *run, const struct packet_source *source, double seconds)
{
	unsigned i;

	printf("%s%s%s: %llu packets, %llu bytes in %.1f s", color(COLOR_HEAD), bpf_program__name(program->bpf),
		color(COLOR_NONE), (unsigned long long)run->packets, (unsigned long long)run->bytes, seconds);
	if (run->packets)
		printf(", %.0f ns in the program for each", (double)run->nanoseconds / run->packets);
	putchar('\n');
	for (i = 0; i < run->n_results; i++) {
		const char *name = packet_run_result_name(run, run->results[i].value);

		printf("  returned %d", (int32_t)run->results[i].value);
		if (name)
			printf(" (%s)", name);
		printf(": %llu packets\n", (unsigned long long)run->results[i].packets);
	}
	if (run->other_results)
		printf("  returned something else: %llu packets\n", (unsigned long long)run->other_results);
	if (source->dropped)
		printf("  missed: %llu packets, which came faster than the program ran\n",
			(unsigned long long)source->dropped);
	if (source->cut)
		printf("  cut short by who captured them: %llu packets; bytes that are missing read as zero\n",
			(unsigned long long)source->cut);
	maps_text(stdout, program->file.bpf, MAP_ELEMENTS_MAX);
}

static void json_packets(
	const struct program *program, const struct packet_run *run, const struct packet_source *source, double seconds)
{
	struct json json = json_to(stdout);
	unsigned i;

	json_object(&json, NULL);
	json_text(&json, "program", bpf_program__name(program->bpf));
	json_unsigned(&json, "packets", run->packets);
	json_unsigned(&json, "bytes", run->bytes);
	json_unsigned(&json, "missed", source->dropped);
	json_unsigned(&json, "cut", source->cut);
	json_real(&json, "seconds", seconds);
	json_real(&json, "nanoseconds", run->packets ? (double)run->nanoseconds / run->packets : 0);
	json_array(&json, "results");
	for (i = 0; i < run->n_results; i++) {
		json_object(&json, NULL);
		json_unsigned(&json, "retval", run->results[i].value);
		json_text(&json, "name", packet_run_result_name(run, run->results[i].value));
		json_unsigned(&json, "packets", run->results[i].packets);
		json_end_object(&json);
	}
	json_end_array(&json);
	json_unsigned(&json, "other_results", run->other_results);
	maps_json(&json, "maps", program->file.bpf, MAP_ELEMENTS_MAX);
	json_end_object(&json);
}

static int run_on_packets(const struct program *program, const struct options *options)
{
	struct packet_source *source;
	struct packet_run run;
	uint64_t start;
	double seconds;
	int err;

	err = packet_run_init(&run, bpf_program__fd(program->bpf), option_given(options, OPTION_DEV));
	if (err == -ENOTSUP)
		report("%s: programs of type %s do not work on packets", program->file.path,
			libbpf_bpf_prog_type_str(bpf_program__type(program->bpf)) ?: "?");
	else if (err)
		report("%s: the program cannot be made ready to run: %s", program->file.path, strerror(-err));
	if (err)
		return err;
	catch_signals();
	err = open_source(options, &source);
	if (err)
		goto free_run;
	start = now();
	err = run_packets(&run, source, options);
	if (!err && option_given(options, OPTION_DEV) && !option_given(options, OPTION_COUNT))
		err = run_last_packets(&run, source);
	seconds = (now() - start) / 1e9;
	if (err && err != -EBADMSG) /* which was reported where it was found */
		report("%s: ended after %llu packets: %s", options->text[OPTION_DEV] ?: options->text[OPTION_PCAP],
			(unsigned long long)run.packets, strerror(-err));
	/* What was counted until then is still true. */
	if (option_given(options, OPTION_JSON))
		json_packets(program, &run, source, seconds);
	else
		text_packets(program, &run, source, seconds);
	packet_close(source);

free_run:
	packet_run_free(&run);
	return err;
}

/* Exactly one input, and only options that mean something with it. */
static int check_options(const struct options *options)
{
	bool data = option_given(options, OPTION_DATA), capture = option_given(options, OPTION_PCAP);
	bool device = option_given(options, OPTION_DEV);
	const char *wrong = NULL, *needed = NULL;

	if (data + capture + device != 1) {
		report("run: give one of --data FILE, --pcap FILE and --dev DEVICE (see 'skep help run')");
		return -EINVAL;
	}
	if (!data) {
		needed = "--data";
		wrong = option_given(options, OPTION_CTX)      ? "--ctx"
			: option_given(options, OPTION_REPEAT) ? "--repeat"
			: option_given(options, OPTION_OUT)    ? "--out"
							       : NULL;
	}
	if (!device && option_given(options, OPTION_DURATION)) {
		needed = "--dev";
		wrong = "--duration";
	}
	if (data && option_given(options, OPTION_COUNT)) {
		needed = "--pcap or --dev";
		wrong = "--count";
	}
	if (!wrong)
		return 0;
	report("run: %s needs %s (see 'skep help run')", wrong, needed);
	return -EINVAL;
}

int cmd_run(const struct options *options)
{
	const struct skep_hive_opts hive_opts = {
		.sz = sizeof(hive_opts),
		.kernel = options->text[OPTION_KERNEL],
		.interpret = option_given(options, OPTION_INTERPRET),
	};
	struct program program;
	int err;

	if (check_options(options))
		return EXIT_USAGE;
	libbpf_quiet(option_given(options, OPTION_VERBOSE));
	err = tool_hive_open(&hive_opts);
	if (err)
		return err == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	err = program_load(
		options->operand, &(struct program_opts){ .name = options->text[OPTION_PROG] }, &program, NULL);
	if (err)
		goto close_hive;
	if (option_given(options, OPTION_DATA))
		err = run_on_buffer(&program, options);
	else
		err = run_on_packets(&program, options);
	program_unload(&program);

close_hive:
	tool_hive_close();
	return err ? EXIT_FAILED : 0;
}
