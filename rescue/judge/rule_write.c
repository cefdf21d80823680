/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a rule. It is read back by the rules' own parser before anybody sees it, and must
 * find the files that it was made of: what is not a good rule is no rule. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/redact.h"
#include "core/text.h"
#include "judge/rule_write_internal.h"

#define TIME_MOST 2650467743999999999ULL /* end of the year 9999 */
#define NAME	  "the report"

/* ---- what is known of the files ---- */

static bool is_time(uint64_t t)
{
	return t > RULE_WINDOW && t < TIME_MOST - RULE_WINDOW_LATE;
}

static const char *take_file(const struct rule_facts *f, const struct rule_facts_file *file,
	bool is_first, struct rule_draft *d)
{
	char path[RULE_WRITE_PATH];
	uint64_t time = file->modified ? file->modified : file->created;
	const char *fault = rule_write_path(f, file->path, path, sizeof(path));

	if (fault)
		return fault;
	if (is_first)
		(void)snprintf(d->path, sizeof(d->path), "%s", path);
	else if (strcasecmp(path, d->path) != 0)
		return "it is another incident than the first one: name the one that is meant";
	if (!is_time(time) || !file->has_size)
		return "its size or its time is not known";
	if (is_first || time < d->first)
		d->first = time;
	if (time > d->last)
		d->last = time;
	if (file->created > time && is_time(file->created))
		time = file->created; /* it came later than it was made */
	if (time > d->came)
		d->came = time;
	if (is_first || file->size_bytes < d->size_min)
		d->size_min = file->size_bytes;
	if (is_first || file->size_bytes > d->size_max)
		d->size_max = file->size_bytes;
	d->has_hashes = (is_first || d->has_hashes) && file->has_sha256;
	return NULL;
}

/* A line's text that somebody else wrote; "" if it is not to be shown. */
static void take_text(const struct rule_facts *f, const char *from, char ret[RULE_PRODUCT_MOST + 1])
{
	auto_free char *shown = rs_shown_new(from ? from : "");

	*ret = '\0';
	/* escaped, hidden: it has something in it that does not belong into a line */
	if (!shown || strcmp(shown, from ? from : "") != 0 || strlen(shown) > RULE_PRODUCT_MOST ||
		strpbrk(shown, ";\\") || rule_write_is_hidden(f, shown))
		return;
	(void)snprintf(ret, RULE_PRODUCT_MOST + 1, "%s", shown);
}

/* A service's name is a pattern in a rule, and one of a list. Those that Windows makes for each
 * user end in a number of their own: "CDPUserSvc_3f1a2". */
static void take_service(const struct rule_facts *f, struct rule_draft *d)
{
	const char *mark;

	take_text(f, f->service, d->service);
	mark = strrchr(d->service, '_');
	if (strpbrk(d->service, "*?,|\"") ||
		(mark && strlen(mark) > 4 && !mark[1 + strspn(mark + 1, "0123456789abcdef")]))
		d->service[0] = '\0';
}

/* "acme-sensor-2026-03-01": by the product, or the beginning of the file's name. */
static void make_id(struct rule_draft *d)
{
	const char *from = d->product[0] ? d->product : strrchr(d->path, '\\') + 1;
	char date[RS_TIME_LEN];
	size_t n = 0;

	for (; *from && n < 40 && !strchr("*?", *from); from++) {
		if (isalnum((unsigned char)*from))
			d->id[n++] = (char)tolower((unsigned char)*from);
		else if (n && d->id[n - 1] != '-')
			d->id[n++] = '-';
	}
	if (n && d->id[n - 1] == '-')
		n--;
	rs_filetime_text(d->came, date);
	(void)snprintf(d->id + n, sizeof(d->id) - n, "%s%.10s", n ? "-" : "file-", date);
}

static int take(const struct rule_facts *f, struct rule_draft *d, struct rs_err *err)
{
	*d = (struct rule_draft){0};
	if (!f->n_files || f->n_files > RULE_FACTS_FILES)
		return rs_fail_on(
			err, RS_E_USAGE, NAME, "no file, or more than %u", RULE_FACTS_FILES);
	for (size_t i = 0; i < f->n_files; i++) {
		const char *fault = take_file(f, &f->files[i], i == 0, d);
		if (fault)
			return rs_fail_on(err, RS_E_USAGE, f->files[i].path, "%s", fault);
	}
	if (!d->has_hashes && d->last - d->first > RULE_WINDOW)
		return rs_fail_on(err, RS_E_USAGE, f->files[0].path,
			"not all bytes of these files are known, and they are not of one time");
	take_text(f, f->product, d->product);
	take_service(f, d);
	if (f->is_disabled && !d->service[0])
		return rs_fail_on(err, RS_E_USAGE, f->files[0].path,
			"the name of its service is none that a rule may have");
	make_id(d);
	return 0;
}

/* ---- and back ---- */

static bool finds_all(const struct rule_facts *f, const struct rule *r)
{
	for (size_t i = 0; i < f->n_files; i++)
		if (!rule_path_matches_any(
			    NULL, &r->paths, f->windows ? f->windows : "", f->files[i].path))
			return false;
	return r->paths.n == 1 && !r->paths.v[0].is_deep;
}

int rule_write(const struct rule_facts *f, struct rule **ret, struct rs_err *err)
{
	auto_free char *text = NULL;
	struct rs_err why = {0};
	struct rule *r = NULL;
	struct rule_draft d;

	int code = take(f, &d, err);
	if (code == 0)
		code = rule_write_text(f, &d, &text, err);
	if (code < 0 || !text)
		return code < 0 ? code : rs_fail(err, RS_E_MEMORY, "rule");
	code = rule_parse("rule", text, strlen(text), &r, &why);
	if (code == RS_E_MEMORY)
		return rs_err_pass(err, code, &why);
	if (code < 0)
		return rs_fail_on(err, RS_E_USAGE, f->files[0].path,
			"a rule for it would not be accepted: %.300s", why.detail);
	if (!finds_all(f, r)) {
		rule_free(r);
		return rs_fail_on(
			err, RS_E_USAGE, f->files[0].path, "no rule can be written that finds it");
	}
	*ret = r;
	return 0;
}
