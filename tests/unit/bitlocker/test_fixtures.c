/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes that Windows made. The hashes are those of dislocker-file and cryptsetup's test suite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bitlocker/internal.h"
#include "fixture.h"

#define POUND "anaconda\xC2\xA3"

struct image {
	const char *file;
	const char *keys[3];
	const char *sha256;
	bool can_write;
};

static const struct image images[] = {
	{"bitlk-aes-cbc-128.img",
		{"042647-302313-590458-071500-554323-116567-412181-516978", "anaconda"},
		"04500a8120ba355ed206284e03e26e59b7e1f1832868e1d69bb47023ebd3460f", true},
	{"bitlk-aes-cbc-256.img",
		{"616319-601744-502117-534017-367994-176748-607299-663201", "anaconda"},
		"35809d6db53c7ad8ff36195277b328370ea5df2c1f7003c20e07b64133d8800b", true},
	{"bitlk-aes-cbc-elephant-128.img",
		{"529573-278784-259347-197835-171457-264044-610280-313269", "anaconda"},
		"b18e4f956295bc0f327e551322261fb9c74ac0d3ce58bf3b806e98474e1619ea", true},
	{"bitlk-aes-xts-128-4k.img",
		{"486552-140030-675719-163900-264671-413787-580239-152614", "anaconda"},
		"b4c0416ae643537207413ed78d4bcadae697bb86a6262864ac00afda01312277", true},
	{"bitlk-aes-xts-128-crc.img",
		{"235818-357951-253979-013365-241120-245575-342914-591910", "anaconda"},
		"674e3a976927fd62f3fc26df2c695cac75b8d364e3b45393717efa971f16db0f", true},
	{"bitlk-aes-xts-128-new-entry.img",
		{"199067-214280-266398-508123-023584-402875-562793-012067", "anaconda"},
		"794163062398ae43b796f85eafde8acf5dc7830a93ec2aa7ef0c6baaa14b2757", true},
	{"bitlk-aes-xts-128-smart-card.img",
		{"538329-080597-399190-348700-323345-161062-279807-230978"},
		"007de1a342f49a15f97712f634aa1684e1d8c24e220652fc9796b22421413268", true},
	{"bitlk-aes-xts-128-startup-key.img",
		{"363770-230505-096371-652674-567006-579150-291038-408111"},
		"bbb68369d8f7badb2c2330349d9d0cf12e68f54eece25e718d2bb13feba23f7a", true},
	{"bitlk-aes-xts-128-two-recovery.img",
		{"478401-067859-043868-000935-121330-337425-718509-484979",
			"297693-343387-338492-284526-405482-424886-634931-555093", "anaconda"},
		"15570b2a7a1255e2d0f34a0ff82b6e255d8a7e25c24c7849c91321bcb1858cb3", true},
	{"bitlk-aes-xts-128-unicode.img",
		{"671979-070675-187088-665060-078518-143605-111408-569305", POUND},
		"8af59ba83928e7920d61696bb3d5392243a1d5c5f4178195cb32b0f21e706af0", true},
	{"bitlk-aes-xts-128.img",
		{"235818-357951-253979-013365-241120-245575-342914-591910", "anaconda"},
		"674e3a976927fd62f3fc26df2c695cac75b8d364e3b45393717efa971f16db0f", true},
	{"bitlk-togo-aes-cbc-128.img",
		{"607552-529496-550902-707531-545787-248358-370216-060401", "anaconda"},
		"3fb19a2b9cf89962216cc7b27f7127ea7f241c39b7b340d7431a232f81c36eb1", false},
};

static int unlock_typed(
	struct bl_volume *v, const char *key, struct bl_unlock_result *ret, struct rs_err *err)
{
	struct bl_keyring *k = NULL;

	assert_int_equal(bl_keyring_new(&k, err), 0);
	int r = bl_keyring_add_typed(k, key, strlen(key), err);
	if (r == 0)
		r = bl_unlock(v, k, NULL, ret, err);
	bl_keyring_free(k);
	return r;
}

static void check_opened(struct bl_volume *v, const struct fixture *f, const struct image *im)
{
	struct blk *inner = NULL;
	struct rs_err err = {0};
	char sha[65];

	assert_int_equal(bl_open(v, f->blk, &inner, &err), 0);
	assert_int_equal(inner->size_bytes, bl_get_info(v)->volume_bytes);
	fixture_sha256(inner, sha);
	assert_string_equal(sha, im->sha256);
	blk_close(inner);
}

static void test_images__each_key__opens_and_bytes_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		struct fixture f;
		if (!fixture_open(&f, images[i].file, 0))
			skip();
		for (size_t k = 0; k < 3 && images[i].keys[k]; k++) {
			struct bl_volume *v = NULL;
			struct bl_unlock_result res;
			struct rs_err err = {0};
			assert_int_equal(bl_load(f.blk, &v, &err), 0);
			int r = unlock_typed(v, images[i].keys[k], &res, &err);
			if (r < 0 || res.can_write != images[i].can_write)
				fail_msg("%s key %zu: %d %s; %s", images[i].file, k, r, err.detail,
					res.note);
			assert_true(res.is_seal_good);
			if (k == 0)
				check_opened(v, &f, &images[i]);
			bl_free(v);
		}
		fixture_close(&f);
	}
}

