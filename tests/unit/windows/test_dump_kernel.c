/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Full and kernel dumps: modules and stack by their tables of pages, and every way in which those
 * lie or are not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/pe.h"
#include "help_kernel.h"

#define DRV 0xFFFFF80480000000ULL
#define GIB 0xFFFFF80540000000ULL
#define OLD 0xFFFFF80490000000ULL

static const struct mk_module modules[] = {
	{"\\SystemRoot\\system32\\ntoskrnl.exe", MK_NT, 0x200000, 0x11111111},
	{"\\SystemRoot\\System32\\drivers\\abcdrv.sys", DRV, 0x20000, 0x22222222},
	{"\\??\\F:\\tools\\cpuz.sys", DRV + 0x100000, 0x9000, 0x33333333},
	{"\\SystemRoot\\System32\\drivers\\defdrv.sys", DRV + 0x200000, 0x40000, 0x44444444},
	{NULL, 0, 0, 0},
};
static const struct mk_module unloaded[] = {
	{"dam.sys", OLD, 0x8000, 0}, {"averylongname.sys", OLD, 0x9000, 0}, {NULL, 0, 0, 0}};
/* over the end of the stack's first page */
static const uint64_t stack[] = {7, MK_NT + 0x123456, DRV + 0x80, DRV + 0x1234, 0x4141414141414141,
	DRV + 0x1FFFF, DRV + 0x20000, MK_NT + 0x1000, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, DRV + 0x201234};

static struct mk_kernel *sample(void)
{
	struct mk_kernel *k =
		mk_kernel_new(modules, unloaded, stack, sizeof(stack) / sizeof(stack[0]));

	k->parameters[0] = 0x28;
	k->parameters[1] = 2;
	k->parameters[3] = DRV + 0x8E34;
	return k;
}

/* Written, read, and freed. */
static void read_it(struct mk_kernel *k, struct win_dump **ret)
{
	auto_bytes struct bytes b = {0};

	mk_kernel_write(k, &b);
	mk_kernel_free(k);
	assert_int_equal(mk_dump_read(&b, ret, NULL), 0);
	for (size_t i = 0; i < (*ret)->n_frames; i++)
		assert_true((*ret)->frames[i].module < (*ret)->n_modules);
}

/* The same of bytes that a test has changed. */
static void read_bytes(struct bytes *b, const char *note)
{
	auto_dump struct win_dump *d = NULL;

	assert_int_equal(mk_dump_read(b, &d, NULL), 0);
	assert_int_equal(d->code, 0xD1);
	assert_int_equal(d->n_modules, 0);
	assert_non_null(strstr(d->note, note));
}

static void check_sample(const struct win_dump *d)
{
	assert_int_equal(d->n_modules, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(d->modules[i].path, modules[i].path);
		assert_int_equal(d->modules[i].base, modules[i].base);
		assert_int_equal(d->modules[i].size, modules[i].size);
	}
	assert_true(d->has_all_modules);
	assert_string_equal(d->modules[1].name, "abcdrv.sys");
	assert_int_equal(d->modules[1].timestamp, 0x22222222);
	assert_int_equal(d->modules[1].checksum, 0x2222DDDD);
	assert_int_equal(d->modules[2].timestamp, 0); /* nobody speaks of it */
	assert_int_equal(d->fault_module, 1);
	assert_int_equal(d->ip_module, 0);
	assert_int_equal(d->n_frames, 5);
	assert_int_equal(d->frames[0].stack, MK_SP + 8);
	assert_int_equal(d->frames[1].address, DRV + 0x1234);
	assert_int_equal(d->frames[2].address, DRV + 0x1FFFF);
	assert_int_equal(d->frames[4].address, DRV + 0x201234);
	assert_int_equal(d->frames[4].stack, MK_SP + 32 * 8);
	assert_int_equal(d->frames[4].module, 3);
	assert_int_equal(d->n_unloaded, 2);
	assert_string_equal(d->unloaded[0].name, "averylongnam"); /* the newest, as short as ever */
	assert_string_equal(d->unloaded[1].name, "dam.sys");
	assert_int_equal(d->unloaded[0].end, OLD + 0x9000);
	assert_string_equal(d->note, "");
}

