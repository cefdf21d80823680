/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Windows wrote down at its last checkpoint: open attributes, dirty pages, transactions. */
#include <inttypes.h>
#include <string.h>

#include "ntfslog/replay_internal.h"

#define TABLE_HEADER	0x18U
#define ROW_IN_USE	0xFFFFFFFFU
#define CHECKPOINT_MIN	0x40U
#define DATA_OFF	4U /* redo_off in the client data */
#define INDEX_MAX	(NT_RP_ROWS_MAX * 8ULL)
#define DIRTY_FIRST	1024U
#define DIRTY_PAGES_MAX 256U /* clusters of one dirty page: 64 KiB in 512 bytes, doubled */

static int memory(struct rs_err *err)
{
	return rs_fail(err, RS_E_MEMORY, "tables of the journal");
}

/* ---- rows in memory ---- */

/* An array as long as @index needs. */
static void *grown(void *v, size_t *n, size_t index, size_t row_bytes)
{
	if (index < *n)
		return v;
	size_t want = 2 * *n > index + 1 ? 2 * *n : index + 64;
	uint8_t *p = realloc(v, want * row_bytes);
	if (!p)
		return NULL;
	memset(p + *n * row_bytes, 0, (want - *n) * row_bytes);
	*n = want;
	return p;
}

static bool is_index(uint32_t index)
{
	return index >= TABLE_HEADER && index % 4 == 0 && index < INDEX_MAX;
}

int nt_rp_attr_set(struct nt_rp *rp, uint64_t lsn, uint32_t index, const struct nt_rp_attr *a,
	struct rs_err *err)
{
	struct nt_rp_tables *t = &rp->tables;

	if (!is_index(index))
		return nt_rp_unknown(rp, lsn, "number of an open attribute");
	void *v = grown(t->attrs, &t->n_attrs, index / 4, sizeof(*t->attrs));
	if (!v)
		return memory(err);
	t->attrs = v;
	t->attrs[index / 4] = *a;
	return 0;
}

struct nt_rp_transaction *nt_rp_transaction_at(struct nt_rp_tables *t, uint32_t id)
{
	if (!is_index(id))
		return NULL;
	void *v = grown(t->transactions, &t->n_transactions, id / 4, sizeof(*t->transactions));
	if (!v)
		return NULL;
	t->transactions = v;
	return &t->transactions[id / 4];
}

static struct nt_rp_dirty *dirty_slot(
	struct nt_rp_dirty *v, size_t cap, uint32_t attr, uint64_t vcn)
{
	uint64_t h = (vcn ^ (uint64_t)attr << 40) * 0x9E3779B97F4A7C15ULL;
	size_t i = (size_t)(h >> 24) & (cap - 1);

	while (v[i].is_used && (v[i].attr != attr || v[i].vcn != vcn))
		i = (i + 1) & (cap - 1);
	return &v[i];
}

struct nt_rp_dirty *nt_rp_dirty_find(const struct nt_rp_tables *t, uint32_t attr, uint64_t vcn)
{
	if (!t->cap_dirty)
		return NULL;
	struct nt_rp_dirty *d = dirty_slot(t->dirty, t->cap_dirty, attr, vcn);
	return d->is_used ? d : NULL;
}

