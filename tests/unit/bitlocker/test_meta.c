/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metadata that lie. The numbers in names and comments are those of the table of malformed cases
 * in docs/bitlocker-format.md, with what must happen there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../layers/layers.h"
#include "core/text.h"
#include "mini.h"

static void expect_at(struct mini *m, int want, const char *word, int line)
{
	struct rs_err err;
	char note[256];
	int got = mini_try(m, &err, note);
	const char *said = got < 0 ? err.detail : note;

	if (got != want || (word && !strstr(said, word)))
		fail_msg("line %d: %d in place of %d: '%s' (wanted '%s')", line, got, want, said,
			word ? word : "");
}

#define expect(m, want, word) expect_at(m, want, word, __LINE__)

/* Change the usual volume, fix the checksum, look what happens. */
static void patched_at(
	size_t off, uint64_t value, unsigned bytes, int want, const char *word, int line)
{
	struct mini m;

	mini_usual(&m, BL_XTS_128, 512);
	for (unsigned i = 0; i < bytes; i++)
		m.area[off + i] = (uint8_t)(value >> (8 * i));
	mini_checksum(&m);
	mini_write(&m);
	expect_at(&m, want, word, line);
	mini_done(&m);
}

#define patched16(off, v, want, word) patched_at(off, v, 2, want, word, __LINE__)
#define patched32(off, v, want, word) patched_at(off, v, 4, want, word, __LINE__)
#define patched64(off, v, want, word) patched_at(off, v, 8, want, word, __LINE__)

static void test_load__sound_volume__opens_for_writing(void **state)
{
	(void)state;
	for (uint16_t method = BL_CBC_128_ELEPHANT; method <= BL_XTS_256; method++) {
		struct mini m;
		mini_usual(&m, method, method & 1 ? 4096 : 512);
		expect(&m, MINI_OPEN, NULL);
		mini_done(&m);
	}
}

static void test_load__info__says_what_stands_there(void **state)
{
	struct mini m;
	struct bl_volume *v = NULL;
	struct rs_err err = {0};

	(void)state;
	mini_usual(&m, BL_CBC_256, 4096);
	assert_int_equal(bl_load(m.disk, &v, &err), 0);
	const struct bl_info *in = bl_get_info(v);
	assert_int_equal(in->flavour, BL_WIN7);
	assert_int_equal(in->state, BL_SUSPENDED);
	assert_int_equal(in->method, BL_CBC_256);
	assert_int_equal(in->sector_bytes, 4096);
	assert_int_equal(in->volume_bytes, MINI_BYTES);
	assert_int_equal(in->n_protectors, 1);
	assert_int_equal(in->protectors[0].id[0], 0xC1);
	assert_true(in->copy_is_good[0] && in->copy_is_good[1] && in->copy_is_good[2]);
	assert_true(in->can_read && in->can_write);
	bl_free(v);
	mini_done(&m);
}

/* 1, 2, 40 */
static void test_copies__some_damaged__the_newest_sound_one(void **state)
{
	struct mini m;

	(void)state;
	mini_usual(&m, BL_XTS_128, 512);
	uint8_t *disk = lay_mem_bytes(m.disk);
	disk[mini_copy_at(0)] ^= 1;
	expect(&m, MINI_OPEN, NULL);
	memset(disk + mini_copy_at(1), 0, MINI_AREA);
	expect(&m, MINI_OPEN, NULL);
	disk[mini_copy_at(2) + 90] ^= 1;
	expect(&m, RS_E_BL_DAMAGED, "copy 3 of 3: wrong checksum");

	mini_write(&m);
	rs_put_le32(m.area + 96, rs_le32(m.area + 96) - 1);
	mini_checksum(&m);
	mini_write_copy(&m, 0);
	expect(&m, MINI_OPEN, NULL); /* copies 2 and 3 are newer and sealed */
	mini_done(&m);
}

/* Two copies with one counter: the sealed one wins, wherever it stands. */
static void test_copies__same_counter_other_bytes__the_sealed_one(void **state)
{
	struct mini m;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		mini_usual(&m, BL_XTS_128, 512);
		m.area[80] ^= 1; /* the volume's GUID */
		mini_checksum(&m);
		mini_write_copy(&m, i);
		expect(&m, MINI_OPEN, NULL);
		mini_done(&m);
	}
}

