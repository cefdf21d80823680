/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key files as Windows, directories and scripts write them, and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bitlocker/internal.h"
#include "mini.h"

#define KEY1 "235818-357951-253979-013365-241120-245575-342914-591910"
#define KEY2 "478401-067859-043868-000935-121330-337425-718509-484979"
#define ID1  "64311DEA-4587-4029-924A-BA299647998E"
#define ID2  "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"
#define ID3  "12345678-1234-1234-1234-123456789012"

struct want {
	const char *key; /* NULL: a damaged one */
	const char *id;	 /* "" none; may be a beginning */
};

static void id_text(const struct bl_item *item, char ret[40])
{
	size_t at = 0;

	for (unsigned i = 0; i < item->id_nibbles; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			ret[at++] = '-';
		ret[at++] = "0123456789ABCDEF"[item->id[i / 2] >> (i % 2 ? 0 : 4) & 15];
	}
	ret[at] = '\0';
}

static void check_item(const struct bl_item *item, const struct want *want, int line)
{
	uint8_t h0[32];
	unsigned group;
	char id[40];

	id_text(item, id);
	if (strcmp(id, want->id) != 0)
		fail_msg("line %d: ID '%s' in place of '%s'", line, id, want->id);
	if (!want->key) {
		assert_int_equal(item->kind, BL_I_BAD);
		return;
	}
	assert_int_equal(item->kind, BL_I_RECOVERY);
	assert_int_equal(bl_recovery_text(want->key, strlen(want->key), h0, &group), BL_G_OK);
	assert_memory_equal(item->secret, h0, 32);
}

static void check_bytes(const void *p, size_t len, const struct want *want, int line)
{
	struct bl_keyring *k = NULL;
	struct rs_err err = {0};
	size_t n = 0;

	assert_int_equal(bl_keyring_new(&k, &err), 0);
	if (bl_keyring_add_file(k, "keys", p, len, &err) < 0)
		fail_msg("line %d: %s", line, err.detail);
	for (size_t i = 0; i < bl_keyring_count(k); i++) {
		if (bl_keyring_at(k, i)->fault == BL_G_MISSING)
			continue; /* a note about an ID, no key */
		if (!want[n].id)
			fail_msg("line %d: more than %zu keys", line, n);
		check_item(bl_keyring_at(k, i), &want[n++], line);
	}
	if (want[n].id)
		fail_msg("line %d: %zu keys only", line, n);
	bl_keyring_free(k);
}

#define found(text, ...)                                                                           \
	check_bytes(text, strlen(text), (const struct want[]){__VA_ARGS__, {NULL, NULL}}, __LINE__)

static void refused_at(const void *p, size_t len, int code, const char *word, int line)
{
	struct bl_keyring *k = NULL;
	struct rs_err err = {0};

	assert_int_equal(bl_keyring_new(&k, &err), 0);
	int r = bl_keyring_add_file(k, "keys", p, len, &err);
	if (r != code || !strstr(err.detail, word))
		fail_msg("line %d: %d '%s' (wanted %d '%s')", line, r, err.detail, code, word);
	bl_keyring_free(k);
}

#define refused(text, code, word) refused_at(text, strlen(text), code, word, __LINE__)

static void test_file__one_key__found(void **state)
{
	(void)state;
	found(KEY1, {KEY1, ""});
	found(KEY1 "\r\n", {KEY1, ""});
	found("  235818 357951 253979 013365 241120 245575 342914 591910 ", {KEY1, ""});
	found("235818357951253979013365241120245575342914591910", {KEY1, ""});
	found("235818\xE2\x80\x93"
	      "357951\xE2\x80\x94"
	      "253979\xE2\x88\x92"
	      "013365-241120 - "
	      "245575\xC2\xA0"
	      "342914\x96"
	      "591910",
		{KEY1, ""});
}

