/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernel dumps: a real one, made ones of every shape, each field of them broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/pe.h"
#include "help_dump.h"

#define NT  0xFFFFF80470000000ULL
#define DRV 0xFFFFF80480000000ULL
#define OLD 0xFFFFF80490000000ULL
#define TOP 0xFFFF850429890000ULL

static const struct mk_module modules[] = {
	{"\\SystemRoot\\system32\\ntoskrnl.exe", NT, 0x1000000, 0x11111111},
	{"\\SystemRoot\\System32\\drivers\\abcdrv.sys", DRV, 0x20000, 0x22222222},
	{"\\??\\F:\\tools\\cpuz.sys", DRV + 0x100000, 0x9000, 0},
	{"RTKVHD64.sys", DRV + 0x200000, 0x40000, 0x33333333},
	{NULL, 0, 0, 0},
};
static const struct mk_module unloaded[] = {
	{"dam.sys", OLD, 0x8000, 0}, {"averylongnam", OLD + 0x10000, 0x8000, 0}, {NULL, 0, 0, 0}};
static const uint64_t stack[] = {7, NT + 0x123456, DRV + 0x80, DRV + 0x1234, 0x4141414141414141,
	DRV + 0x1FFFF, DRV + 0x20000, NT + 0x1000};

static struct mk_dump sample(void)
{
	return (struct mk_dump){
		.code = 0xD1,
		.parameters = {0x28, 2, 0, DRV + 0x8E34},
		.uptime = 630000000,
		.ip = NT + 0x3333,
		.top = TOP,
		.modules = modules,
		.unloaded = unloaded,
		.stack = stack,
		.n_stack = sizeof(stack) / sizeof(stack[0]),
	};
}

static void read_made(const struct mk_dump *m, struct win_dump **ret)
{
	auto_bytes struct bytes b = {0};

	mk_dump_make(m, &b);
	assert_int_equal(mk_dump_read(&b, ret, NULL), 0);
}

static void check_sample(const struct win_dump *d)
{
	assert_int_equal(d->kind, WIN_DUMP_TRIAGE);
	assert_int_equal(d->code, 0xD1);
	assert_int_equal(d->build, 19041);
	assert_int_equal(d->crashed, MK_TIME);
	assert_int_equal(d->uptime, 630000000);
	assert_int_equal(d->n_modules, 4);
	assert_true(d->has_all_modules);
	assert_string_equal(d->modules[1].path, modules[1].path);
	assert_string_equal(d->modules[1].name, "abcdrv.sys");
	assert_string_equal(d->modules[3].name, "RTKVHD64.sys");
	assert_int_equal(d->modules[1].size, 0x20000);
	assert_int_equal(d->modules[1].timestamp, 0x22222222);
	assert_int_equal(d->modules[1].checksum, 0x1235);
	assert_true(d->has_fault);
	assert_int_equal(d->fault_module, 1);
	assert_int_equal(d->fault_unloaded, WIN_NO_MODULE);
	assert_true(d->has_ip);
	assert_int_equal(d->ip_module, 0);
	assert_int_equal(d->n_unloaded, 2);
	assert_string_equal(d->unloaded[0].name, "dam.sys");
	assert_string_equal(d->unloaded[1].name, "averylongnam");
	assert_int_equal(d->n_frames, 4); /* no header of a module, no end of one */
	assert_string_equal(d->note, "");
}

static void test_dump__made_x64__all_of_it(void **state)
{
	auto_dump struct win_dump *d = NULL;
	struct mk_dump m = sample();

	(void)state;
	read_made(&m, &d);
	check_sample(d);
	assert_true(d->is_64);
	assert_int_equal(d->machine, PE_MACHINE_X64);
	assert_int_equal(d->fault, DRV + 0x8E34);
	assert_int_equal(d->frames[0].module, 0);
	assert_int_equal(d->frames[0].stack, TOP + 8);
	assert_int_equal(d->frames[1].address, DRV + 0x1234);
	assert_int_equal(d->frames[1].module, 1);
	assert_int_equal(d->frames[2].address, DRV + 0x1FFFF);
}

