/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loader: a good file, each field of it out of range, cut at every byte, and this build's own
 * stub beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/pe.h"
#include "help_pe.h"

/* Why it is refused, by pe_open or pe_check; NULL if it is not. */
static const char *refusal(const uint8_t *p, size_t len)
{
	struct pe pe;
	const char *why = pe_open(&pe, p, len, PE_MACHINE_X64);

	return why ? why : pe_check(&pe);
}

static void refused(size_t off, uint32_t value, const char *why)
{
	uint8_t p[HELP_BYTES];

	help_pe_make(p);
	help_put32(p, off, value);
	assert_non_null(refusal(p, sizeof(p)));
	assert_string_equal(refusal(p, sizeof(p)), why);
}

static void test_pe_load__good_file__is_laid_out_with_zeros_between(void **state)
{
	uint8_t p[HELP_BYTES], *image = malloc(HELP_IMAGE_BYTES);
	struct pe pe;

	(void)state;
	assert_non_null(image);
	help_pe_make(p);
	assert_null(pe_open(&pe, p, sizeof(p), PE_MACHINE_X64));
	assert_null(pe_check(&pe));
	assert_int_equal(pe.entry, HELP_ENTRY);
	assert_int_equal(pe.image_bytes, HELP_IMAGE_BYTES);
	assert_true(pe.is_nx_compat);
	memset(image, 0xEE, HELP_IMAGE_BYTES);
	pe_load(&pe, image);
	assert_memory_equal(image, p, 0x400);
	for (size_t i = 0x400; i < HELP_IMAGE_BYTES; i++) {
		bool is_text = i >= 0x1000 && i < 0x1500, is_data = i >= 0x2000 && i < 0x2200;

		assert_int_equal(image[i], is_text ? 0xC3 : is_data ? 0xDA : 0);
	}
	free(image);
}

static void test_pe_open__cut_file__is_refused_at_every_length(void **state)
{
	uint8_t p[HELP_BYTES];

	(void)state;
	help_pe_make(p);
	for (size_t len = 0; len < HELP_BYTES; len++) {
		uint8_t *cut = malloc(len ? len : 1); /* address sanitizer looks at its end */
		assert_non_null(cut);
		memcpy(cut, p, len);
		assert_non_null(refusal(cut, len));
		free(cut);
	}
}

static void test_pe_open__other_formats__are_refused(void **state)
{
	(void)state;
	refused(0, 0x5A4E, "not a PE file");
	refused(60, HELP_BYTES - 10, "not a PE file");
	refused(60, 0xFFFFFFF0, "not a PE file");
	refused(60, 2, "not a PE file");
	refused(HELP_COFF, 0x4551, "not a PE file");
	refused(HELP_COFF + 4, 0x2AA64, "for another kind of machine");
	refused(HELP_OPTIONAL, 0x10B, "not a 64-bit PE file");
	refused(HELP_OPTIONAL + 68, 11, "not a UEFI application");
	refused(HELP_SECTIONS, 0, "no sections, or too many");
	refused(HELP_SECTIONS, 97, "no sections, or too many");
	refused(HELP_SECTIONS, 90, "section headers are cut");
	refused(HELP_COFF + 20, 0xFFFF, "headers are cut");
	refused(HELP_COFF + 20, 111, "not a 64-bit PE file");
	refused(HELP_COFF + 20, 112, "data directories are cut");
}

static void test_pe_check__relocations__are_refused(void **state)
{
	uint8_t p[HELP_BYTES];

	(void)state;
	refused(HELP_F_RELOC + 4, 12, "needs relocations");
	help_pe_make(p);
	help_put32(p, HELP_F_RELOC + 4, 12);
	help_put32(p, HELP_F_DIRECTORIES, 5); /* then it is not a directory */
	assert_null(refusal(p, sizeof(p)));
}

static void test_pe_check__sizes_of_the_image__are_checked(void **state)
{
	(void)state;
	refused(HELP_F_ALIGN, 0, "sections are not on pages of their own");
	refused(HELP_F_ALIGN, 0x800, "sections are not on pages of their own");
	refused(HELP_F_ALIGN, 0x1800, "sections are not on pages of their own");
	refused(HELP_F_ALIGN, 0x80000000, "sections are not on pages of their own");
	refused(HELP_F_ALIGN, 0x2000, "a section is not aligned");
	refused(HELP_F_IMAGE, 0x40000001, "too large");
	refused(HELP_F_IMAGE, 0x4FFF, "a section reaches over the end of the image");
	refused(HELP_F_IMAGE, 0, "size of the headers is wrong");
	refused(HELP_F_HEADERS, HELP_BYTES + 1, "size of the headers is wrong");
	refused(HELP_F_HEADERS, HELP_TABLE + 79, "size of the headers is wrong");
}

