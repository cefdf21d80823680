/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits of a hive that was overwritten somewhere. What is accepted is written: the hive is clean,
 * opens, holds the edit and all that the edit does not name; planned again there is nothing to do;
 * and after a cut somewhere in the writes it is the old one or the new one. Starts from nothing. */
#include <strings.h>

#include "hive.h"
#include "hivewrite/hivewrite.h"
#include "windows/hive.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

enum { FILE_BYTES = 49152, LOG_BYTES = 65536, EDITS = 4, DEPTH = 24, MOST_KEYS = 3000 };

static void expect(bool is_so)
{
	if (!is_so)
		__builtin_trap();
}

/* ---- hive and logs ---- */

struct trio {
	uint8_t p[3][LOG_BYTES];
	struct win_bytes bytes[3];
};

static void sum_right(uint8_t *base)
{
	rs_put_le32(base + 508, win_hive_sum(base));
}

static void log_put(struct trio *t, int log, uint32_t sequence, bool has_entry)
{
	uint8_t *p = t->p[log], *e = p + 512;

	memset(p, 0, LOG_BYTES);
	memcpy(p, t->p[0], 512);
	rs_put_le32(p + 4, sequence);
	rs_put_le32(p + 8, sequence);
	rs_put_le32(p + 28, 6);
	sum_right(p);
	if (!has_entry)
		return;
	memcpy(e, "HvLE", 4);
	rs_put_le32(e + 4, 7680);
	rs_put_le32(e + 12, sequence);
	rs_put_le32(e + 16, rs_le32(t->p[0] + 40));
	rs_put_le32(e + 20, 1);
	rs_put_le32(e + 44, 4096);
	memcpy(e + 48, t->p[0] + 4096, 4096);
	rs_put_le64(e + 24, win_hive_hash(e + 40, 7640));
	rs_put_le64(e + 32, win_hive_hash(e, 32));
}

/* @how: 1 dirty, 2 no second log, 4 as long as its bins */
static void trio_make(struct trio *t, const struct made *m, uint8_t how)
{
	const size_t len = how & 4 ? m->len : FILE_BYTES;

	memset(t->p[0], 0, LOG_BYTES);
	memcpy(t->p[0], m->p, m->len);
	rs_put_le32(t->p[0] + 4, 9);
	rs_put_le32(t->p[0] + 8, 9);
	log_put(t, 1, how & 1 ? 9 : 5, true);
	log_put(t, 2, 4, false);
	if (how & 1)
		rs_put_le32(t->p[0] + 4, 10);
	sum_right(t->p[0]);
	t->bytes[0] = (struct win_bytes){t->p[0], len};
	t->bytes[1] = (struct win_bytes){t->p[1], LOG_BYTES};
	t->bytes[2] = (struct win_bytes){t->p[2], how & 2 ? 0 : LOG_BYTES};
}

static struct hw_files files_of(struct trio *t)
{
	return (struct hw_files){.primary = win_src_bytes(&t->bytes[0]),
		.log1 = win_src_bytes(&t->bytes[1]),
		.log2 = win_src_bytes(&t->bytes[2]),
		.has_log1 = true,
		.has_log2 = t->bytes[2].len > 0,
		.now_filetime = 0x01DC000000000000};
}

/* ---- all that no edit names ---- */

struct sum {
	struct win_hive *h;
	const struct hw_edit *e;
	size_t n;
	uint64_t total;
	unsigned left;
	char path[DEPTH * 800];
	unsigned depth;
	win_key key;
};

static uint64_t hash(uint64_t h, const void *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ ((const uint8_t *)p)[i]) * 0x100000001B3;
	return h;
}

static bool starts(const char *s, const char *with)
{
	const size_t n = strlen(with);

	return strncasecmp(s, with, n) == 0 && (!s[n] || s[n] == '\\');
}

static bool is_named(const struct sum *s, const char *value)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct hw_edit *e = &s->e[i];
		if (e->op == HW_DELETE_KEY && starts(s->path, e->key))
			return true;
		if (e->op == HW_MAKE_KEY && !value && starts(e->key, s->path))
			return true;
		if (value && e->name && strcasecmp(s->path, e->key) == 0 &&
			strcasecmp(value, e->name) == 0)
			return true;
	}
	return false;
}

