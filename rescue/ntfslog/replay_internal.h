/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the journal's replay: what replay_*.c share. Functions here return 0, a negative RS_E_*
 * (the call fails), or NT_RP_REFUSED: the reason is in plan->refusal. */
#ifndef UNBRICK_NTFS_REPLAY_INTERNAL_H
#define UNBRICK_NTFS_REPLAY_INTERNAL_H

#include "ntfs/index.h"
#include "ntfslog/replay.h"

#define NT_RP_REFUSED	   1
#define NT_RP_UNIT	   512U
#define NT_RP_PAGE_SECTORS 8U
#define NT_RP_LOG_MAX	   (1ULL << 30) /* a $LogFile; Windows makes 64 MiB, chkdsk /L up to 4 GiB */
#define NT_RP_SECTORS_MAX  (1U << 17)	/* changed or looked at: 128 MiB of memory */
#define NT_RP_UNDO_MAX	   (1U << 18)	/* records to take back */
#define NT_RP_ROWS_MAX	   (1U << 20)	/* of one table */
#define NT_RP_DATA_MAX	   (1U << 24)	/* of one record */

/* ---- the log (replay_log.c, replay_record.c) ---- */

struct nt_rl_rec {
	uint64_t lsn, undo_next;
	uint32_t type, transaction;
	uint16_t flags;
	struct rs_view data; /* client data: until the next record is asked for */
};

#define NT_RL_CHECKPOINT 2U
#define NT_RL_NO_REDO	 2U
#define NT_RL_NO_UNDO	 4U

/* The restart page that counts. */
struct nt_rl_area {
	bool is_clean;
	uint32_t sys_bytes, page_bytes, seq_bits;
	uint16_t major, minor, area_off, client_off, header_bytes, data_off;
	uint64_t current_lsn, file_bytes, oldest_lsn, restart_lsn;
};

/* What is kept of a page. */
struct nt_rl_page {
	uint64_t last, last_end; /* LSNs: of a record on it, of one that ends on it */
	uint32_t at;		 /* the page that holds its newest copy */
	bool is_known, is_valid; /* known: it was read */
};

struct nt_rl {
	struct nt_raw *raw;
	struct nt_stream stream;
	uint64_t len;
	uint8_t *head; /* the first 128 KiB: restart pages */
	struct nt_rl_area area;
	uint32_t area_at; /* which restart page that is of: its place */
	bool is_other_bad;
	uint32_t n_pages, first_page; /* of the ring */
	struct nt_rl_page *pages;
	uint8_t *cache;
	uint64_t chunks[4]; /* which stretch of the log each part of the cache has, plus 1 */
	uint32_t page;	    /* that was asked for last, where it is now; NULL: none */
	const uint8_t *page_bytes;
	uint8_t *joined; /* a record that crosses pages */
	size_t joined_cap;
};

/* Everything that one plan is made with. */
struct nt_rp;

int nt_rl_open(struct nt_rp *rp, struct rs_err *err);
void nt_rl_done(struct nt_rl *log);
/** What is kept of the newest copy of a page of the ring: 1, 0 there is none, or an error. */
int nt_rl_page_of(
	struct nt_rl *log, uint32_t page, const struct nt_rl_page **ret, struct rs_err *err);
/** That page, its fixups undone, until the next one is asked for: 1, 0 none, or an error. */
int nt_rl_page(struct nt_rl *log, uint32_t page, const uint8_t **ret, struct rs_err *err);
uint64_t nt_rl_offset(const struct nt_rl *log, uint64_t lsn);
/** The record with exactly that LSN: 1 found, 0 none, <0 RS_E_MEMORY. */
int nt_rl_get(struct nt_rl *log, uint64_t lsn, struct nt_rl_rec *ret, struct rs_err *err);
/** LSN where the record after @rec must be. */
uint64_t nt_rl_next(const struct nt_rl *log, const struct nt_rl_rec *rec);
/** Greatest LSN of a record that ends on any valid page. Reads what was not read yet. */
int nt_rl_greatest(struct nt_rl *log, uint64_t *ret, struct rs_err *err);
int nt_rl_unmapped(struct nt_rp *rp); /* refuse: the log has holes */

