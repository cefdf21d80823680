/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report into a file that a person names, and what the engine said on the way. */
#include <string.h>

#include "ui/tui.h"

/* ---- a name ---- */

/* A scanner may have sent a key into it, and a name stays on a disk. */
static bool is_fit(struct tui *t)
{
	char copy[sizeof(t->path)];

	memcpy(copy, t->path, sizeof(copy));
	rs_redact(copy);
	const bool ret = strcmp(copy, t->path) == 0;
	rs_wipe(copy, sizeof(copy));
	if (ret)
		return true;
	rs_wipe(t->path, sizeof(t->path));
	(void)snprintf(t->status, sizeof(t->status),
		"A recovery key is no name of a file: what was typed is gone.");
	return false;
}

bool path_ask(struct tui *t, const char *what)
{
	t->path_what = what;
	if (!t->is_plain) {
		tui_ask(t, SCREEN_PATH);
		return t->answer == RS_ANSWER_YES && t->path[0];
	}
	char typed[sizeof(t->path)];
	(void)printf("%s [%s]", lang_word(what), t->path);
	(void)fflush(stdout); /* out_finish finds what was lost */
	if (term_read_line(": ", NULL, typed, sizeof(typed)) > 0)
		memcpy(t->path, typed, sizeof(typed));
	rs_wipe(typed, sizeof(typed));
	return is_fit(t) && t->path[0] && !term_is_cancelled();
}

void path_draw(const struct tui *t, struct page *p)
{
	page_say(p, true, "%s", t->path_what);
	page_blank(p);
	page_quote(p, false, t->path);
	if (!t->path[0])
		page_line(p, "");
	p->has_cursor = true;
	p->cursor_line = p->n - 1;
	p->cursor_column = page_width(p->lines[p->n - 1].text);
	page_blank(p);
	page_say(p, false, "Backspace takes the last character back.");
}

bool path_put(struct tui *t, unsigned key)
{
	char c[KEY_CHARACTER];
	const size_t len = key_character(key, c);
	size_t n = strlen(t->path);

	if (key == UI_KEY_BACKSPACE || key == '\b') {
		while (n && ((unsigned char)t->path[n - 1] & 0xC0) == 0x80)
			n--;
		t->path[n ? n - 1 : 0] = '\0';
	} else if (n + len < sizeof(t->path)) {
		memcpy(t->path + n, c, len + 1);
	}
	return false;
}

enum screen_id path_next(struct tui *t)
{
	if (!is_fit(t))
		return SCREEN_STAY;
	t->answer = t->path[0] ? RS_ANSWER_YES : RS_ANSWER_CANCEL;
	return SCREEN_ANSWER;
}

/* ---- the report ---- */

bool save_is_open(const struct tui *t)
{
	/* the rescue system has no place that lasts: its first process keeps it on the stick */
	return t->report && !t->repair && !t->is_working && !t->supervisor.is_there;
}

static void put_line(void *user, const char *line)
{
	(void)fprintf(user, "%s\n", line); /* memory: fclose says if there was none */
}

static bool is_text(const char *path)
{
	const size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, ".txt") == 0;
}

/* As JSON; as text where the name ends so. A file that is there is never replaced. */
static int save(struct rs_report *report, const char *path, struct rs_err *err)
{
	struct ui one = {.opt = {.report = path}};
	auto_free char *text = NULL;
	size_t len = 0;
	int r = report_file_open(&one, err);

	if (r < 0)
		return r;
	FILE *f = is_text(path) ? open_memstream(&text, &len) : NULL;
	if (f)
		rs_report_text(report, put_line, f);
	if (f && fclose(f) != 0) {
		free(text);
		text = NULL;
	}
	return report_file_write(&one, is_text(path) ? text : rs_report_json(report), err);
}

/* The timeline beside it, under the same name: "NAME.svg". False: there is none. */
static bool picture_name(const struct tui *t, char *ret, size_t cap)
{
	const char *name = strrchr(t->path, '/');
	const char *dot = strrchr(name ? name : t->path, '.');
	const size_t len = dot ? (size_t)(dot - t->path) : strlen(t->path);

	if (!rs_report_svg(t->report, 0, NULL))
		return false;
	return (size_t)snprintf(ret, cap, "%.*s.svg", (int)len, t->path) < cap;
}

enum screen_id save_go(struct tui *t)
{
	char time[RS_TIME_LEN], line[1024], shown[2 * sizeof(line)], picture[sizeof(t->path) + 8];
	struct rs_err err = {0};

	rs_filetime_name(rs_filetime_now(), time);
	(void)snprintf(t->path, sizeof(t->path), "unbrick-%s.txt", time);
	if (!path_ask(t, "Save the report in which file? (.txt: as text, else as JSON)"))
		return SCREEN_STAY;
	int r = save(t->report, t->path, &err);
	const bool has_picture = r == 0 && picture_name(t, picture, sizeof(picture));
	if (has_picture)
		r = picture_save(t->report, picture, &err);
	if (has_picture && r == RS_E_OUTPUT_EXISTS) /* the report is saved all the same */
		(void)snprintf(
			line, sizeof(line), "Saved in %s; %s was there already", t->path, picture);
	else if (r < 0)
		(void)snprintf(line, sizeof(line), "%s%s%s; %s", rs_err_info(err.code)->text,
			err.detail[0] ? ": " : "", err.detail, rs_err_next(&err));
	else if (has_picture)
		(void)snprintf(
			line, sizeof(line), "Saved in %s, the timeline in %s", t->path, picture);
	else
		(void)snprintf(line, sizeof(line), "Saved in %s", t->path);
	(void)rs_shown(line, shown, sizeof(shown)); /* half of a key has no shape */
	rs_shorten(shown, t->status, sizeof(t->status));
	return SCREEN_STAY;
}

/* ---- the log ---- */

bool log_is_open(const struct tui *t)
{
	return t->log.n && !t->is_working;
}

enum screen_id log_go(struct tui *t)
{
	tui_ask(t, SCREEN_LOG);
	return SCREEN_STAY;
}

/* The newest first: it is what is looked for. */
void log_draw(const struct tui *t, struct page *p)
{
	for (size_t i = t->log.n; i-- > 0;)
		page_put(p, t->log.lines[i].text);
}
