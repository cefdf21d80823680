/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/guards.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/list.h"
#include "core/text.h"
#include "fat/fat.h"

#define BCD_MOST (16U << 20) /* those of the field have less than 64 KiB */

struct boot {
	const struct en_disk *disk; /* that it lies on */
	bool is_read;
	struct win_bcd bcd;
};

struct en_boots {
	struct boot *list;
	size_t n, n_read;
};

void en_boots_free(struct en_boots *b)
{
	if (!b)
		return;
	free(b->list);
	free(b);
}

RS_DEFINE_AUTO(struct en_boots *, en_boots_free);
#define auto_boots __attribute__((cleanup(en_boots_free_auto)))

/* ---- where they lie ---- */

static const char *const places[] = {"\\EFI\\Microsoft\\Boot\\BCD", "\\Boot\\BCD"};

static int read_in_ntfs(
	struct blk *part, const char *path, uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	struct nt_vol *vol = NULL;
	int r = nt_vol_open(part, 0, &vol, err);

	if (r == 0)
		r = nt_file_load(vol, path, BCD_MOST, ret, ret_len, err);
	(void)nt_vol_close(vol, NULL); /* only read */
	return r;
}

static int read_in_fat(
	struct blk *part, const char *path, uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	auto_fat struct fat *f = NULL;
	struct fat_entry e;
	int r = fat_open(part, &f, err);

	if (r == 0)
		r = fat_lookup(f, path, &e, err);
	return r < 0 ? r : fat_read_file(f, &e, BCD_MOST, ret, ret_len, err);
}

static int read_at(const struct en_disk *d, const struct disk_part *p, const char *path,
	struct win_bcd *ret, struct rs_err *err)
{
	auto_blk struct blk *part = NULL;
	auto_free uint8_t *bytes = NULL;
	size_t len = 0;
	int r = blk_part_new(d->blk, p->off_bytes, p->len_bytes, d->path, &part, err);

	if (r < 0)
		return r;
	r = p->kind == VOL_FAT ? read_in_fat(part, path, &bytes, &len, err)
			       : read_in_ntfs(part, path, &bytes, &len, err);
	if (r < 0)
		return r;
	struct win_bytes all = {bytes, len};
	const struct win_src src = win_src_bytes(&all);
	return win_bcd_read(&src, ret, err);
}

static int boot_add(struct en_boots *b, const struct boot *one, struct rs_err *err)
{
	struct boot *to = rs_list_add(&b->list, &b->n, sizeof(*to));

	if (!to)
		return rs_fail(err, RS_E_MEMORY, "boot entries");
	*to = *one;
	b->n_read += one->is_read;
	return 0;
}

/* Only a partition that firmware or a boot sector starts from has one, and a Windows that is alone
 * on its disk. What says that it is not there is no BCD; what else fails is one that is not known.
 */
static int look_at(struct rs_session *s, struct en_boots *b, const struct en_disk *d,
	const struct disk_part *p, struct rs_err *err)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct boot one = {.disk = d};
		struct rs_err why = {0};
		int r = read_at(d, p, places[i], &one.bcd, &why);
		if (r == RS_E_NO_SUCH_FILE)
			continue;
		if (rs_err_ends(r))
			return rs_err_pass(err, r, &why);
		one.is_read = r == 0;
		if (r < 0)
			en_log(s, RS_LOG_WARN, "%s, partition %u: %s cannot be read: %s", d->path,
				p->number, places[i], why.detail);
		return boot_add(b, &one, err);
	}
	return 0;
}

static bool is_start_partition(const struct disk_map *map, const struct disk_part *p)
{
	return !p->err.code &&
	       (p->kind == VOL_FAT || (p->kind == VOL_NTFS && map->scheme != DISK_GPT));
}

static int read_all(
	struct rs_session *s, const struct en_machine *m, struct en_boots *b, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; m && i < m->n_disks; i++) {
		const struct en_disk *d = &m->disks[i];
		if (d->blk)
			d->blk->task = &s->task;
		for (unsigned k = 0; r == 0 && d->map && k < d->map->n_parts; k++)
			if (is_start_partition(d->map, &d->map->parts[k]))
				r = look_at(s, b, d, &d->map->parts[k], err);
	}
	return r;
}

int en_boots_read(struct rs_session *s, const struct en_machine *m, const struct en_machine *others,
	struct en_boots **ret, struct rs_err *err)
{
	auto_boots struct en_boots *b = calloc(1, sizeof(*b));

	if (!b)
		return rs_fail(err, RS_E_MEMORY, "boot entries");
	int r = read_all(s, m, b, err);
	if (r == 0)
		r = read_all(s, others, b, err);
	if (r == 0)
		*ret = rs_steal(b);
	return r;
}

/* ---- what they say of a volume ---- */

bool en_device_is(
	const struct win_bcd_device *d, const struct en_disk *disk, const struct disk_part *part)
{
	char text[RS_GUID_LEN], id[12];

	(void)snprintf(id, sizeof(id), "%08x", d->disk_id);
	rs_guid_text(d->partition, text);
	return d->is_mbr ? d->off_bytes == part->off_bytes && strcasecmp(id, disk->map->id) == 0
			 : strcasecmp(text, part->uuid) == 0;
}

static bool names(const struct win_bcd *bcd, const struct en_volume *v)
{
	for (size_t i = 0; i < bcd->n; i++)
		if (en_device_is(&bcd->devices[i], v->disk, v->part))
			return true;
	return false;
}

static bool has_tpm(const struct bl_info *info)
{
	for (unsigned i = 0; i < info->n_protectors; i++)
		if (bl_protector_takes(info->protectors[i].protection, BL_P_TPM))
			return true;
	return false;
}

/* "COMPUTER VOLUME DATE", VOLUME being the letter or the label that it had when it was encrypted.
 */
static bool is_described(const char *description)
{
	static const char *const words[] = {
		"C:", "OS", "OSDisk", "Windows", "Windows-SSD", "System"};
	const char *p = description + strcspn(description, " ");

	while (*p) {
		p += strspn(p, " ");
		size_t len = strcspn(p, " ");
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strlen(words[i]) == len && strncasecmp(p, words[i], len) == 0)
				return true;
		p += len;
	}
	return false;
}

bool en_boots_may_start(const struct en_boots *b, const struct en_volume *v,
	const struct bl_info *info, char *ret_why, size_t cap)
{
	bool is_named = false, has_read = false, has_unread = false, is_unclear = false;
	const char *why = NULL;

	for (size_t i = 0; i < b->n; i++) {
		const struct boot *one = &b->list[i];
		is_named |= names(&one->bcd, v);
		if (one->disk != v->disk)
			continue;
		has_read |= one->is_read;
		has_unread |= !one->is_read;
		is_unclear |= one->bcd.is_unclear;
	}
	if (is_named)
		why = "a boot entry starts it";
	else if (info->flavour == BL_TO_GO)
		why = NULL; /* FAT with data */
	else if (is_unclear || (has_unread && !has_read))
		why = "the boot entries of its disk do not tell";
	else if (has_tpm(info))
		why = "its key lies in the TPM, as that of a Windows";
	else if (!why && is_described(info->description))
		why = "it is described as that of a Windows";
	else if (!why && !b->n_read)
		why = "no boot entries can be read";
	(void)snprintf(ret_why, cap, "%s", why ? why : "");
	return why != NULL;
}
