/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the checker share: its words, the volume's maps. */
#include "ntfs/check.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>

#define UPCASE_UNITS 65536U

int nt_ck_wrong(const struct nt_ck *c, uint64_t number, const char *what, struct rs_err *err)
{
	return rs_fail(err, c->code, "%sMFT record %" PRIu64 ": %s", c->when, number, what);
}

int nt_ck_add(struct rs_numbers *l, uint64_t number, struct rs_err *err)
{
	return rs_numbers_add(l, number) ? 0 : rs_fail(err, RS_E_MEMORY, "checks");
}

int nt_ck_ref(const struct nt_ck *c, uint64_t ref, bool is_folder, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX];
	const uint64_t number = NT_REF_RECORD(ref);
	int r = nt_raw_record(c->raw, number, rec, err);

	if (r < 0)
		return r;
	if (!(nt_record_flags(rec) & NT_RECORD_IN_USE))
		return nt_ck_wrong(c, number, "not in use", err);
	if (nt_record_sequence(rec) != NT_REF_SEQUENCE(ref))
		return nt_ck_wrong(c, number, "belongs to another file now", err);
	if (nt_record_base(rec))
		return nt_ck_wrong(c, number, "is a part of another record", err);
	if (is_folder && !(nt_record_flags(rec) & NT_RECORD_IS_DIR))
		return nt_ck_wrong(c, number, "is no folder", err);
	return 0;
}

int nt_ck_open(struct nt_ck *c, struct nt_raw *raw, int code, const char *when, struct rs_err *err)
{
	size_t n = 0;

	*c = (struct nt_ck){.raw = raw,
		.code = code,
		.when = when,
		.upcase = calloc(UPCASE_UNITS, sizeof(*c->upcase))};
	if (!c->upcase)
		return rs_fail(err, RS_E_MEMORY, "$UpCase");
	int r = nt_raw_read(
		raw, NT_UPCASE_RECORD, NT_AT_DATA, "", 0, c->upcase, 2UL * UPCASE_UNITS, &n, err);
	for (size_t i = 0; i < UPCASE_UNITS; i++)
		c->upcase[i] = 2 * i + 1 < n ? le16toh(c->upcase[i]) : (uint16_t)i;
	if (r == 0)
		r = nt_stream_open(raw, NT_BITMAP_RECORD, NT_AT_DATA, "", &c->bitmap, err);
	if (r == 0)
		r = nt_stream_open(raw, 0, NT_AT_BITMAP, "", &c->mft_bitmap, err);
	return r;
}

void nt_ck_done(struct nt_ck *c)
{
	free(c->upcase);
	nt_stream_done(&c->bitmap);
	nt_stream_done(&c->mft_bitmap);
	rs_numbers_done(&c->files);
	rs_numbers_done(&c->parents);
	free(c->extents);
}
