/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From INI text to a rule. libinih splits lines; it tells the handler no line numbers and cuts long
 * lines silently, so our own reader counts lines and refuses what would be cut. */
#include <ctype.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "judge/rule_internal.h"

struct parse {
	const char *name;
	const char *at; /* rest of the text */
	unsigned line;	/* the one that libinih is looking at */
	struct rule *rule;
	struct rs_err *err;
	int code; /* first error: everything after it is skipped */
	unsigned fault_line;
	uint32_t given; /* 1 << row of keys[] */
};

static void fault(struct parse *p, unsigned line, const char *what, const char *value)
{
	char place[300], shown[160];

	if (p->code)
		return;
	p->fault_line = line;
	(void)snprintf(place, sizeof(place), "%s:%u", p->name, line);
	(void)rs_escape(value ? value : "", shown, sizeof(shown));
	p->code = rs_fail_on(p->err, RS_E_RULE, place, "%s%s%s%s", what, value ? ": '" : "", shown,
		value ? "'" : "");
}

/* ---- [rule], [applies], [file]: each setter gets the field that its row names ---- */

static const char *set_text(void *field, const char *v)
{
	char **text = field;

	*text = strdup(v);
	return *text ? NULL : "not enough memory";
}

static const char *set_id(void *field, const char *v)
{
	if (strlen(v) > 64 || v[strspn(v, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return "an id has small letters, digits and '-', at most 64";
	return set_text(field, v);
}

static const char *set_date(void *field, const char *v)
{
	char time[64];
	uint64_t unused;

	(void)snprintf(time, sizeof(time), "%sT00:00:00Z", v);
	return rs_filetime_parse(time, &unused) ? set_text(field, v)
						: "a date, '2024-07-19', expected";
}

/* Lines of text are joined with a line break: they come one by one. */
static const char *add_line(void *field, const char *v)
{
	char **text = field, *joined = NULL;

	if (asprintf(&joined, "%s%s%s", *text ? *text : "", *text ? "\n" : "", v) < 0)
		return "not enough memory";
	free(*text);
	*text = joined;
	return NULL;
}

static const char *add_build(void *field, const char *item)
{
	struct rule_build_list *list = field;
	struct rule_builds *b = rule_list_add(&list->v, &list->n, sizeof(*b));

	return b ? rule_value_builds(item, b) : "too many builds";
}

#define OR_WORD(name, word, ...) " " word
#define ONE_OF(LIST)		 "expected is one of" LIST(OR_WORD)

static const char *add_arch(void *field, const char *item)
{
	unsigned *archs = field;

	for (unsigned i = 0; i < WIN_N_ARCHS; i++) {
		if (strcmp(win_archs[i].word, item) != 0)
			continue;
		*archs |= 1U << i;
		return NULL;
	}
	return ONE_OF(WIN_ARCHS);
}

static const char *add_path(void *field, const char *v)
{
	struct rule_paths *list = field;
	struct rule_path *slot = rule_list_add(&list->v, &list->n, sizeof(*slot));

	return slot ? rule_path_parse(v, slot) : "too many of this key";
}

static const char *add_copy(void *field, const char *v)
{
	const struct rule_paths *copies = field;
	const char *what = add_path(field, v);

	return what ? what : copies->v[copies->n - 1].is_deep ? "'**' is not allowed here" : NULL;
}

/* A service's name as its key has it, or as people see it; no pattern: it is to be one. */
static const char *add_disabled(void *field, const char *v)
{
	const struct judge_texts *list = field;

	if (strpbrk(v, "*?\\/") || strlen(v) > RULE_SERVICE_CHARS)
		return "the name of a service expected, without '*', '?' and '\\'";
	return list->n == RULE_MAX_SERVICES ? "more than 8 services" : rule_text_add(field, v);
}

static const char *set_max_files(void *field, const char *v)
{
	uint32_t *max_files = field;
	uint64_t n = 0;

	if (rule_value_number(v, 1000, &n) || !n)
		return "a number from 1 to 1000 expected";
	*max_files = (uint32_t)n;
	return NULL;
}

static const char *set_yes_no(void *field, const char *v)
{
	return rule_value_yes_no(v, field);
}

static const char *const kinds[] = {INCIDENT_KINDS(JUST_WORD) NULL};
static const char *const actions[] = {RULE_ACTIONS(JUST_WORD) NULL};
static const char *const whens[] = {RULE_WHENS(JUST_WORD) NULL};
static const char *const confidences[] = {RULE_CONFIDENCES(JUST_WORD) NULL};
static const char *const otherwises[] = {[RULE_UNSAID] = "", "ask", "ignore", NULL};

enum { REPEATS = 1, LIST = 2, REQUIRED = 4 }; /* a LIST is of items between commas */

static const struct key {
	const char *section, *name;
	unsigned flags;
	size_t at; /* in the rule */
	const char *(*set)(void *field, const char *value);
	const char *const *words; /* instead: an enum, one of these */
	const char *expected;
} keys[] = {
#define AT(field) offsetof(struct rule, field)
	{"rule", "id", REQUIRED, AT(about.id), .set = set_id},
	{"rule", "title", REQUIRED, AT(about.title), .set = set_text},
	{"rule", "vendor", 0, AT(vendor), .set = set_text},
	{"rule", "date", 0, AT(date), .set = set_date},
	{"rule", "kind", REQUIRED, AT(about.kind), .words = kinds,
		.expected = ONE_OF(INCIDENT_KINDS)},
	{"rule", "action", REQUIRED, AT(about.action), .words = actions,
		.expected = ONE_OF(RULE_ACTIONS)},
	{"rule", "confidence", REQUIRED, AT(confidence), .words = confidences,
		.expected = ONE_OF(RULE_CONFIDENCES)},
	{"rule", "when", 0, AT(about.when), .words = whens, .expected = ONE_OF(RULE_WHENS)},
	{"rule", "confirm", 0, AT(confirm), .set = set_text},
	{"rule", "reference", REQUIRED | REPEATS, AT(about.references), .set = rule_text_add},
	{"rule", "text", REPEATS, AT(about.text), .set = add_line},
	{"applies", "builds", REPEATS | LIST, AT(builds), .set = add_build},
	{"applies", "arch", REPEATS | LIST, AT(archs), .set = add_arch},
	{"applies", "cpu", REPEATS, AT(cpus), .set = rule_text_add},
	{"disable", "service", REPEATS | LIST, AT(disable), .set = add_disabled},
	{"file", "path", REPEATS, AT(paths), .set = add_path},
	{"file", "never", REPEATS, AT(never), .set = add_path},
	{"file", "copy", REPEATS, AT(copies), .set = add_copy},
	{"file", "max-files", 0, AT(max_files), .set = set_max_files},
	{"file", "otherwise", 0, AT(otherwise), .words = otherwises,
		.expected = "ask or ignore expected"},
	{"file", "name-is-enough", 0, AT(name_is_enough), .set = set_yes_no},
};
#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

/* Sections that are lists: each key adds to it. */
static const struct list_section {
	const char *name;
	size_t at;
	const char *(*add)(void *list, const char *key, const char *value, bool *ret_known);
} list_sections[] = {
	{"bad", AT(bad), rule_cond_add},
	{"repaired", AT(repaired), rule_cond_add},
	{"doubtful", AT(doubtful), rule_cond_add},
	{"requires", AT(requires), rule_evidence_add},
	{"requires-any", AT(requires_any), rule_evidence_add},
	{"supports", AT(supports), rule_evidence_add},
	{"contradicts", AT(contradicts), rule_evidence_add},
	{"stop-if", AT(stop_if), rule_evidence_add},
};
#undef AT

static const struct list_section *list_section(const char *name)
{
	for (size_t i = 0; i < sizeof(list_sections) / sizeof(list_sections[0]); i++)
		if (strcmp(list_sections[i].name, name) == 0)
			return &list_sections[i];
	return NULL;
}

static bool is_section(const char *section)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (strcmp(keys[i].section, section) == 0)
			return true;
	return list_section(section);
}

static const char *set_word(unsigned *field, const struct key *k, const char *v)
{
	for (*field = 0; k->words[*field]; ++*field)
		if (strcmp(k->words[*field], v) == 0)
			return NULL;
	return k->expected;
}

static const char *set_field(struct parse *p, size_t i, const char *value)
{
	const struct key *k = &keys[i];
	void *field = (char *)p->rule + k->at;

	if (p->given & 1U << i && !(k->flags & REPEATS))
		return "this key is given twice";
	p->given |= 1U << i;
	return k->words		 ? set_word(field, k, value)
	       : k->flags & LIST ? rule_value_each(value, k->set, field)
				 : k->set(field, value);
}

static const char *set_key(
	struct parse *p, const char *section, const char *key, const char *value, bool *ret_known)
{
	const struct list_section *list = list_section(section);

	if (list)
		return list->add((char *)p->rule + list->at, key, value, ret_known);
	for (size_t i = 0; i < N_KEYS; i++)
		if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].name, key) == 0)
			return set_field(p, i, value);
	*ret_known = false;
	return NULL;
}

