/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a program whole? One made here, each way of damage; real ones with a signature. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "help_vol.h"
#include "windows/image_internal.h"

/* Headers, code, data with texts, resources with a version: a driver whose checksum is right. */
enum { TEXT = 0x400, DATA = 0x1400, RES = 0x1800, WHOLE = 0x2000 };
enum { AT = 0x80, OPT = AT + 24, SECTIONS = OPT + 240, CHECKSUM = OPT + 64 };

static size_t utf16(uint8_t *p, const char *s)
{
	size_t n = strlen(s) + 1;

	for (size_t i = 0; i < n; i++)
		rs_put_le16(p + 2 * i, (uint8_t)s[i]);
	return 2 * n;
}

static void section(uint8_t *p, unsigned i, const char *name, const uint32_t v[5])
{
	uint8_t *s = p + SECTIONS + 40UL * i;

	memcpy(s, name, strlen(name));
	rs_put_le32(s + 8, v[1]);
	rs_put_le32(s + 12, v[0]);
	rs_put_le32(s + 16, v[1]);
	rs_put_le32(s + 20, v[2]);
	rs_put_le32(s + 36, v[3]);
}

/* A block of a version resource; returns its length. */
static size_t block(uint8_t *p, const char *key, const char *value, size_t children)
{
	size_t at = 6 + utf16(p + 6, key);

	at = (at + 3) & ~3UL;
	if (value) {
		rs_put_le16(p + 2, (uint16_t)(strlen(value) + 1));
		rs_put_le16(p + 4, 1);
		at += utf16(p + at, value);
	}
	at += children;
	rs_put_le16(p, (uint16_t)at);
	return (at + 3) & ~3UL;
}

static size_t version(uint8_t *p)
{
	const char *const texts[][2] = {{"CompanyName", "Halvard Ltd"}, {"ProductName", "Sentry"},
		{"FileDescription", "Sentry sensor"}, {"OriginalFilename", "hsentry.sys"}};
	const size_t strings = 92 + 36 + 24; /* behind the heads of the blocks above */
	size_t n = 0;

	for (size_t i = 0; i < 4; i++)
		n += block(p + strings + n, texts[i][0], texts[i][1], 0);
	size_t table = block(p + 128, "040904B0", NULL, n);
	size_t info = block(p + 92, "StringFileInfo", NULL, table);
	(void)block(p, "VS_VERSION_INFO", NULL, 52 + info);
	rs_put_le16(p + 2, 52);
	rs_put_le32(p + 40, 0xFEEF04BD);
	rs_put_le32(p + 48, 5U << 16 | 1);
	rs_put_le32(p + 52, 3U << 16 | 7);
	return rs_le16(p);
}

/* As ImageHlp has it, in another way than the program: carry by carry. */
static void sum(uint8_t *p, size_t len)
{
	uint32_t s = 0;

	rs_put_le32(p + CHECKSUM, 0);
	for (size_t i = 0; i < len; i += 2) {
		s += rs_le16(p + i);
		s = (s & 0xFFFF) + (s >> 16);
	}
	rs_put_le32(p + CHECKSUM, s + (uint32_t)len);
}

static void folder(uint8_t *p, uint32_t id, uint32_t off)
{
	rs_put_le16(p + 14, 1);
	rs_put_le32(p + 16, id);
	rs_put_le32(p + 20, off);
}

static void made(uint8_t p[WHOLE])
{
	memset(p, 0, WHOLE);
	memcpy(p, "MZ", 2);
	rs_put_le32(p + 60, AT);
	memcpy(p + AT, "PE\0\0", 4);
	rs_put_le16(p + AT + 4, 0x8664);
	rs_put_le16(p + AT + 6, 3);
	rs_put_le32(p + AT + 8, 0x5E000001);
	rs_put_le16(p + AT + 20, 240);
	rs_put_le16(p + OPT, 0x20B);
	rs_put_le32(p + OPT + 56, 0x8000);
	rs_put_le32(p + OPT + 60, TEXT);
	rs_put_le16(p + OPT + 68, 1);
	rs_put_le32(p + OPT + 108, 16);
	rs_put_le32(p + OPT + 112 + 16, 0x4000);
	rs_put_le32(p + OPT + 112 + 20, 0x800);
	section(p, 0, ".text", (const uint32_t[]){0x1000, DATA - TEXT, TEXT, 0x68000020, 0});
	section(p, 1, ".rdata", (const uint32_t[]){0x3000, RES - DATA, DATA, 0x48000040, 0});
	section(p, 2, ".rsrc", (const uint32_t[]){0x4000, WHOLE - RES, RES, 0x42000040, 0});
	for (size_t i = TEXT; i < DATA; i++)
		p[i] = (uint8_t)(i * 7 + 1) | 0x80; /* never a text */
	size_t n = utf16(p + DATA, "\\SystemRoot\\System32\\drivers\\hsentry.sys");
	n += utf16(p + DATA + n, "%ProgramData%\\Halvard\\Sentry\\Content\\hs-%04x.hvc");
	memcpy(p + DATA + n + 1, "open \"C:\\ProgramData\\Halvard\\settings.ini\" failed", 50);
	memcpy(p + DATA + n + 60, "C:\\build\\src\\hsentry.pdb", 24);
	folder(p + RES, 16, 0x80000000U | 24);
	folder(p + RES + 24, 1, 0x80000000U | 48);
	folder(p + RES + 48, 0x409, 72);
	rs_put_le32(p + RES + 72, 0x4000 + 88);
	rs_put_le32(p + RES + 76, (uint32_t)version(p + RES + 88));
	sum(p, WHOLE);
}

