/* SPDX-License-Identifier: GPL-3.0-or-later */
/* safemode: how a Windows starts. Where nobody has the recovery key this still works: the boot
 * configuration lies in the open, and BitLocker does not validate this setting by default. */
#include <stdio.h>
#include <string.h>

#include "core/status.h"
#include "core/text.h"
#include "engine/bootconf.h"

static bool is_on(const struct rs_repair *u)
{
	return u->o.safemode >= RS_SAFEMODE_ON;
}

static enum boot_mode mode_wanted(const struct rs_repair *u)
{
	static const enum boot_mode modes[] = {[RS_SAFEMODE_ON] = BOOT_SAFE,
		[RS_SAFEMODE_NETWORK] = BOOT_NETWORK,
		[RS_SAFEMODE_DIRECTORY] = BOOT_DIRECTORY};

	return is_on(u) ? modes[u->o.safemode] : BOOT_USUAL;
}

/* ---- look ---- */

static int look(struct rs_repair *u, struct rs_err *err)
{
	int r = en_look_each(u, false, err);

	u->safe = calloc(1, sizeof(*u->safe));
	if (!u->safe)
		return rs_fail(err, RS_E_MEMORY, "boot configurations");
	en_machine_report(u->m, u->report);
	if (r == 0)
		r = en_stores_read(u->m, &u->safe->stores, err);
	if (r == 0)
		en_stores_report(u->m, &u->safe->stores, u->report);
	if (r < 0)
		return r;
	if (u->safe->stores.n)
		return 0;
	const struct rs_err *disk = en_disk_error(u->m);
	if (disk)
		return rs_err_pass(err, disk->code, disk);
	if (!u->safe->stores.has_bios)
		return rs_fail(err, RS_E_BOOT_ENTRY,
			"no EFI system partition has a boot configuration of Windows");
	(void)rs_fail(err, RS_E_UNSUPPORTED,
		"this Windows is started by a BIOS: its boot configuration lies on NTFS");
	err->next =
		"choose Safe Mode by F8, or type 'bcdedit /set {default} safeboot minimal' at the "
		"command prompt of Windows' recovery environment";
	return err->code;
}

/* ---- which entries ---- */

static bool is_meant(
	const struct rs_repair *u, const struct en_store *s, const struct win_loader *l)
{
	const struct en_volume *v = en_loader_volume(u->m, s, l);
	const bool is_named = u->target->volume;

	if (is_named && (!v || !en_is_selected(u->target, v)))
		return false;
	if (u->o.safemode == RS_SAFEMODE_CLEAR)
		return en_loader_is_ours(s, l);
	return is_on(u) ? is_named || l->is_default : l->has_safeboot;
}

/* Of several that start the same Windows the one that is started when nobody chooses. */
static void keep_default(struct en_safe_work *w)
{
	for (size_t i = 0; w->n > 1 && i < w->n; i++)
		if (w->changes[i].l->is_default) {
			w->changes[0] = w->changes[i];
			w->n = 1;
		}
}

static int choose_in(struct rs_repair *u, const struct en_store *s, struct rs_err *err)
{
	struct en_safe *safe = u->safe;
	struct en_safe_work *w = &safe->works[safe->n];

	*w = (struct en_safe_work){.store = s};
	for (size_t i = 0; i < s->n; i++) {
		const struct win_loader *l = &s->loaders[i];
		if (!is_meant(u, s, l))
			continue;
		if (w->n == EN_SAFE_CHANGES)
			return rs_fail_on(err, RS_E_UNSUPPORTED, s->v->name, "too many entries");
		w->changes[w->n++] = (struct en_safe_change){
			l, is_on(u) ? mode_wanted(u) : en_loader_before(s, l)};
	}
	if (is_on(u))
		keep_default(w);
	safe->n += w->n > 0;
	return 0;
}

static int choose(struct rs_repair *u, struct rs_err *err)
{
	struct en_safe *safe = u->safe;
	const struct rs_err *fault = NULL;
	size_t n = 0;

	safe->works = calloc(safe->stores.n, sizeof(*safe->works));
	if (!safe->works)
		return rs_fail(err, RS_E_MEMORY, "boot configurations");
	for (size_t i = 0; i < safe->stores.n; i++) {
		const struct en_store *s = &safe->stores.list[i];
		if (s->err.code)
			fault = fault ? fault : &s->err;
		else if (choose_in(u, s, err) < 0)
			return err->code;
	}
	for (size_t i = 0; i < safe->n; i++)
		n += safe->works[i].n;
	if (!n && fault)
		return rs_err_pass(err, fault->code, fault);
	if (is_on(u) && n != 1)
		return rs_fail(err, n ? RS_E_AMBIGUOUS : RS_E_BOOT_ENTRY, "%s",
			n ? "several boot entries start a Windows"
			  : "the boot manager has no default among them");
	return 0;
}

/* ---- what it becomes ---- */

static bool is_same_device(const struct win_bcd_device *a, const struct win_bcd_device *b)
{
	return a->is_mbr == b->is_mbr && a->disk_id == b->disk_id && a->off_bytes == b->off_bytes &&
	       memcmp(a->partition, b->partition, sizeof(a->partition)) == 0;
}

