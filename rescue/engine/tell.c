/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of disks, volumes and journals, into the model of the run. All of it is copied: the
 * report outlives what is open. */
#include <stdio.h>
#include <string.h>

#include "engine/guards.h"

static void *copy(struct report_pool *p, const void *from, size_t len)
{
	void *ret = report_alloc(p, len);

	return ret ? memcpy(ret, from, len) : NULL;
}

/* What the journal is to a person: an open one is idle or has changes that wait. */
static enum run_journal_state journal_state(const struct en_journal *j)
{
	static const enum run_journal_state on_disk[] = {[NT_LOG_WIPED] = RUN_JOURNAL_WIPED,
		[NT_LOG_CLEAN] = RUN_JOURNAL_CLEAN,
		[NT_LOG_UNCLEAN] = RUN_JOURNAL_UNCLEAN,
		[NT_LOG_CHKDSK] = RUN_JOURNAL_CHKDSK,
		[NT_LOG_TORN] = RUN_JOURNAL_TORN,
		[NT_LOG_UNSUPPORTED] = RUN_JOURNAL_UNSUPPORTED,
		[NT_LOG_UNREADABLE] = RUN_JOURNAL_UNREADABLE};
	static const enum run_journal_state open[] = {[NT_PENDING_NONE] = RUN_JOURNAL_UNCLEAN,
		[NT_PENDING_IDLE] = RUN_JOURNAL_IDLE,
		[NT_PENDING_CHANGES] = RUN_JOURNAL_PENDING,
		[NT_PENDING_TORN] = RUN_JOURNAL_TORN,
		[NT_PENDING_UNSUPPORTED] = RUN_JOURNAL_UNSUPPORTED};

	return j->on_disk.log == NT_LOG_UNCLEAN && j->replay ? open[j->replay->pending]
							     : on_disk[j->on_disk.log];
}

static struct run_counts counts_of(const struct nt_replay *p, uint64_t since_filetime)
{
	return (struct run_counts){.records = p->records,
		.redone = p->redone,
		.transactions = p->transactions,
		.losers = p->losers,
		.since_filetime = since_filetime,
		.since_lsn = p->oldest_lsn};
}

static void tell_journal(const struct en_volume *v, struct run_journal *ret)
{
	const struct en_journal *j = &v->journal;

	ret->state = journal_state(j);
	ret->major = j->on_disk.log_major;
	ret->minor = j->on_disk.log_minor;
	(void)snprintf(ret->reason, sizeof(ret->reason), "%s", j->on_disk.log_reason);
	ret->is_counted = j->replay && !j->replay->refusal.code; /* as far as it was understood */
	if (ret->is_counted) {
		ret->is_pending = j->replay->pending == NT_PENDING_CHANGES;
		ret->counts = counts_of(j->replay, j->since_filetime);
	}
	ret->is_judged = j->replay || j->refusal.code;
	ret->can_replay = en_journal_is_open(v);
	ret->refused = j->refusal;
}

static const struct run_bitlocker *tell_bitlocker(const struct en_volume *v, struct report_pool *p)
{
	struct run_bitlocker *b = report_alloc(p, sizeof(*b));

	if (!b)
		return NULL;
	b->info = *bl_get_info(v->bl);
	b->is_unlocked = !en_is_locked(v);
	b->unlock = v->unlock;
	b->inside = v->inside;
	return b;
}

static const struct run_ntfs *tell_ntfs(const struct en_volume *v, struct report_pool *p)
{
	struct run_ntfs *n = report_alloc(p, sizeof(*n));

	if (!n)
		return NULL;
	n->geometry = *nt_raw_geometry(v->stack.raw);
	n->state = v->state;
	tell_journal(v, &n->journal);
	return n;
}

/* But for an empty folder, that undo takes away. */
static void tell_quarantines(
	const struct en_volume *v, struct report_pool *p, struct run_volume *ret)
{
	struct quarantine *list = report_alloc(p, v->n_quarantines * sizeof(*list));

	for (size_t i = 0; list && i < v->n_quarantines; i++)
		if (v->quarantines[i].id[0])
			list[ret->n_quarantines++] = v->quarantines[i];
	ret->quarantines = list;
}

static void tell_volume(const struct en_volume *v, struct report_pool *p, struct run_volume *ret)
{
	const struct en_passed *passed = &v->passed;

	*ret = (struct run_volume){
		.number = v->number, .part = *v->part, .member = v->member, .err = v->err};
	(void)snprintf(ret->name, sizeof(ret->name), "%s", v->name);
	ret->bitlocker = v->bl ? tell_bitlocker(v, p) : NULL;
	ret->ntfs = v->stack.raw ? tell_ntfs(v, p) : NULL;
	if (v->is_windows)
		ret->windows = copy(p, v->windows, v->n_windows * sizeof(*v->windows));
	ret->n_windows = ret->windows ? v->n_windows : 0;
	if (ret->windows && v->chosen)
		ret->chosen = &ret->windows[v->chosen - v->windows];
	tell_quarantines(v, p, ret);
	(void)snprintf(ret->passed_over, sizeof(ret->passed_over), "%s", passed->is);
	ret->passed_code = passed->code;
	if (passed->next || passed->code)
		ret->passed_next = passed->next ? passed->next : rs_err_info(passed->code)->advice;
}

