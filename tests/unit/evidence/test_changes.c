/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changed on a volume: files with times, siblings, a journal, drivers of services. Filled by
 * libntfs-3g. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h> /* before ntfstime.h, which else defines struct timespec again */

#include <cmocka.h>

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/volume.h>

#include "../../layers/layers.h"
#include "../windows/help_vol.h"
#include "evidence/changes_internal.h"
#include "ntfs/usn.h"

#define SYS   "Windows/System32/"
#define DAY   (86400ULL * 10000000)
#define NOON  133800000000000000ULL
#define SINCE (NOON - DAY)

struct world {
	struct tv v;
	struct nt_raw *raw;
	struct win_info win;
	struct evidence *e;
	struct ev_look in;
	uint64_t since, until;
};

static void times(struct world *w, const char *path, uint64_t created, uint64_t modified)
{
	ntfs_inode *ni = ntfs_pathname_to_inode(w->v.lib, NULL, path);

	assert_non_null(ni);
	ni->creation_time = cpu_to_le64(created);
	ni->last_data_change_time = cpu_to_le64(modified);
	ni->last_mft_change_time = cpu_to_le64(modified);
	NInoFileNameSetDirty(ni);
	NInoSetDirty(ni);
	assert_int_equal(ntfs_inode_close(ni), 0);
}

static void put(
	struct world *w, const char *path, const char *text, uint64_t created, uint64_t modified)
{
	tv_put(&w->v, path, text, strlen(text));
	times(w, path, created, modified);
}

static void make(struct world *w)
{
	*w = (struct world){.since = SINCE, .until = NOON};
	tv_make(&w->v);
	w->e = calloc(1, sizeof(*w->e));
	assert_non_null(w->e);
	w->e->root = "\\Windows";
	(void)snprintf(w->win.root, sizeof(w->win.root), "\\Windows");
}

static void gather(struct world *w)
{
	tv_open(&w->v);
	assert_int_equal(nt_raw_open(w->v.blk, &w->raw, NULL), 0);
	w->in = (struct ev_look){.vol = w->v.vol, .raw = w->raw, .win = &w->win};
	const struct ev_span span = {&w->in, w->e, w->since, w->until, false};
	assert_int_equal(ev_from_files(&span, 1, NULL), 0);
}

static void done(struct world *w)
{
	w->e->system = NULL; /* of the test */
	ev_free(w->e);
	nt_raw_close(w->raw);
	tv_done(&w->v);
}

static const struct ev_item *row_of(const struct evidence *e, enum ev_what what, const char *path)
{
	const struct ev_item *found = NULL;

	for (size_t i = 0; i < e->n_items; i++) {
		const struct ev_item *r = &e->items[i];
		if (r->what == what && strcmp(r->path, path) == 0) {
			assert_null(found); /* each once */
			found = r;
		}
	}
	return found;
}

static const struct ev_item *row(const struct world *w, enum ev_what what, const char *path)
{
	return row_of(w->e, what, path);
}

static const struct ev_file *file(const struct world *w, const char *path)
{
	for (size_t i = 0; i < w->e->n_files; i++)
		if (strcmp(w->e->files[i]->path, path) == 0)
			return w->e->files[i];
	return NULL;
}

