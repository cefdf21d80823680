/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is there. One disk that is worth it is gone on with at once; of several a person chooses. */
#include <string.h>

#include "ui/advice.h"
#include "ui/tui.h"

static const struct rs_run *listed(const struct tui *t)
{
	return t->listed ? rs_report_run(t->listed) : NULL;
}

/* A Windows, or what may be one behind a key. */
static bool is_volume_worth_it(const struct run_volume *v)
{
	return v->n_windows || (v->bitlocker && !v->bitlocker->is_unlocked);
}

static bool is_worth_it(const struct run_disk *d)
{
	for (size_t i = 0; i < d->n_volumes; i++)
		if (is_volume_worth_it(&d->volumes[i]))
			return true;
	return false;
}

/* What Enter can work on: a disk, or one of the volumes on it that are worth it, where there are
 * several, or one Windows of several on a volume. */
struct choice {
	const struct run_disk *disk;
	const struct run_volume *volume; /* NULL: all of the disk */
	const struct win_info *windows;	 /* NULL: all of the volume */
};

/* The volume's Windows number @i of those that can be chosen alone; NULL: there are no more. */
static const struct win_info *windows_at(const struct run_volume *v, size_t i)
{
	for (size_t k = 0; run_has_several(v) && k < v->n_windows; k++)
		if (run_is_judgeable(v, k) && i-- == 0)
			return &v->windows[k];
	return NULL;
}

/* The choice number *i of this disk; false: it has no more, and *i is counted on from there. */
static bool choice_on(const struct run_disk *disk, size_t *i, struct choice *ret)
{
	size_t n_worth = 0;

	*ret = (struct choice){disk, NULL, NULL};
	if ((*i)-- == 0)
		return true;
	for (size_t k = 0; k < disk->n_volumes; k++)
		n_worth += is_volume_worth_it(&disk->volumes[k]);
	for (size_t k = 0; k < disk->n_volumes; k++) {
		ret->volume = &disk->volumes[k];
		if (!is_volume_worth_it(ret->volume))
			continue;
		ret->windows = NULL;
		if (n_worth > 1 && (*i)-- == 0)
			return true;
		for (size_t w = 0; (ret->windows = windows_at(ret->volume, w)) != NULL; w++)
			if ((*i)-- == 0)
				return true;
	}
	return false;
}

/* The choice number @i; false: there are no more. */
static bool choice_at(const struct rs_run *run, size_t i, struct choice *ret)
{
	for (size_t d = 0; d < run->n_disks; d++)
		if (choice_on(&run->disks[d], &i, ret))
			return true;
	return false;
}

/* What is chosen, by name: a key that opens a volume makes the list another one. */
struct place {
	char *disk;
	unsigned volume; /* its number; 0: all */
	char windows[sizeof(((struct win_info *)0)->root)];
};

static struct place place_of(const struct choice *c)
{
	struct place ret = {strdup(c->disk->path), c->volume ? c->volume->number : 0, ""};

	if (c->windows)
		(void)snprintf(ret.windows, sizeof(ret.windows), "%s", c->windows->root);
	return ret;
}

static bool is_place(const struct place *p, const struct choice *c)
{
	return p->disk && strcmp(p->disk, c->disk->path) == 0 &&
	       p->volume == (c->volume ? c->volume->number : 0) &&
	       strcmp(p->windows, c->windows ? c->windows->root : "") == 0;
}

static void choose_again(struct tui *t, const struct rs_run *run, const struct place *p)
{
	struct choice c;

	for (size_t i = 0; choice_at(run, i, &c); i++)
		if (is_place(p, &c))
			t->chosen = i;
}

static bool choose_disk(struct tui *t, const struct rs_run *run, const struct run_disk *d)
{
	struct choice c;

	for (size_t i = 0; choice_at(run, i, &c); i++)
		if (c.disk == d && !c.volume) {
			t->chosen = i;
			return true;
		}
	return false;
}

static size_t count_worth(const struct rs_run *run, size_t *ret_first)
{
	struct choice c;
	size_t n = 0;

	for (size_t i = 0; choice_at(run, i, &c); i++)
		if (!c.volume && is_worth_it(c.disk) && !n++)
			*ret_first = i;
	return n;
}

const struct run_disk *found_disk(const struct tui *t)
{
	const struct rs_run *run = listed(t);
	struct choice c;

	return run && choice_at(run, t->chosen, &c) ? c.disk : NULL;
}