static void test_dump__wider_entries__are_found_by_what_fits(void **state)
{
	static const uint32_t strides[] = {0x90, 0x98, 0xA0, 0xA8, 0xB8, 0x100, 0x140};

	(void)state;
	for (size_t i = 0; i < sizeof(strides) / sizeof(strides[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_dump m = sample();
		m.stride = strides[i];
		read_made(&m, &d);
		check_sample(d);
	}
}

static void test_dump__made_arm64__signed_return_addresses(void **state)
{
	static const uint64_t pac[] = {0x12B4F80480001234ULL | 1ULL << 55, NT + 0x123456};
	auto_dump struct win_dump *d = NULL;
	struct mk_dump m = sample();

	(void)state;
	m.machine = PE_MACHINE_ARM64;
	m.stack = pac;
	m.n_stack = 2;
	read_made(&m, &d);
	assert_int_equal(d->machine, PE_MACHINE_ARM64);
	assert_int_equal(d->ip, NT + 0x3333);
	assert_int_equal(d->n_frames, 2);
	assert_int_equal(d->frames[0].address, DRV + 0x1234);
}

static void test_dump__made_x86__all_of_it(void **state)
{
	static const struct mk_module narrow[] = {
		{"\\SystemRoot\\system32\\ntkrnlpa.exe", 0x82800000, 0x400000, 1},
		{"\\SystemRoot\\System32\\drivers\\abcdrv.sys", 0x8F000000, 0x20000, 0x22222222},
		{"usb.sys", 0x8F100000, 0x9000, 0},
		{NULL, 0, 0, 0},
	};
	static const struct mk_module gone[] = {
		{"old.sys", 0x90000000, 0x8000, 0}, {NULL, 0, 0, 0}};
	static const uint64_t words[] = {0x82812345, 0x8F001234, 0x8F000010};
	static const uint32_t strides[] = {0, 0x54, 0x58, 0x60};

	(void)state;
	for (size_t i = 0; i < sizeof(strides) / sizeof(strides[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_dump m = {.is_32 = true,
			.code = 0x1000008E,
			.parameters = {0xC0000005, 0x8F00ABCD, 0x8D000000, 0},
			.ip = 0x8F00ABCD,
			.top = 0x8D000000,
			.stride = strides[i],
			.modules = narrow,
			.unloaded = gone,
			.stack = words,
			.n_stack = 3};
		read_made(&m, &d);
		assert_false(d->is_64);
		assert_int_equal(d->kind, WIN_DUMP_TRIAGE);
		assert_int_equal(d->machine, PE_MACHINE_X86);
		assert_int_equal(d->raw_code, 0x1000008E);
		assert_int_equal(d->code, 0x8E);
		assert_int_equal(d->crashed, MK_TIME);
		assert_int_equal(d->n_modules, 3);
		assert_string_equal(d->modules[1].name, "abcdrv.sys");
		assert_int_equal(d->modules[1].timestamp, 0x22222222);
		assert_int_equal(d->fault_module, 1);
		assert_int_equal(d->ip_module, 1);
		assert_int_equal(d->n_unloaded, 1);
		assert_int_equal(d->unloaded[0].end, 0x90008000);
		assert_int_equal(d->n_frames, 2);
		assert_int_equal(d->frames[1].stack, 0x8D000004);
		assert_string_equal(d->note, "");
	}
}

static void test_dump__address_in_an_unloaded_module__names_it(void **state)
{
	auto_dump struct win_dump *d = NULL;
	struct mk_dump m = sample();

	(void)state;
	m.code = 0xCE;
	m.parameters[2] = OLD + 0x10010;
	read_made(&m, &d);
	assert_true(d->has_fault);
	assert_int_equal(d->fault_module, WIN_NO_MODULE);
	assert_int_equal(d->fault_unloaded, 1);
}

static void test_dump__code_without_an_address__has_no_fault(void **state)
{
	static const uint32_t codes[] = {
		0x7B, 0x1A, 0x139, 0x124, 0xEF, 0x9F, 0x1C8, 0xC000021A, 0x4711};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_dump m = sample();
		m.code = codes[i];
		for (size_t p = 0; p < 4; p++)
			m.parameters[p] = DRV + 0x2000;
		read_made(&m, &d);
		assert_false(d->has_fault);
		assert_int_equal(d->fault_module, WIN_NO_MODULE);
	}
}

static void test_dump__parameter_that_is_no_address__has_no_fault(void **state)
{
	static const uint64_t values[] = {
		0, 2, 0xFFFF, 0x1234567890ABCDEFULL, 0x8000000000000000ULL};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_dump m = sample();
		m.code = 0x50;
		m.parameters[2] = values[i];
		read_made(&m, &d);
		assert_false(d->has_fault);
	}
}

static void test_dump__small_context__its_address_stands_in(void **state)
{
	auto_dump struct win_dump *d = NULL;
	auto_dump struct win_dump *other = NULL;
	struct mk_dump m = sample();

	(void)state;
	m.ip = DRV + 0x3000;
	m.code = 0x1000007E;
	m.parameters[1] = 0;
	read_made(&m, &d);
	assert_true(d->has_fault);
	assert_int_equal(d->fault, DRV + 0x3000);
	m.code = 0x7E; /* that context is not of the fault */
	read_made(&m, &other);
	assert_false(other->has_fault);
}

static void test_dump__impossible_times__are_not_known(void **state)
{
	static const uint64_t times[] = {
		1, 125911583999999999ULL, 157469184000000000ULL, UINT64_MAX, 0x4547415045474150ULL};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_dump m = sample();
		m.time = m.uptime = times[i];
		read_made(&m, &d);
		assert_int_equal(d->crashed, 0);
		assert_true(d->uptime == 0 || i < 2);
	}
}

static void test_dump__kinds__by_the_type(void **state)
{
	static const struct {
		uint32_t type;
		enum win_dump_kind kind;
	} types[] = {{1, WIN_DUMP_FULL}, {2, WIN_DUMP_KERNEL}, {5, WIN_DUMP_FULL},
		{6, WIN_DUMP_KERNEL}, {8, WIN_DUMP_KERNEL}, {9, WIN_DUMP_KERNEL},
		{10, WIN_DUMP_FULL}, {3, WIN_DUMP_UNKNOWN}, {11, WIN_DUMP_UNKNOWN},
		{0x45474150, WIN_DUMP_UNKNOWN}};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		struct mk_dump m = sample();
		m.type = types[i].type;
		read_made(&m, &d);
		assert_int_equal(d->kind, types[i].kind);
		assert_int_equal(d->n_modules, 0);
		assert_true(d->has_fault);
		assert_int_equal(d->fault_module, WIN_NO_MODULE);
	}
}

