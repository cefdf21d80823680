/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thing that only a person can decide. */
#include "ui/times.h"
#include "ui/tui.h"

/* What stands above a question of this kind, and what each answer leads to, by keys and typed. */
static const struct {
	const char *head, *by_key, *typed;
} kinds[] = {
	[RS_ASK_DOUBT] = {"A person has to decide about this file.",
		"F12: yes. n: it stays as it is. Esc: back, and nothing is done with any file.",
		"yes: it is moved. n: it stays as it is. b: back, and nothing is done with any "
		"file."},
	[RS_ASK_LOSERS] = {"Windows stopped in the middle of changes.",
		"F12: they are taken back, as Windows itself would do. n: nothing is changed.",
		"yes: they are taken back, as Windows itself would do. n: nothing is changed."},
	[RS_ASK_RISK] = {"There is a reason not to go on.",
		"F12: go on all the same. n or Esc: nothing is changed.",
		"yes: go on all the same. n or b: nothing is changed."},
	[RS_ASK_PLAN] = {"", "", ""},
};

/* Of those that are asked about in this plan, which is it? */
static void say_which(const struct rs_run *run, const struct plan_item *item, struct page *p)
{
	size_t n = 0, which = 0;

	for (size_t i = 0; i < run->n_plan; i++) {
		const struct plan_item *one = &run->plan[i].item;
		if (one->action != PLAN_ASK)
			continue;
		n++;
		if (one->file_ref == item->file_ref && one->number == item->number)
			which = n;
	}
	if (n > 1 && which)
		page_say(p, false, "File %zu of %zu that are doubtful.", which, n);
}

/* The Windows that the file is of, or NULL. */
static const struct win_info *windows_with(const struct rs_run *run, const struct plan_item *item)
{
	for (size_t i = 0; i < run->n_plan; i++) {
		const struct run_item *it = &run->plan[i];
		if (it->item.file_ref == item->file_ref && it->item.number == item->number)
			return run_windows_at(run, it->volume, it->item.windows);
	}
	return NULL;
}

static void say_item(const struct plan_item *item, const struct win_info *w, struct page *p)
{
	page_blank(p);
	page_say(p, false, "  %-s", item->path);
	for (size_t i = 0; item->change && i < item->change->n; i++)
		page_say(p, false, "    %-s", item->change->values[i].what);
	if (!item->change)
		say_file(p, &item->stat, item->has_sha256 ? item->sha256 : NULL, w);
	if (item->rule_id)
		page_say(p, false, "    Named by: %-s", item->rule_id);
}

void question_draw(const struct tui *t, struct page *p)
{
	const struct rs_question *q = t->question;
	const struct rs_run *run = q->report ? rs_report_run(q->report) : NULL;
	const struct win_info *w = run && q->item ? windows_with(run, q->item) : NULL;
	auto_free char *text = times_new(q->text, w);

	const bool is_change = q->item && q->item->change;

	page_say(p, true, "%s",
		is_change ? "A person has to decide about this change." : kinds[q->kind].head);
	if (run && q->item)
		say_which(run, q->item, p);
	page_blank(p);
	page_say(p, true, "%s", text ? text : q->text);
	if (run && q->item)
		say_item(q->item, w, p);
	page_blank(p);
	if (is_change && q->kind == RS_ASK_DOUBT)
		page_say(p, false, "%s",
			t->is_plain
				? "yes: go on with it. n: nothing of it is changed. b: back, and "
				  "nothing at all is done."
				: "F12: go on with it. n: nothing of it is changed. Esc: back, "
				  "and nothing at all is done.");
	else
		page_say(
			p, false, "%s", t->is_plain ? kinds[q->kind].typed : kinds[q->kind].by_key);
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
