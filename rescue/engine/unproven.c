/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a quarantine asks for, and what nobody but a person may grant: finishing where the judge no
 * longer says so, and whatever one asks that is not proven ours. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "engine/guards.h"

/* What the judge says now of a file that an interrupted run was about to move. */
static enum plan_action says_now(const struct plan *judged, const struct plan_item *item)
{
	for (size_t i = 0; i < judged->n_items; i++) {
		const struct plan_item *j = &judged->items[i];
		if (j->file_ref == item->file_ref && j->from_ref == item->from_ref)
			return j->action;
	}
	return PLAN_REPORT;
}

static int ask_instead(struct plan_item *item, struct rs_err *err)
{
	char *why = NULL;

	if (asprintf(&why, "an interrupted run was to move it, and nothing says so now%s%s",
		    item->why[0] ? "; then: " : "", item->why) < 0)
		return rs_fail(err, RS_E_MEMORY, "plan");
	free(item->why);
	item->why = why;
	item->action = PLAN_ASK;
	return 0;
}

int en_finish_by_judge(
	struct nt_vol *nt, const struct plan *judged, struct plan *p, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		struct plan_item *item = &p->items[i];
		enum nt_switch_state state;
		r = quarantine_item_state(nt, item, &state, err);
		/* what is moved already is only tidied up behind */
		bool is_to_move = state == NT_SWITCH_AT_FROM || state == NT_SWITCH_AT_FROM_EXTRA;
		if (r == 0 && is_to_move && says_now(judged, item) != PLAN_QUARANTINE)
			r = ask_instead(item, err);
	}
	return r;
}

int en_unproven_refuse(const struct en_works *w, struct rs_err *err)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct en_volume *v = w->list[i].v;
		for (size_t k = 0; k < v->n_quarantines; k++) {
			if (!v->quarantines[k].is_calling)
				continue;
			*err = v->quarantines[k].err;
			return err->code;
		}
	}
	return 0;
}

int en_unproven_consent(const struct rs_repair *u, struct rs_err *err)
{
	const struct plan *p = u->p;
	int r = 0;

	if (p->is_proven)
		return 0;
	if (u->o.say_yes)
		return rs_fail_on(err, RS_E_UNPROVEN, p->id,
			"nobody who could answer was asked: whoever made it may have named any "
			"file");
	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		char path[700], target[PLAN_PATH_BYTES], text[1024];
		plan_target(p, item, target);
		(void)rs_escape(item->place ? item->place : item->path, path, sizeof(path));
		(void)snprintf(text, sizeof(text),
			"Nothing proves that Unbrick moved this file: somebody else may want it "
			"there. Move it from %s to %s?",
			target, path);
		r = en_consent(u, RS_ASK_DOUBT, text, err);
	}
	return r;
}