static void tell_disk(const struct en_machine *m, const struct en_disk *d, struct report_pool *p,
	struct run_disk *ret)
{
	*ret = (struct run_disk){.path = report_copy(p, d->path),
		.is_open = d->blk,
		.size_bytes = d->blk ? d->blk->size_bytes : 0,
		.has_table = d->map,
		.member = d->member,
		.err = d->err};
	if (d->kind && d->kind->identify)
		d->kind->identify(
			d->path, ret->model, sizeof(ret->model), ret->serial, sizeof(ret->serial));
	if (d->kind && d->kind->health)
		d->kind->health(d->path, &ret->health);
	if (d->map) {
		ret->sector_bytes = d->map->sector_bytes;
		ret->scheme = d->map->scheme;
		(void)snprintf(ret->id, sizeof(ret->id), "%s", d->map->id);
		(void)snprintf(ret->warning, sizeof(ret->warning), "%s", d->map->warning);
		ret->volumes = report_alloc(p, d->map->n_parts * sizeof(*ret->volumes));
	}
	for (size_t i = 0; ret->volumes && i < m->n_volumes; i++)
		if (m->volumes[i].disk == d)
			tell_volume(&m->volumes[i], p, &ret->volumes[ret->n_volumes++]);
}

void en_machine_report(const struct en_machine *m, struct rs_report *r)
{
	struct rs_run *run = &r->run;

	run->is_opened = true;
	run->disks = report_alloc(&r->kept, m->n_disks * sizeof(*run->disks));
	run->n_disks = run->disks ? m->n_disks : 0;
	for (size_t i = 0; i < run->n_disks; i++)
		tell_disk(m, &m->disks[i], &r->kept, &run->disks[i]);
}

static void tell_replay(const struct rs_repair *u, const struct en_volume *v, struct run_replay *o)
{
	const struct en_journal *j = &v->journal;
	const struct nt_replay *p = en_replay_of(v);

	*o = (struct run_replay){.volume = v->number,
		.is_hibernation = j->saved.is_hibernation,
		.result = j->result,
		.is_pending = p->pending == NT_PENDING_CHANGES,
		.counts = counts_of(p, j->saved.plan ? 0 : j->since_filetime),
		.blocks = p->n_blocks,
		.bytes = p->bytes,
		.zeroed = p->zeroed.n,
		.err = j->err};
	/* of one that is refused, or only looked at, it is never to be there */
	if (u->command->is_exclusive && j->result != RUN_REPLAY_REFUSED)
		o->plan_file = report_copy(&u->report->planned, j->plan_file);
}

void en_replay_report(const struct rs_repair *u, const struct en_volume *v)
{
	struct rs_report *r = u->report;
	struct run_replay *o = NULL;

	if (v->journal.is_planned)
		o = REPORT_ADD(&r->planned, r->run.replays, r->run.n_replays);
	if (o)
		tell_replay(u, v, o);
}

void en_replay_unbegun(struct en_journal *j, int why)
{
	free(j->plan_file);
	j->plan_file = NULL;
	if (why == RS_E_CANCELLED)
		j->result = RUN_REPLAY_REFUSED;
}

void en_replays_unbegun(const struct rs_repair *u)
{
	struct rs_run *run = &u->report->run;

	for (size_t i = 0; i < run->n_replays; i++) {
		struct en_volume *v = &u->m->volumes[run->replays[i].volume - 1];
		struct en_journal *j = &v->journal;
		if (!j->is_planned || j->result != RUN_REPLAY_PLANNED)
			continue;
		en_replay_unbegun(j, u->err.code);
		tell_replay(u, v, &run->replays[i]);
	}
}

void en_kept_report(const struct en_volume *v, const struct plan *p, struct rs_report *r)
{
	struct run_kept *q = &r->run.quarantine;

	*q = (struct run_kept){.volume = v->number};
	(void)snprintf(q->id, sizeof(q->id), "%s", p->id);
}

/* ---- as it is found ---- */

void en_found_volume(struct rs_session *s, const struct en_volume *v)
{
	struct report_pool pool = {0};
	struct run_volume told;

	if (!s->events.found)
		return;
	tell_volume(v, &pool, &told);
	s->events.found(s->events.user, &(struct rs_found){.volume = &told});
	report_pool_free(&pool);
}

void en_judged_report(struct rs_session *s, const struct en_volume *v, const struct judge_result *j,
	struct rs_report *r)
{
	size_t before = r->run.n_findings;

	report_judged(r, j, v->number);
	report_diagnosed(r, j, v->number);
	for (size_t i = before; s->events.found && i < r->run.n_findings; i++)
		s->events.found(s->events.user, &(struct rs_found){.finding = &r->run.findings[i]});
}
