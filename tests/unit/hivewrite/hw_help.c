/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw_help.h"

#include <string.h>

#include "windows/hive.h"

static void security_put(struct mk *m, uint32_t off, uint32_t other, uint32_t n)
{
	uint8_t *sk = mk_at(m, off);

	memcpy(sk, "sk", 2);
	rs_put_le32(sk + 4, other);
	rs_put_le32(sk + 8, other);
	rs_put_le32(sk + 12, n);
	rs_put_le32(sk + 16, 20);
}

static void free_put(struct mk *m, uint32_t off, uint32_t size)
{
	rs_put_le32(mk_at(m, off) - 4, size);
}

void made_new(struct mk *m, struct made *at)
{
	static const uint8_t three[4] = {3, 0, 0, 0};
	static const uint8_t path[] = "s\0y\0s\0t\0e\0m\0.\0s\0y\0s\0\0";
	static const uint8_t list[] = "a\0b\0\0\0c\0\0\0\0";

	mk_new(m, 12288);
	at->security = mk_cell(m, 40);
	at->other_security = mk_cell(m, 40);
	security_put(m, at->security, at->other_security, 3);
	security_put(m, at->other_security, at->security, 1);
	at->services = mk_key(m, MK_ROOT, "Services");
	at->a = mk_key(m, at->services, "A");
	at->gap = mk_cell(m, 92);
	at->b = mk_key(m, at->services, "B");
	const uint32_t both[] = {at->a, at->b};
	mk_set_keys(m, MK_ROOT, mk_list(m, "lh", &at->services, 1), 1);
	mk_set_keys(m, at->services, mk_list(m, "lh", both, 2), 2);
	const uint32_t start = mk_value(m, "Start", 4, three, 4);
	at->path = mk_value(m, "ImagePath", 2, path, sizeof(path));
	const uint32_t apart = mk_cell(m, 1020); /* another sector */
	const uint32_t upper = mk_value(m, "Upper", 7, list, sizeof(list));
	mk_set_values(m, at->a, (uint32_t[]){start, at->path}, 2);
	mk_set_values(m, at->b, &upper, 1);
	const uint32_t keys[] = {MK_ROOT, at->services, at->a, at->b};
	for (size_t i = 0; i < 4; i++)
		rs_put_le32(mk_at(m, keys[i]) + 44, i == 3 ? at->other_security : at->security);
	free_put(m, at->gap, 96);
	free_put(m, apart, 1024);
	free_put(m, m->next, 12288 - m->next);
	mk_sum(m->b.p);
}

/* ---- logs ---- */

void log_new(struct trio *t, int log, uint32_t sequence)
{
	uint8_t *p = t->f[log].p;

	memset(p, 0, t->f[log].len);
	memcpy(p, t->f[0].p, 512);
	rs_put_le32(p + 4, sequence);
	rs_put_le32(p + 8, sequence);
	rs_put_le32(p + 28, 6);
	mk_sum(p);
}

size_t log_add(struct trio *t, int log, size_t at_bytes, uint32_t sequence, uint32_t off,
	const uint8_t *page)
{
	const size_t end = (at_bytes + 48 + 4096 + 4095) / 4096 * 4096;
	uint8_t *p = t->f[log].p + at_bytes;

	if (end > t->f[log].len)
		abort();
	memset(p, 0, end - at_bytes);
	memcpy(p, "HvLE", 4);
	rs_put_le32(p + 4, (uint32_t)(end - at_bytes));
	rs_put_le32(p + 12, sequence);
	rs_put_le32(p + 16, rs_le32(t->f[0].p + 40));
	rs_put_le32(p + 20, 1);
	rs_put_le32(p + 40, off);
	rs_put_le32(p + 44, 4096);
	memcpy(p + 48, page, 4096);
	rs_put_le64(p + 24, win_hive_hash(p + 40, end - at_bytes - 40));
	rs_put_le64(p + 32, win_hive_hash(p, 32));
	return end;
}

void trio_new(struct trio *t, struct made *at, size_t log_bytes)
{
	struct mk m;

	made_new(&m, at);
	*t = (struct trio){.f = {m.b}};
	for (int i = 1; i < 3; i++) {
		t->f[i] = (struct bytes){calloc(1, log_bytes), log_bytes, 0, 0};
		if (!t->f[i].p)
			abort();
		log_new(t, i, (uint32_t)(5 - i));
	}
	(void)log_add(t, 1, 512, 4, 0, m.b.p + 4096);
	(void)log_add(t, 2, 512, 3, 0, m.b.p + 4096);
}

void trio_make_dirty(struct trio *t, const struct made *at)
{
	uint8_t page[4096];
	struct win_bytes bytes = {t->f[0].p, t->f[0].len};
	const struct win_src src = win_src_bytes(&bytes);
	const struct hw_edit edit = START_EDIT(1);
	const struct hw_files f = {.primary = src};
	struct hw_plan p;

	(void)at;
	if (hw_plan_make(&f, &edit, 1, &p, NULL) != 0 || p.way != HW_SECTOR)
		abort();
	memcpy(page, t->f[0].p + 4096, sizeof(page));
	memcpy(page + (p.writes[0].off_bytes - 4096), p.writes[0].after, 512);
	hw_plan_done(&p);
	log_new(t, 1, 5);
	const size_t end = log_add(t, 1, 512, 5, 0, page);
	(void)log_add(t, 1, end, 6, 4096, t->f[0].p + 8192);
	rs_put_le32(t->f[0].p + 4, 6);
	mk_sum(t->f[0].p);
}

void trio_copy(const struct trio *from, struct trio *to)
{
	for (int i = 0; i < 3; i++) {
		to->f[i] = (struct bytes){malloc(from->f[i].len + 1), from->f[i].len, 0, 0};
		if (!to->f[i].p)
			abort();
		memcpy(to->f[i].p, from->f[i].p, from->f[i].len);
	}
}

void trio_done(struct trio *t)
{
	for (int i = 0; i < 3; i++)
		bytes_done(&t->f[i]);
}

struct hw_files trio_files(struct trio *t)
{
	return (struct hw_files){.primary = bytes_src(&t->f[0]),
		.log1 = bytes_src(&t->f[1]),
		.log2 = bytes_src(&t->f[2]),
		.has_log1 = true,
		.has_log2 = true,
		.now_filetime = NOW};
}

void trio_put(struct trio *t, const struct hw_write *w, size_t first, size_t last)
{
	memcpy(t->f[w->file].p + w->off_bytes + 512 * first, w->after + 512 * first,
		512 * (last - first));
}

void trio_apply(struct trio *t, const struct hw_plan *p, unsigned step, int skip)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->writes[i].step < step && (int)i != skip)
			trio_put(t, &p->writes[i], 0, p->writes[i].len / 512);
}

int trio_start(struct trio *t)
{
	const struct hw_files f = trio_files(t);
	auto_hive struct win_hive *h = NULL;
	uint64_t n = 0;
	win_key key;

	if (win_hive_open(&f.primary, &f.log1, &f.log2, &h, NULL) != 0 ||
		win_hive_key(h, win_hive_root(h), "Services\\A", &key, NULL) != 0 ||
		win_hive_number(h, key, "Start", &n, NULL) != 0)
		return -1;
	return (int)n;
}
