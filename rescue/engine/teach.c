/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules write: what a report says of the file that did the harm, for a rule. A report is a file
 * that anybody may have written: it is read with a limit on everything, and what it names goes
 * through judge/rule_write.c, which lets no rule reach further than one folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "core/file.h"
#include "core/text.h"
#include "engine/engine.h"
#include "engine/teach.h"
#include "judge/rule_write.h"

#define BYTES_MOST    (4U << 20)
#define VALUES_MOST   200000U /* of about 100 bytes of memory each */
#define LIST_VALUES   4U      /* what a list takes, be it empty */
#define OBJECT_VALUES 9U
#define DEPTH_MOST    24
#define LIST_MOST     4096U /* members of a list that are looked at */

/* ---- members ---- */

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_string))
		return "";
	const char *text = json_object_get_string(m);
	return strlen(text) == (size_t)json_object_get_string_len(m) ? text : "";
}

static bool is_true(struct json_object *o, const char *key)
{
	struct json_object *m = NULL;

	return json_object_object_get_ex(o, key, &m) && json_object_is_type(m, json_type_boolean) &&
	       json_object_get_boolean(m);
}

static bool number_of(struct json_object *o, const char *key, uint64_t *ret)
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_int) ||
		json_object_get_int64(m) < 0)
		return false;
	*ret = json_object_get_uint64(m);
	return true;
}

static uint64_t time_of(struct json_object *o, const char *key)
{
	uint64_t ret = 0;

	return rs_filetime_parse(text_of(o, key), &ret) ? ret : 0;
}

static struct json_object *object_of(struct json_object *o, const char *key)
{
	struct json_object *m = NULL;

	return json_object_object_get_ex(o, key, &m) && json_object_is_type(m, json_type_object)
		       ? m
		       : NULL;
}

static struct json_object *list_of(struct json_object *o, const char *key, size_t *ret_n)
{
	struct json_object *m = NULL;

	*ret_n = 0;
	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_array))
		return NULL;
	*ret_n = json_object_array_length(m);
	*ret_n = *ret_n < LIST_MOST ? *ret_n : LIST_MOST;
	return m;
}

/* One that is an object; else an empty one would do as well: NULL has no members for the above. */
static struct json_object *nth(struct json_object *list, size_t i)
{
	struct json_object *o = json_object_array_get_idx(list, i);

	return json_object_is_type(o, json_type_object) ? o : NULL;
}

static bool is_word(struct json_object *o, const char *key, const char *word)
{
	return strcmp(text_of(o, key), word) == 0;
}

/* ---- the report's parts ---- */

struct teach {
	struct json_object *root;
	struct json_object *judged; /* the diagnosis that speaks of the file, NULL: none */
	const char *only;	    /* the path that is meant; NULL: whichever */
	uint64_t volume;
	struct rule_facts f;
};

static int refuse(struct rs_err *err, const char *object, const char *why)
{
	return rs_fail_on(err, RS_E_USAGE, object, "%s", why);
}

static bool is_meant(const struct teach *t, const char *path)
{
	return !t->only || strcasecmp(t->only, path) == 0;
}

