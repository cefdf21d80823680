/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes that Windows made. The hashes are those of dislocker-file and cryptsetup's test suite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bitlocker/bitlocker.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_images__each_key__opens_and_bytes_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
