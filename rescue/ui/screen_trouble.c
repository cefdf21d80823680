/* SPDX-License-Identifier: GPL-3.0-or-later */
/* It did not go on: what that means, what to do now, what else is possible (advice.c). */
#include "ui/advice.h"
#include "ui/by_keys.h"
#include "ui/health.h"
#include "ui/tui.h"

#define MOST_IDS 12U

/* By what the help desk finds a key, and the machine. */
static void say_ids(const struct tui *t, struct page *p)
{
	const struct rs_report *r = tui_report(t);
	const struct rs_run *all = t->listed ? rs_report_run(t->listed) : NULL;
	const struct rs_run *run = r ? rs_report_run(r) : all;
	char ids[1024];

	for (size_t i = 0; run && i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes; k++) {
			const struct run_volume *v = &run->disks[i].volumes[k];
			const struct run_bitlocker *b = v->bitlocker;
			if (!b || b->is_unlocked)
				continue;
			bl_list_ids(b->info.protectors, b->info.n_protectors, MOST_IDS, ids,
				sizeof(ids));
			page_say(
				p, true, "Volume %u, key ID: %s", v->number, ids[0] ? ids : "none");
			if (b->info.description[0])
				page_say(p, false, "Encrypted as: %-s", b->info.description);
		}
	if (key_id_is_open(t) && !t->is_plain)
		page_say(p, false, "Ctrl-K shows the key ID as a QR code, for a phone.");
	if (all && all->has_machine && all->machine.serial[0])
		page_say(p, false, "Machine: %-s %-s, serial number %-s", all->machine.vendor,
			all->machine.product, all->machine.serial);
}

static bool is_about_disk(int code)
{
	return code == RS_E_IO_READ || code == RS_E_IO_WRITE || code == RS_E_NOT_KEPT ||
	       code == RS_E_NTFS_DAMAGED || code == RS_E_LOG_CHECK;
}

static bool is_about_key(int code)
{
	return code == RS_E_KEY_NEEDED || code == RS_E_KEY_REJECTED || code == RS_E_KEY_OTHER;
}

/* The disk that is worked on, else the one that would be. */
static const struct rs_run *run_seen(const struct tui *t, const struct run_disk **ret)
{
	const struct rs_report *r = tui_report(t);

	*ret = NULL;
	if (t->is_working)
		return NULL;
	if (!t->disk || !r) {
		*ret = found_disk(t);
		return t->listed ? rs_report_run(t->listed) : NULL;
	}
	const struct rs_run *run = rs_report_run(r);
	*ret = run->n_disks ? &run->disks[0] : NULL;
	return run;
}

bool hindrances_is_open(const struct tui *t)
{
	const struct run_disk *d;
	struct rs_err e = {0};

	(void)run_seen(t, &d);
	bool ret = d && advice_of_disk(d, &e);
	for (size_t i = 0; d && i < d->n_volumes; i++)
		ret = ret || advice_of_volume(&d->volumes[i], 0, &e);
	return ret;
}

enum screen_id hindrances_go(struct tui *t)
{
	tui_ask(t, SCREEN_HINDRANCES);
	return SCREEN_STAY;
}

enum screen_id visit_back(struct tui *t)
{
	(void)t;
	return SCREEN_ANSWER;
}

void say_error(const struct rs_err *e, bool is_strong, struct page *p)
{
	page_say(p, is_strong, "%-s: %s%s%s.", e->object[0] ? e->object : "unbrick",
		rs_err_info(e->code)->text, e->detail[0] ? ": " : "", e->detail);
}

static void explain(const struct rs_run *run, const struct rs_err *e, bool is_plain, struct page *p)
{
	const struct advice *a = advice_find(run, e);

	page_blank(p);
	if (a)
		page_say(p, true, "%s", a->title);
	say_error(e, !a, p);
	if (a)
		advice_draw(a, p);
	else
		page_say(p, true, "What helps: %s.", by_keys_of(e, is_plain));
}

