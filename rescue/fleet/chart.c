/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts as SVG inside of the page: no style and no script, only shapes with their own colours. */
#include <stdlib.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "fleet/internal.h"

#define WIDTH	     960U
#define TIMES_HEIGHT 180U
#define BAR_LEFT     260U
#define BAR_STEP     22U
#define COLUMNS_MOST 48U
#define GROUPS_MOST  12U
#define LABEL_WIDTH  115.0
#define NAME_COLUMNS 36
#define SECOND	     10000000ULL /* of FILETIME */

static void put_rect(FILE *to, const double at[4], enum fleet_state state, size_t n)
{
	(void)fprintf(to,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>",
		at[0], at[1], at[2], at[3], fleet_state_colour(state));
	fleet_html(to, lang_word(fleet_state_text(state)));
	(void)fprintf(to, ": %zu</title></rect>\n", n);
}

static void put_text(FILE *to, double x, double y, const char *anchor, const char *text)
{
	(void)fprintf(to, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	fleet_html(to, text);
	(void)fputs("</text>\n", to);
}

/* ---- over time ---- */

struct times {
	uint64_t from, step; /* FILETIME */
	size_t columns, most;
	size_t in[COLUMNS_MOST][FLEET_STATES_END];
};

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* From the first to the last time, without the hundredth at each end: a machine whose clock is
 * wrong by years does not make all others one column. */
static bool measure(const struct fleet *f, struct times *t)
{
	static const unsigned steps[] = {
		60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400};
	auto_free uint64_t *all = calloc(f->n + 1, sizeof(*all));
	size_t n = 0, k = 0;

	for (size_t i = 0; all && i < f->n; i++)
		if (f->rows[i].is_newest && f->rows[i].when)
			all[n++] = f->rows[i].when;
	if (!n)
		return false;
	qsort(all, n, sizeof(*all), by_value);
	uint64_t first = all[n / 100], last = all[n - 1 - n / 100];
	while (k + 1 < sizeof(steps) / sizeof(steps[0]) &&
		(last - first) / (steps[k] * SECOND) + 2 > COLUMNS_MOST)
		k++;
	t->step = steps[k] * SECOND;
	t->from = first - first % t->step;
	t->columns = (last - t->from) / t->step + 1;
	t->columns = t->columns < COLUMNS_MOST ? t->columns : COLUMNS_MOST;
	return true;
}

static void fill(const struct fleet *f, struct times *t)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct fleet_row *row = &f->rows[i];
		size_t all = 0;
		if (!row->is_newest || row->when < t->from)
			continue;
		uint64_t column = (row->when - t->from) / t->step;
		if (column >= t->columns)
			continue;
		t->in[column][row->state]++;
		for (enum fleet_state s = 0; s < FLEET_STATES_END; s++)
			all += t->in[column][s];
		t->most = all > t->most ? all : t->most;
	}
}

static void put_column(const struct times *t, size_t i, FILE *to)
{
	double width = (double)WIDTH / (double)t->columns, y = TIMES_HEIGHT;
	char time[RS_TIME_LEN];

	for (enum fleet_state s = 0; s < FLEET_STATES_END; s++) {
		double height = (double)t->in[i][s] * (TIMES_HEIGHT - 20) / (double)t->most;
		if (!t->in[i][s])
			continue;
		y -= height;
		put_rect(to, (double[]){(double)i * width + 1, y, width - 2, height}, s,
			t->in[i][s]);
	}
	if (i % ((t->columns + 5) / 6) || WIDTH - (double)i * width < LABEL_WIDTH)
		return;
	rs_filetime_text(t->from + i * t->step, time);
	time[10] = ' ';
	time[16] = '\0';
	put_text(to, (double)i * width + 1, TIMES_HEIGHT + 16, "start", time);
}

void fleet_chart_times(const struct fleet *f, FILE *to)
{
	struct times t = {0};
	char most[32];

	if (!measure(f, &t))
		return;
	fill(f, &t);
	if (!t.most)
		return;
	(void)fprintf(to, "<svg viewBox=\"0 0 %u %u\" role=\"img\">\n", WIDTH, TIMES_HEIGHT + 24);
	(void)snprintf(most, sizeof(most), "%zu", t.most);
	put_text(to, 2, 14, "start", most);
	for (size_t i = 0; i < t.columns; i++)
		put_column(&t, i, to);
	(void)fputs("</svg>\n", to);
}

/* ---- groups ---- */

void fleet_chart_groups(const struct fleet_group *g, size_t n, fleet_name *name, FILE *to)
{
	size_t rows = n < GROUPS_MOST ? n : GROUPS_MOST;

	if (!rows)
		return;
	(void)fprintf(to, "<svg viewBox=\"0 0 %u %zu\" role=\"img\">\n", WIDTH, rows * BAR_STEP);
	for (size_t i = 0; i < rows; i++) {
		char text[256], cut[NAME_COLUMNS * 4 + 8], number[32];
		double x = BAR_LEFT, y = (double)(i * BAR_STEP);
		name(g[i].first, text, sizeof(text));
		(void)rs_escape(text, cut, NAME_COLUMNS); /* at a whole character */
		put_text(to, BAR_LEFT - 8, y + 15, "end", cut);
		for (enum fleet_state s = 0; s < FLEET_STATES_END; s++) {
			double width =
				(double)g[i].in[s] * (WIDTH - BAR_LEFT - 70) / (double)g[0].n;
			if (g[i].in[s])
				put_rect(to, (double[]){x, y + 2, width, BAR_STEP - 5}, s,
					g[i].in[s]);
			x += width;
		}
		(void)snprintf(number, sizeof(number), "%zu", g[i].n);
		put_text(to, x + 6, y + 15, "start", number);
	}
	(void)fputs("</svg>\n", to);
}