int nt_rp_dirty_add(struct nt_rp *rp, const struct nt_rp_dirty *row, struct rs_err *err)
{
	struct nt_rp_tables *t = &rp->tables;

	if (2 * (t->n_dirty + 1) > t->cap_dirty) {
		size_t cap = t->cap_dirty ? 2 * t->cap_dirty : DIRTY_FIRST;
		if (t->n_dirty > 4ULL * NT_RP_ROWS_MAX)
			return nt_rp_unknown(rp, row->oldest_lsn, "too many dirty pages");
		struct nt_rp_dirty *v = calloc(cap, sizeof(*v));
		if (!v)
			return memory(err);
		for (size_t i = 0; i < t->cap_dirty; i++)
			if (t->dirty[i].is_used)
				*dirty_slot(v, cap, t->dirty[i].attr, t->dirty[i].vcn) =
					t->dirty[i];
		free(t->dirty);
		t->dirty = v;
		t->cap_dirty = cap;
	}
	struct nt_rp_dirty *d = dirty_slot(t->dirty, t->cap_dirty, row->attr, row->vcn);
	if (d->is_used) { /* known: since when stays, where is new */
		d->is_dead = row->is_dead;
		d->lcn = row->lcn;
		d->oldest_lsn = row->oldest_lsn < d->oldest_lsn ? row->oldest_lsn : d->oldest_lsn;
		return 0;
	}
	*d = *row;
	d->is_used = true;
	t->n_dirty++;
	return 0;
}

void nt_rp_tables_done(struct nt_rp_tables *t)
{
	free(t->attrs);
	free(t->dirty);
	free(t->transactions);
}

/* ---- rows in the log ---- */

bool nt_rp_attr_parse(struct rs_view row, struct nt_rp_attr *ret)
{
	if (row.len < 0x28)
		return false;
	bool is_old = row.len >= 0x2C; /* of a 32-bit system, or version 0 */
	ret->is_open = true;
	ret->type = rs_le32(row.p + (is_old ? 0x1C : 8));
	ret->ref = rs_le64(row.p + (is_old ? 8 : 0x10));
	ret->index_bytes = rs_le32(row.p + (is_old ? 0x28 : 4));
	return true;
}

static int add_attr(struct nt_rp *rp, uint32_t index, struct rs_view row, struct rs_err *err)
{
	struct nt_rp_attr a = {0};

	if (!nt_rp_attr_parse(row, &a))
		return nt_rp_unknown(rp, rp->plan->checkpoint_lsn,
			"a row of %zu bytes in the table of open attributes", row.len);
	return nt_rp_attr_set(rp, rp->plan->checkpoint_lsn, index, &a, err);
}

static int add_page(struct nt_rp *rp, uint32_t index, struct rs_view row, struct rs_err *err)
{
	struct nt_rp_dirty d = {0};
	/* version 0 packs what follows the fourth field on 4 bytes */
	bool is_old = rp->tables.is_old_pages;
	size_t vcn = is_old ? 0x14 : 0x10, at = is_old ? 0x24 : 0x20;
	uint32_t n = rs_le32(row.p + 0xC);
	int r = 0;

	(void)index;
	if (n > DIRTY_PAGES_MAX || !rs_view_has(row, at, (size_t)8 * n))
		return nt_rp_unknown(
			rp, rp->plan->checkpoint_lsn, "a dirty page of %" PRIu32 " clusters", n);
	d.attr = rs_le32(row.p + 4);
	d.oldest_lsn = rs_le64(row.p + vcn + 8);
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		d.vcn = rs_le64(row.p + vcn) + i;
		d.lcn = rs_le64(row.p + at + (size_t)8 * i);
		d.is_dead = d.lcn == 0;
		r = nt_rp_dirty_add(rp, &d, err);
	}
	return r;
}

static int add_transaction(struct nt_rp *rp, uint32_t index, struct rs_view row, struct rs_err *err)
{
	if (!is_index(index))
		return nt_rp_unknown(rp, rp->plan->checkpoint_lsn, "number of a transaction");
	struct nt_rp_transaction *t = nt_rp_transaction_at(&rp->tables, index);
	if (!t)
		return memory(err);
	*t = (struct nt_rp_transaction){true, row.p[4] == 3 /* committed */, rs_le64(row.p + 0x18)};
	rp->tables.seen++;
	return 0;
}

/* One of the four tables: which operation dumps it, and what becomes of its rows. */
struct table {
	const char *name;
	uint16_t op;
	size_t lsn_at; /* in the checkpoint */
	size_t row_min;
	int (*add)(struct nt_rp *rp, uint32_t index, struct rs_view row, struct rs_err *err);
};

