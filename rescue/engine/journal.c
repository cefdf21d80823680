/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Windows that crashed left in its journal: planned, checked, and shown as Windows will see
 * it. Nothing is written here. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "engine/engine.h"

#define SI_CHANGED_OFF 16U /* $STANDARD_INFORMATION: time of the last change of the record */

/* The disk's own state is shown, and no repair offered: the reason takes the place of "unclean",
 * whose advice would not fit. */
static int __attribute__((format(printf, 3, 4)))
refuse(struct en_volume *v, int code, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap); /* cut is fine */
	va_end(ap);
	(void)rs_fail_on(&v->journal.refusal, code, v->name, "%s", why);
	v->state.can_write = false;
	v->state.refusal_code = code;
	(void)snprintf(v->state.refusal, sizeof(v->state.refusal), "%s", why);
	return 0;
}

/* A journal that is not merely open. */
static int refuse_by_state(struct en_volume *v)
{
	switch (v->state.log) {
	case NT_LOG_TORN:
	case NT_LOG_UNREADABLE:
		return refuse(v, RS_E_LOG_TORN, "%s", v->state.log_reason);
	case NT_LOG_CHKDSK:
	case NT_LOG_UNSUPPORTED:
		return refuse(v, RS_E_LOG_UNSUPPORTED, "%s", v->state.log_reason);
	default:
		if (!v->state.can_write && v->state.refusal_code == RS_E_LOG_UNCLEAN)
			return refuse(v, RS_E_LOG_UNSUPPORTED, "%s", v->journal.on_disk.refusal);
		return 0;
	}
}

static uint64_t changed_time(struct nt_raw *raw, uint64_t number)
{
	uint8_t si[SI_CHANGED_OFF + 8];
	size_t len = 0;

	if (nt_raw_read(raw, number, NT_AT_STANDARD_INFORMATION, "", 0, si, sizeof(si), &len,
		    NULL) < 0 ||
		len < sizeof(si))
		return 0;
	return rs_le64(si + SI_CHANGED_OFF);
}

/* LSNs have no time; the records that wait to be written have. */
static uint64_t oldest_change(
	struct nt_raw *before, struct nt_raw *after, const struct nt_replay *p)
{
	uint64_t oldest = 0;

	for (size_t i = 0; i < p->changed.n; i++) {
		uint64_t now = changed_time(after, p->changed.v[i]);
		if (!now || now == changed_time(before, p->changed.v[i]))
			continue;
		oldest = !oldest || now < oldest ? now : oldest;
	}
	return oldest;
}

/* The volume as it will be, checked before it is trusted; *ret_raw reads it. */
static int lay_over(struct en_volume *v, struct blk **ret, struct nt_raw **ret_raw,
	struct nt_state *ret_state, struct rs_err *err)
{
	auto_blk struct blk *seen = NULL;
	auto_nt_raw struct nt_raw *raw = NULL;
	int r = nt_replay_overlay(en_volume_blk(v), v->journal.replay, &seen, err);

	if (r == 0)
		r = nt_vol_trust_replay(seen, v->journal.replay, err);
	if (r == 0)
		r = nt_raw_open(seen, &raw, err);
	if (r == 0)
		r = nt_state_read(raw, ret_state, err);
	if (r < 0)
		return r;
	*ret_raw = rs_steal(raw);
	*ret = rs_steal(seen);
	return 0;
}

static int show_result(struct en_volume *v, struct rs_err *err)
{
	auto_blk struct blk *seen = NULL;
	auto_nt_raw struct nt_raw *raw = NULL; /* closed before what it reads */
	struct nt_state state = {0};
	struct rs_err why = {0};
	int r = lay_over(v, &seen, &raw, &state, &why);

	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return refuse(v, RS_E_LOG_CHECK, "%s%s%s", rs_err_info(r)->text,
			why.detail[0] ? ": " : "", why.detail);
	if (state.is_hibernated) /* a file that only the journal knows */
		return refuse(v, RS_E_HIBERNATED, "%s", state.hibernation);
	v->journal.since_filetime = oldest_change(v->stack.raw, raw, v->journal.replay);
	(void)en_stack_close_to(
		&v->stack, EN_CLEAR, NULL); /* the reader of what lies on the disk */
	v->stack.blk[EN_REPLAYED] = rs_steal(seen);
	v->stack.raw = rs_steal(raw);
	v->state = state;
	return 0;
}

int en_journal_look(struct rs_session *s, struct en_volume *v, struct rs_err *err)
{
	struct en_journal *j = &v->journal;
	struct rs_err why = {0};

	j->on_disk = v->state;
	if (v->state.log != NT_LOG_UNCLEAN)
		return refuse_by_state(v);
	int r = nt_replay_plan(en_volume_blk(v), &s->task, &j->replay, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return refuse(v, r, "the journal: %s", why.detail);
	if (v->state.is_hibernated) /* Windows goes on with what it has in memory: never replay */
		return refuse(v, RS_E_HIBERNATED, "%s", v->state.hibernation);
	if (j->replay->refusal.code || j->replay->pending == NT_PENDING_NONE)
		return refuse(v,
			j->replay->pending == NT_PENDING_TORN ? RS_E_LOG_TORN
							      : RS_E_LOG_UNSUPPORTED,
			"%s",
			j->replay->refusal.code ? j->replay->refusal.detail : v->state.log_reason);
	return show_result(v, err);
}

void en_journal_tell(struct rs_session *s, const struct en_volume *v)
{
	const struct en_journal *j = &v->journal;

	if (j->refusal.code)
		en_log(s, RS_LOG_WARN, "%s: %s: %s: shown as it lies on the disk", v->name,
			rs_err_info(j->refusal.code)->text, j->refusal.detail);
	else if (en_journal_is_open(v) && j->replay->pending == NT_PENDING_CHANGES)
		en_log(s, RS_LOG_WARN,
			"%s: the journal holds %" PRIu64 " %s to apply and %" PRIu32
			" %s to undo: files are shown as Windows will see them, nothing is written",
			v->name, j->replay->redone, rs_form(j->replay->redone, "change", "changes"),
			j->replay->losers,
			rs_form(j->replay->losers, "transaction", "transactions"));
}
