/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole $MFT in one pass. A file whose folders are known is handed out at once; what has to
 * wait for its folders or its extension records is kept in little memory, or read again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ntfs/internal.h"

#define CHUNK_BYTES (256U << 10)
#define PIECE_READ  4096U	 /* around an unreadable sector */
#define STORE_USUAL (12U << 20)	 /* files that wait; more are read again */
#define STORE_MAX   (128U << 20) /* extension records: never more than a sound volume has */

/* Records next to each other with the same fault are named together. */
static void end_run(struct nt_scan_run *s)
{
	char line[192];

	if (s->run_end == s->run_start)
		return;
	if (s->run_end == s->run_start + 1)
		(void)snprintf(line, sizeof(line), "%s", s->run_what);
	else
		(void)snprintf(line, sizeof(line), "records %" PRIu64 " to %" PRIu64 ": %s",
			s->run_start, s->run_end - 1, s->run_what);
	nt_scan_fault(s, s->run_start, line);
	s->run_start = s->run_end = 0;
}

static void damaged(struct nt_scan_run *s, uint64_t first, uint64_t n, const char *what)
{
	if (s->is_second)
		return; /* said in the first pass */
	s->res.damaged += n;
	if (s->run_end != first || s->run_end == s->run_start || strcmp(s->run_what, what) != 0) {
		end_run(s);
		s->run_start = s->run_end = first;
		(void)snprintf(s->run_what, sizeof(s->run_what), "%s", what);
	}
	s->run_end += n;
}

/* ---- one record ---- */

static int keep(struct nt_scan_run *s, const struct nt_parsed *p, struct rs_err *err)
{
	if (s->store.bytes < STORE_MAX)
		return nt_store_add(&s->store, p, err);
	if (!s->has_dropped)
		nt_scan_fault(
			s, p->piece.number, "too many extension records: some names are left out");
	s->has_dropped = true;
	s->res.damaged++;
	return 0;
}

static int take_extension(struct nt_scan_run *s, struct rs_err *err)
{
	const struct nt_piece *p = &s->parsed.piece;

	if (s->is_second || !(p->n_names || (p->flags & (NT_PIECE_TIMES | NT_PIECE_DATA))))
		return 0;
	return keep(s, &s->parsed, err);
}

static int note_base(struct nt_scan_run *s, struct nt_kept *kept, struct rs_err *err)
{
	const struct nt_parsed *p = &s->parsed;
	const uint64_t number = p->piece.number;

	kept->sequence = NT_REF_SEQUENCE(p->piece.base_ref);
	kept->seen = NT_SEEN_IN_USE;
	s->res.in_use++;
	if (!(p->piece.flags & NT_PIECE_DIR)) {
		s->res.files++;
		return 0;
	}
	s->res.dirs++;
	return nt_scan_add_folder(s, number, p, err);
}

/* Parse once more what was only looked at, or for the first time. */
static void parse(struct nt_scan_run *s, uint64_t number, const uint8_t *rec, uint32_t types)
{
	const char *what = nt_piece_parse(rec, s->raw->geo.record_bytes, number, types, &s->parsed);

	if (what && !(s->run_end > s->run_start && s->run_end == number + 1)) /* named already? */
		damaged(s, number, 1, what);
}

/* By its times alone: has the caller no use for it? */
static bool is_out_of_time(const struct nt_scan_run *s, const struct nt_piece *p)
{
	return s->ops->wants_times && (p->flags & NT_PIECE_TIMES) &&
	       !(p->flags & (NT_PIECE_LIST | NT_PIECE_DIR)) &&
	       !s->ops->wants_times(s->ops->user, p->created, p->modified, p->changed);
}

