/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Crashes out of the dumps of a volume: where they are, what each says, what is said of the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../windows/help_kernel.h"
#include "../windows/help_vol.h"
#include "evidence/evidence.h"
#include "format/pe.h"

#define NT  0xFFFFF80470000000ULL
#define DRV 0xFFFFF80480000000ULL
#define OLD 0xFFFFF80490000000ULL

static const struct mk_module modules[] = {
	{"\\SystemRoot\\system32\\ntoskrnl.exe", NT, 0x1000000, 1},
	{"\\SystemRoot\\System32\\drivers\\fltmgr.sys", DRV, 0x20000, 2},
	{"\\SystemRoot\\System32\\drivers\\abcdrv.sys", DRV + 0x100000, 0x20000, 3},
	{"\\??\\C:\\Tools\\defdrv.sys", DRV + 0x200000, 0x20000, 4},
	{"\\SystemRoot\\System32\\drivers\\dump_fltmgr.sys", DRV + 0x300000, 0x20000, 5},
	{NULL, 0, 0, 0},
};
static const struct mk_module gone[] = {{"old.sys", OLD, 0x8000, 0}, {NULL, 0, 0, 0}};
static const uint64_t stack[] = {NT + 0x123456, DRV + 0x301234, DRV + 0x1234, DRV + 0x101234,
	NT + 0x2000, DRV + 0x201234, DRV + 0x101300};

static struct mk_dump sample(uint32_t code, uint64_t fault)
{
	return (struct mk_dump){
		.code = code,
		.parameters = {fault, fault, fault, fault},
		.modules = modules,
		.unloaded = gone,
		.stack = stack,
		.n_stack = sizeof(stack) / sizeof(stack[0]),
	};
}

static void put(struct tv *v, const char *path, const struct mk_dump *m)
{
	auto_bytes struct bytes b = {0};

	mk_dump_make(m, &b);
	tv_put(v, path, b.p, b.len);
}

/* A kernel dump of the same crash; of a page file in pieces. */
static void put_kernel(struct tv *v, const char *path, uint32_t code, uint64_t fault)
{
	struct mk_kernel *k = mk_kernel_new(modules, gone, stack, sizeof(stack) / sizeof(stack[0]));
	auto_bytes struct bytes b = {0};

	k->code = code;
	k->parameters[2] = fault;
	mk_kernel_write(k, &b);
	mk_kernel_free(k);
	if (strcmp(path, "pagefile.sys") == 0)
		assert_true(tv_put_in_pieces(v, path, b.p, b.len) > 3);
	else
		tv_put(v, path, b.p, b.len);
}

static void put_files(struct tv *v)
{
	static const uint16_t version[4] = {1, 2, 3, 4};
	uint8_t p[PE_BYTES];

	tv_make(v);
	pe_made(p, PE_MACHINE_X64, version);
	tv_put(v, "Windows/System32/ntoskrnl.exe", p, sizeof(p));
	tv_put(v, "Windows/System32/drivers/fltmgr.sys", p, sizeof(p));
	tv_put(v, "Windows/System32/drivers/abcdrv.sys", p, sizeof(p));
}

static struct evidence *gathered(struct tv *v, struct win_system *s)
{
	struct win_info win = {.root = "\\Windows"};
	struct ev_look in = {.vol = v->vol, .win = &win};
	struct evidence *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	e->root = win.root;
	e->system = s;
	assert_int_equal(ev_from_dumps(&in, e, NULL), 0);
	e->system = NULL; /* the test's own */
	e->root = "";
	return e;
}

static const struct ev_item *row(const struct evidence *e, const char *where)
{
	for (size_t i = 0; i < e->n_items; i++)
		if (strcmp(e->items[i].where, where) == 0)
			return &e->items[i];
	return NULL;
}

static const char *why(const struct evidence *e, const char *where)
{
	for (size_t i = 0; i < e->n_missing; i++)
		if (strcmp(e->missing[i].where, where) == 0)
			return e->missing[i].why;
	return "";
}

