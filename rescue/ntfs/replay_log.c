/* SPDX-License-Identifier: GPL-3.0-or-later */
/* $LogFile in memory: which restart page counts, and for each page of the ring which of its copies
 * is the newest. The last page that Windows wrote may exist only as a copy in front of the ring. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ntfs/replay_internal.h"

#define LOGFILE_RECORD 2U
#define READ_BYTES     (1U << 20)
#define STATE_BYTES    (2U << 16) /* what the state's parser may look at */
#define PAGE_MAX       65536U
#define AREA_BYTES     0x30U
#define CLIENT_BYTES   0xA0U
#define NO_CLIENT      0xFFFFU
#define HEADER_BYTES   0x30U /* of a record */
#define FIRST_PAGE_V2  0x22U
#define TAILS_V2       2U
#define NO_PAGE	       UINT32_MAX

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

/* A restart page at @off_bytes. */
static void load_area(
	const struct nt_rl *log, uint64_t off_bytes, struct nt_rl_area *ret, const char **ret_fault)
{
	uint8_t buf[PAGE_MAX];

	*ret = (struct nt_rl_area){0};
	*ret_fault = "no restart page";
	if (off_bytes > log->len || log->len - off_bytes < NT_STRIDE_BYTES)
		return;
	const uint8_t *p = log->bytes + off_bytes;
	uint32_t len = rs_le32(p + 0x10);
	if (memcmp(p, "RSTR", 4) != 0 || len < NT_STRIDE_BYTES || len > PAGE_MAX ||
		(len & (len - 1)) || log->len - off_bytes < len)
		return;
	memcpy(buf, p, len);
	*ret_fault = nt_fixup(buf, len);
	if (*ret_fault)
		return;
	ret->sys_bytes = len;
	*ret_fault = parse_area((struct rs_view){buf, len}, ret);
	ret->is_there = !*ret_fault;
}

static int choose_area(struct nt_rp *rp)
{
	struct nt_rl *log = &rp->log;
	struct nt_rl_area a, b;
	const char *fault_a, *fault_b;

	load_area(log, 0, &a, &fault_a);
	load_area(log, a.is_there ? a.sys_bytes : 4096, &b, &fault_b);
	for (uint32_t at = NT_STRIDE_BYTES; !a.is_there && !b.is_there && at <= PAGE_MAX; at *= 2) {
		load_area(log, at, &b, &fault_b);
		b.is_there = b.is_there && b.sys_bytes == at;
	}
	if (!a.is_there && !b.is_there)
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, 0, "restart page: %s", fault_a);
	log->use = !a.is_there ||
		   (b.is_there &&
			   (b.current_lsn > a.current_lsn ||
				   (b.current_lsn == a.current_lsn && a.is_clean && !b.is_clean)));
	log->area = log->use ? b : a;
	log->is_other_bad = !a.is_there || !b.is_there;
	rp->plan->log_major = log->area.major;
	rp->plan->log_minor = log->area.minor;
	bool is_v1 = log->area.major == 1 && log->area.minor <= 1;
	if (!is_v1 && (log->area.major != 2 || log->area.minor != 0))
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, 0, "log version %u.%u",
			log->area.major, log->area.minor);
	return 0;
}

static int read_all(struct nt_rp *rp, struct rs_err *err)
{
	struct nt_rl *log = &rp->log;
	int r = nt_stream_open(rp->raw, LOGFILE_RECORD, NT_AT_DATA, "", &log->stream, err);

	if (r == RS_E_IO_READ || r == RS_E_MEMORY)
		return r;
	if (r < 0)
		return nt_rp_refuse(rp, NT_PENDING_TORN, 0, "$LogFile cannot be found");
	log->len = log->stream.data_bytes;
	if (log->len < STATE_BYTES || log->len > NT_RP_LOG_MAX || log->stream.is_resident)
		return nt_rp_refuse(
			rp, NT_PENDING_UNSUPPORTED, 0, "a $LogFile of %" PRIu64 " bytes", log->len);
	if (log->stream.flags & (NT_ATTR_COMPRESSED | NT_ATTR_ENCRYPTED | NT_ATTR_SPARSE))
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, 0, "$LogFile is compressed");
	log->bytes = malloc(log->len);
	if (!log->bytes)
		return rs_fail(err, RS_E_MEMORY, "journal");
	for (uint64_t at = 0; at < log->len;) {
		size_t n = log->len - at < READ_BYTES ? (size_t)(log->len - at) : READ_BYTES, got;
		if (!rs_task_step(rp->task, "journal", at, log->len))
			return rs_fail(err, RS_E_CANCELLED, "%s", "");
		r = nt_stream_read(rp->raw, &log->stream, at, log->bytes + at, n, &got, err);
		if (r == RS_E_NTFS_DAMAGED)
			return nt_rp_refuse(
				rp, NT_PENDING_TORN, 0, "$LogFile is not wholly mapped");
		if (r < 0)
			return r;
		memset(log->bytes + at + got, 0, n - got);
		at += n;
	}
	return 0;
}

