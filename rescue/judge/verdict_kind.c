/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kind of trouble it is, and how sure that is. The rows of kinds[] are asked in order; the
 * first that says yes is it (docs/diagnosis.md tells the same order and why). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "judge/verdict_internal.h"

#define MINUTE	600000000ULL
#define DAY	(1440 * MINUTE)
#define RECENT	(7 * DAY) /* what a person still wonders about */
#define SETTLED (3 * DAY) /* so long after a crash it is likely over */

static void say(struct verdict *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct verdict *v, const char *fmt, ...)
{
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v->d->text = ev_text(v->e, "%s", text);
}

/* ---- small questions ---- */

static const struct ev_item *find(const struct verdict *v, enum ev_what what, bool is_certain)
{
	for (size_t i = v->e->n_items; i-- > 0;)
		if (v->e->items[i].what == what && (!is_certain || v->e->items[i].is_certain))
			return &v->e->items[i];
	return NULL;
}

/* The last bug check of the series; 0: there is none. */
static uint32_t last_code(const struct verdict *v)
{
	for (size_t i = v->s.last + 1; v->s.last < v->s.n && i-- > v->s.first;)
		if (v->s.list[i].kind == EV_T_CRASH)
			return v->s.list[i].code;
	return 0;
}

static enum win_stop last_stop(const struct verdict *v)
{
	return win_bugcheck_stop(last_code(v));
}

static unsigned count_stop(const struct verdict *v, enum win_stop stop)
{
	unsigned n = 0;

	for (size_t i = v->s.first; i < v->s.n && i <= v->s.last; i++)
		n += v->s.list[i].kind == EV_T_CRASH &&
		     win_bugcheck_stop(v->s.list[i].code) == stop;
	return n;
}

/* bootstat.dat says that the last start did not come to its end, and the loader began it after all
 * that went well. */
static bool is_last_failed(const struct verdict *v)
{
	bool is_said = false;
	uint64_t began = 0;

	for (size_t i = 0; i < v->e->n_items; i++) {
		const struct ev_item *it = &v->e->items[i];
		is_said |= it->what == EV_START_FAILED && !it->time;
		if (it->what == EV_START && it->source == EV_BOOT_STATUS && it->time > began)
			began = it->time;
	}
	return is_said && began > v->s.last_good && began > v->s.good_after;
}

static bool is_troubled(const struct verdict *v)
{
	return (v->s.first < v->s.n && (!v->s.good_after || v->is_recurring)) || is_last_failed(v);
}

static const char *code_name(uint32_t code, char ret[80])
{
	const struct win_bugcheck *b = win_bugcheck(code);

	(void)snprintf(ret, 80, b ? "0x%X %s" : "0x%X", code, b ? b->name : "");
	return ret;
}

/* ---- the kinds ---- */

static bool is_registry(struct verdict *v)
{
	const struct ev_item *bad = find(v, EV_REGISTRY_BAD, true);
	char name[80];

	if (bad) {
		v->d->certainty = DIAG_C_SURE;
		say(v, "A registry hive that a start needs cannot be read: %s", bad->text);
		return true;
	}
	if (!is_troubled(v) || last_stop(v) != WIN_STOP_REGISTRY)
		return false;
	v->d->certainty = DIAG_C_LIKELY;
	say(v, "Windows could not read its registry: it stopped with %s.",
		code_name(last_code(v), name));
	return true;
}

static bool is_verifier(struct verdict *v)
{
	const struct ev_item *on = find(v, EV_VERIFIER_ON, false);

	if (!is_troubled(v) || last_stop(v) != WIN_STOP_VERIFIER)
		return false;
	if (!on) {
		verdict_contradict(v, "the last crash is one of Driver Verifier, which is off now");
		return false;
	}
	v->d->certainty = DIAG_C_SURE;
	say(v, "Driver Verifier is on, and stops Windows: %s", on->text);
	return true;
}

static bool is_same_path(const struct ev_item *a, const struct ev_item *b)
{
	return a->path[0] && strcasecmp(a->path, b->path) == 0;
}