static void check_blame(const struct ev_blame *b, enum ev_blame_how how, const char *module,
	const char *path, uint32_t offset)
{
	assert_int_equal(b->how, how);
	assert_string_equal(b->module, module);
	assert_string_equal(b->path, path);
	assert_int_equal(b->offset, offset);
}

static void test_dumps__every_place__has_its_rows(void **state)
{
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = NULL;
	struct mk_dump small = sample(0xD1, DRV + 0x108E34), large = sample(0x50, DRV + 0x1000);
	struct mk_dump live = sample(0x141, DRV + 0x101000);

	(void)state;
	put_files(&v);
	large.type = 6;
	put(&v, "Windows/Minidump/a.dmp", &small);
	put_kernel(&v, "Windows/MEMORY.DMP", 0x50, DRV + 0x101000);
	put(&v, "pagefile.sys", &large);
	put(&v, "Windows/LiveKernelReports/WATCHDOG/w.dmp", &live);
	put(&v, "Windows/LiveKernelReports/x.dmp", &live);
	tv_open(&v);
	e = gathered(&v, NULL);
	assert_int_equal(e->n_items, 5);
	assert_int_equal(e->n_missing, 1);
	assert_non_null(strstr(why(e, "\\pagefile.sys"), "no modules: its list of pages"));
	const struct ev_item *i = row(e, "\\Windows\\Minidump\\a.dmp");
	assert_non_null(i);
	assert_true(i->what == EV_CRASH && i->source == EV_DUMP && i->time == MK_TIME);
	assert_true(i->crash->code == 0xD1 && i->crash->is_dump && i->crash->has_parameters);
	assert_int_equal(i->crash->parameters[3], DRV + 0x108E34);
	assert_non_null(strstr(i->text, "0xD1 DRIVER_IRQL_NOT_LESS_OR_EQUAL"));
	assert_non_null(strstr(i->text, "in abcdrv.sys+0x8e34"));
	i = row(e, "\\Windows\\MEMORY.DMP");
	assert_non_null(i);
	assert_true(i->source == EV_DUMP && i->crash->is_dump);
	check_blame(&i->crash->blames[0], EV_AT_FAULT, "abcdrv.sys",
		"\\Windows\\System32\\drivers\\abcdrv.sys", 0x1000);
	i = row(e, "\\pagefile.sys");
	assert_non_null(i);
	assert_true(i->source == EV_PAGEFILE && i->crash->code == 0x50);
	assert_true(!i->crash->is_dump && !i->crash->n_blames);
	i = row(e, "\\Windows\\LiveKernelReports\\WATCHDOG\\w.dmp");
	assert_non_null(i);
	assert_true(i->what == EV_OTHER && i->source == EV_LIVE_DUMP && !i->crash);
	assert_non_null(strstr(i->text, "0x141 VIDEO_ENGINE_TIMEOUT_DETECTED"));
	assert_non_null(row(e, "\\Windows\\LiveKernelReports\\x.dmp"));
	assert_true(e->bytes > 5 * 0x2000);
}

static void test_dumps__page_file__blames_as_a_small_dump_does(void **state)
{
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = NULL;

	(void)state;
	put_files(&v);
	put_kernel(&v, "pagefile.sys", 0x50, DRV + 0x1000);
	tv_open(&v);
	e = gathered(&v, NULL);
	const struct ev_item *i = row(e, "\\pagefile.sys");
	assert_non_null(i);
	assert_true(i->source == EV_PAGEFILE && i->crash->is_dump);
	assert_int_equal(i->crash->n_blames, 3);
	check_blame(&i->crash->blames[0], EV_AT_FAULT, "fltmgr.sys",
		"\\Windows\\System32\\drivers\\fltmgr.sys", 0x1000);
	check_blame(&i->crash->blames[1], EV_FIRST_FOREIGN, "abcdrv.sys",
		"\\Windows\\System32\\drivers\\abcdrv.sys", 0x1234);
	assert_int_equal(i->crash->blames[1].timestamp, 3);
	check_blame(&i->crash->blames[2], EV_ON_STACK, "defdrv.sys", "\\Tools\\defdrv.sys", 0x1234);
	assert_int_equal(e->n_missing, 1); /* no folder of small ones */
	assert_true(e->bytes < 1 << 20);
}

