/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of powers of two, cut from chunks; free ones in a list for each size. What is larger than
 * half a chunk gets one of its own, which goes back to the kernel. A block begins with 16 bytes of
 * ours, so it knows its size. */
#include "core/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/secret.h"

#define HEAD	    16U
#define LEAST	    64U
#define CLASSES	    12U /* 64 bytes to 128 KiB */
#define CHUNK_BYTES (256U << 10)
#define MOST_BYTES  (1UL << 40)

struct block {
	size_t bytes; /* with this head */
	size_t is_own_chunk;
};

struct free_block {
	struct block head;
	struct free_block *next;
};

struct chunk {
	struct chunk *next, *before;
	size_t bytes, used;
	size_t padding[4];
};

struct rs_arena {
	struct chunk *chunks; /* the newest is cut from */
	struct chunk *own;    /* of large blocks */
	struct free_block *free[CLASSES];
	bool is_swappable;
};

_Static_assert(sizeof(struct block) == HEAD && sizeof(struct chunk) % LEAST == 0, "alignment");

int rs_arena_new(struct rs_arena **ret, struct rs_err *err)
{
	struct rs_arena *a = calloc(1, sizeof(*a));

	if (!a)
		return rs_fail(err, RS_E_MEMORY, "key memory");
	*ret = a;
	return 0;
}

static struct chunk *chunk_new(struct rs_arena *a, size_t bytes)
{
	bytes = (bytes + 4095) / 4096 * 4096;
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	a->is_swappable |= mlock(p, bytes) < 0;
	(void)madvise(p, bytes, MADV_DONTDUMP); /* fails on kernels without core dumps only */
	struct chunk *c = p;
	*c = (struct chunk){.bytes = bytes, .used = sizeof(*c)};
	return c;
}

static void chunk_free(struct chunk *c)
{
	size_t bytes = c->bytes;

	rs_wipe(c, bytes);
	(void)munmap(c, bytes); /* its pages are there */
}

static void chunks_free(struct chunk *c)
{
	for (struct chunk *next; c; c = next) {
		next = c->next;
		chunk_free(c);
	}
}

void rs_arena_free(struct rs_arena *a)
{
	if (!a)
		return;
	chunks_free(a->chunks);
	chunks_free(a->own);
	free(a);
}

static unsigned class_of(size_t bytes)
{
	unsigned class = 0;

	while (class < CLASSES && ((size_t)LEAST << class) < bytes)
		class ++;
	return class;
}

static struct block *large_new(struct rs_arena *a, size_t bytes)
{
	struct chunk *c = chunk_new(a, sizeof(struct chunk) + bytes);

	if (!c)
		return NULL;
	c->next = a->own;
	if (c->next)
		c->next->before = c;
	a->own = c;
	struct block *b = (struct block *)(void *)(c + 1);
	*b = (struct block){.bytes = c->bytes - sizeof(*c), .is_own_chunk = 1};
	return b;
}

static struct block *cut(struct rs_arena *a, size_t bytes)
{
	struct chunk *c = a->chunks;

	if (!c || c->bytes - c->used < bytes) {
		c = chunk_new(a, CHUNK_BYTES);
		if (!c)
			return NULL;
		c->next = a->chunks;
		a->chunks = c;
	}
	struct block *b = (struct block *)(void *)((uint8_t *)c + c->used);
	c->used += bytes;
	*b = (struct block){.bytes = bytes};
	return b;
}

void *rs_arena_alloc(struct rs_arena *a, size_t len)
{
	struct block *b;

	if (len > MOST_BYTES)
		return NULL;
	unsigned class = class_of(len + HEAD);
	if (class >= CLASSES) {
		b = large_new(a, len + HEAD);
	} else if (a->free[class]) {
		b = &a->free[class]->head;
		struct free_block *f = a->free[class];
		a->free[class] = f->next;
		f->next = NULL;
	} else {
		b = cut(a, (size_t)LEAST << class);
	}
	return b ? (uint8_t *)b + HEAD : NULL;
}

static struct block *block_of(void *p)
{
	return (struct block *)(void *)((uint8_t *)p - HEAD);
}

void rs_arena_release(struct rs_arena *a, void *p)
{
	if (!p)
		return;
	struct block *b = block_of(p);
	if (b->is_own_chunk) {
		struct chunk *c = (struct chunk *)(void *)b - 1;
		if (c->before)
			c->before->next = c->next;
		else
			a->own = c->next;
		if (c->next)
			c->next->before = c->before;
		chunk_free(c);
		return;
	}
	rs_wipe(p, b->bytes - HEAD);
	struct free_block *f = (struct free_block *)(void *)b;
	unsigned class = class_of(b->bytes);
	f->next = a->free[class];
	a->free[class] = f;
}

void *rs_arena_resize(struct rs_arena *a, void *p, size_t len)
{
	if (!p)
		return rs_arena_alloc(a, len);
	size_t had = block_of(p)->bytes - HEAD;
	if (len <= had && len >= had / 4) {
		rs_wipe((uint8_t *)p + len, had - len);
		return p;
	}
	void *larger = rs_arena_alloc(a, len);
	if (!larger)
		return NULL;
	memcpy(larger, p, len < had ? len : had);
	rs_arena_release(a, p);
	return larger;
}

bool rs_arena_is_locked(const struct rs_arena *a)
{
	return !a->is_swappable;
}