static void test_dump__attribute_of_a_live_one__only_where_it_was_filled(void **state)
{
	static const struct {
		uint32_t attributes;
		enum win_dump_kind kind;
	} rows[] = {{0x10, WIN_DUMP_LIVE}, {0x50, WIN_DUMP_LIVE}, {0x40, WIN_DUMP_KERNEL},
		{0xFFFFFFFF, WIN_DUMP_KERNEL}, {0x45474150, WIN_DUMP_KERNEL}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_dump struct win_dump *d = NULL;
		auto_bytes struct bytes b = {0};
		struct mk_dump m = sample();
		m.type = 6;
		mk_dump_make(&m, &b);
		rs_put_le32(b.p + 0x1050, rows[i].attributes);
		assert_int_equal(mk_dump_read(&b, &d, NULL), 0);
		assert_int_equal(d->kind, rows[i].kind);
	}
}

static void test_dump__full_one_shorter_than_it_says__is_noted(void **state)
{
	auto_dump struct win_dump *d = NULL;
	auto_bytes struct bytes b = {0};
	struct mk_dump m = sample();

	(void)state;
	m.type = 1;
	mk_dump_make(&m, &b);
	rs_put_le64(b.p + 0xFA0, 0x10001);
	assert_int_equal(mk_dump_read(&b, &d, NULL), 0);
	assert_non_null(strstr(d->note, "cut off: 65536 of 65537 bytes"));
}