static int unlock_fixture(
	const char *file, const char *key, enum bl_state state, struct rs_err *err)
{
	struct fixture f;
	struct bl_volume *v = NULL;
	struct bl_unlock_result res;

	if (!fixture_open(&f, file, 0))
		skip();
	assert_int_equal(bl_load(f.blk, &v, err), 0); /* each can be listed */
	assert_true(bl_get_info(v)->n_protectors > 0);
	if (state != BL_STATE_UNKNOWN)
		assert_int_equal(bl_get_info(v)->state, state);
	int r = unlock_typed(v, key, &res, err);
	assert_int_equal(v->is_unlocked, r == 0);
	bl_free(v);
	fixture_close(&f);
	return r;
}

static void test_images__that_cannot_be_opened__listed_and_refused_by_name(void **state)
{
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(
		unlock_fixture("bitlk-aes-xts-128-eow.img",
			"685839-373538-494868-036223-326590-515064-328416-685102", BL_EOW, &err),
		RS_E_CONVERSION);
	assert_int_equal(
		unlock_fixture("bitlk-partially-encrypted-aes-cbc-128.img",
			"528561-251702-140283-271590-717365-674234-182611-409563", BL_EOW, &err),
		RS_E_CONVERSION);
	assert_int_equal(unlock_fixture("dissect-vista.img",
				 "517506-503998-044583-576191-587004-635965-501270-087802",
				 BL_STATE_UNKNOWN, &err),
		RS_E_BL_VISTA);
	assert_int_equal(unlock_fixture("bitlk-aes-xts-128.img",
				 "478401-067859-043868-000935-121330-337425-718509-484979",
				 BL_ENCRYPTED, &err),
		RS_E_KEY_REJECTED);
	assert_non_null(strstr(err.detail, "64311DEA-4587-4029-924A-BA299647998E"));
}

static void test_image__file_shorter_than_the_volume__read_only(void **state)
{
	struct fixture f;
	struct bl_volume *v = NULL;
	struct bl_unlock_result res;
	struct blk *inner = NULL;
	struct rs_err err = {0};
	uint8_t sector[512];

	(void)state;
	if (!fixture_open(&f, "dissect-aes-xts_128.img", 0))
		skip();
	assert_int_equal(bl_load(f.blk, &v, &err), 0);
	assert_int_equal(bl_get_info(v)->volume_bytes, 65994752);
	assert_int_equal(unlock_typed(v, "password12!@", &res, &err), 0);
	assert_false(res.can_write);
	assert_non_null(strstr(res.note, "shorter"));
	assert_int_equal(bl_open(v, f.blk, &inner, &err), 0);
	assert_int_equal(blk_read(inner, 0, sector, sizeof(sector), &err), 0);
	assert_memory_equal(sector + 3, "NTFS    ", 8);
	assert_int_equal(blk_read(inner, 65994752 - 512, sector, 512, &err), RS_E_IO_READ);
	blk_close(inner);
	bl_free(v);
	fixture_close(&f);
}

static void test_image__startup_key_file__opens(void **state)
{
	struct fixture f;
	struct bl_volume *v = NULL;
	struct bl_keyring *k = NULL;
	struct bl_unlock_result res;
	struct rs_err err = {0};
	size_t len;
	uint8_t *bek = fixture_bytes("4381F759-C4F8-4DE0-BB61-FC33A831BDA5.BEK", &len);

	(void)state;
	if (!bek || !fixture_open(&f, "bitlk-aes-xts-128-startup-key.img", 0))
		skip();
	assert_int_equal(bl_keyring_new(&k, &err), 0);
	assert_int_equal(bl_keyring_add_bek(k, "BEK", bek, len, &err), 0);
	assert_int_equal(bl_load(f.blk, &v, &err), 0);
	assert_int_equal(bl_unlock(v, k, NULL, &res, &err), 0);
	assert_int_equal(res.protection, BL_P_STARTUP_KEY);
	bl_free(v);
	bl_keyring_free(k);
	fixture_close(&f);
	free(bek);
}

static void test_image__damaged_copies__named(void **state)
{
	struct fixture f;
	struct bl_volume *v = NULL;
	struct rs_err err = {0};

	(void)state;
	if (!fixture_open(&f, "bitlk-aes-xts-128-crc.img", 0))
		skip();
	assert_int_equal(bl_load(f.blk, &v, &err), 0);
	const struct bl_info *in = bl_get_info(v);
	assert_false(in->copy_is_good[0] || in->copy_is_good[1]);
	assert_true(in->copy_is_good[2]);
	assert_int_equal(in->copy_used, 2);
	assert_non_null(strstr(in->note, "copy 1 of 3 is damaged"));
	bl_free(v);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_images__each_key__opens_and_bytes_are_right),
		cmocka_unit_test(test_images__that_cannot_be_opened__listed_and_refused_by_name),
		cmocka_unit_test(test_image__file_shorter_than_the_volume__read_only),
		cmocka_unit_test(test_image__startup_key_file__opens),
		cmocka_unit_test(test_image__damaged_copies__named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
