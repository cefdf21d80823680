/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that is known of what was found: the diagnosis with its timeline, rule, evidence, and of each
 * file times and hash. */
#include <string.h>

#include "ui/times.h"
#include "ui/tui.h"

#define DAY_LEN	   10U /* "2024-07-19" */
#define MINUTE_LEN 16U /* "2024-07-19T04:09" */

static const char *verdict_text(const struct finding *f)
{
	static const char *const texts[] = {
		[JUDGE_BAD] = "it does the harm",
		[JUDGE_DOUBTFUL] = "doubtful: it fits only in part",
		[JUDGE_GOOD] = "the repaired file: it stays",
		[JUDGE_REPORT] = "told of only",
	};

	return f->is_missing ? "missing, and should be there" : texts[f->verdict];
}

void brief_time(uint64_t filetime, char ret[RS_TIME_LEN])
{
	rs_filetime_text(filetime, ret);
	if (strlen(ret) > MINUTE_LEN)
		ret[MINUTE_LEN] = '\0';
	if (strlen(ret) > DAY_LEN)
		ret[DAY_LEN] = ' ';
}

void say_file(
	struct page *p, const struct nt_stat *s, const uint8_t *sha256, const struct win_info *w)
{
	char hash[65];

	page_say(p, false, "    Size:     %llu bytes", (unsigned long long)s->size_bytes);
	if (s->modified) {
		auto_free char *when = times_whole_new(s->modified, w);
		page_say(p, false, "    Changed:  %-s", when ? when : "");
	}
	if (s->created) {
		auto_free char *when = times_whole_new(s->created, w);
		page_say(p, false, "    Made:     %-s", when ? when : "");
	}
	if (sha256) {
		rs_hex(sha256, 32, hash);
		page_say(p, false, "    SHA-256:  %s", hash);
	}
}

static void say_finding(struct page *p, const struct rs_run *run, const struct run_finding *f)
{
	const struct win_info *w = run_windows_at(run, f->volume, f->windows);

	page_blank(p);
	page_say(p, true, "%s (volume %u)", f->title, f->volume);
	if (finding_is_chosen(f))
		page_say(p, false, "  Chosen by a person who looked into the disk");
	else
		page_say(p, false, "  By the %s %-s", f->source, f->id);
	say_timed(p, "  Because:  %s", f->why, w);
	if (f->evidence[0])
		say_timed(p, "  Evidence: %s", f->evidence, w);
	for (size_t i = 0; i < f->references.n; i++)
		page_say(p, false, "  See:      %-s", f->references.list[i]);
	for (size_t i = 0; i < f->n_files; i++) {
		const struct finding *one = &f->files[i];
		page_say(p, true, "  %-s", one->path);
		auto_free char *why = times_new(one->why, w);
		page_say(p, false, "    Verdict:  %s (%s)", verdict_text(one), why ? why : "");
		if (!one->is_missing)
			say_file(p, &one->stat, one->has_sha256 ? one->sha256 : NULL, w);
	}
}

static void say_item(struct page *p, const struct rs_run *run, const struct run_item *it)
{
	const struct plan_item *item = &it->item;
	const struct win_info *w = run_windows_at(run, it->volume, item->windows);
	auto_free char *why = item->why ? times_new(item->why, w) : NULL;

	page_blank(p);
	page_say(p, true, "  %-s", item->path);
	page_say(p, false, "    Lies in:  %-s", it->target);
	if (item->rule_id)
		page_say(p, false, "    Moved by: %-s (%s)", item->rule_id, why ? why : "");
	say_file(p, &item->stat, item->has_sha256 ? item->sha256 : NULL, w);
}

bool details_is_open(const struct tui *t)
{
	const struct rs_report *r = tui_report(t);
	const struct rs_run *run = r && !t->is_working ? rs_report_run(r) : NULL;

	return run && (run->n_findings || run->n_diagnoses || run->n_plan);
}

void details_draw(const struct tui *t, struct page *p)
{
	const struct rs_report *r = tui_report(t);
	const struct rs_run *run = r ? rs_report_run(r) : NULL;

	/* as the findings have it: what rules know is surer */
	for (size_t i = 0; run && i < run->n_findings; i++)
		if (!finding_is_of_diagnosis(&run->findings[i]))
			say_finding(p, run, &run->findings[i]);
	tui_say_part(t, RS_PART_DIAGNOSIS, p);
	for (size_t i = 0; run && i < run->n_findings; i++)
		if (finding_is_of_diagnosis(&run->findings[i]))
			say_finding(p, run, &run->findings[i]);
	for (size_t i = 0; run && !run->n_findings && i < run->n_plan; i++)
		say_item(p, run, &run->plan[i]);
}

enum screen_id details_go(struct tui *t)
{
	tui_ask(t, SCREEN_DETAILS);
	return SCREEN_STAY;
}
