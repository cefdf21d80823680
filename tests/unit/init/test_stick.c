/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/stick_files.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

static char pem[512];
static size_t pem_len;

static EVP_PKEY *new_key(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_mem());

	assert_non_null(key);
	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	pem_len = (size_t)BIO_read(bio, pem, sizeof(pem));
	BIO_free(bio);
	return key;
}

static void sign(EVP_PKEY *key, const char *text, unsigned char sig[64])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t len = 64;

	assert_int_equal(EVP_DigestSignInit(c, NULL, NULL, NULL, key), 1);
	assert_int_equal(
		EVP_DigestSign(c, sig, &len, (const unsigned char *)text, strlen(text)), 1);
	EVP_MD_CTX_free(c);
}

static void test_stick_rule_is_signed__one_bit_changed__is_not(void **state)
{
	(void)state;
	char rule[] = "[rule]\nid = x\n";
	unsigned char sig[64];
	EVP_PKEY *key = new_key();

	sign(key, rule, sig);
	assert_true(stick_rule_is_signed(pem, pem_len, rule, strlen(rule), sig, 64));
	assert_false(stick_rule_is_signed(pem, pem_len, rule, strlen(rule) - 1, sig, 64));
	assert_false(stick_rule_is_signed(pem, pem_len, rule, strlen(rule), sig, 63));
	for (int i = 0; i < 64; i++) {
		sig[i] ^= 1;
		assert_false(stick_rule_is_signed(pem, pem_len, rule, strlen(rule), sig, 64));
		sig[i] ^= 1;
	}
	rule[3] ^= 1;
	assert_false(stick_rule_is_signed(pem, pem_len, rule, strlen(rule), sig, 64));
	rule[3] ^= 1;
	EVP_PKEY_free(new_key()); /* another one */
	assert_false(stick_rule_is_signed(pem, pem_len, rule, strlen(rule), sig, 64));
	assert_false(stick_rule_is_signed("no key", 6, rule, strlen(rule), sig, 64));
	EVP_PKEY_free(key);
}

static void test_stick_last_of__report__has_outcome_only(void **state)
{
	(void)state;
	static const char json[] =
		"{\"started\": \"2026-11-25T03:00:00Z\", \"x\": 1, \"outcome\": {\"result\": "
		"\"repaired\", \"text\": \"1 disk\\u001b repaired\", \"end\": \"windows\"}}";
	char text[512];

	assert_true(stick_last_of(json, strlen(json), text, sizeof(text)));
	assert_non_null(strstr(text, "windows"));
	assert_null(strchr(text, 033));
	for (size_t n = 0; n < strlen(json); n++)
		assert_false(stick_last_of(json, n, text, sizeof(text)));
	assert_false(stick_last_of("[]", 2, text, sizeof(text)));
	assert_false(stick_last_of("{\"outcome\": 3}", 14, text, sizeof(text)));
}

static void test_stick_write_folder__twice__has_both_files_once(void **state)
{
	(void)state;
	const char *root = tree_new();
	const struct stick_write w = {.serial = "PF-1", .name = "20261125T030000Z"};
	char why[256], path[256];
	struct stat st;

	tree_file("report.json", "{}\n");
	tree_file("report.txt", "text\n");
	for (int i = 0; i < 2; i++) {
		stick_write_folder(&w, root, root, why, sizeof(why));
		assert_string_equal(why, "");
	}
	(void)snprintf(path, sizeof(path), "%s/reports/PF-1/20261125T030000Z.json", root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 3);
	(void)snprintf(path, sizeof(path), "%s/reports/PF-1/20261125T030000Z.txt", root);
	assert_int_equal(stat(path, &st), 0);
	(void)snprintf(path, sizeof(path), "%s/reports/PF-1/unfinished.txt", root);
	assert_int_not_equal(stat(path, &st), 0);
	tree_done();
}

static void test_stick_write_folder__a_file_in_the_way__says_so(void **state)
{
	(void)state;
	const char *root = tree_new();
	const struct stick_write w = {.serial = "PF-1", .name = "20261125T030000Z"};
	char why[256];

	tree_file("report.json", "{}\n");
	tree_file("report.txt", "text\n");
	tree_file("reports/PF-1", "in the way");
	stick_write_folder(&w, root, root, why, sizeof(why));
	assert_string_not_equal(why, "");
	tree_done();
}

/* Everything that a read gives back, as one text of "TAG:bytes;". */
static void read_folder(const char *root, enum settings_rules rules, char *ret, size_t cap)
{
	struct stick_read r = {.device = "/dev/sdb1", .serial = "PF-1"};
	char name[] = "/tmp/unbrick-read.XXXXXX";
	int fd = mkstemp(name);
	uint8_t head[5];
	size_t len = 0;

	assert_true(fd >= 0);
	(void)unlink(name);
	settings_init(&r.settings);
	r.settings.rules = rules;
	stick_read_folder(&r, root, fd);
	(void)lseek(fd, 0, SEEK_SET);
	while (read(fd, head, 5) == 5) {
		uint32_t n = rs_le32(head + 1);
		ret[len++] = (char)head[0];
		ret[len++] = ':';
		assert_true(len + n + 2 < cap);
		assert_int_equal(read(fd, ret + len, n), n);
		len += n;
		ret[len++] = ';';
	}
	ret[len] = '\0';
	(void)close(fd);
}

static void test_stick_read_folder__files__come_as_records(void **state)
{
	(void)state;
	const char *root = tree_new();
	static char text[8192];

	tree_file("unbrick.conf", "mode = look\n");
	tree_file("keys.txt", "11111");
	tree_file("reports/PF-1/20261125T030000Z.json",
		"{\"started\": \"b\", \"outcome\": {\"text\": \"new\", \"end\": \"stay\"}}");
	tree_file("reports/PF-1/20261124T030000Z.json",
		"{\"started\": \"a\", \"outcome\": {\"text\": \"old\", \"end\": \"stay\"}}");
	read_folder(root, SETTINGS_RULES_SHIPPED, text, sizeof(text));
	assert_non_null(strstr(text, "S:/dev/sdb1;C:mode = look\n;K:11111;L:{"));
	assert_non_null(strstr(text, "\"new\""));
	assert_null(strstr(text, "\"old\""));
	tree_done();
}

static void test_stick_read_folder__too_long_keys__are_told_not_read(void **state)
{
	(void)state;
	const char *root = tree_new();
	static char text[8192], keys[STICK_FILE_MOST + 2];

	memset(keys, '1', sizeof(keys) - 1);
	tree_file("keys.txt", keys);
	read_folder(root, SETTINGS_RULES_SHIPPED, text, sizeof(text));
	assert_null(strstr(text, "K:"));
	assert_non_null(strstr(text, "N:keys.txt of the stick cannot be read"));
	tree_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stick_rule_is_signed__one_bit_changed__is_not),
		cmocka_unit_test(test_stick_last_of__report__has_outcome_only),
		cmocka_unit_test(test_stick_write_folder__twice__has_both_files_once),
		cmocka_unit_test(test_stick_write_folder__a_file_in_the_way__says_so),
		cmocka_unit_test(test_stick_read_folder__files__come_as_records),
		cmocka_unit_test(test_stick_read_folder__too_long_keys__are_told_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