/* A file that should be there, by the registry or by what every start needs: no row of a change. */
static bool is_absent(const struct ev_item *i)
{
	return i->what == EV_FILE_GONE && !i->time &&
	       (i->source == EV_REGISTRY || i->source == EV_FILE);
}

/* Who took a file away: a log of it, the change journal. */
static const struct ev_item *taker_of(const struct verdict *v, const struct ev_item *gone)
{
	const struct ev_item *ret = NULL;

	for (size_t i = 0; i < v->e->n_items; i++) {
		const struct ev_item *it = &v->e->items[i];
		if (it == gone || !is_same_path(it, gone))
			continue;
		if (it->what == EV_TAKEN_AWAY)
			return it;
		if (it->what == EV_ROOT_CAUSE || (it->what == EV_FILE_GONE && it->time))
			ret = it;
	}
	return ret;
}

static void say_removed(
	struct verdict *v, const struct ev_item *gone, const struct ev_item *taker, bool is_needed)
{
	const bool is_taken = taker && taker->what == EV_TAKEN_AWAY;

	v->gone = gone;
	v->d->certainty = taker && is_needed ? DIAG_C_SURE : DIAG_C_LIKELY;
	say(v, "%s: %s%s%s",
		is_needed ? "A file that a start of this Windows needs is not there"
			  : "Windows starts, and a driver fails at each start as its file is gone",
		gone->text, is_taken ? "; it was taken away: " : "", is_taken ? taker->text : "");
}

/* Its service did not start since then. */
static bool is_failing_since(const struct verdict *v, const struct ev_item *gone, uint64_t time)
{
	for (size_t i = 0; gone->service[0] && i < v->e->n_items; i++) {
		const struct ev_item *it = &v->e->items[i];
		if (it->what == EV_SERVICE_FAILED && it->time > time &&
			strcasecmp(it->service, gone->service) == 0)
			return true;
	}
	return false;
}

/* Is the trace of its going enough? What nobody says to have taken may have been uninstalled: then
 * a dump tells more. */
static bool is_missed(
	const struct verdict *v, const struct ev_item *gone, const struct ev_item *taker)
{
	if (gone->is_certain)
		return true;
	return is_troubled(v) && (taker->what == EV_TAKEN_AWAY || !v->n_dumps);
}

/* The dumps point at something else, and it is a driver that a start goes on without: what is
 * missing explains no crash. */
static bool is_told_by_dumps(const struct verdict *v, const struct ev_item *gone)
{
	const struct candidate *c = v->n ? &v->c[0] : NULL;

	return v->n_dumps && c && c->has_link && c->d.score >= SCORE_LIKELY && !c->is_own &&
	       gone->service[0] && !gone->is_certain && strcasecmp(c->d.path, gone->path) != 0;
}

/* A filter of disks or volumes that is not loaded: none of them starts. What ran since then, or no
 * start of it failed, is not told. */
static bool is_filter_lost(struct verdict *v)
{
	const struct ev_item *gone = NULL, *taker;

	for (size_t i = 0; i < v->e->n_items && !gone; i++)
		if (v->e->items[i].what == EV_FILE_GONE && v->e->items[i].is_filter)
			gone = &v->e->items[i];
	const bool is_said = find(v, EV_START_FAILED, false) && !v->s.good_after;
	if (!gone || !(is_troubled(v) || !v->s.last_good || is_said) || v->n_dumps)
		return false;
	taker = taker_of(v, gone);
	v->gone = gone;
	v->d->certainty = gone->is_certain && (taker || last_stop(v) == WIN_STOP_BOOT_DEVICE)
				  ? DIAG_C_SURE
				  : DIAG_C_LIKELY;
	say(v, "Disks or volumes wait for a filter that is not loaded: %s", gone->text);
	return true;
}

/* Absent, and a trace tells of its going; or without a doubt needed, and no start went well since.
 */
