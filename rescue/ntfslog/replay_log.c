/* SPDX-License-Identifier: GPL-3.0-or-later */
/* $LogFile: which restart page counts, and for each page of the ring which of its copies is the
 * newest. The last page that Windows wrote may exist only as a copy in front of the ring. The log
 * is read once for that and never held: later its pages come through a small cache. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ntfslog/replay_internal.h"

#define HEAD_BYTES    (2U << 16) /* both restart pages, whatever their size */
#define CHUNK_BYTES   (1U << 16) /* of the cache; not less than a page */
#define CHUNKS	      4U
#define PAGE_MAX      65536U
#define AREA_BYTES    0x30U
#define CLIENT_BYTES  0xA0U
#define NO_CLIENT     0xFFFFU
#define HEADER_BYTES  0x30U /* of a record */
#define FIRST_PAGE_V2 0x22U
#define TAILS_V2      2U
#define NO_PAGE	      UINT32_MAX

static unsigned bits_of(uint64_t v)
{
	return v ? 64U - (unsigned)__builtin_clzll(v) : 0;
}

/* Fields of a restart page whose fixups are undone. NULL or what is wrong. */
static const char *parse_area(struct rs_view v, struct nt_rl_area *a)
{
	struct rs_view area, client;

	a->page_bytes = rs_le32(v.p + 0x14);
	a->area_off = rs_le16(v.p + 0x18);
	a->minor = rs_le16(v.p + 0x1A);
	a->major = rs_le16(v.p + 0x1C);
	if (a->page_bytes < NT_STRIDE_BYTES || a->page_bytes > PAGE_MAX ||
		(a->page_bytes & (a->page_bytes - 1)))
		return "size of a log page";
	if (!rs_view_sub(v, a->area_off, AREA_BYTES, &area))
		return "place of the restart area";
	a->current_lsn = rs_le64(area.p);
	uint16_t clients = rs_le16(area.p + 8), in_use = rs_le16(area.p + 0xC);
	a->is_clean = in_use == NO_CLIENT || (rs_le16(area.p + 0xE) & 2);
	a->seq_bits = rs_le32(area.p + 0x10);
	a->client_off = rs_le16(area.p + 0x16);
	a->file_bytes = rs_le64(area.p + 0x18);
	a->header_bytes = rs_le16(area.p + 0x24);
	a->data_off = rs_le16(area.p + 0x26);
	if (clients != 1 || (in_use && in_use != NO_CLIENT))
		return "not exactly one client";
	if (!rs_view_sub(v, (size_t)a->area_off + a->client_off, CLIENT_BYTES, &client))
		return "place of the client";
	a->oldest_lsn = rs_le64(client.p);
	a->restart_lsn = rs_le64(client.p + 8);
	if (a->seq_bits < 16 || a->seq_bits > 63 || a->seq_bits != 67 - bits_of(a->file_bytes))
		return "number of sequence bits";
	if (a->header_bytes != HEADER_BYTES)
		return "length of a record's header";
	if (a->data_off < 0x40 || a->data_off % 8 || a->data_off > a->page_bytes - HEADER_BYTES)
		return "place of a page's data";
	return NULL;
}

/* The restart page that counts, once more: a replay needs more of it. */
static int load_area(struct nt_rp *rp, const struct nt_state *state)
{
	struct nt_rl *log = &rp->log;
	uint8_t buf[PAGE_MAX];
	const uint8_t *p = log->head + state->log_page_at;
	const uint32_t len = rs_le32(p + 0x10); /* nt_log_parse has seen that it lies in the head */

	memcpy(buf, p, len);
	const char *fault = nt_fixup(buf, len);
	if (!fault && state->log_page_at && state->log_page_at != len)
		fault = "its place";
	if (!fault)
		fault = parse_area((struct rs_view){buf, len}, &log->area);
	if (fault)
		return nt_rp_unknown(rp, 0, "restart page: %s", fault);
	log->area.sys_bytes = len;
	log->area_at = state->log_page_at;
	log->is_other_bad = state->is_log_page_alone;
	return 0;
}

int nt_rl_unmapped(struct nt_rp *rp)
{
	return nt_rp_torn(rp, 0, "$LogFile is not wholly mapped");
}