static void refused(const void *p, size_t len, const char *why)
{
	auto_dump struct win_dump *d = NULL;
	auto_bytes struct bytes b = {malloc(len + 1), len, 0, 0};
	struct rs_err err = {0};

	assert_non_null(b.p);
	if (p)
		memcpy(b.p, p, len);
	else
		memset(b.p, 0, len);
	assert_int_equal(mk_dump_read(&b, &d, &err), RS_E_UNSUPPORTED);
	assert_null(d);
	assert_non_null(strstr(err.detail, why));
}

static void test_dump__what_is_none__is_refused_with_its_reason(void **state)
{
	uint8_t p[0x5F] = "PAGEDU64";

	(void)state;
	refused(NULL, 0, "empty");
	refused(NULL, 20000, "zeros");
	refused("PAGEDU6", 7, "does not begin");
	refused("MDMP\x93\xa7 and a text", 17, "does not begin");
	refused(p, sizeof(p), "before its bug check");
}

static void test_dump__cut_off_anywhere__never_fails_and_says_so(void **state)
{
	struct mk_dump m = sample();
	auto_bytes struct bytes b = {0};

	(void)state;
	mk_dump_make(&m, &b);
	for (size_t len = 0x60; len < b.len; len += len < 0x1FF0 ? 61 : 1) {
		auto_dump struct win_dump *d = NULL;
		struct bytes cut = {b.p, len, 0, 0};
		assert_int_equal(mk_dump_read(&cut, &d, NULL), 0);
		assert_string_not_equal(d->note, "");
		assert_int_equal(d->code, 0xD1);
		assert_true(d->n_modules <= 4);
	}
}

static void test_dump__failing_reads__are_errors(void **state)
{
	struct mk_dump m = sample();
	auto_bytes struct bytes b = {0};

	(void)state;
	mk_dump_make(&m, &b);
	for (unsigned i = 1; i <= 7; i++) {
		auto_dump struct win_dump *d = NULL;
		b.reads = 0;
		b.fail_at = i;
		assert_int_equal(mk_dump_read(&b, &d, NULL), RS_E_IO_READ);
		assert_null(d);
	}
}

/* Every field of the triage header with values that lead out of the file. */
static void test_dump__hostile_offsets__are_left_out(void **state)
{
	static const uint32_t values[] = {
		0, 1, 0x1FFF, 0x2000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF};
	struct mk_dump m = sample();

	(void)state;
	for (uint32_t field = 0; field < 0x50; field += 4) {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			auto_dump struct win_dump *d = NULL;
			auto_bytes struct bytes b = {0};
			mk_dump_make(&m, &b);
			rs_put_le32(b.p + 0x2000 + field, values[i]);
			assert_int_equal(mk_dump_read(&b, &d, NULL), 0);
			for (size_t f = 0; f < d->n_frames; f++)
				assert_true(d->frames[f].module < d->n_modules);
		}
	}
}

static void test_dump__module_over_the_end_of_memory__has_no_size(void **state)
{
	static const struct mk_module over[] = {{"nt", NT, 0x1000000, 0},
		{"a.sys", 0xFFFFFFFFFFFFF000ULL, 0x2000, 0}, {NULL, 0, 0, 0}};
	auto_dump struct win_dump *d = NULL;
	struct mk_dump m = sample();

	(void)state;
	m.modules = over;
	m.parameters[3] = 0xFFFFFFFFFFFFF123ULL;
	read_made(&m, &d);
	assert_int_equal(d->n_modules, 2);
	assert_int_equal(d->modules[1].size, 0);
	assert_int_equal(d->fault_module, WIN_NO_MODULE);
}

