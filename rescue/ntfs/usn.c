/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change journal. Its attribute is a hole for terabytes, and as long as Windows keeps it (32
 * MiB and more) records at its end, none of which reaches over a page of 4096 bytes; what is left
 * of a page is zeros. Looked through backwards for where @since is, then handed out forwards. */
#include "ntfs/usn.h"

#include <inttypes.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "ntfs/internal.h"

#define PIECE_BYTES  65536U
#define PAGE_BYTES   4096U
#define RECORD_MOST  4096U
#define JOURNAL_MOST (256ULL << 20) /* from its end on that is looked at */
#define RECORD_HEAD  8U		    /* RecordLength, MajorVersion, MinorVersion */
#define NAME_UNITS   255U

/* Where the fields of a version are. */
struct shape {
	uint8_t parent, usn, time, reason, attributes, name_len, name_off, name;
};
static const struct shape shape_2 = {16, 24, 32, 40, 52, 56, 58, 60};
static const struct shape shape_3 = {24, 40, 48, 56, 68, 72, 74, 76};

struct journal {
	struct nt_raw *raw;
	const struct rs_task *task;
	const struct nt_stream *s;
	uint64_t least; /* before it nothing is looked at */
	uint8_t *buf;	/* PIECE_BYTES + RECORD_MOST */
	uint64_t skipped;
	struct rs_err why; /* of what could not be read */
};

/* ---- one record ---- */

/* Length of the record at the start of @v, 0: there is none. *ret->name is NULL where it is of a
 * version that is not known. */
static size_t record_read(struct rs_view v, struct nt_usn *ret, char name[NT_NAME_BYTES])
{
	uint32_t len;
	uint16_t major;

	*ret = (struct nt_usn){0};
	if (!rs_view_u32(v, 0, &len) || !rs_view_u16(v, 4, &major) || len < RECORD_HEAD ||
		len % 8 || len > RECORD_MOST || len > v.len)
		return 0;
	if (major != 2 && major != 3) /* 4 tells which bytes were written, and no name */
		return major >= 4 && major <= 16 ? len : 0;
	const struct shape *s = major == 2 ? &shape_2 : &shape_3;
	if (len < s->name)
		return 0;
	uint16_t name_len = rs_le16(v.p + s->name_len), name_off = rs_le16(v.p + s->name_off);
	struct rs_view units;
	if (name_off < s->name || name_len % 2 || name_len / 2 > NAME_UNITS || !name_len ||
		!rs_view_sub((struct rs_view){v.p, len}, name_off, name_len, &units))
		return 0;
	(void)rs_utf16_to_utf8(units, name, NT_NAME_BYTES);
	ret->ref = rs_le64(v.p + 8);
	ret->parent_ref = rs_le64(v.p + s->parent);
	ret->usn = rs_le64(v.p + s->usn);
	ret->time = rs_le64(v.p + s->time);
	ret->reason = rs_le32(v.p + s->reason);
	ret->attributes = rs_le32(v.p + s->attributes);
	ret->name = name;
	return len;
}

/* ---- pieces ---- */

/* Bytes at [at, at + PIECE_BYTES) and the rest of a record that begins there. *ret_len 0: they
 * cannot be read, which is kept. */
static int piece_read(struct journal *j, uint64_t at, size_t *ret_len, struct rs_err *err)
{
	struct rs_err why = {0};

	*ret_len = 0;
	if (!rs_task_goes_on(j->task))
		return rs_fail(err, RS_E_CANCELLED, "while the change journal was read");
	int r = nt_stream_read(j->raw, j->s, at, j->buf, PIECE_BYTES + RECORD_MOST, ret_len, &why);
	if (r < 0 && !rs_err_ends(r)) { /* without what lies behind it, then */
		why = (struct rs_err){0};
		r = nt_stream_read(j->raw, j->s, at, j->buf, PIECE_BYTES, ret_len, &why);
	}
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0) {
		*ret_len = 0;
		j->why = why;
	}
	return 0;
}

/* Where to look behind @at, which is no record: a page's rest of zeros is passed over at once. */
static size_t step_over(struct journal *j, uint64_t off_bytes, const uint8_t *p, size_t left)
{
	size_t rest = PAGE_BYTES - off_bytes % PAGE_BYTES;

	rest = rest < left ? rest : left;
	if (rs_is_zero(p, rest))
		return rest;
	size_t n = 8 - off_bytes % 8;
	n = n < left ? n : left;
	j->skipped += rs_is_zero(p, n) ? 0 : n;
	return n;
}

/* Each record that begins in the piece at @at of @len bytes, from *pos on, which is moved behind
 * it; false from @fn: *ret_is_stopped. */
static void piece_each(struct journal *j, uint64_t at, size_t len, uint64_t *pos,
	bool (*fn)(void *user, const struct nt_usn *u), void *user, bool *ret_is_stopped)
{
	size_t end = len < PIECE_BYTES ? len : PIECE_BYTES;
	size_t i = *pos > at ? (size_t)(*pos - at) : 0;
	char name[NT_NAME_BYTES];
	struct nt_usn u;

	while (i < end && !*ret_is_stopped) {
		size_t n = record_read((struct rs_view){j->buf + i, len - i}, &u, name);
		if (n && u.name)
			*ret_is_stopped = !fn(user, &u);
		i += n ? n : step_over(j, at + i, j->buf + i, end - i);
	}
	*pos = at + i;
}

/* ---- which pieces ---- */

