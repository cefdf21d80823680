/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file is what kbd's `loadkeys -b` writes: "bkeymap", for each of 256 tables whether it is
 * there, and of each that is 128 entries of 16 bits. What an entry means only the kernel knows. */
#include "ui/layout.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <linux/keyboard.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAGIC	    "bkeymap"
#define TABLES	    256U
#define TABLE_KEYS  128U
#define HEAD_BYTES  (sizeof(MAGIC) - 1 + TABLES)
#define TABLE_BYTES (TABLE_KEYS * sizeof(uint16_t))
#define FILE_BYTES  (HEAD_BYTES + TABLES * TABLE_BYTES)

static int is_name(const struct dirent *e)
{
	const size_t n = strspn(e->d_name, "abcdefghijklmnopqrstuvwxyz_");

	return n && n < LAYOUT_NAME && !e->d_name[n];
}

void layouts_find(const char *folder, struct layouts *ret)
{
	struct dirent **found = NULL;
	const int n = scandir(folder, &found, is_name, alphasort);

	*ret = (struct layouts){0};
	(void)snprintf(ret->folder, sizeof(ret->folder), "%s", folder);
	for (int i = 0; i < n; i++) {
		if (ret->n < LAYOUTS_MOST)
			(void)snprintf(ret->names[ret->n++], LAYOUT_NAME, "%.7s", found[i]->d_name);
		free(found[i]);
	}
	free(found);
	(void)layouts_choose(ret, LAYOUT_FIRST);
}

bool layouts_choose(struct layouts *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->names[i], name) == 0) {
			l->at = i;
			return true;
		}
	return false;
}

/* Key by key, as there is no other way into the kernel's tables. */
static int load_table(int fd, unsigned table, const uint8_t *entries)
{
	for (unsigned key = 1; key < TABLE_KEYS; key++) {
		struct kbentry e = {(unsigned char)table, (unsigned char)key,
			rs_le16(entries + key * sizeof(uint16_t))};
		if (ioctl(fd, KDSKBENT, &e) < 0 && errno != EINVAL) /* one that it does not know */
			return -errno;
	}
	return 0;
}

static int load(int fd, const uint8_t *file, size_t len, struct rs_err *err)
{
	const uint8_t *has = file + sizeof(MAGIC) - 1;
	size_t n = 0;

	for (unsigned i = 0; len >= HEAD_BYTES && i < TABLES; i++)
		n += has[i] == 1;
	if (!n || len != HEAD_BYTES + n * TABLE_BYTES ||
		memcmp(file, MAGIC, sizeof(MAGIC) - 1) != 0)
		return rs_fail(err, RS_E_USAGE, "no keyboard layout is in that file");
	file += HEAD_BYTES;
	for (unsigned i = 0; i < TABLES; i++) {
		if (has[i] != 1)
			continue;
		int r = load_table(fd, i, file);
		if (r < 0)
			return rs_fail(err, RS_E_USAGE, "the keyboard layout stays as it is: %s",
				strerror(-r));
		file += TABLE_BYTES;
	}
	return 0;
}

int layouts_load(const struct layouts *l, int fd, struct rs_err *err)
{
	static uint8_t bytes[FILE_BYTES + 1]; /* a file of that size is longer than any */
	char path[sizeof(l->folder) + LAYOUT_NAME + 1];

	(void)snprintf(path, sizeof(path), "%s/%s", l->folder, l->names[l->at]);
	FILE *f = fopen(path, "re");
	if (!f)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	const size_t len = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f); /* only read */
	return load(fd, bytes, len, err);
}
