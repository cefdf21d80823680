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

#include "core/file.h"
#include "core/json_in.h"
#include "core/text.h"
#include "engine/engine.h"
#include "engine/teach.h"
#include "judge/rule_write.h"

#define BYTES_MOST (4U << 20)

static uint64_t time_of(struct json_object *o, const char *key)
{
	uint64_t ret = 0;

	return rs_filetime_parse(ji_text(o, key), &ret) ? ret : 0;
}

/* ---- the report's parts ---- */

struct teach {
	struct json_object *root;
	struct json_object *judged; /* the diagnosis that speaks of the file, NULL: none */
	const char *only;	    /* the path that is meant; NULL: whichever */
	uint64_t volume;
	const char *disables; /* of a driver that stays: its service; NULL: it is moved */
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

/* What the plan says of a file. */
static struct json_object *planned(const struct teach *t, uint64_t volume, const char *path)
{
	size_t n;
	struct json_object *list = ji_list(t->root, "plan", &n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *item = ji_nth(list, i);
		uint64_t of = 0;
		if (strcasecmp(ji_text(item, "path"), path) == 0 &&
			ji_number(item, "volume", &of) && of == volume)
			return item;
	}
	return NULL;
}

/* Is it a rule that named it? Then there is one already. */
static bool is_by_rule(const struct teach *t, const char *id)
{
	size_t n;
	struct json_object *list = ji_list(t->root, "findings", &n);

	for (size_t i = 0; i < n; i++)
		if (ji_is_word(ji_nth(list, i), "rule", id) &&
			ji_is_word(ji_nth(list, i), "source", "rule"))
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
	if (is_by_rule(t, ji_text(item, "rule")))
		return rs_fail_on(err, RS_E_USAGE, path, "there is a rule for it already: %s",
			ji_text(item, "rule"));
	if (t->f.n_files == RULE_FACTS_FILES)
		return refuse(err, path, "too many files: name the one that is meant");
	if (t->f.n_files && volume != t->volume)
		return refuse(err, path, "files on several volumes: name the one that is meant");
	t->volume = volume;
	*to = (struct rule_facts_file){.path = path,
		.created = time_of(item, "created"),
		.modified = time_of(item, "modified")};
	to->has_size = ji_number(item, "size_bytes", &to->size_bytes);
	to->has_sha256 = rs_unhex(ji_text(item, "sha256"), to->sha256, sizeof(to->sha256));
	if (!t->f.n_files)
		t->f.windows = ji_text(item, "windows");
	t->f.n_files++;
	return 0;
}

/* Take what a finding says of a driver whose services are disabled. */
static int take_driver(struct teach *t, struct json_object *finding, struct json_object *driver,
	struct rs_err *err)
{
	struct rule_facts_file *to = &t->f.files[t->f.n_files];
	const char *path = ji_text(driver, "path");
	uint64_t volume = 0;
	size_t n;
	struct json_object *services = ji_list(driver, "services", &n);

	if (t->f.n_files)
		return refuse(err, path, "several files: name the one that is meant");
	if (!n || !ji_number(finding, "volume", &volume))
		return refuse(err, path, "the report does not say what is disabled");
	t->volume = volume;
	*to = (struct rule_facts_file){.path = path,
		.created = time_of(driver, "created"),
		.modified = time_of(driver, "modified")};
	to->has_size = ji_number(driver, "size_bytes", &to->size_bytes);
	to->has_sha256 = rs_unhex(ji_text(driver, "sha256"), to->sha256, sizeof(to->sha256));
	t->f.windows = ji_text(finding, "windows");
	t->disables = json_object_get_string(ji_nth(services, 0));
	t->f.is_disabled = true;
	t->f.n_files++;
	return 0;
}

/* Drivers that a diagnosis has disabled, or would have. */
static int take_drivers(struct teach *t, struct rs_err *err)
{
	size_t n;
	struct json_object *list = ji_list(t->root, "findings", &n);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		size_t n_drivers;
		struct json_object *f = ji_nth(list, i),
				   *drivers = ji_list(f, "drivers", &n_drivers);
		for (size_t k = 0; r == 0 && k < n_drivers; k++)
			if (!ji_is_word(f, "source", "rule") &&
				is_meant(t, ji_text(ji_nth(drivers, k), "path")))
				r = take_driver(t, f, ji_nth(drivers, k), err);
	}
	return r;
}

