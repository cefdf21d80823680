/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each variable says. Microsoft's own certificates are in no repository: those that are made
 * here have their names, and must not count; the real ones are met in tests/disks/check-firmware.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include "made.h"

static struct fw_facts facts;
static struct fw_reading *reading;

static int setup(void **state)
{
	(void)state;
	facts = (struct fw_facts){.secure_boot = SECURE_BOOT_NO};
	reading = fw_reading_new(&facts);
	return reading ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	fw_reading_free(reading);
	return 0;
}

static bool take(const char *name, const struct made *m)
{
	return fw_take(reading, name, made_view(m));
}

static bool take_bytes(const char *name, const char *bytes, size_t len)
{
	return fw_take(reading, name, (struct rs_view){(const uint8_t *)bytes, len});
}

static void test_state__each_byte(void **state)
{
	(void)state;
	assert_true(take_bytes("SecureBoot", "\1", 1));
	assert_true(take_bytes("SetupMode", "\0", 1));
	assert_int_equal(facts.secure_boot, SECURE_BOOT_YES);
	assert_true(take_bytes("SetupMode", "\1", 1));
	assert_int_equal(facts.secure_boot, SECURE_BOOT_SETUP);
	assert_true(take_bytes("MokSBState", "\1", 1));
	assert_true(facts.is_mok_off);
	assert_true(take_bytes("MokSBState", "\2", 1)); /* shim takes 1 and nothing else */
	assert_false(facts.is_mok_off);
	assert_false(take_bytes("SecureBoot", "", 0));
	assert_false(take_bytes("SecureBoot", "\1\0", 2));
}

static void test_db__a_certificate_with_microsofts_name__is_another_one(void **state)
{
	struct made_cert c;
	struct made m = {0};

	(void)state;
	made_cert(&c, "Microsoft UEFI CA 2023", NULL);
	made_list(&m, TYPE_X509, c.der, c.len);
	assert_true(take("db", &m));
	assert_true(facts.cas[FW_UEFI_2023].is_other);
	assert_false(facts.cas[FW_UEFI_2023].is_there);
	assert_int_equal(facts.others.n, 0);
	assert_true(take("dbx", &m));
	assert_false(facts.cas[FW_UEFI_2023].is_revoked);
	made_cert_done(&c);
	/* one for KEK is nothing that db needs */
	m = (struct made){0};
	made_cert(&c, "Microsoft Corporation KEK CA 2011", NULL);
	made_list(&m, TYPE_X509, c.der, c.len);
	assert_true(take("db", &m));
	assert_false(facts.cas[FW_KEK_2011].is_other);
	assert_int_equal(facts.others.n, 1);
	assert_true(take("KEK", &m));
	assert_true(facts.cas[FW_KEK_2011].is_other);
	made_cert_done(&c);
}

static void test_db__others__are_named_and_counted(void **state)
{
	struct made_cert c;
	struct made m = {0};

	(void)state;
	made_cert(&c, "A vendor\x1b[2J", NULL);
	made_list(&m, TYPE_X509, c.der, c.len);
	made_cert_done(&c);
	made_cert(&c, NULL, NULL);
	for (unsigned i = 0; i < FW_NAMES_MAX + 2; i++)
		made_list(&m, TYPE_X509, c.der, c.len);
	made_list(&m, TYPE_X509, "no certificate", 14); /* the firmware passes it over, too */
	made_list(&m, TYPE_SHA256, (const uint8_t[32]){1}, 32);
	assert_true(take("db", &m));
	assert_int_equal(facts.others.n, FW_NAMES_MAX + 3);
	assert_string_equal(facts.others.list[0], "A vendor\\x1B[2J");
	assert_string_equal(facts.others.list[1], "/O=Made by a test");
	assert_int_equal(facts.n_db, FW_NAMES_MAX + 4);
	assert_int_equal(facts.n_db_hashes, 1);
	made_cert_done(&c);
}

