/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which disk is this, whatever path leads to it? By what the disk says of itself: the kernel's wwid
 * (of VPD page 0x83, or of NVMe's NGUID and EUI-64), its serial number and its size.
 * Sources: SPC-4 7.8.6 (device identification), Linux drivers/scsi/scsi_lib.c scsi_vpd_lun_id,
 * drivers/nvme/host/core.c wwid_show. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "block/internal.h"
#include "core/text.h"

/* The best name of the logical unit in page 0x83: NAA before EUI-64 before the vendor's own. */
static void name_of_page(struct rs_view page, char *ret, size_t cap)
{
	static const char *const prefix[] = {[1] = "t10", [2] = "eui", [3] = "naa"};
	unsigned best = 0;

	for (size_t at = 4; rs_view_has(page, at, 4);) {
		const uint8_t *d = page.p + at;
		unsigned type = d[1] & 0xfU, association = d[1] >> 4 & 3U;
		struct rs_view id;
		char hex[2 * 64 + 1];
		if (!rs_view_sub(page, at + 4, d[3], &id))
			return;
		at += 4 + (size_t)d[3];
		if (association || type < 1 || type > 3 || type <= best || !id.len || id.len > 64)
			continue;
		rs_hex(id.p, id.len, hex);
		(void)snprintf(ret, cap, "%s.%s", prefix[type], hex);
		best = type;
	}
}

/* "eui.0000000000000000" is what a disk without a name of its own says. */
static bool says_something(const char *id)
{
	const char *dot = strchr(id, '.');

	return dot && dot[1 + strspn(dot + 1, "0 -")] != '\0';
}

void disk_ident(const struct sys_roots *roots, const char *name, char *ret, size_t cap)
{
	static const char *const files[] = {"wwid", "device/wwid", "nguid", "eui"};
	char dir[PATH_MAX], real[PATH_MAX], id[300] = "", serial[2 * 252 + 1] = "", size[32];
	uint8_t page[SYS_PAGE_MAX];

	ret[0] = '\0';
	(void)snprintf(dir, sizeof(dir), "%s/block/%s", roots->sys, name);
	/* boxes for USB are said to share one name by the thousands, and have one path each */
	if (!realpath(dir, real) || strstr(real, "/usb"))
		return;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !says_something(id); i++) {
		char value[256];
		sys_text(value, sizeof(value), "%s/%s", real, files[i]);
		(void)snprintf(id, sizeof(id), "%s%s", i > 1 ? "id." : "", value);
	}
	size_t n = sys_page(real, "vpd_pg83", page);
	if (n && !says_something(id))
		name_of_page((struct rs_view){page, n}, id, sizeof(id));
	if (!says_something(id))
		return;
	n = sys_page(real, "vpd_pg80", page);
	if (n)
		rs_hex(page + 4, n - 4 < 252 ? n - 4 : 252, serial);
	sys_text(size, sizeof(size), "%s/size", real);
	(void)snprintf(ret, cap, "%s/%s/%s", id, serial, size);
}

bool disk_name_of(const struct sys_roots *roots, const struct stat *st, char *ret, size_t cap)
{
	char dir[PATH_MAX];

	if (!S_ISBLK(st->st_mode) || !sys_disk_dir(roots, st->st_rdev, dir))
		return false;
	(void)snprintf(ret, cap, "%s", strrchr(dir, '/') + 1);
	return true;
}
