/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the registry of a volume says, and which files of a start are not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../windows/help_vol.h"
#include "evidence/evidence.h"
#include "evidence/system.h"

#define CONFIG "Windows/System32/config/"

static const char *const programs[] = {"smss.exe", "csrss.exe", "csrsrv.dll", "wininit.exe",
	"winlogon.exe", "services.exe", "lsass.exe", "svchost.exe", "userinit.exe", "ntdll.dll",
	"kernel32.dll", "KernelBase.dll", "user32.dll", "gdi32.dll", "advapi32.dll", "rpcrt4.dll",
	"msvcrt.dll", "sechost.dll", "win32u.dll", "win32k.sys", "hal.dll", "ci.dll"};
#define N_PROGRAMS (sizeof(programs) / sizeof(programs[0]))

/* A volume with all that the table knows, but @n_less of it and without the hive @without. */
static void fill(struct tv *v, size_t n_less, const char *without)
{
	static const char *const hives[] = {"SAM", "SECURITY", "DEFAULT", "COMPONENTS"};
	static const uint16_t version[4] = {10, 0, 19041, 1};
	char path[128];

	tv_make(v);
	tv_put_hive(v, CONFIG "SYSTEM", "system", NULL);
	tv_put_hive(v, CONFIG "SOFTWARE", "software", NULL);
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), CONFIG "%s", hives[i]);
		if (strcmp(hives[i], without) != 0)
			tv_put_hive(v, path, "software", NULL);
	}
	tv_put_kernel(v, "Windows/System32/ntoskrnl.exe", 0x8664, version);
	for (size_t i = n_less; i < N_PROGRAMS; i++) {
		(void)snprintf(path, sizeof(path), "Windows/System32/%s", programs[i]);
		tv_put(v, path, "MZ", 2);
	}
}

static void gather(struct tv *v, struct evidence *e)
{
	static struct win_info info;
	struct rs_err err = {0};

	if (v->lib)
		tv_open(v);
	assert_int_equal(tv_probe(v->vol, &info, NULL), 0);
	struct ev_look in = {.vol = v->vol, .win = &info};
	e->root = info.root;
	if (ev_from_system(&in, e, &err) < 0)
		fail_msg("%s", err.detail);
}

static struct evidence *fresh(void)
{
	struct evidence *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	return e;
}

static const struct ev_item *row(const struct evidence *e, enum ev_what what, const char *path)
{
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].what == what && strcasecmp(e->items[i].path, path) == 0)
			return &e->items[i];
	return NULL;
}

static size_t count(const struct evidence *e, enum ev_what what)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_items; i++)
		n += e->items[i].what == what;
	return n;
}

static void test_system__innocent_machine__has_nothing_bad(void **state)
{
	auto_tv struct tv v;
	auto_evidence struct evidence *e = fresh();

	(void)state;
	fill(&v, 0, "");
	gather(&v, e);
	assert_int_equal(count(e, EV_REGISTRY_BAD), 0);
	assert_int_equal(count(e, EV_FILE_GONE), 0);
	assert_int_equal(count(e, EV_UPDATE_PENDING), 0);
	assert_int_equal(count(e, EV_HIBERNATED) + count(e, EV_RESUME_FAILED), 0);
	assert_non_null(e->system);
}

static void test_system__one_program_missing__is_gone_with_a_doubt(void **state)
{
	auto_tv struct tv v;
	auto_evidence struct evidence *e = fresh();

	(void)state;
	fill(&v, 1, "");
	tv_put(&v, "Windows/System32/winload.exe", "MZ", 2);
	gather(&v, e);
	const struct ev_item *gone = row(e, EV_FILE_GONE, "\\Windows\\System32\\smss.exe");
	assert_non_null(gone);
	assert_true(!gone->is_certain && gone->time == 0);
	assert_int_equal(count(e, EV_FILE_GONE), 1);
}

static void test_system__most_programs_missing__nobody_took_them(void **state)
{
	auto_tv struct tv v;
	auto_evidence struct evidence *e = fresh();

	(void)state;
	fill(&v, N_PROGRAMS - 2, "");
	gather(&v, e);
	assert_int_equal(count(e, EV_FILE_GONE), 0);
}

static void hive_is_bad(
	const char *name, const void *p, size_t len, bool is_certain, const char *how)
{
	auto_tv struct tv v;
	auto_evidence struct evidence *e = fresh();
	char path[96];

	fill(&v, 0, name);
	if (p) {
		(void)snprintf(path, sizeof(path), CONFIG "%s", name);
		tv_put(&v, path, p, len);
	}
	gather(&v, e);
	(void)snprintf(path, sizeof(path), "\\Windows\\System32\\config\\%s", name);
	const struct ev_item *bad = row(e, EV_REGISTRY_BAD, path);
	if (!bad)
		fail_msg("%s of %zu bytes is no finding", name, len);
	assert_int_equal(bad->is_certain, is_certain);
	assert_non_null(strstr(bad->text, name));
	assert_non_null(strstr(bad->text, how));
	assert_non_null(strstr(bad->text, "RegBack"));
	assert_int_equal(count(e, EV_REGISTRY_BAD), 1);
}

