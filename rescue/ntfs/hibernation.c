/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hibernation: hiberfil.sys in the root, and what its first page says. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ntfs/internal.h"
#include "ntfs/stream.h"

#define HIBER_PAGE	NT_HIBER_PAGE
#define HIBER_NAME	"hiberfil.sys"
#define HIBER_FILES_MAX 8U

struct hiber_files {
	uint64_t refs[HIBER_FILES_MAX];
	unsigned n;
};

static bool is_hiber_name(const char *name)
{
	return strcasecmp(name, HIBER_NAME) == 0;
}

static void note_file(struct hiber_files *f, uint64_t ref)
{
	for (unsigned i = 0; i < f->n; i++)
		if (f->refs[i] == ref)
			return;
	if (f->n < HIBER_FILES_MAX)
		f->refs[f->n++] = ref;
}

static bool on_index_name(void *user, uint64_t ref, const struct nt_file_name *name)
{
	char text[NT_NAME_BYTES];

	(void)nt_name_text(name->name, text);
	if (is_hiber_name(text))
		note_file(user, ref);
	return true;
}

static bool on_scan_wants(void *user, const char *name, bool is_dir)
{
	(void)user;
	return !is_dir && is_hiber_name(name);
}

static bool on_scan_entry(void *user, const struct nt_entry *e)
{
	/* an orphan of that name may be the root's too: its folder is what is damaged */
	if (e->is_orphan || NT_REF_RECORD(e->parent_ref) == NT_ROOT_RECORD)
		note_file(user, e->ref);
	return true;
}

/* What the first page says. True = treat as hibernated. */
static bool judge_page(const uint8_t *page, char ret[96])
{
	char magic[5] = "";

	memcpy(magic, page, 4);
	if (rs_is_zero(page, HIBER_PAGE)) {
		(void)snprintf(ret, 96, "no image");
		return false;
	}
	if (strcasecmp(magic, "wake") == 0) {
		(void)snprintf(ret, 96, "resumed (%s)", magic);
		return false;
	}
	if (strcasecmp(magic, "hibr") == 0)
		(void)snprintf(ret, 96, "hibernated (%s)", magic);
	else if (strcasecmp(magic, "rstr") == 0)
		(void)snprintf(ret, 96, "resume under way (%s)", magic);
	else
		(void)snprintf(ret, 96, "unknown image (%02X %02X %02X %02X): taken as hibernated",
			page[0], page[1], page[2], page[3]);
	return true;
}

/* 1: treat as hibernated. */
static int judge_file(struct nt_raw *raw, uint64_t ref, char ret[96], struct rs_err *err)
{
	uint8_t page[HIBER_PAGE], rec[NT_RECORD_MAX];
	size_t len = 0;

	int r = nt_raw_record(raw, NT_REF_RECORD(ref), rec, err);
	if (r == 0 && nt_record_sequence(rec) != NT_REF_SEQUENCE(ref)) {
		(void)snprintf(
			ret, 96, "%s names a file that is gone: taken as hibernated", HIBER_NAME);
		return 1;
	}
	if (r == 0)
		r = nt_raw_read(
			raw, NT_REF_RECORD(ref), NT_AT_DATA, "", 0, page, sizeof(page), &len, err);
	if (rs_err_ends(r))
		return r;
	if (r < 0) {
		(void)snprintf(ret, 96, "%s cannot be read (%.50s)", HIBER_NAME, err->detail);
		return 1;
	}
	if (len < sizeof(page)) {
		/* libntfs-3g refuses such a volume too */
		(void)snprintf(
			ret, 96, "%s has only %zu bytes: taken as hibernated", HIBER_NAME, len);
		return 1;
	}
	return judge_page(page, ret);
}

/* By the root's index; where that is damaged, by what the records say themselves. */
static int find_files(struct nt_raw *raw, struct hiber_files *ret, struct rs_err *err)
{
	unsigned damaged = 0;
	int r = nt_index_each(raw, NT_ROOT_RECORD, on_index_name, ret, &damaged, err);

	if (!rs_err_ends(r) && (r < 0 || damaged)) {
		const struct nt_scan_ops ops = {
			.user = ret, .entry = on_scan_entry, .wants = on_scan_wants};
		struct nt_scan_result res;
		r = nt_scan(raw, &ops, NULL, &res, err);
	}
	return r;
}

int nt_hibernation_read(struct nt_raw *raw, struct nt_state *ret, struct rs_err *err)
{
	struct hiber_files files = {0};

	(void)snprintf(ret->hibernation, sizeof(ret->hibernation), "none");
	int r = find_files(raw, &files, err);
	for (unsigned i = 0; i < files.n && !rs_err_ends(r) && !ret->is_hibernated; i++) {
		r = judge_file(raw, files.refs[i], ret->hibernation, err);
		ret->is_hibernated = r == 1;
	}
	return r;
}

/* Where the first page of what @s holds lies, piece by piece. */
static int place_pieces(const struct nt_raw *raw, const struct nt_stream *s,
	struct nt_hiber_page *ret, struct rs_err *err)
{
	uint64_t off = 0, left = 0;

	for (ret->n = 0; off < NT_HIBER_PAGE; off += ret->len_bytes[ret->n++]) {
		if (ret->n == NT_HIBER_PIECES ||
			!nt_runs_place(raw, &s->runs, off, &ret->off_bytes[ret->n], &left))
			return rs_fail_on(
				err, RS_E_NTFS_DAMAGED, HIBER_NAME, "its first page lies nowhere");
		if (left > NT_HIBER_PAGE - off)
			left = NT_HIBER_PAGE - off;
		if (left < NT_HIBER_PIECE_BYTES || left % NT_HIBER_PIECE_BYTES)
			return rs_fail_on(err, RS_E_NTFS_DAMAGED, HIBER_NAME,
				"its first page lies in parts of sectors");
		ret->len_bytes[ret->n] = (uint32_t)left;
	}
	return 0;
}

int nt_hibernation_page(struct nt_raw *raw, struct nt_hiber_page *ret, struct rs_err *err)
{
	auto_nt_stream struct nt_stream s = {0};
	struct hiber_files files = {0};
	uint8_t rec[NT_RECORD_MAX];
	struct rs_err why = {0};
	int r = find_files(raw, &files, &why);

	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (files.n != 1)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, HIBER_NAME,
			files.n ? "several files have that name" : "no file has that name");
	r = nt_raw_record(raw, NT_REF_RECORD(files.refs[0]), rec, err);
	if (r == 0 && nt_record_sequence(rec) != NT_REF_SEQUENCE(files.refs[0]))
		r = rs_fail_on(
			err, RS_E_NTFS_DAMAGED, HIBER_NAME, "its name is of a file that is gone");
	if (r == 0)
		r = nt_stream_open(raw, NT_REF_RECORD(files.refs[0]), NT_AT_DATA, "", &s, err);
	if (r < 0)
		return r;
	if (s.is_resident || s.flags || s.data_bytes < NT_HIBER_PAGE ||
		s.initialized_bytes < NT_HIBER_PAGE)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, HIBER_NAME,
			"it is not as Windows makes it (small, compressed, encrypted or sparse)");
	r = nt_runs_read(raw, &s.runs, 0, ret->bytes, NT_HIBER_PAGE, err);
	return r < 0 ? r : place_pieces(raw, &s, ret, err);
}