static void test_dump__entries_that_are_none__leave_the_others(void **state)
{
	auto_dump struct win_dump *d = NULL;
	auto_bytes struct bytes b = {0};
	struct mk_dump m = sample();

	(void)state;
	mk_dump_make(&m, &b);
	uint8_t *e = b.p + 0x2000 + MK_LIST + 0x90 * 2;
	rs_put_le64(e + 0x38, DRV + 0x100010); /* not at a page */
	assert_int_equal(mk_dump_read(&b, &d, NULL), 0);
	assert_int_equal(d->n_modules, 3);
	assert_string_equal(d->modules[2].name, "RTKVHD64.sys");
	assert_non_null(strstr(d->note, "1 of its 4 modules"));
	assert_false(d->has_all_modules);
}

static void test_dump__more_modules_than_are_read__are_not_all(void **state)
{
	enum { LIST = 0x10000, N = 2048 };
	auto_dump struct win_dump *d = NULL;
	auto_bytes struct bytes b = {0};
	struct mk_dump m = sample();

	(void)state;
	mk_dump_make(&m, &b);
	uint32_t name = rs_le32(b.p + 0x2000 + 0x38);
	b.p = realloc(b.p, LIST + N * 0x90);
	assert_non_null(b.p);
	memset(b.p + LIST, 0, N * 0x90);
	for (uint32_t i = 0; i < N; i++) {
		rs_put_le32(b.p + LIST + i * 0x90, name);
		rs_put_le64(b.p + LIST + i * 0x90 + 0x38, NT);
	}
	rs_put_le32(b.p + 0x2000 + 0x30, LIST);
	rs_put_le32(b.p + 0x2000 + 0x34, N + 1);
	b.len = LIST + N * 0x90;
	assert_int_equal(mk_dump_read(&b, &d, NULL), 0);
	assert_int_equal(d->n_modules, N);
	assert_false(d->has_all_modules);
	assert_non_null(strstr(d->note, "of 2049 modules it claims 2048"));
}

static void test_dump__list_that_is_none__is_said(void **state)
{
	auto_dump struct win_dump *d = NULL;
	auto_bytes struct bytes b = {0};
	struct mk_dump m = sample();

	(void)state;
	mk_dump_make(&m, &b);
	for (size_t i = 0; i < 3; i++)
		rs_put_le32(b.p + 0x2000 + MK_LIST + 0x90 * i, 0x2000);
	assert_int_equal(mk_dump_read(&b, &d, NULL), 0);
	assert_int_equal(d->n_modules, 0);
	assert_non_null(strstr(d->note, "list of modules cannot be read"));
	assert_int_equal(d->n_frames, 0);
}

static void test_dump__long_path__keeps_its_name(void **state)
{
	char path[300];
	auto_dump struct win_dump *d = NULL;
	struct mk_dump m = sample();

	(void)state;
	(void)snprintf(path, sizeof(path), "\\??\\C:\\%0280d\\x.sys", 0);
	const struct mk_module list[] = {
		{path, DRV, 0x20000, 1}, {"b.sys", NT, 0x1000, 1}, {NULL, 0, 0, 0}};
	m.modules = list;
	read_made(&m, &d);
	assert_int_equal(d->n_modules, 2);
	assert_string_equal(d->modules[0].name, "x.sys");
	assert_true(strlen(d->modules[0].path) < sizeof(d->modules[0].path));
}

