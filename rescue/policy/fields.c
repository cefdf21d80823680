/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each field of a policy: its name, whether it must be there, how it is read. */
#include "policy/fields.h"

#include <string.h>
#include <strings.h>

#include <json-c/json.h>

#include "core/text.h"
#include "net/config.h"

#define TEXT_MOST      128U
#define RULE_TEXT_MOST (64U << 10)
#define UNIX_FILETIME  11644473600LL /* seconds from 1601 to 1970 */
#define TICKS_S	       10000000LL

struct field {
	const char *name;
	bool is_needed;
	int (*take)(struct json_object *v, struct policy *p, const char *name, struct rs_err *err);
};

static int refuse(struct rs_err *err, const char *name, const char *why)
{
	(void)rs_fail(err, RS_E_POLICY_INVALID, "%s: %s", name, why);
	return RS_E_POLICY_INVALID;
}

/* ---- kinds of values ---- */

static int take_text(struct json_object *v, const char **ret, const char *name, struct rs_err *err)
{
	if (!json_object_is_type(v, json_type_string))
		return refuse(err, name, "it must be a text");
	*ret = json_object_get_string(v);
	return 0;
}

static int take_number(struct json_object *v, unsigned least, unsigned most, unsigned *ret,
	const char *name, struct rs_err *err)
{
	const int64_t n = json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : -1;

	if (n < least || n > most)
		return rs_fail(err, RS_E_POLICY_INVALID, "%s: it must be a number, %u to %u", name,
			least, most);
	*ret = (unsigned)n;
	return 0;
}

static int take_bool(struct json_object *v, bool *ret, const char *name, struct rs_err *err)
{
	if (!json_object_is_type(v, json_type_boolean))
		return refuse(err, name, "it must be true or false");
	*ret = json_object_get_boolean(v);
	return 0;
}

static int take_word(struct json_object *v, const char *const *words, size_t n, unsigned *ret,
	const char *name, struct rs_err *err)
{
	const char *text = NULL;
	int r = take_text(v, &text, name, err);

	for (unsigned i = 0; r == 0 && i < n; i++)
		if (strcmp(words[i], text) == 0) {
			*ret = i;
			return 0;
		}
	return r < 0 ? r
		     : rs_fail(err, RS_E_POLICY_INVALID, "%s: '%.64s' is no word that is known",
			       name, text);
}
#define TAKE_WORD(list, v, ret, name, err)                                                         \
	({                                                                                         \
		static const char *const words[] = {list(JUST_WORD)};                              \
		unsigned i = 0;                                                                    \
		int taken = take_word(v, words, sizeof(words) / sizeof(words[0]), &i, name, err);  \
		if (taken == 0)                                                                    \
			*(ret) = (__typeof__(*(ret)))i;                                            \
		taken;                                                                             \
	})

static int take_time(struct json_object *v, int64_t *ret, const char *name, struct rs_err *err)
{
	const char *text = NULL;
	uint64_t filetime = 0;
	int r = take_text(v, &text, name, err);

	if (r < 0)
		return r;
	if (!rs_filetime_parse(text, &filetime))
		return refuse(err, name, "it must be a time in UTC, as 2026-11-24T18:00:00Z");
	*ret = (int64_t)(filetime / TICKS_S) - UNIX_FILETIME;
	return 0;
}

/* ---- which machines ---- */

static bool is_spelled(const char *text, const char *form)
{
	size_t i = 0;

	for (; text[i] && form[i]; i++)
		if (form[i] == 'x' ? !strchr("0123456789abcdefABCDEF", text[i])
				   : text[i] != form[i])
			return false;
	return !text[i] && !form[i];
}

/* @form: of each; NULL: any text. */
static int take_texts(struct json_object *v, struct policy_texts *ret, const char *form,
	const char *name, struct rs_err *err)
{
	if (!json_object_is_type(v, json_type_array))
		return refuse(err, name, "it must be a list");
	const size_t n = json_object_array_length(v);
	if (n > POLICY_LIST_MOST)
		return refuse(err, name, "too many");
	ret->v = calloc(n ? n : 1, sizeof(*ret->v));
	if (!ret->v)
		return rs_fail(err, RS_E_MEMORY, "policy");
	for (size_t i = 0; i < n; i++) {
		const char *text = NULL;
		int r = take_text(json_object_array_get_idx(v, i), &text, name, err);
		if (r < 0)
			return r;
		if (!text[0] || strlen(text) >= TEXT_MOST || (form && !is_spelled(text, form)))
			return rs_fail(err, RS_E_POLICY_INVALID, "%s: '%.64s' is none", name, text);
		ret->v[ret->n++] = text;
	}
	return 0;
}

