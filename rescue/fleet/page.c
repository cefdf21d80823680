/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page: one file of HTML that fetches nothing. What reports say is text in it, escaped wherever
 * it stands; should that fail, its Content-Security-Policy lets no script and no style run but the
 * two of ours, named by their hashes (W3C, CSP Level 3, 2.3.1). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "fleet/internal.h"

#define GROUPS_SHOWN 200U
#define KEYS_SHOWN   50000U

/* ---- pieces ---- */

static void element(FILE *to, const char *name, const char *text)
{
	(void)fprintf(to, "<%s>", name);
	fleet_html(to, text);
	(void)fprintf(to, "</%.*s>\n", (int)strcspn(name, " "), name);
}

static void number(FILE *to, size_t n)
{
	(void)fprintf(to, "<td class=\"n\">%zu</td>\n", n);
}

static void time_cell(FILE *to, uint64_t when)
{
	char text[RS_TIME_LEN];

	rs_filetime_text(when, text);
	text[10] = ' ';
	text[16] = '\0';
	element(to, "td", when ? text : "");
}

static void dot(FILE *to, enum fleet_state state)
{
	(void)fprintf(to,
		"<svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><circle cx=\"5\" cy=\"5\" r=\"5\" "
		"fill=\"%s\"/></svg>",
		fleet_state_colour(state));
}

/* A button that looks for what a group has in common. */
static void look_for(FILE *to, const char *words, const char *text)
{
	(void)fputs("<td><button data-search=\"", to);
	fleet_html(to, words);
	(void)fputs("\">", to);
	fleet_html(to, text);
	(void)fputs("</button></td>\n", to);
}

/* ---- the head ---- */

/* "'sha256-...'" of an element's contents. */
static int put_hash(FILE *to, const char *text, struct rs_err *err)
{
	uint8_t hash[32];
	unsigned char base64[48];

	if (!EVP_Digest(text, strlen(text), hash, NULL, EVP_sha256(), NULL))
		return rs_fail(err, RS_E_BUG, "SHA-256");
	(void)EVP_EncodeBlock(base64, hash, sizeof(hash));
	(void)fprintf(to, "'sha256-%s'", base64);
	return 0;
}

static int put_head(FILE *to, struct rs_err *err)
{
	(void)fprintf(to,
		"<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"base-uri 'none'; form-action 'none'; img-src data:; style-src ",
		lang_code()[0] ? lang_code() : "en");
	int r = put_hash(to, fleet_css, err);
	(void)fputs("; script-src ", to);
	r = r < 0 ? r : put_hash(to, fleet_js, err);
	(void)fputs("\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
		    "<meta name=\"referrer\" content=\"no-referrer\">\n"
		    "<link rel=\"icon\" href=\"data:,\">\n",
		to);
	element(to, "title", lang_word(N_("Unbrick: what the reports say")));
	(void)fprintf(to, "<style>%s</style>\n</head>\n<body>\n", fleet_css);
	return r;
}

static void say(FILE *to, const char *fmt, size_t a, size_t b)
{
	char text[256];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	lang_print(text, sizeof(text), fmt, a, b); /* one of the four below */
#pragma GCC diagnostic pop
	element(to, "p", text);
}

static void put_summary(const struct fleet *f, FILE *to)
{
	const struct fleet_counts *c = &f->counts;

	element(to, "h1", lang_word(N_("Unbrick: what the reports say")));
	say(to, "%zu reports of %zu machines; each machine counts by its newest report.",
		c->reports, c->machines);
	if (c->repeated || c->conflicts)
		say(to,
			"%zu came more than once and are counted once; %zu contradict another one "
			"of the same id.",
			c->repeated, c->conflicts);
	if (c->broken || c->others)
		say(to,
			"%zu could not be read (they are named below); %zu other files and lines "
			"were passed over.",
			c->broken, c->others);
	if (c->beyond)
		say(to, "%zu reports are left out: there are more than %zu.", c->beyond,
			FLEET_ROWS_MOST);
	(void)fputs("<div class=\"tiles\">\n", to);
	for (enum fleet_state s = 0; s < FLEET_STATES_END; s++) {
		if (!c->machines_in[s])
			continue;
		(void)fprintf(to, "<button data-state=\"%s\" aria-pressed=\"false\"><b>%zu</b>",
			fleet_state_word(s), c->machines_in[s]);
		dot(to, s);
		fleet_html(to, lang_word(fleet_state_text(s)));
		(void)fputs("</button>\n", to);
	}
	(void)fputs("</div>\n", to);
}

