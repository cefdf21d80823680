/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The timeline of a diagnosis as a picture: SVG 1.1 (W3C Recommendation, 2011) that has no script,
 * fetches nothing, and in which every text is escaped twice, for people (rs_shown_new) and for XML.
 * It speaks the language of who reads it, as the report in text does. What it has is bounded by
 * ROWS_MOST, and no line is wider than the picture: no reader of SVG 1.1 breaks lines by itself. */
#include <inttypes.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "core/redact.h"
#include "core/text.h"
#include "report/render.h"

#define ROWS_MOST   48U
#define WIDTH	    1000U
#define LEFT	    30U
#define AXIS_WIDTH  (WIDTH - 2 * LEFT)
#define TEXT_X	    (LEFT + 190)
#define LINE_HEIGHT 18U
#define ROW_GAP	    6U
#define SECOND	    10000000ULL /* of FILETIME */
/* Columns that fit whatever sans-serif font there is: of a common one a letter of 13 pixels is 7
 * wide, and a bold one 7.5. Characters of two columns are 13. */
#define LINE_COLUMNS  125U /* from LEFT */
#define ROW_COLUMNS   98U  /* from TEXT_X */
#define TITLE_COLUMNS 88U  /* of 18 pixels, bold */
#define LINES_MOST    8U   /* of one text: twice as many as it fills at the least */
#define TITLE_BYTES   400U

/* How a moment is drawn: what went well, what went wrong, what changed, all else. */
static const char *colour_of(enum ev_what what)
{
	switch (what) {
	case EV_START:
	case EV_STOP:
	case EV_ALIVE:
	case EV_RESTART_ASKED:
		return "#1a7f37";
	case EV_CRASH:
	case EV_UNCLEAN:
	case EV_DUMP_FAILED:
	case EV_START_FAILED:
	case EV_ROOT_CAUSE:
	case EV_SERVICE_FAILED:
	case EV_REGISTRY_BAD:
	case EV_RESUME_FAILED:
	case EV_FS_DAMAGE:
	case EV_DISK_ERROR:
	case EV_HARDWARE_ERROR:
		return "#cf222e";
	case EV_FILE_NEW:
	case EV_FILE_CHANGED:
	case EV_FILE_GONE:
	case EV_PACKAGE:
	case EV_DEVICE_INSTALLED:
	case EV_SERVICE_NEW:
	case EV_UPDATE:
	case EV_UPDATE_STARTED:
	case EV_UPDATE_FAILED:
	case EV_UPDATE_PENDING:
	case EV_TAKEN_AWAY:
		return "#0969da";
	case EV_REPAIRED:
		return "#8250df";
	default:
		return "#57606a";
	}
}

/* Of UTF-8 that rs_shown_new made: no control characters. The two characters that XML has no place
 * for (XML 1.0, 2.2) become a sign. */
static void put_text(FILE *f, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (strncmp(p, "\xEF\xBF\xBE", 3) == 0 || strncmp(p, "\xEF\xBF\xBF", 3) == 0) {
			(void)fputc('?', f);
			p += 2;
		} else if (*p == '&') {
			(void)fputs("&amp;", f);
		} else if (*p == '<') {
			(void)fputs("&lt;", f);
		} else if (*p == '>') {
			(void)fputs("&gt;", f);
		} else if (*p == '"') {
			(void)fputs("&quot;", f);
		} else if (*p == '\'') {
			(void)fputs("&#39;", f);
		} else {
			(void)fputc(*p, f);
		}
	}
}

/* ---- lines that are no wider than there is room ---- */

/* Of a character of UTF-8: what no alphabet of Europe has may be twice as wide. */
static size_t columns_of(const char *p, size_t *ret_len)
{
	uint32_t c = 0;

	*ret_len = rs_utf8_get((const uint8_t *)p, strlen(p), &c);
	if (!*ret_len)
		*ret_len = 1;
	return c >= 0x1100 ? 2 : 1;
}

/* Bytes of @s that go on a line: up to the last blank that fits, or where there is none as much as
 * fits. */
static size_t fitting(const char *s, size_t columns)
{
	size_t used = 0, blank = 0, i = 0, len;

	for (; s[i]; i += len) {
		used += columns_of(s + i, &len);
		if (used > columns)
			return blank ? blank : i;
		if (s[i] == ' ')
			blank = i;
	}
	return i;
}

/* A text in lines: where it begins, how wide it may be, how it looks. */
struct block {
	unsigned x, y;
	size_t columns;
	const char *look;
};

/* @shown: clean already. Cut in the middle where it has too many lines. How many there are; @f
 * NULL: only that. */
