/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder's index: the input is an INDEX_ROOT (its length in the first two bytes), then INDX
 * blocks. Seeds: `istat -f ntfs IMG DIR` tells the attribute numbers of a folder, then
 * `icat -f ntfs IMG DIR-144-N` is the root and `icat -f ntfs IMG DIR-160-N` the blocks. */
#include <string.h>

#include "ntfs/index.h"

struct input {
	const uint8_t *p;
	size_t len;
};

static int read_block(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct input *in = user;

	if (off_bytes > in->len || in->len - off_bytes < len)
		return rs_fail(err, RS_E_IO_READ, "past the end");
	memcpy(buf, in->p + off_bytes, len);
	return 0;
}

static bool see(void *user, const struct nt_ix_entry *e)
{
	volatile uint8_t *sum = user;

	for (size_t i = 0; i < e->key.len; i++)
		*sum ^= e->key.p[i];
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t sum = 0;
	struct rs_err err = {0};

	if (size < 2)
		return 0;
	size_t root = rs_le16(data);
	root = root < size - 2 ? root : size - 2;
	struct input in = {data + 2 + root, size - 2 - root};
	struct nt_ix ix = {.root = {data + 2, root},
		.cluster_bytes = 4096,
		.alloc_bytes = in.len,
		.read = read_block,
		.read_user = &in};
	(void)nt_ix_walk(&ix, &(struct nt_ix_visit){.user = &sum, .entry = see}, &err);
	return 0;
}