static void test_system__hive_missing_empty_or_zero__is_a_finding(void **state)
{
	static const uint8_t zeros[70000] = {0};

	(void)state;
	hive_is_bad("SAM", NULL, 0, true, "missing");
	hive_is_bad("SECURITY", "", 0, true, "empty");
	hive_is_bad("DEFAULT", zeros, sizeof(zeros), true, "zeros");
	hive_is_bad("SAM", "regf but no more", 16, true, "cannot be read");
	hive_is_bad("COMPONENTS", zeros, sizeof(zeros), false, "zeros");
}

/* A real hive that begins well: with zeros from its middle on no Windows loads it. */
static void test_system__hive_with_bins_of_zeros__is_a_finding(void **state)
{
	auto_bytes struct bytes b = {0};

	(void)state;
	if (!fixture_load("registry/regipy-ntuser_software_partial.xz", &b))
		skip();
	size_t half = b.len / 2 / 4096 * 4096;
	memset(b.p + half, 0, b.len - half);
	hive_is_bad("SAM", b.p, b.len, true, "none of its own");
}

static void test_system__hiberfil__says_asleep_or_stuck(void **state)
{
	static const struct {
		const char *magic;
		size_t asleep, stuck;
	} files[] = {{"HIBR", 1, 0}, {"hibr", 1, 0}, {"RSTR", 0, 1}, {"WAKE", 0, 0}, {"", 0, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		auto_tv struct tv v;
		auto_evidence struct evidence *e = fresh();
		uint8_t page[4096] = {0};

		memcpy(page, files[i].magic, strlen(files[i].magic));
		fill(&v, 0, "");
		tv_put(&v, "hiberfil.sys", page, sizeof(page));
		gather(&v, e);
		assert_int_equal(count(e, EV_HIBERNATED), files[i].asleep);
		assert_int_equal(count(e, EV_RESUME_FAILED), files[i].stuck);
	}
}

static void test_system__exclusive_session__is_a_pending_update(void **state)
{
	static const char *const args[] = {"--exclusive", NULL};
	auto_tv struct tv v;
	auto_evidence struct evidence *e = fresh();

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SYSTEM", "system", NULL);
	tv_put_hive(&v, CONFIG "SOFTWARE", "software", args);
	gather(&v, e);
	const struct ev_item *p = row(e, EV_UPDATE_PENDING, "");
	assert_non_null(p);
	assert_true(p->is_certain);
	assert_non_null(strstr(p->text, "Exclusive"));
}

/* ---- what was taken away ---- */

static void told(struct evidence *e, enum ev_what what, enum ev_source source, const char *path)
{
	struct ev_item *i = ev_add(e, what, source, 1);

	assert_non_null(i);
	i->path = path;
}

/* Windows' own store still has it for a folder where it is not: it is wanted back. What is there,
 * what no component has, and what people delete elsewhere is not. */
static void test_taken__part_of_windows__is_known_by_its_component(void **state)
{
	static struct win_info info;
	auto_tv struct tv v;
	auto_evidence struct evidence *e = fresh();

	(void)state;
	fill(&v, 0, "");
	tv_put(&v, "Windows/WinSxS/amd64_lsa_31bf_10.0_none/lsasrv.dll", "MZ", 2);
	tv_put(&v, "Windows/WinSxS/amd64_lsa_31bf_10.0_none/tool.exe", "MZ", 2);
	tv_put(&v, "Windows/WinSxS/amd64_lsa_31bf_10.0_none/user32.dll", "MZ", 2);
	tv_put(&v, "Windows/WinSxS/amd64_lsa_31bf_10.0_none/empty.dll", "", 0);
	gather(&v, e);
	const size_t n = count(e, EV_FILE_GONE);
	told(e, EV_TAKEN_AWAY, EV_VENDOR_LOG, "\\Windows\\System32\\lsasrv.dll");
	told(e, EV_FILE_GONE, EV_CHANGE_JOURNAL, "\\Windows\\System32\\lsasrv.dll");
	told(e, EV_TAKEN_AWAY, EV_VENDOR_LOG, "\\Windows\\System32\\user32.dll");
	told(e, EV_TAKEN_AWAY, EV_VENDOR_LOG, "\\Windows\\System32\\malware.dll");
	told(e, EV_TAKEN_AWAY, EV_VENDOR_LOG, "\\Windows\\System32\\empty.dll");
	told(e, EV_TAKEN_AWAY, EV_VENDOR_LOG, "\\Users\\anna\\tool.exe");
	told(e, EV_FILE_GONE, EV_CHANGE_JOURNAL, "\\Windows\\System32\\later.dll");
	e->items[e->n_items - 1].time = 990000000; /* nothing came into a vault then */
	told(e, EV_FILE_GONE, EV_CHANGE_JOURNAL, "\\Windows\\System32\\gone.dll");
	told(e, EV_FILE_NEW, EV_FILE, "\\ProgramData\\Sable\\Vault\\c0ffee.dat");
	assert_int_equal(tv_probe(v.vol, &info, NULL), 0);
	struct ev_look in = {.vol = v.vol, .win = &info};
	assert_int_equal(ev_system_taken(&in, e, NULL), 0);
	assert_int_equal(count(e, EV_FILE_GONE), n + 5); /* the journal's three, and ours */
	assert_string_equal(e->items[e->n_items - 2].path, "\\Windows\\System32\\gone.dll");
	const struct ev_item *gone = &e->items[e->n_items - 1];
	assert_int_equal(gone->what, EV_FILE_GONE);
	assert_int_equal(gone->source, EV_FILE);
	assert_int_equal(gone->time, 0);
	assert_string_equal(gone->path, "\\Windows\\System32\\lsasrv.dll");
	assert_non_null(strstr(gone->text, "WinSxS"));
	assert_false(gone->is_certain);
}

/* ---- a real hive ---- */

static void real(struct tv *v, const struct bytes *hive, const struct win_system *s,
	const char *const *less, size_t n_less)
{
	char path[320];

	tv_make(v);
	tv_put(v, CONFIG "SYSTEM", hive->p, hive->len);
	tv_put_hive(v, CONFIG "SOFTWARE", "software", NULL);
	for (size_t i = 0; i < s->n_services; i++) {
		const struct win_service *one = &s->services[i];
		bool is_less = false;
		for (size_t k = 0; k < n_less; k++)
			is_less |= strcasecmp(less[k], one->name) == 0;
		if (is_less || !one->is_driver || one->start > 1 || !one->path[0])
			continue;
		(void)snprintf(path, sizeof(path), "%s", one->path + 1);
		for (char *c = path; *c; c++)
			*c = (char)(*c == '\\' ? '/' : *c);
		tv_put(v, path, "MZ", 2);
	}
}

static void gone_of(const char *const *less, size_t n_less, struct evidence *e)
{
	auto_tv struct tv v = {.lib = NULL};
	auto_bytes struct bytes b;
	auto_hive struct win_hive *h = NULL;
	struct win_system *s = NULL;

	if (!fixture_load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b)) {
		tv_make(&v);
		skip();
	}
	struct win_src src = bytes_src(&b);
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, NULL), 0);
	assert_int_equal(win_system_read(h, 1, "\\Windows", NULL, &s, NULL), 0);
	real(&v, &b, s, less, n_less);
	win_system_free(s);
	gather(&v, e);
}

