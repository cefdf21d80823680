/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sound.h"

#include <stdio.h>
#include <string.h>

#include "ntfs/internal.h"

#define MIRRORED 4U
#define BITMAP	 6U
#define SYSTEM	 24U /* records that are allocated without being in use */

struct look {
	struct nt_raw *raw;
	uint8_t *owned, *bits, *records; /* clusters of files; $Bitmap; $MFT's bitmap */
	struct sound *ret;
};

static void own(struct look *l, const struct nt_attr *a)
{
	struct nt_runs runs = {.end_vcn = a->lowest_vcn};
	int code;

	(void)nt_runs_add(&runs, a, nt_clusters(l->raw), &code); /* those before a fault count */
	for (size_t i = 0; i < runs.n; i++)
		for (uint64_t k = 0; runs.v[i].lcn != NT_HOLE && k < runs.v[i].clusters; k++) {
			uint64_t at = runs.v[i].lcn + k;

			l->ret->twice += (l->owned[at / 8] >> at % 8) & 1U;
			l->owned[at / 8] |= (uint8_t)(1U << at % 8);
		}
	nt_runs_done(&runs);
}

static bool look_at_record(struct look *l, uint64_t number)
{
	const uint32_t size = nt_raw_geometry(l->raw)->record_bytes;
	uint8_t rec[NT_RECORD_MAX];
	struct nt_attrs walk;
	struct nt_attr a;

	if (nt_runs_read(l->raw, &l->raw->mft, number * size, rec, size, NULL) < 0 ||
		rs_is_zero(rec, size))
		return false; /* never written */
	if (nt_record_prepare(rec, size)) {
		l->ret->torn++;
		return false;
	}
	if (!(nt_record_flags(rec) & NT_RECORD_IN_USE))
		return false;
	nt_attrs_init(&walk, rec, size);
	while (nt_attrs_next(&walk, &a))
		if (!a.is_resident)
			own(l, &a);
	return true;
}

/* From the bytes of both: no fixups, which count the writes. */
static void look_at_mirror(struct look *l, struct blk *b)
{
	const struct nt_geometry *g = nt_raw_geometry(l->raw);
	uint8_t rec[NT_RECORD_MAX], copy[NT_RECORD_MAX];

	for (unsigned i = 0; i < MIRRORED; i++) {
		const uint64_t off = (uint64_t)i * g->record_bytes;

		if (blk_read(b, g->mft_off_bytes + off, rec, g->record_bytes, NULL) < 0 ||
			blk_read(b, g->mftmirr_off_bytes + off, copy, g->record_bytes, NULL) < 0 ||
			memcmp(rec, copy, rs_le32(rec + 0x18)) != 0)
			l->ret->mirror++;
	}
}

static bool look(struct look *l, struct blk *b)
{
	const uint64_t clusters = nt_clusters(l->raw), records = l->raw->records;
	size_t len = 0, n_bits = 0, n_records = 0;

	l->owned = calloc(1, (size_t)(clusters / 8 + 1));
	if (!l->owned ||
		nt_raw_read_all(l->raw, BITMAP, NT_AT_DATA, "", 1U << 24, &l->bits, &n_bits, NULL) <
			0 ||
		nt_raw_read_all(
			l->raw, 0, NT_AT_BITMAP, "", 1U << 24, &l->records, &n_records, NULL) < 0)
		return false;
	for (uint64_t i = 0; i < records; i++) {
		bool is_used = look_at_record(l, i);
		bool is_marked = i / 8 < n_records && ((l->records[i / 8] >> i % 8) & 1U);

		l->ret->records += is_marked != is_used && i >= SYSTEM;
	}
	len = (size_t)(clusters / 8); /* the bits past the end of the volume are set */
	for (size_t i = 0; i < len && i < n_bits; i++) {
		l->ret->leaked += (unsigned)__builtin_popcount(l->bits[i] & ~l->owned[i] & 0xffU);
		l->ret->unmarked += (unsigned)__builtin_popcount(l->owned[i] & ~l->bits[i] & 0xffU);
	}
	look_at_mirror(l, b);
	return true;
}

bool sound_look(struct blk *b, struct sound *ret)
{
	struct look l = {.ret = ret};

	*ret = (struct sound){0};
	if (nt_raw_open(b, &l.raw, NULL) < 0)
		return false;
	bool is_read = look(&l, b);
	nt_raw_close(l.raw);
	free(l.owned);
	free(l.bits);
	free(l.records);
	return is_read;
}

bool sound_differs(const struct sound *was, const struct sound *is, char *ret, size_t cap)
{
	if (memcmp(was, is, sizeof(*was)) == 0)
		return false;
	(void)snprintf(ret, cap,
		"clusters leaked %u, unmarked %u, owned twice %u; records %u in no agreement with "
		"their bitmap, %u torn; %u differ from $MFTMirr",
		is->leaked, is->unmarked, is->twice, is->records, is->torn, is->mirror);
	return true;
}