static void test_file__id_and_key_lines__paired(void **state)
{
	(void)state;
	found(ID1 " " KEY1 "\n" ID2 "," KEY2 "\n", {KEY1, ID1}, {KEY2, ID2});
	found("{" ID1 "};" KEY1 "\n" KEY2 "\n", {KEY1, ID1}, {KEY2, ""});
	found(KEY1 "," ID1 "\n" KEY2 ",{" ID2 "}\n", {KEY1, ID1}, {KEY2, ID2});
	found(ID3 " " KEY1 "\n12345678 " KEY2, {KEY1, ID3}, {KEY2, "12345678"});
	found("64311dea\t" KEY1, {KEY1, "64311DEA"});
	found("# comment\n\n" ID1 "=" KEY1, {KEY1, ID1});
}

/* Windows 8 and later, and Windows 7 with its short form; the words are in any language. */
#define WIN10                                                                                      \
	"BitLocker-Laufwerkverschl\u00FCsselung Wiederherstellungsschl\u00FCssel \r\n\r\nUm zu "   \
	"\u00FCberpr\u00FCfen ...\r\n\r\nBezeichner:\r\n\r\n\t" ID1 "\r\n\r\nFalls ...\r\n\r\n"    \
	"Wiederherstellungsschl\u00FCssel:\r\n\r\n\t" KEY1                                         \
	"\r\n\r\nFalls nicht ...\r\nhttps://go.microsoft.com/fwlink/?LinkID=260589\r\n"
#define WIN7                                                                                       \
	"The recovery key is used to recover the data on a BitLocker protected drive.\r\n\r\n"     \
	"Recovery key identification: 64311DEA-4587-40\r\n"                                        \
	"Full recovery key identification: " ID1 "\r\n\r\nBitLocker Recovery Key: \r\n" KEY1       \
	"\r\n"

static size_t to_utf16(const char *s, bool is_big, bool has_mark, uint8_t *ret)
{
	uint16_t units[4096];
	long n = rs_utf8_to_utf16(s, units, 4096);
	size_t at = 0;

	assert_true(n > 0);
	for (long i = has_mark ? -1 : 0; i < n; i++) {
		uint16_t u = i < 0 ? 0xFEFF : units[i];
		ret[at++] = (uint8_t)(is_big ? u >> 8 : u);
		ret[at++] = (uint8_t)(is_big ? u : u >> 8);
	}
	return at;
}

static void test_file__saved_by_windows__any_encoding(void **state)
{
	static const struct want want[] = {{KEY1, ID1}, {NULL, NULL}};
	uint8_t buf[8192];

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		size_t n = to_utf16(i & 1 ? WIN7 : WIN10, i & 2, i & 4, buf);
		check_bytes(buf, n, want, __LINE__);
	}
	found(WIN10, {KEY1, ID1});
	found("\xEF\xBB\xBF" WIN7, {KEY1, ID1});
	found("Recovery key identification: 64311DEA-4587-40\r\nKey: " KEY1,
		{KEY1, "64311DEA-4587-40"});
}

static void test_file__manage_bde__each_with_its_own_id(void **state)
{
	(void)state;
	found("Volume C: [System]\r\nAll Key Protectors\r\n\r\n    TPM:\r\n      ID: {" ID2
	      "}\r\n      PCR Validation Profile:\r\n        7, 11\r\n\r\n    Numerical "
	      "Password:\r\n"
	      "      ID: {" ID1 "}\r\n      Password:\r\n        " KEY1 "\r\n\r\n"
	      "    Numerical Password:\r\n      ID: {" ID3 "}\r\n      Password:\r\n        " KEY2
	      "\r\n",
		{KEY1, ID1}, {KEY2, ID3});
}

