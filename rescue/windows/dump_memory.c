/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory that a large dump of x64 holds, by virtual address. Which physical pages are there
 * says a list of runs (full dumps) or a bitmap (all newer ones; the pages follow in its order);
 * where an address lies say the tables of pages that DirectoryTableBase points to. Nothing of it is
 * believed: a walk has as many steps as there are levels, and what lies outside the file is not
 * there. Sources: DUMP_HEADER64, PHYSICAL_MEMORY_DESCRIPTOR64 and SUMMARY_DUMP64 (ntdumpx.h), as
 * volatility and kdmp-parser read them; Intel SDM volume 3, section 4.5. */
#include "windows/dump_internal.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"

#define PAGE		0x1000U
#define TABLES_AT	0x10U
#define RUNS_AT		0x88U
#define RUNS_MAX	42U /* the header has no room for more */
#define SUMMARY_BYTES	0x38U
#define PHYSICAL_BITS	52U
#define PAGES_MAX	(1ULL << (PHYSICAL_BITS - 12))
#define BITMAP_MAX	(64ULL << 20) /* of 2 TiB of memory */
#define BLOCK_BITS	(8ULL * PAGE)
#define SLOTS		64U
#define READS_MAX	4096U /* of pages; a machine of 250 modules takes some hundred */
#define ENTRY_PRESENT	1ULL
#define ENTRY_LARGE	0x80ULL
#define LARGE_LEVEL_MAX 2U /* 2 MiB and 1 GiB; the levels above have no pages of their own */

struct run {
	uint64_t first, count, at; /* pages; bytes in the file */
};

struct slot {
	uint64_t at;
	size_t len; /* 0: empty */
	uint8_t p[PAGE];
};

struct win_memory {
	const struct win_src *src;
	uint64_t tables; /* address of the uppermost one */
	unsigned levels;
	struct run runs[RUNS_MAX];
	size_t n_runs; /* 0: it has a bitmap */
	uint64_t bits, bits_at, pages_at;
	uint64_t *ranks; /* pages before each block of the bitmap */
	uint64_t n_ranks;
	unsigned reads, next;
	struct slot slots[SLOTS];
};

void win_memory_close(struct win_memory *m)
{
	if (!m)
		return;
	free(m->ranks);
	free(m);
}

/* ---- which pages there are ---- */

static int runs_open(struct win_memory *m, struct rs_view head, struct rs_err *err)
{
	uint64_t at = head.len;
	uint32_t n = 0;

	(void)rs_view_u32(head, RUNS_AT, &n);
	if (!n || n > RUNS_MAX)
		return rs_fail(err, RS_E_UNSUPPORTED, "its list of pages cannot be read");
	for (uint32_t i = 0; i < n; i++) {
		struct run *r = &m->runs[i];
		r->first = win_dump_number(head, RUNS_AT + 0x10 + 0x10UL * i, true);
		r->count = win_dump_number(head, RUNS_AT + 0x18 + 0x10UL * i, true);
		r->at = at;
		if (r->first >= PAGES_MAX || r->count > PAGES_MAX - r->first)
			return rs_fail(err, RS_E_UNSUPPORTED, "its list of pages cannot be read");
		at += r->count * PAGE;
	}
	m->n_runs = n;
	return 0;
}

static int bitmap_open(struct win_memory *m, struct rs_view head, struct rs_err *err)
{
	uint8_t raw[SUMMARY_BYTES];
	struct rs_view v = {raw, sizeof(raw)};

	if (m->src->size_bytes - head.len < sizeof(raw))
		return rs_fail(err, RS_E_UNSUPPORTED, "cut off after its header");
	int r = m->src->read(m->src->user, head.len, raw, sizeof(raw), err);
	if (r < 0)
		return r;
	if (memcmp(raw, "SDMPDUMP", 8) != 0 && memcmp(raw, "FDMPDUMP", 8) != 0)
		return rs_fail(err, RS_E_UNSUPPORTED, "its list of pages is not there");
	m->pages_at = win_dump_number(v, 0x20, true);
	m->bits = win_dump_number(v, 0x30, true);
	m->bits_at = head.len + sizeof(raw);
	if (!m->bits || m->bits > 8 * BITMAP_MAX || m->pages_at < m->bits_at ||
		m->pages_at - m->bits_at < (m->bits + 7) / 8)
		return rs_fail(err, RS_E_UNSUPPORTED, "its list of pages cannot be read");
	if (m->pages_at >= m->src->size_bytes)
		return rs_fail(err, RS_E_UNSUPPORTED, "cut off before its first page");
	m->ranks = calloc((size_t)(m->bits / BLOCK_BITS) + 2, sizeof(*m->ranks));
	if (!m->ranks)
		return rs_fail(err, RS_E_MEMORY, "the pages of a dump");
	m->n_ranks = 1; /* none before the first */
	return 0;
}

