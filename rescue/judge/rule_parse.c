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

/* ---- [rule], [applies], [file] ---- */

static const char *set_once(char **slot, const char *value)
{
	if (*slot)
		return "this key is given twice";
	*slot = strdup(value);
	return *slot ? NULL : "not enough memory";
}

static const char *add_text(char ***list, size_t *n, const char *value)
{
	char **slot = rule_list_add(list, n, sizeof(*slot));

	if (!slot)
		return "too many lines of this key";
	*slot = strdup(value);
	return *slot ? NULL : "not enough memory";
}

static const char *add_path(struct rule_path **list, size_t *n, const char *value)
{
	struct rule_path *slot = rule_list_add(list, n, sizeof(*slot));

	return slot ? rule_path_parse(value, slot) : "too many lines of this key";
}

static const char *set_id(struct rule *r, const char *v)
{
	if (strlen(v) > 64 || v[strspn(v, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return "an id has small letters, digits and '-', at most 64";
	return set_once(&r->id, v);
}

static const char *set_title(struct rule *r, const char *v)
{
	return set_once(&r->title, v);
}

static const char *set_vendor(struct rule *r, const char *v)
{
	return set_once(&r->vendor, v);
}

static const char *set_confirm(struct rule *r, const char *v)
{
	return set_once(&r->confirm, v);
}

static const char *set_date(struct rule *r, const char *v)
{
	char time[64];
	uint64_t unused;

	(void)snprintf(time, sizeof(time), "%sT00:00:00Z", v);
	return rs_filetime_parse(time, &unused) ? set_once(&r->date, v)
						: "a date, '2024-07-19', expected";
}

/* One of a list of words; its index. */
static bool word(const char *v, const char *const *words, unsigned *ret)
{
	for (*ret = 0; words[*ret]; (*ret)++)
		if (strcmp(words[*ret], v) == 0)
			return true;
	return false;
}

#define OR_WORD(name, word, ...) " " word
#define ONE_OF(LIST)		 "expected is one of" LIST(OR_WORD)

static const char *set_kind(struct rule *r, const char *v)
{
	static const char *const words[] = {RULE_KINDS(JUST_WORD) NULL};
	unsigned i;

	if (r->has_kind)
		return "this key is given twice";
	if (!word(v, words, &i))
		return ONE_OF(RULE_KINDS);
	r->has_kind = true;
	r->kind = (enum rule_kind)i;
	return NULL;
}

static const char *set_action(struct rule *r, const char *v)
{
	static const char *const words[] = {RULE_ACTIONS(JUST_WORD) NULL};
	unsigned i;

	if (r->has_action)
		return "this key is given twice";
	if (!word(v, words, &i))
		return ONE_OF(RULE_ACTIONS);
	r->has_action = true;
	r->action = (enum rule_action)i;
	return NULL;
}

static const char *set_confidence(struct rule *r, const char *v)
{
	static const char *const words[] = {RULE_CONFIDENCES(JUST_WORD) NULL};
	unsigned i;

	if (r->has_confidence)
		return "this key is given twice";
	if (!word(v, words, &i))
		return ONE_OF(RULE_CONFIDENCES);
	r->has_confidence = true;
	r->confidence = (enum rule_confidence)i;
	return NULL;
}

static const char *add_reference(struct rule *r, const char *v)
{
	return add_text(&r->references, &r->n_references, v);
}

/* Lines of text are joined with a line break: they come one by one. */
static const char *add_line(struct rule *r, const char *v)
{
	char *joined = NULL;

	if (asprintf(&joined, "%s%s%s", r->text ? r->text : "", r->text ? "\n" : "", v) < 0)
		return "not enough memory";
	free(r->text);
	r->text = joined;
	return NULL;
}

static const char *add_build(void *user, const char *item)
{
	struct rule *r = user;
	struct rule_builds *b = rule_list_add(&r->builds, &r->n_builds, sizeof(*b));

	return b ? rule_value_builds(item, b) : "too many builds";
}

static const char *add_builds(struct rule *r, const char *v)
{
	return rule_value_each(v, add_build, r);
}

static const char *add_arch(void *user, const char *item)
{
	struct rule *r = user;

	for (unsigned i = 0; i < WIN_N_ARCHS; i++) {
		if (strcmp(win_archs[i].word, item) != 0)
			continue;
		r->archs |= 1U << i;
		return NULL;
	}
	return ONE_OF(WIN_ARCHS);
}

static const char *add_archs(struct rule *r, const char *v)
{
	return rule_value_each(v, add_arch, r);
}

static const char *add_cpu(struct rule *r, const char *v)
{
	return add_text(&r->cpus, &r->n_cpus, v);
}

static const char *add_file_path(struct rule *r, const char *v)
{
	return add_path(&r->paths, &r->n_paths, v);
}

static const char *add_never(struct rule *r, const char *v)
{
	return add_path(&r->never, &r->n_never, v);
}

static const char *add_copy(struct rule *r, const char *v)
{
	const char *what = add_path(&r->copies, &r->n_copies, v);

	if (!what && r->copies[r->n_copies - 1].is_deep)
		return "'**' is not allowed here";
	return what;
}

static const char *set_max_files(struct rule *r, const char *v)
{
	uint64_t n = 0;

	if (r->max_files)
		return "this key is given twice";
	const char *what = rule_value_number(v, 1000, &n);
	if (what || !n)
		return "a number from 1 to 1000 expected";
	r->max_files = (uint32_t)n;
	return NULL;
}

static const char *set_otherwise(struct rule *r, const char *v)
{
	static const char *const words[] = {"ask", "ignore", NULL};
	unsigned i;

	if (r->has_otherwise)
		return "this key is given twice";
	if (!word(v, words, &i))
		return "ask or ignore expected";
	r->has_otherwise = true;
	r->ask_otherwise = i == 0;
	return NULL;
}

static const char *set_name_is_enough(struct rule *r, const char *v)
{
	return rule_value_yes_no(v, &r->name_is_enough);
}

static const struct {
	const char *section, *key;
	const char *(*set)(struct rule *r, const char *value);
} keys[] = {
	{"rule", "id", set_id},
	{"rule", "title", set_title},
	{"rule", "vendor", set_vendor},
	{"rule", "date", set_date},
	{"rule", "kind", set_kind},
	{"rule", "action", set_action},
	{"rule", "confidence", set_confidence},
	{"rule", "confirm", set_confirm},
	{"rule", "reference", add_reference},
	{"rule", "text", add_line},
	{"applies", "builds", add_builds},
	{"applies", "arch", add_archs},
	{"applies", "cpu", add_cpu},
	{"file", "path", add_file_path},
	{"file", "never", add_never},
	{"file", "copy", add_copy},
	{"file", "max-files", set_max_files},
	{"file", "otherwise", set_otherwise},
	{"file", "name-is-enough", set_name_is_enough},
};

/* ---- sections ---- */

static struct rule_conds *conds_of(struct rule *r, const char *section)
{
	return strcmp(section, "bad") == 0	  ? &r->bad
	       : strcmp(section, "repaired") == 0 ? &r->repaired
	       : strcmp(section, "doubtful") == 0 ? &r->doubtful
						  : NULL;
}

static struct rule_evidences *evidences_of(struct rule *r, const char *section)
{
	return strcmp(section, "requires") == 0	      ? &r->requires
	       : strcmp(section, "requires-any") == 0 ? &r->requires_any
	       : strcmp(section, "supports") == 0     ? &r->supports
	       : strcmp(section, "contradicts") == 0  ? &r->contradicts
	       : strcmp(section, "stop-if") == 0      ? &r->stop_if
						      : NULL;
}

static bool is_section(struct rule *r, const char *section)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].section, section) == 0)
			return true;
	return conds_of(r, section) || evidences_of(r, section);
}

