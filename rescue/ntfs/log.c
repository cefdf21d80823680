/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two restart pages of $LogFile: did Windows end its work on this volume? Parsed by ourselves:
 * libntfs-3g's answer is an errno, and some of its answers change the disk. */
#include <stdio.h>
#include <string.h>

#include "ntfs/internal.h"

#define PAGE_USUAL    4096U
#define PAGE_MAX      65536U
#define HEADER_BYTES  0x1EU
#define AREA_BYTES    0x30U /* of the restart area, that we look at */
#define NO_CLIENT     0xFFFFU
#define AREA_IS_CLEAN 2U

enum page_kind {
	PAGE_ABSENT,  /* all FF: never written */
	PAGE_INVALID, /* neither RSTR nor CHKD, or torn */
	PAGE_BAD_SHAPE,
	PAGE_VALID,
};

struct page {
	enum page_kind kind;
	const char *fault;
	bool is_chkd, is_clean;
	uint16_t major, minor;
	uint32_t at, page_bytes;
	uint64_t current_lsn;
};

static bool is_wiped(const uint8_t *p, size_t len)
{
	return len && p[0] == 0xFF && memcmp(p, p + 1, len - 1) == 0;
}

bool nt_log_is_blank(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i += NT_STRIDE_BYTES) {
		size_t n = len - i < NT_STRIDE_BYTES ? len - i : NT_STRIDE_BYTES;
		if (!is_wiped(p + i, n) && !rs_is_zero(p + i, n))
			return false;
	}
	return true;
}

static bool is_page_size(uint32_t v)
{
	return v >= NT_STRIDE_BYTES && v <= PAGE_MAX && !(v & (v - 1));
}

/* The restart area of a page whose fixups are undone. */
static const char *parse_area(struct rs_view v, struct page *ret)
{
	struct rs_view area;
	uint16_t off = rs_le16(v.p + 0x18);

	if (off % 8 || off < HEADER_BYTES || !rs_view_sub(v, off, AREA_BYTES, &area))
		return "place of the restart area";
	uint16_t clients = rs_le16(area.p + 8), in_use = rs_le16(area.p + 0xC);
	if (in_use != NO_CLIENT && in_use >= clients)
		return "list of clients";
	if (!is_page_size(rs_le32(v.p + 0x14)))
		return "size of a log page";
	ret->current_lsn = rs_le64(area.p);
	ret->is_clean = in_use == NO_CLIENT || (rs_le16(area.p + 0xE) & AREA_IS_CLEAN);
	return NULL;
}

static bool is_known_version(const struct page *p)
{
	return (p->major == 1 && p->minor <= 1) || (p->major == 2 && p->minor == 0);
}

static void parse_page(struct rs_view log, size_t off_bytes, struct page *ret)
{
	uint8_t buf[PAGE_MAX];
	struct rs_view v;

	*ret = (struct page){
		.kind = PAGE_INVALID, .fault = "no RSTR signature", .at = (uint32_t)off_bytes};
	if (!rs_view_sub(log, off_bytes, NT_STRIDE_BYTES, &v))
		return;
	if (is_wiped(v.p, v.len)) {
		ret->kind = PAGE_ABSENT;
		return;
	}
	ret->is_chkd = memcmp(v.p, "CHKD", 4) == 0;
	if (!ret->is_chkd && memcmp(v.p, "RSTR", 4) != 0)
		return;
	ret->page_bytes = rs_le32(v.p + 0x10);
	ret->minor = rs_le16(v.p + 0x1A);
	ret->major = rs_le16(v.p + 0x1C);
	ret->fault = "size of a restart page";
	if (!is_page_size(ret->page_bytes) || !rs_view_sub(log, off_bytes, ret->page_bytes, &v))
		return;
	memcpy(buf, v.p, v.len);
	ret->fault = nt_fixup(buf, v.len);
	if (ret->fault)
		return;
	ret->fault = parse_area((struct rs_view){buf, v.len}, ret);
	ret->kind = ret->fault || !is_known_version(ret) ? PAGE_BAD_SHAPE : PAGE_VALID;
}