static bool is_same(const struct win_loader *a, const struct win_loader *b)
{
	return strcmp(a->object, b->object) == 0 && strcmp(a->description, b->description) == 0 &&
	       a->is_default == b->is_default && a->is_here == b->is_here &&
	       a->has_device == b->has_device && a->has_shell == b->has_shell &&
	       is_same_device(&a->device, &b->device);
}

/* Each entry is as it was, but for how those that are meant start. */
static bool is_as_wanted(const struct en_safe_work *w, const struct win_loader *now, size_t n)
{
	if (n != w->store->n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct win_loader *was = &w->store->loaders[i];
		enum boot_mode wanted = bootconf_mode(was);
		for (size_t k = 0; k < w->n; k++)
			if (w->changes[k].l == was)
				wanted = w->changes[k].after;
		if (!is_same(was, &now[i]) || bootconf_mode(&now[i]) != wanted)
			return false;
	}
	return true;
}

static int check_after(const struct en_safe_work *w, struct rs_err *err)
{
	struct win_bytes all = {w->after, w->after_len};
	const struct win_src src = win_src_bytes(&all);
	auto_free struct win_loader *now = NULL;
	size_t n = 0;
	int r = win_bcd_loaders(&src, NULL, NULL, &now, &n, err);

	return r < 0 || is_as_wanted(w, now, n)
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

static int prepare(struct en_safe_work *w, bool is_set, struct rs_err *err)
{
	auto_blk struct blk *part = NULL;
	const struct en_volume *v = w->store ? w->store->v : NULL;
	int r = v ? make_after(w, err) : rs_fail(err, RS_E_BUG, "boot configuration");

	if (r == 0)
		r = blk_part_new(
			v->disk->blk, v->part->off_bytes, v->part->len_bytes, v->name, &part, err);
	if (r < 0)
		return r;
	choose_kept(w, is_set);
	const struct bootconf_write all = write_of(w);
	return bootconf_check(part, &all, err);
}

/* ---- what a person is told ---- */

static void tell(struct rs_repair *u)
{
	struct rs_report *report = u->report;
	struct run_safe_mode *o = &report->run.safe_mode;

	o->is_planned = true;
	o->changes = NULL;
	o->n_changes = 0;
	for (size_t i = 0; i < u->safe->n; i++)
		for (size_t k = 0; k < u->safe->works[i].n; k++) {
			const struct en_safe_work *w = &u->safe->works[i];
			const struct en_safe_change *c = &w->changes[k];
			const struct en_volume *v = en_loader_volume(u->m, w->store, c->l);
			struct run_boot_change *to =
				REPORT_ADD(&report->kept, o->changes, o->n_changes);
			if (to)
				*to = (struct run_boot_change){
					.object = report_copy(&report->kept, c->l->object),
					.description =
						report_copy(&report->kept, c->l->description),
					.store = w->store->v->number,
					.volume = v ? v->number : 0,
					.before = bootconf_mode(c->l),
					.after = c->after,
					.is_done = w->is_done};
		}
}

/* Was it in another Safe Mode before Unbrick's, and is in that one again? */
static bool is_any_back_in_one(const struct rs_repair *u)
{
	bool ret = false;

	for (size_t i = 0; !is_on(u) && i < u->safe->n; i++)
		for (size_t k = 0; k < u->safe->works[i].n; k++)
			ret |= u->safe->works[i].changes[k].after != BOOT_USUAL;
	return ret;
}

static bool is_any_of_others(const struct rs_repair *u)
{
	bool ret = false;

	for (size_t i = 0; i < u->safe->n; i++)
		for (size_t k = 0; k < u->safe->works[i].n; k++)
			ret |= !en_loader_is_ours(
				u->safe->works[i].store, u->safe->works[i].changes[k].l);
	return ret;
}

/* ---- plan, consent ---- */

static int nothing(struct rs_repair *u, const char *text)
{
	en_finish_done(u->report, u->m, RS_STATUS_NOTHING, RUN_NOTHING_TO_DO, text);
	u->next = RS_STEPS;
	return 0;
}

static int check_directory(const struct rs_repair *u, const struct en_volume *v, struct rs_err *err)
{
	return u->o.safemode == RS_SAFEMODE_DIRECTORY && v && v->is_windows &&
			       !v->win.is_domain_controller
		       ? rs_fail_on(err, RS_E_GUARD, v->name, "it is no domain controller")
		       : 0;
}

static int plan(struct rs_repair *u, struct rs_err *err)
{
	struct en_safe *safe = u->safe;
	int r = choose(u, err);

	if (r < 0)
		return r;
	if (!safe->n)
		return nothing(u, u->o.safemode == RS_SAFEMODE_CLEAR
					  ? "no boot entry is in Safe Mode by Unbrick"
					  : "no boot entry is set to Safe Mode");
	const struct en_safe_change *first = &safe->works[0].changes[0];
	const struct en_volume *v = en_loader_volume(u->m, safe->works[0].store, first->l);
	if (is_on(u) && bootconf_mode(first->l) == first->after)
		return nothing(u, "it is set so already");
	r = check_directory(u, v, err);
	if (r == 0)
		r = en_members_guard(u->m, err);
	for (size_t i = 0; r == 0 && i < safe->n; i++)
		r = prepare(&safe->works[i], is_on(u), err);
	if (r < 0)
		return r;
	if (is_on(u))
		en_safe_say_on(u->report, first->l, first->after, v);
	else
		en_safe_say_off(u->report, is_any_of_others(u), is_any_back_in_one(u));
	tell(u);
	return 0;
}

static int consent(struct rs_repair *u, struct rs_err *err)
{
	static const char *const questions[] = {
		[RS_SAFEMODE_OFF] = "Let it start as usual again?",
		[RS_SAFEMODE_ON] = "Let this Windows start in Safe Mode?",
		[RS_SAFEMODE_NETWORK] = "Let this Windows start in Safe Mode with networking?",
		[RS_SAFEMODE_DIRECTORY] =
			("Let it start in Directory Services Restore Mode, which only a domain "
			 "controller has? A Windows that is none does not start so"),
	};
	const char *text = u->o.safemode == RS_SAFEMODE_OFF && is_any_back_in_one(u)
				   ? "Let it start as it did before Unbrick?"
				   : questions[u->o.safemode];

	if (u->o.safemode == RS_SAFEMODE_DIRECTORY)
		return en_consent(u, RS_ASK_RISK, text, err);
	return u->o.say_yes || !text ? 0 : en_consent(u, RS_ASK_PLAN, text, err);
}

/* ---- act, verify ---- */

/* Several disks can have the same number of a volume: it is found by its place. */
static struct en_volume *volume_of(const struct rs_repair *u, const struct en_safe_work *w)
{
	return &u->m->volumes[w->store->v - u->m->volumes];
}

static int act_one(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err)
{
	struct en_volume *v = volume_of(u, w);
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

static int act(struct rs_repair *u, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->safe->n; i++)
		r = act_one(u, &u->safe->works[i], err);
	tell(u);
	return r;
}

static bool is_kept_as_wanted(const struct en_safe_work *w, const struct en_store *now)
{
	const bool is_taken = strcmp(w->kept, ESP_TAKEN) == 0;

	return is_taken ? now->has_taken && now->has_kept == w->store->has_kept
			: now->has_kept == (w->what != FAT_KEEP_NONE);
}

static int verify_one(struct rs_repair *u, const struct en_safe_work *w, struct rs_err *err)
{
	struct bootconf_write all = write_of(w);
	struct en_store now = {0};
	struct en_stack stack;
	int r = en_again_open(volume_of(u, w), &stack, NULL, err);

	all.before = w->after; /* the volume is sound, and has it */
	all.before_len = w->after_len;
	all.what = FAT_KEEP_NONE; /* needs no room */
	if (r == 0)
		r = bootconf_check(en_stack_top(&stack), &all, err);
	if (r == 0)
		r = en_store_read(en_stack_top(&stack), &now, err);
	if (r == 0 && !is_as_wanted(w, now.loaders, now.n))
		r = rs_fail_on(err, RS_E_VERIFY, w->store->v->name,
			"its boot entries are not as they should be");
	if (r == 0 && !is_kept_as_wanted(w, &now))
		r = rs_fail_on(err, RS_E_VERIFY, w->store->v->name,
			"what is kept of the boot configuration before");
	en_store_done(&now);
	return en_stack_close(&stack, r, err);
}

static int done(struct rs_repair *u, struct rs_err *err)
{
	struct run_verification *told = &u->report->run.verification;
	struct rs_err why = {0};
	char text[300], line[300];
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->safe->n; i++) {
		r = verify_one(u, &u->safe->works[i], &why);
		(void)snprintf(line, sizeof(line),
			"%s: the boot entries read back as planned, the FAT volume is sound",
			u->safe->works[i].store->v->name);
		if (r == 0)
			report_add_text(&u->report->kept, &told->checks, line);
	}
	en_err_written(&why, RS_E_VERIFY);
	told->is_passed = told->is_passed && r == 0;
	if (r < 0) {
		told->err = why;
		return rs_err_pass(err, why.code, &why);
	}
	(void)snprintf(text, sizeof(text), "%s, %s",
		is_on(u)		? "this Windows starts in Safe Mode until that is set back"
		: is_any_back_in_one(u) ? "this Windows starts as it did before Unbrick"
					: "this Windows starts as usual again",
		en_verified_text(u->report));
	en_finish_done(u->report, u->m, RS_STATUS_DONE, RUN_DONE, text);
	return 0;
}

static struct en_score score_of(const struct rs_repair *u)
{
	struct en_score s = {
		.one = "boot configuration written", .many = "boot configurations written"};

	for (size_t i = 0; u->safe && i < u->safe->n; i++) {
		s.total++;
		s.done += u->safe->works[i].is_done;
	}
	return s;
}

const struct en_command en_safemode = {
	"safemode", true, false, {look, NULL, plan, consent, act, done}, score_of};
