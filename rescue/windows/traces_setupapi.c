/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INF\setupapi.dev.log: sections that begin with ">>>" and end with "<<<", local times. Source:
 * Microsoft, "Format of a SetupAPI text log section"; the lines inside: logs of Windows 7 to 11. */
#include "windows/traces_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SETUP_FILES = 16 }; /* of a section */

struct section {
	uint64_t time;
	char title[TR_NAME], inf[TR_PATH], published[64], package[TR_NAME], service[TR_NAME];
	char provider[TR_NAME], version[64];
	char files[SETUP_FILES][TR_PATH];
	size_t n_files;
	uint32_t status;
	bool is_open;
};

struct setup {
	struct win_clock clock;
	win_trace_fn fn;
	void *user;
	bool is_over;
	struct section s;
};

/* "...\FileRepository\NAME\x.inf": NAME. */
static void package_of(const char *path, char *ret, size_t cap)
{
	const char *at = tr_after(path, "\\FileRepository\\");

	if (at && !ret[0])
		tr_word(at, "\\'\"", ret, cap);
}

static void add_file(struct section *s, const char *path)
{
	if (!win_path_ends(path, ".sys") || s->n_files == SETUP_FILES)
		return;
	for (size_t i = 0; i < s->n_files; i++)
		if (strcasecmp(s->files[i], path) == 0)
			return;
	tr_copy(path, strlen(path), s->files[s->n_files++], TR_PATH);
}

/* ---- a section's end: a row for each driver that it put somewhere, or one for all of it ---- */

static void tell_one(struct setup *u, const char *path)
{
	struct section *s = &u->s;
	char product[TR_NAME + 80], text[3 * TR_NAME];
	struct win_trace t = tr_trace(WIN_TRACE_DEVICE_INSTALL, "");

	(void)snprintf(product, sizeof(product), "%s%s%s", s->provider, s->version[0] ? " " : "",
		s->version);
	(void)snprintf(text, sizeof(text), "%s%s%s", s->title, product[0] ? ", " : "", product);
	if (!s->n_files && !s->service[0])
		t.kind = WIN_TRACE_PACKAGE;
	if (s->status)
		t.kind = WIN_TRACE_FAILED;
	t.text = text;
	t.time = tr_utc(s->time, u->clock);
	t.is_local = true;
	t.path = path;
	t.name = s->published[0] ? s->published : win_path_name(s->inf);
	t.package = s->package;
	t.service = s->service;
	t.product = product;
	t.number = s->status;
	if (!u->is_over && !u->fn(u->user, &t))
		u->is_over = true;
}

static void section_end(struct setup *u)
{
	struct section *s = &u->s;
	bool is_install = s->n_files || s->service[0] || s->package[0] || s->published[0] ||
			  tr_after(s->title, "Install") || tr_after(s->title, "Driver");

	if (!s->is_open || !s->time || !is_install) {
		s->is_open = false;
		return;
	}
	for (size_t i = 0; i < s->n_files; i++)
		tell_one(u, s->files[i]);
	if (!s->n_files)
		tell_one(u, s->inf);
	s->is_open = false;
}

/* ---- lines ---- */

static void section_begin(struct setup *u, const char *line)
{
	char path[TR_PATH];

	section_end(u); /* the one before was cut */
	u->s = (struct section){.is_open = true};
	tr_word(line + 1, "]", u->s.title, sizeof(u->s.title));
	if (tr_path(line, path, sizeof(path))) {
		path[strcspn(path, "]")] = '\0';
		if (win_path_ends(path, ".inf"))
			tr_copy(path, strlen(path), u->s.inf, sizeof(u->s.inf));
	}
}

/* "'tndrvpn'", " = tndrvpn", ": tndrvpn": the name behind a label. */
static void name_after(const char *at, char *ret, size_t cap)
{
	if (ret[0])
		return; /* the first one counts */
	at += strspn(at, " =:'\"");
	tr_word(at, " '\",}.(", ret, cap);
}

static void service_line(struct section *s, const char *line)
{
	static const char *const labels[] = {"Add Service:", "Modified service", "new service",
		"Service Name", "AddService=", "Add Service ", NULL};

	for (size_t i = 0; labels[i]; i++) {
		const char *at = tr_after(line, labels[i]);

		if (at)
			name_after(at, s->service, sizeof(s->service));
	}
}

static void file_line(struct section *s, const char *line)
{
	static const char *const labels[] = {
		"Copying '", "Image Path", "Target Path", "Target Filename", "Published '", NULL};
	char path[TR_PATH];

	for (size_t i = 0; labels[i]; i++) {
		const char *at = tr_after(line, labels[i]),
			   *to = at ? tr_after(at, "' to '") : NULL;

		if (!at)
			continue;
		if (to)
			tr_word(to, "'", path, sizeof(path));
		else if (!tr_path(at, path, sizeof(path)))
			tr_word(at + strspn(at, " ="), "'\",", path, sizeof(path));
		add_file(s, path);
		return;
	}
}

static void inner_line(struct section *s, const char *line)
{
	const char *at;
	char path[TR_PATH];

	if (tr_after(line, "FileRepository\\"))
		package_of(line, s->package, sizeof(s->package));
	if (!s->inf[0] && tr_path(line, path, sizeof(path)) && win_path_ends(path, ".inf"))
		tr_copy(path, strlen(path), s->inf, sizeof(s->inf));
	at = tr_after(line, "Published Inf Path");
	if (at && tr_path(at, path, sizeof(path)))
		tr_copy(win_path_name(path), strlen(win_path_name(path)), s->published,
			sizeof(s->published));
	at = tr_after(line, "Driver INF");
	if (at)
		name_after(at + strspn(at, " -"), s->published, sizeof(s->published));
	at = tr_after(line, "Provider:");
	if (at && !s->provider[0])
		tr_word(at, "", s->provider, sizeof(s->provider));
	at = tr_after(line, "Driver Version:");
	if (at && strchr(at, ',') && !s->version[0])
		tr_word(strchr(at, ',') + 1, " ", s->version, sizeof(s->version));
	service_line(s, line);
	file_line(s, line);
}

/* "[Exit status: SUCCESS]", "[Exit status: FAILURE(0xe0000203)]" */
static void exit_line(struct setup *u, const char *line)
{
	const char *at = tr_after(line, "FAILURE");
	uint64_t n = 1;

	if (at && tr_after(at, "0x"))
		(void)tr_hex(tr_after(at, "0x"), &n, NULL);
	if (at)
		u->s.status = n && n <= UINT32_MAX ? (uint32_t)n : 1;
}

static void take_line(struct setup *u, const char *line)
{
	if (strncmp(line, ">>>", 3) == 0) {
		line += 3 + strspn(line + 3, " ");
		if (*line == '[')
			section_begin(u, line);
		else if (u->s.is_open)
			(void)tr_find_time(line, &u->s.time, NULL);
	} else if (strncmp(line, "<<<", 3) == 0) {
		exit_line(u, line);
		if (tr_after(line, "Exit status"))
			section_end(u);
	} else if (u->s.is_open) {
		inner_line(&u->s, line);
	}
}

int win_setupapi_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	struct setup u = {.clock = c, .fn = fn, .user = user};
	struct tr_lines l;

	(void)err;
	tr_lines_init(&l, p);
	while (!u.is_over && tr_next(&l))
		take_line(&u, l.line);
	if (!u.is_over)
		section_end(&u); /* without its last line: the machine stopped in it */
	return 0;
}
