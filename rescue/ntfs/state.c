/* SPDX-License-Identifier: GPL-3.0-or-later */
/* May we write here? The journal, $Volume, hibernation, the mirror of $MFT. Each part says what it
 * could not read; nothing here fails the whole but what ends the run (rs_err_ends). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ntfs/internal.h"

#define MIRRORED  4U
#define LOG_HEAD  (128U << 10) /* two restart pages of the greatest size */
#define LOG_CHUNK (1U << 20)
#define LOG_MAX	  (4ULL << 30) /* chkdsk /L makes none that is longer */

/* ---- the journal ---- */

/* The pages behind wiped restart pages: 1 = wiped too. Whoever wipes a log begins with page 0, so
 * what was cut off there has lost its changes. */
static int is_rest_wiped(
	struct nt_raw *raw, const struct nt_stream *log, uint8_t *buf, struct rs_err *err)
{
	size_t got = 0;

	for (uint64_t off = 0; off < log->data_bytes; off += got) {
		int r = nt_stream_read(raw, log, off, buf, LOG_CHUNK, &got, err);
		if (r == 0 && !got)
			r = rs_fail(err, RS_E_NTFS_DAMAGED, "journal");
		if (r < 0)
			return r;
		if (!nt_log_is_blank(buf, got))
			return 0;
	}
	return 1;
}

static int read_log(struct nt_raw *raw, struct nt_state *ret, struct rs_err *err)
{
	auto_nt_stream struct nt_stream log = {0};
	auto_free uint8_t *buf = malloc(LOG_CHUNK);
	size_t len = 0;

	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "journal");
	int r = nt_stream_open(raw, NT_LOGFILE_RECORD, NT_AT_DATA, "", &log, err);
	if (r == 0 && (log.data_bytes > LOG_MAX || log.data_bytes > raw->geo.volume_bytes))
		r = rs_fail(err, RS_E_NTFS_DAMAGED, "it says that it has %" PRIu64 " bytes",
			log.data_bytes);
	if (r == 0)
		r = nt_stream_read(raw, &log, 0, buf, LOG_HEAD, &len, err);
	if (rs_err_ends(r))
		return r;
	if (r < 0) {
		ret->log = NT_LOG_UNREADABLE;
		(void)snprintf(ret->log_reason, sizeof(ret->log_reason),
			"the journal cannot be read: %.120s", err->detail);
		return 0;
	}
	nt_log_parse((struct rs_view){buf, len}, ret);
	if (ret->log != NT_LOG_WIPED)
		return 0;
	int wiped = is_rest_wiped(raw, &log, buf, err);
	if (rs_err_ends(wiped))
		return wiped;
	if (wiped == 1)
		return 0;
	ret->log = wiped < 0 ? NT_LOG_UNREADABLE : NT_LOG_TORN;
	(void)snprintf(ret->log_reason, sizeof(ret->log_reason), "%s",
		wiped < 0 ? "the journal cannot be read to its end"
			  : "the journal is wiped in part: its changes are lost");
	return 0;
}

/* ---- $Volume ---- */

static int read_volume(struct nt_raw *raw, struct nt_state *ret, struct rs_err *err)
{
	uint8_t info[12], label[256];
	size_t len = 0;
	int r = nt_raw_read(raw, NT_VOLUME_RECORD, NT_AT_VOLUME_INFORMATION, "", 0, info,
		sizeof(info), &len, err);

	if (rs_err_ends(r))
		return r;
	if (r == 0 && len == sizeof(info)) {
		ret->ntfs_major = info[8];
		ret->ntfs_minor = info[9];
		ret->volume_flags = rs_le16(info + 10);
		ret->is_dirty = ret->volume_flags & 1;
	}
	r = nt_raw_read(
		raw, NT_VOLUME_RECORD, NT_AT_VOLUME_NAME, "", 0, label, sizeof(label), &len, err);
	if (r == 0)
		(void)rs_utf16_to_utf8(
			(struct rs_view){label, len}, ret->label, sizeof(ret->label));
	return r;
}

/* ---- the mirror ---- */

/* Is VOLUME_IS_DIRTY all that they differ in, update sequence numbers aside? Both sound. */
static bool differ_in_flag(const uint8_t *rec, const uint8_t *copy, size_t len)
{
	const size_t usn = rs_le16(rec + 4);
	uint8_t a[NT_RECORD_MAX], b[NT_RECORD_MAX];
	struct nt_attr info;

	memcpy(a, rec, len);
	memcpy(b, copy, len);
	if (!nt_attr_find(a, len, NT_AT_VOLUME_INFORMATION, "", 0, &info) || info.value.len < 12)
		return false;
	size_t at = (size_t)(info.value.p - a) + 10;
	memcpy(b + usn, a + usn, 2);
	b[at] = (uint8_t)((b[at] & ~1U) | (a[at] & 1U));
	return memcmp(a, b, rs_le32(a + 0x18)) == 0;
}