static const char *set_key(
	struct rule *r, const char *section, const char *key, const char *value, bool *ret_known)
{
	struct rule_conds *conds = conds_of(r, section);
	struct rule_evidences *evidences = evidences_of(r, section);

	if (conds)
		return rule_cond_add(conds, key, value, ret_known);
	if (evidences)
		return rule_evidence_add(evidences, key, value, ret_known);
	*ret_known = true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].key, key) == 0)
			return keys[i].set(r, value);
	*ret_known = false;
	return NULL;
}

static int handle(void *user, const char *section, const char *key, const char *value)
{
	struct parse *p = user;
	bool is_known = true;

	if (p->code)
		return 0;
	if (!is_section(p->rule, section)) {
		fault(p, p->line, *section ? "unknown section" : "a key before the first section",
			*section ? section : key);
		return 0;
	}
	const char *what = value && *value ? set_key(p->rule, section, key, value, &is_known)
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

	if (section && !is_section(p->rule, section))
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

static int parse_text(struct parse *p)
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
	if (p->code)
		return p->code;
	const char *what = rule_check(p->rule, &path);
	if (what)
		fault(p, line_of(p->rule->source, path ? path->text : NULL), what,
			path ? path->text : NULL);
	return p->code;
}

int rule_parse(
	const char *name, const char *text, size_t len, struct rule **ret, struct rs_err *err)
{
	struct parse p = {.name = name, .err = err};

	if (len > RULE_MAX_BYTES)
		return rs_fail_on(err, RS_E_RULE, name, "longer than %u bytes", RULE_MAX_BYTES);
	struct rule *r = calloc(1, sizeof(*r));
	char *copy = malloc(len + 1);
	if (!r || !copy) {
		free(r);
		free(copy);
		return rs_fail_on(err, RS_E_MEMORY, name, "rule");
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	r->source = copy;
	p.rule = r;
	p.at = copy;
	if (memchr(text, '\0', len) || !rs_is_utf8(copy))
		fault(&p, 1, "not a text in UTF-8", NULL);
	else
		(void)parse_text(&p);
	if (p.code) {
		rule_free(r);
		return p.code;
	}
	if (!r->max_files)
		r->max_files = RULE_MAX_FILES;
	if (!r->has_otherwise)
		r->ask_otherwise = r->action == RULE_QUARANTINE;
	*ret = r;
	return 0;
}