static void test_lists__entries_of_a_wrong_length__malformed(void **state)
{
	static const struct {
		const char *type;
		size_t good;
	} types[] = {{TYPE_SHA256, 32}, {TYPE_TBS256, 48}, {TYPE_TBS384, 64}, {TYPE_TBS512, 80}};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t len = types[i].good - 1; len <= types[i].good + 1; len++) {
			struct made m = {0};
			made_list(&m, types[i].type, (const uint8_t[96]){0}, len);
			assert_int_equal(take("dbx", &m), len == types[i].good);
		}
}

static void hash_of(const char *hex, uint8_t ret[32])
{
	for (unsigned i = 0; i < 32; i++) {
		const char *digits = "0123456789abcdef";
		ret[i] = (uint8_t)((strchr(digits, hex[2 * i]) - digits) << 4 |
				   (strchr(digits, hex[2 * i + 1]) - digits));
	}
}

static void test_dbx__the_hash_of_a_loader__revokes_it_and_no_other(void **state)
{
	uint8_t hash[32];
	struct made m = {0};

	(void)state;
	hash_of(fw_loaders[FW_SHIM].sha256, hash);
	made_list(&m, TYPE_SHA256, hash, 32);
	assert_true(take("db", &m));
	assert_false(facts.is_revoked[FW_SHIM]);
	assert_true(take("dbx", &m));
	assert_true(facts.is_revoked[FW_SHIM]);
	assert_false(facts.is_revoked[FW_GRUB]);
	assert_int_equal(facts.n_dbx_hashes, 1);
	hash_of(fw_loaders[FW_GRUB].sha256, hash);
	m = (struct made){0};
	made_list(&m, TYPE_SHA256, hash, 32);
	assert_true(take("MokListX", &m)); /* shim's own list of the same kind */
	assert_true(facts.is_revoked[FW_GRUB]);
}

/* The hash of nothing is that of no certificate that was not met. */
static void test_dbx__a_hash_of_zeros__revokes_nothing(void **state)
{
	struct made m = {0};

	(void)state;
	made_list(&m, TYPE_TBS256, (const uint8_t[48]){0}, 48);
	assert_true(take("dbx", &m));
	assert_false(facts.is_asked_revoked);
	for (unsigned i = 0; i < FW_CAS_END; i++)
		assert_false(facts.cas[i].is_revoked);
}

/* None of them hides what comes after it. */
static void test_mok_list_x__after_hundreds_of_others__revokes_grub(void **state)
{
	struct made_cert c;
	struct made m = {0}, revoked = {0};

	(void)state;
	made_cert(&c, "A vendor", NULL);
	made_list(&m, TYPE_X509, c.der, c.len);
	made_cert_done(&c);
	for (unsigned i = 0; i < 600; i++)
		assert_true(take("db", &m));
	assert_int_equal(facts.others.n, 600);
	made_cert(&c, "Debian Secure Boot CA", NULL);
	made_list(&revoked, TYPE_X509, c.der, c.len);
	assert_true(take("MokListX", &revoked));
	assert_true(facts.is_revoked[FW_GRUB]);
	made_cert_done(&c);
}

static void test_mok_list_x__debians_certificate__revokes_grub(void **state)
{
	struct made_cert c;
	struct made m = {0};

	(void)state;
	made_cert(&c, "Debian Secure Boot CA", NULL);
	made_list(&m, TYPE_X509, c.der, c.len);
	assert_true(take("MokListX", &m));
	assert_true(facts.is_revoked[FW_GRUB]);
	assert_false(facts.is_revoked[FW_SHIM]);
	made_cert_done(&c);
}

/* ---- the application's certificate ---- */

static void ask(const struct made_cert *c)
{
	assert_true(fw_reading_ask(reading, (struct rs_view){c->der, c->len}));
}