static bool is_removed(struct verdict *v)
{
	const struct ev_item *needed = NULL;

	for (size_t i = 0; i < v->e->n_items; i++) {
		const struct ev_item *gone = &v->e->items[i], *taker;
		if (!is_absent(gone) || gone->is_filter)
			continue;
		if (is_told_by_dumps(v, gone)) {
			v->gone_too = gone;
			continue;
		}
		taker = taker_of(v, gone);
		if (taker && is_missed(v, gone, taker)) {
			say_removed(v, gone, taker, true);
			return true;
		}
		if (taker && taker->what == EV_TAKEN_AWAY && !is_troubled(v) &&
			is_failing_since(v, gone, taker->time)) {
			say_removed(v, gone, taker, false);
			return true;
		}
		if (gone->is_certain && !needed)
			needed = gone;
	}
	/* what ran without it is not kept from starting by it */
	if (!needed || (!is_troubled(v) && v->s.last_good))
		return false;
	say_removed(v, needed, NULL, true);
	return true;
}

/* One program that every start needs is absent, nothing tells where it went, and nothing else
 * explains that Windows does not start. Of several, this is no whole Windows. */
static bool is_maybe_removed(struct verdict *v)
{
	const struct ev_item *one = NULL;
	unsigned n = 0;

	for (size_t i = 0; i < v->e->n_items; i++)
		if (is_absent(&v->e->items[i]) && v->e->items[i].source == EV_FILE) {
			one = &v->e->items[i];
			n++;
		}
	if (n != 1 || !is_troubled(v) || v->n_dumps)
		return false;
	say_removed(v, one, NULL, true);
	return true;
}

/* Starts that began or failed after the image was written; *ret_asleep: one of them was
 * told to have been on its way into or out of sleep. */
static unsigned count_since(
	const struct verdict *v, uint64_t time, bool *ret_asleep, bool *ret_crashed)
{
	unsigned n = 0;

	*ret_asleep = *ret_crashed = false;
	/* the loader writes on the ESP and in bootstat.dat, whatever becomes of the start */
	for (size_t i = 0; i < v->e->n_items; i++)
		n += v->e->items[i].what == EV_START && v->e->items[i].source == EV_BOOT_STATUS &&
		     v->e->items[i].time > time;
	for (size_t i = 0; i < v->s.n; i++) {
		const struct ev_trouble *t = &v->s.list[i];
		if (t->time <= time)
			continue;
		n++;
		*ret_crashed |= ev_trouble_dump(v->e, t) != NULL;
		for (size_t k = 0; k < t->n_items; k++)
			*ret_asleep |= v->e->items[t->items[k]].is_asleep;
	}
	return n;
}

static bool ran_since(const struct verdict *v, uint64_t time)
{
	return ev_ran_between(v->e, time, UINT64_MAX);
}

/* An image to wake up from, and each start since it was written failed. A fast start-up has one
 * after every shutdown: a dump with modules tells more than that. */
static bool is_resume(struct verdict *v)
{
	const struct ev_item *failed = find(v, EV_RESUME_FAILED, false);
	const struct ev_item *image = failed ? failed : find(v, EV_HIBERNATED, false);
	const bool is_code = is_troubled(v) && last_stop(v) == WIN_STOP_RESUME;
	bool is_asleep = false, is_crash = false, is_loop = false;

	if (image && image->time && !ran_since(v, image->time)) {
		const unsigned n = count_since(v, image->time, &is_asleep, &is_crash);
		is_loop =
			n && (is_asleep || failed || ((n >= 2 || is_last_failed(v)) && !is_crash));
	}
	if (!is_code && !is_loop && !(failed && is_troubled(v)))
		return false;
	v->d->certainty = failed && is_loop && is_asleep ? DIAG_C_SURE : DIAG_C_LIKELY;
	say(v, "Windows wakes up from hibernation, and fails while it does: %s",
		image ? image->text : "its last crash says so");
	return true;
}

static bool is_update(struct verdict *v)
{
	const struct ev_item *pending = find(v, EV_UPDATE_PENDING, true);
	const struct ev_item *setup = find(v, EV_SETUP, true);
	const enum win_stop stop = last_stop(v);

	if (!pending && !setup)
		return false;
	const bool fits = stop == WIN_STOP_BOOT_DEVICE || stop == WIN_STOP_SYSTEM_FILE ||
			  (is_troubled(v) && !v->n_dumps) || (setup && !pending);
	if (!fits) {
		if (is_troubled(v))
			verdict_contradict(v, "an update is half applied as well: %s",
				(pending ? pending : setup)->text);
		return false;
	}
	v->d->certainty =
		is_troubled(v) && (stop == WIN_STOP_BOOT_DEVICE || stop == WIN_STOP_SYSTEM_FILE ||
					  find(v, EV_UPDATE_FAILED, false))
			? DIAG_C_SURE
			: DIAG_C_LIKELY;
	say(v, "An update is half applied: %s", (pending ? pending : setup)->text);
	return true;
}

