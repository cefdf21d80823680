/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A moment of a timeline in the words of who reads it, for the text and for the picture. */
#include <string.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "report/render.h"

#define SECOND 10000000ULL /* of FILETIME */

/* Two sources tell of one thing: what came or went with a file, or an end in order, in one second.
 */
bool moment_is_told_before(const struct diagnosis *d, size_t i)
{
	const struct diag_moment *m = &d->timeline[i];

	for (size_t k = i; k-- > 0 && d->timeline[k].time / SECOND == m->time / SECOND;) {
		const struct diag_moment *before = &d->timeline[k];
		const bool is_one = m->path[0] ? m->what >= EV_FILE_NEW && m->what <= EV_FILE_GONE
					       : m->what == EV_STOP;
		if (is_one && before->what == m->what && strcasecmp(before->path, m->path) == 0 &&
			before->is_key >= m->is_key)
			return true;
	}
	return false;
}

#define RECORD ", record "

char *where_new(const char *where)
{
	const char *record = strstr(where, RECORD);
	char *ret = NULL;

	if (!record)
		return strdup(strchr(where, '\\') ? where : lang_word(where));
	if (asprintf(&ret, "%.*s, %s %s", (int)(record - where), where, lang_word(N_("record")),
		    record + strlen(RECORD)) < 0)
		return NULL;
	return ret;
}

static const char *source_text(enum ev_source source)
{
	switch (source) {
	case EV_DUMP:
		return N_("a dump");
	case EV_PAGEFILE:
		return N_("the page file");
	case EV_DUMP_STACK:
		return "DumpStack.log";
	case EV_ERROR_REPORT:
		return N_("an error report of Windows");
	default:
		return ev_source_word(source); /* which lang_text knows */
	}
}

static bool is_named_before(const struct diag_moment *m, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (m->also[k].source == m->also[i].source && m->also[k].event == m->also[i].event)
			return true;
	return false;
}

/* " (also told by event 41, event 1001)" */
static void put_also(FILE *f, const struct diag_moment *m)
{
	for (size_t i = 0; i < m->n_also; i++) {
		char one[128];
		if (is_named_before(m, i))
			continue;
		if (m->also[i].event)
			lang_print(one, sizeof(one), "event %u", m->also[i].event);
		else
			lang_text(source_text(m->also[i].source), one, sizeof(one));
		(void)fprintf(f, "%s%s", i ? ", " : "", one);
	}
}

char *moment_new(const struct diag_moment *m, const char *text)
{
	auto_free char *said = text && text[0] ? lang_new(text) : NULL;
	const char *shown = said ? said : lang_word(ev_what_word(m->what));
	char *ret = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&ret, &len);

	if (!f)
		return NULL;
	(void)fputs(shown, f);
	if (m->path[0] && !strstr(shown, m->path))
		(void)fprintf(f, ": %s", m->path);
	if (m->n_also) {
		(void)fprintf(f, " (%s ", lang_word(N_("also told by")));
		put_also(f, m);
		(void)fputc(')', f);
	}
	if (fclose(f) == 0)
		return ret;
	free(ret); /* no memory for all of it */
	return NULL;
}
