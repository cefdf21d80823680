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
static bool is_worth_it(const struct run_disk *d)
{
	for (size_t i = 0; i < d->n_volumes; i++) {
		const struct run_volume *v = &d->volumes[i];
		if (v->n_windows || (v->bitlocker && !v->bitlocker->is_unlocked))
			return true;
	}
	return false;
}

static size_t count_worth(const struct rs_run *run, size_t *ret_first)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n_disks; i++)
		if (is_worth_it(&run->disks[i]) && !n++)
			*ret_first = i;
	return n;
}

enum screen_id found_enter(struct tui *t)
{
	size_t first = 0;

	tui_turn_to(t, RS_FIX, NULL);
	free(t->disk);
	t->disk = NULL;
	const int r = tui_list(t);
	if (term_is_cancelled())
		return SCREEN_LEAVE;
	const struct rs_run *run = listed(t);
	if (!run) {
		(void)rs_fail(&t->trouble, r, "list");
		return tui_failed(t, SCREEN_FOUND);
	}
	const size_t n = count_worth(run, &first);
	const bool is_first_time = !t->is_listed_again;
	t->is_listed_again = true;
	if (t->chosen >= run->n_disks || is_first_time)
		t->chosen = first;
	return n == 1 && is_first_time ? found_next(t) : SCREEN_FOUND;
}

static void draw_machine(const struct run_machine *m, struct page *p)
{
	if (m->vendor[0] || m->product[0])
		page_say(p, true, "%s %s%s%s", m->vendor, m->product,
			m->serial[0] ? ", serial number " : "", m->serial);
	page_blank(p);
}

static void draw_no_disk(struct page *p)
{
	const struct advice *a = advice_find(NULL, &(struct rs_err){.code = ADVICE_NO_DISK});

	page_say(p, true, "%s", a->title);
	advice_draw(a, p);
}

void found_draw(const struct tui *t, struct page *p)
{
	const struct rs_run *run = listed(t);

	if (!run) {
		page_say(p, true, "Looking at the disks of this machine ...");
		return;
	}
	if (run->has_machine)
		draw_machine(&run->machine, p);
	if (!run->n_disks)
		draw_no_disk(p);
	for (size_t i = 0; i < run->n_disks; i++) {
		page_say(p, i == t->chosen, "%s %s %s%s", i == t->chosen ? ">" : " ",
			run->disks[i].path, run->disks[i].model,
			is_worth_it(&run->disks[i]) ? "" : " (no Windows was found on it)");
		say_hindrances(run, &run->disks[i], p);
	}
	if (run->n_disks > 1)
		page_say(p, false, "Left and Right choose the disk that Enter works on.");
	page_blank(p);
	rs_report_part(t->listed, RS_PART_DISKS, page_put, p);
	tui_say_warnings(t, p);
}

bool found_put(struct tui *t, unsigned key)
{
	const struct rs_run *run = listed(t);
	const size_t n = run ? run->n_disks : 0;

	if (key == UI_KEY_LEFT && t->chosen)
		t->chosen--;
	else if (key == UI_KEY_RIGHT && t->chosen + 1 < n)
		t->chosen++;
	return false;
}

/* The chosen disk is worked on; what else was named lies beside it. */
enum screen_id found_next(struct tui *t)
{
	const struct rs_run *run = listed(t);
	const struct rs_target *all = &t->ui->target;
	size_t n = 0;

	if (!run || t->chosen >= run->n_disks)
		return SCREEN_STAY;
	const char *path = run->disks[t->chosen].path;
	free(t->disk);
	t->disk = strdup(path);
	for (size_t i = 0; i < all->n_disks && n < MOST_BESIDE; i++)
		if (strcmp(all->disks[i], path) != 0)
			t->beside[n++] = all->disks[i];
	for (size_t i = 0; i < all->n_beside && n < MOST_BESIDE; i++)
		t->beside[n++] = all->beside[i];
	t->target = (struct rs_target){(const char *const *)&t->disk, 1, all->volume, t->beside, n};
	return t->disk ? SCREEN_FINDINGS : SCREEN_STAY;
}