/* ---- a bad file ---- */

static const struct candidate *second_of(const struct verdict *v)
{
	for (size_t i = 1; i < v->n; i++)
		if (v->c[i].has_link && !v->c[i].is_own)
			return &v->c[i];
	return NULL;
}

static bool is_clock_set(const struct verdict *v)
{
	for (size_t i = 0; i < v->e->n_items; i++)
		if (v->e->items[i].what == EV_CLOCK_SET && v->e->items[i].time >= v->s.since &&
			v->e->items[i].time <= v->s.until)
			return true;
	return false;
}

/* What makes it less sure, told and counted. */
static enum diag_certainty weigh(struct verdict *v, const struct candidate *c)
{
	const struct candidate *second = second_of(v);
	enum diag_certainty ret = c->d.score >= SCORE_SURE ? DIAG_C_SURE : DIAG_C_LIKELY;

	if (c->is_early || !(c->n_fault || c->is_named || c->is_damaged))
		ret = DIAG_C_LIKELY;		 /* near the crash, not in it */
	if (c->is_content && ret == DIAG_C_SURE) /* it is read out of times and names, not proven */
		ret = DIAG_C_LIKELY;
	if (v->n_dumps < 2 && !v->e->log_newest && ret == DIAG_C_SURE && !c->is_damaged) {
		verdict_contradict(v, "one dump is all there is: no log tells the same");
		ret = DIAG_C_LIKELY;
	}
	if (is_clock_set(v)) {
		verdict_contradict(v, "the clock was set meanwhile: times are not certain");
		ret = DIAG_C_LIKELY;
	}
	if (v->n_others > 1) {
		verdict_contradict(v, "the crashes lie in %u different modules", v->n_others);
		ret = DIAG_C_LIKELY;
	}
	if (v->s.good_after) {
		verdict_contradict(v, "Windows ran again after the last crash");
		ret = DIAG_C_LIKELY;
	}
	if (second && second->d.score + SCORE_MARGIN > c->d.score && second->changed) {
		verdict_contradict(v, "%s fits nearly as well", second->d.path);
		ret = second->d.score == c->d.score ? DIAG_C_UNSURE : DIAG_C_LIKELY;
	}
	if (v->gone_too) {
		verdict_contradict(
			v, "%s is gone as well, which explains no crash", v->gone_too->path);
		ret = ret == DIAG_C_SURE ? DIAG_C_LIKELY : ret;
	}
	if (find(v, EV_UPDATE_PENDING, true) && ret == DIAG_C_SURE) {
		verdict_contradict(v, "an update waits to be finished at the next start");
		ret = DIAG_C_LIKELY;
	}
	return ret;
}

static bool is_bad_file(struct verdict *v)
{
	const struct candidate *c = v->n ? &v->c[0] : NULL;

	if (!c || !c->has_link || c->d.score < SCORE_LIKELY)
		return false;
	/* what was so when Windows ran last does not keep it from starting */
	if (!is_troubled(v) &&
		(!c->is_damaged || (c->d.file && c->d.file->changed < v->s.last_good)))
		return false;
	v->d->certainty = weigh(v, c);
	if (v->d->certainty == DIAG_C_UNSURE) {
		v->d->kind = DIAG_UNSURE;
		say(v, "Several files fit equally well; the first of them is %s.", c->d.path);
		return true;
	}
	const char *why = c->d.n_why ? c->d.why[0].text : "";
	/* what Windows says may be a sentence already */
	const int len = (int)(strlen(why) - (why[0] && why[strlen(why) - 1] == '.'));
	say(v, "%s is at fault%s: %.*s.", c->d.path,
		v->d->certainty == DIAG_C_SURE ? "" : ", as it seems", len, why);
	return true;
}