static void test_file__csv_of_a_directory__id_from_the_right_column(void **state)
{
	(void)state;
	found("#TYPE Microsoft.ActiveDirectory.Management.ADObject\r\n"
	      "\"DistinguishedName\",\"msFVE-RecoveryGuid\",\"msFVE-RecoveryPassword\",\"Name\","
	      "\"ObjectClass\",\"ObjectGUID\"\r\n"
	      "\"CN=2023-10-10T10:00:00-08:00{" ID1
	      "},CN=PC01,OU=x,DC=y\",\"System.Byte[]\",\"" KEY1
	      "\",\"2023-10-10T10:00:00-08:00{" ID1 "}\",\"msFVE-RecoveryInformation\",\"" ID2
	      "\"\r\n"
	      "\"CN=a{" ID3
	      "},CN=PC \"\"02\"\"\",\"234 29 49 100 135 69 41 64 146 74 186 41 150 71 "
	      "153 142\",\"" KEY2 "\",\"a{" ID3 "}\",\"x\",\"" ID2 "\"\r\n",
		{KEY1, ID1}, {KEY2, ID3});
	found("Name,VolumeId,RecoveryKeyId,LastUpdateTime,RecoveryKey\n"
	      "PC01," ID2 "," ID1 ",2024-01-01 00:00:00," KEY1 "\n"
	      "PC02," ID1 "," ID3 ",2024-01-01 00:00:00," KEY2 "\n",
		{KEY1, ID1}, {KEY2, ID3});
	found("ComputerName;RecoveryPassword;RecoveryKeyID\r\nPC;" KEY1 ";" ID1 "\r\nPC;" KEY2
	      ";\r\n",
		{KEY1, ID1}, {KEY2, ""});
	found("PC01," ID1 "," KEY1 "," ID2 "\n", {KEY1, ID1}, {KEY1, ID2}); /* either may be it */
}

static void test_file__json__paired_in_the_object(void **state)
{
	(void)state;
	found("{\"value\":[{\"id\":\"" ID1 "\",\"deviceId\":\"" ID3 "\",\"key\":\"" KEY1
	      "\"},{\"id\":\"" ID2 "\",\"deviceId\":\"" ID3 "\",\"key\":\"" KEY2 "\"}]}",
		{KEY1, ID1}, {KEY2, ID2});
	found("[{\"key\":\"" KEY1 "\",\"id\":\"" ID1 "\"},{\"key\":\"" KEY2 "\",\"id\":\"" ID2
	      "\"}]",
		{KEY1, ID1}, {KEY2, ID2});
	found("{\n \"id\": \"" ID1 "\",\n \"deviceId\": \"" ID3 "\",\n \"key\": \"" KEY1 "\"\n}\n",
		{KEY1, ID1});
}

/* Keys above their IDs: nobody can know which belongs to which, so they are tried everywhere. */
static void test_file__keys_before_ids__no_id_is_guessed(void **state)
{
	(void)state;
	found(KEY1 "\n" ID1 "\n" KEY2 "\n" ID2 "\n", {KEY1, ""}, {KEY2, ""});
}

/* Case 43 */
static void test_file__damaged_passwords__line_and_group_named(void **state)
{
	(void)state;
	refused("235818-357951-253979-013365-241120-245575-342914-591911", RS_E_KEY_FORMAT,
		"line 1: group 8 is not divisible by 11");
	refused("\n\n720896-357951-253979-013365-241120-245575-342914-591910", RS_E_KEY_FORMAT,
		"line 3: group 1 is above 720885");
	refused("235818-357951-25397-013365-241120-245575-342914-591910", RS_E_KEY_FORMAT,
		"group 3 has not 6 digits");
	refused("23581835795125397901336524112024557534291459191", RS_E_KEY_FORMAT,
		"not 8 groups of 6 digits: 1 missing");
	refused(KEY1 "-591910", RS_E_KEY_FORMAT, "not 8 groups of 6 digits: 6 too many");
	found(ID1 " " KEY1 "\n" ID2 " 235818-357951-253979-013365-241120-245575-342914-591911\n",
		{KEY1, ID1}, {NULL, ID2});
	refused("", RS_E_KEY_FILE, "no recovery password");
	refused("hello 2024-01-01 " ID1 " 123456-123456", RS_E_KEY_FILE, "no recovery password");
}