static bool sum_value(void *user, const char *name, uint32_t type, uint32_t len)
{
	struct sum *s = user;
	auto_value struct win_value v = {0};

	if (is_named(s, name) || win_hive_value(s->h, s->key, name, &v, NULL) < 0)
		return true;
	uint64_t h = hash(hash(hash(1, s->path, strlen(s->path)), name, strlen(name)), &type, 4);
	s->total += hash(hash(h, &len, 4), v.p, v.len);
	return true;
}

static bool sum_key(void *user, const char *name, win_key sub)
{
	struct sum *s = user;
	const size_t at = strlen(s->path);

	if (!s->left || s->depth == DEPTH)
		return false;
	s->left--;
	s->depth++;
	(void)snprintf(s->path + at, sizeof(s->path) - at, "%s%s", at ? "\\" : "", name);
	if (!is_named(s, NULL))
		s->total += hash(2, s->path, strlen(s->path));
	s->key = sub;
	(void)win_hive_each_value(s->h, sub, sum_value, s, NULL);
	(void)win_hive_each_key(s->h, sub, sum_key, s, NULL);
	s->path[at] = '\0';
	s->depth--;
	return true;
}

/* False: too large to be gone through. */
static bool sum_of(struct trio *t, const struct hw_edit *e, size_t n, uint64_t *ret)
{
	static struct sum s;
	const struct hw_files f = files_of(t);

	s = (struct sum){.e = e, .n = n, .left = MOST_KEYS};
	expect(win_hive_open(&f.primary, &f.log1, f.has_log2 ? &f.log2 : NULL, &s.h, NULL) == 0);
	(void)win_hive_each_key(s.h, win_hive_root(s.h), sum_key, &s, NULL);
	win_hive_close(s.h);
	*ret = s.total;
	return s.left && !s.depth;
}

/* ---- edits ---- */

static const char *const keys[] = {"", "Select", "ControlSet001", "ControlSet001\\Control",
	"ControlSet001\\Control\\Session Manager",
	"ControlSet001\\Control\\ComputerName\\ComputerName", "ControlSet001\\Services\\x", "New",
	"New\\\xC3\x84\\b", "ControlSet001\\a\\b\\c", "Setup"};
static const char *const names[] = {"", "Current", "Default", "ComputerName", "new", "\xD0\x9F",
	"PendingFileRenameOperations", "a longer name of a value"};
static const uint8_t data[16400] = {1, 2, 3, 4, 5};
static const size_t sizes[] = {0, 1, 4, 5, 8, 24, 300, 5000, 16344, 16345};

#define PICK(list, n) (list)[(n) % (sizeof(list) / sizeof((list)[0]))]

static struct hw_edit edit_of(const uint8_t *p)
{
	const enum hw_op op = (enum hw_op)(p[0] % 4);
	const bool is_value = op == HW_SET || op == HW_DELETE_VALUE;

	return (struct hw_edit){op, PICK(keys, p[1]), is_value ? PICK(names, p[2]) : NULL,
		op == HW_SET ? p[3] % 12U : 0, op == HW_SET ? data + p[4] % 16 : NULL,
		op == HW_SET ? PICK(sizes, p[5]) : 0};
}

/* ---- writes ---- */

static void put(struct trio *t, const struct hw_write *w, size_t first, size_t last)
{
	memcpy(t->p[w->file] + w->off_bytes + first, w->after + first, last - first);
}

static void check_writes(struct trio *t, const struct hw_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct hw_write *w = &p->writes[i];
		expect(w->len && w->len % 512 == 0 && w->off_bytes % 512 == 0);
		expect(w->off_bytes + w->len <= t->bytes[w->file].len);
		expect(memcmp(t->p[w->file] + w->off_bytes, w->before, w->len) == 0);
		expect(w->step < p->n_steps && (!i || w->step >= w[-1].step));
	}
}

