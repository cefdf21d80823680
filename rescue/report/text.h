/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report as text for people: a tired technician on an 80-column serial console. */
#ifndef UNBRICK_REPORT_TEXT_H
#define UNBRICK_REPORT_TEXT_H

#include "report/report.h"

/** Render a report as lines without newline, without secrets and escaped.
 * Lines break at spaces before column 80; a path or hash without a space stays whole. A report that
 * is not finished gives the lines it has, and they are the first lines of the finished one: a front
 * end that showed the plan can go on where it stopped. The report's own error is not among the
 * lines: the front end shows it once, with rs_report_err. */
void report_text(const struct rs_run *run, void (*put)(void *user, const char *line), void *user);

/** "41.8 KiB", "476.9 GiB", "512 bytes". @ret has 24 bytes. */
void report_size_text(uint64_t bytes, char *ret);

#endif