static int take_base(struct nt_scan_run *s, const uint8_t *rec, bool is_part, struct rs_err *err)
{
	const struct nt_parsed *p = &s->parsed;
	const uint64_t number = p->piece.number;

	struct nt_kept *kept = nt_tree_keep(&s->tree, number);
	if (!kept)
		return rs_fail(err, RS_E_MEMORY, "list of records");
	if (!s->is_second) {
		int r = note_base(s, kept, err);
		if (r < 0)
			return r;
		if (!p->piece.n_names && !(p->piece.flags & NT_PIECE_LIST) &&
			number >= NT_SYSTEM_RECORDS)
			nt_scan_fault(s, number, "in use, but without a name");
	}
	unsigned links = nt_scan_links(p);
	bool has_list = p->piece.flags & NT_PIECE_LIST;
	if (!s->is_second && !has_list)
		s->res.names += links ? links : p->piece.n_names > 0;
	bool is_unwanted = has_list || is_out_of_time(s, &p->piece);
	uint64_t wanted = is_unwanted ? 0 : nt_scan_wanted(s, p, links);
	if (!wanted && !has_list)
		return 0;
	if (is_part)
		parse(s, number, rec, NT_ATTRS_ALL);
	if (has_list)
		return keep(s, p, err);
	int r = nt_scan_is_ready(s, p, wanted, err);
	if (r < 0)
		return r;
	if (r == 1) {
		nt_scan_emit(s, &p->piece, p, wanted, links);
	} else if (s->store.bytes < STORE_USUAL) {
		return nt_store_add(&s->store, p, err);
	} else {
		kept->seen |= NT_SEEN_LATER;
		s->has_later = true;
	}
	return 0;
}

/* Does the second pass need any record of [first, first + n)? */
static bool is_needed(const struct nt_scan_run *s, uint64_t first, uint64_t n)
{
	if (!s->is_second)
		return true;
	for (uint64_t i = first; i < first + n; i++) {
		const struct nt_kept *kept = nt_tree_look(&s->tree, i);
		if (kept && (kept->seen & NT_SEEN_LATER))
			return true;
	}
	return false;
}

/* @rec as read. */
static int take_record(struct nt_scan_run *s, uint64_t number, uint8_t *rec, struct rs_err *err)
{
	const uint32_t len = s->raw->geo.record_bytes;

	if (!is_needed(s, number, 1))
		return 0;
	const char *what = nt_record_prepare(rec, len);
	if (what) {
		/* Windows leaves records zero that it never used */
		bool is_unused = memcmp(rec, "FILE", 4) != 0 && memcmp(rec, "BAAD", 4) != 0 &&
				 !nt_bit(s->bitmap, s->bitmap_len, number);
		if (!is_unused)
			damaged(s, number, 1, what);
		return 0;
	}
	if (!(nt_record_flags(rec) & NT_RECORD_IN_USE))
		return 0;
	/* by name, most records need no more than their name looked at */
	bool is_part = s->ops->wants && !nt_record_base(rec);
	uint32_t part = NT_PIECE_NAMES_ONLY | (s->ops->wants_times ? NT_PIECE_TIMES_TOO : 0);
	parse(s, number, rec, is_part ? part : NT_ATTRS_ALL);
	return s->parsed.piece.flags & NT_PIECE_BASE ? take_base(s, rec, is_part, err)
						     : take_extension(s, err);
}

/* ---- the pass ---- */

/* Records from @first that lie wholly in a hole of a sparse source, or (*ret_is_past) behind the
 * end of one that is cut short. */
static uint64_t records_nowhere(
	const struct nt_scan_run *s, uint64_t first, uint64_t n, bool *ret_is_past)
{
	const uint64_t len = s->raw->geo.record_bytes, size = s->raw->src->size_bytes;
	uint64_t at, bytes;

	if (!nt_runs_place(s->raw, &s->raw->mft, first * len, &at, &bytes))
		return 0;
	*ret_is_past = at >= size;
	if (at < size) {
		uint64_t data = blk_next_data(s->raw->src, at);
		uint64_t hole = (data < size ? data : size) - at;
		bytes = hole < bytes ? hole : bytes;
	}
	return bytes / len < n ? bytes / len : n;
}

static void skip_hole(struct nt_scan_run *s, uint64_t first, uint64_t n)
{
	s->readable += n;
	for (uint64_t i = first; i < first + n && i / 8 < s->bitmap_len; i++)
		if (nt_bit(s->bitmap, s->bitmap_len, i))
			damaged(s, i, 1, "all zeros");
}

static int take_chunk(struct nt_scan_run *s, uint64_t first, uint64_t n, struct rs_err *err)
{
	const uint32_t len = s->raw->geo.record_bytes;
	int r = 0;

	s->readable += n;
	for (uint64_t i = 0; r == 0 && i < n && !s->is_stopped; i++)
		r = take_record(s, first + i, s->buf + i * len, err);
	return r;
}

