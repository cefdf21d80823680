/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes that are there but do not begin, or end, where they should. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "engine/engine.h"

#define MOST_IDS 3U /* in a message */

/* Nothing was opened, and nothing says that another kind of volume is there. */
static bool may_be_bitlocker(const struct en_volume *v)
{
	if (v->bl || v->stack.raw)
		return false;
	return v->part->kind != VOL_OTHER && v->part->kind != VOL_MSR;
}

int en_bitlocker_lost(struct rs_session *s, struct en_volume *v, struct rs_err *err)
{
	const struct disk_part *p = v->part;
	struct rs_err why = {0};
	char id[RS_GUID_LEN], ids[160];
	uint64_t at_bytes = 0;

	if (!may_be_bitlocker(v))
		return RS_E_UNSUPPORTED;
	int r = en_stack_part(&v->stack, v, &why);
	if (r == 0)
		r = bl_search(v->stack.blk[EN_PART], &s->task, &at_bytes, &why);
	if (rs_err_ends(r))
		*err = why;
	if (r < 0)
		return r;
	disk_part_take_kind(&v->disk->map->parts[p - v->disk->map->parts], VOL_BITLOCKER);
	r = bl_load_lost(v->stack.blk[EN_PART], at_bytes, &v->bl, &why);
	if (r < 0) {
		(void)rs_fail_on(err, RS_E_BL_DAMAGED, v->name,
			"its first sector is overwritten; metadata found at byte %" PRIu64
			", but damaged: %.160s",
			at_bytes, why.detail);
		return 0;
	}
	const struct bl_info *info = bl_get_info(v->bl);
	rs_guid_text(info->volume_id, id);
	bl_list_ids(info->protectors, info->n_protectors, MOST_IDS, ids, sizeof(ids));
	(void)rs_fail_on(err, RS_E_BL_DAMAGED, v->name,
		ids[0] ? "its first sector is overwritten; metadata found at byte %" PRIu64
			 ", volume ID %s; recovery key ID %s"
		       : "its first sector is overwritten; metadata found at byte %" PRIu64
			 ", volume ID %s%s",
		at_bytes, id, ids);
	return 0;
}

int en_check_length(const struct en_volume *v, struct rs_err *err)
{
	const struct disk_part *p = v->part;
	uint32_t sector = v->disk->blk->sector_bytes;
	uint64_t need = 0;

	if (v->bl)
		need = bl_get_info(v->bl)->volume_bytes;
	else if (v->stack.raw) /* and the copy of the boot sector behind it */
		need = nt_raw_geometry(v->stack.raw)->volume_bytes +
		       nt_raw_geometry(v->stack.raw)->sector_bytes;
	/* a sector less is where the copy is missing: nothing of the file system is */
	if (!p->number || need <= p->len_bytes + sector || need > v->disk->blk->size_bytes ||
		p->off_bytes > v->disk->blk->size_bytes - need)
		return 0;
	int r = rs_fail_on(err, RS_E_TABLE, v->name,
		"the partition is %" PRIu64
		" sectors shorter than the file system in it, which ends "
		"with sector %" PRIu64,
		(need - p->len_bytes + sector - 1) / sector, (p->off_bytes + need) / sector - 1);
	for (unsigned i = 0; i < v->disk->map->n_parts; i++) {
		const struct disk_part *other = &v->disk->map->parts[i];
		if (other->off_bytes <= p->off_bytes || other->off_bytes >= p->off_bytes + need)
			continue;
		err->next =
			"another partition lies over its end: find the table that was there before "
			"(TestDisk), on a copy of the disk";
		return r;
	}
	err->next =
		"correct the partition's end on a copy of the disk (gdisk, or diskpart); the disk "
		"itself has all of it";
	return r;
}
