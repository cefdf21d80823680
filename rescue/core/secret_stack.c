/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever computes with a key leaves it on the stack: in the frames of a hash function, in what the
 * compiler puts aside. That stack is made here, of locked memory that no dump gets. A thread is
 * what the system offers to run on another stack; its maker waits for it, so nothing runs side by
 * side. */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "core/secret.h"

#define STACK_BYTES (1UL << 20)
#define GUARD_BYTES (64UL << 10) /* below it: running over the end is a crash and not a leak */

struct call {
	int (*fn)(void *arg);
	void *arg;
	int ret;
};

static void *run(void *arg)
{
	struct call *call = arg;

	call->ret = call->fn(call->arg);
	return NULL;
}

/* Signals are for the thread that waits. */
static bool run_beside(struct call *call, void *stack)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;

	if (pthread_attr_init(&attr) != 0)
		return false;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before); /* fails for a wrong argument only */
	bool is_begun = pthread_attr_setstack(&attr, stack, STACK_BYTES) == 0 &&
			pthread_create(&thread, &attr, run, call) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* as above */
	(void)pthread_attr_destroy(&attr);		   /* always 0 */
	if (is_begun)
		(void)pthread_join(thread, NULL); /* fails for a wrong thread only */
	return is_begun;
}

int rs_on_secret_stack(int (*fn)(void *arg), void *arg)
{
	struct call call = {.fn = fn, .arg = arg};
	uint8_t *p = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	bool is_done = false;

	if (p != MAP_FAILED) {
		(void)mprotect(p, GUARD_BYTES, PROT_NONE); /* else without a guard */
		(void)mlock(p + GUARD_BYTES, STACK_BYTES); /* as for rs_secret_init */
		(void)madvise(p + GUARD_BYTES, STACK_BYTES, MADV_DONTDUMP);
		is_done = run_beside(&call, p + GUARD_BYTES);
		rs_wipe(p + GUARD_BYTES, STACK_BYTES);
		(void)munmap(p, GUARD_BYTES + STACK_BYTES); /* its pages are there */
	}
	if (is_done)
		return call.ret;
	call.ret = fn(arg); /* no memory for another one: on this one, and wiped */
	rs_wipe_stack();
	return call.ret;
}
