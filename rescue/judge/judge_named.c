/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source "person": files that somebody names because he believes that they do the harm. He may
 * be wrong, so each is doubtful: asked about like one, never moved by --yes, and whatever protects
 * a file (protect.c) or refuses a plan holds for it as well. */
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "judge/judge_internal.h"
#include "judge/source.h"

#define ID "named"

/* The same volume may hold several Windows, and is asked once for each. */
static struct judge_said *said_before(
	const struct judge_result *ret, const struct judge_named *named)
{
	for (size_t i = 0; i < ret->n_said; i++)
		if (ret->said[i].by == named)
			return &ret->said[i];
	return NULL;
}

/* The folder of the Windows that the file is of, as far as this one can tell. */
static const char *windows_of(const struct judge_look *in, const struct judge_named *named)
{
	return win_has_path(in->vol, in->win->root, named->path) ? in->win->root : "";
}

static int add(const struct judge_look *in, struct judge_named *named, struct judge_result *ret,
	const struct finding *f, struct rs_err *err)
{
	struct judge_said *s = rs_list_add(&ret->said, &ret->n_said, sizeof(*s));
	struct finding *to = s ? rs_list_add(&ret->findings, &ret->n_findings, sizeof(*to)) : NULL;

	if (!to)
		return rs_fail(err, RS_E_MEMORY, "findings");
	*s = (struct judge_said){.windows = windows_of(in, named),
		.by = named,
		.id = ID,
		.title = "A file that a person named",
		.text = "No rule speaks of this file. Whether it does the harm is for the person "
			"who named it to know; moved away, it can be put back.",
		.kind = INCIDENT_BAD_FILE,
		.outcome = SAID_DOUBT,
		.why = strdup("a person named it"),
		.evidence = strdup("")};
	*to = *f;
	to->said = ret->n_said - 1;
	to->path = strdup(named->path);
	to->why = strdup("a person named it");
	return s->why && s->evidence && to->path && to->why ? 0
							    : rs_fail(err, RS_E_MEMORY, "findings");
}

static int look_at(const struct judge_look *in, struct judge_named *named, struct judge_result *ret,
	struct rs_err *err)
{
	struct finding f = {.verdict = JUDGE_DOUBTFUL, .asks_move = true};
	struct rs_err why = {0};
	struct judge_said *before = said_before(ret, named);

	if (before && !before->windows[0])
		before->windows = windows_of(in, named);
	if (before)
		return 0;
	int r = judge_fill_finding(in->vol, named->path, named->ref, &f, &why);
	if (r == RS_E_NO_SUCH_FILE) /* it is of another volume */
		return 0;
	return r < 0 ? rs_err_pass(err, r, &why) : add(in, named, ret, &f, err);
}

static int look(const struct judge_look *in, struct judge_result *ret, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < in->n_named; i++)
		r = look_at(in, &in->named[i], ret, err);
	return r;
}

static const char *forbids(
	const struct judge_said *s, struct nt_vol *vol, const char *root, const char *path)
{
	(void)s;
	(void)vol;
	(void)root;
	(void)path; /* what Windows needs is protected whatever names it */
	return NULL;
}

const struct evidence_source source_named = {"person", look, forbids, NULL, NULL};