/* 3, 4 */
static void test_seal__wrong_or_missing__read_only(void **state)
{
	struct mini m;

	(void)state;
	mini_usual(&m, BL_XTS_128, 512);
	size_t len = (size_t)rs_le16(m.area + 8) * 16;
	m.area[len + 8 + 40] ^= 1;
	mini_write(&m);
	expect(&m, MINI_READ_ONLY, "not those that were sealed");
	rs_put_le16(m.area + len, 8);
	mini_write(&m);
	expect(&m, MINI_READ_ONLY, "no seal");
	rs_put_le16(m.area + len, 0xFFFF);
	mini_write(&m);
	expect(&m, MINI_READ_ONLY, "no seal");
	mini_done(&m);
	patched_at(80, 0x77, 1, MINI_READ_ONLY, "not those that were sealed", __LINE__);
}

/* 5, 6, 18 */
static void test_header__sizes_and_versions_wrong__refused(void **state)
{
	(void)state;
	patched16(8, 0, RS_E_BL_DAMAGED, "block of 0 bytes");
	patched16(8, 7, RS_E_BL_DAMAGED, "block of 112 bytes");
	patched16(8, 0xFFFF, RS_E_BL_DAMAGED, "block of");
	patched16(10, 3, RS_E_UNSUPPORTED, "version 3");
	patched16(10, 1, RS_E_UNSUPPORTED, "version 1");
	patched32(64, 47, RS_E_BL_DAMAGED, "dataset of 47");
	patched32(64, 0x10000, RS_E_BL_DAMAGED, "dataset of 65536");
	patched32(68, 2, RS_E_UNSUPPORTED, "dataset of version 2");
	patched32(72, 0, RS_E_BL_DAMAGED, "dataset header of 0");
}

/* 7, 8: current state at 12, next at 14 */
static void test_state__each__as_the_table_says(void **state)
{
	(void)state;
	patched32(12, 0x00010005, MINI_READ_ONLY, "unfinished");
	patched32(12, 0x00010003, MINI_READ_ONLY, "unfinished");
	patched32(12, 0x00040005, MINI_READ_ONLY, "unfinished");
	patched32(12, 0x00010004, MINI_READ_ONLY, "about to");
	patched32(12, 0x00040001, MINI_READ_ONLY, "unfinished");
	patched32(12, 0x00010001, RS_E_UNSUPPORTED, "unknown"); /* decrypted, yet with a method */
	patched32(12, 0x00000000, RS_E_UNSUPPORTED, "unknown");
	patched32(12, 0x00040006, RS_E_UNSUPPORTED, "unknown");
	patched32(12, 0x00010002, RS_E_CONVERSION, "interrupted");
	patched32(12, 0x00040002, RS_E_CONVERSION, "interrupted");
	patched32(12, 0x00020004, RS_E_CONVERSION, "interrupted");
}

/* 9 to 12 */
static void test_size__wrong__refused_or_read_only(void **state)
{
	(void)state;
	patched64(16, 0, RS_E_BL_DAMAGED, "volume size");
	patched64(16, 512, RS_E_BL_DAMAGED, "not inside");
	patched64(16, 1000, RS_E_BL_DAMAGED, "volume size");
	patched64(16, 1ULL << 63, RS_E_BL_DAMAGED, "volume size");
	patched64(16, MINI_BYTES + (1U << 20), MINI_READ_ONLY, "shorter");
	patched64(16, MINI_BYTES - 512, MINI_READ_ONLY, "another size");
	patched64(16, MINI_BYTES / 2, MINI_READ_ONLY, "not those that were sealed");
}