static bool is_of_services(struct json_object *item)
{
	size_t n;
	struct json_object *list = ji_list(ji_object(item, "change"), "touched", &n);

	for (size_t i = 0; i < n; i++)
		if (ji_is_word(ji_nth(list, i), "kind", "service") &&
			ji_is_true(ji_nth(list, i), "changed"))
			return true;
	return false;
}

/* Files that a fix moved. */
static int take_moved(struct teach *t, struct rs_err *err)
{
	size_t n;
	struct json_object *list = ji_list(t->root, "actions", &n);
	bool is_disabled = false;
	int r = 0;

	if (!ji_is_true(ji_object(t->root, "verification"), "passed"))
		return refuse(err, "the report", "its repair was not verified");
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_object *a = ji_nth(list, i);
		uint64_t volume = 0;
		if (!ji_is_word(a, "action", "quarantine") && !ji_is_word(a, "action", "ask"))
			continue;
		if (ji_number(a, "volume", &volume) &&
			ji_object(planned(t, volume, ji_text(a, "path")), "change")) {
			/* a hive is no file at fault; what it disables may be */
			is_disabled |= ji_is_word(a, "result", "done") &&
				       is_of_services(planned(t, volume, ji_text(a, "path")));
			continue;
		}
		if ((ji_is_word(a, "result", "done") || ji_is_word(a, "result", "already")) &&
			is_meant(t, ji_text(a, "path")) && ji_number(a, "volume", &volume))
			r = take(t, volume, ji_text(a, "path"), err);
	}
	t->f.is_moved = true;
	return r == 0 && is_disabled && !t->f.n_files ? take_drivers(t, err) : r;
}

/* Diagnoses one after another; NULL: no more of them. */
static struct json_object *diagnosis_at(const struct teach *t, size_t i)
{
	size_t n;
	struct json_object *list = ji_list(t->root, "diagnoses", &n);

	if (!n && i == 0)
		return ji_object(t->root, "diagnosis");
	return i < n ? ji_nth(list, i) : NULL;
}

static bool is_verdict(struct json_object *d)
{
	return ji_is_word(d, "kind", "bad-file") &&
	       (ji_is_word(d, "certainty", "sure") || ji_is_word(d, "certainty", "likely"));
}

