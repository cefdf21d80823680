/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocations that end at a page which nobody may touch: a plain build, too, notices who reads or
 * writes behind one. tests/programs.mk has the calls of malloc and its kind come here. */
#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#include "help.h"

#define PAGE  4096U
#define PAGES (8U << 20) /* 32 GiB of addresses, of which next to nothing is memory */

/* not there where a test of another room is linked without them: then the fence is never up */
void *__real_malloc(size_t len) __attribute__((weak));
void *__real_calloc(size_t n, size_t len) __attribute__((weak));
void *__real_realloc(void *p, size_t len) __attribute__((weak));
void __real_free(void *p) __attribute__((weak));
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t n, size_t len);
void *__wrap_realloc(void *p, size_t len);
void __wrap_free(void *p);

static uint8_t *arena;
static size_t next; /* page: none is used twice, so what is freed stays closed */
static bool is_up;
static size_t lens[PAGES]; /* by the page in which an allocation begins */

void fence_up(void)
{
	if (!__real_malloc)
		abort(); /* linked without --wrap */
	is_up = true;
}

void fence_down(void)
{
	is_up = false;
}

static bool is_fenced(const void *p)
{
	return arena && (const uint8_t *)p >= arena &&
	       (const uint8_t *)p < arena + (size_t)PAGES * PAGE;
}

static size_t page_of(const void *p)
{
	return (size_t)((const uint8_t *)p - arena) / PAGE;
}

/* Bytes end at the very fence; what may be a struct is aligned as malloc does it. */
static size_t rounded(size_t len)
{
	return len % 8 ? len : len ? (len + 15) / 16 * 16 : 1;
}

static void *fenced(size_t len)
{
	size_t pages = (rounded(len) + PAGE - 1) / PAGE;

	if (!arena)
		arena = mmap(NULL, (size_t)PAGES * PAGE, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert(arena != MAP_FAILED);
	if (pages + 1 > PAGES - next)
		return NULL;
	uint8_t *begin = arena + next * PAGE;
	int r = mprotect(begin, pages * PAGE, PROT_READ | PROT_WRITE);
	assert(r == 0);
	uint8_t *p = begin + pages * PAGE - rounded(len);
	next += pages + 1;
	lens[page_of(p)] = len;
	return p;
}

uint8_t *fence_copy(const void *p, size_t len)
{
	uint8_t *ret = fenced(len);

	assert(ret);
	memcpy(ret, p, len);
	return ret;
}

void *__wrap_malloc(size_t len)
{
	void *p = is_up ? fenced(len) : NULL;

	return p ? p : __real_malloc(len);
}

void *__wrap_calloc(size_t n, size_t len)
{
	size_t bytes;

	if (!is_up || __builtin_mul_overflow(n, len, &bytes))
		return __real_calloc(n, len);
	void *p = fenced(bytes); /* fresh pages are zero */
	return p ? p : __real_calloc(n, len);
}

void __wrap_free(void *p)
{
	if (!is_fenced(p)) {
		__real_free(p);
		return;
	}
	uint8_t *begin = arena + page_of(p) * PAGE;
	void *again = mmap(begin, (size_t)((uint8_t *)p - begin) + rounded(lens[page_of(p)]),
		PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	assert(again == begin);
}

void *__wrap_realloc(void *p, size_t len)
{
	if (!is_up && !is_fenced(p))
		return __real_realloc(p, len);
	void *ret = __wrap_malloc(len);
	if (!ret || !p)
		return ret;
	if (!is_fenced(p)) { /* of before: how long it is is not known here */
		__wrap_free(ret);
		return __real_realloc(p, len);
	}
	size_t was = lens[page_of(p)];
	memcpy(ret, p, was < len ? was : len);
	__wrap_free(p);
	return ret;
}