/* 13, 15, 16; the relocation entry's size stands 32 bytes before the end */
static void test_relocation__wrong__refused(void **state)
{
	(void)state;
	patched32(28, 0, RS_E_BL_DAMAGED, "two answers");
	patched32(28, 1, RS_E_BL_DAMAGED, "two answers");
	patched32(28, 0xFFFFFFFF, RS_E_BL_DAMAGED, "two answers");
	patched64(56, 1ULL << 40, RS_E_BL_DAMAGED, "two answers");

	static const struct {
		uint64_t off, len;
		const char *word;
	} both[] = {{1ULL << 40, 8192, "not inside"}, {MINI_BYTES - 4096, 8192, "not inside"},
		{MINI_RELOCATED + 1, 8192, "not inside"},
		{MINI_RELOCATED, 0, "relocated block of 0"},
		{MINI_RELOCATED, 1ULL << 62, "two answers"}, {1U << 20, 8192, "overlaps"},
		{(1U << 20) - 512, 8192, "overlaps"}, {4096, 8192, "overlaps"},
		{UINT64_MAX - 511, 8192, "not inside"}};
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		struct mini m;
		mini_usual(&m, BL_XTS_128, 512);
		rs_put_le64(m.area + 56, both[i].off);
		rs_put_le32(m.area + 28, (uint32_t)(both[i].len / 512));
		rs_put_le64(m.area + m.end - 16, both[i].off);
		rs_put_le64(m.area + m.end - 8, both[i].len);
		mini_checksum(&m);
		mini_write(&m);
		expect(&m, RS_E_BL_DAMAGED, both[i].word);
		mini_done(&m);
	}
}

/* 17: some Windows 10 write no such entry */
static void test_relocation__no_entry__header_fields(void **state)
{
	struct mini m;

	(void)state;
	mini_begin(&m, BL_XTS_128, 512);
	mini_clear(&m, 1);
	mini_fvek(&m);
	mini_finish(&m);
	expect(&m, MINI_READ_ONLY, "no NTFS"); /* opened; there is no boot sector inside */
	mini_done(&m);
}

/* 14, 38 */
static void test_offsets__boot_sector_and_copy_differ__only_copies_in_place(void **state)
{
	struct mini m;

	(void)state;
	patched64(
		32, mini_copy_at(0) + 512, MINI_READ_ONLY, "sealed"); /* copies 2, 3 stand right */
	mini_usual(&m, BL_XTS_128, 512);
	uint8_t *disk = lay_mem_bytes(m.disk);
	static const uint64_t odd[] = {0, 513, 1ULL << 40, UINT64_MAX};
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		rs_put_le64(disk + 176, odd[i]);
		expect(&m, MINI_OPEN, NULL);
	}
	for (unsigned i = 0; i < 3; i++)
		rs_put_le64(disk + 176 + 8 * i, mini_copy_at(1));
	expect(&m, MINI_READ_ONLY, "overlapping");
	for (unsigned i = 0; i < 3; i++)
		rs_put_le64(disk + 176 + 8 * i, 0);
	expect(&m, RS_E_BL_DAMAGED, "not inside the disk");
	mini_done(&m);
	mini_usual(&m, BL_XTS_128, 512); /* overlapping by their own word */
	rs_put_le64(m.area + 40, mini_copy_at(0) + 512);
	mini_checksum(&m);
	mini_write(&m);
	expect(&m, RS_E_BL_DAMAGED, "overlaps");
	mini_done(&m);
}

/* 19: the first entry's size stands at 112 */
static void test_entries__size_wrong__refused(void **state)
{
	(void)state;
	patched16(112, 0, RS_E_BL_DAMAGED, "entry 1 has a wrong size");
	patched16(112, 4, RS_E_BL_DAMAGED, "entry 1 has a wrong size");
	patched16(112, 0xFFFF, RS_E_BL_DAMAGED, "entry 1 has a wrong size");
}

/* 20, 21, 22, 32 */
static void test_entries__many_unknown_short_or_odd_text__capped_skipped_refused(void **state)
{
	static const uint8_t text[] = {'a', 0, 0x1B, 0, 0x00, 0xD8, 'b', 0, 'c'};
	struct mini m;
	struct bl_volume *v = NULL;
	struct rs_err err = {0};

	(void)state;
	mini_begin(&m, BL_XTS_128, 512);
	for (int i = 0; i < 7000; i++)
		mini_entry(&m, 0x55, 0x55, NULL, 0);
	mini_finish(&m);
	expect(&m, RS_E_BL_DAMAGED, "more than 1024 entries");
	mini_done(&m);

	mini_begin(&m, BL_XTS_128, 512);
	mini_entry(&m, 0x55, 0x66, "1234567", 7);
	mini_entry(&m, 7, 2, text, sizeof(text));
	mini_clear(&m, 1);
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	expect(&m, MINI_READ_ONLY, "no NTFS");
	assert_int_equal(bl_load(m.disk, &v, &err), 0);
	assert_true(strncmp(bl_get_info(v)->description, "a\\x1B\\uD800b", 12) == 0);
	bl_free(v);
	mini_done(&m);

	mini_begin(&m, BL_XTS_128, 512);
	mini_entry(&m, 2, 8, "123456789012", 12);
	mini_clear(&m, 1);
	mini_fvek(&m);
	mini_finish(&m);
	expect(&m, RS_E_BL_DAMAGED, "cut short");
	mini_done(&m);

	mini_begin(&m, BL_XTS_128, 512);
	for (unsigned i = 0; i < BL_MAX_PROTECTORS + 1; i++)
		mini_vmk(&m, (uint8_t)i, BL_P_TPM, NULL, 0);
	mini_finish(&m);
	expect(&m, RS_E_BL_DAMAGED, "more than 64 protectors");
	mini_done(&m);
}