/* Read [first, first + n); around unreadable sectors in small pieces. */
static int read_chunk(struct nt_scan_run *s, uint64_t first, uint64_t n, struct rs_err *err)
{
	const uint32_t len = s->raw->geo.record_bytes;
	uint64_t step = n > PIECE_READ / len ? PIECE_READ / len : n;
	struct rs_err why = {0};
	int r = nt_runs_read(s->raw, &s->raw->mft, first * len, s->buf, n * len, &why);

	if (r == 0)
		return take_chunk(s, first, n, err);
	for (uint64_t i = 0; !rs_err_ends(r) && i < n && !s->is_stopped; i += step) {
		uint64_t k = n - i < step ? n - i : step;
		r = nt_runs_read(s->raw, &s->raw->mft, (first + i) * len, s->buf, k * len, &why);
		if (r < 0 && !rs_err_ends(r))
			damaged(s, first + i, k, "cannot be read");
		if (r == 0 && (r = take_chunk(s, first + i, k, err)) < 0)
			return r;
	}
	return rs_err_ends(r) ? rs_err_pass(err, r, &why) : 0;
}

static int pass(struct nt_scan_run *s, struct rs_err *err)
{
	const uint32_t len = s->raw->geo.record_bytes;
	const uint64_t total = s->raw->records;
	uint64_t n;

	for (uint64_t first = 0; first < total && !s->is_stopped; first += n) {
		n = total - first < CHUNK_BYTES / len ? total - first : CHUNK_BYTES / len;
		if (!is_needed(s, first, n))
			continue;
		bool is_past = false;
		uint64_t nowhere = records_nowhere(s, first, total - first, &is_past);
		n = nowhere ? nowhere : n;
		if (nowhere && is_past) {
			damaged(s, first, n, "cannot be read");
		} else if (nowhere) {
			skip_hole(s, first, n);
		} else {
			int r = read_chunk(s, first, n, err);
			if (r < 0)
				return r;
		}
		uint64_t done = s->is_second ? total : first + n;
		if (!rs_task_step(s->task, "scan", done * len, total * len))
			return rs_fail_on(err, RS_E_CANCELLED, s->raw->src->name, "scan");
	}
	end_run(s);
	return 0;
}

static int finish(struct nt_scan_run *s, struct rs_err *err)
{
	int r = nt_scan_name_folders(s, err);
	if (r < 0)
		return r;
	r = nt_tree_complete(&s->tree, err);
	if (r < 0)
		return r;
	if (s->tree.loops)
		nt_scan_fault(s, NT_ROOT_RECORD, "folders that contain themselves");
	nt_scan_emit_stored(s);
	s->is_second = true;
	return s->has_later && !s->is_stopped ? pass(s, err) : 0;
}

static int scan_run(struct nt_scan_run *s, struct rs_err *err)
{
	struct nt_raw *raw = s->raw;

	int r = nt_tree_init(&s->tree, raw->records, err);
	if (r < 0)
		return r;
	s->buf = malloc(CHUNK_BYTES);
	if (!s->buf)
		return rs_fail(err, RS_E_MEMORY, "scan");
	if (raw->mft_fault[0])
		nt_scan_fault(s, 0, raw->mft_fault);
	struct rs_err why = {0};
	r = nt_raw_read_all(raw, 0, NT_AT_BITMAP, "", (size_t)(raw->records / 8 + CHUNK_BYTES),
		&s->bitmap, &s->bitmap_len, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		nt_scan_fault(s, 0, "$MFT's bitmap cannot be read");
	r = pass(s, err);
	if (r < 0)
		return r;
	if (!s->readable && raw->records)
		return rs_fail_on(err, RS_E_IO_READ, raw->src->name, "nothing of $MFT can be read");
	return s->is_stopped ? 0 : finish(s, err);
}

int nt_scan(struct nt_raw *raw, const struct nt_scan_ops *ops, const struct rs_task *task,
	struct nt_scan_result *ret, struct rs_err *err)
{
	struct nt_scan_run *s = calloc(1, sizeof(*s));

	if (!s)
		return rs_fail(err, RS_E_MEMORY, "scan");
	s->raw = raw;
	s->ops = ops;
	s->task = task;
	s->res.records = raw->records;
	int r = scan_run(s, err);
	if (r == 0)
		*ret = s->res;
	nt_tree_done(&s->tree);
	nt_store_done(&s->store);
	free(s->buf);
	free(s->bitmap);
	free(s);
	return r;
}