static int handle(void *user, const char *section, const char *key, const char *value)
{
	struct parse *p = user;
	bool is_known = true;

	if (p->code)
		return 0;
	if (!is_section(section)) {
		fault(p, p->line, *section ? "unknown section" : "a key before the first section",
			*section ? section : key);
		return 0;
	}
	const char *what = value && *value ? set_key(p, section, key, value, &is_known)
					   : "the key has no value";
	if (!is_known)
		fault(p, p->line, "unknown key", key);
	else if (what)
		fault(p, p->line, what, value);
	return !p->code;
}

/* ---- lines ---- */

/* A section without keys never reaches the handler: look at its name here. */
static void check_header(struct parse *p, const char *line, size_t len)
{
	const char *end = memchr(line, ']', len);
	auto_free char *section = end ? strndup(line + 1, (size_t)(end - line - 1)) : NULL;

	if (section && !is_section(section))
		fault(p, p->line, "unknown section", section);
}

static char *read_line(char *ret, int cap, void *user)
{
	struct parse *p = user;
	size_t len = strcspn(p->at, "\n");
	size_t used = len + (p->at[len] == '\n');

	if (p->code || !*p->at)
		return NULL;
	p->line++;
	if (len + 3 > (size_t)cap) {
		char most[64];
		(void)snprintf(most, sizeof(most), "the line is longer than %d bytes", cap - 3);
		fault(p, p->line, most, NULL);
		return NULL;
	}
	memcpy(ret, p->at, used);
	ret[used] = '\0';
	if (*p->at == '[')
		check_header(p, p->at, len);
	p->at += used;
	return p->code ? NULL : ret;
}