static int take_serials(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_texts(v, &p->serials, NULL, name, err);
}

static int take_uuids(struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_texts(v, &p->uuids, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", name, err);
}

static int take_macs(struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_texts(v, &p->macs, "xx:xx:xx:xx:xx:xx", name, err);
}

static int take_models(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_texts(v, &p->models, NULL, name, err);
}

/* ---- objects ---- */

static const struct field *find(const struct field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

/* Each member is one of @fields, and those that must be there are. @where "" or "scope". */
static int take_all(struct json_object *o, const struct field *fields, size_t n, struct policy *p,
	const char *where, struct rs_err *err)
{
	if (!json_object_is_type(o, json_type_object))
		return refuse(err, where, "it must be an object");
	json_object_object_foreach(o, name, v)
	{
		const struct field *f = find(fields, n, name);
		if (!f)
			return rs_fail(err, RS_E_POLICY_INVALID, "%s%sunknown field '%.64s'", where,
				where[0] ? ": " : "", name);
		int r = f->take(v, p, name, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < n; i++)
		if (fields[i].is_needed && !json_object_object_get_ex(o, fields[i].name, NULL))
			return rs_fail(err, RS_E_POLICY_INVALID, "%s%sthe field '%s' is missing",
				where, where[0] ? ": " : "", fields[i].name);
	return 0;
}
#define TAKE_ALL(o, fields, p, where, err)                                                         \
	take_all(o, fields, sizeof(fields) / sizeof((fields)[0]), p, where, err)

static int take_scope(struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	static const struct field fields[] = {{"serials", false, take_serials},
		{"uuids", false, take_uuids}, {"macs", false, take_macs},
		{"models", false, take_models}};

	return TAKE_ALL(v, fields, p, name, err);
}

static int take_repaired(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return TAKE_WORD(POLICY_ENDS, v, &p->repaired, name, err);
}

static int take_nothing(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return TAKE_WORD(POLICY_ENDS, v, &p->nothing, name, err);
}

static int take_failure(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return TAKE_WORD(POLICY_ENDS, v, &p->failure, name, err);
}

static int take_outcomes(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	static const struct field fields[] = {{"repaired", false, take_repaired},
		{"nothing", false, take_nothing}, {"failure", false, take_failure}};

	return TAKE_ALL(v, fields, p, name, err);
}

/* "c-00000291.ini": a name that is safe as a file's. */
static bool is_rule_name(const char *name)
{
	const size_t n = strlen(name);

	return n > 4 && n < 64 && strcmp(name + n - 4, ".ini") == 0 && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       n;
}

static int take_rule_name(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	struct policy_rule *rule = &p->rules[p->n_rules];
	int r = take_text(v, &rule->name, name, err);

	if (r == 0 && !is_rule_name(rule->name))
		return refuse(
			err, "rules", "a name must be letters, digits, '.', '_', '-', '.ini'");
	for (size_t i = 0; r == 0 && i < p->n_rules; i++)
		if (strcasecmp(p->rules[i].name, rule->name) == 0)
			return refuse(err, "rules", "two have the same name");
	return r;
}

static int take_rule_text(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	int r = take_text(v, &p->rules[p->n_rules].text, name, err);

	if (r == 0 && strlen(p->rules[p->n_rules].text) > RULE_TEXT_MOST)
		return refuse(err, "rules", "one is longer than 64 KiB");
	return r;
}

static int take_rules(struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	static const struct field fields[] = {
		{"name", true, take_rule_name}, {"text", true, take_rule_text}};

	if (!json_object_is_type(v, json_type_array))
		return refuse(err, name, "it must be a list");
	const size_t n = json_object_array_length(v);
	if (n > POLICY_RULES_MOST)
		return refuse(err, name, "too many");
	p->rules = calloc(n ? n : 1, sizeof(*p->rules));
	if (!p->rules)
		return rs_fail(err, RS_E_MEMORY, "policy");
	for (size_t i = 0; i < n; i++) {
		int r = TAKE_ALL(json_object_array_get_idx(v, i), fields, p, name, err);
		if (r < 0)
			return r;
		p->n_rules++;
	}
	return 0;
}

/* Where keys are, or reports go: who speaks to it says what may be in one (net/config.h). */
static int check_key_source(struct json_object *o, struct rs_err *err)
{
	struct net_key_source source = {0};
	int r = net_key_source_parse(o, &source, err);

	net_key_source_done(&source);
	return r;
}

static int check_sink(struct json_object *o, struct rs_err *err)
{
	struct net_sink sink = {0};
	int r = net_sink_parse(o, &sink, err);

	net_sink_done(&sink);
	return r;
}

static int take_sources(struct json_object *v, struct json_object **ret,
	int (*check)(struct json_object *o, struct rs_err *err), const char *name,
	struct rs_err *err)
{
	if (!json_object_is_type(v, json_type_array))
		return refuse(err, name, "it must be a list");
	if (json_object_array_length(v) > POLICY_SOURCES_MOST)
		return refuse(err, name, "too many");
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *o = json_object_array_get_idx(v, i);
		struct rs_err why = {0};
		if (!json_object_is_type(o, json_type_object))
			return refuse(err, name, "it must be a list of objects");
		if (check(o, &why) < 0)
			return refuse(err, name, why.detail);
	}
	*ret = v;
	return 0;
}

/* ---- the whole ---- */

static int take_format(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	unsigned format;

	(void)p;
	return take_number(v, POLICY_FORMAT, POLICY_FORMAT, &format, name, err);
}

/* The same key may sign other things. */
static int take_purpose(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	const char *text = NULL;
	int r = take_text(v, &text, name, err);

	(void)p;
	return r < 0				   ? r
	       : strcmp(text, POLICY_PURPOSE) == 0 ? 0
						   : refuse(err, name, "it is for something else");
}

static int take_version(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_number(v, 1, 2000000000, &p->version, name, err);
}

static int take_issued(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_time(v, &p->issued_s, name, err);
}

static int take_expires(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_time(v, &p->expires_s, name, err);
}

static int take_act(struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return TAKE_WORD(POLICY_ACTS, v, &p->act, name, err);
}

static int take_shipped(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_bool(v, &p->has_shipped_rules, name, err);
}

static int take_diagnosis(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
#define HOW(X) X(ASK, "ask") X(ALONE, "alone")
	return TAKE_WORD(HOW, v, &p->diagnosis_alone, name, err);
}

/* Each once, and "move" among them: there is no machine that disables and moves nothing. */
static int take_acts(struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	const size_t n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
	unsigned seen[2] = {0};

	if (!n)
		return refuse(err, name, "it must be a list with \"move\"");
	for (size_t k = 0; k < n; k++) {
		enum { MOVE, DISABLE } act = MOVE;
#define WHAT(X) X(MOVE, "move") X(DISABLE, "disable")
		int r = TAKE_WORD(WHAT, json_object_array_get_idx(v, k), &act, name, err);
		if (r < 0)
			return r;
		seen[act]++;
	}
	if (seen[0] != 1 || seen[1] > 1)
		return refuse(err, name, "it must have \"move\", and each word once");
	p->may_disable = seen[1];
	return 0;
}

static int take_max_files(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_number(v, 1, POLICY_FILES_MOST, &p->max_files, name, err);
}

static int take_replay(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return TAKE_WORD(REPLAY_POLICIES, v, &p->replay, name, err);
}

static int take_clock(struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
#define CLOCK(X) X(REPORT, "report") X(ACT, "act")
	return TAKE_WORD(CLOCK, v, &p->unknown_clock_acts, name, err);
}

static int take_delay(struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_number(v, 0, POLICY_DELAY_MOST_S, &p->delay_s, name, err);
}

static int take_keys(struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_sources(v, &p->keys, check_key_source, name, err);
}

static int take_reports(
	struct json_object *v, struct policy *p, const char *name, struct rs_err *err)
{
	return take_sources(v, &p->reports, check_sink, name, err);
}

int policy_take(struct policy *p, struct rs_err *err)
{
	static const struct field fields[] = {
		{"unbrick_policy", true, take_format},
		{"purpose", true, take_purpose},
		{"version", true, take_version},
		{"issued", true, take_issued},
		{"expires", true, take_expires},
		{"act", true, take_act},
		{"scope", false, take_scope},
		{"rules", false, take_rules},
		{"shipped_rules", false, take_shipped},
		{"diagnosis", false, take_diagnosis},
		{"acts", false, take_acts},
		{"max_files", false, take_max_files},
		{"replay", false, take_replay},
		{"outcomes", false, take_outcomes},
		{"unknown_clock", false, take_clock},
		{"delay_s", false, take_delay},
		{"keys", false, take_keys},
		{"reports", false, take_reports},
	};

	/* what is not said does less */
	p->has_shipped_rules = true;
	p->max_files = 4;
	p->replay = POLICY_REPLAY_SAFE;
	p->repaired = p->nothing = POLICY_WINDOWS;
	p->failure = POLICY_STAY;
	int r = TAKE_ALL(p->root, fields, p, "", err);
	if (r == 0 && p->expires_s <= p->issued_s)
		return refuse(err, "expires", "it is not after 'issued'");
	return r;
}
