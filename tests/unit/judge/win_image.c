/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "win_image.h"

#include <errno.h>
#include <hivex.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h> /* or the headers of the library make a struct timespec of their own */

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/reparse.h>
#include <ntfs-3g/volume.h>

#include "core/text.h"

static const char *tmp_dir(void)
{
	const char *t = getenv("TMPDIR");

	return t && *t && strlen(t) < 24 ? t : "/tmp";
}

void wi_mount(struct wi *w)
{
	w->lib = ntfs_mount(w->path, 0);
	assert_non_null(w->lib);
}

void wi_make(struct wi *w)
{
	char command[400];

	*w = (struct wi){0};
	(void)snprintf(w->dir, sizeof(w->dir), "%s/unbrick-judge-XXXXXX", tmp_dir());
	assert_non_null(mkdtemp(w->dir));
	(void)snprintf(w->path, sizeof(w->path), "%s/image", w->dir);
	(void)snprintf(command, sizeof(command),
		"truncate -s 12M '%s' && PATH=$PATH:/usr/sbin:/sbin mkntfs -F -Q -q -L TEST -c "
		"4096 "
		"-s 512 -p 0 -H 16 -S 63 '%s' >/dev/null 2>&1",
		w->path, w->path);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test's own text */
	ntfs_log_set_handler(ntfs_log_handler_null);
	wi_mount(w);
	wi_dir(w, "/Windows/System32/config");
	wi_dir(w, "/Windows/System32/drivers");
	(void)snprintf(w->win.root, sizeof(w->win.root), "\\Windows");
	(void)snprintf(w->win.arch, sizeof(w->win.arch), "x64");
	w->win.build = 19045;
	w->win.revision = 4651;
	w->win.control_set = 1;
}

static void unmount(struct wi *w)
{
	if (w->lib)
		assert_int_equal(ntfs_umount(w->lib, FALSE), 0);
	w->lib = NULL;
}

static void forget(struct wi *w)
{
	judge_free(w->res);
	w->res = NULL;
	rule_set_done(&w->set);
}

void wi_done(struct wi *w)
{
	forget(w);
	unmount(w);
	nt_raw_close(w->raw);
	(void)nt_vol_close(w->vol, NULL);
	blk_close(w->blk);
	(void)unlink(w->path);
	(void)rmdir(w->dir);
}

/* ---- files ---- */

static u8 to_le(const char *name, size_t len, ntfschar le[256])
{
	assert_in_range(len, 1, 255);
	for (size_t i = 0; i < len; i++)
		le[i] = cpu_to_le16((u16)(unsigned char)name[i]);
	return (u8)len;
}

/* The folder of a path, made with all its parents; *ret_name its last part. */
static ntfs_inode *folder_of(struct wi *w, const char *path, const char **ret_name)
{
	ntfs_inode *at = ntfs_inode_open(w->lib, FILE_root);
	const char *slash;
	ntfschar le[256];

	assert_non_null(at);
	for (path++; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		u8 n = to_le(path, (size_t)(slash - path), le);
		u64 ref = ntfs_inode_lookup_by_name(at, le, n);
		ntfs_inode *next = ref != (u64)-1 ? ntfs_inode_open(w->lib, MREF(ref))
						  : ntfs_create(at, 0, le, n, S_IFDIR);
		assert_non_null(next);
		assert_int_equal(ntfs_inode_close(at), 0);
		at = next;
	}
	*ret_name = path;
	return at;
}

void wi_dir(struct wi *w, const char *path)
{
	char with_end[400];
	const char *name;

	(void)snprintf(with_end, sizeof(with_end), "%s/", path);
	assert_int_equal(ntfs_inode_close(folder_of(w, with_end, &name)), 0);
}

static void write_all(ntfs_inode *ni, const void *p, size_t len)
{
	ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0);

	assert_non_null(na);
	for (size_t done = 0; done < len;) {
		s64 n = ntfs_attr_pwrite(na, (s64)done, (s64)(len - done), (const char *)p + done);
		assert_true(n > 0);
		done += (size_t)n;
	}
	ntfs_attr_close(na);
}

void wi_file(struct wi *w, const char *path, const void *p, size_t len, const char *modified)
{
	const char *name;
	ntfs_inode *dir = folder_of(w, path, &name);
	ntfschar le[256];
	u8 n = to_le(name, strlen(name), le);
	ntfs_inode *ni = ntfs_create(dir, 0, le, n, S_IFREG);
	uint64_t time;

	assert_non_null(ni);
	write_all(ni, p, len);
	if (*modified) {
		assert_true(rs_filetime_parse(modified, &time));
		ni->last_data_change_time = cpu_to_le64(time);
		ntfs_inode_mark_dirty(ni);
		NInoFileNameSetDirty(ni);
	}
	assert_int_equal(ntfs_inode_close(dir), 0); /* first: closing the file updates its entry */
	assert_int_equal(ntfs_inode_close(ni), 0);
}

