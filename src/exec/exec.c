/* SPDX-License-Identifier: BSD-2-Clause */
#include "exec/exec.h"

#include <errno.h>
#include <stdlib.h>

#include "exec/interp.h"
#include "exec/jit/jit.h"

static int bind_code(const struct image *image, enum exec_mode mode, struct bound *bound)
{
	if (mode == EXEC_INTERPRET)
		return interp_bind(image, bound);
#if JIT_BACK_END
	return jit_bind(image, bound);
#else
	return -ENOTSUP;
#endif
}

int exec_bind(const struct image *image, enum exec_mode mode, struct bound **ret_bound)
{
	struct bound *bound = calloc(1, sizeof(*bound));

	if (!bound)
		return -ENOMEM;
	bound->image = image;
	bound->mode = mode;
	int err = bind_code(image, mode, bound);
	if (err) {
		free(bound);
		return err;
	}
	*ret_bound = bound;
	return 0;
}

void exec_unbind(struct bound *bound)
{
	if (!bound)
		return;
	if (bound->mode == EXEC_INTERPRET)
		interp_unbind(bound);
#if JIT_BACK_END
	else
		jit_unbind(bound);
#endif
	free(bound);
}

/* The program that runs may change by a tail call, so a callback is looked up when it is called. */
static uint64_t call_bound(
	struct run *run, uint64_t callback, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	return run->bound->call(run, callback, a1, a2, a3, a4, a5);
}

void run_init(struct run *run, const struct bound *bound)
{
	*run = (struct run){ .call = call_bound, .bound = bound, .budget = UINT64_MAX };
}

const void *exec_code(const struct bound *bound, uint32_t *ret_size)
{
#if JIT_BACK_END
	if (bound->mode == EXEC_JIT)
		return jit_code(bound, ret_size);
#endif
	*ret_size = 0;
	return NULL;
}