/* ---- tables (replay_table.c) ---- */

struct nt_rp_attr {
	bool is_open;
	uint32_t type, index_bytes;
	uint64_t ref;
};

struct nt_rp_dirty {
	bool is_used, is_dead; /* dead: its clusters were freed */
	uint32_t attr;
	uint64_t vcn, lcn, oldest_lsn;
};

struct nt_rp_transaction {
	bool is_open, is_committed;
	uint64_t undo_next;
};

struct nt_rp_tables {
	struct nt_rp_attr *attrs; /* by offset in the table / 8 */
	size_t n_attrs;
	struct nt_rp_dirty *dirty; /* open addressing, a power of two */
	size_t n_dirty, cap_dirty;
	struct nt_rp_transaction *transactions; /* by offset in the table / 8 */
	size_t n_transactions;
	bool is_old_pages; /* rows of dirty pages in version 0 */
	uint64_t seen;	   /* transactions that were open at any time */
	uint64_t budget;
};

/** Tables as the checkpoint has them. *ret_start: where analysis begins. */
int nt_rp_checkpoint(struct nt_rp *rp, uint64_t *ret_start, struct rs_err *err);
/** The open attribute that a record's redo data describe (0x28 or 0x2C bytes). */
bool nt_rp_attr_parse(struct rs_view row, struct nt_rp_attr *ret);
int nt_rp_attr_set(struct nt_rp *rp, uint64_t lsn, uint32_t index, const struct nt_rp_attr *a,
	struct rs_err *err);
struct nt_rp_dirty *nt_rp_dirty_find(const struct nt_rp_tables *t, uint32_t attr, uint64_t vcn);
int nt_rp_dirty_add(struct nt_rp *rp, const struct nt_rp_dirty *row, struct rs_err *err);
/** @is_new allowed: NULL only without memory or for an impossible number. */
struct nt_rp_transaction *nt_rp_transaction_at(struct nt_rp_tables *t, uint32_t id);
void nt_rp_tables_done(struct nt_rp_tables *t);

/* ---- sectors before and after (replay_store.c) ---- */

struct nt_rp_block;
struct nt_rp_chunk;

struct nt_rp_sector {
	uint64_t number;
	struct nt_rp_block *owner; /* whose bytes @after is part of */
	struct nt_rp_chunk *home;
	uint8_t *after; /* NT_RP_UNIT bytes */
	uint8_t stage;
	bool is_start; /* a block begins here */
	uint8_t before[NT_RP_UNIT];
};

/* Sectors that lie side by side, those that are known. */
struct nt_rp_page {
	uint64_t number;
	struct nt_rp_sector *sectors[NT_RP_PAGE_SECTORS];
};

struct nt_rp_store {
	struct nt_rp_page **slots, *last;
	size_t n_slots, n_pages, n; /* n: sectors */
	size_t held;		    /* sectors that there is memory for */
	struct nt_rp_chunk *chunk;  /* that new sectors come from */
	uint8_t *ahead;		    /* bytes of the volume, read before they are asked for */
	uint64_t ahead_at;
	size_t ahead_len;
};

/** The sector; NULL: it was never read. */
struct nt_rp_sector *nt_rp_store_find(struct nt_rp_store *s, uint64_t number);
/** Refuse a change of the log itself. */
int nt_rp_store_guard(struct nt_rp *rp, uint64_t off_bytes, size_t len);
/** The block's sectors (@units), which no block has, become its bytes: in a row, to be changed in
 * place. */
