/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How updates went: CBS.log, poqexec.log, pending.xml; Panther's logs, which have CBS.log's lines:
 * "2025-01-14 19:20:00, Info                  CBS    text", local times. */
#include "windows/traces_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define S_REBOOT 0x00000BC2U /* ERROR_SUCCESS_REBOOT_REQUIRED */

/* A line of these logs: its time, its level, the text behind. False: the rest of another line. */
static bool log_line(const char *line, uint64_t *ret_time, char level[16], const char **ret_text)
{
	const char *at;

	if (!tr_time(line, ret_time, &at) || *at != ',')
		return false;
	at += 1 + strspn(at + 1, " ");
	size_t n = strcspn(at, " ");
	tr_copy(at, n, level, 16);
	at += n;
	*ret_text = at + strspn(at, " ");
	return true;
}

/* "[HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]", "hr: 0x800f0831", "Error: 0xC0000022" */
static bool status_of(const char *text, uint32_t *ret)
{
	static const char *const labels[] = {
		"HRESULT = ", "hr: ", "hr = ", "HRESULT=", "error: ", "status: ", "[", NULL};
	uint64_t n = 0;

	for (size_t i = 0; labels[i]; i++) {
		const char *at = tr_after(text, labels[i]);

		if (at && strncasecmp(at, "0x", 2) == 0 && tr_hex(at, &n, NULL) &&
			n <= UINT32_MAX) {
			*ret = (uint32_t)n;
			return true;
		}
	}
	return false;
}

/* "KB5000802" in a package's name or identifier, else the name up to its version. */
static void package_of(const char *text, char *ret, size_t cap)
{
	const char *at = text;

	ret[0] = '\0';
	while ((at = tr_after(at, "KB")) != NULL) {
		size_t n = strspn(at, "0123456789");

		if (n >= 6 && n <= 8) {
			tr_copy(at - 2, n + 2, ret, cap);
			return;
		}
	}
	at = tr_after(text, "Package: ");
	if (!at)
		at = tr_after(text, "package ");
	if (at)
		tr_word(at, ",[' ", ret, cap);
}

/* ---- CBS.log ---- */

static enum win_trace_kind cbs_kind(const char *text, const char *level, bool has, uint32_t status)
{
	if (tr_after(text, "Processing complete") && has) {
		if (!status)
			return WIN_TRACE_PACKAGE;
		return status == S_REBOOT ? WIN_TRACE_PENDING : WIN_TRACE_FAILED;
	}
	if (strcasecmp(level, "Error") == 0 && has && status & 0x80000000U)
		return WIN_TRACE_FAILED;
	if (tr_after(text, "Rolling back") || tr_after(text, "rollback of"))
		return WIN_TRACE_FAILED;
	return WIN_TRACE_LOADED; /* stands for: nothing */
}

int win_cbs_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct tr_lines l;
	bool goes_on = true;

	(void)err;
	tr_lines_init(&l, p);
	while (goes_on && tr_next(&l)) {
		char level[16], name[TR_NAME], path[TR_PATH];
		const char *text;
		uint64_t time;
		uint32_t status = 0;

		if (!log_line(l.line, &time, level, &text))
			continue;
		bool has = status_of(text, &status);
		enum win_trace_kind kind = cbs_kind(text, level, has, status);
		if (kind == WIN_TRACE_LOADED)
			continue;
		struct win_trace t = tr_trace(kind, text);
		package_of(text, name, sizeof(name));
		(void)tr_path(text, path, sizeof(path));
		t.time = tr_utc(time, c);
		t.is_local = true;
		t.name = name;
		t.path = path;
		t.number = status;
		goes_on = fn(user, &t);
	}
	return 0;
}

/* ---- poqexec.log: no times that can be read, a status where a step failed ---- */

static bool nt_status(const char *line, uint32_t *ret)
{
	for (const char *at = line; *at; at++) {
		uint64_t n;
		const char *rest;

		if (at > line && at[-1] != ' ' && at[-1] != '(' && at[-1] != '[' && at[-1] != '=' &&
			at[-1] != ':')
			continue;
		size_t skip = strncasecmp(at, "0x", 2) == 0 ? 2 : 0;
		if (strncasecmp(at + skip, "c0", 2) != 0 && strncasecmp(at + skip, "8007", 4) != 0)
			continue;
		if (tr_hex(at, &n, &rest) && rest - at == (ptrdiff_t)(8 + skip) &&
			(!*rest || strchr(" ).,];:", *rest))) {
			*ret = (uint32_t)n;
			return true;
		}
	}
	return false;
}

int win_poqexec_read(struct rs_view p, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct tr_lines l;
	bool goes_on = true;

	(void)err;
	tr_lines_init(&l, p);
	while (goes_on && tr_next(&l)) {
		struct win_trace t = tr_trace(WIN_TRACE_FAILED, l.line);
		char path[TR_PATH];

		if (!nt_status(l.line, &t.number))
			continue;
		(void)tr_path(l.line, path, sizeof(path));
		t.path = path;
		goes_on = fn(user, &t);
	}
	return 0;
}

/* ---- pending.xml ---- */

/* Its attributes may lie anywhere in its first line, which may be very long. */
int win_pending_xml_read(struct rs_view p, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct win_trace t = tr_trace(WIN_TRACE_PENDING, "an update's list of steps");
	char name[TR_NAME] = "";
	struct tr_lines l;
	bool is_one = false;

	(void)err;
	tr_lines_init(&l, p);
	for (unsigned i = 0; i < 64 && tr_next(&l) && !name[0]; i++) {
		is_one = is_one || tr_after(l.line, "<PendingTransaction");
		const char *at = is_one ? tr_after(l.line, "Identifier=") : NULL;
		if (at)
			tr_word(at, "\"' >", name, sizeof(name));
	}
	if (is_one) {
		t.name = name;
		(void)fn(user, &t);
	}
	return 0;
}

/* ---- Panther ---- */

int win_panther_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct tr_lines l;
	bool goes_on = true;

	(void)err;
	tr_lines_init(&l, p);
	while (goes_on && tr_next(&l)) {
		char level[16], path[TR_PATH];
		const char *text;
		uint64_t time;
		struct win_trace t = tr_trace(WIN_TRACE_UPGRADE, "");

		if (!log_line(l.line, &time, level, &text) || strcasecmp(level, "Error") != 0)
			continue;
		(void)status_of(text, &t.number);
		(void)tr_path(text, path, sizeof(path));
		t.path = path;
		t.text = text;
		t.time = tr_utc(time, c);
		t.is_local = true;
		goes_on = fn(user, &t);
	}
	return 0;
}