/* One strange protector before the sound clear one. */
static void strange_first(
	uint16_t protection, const uint8_t *nested, size_t len, int want, const char *word)
{
	struct mini m;

	mini_begin(&m, BL_XTS_128, 512);
	mini_vmk(&m, 9, protection, nested, len);
	mini_clear(&m, 1);
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	expect(&m, want, word);
	mini_done(&m);
}

/* 23 to 27, 34: passed over; the volume opens by the next one */
static void test_protectors__malformed_one_first__passed_over(void **state)
{
	uint8_t n[128] = {0}, key[32];
	struct mini m;

	(void)state;
	rs_put_le16(n, 0xFF); /* 23: longer than its parent */
	rs_put_le16(n + 4, 3);
	strange_first(BL_P_CLEAR, n, 40, MINI_READ_ONLY, "protector's data are damaged");
	strange_first(BL_P_RECOVERY, NULL, 0, MINI_READ_ONLY, "no NTFS"); /* 24 */
	strange_first(BL_P_CLEAR, NULL, 0, MINI_READ_ONLY, "no NTFS");
	rs_put_le16(n, 18); /* 25 */
	rs_put_le16(n + 4, 5);
	strange_first(BL_P_CLEAR, n, 18, MINI_READ_ONLY, "no NTFS");

	memset(key, 0x77, sizeof(key)); /* 34, 26, 27: a clear key, then each kind of seal */
	memset(n, 0, sizeof(n));
	rs_put_le16(n, 44);
	rs_put_le16(n + 4, 1);
	rs_put_le16(n + 8, 0x2000);
	memcpy(n + 12, key, 32);
	rs_put_le16(n + 44, 36); /* payload of 0 bytes */
	rs_put_le16(n + 48, 5);
	strange_first(BL_P_CLEAR, n, 44 + 36, MINI_READ_ONLY, "no NTFS");
	rs_put_le16(n + 44, 80); /* wrong tag */
	strange_first(BL_P_CLEAR, n, 44 + 80, MINI_READ_ONLY, "no NTFS");

	mini_begin(&m, BL_XTS_128, 512); /* right tag, wrong key type */
	(void)mini_seal(&m, key, 0x2002, m.vmk, 32, n + 44);
	mini_done(&m);
	strange_first(BL_P_CLEAR, n, 44 + 80, MINI_READ_ONLY, "no NTFS");
}

/* 28, 29: the method stands at 100 */
static void test_method__none_unknown_or_swapped__refused_by_name(void **state)
{
	(void)state;
	patched16(100, 0, RS_E_BL_METHOD, "none");
	patched16(100, 0x8006, RS_E_BL_METHOD, "unknown (0x8006)");
	patched16(100, BL_CBC_256, RS_E_BL_DAMAGED, "0x8003");
}

/* 30, 31 */
static void test_fvek__short_missing_or_junk_first__refused_or_the_one_that_opens(void **state)
{
	uint8_t sealed[128], other[32] = {0};
	struct mini m;

	(void)state;
	mini_begin(&m, BL_XTS_128, 512);
	mini_clear(&m, 1);
	m.fvek_len = 16;
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	expect(&m, RS_E_BL_DAMAGED, "sector key of 16 bytes");
	mini_done(&m);

	mini_begin(&m, BL_XTS_128, 512);
	mini_clear(&m, 1);
	mini_relocation(&m);
	mini_finish(&m);
	expect(&m, RS_E_BL_DAMAGED, "no sector key");
	mini_done(&m);

	mini_begin(&m, BL_XTS_128, 512);
	mini_clear(&m, 1);
	size_t n = mini_seal(&m, other, BL_XTS_128, m.fvek, 32, sealed);
	mini_entry(&m, 3, 5, sealed + 8, n - 8);
	mini_finish(&m);
	expect(&m, RS_E_BL_DAMAGED, "does not open");
	mini_fvek(&m);
	mini_finish(&m);
	expect(&m, MINI_READ_ONLY, "no NTFS");
	mini_done(&m);
}