void wi_text(struct wi *w, const char *path, const char *text, const char *modified)
{
	wi_file(w, path, text, strlen(text), modified);
}

void wi_link(struct wi *w, const char *file, const char *path)
{
	const char *name;
	ntfs_inode *ni = ntfs_pathname_to_inode(w->lib, NULL, file);
	ntfs_inode *dir = folder_of(w, path, &name);
	ntfschar le[256];
	u8 n = to_le(name, strlen(name), le);

	assert_non_null(ni);
	assert_int_equal(ntfs_link(ni, dir, le, n), 0);
	assert_int_equal(ntfs_inode_close(dir), 0);
	assert_int_equal(ntfs_inode_close(ni), 0);
}

void wi_reparse(struct wi *w, const char *path, uint32_t tag)
{
	ntfs_inode *ni = ntfs_pathname_to_inode(w->lib, NULL, path);
	uint8_t p[8 + 16] = {0};

	assert_non_null(ni);
	rs_put_le32(p, tag);
	rs_put_le16(p + 4, 16);
	assert_int_equal(ntfs_set_ntfs_reparse_data(ni, (const char *)p, sizeof(p), 0), 0);
	assert_int_equal(ntfs_inode_close(ni), 0);
}

static void put_text(uint8_t *at, const char *text)
{
	while (*text)
		*at++ = (uint8_t)*text++;
}

/* ---- a program file: headers, one section with one VERSIONINFO resource ---- */

static void resource_dir(uint8_t *at, uint32_t id, uint32_t to)
{
	rs_put_le16(at + 14, 1); /* entries with a number */
	rs_put_le32(at + 16, id);
	rs_put_le32(at + 20, to);
}

/* A block of texts: its key, then what it holds; *at is behind it. */
static void text_block(uint8_t *base, size_t *at, const char *key, const char *value, bool is_open)
{
	uint8_t *head = base + *at;
	size_t n = 6;

	for (size_t i = 0; i <= strlen(key); i++, n += 2)
		rs_put_le16(head + n, (uint8_t)key[i]);
	n = (n + 3) & ~(size_t)3;
	rs_put_le16(head + 4, 1);
	rs_put_le16(head + 2, is_open ? 0 : (uint16_t)(strlen(value) + 1));
	for (size_t i = 0; !is_open && i <= strlen(value); i++, n += 2)
		rs_put_le16(head + n, (uint8_t)value[i]);
	rs_put_le16(head, (uint16_t)n); /* of one that is open: until it is closed */
	*at += (n + 3) & ~(size_t)3;
}

/* VS_VERSIONINFO at @info gets its original name; returns its length. */
static uint16_t put_original(uint8_t *info, size_t at, const char *original)
{
	const size_t file_info = at;

	text_block(info, &at, "StringFileInfo", "", true);
	const size_t table = at;
	text_block(info, &at, "040904b0", "", true);
	text_block(info, &at, "OriginalFilename", original, false);
	rs_put_le16(info + table, (uint16_t)(at - table));
	rs_put_le16(info + file_info, (uint16_t)(at - file_info));
	return (uint16_t)at;
}

void wi_program(struct wi *w, const char *path, const uint16_t version[4])
{
	wi_program_named(w, path, version, NULL);
}

