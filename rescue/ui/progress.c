/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of progress on standard error, if that is a terminal, once a task takes longer than a
 * second: how far, how fast, how much longer. */
#include <string.h>
#include <unistd.h>

#include "ui/ui.h"

#define NS	    1000000000ULL
#define FIRST_AFTER NS
#define EVERY	    (NS / 4)

/* There is one terminal, and one line of progress on it. */
static struct {
	struct progress at;
	uint64_t shown_ns;
	bool is_shown;
} now;

void progress_clear(void)
{
	if (now.is_shown)
		(void)fputs("\r\033[K", stderr); /* a terminal, see progress_step */
	now.is_shown = false;
}

static void amount(uint64_t n, bool is_bytes, char *ret, size_t cap)
{
	static const char *const unit[2][5] = {
		{"", "k", "M", "G", "T"},
		{" B", " KiB", " MiB", " GiB", " TiB"},
	};
	double v = (double)n;
	int i = 0;

	for (; v >= (is_bytes ? 1024 : 1000) && i < 4; i++)
		v /= is_bytes ? 1024 : 1000;
	(void)snprintf(ret, cap, i ? "%.1f%s" : "%.0f%s", v, unit[is_bytes][i]);
}

static void time_left(uint64_t done, uint64_t total, double rate, char *ret, size_t cap)
{
	ret[0] = '\0';
	if (total <= done || rate <= 0)
		return;
	double seconds = (double)(total - done) / rate;
	if (seconds < 360000)
		(void)snprintf(ret, cap, ", %u:%02u:%02u %s", (unsigned)seconds / 3600,
			(unsigned)seconds / 60 % 60, (unsigned)seconds % 60, lang_word(N_("left")));
}

bool progress_take(
	struct progress *g, const char *what, uint64_t done, uint64_t total, uint64_t now_ns)
{
	const bool is_new = strncmp(g->what, what, sizeof(g->what) - 1) != 0 || done < g->done;

	if (is_new) {
		(void)snprintf(g->what, sizeof(g->what), "%s", what);
		g->began_ns = now_ns;
		g->began_done = done;
	}
	g->done = done;
	g->total = total;
	return is_new;
}

unsigned progress_percent(const struct progress *g)
{
	const double percent = g->total ? (double)g->done * 100 / (double)g->total : 0;

	return percent > 100 ? 100 : (unsigned)percent;
}

void progress_amounts(
	const struct progress *g, uint64_t now_ns, bool is_bytes, char *ret, size_t cap)
{
	const double seconds = (double)(now_ns - g->began_ns) / (double)NS;
	const bool is_moving = g->done > g->began_done && seconds > 0;
	const double rate = is_moving ? (double)(g->done - g->began_done) / seconds : 0;
	char is[32], of[32] = "", per_s[32], left[48];

	amount(g->done, is_bytes, is, sizeof(is));
	amount((uint64_t)rate, is_bytes, per_s, sizeof(per_s));
	if (g->total)
		amount(g->total, is_bytes, of, sizeof(of));
	time_left(g->done, g->total, rate, left, sizeof(left));
	(void)snprintf(ret, cap, "%s%s%s%s%s, %s/s%s", is, g->total ? " " : "",
		g->total ? lang_word(N_("of")) : "", g->total ? " " : "", of, per_s, left);
}

void progress_bar(const struct progress *g, unsigned columns, char *ret, size_t cap)
{
	const unsigned room = columns < cap - 1 ? columns : (unsigned)cap - 1;
	const unsigned full = (room - 2) * progress_percent(g) / 100;

	ret[0] = '[';
	for (unsigned i = 0; i < room - 2; i++)
		ret[1 + i] = i < full ? '#' : '.';
	ret[room - 1] = ']';
	ret[room] = '\0';
}

static void show(uint64_t t, bool is_bytes)
{
	const struct progress *g = &now.at;
	char amounts[192], percent[16] = "";

	progress_amounts(g, t, is_bytes, amounts, sizeof(amounts));
	if (g->total)
		(void)snprintf(percent, sizeof(percent), " %u%%", progress_percent(g));
	(void)fprintf(stderr, "\r%s:%s %s\033[K", lang_word(g->what), percent, amounts);
	(void)fflush(stderr);
	now.shown_ns = t;
	now.is_shown = true;
}

bool progress_step(const char *what, uint64_t done, uint64_t total, bool is_bytes)
{
	static int is_terminal = -1;

	if (term_is_cancelled())
		return false;
	if (is_terminal < 0)
		is_terminal = isatty(STDERR_FILENO);
	if (!is_terminal || !what)
		return true;
	uint64_t t = term_now_ns();
	if (progress_take(&now.at, what, done, total, t)) {
		progress_clear();
		now.shown_ns = 0;
	}
	if (total && done >= total)
		progress_clear();
	else if (t - now.at.began_ns >= FIRST_AFTER && t - now.shown_ns >= EVERY)
		show(t, is_bytes);
	return true;
}
