/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume or disk in memory, for the fuzz targets. */
#ifndef UNBRICK_TESTS_FUZZ_MEM_H
#define UNBRICK_TESTS_FUZZ_MEM_H

#include <string.h>

#include "block/blk.h"

struct mem {
	struct blk blk; /* first */
	const uint8_t *p;
	size_t len;
};

/* Never fails: what lies behind the bytes is zeros. */
static int mem_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct mem *m = (const struct mem *)(const void *)b;

	(void)err;
	memset(buf, 0, len);
	if (off_bytes < m->len)
		memcpy(buf, m->p + off_bytes, len < m->len - off_bytes ? len : m->len - off_bytes);
	return 0;
}

static void mem_close(struct blk *b)
{
	(void)b; /* whose bytes they are frees them */
}

/** Of 512-byte sectors, and as large as its bytes; they stay the caller's. */
static inline struct mem mem_of(const uint8_t *p, size_t len)
{
	static const struct blk_ops ops = {.read = mem_read, .close = mem_close};

	return (struct mem){{.ops = &ops, .size_bytes = len, .sector_bytes = 512}, p, len};
}

#endif
