/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a writer of hives (hivewrite/) has to know of one, beyond its keys and values. */
#ifndef UNBRICK_WINDOWS_HIVE_H
#define UNBRICK_WINDOWS_HIVE_H

#include "windows/windows.h"

enum win_log_kind {
	WIN_LOG_UNUSED, /* no file, an empty one, zeros */
	WIN_LOG_OLD,	/* of the format before Windows 8.1 */
	WIN_LOG_BAD,	/* its base block is not valid */
	WIN_LOG_NEW,
};

struct win_hive_log {
	enum win_log_kind kind;
	uint32_t sequence;  /* of its first entry, as its base block says */
	bool is_behind;	    /* the hive says that it holds all of that */
	uint32_t n_taken;   /* entries laid over the hive; of a clean hive none */
	uint64_t end_bytes; /* behind those: where the next one would be */
};

struct win_hive_state {
	bool is_dirty;
	bool is_base_sound; /* a hive's base block, and its checksum is right */
	uint32_t primary_sequence, secondary_sequence;
	uint32_t minor, file_type, root_off;
	uint32_t bins_bytes; /* with the logs laid over */
	uint32_t entries;    /* of both logs, laid over the hive */
	uint32_t next;	     /* sequence number that one more entry would have; if there are any */
	uint32_t flags;	     /* of the last entry, if there are any */
	int last;	     /* log that has the last entry, 0 or 1; -1: none has any */
	struct win_hive_log log[2];
};

/** As it was opened. */
void win_hive_state(struct win_hive *h, struct win_hive_state *ret);
/** Bytes of its bins with the logs laid over, from their beginning.
 * Errors: RS_E_HIVE (not inside, or cut off), RS_E_IO_READ. */
int win_hive_read(struct win_hive *h, uint32_t off, void *buf, uint32_t len, struct rs_err *err);

/** The sum of a base block's first 508 bytes. */
uint32_t win_hive_sum(const uint8_t *base);
/** Marvin32, as entries of logs have it. @len a multiple of 4. */
uint64_t win_hive_hash(const uint8_t *p, size_t len);
/** Is @a before @b? The numbers wrap. */
static inline bool win_hive_is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

#endif
