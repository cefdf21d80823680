/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/efivar.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "init/module.h"

#define ATTRIBUTES	4 /* bytes before the value */
#define ATTRIBUTES_KEPT 7 /* non-volatile, for the firmware and for systems */

long efivar_read(const char *path, void *ret, size_t cap)
{
	auto_free uint8_t *bytes = malloc(cap + ATTRIBUTES);

	if (!bytes)
		return -ENOMEM;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, bytes, cap + ATTRIBUTES);
	if (n < 0)
		return -errno;
	if (n < ATTRIBUTES)
		return -EINVAL;
	memcpy(ret, bytes + ATTRIBUTES, (size_t)n - ATTRIBUTES);
	return n - ATTRIBUTES;
}

static void make_mutable(const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	int flags = 0;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0 || !(flags & FS_IMMUTABLE_FL))
		return;
	flags &= ~FS_IMMUTABLE_FL;
	(void)ioctl(fd, FS_IOC_SETFLAGS, &flags); /* the write tells */
}

int efivar_write(const char *path, const void *p, size_t len)
{
	auto_free uint8_t *bytes = malloc(len + ATTRIBUTES);

	if (!bytes)
		return -ENOMEM;
	rs_put_le32(bytes, ATTRIBUTES_KEPT);
	memcpy(bytes + ATTRIBUTES, p, len);
	make_mutable(path);
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	ssize_t n = write(fd, bytes, len + ATTRIBUTES);
	if (n < 0)
		return -errno;
	return (size_t)n == len + ATTRIBUTES ? 0 : -EIO;
}

bool efivar_mount(char *ret_text, size_t cap)
{
	static const char *const modules[] = {"efivarfs", NULL};

	ret_text[0] = '\0';
	if (access("/sys/firmware/efi", F_OK) < 0) {
		(void)snprintf(ret_text, cap, "this system was not started by UEFI firmware");
		return false;
	}
	if (!module_load_names(modules, ret_text, cap))
		return false;
	if (mount("efivarfs", EFIVAR_FOLDER, "efivarfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) <
			0 &&
		errno != EBUSY) {
		(void)snprintf(ret_text, cap, "the firmware's variables cannot be reached: %s",
			strerror(errno));
		return false;
	}
	return true;
}

/* ---- boot entries ---- */

/* An inactive one only if there is no other. */
size_t loadopt_rank(const struct loadopt *o, const uint16_t *order, size_t n_order)
{
	size_t place = 0;

	while (place < n_order && order[place] != o->number)
		place++;
	return (o->entry.is_active ? 0 : 1U << 30) + place * 0x10000 + o->number;
}

bool loadopt_parse(struct rs_view bytes, struct loadopt *ret)
{
	struct loadopt o = {.number = ret->number};
	char title[LOADOPT_TEXT * 2];

	if (!boot_entry_parse(bytes.p, bytes.len, &o.entry))
		return false;
	(void)rs_utf16_to_utf8(
		(struct rs_view){o.entry.title, o.entry.title_bytes}, title, sizeof(title));
	(void)rs_escape(title, o.title, sizeof(o.title));
	o.entry.title = NULL;
	*ret = o;
	return true;
}

/* The name that the table gives it: a GUID, or the disk's signature and a number. */
static bool take_signature(const struct part *p, struct partition *ret)
{
	unsigned id, number;
	char rest;

	if (rs_guid_parse(p->uuid, ret->signature)) {
		ret->kind = PARTITION_GPT;
		return true;
	}
	ret->kind = PARTITION_MBR;
	memset(ret->signature, 0, sizeof(ret->signature));
	if (sscanf(p->uuid, "%8x-%2x%c", &id, &number, &rest) != 2 || number != p->number)
		return false;
	rs_put_le32(ret->signature, id);
	return true;
}

bool loadopt_partition(const struct part *p, uint32_t sector_bytes, struct partition *ret)
{
	ret->number = p->number;
	if (!sector_bytes || p->start_bytes % sector_bytes || p->size_bytes % sector_bytes ||
		!take_signature(p, ret))
		return false;
	partition_name(ret, p->start_bytes / sector_bytes, p->size_bytes / sector_bytes);
	return true;
}

const struct loadopt *loadopt_choose(
	const struct loadopt *list, size_t n, const struct partition *partition)
{
	const struct loadopt *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct loadopt *o = &list[i];
		if (!boot_entry_is_windows(&o->entry) ||
			!partition_is_same(&o->entry.partition, partition))
			continue;
		if (!best || o->rank < best->rank)
			best = o;
	}
	return best;
}

bool loadopt_is_better(const struct loadopt_target *a, const struct loadopt_target *b)
{
	if (!a->entry != !b->entry)
		return a->entry;
	if (a->is_preferred != b->is_preferred)
		return a->is_preferred;
	return a->entry && a->entry->rank < b->entry->rank;
}