void hindrances_draw(const struct tui *t, struct page *p)
{
	const struct run_disk *d;
	const struct rs_run *run = run_seen(t, &d);
	struct rs_err e = {0};

	if (d && advice_of_disk(d, &e))
		explain(run, &e, t->is_plain, p);
	for (size_t i = 0; d && i < d->n_volumes; i++)
		for (size_t k = 0; advice_of_volume(&d->volumes[i], k, &e); k++)
			explain(run, &e, t->is_plain, p);
}

static const struct advice *advice_of(const struct tui *t)
{
	const struct rs_report *r = tui_report(t);

	if (t->trouble.code == RS_E_KEY_REJECTED && t->by_passphrase)
		return advice_find(NULL, &(struct rs_err){.code = ADVICE_WRONG_PASSPHRASE});
	return advice_find(r ? rs_report_run(r) : NULL, &t->trouble);
}

/* What a replay leaves that was cut off in the middle of a block; and one that was just cut off. */
static bool is_about_replay(const struct rs_run *run, int code)
{
	bool is_begun = false;

	for (size_t i = 0; run && i < run->n_replays; i++)
		is_begun |=
			run->replays[i].result == RUN_REPLAY_FAILED && run->replays[i].plan_file;
	return code == RS_E_LOG_TORN || code == RS_E_LOG_UNSUPPORTED || code == RS_E_LOG_CHECK ||
	       (is_begun &&
		       (code == RS_E_IO_WRITE || code == RS_E_CUT_SHORT || code == RS_E_CANCELLED));
}

bool finish_is_open(const struct tui *t)
{
	const struct rs_report *r = tui_report(t);

	return t->disk && !t->is_working &&
	       is_about_replay(r ? rs_report_run(r) : NULL, t->trouble.code);
}

/* By the plan that was saved of it, which the engine finds; through plan and confirmation. */
enum screen_id finish_go(struct tui *t)
{
	tui_turn_to(t, RS_REPLAY, NULL);
	t->options.how = RS_REPLAY_RESUME;
	return SCREEN_PLAN;
}

void trouble_draw(const struct tui *t, struct page *p)
{
	const struct rs_err *e = &t->trouble;
	const struct advice *a = advice_of(t);
	const struct run_disk *d;

	(void)run_seen(t, &d);
	if (a)
		page_say(p, true, "%s", a->title);
	if (is_about_key(e->code))
		say_ids(t, p);
	if (t->disk && is_about_disk(e->code))
		health_say(HEALTH_FOLDER, t->disk, p);
	if (d && is_about_disk(e->code))
		health_say_own(&d->health, p);
	say_error(e, !a, p);
	if (a)
		advice_draw(a, p);
	if (is_about_key(e->code))
		safemode_tell(t, p);
	if (finish_is_open(t))
		page_say(p, false,
			"Was a replay of the journal cut off? r finishes it by the plan that was "
			"saved of it.");
	drop_tell(t, p);
	page_blank(p);
	/* the table's next step is in the row, too, as whoever stands there is told it; a row of
	 * one kind has that of the kind */
	if (!a || (e->next && !a->fits))
		page_say(p, !a, "What helps: %s.", by_keys_of(e, t->is_plain));
	result_tell(t, p);
	page_blank(p);
	if (!is_about_key(e->code))
		tui_say_part(t, RS_PART_DISKS, p);
	if (e->code == RS_E_UNDO)
		tui_say_part(t, RS_PART_PLAN, p);
	tui_say_part(t, RS_PART_DONE, p);
	tui_say_warnings(t, p);
}

enum screen_id trouble_next(struct tui *t)
{
	return t->retry == SCREEN_DOING ? SCREEN_PLAN : t->retry;
}

enum screen_id trouble_back(struct tui *t)
{
	(void)t;
	return SCREEN_FOUND;
}
