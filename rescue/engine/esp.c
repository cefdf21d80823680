/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies in the open on the EFI partition or in sector 0: traces of other encryption, which it
 * needs to start before Windows, and the boot manager's log.
 * Sources: veracrypt/VeraCrypt src/Common/BootEncryption.cpp (\EFI\VeraCrypt, and the name in
 * sector 0 by which it knows its own loader); DiskCryptor's documentation (\EFI\DCS). No other
 * product documents its folder, so a folder that no system or maker of machines is known for is
 * named as it stands. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/engine.h"
#include "fat/fat.h"

struct names {
	char *ret;
	size_t cap;
};

static bool is_ordinary(const char *name)
{
	/* systems, and makers' own tools, seen on EFI partitions */
	static const char *const known[] = {"Microsoft", "Boot", "HP", "Dell", "Lenovo", "ASUS",
		"Acer", "OEM", "Intel", "Insyde", "Samsung", "Toshiba", "MSI", "Apple", "ubuntu",
		"debian", "fedora", "opensuse", "centos", "redhat", "rocky", "almalinux", "arch",
		"manjaro", "kali", "linuxmint", "pop", "systemd", "Linux", "grub", "refind",
		"tools", "unbrick", NULL};

	for (size_t i = 0; known[i]; i++)
		if (strcasecmp(known[i], name) == 0)
			return true;
	return false;
}

static int take_folder(void *ctx, const struct fat_entry *e)
{
	struct names *n = ctx;
	size_t len = strlen(n->ret);

	if (!e->is_folder || is_ordinary(e->name))
		return 0;
	(void)snprintf(n->ret + len, n->cap - len, "%s\\EFI\\%s", len ? ", " : "", e->name);
	return 0;
}

static void look_at_fat(struct blk *vol, struct names *n)
{
	auto_fat struct fat *f = NULL;
	struct fat_entry efi;

	if (fat_open(vol, &f, NULL) < 0 || fat_lookup(f, "EFI", &efi, NULL) < 0)
		return;
	(void)fat_list(f, &efi, take_folder, n, NULL); /* as far as it can be read */
}

/* Sector 0 of the disk: loaders for old firmware carry their name. */
static void look_at_mbr(struct blk *disk, struct names *n)
{
	static const char *const loaders[] = {"VeraCrypt", "TrueCrypt"};
	uint8_t sector[512];
	size_t len = strlen(n->ret);

	if (disk->size_bytes < sizeof(sector) ||
		blk_read(disk, 0, sector, sizeof(sector), NULL) < 0)
		return;
	for (size_t i = 0; i < 2; i++)
		if (memmem(sector, 440, loaders[i], strlen(loaders[i])))
			(void)snprintf(n->ret + len, n->cap - len, "%s%s's loader in sector 0",
				len ? ", " : "", loaders[i]);
}

void en_esp_traces(const struct en_machine *m, char *ret, size_t cap)
{
	struct names n = {ret, cap};

	ret[0] = '\0';
	for (size_t i = 0; i < m->n_disks; i++)
		if (m->disks[i].blk)
			look_at_mbr(m->disks[i].blk, &n);
	for (size_t i = 0; i < m->n_volumes; i++) {
		const struct en_volume *v = &m->volumes[i];
		auto_blk struct blk *vol = NULL;
		if (v->part->kind == VOL_FAT &&
			blk_part_new(v->disk->blk, v->part->off_bytes, v->part->len_bytes, v->name,
				&vol, NULL) == 0)
			look_at_fat(vol, &n);
	}
}

/* ---- the boot manager's own log: what it tried to start, readable without any key ---- */

#define BOOTSTAT_MOST (128U << 10) /* 64 KiB on every machine seen */

int en_esp_bootstat(const struct en_machine *m, const struct en_disk *d, uint8_t **ret,
	size_t *ret_len, struct rs_err *err)
{
	*ret = NULL;
	*ret_len = 0;
	for (size_t i = 0; i < m->n_volumes; i++) {
		const struct en_volume *v = &m->volumes[i];
		auto_blk struct blk *vol = NULL;
		auto_fat struct fat *f = NULL;
		struct fat_entry e;

		if (v->disk != d || v->part->kind != VOL_FAT ||
			blk_part_new(v->disk->blk, v->part->off_bytes, v->part->len_bytes, v->name,
				&vol, NULL) < 0 ||
			fat_open(vol, &f, NULL) < 0 ||
			fat_lookup(f, "EFI\\Microsoft\\Boot\\BOOTSTAT.DAT", &e, NULL) < 0)
			continue;
		int r = fat_read_file(f, &e, BOOTSTAT_MOST, ret, ret_len, err);
		if (r == 0 || rs_err_ends(r))
			return r;
		/* damaged or too large: as if it were not there; it is one witness of many */
	}
	if (err)
		*err = (struct rs_err){0};
	return 0;
}