static void test_dumps__list_with_a_gap__says_of_none_that_it_is_the_first(void **state)
{
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = NULL;
	struct mk_kernel *k = mk_kernel_new(modules, gone, stack, sizeof(stack) / sizeof(stack[0]));
	auto_bytes struct bytes b = {0};

	(void)state;
	put_files(&v);
	k->code = 0x50;
	k->parameters[2] = DRV + 0x1000;
	mk_number(k, MK_POOL + 2 * MK_POOL_STEP, 0); /* behind abcdrv.sys */
	mk_kernel_write(k, &b);
	mk_kernel_free(k);
	tv_put(&v, "Windows/MEMORY.DMP", b.p, b.len);
	tv_open(&v);
	e = gathered(&v, NULL);
	const struct ev_crash *c = row(e, "\\Windows\\MEMORY.DMP")->crash;
	assert_int_equal(c->n_blames, 3);
	assert_int_equal(c->blames[0].how, EV_AT_FAULT);
	check_blame(&c->blames[1], EV_ON_STACK, "abcdrv.sys",
		"\\Windows\\System32\\drivers\\abcdrv.sys", 0x1234);
	assert_int_equal(c->blames[2].how, EV_ON_STACK);
}

static void test_dumps__blames__at_fault_then_the_stack_inside_out(void **state)
{
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = NULL;
	struct mk_dump m = sample(0xD1, DRV + 0x108E34), core = sample(0x3B, NT + 0x5000);
	struct mk_dump none = sample(0x139, DRV + 0x108E34), un = sample(0xCE, OLD + 0x10);
	const struct ev_crash *c;

	(void)state;
	put_files(&v);
	put(&v, "Windows/Minidump/driver.dmp", &m);
	put(&v, "Windows/Minidump/core.dmp", &core);
	put(&v, "Windows/Minidump/none.dmp", &none);
	put(&v, "Windows/Minidump/gone.dmp", &un);
	tv_open(&v);
	e = gathered(&v, NULL);
	c = row(e, "\\Windows\\Minidump\\driver.dmp")->crash;
	assert_int_equal(c->n_blames, 2);
	check_blame(&c->blames[0], EV_AT_FAULT, "abcdrv.sys",
		"\\Windows\\System32\\drivers\\abcdrv.sys", 0x8E34);
	assert_int_equal(c->blames[0].timestamp, 3);
	assert_int_equal(c->blames[0].size, 0x20000);
	check_blame(&c->blames[1], EV_ON_STACK, "defdrv.sys", "\\Tools\\defdrv.sys", 0x1234);
	c = row(e, "\\Windows\\Minidump\\core.dmp")->crash;
	assert_int_equal(c->n_blames, 3);
	check_blame(&c->blames[0], EV_AT_FAULT, "ntoskrnl.exe", "\\Windows\\system32\\ntoskrnl.exe",
		0x5000);
	check_blame(&c->blames[1], EV_FIRST_FOREIGN, "abcdrv.sys",
		"\\Windows\\System32\\drivers\\abcdrv.sys", 0x1234);
	check_blame(&c->blames[2], EV_ON_STACK, "defdrv.sys", "\\Tools\\defdrv.sys", 0x1234);
	c = row(e, "\\Windows\\Minidump\\none.dmp")->crash;
	assert_int_equal(c->n_blames, 2);
	assert_int_equal(c->blames[0].how, EV_FIRST_FOREIGN);
	c = row(e, "\\Windows\\Minidump\\gone.dmp")->crash;
	check_blame(&c->blames[0], EV_UNLOADED, "old.sys", "", 0x10);
}

