/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of several Windows, on one volume or on several, a person may mean one alone. */
#include "engine/guards.h"

#include <string.h>
#include <strings.h>

#include "core/text.h"

/* By its record, so that case and the kind of slash are as elsewhere in a path of NTFS. */
static bool is_folder(struct nt_vol *vol, const char *folder, const char *root)
{
	uint64_t meant, own;

	return nt_lookup(vol, folder, &meant, NULL) == 0 && nt_lookup(vol, root, &own, NULL) == 0 &&
	       meant == own;
}

bool en_is_windows_meant(const struct rs_target *t, struct en_volume *v)
{
	if (!t->windows)
		return v->is_windows;
	for (size_t i = 0; !v->chosen && i < v->n_windows; i++)
		if (en_is_judged(v, i) && is_folder(v->stack.nt, t->windows, v->windows[i].root))
			v->chosen = &v->windows[i];
	if (v->chosen)
		v->win = *v->chosen;
	return v->chosen;
}

/* Each Windows that could be meant, with @is_chosen or without it. */
static size_t name_each(const struct rs_target *t, const struct en_machine *m, bool is_chosen,
	char *ret, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_volumes; i++) {
		const struct en_volume *v = &m->volumes[i];
		for (size_t k = 0; en_is_selected(t, v) && k < v->n_windows; k++) {
			if (!en_is_judged(v, k) || (v->chosen == &v->windows[k]) != is_chosen)
				continue;
			n++;
			rs_note(ret, cap, "%s on volume %u", v->windows[k].root, v->number);
		}
	}
	return n;
}

int en_windows_verdict(const struct rs_target *t, const struct en_machine *m, struct rs_err *err)
{
	char names[256] = "";
	const size_t n = name_each(t, m, true, names, sizeof(names));

	if (n == 1)
		return 0;
	if (n > 1)
		return rs_fail_on(err, RS_E_AMBIGUOUS, t->windows, "%s", names);
	(void)name_each(t, m, false, names, sizeof(names));
	return rs_fail_on(
		err, RS_E_NO_SUCH_WINDOWS, t->windows, names[0] ? "found: %s" : "%s", names);
}

void en_windows_left(const struct rs_target *t, const struct en_machine *m, char *ret, size_t cap)
{
	char names[256] = "";

	if (t->windows && name_each(t, m, false, names, sizeof(names)))
		rs_note(ret, cap, "not chosen: %s", names);
}

bool en_has_several(const struct en_volume *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_windows; i++)
		n += en_is_judged(v, i);
	return n > 1;
}

/* Files moved that lie in this folder. */
static size_t count_in(const struct en_work *w, const char *root)
{
	const size_t len = strlen(root);
	size_t n = 0;

	for (size_t k = 0; k < w->n_plans; k++)
		for (size_t i = 0; i < w->plans[k]->n_items; i++) {
			const struct plan_item *item = &w->plans[k]->items[i];
			n += item->is_accepted && strncasecmp(item->path, root, len) == 0 &&
			     item->path[len] == '\\';
		}
	return n;
}

void en_windows_done(const struct en_works *w, char *ret, size_t cap)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct en_volume *v = w->list[i].v;
		for (size_t k = 0; k < v->n_windows; k++) {
			const size_t n = count_in(&w->list[i], v->windows[k].root);
			if (n && en_has_several(v))
				rs_note(ret, cap, "%s on volume %u: %zu %s", v->windows[k].root,
					v->number, n, rs_form(n, "file", "files"));
		}
	}
}