bool found_is_open(const struct tui *t)
{
	return found_disk(t);
}

/* A disk is worked on; what else was named lies beside it. */
static bool work_on(struct tui *t, const char *path)
{
	const struct rs_target *all = &t->ui->target;
	size_t n = 0;

	free(t->disk);
	t->disk = strdup(path);
	for (size_t i = 0; i < all->n_disks && n < MOST_BESIDE; i++)
		if (strcmp(all->disks[i], path) != 0)
			t->beside[n++] = all->disks[i];
	for (size_t i = 0; i < all->n_beside && n < MOST_BESIDE; i++)
		t->beside[n++] = all->beside[i];
	t->target = (struct rs_target){.disks = (const char *const *)&t->disk,
		.n_disks = 1,
		.volume = all->volume,
		.windows = all->windows,
		.beside = t->beside,
		.n_beside = n};
	return t->disk;
}

bool found_work(struct tui *t)
{
	const struct run_disk *d = found_disk(t);

	return d && work_on(t, d->path);
}

enum screen_id found_enter(struct tui *t)
{
	size_t first = 0;

	tui_turn_to(t, RS_FIX, NULL);
	(void)rs_name_file(t->ui->session, NULL, 0, NULL); /* none needs no memory */
	free(t->disk);
	t->disk = NULL;
	if (stick_is_due(t))
		return SCREEN_STICK; /* its keys and rules count for what follows */
	if (t->supervisor.is_result_due)
		return SCREEN_CODE; /* nobody may be there to press a key */
	if (t->supervisor.is_there && !t->supervisor.has_disks)
		return SCREEN_FOUND; /* they are on their way */
	t->supervisor.is_list_due = false;
	struct choice c;
	struct place was = {0};
	if (listed(t) && choice_at(listed(t), t->chosen, &c))
		was = place_of(&c);
	const int r = tui_list(t);
	if (listed(t))
		choose_again(t, listed(t), &was);
	free(was.disk);
	if (term_is_cancelled())
		return SCREEN_LEAVE;
	const struct rs_run *run = listed(t);
	if (!run) {
		(void)rs_fail(&t->trouble, r, "list");
		return tui_failed(t, SCREEN_FOUND);
	}
	const struct run_disk *due = safemode_due(t);
	if (due && choose_disk(t, run, due) && found_work(t))
		return safemode_offer(t);
	const size_t n = count_worth(run, &first);
	const bool is_first_time =
		!t->is_listed_again && (!t->supervisor.is_there || t->supervisor.goes_on);
	t->is_listed_again |= n > 0;
	if (!choice_at(run, t->chosen, &c) || is_first_time)
		t->chosen = first;
	return n == 1 && is_first_time ? found_next(t) : SCREEN_FOUND;
}

static void draw_machine(const struct run_machine *m, struct page *p)
{
	if (m->vendor[0] || m->product[0])
		page_say(p, true, "%-s %-s%s%-s", m->vendor, m->product,
			m->serial[0] ? ", serial number " : "", m->serial);
	page_blank(p);
}

static void draw_no_disk(struct page *p)
{
	const struct advice *a = advice_find(NULL, &(struct rs_err){.code = ADVICE_NO_DISK});

	page_say(p, true, "%s", a->title);
	advice_draw(a, p);
}

/* What tells one Windows of a volume from the other. */
static void draw_windows(struct page *p, const struct win_info *w, bool is_chosen)
{
	char build[32] = "", crashed[RS_TIME_LEN] = "", down[RS_TIME_LEN] = "";

	if (w->build)
		lang_print(build, sizeof(build), ", build %u", w->build);
	if (w->crashed_filetime)
		brief_time(w->crashed_filetime, crashed);
	if (w->shutdown_filetime)
		brief_time(w->shutdown_filetime, down);
	page_say(p, is_chosen, "%s     only %-s: %-s%-s%s%-s%s%s%s%s%s%s", is_chosen ? ">" : " ",
		w->root, w->product, build, w->computer_name[0] ? ", " : "", w->computer_name,
		crashed[0] ? ", crashed " : "", crashed, crashed[0] ? " (UTC)" : "",
		down[0] ? ", shut down " : "", down, down[0] ? " (UTC)" : "");
}

