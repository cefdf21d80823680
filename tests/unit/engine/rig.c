/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../ntfslog/crash_help.h"
#include "core/view.h"
#include "ntfswrite/vol.h"

#define BAD_TIME     "2024-07-19T04:09:27Z"
#define PART_AT	     (1U << 20)
#define SECTOR_BYTES 512U
#define PAGE_BYTES   4096U

static uint8_t *read_all(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	*ret_len = (size_t)ftell(f);
	uint8_t *ret = malloc(*ret_len + 1);
	assert_non_null(ret);
	rewind(f);
	assert_int_equal(fread(ret, 1, *ret_len, f), *ret_len);
	(void)fclose(f);
	ret[*ret_len] = 0;
	return ret;
}

static void write_all(const char *path, const uint8_t *p, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* ---- disks ---- */

static void write_rule(struct rig *r)
{
	char path[160];

	assert_int_equal(rig_rules_show(r, RIG_RULE), 0);
	(void)snprintf(r->rules, sizeof(r->rules), "%s/rules", r->dir);
	(void)snprintf(path, sizeof(path), "%s/one.ini", r->rules);
	assert_int_equal(mkdir(r->rules, 0700), 0);
	const char *text = rig_get(r, "rule.text");
	write_all(path, (const uint8_t *)text, strlen(text));
}

void rig_begin(struct rig *r)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || !*tmp || strlen(tmp) > 23)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* nothing is flushed */
	(void)setenv("TMPDIR", tmp, 1); /* for the makers of images, too */
	*r = (struct rig){0};
	(void)snprintf(r->dir, sizeof(r->dir), "%s/unbrick-rig-XXXXXX", tmp);
	assert_non_null(mkdtemp(r->dir));
	r->plans = r->dir;
	write_rule(r);
}

void rig_done(struct rig *r)
{
	char path[160];

	for (size_t i = 0; i < r->n_disks; i++) {
		(void)munmap(r->images[i].now, r->images[i].len);
		(void)unlink(r->images[i].path);
		free(r->images[i].path);
		free(r->images[i].bytes);
	}
	json_object_put(r->json);
	(void)snprintf(path, sizeof(path), "%s/rules/one.ini", r->dir);
	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(r->dir), 0); /* nothing was left beside the images */
}