static bool is_bins(struct trio *t, const uint8_t *p, size_t len)
{
	const struct hw_files f = files_of(t);
	uint8_t *q = NULL;
	size_t q_len = 0;

	expect(hw_replay(&f, &q, &q_len, NULL) == 0);
	const bool ret = len == q_len && memcmp(p + 4096, q + 4096, rs_le32(q + 40)) == 0;
	free(q);
	return ret;
}

/* One write torn, those of the steps before it there, and of its own step those before it or not.
 */
static void check_cut(struct trio *t, struct trio *end, const struct hw_plan *p, const uint8_t *in)
{
	static struct trio cut;
	const struct hw_write *torn = &p->writes[in[0] % p->n];
	const struct hw_files f = files_of(t), g = files_of(end);
	uint8_t *was = NULL, *is = NULL;
	size_t was_len = 0, is_len = 0;

	memcpy(cut.p, t->p, sizeof(cut.p));
	memcpy(cut.bytes, t->bytes, sizeof(cut.bytes));
	for (int i = 0; i < 3; i++)
		cut.bytes[i].p = cut.p[i];
	for (size_t i = 0; i < p->n; i++)
		if (p->writes[i].step < torn->step ||
			(p->writes[i].step == torn->step && in[1] & 1))
			put(&cut, &p->writes[i], 0, p->writes[i].len);
	memcpy(cut.p[torn->file] + torn->off_bytes, torn->before, torn->len);
	const size_t at = 512 * ((in[1] / 4 * 17U) % (torn->len / 512 + 1));
	put(&cut, torn, in[1] & 2 ? at : 0, in[1] & 2 ? torn->len : at);
	expect(hw_replay(&f, &was, &was_len, NULL) == 0 && hw_replay(&g, &is, &is_len, NULL) == 0);
	expect(is_bins(&cut, was, was_len) || is_bins(&cut, is, is_len));
	free(was);
	free(is);
}

static void check_plan(struct trio *t, const struct hw_plan *p, const struct hw_edit *e, size_t n,
	const uint8_t *in)
{
	static struct trio end;
	auto_hw_plan struct hw_plan again = {0};
	uint64_t was = 0, is = 0;

	check_writes(t, p);
	memcpy(end.p, t->p, sizeof(end.p));
	memcpy(end.bytes, t->bytes, sizeof(end.bytes));
	for (int i = 0; i < 3; i++)
		end.bytes[i].p = end.p[i];
	for (size_t i = 0; i < p->n; i++)
		put(&end, &p->writes[i], 0, p->writes[i].len);
	if (p->n)
		expect(rs_le32(end.p[0] + 4) == rs_le32(end.p[0] + 8));
	if (sum_of(t, e, n, &was) && sum_of(&end, e, n, &is))
		expect(was == is);
	if (n == 1) {
		const struct hw_files f = files_of(&end);
		expect(hw_plan_make(&f, e, n, &again, NULL) == 0);
		expect(again.way == HW_NOTHING && !again.n);
	}
	if (p->n)
		check_cut(t, &end, p, in);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static char program[] = "mkhive", kind[] = "system", pending[] = "--pending",
		    source[] = "\\??\\C:\\a", target[] = "\\??\\C:\\b";
	static struct made hive;
	static struct trio t;
	struct hw_edit e[EDITS];
	struct rs_err err = {0};
	auto_hw_plan struct hw_plan plan = {0};

	if (!hive.len) {
		char *argv[] = {program, kind, NULL, pending, source, target, NULL};
		made_make(&hive, 6, argv);
	}
	if (len < 4 + 6 * EDITS || hive.len > FILE_BYTES)
		return 0;
	trio_make(&t, &hive, p[0]);
	const size_t n = 1 + p[1] % EDITS;
	for (size_t i = 0; i < n; i++)
		e[i] = edit_of(p + 4 + 6 * i);
	for (size_t i = 4 + 6 * EDITS; i + 3 <= len; i += 3)
		t.p[0][4096 + rs_le16(p + i) % (hive.len - 4096)] = p[i + 2];
	const struct hw_files f = files_of(&t);
	int r = hw_plan_make(&f, e, n, &plan, &err);
	expect(r != RS_E_BUG);
	if (r == 0)
		check_plan(&t, &plan, e, n, p + 2);
	return 0;
}
