/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of the log by their LSN, which says where they are: a record at that place must carry
 * exactly that LSN, and that is also how the end of the log is known. */
#include <string.h>

#include "ntfslog/replay_internal.h"

#define HEADER_BYTES 0x30U

/* Pages are powers of two; a division for each of millions of places is felt. */
static uint32_t page_of(const struct nt_rl *log, uint64_t off_bytes)
{
	return (uint32_t)(off_bytes >> __builtin_ctz(log->area.page_bytes));
}

static uint32_t in_page(const struct nt_rl *log, uint64_t off_bytes)
{
	return (uint32_t)off_bytes & (log->area.page_bytes - 1);
}

uint64_t nt_rl_offset(const struct nt_rl *log, uint64_t lsn)
{
	return (lsn << log->area.seq_bits) >> (log->area.seq_bits - 3);
}

/* The page after @page in the ring. */
static uint32_t next_page(const struct nt_rl *log, uint32_t page)
{
	return page + 1 < log->n_pages ? page + 1 : log->first_page;
}

uint64_t nt_rl_next(const struct nt_rl *log, const struct nt_rl_rec *rec)
{
	const uint32_t size = log->area.page_bytes, data = log->area.data_off;
	uint64_t off = nt_rl_offset(log, rec->lsn), seq = rec->lsn >> (64 - log->area.seq_bits);
	uint32_t page = page_of(log, off), in = in_page(log, off);
	uint64_t left = HEADER_BYTES + ((uint64_t)rec->data.len + 7) / 8 * 8;

	while (left > size - in || size - in - left < HEADER_BYTES) {
		left -= left > size - in ? size - in
					 : left; /* nothing left: no room for the next */
		seq += page + 1 >= log->n_pages;
		page = next_page(log, page);
		in = data;
	}
	in += (uint32_t)left;
	return seq << (64 - log->area.seq_bits) | ((uint64_t)page * size + in) >> 3;
}

static int grow_joined(struct nt_rl *log, size_t len, struct rs_err *err)
{
	if (len <= log->joined_cap)
		return 0;
	free(log->joined);
	log->joined_cap = 2 * len;
	log->joined = malloc(log->joined_cap);
	if (log->joined)
		return 0;
	log->joined_cap = 0;
	return rs_fail(err, RS_E_MEMORY, "records of the journal");
}

/* Data that go on over the next pages; each must have been written since. */
static int collect(struct nt_rl *log, uint32_t page, uint32_t in, size_t len, struct nt_rl_rec *ret,
	struct rs_err *err)
{
	const uint32_t size = log->area.page_bytes, room = size - log->area.data_off;
	uint64_t pages = (len + HEADER_BYTES) / room + 2;
	size_t got = 0;

	if (pages > log->n_pages - log->first_page || len > NT_RP_DATA_MAX)
		return 0;
	/* look before memory is taken: a torn record is the usual end of a log */
	uint32_t at = page;
	for (size_t n = size - in; n < len; n += room) {
		at = next_page(log, at);
		const struct nt_rl_page *m = NULL;
		int is = nt_rl_page_of(log, at, &m, err);
		if (is <= 0)
			return is;
		if (m->last_end < ret->lsn && (len - n <= room || m->last < ret->lsn))
			return 0;
	}
	int r = grow_joined(log, len, err);
	if (r < 0)
		return r;
	while (got < len) {
		const uint8_t *p;
		r = nt_rl_page(log, page, &p, err);
		if (r <= 0)
			return r;
		size_t n = size - in < len - got ? size - in : len - got;
		memcpy(log->joined + got, p + in, n);
		got += n;
		page = next_page(log, page);
		in = log->area.data_off;
	}
	ret->data = (struct rs_view){log->joined, len};
	return 1;
}

int nt_rl_get(struct nt_rl *log, uint64_t lsn, struct nt_rl_rec *ret, struct rs_err *err)
{
	const uint32_t size = log->area.page_bytes;
	uint64_t off = nt_rl_offset(log, lsn);
	const uint8_t *p;

	uint32_t page = page_of(log, off), in = in_page(log, off);
	if (!lsn || page < log->first_page || page >= log->n_pages)
		return 0;
	if (in < log->area.data_off || size - in < HEADER_BYTES)
		return 0;
	int r = nt_rl_page(log, page, &p, err);
	if (r <= 0)
		return r;
	const uint8_t *h = p + in;
	if (rs_le64(h) != lsn)
		return 0;
	*ret = (struct nt_rl_rec){.lsn = lsn,
		.undo_next = rs_le64(h + 0x10),
		.type = rs_le32(h + 0x20),
		/* only client 0 is there */
		.transaction = rs_le16(h + 0x1E) ? UINT32_MAX : rs_le32(h + 0x24),
		.flags = rs_le16(h + 0x28)};
	uint32_t len = rs_le32(h + 0x18);
	in += HEADER_BYTES;
	if (len > size - in)
		return collect(log, page, in, len, ret, err);
	if (rs_le64(p + 0x20) < lsn)
		return 0; /* it does not end on this page, as the page says: written in part */
	ret->data = (struct rs_view){h + HEADER_BYTES, len};
	return 1;
}
