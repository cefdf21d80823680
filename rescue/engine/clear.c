/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clear: a setting that keeps a Windows from starting goes out of its registry: Driver Verifier's,
 * or the mark of an update that is half applied. As one item of a plan for each Windows. */
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "engine/guards.h"
#include "judge/diagnosis.h"

#define MEMORY	"Control\\Session Manager\\Memory Management"
#define PENDING "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending"

/* What is not finished by the value alone: said before it is confirmed, and at the end. */
#define THEN_IN_RECOVERY                                                                           \
	"this is the first of Microsoft's steps and not the last: then, at the command prompt of " \
	"Windows' recovery environment, dism /image:C:\\ /get-packages, and dism /image:C:\\ "     \
	"/remove-package /packagename:NAME for each in the state Install Pending (the letter may " \
	"differ there); do not rename pending.xml alone"

struct clear {
	const char *hive, *key; /* below the control set, where the hive is SYSTEM */
	const char *names[3];	/* of its values */
	const char *what, *why, *note;
};

static const struct clear clears[] = {
	[RS_CLEAR_VERIFIER] = {"SYSTEM", MEMORY, {"VerifyDrivers", "VerifyDriverLevel"},
		"Driver Verifier", "a person wants Driver Verifier off",
		"drivers are not watched any more, until it is undone"},
	[RS_CLEAR_UPDATE] = {"SOFTWARE", PENDING, {"Exclusive"}, "the pending update's lock",
		"a person wants the lock of an update that is half applied gone", THEN_IN_RECOVERY},
};

static int fill(struct plan_change *c, const struct clear *w, unsigned set, struct rs_err *err)
{
	char key[160], what[128];
	int r = 0;

	if (strcmp(w->hive, "SYSTEM") == 0)
		(void)snprintf(key, sizeof(key), "ControlSet%03u\\%s", set, w->key);
	else
		(void)snprintf(key, sizeof(key), "%s", w->key);
	for (size_t i = 0; r == 0 && w->names[i]; i++) {
		(void)snprintf(what, sizeof(what), "%s: %s deleted", w->what, w->names[i]);
		const struct change_edit edit = {
			.op = HW_DELETE_VALUE, .key = key, .name = w->names[i], .what = what};
		r = change_add(c, &edit, err);
	}
	if (r == 0)
		r = change_touch(c, TOUCHED_SETTING, w->what, NULL, NULL, true, err);
	if (r == 0 && !(c->note = strdup(w->note)))
		r = rs_fail(err, RS_E_MEMORY, "change");
	return r;
}

/* A key that is not there has no such value: nothing is to be done. */
static int look(struct nt_vol *vol, struct plan_change *c, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = change_look(vol, c, &why);

	if (r == RS_E_NO_SUCH_FILE) {
		while (c->n)
			change_drop_value(c, 0);
		return 0;
	}
	if (r == 0 && c->n)
		r = change_can(vol, c, &why);
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

int en_clear_plan(const struct rs_repair *u, const struct en_work *w, const struct diagnosis *d,
	struct plan *p, struct rs_err *err)
{
	const struct clear *what = &clears[u->o.clear];
	char file[NT_NAME_BYTES + 64];

	if (!d->evidence->system)
		return rs_fail_on(
			err, RS_E_HIVE, d->windows, "the registry of this Windows cannot be read");
	(void)snprintf(file, sizeof(file), "%s\\System32\\config\\%s", d->windows, what->hive);
	auto_change struct plan_change *c = change_new(CHANGE_HIVE, file);
	int r = c ? fill(c, what, d->evidence->system->control_set, err)
		  : rs_fail(err, RS_E_MEMORY, "change");
	if (r == 0)
		r = look(w->v->stack.nt, c, err);
	if (r < 0 || !c->n)
		return r;
	return plan_add_change(
		p, rs_steal(c), file, what->why, u->command->name, d->windows, false, err);
}
