/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole small volume: boot sector, $MFT, scan, state, reading. Seeds: the first 64 KiB of a small
 * image (`mkntfs -F -Q` on 1 MiB, or the fixture r2-ntfs.img). */
#include <string.h>

#include "mem.h"
#include "ntfs/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	struct mem m = mem_of(data, size);
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
