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

/* A BIOS' boot configuration is on a volume of its own mostly, whatever is selected. */
static void look_at_active(struct rs_repair *u)
{
	for (size_t i = 0; i < u->m->n_volumes; i++)
		if (en_is_active(&u->m->volumes[i]))
			en_volume_look(u->s, &u->m->volumes[i], false);
}

static int look(struct rs_repair *u, struct rs_err *err)
{
	int r = en_look_each(u, false, err);

	if (r == 0)
		look_at_active(u);

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
	(void)rs_fail(err, RS_E_BOOT_ENTRY,
		"no active partition with NTFS has a boot configuration of Windows");
	err->next = "choose Safe Mode by F8 where Windows starts";
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

/* A change is undone by value (plan/change.c), and of the values of safeboot only three are known.
 */
static bool stays(const struct rs_repair *u, const struct en_store *s, const struct win_loader *l)
{
	return s->is_ntfs && !is_on(u) && bootconf_mode(l) == BOOT_UNKNOWN;
}

static int choose_in(struct rs_repair *u, const struct en_store *s, struct rs_err *err)
{
	struct en_safe *safe = u->safe;
	struct en_safe_work *w = &safe->works[safe->n];

	bool is_left = false;

	*w = (struct en_safe_work){.store = s};
	for (size_t i = 0; i < s->n; i++) {
		const struct win_loader *l = &s->loaders[i];
		if (!is_meant(u, s, l))
			continue;
		if (stays(u, s, l)) {
			en_log(u->s, RS_LOG_WARN,
				"%s: boot entry %s has a Safe Mode without a name, and stays as it "
				"is",
				s->v->name, l->object);
			is_left = true;
			continue;
		}
		if (w->n == EN_SAFE_CHANGES)
			return rs_fail_on(err, RS_E_UNSUPPORTED, s->v->name, "too many entries");
		w->changes[w->n++] = (struct en_safe_change){
			l, is_on(u) ? mode_wanted(u) : en_loader_before(s, l)};
	}
	if (is_left && !w->n)
		return rs_fail_on(
			err, RS_E_GUARD, s->v->name, "the Safe Mode of a boot entry has no name");
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

/* ---- the two places where a boot configuration lies ---- */

struct place {
	int (*plan)(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err);
	int (*consent)(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err);
	int (*act)(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err);
	int (*verify)(struct rs_repair *u, const struct en_safe_work *w, struct rs_err *err);
};

static const struct place *place_of(const struct en_safe_work *w)
{
	static const struct place esp = {en_esp_plan, NULL, en_esp_act, en_esp_verify};
	static const struct place bios = {
		en_bios_plan, en_bios_consent, en_bios_act, en_bios_verify};

	return w->store && w->store->is_ntfs ? &bios : &esp;
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
	report_plan_begin(u->report);
	for (size_t i = 0; r == 0 && i < safe->n; i++)
		r = place_of(&safe->works[i])->plan(u, &safe->works[i], err);
	if (r < 0)
		return r;
	if (is_on(u))
		en_safe_say_on(u->report, first->l, first->after, v);
	else
		en_safe_say_off(u->report, is_any_of_others(u), is_any_back_in_one(u));
	tell(u);
	return 0;
}

/* What the place itself asks or refuses, whatever is answered to the rest. */
static int consent_each(struct rs_repair *u, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->safe->n; i++) {
		const struct place *p = place_of(&u->safe->works[i]);
		r = p->consent ? p->consent(u, &u->safe->works[i], err) : 0;
	}
	return r;
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

	const int r = consent_each(u, err);
	if (r < 0)
		return r;
	if (u->o.safemode == RS_SAFEMODE_DIRECTORY)
		return en_consent(u, RS_ASK_RISK, text, err);
	return u->o.say_yes || !text ? 0 : en_consent(u, RS_ASK_PLAN, text, err);
}

/* ---- act, verify ---- */

static int act(struct rs_repair *u, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->safe->n; i++)
		r = place_of(&u->safe->works[i])->act(u, &u->safe->works[i], err);
	tell(u);
	return r;
}

static int done(struct rs_repair *u, struct rs_err *err)
{
	struct run_verification *told = &u->report->run.verification;
	struct rs_err why = {0};
	char text[300], line[300];
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->safe->n; i++) {
		const struct en_safe_work *w = &u->safe->works[i];
		r = place_of(w)->verify(u, w, &why);
		(void)snprintf(line, sizeof(line),
			w->store->is_ntfs ? "%s: the boot entries read back as planned"
					  : "%s: the boot entries read back as planned, the FAT "
					    "volume is sound",
			w->store->v->name);
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
	for (size_t i = 0; r == 0 && i < u->safe->n; i++)
		r = en_bios_keep_report(u, &u->safe->works[i], err);
	return r;
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
