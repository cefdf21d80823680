/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/secret.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_WIPED 65536U
#define STACK_BYTES (1UL << 20)
#define GUARD_BYTES (64UL << 10) /* below it: running over the end is a crash and not a leak */

void rs_wipe(void *p, size_t len)
{
	explicit_bzero(p, len);
}

void rs_wipe_stack(void)
{
	uint8_t dead[STACK_WIPED];

	rs_wipe(dead, sizeof(dead));
}

static size_t pages(size_t cap)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (cap + page - 1) / page * page;
}

int rs_secret_init(struct rs_secret *s, size_t cap, struct rs_err *err)
{
	*s = (struct rs_secret){0};
	/* Pages of its own, so that unlocking one secret never unlocks another. */
	void *p = mmap(NULL, pages(cap ? cap : 1), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return rs_fail(err, RS_E_MEMORY, "key memory");
	bool is_locked = mlock(p, pages(cap ? cap : 1)) == 0;
	(void)madvise(p, pages(cap ? cap : 1), MADV_DONTDUMP); /* without dumps there is no need */
	*s = (struct rs_secret){.p = p, .len = 0, .cap = cap, .is_swappable = !is_locked};
	return 0;
}

int rs_secret_set(struct rs_secret *s, const void *p, size_t len, struct rs_err *err)
{
	struct rs_secret old = *s; /* @p may point into it: it goes last */

	if (!old.p || old.cap < len) {
		int r = rs_secret_init(s, len, err);
		if (r < 0) {
			rs_secret_done(&old);
			return r;
		}
		if (len)
			memcpy(s->p, p, len);
		s->len = len;
		rs_secret_done(&old);
		return 0;
	}
	if (len)
		memmove(s->p, p, len);
	rs_wipe(s->p + len, s->cap - len);
	s->len = len;
	return 0;
}

void rs_secret_done(struct rs_secret *s)
{
	if (s->p) {
		rs_wipe(s->p, s->cap);
		(void)munmap(s->p, pages(s->cap ? s->cap : 1));
	}
	*s = (struct rs_secret){0};
}

/* ---- another stack ---- */

/* Whoever computes with a key leaves it on the stack: in the frames of a hash function, in what the
 * compiler puts aside. That stack is made here, of locked memory that no dump gets. A thread is
 * what the system offers to run on another stack; its maker waits for it, so nothing runs side by
 * side. */
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
