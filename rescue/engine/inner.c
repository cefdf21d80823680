/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of an NTFS volume as a disk: is it an image that needs another one? */
#include <stdio.h>

#include "engine/engine.h"

struct inner {
	struct blk blk; /* first: ops get a pointer to it */
	struct nt_file *file;
};

static int inner_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct inner *in = (const struct inner *)(const void *)b;
	size_t n = 0;
	int r = nt_file_read(in->file, off_bytes, buf, len, &n, err);

	return r == 0 && n != len ? rs_fail_on(err, RS_E_IO_READ, b->name, "cut short") : r;
}

static void inner_close(struct blk *b)
{
	(void)b; /* on the stack */
}

bool en_inner_has_parent(struct nt_vol *nt, uint64_t ref)
{
	static const struct blk_ops ops = {.read = inner_read, .close = inner_close};
	auto_nt_file struct nt_file *file = NULL;
	struct disk_container c;
	uint8_t sector0[512];

	if (nt_file_open(nt, ref, "", &file, NULL) < 0)
		return false;
	struct inner in = {.blk = {.ops = &ops,
				   .size_bytes = nt_file_size(file),
				   .sector_bytes = 512,
				   .is_read_only = true},
		.file = file};
	(void)snprintf(in.blk.name, sizeof(in.blk.name), "virtual disk");
	return blk_read(&in.blk, 0, sector0, sizeof(sector0), NULL) == 0 &&
	       disk_container_look(&in.blk, sector0, &c) && c.has_parent;
}