/* ---- groups ---- */

static int put_groups(
	const struct fleet *f, fleet_name *name, const char *title, FILE *to, struct rs_err *err)
{
	size_t n;
	auto_free struct fleet_group *g = fleet_groups(f, name, &n);

	if (!g)
		return rs_fail(err, RS_E_MEMORY, "reports");
	if (!n)
		return 0;
	element(to, "h2", title);
	fleet_chart_groups(g, n, name, to);
	(void)fputs("<details><summary>", to);
	fleet_html(to, lang_word(N_("As a table")));
	(void)fputs("</summary>\n<table>\n", to);
	for (size_t i = 0; i < n && i < GROUPS_SHOWN; i++) {
		char text[256];
		name(g[i].first, text, sizeof(text));
		(void)fputs("<tr>", to);
		look_for(to, text, text);
		number(to, g[i].n);
		(void)fputs("</tr>\n", to);
	}
	(void)fputs("</table></details>\n", to);
	return 0;
}

static void trouble_row(const struct fleet_group *g, FILE *to)
{
	const struct fleet_row *row = g->first;
	char words[256], text[512];

	fleet_by_trouble(row, words, sizeof(words));
	for (char *p = words; *p; p++)
		*p = *p == '#' ? ' ' : *p; /* on another machine another number */
	(void)snprintf(text, sizeof(text), "%s %s", row->kind, row->path);
	(void)fputs(fleet_is_new(g) ? "<tr class=\"new\">" : "<tr>", to);
	look_for(to, row->rule[0] ? row->rule : words, text);
	element(to, "td", row->product);
	element(to, "td", row->rule[0] ? row->rule : lang_word(N_("no rule")));
	number(to, g->n);
	number(to, g->in[FLEET_REPAIRED]);
	time_cell(to, g->since);
	time_cell(to, g->until);
	(void)fputs("</tr>\n", to);
}

static void head_row(FILE *to, const char *const *names, bool has_buttons)
{
	(void)fputs("<thead><tr>\n", to);
	for (; *names; names++) {
		(void)fputs(has_buttons ? "<th scope=\"col\"><button>" : "<th scope=\"col\">", to);
		fleet_html(to, lang_word(*names));
		(void)fputs(has_buttons ? "</button></th>\n" : "</th>\n", to);
	}
	(void)fputs("</tr></thead>\n", to);
}

static int put_troubles(const struct fleet *f, FILE *to, struct rs_err *err)
{
	static const char *const heads[] = {N_("What"), N_("Product"), N_("Rule"), N_("Machines"),
		N_("of them repaired"), N_("First"), N_("Last"), NULL};
	size_t n, n_new = 0;
	auto_free struct fleet_group *g = fleet_groups(f, fleet_by_trouble, &n);

	if (!g)
		return rs_fail(err, RS_E_MEMORY, "reports");
	for (size_t i = 0; i < n; i++)
		n_new += fleet_is_new(&g[i]);
	if (!n)
		return 0;
	element(to, "h2", lang_word(N_("What was wrong")));
	if (n_new)
		element(to, "p class=\"new\"",
			lang_word(N_(
				"The same trouble on a second machine, and no rule knows it: a new "
				"incident? A rule can be written from one of these reports.")));
	(void)fputs("<table id=\"troubles\">\n", to);
	head_row(to, heads, false);
	(void)fputs("<tbody>\n", to);
	for (int is_new = 1; is_new >= 0; is_new--)
		for (size_t i = 0; i < n && i < GROUPS_SHOWN; i++)
			if (fleet_is_new(&g[i]) == is_new)
				trouble_row(&g[i], to);
	(void)fputs("</tbody></table>\n", to);
	return 0;
}

