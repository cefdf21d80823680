/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence made by hand, row by row, on a clock of minutes. */
#ifndef UNBRICK_TESTS_EVIDENCE_MADE_H
#define UNBRICK_TESTS_EVIDENCE_MADE_H

#include "evidence/series.h"

#define T0  133800000000000000ULL /* some night in December 2024 */
#define MIN 600000000ULL
/* minutes from T0, which may be before it */
#define AT(m) ((uint64_t)((int64_t)T0 + (int64_t)(m) * (int64_t)MIN))

struct evidence *made_begin(void);
/** Windows started at @from and was shut down in order at @to. */
void made_run(struct evidence *e, uint64_t from, uint64_t to);
/** A dump; @module NULL: it names none. @path on the volume. */
struct ev_item *made_dump(struct evidence *e, uint64_t time, uint32_t code, unsigned uptime_minutes,
	enum ev_blame_how how, const char *path);
/** What the log tells of it at the start after it. */
void made_logged(struct evidence *e, uint64_t start, uint32_t code);
struct ev_item *made_row(struct evidence *e, enum ev_what what, enum ev_source source,
	uint64_t time, const char *path);
/** A file that was looked at; a program of @company, or (NULL) data. */
struct ev_file *made_file(struct evidence *e, const char *path, const char *company);
/** A driver's service. */
struct win_service *made_service(struct evidence *e, const char *name, const char *path,
	uint32_t start, uint32_t error_control);

#endif