static void test_places__only_what_bears_on_a_start(void **state)
{
	const struct {
		const char *path;
		enum ev_place place;
	} rows[] = {
		{"\\Windows\\System32\\drivers\\a.sys", EV_PLACE_DRIVER},
		{"\\WINDOWS\\system32\\DRIVERS\\Vendor\\C-1.sys", EV_PLACE_DRIVER},
		{"\\Windows\\System32\\drivers\\etc\\hosts", EV_PLACE_NONE},
		{"\\Windows\\System32\\a.dll", EV_PLACE_SYSTEM},
		{"\\Windows\\System32\\a.txt", EV_PLACE_NONE},
		{"\\Windows\\System32\\sub\\a.dll", EV_PLACE_NONE},
		{"\\Windows\\System32\\config\\SYSTEM", EV_PLACE_NONE},
		{"\\Windows\\System32\\FNTCACHE.DAT", EV_PLACE_CONTENT},
		{"\\Windows\\System32\\DriverStore\\FileRepository\\a.inf_x\\a.sys",
			EV_PLACE_STORE},
		{"\\Windows\\INF\\oem1.inf", EV_PLACE_NONE},
		{"\\Windows\\xhunter1.sys", EV_PLACE_SYSTEM},
		{"\\Windows\\win.ini", EV_PLACE_NONE},
		{"\\Windows\\Boot\\EFI\\bootmgfw.efi", EV_PLACE_BOOT},
		{"\\Windows2\\System32\\drivers\\a.sys", EV_PLACE_NONE},
		{"\\ProgramData\\Vendor\\a.dat", EV_PLACE_CONTENT},
		{"\\ProgramData\\Vendor\\a.log", EV_PLACE_NONE},
		{"\\ProgramData\\Vendor\\Logs\\a.dat", EV_PLACE_NONE},
		{"\\ProgramData\\Vendor\\Logs2\\a.dat", EV_PLACE_CONTENT},
		{"\\ProgramData\\Microsoft\\Search\\a.dat", EV_PLACE_NONE},
		{"\\ProgramData\\Microsoft\\Windows Defender\\Scans\\a.dat", EV_PLACE_NONE},
		{"\\ProgramData\\Microsoft\\Windows Defender\\Definition Updates\\1\\mpavdlta.vdm",
			EV_PLACE_CONTENT},
		{"\\Program Files\\Vendor\\a.ide", EV_PLACE_CONTENT},
		{"\\Program Files (x86)\\Vendor\\LPT$VPN.594", EV_PLACE_CONTENT},
		{"\\Program Files\\WindowsApps\\x\\a.dat", EV_PLACE_NONE},
		{"\\bootmgr", EV_PLACE_BOOT},
		{"\\pagefile.sys", EV_PLACE_NONE},
		{"\\Boot\\BCD", EV_PLACE_NONE},
		{"\\Users\\a\\a.sys", EV_PLACE_NONE},
		{"\\Unbrick\\1\\a.sys", EV_PLACE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (ev_place_of("\\Windows", rows[i].path) != rows[i].place)
			fail_msg("%s", rows[i].path);
}

static void test_changes__new_and_written_files__are_rows_with_their_time(void **state)
{
	struct world w;

	(void)state;
	make(&w);
	put(&w, "ProgramData/Vendor/new.dat", "1234567", NOON - 60, NOON - 60);
	put(&w, "ProgramData/Vendor/old.dat", "x", SINCE - 1, SINCE - 1);
	put(&w, "ProgramData/Vendor/later.dat", "x", NOON + 1, NOON + 1);
	put(&w, SYS "drivers/written.sys", "x", SINCE - DAY, NOON - 5);
	put(&w, SYS "drivers/both.sys", "x", SINCE + 5, NOON - 5);
	put(&w, SYS "written.dll", "x", SINCE - DAY, NOON - 5);
	put(&w, SYS "new.dll", "x", SINCE, SINCE);
	gather(&w);
	const struct ev_item *r = row(&w, EV_FILE_NEW, "\\ProgramData\\Vendor\\new.dat");
	assert_non_null(r);
	assert_int_equal(r->source, EV_FILE);
	assert_int_equal(r->time, NOON - 60);
	assert_string_equal(r->text, "created, 7 bytes");
	r = row(&w, EV_FILE_CHANGED, "\\Windows\\System32\\drivers\\written.sys");
	assert_non_null(r);
	assert_int_equal(r->time, NOON - 5);
	assert_non_null(row(&w, EV_FILE_NEW, "\\Windows\\System32\\drivers\\both.sys"));
	assert_non_null(row(&w, EV_FILE_CHANGED, "\\Windows\\System32\\drivers\\both.sys"));
	assert_non_null(row(&w, EV_FILE_NEW, "\\Windows\\System32\\new.dll"));
	assert_int_equal(w.e->n_items, 5);
	assert_int_equal(w.e->n_missing, 1); /* no journal */
	assert_string_equal(w.e->missing[0].where, "\\$Extend\\$UsnJrnl:$J");
	assert_false(w.e->missing[0].is_lost);
	assert_true(w.e->bytes > 0);
	done(&w);
}

/* How often $MFT was read to its end. */
static bool count_passes(void *user, const char *what, uint64_t done, uint64_t total)
{
	*(unsigned *)user += what && strcmp(what, "scan") == 0 && done == total;
	return true;
}

static void test_changes__two_windows__one_pass_and_each_its_own_window(void **state)
{
	struct world w;
	struct win_info old = {.root = "\\Windows.old\\Windows"};
	struct evidence *e = calloc(1, sizeof(*e));
	unsigned passes = 0;
	const struct rs_task task = {&passes, count_passes};
	const uint64_t before = SINCE - 9 * DAY;

	(void)state;
	make(&w);
	assert_non_null(e);
	e->root = old.root;
	put(&w, SYS "drivers/now.sys", "x", NOON - 60, NOON - 60);
	put(&w, SYS "drivers/then.sys", "x", before + 60, before + 60);
	put(&w, "Windows.old/" SYS "drivers/now.sys", "x", NOON - 60, NOON - 60);
	put(&w, "Windows.old/" SYS "drivers/then.sys", "x", before + 60, before + 60);
	put(&w, "ProgramData/Vendor/now.dat", "x", NOON - 60, NOON - 60);
	tv_open(&w.v);
	assert_int_equal(nt_raw_open(w.v.blk, &w.raw, NULL), 0);
	const struct ev_look in[2] = {{.vol = w.v.vol, .raw = w.raw, .win = &w.win, .task = &task},
		{.vol = w.v.vol, .raw = w.raw, .win = &old, .task = &task}};
	const struct ev_span spans[2] = {
		{&in[0], w.e, SINCE, NOON, false}, {&in[1], e, before, SINCE, false}};
	assert_int_equal(ev_from_files(spans, 2, NULL), 0);
	assert_int_equal(passes, 1);
	assert_int_equal(w.e->n_items, 2);
	assert_non_null(row(&w, EV_FILE_NEW, "\\Windows\\System32\\drivers\\now.sys"));
	assert_non_null(row(&w, EV_FILE_NEW, "\\ProgramData\\Vendor\\now.dat"));
	assert_int_equal(e->n_items, 1);
	assert_non_null(
		row_of(e, EV_FILE_NEW, "\\Windows.old\\Windows\\System32\\drivers\\then.sys"));
	ev_free(e);
	done(&w);
}

static void test_changes__too_many__leaves_the_newest(void **state)
{
	struct ev_kept k = {0};
	const unsigned n = 5000;

	(void)state;
	for (unsigned i = 0; i < n; i++) {
		struct ev_change c = {.time = i * 7919UL % n, .path = strdup("\\a")};
		assert_true(ev_kept_add_take(&k, &c));
		assert_true(k.n <= 4 * EV_CHANGES_MAX);
	}
	ev_kept_trim(&k);
	assert_int_equal(k.n, EV_CHANGES_MAX);
	for (unsigned i = 0; i < EV_CHANGES_MAX; i++)
		assert_int_equal(k.v[i].time, n - 1 - i);
	ev_kept_done(&k);
}

static void test_changes__more_than_are_kept__is_known(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct world w;
		make(&w);
		for (unsigned i = 0; i < EV_CHANGES_MAX + more; i++) {
			char path[64];
			(void)snprintf(path, sizeof(path), "ProgramData/Vendor/%u.dat", i);
			put(&w, path, "x", NOON - 60, NOON - 60);
		}
		gather(&w);
		assert_int_equal(w.e->n_items, EV_CHANGES_MAX);
		assert_int_equal(w.e->are_changes_cut, more);
		assert_int_equal(w.e->n_missing, 1 + more); /* that there is no journal, too */
		done(&w);
	}
}

static void test_contents__unlike_its_siblings__is_odd(void **state)
{
	struct world w;

	(void)state;
	make(&w);
	put(&w, "ProgramData/Vendor/a.hvc", "HVC1aaaa", 1, 1);
	put(&w, "ProgramData/Vendor/b.hvc", "HVC1bbbb", 1, 1);
	put(&w, "ProgramData/Vendor/c.hvc", "HVC1cccc", NOON, NOON);
	put(&w, "ProgramData/Vendor/d.hvc", "garbage!", NOON, NOON);
	put(&w, "ProgramData/Two/a.hvc", "HVC1aaaa", 1, 1);
	put(&w, "ProgramData/Two/d.hvc", "garbage!", NOON, NOON);
	put(&w, "ProgramData/Three/a.hvc", "HVC1aaaa", 1, 1);
	put(&w, "ProgramData/Three/b.hvc", "OTHERaaa", 1, 1);
	put(&w, "ProgramData/Three/d.hvc", "garbage!", NOON, NOON);
	gather(&w);
	assert_true(file(&w, "\\ProgramData\\Vendor\\d.hvc")->is_magic_odd);
	assert_false(file(&w, "\\ProgramData\\Vendor\\c.hvc")->is_magic_odd);
	assert_false(file(&w, "\\ProgramData\\Two\\d.hvc")->is_magic_odd);
	assert_false(file(&w, "\\ProgramData\\Three\\d.hvc")->is_magic_odd);
	assert_null(file(&w, "\\ProgramData\\Vendor\\a.hvc"));
	done(&w);
}

static void test_contents__zeros__are_told_apart_from_what_was_never_written(void **state)
{
	struct world w;
	static const uint8_t zeros[20000];

	(void)state;
	make(&w);
	tv_put(&w.v, "ProgramData/Vendor/zero.dat", zeros, sizeof(zeros));
	times(&w, "ProgramData/Vendor/zero.dat", NOON, NOON);
	gather(&w);
	const struct ev_file *f = file(&w, "\\ProgramData\\Vendor\\zero.dat");
	assert_int_equal(f->image.soundness, WIN_ALL_ZERO);
	assert_false(f->is_unwritten || f->is_unlogged);
	done(&w);
}

/* ---- drivers ---- */

static struct win_service service(char *name, char *path, uint32_t start)
{
	static char none[] = "";

	return (struct win_service){
		.name = name, .path = path, .inf = none, .start = start, .is_driver = true};
}

static void test_drivers__missing_and_damaged__are_rows(void **state)
{
	struct world w;
	struct win_system s = {0};
	char names[4][8] = {"zero", "gone", "sound", "demand"};
	char paths[4][64] = {"\\Windows\\System32\\drivers\\zero.sys",
		"\\Windows\\System32\\drivers\\gone.sys", "\\Windows\\System32\\drivers\\sound.sys",
		"\\Windows\\System32\\drivers\\demand.sys"};
	struct win_service all[4];
	static const uint8_t zeros[8192];

	(void)state;
	make(&w);
	for (unsigned i = 0; i < 4; i++)
		all[i] = service(names[i], paths[i], i);
	s.services = all;
	s.n_services = 4;
	w.e->system = &s;
	tv_put(&w.v, SYS "drivers/zero.sys", zeros, sizeof(zeros));
	times(&w, SYS "drivers/zero.sys", 77, 77);
	tv_put_kernel(&w.v, SYS "drivers/sound.sys", 0x8664, (const uint16_t[]){1, 2, 3, 4});
	times(&w, SYS "drivers/sound.sys", 77, 77);
	gather(&w);
	assert_int_equal(w.e->n_items, 2);
	const struct ev_item *r = row(&w, EV_OTHER, paths[0]);
	assert_non_null(r);
	assert_string_equal(r->service, "zero");
	assert_string_equal(
		r->text, "the driver of service zero is damaged: all its 8192 bytes are zeros");
	assert_int_equal(file(&w, paths[0])->image.soundness, WIN_ALL_ZERO);
	assert_non_null(row(&w, EV_OTHER, paths[1]));
	assert_null(file(&w, paths[3]));
	done(&w);
}

/* The disk knows of all of them before the first is read, and each is looked at all the same. */
static void test_drivers__many__are_asked_for_first_and_looked_at_then(void **state)
{
	struct world w;
	struct win_system s = {0};
	char names[2][8] = {"one", "two"};
	char paths[2][64] = {
		"\\Windows\\System32\\drivers\\one.sys", "\\Windows\\System32\\drivers\\two.sys"};
	struct win_service all[2] = {
		service(names[0], paths[0], 0), service(names[1], paths[1], 1)};
	static const uint8_t zeros[8192];
	struct ev_file *f = NULL;

	(void)state;
	make(&w);
	s.services = all;
	s.n_services = 2;
	w.e->system = &s;
	tv_put(&w.v, SYS "drivers/one.sys", zeros, sizeof(zeros));
	tv_put(&w.v, SYS "drivers/two.sys", zeros, sizeof(zeros));
	tv_open(&w.v);
	struct lay_watch *watch = lay_watch_new(w.v.blk);
	assert_non_null(watch);
	assert_int_equal(nt_raw_open(&watch->blk, &w.raw, NULL), 0);
	w.in = (struct ev_look){.vol = w.v.vol, .raw = w.raw, .win = &w.win};
	assert_int_equal(ev_file_find(&w.in, w.e, paths[0], &f, NULL), 0);
	assert_false(f->is_looked);
	assert_int_equal(ev_changes_drivers(&w.in, w.e, NULL), 0);
	assert_int_equal(watch->hinted_bytes, 2 * sizeof(zeros));
	assert_int_equal(w.e->n_files, 2);
	assert_true(file(&w, paths[0])->is_looked && file(&w, paths[1])->is_looked);
	assert_int_equal(w.e->n_items, 2); /* both are damaged */
	assert_int_equal(ev_changes_drivers(&w.in, w.e, NULL), 0);
	assert_int_equal(watch->hinted_bytes, 2 * sizeof(zeros)); /* not once more */
	for (unsigned i = 0; i < 2; i++) {			  /* nor is what is not there */
		assert_int_equal(ev_file_look(&w.in, w.e, "\\gone.sys", true, &f, NULL), 0);
		assert_string_equal(f->fault, "it is not there");
		assert_false(f->is_looked);
	}
	nt_raw_close(w.raw);
	w.raw = NULL;
	blk_close(&watch->blk);
	done(&w);
}

static void test_own__company_list_and_packages__decide(void **state)
{
	struct evidence e = {.root = "\\Windows"};
	struct win_system s = {0};
	char name[] = "x", path[] = "\\Windows\\System32\\drivers\\x.sys", inf[] = "oem7.inf";
	char provider[] = "Halvard";
	struct win_service one = service(name, path, 0);
	struct win_package package = {.inf = inf, .provider = provider};
	struct ev_file f = {.path = "\\WINDOWS\\system32\\drivers\\X.SYS", .ref = 1};

	(void)state;
	f.is_looked = true;
	assert_false(ev_is_windows_own(&e, &f));
	(void)snprintf(f.image.company, sizeof(f.image.company), "Microsoft Corporation Ltd");
	assert_false(ev_is_windows_own(&e, &f));
	f.image.company[21] = '\0';
	assert_true(ev_is_windows_own(&e, &f));
	one.inf = inf;
	s.services = &one;
	s.n_services = 1;
	e.system = &s;
	assert_false(ev_is_windows_own(&e, &f)); /* a package that nobody knows */
	s.packages = &package;
	s.n_packages = 1;
	assert_false(ev_is_windows_own(&e, &f));
	(void)snprintf(provider, sizeof(provider), "Microso");
	assert_false(ev_is_windows_own(&e, &f));
	char microsoft[] = "Microsoft";
	package.provider = microsoft;
	assert_true(ev_is_windows_own(&e, &f));
	struct ev_file kernel = {.path = "\\Windows\\System32\\NTOSKRNL.EXE", .ref = 1};
	assert_true(ev_is_windows_own(&e, &kernel));
	kernel.path = "\\Windows\\Temp\\ntoskrnl.exe";
	assert_false(ev_is_windows_own(&e, &kernel));
	kernel.path = "\\Windows\\System32\\ntoskrnl.exe";
	kernel.ref = 0;
	assert_false(ev_is_windows_own(&e, &kernel));
}

/* ---- the journal ---- */

struct usn {
	uint64_t time;
	const char *parent, *name;
	uint64_t ref;
	uint32_t reason;
};

static void put_journal(struct world *w, const struct usn *v, size_t n)
{
	static ntfschar name_j[] = {const_cpu_to_le16('$'), const_cpu_to_le16('J')};
	uint8_t p[4096] = {0};
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		ntfs_inode *ni = ntfs_pathname_to_inode(w->v.lib, NULL, v[i].parent);
		assert_non_null(ni);
		uint64_t parent = ni->mft_no | (uint64_t)le16_to_cpu(ni->mrec->sequence_number)
						       << 48;
		assert_int_equal(ntfs_inode_close(ni), 0);
		size_t chars = strlen(v[i].name), whole = (60 + 2 * chars + 7) & ~7UL;
		rs_put_le32(p + len, (uint32_t)whole);
		rs_put_le16(p + len + 4, 2);
		rs_put_le64(p + len + 8, v[i].ref);
		rs_put_le64(p + len + 16, parent);
		rs_put_le64(p + len + 24, len);
		rs_put_le64(p + len + 32, v[i].time);
		rs_put_le32(p + len + 40, v[i].reason);
		rs_put_le16(p + len + 56, (uint16_t)(2 * chars));
		rs_put_le16(p + len + 58, 60);
		for (size_t k = 0; k < chars; k++)
			rs_put_le16(p + len + 60 + 2 * k, (uint8_t)v[i].name[k]);
		len += whole;
	}
	tv_put(&w->v, "$Extend/$UsnJrnl", "", 0);
	ntfs_inode *ni = ntfs_pathname_to_inode(w->v.lib, NULL, "$Extend/$UsnJrnl");
	assert_non_null(ni);
	assert_int_equal(ntfs_attr_add(ni, AT_DATA, name_j, 2, p, (s64)len), 0);
	assert_int_equal(ntfs_inode_close(ni), 0);
}

