/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The timeline of a diagnosis as a picture: SVG 1.1 (W3C Recommendation, 2011) that has no script,
 * fetches nothing, and in which every text is escaped twice, for people (rs_shown_new) and for XML.
 * English, as all reports. What it has is bounded by ROWS_MOST. */
#include <inttypes.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/redact.h"
#include "core/text.h"
#include "report/report.h"

#define ROWS_MOST  48U
#define TEXT_BYTES 400U /* of a text; lines have less */
#define LINE_BYTES 118U
#define WIDTH	   1000U
#define LEFT	   30U
#define AXIS_WIDTH (WIDTH - 2 * LEFT)
#define AXIS_Y	   150U
#define ROWS_Y	   200U
#define ROW_HEIGHT 24U
#define SECOND	   10000000ULL /* of FILETIME */

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

/* Cut in the middle, where it is too long. */
static void put_shown(FILE *f, const char *text, size_t most)
{
	char cut[TEXT_BYTES];
	auto_free char *shown = rs_shown_new(text);

	rs_shorten(
		shown ? shown : "(not enough memory)", cut, most < TEXT_BYTES ? most : TEXT_BYTES);
	put_text(f, cut);
}

static void time_text(uint64_t filetime, char ret[RS_TIME_LEN])
{
	if (!filetime) {
		(void)snprintf(ret, RS_TIME_LEN, "%s", "time not known");
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

/* ---- the picture ---- */

static void put_head(FILE *f, const struct run_diagnosis *r, size_t n_rows)
{
	const unsigned height = ROWS_Y + (unsigned)n_rows * ROW_HEIGHT + 30;

	(void)fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%u\" "
		"height=\"%u\" viewBox=\"0 0 %u %u\" role=\"img\" font-family=\"sans-serif\" "
		"font-size=\"13\" fill=\"#1f2328\">\n<title>",
		WIDTH, height, WIDTH, height);
	put_shown(f, r->d.text, TEXT_BYTES);
	(void)fprintf(f, "</title>\n<rect width=\"%u\" height=\"%u\" fill=\"#ffffff\"/>\n", WIDTH,
		height);
}

static void put_line(FILE *f, unsigned y, const char *more, const char *label, const char *text)
{
	(void)fprintf(f, "<text x=\"%u\" y=\"%u\"%s>%s", LEFT, y, more, label);
	put_shown(f, text, LINE_BYTES);
	(void)fputs("</text>\n", f);
}

static void put_verdict(FILE *f, const struct run_diagnosis *r)
{
	static const char *const roles[] = {[RUN_SUSPECT] = "Suspect: ",
		[RUN_AT_FAULT] = "At fault: ",
		[RUN_TAKEN_AWAY] = "Missing: "};
	const struct diagnosis *d = &r->d;
	char line[160];

	(void)snprintf(line, sizeof(line), "%s; how sure: %s", run_trouble_text(d->kind),
		run_certainty_text(d));
	put_line(f, 32, " font-size=\"18\" font-weight=\"bold\"", "", line);
	put_line(f, 56, "", "", d->text);
	if (d->n_candidates)
		put_line(f, 80, "", roles[run_role_of(r)],
			d->candidates[0].path[0] ? d->candidates[0].path
						 : d->candidates[0].service);
	if (d->n_proposals)
		put_line(f, 104, "", "Proposed: ", d->proposals[0].text);
}

static void put_axis(FILE *f, const struct chosen *c)
{
	char first[RS_TIME_LEN], last[RS_TIME_LEN];

	if (!c->first)
		return;
	time_text(c->first, first);
	time_text(c->last, last);
	(void)fprintf(f,
		"<line x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\" stroke=\"#8c959f\" "
		"stroke-width=\"2\"/>\n<text x=\"%u\" y=\"%u\" font-size=\"11\">%s</text>\n"
		"<text x=\"%u\" y=\"%u\" font-size=\"11\" text-anchor=\"end\">%s</text>\n",
		LEFT, AXIS_Y, WIDTH - LEFT, AXIS_Y, LEFT, AXIS_Y + 24, first, WIDTH - LEFT,
		AXIS_Y + 24, last);
	for (size_t i = 0; i < c->n; i++) {
		const struct diag_moment *m = c->rows[i];
		if (m->time)
			(void)fprintf(f,
				"<circle cx=\"%u\" cy=\"%u\" r=\"%u\" fill=\"%s\" "
				"stroke=\"#ffffff\"/>\n",
				place_of(c, m->time), AXIS_Y, m->is_key ? 8U : 5U,
				colour_of(m->what));
	}
}

static void put_row(FILE *f, const struct diag_moment *m, unsigned y)
{
	const char *text = m->text && m->text[0] ? m->text : ev_what_word(m->what);
	const char *more = m->is_key ? " font-weight=\"bold\"" : "";
	char time[RS_TIME_LEN];

	time_text(m->time, time);
	(void)fprintf(f,
		"<circle cx=\"%u\" cy=\"%u\" r=\"%u\" fill=\"%s\"/>\n"
		"<text x=\"%u\" y=\"%u\"%s>%s</text>\n<text x=\"%u\" y=\"%u\"%s>",
		LEFT + 8, y - 4, m->is_key ? 7U : 4U, colour_of(m->what), LEFT + 26, y, more, time,
		LEFT + 190, y, more);
	put_shown(f, text, LINE_BYTES);
	(void)fputs("</text>\n", f);
}

bool report_svg(const struct rs_run *run, FILE *f)
{
	const struct run_diagnosis *r = run_worst(run);
	struct chosen c;

	if (!r)
		return false;
	choose(&r->d, &c);
	put_head(f, r, c.n);
	put_verdict(f, r);
	put_axis(f, &c);
	for (size_t i = 0; i < c.n; i++)
		put_row(f, c.rows[i], ROWS_Y + (unsigned)i * ROW_HEIGHT);
	(void)fputs("</svg>\n", f);
	return true;
}