void wi_program_bytes(uint8_t *p, const uint16_t version[4], const char *original)
{
	enum { RSRC_AT = 0x200, RSRC_RVA = 0x1000, RSRC_BYTES = 0x200 };
	uint8_t *pe = p + 0x40, *opt = pe + 24, *section = opt + 240, *rsrc = p + RSRC_AT;
	static const char title[] = "VS_VERSION_INFO";

	memset(p, 0, WI_PROGRAM_BYTES);
	put_text(p, "MZ");
	rs_put_le32(p + 0x3c, 0x40);
	put_text(pe, "PE");
	rs_put_le16(pe + 4, 0x8664);
	rs_put_le16(pe + 6, 1);	   /* sections */
	rs_put_le16(pe + 20, 240); /* optional header */
	rs_put_le16(opt, 0x20b);   /* PE32+ */
	rs_put_le32(opt + 32, 0x1000);
	rs_put_le32(opt + 36, 0x200);
	rs_put_le32(opt + 56, 0x2000);
	rs_put_le32(opt + 60, 0x200);
	rs_put_le32(opt + 108, 16); /* data directories */
	rs_put_le32(opt + 112 + 16, RSRC_RVA);
	rs_put_le32(opt + 112 + 20, RSRC_BYTES);
	put_text(section, ".rsrc");
	rs_put_le32(section + 8, RSRC_BYTES);
	rs_put_le32(section + 12, RSRC_RVA);
	rs_put_le32(section + 16, RSRC_BYTES);
	rs_put_le32(section + 20, RSRC_AT);
	resource_dir(rsrc, 16, 0x80000018); /* RT_VERSION */
	resource_dir(rsrc + 0x18, 1, 0x80000030);
	resource_dir(rsrc + 0x30, 0x409, 0x48);
	rs_put_le32(rsrc + 0x48, RSRC_RVA + 0x60);
	rs_put_le32(rsrc + 0x4c, 92);
	rs_put_le16(rsrc + 0x60, 92);
	rs_put_le16(rsrc + 0x62, 52);
	for (size_t i = 0; i < sizeof(title); i++)
		rsrc[0x66 + 2 * i] = (uint8_t)title[i];
	rs_put_le32(rsrc + 0x60 + 40, 0xFEEF04BD);
	rs_put_le32(rsrc + 0x60 + 44, 0x10000);
	rs_put_le32(rsrc + 0x60 + 48, (uint32_t)version[0] << 16 | version[1]);
	rs_put_le32(rsrc + 0x60 + 52, (uint32_t)version[2] << 16 | version[3]);
	if (original) {
		const uint16_t len = put_original(rsrc + 0x60, 92, original);
		rs_put_le16(rsrc + 0x60, len);
		rs_put_le32(rsrc + 0x4c, len);
	}
}

void wi_program_named(
	struct wi *w, const char *path, const uint16_t version[4], const char *original)
{
	uint8_t p[WI_PROGRAM_BYTES];

	wi_program_bytes(p, version, original);
	wi_file(w, path, p, sizeof(p), "");
}

/* ---- hives: an empty one of our own, filled by libhivex ---- */

static void empty_hive(const char *path)
{
	uint8_t p[8192] = {0};
	uint8_t *bin = p + 4096, *nk = bin + 0x24, *sk = bin + 0x84;
	uint32_t sum = 0;

	put_text(p, "regf");
	rs_put_le32(p + 4, 1);
	rs_put_le32(p + 8, 1);
	rs_put_le32(p + 20, 1);
	rs_put_le32(p + 24, 3);
	rs_put_le32(p + 32, 1);
	rs_put_le32(p + 36, 0x20); /* root */
	rs_put_le32(p + 40, 4096);
	rs_put_le32(p + 44, 1);
	for (size_t i = 0; i < 508; i += 4)
		sum ^= rs_le32(p + i);
	rs_put_le32(p + 508, sum);
	put_text(bin, "hbin");
	rs_put_le32(bin + 8, 4096);
	rs_put_le32(bin + 0x20, 0U - 0x60U);
	put_text(nk, "nk");
	rs_put_le16(nk + 2, 0x2c);
	for (size_t i = 16; i <= 48; i += 4)
		rs_put_le32(nk + i, i == 20 || i == 24 || i == 36 ? 0 : 0xFFFFFFFF);
	rs_put_le32(nk + 44, 0x80); /* security */
	rs_put_le16(nk + 72, 4);
	put_text(nk + 76, "ROOT");
	rs_put_le32(bin + 0x80, 0U - 0x30U);
	put_text(sk, "sk");
	rs_put_le32(sk + 4, 0x80);
	rs_put_le32(sk + 8, 0x80);
	rs_put_le32(sk + 12, 1);
	rs_put_le32(sk + 16, 20);
	sk[20] = 1; /* a security descriptor without anything in it */
	rs_put_le32(bin + 0xb0, 4096 - 0xb0);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, sizeof(p), f), sizeof(p));
	assert_int_equal(fclose(f), 0);
}

static hive_node_h make_key(hive_h *h, const char *path)
{
	hive_node_h at = hivex_root(h);
	char part[256];

	while (*path) {
		size_t len = strcspn(path, "\\");
		(void)snprintf(part, sizeof(part), "%.*s", (int)len, path);
		hive_node_h next = hivex_node_get_child(h, at, part);
		at = next ? next : hivex_node_add_child(h, at, part);
		assert_int_not_equal(at, 0);
		path += len + (path[len] == '\\');
	}
	return at;
}

static void set_value(hive_h *h, hive_node_h at, const struct wi_value *v)
{
	char name[256], data[512] = {0};
	hive_set_value value = {name, hive_t_dword, 4, data};

	(void)snprintf(name, sizeof(name), "%s", v->name);
	rs_put_le32((uint8_t *)data, v->number);
	if (v->text) {
		const bool is_list = strchr(v->text, '\n') != NULL;
		value.t = is_list ? hive_t_multiple_strings : hive_t_string;
		value.len = 2 * strlen(v->text) + 2;
		assert_true(value.len <= sizeof(data));
		for (size_t i = 0; i <= strlen(v->text); i++) {
			data[2 * i] = v->text[i];
			if (v->text[i] == '\n')
				data[2 * i] = 0;
			data[2 * i + 1] = 0;
		}
	}
	assert_int_equal(hivex_node_set_value(h, at, &value, 0), 0);
}