static bool get_hash(const char *text, uint8_t ret[32])
{
	if (strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
		return false;
	for (size_t i = 0; i < 32; i++) {
		unsigned v = 0;
		(void)sscanf(text + 2 * i, "%2x", &v); /* checked above */
		ret[i] = (uint8_t)v;
	}
	return true;
}

/* What the plan says of a file. */
static struct json_object *planned(const struct teach *t, uint64_t volume, const char *path)
{
	size_t n;
	struct json_object *list = list_of(t->root, "plan", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *item = nth(list, i);
		uint64_t of = 0;
		if (strcasecmp(text_of(item, "path"), path) == 0 &&
			number_of(item, "volume", &of) && of == volume)
			return item;
	}
	return NULL;
}

/* Is it a rule that named it? Then there is one already. */
static bool is_by_rule(const struct teach *t, const char *id)
{
	size_t n;
	struct json_object *list = list_of(t->root, "findings", &n);

	for (size_t i = 0; i < n; i++)
		if (is_word(nth(list, i), "rule", id) && is_word(nth(list, i), "source", "rule"))
			return true;
	return false;
}

/* Take what the plan says of the file at @path. */
static int take(struct teach *t, uint64_t volume, const char *path, struct rs_err *err)
{
	struct json_object *item = planned(t, volume, path);
	struct rule_facts_file *to = &t->f.files[t->f.n_files];

	if (!item)
		return refuse(err, path, "the plan does not have it");
	if (is_by_rule(t, text_of(item, "rule")))
		return rs_fail_on(err, RS_E_USAGE, path, "there is a rule for it already: %s",
			text_of(item, "rule"));
	if (t->f.n_files == RULE_FACTS_FILES)
		return refuse(err, path, "too many files: name the one that is meant");
	if (t->f.n_files && volume != t->volume)
		return refuse(err, path, "files on several volumes: name the one that is meant");
	t->volume = volume;
	*to = (struct rule_facts_file){.path = path,
		.created = time_of(item, "created"),
		.modified = time_of(item, "modified")};
	to->has_size = number_of(item, "size_bytes", &to->size_bytes);
	to->has_sha256 = get_hash(text_of(item, "sha256"), to->sha256);
	if (!t->f.n_files)
		t->f.windows = text_of(item, "windows");
	t->f.n_files++;
	return 0;
}

/* Files that a fix moved. */
static int take_moved(struct teach *t, struct rs_err *err)
{
	size_t n;
	struct json_object *list = list_of(t->root, "actions", &n);
	int r = 0;

	if (!is_true(object_of(t->root, "verification"), "passed"))
		return refuse(err, "the report", "its repair was not verified");
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_object *a = nth(list, i);
		uint64_t volume = 0;
		if (!is_word(a, "action", "quarantine") && !is_word(a, "action", "ask"))
			continue;
		if ((is_word(a, "result", "done") || is_word(a, "result", "already")) &&
			is_meant(t, text_of(a, "path")) && number_of(a, "volume", &volume))
			r = take(t, volume, text_of(a, "path"), err);
	}
	t->f.is_moved = true;
	return r;
}

/* Diagnoses one after another; NULL: no more of them. */
static struct json_object *diagnosis_at(const struct teach *t, size_t i)
{
	size_t n;
	struct json_object *list = list_of(t->root, "diagnoses", &n);

	if (!n && i == 0)
		return object_of(t->root, "diagnosis");
	return i < n ? nth(list, i) : NULL;
}

static bool is_verdict(struct json_object *d)
{
	return is_word(d, "kind", "bad-file") &&
	       (is_word(d, "certainty", "sure") || is_word(d, "certainty", "likely"));
}

/* Files that a diagnosis proposes to move. */
static int take_proposed(struct teach *t, struct rs_err *err)
{
	struct json_object *d;
	int r = 0;

	for (size_t k = 0; r == 0 && (d = diagnosis_at(t, k)); k++) {
		size_t n;
		struct json_object *list = list_of(d, "proposal", &n);
		uint64_t volume = 0;
		if (!is_verdict(d) || !number_of(d, "volume", &volume))
			continue;
		for (size_t i = 0; r == 0 && i < n; i++)
			if (is_word(nth(list, i), "action", "move") &&
				is_meant(t, text_of(nth(list, i), "path")))
				r = take(t, volume, text_of(nth(list, i), "path"), err);
	}
	return r;
}

/* ---- what is said of them beside that ---- */

/* Product and service of the file, if a diagnosis knows: it may have had it among what is only
 * worth a look. */