static void test_kernel__bitmap__modules_stack_and_unloaded(void **state)
{
	static const struct {
		uint32_t type;
		const char *summary;
		enum win_dump_kind kind;
	} rows[] = {{2, "SDMPDUMP", WIN_DUMP_KERNEL}, {5, "FDMPDUMP", WIN_DUMP_FULL},
		{5, "SDMPDUMP", WIN_DUMP_FULL}, {6, "SDMPDUMP", WIN_DUMP_KERNEL},
		{7, "SDMPDUMP", WIN_DUMP_KERNEL}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_kernel *k = sample();
		k->type = rows[i].type;
		k->summary = rows[i].summary;
		read_it(k, &d);
		assert_int_equal(d->kind, rows[i].kind);
		check_sample(d);
	}
}

static void test_kernel__runs__the_same(void **state)
{
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = sample();

	(void)state;
	k->type = 1;
	read_it(k, &d);
	assert_int_equal(d->kind, WIN_DUMP_FULL);
	check_sample(d);
}

static void test_kernel__unused_pages__are_counted_past(void **state)
{
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = sample();

	(void)state;
	for (uint64_t pfn = 3; pfn < 0x9000; pfn += 0x777)
		memset(mk_physical(k, pfn), 0xEE, 4096);
	memset(mk_physical(k, 0x10001), 0xEE, 4096);
	read_it(k, &d);
	check_sample(d);
}

static void test_kernel__page_of_a_gib__is_read(void **state)
{
	static const struct mk_module more[] = {
		{"\\SystemRoot\\system32\\ntoskrnl.exe", MK_NT, 0x200000, 1}, {NULL, 0, 0, 0}};
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = mk_kernel_new(more, NULL, stack, 2);

	(void)state;
	/* the stack in the third page of memory's second GiB; bit 12 is no part of an address */
	k->sp = GIB + 0x2010;
	rs_put_le64(mk_entry(k, GIB, 2), 0x40000000 | 0x1000 | 0x80 | 1);
	rs_put_le64(mk_physical(k, 0x40002) + 0x18, MK_NT + 0x4444);
	read_it(k, &d);
	assert_int_equal(d->n_frames, 1);
	assert_int_equal(d->frames[0].address, MK_NT + 0x4444);
	assert_int_equal(d->frames[0].stack, GIB + 0x2018);
}

static void test_kernel__five_levels__where_the_header_shows_them(void **state)
{
	uint64_t base = 0xFF11000000000000ULL, entry = base + 0x1000;
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = mk_kernel_empty(5);

	(void)state;
	k->list = base;
	k->sp = base + 0x800;
	mk_number(k, base, entry);
	mk_number(k, base + 0x808, MK_NT + 0x2222);
	mk_number(k, entry, base);
	mk_number(k, entry + 8, base);
	mk_number(k, entry + 0x30, MK_NT);
	mk_number(k, entry + 0x40, 0x10000);
	mk_number(k, entry + 0x58, 4);
	mk_number(k, entry + 0x60, base + 0x2000);
	mk_number(k, base + 0x2000, 'n' | 't' << 16);
	read_it(k, &d);
	assert_int_equal(d->n_modules, 1);
	assert_string_equal(d->modules[0].path, "nt");
	assert_int_equal(d->n_frames, 1);
}

static void test_kernel__path_that_is_not_there__the_short_name(void **state)
{
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = sample();

	(void)state;
	for (uint64_t at = MK_NAMES & ~0xFFFULL; at < MK_NAMES + 4 * MK_NAMES_STEP; at += 4096)
		mk_leave_out(k, at);
	read_it(k, &d);
	assert_int_equal(d->n_modules, 4);
	assert_string_equal(d->modules[1].path, "abcdrv.sys");
	assert_int_equal(d->n_frames, 5);
	assert_string_equal(d->note, "");
}

