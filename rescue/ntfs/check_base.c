/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the checker share: its words, the volume's maps. */
#include "ntfs/check.h"

#include <inttypes.h>
#include <stdlib.h>

#define UPCASE_RECORD 10U
#define UPCASE_UNITS  65536U
#define BITMAP_RECORD 6U

int nt_ck_wrong(const struct nt_ck *c, uint64_t number, const char *what, struct rs_err *err)
{
	return rs_fail(err, c->code, "%sMFT record %" PRIu64 ": %s", c->when, number, what);
}

int nt_ck_add(struct rs_numbers *l, uint64_t number, struct rs_err *err)
{
	return rs_numbers_add(l, number) ? 0 : rs_fail(err, RS_E_MEMORY, "checks");
}

int nt_ck_open(struct nt_ck *c, struct nt_raw *raw, int code, const char *when, struct rs_err *err)
{
	auto_free uint8_t *table = calloc(UPCASE_UNITS, 2);
	size_t n = 0;

	*c = (struct nt_ck){.raw = raw,
		.code = code,
		.when = when,
		.upcase = calloc(UPCASE_UNITS, sizeof(*c->upcase))};
	if (!table || !c->upcase)
		return rs_fail(err, RS_E_MEMORY, "$UpCase");
	int r = nt_raw_read(
		raw, UPCASE_RECORD, NT_AT_DATA, "", 0, table, 2UL * UPCASE_UNITS, &n, err);
	for (size_t i = 0; i < UPCASE_UNITS; i++)
		c->upcase[i] = 2 * i + 1 < n ? rs_le16(table + 2 * i) : (uint16_t)i;
	if (r == 0)
		r = nt_stream_open(raw, BITMAP_RECORD, NT_AT_DATA, "", &c->bitmap, err);
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