/* 35, 36, 37, 39 */
static void test_boot_sector__odd__as_the_table_says(void **state)
{
	struct mini m;

	(void)state;
	mini_usual(&m, BL_XTS_128, 512);
	uint8_t *p = lay_mem_bytes(m.disk);
	static const uint16_t odd[] = {513, 1024, 8192};
	for (size_t i = 0; i < 3; i++) {
		rs_put_le16(p + 11, odd[i]);
		expect(&m, RS_E_UNSUPPORTED, "sectors of");
	}
	rs_put_le16(p + 11, 4096);
	expect(&m, RS_E_BL_DAMAGED, "two answers");
	rs_put_le16(p + 11, 0);
	expect(&m, MINI_OPEN, NULL);
	p[13] = 0; /* sectors per cluster; and there is no 55 AA */
	expect(&m, MINI_OPEN, NULL);
	p[1] = 0x52;
	expect(&m, RS_E_BL_VISTA, NULL);
	p[1] = 0x58;
	static const uint8_t eow[] = {0x3B, 0x4D, 0xA8, 0x92, 0x80, 0xDD, 0x0E, 0x4D, 0x9E, 0x4E,
		0xB1, 0xE3, 0x28, 0x4E, 0xAE, 0xD8};
	memcpy(p + 160, eow, sizeof(eow));
	expect(&m, RS_E_CONVERSION, "encrypt-on-write");
	p[160] ^= 1;
	expect(&m, RS_E_UNSUPPORTED, "92A84D3A");
	mini_done(&m);
}

static int load_code(struct blk *disk)
{
	auto_bl struct bl_volume *v = NULL;

	return bl_load(disk, &v, NULL);
}

static void test_load__each_kind__known(void **state)
{
	struct mini m;

	(void)state;
	mini_usual(&m, BL_XTS_128, 512);
	assert_int_equal(load_code(m.disk), 0);
	memcpy(lay_mem_bytes(m.disk) + 3, "MSWIN4.1", 8); /* an ordinary FAT32 */
	assert_int_equal(load_code(m.disk), RS_E_UNSUPPORTED);
	mini_done(&m);
	m.disk = lay_mem_new(100, 512);
	assert_int_equal(load_code(m.disk), RS_E_UNSUPPORTED);
	mini_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load__sound_volume__opens_for_writing),
		cmocka_unit_test(test_load__info__says_what_stands_there),
		cmocka_unit_test(test_copies__some_damaged__the_newest_sound_one),
		cmocka_unit_test(test_copies__same_counter_other_bytes__the_sealed_one),
		cmocka_unit_test(test_seal__wrong_or_missing__read_only),
		cmocka_unit_test(test_header__sizes_and_versions_wrong__refused),
		cmocka_unit_test(test_state__each__as_the_table_says),
		cmocka_unit_test(test_size__wrong__refused_or_read_only),
		cmocka_unit_test(test_relocation__wrong__refused),
		cmocka_unit_test(test_relocation__no_entry__header_fields),
		cmocka_unit_test(test_offsets__boot_sector_and_copy_differ__only_copies_in_place),
		cmocka_unit_test(test_entries__size_wrong__refused),
		cmocka_unit_test(
			test_entries__many_unknown_short_or_odd_text__capped_skipped_refused),
		cmocka_unit_test(test_protectors__malformed_one_first__passed_over),
		cmocka_unit_test(test_method__none_unknown_or_swapped__refused_by_name),
		cmocka_unit_test(
			test_fvek__short_missing_or_junk_first__refused_or_the_one_that_opens),
		cmocka_unit_test(test_boot_sector__odd__as_the_table_says),
		cmocka_unit_test(test_load__each_kind__known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