static void test_pe_check__sections__are_checked(void **state)
{
	(void)state;
	refused(HELP_TEXT + HELP_S_AT, 0, "sections overlap"); /* over the headers */
	refused(HELP_TEXT + HELP_S_AT, 0x1001, "a section is not aligned");
	refused(HELP_DATA + HELP_S_AT, 0x1000, "sections overlap");
	refused(HELP_TEXT + HELP_S_BYTES, 0x1001, "sections overlap");
	refused(HELP_DATA + HELP_S_AT, 0x4000, "a section reaches over the end of the image");
	refused(HELP_DATA + HELP_S_AT, 0xFFFFF000, "a section reaches over the end of the image");
	refused(HELP_DATA + HELP_S_BYTES, 0xFFFFFFFF,
		"a section reaches over the end of the image");
	refused(HELP_DATA + HELP_S_RAW_BYTES, 0x201, "a section reaches over the end of the file");
	refused(HELP_DATA + HELP_S_RAW_OFF, 0xA01, "a section reaches over the end of the file");
	refused(HELP_DATA + HELP_S_RAW_OFF, 0xFFFFFFFF,
		"a section reaches over the end of the file");
	refused(HELP_DATA + HELP_S_RAW_BYTES, 0xFFFFFFFF,
		"a section reaches over the end of the file");
	refused(HELP_TEXT + HELP_S_FLAGS, 0xE0000020, "a section is both writable and executable");
}

static void test_pe_check__entry__must_be_code(void **state)
{
	static const char why[] = "the entry point is not in a section with code";

	(void)state;
	refused(HELP_F_ENTRY, 0, why);
	refused(HELP_F_ENTRY, 0x1500, why); /* just behind .text */
	refused(HELP_F_ENTRY, 0x2000, why); /* data */
	refused(HELP_F_ENTRY, 0xFFFFFFFF, why);
	refused(HELP_TEXT + HELP_S_FLAGS, 0x40000040, why);
}

static void test_pe_load__section_without_bytes__is_zero(void **state)
{
	uint8_t p[HELP_BYTES], image[HELP_IMAGE_BYTES];
	struct pe pe;

	(void)state;
	help_pe_make(p);
	help_put32(p, HELP_DATA + HELP_S_RAW_BYTES, 0);
	help_put32(p, HELP_DATA + HELP_S_RAW_OFF, 0xFFFFFFFF); /* of no meaning then */
	assert_null(pe_open(&pe, p, sizeof(p), PE_MACHINE_X64));
	assert_null(pe_check(&pe));
	memset(image, 0xEE, sizeof(image));
	pe_load(&pe, image);
	for (size_t i = 0x2000; i < HELP_IMAGE_BYTES; i++)
		assert_int_equal(image[i], 0);
}

static void test_pe_check__old_image_that_runs_its_data__is_let_through(void **state)
{
	uint8_t p[HELP_BYTES];

	(void)state;
	help_pe_make(p);
	p[HELP_F_DLL + 1] = 0; /* not NX_COMPAT */
	help_put32(p, HELP_TEXT + HELP_S_FLAGS, 0xE0000020);
	assert_null(refusal(p, sizeof(p)));
}

static void test_pe_find_mapped__own_sections__by_name_once_and_inside(void **state)
{
	uint8_t p[HELP_BYTES], *image = calloc(1, HELP_IMAGE_BYTES);
	const uint8_t *at = NULL;
	struct pe pe;
	size_t len = 0;

	(void)state;
	assert_non_null(image);
	help_pe_make(p);
	assert_null(pe_open(&pe, p, sizeof(p), PE_MACHINE_X64));
	pe_load(&pe, image);
	assert_null(pe_open(&pe, image, HELP_IMAGE_BYTES, PE_MACHINE_X64));
	assert_true(pe_find_mapped(&pe, ".data", &at, &len));
	assert_ptr_equal(at, image + 0x2000);
	assert_int_equal(len, 0x3000);
	assert_false(pe_find_mapped(&pe, ".dat", &at, &len));
	assert_false(pe_find_mapped(&pe, ".datax", &at, &len));
	help_put32(image, HELP_DATA + HELP_S_BYTES, HELP_IMAGE_BYTES - 0x2000 + 1);
	assert_false(pe_find_mapped(&pe, ".data", &at, &len));
	help_put32(image, HELP_DATA + HELP_S_BYTES, 0x3000);
	memcpy(image + HELP_DATA, ".text\0", 6);
	assert_false(pe_find_mapped(&pe, ".text", &at, &len)); /* two of them */
	free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pe_load__good_file__is_laid_out_with_zeros_between),
		cmocka_unit_test(test_pe_open__cut_file__is_refused_at_every_length),
		cmocka_unit_test(test_pe_open__other_formats__are_refused),
		cmocka_unit_test(test_pe_check__relocations__are_refused),
		cmocka_unit_test(test_pe_check__sizes_of_the_image__are_checked),
		cmocka_unit_test(test_pe_check__sections__are_checked),
		cmocka_unit_test(test_pe_check__entry__must_be_code),
		cmocka_unit_test(test_pe_load__section_without_bytes__is_zero),
		cmocka_unit_test(test_pe_check__old_image_that_runs_its_data__is_let_through),
		cmocka_unit_test(test_pe_find_mapped__own_sections__by_name_once_and_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
