/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small volume with a journal written by hand, record by record, from the format's description:
 * for the tests, the fuzzing and the timing of the replay. Clusters of 4096, records of 1024. */
#ifndef UNBRICK_TESTS_REPLAY_HELP_H
#define UNBRICK_TESTS_REPLAY_HELP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LH_CLUSTER   ((size_t)4096)
#define LH_RECORD    ((size_t)1024)
#define LH_MFT_LCN   ((uint64_t)4) /* 16 records */
#define LH_MIRROR    ((uint64_t)8)
#define LH_INDX_LCN  ((uint64_t)9)  /* an index block with one end entry */
#define LH_RAW_LCN   ((uint64_t)10) /* a page of data */
#define LH_LOG_LCN   ((uint64_t)64)
#define LH_ATTR_MFT  0x18U /* open attributes: $MFT, an index, a file's data */
#define LH_ATTR_INDX 0x40U
#define LH_ATTR_DATA 0x68U
#define LH_FILE	     7U /* record with a resident $DATA at 0x38 + 0x18, and free room */

struct lh {
	uint8_t *p; /* the volume */
	size_t size, log_off, log_bytes;
	uint16_t major;
	unsigned seq_bits;
	size_t pos; /* in the log */
	uint64_t seq, checkpoint, start, last;
	size_t last_len;
};

/* One log record in the making. */
struct lh_rec {
	uint16_t redo, undo, flags, attr, record_off, attr_off, sector_off;
	uint32_t transaction;
	uint64_t vcn, lcn, undo_next;
	uint16_t n_lcns; /* that follow each other from lcn on; 0 is 1 */
	const void *redo_data, *undo_data;
	uint16_t redo_len, undo_len;
};

/** A volume with @pages log pages; the checkpoint and its tables are written. NULL p: no memory. */
void lh_make(struct lh *v, size_t pages, uint16_t major, bool is_wrapping);
/** The same log on a volume that is there: of v are set p, size, log_off, log_bytes, major. The log
 * begins @last pages before its end, or at its first page (0). */
void lh_attach(struct lh *v, size_t last);
/** Add a record; returns its LSN. */
uint64_t lh_add(struct lh *v, const struct lh_rec *rec);
/** A record whose client data are given whole. @type 1 or 2. */
uint64_t lh_add_raw(struct lh *v, uint32_t type, uint32_t transaction, uint16_t flags,
	uint64_t undo_next, const void *data, size_t len);
/** Restart pages, fixups on every page. */
void lh_end(struct lh *v);
/** Fixups of a page of the log off (to edit it) and on. */
uint8_t *lh_page(struct lh *v, size_t page);
void lh_protect(uint8_t *p, size_t len);
void lh_unprotect(uint8_t *p, size_t len);

#endif