static void test_asked__the_same_or_issued_by_it__is_in_the_list(void **state)
{
	struct made_cert ca, own, stranger;
	struct made m = {0}, of_stranger = {0};

	(void)state;
	made_cert(&ca, "Our CA", NULL);
	made_cert(&own, "Our key", &ca);
	made_cert(&stranger, "Our CA", NULL); /* the same name, another key */
	made_list(&of_stranger, TYPE_X509, stranger.der, stranger.len);
	made_list(&m, TYPE_X509, ca.der, ca.len);
	ask(&own);
	assert_true(take("db", &of_stranger));
	assert_true(take("MokList", &of_stranger));
	assert_false(facts.is_in_db || facts.is_in_mok);
	assert_true(take("KEK", &m));
	assert_false(facts.is_in_db);
	assert_true(take("db", &m));
	assert_true(facts.is_in_db);
	assert_false(facts.is_in_mok);
	m = (struct made){0};
	made_list(&m, TYPE_X509, own.der, own.len);
	assert_true(take("MokList", &m));
	assert_true(facts.is_in_mok && facts.has_mok);
	assert_false(facts.is_asked_revoked);
	assert_true(take("dbx", &m));
	assert_true(facts.is_asked_revoked);
	/* its issuer's key under another name: the firmware looks for the name, too */
	facts.is_in_db = false;
	X509_NAME *name = X509_NAME_new();
	unsigned char *der = NULL;
	assert_true(X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_UTF8, (const unsigned char *)"Another", -1, -1, 0));
	assert_true(X509_set_subject_name(ca.x, name) && X509_set_issuer_name(ca.x, name));
	assert_true(X509_sign(ca.x, ca.key, EVP_sha256()) > 0);
	int len = i2d_X509(ca.x, &der);
	assert_true(len > 0);
	m = (struct made){0};
	made_list(&m, TYPE_X509, der, (size_t)len);
	assert_true(take("db", &m));
	assert_false(facts.is_in_db);
	OPENSSL_free(der);
	X509_NAME_free(name);
	made_cert_done(&ca);
	made_cert_done(&own);
	made_cert_done(&stranger);
}

static void test_asked__its_signed_part_in_dbx__is_revoked(void **state)
{
	static const struct {
		const char *type;
		size_t len;
	} kinds[] = {{TYPE_TBS256, 32}, {TYPE_TBS384, 48}, {TYPE_TBS512, 64}};
	struct made_cert own;
	unsigned char *part = NULL;

	(void)state;
	made_cert(&own, "Our key", NULL);
	int len = i2d_re_X509_tbs(own.x, &part);
	assert_true(len > 0);
	for (unsigned i = 0; i < 3; i++) {
		uint8_t entry[64 + 16] = {0};
		struct made m = {0};
		(void)(i == 0	 ? SHA256(part, (size_t)len, entry)
			: i == 1 ? SHA384(part, (size_t)len, entry)
				 : SHA512(part, (size_t)len, entry));
		facts.is_asked_revoked = false;
		ask(&own);
		made_list(&m, kinds[i].type, entry, kinds[i].len + 16);
		assert_true(take("dbx", &m));
		assert_true(facts.is_asked_revoked);
		facts.is_asked_revoked = false;
		m.p[28 + 16 + kinds[i].len - 1]++;
		assert_true(take("dbx", &m));
		assert_false(facts.is_asked_revoked);
	}
	OPENSSL_free(part);
	made_cert_done(&own);
}

static void test_asked__pem__and_what_is_none(void **state)
{
	struct made_cert own;
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem = NULL;

	(void)state;
	made_cert(&own, "Our key", NULL);
	assert_int_equal(PEM_write_bio_X509(bio, own.x), 1);
	long len = BIO_get_mem_data(bio, &pem);
	assert_true(fw_reading_ask(reading, (struct rs_view){(uint8_t *)pem, (size_t)len}));
	assert_false(fw_reading_ask(reading, (struct rs_view){(const uint8_t *)"no", 2}));
	assert_true(facts.is_asked);
	assert_int_equal(BIO_free(bio), 1);
	made_cert_done(&own);
}