static void test_kernel__entry_without_a_name_or_place__leaves_the_others(void **state)
{
	static const struct {
		uint32_t field;
		uint64_t value;
	} rows[] = {{0x30, 0x400000}, {0x30, DRV + 8}, {0x30, UINT64_MAX << 12}, {0x40, 0},
		{0x40, 0x40000001}, {0x48, 0}, {0x48, 3}, {0x48, 0xFFFE}, {0x50, 0x10000}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_kernel *k = sample();
		mk_number(k, MK_POOL + MK_POOL_STEP + 0x58, 0); /* no short name */
		mk_number(k, MK_POOL + MK_POOL_STEP + rows[i].field, rows[i].value);
		read_it(k, &d);
		assert_int_equal(d->n_modules, 3);
		assert_int_equal(d->fault_module, WIN_NO_MODULE);
		assert_int_equal(d->n_frames, 3);
		assert_false(d->has_all_modules);
		assert_non_null(strstr(d->note, "1 of its 4 modules cannot be read"));
	}
}

static void test_kernel__without_the_kernels_own_entry__no_modules(void **state)
{
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = sample();

	(void)state;
	mk_number(k, MK_POOL + 0x30, 0x1000);
	read_it(k, &d);
	assert_int_equal(d->n_modules, 0);
	assert_non_null(strstr(d->note, "the kernel's own entry"));
}

static void test_kernel__letters_that_are_none__are_no_name(void **state)
{
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = sample();

	(void)state;
	mk_number(k, MK_NAMES + MK_NAMES_STEP, 0x0007000700070007);
	read_it(k, &d);
	assert_string_equal(d->modules[1].path, "abcdrv.sys");
}

static void ends(struct mk_kernel *k, size_t n, const char *note)
{
	auto_dump struct win_dump *d = NULL;

	read_it(k, &d);
	assert_int_equal(d->n_modules, n);
	assert_non_null(strstr(d->note, note));
	if (n > 1)
		assert_int_equal(d->fault_module, 1);
}

/* A gap at the last: nothing is behind it. */
static void test_kernel__list_that_breaks_off__as_far_as_it_goes(void **state)
{
	static const struct {
		uint64_t next;
		const char *note;
	} rows[] = {{MK_POOL + MK_POOL_STEP, "ends after 3: its entries do not fit together"},
		{MK_POOL + 2 * MK_POOL_STEP, "ends after 3: its entries do not fit together"},
		{0x7FFE0000, "ends after 3: there is no such memory"},
		{0xFFFF123456789000ULL, "ends after 3: there is no such memory"},
		{0x8000000000000000ULL, "ends after 3: there is no such memory"},
		/* the last entry, but for an upper bit */
		{(MK_POOL + 3 * MK_POOL_STEP) & ~(1ULL << 62),
			"ends after 3: there is no such memory"}};
	uint64_t third = MK_POOL + 2 * MK_POOL_STEP, last = MK_POOL + 3 * MK_POOL_STEP;
	struct mk_kernel *k;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		k = sample();
		mk_number(k, third, rows[i].next);
		mk_number(k, MK_LIST_HEAD + 8, 0);
		ends(k, 3, rows[i].note);
	}
	k = sample();
	mk_number(k, last, 0); /* the end's own entry does not lead to the head */
	ends(k, 4, "ends after 4: there is no such memory");
	k = sample();
	mk_leave_out(k, MK_LIST_HEAD);
	ends(k, 0, "ends after 0: the dump does not have that memory");
	k = sample();
	mk_number(k, MK_LIST_HEAD, MK_LIST_HEAD);
	ends(k, 0, "it lists no modules");
}

