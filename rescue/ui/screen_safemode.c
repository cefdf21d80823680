/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Safe Mode, through plan and confirmation: what is left where nobody has the key. */
#include <string.h>

#include "ui/tui.h"

/* The list knows the boot entries, whatever a repair came to. */
static const struct rs_run *run_of(const struct tui *t)
{
	return t->listed && !t->is_working ? rs_report_run(t->listed) : NULL;
}

static const struct run_disk *disk_of(const struct tui *t, const struct rs_run *run)
{
	if (t->now == SCREEN_FOUND)
		return found_disk(t);
	for (size_t i = 0; t->disk && i < run->n_disks; i++)
		if (strcmp(run->disks[i].path, t->disk) == 0)
			return &run->disks[i];
	return NULL;
}

/* Of this disk: the entry that is in Safe Mode, else the one that is started when nobody chooses.
 * NULL: there is none. */
static const struct run_boot_entry *entry_of(const struct tui *t)
{
	const struct rs_run *run = run_of(t);
	const struct run_disk *d = run ? disk_of(t, run) : NULL;
	const struct run_boot_entry *first = NULL;

	for (size_t i = 0; d && i < run->n_boot_entries; i++) {
		const struct run_boot_entry *e = &run->boot_entries[i];
		if (!safemode_is_on(d, e->store))
			continue;
		if (e->mode != BOOT_USUAL)
			return e;
		if (e->is_default && !first)
			first = e;
	}
	return first;
}

bool safemode_is_open(const struct tui *t)
{
	return entry_of(t);
}

void safemode_tell(const struct tui *t, struct page *p)
{
	const struct run_boot_entry *e = entry_of(t);

	if (!e)
		return;
	page_say(p, e->mode != BOOT_USUAL,
		e->mode != BOOT_USUAL ? "A Windows of this disk starts in Safe Mode: f lets it "
					"start as usual again."
				      : "f lets the Windows of this disk start in Safe Mode: no "
					"key is needed for that.");
}

/* The disk is worked on as a whole: the boot manager knows which Windows is started. */
enum screen_id safemode_go(struct tui *t)
{
	const struct run_boot_entry *e = entry_of(t);
	const bool is_off = e && e->mode != BOOT_USUAL;

	if (!e || (t->now == SCREEN_FOUND && !found_work(t)))
		return SCREEN_STAY;
	t->is_safe_mode_decided = true;
	t->target.volume = NULL;
	t->target.windows = NULL;
	tui_turn_to(t, RS_SAFEMODE, NULL);
	t->options.safemode = is_off ? RS_SAFEMODE_OFF : RS_SAFEMODE_ON;
	return SCREEN_PLAN;
}