static int walk_table(
	struct nt_rp *rp, const struct table *what, struct rs_view v, struct rs_err *err)
{
	uint16_t row_bytes, rows;
	const uint64_t lsn = rp->plan->checkpoint_lsn;

	if (!rs_view_u16(v, 0, &row_bytes) || !rs_view_u16(v, 2, &rows) ||
		row_bytes < what->row_min || row_bytes % 4 ||
		!rs_view_has(v, TABLE_HEADER, (size_t)row_bytes * rows))
		return nt_rp_unknown(rp, lsn, "shape of the table of %s", what->name);
	int r = 0;
	for (size_t i = 0; r == 0 && i < rows; i++) {
		size_t at = TABLE_HEADER + i * row_bytes;
		struct rs_view row = {v.p + at, row_bytes};
		if (rs_le32(row.p) == ROW_IN_USE)
			r = what->add(rp, (uint32_t)at, row, err);
	}
	return r;
}

/* A table's record: its redo data, as long as the checkpoint says. */
static int load_table(struct nt_rp *rp, const struct table *what, uint64_t lsn, struct rs_err *err)
{
	struct nt_rl_rec rec;
	struct rs_view v;

	if (!lsn)
		return 0; /* an empty table is not written */
	int r = nt_rl_get(&rp->log, lsn, &rec, err);
	if (r < 0)
		return r;
	if (!r || rec.type != 1 || rec.data.len < 0x20 || rs_le16(rec.data.p) != what->op ||
		!rs_view_sub(rec.data, rs_le16(rec.data.p + DATA_OFF),
			rs_le16(rec.data.p + DATA_OFF + 2), &v))
		return nt_rp_torn(
			rp, lsn, "the checkpoint's table of %s is not where it says", what->name);
	/* the length is 16 bits wide there; a bigger table goes on to the end of the record */
	size_t off = rs_le16(rec.data.p + DATA_OFF);
	return walk_table(rp, what, (struct rs_view){rec.data.p + off, rec.data.len - off}, err);
}

int nt_rp_checkpoint(struct nt_rp *rp, uint64_t *ret_start, struct rs_err *err)
{
	static const struct table tables[] = {
		{"open attributes", 0x1D, 0x10, 0x28, add_attr},
		{"dirty pages", 0x1F, 0x20, 0x20, add_page},
		{"transactions", 0x20, 0x28, 0x28, add_transaction},
	};
	const uint64_t lsn = rp->log.area.restart_lsn;
	uint64_t tables_lsn[3];
	struct nt_rl_rec rec;

	rp->plan->checkpoint_lsn = lsn;
	int r = nt_rl_get(&rp->log, lsn, &rec, err);
	if (r < 0)
		return r;
	if (!r || rec.type != NT_RL_CHECKPOINT || rec.data.len < CHECKPOINT_MIN)
		return nt_rp_torn(rp, lsn, "the checkpoint is not where the restart page says");
	uint32_t major = rs_le32(rec.data.p);
	if (major > 1)
		return nt_rp_unknown(rp, lsn, "checkpoint version %" PRIu32, major);
	rp->tables.is_old_pages = major == 0;
	*ret_start = rs_le64(rec.data.p + 8);
	for (unsigned i = 0; i < 3; i++) {
		tables_lsn[i] = rs_le64(rec.data.p + tables[i].lsn_at);
		/* the first of a mount begins with itself: nothing is open or dirty yet */
		if (!*ret_start && tables_lsn[i])
			return nt_rp_unknown(rp, lsn,
				"a checkpoint with tables that does not say where it begins");
	}
	if (!*ret_start)
		*ret_start = lsn;
	for (unsigned i = 0; i < 3; i++) {
		r = load_table(rp, &tables[i], tables_lsn[i], err);
		if (r)
			return r;
	}
	return 0;
}