static unsigned put_lines(FILE *f, const struct block *b, const char *shown)
{
	auto_free char *cut = malloc(LINES_MOST * b->columns + 1);
	unsigned n = 0;

	if (!cut)
		return 1;
	rs_shorten(shown, cut, LINES_MOST / 2 * b->columns);
	for (const char *s = cut; *s && n < LINES_MOST; n++) {
		const size_t len = fitting(s, b->columns);
		auto_free char *line = strndup(s, len);
		if (f)
			(void)fprintf(f, "<text x=\"%u\" y=\"%u\"%s>", b->x, b->y + n * LINE_HEIGHT,
				b->look);
		if (f && line)
			put_text(f, line);
		if (f)
			(void)fputs("</text>\n", f);
		s += len;
		s += strspn(s, " ");
	}
	return n ? n : 1;
}

/* A text of ours in the language of who reads it, clean. */
static char *said_new(const char *text)
{
	auto_free char *said = lang_new(text);

	return rs_shown_new(said ? said : text);
}

static unsigned put_said(FILE *f, const struct block *b, const char *text)
{
	auto_free char *shown = said_new(text);

	return put_lines(f, b, shown ? shown : "(not enough memory)");
}

static void time_text(uint64_t filetime, char ret[RS_TIME_LEN])
{
	if (!filetime) {
		(void)snprintf(ret, RS_TIME_LEN, "%s", lang_word(N_("(time not known)")));
		return;
	}
	rs_filetime_text(filetime - filetime % SECOND, ret);
	if (strchr(ret, 'T'))
		*strchr(ret, 'T') = ' ';
}

/* ---- which moments ---- */

struct chosen {
	const struct diag_moment *rows[ROWS_MOST];
	size_t n;
	uint64_t first, last; /* of those whose time is known; 0: none is */
};

/* Those that the verdict rests on, and the newest of the others. */
static void choose(const struct diagnosis *d, struct chosen *ret)
{
	size_t keys = 0, others;

	*ret = (struct chosen){.n = 0};
	for (size_t i = 0; i < d->n_timeline; i++)
		keys += d->timeline[i].is_key;
	others = d->n_timeline - keys;
	for (size_t i = 0; i < d->n_timeline && ret->n < ROWS_MOST; i++) {
		const struct diag_moment *m = &d->timeline[i];
		const size_t room = ROWS_MOST - ret->n;
		if (moment_is_told_before(d, i)) {
			others -= !m->is_key;
			keys -= m->is_key;
			continue;
		}
		if (!m->is_key && others-- > (room > keys ? room - keys : 0))
			continue;
		keys -= m->is_key;
		ret->rows[ret->n++] = m;
		if (m->time && (!ret->first || m->time < ret->first))
			ret->first = m->time;
		if (m->time > ret->last)
			ret->last = m->time;
	}
}

static unsigned place_of(const struct chosen *c, uint64_t time)
{
	const uint64_t all = c->last - c->first;

	/* as numbers with a point: times are 63 bits */
	return LEFT + (all ? (unsigned)((double)(time - c->first) / (double)all * AXIS_WIDTH)
			   : AXIS_WIDTH / 2);
}

/* ---- the picture: what is above the rows, and where it ends ---- */

static void put_head(FILE *f, const struct run_diagnosis *r, unsigned height)
{
	char cut[TITLE_BYTES];
	auto_free char *title = said_new(r->d.text);

	(void)fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%u\" "
		"height=\"%u\" viewBox=\"0 0 %u %u\" role=\"img\" font-family=\"sans-serif\" "
		"font-size=\"13\" fill=\"#1f2328\">\n<title>",
		WIDTH, height, WIDTH, height);
	rs_shorten(title ? title : "", cut, sizeof(cut));
	put_text(f, cut);
	(void)fprintf(f, "</title>\n<rect width=\"%u\" height=\"%u\" fill=\"#ffffff\"/>\n", WIDTH,
		height);
}

/* "At fault: \\path": what stands behind the label is clean, and no text of ours any more. */
static unsigned put_labelled(FILE *f, const struct block *b, const char *label, const char *shown)
{
	char *line = NULL;

	if (!shown || asprintf(&line, "%s %s", lang_word(label), shown) < 0)
		line = NULL;
	auto_free char *kept = line;
	return put_lines(f, b, kept ? kept : "(not enough memory)");
}

static unsigned put_candidate(FILE *f, const struct block *b, const struct run_diagnosis *r)
{
	static const char *const roles[] = {[RUN_SUSPECT] = N_("Suspect:"),
		[RUN_AT_FAULT] = N_("At fault:"),
		[RUN_TAKEN_AWAY] = N_("Missing:"),
		[RUN_CONCERNED] = N_("Concerned:")};
	const struct diag_candidate *c = &r->d.candidates[0];
	auto_free char *shown = rs_shown_new(c->path[0] ? c->path : c->service);

	return put_labelled(f, b, roles[run_role_of(r)], shown);
}

