/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that tell of crashes and of what was loaded: DumpStack.log, Report.wer, ntbtlog.txt.
 * Layouts: facts/windows.md, sections 1 and "Seen on six real machines". */
#include "windows/traces_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "format/text.h"

/* ---- DumpStack.log ---- */

struct stack {
	struct win_trace t;
	char text[TR_NAME];
	bool has_code;
	unsigned n_parameters;
	uint64_t time;
};

static bool stack_tell(struct stack *s, win_trace_fn fn, void *user)
{
	s->t.time = s->time;
	s->t.is_local = true; /* of the first line of its log: when the dump's driver was set up */
	s->t.has_parameters = s->n_parameters == 4;
	bool goes_on = !s->has_code || fn(user, &s->t);
	*s = (struct stack){.time = s->time};
	s->t = tr_trace(WIN_TRACE_CRASH, "");
	return goes_on;
}

static void stack_line(struct stack *s, const char *line)
{
	const char *at = tr_after(line, "#BugCheckP");
	uint64_t n = 0;

	if (at && *at >= '1' && *at <= '4' && tr_hex(at + 1 + strspn(at + 1, " "), &n, NULL)) {
		s->n_parameters += s->n_parameters == (unsigned)(*at - '1');
		s->t.parameters[*at - '1'] = n;
	}
	at = tr_after(line, "Dump completed successfully");
	if (at)
		s->t.name = "complete";
}

static bool stack_code(const char *line, uint32_t *ret)
{
	const char *at = tr_after(line, "#BugCheckCode");
	uint64_t n = 0;

	if (!at || !tr_hex(at + strspn(at, " "), &n, NULL) || !n || n > UINT32_MAX)
		return false;
	*ret = (uint32_t)n;
	return true;
}

int win_dumpstack_read(struct rs_view p, win_trace_fn fn, void *user, struct rs_err *err)
{
	static const char head[] = "DLOGFILE";
	struct stack s = {.time = 0};
	struct tr_lines l;
	uint32_t code;
	bool goes_on = true;

	(void)err;
	if (p.len < 32 || memcmp(p.p, head, sizeof(head) - 1) != 0)
		return 0; /* zeros: nothing was ever written into it */
	s.t = tr_trace(WIN_TRACE_CRASH, "");
	tr_lines_init(&l, (struct rs_view){p.p + 32, p.len - 32});
	l.unit = 1; /* zeros may follow in masses */
	while (goes_on && tr_next(&l)) {
		const char *utc = tr_after(l.line, "UTC:");

		if (utc && tr_find_time(utc, &s.time, NULL))
			continue;
		if (stack_code(l.line, &code)) {
			goes_on = stack_tell(&s, fn, user);
			tr_copy(l.line, strlen(l.line), s.text, sizeof(s.text));
			s.t.text = s.text;
			s.t.number = code;
			s.has_code = true;
		} else if (s.has_code) {
			stack_line(&s, l.line);
		}
	}
	if (goes_on)
		(void)stack_tell(&s, fn, user);
	return 0;
}

/* ---- Report.wer ---- */

struct wer {
	bool is_bluescreen;
	uint64_t time;
	uint64_t values[10]; /* of Sig[n] and of Sec[n], as numbers */
	bool has[10];
	char names[10][24];
	char bucket[TR_NAME], file[TR_PATH];
};

/* "Sig[3].Value=..." and "Sig[3].Name=..." */
static void wer_signature(struct wer *w, const char *at, const char *value)
{
	unsigned n = (unsigned)(*at - '0');
	const char *rest;

	if (n > 9 || at[1] != ']')
		return;
	if (strcasecmp(at + 2, ".Value") == 0 && tr_hex(value, &w->values[n], &rest) && !*rest)
		w->has[n] = true;
	else if (strcasecmp(at + 2, ".Name") == 0)
		tr_copy(value, strlen(value), w->names[n], sizeof(w->names[n]));
}

static void wer_line(struct wer *w, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return;
	*value++ = '\0';
	size_t len = strlen(line);
	if (strcasecmp(line, "EventType") == 0)
		w->is_bluescreen = strcasecmp(value, "BlueScreen") == 0;
	else if (strcasecmp(line, "EventTime") == 0 && strspn(value, "0123456789") == 18 &&
		 !value[18])
		for (const char *s = value; *s; s++)
			w->time = w->time * 10 + (uint64_t)(*s - '0');
	else if (strncasecmp(line, "Sig[", 4) == 0)
		wer_signature(w, line + 4, value);
	else if (strcasecmp(line, "Response.BucketId") == 0 || strcasecmp(line, "BucketId") == 0)
		tr_copy(value, strlen(value), w->bucket, sizeof(w->bucket));
	else if (strncasecmp(line, "File[", 5) == 0 && len > 5 && !w->file[0] &&
		 tr_after(value, ".dmp"))
		tr_copy(value, strlen(value), w->file, sizeof(w->file));
}