void wi_hive(struct wi *w, const char *name, const struct wi_value *values)
{
	char path[160], inside[160];
	uint8_t *p = malloc(1 << 20);

	(void)snprintf(path, sizeof(path), "%s/hive", w->dir);
	(void)snprintf(inside, sizeof(inside), "%s\\System32\\config\\%s", w->win.root, name);
	for (char *c = inside; *c; c++)
		*c = *c == '\\' ? '/' : *c;
	empty_hive(path);
	hive_h *h = hivex_open(path, HIVEX_OPEN_WRITE);
	assert_non_null(h);
	assert_non_null(p);
	for (; values->key; values++) {
		hive_node_h at = make_key(h, values->key);
		if (values->name)
			set_value(h, at, values);
	}
	assert_int_equal(hivex_commit(h, NULL, 0), 0);
	assert_int_equal(hivex_close(h), 0);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t len = fread(p, 1, 1 << 20, f);
	(void)fclose(f);
	(void)unlink(path);
	wi_file(w, inside, p, len, "");
	free(p);
}

/* ---- judging ---- */

void wi_open(struct wi *w)
{
	struct rs_err err = {0};

	unmount(w);
	if (w->vol)
		return;
	assert_int_equal(blk_file_open(w->path, 0, &w->blk, &err), 0);
	if (nt_vol_open(w->blk, 0, &w->vol, &err) < 0 || nt_raw_open(w->blk, &w->raw, &err) < 0)
		fail_msg("%s: %s", w->path, err.detail);
}

static const struct judge_said *judge(struct wi *w)
{
	struct rs_err err = {0};

	wi_open(w);
	const struct judge_look in = {
		.vol = w->vol, .raw = w->raw, .win = &w->win, .rules = &w->set};
	if (judge_run(&in, 1, &w->res, &err) < 0)
		fail_msg("judge_run: %s %s", rs_err_info(err.code)->text, err.detail);
	assert_int_equal(w->res->n_said, 1);
	return &w->res->said[0];
}

const struct judge_said *wi_judge_text(struct wi *w, const char *text)
{
	struct rs_err err = {0};

	forget(w);
	w->set.rules = calloc(1, sizeof(struct rule *));
	assert_non_null(w->set.rules);
	if (rule_parse("test.ini", text, strlen(text), &w->set.rules[0], &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	w->set.n = 1;
	return judge(w);
}

const struct judge_said *wi_judge_shipped(struct wi *w, const char *id)
{
	struct rule_set all = {0};
	struct rs_err err = {0};
	struct rule *mine = NULL;

	forget(w);
	assert_int_equal(rule_set_load_shipped(&all, &err), 0);
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(rule_about(all.rules[i])->id, id) == 0)
			mine = rs_steal(all.rules[i]);
	rule_set_done(&all);
	assert_non_null(mine);
	w->set.rules = calloc(1, sizeof(struct rule *));
	assert_non_null(w->set.rules);
	w->set.rules[0] = mine;
	w->set.n = 1;
	if (w->is_asked)
		assert_int_equal(rule_set_ask(&w->set, id, &err), 0);
	return judge(w);
}

const struct finding *wi_found(const struct wi *w, const char *path)
{
	for (size_t i = 0; i < w->res->n_findings; i++)
		if (strcasecmp(w->res->findings[i].path, path) == 0)
			return &w->res->findings[i];
	return NULL;
}

void wi_expect(struct wi *w, const char *id, enum said_outcome outcome, size_t n_files)
{
	const struct judge_said *r = wi_judge_shipped(w, id);

	if (r->outcome != outcome || w->res->n_findings != n_files)
		fail_msg("%s: outcome %d, %zu files; why: %s; faults: %s", id, r->outcome,
			w->res->n_findings, r->why, w->res->faults);
	assert_true(r->why[0]);
}

void wi_expect_file(const struct wi *w, const char *path, enum judge_verdict verdict)
{
	const struct finding *f = wi_found(w, path);

	if (!f)
		fail_msg("%s is not among the findings", path);
	else if (f->verdict != verdict)
		fail_msg("%s: verdict %d (%s)", path, f->verdict, f->why);
}

int wi_setup(void **state)
{
	struct wi *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	wi_make(w);
	*state = w;
	return 0;
}

int wi_teardown(void **state)
{
	wi_done(*state);
	free(*state);
	return 0;
}