/* A record and its copy, as read. Whoever writes a record counts its update sequence number up and
 * gives the copy the same bytes: a cut between the two leaves a copy that is torn or counts less.
 * Where the numbers are equal, or the copy's is ahead, it may be $MFT that is damaged. */
static void compare_record(uint8_t *rec, uint8_t *copy, size_t len, struct nt_state *ret)
{
	bool is_sound = !nt_record_prepare(rec, len), is_copy_sound = !nt_record_prepare(copy, len);

	if (is_sound && is_copy_sound && memcmp(rec, copy, rs_le32(rec + 0x18)) == 0)
		return;
	ret->mirror_differs = true;
	if (is_sound && is_copy_sound && differ_in_flag(rec, copy, len))
		return; /* a cut between the two, whichever was written first */
	if (!is_sound) {
		ret->is_mirror_older = false;
	} else if (is_copy_sound) {
		uint16_t ahead = (uint16_t)(rs_le16(rec + rs_le16(rec + 4)) -
					    rs_le16(copy + rs_le16(copy + 4)));
		if (ahead == 0 || ahead > INT16_MAX)
			ret->is_mirror_older = false;
	}
}

/* Compared as libntfs-3g does, which refuses to mount when they differ: what is in use of each. */
static int compare_mirror(struct nt_raw *raw, struct nt_state *ret, struct rs_err *err)
{
	uint8_t a[MIRRORED * NT_RECORD_MAX], b[MIRRORED * NT_RECORD_MAX];
	const size_t len = raw->geo.record_bytes;
	size_t got = 0;

	ret->mirror_differs = true;
	int r = nt_runs_read(raw, &raw->mft, 0, a, MIRRORED * len, err);
	if (r < 0)
		return r;
	r = nt_raw_read(raw, NT_MFTMIRR_RECORD, NT_AT_DATA, "", 0, b, MIRRORED * len, &got, err);
	if (!rs_err_ends(r) && (r < 0 || got < MIRRORED * len))
		r = raw->geo.mftmirr_off_bytes
			    ? blk_read(raw->src, raw->geo.mftmirr_off_bytes, b, MIRRORED * len, err)
			    : RS_E_NTFS_DAMAGED;
	if (r < 0)
		return r;
	ret->mirror_differs = false;
	ret->is_mirror_older = true;
	for (unsigned i = 0; i < MIRRORED; i++)
		compare_record(a + i * len, b + i * len, len, ret);
	ret->is_mirror_older &= ret->mirror_differs;
	return 0;
}

/* ---- the verdict ---- */

static void __attribute__((format(printf, 3, 4)))
refuse(struct nt_state *ret, int code, const char *fmt, ...)
{
	va_list ap;

	ret->can_write = false;
	ret->refusal_code = code;
	va_start(ap, fmt);
	(void)vsnprintf(ret->refusal, sizeof(ret->refusal), fmt, ap);
	va_end(ap);
}

static void decide(const struct nt_raw *raw, struct nt_state *ret)
{
	ret->can_write = true;
	if (ret->is_hibernated)
		refuse(ret, RS_E_HIBERNATED, "%s", ret->hibernation);
	else if (ret->log == NT_LOG_CLEAN && ret->log_major >= 2)
		refuse(ret, RS_E_LOG_UNCLEAN,
			"the journal is clean but has the version %u.%u of a running Windows",
			ret->log_major, ret->log_minor);
	else if (ret->log != NT_LOG_CLEAN && ret->log != NT_LOG_WIPED)
		refuse(ret, RS_E_LOG_UNCLEAN, "%s", ret->log_reason);
	else if (raw->geo.from_backup)
		refuse(ret, RS_E_NTFS_DAMAGED, "the boot sector is damaged, only its copy is good");
	else if (raw->mft_fault[0])
		refuse(ret, RS_E_NTFS_DAMAGED, "$MFT: %s", raw->mft_fault);
	else if (!ret->ntfs_major)
		refuse(ret, RS_E_NTFS_DAMAGED, "$Volume cannot be read");
	else if (ret->mirror_differs && !ret->is_mirror_older)
		refuse(ret, RS_E_NTFS_DAMAGED, "the first records of $MFT and their mirror differ");
}

int nt_state_read(struct nt_raw *raw, struct nt_state *ret, struct rs_err *err)
{
	static int (*const readers[])(struct nt_raw *, struct nt_state *, struct rs_err *) = {
		read_log, read_volume, nt_hibernation_read, compare_mirror};

	*ret = (struct nt_state){0};
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		struct rs_err why = {0};
		int r = readers[i](raw, ret, &why);
		if (rs_err_ends(r))
			return rs_err_pass(err, r, &why);
	}
	decide(raw, ret);
	return 0;
}
