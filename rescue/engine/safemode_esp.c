/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Safe Mode by the boot configuration on the EFI system partition: the whole file is written anew,
 * and the one before is kept beside it. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "engine/bootconf.h"

static int check_after(const struct en_safe_work *w, struct rs_err *err)
{
	struct win_bytes all = {w->after, w->after_len};
	const struct win_src src = win_src_bytes(&all);
	auto_free struct win_loader *now = NULL;
	size_t n = 0;
	int r = win_bcd_loaders(&src, NULL, NULL, &now, &n, err);

	return r < 0 || en_safe_is_as_wanted(w, now, n)
		       ? r
		       : rs_fail_on(err, RS_E_BUG, w->store->v->name, "the new boot configuration");
}

static int make_after(struct en_safe_work *w, struct rs_err *err)
{
	const struct en_store *s = w->store;
	auto_free struct bootconf_edits *made = calloc(w->n, sizeof(*made));
	auto_free struct hw_edit *edits = calloc(w->n, 2 * sizeof(*edits));
	struct win_bytes all[3] = {
		{s->bcd.p, s->bcd.len}, {s->log1.p, s->log1.len}, {s->log2.p, s->log2.len}};
	const struct hw_files files = {.primary = win_src_bytes(&all[0]),
		.log1 = win_src_bytes(&all[1]),
		.log2 = win_src_bytes(&all[2]),
		.has_log1 = s->log1.p && s->log1.len,
		.has_log2 = s->log2.p && s->log2.len,
		.now_filetime = rs_filetime_now()};
	size_t n = 0;

	if (!made || !edits)
		return rs_fail(err, RS_E_MEMORY, "boot configuration");
	for (size_t i = 0; i < w->n; i++) {
		int r = bootconf_edits(w->changes[i].l->object, w->changes[i].after, &made[i], err);
		if (r < 0)
			return r;
		for (size_t k = 0; k < made[i].n; k++)
			edits[n++] = made[i].edits[k];
	}
	int r = hw_image(&files, edits, n, &w->after, &w->after_len, err);
	return r < 0 ? rs_err_object(err, s->v->name) : check_after(w, err);
}

static struct bootconf_write write_of(const struct en_safe_work *w)
{
	return (struct bootconf_write){.folder = EN_STORE_FOLDER,
		.before = w->store->bcd.p,
		.before_len = w->store->bcd.len,
		.after = w->after,
		.after_len = w->after_len,
		.kept = w->kept,
		.what = w->what};
}

/* What becomes of the file that is kept: of what Unbrick set itself, it is the one from before
 * that, until the last entry of it is back. What somebody else set and Unbrick takes back lies in a
 * file of its own: of a Safe Mode that is set later it must not say that it was Unbrick. */
static void choose_kept(struct en_safe_work *w, bool is_set)
{
	const struct en_store *s = w->store;
	bool are_all_ours = true, is_one_still = false;

	for (size_t i = 0; i < w->n; i++)
		are_all_ours = are_all_ours && en_loader_is_ours(s, w->changes[i].l);
	for (size_t i = 0; i < s->n; i++) {
		bool is_back = false;
		for (size_t k = 0; k < w->n; k++)
			is_back |= w->changes[k].l == &s->loaders[i] &&
				   w->changes[k].after == en_loader_before(s, &s->loaders[i]);
		is_one_still |= !is_back && en_loader_is_ours(s, &s->loaders[i]);
	}
	w->kept = is_set || are_all_ours ? ESP_KEPT : ESP_TAKEN;
	if (!is_set && !are_all_ours)
		w->what = FAT_KEEP;
	else if (is_one_still)
		w->what = FAT_KEEP_EARLIER;
	else
		w->what = are_all_ours ? FAT_KEEP_NONE : FAT_KEEP;
}

int en_esp_plan(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err)
{
	auto_blk struct blk *part = NULL;
	const struct en_volume *v = w->store ? w->store->v : NULL;
	int r = v ? make_after(w, err) : rs_fail(err, RS_E_BUG, "boot configuration");

	if (r == 0)
		r = blk_part_new(
			v->disk->blk, v->part->off_bytes, v->part->len_bytes, v->name, &part, err);
	if (r < 0)
		return r;
	choose_kept(w, u->o.safemode >= RS_SAFEMODE_ON);
	const struct bootconf_write all = write_of(w);
	return bootconf_check(part, &all, err);
}

/* ---- act, verify ---- */

int en_esp_act(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err)
{
	struct en_volume *v = en_safe_volume(u, w);
	const struct bootconf_write all = write_of(w);
	const uint64_t before = v->disk->n_writes;
	struct en_stack stack;
	int r = en_verify(u, err);

	if (r < 0)
		return r;
	r = en_stack_open(v, &stack, err);
	if (r == 0)
		r = bootconf_write(en_stack_top(&stack), &all, err);
	r = en_stack_close(&stack, r, err);
	if (v->disk->n_writes > before) {
		u->last = (struct en_act){.u = u, .v = v};
		u->is_unverified = true;
	}
	w->is_done = r == 0;
	return r;
}

static bool is_kept_as_wanted(const struct en_safe_work *w, const struct en_store *now)
{
	const bool is_taken = strcmp(w->kept, ESP_TAKEN) == 0;

	return is_taken ? now->has_taken && now->has_kept == w->store->has_kept
			: now->has_kept == (w->what != FAT_KEEP_NONE);
}

int en_esp_verify(struct rs_repair *u, const struct en_safe_work *w, struct rs_err *err)
{
	struct bootconf_write all = write_of(w);
	struct en_store now = {0};
	struct en_stack stack;
	int r = en_again_open(en_safe_volume(u, w), &stack, NULL, err);

	all.before = w->after; /* the volume is sound, and has it */
	all.before_len = w->after_len;
	all.what = FAT_KEEP_NONE; /* needs no room */
	all.is_done = true;
	if (r == 0)
		r = bootconf_check(en_stack_top(&stack), &all, err);
	if (r == 0)
		r = en_store_read(en_stack_top(&stack), &now, err);
	if (r == 0 && !en_safe_is_as_wanted(w, now.loaders, now.n))
		r = rs_fail_on(err, RS_E_VERIFY, w->store->v->name,
			"its boot entries are not as they should be");
	if (r == 0 && !is_kept_as_wanted(w, &now))
		r = rs_fail_on(err, RS_E_VERIFY, w->store->v->name,
			"what is kept of the boot configuration before");
	en_store_done(&now);
	return en_stack_close(&stack, r, err);
}
