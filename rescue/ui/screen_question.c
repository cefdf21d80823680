/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thing that only a person can decide. */
#include "ui/tui.h"

void question_draw(const struct tui *t, struct page *p)
{
	page_say(p, true, "%s", t->question);
}

static enum screen_id answer(struct tui *t, enum rs_answer a)
{
	t->answer = a;
	return SCREEN_ANSWER;
}

enum screen_id question_yes(struct tui *t)
{
	return answer(t, RS_ANSWER_YES);
}

enum screen_id question_no(struct tui *t)
{
	return answer(t, RS_ANSWER_NO);
}

enum screen_id question_back(struct tui *t)
{
	return answer(t, RS_ANSWER_CANCEL);
}