static void test_dumps__windows_own_alone__blames_nobody(void **state)
{
	static const uint64_t own[] = {NT + 0x123456, DRV + 0x1234, DRV + 0x301234};
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = NULL;
	struct mk_dump m = sample(0x1A, 0);

	(void)state;
	put_files(&v);
	m.stack = own;
	m.n_stack = 3;
	put(&v, "Windows/Minidump/a.dmp", &m);
	tv_open(&v);
	e = gathered(&v, NULL);
	assert_int_equal(row(e, "\\Windows\\Minidump\\a.dmp")->crash->n_blames, 0);
}

static void test_dumps__what_cannot_be_read__is_said(void **state)
{
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = NULL;
	struct mk_dump m = sample(0xD1, DRV + 0x108E34);
	static const uint8_t zeros[9000];

	(void)state;
	put_files(&v);
	tv_put(&v, "Windows/Minidump/empty.dmp", zeros, 0);
	tv_put(&v, "Windows/Minidump/zeros.dmp", zeros, sizeof(zeros));
	tv_put(&v, "Windows/Minidump/readme.txt", zeros, 10);
	tv_put(&v, "pagefile.sys", zeros, sizeof(zeros));
	auto_bytes struct bytes b = {0};
	mk_dump_make(&m, &b);
	tv_put(&v, "Windows/Minidump/cut.dmp", b.p, 0x2010);
	tv_open(&v);
	e = gathered(&v, NULL);
	assert_int_equal(e->n_items, 1);
	assert_false(row(e, "\\Windows\\Minidump\\cut.dmp")->crash->is_dump);
	assert_int_equal(e->n_missing, 3);
	assert_non_null(strstr(why(e, "\\Windows\\Minidump\\empty.dmp"), "empty"));
	assert_non_null(strstr(why(e, "\\Windows\\Minidump\\zeros.dmp"), "zeros"));
	assert_non_null(strstr(why(e, "\\Windows\\Minidump\\cut.dmp"), "cut off"));
	for (size_t i = 0; i < e->n_missing; i++) /* nobody knows what they would say */
		assert_true(e->missing[i].is_lost && e->missing[i].time);
}

static void test_dumps__no_folder__is_said(void **state)
{
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = NULL;

	(void)state;
	put_files(&v);
	tv_open(&v);
	e = gathered(&v, NULL);
	assert_int_equal(e->n_items, 0);
	assert_int_equal(e->n_missing, 1);
	assert_non_null(strstr(why(e, "\\Windows\\Minidump"), "no folder"));
	assert_false(e->missing[0].is_lost);
}

static void test_dumps__places_of_crash_control__are_looked_at(void **state)
{
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = NULL;
	auto_evidence struct evidence *other = NULL;
	struct mk_dump m = sample(0xD1, DRV + 0x108E34);
	struct win_system s = {
		.minidump_dir = "%SystemRoot%\\Small", .dump_file = "C:\\Big\\x.dmp"};
	struct win_system away = {.minidump_dir = "\\\\server\\dumps"};

	(void)state;
	put_files(&v);
	put(&v, "Windows/Small/a.dmp", &m);
	put(&v, "Windows/Minidump/b.dmp", &m);
	put(&v, "Big/x.dmp", &m);
	tv_open(&v);
	e = gathered(&v, &s);
	assert_int_equal(e->n_items, 2);
	assert_non_null(row(e, "\\Windows\\Small\\a.dmp"));
	assert_non_null(row(e, "\\Big\\x.dmp"));
	other = gathered(&v, &away);
	assert_non_null(row(other, "\\Windows\\Minidump\\b.dmp"));
	assert_non_null(strstr(why(other, "\\\\server\\dumps"), "not on this volume"));
}