/* Bytes of the log as they lie on the disk. */
static int read_log(struct nt_rl *log, uint64_t at, uint8_t *buf, size_t len, struct rs_err *err)
{
	size_t got = 0;
	int r = nt_stream_read(log->raw, &log->stream, at, buf, len, &got, err);

	if (r == 0)
		memset(buf + got, 0, len - got);
	return r;
}

static int open_log(struct nt_rp *rp, struct rs_err *err)
{
	struct nt_rl *log = &rp->log;

	log->raw = rp->raw;
	int r = nt_stream_open(rp->raw, NT_LOGFILE_RECORD, NT_AT_DATA, "", &log->stream, err);
	if (rs_err_unread(r))
		return r;
	if (r < 0)
		return nt_rp_torn(rp, 0, "$LogFile cannot be found");
	log->len = log->stream.data_bytes;
	if (log->len < HEAD_BYTES || log->len > NT_RP_LOG_MAX || log->stream.is_resident)
		return nt_rp_unknown(rp, 0, "a $LogFile of %" PRIu64 " bytes", log->len);
	if (log->stream.flags & (NT_ATTR_COMPRESSED | NT_ATTR_ENCRYPTED | NT_ATTR_SPARSE))
		return nt_rp_unknown(rp, 0, "$LogFile is compressed");
	log->head = malloc(HEAD_BYTES);
	if (!log->head)
		return rs_fail(err, RS_E_MEMORY, "journal");
	r = read_log(log, 0, log->head, HEAD_BYTES, err);
	return r == RS_E_NTFS_DAMAGED ? nt_rl_unmapped(rp) : r;
}

/* ---- pages ---- */

/* Undo the fixups of a page in place; false: it is none. */
static bool prepare_page(uint8_t *p, uint32_t len)
{
	return memcmp(p, "RCRD", 4) == 0 && !nt_fixup(p, len);
}

/* The page of the ring that a copy in front of it stands for. */
static uint32_t home_of(const struct nt_rl *log, const uint8_t *p)
{
	uint64_t home = log->area.major == 1 ? rs_le64(p + 8) : rs_le32(p + 0x3C);

	if (home % log->area.page_bytes || home / log->area.page_bytes >= log->n_pages ||
		home / log->area.page_bytes < log->first_page)
		return NO_PAGE;
	return (uint32_t)(home / log->area.page_bytes);
}

/* A stretch of the log into the cache, fixups undone; what is kept of its pages. */
static int load_chunk(struct nt_rl *log, uint64_t chunk, struct rs_err *err)
{
	const uint32_t size = log->area.page_bytes;
	const uint64_t at = chunk * CHUNK_BYTES, end = (uint64_t)log->n_pages * size;
	uint8_t *to = log->cache + chunk % CHUNKS * CHUNK_BYTES;
	size_t n = end - at < CHUNK_BYTES ? (size_t)(end - at) : CHUNK_BYTES;

	log->chunks[chunk % CHUNKS] = 0;
	log->page_bytes = NULL;
	int r = read_log(log, at, to, n, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i += size) {
		struct nt_rl_page *m = &log->pages[(at + i) / size];
		m->is_known = true;
		m->is_valid = prepare_page(to + i, size);
		if (!m->is_valid)
			memset(to + i, 0, size);
		m->last = rs_le64(to + i + 8);
		m->last_end = rs_le64(to + i + 0x20);
	}
	log->chunks[chunk % CHUNKS] = chunk + 1;
	return 0;
}

/* The bytes of a page where it lies, whatever it is. */
static int load_page(struct nt_rl *log, uint32_t page, const uint8_t **ret, struct rs_err *err)
{
	const uint64_t at = (uint64_t)page * log->area.page_bytes, chunk = at / CHUNK_BYTES;
	int r = log->chunks[chunk % CHUNKS] == chunk + 1 ? 0 : load_chunk(log, chunk, err);

	*ret = log->cache + chunk % CHUNKS * CHUNK_BYTES + at % CHUNK_BYTES;
	return r;
}

int nt_rl_page_of(
	struct nt_rl *log, uint32_t page, const struct nt_rl_page **ret, struct rs_err *err)
{
	const uint8_t *p;

	if (page < log->first_page || page >= log->n_pages)
		return 0;
	const struct nt_rl_page *m = &log->pages[log->pages[page].at];
	int r = m->is_known ? 0 : load_page(log, log->pages[page].at, &p, err);
	*ret = m;
	return r < 0 ? r : m->is_valid;
}