/* ---- SbatLevel ---- */

static bool sbat(const char *text)
{
	facts.n_sbat = 0;
	memset(facts.is_old, 0, sizeof(facts.is_old));
	return take_bytes("SbatLevel", text, strlen(text));
}

static void test_sbat__ours_and_newer(void **state)
{
	(void)state;
	assert_true(sbat("sbat,1,2025051000\nshim,4\ngrub,5\ngrub.proxmox,2\n"));
	assert_int_equal(facts.n_sbat, 4);
	assert_string_equal(facts.sbat[0], "sbat,1,2025051000");
	assert_false(
		facts.is_old[FW_SHIM] || facts.is_old[FW_GRUB] || facts.is_old[FW_APPLICATION]);
	assert_true(sbat("sbat,1,2026090100\nshim,5\n"));
	assert_true(facts.is_old[FW_SHIM]);
	assert_false(facts.is_old[FW_GRUB]);
	assert_true(sbat("sbat,1,2026090100\ngrub.debian,6\n"));
	assert_true(facts.is_old[FW_GRUB] && !facts.is_old[FW_SHIM]);
	assert_true(sbat("sbat,1,2026090100\nunbrick,2"));
	assert_true(facts.is_old[FW_APPLICATION]);
}

static void test_sbat__other_components_and_garbage(void **state)
{
	char zeros[] = "shim,4\n\0\0\0";

	(void)state;
	assert_true(sbat("shi,9\nshim.other,9\n"));
	assert_false(facts.is_old[FW_SHIM]);
	assert_true(take_bytes("SbatLevel", zeros, sizeof(zeros)));
	assert_false(sbat("shim\n"));
	assert_false(sbat(",4\n"));
	assert_false(sbat("shim,four\n"));
	assert_false(sbat("shim,4x\n"));
	assert_false(sbat("shim,-5\n"));
	assert_false(sbat("shim,0000000000000000000000000000000000000000000000000000000000009\n"));
	assert_false(take_bytes("SbatLevel", "grub,1\0x\n", 9)); /* text to its end */
	assert_true(sbat("shim,5\r\n"));
	assert_true(facts.is_old[FW_SHIM]);
	assert_true(sbat("sh\x1bm,4\n"));
	assert_string_equal(facts.sbat[0], "sh\\x1Bm,4");
	assert_false(
		sbat("a-component-with-a-name-that-is-longer-than-any-of-shims-own-names-is,1\n"));
}

static void test_sbat__many__are_bounded_and_all_weighed(void **state)
{
	char text[2048] = "";

	(void)state;
	for (unsigned i = 0; i < FW_SBAT_MAX + 5; i++)
		strcat(text, "other,1\n");
	strcat(text, "shim,9\n");
	assert_true(sbat(text));
	assert_int_equal(facts.n_sbat, FW_SBAT_MAX);
	assert_true(facts.is_old[FW_SHIM]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_state__each_byte),
		TEST(test_db__a_certificate_with_microsofts_name__is_another_one),
		TEST(test_db__others__are_named_and_counted),
		TEST(test_lists__entries_of_a_wrong_length__malformed),
		TEST(test_dbx__the_hash_of_a_loader__revokes_it_and_no_other),
		TEST(test_dbx__a_hash_of_zeros__revokes_nothing),
		TEST(test_mok_list_x__debians_certificate__revokes_grub),
		TEST(test_mok_list_x__after_hundreds_of_others__revokes_grub),
		TEST(test_asked__the_same_or_issued_by_it__is_in_the_list),
		TEST(test_asked__its_signed_part_in_dbx__is_revoked),
		TEST(test_asked__pem__and_what_is_none),
		TEST(test_sbat__ours_and_newer),
		TEST(test_sbat__other_components_and_garbage),
		TEST(test_sbat__many__are_bounded_and_all_weighed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