static void test_dumps__more_than_are_read__are_counted(void **state)
{
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = NULL;
	struct mk_dump m = sample(0x7B, 0);
	auto_bytes struct bytes b = {0};

	(void)state;
	put_files(&v);
	mk_dump_make(&m, &b);
	for (int i = 0; i < 70; i++) {
		char path[64];
		(void)snprintf(path, sizeof(path), "Windows/Minidump/%02d.dmp", i);
		tv_put(&v, path, b.p, 0x60);
	}
	tv_open(&v);
	e = gathered(&v, NULL);
	assert_int_equal(e->n_items, 64);
	assert_non_null(strstr(why(e, "\\Windows\\Minidump"), "6 older dumps were not read"));
}

static bool stop(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	(void)done;
	(void)total;
	return false;
}

static void test_dumps__cancelled__ends_the_run(void **state)
{
	auto_tv struct tv v = {0};
	auto_evidence struct evidence *e = calloc(1, sizeof(*e));
	struct mk_dump m = sample(0xD1, DRV + 0x108E34);
	struct win_info win = {.root = "\\Windows"};
	struct rs_task task = {.progress = stop};

	(void)state;
	assert_non_null(e);
	put_files(&v);
	put(&v, "Windows/Minidump/a.dmp", &m);
	tv_open(&v);
	struct ev_look in = {.vol = v.vol, .win = &win, .task = &task};
	e->root = win.root;
	assert_int_equal(ev_from_dumps(&in, e, NULL), RS_E_CANCELLED);
}

/* What lies beside the folders of two Windows: of the one whose build it is, or that is older, or
 * that starts. */
static void test_shared__two_windows__is_of_the_one_that_it_fits(void **state)
{
	static const struct win_info both[] = {{.root = "\\Windows",
						       .parts = WIN_PARTS,
						       .build = 22631,
						       .installed_filetime = 100,
						       .ran_filetime = 300},
		{.root = "\\Windows.old\\Windows",
			.parts = WIN_PARTS,
			.build = 19045,
			.ran_filetime = 400}};
	static const struct {
		uint32_t build;
		uint64_t time;
		size_t of;
	} rows[] = {{22631, 50, 0}, {19045, 200, 1}, {0, 200, 0}, {0, 50, 1}, {0, 0, 0},
		{7601, 200, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t k = 0; k < 2; k++) {
			const struct ev_look in = {
				.win = &both[k], .windows = both, .n_windows = 2};
			if (ev_is_ours(&in, rows[i].build, rows[i].time) != (rows[i].of == k))
				fail_msg("row %zu of Windows %zu", i, k);
		}
	const struct ev_look alone = {.win = &both[1], .windows = &both[1], .n_windows = 1};
	assert_true(ev_is_ours(&alone, 1, 1));
	assert_true(win_is_aside(&both[1], win_that_starts(both, 2)));
	assert_false(win_is_aside(&both[0], win_that_starts(both, 2)));
	assert_false(win_is_aside(&both[1], win_that_starts(&both[1], 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dumps__every_place__has_its_rows),
		cmocka_unit_test(test_dumps__page_file__blames_as_a_small_dump_does),
		cmocka_unit_test(test_dumps__list_with_a_gap__says_of_none_that_it_is_the_first),
		cmocka_unit_test(test_dumps__blames__at_fault_then_the_stack_inside_out),
		cmocka_unit_test(test_dumps__windows_own_alone__blames_nobody),
		cmocka_unit_test(test_dumps__what_cannot_be_read__is_said),
		cmocka_unit_test(test_dumps__no_folder__is_said),
		cmocka_unit_test(test_dumps__places_of_crash_control__are_looked_at),
		cmocka_unit_test(test_dumps__more_than_are_read__are_counted),
		cmocka_unit_test(test_shared__two_windows__is_of_the_one_that_it_fits),
		cmocka_unit_test(test_dumps__cancelled__ends_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
