/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors: a negative code out of one table, and the details in the caller's struct rs_err. */
#ifndef UNBRICK_CORE_ERR_H
#define UNBRICK_CORE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

enum rs_error {
	RS_OK = 0,
#define X(name, exit_status, id, text, advice) RS_E_INDEX_##name,
#include "core/errors.def"
#undef X
	RS_E_INDEX_END,
};

/* The codes that functions return: RS_E_BUG = -1 and so on, in the order of the table. */
enum rs_code {
#define X(name, exit_status, id, text, advice) RS_E_##name = -RS_E_INDEX_##name,
#include "core/errors.def"
#undef X
};

struct rs_err {
	int code;	  /* 0 or RS_E_* */
	char object[320]; /* what it is about: a disk, a volume, a file */
	char detail[384]; /* the cause, in words */
	const char *next; /* the next step where it is not the table's, static; NULL: the table's */
};

/** One row of the error table. @id stable name, @text what it means, @advice the next step. */
struct rs_err_info {
	int code;
	int exit_status;
	const char *name;
	const char *id;
	const char *text;
	const char *advice;
};

/** Record an error and return @code. @err may be NULL. @fmt is the cause ("" if the table's text
 * says it all). The object is left as it is: set it with rs_fail_on or rs_err_object. */
int rs_fail(struct rs_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** The same with the object's name (copied). */
int rs_fail_on(struct rs_err *err, int code, const char *object, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* An analyzer that sees one source at a time must be told that the code given is what comes back,
 * or it follows paths where a failed function returned 0. */
#if defined(__clang_analyzer__) || defined(RS_ANALYSIS)
#define rs_fail(err, code, ...)		   (rs_fail(err, code, __VA_ARGS__), (code))
#define rs_fail_on(err, code, object, ...) (rs_fail_on(err, code, object, __VA_ARGS__), (code))
#endif

/** Pass on @why, which is what @code came with; returns @code. */
static inline int rs_err_pass(struct rs_err *err, int code, const struct rs_err *why)
{
	if (err)
		*err = *why;
	return code;
}

/** Does it end the run, whatever was being read? It says nothing of that: never damage. */
static inline bool rs_err_ends(int code)
{
	return code == RS_E_CANCELLED || code == RS_E_MEMORY || code == RS_E_BUG;
}

/** Does it say nothing about what was looked at? Passed on, then. */
static inline bool rs_err_unread(int code)
{
	return code == RS_E_IO_READ || rs_err_ends(code);
}

/** Name the object of an error that has none yet; returns err->code for use in `return`. */
int rs_err_object(struct rs_err *err, const char *object);

/** Row of the table for a code; unknown codes give the row of RS_E_BUG. Never NULL. */
const struct rs_err_info *rs_err_info(int code);

/** The next step: the error's own, or the table's. */
const char *rs_err_next(const struct rs_err *err);

/** "object: text: detail; next step" on one line, always terminated. */
void rs_err_line(const struct rs_err *err, char *ret, unsigned long len);
/** The same for people, in their language (core/language.h). */
void rs_err_said(const struct rs_err *err, char *ret, unsigned long len);

#endif
