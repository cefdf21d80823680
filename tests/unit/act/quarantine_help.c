/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "quarantine_help.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

#include "../../layers/layers.h"

void qh_make(struct qh *q)
{
	*q = (struct qh){.n = 0};
	wi_make(&q->wi);
	wi_text(&q->wi, QH_BAD, "bad", "");
	wi_text(&q->wi, QH_DRIVERS "/other.dat", "bad as well", "");
	wi_text(&q->wi, "/Windows/System32/ntoskrnl.exe", "kernel", "");
}

void qh_open(struct qh *q)
{
	wi_open(&q->wi);
	q->mem = lay_mem_load(q->wi.path, 512);
	assert_non_null(q->mem);
	assert_int_equal(nt_vol_open(q->mem, NT_VOL_WRITE, &q->vol, NULL), 0);
}

void qh_reopen(struct qh *q)
{
	assert_int_equal(nt_vol_close(q->vol, NULL), 0);
	q->vol = NULL;
	assert_int_equal(nt_vol_open(q->mem, NT_VOL_WRITE, &q->vol, NULL), 0);
}

void qh_done(struct qh *q)
{
	free(q->all);
	(void)nt_vol_close(q->vol, NULL);
	blk_close(q->mem);
	wi_done(&q->wi);
}

uint64_t qh_ref(struct qh *q, const char *path)
{
	uint64_t ref = 0;

	if (nt_lookup(q->vol, path, &ref, NULL) < 0)
		fail_msg("%s is not there", path);
	return ref;
}

bool qh_is_there(struct qh *q, const char *path)
{
	uint64_t ref;

	return nt_lookup(q->vol, path, &ref, NULL) == 0;
}

struct plan *qh_plan(struct qh *q, const char *path, const char *shown)
{
	struct plan *p = calloc(1, sizeof(*p));
	char folder[300];

	assert_non_null(p);
	p->items = calloc(1, sizeof(*p->items));
	assert_non_null(p->items);
	p->n_items = 1;
	struct plan_item *item = &p->items[0];
	(void)snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	item->number = 1;
	item->is_accepted = true;
	item->file_ref = qh_ref(q, path);
	item->from_ref = qh_ref(q, folder);
	item->path = strdup(shown);
	item->why = strdup("a test");
	item->rule_id = strdup("test");
	assert_int_equal(nt_stat(q->vol, item->file_ref, &item->stat, NULL), 0);
	p->root_ref = qh_ref(q, "");
	assert_int_equal(nt_stat(q->vol, p->root_ref, &p->root_stat, NULL), 0);
	return p;
}

struct plan *qh_fix(struct qh *q, const char *path)
{
	char shown[300];
	struct rs_err err = {0};

	(void)snprintf(shown, sizeof(shown), "%s", path);
	for (char *c = shown; *c; c++)
		*c = *c == '/' ? '\\' : *c;
	struct plan *p = qh_plan(q, path, shown);
	if (quarantine_fill(q->vol, p, NULL, &err) < 0)
		fail_msg("%s: %s", rs_err_info(err.code)->text, err.detail);
	return p;
}

void qh_list(struct qh *q)
{
	free(q->all);
	q->all = NULL;
	assert_int_equal(quarantine_list(q->vol, &q->all, &q->n, NULL), 0);
}

void qh_sweep(struct qh *q)
{
	auto_sweep_found struct sweep_found *found = NULL;

	assert_int_equal(sweep_find(q->vol, &found, NULL), 0);
	assert_int_equal(sweep(q->vol, found, NULL), 0);
}

void qh_write_manifest(struct qh *q, const char *path, const struct plan *p)
{
	auto_free char *text = NULL;
	struct nt_stat s;
	size_t len = 0;

	assert_int_equal(manifest_write(p, &text, &len, NULL), 0);
	assert_int_equal(nt_stat(q->vol, qh_ref(q, path), &s, NULL), 0);
	assert_true(len <= s.size_bytes);
	auto_free char *whole = malloc((size_t)s.size_bytes);
	assert_non_null(whole);
	memset(whole, ' ', (size_t)s.size_bytes);
	memcpy(whole, text, len);
	assert_int_equal(nt_file_overwrite(q->vol, s.ref, 0, whole, (size_t)s.size_bytes, NULL), 0);
}

void qh_report(const struct plan *p, const char *path, char *ret, size_t cap)
{
	const struct plan_item *item = &p->items[0];
	char escaped[200], hash[65];
	char *to = escaped;

	for (const char *at = path; *at; at++) {
		if (*at == '\\')
			*to++ = '\\';
		*to++ = *at;
	}
	*to = '\0';
	rs_hex(item->sha256, sizeof(item->sha256), hash);
	(void)snprintf(ret, cap,
		"{\"plan\": [{\"volume\": 1, \"item\": %u, \"action\": \"quarantine\", \"path\": "
		"\"%s\", \"target\": \"\\\\Unbrick\\\\%s\\\\%04u\", \"size_bytes\": %llu, "
		"\"record\": %llu, \"sequence\": %u, \"sha256\": \"%s\", \"accepted\": true}]}",
		item->number, escaped, p->id, item->number,
		(unsigned long long)item->stat.size_bytes,
		(unsigned long long)NT_REF_RECORD(item->file_ref),
		(unsigned)NT_REF_SEQUENCE(item->file_ref), hash);
}

void qh_expect_load(struct qh *q, size_t i, enum plan_action action, int code, const char *detail)
{
	auto_plan struct plan *p = NULL;
	struct rs_err err = {0};

	assert_int_equal(quarantine_load(q->vol, &q->all[i], action, &p, &err), code);
	if (detail && !strstr(err.detail, detail))
		fail_msg("'%s', not '%s'", err.detail, detail);
}

void qh_plant(struct qh *q)
{
	static char room[4000];

	memset(room, ' ', sizeof(room) - 1);
	wi_dir(&q->wi, QH_PLANTED "/0001");
	wi_text(&q->wi, QH_PLANTED "/manifest.json", room, "");
	wi_text(&q->wi, QH_PLANTED "/0001/evil.dll", "MZ", "");
}

void qh_plant_manifest(struct qh *q, struct plan *p)
{
	(void)snprintf(p->id, sizeof(p->id), QH_ID);
	p->items[0].to_ref = qh_ref(q, QH_PLANTED "/0001");
	qh_write_manifest(q, QH_PLANTED "/manifest.json", p);
	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(q->all[0].state, QUARANTINE_UNPROVEN);
	assert_false(q->all[0].is_proven);
	assert_int_equal(q->all[0].err.code, RS_E_UNPROVEN);
}

int qh_setup(void **state)
{
	struct qh *q = calloc(1, sizeof(*q));

	assert_non_null(q);
	qh_make(q);
	*state = q;
	return 0;
}

int qh_setup_open(void **state)
{
	(void)qh_setup(state);
	qh_open(*state);
	return 0;
}

int qh_teardown(void **state)
{
	qh_done(*state);
	free(*state);
	return 0;
}