void rig_add_take(struct rig *r, uint8_t *bytes, size_t len)
{
	assert_true(r->n_disks < RIG_DISKS);
	struct rig_image *i = &r->images[r->n_disks];

	*i = (struct rig_image){.bytes = bytes, .len = len};
	assert_true(asprintf(&i->path, "%s/%c.img", r->dir, (int)('a' + r->n_disks)) > 0);
	write_all(i->path, bytes, len);
	int fd = open(i->path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	i->now = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(i->now, MAP_FAILED);
	(void)close(fd);
	r->disks[r->n_disks++] = i->path;
}

#define RENAME                                                                                     \
	"\\??\\C:\\new.tmp\n!\\??\\C:\\Windows\\System32\\drivers\\CrowdStrike\\" RIG_BAD "\n"

/* What it needs to be a Windows that is looked at. */
static void fill_second(struct wi *w, unsigned content, const struct wi_value *software)
{
	const struct wi_value system[] = {{"Select", "Current", NULL, 1},
		{"ControlSet001\\Control\\Session Manager", "PendingFileRenameOperations",
			content & RIG_SECOND ? RENAME : "\n", 0},
		{NULL, NULL, NULL, 0}};
	static const uint16_t version[4] = {10, 0, 19045, 1};
	char first[sizeof(w->win.root)];

	memcpy(first, w->win.root, sizeof(first));
	(void)snprintf(w->win.root, sizeof(w->win.root), "\\Windows2");
	wi_program(w, "/Windows2/System32/ntoskrnl.exe", version);
	wi_hive(w, "SYSTEM", system);
	wi_hive(w, "SOFTWARE", software);
	if (content & RIG_SECOND_BAD)
		wi_text(w, RIG_SECOND_DIR "/" RIG_BAD, "two", BAD_TIME);
	memcpy(w->win.root, first, sizeof(first));
}

static void fill(struct wi *w, unsigned content)
{
	const struct wi_value system[] = {{"Select", "Current", NULL, 1},
		{"ControlSet001\\Control\\Session Manager", "PendingFileRenameOperations",
			content & RIG_RENAMES ? RENAME : "\n", 0},
		{"Setup", "CmdLine", content & RIG_COMMAND ? "cmd.exe /k \x1b[2J" : "", 0},
		{"Setup", "SetupType", NULL, content & RIG_COMMAND ? 2 : 0},
		{"Setup", "Upgrade", NULL, content & RIG_UPGRADES ? 1 : 0}, {NULL, NULL, NULL, 0}};
	static const struct wi_value software[] = {
		{"Microsoft\\Windows NT\\CurrentVersion", "CurrentBuild", "19045", 0},
		{NULL, NULL, NULL, 0}};
	static const uint16_t version[4] = {10, 0, 19045, 1};
	static const uint8_t zeros[3000] = {0};

	wi_make(w);
	wi_program(w, "/Windows/System32/ntoskrnl.exe", version);
	wi_hive(w, "SYSTEM", system);
	wi_hive(w, "SOFTWARE", software);
	wi_dir(w, RIG_DIR);
	if (content & RIG_HAS_BAD)
		wi_text(w, RIG_DIR "/" RIG_BAD, "one", BAD_TIME);
	if (content & RIG_HAS_DOUBT)
		wi_file(w, RIG_DIR "/" RIG_DOUBT, zeros, sizeof(zeros), BAD_TIME);
	if (content & RIG_SLEEPS)
		wi_text(w, "/hiberfil.sys", "HIBR", "");
	if (content & RIG_HAS_PASSED)
		wi_text(w, RIG_PASSED, "nobody's", BAD_TIME);
	if (content & (RIG_SECOND | RIG_SECOND_BAD))
		fill_second(w, content, software);
}

/* Closed, so that the next one can be opened. */
static uint8_t *filled(struct wi *w, size_t *ret_len)
{
	wi_open(w);
	nt_raw_close(w->raw);
	assert_int_equal(nt_vol_close(w->vol, NULL), 0);
	blk_close(w->blk);
	w->raw = NULL;
	w->vol = NULL;
	w->blk = NULL;
	return read_all(w->path, ret_len);
}

/* Made once a program, as that takes longer than a run. */
uint8_t *rig_windows(unsigned content, size_t *ret_len)
{
	static struct {
		uint8_t *bytes;
		size_t len;
	} made[RIG_CONTENTS];
	struct wi w;

	assert_true(content < RIG_CONTENTS);
	if (!made[content].bytes) {
		fill(&w, content);
		made[content].bytes = filled(&w, &made[content].len);
		wi_done(&w);
	}
	uint8_t *ret = malloc(made[content].len);
	assert_non_null(ret);
	*ret_len = made[content].len;
	return memcpy(ret, made[content].bytes, *ret_len);
}

uint8_t *rig_crashed(unsigned content, bool is_loser, size_t *ret_len)
{
	const struct crash_kind kind = {.major = 2, .is_loser = is_loser};
	struct crash c;
	struct wi w;

	fill(&w, content);
	uint8_t *old = filled(&w, ret_len);
	wi_mount(&w);
	wi_text(&w, RIG_PASSED, "written before the crash", "");
	uint8_t *now = filled(&w, ret_len);
	wi_done(&w);
	crash_make(&c, old, now, *ret_len, &kind);
	memcpy(now, c.v.p, *ret_len);
	crash_done(&c);
	free(old);
	return now;
}

uint8_t *rig_join_take(uint8_t *const parts[2], const size_t lens[2], size_t *ret_len)
{
	size_t at = PART_AT;

	*ret_len = PART_AT + lens[0] + lens[1] + PART_AT;
	uint8_t *ret = calloc(1, *ret_len);
	assert_non_null(ret);
	for (size_t i = 0; i < 2; i++) {
		uint8_t *entry = ret + 446 + 16 * i;
		entry[4] = 0x07;
		rs_put_le32(entry + 8, (uint32_t)(at / SECTOR_BYTES));
		rs_put_le32(entry + 12, (uint32_t)(lens[i] / SECTOR_BYTES));
		memcpy(ret + at, parts[i], lens[i]);
		at += lens[i];
		free(parts[i]);
	}
	rs_put_le32(ret + 440, 0x12345678);
	ret[510] = 0x55;
	ret[511] = 0xAA;
	return ret;
}

/* A page at a time: most are as they were. */
static void bring_back(struct rig_image *i)
{
	for (size_t at = 0; at < i->len; at += PAGE_BYTES) {
		size_t n = i->len - at < PAGE_BYTES ? i->len - at : PAGE_BYTES;
		if (memcmp(i->now + at, i->bytes + at, n) != 0)
			memcpy(i->now + at, i->bytes + at, n);
	}
}

void rig_reset(struct rig *r)
{
	for (size_t i = 0; i < r->n_disks; i++)
		bring_back(&r->images[i]);
	r->is_there = false;
	memset(r->says, 0, sizeof(r->says));
	r->keys = NULL;
	r->stop_at_step = 0;
	r->key_file = r->bek_file = r->volume = r->windows = NULL;
}

bool rig_is_as_made(const struct rig *r)
{
	bool ret = true;

	for (size_t i = 0; i < r->n_disks; i++)
		ret = ret && memcmp(r->images[i].now, r->images[i].bytes, r->images[i].len) == 0;
	return ret;
}

void rig_keep(struct rig *r)
{
	for (size_t i = 0; i < r->n_disks; i++)
		memcpy(r->images[i].bytes, r->images[i].now, r->images[i].len);
}

bool rig_has_file(const struct rig *r, size_t disk, const char *path)
{
	struct blk *blk = NULL;
	struct nt_vol *vol = NULL;
	uint64_t ref = 0;

	assert_int_equal(blk_file_open(r->images[disk].path, 0, &blk, NULL), 0);
	assert_int_equal(nt_vol_open(blk, 0, &vol, NULL), 0);
	bool ret = nt_lookup(vol, path, &ref, NULL) == 0 && ref;
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	blk_close(blk);
	return ret;
}

/* ---- the person ---- */

static enum rs_answer on_ask(void *user, const struct rs_question *q)
{
	struct rig *r = user;

	assert_true(q->kind < RIG_KINDS);
	assert_true(q->text[0]);
	for (const char *c = q->text; *c; c++) /* names and commands are the disk's */
		assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
	(void)snprintf(r->question, sizeof(r->question), "%s", q->text);
	r->asked[q->kind]++;
	return r->says[q->kind];
}

static int ask_key(const struct rs_key_source *self, const struct rs_key_request *q,
	struct rs_secret *ret, struct rs_err *err)
{
	struct rig *r = self->user;

	assert_int_equal(q->attempt, r->keys_asked + 1);
	assert_true(q->n_protectors > 0);
	assert_int_not_equal(q->last->code, 0);
	if (q->attempt > 1)
		rs_err_line(q->last, r->last_key_error, sizeof(r->last_key_error));
	if (r->keys_asked++ >= r->n_keys)
		return 0;
	const char *key = r->keys[r->keys_asked - 1];
	int code = rs_secret_set(ret, key, strlen(key), err);
	return code < 0 ? code : 1;
}

static bool on_progress(void *user, const char *what, uint64_t done, uint64_t total)
{
	struct rig *r = user;

	assert_true(!total || done <= total || !what);
	r->steps++;
	return !r->stop_at_step || r->steps < r->stop_at_step;
}

static void on_found(void *user, const struct rs_found *found)
{
	struct rig *r = user;
	const struct run_finding *f = found->finding;
	size_t len = strlen(r->found);

	assert_true(!f != !found->volume);
	if (f)
		(void)snprintf(r->found + len, sizeof(r->found) - len, "%s %s: %s; %s\n", f->source,
			f->id, f->why, f->evidence);
}

static void on_log(void *user, enum rs_log_level level, const char *line)
{
	struct rig *r = user;
	size_t len = strlen(r->log);

	assert_true(level <= RS_LOG_DEBUG);
	(void)snprintf(r->log + len, sizeof(r->log) - len, "%s\n", line);
}

void rig_fits_schema(const struct rig *r)
{
	char path[96], command[512];

	(void)snprintf(path, sizeof(path), "%s/report.json", r->dir);
	assert_int_equal(json_object_to_file(path, r->json), 0);
	(void)snprintf(command, sizeof(command),
		"python3 -c 'import json, jsonschema, sys; jsonschema.Draft202012Validator("
		"json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))'"
		" docs/report.schema.json %s",
		path);
	int status = system(command); /* NOLINT(cert-env33-c): a test's own text */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(status, 0);
}

unsigned rig_asked(const struct rig *r)
{
	unsigned n = 0;

	for (size_t i = 0; i < RIG_KINDS; i++)
		n += r->asked[i];
	return n;
}

/* ---- runs ---- */

struct rs_session *rig_session(struct rig *r)
{
	const struct rs_events events = {.user = r,
		.found = on_found,
		.log = on_log,
		.progress = on_progress,
		.ask = r->is_there ? on_ask : NULL};
	const struct rs_key_source keys = {"the test", r, RS_KEY_TYPED, false, ask_key, NULL};
	struct rs_session *s = NULL;

	memset(r->asked, 0, sizeof(r->asked));
	r->keys_asked = 0;
	r->last_key_error[0] = '\0';
	r->steps = 0;
	r->log[0] = r->found[0] = '\0';
	assert_int_equal(rs_session_new(&events, &s, NULL), 0);
	if (r->keys)
		assert_int_equal(rs_keys_add_source(s, &keys, NULL), 0);
	if (r->key_file)
		assert_int_equal(rs_keys_from_file(s, r->key_file, RS_KEY_LIST, NULL), 0);
	if (r->bek_file)
		assert_int_equal(rs_keys_from_file(s, r->bek_file, RS_KEY_STARTUP, NULL), 0);
	if (r->plans)
		assert_int_equal(rs_plans_in(s, r->plans, r->is_plan_private, NULL), 0);
	if (r->rules[0])
		assert_int_equal(rs_rules_from(s, r->rules, NULL), 0);
	return s;
}

static void put(void *user, const char *line)
{
	struct rig *r = user;
	size_t len = strlen(r->text);

	for (const char *p = line; *p; p++)
		assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
	(void)snprintf(r->text + len, sizeof(r->text) - len, "%s\n", line);
}

int rig_read_take(struct rig *r, struct rs_report *report, int code)
{
	assert_non_null(report);
	const int status = rs_report_run(report)->outcome.status;
	const struct rs_err *err = &rs_report_run(report)->err;
	const char *json = rs_report_json(report);

	assert_int_equal(err->code, code);
	assert_non_null(json);
	json_object_put(r->json);
	r->json = json_tokener_parse(json);
	assert_non_null(r->json);
	assert_int_equal(json[strlen(json) - 1], '\n');
	r->text[0] = '\0';
	rs_report_text(report, put, r);

	char number[16];
	(void)snprintf(number, sizeof(number), "%d", status);
	rig_expect(r, "outcome.status", number);
	if (code) {
		assert_int_equal(rs_err_info(code)->exit_status, status);
		rig_expect(r, "error.id", rs_err_info(code)->id);
		rig_expect(r, "error.status", number);
	} else {
		rig_expect(r, "error.id", "");
	}
	rs_report_free(report);
	return status;
}

int rig_run(struct rig *r, enum rs_command c, const struct rs_options *options)
{
	static const char *const names[] = {"list", "scan", "fix", "undo", "replay", "diagnose"};
	const struct rs_target target = {.disks = r->disks,
		.n_disks = r->n_disks,
		.volume = r->volume,
		.windows = r->windows};
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;

	int code = rs_repair_all(s, c, &target, options, &report);
	int status = rig_read_take(r, report, code);
	rig_expect(r, "command", names[c]);
	rs_session_free(s);
	return status;
}

int rig_rules_list(struct rig *r)
{
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;
	int code = rs_rules_list(s, &report);
	int status = rig_read_take(r, report, code);

	rs_session_free(s);
	return status;
}

int rig_rules_show(struct rig *r, const char *id)
{
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;
	int code = rs_rules_show(s, id, &report);
	int status = rig_read_take(r, report, code);

	rs_session_free(s);
	return status;
}

int rig_rules_check(struct rig *r, const char *const *paths, size_t n)
{
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;
	int code = rs_rules_check(s, paths, n, &report);
	int status = rig_read_take(r, report, code);

	rs_session_free(s);
	return status;
}

/* ---- what it said ---- */

static struct json_object *find(const struct rig *r, const char *path)
{
	struct json_object *o = r->json;
	char part[64];

	while (o && *path) {
		size_t len = strcspn(path, ".");
		struct json_object *next = NULL;
		(void)snprintf(part, sizeof(part), "%.*s", (int)len, path);
		if (json_object_is_type(o, json_type_array))
			next = json_object_array_get_idx(o, strtoul(part, NULL, 10));
		else
			(void)json_object_object_get_ex(o, part, &next);
		o = next;
		path += len + (path[len] == '.');
	}
	return o;
}

const char *rig_get(const struct rig *r, const char *path)
{
	struct json_object *o = find(r, path);

	return o ? json_object_get_string(o) : "";
}

size_t rig_count(const struct rig *r, const char *path)
{
	struct json_object *o = find(r, path);

	return o && json_object_is_type(o, json_type_array) ? json_object_array_length(o) : 0;
}

void rig_expect(const struct rig *r, const char *path, const char *value)
{
	if (strcmp(rig_get(r, path), value) != 0)
		fail_msg("%s is '%s', not '%s'; %s", path, rig_get(r, path), value,
			rig_get(r, "error"));
}

void rig_expect_part(const struct rig *r, const char *path, const char *part)
{
	if (!strstr(rig_get(r, path), part))
		fail_msg("%s is '%s', without '%s'", path, rig_get(r, path), part);
}

int rig_make(void **state, unsigned content)
{
	struct rig *r = calloc(1, sizeof(*r));
	size_t len;

	assert_non_null(r);
	rig_begin(r);
	uint8_t *bytes = rig_windows(content, &len);
	rig_add_take(r, bytes, len);
	*state = r;
	return 0;
}

int rig_unmake(void **state)
{
	rig_done(*state);
	free(*state);
	return 0;
}

void rig_touch_bad(struct nt_vol *vol)
{
	uint64_t ref = 0;
	struct nt_stat st;

	assert_int_equal(nt_lookup(vol, RIG_DIR "/" RIG_BAD, &ref, NULL), 0);
	assert_int_equal(nt_stat(vol, ref, &st, NULL), 0);
	st.modified += 10000000;
	assert_int_equal(nt_set_times(vol, ref, &st, NULL), 0);
}
