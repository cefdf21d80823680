/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stick that let a Windows start in Safe Mode is back: what a person is asked first. */
#include "ui/tui.h"

bool safemode_is_on(const struct run_disk *d, unsigned volume)
{
	for (size_t i = 0; i < d->n_volumes; i++)
		if (d->volumes[i].number == volume)
			return true;
	return false;
}

/* Of Unbrick's own Safe Modes the first disk: the stick that set it is back. A person decides, and
 * not the stick: a machine that was restarted with the stick still in it was not in Safe Mode yet,
 * and nothing that can be read without a key tells that. Asked once, and not whoever has just
 * decided about it. */
const struct run_disk *safemode_due(const struct tui *t)
{
	const struct rs_run *run =
		t->listed && !t->is_safe_mode_decided ? rs_report_run(t->listed) : NULL;

	for (size_t i = 0; run && i < run->n_boot_entries; i++)
		for (size_t k = 0; run->boot_entries[i].is_ours && k < run->n_disks; k++)
			if (safemode_is_on(&run->disks[k], run->boot_entries[i].store))
				return &run->disks[k];
	return NULL;
}

enum screen_id safemode_offer(struct tui *t)
{
	t->is_safe_mode_decided = true;
	tui_turn_to(t, RS_SAFEMODE, NULL);
	t->options.safemode = RS_SAFEMODE_CLEAR;
	return SCREEN_PLAN;
}

bool safemode_is_offered(const struct tui *t)
{
	return t->command == RS_SAFEMODE && t->options.safemode == RS_SAFEMODE_CLEAR;
}