/* Where in the text a path stands, to name the line of an error found only at the end. */
static unsigned line_of(const char *text, const char *needle)
{
	const char *at = needle ? strstr(text, needle) : NULL;
	unsigned line = 1;

	if (!at)
		return 1;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static void parse_text(struct parse *p)
{
	int bad_line = ini_parse_stream(read_line, p, handle, p);
	const struct rule_path *path = NULL;

	/* libinih goes on after a line that it cannot read: such a line may come before our error
	 */
	if (bad_line > 0 && (!p->code || (unsigned)bad_line < p->fault_line)) {
		p->code = 0;
		fault(p, (unsigned)bad_line, "neither a section, a key with '=', nor a comment",
			NULL);
	}
	for (size_t i = 0; i < N_KEYS; i++) {
		if (!(keys[i].flags & REQUIRED) || p->given & 1U << i)
			continue;
		char what[64];
		(void)snprintf(what, sizeof(what), "[%s] has no %s", keys[i].section, keys[i].name);
		fault(p, 1, what, NULL);
	}
	const char *what = p->code ? NULL : rule_check(p->rule, &path);
	if (what)
		fault(p, line_of(p->rule->about.source, path ? path->text : NULL), what,
			path ? path->text : NULL);
}

int rule_parse(
	const char *name, const char *text, size_t len, struct rule **ret, struct rs_err *err)
{
	struct parse p = {.name = name, .err = err};

	if (len > RULE_MAX_BYTES)
		return rs_fail_on(err, RS_E_RULE, name, "longer than %u bytes", RULE_MAX_BYTES);
	struct rule *r = calloc(1, sizeof(*r));
	char *copy = r ? calloc(1, len + 1) : NULL;
	if (!copy) {
		free(r);
		return rs_fail_on(err, RS_E_MEMORY, name, "rule");
	}
	r->about.source = memcpy(copy, text, len);
	p.rule = r;
	p.at = copy;
	if (memchr(text, '\0', len) || !rs_is_utf8(copy))
		fault(&p, 1, "not a text in UTF-8", NULL);
	else
		parse_text(&p);
	if (p.code) {
		rule_free(r);
		return p.code;
	}
	if (!r->max_files)
		r->max_files = RULE_MAX_FILES;
	if (!r->otherwise)
		r->otherwise = r->about.action == RULE_REPORT ? RULE_IGNORE : RULE_ASK;
	*ret = r;
	return 0;
}