static int look_at(uint8_t *p, size_t len, bool is_full, struct win_image *ret)
{
	struct bytes b = {p, len, 0, 0};
	struct win_src src = bytes_src(&b);

	return win_image_look(&src, true, is_full, NULL, ret, NULL);
}

static enum win_soundness full(uint8_t *p, size_t len)
{
	struct win_image i;

	assert_int_equal(look_at(p, len, true, &i), 0);
	assert_int_equal(i.soundness == WIN_SOUND, i.fault[0] == '\0');
	return i.soundness;
}

static void test_image__made_one__is_sound_and_says_who_it_is(void **state)
{
	uint8_t p[WHOLE];
	struct win_image i;

	(void)state;
	made(p);
	assert_int_equal(look_at(p, sizeof(p), true, &i), 0);
	assert_int_equal(i.soundness, WIN_SOUND);
	assert_true(i.is_pe && i.is_native && i.is_full && i.has_version);
	assert_int_equal(i.machine, 0x8664);
	assert_int_equal(i.image_size, 0x8000);
	assert_int_equal(i.timestamp, 0x5E000001);
	assert_memory_equal(i.version, ((uint16_t[]){5, 1, 3, 7}), 8);
	assert_string_equal(i.company, "Halvard Ltd");
	assert_string_equal(i.product, "Sentry");
	assert_string_equal(i.description, "Sentry sensor");
	assert_string_equal(i.original, "hsentry.sys");
	assert_int_equal(i.digest, WIN_DIGEST_NONE);
	assert_int_equal(i.n_paths, 3);
	assert_string_equal(i.paths[0], "\\SystemRoot\\System32\\drivers\\hsentry.sys");
	assert_string_equal(i.paths[1], "%ProgramData%\\Halvard\\Sentry\\Content");
	assert_string_equal(i.paths[2], "C:\\ProgramData\\Halvard\\settings.ini");
}

static void test_image__quick_look__reads_little_and_says_the_same(void **state)
{
	uint8_t p[WHOLE];
	struct win_image i;

	(void)state;
	made(p);
	assert_int_equal(look_at(p, sizeof(p), false, &i), 0);
	assert_int_equal(i.soundness, WIN_SOUND);
	assert_false(i.is_full);
	assert_string_equal(i.company, "Halvard Ltd");
	assert_int_equal(i.n_paths, 0);
	assert_int_equal(look_at(p, RES, false, &i), 0);
	assert_int_equal(i.soundness, WIN_CUT);
	memset(p, 0, WHOLE);
	assert_int_equal(look_at(p, sizeof(p), false, &i), 0);
	assert_int_equal(i.soundness, WIN_NO_PROGRAM);
}

static void test_image__damage__is_named(void **state)
{
	uint8_t p[WHOLE] = {0};

	(void)state;
	assert_int_equal(full(p, 0), WIN_EMPTY);
	assert_int_equal(full(p, WHOLE), WIN_ALL_ZERO);
	memset(p, 0xAA, WHOLE);
	assert_int_equal(full(p, WHOLE), WIN_NO_PROGRAM);
	made(p);
	rs_put_le32(p + 60, 0xFFFFFFF0);
	assert_int_equal(full(p, WHOLE), WIN_BAD_HEADER);
	made(p);
	p[AT] ^= 1;
	assert_int_equal(full(p, WHOLE), WIN_BAD_HEADER);
	made(p);
	p[OPT] = 0;
	assert_int_equal(full(p, WHOLE), WIN_BAD_HEADER);
	made(p);
	for (size_t len = 1; len < WHOLE; len += len < TEXT ? 1 : 97)
		assert_int_equal(full(p, len), len == 1 ? WIN_NO_PROGRAM : WIN_CUT);
	p[TEXT + 5] ^= 0x10;
	assert_int_equal(full(p, WHOLE), WIN_BAD_CHECKSUM);
	made(p);
	memset(p + TEXT, 0, DATA - TEXT);
	assert_int_equal(full(p, WHOLE), WIN_ZERO_TAIL);
	rs_put_le32(p + CHECKSUM, 0);
	assert_int_equal(full(p, WHOLE), WIN_ZERO_TAIL);
	sum(p, WHOLE); /* whoever made it meant it */
	assert_int_equal(full(p, WHOLE), WIN_SOUND);
	made(p);
	memset(p + DATA, 0, WHOLE - DATA);
	assert_int_equal(full(p, WHOLE), WIN_ZERO_TAIL);
}

