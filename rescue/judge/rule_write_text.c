/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of a rule that is written: a file for programs and for people who sign it, in English
 * like every rule. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/redact.h"
#include "core/text.h"
#include "judge/rule_write_internal.h"

#define NAME_MOST    80U
#define MACHINE_MOST 8U /* files of one pattern, on a machine */

/* Builds that share their kernel and drivers with that one. */
static const char *builds_of(uint32_t build)
{
	static const struct {
		uint32_t to;
		const char *builds;
	} families[] = {
		{3790, "-3790"},	/* XP, Server 2003 */
		{7601, "6000-7601"},	/* Vista, 7 */
		{9600, "9200-9600"},	/* 8, 8.1 */
		{20999, "10240-20999"}, /* 10, Server 2016 to 2022 */
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (build <= families[i].to)
			return families[i].builds;
	return "21000-";
}

static void put_codes(const struct rule_facts *f, FILE *out)
{
	for (size_t i = 0; i < f->n_codes && i < RULE_FACTS_CODES; i++)
		(void)fprintf(out, "%s0x%" PRIX32, i ? ", " : "", f->codes[i]);
}

/* Which rules ask: what nobody has tried, what is known by its name alone, and a driver, whose
 * absence not every machine takes. */
static bool must_ask(const struct rule_facts *f, const struct rule_draft *d)
{
	return !f->is_moved || !d->has_hashes || d->service[0];
}

static void put_rule(const struct rule_facts *f, const struct rule_draft *d, FILE *out)
{
	char when[RS_TIME_LEN], came[RS_TIME_LEN], name[NAME_MOST];

	rs_shorten(strrchr(d->path, '\\') + 1, name, sizeof(name));
	rs_filetime_text(f->reported, when);
	rs_filetime_text(d->came, came);
	(void)fprintf(out, "[rule]\nid = %s\ntitle = %s%s%s of %.10s\n", d->id, d->product,
		d->product[0] ? ": " : "", name, came);
	if (d->product[0])
		(void)fprintf(out, "vendor = %s\n", d->product);
	(void)fprintf(out, "date = %.10s\nkind = bad-file\naction = %s\nconfidence = one-source\n",
		came, f->is_disabled ? "disable" : "quarantine");
	if (must_ask(f, d)) {
		(void)fputs("confirm = Windows does not start", out);
		(void)fputs(f->n_codes ? ", and its stop code is one of " : "", out);
		put_codes(f, out);
		(void)fputc('\n', out);
	}
	(void)fprintf(out, "reference = Unbrick report of %.19s UTC: %s\n", when,
		!f->is_moved	 ? "proposed, not done"
		: f->is_disabled ? "disabled and verified"
				 : "moved away and verified");
	(void)fprintf(out,
		"text = Written by 'unbrick rules write' from what one machine taught.\n\t%s.\n",
		f->is_disabled ? "The driver is disabled, its file stays; undo takes it back"
			       : "The file is moved away and can be put back with undo");
	if (f->n_codes) {
		(void)fputs("\tStop codes seen there: ", out);
		put_codes(f, out);
		(void)fputs("\n", out);
	}
	if (f->build)
		(void)fprintf(out, "\n[applies]\nbuilds = %s\n", builds_of(f->build));
}

static void put_conditions(const struct rule_facts *f, const struct rule_draft *d, FILE *out)
{
	char from[RS_TIME_LEN], before[RS_TIME_LEN], hash[65];

	rs_filetime_text(d->first - RULE_WINDOW, from);
	/* the bytes decide, where they are known */
	rs_filetime_text(d->last + (d->has_hashes ? RULE_WINDOW_LATE : RULE_WINDOW), before);
	(void)fprintf(out, "\n[file]\npath = %s\nmax-files = %u\notherwise = ignore\n", d->path,
		strpbrk(d->path, "*?") ? MACHINE_MOST : 1U);
	(void)fprintf(out,
		"\n[bad]\nmodified-from = %s\nmodified-before = %s\nsize-min = %" PRIu64
		"\nsize-max = %" PRIu64 "\n",
		from, before, d->size_min, d->size_max);
	for (size_t i = 0; d->has_hashes && i < f->n_files; i++) {
		rs_hex(f->files[i].sha256, sizeof(f->files[i].sha256), hash);
		(void)fprintf(out, "sha256 = %s\n", hash);
	}
	(void)fputs("\n[doubtful]\nall-zero = yes\n", out);
	if (d->service[0])
		(void)fprintf(out, "\n[%s]\nservice = %s\n",
			f->is_disabled ? "disable" : "supports", d->service);
}

int rule_write_text(
	const struct rule_facts *f, const struct rule_draft *d, char **ret, struct rs_err *err)
{
	size_t len = 0;
	FILE *out = open_memstream(ret, &len);

	if (!out)
		return rs_fail(err, RS_E_MEMORY, "rule");
	put_rule(f, d, out);
	put_conditions(f, d, out);
	if (fclose(out) != 0)
		return rs_fail(err, RS_E_MEMORY, "rule");
	rs_redact(*ret);
	return 0;
}