static void test_kernel__list_with_a_gap__from_both_ends(void **state)
{
	uint64_t second = MK_POOL + MK_POOL_STEP, third = second + MK_POOL_STEP;
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = sample();

	(void)state;
	mk_number(k, third + 8, MK_POOL); /* it does not point back to the second */
	ends(k, 4, "a gap after 2, with 2 behind it: its entries do not fit together");
	k = sample();
	mk_number(k, second, 0);
	ends(k, 4, "a gap after 2, with 2 behind it: there is no such memory");
	k = sample();
	mk_leave_out(k, second); /* with what the first ends in */
	ends(k, 0, "ends after 0");
	k = sample();
	for (uint64_t i = 0; i < 0x68; i += 8) /* the third lies elsewhere, and is lost */
		mk_number(k, GIB + i, rs_le64(mk_memory(k, third + (i & ~7ULL))));
	mk_number(k, second, GIB);
	mk_number(k, third + MK_POOL_STEP + 8, GIB);
	mk_leave_out(k, GIB);
	read_it(k, &d);
	assert_int_equal(d->n_modules, 3);
	assert_string_equal(d->modules[2].name, "defdrv.sys");
	assert_int_equal(d->frames[d->n_frames - 1].module, 2);
	assert_non_null(strstr(d->note, "a gap after 2, with 1 behind it: the dump does not"));
}

/* Backwards into a circle, and into what was read already. */
static void test_kernel__list_with_a_gap__no_module_twice(void **state)
{
	uint64_t second = MK_POOL + MK_POOL_STEP, last = MK_POOL + 3 * MK_POOL_STEP;
	static const uint64_t back[] = {
		MK_POOL + 3 * MK_POOL_STEP, MK_POOL, MK_POOL + MK_POOL_STEP};

	(void)state;
	for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++) {
		struct mk_kernel *k = sample();
		mk_number(k, second, 0);
		mk_number(k, last + 8, back[i]);
		ends(k, 3, "a gap after 2, with 1 behind it");
	}
}

static void test_kernel__below_the_kernel__is_no_entry(void **state)
{
	struct mk_kernel *k = sample();

	(void)state;
	/* all as it should be, but where a process may write */
	mk_number(k, MK_POOL + 2 * MK_POOL_STEP, 0x7FFE0000);
	mk_number(k, MK_LIST_HEAD + 8, 0x7FFE0000);
	mk_number(k, 0x7FFE0000, MK_LIST_HEAD);
	mk_number(k, 0x7FFE0008, MK_POOL + 2 * MK_POOL_STEP);
	ends(k, 3, "ends after 3: there is no such memory");
}

static void test_kernel__more_modules_than_a_machine_has__are_cut(void **state)
{
	struct mk_kernel *k = sample();
	uint64_t at = 0xFFFFAB0000000000ULL;

	(void)state;
	mk_number(k, MK_LIST_HEAD, at);
	for (uint64_t i = 0; i < 2049; i++, at += 0x70) {
		mk_number(k, at, at + 0x70);
		mk_number(k, at + 8, i ? at - 0x70 : MK_LIST_HEAD);
		mk_number(k, at + 0x30, MK_NT);
		mk_number(k, at + 0x40, 0x1000);
		mk_number(k, at + 0x48, 4);
		mk_number(k, at + 0x50, MK_NAMES);
	}
	auto_dump struct win_dump *d = NULL;
	read_it(k, &d);
	assert_int_equal(d->n_modules, 2048);
	assert_non_null(strstr(d->note, "it has more than any machine"));
}

static void test_kernel__more_pages_than_are_read__is_said(void **state)
{
	struct mk_kernel *k = sample();
	uint64_t at = 0xFFFFAB0000000000ULL;
	auto_bytes struct bytes b = {0};
	auto_dump struct win_dump *d = NULL;

	(void)state;
	mk_number(k, MK_LIST_HEAD, at);
	for (uint64_t i = 0; i < 2040; i++, at += 0x2000) { /* a page each, and one for its name */
		mk_number(k, at, at + 0x2000);
		mk_number(k, at + 8, i ? at - 0x2000 : MK_LIST_HEAD);
		mk_number(k, at + 0x30, MK_NT);
		mk_number(k, at + 0x40, 0x1000);
		mk_number(k, at + 0x48, 4);
		mk_number(k, at + 0x50, at + 0x1000);
		mk_number(k, at + 0x1000, 'n' | 't' << 16);
	}
	mk_kernel_write(k, &b);
	mk_kernel_free(k);
	assert_int_equal(mk_dump_read(&b, &d, NULL), 0);
	assert_non_null(strstr(d->note, "too many pages"));
	assert_true(b.reads < 4096 + 8);
	assert_true(d->n_modules > 1700);
}