static void take_candidate(struct teach *t)
{
	static const char *const lists[] = {"candidates", "suspects"};
	struct json_object *d;

	for (size_t k = 0; !t->judged && (d = diagnosis_at(t, k / 2)); k++) {
		size_t n;
		struct json_object *list = list_of(d, lists[k % 2], &n);
		for (size_t i = 0; !t->judged && i < n; i++) {
			struct json_object *c = nth(list, i);
			if (strcasecmp(text_of(c, "path"), t->f.files[0].path) != 0)
				continue;
			t->judged = d;
			t->f.product = text_of(c, "product");
			t->f.service = text_of(c, "service");
		}
	}
}

static bool code_in(const char *text, uint32_t *ret)
{
	const char *at = strstr(text, "0x");
	size_t digits = at ? strspn(at + 2, "0123456789abcdefABCDEF") : 0;

	if (!digits || digits > 8)
		return false;
	*ret = (uint32_t)strtoul(at + 2, NULL, 16);
	return true;
}

/* Stop codes of the crashes, as its timeline tells them. */
static void take_codes(struct teach *t)
{
	size_t n;
	struct json_object *list = list_of(t->judged, "timeline", &n);

	for (size_t i = 0; i < n && t->f.n_codes < RULE_FACTS_CODES; i++) {
		uint32_t code = 0;
		bool is_told = false;
		if (!is_word(nth(list, i), "what", "crash") ||
			!code_in(text_of(nth(list, i), "text"), &code))
			continue;
		for (size_t k = 0; k < t->f.n_codes; k++)
			is_told |= t->f.codes[k] == code;
		if (!is_told)
			t->f.codes[t->f.n_codes++] = code;
	}
}

static void hide(struct teach *t, const char *name)
{
	if (*name && t->f.n_hidden < RULE_FACTS_HIDDEN)
		t->f.hidden[t->f.n_hidden++] = name;
}

/* The build of its Windows, and the machine's names. */
static void take_windows(struct teach *t, struct json_object *w, bool is_volume)
{
	uint64_t build = 0;

	hide(t, text_of(w, "computer_name"));
	if (is_volume && strcasecmp(text_of(w, "root"), t->f.windows) == 0 &&
		number_of(w, "build", &build) && build <= UINT32_MAX)
		t->f.build = (uint32_t)build;
}

static void take_volume(struct teach *t, struct json_object *v)
{
	uint64_t number = 0;
	bool is_volume = number_of(v, "number", &number) && number == t->volume;
	size_t n;
	struct json_object *others = list_of(v, "other_windows", &n);

	take_windows(t, object_of(v, "windows"), is_volume);
	for (size_t i = 0; i < n; i++)
		take_windows(t, nth(others, i), is_volume);
}

static void take_disks(struct teach *t)
{
	size_t n_disks, n;
	struct json_object *disks = list_of(t->root, "disks", &n_disks);

	hide(t, text_of(object_of(t->root, "machine"), "serial"));
	for (size_t i = 0; i < n_disks; i++) {
		struct json_object *volumes = list_of(nth(disks, i), "volumes", &n);
		for (size_t k = 0; k < n; k++)
			take_volume(t, nth(volumes, k));
	}
}

static int take_all(struct teach *t, struct rs_err *err)
{
	const char *command = text_of(t->root, "command");
	uint64_t version = 0;
	int r;

	if (!number_of(t->root, "schema_version", &version) || version != REPORT_SCHEMA_VERSION ||
		!is_word(object_of(t->root, "tool"), "name", "unbrick"))
		return refuse(err, "the report", "not a report of this program");
	if (strcmp(command, "fix") == 0)
		r = take_moved(t, err);
	else if (strcmp(command, "scan") == 0 || strcmp(command, "diagnose") == 0)
		r = take_proposed(t, err);
	else
		return refuse(err, "the report", "it is none of fix, scan or diagnose");
	if (r < 0)
		return r;
	if (!t->f.n_files)
		return refuse(err, t->only ? t->only : "the report",
			t->f.is_moved ? "no such file was moved" : "no such file is proposed");
	t->f.reported = time_of(t->root, "started");
	take_candidate(t);
	take_codes(t);
	take_disks(t);
	return 0;
}