int nt_rl_page(struct nt_rl *log, uint32_t page, const uint8_t **ret, struct rs_err *err)
{
	if (log->page_bytes && page == log->page) {
		*ret = log->page_bytes;
		return 1;
	}
	if (page < log->first_page || page >= log->n_pages)
		return 0;
	int r = load_page(log, log->pages[page].at, ret, err);
	if (r < 0 || !log->pages[log->pages[page].at].is_valid)
		return r;
	log->page = page;
	log->page_bytes = *ret;
	return 1;
}

/* For each page the newest valid copy, the one at home on a tie. */
static int choose_copy(struct nt_rl *log, uint32_t copy, struct rs_err *err)
{
	const struct nt_rl_page *now = NULL, *it = &log->pages[copy];
	const uint8_t *p;

	int r = load_page(log, copy, &p, err);
	if (r < 0 || !it->is_valid)
		return r;
	uint32_t home = home_of(log, p);
	if (home == NO_PAGE)
		return 0;
	r = nt_rl_page_of(log, home, &now, err);
	if (r >= 0 && (!r || it->last_end > now->last_end))
		log->pages[home].at = copy;
	return r < 0 ? r : 0;
}

static int choose_pages(struct nt_rp *rp, struct rs_err *err)
{
	struct nt_rl *log = &rp->log;
	uint32_t size = log->area.page_bytes, tail = 2 * log->area.sys_bytes / size;

	log->first_page = log->area.major == 1 ? tail + 2 : FIRST_PAGE_V2;
	if (log->area.major == 2)
		tail = tail > TAILS_V2 ? tail : TAILS_V2;
	if (log->area.file_bytes > log->len)
		return nt_rp_torn(rp, 0, "$LogFile is shorter than it says");
	log->n_pages = (uint32_t)(log->area.file_bytes / size);
	if (log->n_pages < log->first_page + 2)
		return nt_rp_unknown(rp, 0, "a log of %" PRIu32 " pages", log->n_pages);
	log->pages = calloc(log->n_pages, sizeof(*log->pages));
	log->cache = malloc((size_t)CHUNKS * CHUNK_BYTES);
	if (!log->pages || !log->cache)
		return rs_fail(err, RS_E_MEMORY, "journal");
	int r = 0;
	for (uint32_t i = 0; i < log->n_pages; i++)
		log->pages[i].at = i;
	for (uint32_t i = tail; r == 0 && i < log->first_page; i++)
		r = choose_copy(log, i, err);
	return r == RS_E_NTFS_DAMAGED ? nt_rl_unmapped(rp) : r;
}

int nt_rl_open(struct nt_rp *rp, struct rs_err *err)
{
	struct nt_state state = {0};
	struct nt_replay *plan = rp->plan;

	int r = open_log(rp, err);
	if (r)
		return r;
	nt_log_parse((struct rs_view){rp->log.head, HEAD_BYTES}, &state);
	plan->log_major = state.log_major;
	plan->log_minor = state.log_minor;
	if (state.log == NT_LOG_WIPED || state.log == NT_LOG_CLEAN) {
		plan->pending = NT_PENDING_NONE;
		return NT_RP_REFUSED; /* nothing to look for: ends here, without a reason */
	}
	if (state.log != NT_LOG_UNCLEAN)
		return nt_rp_refuse(rp,
			state.log == NT_LOG_TORN ? NT_PENDING_TORN : NT_PENDING_UNSUPPORTED, 0,
			"%s", state.log_reason);
	r = load_area(rp, &state);
	return r ? r : choose_pages(rp, err);
}

int nt_rl_greatest(struct nt_rl *log, uint64_t *ret, struct rs_err *err)
{
	const struct nt_rl_page *m = NULL;

	*ret = 0;
	for (uint32_t i = log->first_page; i < log->n_pages; i++) {
		int r = nt_rl_page_of(log, i, &m, err);
		if (r < 0)
			return r;
		if (r && m->last_end > *ret)
			*ret = m->last_end;
	}
	return 0;
}

void nt_rl_done(struct nt_rl *log)
{
	free(log->joined);
	free(log->pages);
	free(log->cache);
	free(log->head);
	nt_stream_done(&log->stream);
}
