/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verify: what does the disk say, read anew and by our own reader? */
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "ntfs/check.h"

#define TOLD "record, indexes, link count and bitmaps are consistent;"

static void note(const struct verify_notes *notes, const struct plan_item *item, const char *what)
{
	char line[1200];

	if (!notes)
		return;
	(void)snprintf(line, sizeof(line), "%.400s: %s", item->path, what);
	notes->note(notes->user, line);
}

static int check_content(struct nt_vol *vol, const struct plan_item *item, struct rs_err *err)
{
	struct nt_stat s;
	uint8_t sha256[32];
	bool is_zero;
	int r = nt_stat(vol, item->file_ref, &s, err);

	if (r < 0)
		return r;
	if (s.size_bytes != item->stat.size_bytes)
		return rs_fail_on(err, RS_E_VERIFY, item->path, "its size changed");
	if (s.created != item->stat.created || s.modified != item->stat.modified ||
		s.changed != item->stat.changed || s.accessed != item->stat.accessed)
		return rs_fail_on(err, RS_E_VERIFY, item->path, "its times changed");
	if (!item->has_sha256)
		return 0;
	r = judge_hash(vol, item->file_ref, sha256, &is_zero, err);
	if (r == 0 && memcmp(sha256, item->sha256, sizeof(sha256)) != 0)
		r = rs_fail_on(err, RS_E_VERIFY, item->path, "its content changed");
	return r;
}

static int verify_item(struct nt_raw *raw, struct nt_vol *vol, const struct plan_item *item,
	bool is_restored, struct rs_err *err)
{
	struct nt_check c = {item->file_ref, is_restored ? item->from_ref : item->to_ref,
		is_restored ? 0 : item->from_ref};
	int r = nt_check_touched(raw, &c, err);

	return r < 0 ? r : check_content(vol, item, err);
}

static void note_change(const struct verify_notes *notes, const struct plan_item *item)
{
	char line[700];

	if (!notes)
		return;
	for (size_t i = 0; i < item->change->n; i++) {
		const struct change_value *v = &item->change->values[i];
		if (!v->is_left)
			continue;
		(void)snprintf(line, sizeof(line),
			v->is_file_gone
				? "left as it is, as its file is gone and a start would want it: "
				  "%.600s"
				: "left as it is, as something else has changed it since: %.600s",
			v->what[0] ? v->what : v->key);
		note(notes, item, line);
	}
	note(notes, item, change_ops_of(item)->verified);
}

static int verify_items(struct blk *src, struct nt_vol *vol, const struct plan *plan,
	bool is_restored, const struct verify_notes *notes, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	int r = nt_raw_open(src, &raw, err);

	for (size_t i = 0; r == 0 && i < plan->n_items; i++) {
		const struct plan_item *item = &plan->items[i];
		if (!item->is_accepted)
			continue;
		if (item->change) {
			r = change_ops_of(item)->verify(vol, item, is_restored, err);
			if (r == 0)
				note_change(notes, item);
			continue;
		}
		r = verify_item(raw, vol, item, is_restored, err);
		if (r == 0)
			note(notes, item,
				item->has_sha256 ? TOLD " size, times and SHA-256 as planned"
						 : TOLD " size and times as planned, its content "
							"was not compared");
	}
	return r;
}

int quarantine_verify(struct blk *src, const struct plan *plan, bool is_restored,
	const struct verify_notes *notes, struct rs_err *err)
{
	struct nt_vol *vol = NULL;
	struct rs_err why = {0};
	int r = nt_vol_open(src, 0, &vol, &why);

	if (r == 0)
		r = verify_items(src, vol, plan, is_restored, notes, &why);
	(void)nt_vol_close(vol, NULL); /* opened for reading: nothing to lose */
	if (r == 0)
		return 0;
	if (why.code == RS_E_VERIFY)
		return rs_err_pass(err, r, &why);
	return rs_fail_on(err, RS_E_VERIFY, why.object, "%s%s%s", rs_err_info(why.code)->text,
		why.detail[0] ? ": " : "", why.detail);
}