static void test_dump__real_one__has_the_answers_written_beside_it(void **state)
{
	auto_bytes struct bytes b = {0};
	auto_dump struct win_dump *d = NULL;
	static const char *const gone[] = {"dam.sys", "WdBoot.sys", "hwpolicy.sys", "mcupdate.dll"};

	(void)state;
	if (!fixture_load("dumps/triage_x64.dmp.xz", &b))
		skip();
	assert_int_equal(mk_dump_read(&b, &d, NULL), 0);
	assert_int_equal(d->kind, WIN_DUMP_TRIAGE);
	assert_int_equal(d->machine, PE_MACHINE_X64);
	assert_int_equal(d->build, 0x4A61);
	assert_int_equal(d->raw_code, 0x1000007E);
	assert_int_equal(d->code, 0x7E);
	assert_int_equal(d->parameters[0], 0xFFFFFFFFC0000005ULL);
	assert_int_equal(d->parameters[1], 0xFFFFF8048B58334CULL);
	assert_int_equal(d->parameters[2], 0xFFFF850429891EE8ULL);
	assert_int_equal(d->parameters[3], 0xFFFF850429891720ULL);
	assert_int_equal(d->crashed / 10000000, 132583451026400000ULL / 10000000);
	assert_in_range(d->uptime, 37400000, 37600000);
	assert_int_equal(d->n_modules, 151);
	assert_true(d->has_fault);
	const struct win_module *at = &d->modules[d->fault_module];
	assert_string_equal(at->path, "\\SystemRoot\\System32\\drivers\\amdppm.sys");
	assert_int_equal(at->base, 0xFFFFF8048B580000ULL);
	assert_int_equal(at->size, 0x3B000);
	assert_int_equal(d->fault - at->base, 0x334C);
	assert_int_equal(d->ip_module, d->fault_module);
	assert_int_equal(d->n_unloaded, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(d->unloaded[i].name, gone[i]);
	assert_int_equal(d->frames[0].stack, 0xFFFF850429890EE8ULL);
	assert_int_equal(d->frames[1].module, d->fault_module);
	assert_string_equal(d->note, "");
}

/* ---- codes ---- */

static void test_bugcheck__codes__have_the_parameter_of_the_facts(void **state)
{
	static const struct {
		uint32_t code;
		uint8_t parameter;
		enum win_stop stop;
	} rows[] = {{0x0A, 4, WIN_STOP_DRIVER}, {0x1E, 2, WIN_STOP_DRIVER},
		{0x3B, 2, WIN_STOP_DRIVER}, {0x50, 3, WIN_STOP_DRIVER}, {0x7E, 2, WIN_STOP_DRIVER},
		{0x8E, 2, WIN_STOP_DRIVER}, {0xD1, 4, WIN_STOP_DRIVER}, {0xCE, 3, WIN_STOP_DRIVER},
		{0x24, 0, WIN_STOP_DISK}, {0x6B, 0, WIN_STOP_SYSTEM_FILE},
		{0x74, 0, WIN_STOP_REGISTRY}, {0x7B, 0, WIN_STOP_BOOT_DEVICE},
		{0x9F, 0, WIN_STOP_POWER}, {0xC4, 0, WIN_STOP_VERIFIER},
		{0xC9, 0, WIN_STOP_VERIFIER}, {0xED, 0, WIN_STOP_DISK},
		{0xEF, 0, WIN_STOP_SYSTEM_FILE}, {0xF4, 0, WIN_STOP_SYSTEM_FILE},
		{0x139, 0, WIN_STOP_MEMORY}, {0x154, 0, WIN_STOP_DISK},
		{0x178, 0, WIN_STOP_SECURITY}, {0x1C8, 0, WIN_STOP_USER},
		{0xC000021A, 0, WIN_STOP_SYSTEM_FILE}, {0xC0000218, 0, WIN_STOP_REGISTRY},
		{0xC0000221, 0, WIN_STOP_SYSTEM_FILE}, {0x18, 0, WIN_STOP_MEMORY},
		{0x1A, 0, WIN_STOP_MEMORY}, {0x101, 0, WIN_STOP_HARDWARE},
		{0x119, 0, WIN_STOP_VIDEO}, {0x141, 2, WIN_STOP_VIDEO}, {0x1C7, 0, WIN_STOP_MEMORY},
		{0x100000EA, 0, WIN_STOP_VIDEO}, {0xA0000001, 0, WIN_STOP_VIDEO},
		{0x124, 0, WIN_STOP_HARDWARE}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct win_bugcheck *b = win_bugcheck(rows[i].code);
		assert_non_null(b);
		assert_int_equal(b->fault_parameter, rows[i].parameter);
		assert_int_equal(b->stop, rows[i].stop);
	}
	assert_string_equal(win_bugcheck(0x50)->name, "PAGE_FAULT_IN_NONPAGED_AREA");
	assert_string_equal(win_bugcheck(0x1C8)->name, "MANUALLY_INITIATED_POWER_BUTTON_HOLD");
	assert_null(win_bugcheck(0x4711));
}

static void test_bugcheck__bit_of_a_small_context__is_no_part_of_the_code(void **state)
{
	(void)state;
	assert_int_equal(win_bugcheck_code(0x1000007E), 0x7E);
	assert_int_equal(win_bugcheck_code(0x7E), 0x7E);
	assert_int_equal(win_bugcheck_code(0xC000021A), 0xC000021A);
	assert_int_equal(win_bugcheck_code(0xDEADDEAD), 0xDEADDEAD);
	assert_int_equal(win_bugcheck_code(0xA0000001), 0xA0000001);
}

static void test_bugcheck__every_row__has_a_possible_parameter(void **state)
{
	unsigned n = 0;

	(void)state;
	for (uint32_t code = 0; code < 0x30000; code++) {
		const struct win_bugcheck *b = win_bugcheck(code);
		if (!b)
			continue;
		n++;
		assert_int_equal(b->code, code);
		assert_true(b->fault_parameter <= 4);
		assert_true(b->name[0] && b->stop <= WIN_STOP_USER);
	}
	assert_true(n >= 120);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dump__made_x64__all_of_it),
		cmocka_unit_test(test_dump__wider_entries__are_found_by_what_fits),
		cmocka_unit_test(test_dump__made_arm64__signed_return_addresses),
		cmocka_unit_test(test_dump__made_x86__all_of_it),
		cmocka_unit_test(test_dump__address_in_an_unloaded_module__names_it),
		cmocka_unit_test(test_dump__code_without_an_address__has_no_fault),
		cmocka_unit_test(test_dump__parameter_that_is_no_address__has_no_fault),
		cmocka_unit_test(test_dump__small_context__its_address_stands_in),
		cmocka_unit_test(test_dump__impossible_times__are_not_known),
		cmocka_unit_test(test_dump__kinds__by_the_type),
		cmocka_unit_test(test_dump__attribute_of_a_live_one__only_where_it_was_filled),
		cmocka_unit_test(test_dump__full_one_shorter_than_it_says__is_noted),
		cmocka_unit_test(test_dump__what_is_none__is_refused_with_its_reason),
		cmocka_unit_test(test_dump__cut_off_anywhere__never_fails_and_says_so),
		cmocka_unit_test(test_dump__failing_reads__are_errors),
		cmocka_unit_test(test_dump__hostile_offsets__are_left_out),
		cmocka_unit_test(test_dump__module_over_the_end_of_memory__has_no_size),
		cmocka_unit_test(test_dump__entries_that_are_none__leave_the_others),
		cmocka_unit_test(test_dump__more_modules_than_are_read__are_not_all),
		cmocka_unit_test(test_dump__list_that_is_none__is_said),
		cmocka_unit_test(test_dump__long_path__keeps_its_name),
		cmocka_unit_test(test_dump__real_one__has_the_answers_written_beside_it),
		cmocka_unit_test(test_bugcheck__codes__have_the_parameter_of_the_facts),
		cmocka_unit_test(test_bugcheck__bit_of_a_small_context__is_no_part_of_the_code),
		cmocka_unit_test(test_bugcheck__every_row__has_a_possible_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