static void test_file__hostile_bytes__bounded(void **state)
{
	size_t len = (64U << 20) + 1;
	uint8_t *big = malloc(len);
	static const uint8_t nuls[] = "235818\0"
				      "357951\0"
				      "253979\0"
				      "013365\0"
				      "241120\0"
				      "245575\0"
				      "342914\0"
				      "591910\0";

	(void)state;
	assert_non_null(big);
	memset(big, '1', len);
	refused_at(big, len, RS_E_KEY_FILE, "larger than 64 MiB", __LINE__);
	for (size_t i = 0; i < 4U << 20; i++)
		big[i] = (uint8_t) "1-"[i % 2];
	refused_at(big, 4U << 20, RS_E_KEY_FILE, "no recovery", __LINE__);
	for (size_t i = 0; i < 4U << 20; i++)
		big[i] = (uint8_t) "a{\"-,0"[i % 6];
	refused_at(big, 4U << 20, RS_E_KEY_FILE, "no recovery", __LINE__);
	memset(big, 0, 4U << 20);
	refused_at(big, 4U << 20, RS_E_KEY_FILE, "no recovery", __LINE__);
	free(big);
	static const struct want want[] = {{KEY1, ""}, {NULL, NULL}};
	check_bytes(nuls, sizeof(nuls), want, __LINE__);
}

static void test_file__hundred_thousand_keys__quick_and_all(void **state)
{
	const size_t n = 100000, line = 36 + 1 + 55 + 1;
	char *text = malloc(n * line + 1);
	struct bl_keyring *k = NULL;
	struct rs_err err = {0};

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(text + i * line, line + 1, "%08zX-0000-0000-0000-000000000000 %s\n",
			i, KEY1);
	assert_int_equal(bl_keyring_new(&k, &err), 0);
	assert_int_equal(bl_keyring_add_file(k, "keys", (uint8_t *)text, n * line, &err), 0);
	assert_int_equal(bl_keyring_count(k), n);
	bl_keyring_free(k);
	free(text);
}

static void typed(const char *text, int code, const char *word)
{
	struct bl_keyring *k = NULL;
	struct rs_err err = {0};

	assert_int_equal(bl_keyring_new(&k, &err), 0);
	assert_int_equal(bl_keyring_count(k), 0);
	int r = bl_keyring_add_typed(k, text, strlen(text), &err);
	if (r != code || (word && !strstr(err.detail, word)))
		fail_msg("'%s': %d '%s'", text, r, err.detail);
	assert_int_equal(bl_keyring_count(k) == 0, r < 0);
	bl_keyring_free(k);
}

static void test_typed__recovery_password__checked_group_by_group(void **state)
{
	static const char *const groups[] = {
		"235818", "357951", "253979", "013365", "241120", "245575", "342914", "591910"};
	char text[80], word[16];

	(void)state;
	typed(KEY1, 0, NULL);
	typed("235818357951253979013365241120245575342914591910", 0, NULL);
	typed("235818 357951--253979 - 013365\t241120 245575 342914 591910\n", 0, NULL);
	typed("000000-000000-000000-000000-000000-000000-000000-720885", 0, NULL);
	typed("000000-000000-000000-000000-000000-000000-000000-720896", RS_E_KEY_FORMAT,
		"group 8");
	typed("235818-357951-253979-734261-241120-245575-342914-591910", RS_E_KEY_FORMAT,
		"group 4");
	for (unsigned g = 0; g < 8; g++) {
		text[0] = '\0';
		for (unsigned i = 0; i < 8; i++) {
			size_t at = strlen(text);
			(void)snprintf(
				text + at, sizeof(text) - at, "%s%s", i ? "-" : "", groups[i]);
		}
		text[g * 7] = text[g * 7] == '1' ? '2' : '1'; /* one wrong digit */
		(void)snprintf(word, sizeof(word), "group %u ", g + 1);
		typed(text, RS_E_KEY_FORMAT, word);
	}
	typed("235818-357951-253979-013365", RS_E_KEY_FORMAT, ": 24 missing");
	typed("235818-357951-253979-013365-241120-245575-342914-5919", RS_E_KEY_FORMAT,
		"not 8 groups of 6 digits: 2 missing");
	typed("235818-35795-253979-013365-241120-245575-342914-591910", RS_E_KEY_FORMAT, "group 2");
}

static void test_typed__anything_else__a_passphrase(void **state)
{
	(void)state;
	typed("anaconda", 0, NULL);
	typed("anaconda\xC2\xA3", 0, NULL);
	typed("1234567890", 0, NULL); /* too short to be meant as a recovery password */
	typed("\xFF\xFE", RS_E_KEY_FORMAT, "UTF-8");
	typed("abc\xFF", RS_E_KEY_FORMAT, "UTF-8");
	typed("", RS_E_KEY_FORMAT, "empty");
	typed("\n", RS_E_KEY_FORMAT, "empty");
}

