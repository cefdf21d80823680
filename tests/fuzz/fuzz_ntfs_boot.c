/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole small volume: boot sector, $MFT, scan, state, reading. Seeds: the first 64 KiB of a small
 * image (`mkntfs -F -Q` on 1 MiB, or the fixture r2-ntfs.img). */
#include <string.h>

#include "ntfs/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct mem {
	struct blk blk; /* first */
	const uint8_t *p;
};

static int mem_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	(void)err;
	memcpy(buf, ((struct mem *)(void *)b)->p + off_bytes, len);
	return 0;
}

static void mem_close(struct blk *b)
{
	(void)b;
}

static const struct blk_ops ops = {.read = mem_read, .close = mem_close};

static bool on_entry(void *user, const struct nt_entry *e)
{
	*(size_t *)user += strlen(e->path);
	return true;
}

static void on_fault(void *user, uint64_t record, const char *what)
{
	*(size_t *)user += strlen(what) + (size_t)record;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mem m = {.blk = {.ops = &ops, .size_bytes = size, .sector_bytes = 512}, .p = data};
	size_t sum = 0, got;
	const struct nt_scan_ops scan = {.user = &sum, .entry = on_entry, .fault = on_fault};
	struct nt_raw *raw = NULL;
	struct nt_scan_result res;
	struct nt_state st;
	uint8_t buf[512];

	if (nt_raw_open(&m.blk, &raw, NULL) < 0)
		return 0;
	(void)nt_scan(raw, &scan, NULL, &res, NULL);
	(void)nt_state_read(raw, &st, NULL);
	for (uint64_t i = 0; i < raw->records && i < 64; i++)
		(void)nt_raw_read(raw, i, NT_AT_DATA, "", 0, buf, sizeof(buf), &got, NULL);
	nt_raw_close(raw);
	return 0;
}