/* Undo the fixups of a page in place; false: it is none. */
static bool prepare_page(struct nt_rl *log, uint32_t page)
{
	uint8_t *p = log->bytes + (uint64_t)page * log->area.page_bytes;

	return memcmp(p, "RCRD", 4) == 0 && !nt_fixup(p, log->area.page_bytes);
}

static uint64_t last_end(const struct nt_rl *log, uint32_t page)
{
	return rs_le64(log->bytes + (uint64_t)page * log->area.page_bytes + 0x20);
}

/* The page of the ring that a copy in front of it stands for. */
static uint32_t home_of(const struct nt_rl *log, uint32_t page)
{
	const uint8_t *p = log->bytes + (uint64_t)page * log->area.page_bytes;
	uint64_t home = log->area.major == 1 ? rs_le64(p + 8) : rs_le32(p + 0x3C);

	if (home % log->area.page_bytes || home / log->area.page_bytes >= log->n_pages ||
		home / log->area.page_bytes < log->first_page)
		return NO_PAGE;
	return (uint32_t)(home / log->area.page_bytes);
}

/* For each page the newest valid copy, the one at home on a tie. */
static int choose_pages(struct nt_rp *rp, struct rs_err *err)
{
	struct nt_rl *log = &rp->log;
	uint32_t size = log->area.page_bytes, tail = 2 * log->area.sys_bytes / size;

	log->first_page = log->area.major == 1 ? tail + 2 : FIRST_PAGE_V2;
	if (log->area.major == 2)
		tail = tail > TAILS_V2 ? tail : TAILS_V2;
	if (log->area.file_bytes > log->len)
		return nt_rp_refuse(rp, NT_PENDING_TORN, 0, "$LogFile is shorter than it says");
	log->n_pages = (uint32_t)(log->area.file_bytes / size);
	if (log->n_pages < log->first_page + 2)
		return nt_rp_refuse(
			rp, NT_PENDING_UNSUPPORTED, 0, "a log of %" PRIu32 " pages", log->n_pages);
	log->at = malloc(log->n_pages * sizeof(*log->at));
	if (!log->at)
		return rs_fail(err, RS_E_MEMORY, "journal");
	for (uint32_t i = 0; i < log->n_pages; i++)
		log->at[i] = i >= log->first_page && prepare_page(log, i) ? i : NO_PAGE;
	for (uint32_t i = tail; i < log->first_page; i++) {
		if (!prepare_page(log, i))
			continue;
		uint32_t home = home_of(log, i);
		if (home != NO_PAGE && (log->at[home] == NO_PAGE ||
					       last_end(log, i) > last_end(log, log->at[home])))
			log->at[home] = i;
	}
	return 0;
}

int nt_rl_open(struct nt_rp *rp, struct rs_err *err)
{
	struct nt_state state = {0};
	struct nt_replay *plan = rp->plan;

	int r = read_all(rp, err);
	if (r)
		return r;
	nt_log_parse((struct rs_view){rp->log.bytes, rp->log.len}, &state);
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
	r = choose_area(rp);
	return r ? r : choose_pages(rp, err);
}

const uint8_t *nt_rl_page(const struct nt_rl *log, uint32_t page)
{
	if (page >= log->n_pages || log->at[page] == NO_PAGE)
		return NULL;
	return log->bytes + (uint64_t)log->at[page] * log->area.page_bytes;
}

uint64_t nt_rl_greatest(const struct nt_rl *log)
{
	uint64_t ret = 0;

	for (uint32_t i = log->first_page; i < log->n_pages; i++)
		if (log->at[i] != NO_PAGE && last_end(log, log->at[i]) > ret)
			ret = last_end(log, log->at[i]);
	return ret;
}

void nt_rl_done(struct nt_rl *log)
{
	while (log->multi) {
		void *next = *(void **)log->multi;
		free(log->multi);
		log->multi = next;
	}
	free(log->at);
	free(log->bytes);
	nt_stream_done(&log->stream);
}