static void bek(const uint8_t *p, size_t len, int code, const char *word)
{
	struct bl_keyring *k = NULL;
	struct rs_err err = {0};

	assert_int_equal(bl_keyring_new(&k, &err), 0);
	int r = bl_keyring_add_bek(k, "x.BEK", p, len, &err);
	if (r != code || !strstr(err.detail, word))
		fail_msg("%d '%s' (wanted '%s')", r, err.detail, word);
	bl_keyring_free(k);
}

/* Case 42 */
static void test_bek__malformed__refused_by_name(void **state)
{
	static const uint8_t key[32] = {1};
	uint8_t good[256], p[512], *big = calloc(1, 1 << 20);

	(void)state;
	assert_non_null(big);
	size_t n = mini_bek(7, key, true, good);
	bek(good, n, 0, "");
	for (size_t i = 0; i < n; i++)
		bek(good, i, RS_E_KEY_FILE, "");
	bek(big, 1 << 20, RS_E_KEY_FILE, "too large");
	bek(big, 200, RS_E_KEY_FILE, "not a startup key");
	memcpy(p, good, sizeof(good));
	rs_put_le32(p, (uint32_t)n + 1);
	bek(p, n, RS_E_KEY_FILE, "says");
	memcpy(p, good, sizeof(good));
	rs_put_le32(p + 4, 2);
	bek(p, n, RS_E_KEY_FILE, "not a startup key");
	memcpy(p, good, sizeof(good));
	p[16] ^= 1;
	bek(p, n, RS_E_KEY_FILE, "two different key IDs");
	memcpy(p, good, n);
	memcpy(p + n, good + 48, n - 48);
	rs_put_le32(p, (uint32_t)(2 * n - 48));
	rs_put_le32(p + 12, (uint32_t)(2 * n - 48));
	bek(p, 2 * n - 48, RS_E_KEY_FILE, "more than one");
	memcpy(p, good, n); /* a key of 16 bytes */
	rs_put_le32(p, (uint32_t)n - 16);
	rs_put_le32(p + 12, (uint32_t)n - 16);
	rs_put_le16(p + 48, (uint16_t)(n - 48 - 16));
	rs_put_le16(p + n - 44, 28);
	bek(p, n - 16, RS_E_KEY_FILE, "16 bytes in place of 32");
	free(big);
}

static void test_file__holds_a_startup_key__taken_as_one(void **state)
{
	static const uint8_t key[32] = {1};
	uint8_t p[256];
	struct bl_keyring *k = NULL;
	struct rs_err err = {0};

	(void)state;
	size_t n = mini_bek(7, key, false, p);
	assert_int_equal(bl_keyring_new(&k, &err), 0);
	assert_int_equal(bl_keyring_add_file(k, "x", p, n, &err), 0);
	assert_int_equal(bl_keyring_at(k, 0)->kind, BL_I_STARTUP);
	bl_keyring_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file__one_key__found),
		cmocka_unit_test(test_file__id_and_key_lines__paired),
		cmocka_unit_test(test_file__saved_by_windows__any_encoding),
		cmocka_unit_test(test_file__manage_bde__each_with_its_own_id),
		cmocka_unit_test(test_file__csv_of_a_directory__id_from_the_right_column),
		cmocka_unit_test(test_file__json__paired_in_the_object),
		cmocka_unit_test(test_file__keys_before_ids__no_id_is_guessed),
		cmocka_unit_test(test_file__damaged_passwords__line_and_group_named),
		cmocka_unit_test(test_file__hostile_bytes__bounded),
		cmocka_unit_test(test_file__hundred_thousand_keys__quick_and_all),
		cmocka_unit_test(test_typed__recovery_password__checked_group_by_group),
		cmocka_unit_test(test_typed__anything_else__a_passphrase),
		cmocka_unit_test(test_bek__malformed__refused_by_name),
		cmocka_unit_test(test_file__holds_a_startup_key__taken_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