/* ---- hardware ---- */

/* Crashes with different codes or in different modules, none of which stands out. */
static bool is_diverse(const struct verdict *v)
{
	unsigned codes = 0, dumps = 0;

	for (size_t i = 0; i < v->s.n; i++) {
		bool is_new = v->s.list[i].kind == EV_T_CRASH && v->s.list[i].code;
		dumps += is_new;
		for (size_t k = 0; k < i && is_new; k++)
			is_new = v->s.list[k].code != v->s.list[i].code;
		codes += is_new;
	}
	return dumps >= 3 && codes >= 3;
}

static unsigned count_what(const struct verdict *v, enum ev_what what)
{
	unsigned n = 0;

	for (size_t i = 0; i < v->e->n_items; i++)
		n += v->e->items[i].what == what && v->e->items[i].time + 14 * DAY >= v->s.until;
	return n;
}

static bool is_hardware(struct verdict *v)
{
	const unsigned n_hard = count_stop(v, WIN_STOP_HARDWARE),
		       n_disk = count_stop(v, WIN_STOP_DISK);
	const unsigned whea = count_what(v, EV_HARDWARE_ERROR), disk = count_what(v, EV_DISK_ERROR);
	/* of itself a new part of Windows may be why: no sign of a disk (incident 2.5) */
	const bool is_fs_new = !n_disk && !disk && ev_update_of_window(v->e, &v->s);
	const unsigned fs = is_fs_new ? 0 : count_what(v, EV_FS_DAMAGE);

	if (!is_troubled(v))
		return false;
	if (n_hard || (whea && v->s.n_crashes)) {
		v->d->certainty = n_hard && whea ? DIAG_C_SURE : DIAG_C_LIKELY;
		say(v,
			"The machine itself seems to fail: %u of %u crashes report it, and %u "
			"errors of processor, memory or bus are in the log.",
			n_hard, v->s.n_crashes, whea);
		return true;
	}
	if (n_disk || disk >= 3 || (fs && v->s.n_crashes)) {
		/* cable, controller, its driver and memory look the same from here */
		v->d->certainty = DIAG_C_LIKELY;
		say(v,
			"The disk or its file system seems to fail: %u of %u crashes speak of it, "
			"and the log holds %u errors of disks and %u of file systems.",
			n_disk, v->s.n_crashes, disk, fs);
		return true;
	}
	if (is_diverse(v)) {
		v->d->certainty = DIAG_C_LIKELY;
		say(v, "The crashes have different codes and lie in different places, as when "
		       "memory or processor fail.");
		return true;
	}
	return false;
}

/* ---- nobody's fault, nothing wrong, not known ---- */

/* Was the button held at the start before, too? */
static bool is_held_again(const struct verdict *v, const struct ev_trouble *t)
{
	return t > v->s.list && t[-1].kind == EV_T_BUTTON &&
	       !ev_ran_between(v->e, t[-1].time, t->time);
}

static uint64_t newest(const struct verdict *v)
{
	uint64_t ret = v->e->log_newest > v->s.last_good ? v->e->log_newest : v->s.last_good;

	return v->s.n && v->s.list[v->s.n - 1].time > ret ? v->s.list[v->s.n - 1].time : ret;
}

static bool is_no_driver(struct verdict *v)
{
	const struct ev_trouble *t = NULL;

	if (is_troubled(v) || find(v, EV_DUMP_FAILED, false) || v->e->clock_back)
		return false;
	for (size_t i = 0; i < v->s.n; i++)
		if (v->s.list[i].kind == EV_T_POWER || v->s.list[i].kind == EV_T_BUTTON)
			t = &v->s.list[i];
	if (!t || (v->s.last < v->s.n && v->s.list[v->s.last].time > t->time))
		return false;
	if (t->time + RECENT < newest(v)) /* long ago */
		return false;
	if (t->kind == EV_T_BUTTON && !ran_since(v, t->time) && is_held_again(v, t))
		return false; /* it hangs, and people end it */
	v->d->certainty = t->kind == EV_T_BUTTON ? DIAG_C_SURE : DIAG_C_LIKELY;
	say(v, t->kind == EV_T_BUTTON ? "Somebody held the power button; no driver is at fault."
				      : "The machine lost its power; no bug check was recorded, "
					"and no driver is at fault.");
	return true;
}

