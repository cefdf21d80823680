/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports as text in something else: HTML, the data of the page's script, CSV. Their texts have no
 * control characters any more (rs_shown); what else could end a text or begin something is escaped
 * here. */
#include <string.h>

#include "core/language.h"
#include "fleet/internal.h"

void fleet_html(FILE *to, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			(void)fputs("&amp;", to);
			break;
		case '<':
			(void)fputs("&lt;", to);
			break;
		case '>':
			(void)fputs("&gt;", to);
			break;
		case '"':
			(void)fputs("&quot;", to);
			break;
		default:
			(void)fputc(*text, to);
		}
}

static void when_text(uint64_t when, char ret[RS_TIME_LEN])
{
	rs_filetime_text(when, ret);
	if (!when)
		ret[0] = '\0';
	else if (strlen(ret) > 19)
		memcpy(ret + 19, "Z", 2); /* whole seconds */
}

/* What could end the script's element (HTML, "script data") is written as JSON allows it, too. */
static void put_text(FILE *to, const char *text)
{
	(void)fputc('"', to);
	for (; *text; text++)
		if (strchr("\"\\<>&'", *text) || (unsigned char)*text < ' ')
			(void)fprintf(to, "\\u%04x", (unsigned char)*text);
		else
			(void)fputc(*text, to);
	(void)fputc('"', to);
}

static void put_trouble(const struct fleet_row *row, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%s%s%s%s%s", row->rule[0] ? row->rule : row->kind,
		row->path[0] ? ": " : "", row->path, row->product[0] ? "; " : "", row->product);
}

static void put_keys(const struct fleet_row *row, char ret[FLEET_KEYS_MOST * (RS_GUID_LEN + 1)])
{
	size_t n = 0;

	ret[0] = '\0';
	for (unsigned i = 0; i < row->n_keys; i++)
		n += (size_t)snprintf(ret + n, RS_GUID_LEN + 1, "%s%s", i ? " " : "", row->keys[i]);
}

static void put_row(FILE *to, const struct fleet_row *row)
{
	char trouble[512], keys[FLEET_KEYS_MOST * (RS_GUID_LEN + 1)], when[RS_TIME_LEN];
	const char *texts[] = {row->machine, row->model, when, row->reason, row->text, trouble,
		row->windows, keys, row->source};

	put_trouble(row, trouble, sizeof(trouble));
	put_keys(row, keys);
	when_text(row->when, when);
	(void)fprintf(to, "[%d,%d", (int)row->state, row->is_newest);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)fputc(',', to);
		put_text(to, texts[i]);
	}
	(void)fputc(']', to);
}

void fleet_data(const struct fleet *f, FILE *to)
{
	(void)fputs("{\"states\":[", to);
	for (enum fleet_state i = 0; i < FLEET_STATES_END; i++) {
		(void)fputs(i ? ",[" : "[", to);
		put_text(to, fleet_state_word(i));
		(void)fputc(',', to);
		put_text(to, lang_word(fleet_state_text(i)));
		(void)fputc(']', to);
	}
	/* what the script says of its place: {first}, {last}, {all} */
	(void)fputs("],\"place\":", to);
	put_text(to, lang_word(N_("{first} to {last} of {all} reports")));
	(void)fputs(",\"rows\":[", to);
	for (size_t i = 0; i < f->n; i++) {
		(void)fputs(i ? ",\n" : "\n", to);
		put_row(to, &f->rows[i]);
	}
	(void)fputs("\n]}", to);
}

/* ---- CSV ---- */

/* Does a formula begin there? Some languages' spreadsheets take the wide signs (U+FF0B, FF0D, FF1D,
 * FF20) for the plain ones, and some pass over blanks and quotes before one. */
static bool is_formula(const char *text)
{
	static const char *const wide[] = {
		"\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\x9d", "\xef\xbc\xa0"};
	bool is_wide = false;

	text += strspn(text, " \"'");
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		is_wide |= strncmp(text, wide[i], 3) == 0;
	return is_wide || (*text && strchr("=+-@\t\r|%", *text));
}

/* All fields in quotes (RFC 4180, 2.5 to 2.7). A spreadsheet takes one that begins so for a
 * formula, quotes or not: an apostrophe before it makes it a text. Where the decimals have a comma
 * (German, French) it splits at each semicolon instead, also inside of the quotes. */
static void put_field(FILE *to, const char *text, bool is_first)
{
	(void)fputs(is_first ? "\"" : ",\"", to);
	if (is_formula(text))
		(void)fputc('\'', to);
	for (; *text; text++) {
		(void)fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, to);
		if (*text == ';' && is_formula(text + 1))
			(void)fputc('\'', to);
	}
	(void)fputc('"', to);
}

void fleet_csv(const struct fleet *f, FILE *to)
{
	char keys[FLEET_KEYS_MOST * (RS_GUID_LEN + 1)], when[RS_TIME_LEN], seconds[24];

	(void)fputs("state,newest,machine,model,time,command,reason,text,kind,certainty,path,"
		    "product,rule,windows,used_key_ids,seconds,secure_boot,policy,version,"
		    "report_id,source\r\n",
		to);
	for (size_t i = 0; i < f->n; i++) {
		const struct fleet_row *row = &f->rows[i];
		const char *fields[] = {fleet_state_word(row->state), row->is_newest ? "yes" : "no",
			row->machine, row->model, when, row->command, row->reason, row->text,
			row->kind, row->certainty, row->path, row->product, row->rule, row->windows,
			keys, seconds, row->secure_boot, row->policy, row->tool, row->id,
			row->source};
		put_keys(row, keys);
		when_text(row->when, when);
		(void)snprintf(seconds, sizeof(seconds), "%llu", (unsigned long long)row->seconds);
		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++)
			put_field(to, fields[k], k == 0);
		(void)fputs("\r\n", to);
	}
}