static void test_system__real_hive__only_what_a_start_needs_is_gone(void **state)
{
	/* ErrorControl 3; a filter of volumes with ErrorControl 3; an antivirus that a start does
	 * without (1); set back by StartOverride */
	static const char *const less[] = {"storahci", "fvevol", "WdFilter", "3ware"};
	auto_evidence struct evidence *e = fresh();

	(void)state;
	gone_of(less, 4, e);
	const struct ev_item *gone =
		row(e, EV_FILE_GONE, "\\Windows\\System32\\drivers\\storahci.sys");
	assert_non_null(gone);
	assert_true(gone->is_certain);
	assert_string_equal(gone->service, "storahci");
	assert_non_null(row(e, EV_FILE_GONE, "\\Windows\\System32\\DRIVERS\\fvevol.sys"));
	assert_int_equal(count(e, EV_FILE_GONE), 2);
	assert_int_equal(count(e, EV_PACKAGE), 5);
	const struct ev_item *came = row(e, EV_PACKAGE, "\\Windows\\System32\\drivers\\vmci.sys");
	assert_non_null(came);
	assert_string_equal(came->service, "vmci");
	assert_string_equal(came->product, "VMware, Inc.");
	/* a driver of Windows' own is none that a package brought */
	assert_null(row(e, EV_PACKAGE, "\\Windows\\System32\\drivers\\i8042prt.sys"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_system__innocent_machine__has_nothing_bad),
		cmocka_unit_test(test_system__one_program_missing__is_gone_with_a_doubt),
		cmocka_unit_test(test_system__most_programs_missing__nobody_took_them),
		cmocka_unit_test(test_system__hive_missing_empty_or_zero__is_a_finding),
		cmocka_unit_test(test_system__hive_with_bins_of_zeros__is_a_finding),
		cmocka_unit_test(test_system__hiberfil__says_asleep_or_stuck),
		cmocka_unit_test(test_system__exclusive_session__is_a_pending_update),
		cmocka_unit_test(test_taken__part_of_windows__is_known_by_its_component),
		cmocka_unit_test(test_system__real_hive__only_what_a_start_needs_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