/* The end of it. @f NULL: only that. */
static unsigned put_verdict(FILE *f, const struct rs_run *run, const struct run_diagnosis *r)
{
	const struct diagnosis *d = &r->d;
	struct block b = {LEFT, 32, TITLE_COLUMNS, " font-size=\"18\" font-weight=\"bold\""};
	char kind[256], sure[256], line[600];

	lang_text(run_trouble_text(d->kind), kind, sizeof(kind));
	lang_text(run_certainty_text(d), sure, sizeof(sure));
	(void)snprintf(line, sizeof(line), "%s; %s %s", kind, lang_word(N_("how sure:")), sure);
	b.y += put_lines(f, &b, line) * (LINE_HEIGHT + ROW_GAP);
	b.columns = LINE_COLUMNS;
	b.look = "";
	if (run_has_several(run_volume_at(run, r->volume))) {
		auto_free char *root = rs_shown_new(d->windows);
		b.y += put_labelled(f, &b, N_("Windows in"), root) * LINE_HEIGHT;
	}
	b.y += put_said(f, &b, d->text) * LINE_HEIGHT + ROW_GAP;
	if (d->n_candidates)
		b.y += put_candidate(f, &b, r) * LINE_HEIGHT + ROW_GAP;
	if (d->n_proposals) {
		const bool is_refused = run_refusal(run, r, &d->proposals[0], line, sizeof(line));
		auto_free char *shown = said_new(is_refused ? line : d->proposals[0].text);
		b.y += put_labelled(f, &b, is_refused ? N_("Refused:") : N_("Proposed:"), shown) *
			       LINE_HEIGHT +
		       ROW_GAP;
	}
	return b.y;
}

/* The end of it. */
static unsigned put_axis(FILE *f, const struct chosen *c, unsigned y)
{
	char first[RS_TIME_LEN], last[RS_TIME_LEN];

	if (!c->first)
		return y;
	time_text(c->first, first);
	time_text(c->last, last);
	(void)fprintf(f,
		"<line x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\" stroke=\"#8c959f\" "
		"stroke-width=\"2\"/>\n<text x=\"%u\" y=\"%u\" font-size=\"11\">%s</text>\n"
		"<text x=\"%u\" y=\"%u\" font-size=\"11\" text-anchor=\"end\">%s</text>\n",
		LEFT, y, WIDTH - LEFT, y, LEFT, y + 24, first, WIDTH - LEFT, y + 24, last);
	for (size_t i = 0; i < c->n; i++) {
		const struct diag_moment *m = c->rows[i];
		if (m->time)
			(void)fprintf(f,
				"<circle cx=\"%u\" cy=\"%u\" r=\"%u\" fill=\"%s\" "
				"stroke=\"#ffffff\"/>\n",
				place_of(c, m->time), y, m->is_key ? 8U : 5U, colour_of(m->what));
	}
	return y + 54;
}

/* The end of it. @f NULL: only that. */
static unsigned put_row(FILE *f, const struct diag_moment *m, unsigned y)
{
	const char *more = m->is_key ? " font-weight=\"bold\"" : "";
	const struct block b = {TEXT_X, y, ROW_COLUMNS, more};
	auto_free char *said = moment_new(m, m->text);
	auto_free char *shown = rs_shown_new(said ? said : "");
	char time[RS_TIME_LEN];

	time_text(m->time, time);
	if (f)
		(void)fprintf(f,
			"<circle cx=\"%u\" cy=\"%u\" r=\"%u\" fill=\"%s\"/>\n"
			"<text x=\"%u\" y=\"%u\"%s>%s</text>\n",
			LEFT + 8, y - 4, m->is_key ? 7U : 4U, colour_of(m->what), LEFT + 26, y,
			more, time);
	return y + put_lines(f, &b, shown ? shown : "") * LINE_HEIGHT + ROW_GAP;
}

/* ---- which ones ---- */

/* The worst first, then the others as they were made; those that have a time to show. */
static const struct run_diagnosis *at(const struct rs_run *run, size_t nth)
{
	const struct run_diagnosis *worst = run_worst(run);

	if (worst && worst->d.n_timeline && !nth--)
		return worst;
	for (size_t i = 0; i < run->n_diagnoses; i++)
		if (&run->diagnoses[i] != worst && run->diagnoses[i].d.n_timeline && !nth--)
			return &run->diagnoses[i];
	return NULL;
}

bool report_svg(const struct rs_run *run, size_t nth, FILE *f)
{
	const struct run_diagnosis *r = at(run, nth);
	struct chosen c;
	unsigned y;

	if (!r || !f)
		return r != NULL;
	choose(&r->d, &c);
	y = put_verdict(NULL, run, r) + 20 + (c.first ? 54 : 0);
	for (size_t i = 0; i < c.n; i++)
		y = put_row(NULL, c.rows[i], y);
	put_head(f, r, y);
	y = put_axis(f, &c, put_verdict(f, run, r) + 20);
	for (size_t i = 0; i < c.n; i++)
		y = put_row(f, c.rows[i], y);
	(void)fputs("</svg>\n", f);
	return true;
}