static void test_journal__deleted_and_renamed_files__have_their_paths(void **state)
{
	struct world w;
	static const char drivers[] = SYS "drivers", vendor[] = "ProgramData/Vendor";
	static const struct usn v[] = {
		{NOON - 90, drivers, "gone.sys", 1, NT_USN_DELETE | NT_USN_CLOSE},
		{NOON - 80, vendor, "moved.dat", 2, NT_USN_RENAME_OLD},
		{NOON - 80, vendor, "moved.dat.bak", 2, NT_USN_RENAME_NEW},
		{NOON - 70, vendor, "fresh.dat", 3, NT_USN_CREATE},
		{NOON - 69, vendor, "fresh.dat", 3, NT_USN_CREATE | NT_USN_EXTEND},
		{NOON - 60, vendor, "again.dat", 4, NT_USN_OVERWRITE},
		{NOON - 50, vendor, "again.dat", 4, NT_USN_OVERWRITE | NT_USN_CLOSE},
		{NOON - 40, drivers, "away.sys", 5, NT_USN_RENAME_OLD},
		{NOON - 40, "Windows", "away.qrt", 5, NT_USN_RENAME_NEW},
		{NOON - 30, vendor, "noise.log", 6, NT_USN_DELETE},
		{NOON - 20, "Windows", "elsewhere.txt", 7, NT_USN_DELETE},
		{NOON + 10, vendor, "too-late.dat", 8, NT_USN_DELETE},
	};

	(void)state;
	make(&w);
	put(&w, SYS "drivers/x.sys", "x", 1, 1);
	put(&w, "ProgramData/Vendor/x.dat", "x", 1, 1);
	put_journal(&w, v, sizeof(v) / sizeof(v[0]));
	gather(&w);
	const struct ev_item *r = row(&w, EV_FILE_GONE, "\\Windows\\System32\\drivers\\gone.sys");
	assert_non_null(r);
	assert_int_equal(r->source, EV_CHANGE_JOURNAL);
	assert_int_equal(r->time, NOON - 90);
	assert_string_equal(r->text, "deleted");
	r = row(&w, EV_FILE_GONE, "\\ProgramData\\Vendor\\moved.dat");
	assert_non_null(r);
	assert_string_equal(r->text, "renamed or moved to \\ProgramData\\Vendor\\moved.dat.bak");
	r = row(&w, EV_FILE_NEW, "\\ProgramData\\Vendor\\fresh.dat");
	assert_non_null(r);
	assert_int_equal(r->time, NOON - 70);
	r = row(&w, EV_FILE_CHANGED, "\\ProgramData\\Vendor\\again.dat");
	assert_non_null(r);
	assert_int_equal(r->time, NOON - 50);
	r = row(&w, EV_FILE_GONE, "\\Windows\\System32\\drivers\\away.sys");
	assert_non_null(r);
	assert_string_equal(r->text, "moved away");
	assert_non_null(row(&w, EV_FILE_NEW, "\\ProgramData\\Vendor\\moved.dat.bak"));
	assert_int_equal(w.e->n_items, 6);
	done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places__only_what_bears_on_a_start),
		cmocka_unit_test(test_changes__new_and_written_files__are_rows_with_their_time),
		cmocka_unit_test(test_changes__two_windows__one_pass_and_each_its_own_window),
		cmocka_unit_test(test_changes__too_many__leaves_the_newest),
		cmocka_unit_test(test_changes__more_than_are_kept__is_known),
		cmocka_unit_test(test_contents__unlike_its_siblings__is_odd),
		cmocka_unit_test(test_contents__zeros__are_told_apart_from_what_was_never_written),
		cmocka_unit_test(test_drivers__missing_and_damaged__are_rows),
		cmocka_unit_test(test_drivers__many__are_asked_for_first_and_looked_at_then),
		cmocka_unit_test(test_own__company_list_and_packages__decide),
		cmocka_unit_test(test_journal__deleted_and_renamed_files__have_their_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