/* With five levels only where an address of the header cannot be one of four. */
static unsigned levels_of(struct rs_view head)
{
	uint64_t list = win_dump_number(head, WIN_DUMP_MODULES_AT, true);

	return list >> 56 == 0xFF && list >> 47 != 0x1FFFF ? 5 : 4;
}

int win_memory_open(const struct win_src *src, struct rs_view head, uint32_t type,
	struct win_memory **ret, struct rs_err *err)
{
	struct win_memory *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return rs_fail(err, RS_E_MEMORY, "the pages of a dump");
	m->src = src;
	m->tables = win_dump_number(head, TABLES_AT, true);
	m->levels = levels_of(head);
	if (type == 1)
		r = runs_open(m, head, err);
	else if (type == 2 || (type >= 5 && type <= 7))
		r = bitmap_open(m, head, err);
	else
		r = rs_fail(
			err, RS_E_UNSUPPORTED, "of its type (%u) only the header is known", type);
	if (r < 0) {
		win_memory_close(m);
		return r;
	}
	*ret = m;
	return 0;
}

/* ---- one page ---- */

/* Bytes of the file, at most a page of them, until the next call. */
static int cached(struct win_memory *m, uint64_t at, size_t len, const uint8_t **ret,
	enum win_page *ret_how, struct rs_err *err)
{
	if (at > m->src->size_bytes || m->src->size_bytes - at < len) {
		*ret_how = WIN_PAGE_CUT_OFF;
		return 0;
	}
	for (size_t i = 0; i < SLOTS; i++) {
		if (m->slots[i].len == len && m->slots[i].at == at) {
			*ret = m->slots[i].p;
			return 0;
		}
	}
	if (m->reads >= READS_MAX) {
		*ret_how = WIN_PAGE_TOO_MANY;
		return 0;
	}
	m->reads++;
	struct slot *s = &m->slots[m->next++ % SLOTS];
	s->len = 0;
	int r = m->src->read(m->src->user, at, s->p, len, err);
	if (r < 0)
		return r;
	s->at = at;
	s->len = len;
	*ret = s->p;
	return 0;
}

static uint64_t ones(const uint8_t *p, uint64_t bits)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < bits / 64; i++)
		n += (uint64_t)__builtin_popcountll(rs_le64(p + 8 * i));
	for (uint64_t i = bits & ~63ULL; i < bits; i++)
		n += p[i / 8] >> i % 8 & 1;
	return n;
}

static size_t block_bytes(const struct win_memory *m, uint64_t block)
{
	uint64_t left = (m->bits + 7) / 8 - block * PAGE;

	return left < PAGE ? (size_t)left : PAGE;
}

/* Count on until it is known how many pages lie before @block. */
static int ranks_reach(struct win_memory *m, uint64_t block, struct rs_err *err)
{
	uint8_t p[PAGE];

	for (; m->n_ranks <= block; m->n_ranks++) {
		uint64_t b = m->n_ranks - 1;
		int r = m->src->read(m->src->user, m->bits_at + b * PAGE, p, PAGE, err);
		if (r < 0)
			return r;
		m->ranks[b + 1] = m->ranks[b] + ones(p, BLOCK_BITS);
	}
	return 0;
}

static int by_bitmap(struct win_memory *m, uint64_t page, uint64_t *ret, enum win_page *ret_how,
	struct rs_err *err)
{
	uint64_t block = page / BLOCK_BITS, bit = page % BLOCK_BITS;
	const uint8_t *p = NULL;