/* What a choice means where a volume of it has several Windows. */
static void draw_scope(struct page *p, const struct choice *c)
{
	bool has_several = false;

	for (size_t k = 0; k < c->disk->n_volumes; k++)
		if (!c->volume || c->volume == &c->disk->volumes[k])
			has_several |= run_has_several(&c->disk->volumes[k]);
	if (c->windows)
		page_say(p, false,
			"This Windows alone is looked at and repaired; the others stay as they "
			"are.");
	else if (has_several)
		page_say(p, false,
			"Every Windows there is looked at and repaired; a line chooses "
			"one alone.");
}

static void draw_choices(const struct tui *t, const struct rs_run *run, struct page *p)
{
	struct choice c;
	size_t i;

	for (i = 0; choice_at(run, i, &c); i++) {
		const char *mark = i == t->chosen ? ">" : " ";
		const struct run_volume *v = c.volume;
		if (c.windows) {
			draw_windows(p, c.windows, i == t->chosen);
			continue;
		}
		if (!v) {
			page_say(p, i == t->chosen, "%s %-s %-s%s", mark, c.disk->path,
				c.disk->model,
				is_worth_it(c.disk) ? "" : " (no Windows was found on it)");
			say_hindrances(run, c.disk, p);
			continue;
		}
		const struct win_info *w = v->n_windows ? &v->windows[0] : NULL;
		page_say(p, i == t->chosen, "%s   only volume %u: %-s%s%-s%s", mark, v->number,
			w ? w->product : lang_word(N_("locked by BitLocker")),
			w && w->computer_name[0] ? ", " : "", w ? w->computer_name : "",
			v->n_windows > 1 ? " and another Windows beside it" : "");
	}
	if (i > 1)
		page_say(p, false, "%s choose what Enter works on.",
			t->is_plain ? N_("+ and -") : "Left and Right");
	if (choice_at(run, t->chosen, &c))
		draw_scope(p, &c);
}

/* What is chosen is what is looked at: first. */
static void draw_disks(const struct tui *t, const struct rs_run *run, struct page *p)
{
	const struct run_disk *first = found_disk(t);

	struct rs_manner manner;

	tui_manner(t, t->listed, &manner);
	for (unsigned is_rest = first ? 0 : 1; is_rest < 2; is_rest++)
		for (size_t i = 0; i < run->n_disks; i++)
			if ((&run->disks[i] == first) != (bool)is_rest) {
				page_blank(p);
				rs_report_disk(t->listed, i, &manner, page_put, p);
			}
}

void found_draw(const struct tui *t, struct page *p)
{
	const struct rs_run *run = listed(t);

	if (!run) {
		page_say(p, true, "Looking at the disks of this machine ...");
		tui_say_progress(t, p);
		return;
	}
	if (run->has_machine)
		draw_machine(&run->machine, p);
	said_last_draw(t, p);
	if (stick_is_open(t)) {
		page_say(p, true, "Several media may be the stick: t says which one is meant.");
		page_blank(p);
	}
	if (code_is_open(t)) {
		page_say(p, true,
			"No collector has the report of this start: c shows it as a QR code.");
		page_blank(p);
	}
	if (!run->n_disks)
		draw_no_disk(p);
	draw_choices(t, run, p);
	page_blank(p);
	draw_disks(t, run, p);
	tui_say_warnings(t, p);
}

bool found_put(struct tui *t, unsigned key)
{
	const struct rs_run *run = listed(t);
	struct choice c;

	if (key == UI_KEY_LEFT && t->chosen)
		t->chosen--;
	else if (key == UI_KEY_RIGHT && run && choice_at(run, t->chosen + 1, &c))
		t->chosen++;
	else
		return false;
	t->first = 0; /* its part is at the top */
	return false;
}

/* The only one that was named. */
bool found_only(struct tui *t)
{
	const bool ret = work_on(t, t->ui->target.disks[0]);

	tui_turn_to(t, RS_FIX, NULL);
	return ret;
}

/* The chosen one. */
enum screen_id found_next(struct tui *t)
{
	const struct rs_run *run = listed(t);
	struct choice c;

	if (!run || !choice_at(run, t->chosen, &c))
		return SCREEN_STAY;
	const bool is_there = work_on(t, c.disk->path);
	if (c.volume)
		tui_choose_volume(t, c.disk, c.volume);
	if (c.windows) {
		(void)snprintf(t->windows, sizeof(t->windows), "%s", c.windows->root);
		t->target.windows = t->windows;
	}
	return is_there ? SCREEN_FINDINGS : SCREEN_STAY;
}