static void test_image__older_programs_and_contents__are_let_be(void **state)
{
	uint8_t p[WHOLE];
	struct win_image i;
	struct bytes b = {p, WHOLE, 0, 0};
	struct win_src src = bytes_src(&b);

	(void)state;
	made(p);
	memcpy(p + AT, "NE", 2);
	assert_int_equal(full(p, WHOLE), WIN_SOUND);
	memset(p, 0xAA, WHOLE);
	assert_int_equal(win_image_look(&src, false, true, NULL, &i, NULL), 0);
	assert_int_equal(i.soundness, WIN_SOUND);
	assert_false(i.is_pe);
	assert_int_equal(i.head[15], 0xAA);
	memset(p, 0, WHOLE);
	assert_int_equal(win_image_look(&src, false, true, NULL, &i, NULL), 0);
	assert_int_equal(i.soundness, WIN_ALL_ZERO);
}

static void test_image__paths_over_the_border_of_pieces__are_found(void **state)
{
	struct bytes b = {calloc(1, 200000), 200000, 0, 0};
	struct win_src src = bytes_src(&b);
	struct win_image i;

	(void)state;
	assert_non_null(b.p);
	for (size_t at = 65536 - 70; at < 65536 + 2; at++) { /* even and odd */
		memset(b.p, 1, b.len);
		(void)utf16(b.p + at, "\\??\\D:\\Program Files\\Halvard\\a.dat");
		assert_int_equal(win_image_look(&src, false, true, NULL, &i, NULL), 0);
		assert_int_equal(i.n_paths, 1);
		assert_string_equal(i.paths[0], "\\??\\D:\\Program Files\\Halvard\\a.dat");
	}
	bytes_done(&b);
}

static void test_image__many_and_long_paths__are_capped(void **state)
{
	struct bytes b = {calloc(1, 100000), 100000, 0, 0};
	struct win_src src = bytes_src(&b);
	struct win_image i;

	(void)state;
	assert_non_null(b.p);
	for (size_t n = 0; n < 1000; n++)
		(void)snprintf((char *)b.p + n * 60, 60, "\\ProgramData\\Vendor\\%zu.dat", n / 2);
	memset(b.p + 70000, 'x', 20000);
	memcpy(b.p + 70000, "\\ProgramData\\", 13);
	assert_int_equal(win_image_look(&src, false, true, NULL, &i, NULL), 0);
	assert_int_equal(i.n_paths, WIN_IMAGE_PATHS);
	assert_string_equal(i.paths[1], "\\ProgramData\\Vendor\\1.dat");
	bytes_done(&b);
}

static void test_image__memtest_mui__is_as_it_was_signed(void **state)
{
	auto_bytes struct bytes b = {0};
	struct win_image i;

	(void)state;
	if (!fixture_load("pe/memtest.efi.mui", &b))
		skip();
	assert_int_equal(look_at(b.p, b.len, true, &i), 0);
	assert_int_equal(i.digest, WIN_DIGEST_MATCHES);
	assert_int_equal(i.soundness, WIN_SOUND);
	assert_string_equal(i.company, "Microsoft Corporation");
	assert_string_equal(i.signer, "Microsoft Windows");
	b.p[30000] ^= 1;
	assert_int_equal(look_at(b.p, b.len, true, &i), 0);
	assert_int_equal(i.digest, WIN_DIGEST_DIFFERS);
	assert_int_equal(i.soundness, WIN_BAD_DIGEST);
	b.p[30000] ^= 1;
	memset(b.p + 36900, 0xFF, 64); /* in the signature */
	assert_int_equal(look_at(b.p, b.len, true, &i), 0);
	assert_int_equal(i.digest, WIN_DIGEST_UNREADABLE);
	assert_true(i.note[0]);
}

static void test_image__driver_of_1_kb__is_sound(void **state)
{
	auto_bytes struct bytes b = {0};

	(void)state;
	if (!fixture_load("pe/rizin-driver-x86-1k.sys", &b))
		skip();
	assert_int_equal(full(b.p, b.len), WIN_SOUND);
}