/* ---- lists ---- */

static int put_keys(const struct fleet *f, FILE *to, struct rs_err *err)
{
	static const char *const heads[] = {N_("Key ID"), N_("Machine"), N_("Last used"), NULL};
	struct fleet_key *keys = NULL;
	size_t n;

	if (!fleet_keys(f, &keys, &n))
		return rs_fail(err, RS_E_MEMORY, "reports");
	if (n) {
		element(to, "h2", lang_word(N_("Recovery keys to rotate")));
		say(to, "%zu keys were used, and should be replaced by new ones.", n, 0);
		(void)fputs("<details><summary>", to);
		fleet_html(to, lang_word(N_("As a table")));
		(void)fputs("</summary>\n<table id=\"keys\">\n", to);
		head_row(to, heads, false);
		(void)fputs("<tbody>\n", to);
	}
	for (size_t i = 0; i < n && i < KEYS_SHOWN; i++) {
		(void)fputs("<tr>", to);
		element(to, "td", keys[i].id);
		element(to, "td", keys[i].row->machine);
		time_cell(to, keys[i].row->when);
		(void)fputs("</tr>\n", to);
	}
	if (n)
		(void)fputs("</tbody></table></details>\n", to);
	free(keys);
	return 0;
}

static void put_broken(const struct fleet *f, FILE *to)
{
	if (!f->n_broken)
		return;
	element(to, "h2", lang_word(N_("What could not be read")));
	(void)fputs("<ul id=\"broken\">\n", to);
	for (size_t i = 0; i < f->n_broken; i++)
		element(to, "li", f->broken[i]);
	(void)fputs("</ul>\n", to);
}

static void put_table(const struct fleet *f, FILE *to)
{
	static const char *const heads[] = {N_("State"), N_("Machine"), N_("Model"),
		N_("Time (UTC)"), N_("Reason"), N_("What it said"), N_("Trouble"), N_("Windows"),
		N_("Keys used"), N_("Report"), NULL};

	element(to, "h2", lang_word(N_("All machines")));
	(void)fputs("<noscript>", to);
	element(to, "p",
		lang_word(N_("The table is made by the page's script; without one, use the CSV.")));
	(void)fputs("</noscript>\n<div class=\"bar\"><input id=\"search\" type=\"search\" "
		    "placeholder=\"",
		to);
	fleet_html(to, lang_word(N_("words that a report has")));
	(void)fputs("\">\n<label><input id=\"all\" type=\"checkbox\"> ", to);
	fleet_html(to, lang_word(N_("older reports of a machine, too")));
	(void)fputs("</label>\n<button id=\"before\">&larr;</button> <span id=\"place\"></span> "
		    "<button id=\"after\">&rarr;</button></div>\n<div class=\"wide\"><table "
		    "id=\"reports\">\n",
		to);
	head_row(to, heads, true);
	(void)fputs("<tbody></tbody></table></div>\n<script type=\"application/json\" id=\"data\">",
		to);
	fleet_data(f, to);
	(void)fprintf(to, "</script>\n<script>%s</script>\n", fleet_js);
}

int fleet_page(const struct fleet *f, FILE *to, struct rs_err *err)
{
	int r = put_head(to, err);

	if (r < 0)
		return r;
	put_summary(f, to);
	r = put_troubles(f, to, err);
	if (r == 0 && f->counts.machines) {
		element(to, "h2", lang_word(N_("Over time")));
		fleet_chart_times(f, to);
	}
	if (r == 0)
		r = put_groups(f, fleet_by_reason, lang_word(N_("By reason")), to, err);
	if (r == 0)
		r = put_groups(f, fleet_by_model, lang_word(N_("By model")), to, err);
	if (r == 0)
		r = put_keys(f, to, err);
	put_table(f, to);
	put_broken(f, to);
	(void)fputs("</body>\n</html>\n", to);
	return r;
}