/* The second page lies one page behind the first, whatever its size is. */
static void parse_second(struct rs_view log, const struct page *first, struct page *ret)
{
	if (first->kind >= PAGE_BAD_SHAPE) {
		parse_page(log, first->page_bytes, ret);
		return;
	}
	parse_page(log, PAGE_USUAL, ret);
	for (uint32_t size = NT_STRIDE_BYTES; ret->kind <= PAGE_INVALID && size <= PAGE_MAX;
		size *= 2) {
		struct page other;
		parse_page(log, size, &other);
		if (other.kind >= PAGE_BAD_SHAPE && other.page_bytes == size)
			*ret = other;
	}
}

static void __attribute__((format(printf, 3, 4)))
say(struct nt_state *ret, enum nt_log_state state, const char *fmt, ...)
{
	va_list ap;

	ret->log = state;
	va_start(ap, fmt);
	(void)vsnprintf(ret->log_reason, sizeof(ret->log_reason), fmt, ap);
	va_end(ap);
}

static void judge(const struct page *use, const struct page *other, struct nt_state *ret)
{
	ret->log_major = use->major;
	ret->log_minor = use->minor;
	ret->log_current_lsn = use->current_lsn;
	ret->log_page_at = use->at;
	ret->is_log_page_alone = other->kind != PAGE_VALID;
	if (use->kind == PAGE_BAD_SHAPE && use->fault)
		say(ret, NT_LOG_UNSUPPORTED, "the journal's restart page has an unknown shape: %s",
			use->fault);
	else if (use->kind == PAGE_BAD_SHAPE)
		say(ret, NT_LOG_UNSUPPORTED, "the journal has the unknown version %u.%u",
			use->major, use->minor);
	else if (use->is_chkd)
		say(ret, NT_LOG_CHKDSK, "chkdsk worked on this volume and voided the journal");
	else if (!use->is_clean)
		say(ret, NT_LOG_UNCLEAN,
			"Windows did not dismount this volume: its journal (version %u.%u) is open",
			use->major, use->minor);
	else if (other->kind == PAGE_INVALID)
		/* the damaged page may have been the newer one, written when power failed */
		say(ret, NT_LOG_UNCLEAN, "one of the journal's two restart pages is damaged: %s",
			other->fault);
	else
		ret->log = NT_LOG_CLEAN;
}

/* Which of two pages counts: the one that is not understood, else the valid one with the greater
 * LSN, else the one that is not clean. */
static bool is_second_newer(const struct page *a, const struct page *b)
{
	if (a->kind == PAGE_BAD_SHAPE || b->kind == PAGE_BAD_SHAPE)
		return a->kind != PAGE_BAD_SHAPE;
	if (a->kind != b->kind)
		return b->kind == PAGE_VALID;
	if (a->current_lsn != b->current_lsn)
		return b->current_lsn > a->current_lsn;
	return a->is_clean && !b->is_clean;
}

void nt_log_parse(struct rs_view log, struct nt_state *ret)
{
	struct page a, b;

	ret->log_major = ret->log_minor = 0;
	ret->log_current_lsn = 0;
	ret->log_reason[0] = '\0';
	if (log.len < (size_t)2 * NT_STRIDE_BYTES) {
		say(ret, NT_LOG_TORN, "the journal is shorter than its first pages");
		return;
	}
	parse_page(log, 0, &a);
	parse_second(log, &a, &b);
	if (a.kind == PAGE_ABSENT && b.kind == PAGE_ABSENT && nt_log_is_blank(log.p, log.len)) {
		ret->log = NT_LOG_WIPED;
		return;
	}
	if (a.kind <= PAGE_INVALID && b.kind <= PAGE_INVALID)
		say(ret, NT_LOG_TORN, "the journal has no valid restart page: %s",
			a.kind == PAGE_ABSENT ? "wiped in part" : a.fault);
	else if (is_second_newer(&a, &b))
		judge(&b, &a, ret);
	else
		judge(&a, &b, ret);
}

const char *nt_log_state_text(enum nt_log_state s)
{
	static const char *const text[] = {
		"wiped", "clean", "unclean", "void (chkdsk)", "torn", "unsupported", "unreadable"};

	return (unsigned)s < sizeof(text) / sizeof(text[0]) ? text[s] : "unknown";
}
