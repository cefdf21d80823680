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
	char what[64];
	uint64_t began_ns, began_done, last_done, shown_ns;
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
		(void)snprintf(ret, cap, ", %u:%02u:%02u left", (unsigned)seconds / 3600,
			(unsigned)seconds / 60 % 60, (unsigned)seconds % 60);
}

static void show(uint64_t t, uint64_t done, uint64_t total, bool is_bytes)
{
	double seconds = (double)(t - now.began_ns) / (double)NS;
	double rate = done > now.began_done ? (double)(done - now.began_done) / seconds : 0;
	char is[32], of[32] = "", per_s[32], left[48], percent[16] = "";

	amount(done, is_bytes, is, sizeof(is));
	amount((uint64_t)rate, is_bytes, per_s, sizeof(per_s));
	if (total) {
		amount(total, is_bytes, of, sizeof(of));
		(void)snprintf(percent, sizeof(percent), " %u%%",
			(unsigned)((double)done * 100 / (double)total));
	}
	time_left(done, total, rate, left, sizeof(left));
	(void)fprintf(stderr, "\r%s:%s %s%s%s, %s/s%s\033[K", now.what, percent, is,
		total ? " of " : "", of, per_s, left);
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
	if (strncmp(now.what, what, sizeof(now.what) - 1) != 0 || done < now.last_done) {
		progress_clear();
		(void)snprintf(now.what, sizeof(now.what), "%s", what);
		now.began_ns = t;
		now.began_done = done;
		now.shown_ns = 0;
	}
	now.last_done = done;
	if (total && done >= total)
		progress_clear();
	else if (t - now.began_ns >= FIRST_AFTER && t - now.shown_ns >= EVERY)
		show(t, done, total, is_bytes);
	return true;
}
