/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rights of pages, with a fake of EFI_MEMORY_ATTRIBUTE_PROTOCOL that keeps one set of rights a page
 * (no firmware package in reach has the protocol). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/pe.h"
#include "help_pe.h"

enum { BASE = 0x100000, PAGES = HELP_IMAGE_BYTES / PE_PAGE_BYTES };

struct fake {
	uint64_t rights[PAGES];
	unsigned calls, fail_at; /* the call of this number fails; 0 = none */
	bool had_both;		 /* a page was writable and executable after a call of ours */
};

/* True if the call is to be done. */
static bool take(struct fake *f, uint64_t base, uint64_t len)
{
	assert_int_equal(base % PE_PAGE_BYTES, 0);
	assert_int_equal(len % PE_PAGE_BYTES, 0);
	assert_true(len > 0 && base >= BASE && base + len <= BASE + HELP_IMAGE_BYTES);
	return ++f->calls != f->fail_at;
}

static bool change(struct fake *f, uint64_t base, uint64_t len, uint64_t set, uint64_t clear)
{
	if (!take(f, base, len))
		return false;
	for (uint64_t i = (base - BASE) / PE_PAGE_BYTES; len; i++, len -= PE_PAGE_BYTES)
		f->rights[i] = (f->rights[i] | set) & ~clear;
	for (unsigned i = 0; i < PAGES; i++) {
		if (!(f->rights[i] & (NX_NO_EXECUTE | NX_READ_ONLY)))
			f->had_both = true;
	}
	return true;
}

static bool fake_change(void *user, bool is_taken, uint64_t base, uint64_t len, uint64_t rights)
{
	return change(user, base, len, is_taken ? rights : 0, is_taken ? 0 : rights);
}

static bool protect(struct fake *f, bool is_nx_compat)
{
	struct nx_pages pages = {f, fake_change};
	uint8_t p[HELP_BYTES];
	struct pe pe;

	help_pe_make(p);
	if (!is_nx_compat)
		p[HELP_F_DLL + 1] = 0;
	assert_null(pe_open(&pe, p, sizeof(p), PE_MACHINE_X64));
	return nx_protect(&pages, &pe, BASE);
}

static void test_nx_protect__any_rights_before__gives_code_and_data_theirs(void **state)
{
	static const uint64_t before[] = {0, NX_NO_EXECUTE, NX_READ_ONLY | NX_NO_EXECUTE};

	(void)state;
	for (unsigned b = 0; b < 3; b++) {
		struct fake f = {.calls = 0};

		for (unsigned i = 0; i < PAGES; i++)
			f.rights[i] = before[b];
		assert_true(protect(&f, true));
		assert_false(f.had_both);
		for (unsigned i = 0; i < PAGES; i++) {
			uint64_t right = f.rights[i] & (NX_NO_EXECUTE | NX_READ_ONLY);

			/* .text is the page at 0x1000 */
			assert_int_equal(right, i == 1 ? NX_READ_ONLY : NX_NO_EXECUTE);
		}
	}
}

static void test_nx_protect__failure_of_any_call__is_reported(void **state)
{
	(void)state;
	for (unsigned at = 1; at <= 4; at++) {
		struct fake f = {.fail_at = at};

		assert_false(protect(&f, true));
		assert_int_equal(f.calls, at);
	}
}

static void test_nx_protect__image_without_nx_compat__may_run_everywhere(void **state)
{
	struct fake f = {.calls = 0};

	(void)state;
	for (unsigned i = 0; i < PAGES; i++)
		f.rights[i] = NX_NO_EXECUTE | NX_READ_ONLY;
	assert_true(protect(&f, false));
	for (unsigned i = 0; i < PAGES; i++)
		assert_int_equal(f.rights[i], 0);
	/* firmware that does not want to is no reason to stop: nothing may have been taken away */
	f = (struct fake){.fail_at = 1};
	assert_true(protect(&f, false));
}

static void test_nx_release__after_protect__all_is_plain_data(void **state)
{
	struct fake f = {.calls = 0};
	struct nx_pages pages = {&f, fake_change};
	uint8_t p[HELP_BYTES];
	struct pe pe;

	(void)state;
	help_pe_make(p);
	assert_null(pe_open(&pe, p, sizeof(p), PE_MACHINE_X64));
	assert_true(nx_protect(&pages, &pe, BASE));
	nx_release(&pages, &pe, BASE);
	assert_false(f.had_both);
	for (unsigned i = 0; i < PAGES; i++)
		assert_int_equal(f.rights[i], NX_NO_EXECUTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nx_protect__any_rights_before__gives_code_and_data_theirs),
		cmocka_unit_test(test_nx_protect__failure_of_any_call__is_reported),
		cmocka_unit_test(test_nx_protect__image_without_nx_compat__may_run_everywhere),
		cmocka_unit_test(test_nx_release__after_protect__all_is_plain_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