static void test_image__any_field_with_any_extreme__ends(void **state)
{
	static const uint32_t extremes[] = {0, 1, 0xFFFF, 0x7FFFFFFF, 0x80000001, 0xFFFFFFFF};
	uint8_t p[WHOLE];
	struct win_image i;

	(void)state;
	fence_up();
	for (size_t at = 0; at + 4 <= WHOLE; at += at >= TEXT && at < RES ? 512 : 2) {
		for (size_t k = 0; k < sizeof(extremes) / sizeof(extremes[0]); k++) {
			made(p);
			rs_put_le32(p + at, extremes[k]);
			assert_int_equal(look_at(p, sizeof(p), true, &i), 0);
		}
	}
	fence_down();
}

/* Texts of a table beside the one that has them, and of a second table. */
static void test_image__texts_elsewhere__are_not_its_own(void **state)
{
	uint8_t p[WHOLE] = {0};
	struct win_image i = {0};
	size_t at = 92, n;

	(void)state;
	n = block(p + at + 32 + 24, "CompanyName", "Nobody", 0);
	n = block(p + at + 32, "040904B0", NULL, n);
	at += block(p + at, "VarFileInfo", NULL, n);
	for (size_t k = 0; k < 2; k++) {
		n = block(p + at + 36 + 24, "CompanyName", k ? "Second" : "First", 0);
		n = block(p + at + 36, "040904B0", NULL, n);
		at += block(p + at, "StringFileInfo", NULL, n);
	}
	(void)block(p, "VS_VERSION_INFO", NULL, 52 + at - 92);
	rs_put_le16(p + 2, 52);
	version_texts((struct rs_view){p, at}, &i);
	assert_string_equal(i.company, "First");
}

static void test_image__version_that_ends_anywhere__is_read_so_far(void **state)
{
	uint8_t whole[WHOLE] = {0};
	const size_t len = version(whole);

	(void)state;
	for (size_t n = 0; n <= len; n++)
		for (size_t at = 0; at < len; at += 2) {
			struct win_image i = {0};
			uint8_t *p = fence_copy(whole, n);
			if (at + 2 <= n && at) /* the end of a text, or another length */
				rs_put_le16(p + at, at % 3 ? 0xFFFF : (uint16_t)(n - at));
			if (n > 1) /* what it says ends there, too */
				rs_put_le16(p, (uint16_t)n);
			version_texts((struct rs_view){p, n}, &i);
			free(p);
			if (at >= n)
				break;
		}
}

static void test_image__any_read_that_fails__is_a_read_error(void **state)
{
	uint8_t p[WHOLE];
	struct win_image i;
	struct bytes b = {p, sizeof(p), 0, 0};
	struct win_src src = bytes_src(&b);

	(void)state;
	made(p);
	assert_int_equal(win_image_look(&src, true, true, NULL, &i, NULL), 0);
	unsigned n = b.reads;
	assert_true(n <= 8); /* small bits come in few requests */
	for (b.fail_at = 1; b.fail_at <= n; b.fail_at++) {
		b.reads = 0;
		assert_int_equal(win_image_look(&src, true, true, NULL, &i, NULL), RS_E_IO_READ);
	}
}

static bool stop(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	(void)done;
	(void)total;
	return false;
}

static void test_image__cancelled__ends(void **state)
{
	uint8_t p[WHOLE];
	struct win_image i;
	struct bytes b = {p, sizeof(p), 0, 0};
	struct win_src src = bytes_src(&b);
	const struct rs_task task = {NULL, stop};

	(void)state;
	made(p);
	assert_int_equal(win_image_look(&src, true, true, &task, &i, NULL), RS_E_CANCELLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image__made_one__is_sound_and_says_who_it_is),
		cmocka_unit_test(test_image__quick_look__reads_little_and_says_the_same),
		cmocka_unit_test(test_image__damage__is_named),
		cmocka_unit_test(test_image__older_programs_and_contents__are_let_be),
		cmocka_unit_test(test_image__paths_over_the_border_of_pieces__are_found),
		cmocka_unit_test(test_image__many_and_long_paths__are_capped),
		cmocka_unit_test(test_image__memtest_mui__is_as_it_was_signed),
		cmocka_unit_test(test_image__driver_of_1_kb__is_sound),
		cmocka_unit_test(test_image__any_field_with_any_extreme__ends),
		cmocka_unit_test(test_image__texts_elsewhere__are_not_its_own),
		cmocka_unit_test(test_image__version_that_ends_anywhere__is_read_so_far),
		cmocka_unit_test(test_image__any_read_that_fails__is_a_read_error),
		cmocka_unit_test(test_image__cancelled__ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