/* Files that a diagnosis proposes to move. */
static int take_proposed(struct teach *t, struct rs_err *err)
{
	struct json_object *d;
	bool is_disable = false;
	int r = 0;

	for (size_t k = 0; r == 0 && (d = diagnosis_at(t, k)); k++) {
		size_t n;
		struct json_object *list = ji_list(d, "proposal", &n);
		uint64_t volume = 0;
		if (!is_verdict(d) || !ji_number(d, "volume", &volume))
			continue;
		for (size_t i = 0; r == 0 && i < n; i++) {
			is_disable |= ji_is_word(ji_nth(list, i), "action", "disable");
			if (ji_is_word(ji_nth(list, i), "action", "move") &&
				is_meant(t, ji_text(ji_nth(list, i), "path")))
				r = take(t, volume, ji_text(ji_nth(list, i), "path"), err);
		}
	}
	return r == 0 && is_disable && !t->f.n_files ? take_drivers(t, err) : r;
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
		struct json_object *list = ji_list(d, lists[k % 2], &n);
		for (size_t i = 0; !t->judged && i < n; i++) {
			struct json_object *c = ji_nth(list, i);
			if (strcasecmp(ji_text(c, "path"), t->f.files[0].path) != 0)
				continue;
			t->judged = d;
			t->f.product = ji_text(c, "product");
			t->f.service = ji_text(c, "service");
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
	struct json_object *list = ji_list(t->judged, "timeline", &n);

	for (size_t i = 0; i < n && t->f.n_codes < RULE_FACTS_CODES; i++) {
		uint32_t code = 0;
		bool is_told = false;
		if (!ji_is_word(ji_nth(list, i), "what", "crash") ||
			!code_in(ji_text(ji_nth(list, i), "text"), &code))
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

	hide(t, ji_text(w, "computer_name"));
	if (is_volume && strcasecmp(ji_text(w, "root"), t->f.windows) == 0 &&
		ji_number(w, "build", &build) && build <= UINT32_MAX)
		t->f.build = (uint32_t)build;
}

static void take_volume(struct teach *t, struct json_object *v)
{
	uint64_t number = 0;
	bool is_volume = ji_number(v, "number", &number) && number == t->volume;
	size_t n;
	struct json_object *others = ji_list(v, "other_windows", &n);

	take_windows(t, ji_object(v, "windows"), is_volume);
	for (size_t i = 0; i < n; i++)
		take_windows(t, ji_nth(others, i), is_volume);
}

static void take_disks(struct teach *t)
{
	size_t n_disks, n;
	struct json_object *disks = ji_list(t->root, "disks", &n_disks);

	hide(t, ji_text(ji_object(t->root, "machine"), "serial"));
	for (size_t i = 0; i < n_disks; i++) {
		struct json_object *volumes = ji_list(ji_nth(disks, i), "volumes", &n);
		for (size_t k = 0; k < n; k++)
			take_volume(t, ji_nth(volumes, k));
	}
}

static int take_all(struct teach *t, struct rs_err *err)
{
	const char *command = ji_text(t->root, "command");
	uint64_t version = 0;
	int r;

	if (!ji_number(t->root, "schema_version", &version) || version != REPORT_SCHEMA_VERSION ||
		!ji_is_word(ji_object(t->root, "tool"), "name", "unbrick"))
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
	if (t->disables)
		t->f.service = t->disables;
	take_codes(t);
	take_disks(t);
	return 0;
}

/* ---- the file ---- */

int en_teach(const char *text, size_t len, const char *path, struct rule **ret, struct rs_err *err)
{
	static const struct ji_limits most = {BYTES_MOST, 200000, 24};
	struct teach t = {.only = path};
	const char *why;

	t.root = ji_parse(text, len, &most, &why);
	if (!t.root && !why)
		return rs_fail(err, RS_E_MEMORY, "report");
	int r = t.root ? take_all(&t, err) : refuse(err, "the report", why);
	if (r == 0)
		r = rule_write(&t.f, ret, err);
	if (r == RS_E_USAGE)
		err->next = "give the report of a 'fix' that moved a file, or of a 'scan' or "
			    "'diagnose' that proposes it";
	json_object_put(t.root);
	return r;
}

int en_write_text(int fd, const char *path, const char *text, struct rs_err *err)
{
	size_t len = strlen(text), at = 0;
	ssize_t n = 0;

	while (at < len && (n >= 0 || errno == EINTR)) {
		n = write(fd, text + at, len - at);
		at += n > 0 ? (size_t)n : 0;
	}
	if (at == len && (fsync(fd) == 0 || errno == EINVAL || errno == EROFS))
		return 0;
	(void)rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(errno));
	err->next = "make room or choose another place";
	return RS_E_OUTPUT;
}

/* A new file, whole or not there. */
static int save(const char *path, const char *text, struct rs_err *err)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0) {
		int r = errno == EEXIST ? RS_E_OUTPUT_EXISTS : RS_E_OUTPUT;
		(void)rs_fail_on(err, r, path, "%s", errno == EEXIST ? "" : strerror(errno));
		err->next = r == RS_E_OUTPUT_EXISTS ? "choose another name: a rule replaces no file"
						    : "make room or choose another place";
		return r;
	}
	int r = en_write_text(fd, path, text, err);
	if (r < 0)
		(void)unlink(path); /* not complete, so nobody's loss */
	return r;
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