int nt_rp_store_claim(struct nt_rp *rp, struct nt_rp_block *b, struct rs_err *err);
/** They were changed, fixups are on. */
int nt_rp_store_changed(struct nt_rp *rp, const struct nt_rp_block *b, struct rs_err *err);
/** All sectors of the range are known after it. */
int nt_rp_store_fill(struct nt_rp *rp, uint64_t off_bytes, size_t len, struct rs_err *err);
void nt_rp_store_free(struct nt_rp_store *s, struct nt_rp_sector *sector);
void nt_rp_store_done(struct nt_rp_store *s);
/** All changed sectors as blocks of the plan; the store is empty then (replay_emit.c). */
int nt_rp_emit(struct nt_rp *rp, struct rs_err *err);

/* ---- one record's target (replay_op.c, replay_cache.c, replay_block.c) ---- */

/* Nothing: an operation of transactions and tables. */
enum nt_rp_kind { NT_RP_UNKNOWN, NT_RP_NOTHING, NT_RP_FILE, NT_RP_INDX, NT_RP_RAW };

/* Client data of a record of type 1. */
struct nt_rp_op {
	uint64_t lsn;
	uint16_t op, flags;
	bool is_undo;
	struct rs_view data;
	uint32_t data_len; /* as said; the bytes are zeros when they are not logged */
	bool is_resized;   /* redo and undo have different lengths */
	bool is_zero;	   /* NO_REDO */
	uint16_t attr, record_off, attr_off, sector_off, n_lcns;
	uint64_t vcn;
	const uint8_t *lcns;
};

/* What the undo of DeallocateFileRecordSegment brings: the header up to the flags (op 0x02). */
#define NT_RP_FREED_BYTES 0x18U

static inline bool nt_rp_is_revival(const struct nt_rp_op *op)
{
	return op->op == 0x02 && op->is_undo && op->data_len == NT_RP_FREED_BYTES;
}

/* A block that operations change. */
struct nt_rp_block {
	enum nt_rp_kind kind;
	bool is_valid, is_dirty; /* valid: had its signature and fixups, these are undone */
	uint32_t len;
	uint64_t number;  /* of the MFT record */
	size_t index;	  /* in the cache */
	uint8_t *bytes;	  /* in the store */
	uint64_t units[]; /* where each of its sectors is on the disk */
};

struct nt_rp_cache {
	struct nt_rp_block **v;
	size_t n, cap;
};

bool nt_rp_op_parse(const struct nt_rl_rec *rec, bool is_undo, struct nt_rp_op *ret);
/** Of a record whose redo could be parsed: can its undo be? */
bool nt_rp_has_undo(const struct nt_rl_rec *rec);
/** The row of the operation's page among the dirty ones; NULL: the page is not dirty. */
const struct nt_rp_dirty *nt_rp_dirty_row(const struct nt_rp *rp, const struct nt_rp_op *op);
const char *nt_rp_op_name(uint16_t op);
/** Refuse the operation for @what, or when it is none that is understood (0: it is). */
int nt_rp_refuse_op(struct nt_rp *rp, const struct nt_rp_op *op, const char *what);
int nt_rp_is_known(struct nt_rp *rp, const struct nt_rp_op *op);
/** Which kind of block the operation is for. NT_RP_NOTHING: it changes none. */
int nt_rp_kind_of(struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind *ret);
/** The operation's block, until the next one is asked for. */
int nt_rp_load(struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind,
	struct nt_rp_block **ret, struct rs_err *err);
/** All blocks end, fixups on. */
int nt_rp_save(struct nt_rp *rp, struct rs_err *err);
void nt_rp_cache_done(struct nt_rp_cache *c);
/* Bytes as they will be: read into @to, or set to those @of with the stage of their writing. */
struct nt_rp_io {
	uint8_t *to;
	const uint8_t *of;
	size_t len;
	unsigned stage;
};

