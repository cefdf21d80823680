/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/err.h"

#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "core/text.h"

#undef rs_fail
#undef rs_fail_on

static const struct rs_err_info table[] = {
#define X(name, exit_status, id, text, advice) {RS_E_##name, exit_status, #name, id, text, advice},
#include "core/errors.def"
#undef X
};

#define TABLE_LEN (sizeof(table) / sizeof(table[0]))

/* The arguments may be parts of @err itself (a cause that is passed on), so all is put together
 * before any of it is overwritten. */
__attribute__((format(printf, 4, 0))) static int fail_v(
	struct rs_err *err, int code, const char *object, const char *fmt, va_list ap)
{
	struct rs_err fresh = {.code = code};

	if (!err)
		return code;
	rs_shorten(object ? object : "", fresh.object, sizeof(fresh.object));
	(void)vsnprintf(fresh.detail, sizeof(fresh.detail), fmt, ap); /* cut is fine */
	*err = fresh;
	return code;
}

int rs_fail(struct rs_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_v(err, code, err ? err->object : NULL, fmt, ap);
	va_end(ap);
	return code;
}

int rs_fail_on(struct rs_err *err, int code, const char *object, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_v(err, code, object, fmt, ap);
	va_end(ap);
	return code;
}

int rs_err_object(struct rs_err *err, const char *object)
{
	if (!err)
		return RS_E_BUG;
	if (!err->object[0] && object)
		rs_shorten(object, err->object, sizeof(err->object));
	return err->code;
}

const struct rs_err_info *rs_err_info(int code)
{
	unsigned index = code < 0 ? 0U - (unsigned)code - 1 : 0;

	return &table[index < TABLE_LEN ? index : 0];
}

const char *rs_err_next(const struct rs_err *err)
{
	return err->next ? err->next : rs_err_info(err->code)->advice;
}

void rs_err_line(const struct rs_err *err, char *ret, unsigned long len)
{
	const struct rs_err_info *info = rs_err_info(err->code);

	(void)snprintf(ret, len, "%s%s%s%s%s; %s", err->object, err->object[0] ? ": " : "",
		info->text, err->detail[0] ? ": " : "", err->detail, rs_err_next(err));
}

void rs_err_said(const struct rs_err *err, char *ret, unsigned long len)
{
	const char *next = rs_err_next(err);
	char object[sizeof(err->object) + 64];
	auto_free char *detail = lang_new(err->detail);
	auto_free char *text = lang_new(rs_err_info(err->code)->text), *step = lang_new(next);

	lang_print(object, sizeof(object), "%-s", err->object);
	(void)snprintf(ret, len, "%s%s%s%s%s%s%s", object, err->object[0] ? ": " : "",
		text ? text : rs_err_info(err->code)->text, err->detail[0] ? ": " : "",
		detail ? detail : err->detail, next[0] ? "; " : "", step ? step : next);
}