	if (page >= m->bits) {
		*ret_how = WIN_PAGE_LEFT_OUT;
		return 0;
	}
	int r = ranks_reach(m, block, err);
	if (r == 0)
		r = cached(m, m->bits_at + block * PAGE, block_bytes(m, block), &p, ret_how, err);
	if (r < 0 || !p)
		return r;
	if (p[bit / 8] >> bit % 8 & 1)
		*ret = m->pages_at + (m->ranks[block] + ones(p, bit)) * PAGE;
	else
		*ret_how = WIN_PAGE_LEFT_OUT;
	return 0;
}

/* Where a physical page is in the file. */
static int page_find(struct win_memory *m, uint64_t page, uint64_t *ret, enum win_page *ret_how,
	struct rs_err *err)
{
	if (!m->n_runs)
		return by_bitmap(m, page, ret, ret_how, err);
	for (size_t i = 0; i < m->n_runs; i++) {
		const struct run *r = &m->runs[i];
		if (page >= r->first && page - r->first < r->count) {
			*ret = r->at + (page - r->first) * PAGE;
			return 0;
		}
	}
	*ret_how = WIN_PAGE_LEFT_OUT;
	return 0;
}

/* The page that a physical address lies in, until the next call; NULL: @ret_how says why not. */
static int physical(struct win_memory *m, uint64_t address, const uint8_t **ret,
	enum win_page *ret_how, struct rs_err *err)
{
	uint64_t at = 0;

	*ret = NULL;
	*ret_how = WIN_PAGE_THERE;
	int r = page_find(m, address / PAGE, &at, ret_how, err);
	return r < 0 || *ret_how != WIN_PAGE_THERE ? r : cached(m, at, PAGE, ret, ret_how, err);
}

/* ---- by virtual address ---- */

/* Bits @low to 51: of an address in an entry. */
static uint64_t base_of(uint64_t entry, unsigned low)
{
	return entry & ((1ULL << PHYSICAL_BITS) - 1) & ~((1ULL << low) - 1);
}

static int translate(struct win_memory *m, uint64_t address, uint64_t *ret, enum win_page *ret_how,
	struct rs_err *err)
{
	uint64_t table = base_of(m->tables, 12);
	const uint8_t *p;

	for (unsigned level = m->levels - 1;; level--) {
		unsigned shift = 12 + 9 * level;
		int r = physical(m, table, &p, ret_how, err);
		if (r < 0 || !p)
			return r;
		uint64_t entry = rs_le64(p + 8 * (address >> shift & 511));
		bool is_page = !level || entry & ENTRY_LARGE;
		if (!(entry & ENTRY_PRESENT) || (is_page && level > LARGE_LEVEL_MAX)) {
			*ret_how = WIN_PAGE_UNMAPPED;
			return 0;
		}
		if (is_page) {
			*ret = base_of(entry, shift) | (address & ((1ULL << shift) - 1));
			return 0;
		}
		table = base_of(entry, 12);
	}
}

/* All upper bits are as the highest that is translated. */
static bool is_canonical(const struct win_memory *m, uint64_t address)
{
	uint64_t upper = address >> (11 + 9 * m->levels);

	return upper == 0 || upper == UINT64_MAX >> (11 + 9 * m->levels);
}

int win_memory_read(struct win_memory *m, uint64_t address, void *buf, size_t len,
	enum win_page *ret, struct rs_err *err)
{
	uint8_t *to = buf;

	while (len) {
		size_t in_page = PAGE - (size_t)(address & (PAGE - 1));
		size_t n = len < in_page ? len : in_page;
		uint64_t at = 0;
		const uint8_t *p = NULL;
		*ret = is_canonical(m, address) ? WIN_PAGE_THERE : WIN_PAGE_UNMAPPED;
		if (*ret != WIN_PAGE_THERE)
			return 0;
		int r = translate(m, address, &at, ret, err);
		if (r == 0 && *ret == WIN_PAGE_THERE)
			r = physical(m, at, &p, ret, err);
		if (r < 0 || !p)
			return r;
		memcpy(to, p + (at & (PAGE - 1)), n);
		to += n;
		len -= n;
		address += n;
	}
	return 0;
}
