/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions, and what an answer means. */
#include <stdio.h>

#include "core/text.h"
#include "engine/guards.h"

static enum rs_answer ask(const struct rs_repair *u, const struct rs_question *q)
{
	const struct rs_events *e = &u->s->events;

	return e->ask ? e->ask(e->user, q) : RS_ANSWER_NOBODY;
}

enum rs_answer en_ask(const struct rs_repair *u, enum rs_question_kind kind, const char *text)
{
	return ask(u, &(struct rs_question){kind, text, u->report, NULL});
}

enum rs_answer en_ask_file(
	const struct rs_repair *u, const char *text, const struct plan_item *item)
{
	return ask(u, &(struct rs_question){RS_ASK_DOUBT, text, u->report, item});
}

int en_consent(
	const struct rs_repair *u, enum rs_question_kind kind, const char *text, struct rs_err *err)
{
	const enum rs_answer a = en_ask(u, kind, text);

	if (a == RS_ANSWER_YES)
		return 0;
	(void)rs_fail(err, RS_E_CANCELLED, "%s", "");
	if (a == RS_ANSWER_NOBODY) /* who said no, or sent a signal, knows what to do next */
		err->next = kind == RS_ASK_PLAN
				    ? "--yes answers the plan's question where nobody can"
			    : kind == RS_ASK_LOSERS ? rs_err_info(RS_E_LOG_LOSERS)->advice
						    : "answer the question at a terminal";
	return err->code;
}

int en_ask_risk(const struct rs_repair *u, const struct rs_err *risk, const char *question,
	struct rs_err *err)
{
	char text[900], escaped[1800];

	if (!risk->code)
		return 0;
	(void)snprintf(text, sizeof(text), "%s: %s. %s", risk->object, risk->detail, question);
	(void)rs_escape(text, escaped, sizeof(escaped)); /* names and commands are the disk's */
	enum rs_answer a = en_ask(u, RS_ASK_RISK, escaped);
	if (a == RS_ANSWER_NOBODY)
		*err = *risk; /* as with --yes */
	return a == RS_ANSWER_YES      ? 0
	       : a == RS_ANSWER_NOBODY ? risk->code
				       : rs_fail(err, RS_E_CANCELLED, "%s", "");
}