/* ---- the file ---- */

/* As many values as would be made of it, by the marks between them: a mark in a text counts, too.
 */
static bool is_small(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '{' ? OBJECT_VALUES : text[i] == '[' ? LIST_VALUES : text[i] == ',';
	return n <= VALUES_MOST;
}

int en_teach(const char *text, size_t len, const char *path, struct rule **ret, struct rs_err *err)
{
	struct teach t = {.only = path};
	int r;

	if (len > BYTES_MOST || !is_small(text, len))
		return refuse(err, "the report", "too large");
	if (memchr(text, '\0', len) || !rs_is_utf8(text))
		return refuse(err, "the report", "not a text in UTF-8");
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MOST);
	if (!tokener)
		return rs_fail(err, RS_E_MEMORY, "report");
	t.root = json_tokener_parse_ex(tokener, text, (int)len);
	size_t end = json_tokener_get_parse_end(tokener);
	if (!json_object_is_type(t.root, json_type_object) ||
		end + strspn(text + end, " \t\r\n") != len)
		r = refuse(
			err, "the report", "not one JSON object, or nested too deep, or not whole");
	else
		r = take_all(&t, err);
	if (r == 0)
		r = rule_write(&t.f, ret, err);
	if (r == RS_E_USAGE)
		err->next = "give the report of a 'fix' that moved a file, or of a 'scan' or "
			    "'diagnose' that proposes it";
	json_object_put(t.root);
	json_tokener_free(tokener);
	return r;
}

/* A new file, whole or not there. */
static int save(const char *path, const char *text, struct rs_err *err)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	size_t len = strlen(text), at = 0;
	ssize_t n = 0;

	if (fd < 0) {
		int r = errno == EEXIST ? RS_E_OUTPUT_EXISTS : RS_E_OUTPUT;
		(void)rs_fail_on(err, r, path, "%s", errno == EEXIST ? "" : strerror(errno));
		err->next = r == RS_E_OUTPUT_EXISTS ? "choose another name: a rule replaces no file"
						    : "make room or choose another place";
		return r;
	}
	while (at < len && (n >= 0 || errno == EINTR)) {
		n = write(fd, text + at, len - at);
		at += n > 0 ? (size_t)n : 0;
	}
	if (at == len && (fsync(fd) == 0 || errno == EINVAL || errno == EROFS))
		return 0;
	(void)rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(errno));
	err->next = "make room or choose another place";
	(void)unlink(path); /* not complete, so nobody's loss */
	return RS_E_OUTPUT;
}

int rs_rules_write(struct rs_session *s, const char *from, const char *path, const char *output,
	struct rs_report **ret)
{
	auto_free char *text = NULL;
	struct rs_err err = {0};
	struct rule *rule = NULL;
	size_t len = 0;
	int r = report_new("rules", ret, &err);

	(void)s;
	if (r < 0)
		return r;
	r = rs_file_load(from, BYTES_MOST + 1, "report", &text, &len, &err);
	if (r == 0)
		r = en_teach(text, len, path, &rule, &err);
	if (rule && output)
		r = save(output, rule_about(rule)->source, &err);
	if (rule && r == 0) {
		(*ret)->run.rule_id = report_copy(&(*ret)->kept, rule_about(rule)->id);
		(*ret)->run.rule_text = report_copy(&(*ret)->kept, rule_about(rule)->source);
		(*ret)->run.rule_file = output ? report_copy(&(*ret)->kept, output) : NULL;
	}
	rule_free(rule);
	report_finish(*ret, 0, r < 0 ? RUN_FAILED : RUN_DONE,
		r == 0 && output ? "the rule is written" : "", &err);
	return r;
}
