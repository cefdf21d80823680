/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cpio archive (newc) written into a buffer: the extra piece of the initramfs. */
#ifndef UNBRICK_FORMAT_CPIO_H
#define UNBRICK_FORMAT_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpio {
	uint8_t *p; /* NULL: only count */
	size_t size, len;
	unsigned files;
	bool is_full; /* something did not fit: the archive is of no use */
};

/** Start an archive in @buf; NULL and 0 to learn only how long it becomes. */
void cpio_init(struct cpio *c, void *buf, size_t size);

/** Add a folder, mode 0755. @path without a slash in front. */
void cpio_add_folder(struct cpio *c, const char *path);

/** Add a file, mode 0444, owned by root, without a time. At most 4 GiB - 1. */
void cpio_add_file(struct cpio *c, const char *path, const void *bytes, size_t len);

/** The trailer, and zeros to a multiple of 512. False if it did not fit; the length is in @c->len.
 */
bool cpio_finish(struct cpio *c);

#endif
