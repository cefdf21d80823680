/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small hive with its two logs, and what Windows reads of them. */
#ifndef UNBRICK_TESTS_HIVEWRITE_HELP_H
#define UNBRICK_TESTS_HIVEWRITE_HELP_H

#include "hivewrite/hivewrite.h"
#include "tests/unit/windows/help.h"

#define START_EDIT(n)                                                                              \
	{                                                                                          \
		.op = HW_SET, .key = "Services\\A", .name = "Start", .type = 4,                    \
		.p = (const uint8_t[]){n, 0, 0, 0}, .len = 4                                       \
	}
#define NOW 0x01DC000000000000ULL

struct trio {
	struct bytes f[3]; /* hive, .LOG1, .LOG2 */
};

struct made { /* where things are */
	uint32_t services, a, b, security, other_security, gap, path;
};

/** Keys Services\A (Start = 3, ImagePath = a text) and Services\B (Upper = a list), a free cell
 * among them, room at the end; clean, number 5. */
void made_new(struct mk *m, struct made *at);
/** The hive, and two logs of @log_bytes that are behind it. For trio_done. */
void trio_new(struct trio *t, struct made *at, size_t log_bytes);
void trio_copy(const struct trio *from, struct trio *to);
void trio_done(struct trio *t);
#define auto_trio __attribute__((cleanup(trio_done)))
struct hw_files trio_files(struct trio *t);

/** A log of the new format: base block of the hive's with this number. Its entries are put by
 * log_add, each with the hive's page at @off as @page has it. */
void log_new(struct trio *t, int log, uint32_t sequence);
/** Behind @at_bytes; where the next one would be. */
size_t log_add(struct trio *t, int log, size_t at_bytes, uint32_t sequence, uint32_t off,
	const uint8_t *page);
/** Changes of @t that are in .LOG1 alone: Start = 1, number 5; and one more entry, number 6. */
void trio_make_dirty(struct trio *t, const struct made *at);

/** Some of a plan's writes. @skip: all but this one (-1: all). Steps before @step whole. */
void trio_apply(struct trio *t, const struct hw_plan *p, unsigned step, int skip);
void trio_put(struct trio *t, const struct hw_write *w, size_t first, size_t last);
/** The number that Windows reads; -1: none. */
int trio_start(struct trio *t);

#endif