/* "0xD1_tndrvpn!unknown_function", "AV_VRF_nvlddmkm!f": the module that the analysis names; not
 * those of the kernel itself, and no sentence such as "WRONG_SYMBOLS". */
static void wer_module(const char *bucket, char *ret, size_t cap)
{
	const char *end = strchr(bucket, '!'), *from = end;

	ret[0] = '\0';
	while (from && from > bucket && from[-1] != '_')
		from--;
	if (!from || from == bucket || from == end)
		return;
	tr_copy(from, (size_t)(end - from), ret, cap);
	if (strcasecmp(ret, "nt") == 0 || strcasecmp(ret, "hal") == 0)
		ret[0] = '\0';
}

int win_wer_read(struct rs_view p, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct wer w = {.is_bluescreen = false};
	struct win_trace t = tr_trace(WIN_TRACE_CRASH, "");
	char module[TR_NAME], text[TR_NAME + 64];
	struct tr_lines l;

	(void)err;
	tr_lines_init(&l, p);
	while (tr_next(&l))
		wer_line(&w, l.line);
	if (!w.is_bluescreen || !w.has[0] || !w.values[0] || w.values[0] > UINT32_MAX)
		return 0;
	wer_module(w.bucket, module, sizeof(module));
	(void)snprintf(text, sizeof(text), "an error report of Windows: blue screen%s%s",
		w.bucket[0] ? ", " : "", w.bucket);
	t.time = w.time;
	t.is_local = true; /* when it was reported: at the next start */
	t.number = (uint32_t)w.values[0];
	t.has_parameters = w.has[1] && w.has[2] && w.has[3] && w.has[4];
	memcpy(t.parameters, w.values + 1, sizeof(t.parameters));
	t.text = text;
	t.name = module;
	t.path = w.file;
	(void)fn(user, &t);
	return 0;
}

/* ---- ntbtlog.txt ---- */

/* The head of a start: " 9 21 2020 16:04:01.500", or the time as the language writes it. */
static bool ntbt_time(const char *line, uint64_t *ret)
{
	unsigned n[7] = {0};
	struct tr_civil c;
	size_t i = 0;

	if (tr_time(line, ret, NULL))
		return true;
	for (const char *at = line; i < 7 && text_is_digit(*at); i++) {
		unsigned digits = 0;

		for (; text_is_digit(*at) && digits < 5; at++, digits++)
			n[i] = n[i] * 10 + (unsigned)(*at - '0');
		at += strspn(at, " :.");
	}
	c = (struct tr_civil){n[2], n[0], n[1], n[3], n[4], n[5], 0};
	return i >= 6 && tr_filetime(&c, ret);
}

struct ntbt {
	char loaded[64]; /* what stands before the kernel's name: it was loaded, in any language */
	uint64_t time;
};

/* Before the path: BOOTLOG_LOADED, BOOTLOG_NOT_LOADED, "Loaded driver", "Did not load driver" and
 * these in other languages; the first one, which is the kernel's, was loaded. */
static bool ntbt_is_loaded(struct ntbt *n, const char *line, const char *path)
{
	const char *at = strstr(line, path);
	size_t len = at ? (size_t)(at - line) : 0;

	if (!n->loaded[0])
		tr_copy(line, len, n->loaded, sizeof(n->loaded));
	return strncmp(line, n->loaded, strlen(n->loaded)) == 0 && strlen(n->loaded) == len;
}

int win_ntbtlog_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct ntbt n = {.time = 0};
	char path[TR_PATH];
	struct tr_lines l;
	bool goes_on = true;

	(void)err;
	tr_lines_init(&l, p);
	while (goes_on && tr_next(&l)) {
		struct win_trace t = tr_trace(WIN_TRACE_BOOT_LOG, l.line);
		uint64_t local = 0;

		if (ntbt_time(l.line, &local)) {
			t.time = n.time = tr_utc(local, c);
			t.is_local = true;
			n.loaded[0] = '\0';
			goes_on = fn(user, &t);
			continue;
		}
		if (!tr_path(l.line, path, sizeof(path)) || strstr(l.line, path) == l.line)
			continue;
		t.kind = ntbt_is_loaded(&n, l.line, path) ? WIN_TRACE_LOADED : WIN_TRACE_NOT_LOADED;
		t.time = n.time;
		t.is_local = true;
		t.path = path;
		goes_on = fn(user, &t);
	}
	return 0;
}
