/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_WIPED 65536U

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
