/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boot entries for people: which Windows starts in Safe Mode, which could, what is changed of it.
 */
#include <stdio.h>
#include <string.h>

#include "core/language.h"
#include "report/render.h"

static const char *mode_text(enum boot_mode m)
{
	static const char *const texts[] = {[BOOT_USUAL] = N_("as usual"),
		[BOOT_SAFE] = N_("in Safe Mode"),
		[BOOT_NETWORK] = N_("in Safe Mode with networking"),
		[BOOT_DIRECTORY] = N_("in Directory Services Restore Mode"),
		[BOOT_UNKNOWN] = N_("in a Safe Mode that is not known")};

	return texts[m];
}

static const char *name_of(const char *description, const char *object)
{
	return description[0] ? description : object;
}

/* Without its key nothing else can be done for a locked Windows. */
static bool is_offered(const struct run_volume *v, const struct run_boot_entry *e)
{
	return v->bitlocker && !v->bitlocker->is_unlocked && e->mode == BOOT_USUAL && e->is_default;
}

void text_boot_volume(struct printer *p, const char *first, const struct rs_run *run,
	const struct run_volume *v, bool is_offer)
{
	for (size_t i = 0; i < run->n_boot_entries; i++) {
		const struct run_boot_entry *e = &run->boot_entries[i];
		if ((e->volume ? e->volume : e->store) != v->number)
			continue;
		if (e->mode != BOOT_USUAL)
			text_say(p, first,
				e->is_ours ? "%-s starts %s, set by Unbrick; %s"
					   : "%-s starts %s; %s",
				name_of(e->description, e->object), mode_text(e->mode),
				text_step(p, "'unbrick safemode off' sets it back"));
		else if (is_offer && is_offered(v, e))
			text_say(p, first, "%-s can be started in Safe Mode without its key; %s",
				name_of(e->description, e->object),
				text_step(p, "'unbrick safemode on' does that"));
	}
}

void text_safe_mode(struct printer *p, const struct rs_run *run)
{
	const struct run_safe_mode *s = &run->safe_mode;

	if (!s->is_planned)
		return;
	for (size_t i = 0; i < s->n_changes; i++) {
		const struct run_boot_change *c = &s->changes[i];
		char volume[64] = "";
		if (c->volume)
			lang_print(volume, sizeof(volume), " (volume %u)", c->volume);
		text_say(p, "Start:  ", "%-s%-s: %s -> %s", name_of(c->description, c->object),
			volume, mode_text(c->before), mode_text(c->after));
	}
	for (size_t i = 0; i < s->texts.n; i++)
		text_say(p, "  - ", "%s", s->texts.list[i]);
	text_blank(p);
}