/* Only a log tells that nothing happened: what is silent because it is gone says nothing. And its
 * last start must have come to a good end, or gone well for a while. */
static bool is_end_known(const struct verdict *v)
{
	uint64_t began = 0;

	for (size_t i = 0; i < v->e->n_items; i++)
		if (v->e->items[i].what == EV_START && v->e->items[i].time > began)
			began = v->e->items[i].time;
	return v->e->log_newest && v->s.last_good && began <= ev_last_well(&v->s);
}

static bool is_none(struct verdict *v)
{
	const struct ev_trouble *end = v->s.n && v->s.list ? &v->s.list[v->s.n - 1] : NULL;

	if (is_troubled(v) || v->e->clock_back)
		return false;
	if (end && end->kind == EV_T_BUTTON && !ran_since(v, end->time) && is_held_again(v, end))
		return false;
	for (size_t i = 0; i < v->e->n_items; i++) /* a start that failed, at a time not known */
		if (v->e->items[i].what == EV_START_FAILED && !v->e->items[i].time)
			return false;
	v->d->certainty = is_end_known(v) ? DIAG_C_LIKELY : DIAG_C_UNSURE;
	if (v->s.list && v->s.last < v->s.n &&
		v->s.list[v->s.last].time + SETTLED > v->s.good_after)
		v->d->certainty = DIAG_C_UNSURE;
	if (v->s.last < v->s.n)
		say(v, "Windows ran well after its last crash: nothing is wrong now that can be "
		       "seen.");
	else
		say(v, "No crash and no start that failed is recorded: nothing wrong is seen.");
	return true;
}

static bool is_unsure(struct verdict *v)
{
	const struct ev_item *update = is_troubled(v) ? ev_update_of_window(v->e, &v->s) : NULL;
	char span[40];

	v->d->certainty = DIAG_C_UNSURE;
	if (v->e->clock_back)
		verdict_contradict(v,
			"the clock went back by %s: what came first cannot be told by times",
			verdict_span(v->e->clock_back, span));
	if (update)
		say(v,
			"What is wrong cannot be told for sure; of Windows itself this came before "
			"the first start that failed: %s",
			update->text);
	else if (v->n && v->c[0].d.score > 0 && !v->c[0].is_own)
		say(v, "What is wrong cannot be told for sure; %s is the first to look at.",
			v->c[0].d.path);
	else
		say(v, "What is wrong cannot be told from what was left behind.");
	return true;
}

/* It was put aside when another one was installed, and nobody starts it: whatever its last days
 * were like. */
static bool is_put_aside(struct verdict *v)
{
	if (!v->in->starts)
		return false;
	v->d->certainty = DIAG_C_UNSURE;
	v->d->first_crash = v->d->last_crash = 0; /* of now: there is none */
	say(v, "This Windows was put aside for the one in %s: nobody starts it.", v->in->starts);
	return true;
}

static const struct {
	enum diag_kind kind;
	bool (*is)(struct verdict *v);
} kinds[] = {
	{DIAG_NONE, is_put_aside},
	{DIAG_REGISTRY, is_registry},
	{DIAG_VERIFIER, is_verifier},
	{DIAG_FILE_REMOVED, is_removed},
	{DIAG_FILE_REMOVED, is_filter_lost},
	{DIAG_RESUME, is_resume},
	{DIAG_UPDATE, is_update},
	{DIAG_BAD_FILE, is_bad_file},
	{DIAG_FILE_REMOVED, is_maybe_removed},
	{DIAG_HARDWARE, is_hardware},
	{DIAG_NO_DRIVER, is_no_driver},
	{DIAG_NONE, is_none},
	{DIAG_UNSURE, is_unsure},
};

void verdict_kind(struct verdict *v)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		v->d->kind = kinds[i].kind;
		if (kinds[i].is(v))
			return;
	}
}