static void test_kernel__unloaded_modules__only_where_they_are_proven(void **state)
{
	static const struct {
		uint32_t field;
		uint64_t value;
	} rows[] = {{0x10, 0x1122334455667788}, {0x10, 0x0000022F4742444BULL},
		{0x18, MK_NT + 0x1000}, {0x48, MK_LIST_HEAD + 8}, {0x220, 0x1000}, {0x228, 0x1000},
		{0x220, MK_NT + 0x5000}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_kernel *k = sample();
		mk_number(k, MK_KDBG + rows[i].field, rows[i].value);
		read_it(k, &d);
		assert_int_equal(d->n_modules, 4);
		assert_int_equal(d->n_unloaded, 0);
		assert_string_equal(d->note, "");
	}
}

/* Where not all modules are known it can lie in one that took the place. */
static void test_kernel__address_of_an_unloaded_one__counts_beside_a_whole_list(void **state)
{
	(void)state;
	for (int is_whole = 0; is_whole < 2; is_whole++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_kernel *k = sample();
		k->parameters[3] = OLD + 0x1234;
		if (!is_whole)
			mk_number(k, MK_POOL + 2 * MK_POOL_STEP, 0);
		read_it(k, &d);
		assert_int_equal(d->has_all_modules, is_whole);
		assert_int_equal(d->n_unloaded, 2);
		assert_int_equal(d->fault_unloaded, is_whole ? 0 : WIN_NO_MODULE);
	}
}

static void test_kernel__unloaded_ones_that_are_none__are_left_out(void **state)
{
	static const struct {
		uint32_t field;
		uint64_t value;
	} rows[] = {{0x10, 0x1000}, {0x10, OLD + 1}, {0x18, OLD}, {0x18, OLD + 0x40001000}, {0, 0},
		{8, 0x1000}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_kernel *k = sample();
		mk_number(k, MK_GONE + rows[i].field, rows[i].value);
		read_it(k, &d);
		assert_int_equal(d->n_unloaded, 1);
		assert_string_equal(d->unloaded[0].name, "dam.sys");
	}
}

static void test_kernel__headers_of_a_module__only_where_they_are_some(void **state)
{
	static const struct {
		uint32_t at;
		uint64_t value;
	} rows[] = {{0, 'Z' | 'M' << 8}, {0x38, 0xFA8ULL << 32}, {0xF8, 'P' | 0x8664ULL << 32},
		{0xF8, 'P' | 'E' << 8 | 0xAA64ULL << 32}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_kernel *k = sample();
		mk_number(k, DRV + 0xFA8, 'P' | 'E' << 8 | 0x8664ULL << 32); /* over a page's end */
		mk_number(k, DRV + 0xFB0, 0x55555555);
		mk_number(k, DRV + 0x1000, 0);
		mk_number(k, DRV + rows[i].at, rows[i].value);
		read_it(k, &d);
		assert_int_equal(d->modules[1].timestamp, 0);
		assert_int_equal(d->modules[3].timestamp, 0x44444444);
	}
}

/* ---- the stack ---- */