/* Is there no cluster of the piece at @at? */
static bool is_hole(const struct journal *j, uint64_t at)
{
	const uint64_t cluster = j->raw->geo.cluster_bytes;
	uint64_t lcn, left;

	return !j->s->is_resident && nt_runs_find(&j->s->runs, at / cluster, &lcn, &left) &&
	       lcn == NT_HOLE && left >= (PIECE_BYTES + cluster - 1) / cluster;
}

static bool keep_newest(void *user, const struct nt_usn *u)
{
	uint64_t *newest = user;

	*newest = u->time > *newest ? u->time : *newest;
	return true;
}

/* *ret: where the pieces begin that have records of @since or later. A clock that was set back does
 * not matter inside a piece; all of one must be older. */
static int start_find(struct journal *j, uint64_t since, uint64_t *ret, struct rs_err *err)
{
	uint64_t at = (j->s->data_bytes + PIECE_BYTES - 1) / PIECE_BYTES * PIECE_BYTES;

	*ret = at;
	while (at > j->least) {
		uint64_t newest = 0, pos = at -= PIECE_BYTES;
		bool is_stopped = false;
		size_t len;
		if (is_hole(j, at))
			continue;
		int r = piece_read(j, at, &len, err);
		if (r < 0)
			return r;
		piece_each(j, at, len, &pos, keep_newest, &newest, &is_stopped);
		if (newest && newest < since)
			return 0;
		*ret = at;
	}
	return 0;
}

struct wanted {
	uint64_t since, n;
	bool (*fn)(void *user, const struct nt_usn *u);
	void *user;
};

static bool pick(void *user, const struct nt_usn *u)
{
	struct wanted *w = user;

	if (u->time < w->since)
		return true;
	w->n++;
	return w->fn(w->user, u);
}

static int hand_out(struct journal *j, uint64_t start, struct wanted *w, struct rs_err *err)
{
	uint64_t pos = start;
	bool is_stopped = false;

	j->skipped = 0;
	for (uint64_t at = start; at < j->s->data_bytes && !is_stopped; at += PIECE_BYTES) {
		size_t len;
		if (is_hole(j, at))
			continue;
		int r = piece_read(j, at, &len, err);
		if (r < 0)
			return r;
		if (!len)
			j->skipped += PIECE_BYTES;
		piece_each(j, at, len, &pos, pick, w, &is_stopped);
	}
	return 0;
}

/* ---- the file ---- */

struct sought {
	uint64_t ref;
	bool is_found;
};

static bool on_name(void *user, uint64_t ref, const struct nt_file_name *name)
{
	struct sought *s = user;
	char text[NT_NAME_BYTES];

	(void)nt_name_text(name->name, text);
	if (strcmp(text, "$UsnJrnl") != 0)
		return true;
	s->ref = ref;
	s->is_found = true;
	return false;
}

static int journal_open(struct nt_raw *raw, struct nt_stream *ret, struct rs_err *err)
{
	struct sought s = {0};
	unsigned damaged = 0;

	int r = nt_index_each(raw, NT_EXTEND_RECORD, on_name, &s, &damaged, err);
	if (r < 0)
		return r;
	if (!s.is_found && damaged)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, "\\$Extend", "its index");
	if (!s.is_found)
		return rs_fail_on(
			err, RS_E_NO_SUCH_FILE, "\\$Extend\\$UsnJrnl", "no change journal");
	return nt_stream_open(raw, NT_REF_RECORD(s.ref), NT_AT_DATA, "$J", ret, err);
}

static void journal_done(struct journal *j)
{
	free(j->buf);
}

int nt_usn_stream(struct nt_raw *raw, const struct nt_stream *s, const struct nt_usn_want *want,
	uint64_t *ret_n, uint64_t *ret_skipped, struct rs_err *err)
{
	__attribute__((cleanup(journal_done))) struct journal j = {
		.raw = raw, .s = s, .task = want->task};
	struct wanted w = {.since = want->since, .fn = want->fn, .user = want->user};
	uint64_t start = 0;

	if (s->data_bytes > INT64_MAX)
		return rs_fail_on(
			err, RS_E_NTFS_DAMAGED, "\\$Extend\\$UsnJrnl", "its size makes no sense");
	if (s->data_bytes > JOURNAL_MOST)
		j.least = (s->data_bytes - JOURNAL_MOST) / PIECE_BYTES * PIECE_BYTES;
	j.buf = malloc(PIECE_BYTES + RECORD_MOST);
	if (!j.buf)
		return rs_fail(err, RS_E_MEMORY, "change journal");
	int r = start_find(&j, want->since, &start, err);
	if (r == 0)
		r = hand_out(&j, start, &w, err);
	if (r < 0)
		return r;
	if (!w.n && j.why.code)
		return rs_err_pass(err, j.why.code, &j.why);
	*ret_n = w.n;
	*ret_skipped = j.skipped;
	return 0;
}

int nt_usn_read(struct nt_raw *raw, uint64_t since, bool (*fn)(void *user, const struct nt_usn *u),
	void *user, const struct rs_task *task, uint64_t *ret_n, uint64_t *ret_skipped,
	struct rs_err *err)
{
	const struct nt_usn_want want = {since, fn, user, task};
	auto_nt_stream struct nt_stream s = {0};
	uint64_t skipped = 0;

	*ret_n = 0;
	int r = journal_open(raw, &s, err);
	if (r == 0)
		r = nt_usn_stream(raw, &s, &want, ret_n, &skipped, err);
	if (r == 0 && ret_skipped)
		*ret_skipped = skipped;
	return r;
}
