/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/cpio.h"

#include <string.h>

#include "format/text.h"

enum { HEADER_BYTES = 110, BLOCK_BYTES = 512, MODE_FOLDER = 040755, MODE_FILE = 0100444 };

void cpio_init(struct cpio *c, void *buf, size_t size)
{
	*c = (struct cpio){.p = buf, .size = size};
}

/* NULL @bytes writes zeros. */
static void add_bytes(struct cpio *c, const void *bytes, size_t len)
{
	if (__builtin_add_overflow(c->len, len, &len)) {
		c->is_full = true;
		return;
	}
	size_t at = c->len;
	c->len = len;
	if (!c->p)
		return;
	if (len > c->size)
		c->is_full = true;
	else if (bytes)
		memcpy(c->p + at, bytes, len - at);
	else
		memset(c->p + at, 0, len - at);
}

static void pad(struct cpio *c, size_t multiple)
{
	add_bytes(c, NULL, (multiple - c->len % multiple) % multiple);
}

struct entry {
	const char *path;
	unsigned mode;
	const void *bytes;
	size_t len;
};

static void add_entry(struct cpio *c, const struct entry *e)
{
	size_t name_len = strlen(e->path) + 1;
	char header[HEADER_BYTES + 1];
	struct text t;

	if (e->len > UINT32_MAX) {
		c->is_full = true;
		return;
	}
	text_init(&t, header, sizeof(header));
	/* magic, inode, mode, uid, gid, links, mtime, size, device x 4, name's size, checksum */
	text_add(&t, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", ++c->files,
		e->mode, 0U, 0U, 1U, 0U, (unsigned)e->len, 0U, 0U, 0U, 0U, (unsigned)name_len, 0U);
	add_bytes(c, header, HEADER_BYTES);
	add_bytes(c, e->path, name_len);
	pad(c, 4);
	add_bytes(c, e->bytes, e->len);
	pad(c, 4);
}

void cpio_add_folder(struct cpio *c, const char *path)
{
	add_entry(c, &(struct entry){.path = path, .mode = MODE_FOLDER});
}

void cpio_add_file(struct cpio *c, const char *path, const void *bytes, size_t len)
{
	add_entry(c, &(struct entry){path, MODE_FILE, bytes, len});
}

bool cpio_finish(struct cpio *c)
{
	add_entry(c, &(struct entry){.path = "TRAILER!!!"});
	pad(c, BLOCK_BYTES);
	return !c->is_full;
}