static void test_kernel__stack_that_is_not_there__is_said(void **state)
{
	static const struct {
		uint64_t sp;
		const char *note;
	} rows[] = {{0x7FFE1000, "not there: there is no such memory"},
		{0x4547415045474150ULL, "not there: there is no such memory"},
		{0xFFFF850429895000ULL, "not there: there is no such memory"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_kernel *k = sample();
		k->sp = rows[i].sp;
		mk_number(k, 0x7FFE1000, MK_NT + 0x1234); /* a process could */
		read_it(k, &d);
		assert_int_equal(d->n_frames, 0);
		assert_int_equal(d->fault_module, 1);
		assert_non_null(strstr(d->note, rows[i].note));
	}
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = sample();
	mk_leave_out(k, MK_SP);
	read_it(k, &d);
	assert_int_equal(d->n_frames, 0);
	assert_non_null(strstr(d->note, "not there: the dump does not have that memory"));
}

static void test_kernel__half_a_stack__is_said(void **state)
{
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = sample();

	(void)state;
	mk_leave_out(k, MK_SP + 0x1000);
	read_it(k, &d);
	assert_int_equal(d->n_frames, 4);
	assert_non_null(strstr(d->note, "not whole: the dump does not have that memory"));
}

static void test_kernel__stack_without_end__is_read_so_far(void **state)
{
	auto_dump struct win_dump *d = NULL;
	struct mk_kernel *k = sample();

	(void)state;
	for (uint64_t i = 1; i < 32; i++)
		mk_number(k, (MK_SP & ~0xFFFULL) + i * 0x1000 + 0x800, MK_NT + 0x7000 + i);
	read_it(k, &d);
	assert_int_equal(d->frames[d->n_frames - 1].address, MK_NT + 0x7000 + 16);
}

static void test_kernel__context_of_the_fault__where_the_header_has_no_stack(void **state)
{
	static const struct {
		uint32_t code;
		unsigned parameter;
		uint64_t ip;
		size_t frames;
	} rows[] = {{0x3B, 2, DRV + 0x8E34, 5}, {0x7E, 3, DRV + 0x8E34, 5},
		{0x3B, 2, DRV + 0x8E35, 0}, {0x3B, 3, DRV + 0x8E34, 0}, {0xD1, 2, DRV + 0x8E34, 0},
		{0xD1, 3, DRV + 0x8E34, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_kernel *k = sample();
		uint64_t context = 0xFFFFAB0000000F00ULL;
		k->sp = 0;
		k->code = rows[i].code;
		k->parameters[3] = 0;
		k->parameters[1] = DRV + 0x8E34;
		k->parameters[rows[i].parameter] = context;
		mk_number(k, context + 0x98, MK_SP);
		mk_number(k, context + 0xF8, rows[i].ip);
		read_it(k, &d);
		assert_int_equal(d->n_frames, rows[i].frames);
	}
}

/* ---- tables and lists of pages that lie ---- */

static void test_kernel__tables_that_lie__find_nothing(void **state)
{
	static const uint64_t entries[] = {
		0,		       /* not present */
		0x62,		       /* the same */
		0xFFFFFFFFFFFFFFFFULL, /* 2^52, and a large page where there is none */
		0x000FFFFFFFFFF063ULL, /* the last page that there can be */
		(uint64_t)MK_PFN_TABLES << 12 | 0x63, /* the table itself */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		for (unsigned level = 0; level < 4; level++) {
			auto_dump struct win_dump *d = NULL;
			struct mk_kernel *k = sample();
			rs_put_le64(mk_entry(k, MK_POOL, level), entries[i]);
			read_it(k, &d);
			assert_int_equal(d->n_modules, 0);
			assert_string_not_equal(d->note, "");
		}
	}
}

static void test_kernel__bits_of_an_entry__count(void **state)
{
	static const struct {
		unsigned level;
		uint64_t off, on;
		size_t n;
	} rows[] = {{0, 1, 0, 0}, {1, 1, 0, 0},
		{3, 1, 0, 0},	 /* paged out: its number means nothing */
		{3, 0, 0x80, 0}, /* no page is that large */
		{0, 0, 0x80, 4}, {0, 0, 0x7FF0000000000E00ULL, 4}}; /* not of the address */

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_kernel *k = sample();
		for (uint64_t at = MK_POOL; at < MK_POOL + 0x3000; at += 0x1000) {
			uint8_t *e = mk_entry(k, at, rows[i].level);
			rs_put_le64(e, (rs_le64(e) & ~rows[i].off) | rows[i].on);
		}
		read_it(k, &d);
		assert_int_equal(d->n_modules, rows[i].n);
		if (!rows[i].n)
			assert_non_null(strstr(d->note, "there is no such memory"));
	}
}

static void test_kernel__root_of_itself__ends(void **state)
{
	struct mk_kernel *k = sample();

	(void)state;
	for (size_t i = 0; i < 512; i++)
		rs_put_le64(mk_physical(k, k->root) + 8 * i, k->root << 12 | 0x63);
	ends(k, 0, "ends after 0");
	k = sample();
	k->root = 0xFFFFFFFFFFULL;
	ends(k, 0, "ends after 0: the dump does not have that memory");
}

static void test_kernel__bitmap_that_lies__is_said(void **state)
{
	static const struct {
		uint32_t at;
		uint64_t value;
		const char *note;
	} rows[] = {{0x2000, 0, "its list of pages is not there"}, {0x2030, 0, "cannot be read"},
		{0x2030, 0x20000001, "cannot be read"}, /* of more than 2 TiB */
		{0x2030, UINT64_MAX, "cannot be read"},
		{0x2030, 8 * (0x4000 - 0x2038) + 1, "cannot be read"}, /* over the pages */
		{0x2020, 0, "cannot be read"}, {0x2020, 0x2037, "cannot be read"},
		{0x2020, UINT64_MAX, "cut off before its first page"},
		{0x2020, 0x7FFFFFFFFFFFF000, "cut off before its first page"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_bytes struct bytes b = {0};
		struct mk_kernel *k = sample();
		mk_kernel_write(k, &b);
		mk_kernel_free(k);
		assert_int_equal(rs_le64(b.p + 0x2020), 0x4000);
		rs_put_le64(b.p + rows[i].at, rows[i].value);
		read_bytes(&b, rows[i].note);
	}
}

static void test_kernel__bitmap_shorter_than_memory__leaves_out(void **state)
{
	auto_bytes struct bytes b = {0};
	struct mk_kernel *k = sample();

	(void)state;
	mk_kernel_write(k, &b);
	mk_kernel_free(k);
	rs_put_le64(b.p + 0x2030, MK_PFN_LARGE + 1); /* the list's head is in the page behind */
	read_bytes(&b, "the dump does not have that memory");
}

static void test_kernel__runs_that_lie__are_said(void **state)
{
	static const struct {
		uint32_t at;
		uint64_t value;
		const char *note;
	} rows[] = {{0x88, 0, "its list of pages cannot be read"},
		{0x88, 43, "its list of pages cannot be read"},
		{0x88, 0xFFFFFFFF, "its list of pages cannot be read"},
		{0x98, UINT64_MAX, "its list of pages cannot be read"},
		{0x98, 1ULL << 40, "its list of pages cannot be read"},
		{0xA0, UINT64_MAX, "its list of pages cannot be read"},
		{0xA0, 0xFFFFFFFFFF, "its list of pages cannot be read"},
		{0xA0, 1ULL << 39, "the dump is cut off before that memory"},
		{0xA0, 0, "the dump does not have that memory"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_bytes struct bytes b = {0};
		struct mk_kernel *k = sample();
		k->type = 1;
		mk_kernel_write(k, &b);
		mk_kernel_free(k);
		uint32_t end = 0x98 + 16 * rs_le32(b.p + 0x88);
		memset(b.p + end, 0, 0x348 - end); /* what is no run is one of nothing */
		rs_put_le64(b.p + rows[i].at, rows[i].value);
		read_bytes(&b, rows[i].note);
	}
}

static void test_kernel__cut_off_anywhere__never_fails_and_says_so(void **state)
{
	auto_bytes struct bytes b = {0};
	struct mk_kernel *k = sample();

	(void)state;
	mk_kernel_write(k, &b);
	mk_kernel_free(k);
	rs_put_le64(b.p + 0xFA0, b.len);
	for (size_t len = 0x60; len < b.len; len += 509) {
		auto_dump struct win_dump *d = NULL;
		struct bytes cut = {b.p, len, 0, 0};
		assert_int_equal(mk_dump_read(&cut, &d, NULL), 0);
		assert_string_not_equal(d->note, "");
		assert_int_equal(d->code, 0xD1);
		assert_true(d->n_modules <= 4);
	}
}

static void test_kernel__failing_reads__are_errors(void **state)
{
	auto_bytes struct bytes b = {0};
	struct mk_kernel *k = sample();

	(void)state;
	mk_kernel_write(k, &b);
	mk_kernel_free(k);
	auto_dump struct win_dump *whole = NULL;
	assert_int_equal(mk_dump_read(&b, &whole, NULL), 0);
	unsigned all = b.reads;
	assert_true(all > 10 && all < 60);
	for (unsigned i = 1; i <= all; i++) {
		auto_dump struct win_dump *d = NULL;
		b.reads = 0;
		b.fail_at = i;
		assert_int_equal(mk_dump_read(&b, &d, NULL), RS_E_IO_READ);
		assert_null(d);
	}
}

static void test_kernel__what_is_not_read__is_said(void **state)
{
	auto_bytes struct bytes b = {0};
	struct mk_kernel *k = sample();

	(void)state;
	mk_kernel_write(k, &b);
	mk_kernel_free(k);
	rs_put_le16(b.p + 0x30, PE_MACHINE_ARM64);
	read_bytes(&b, "not that of x64");
	rs_put_le16(b.p + 0x30, PE_MACHINE_X64);
	rs_put_le32(b.p + 0xF98, 9);
	read_bytes(&b, "of its type (9)");
	rs_put_le32(b.p + 0xF98, 6);
	rs_put_le32(b.p + 0x1050, 0x10); /* a live one: weak, and read no further */
	read_bytes(&b, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel__bitmap__modules_stack_and_unloaded),
		cmocka_unit_test(test_kernel__runs__the_same),
		cmocka_unit_test(test_kernel__unused_pages__are_counted_past),
		cmocka_unit_test(test_kernel__page_of_a_gib__is_read),
		cmocka_unit_test(test_kernel__five_levels__where_the_header_shows_them),
		cmocka_unit_test(test_kernel__path_that_is_not_there__the_short_name),
		cmocka_unit_test(test_kernel__entry_without_a_name_or_place__leaves_the_others),
		cmocka_unit_test(test_kernel__without_the_kernels_own_entry__no_modules),
		cmocka_unit_test(test_kernel__letters_that_are_none__are_no_name),
		cmocka_unit_test(test_kernel__list_that_breaks_off__as_far_as_it_goes),
		cmocka_unit_test(test_kernel__list_with_a_gap__from_both_ends),
		cmocka_unit_test(test_kernel__list_with_a_gap__no_module_twice),
		cmocka_unit_test(test_kernel__below_the_kernel__is_no_entry),
		cmocka_unit_test(test_kernel__more_modules_than_a_machine_has__are_cut),
		cmocka_unit_test(test_kernel__more_pages_than_are_read__is_said),
		cmocka_unit_test(test_kernel__unloaded_modules__only_where_they_are_proven),
		cmocka_unit_test(
			test_kernel__address_of_an_unloaded_one__counts_beside_a_whole_list),
		cmocka_unit_test(test_kernel__unloaded_ones_that_are_none__are_left_out),
		cmocka_unit_test(test_kernel__headers_of_a_module__only_where_they_are_some),
		cmocka_unit_test(test_kernel__stack_that_is_not_there__is_said),
		cmocka_unit_test(test_kernel__half_a_stack__is_said),
		cmocka_unit_test(test_kernel__stack_without_end__is_read_so_far),
		cmocka_unit_test(test_kernel__context_of_the_fault__where_the_header_has_no_stack),
		cmocka_unit_test(test_kernel__tables_that_lie__find_nothing),
		cmocka_unit_test(test_kernel__bits_of_an_entry__count),
		cmocka_unit_test(test_kernel__root_of_itself__ends),
		cmocka_unit_test(test_kernel__bitmap_that_lies__is_said),
		cmocka_unit_test(test_kernel__bitmap_shorter_than_memory__leaves_out),
		cmocka_unit_test(test_kernel__runs_that_lie__are_said),
		cmocka_unit_test(test_kernel__cut_off_anywhere__never_fails_and_says_so),
		cmocka_unit_test(test_kernel__failing_reads__are_errors),
		cmocka_unit_test(test_kernel__what_is_not_read__is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