/** A block that has them is released. */
int nt_rp_io(struct nt_rp *rp, uint64_t off_bytes, struct nt_rp_io io, struct rs_err *err);
/** The same by the place in what @runs map, whose @name is said if they do not; whole sectors. */
int nt_rp_runs_io(struct nt_rp *rp, const struct nt_runs *runs, const char *name,
	uint64_t off_bytes, struct nt_rp_io io, struct rs_err *err);
/** Disk place of a byte of the operation's page; false: not among its clusters. */
bool nt_rp_place(const struct nt_rp *rp, const struct nt_rp_op *op, uint64_t in_page,
	uint64_t *ret_off_bytes, uint64_t *ret_left);
int nt_rp_apply(
	struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind, struct rs_err *err);
/** Apply to a block in memory. Return NULL or what is wrong (the block is then undefined). */
const char *nt_rp_do_file(uint8_t *rec, uint32_t len, const struct nt_rp_op *op);
const char *nt_rp_do_indx(uint8_t *blk, uint32_t len, const struct nt_rp_op *op);
/** Length of the index entry that begins at @e, of @room bytes at most; 0: none does. */
uint32_t nt_rp_entry_bytes(const uint8_t *e, uint32_t room);
/** Operations on one index entry, in a root or a block alike. */
const char *nt_rp_do_entry(uint8_t *entry, uint32_t len, const struct nt_rp_op *op);
/** Bits of a bitmap. */
void nt_rp_set_bits(uint8_t *map, uint32_t first, uint32_t n, bool is_set);

/* ---- the whole ---- */

/* One record to take back, newest first. */
struct nt_rp_undo {
	uint64_t lsn, off_bytes; /* of its block, or of its page of raw data */
	bool is_bits;
};

/* What a loser changes, and when others changed it last. */
struct nt_rp_shared {
	uint64_t off_bytes, bits_lsn, other_lsn;
	bool is_page;
};

struct nt_rp {
	struct nt_raw *raw;
	struct nt_replay *plan;
	const struct rs_task *task;
	uint64_t clusters; /* of the volume */
	unsigned cluster_shift;
	struct nt_rl log;
	uint64_t first_lsn;  /* the first that may be redone */
	uint64_t start_lsn;  /* where analysis begins */
	uint32_t last_bytes; /* data of the last record */
	bool has_checkpoint;
	struct nt_rp_tables tables;
	struct nt_rp_store store;
	struct nt_rp_cache cache;
	size_t sort_changed_at; /* so many: the plan's changed ones are sorted once more */
	struct nt_rp_undo *undo;
	size_t n_undo;
	struct nt_rp_shared *shared;
	size_t n_shared;
	bool is_undone_only; /* a block is taken back that no redo of Windows' would bring forward
			      */
};

/* ---- notes in the plan (replay_note.c) ---- */

/** Note a refusal; the first one counts. Returns NT_RP_REFUSED. */
int nt_rp_refuse(struct nt_rp *rp, enum nt_pending how, uint64_t lsn, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
#define nt_rp_unknown(rp, lsn, ...) nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, lsn, __VA_ARGS__)
#define nt_rp_torn(rp, lsn, ...)    nt_rp_refuse(rp, NT_PENDING_TORN, lsn, __VA_ARGS__)
int nt_rp_analyse(struct nt_rp *rp, struct rs_err *err);
int nt_rp_redo(struct nt_rp *rp, struct rs_err *err);
/** Which records of losers are to be taken back, before the redo ... */
int nt_rp_undo_list(struct nt_rp *rp, struct rs_err *err);
/** ... which tells of every change that is not a loser's ... */
void nt_rp_undo_note(struct nt_rp *rp, const struct nt_rl_rec *rec, const struct nt_rp_op *op);
/** ... and after it. */
int nt_rp_undo(struct nt_rp *rp, struct rs_err *err);
#define NT_RP_FIRST 4U /* stage of a block that is written before all others */
/** A file or folder that the plan changes; sorted at the end. */
int nt_rp_changed(struct nt_rp *rp, uint64_t number, struct rs_err *err);

#endif
