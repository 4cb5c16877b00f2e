/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Test runs of XDP programs: a packet whose beginning is in one page, with metadata in front if the context says so.
 * What does not fit there, or lies behind the context's data_end, is in fragments, which programs do not see.
 */
#include <linux/if_ether.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "progs/skb.h"
#include "sys/test_run.h"

#define LOOPBACK 1
#define META_MAX (XDP_PACKET_HEADROOM - 40) /* metadata in front of a packet: the headroom, less the kernel's own */
#define LINEAR_MAX (TEST_PAGE - XDP_PACKET_HEADROOM - TEST_TAILROOM)
#define FRAGMENTS_MAX (17 * TEST_PAGE)

static int check_context(const struct xdp_md *context, uint32_t size)
{
	if (context->data_meta || context->data_end > size || context->data > context->data_end)
		return -EINVAL;
	if (context->data % 4 || context->data > META_MAX || size - context->data < ETH_HLEN)
		return -EINVAL;
	return 0;
}

/* Where the packet came from. */
static int set_receiver(const struct xdp_md *context, struct xdp *xdp)
{
	char device[IF_NAMESIZE];

	xdp->ingress_ifindex = LOOPBACK;
	if (context->egress_ifindex)
		return -EINVAL;
	if (!context->ingress_ifindex)
		return context->rx_queue_index ? -EINVAL : 0;
	if (!if_indextoname(context->ingress_ifindex, device))
		return -ENODEV;
	if (context->rx_queue_index)
		return -EINVAL;
	xdp->ingress_ifindex = context->ingress_ifindex;
	return 0;
}

struct xdp_input {
	struct xdp xdp;
	uint8_t *page;
	uint8_t *rest; /* in fragments */
	uint32_t rest_size;
};

static void input_free(struct xdp_input *input)
{
	free(input->page);
	free(input->rest);
}

/* data_in: context->data bytes of metadata, then the packet. given: the context came from the caller. */
static int input_read(const struct test *test, const struct xdp_md *context, bool given, struct xdp_input *ret_input)
{
	const union bpf_attr *attr = &test->call->attr;
	uint32_t size = attr->test.data_size_in;
	uint32_t linear = MIN(given ? context->data_end : size, LINEAR_MAX + context->data);
	struct xdp_input input = { .rest_size = size - linear };

	if (size < ETH_HLEN)
		return -EINVAL;
	if (size > LINEAR_MAX + FRAGMENTS_MAX)
		return -ENOMEM;
	input.page = calloc(1, TEST_PAGE);
	input.rest = malloc(input.rest_size ?: 1);
	if (!input.page || !input.rest) {
		input_free(&input);
		return -ENOMEM;
	}
	uint8_t *start = input.page + XDP_PACKET_HEADROOM - context->data;
	int err = call_read(test->call, start, attr->test.data_in, linear);
	if (!err)
		err = call_read(test->call, input.rest, attr->test.data_in + linear, input.rest_size);
	if (!err)
		err = set_receiver(context, &input.xdp);
	if (err) {
		input_free(&input);
		return err;
	}
	input.xdp.head = input.page;
	input.xdp.buffer_end = input.page + TEST_PAGE - TEST_TAILROOM;
	input.xdp.data_meta = start;
	input.xdp.data = start + context->data;
	input.xdp.data_end = start + linear;
	*ret_input = input;
	return 0;
}

/* Puts the fragments behind what the program left of the linear part. */
static int finish(struct test *test, const struct xdp_input *input, const uint8_t *start)
{
	uint32_t linear = input->xdp.data_end - start, size = linear + input->rest_size;

	if (!input->rest_size)
		return test_finish(test, start, linear);
	uint8_t *whole = malloc(size);
	if (!whole)
		return -ENOMEM;
	memcpy(whole, start, linear);
	memcpy(whole + linear, input->rest, input->rest_size);
	int err = test_finish(test, whole, size);
	free(whole);
	return err;
}

int test_run_xdp(struct test *test)
{
	const union bpf_attr *attr = &test->call->attr;
	uint32_t attach = test->prog->expected_attach_type;
	bool in = attr->test.ctx_in;
	struct xdp_input input;
	struct xdp_md context;
	bool given;

	if (attach == BPF_XDP_DEVMAP || attach == BPF_XDP_CPUMAP)
		return -EINVAL;
	/* Live frames need devices. */
	if (attr->test.flags || attr->test.batch_size)
		return -EINVAL;
	int err = test_context_read(test, &context, sizeof(context), &given);
	if (err)
		return err;
	if (in) {
		err = check_context(&context, attr->test.data_size_in);
		if (err)
			return err;
	}
	err = input_read(test, &context, in, &input);
	if (err)
		return err;
	err = test_repeat(test, &input.xdp);
	if (err)
		goto free_input;
	/* Metadata that the program dropped is told by data_meta behind data. */
	uint8_t *start = MIN(input.xdp.data_meta, input.xdp.data);
	if (in) {
		context.data = input.xdp.data - start;
		context.data_end = input.xdp.data_end - start;
	}
	err = finish(test, &input, start);
	if (!err && given)
		err = test_context_write(test, &context, sizeof(context));
free_input:
	input_free(&input);
	return err;
}
