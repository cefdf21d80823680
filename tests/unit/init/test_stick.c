/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/init.h"
#include "init/picture.h"
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
#include <sys/wait.h>
#include <unistd.h>

#include "format/bytes.h"
#include "rule_key.h"
#include "tree.h"

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

/* A key of another kind whose signatures happen to be 64 bytes long, too: RSA of 512 bits can be
 * broken in an afternoon. */
static void test_stick_rule_is_signed__key_of_another_kind__is_not(void **state)
{
	(void)state;
	static const char rule[] = "[rule]\nid = x\n";
	const unsigned char *text = (const unsigned char *)rule;
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)512);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char sig[64];
	size_t len = sizeof(sig);

	assert_non_null(key);
	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	pem_len = (size_t)BIO_read(bio, pem, sizeof(pem));
	assert_int_equal(EVP_DigestSignInit(c, NULL, NULL, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(c, sig, &len, text, strlen(rule)), 1);
	assert_int_equal(len, sizeof(sig)); /* else the length alone would refuse it */
	assert_false(stick_rule_is_signed(pem, pem_len, rule, strlen(rule), sig, len));
	EVP_MD_CTX_free(c);
	BIO_free(bio);
	EVP_PKEY_free(key);
}

static void test_stick_last_of__report__has_outcome_only(void **state)
{
	(void)state;
	static const char json[] =
		"{\"started\": \"2026-11-25T03:00:00Z\", \"x\": 1, \"outcome\": {\"result\": "
		"\"done\", \"text\": \"1 disk\\u001b repaired\", \"end\": \"windows\"}}";
	struct stick_last last = {0};

	assert_true(stick_last_of(json, strlen(json), &last));
	assert_string_equal(last.end, "windows");
	assert_string_equal(last.run, "2026-11-25T03:00:00Z: 1 disk\\x1B repaired");
	for (size_t n = 0; n < strlen(json); n++)
		assert_false(stick_last_of(json, n, &last));
	assert_false(stick_last_of("[]", 2, &last));
	assert_false(stick_last_of("{\"outcome\": 3}", 14, &last));
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

/* What programs drew lies beside the report, under its name. */
static void test_pictures__of_two_runs__numbered_beside_the_report(void **state)
{
	(void)state;
	const char *root = tree_new();
	struct json_object *names = json_object_new_array();
	struct stick_write w = {.serial = "PF-1", .name = "20261125T030000Z"};
	char why[256], path[256], bytes[16] = "";

	tree_file("report.json", "{}\n");
	tree_file("report.txt", "text\n");
	assert_int_equal(report_take_pictures(root, 0, w.name, names), 0);
	tree_file("run.svg", "first");
	tree_file("run-2.svg", "second");
	w.n_pictures = report_take_pictures(root, 0, w.name, names);
	tree_file("run.svg", "third");
	w.n_pictures = report_take_pictures(root, w.n_pictures, w.name, names);
	assert_int_equal(w.n_pictures, 3);
	assert_int_equal(json_object_array_length(names), 3);
	assert_string_equal(json_object_get_string(json_object_array_get_idx(names, 2)),
		"20261125T030000Z-3.svg");
	tree_file("run.svg", "of nobody");
	report_drop_pictures(root);
	assert_int_equal(report_take_pictures(root, 3, w.name, names), 3);
	stick_write_folder(&w, root, root, why, sizeof(why));
	assert_string_equal(why, "");
	(void)snprintf(path, sizeof(path), "%s/reports/PF-1/20261125T030000Z-2.svg", root);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(bytes, sizeof(bytes), f));
	(void)fclose(f);
	assert_string_equal(bytes, "second");
	w.n_pictures = 4; /* one that is gone is said, and the report is there */
	stick_write_folder(&w, root, root, why, sizeof(why));
	assert_non_null(strstr(why, "20261125T030000Z-4.svg"));
	json_object_put(names);
	tree_done();
}

/* However many there are, memory is not filled. */
static void test_pictures__too_many__are_forgotten(void **state)
{
	(void)state;
	const char *root = tree_new();
	struct json_object *names = json_object_new_array();

	tree_file("run.svg", "one");
	tree_file("run-2.svg", "two");
	assert_int_equal(report_take_pictures(root, 98, "t", names), 99);
	assert_int_equal(json_object_array_length(names), 1);
	tree_file("run.svg", "of another run, which has no second one");
	assert_int_equal(report_take_pictures(root, 0, "t", names), 1);
	json_object_put(names);
	tree_done();
}

#define MACHINE "11223344-5566-7788-99aa-bbccddeeff00"

/* @text in bios/env of a stick: what stick_set_next_in says of it, and what stands there then. */
static void set_next(const char *text, char why[256], char after[2048])
{
	const char *root = tree_new();
	char path[256];

	tree_file("bios/env", text);
	stick_set_next_in(root, MACHINE, why, 256);
	(void)snprintf(path, sizeof(path), "%s/bios/env", root);
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	after[fread(after, 1, 2047, f)] = '\0';
	(void)fclose(f);
	tree_done();
}

static void test_stick_set_next_in__block_of_grub__is_changed_in_its_place(void **state)
{
	(void)state;
	static const char head[] = "# GRUB Environment Block\n";
	char block[1025], why[256], after[2048];

	memset(block, '#', 1024);
	block[1024] = '\0';
	memcpy(block, head, strlen(head));
	set_next(block, why, after);
	assert_string_equal(why, "");
	assert_int_equal(strlen(after), 1024);
	assert_memory_equal(after, "# GRUB Environment Block\nnext=" MACHINE "\n####", 71);
	for (const char *p = after + 67; *p; p++)
		assert_int_equal(*p, '#');
}

static void test_stick_set_next_in__something_else__stays_as_it_is(void **state)
{
	(void)state;
	char block[1025], why[256], after[2048];

	memset(block, '#', 1024);
	block[1024] = '\0';
	set_next(block, why, after); /* its size, and no head */
	assert_string_equal(why, "bios/env of it is not GRUB's");
	assert_string_equal(after, block);
	set_next("# GRUB Environment Block\n", why, after);
	assert_string_equal(why, "bios/env of it is not GRUB's");
	assert_string_equal(after, "# GRUB Environment Block\n");
	const char *root = tree_new();
	stick_set_next_in(root, MACHINE, why, sizeof(why));
	assert_string_equal(why, "bios/env of it: No such file or directory");
	tree_file("other", block);
	tree_link("bios/env", "../other");
	stick_set_next_in(root, MACHINE, why, sizeof(why));
	assert_string_equal(why, "bios/env of it: Too many levels of symbolic links");
	tree_done();
}

static int temp_file(void)
{
	char name[] = "/tmp/unbrick-read.XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	(void)unlink(name);
	return fd;
}

/* Everything that a read gives back, as one text of "TAG:bytes;". */
static void records(int fd, char *ret, size_t cap)
{
	uint8_t head[5];
	size_t len = 0;

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

#define ID   "0f8fad5b-d9cb-469f-a165-70867728950e"
#define KEPT "{\"command\": \"boot\", \"event\": \"end\", \"report_id\": \"" ID "\", "

static bool is_file(const char *root, const char *name)
{
	char path[256];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	return stat(path, &st) == 0;
}

static void test_stick_unsent_of__report__what_sends_it_again(void **state)
{
	static const char good[] =
		KEPT "\"revision\": 2, \"outcome\": {\"result\": \"nothing-to-do\"}}";
	static const char *const bad[] = {"", "[]", "{}",
		KEPT "\"outcome\": {\"result\": \"Do\\nne\"}}", KEPT "\"outcome\": {}}",
		KEPT "\"revision\": -1, \"outcome\": {\"result\": \"done\"}}",
		"{\"command\": \"boot\", \"event\": \"start\", \"report_id\": \"" ID
		"\", \"outcome\": {\"result\": \"done\"}}",
		"{\"command\": \"boot\", \"event\": \"end\", \"report_id\": "
		"\"../../../../../../../../../../../../\", \"outcome\": {\"result\": "
		"\"done\"}}"};
	struct stick_unsent one = {0};

	(void)state;
	assert_true(stick_unsent_of(good, strlen(good), &one));
	assert_string_equal(one.id, ID);
	assert_string_equal(one.result, "nothing-to-do");
	assert_int_equal(one.revision, 2);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(stick_unsent_of(bad[i], strlen(bad[i]), &one));
	for (size_t n = 0; n + 1 < sizeof(good); n++)
		assert_false(stick_unsent_of(good, n, &one));
}

/* Kept, found at the next start, sent, and then not found any more. */
static void test_stick_unsent__its_whole_way(void **state)
{
	(void)state;
	const char *root = tree_new();
	struct stick_write w = {.serial = "PF-1", .name = "20261125T030000Z", .is_unsent = true};
	struct stick_read r = {.serial = "PF-2"};
	static char text[8192];
	char why[256];

	tree_file("report.json", KEPT "\"outcome\": {\"result\": \"done\"}}");
	tree_file("report.txt", "text\n");
	stick_write_folder(&w, root, root, why, sizeof(why));
	assert_string_equal(why, "");
	assert_true(is_file(root, "reports/PF-1/20261125T030000Z.unsent"));
	tree_file("reports/PF-1/other.json", "{}");
	tree_file("reports/PF-1/other.unsent", "");
	tree_file("reports/PF-1/.unsent", "");
	tree_file("reports/PF-1/gone.unsent", "");
	(void)snprintf(r.run, sizeof(r.run), "%s", root);
	settings_init(&r.settings);
	r.settings.rules = SETTINGS_RULES_SHIPPED;
	int fd = temp_file();
	stick_read_folder(&r, root, fd);
	struct stick_unsent one;
	uint8_t head[5];
	(void)lseek(fd, 0, SEEK_SET);
	assert_int_equal(read(fd, head, 5), 5);
	assert_int_equal(head[0], STICK_UNSENT);
	assert_int_equal(read(fd, &one, sizeof(one)), sizeof(one));
	assert_string_equal(one.folder, "PF-1");
	assert_string_equal(one.name, "20261125T030000Z");
	assert_string_equal(one.id, ID);
	assert_int_equal(one.number, 0);
	assert_true(is_file(root, "unsent-0.json"));
	assert_false(is_file(root, "unsent-1.json"));
	records(fd, text, sizeof(text));
	w = (struct stick_write){.serial = "PF-2", .name = "20261126T030000Z", .n_sent = 1};
	w.sent[0] = one;
	tree_file("reports/PF-2/20261126T030000Z.unsent", ""); /* its first end was not taken */
	stick_write_folder(&w, root, root, why, sizeof(why));
	assert_string_equal(why, "");
	assert_false(is_file(root, "reports/PF-1/20261125T030000Z.unsent"));
	assert_true(is_file(root, "reports/PF-1/20261125T030000Z.sent"));
	assert_false(is_file(root, "reports/PF-2/20261126T030000Z.unsent"));
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

static void read_folder(const char *root, enum settings_rules rules, char *ret, size_t cap)
{
	struct stick_read r = {.device = "/dev/sdb1", .serial = "PF-1"};
	int fd = temp_file();

	settings_init(&r.settings);
	r.settings.rules = rules;
	stick_read_folder(&r, root, fd);
	records(fd, ret, cap);
}

static void test_stick_read_folder__files__come_as_records(void **state)
{
	(void)state;
	const char *root = tree_new();
	static char text[8192];

	tree_file("unbrick.conf", "mode = look\n");
	tree_file("keys.txt", "11111");
	tree_file("keys.enc", "22222");
	tree_file("fleet.secret", "user: a");
	tree_file("reports/PF-1/20261125T030000Z.json",
		"{\"started\": \"b\", \"outcome\": {\"text\": \"new\", \"end\": \"stay\"}}");
	tree_file("reports/PF-1/20261124T030000Z.json",
		"{\"started\": \"a\", \"outcome\": {\"text\": \"old\", \"end\": \"stay\"}}");
	read_folder(root, SETTINGS_RULES_SHIPPED, text, sizeof(text));
	assert_non_null(strstr(text, "C:mode = look\n;K:11111;K:22222;A:user: a;L:b: new"));
	assert_null(strstr(text, "a: old"));
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

static void test_stick_read_folder__its_own_key__only_where_it_counts(void **state)
{
	(void)state;
	const char *root = tree_new();
	struct stick_read r = {.device = "/dev/sdb1", .key_refusal = "not here"};
	static char text[8192];
	EVP_PKEY *key = new_key();
	int fd = temp_file();

	pem[pem_len] = '\0';
	tree_file("rules/readme.txt", "");
	tree_file("rules.pub", pem);
	settings_init(&r.settings);
	stick_read_folder(&r, root, fd);
	records(fd, text, sizeof(text));
	assert_non_null(strstr(text, "N:rules.pub of the stick is not used: not here"));
	r.key_refusal = NULL;
	r.is_foreign = true;
	fd = temp_file();
	stick_read_folder(&r, root, fd);
	records(fd, text, sizeof(text));
	assert_non_null(strstr(text, "is not used: this was not started from that stick"));
	read_folder(root, SETTINGS_RULES_SIGNED, text, sizeof(text));
	assert_non_null(strstr(text, "N:rules.pub of the stick: rules signed by the stick's own"));
	/* where rules need no signature or do not count at all, no key says anything */
	read_folder(root, SETTINGS_RULES_UNSIGNED, text, sizeof(text));
	assert_null(strstr(text, "N:"));
	read_folder(root, SETTINGS_RULES_SHIPPED, text, sizeof(text));
	assert_null(strstr(text, "N:"));
	EVP_PKEY_free(key);
	tree_done();
}

static void test_stick_read_folder__a_link__is_not_followed(void **state)
{
	(void)state;
	const char *root = tree_new();
	static char text[8192];

	tree_file("elsewhere", "11111");
	tree_link("keys.txt", "elsewhere");
	read_folder(root, SETTINGS_RULES_SHIPPED, text, sizeof(text));
	assert_null(strstr(text, "K:"));
	tree_done();
}

/* A file whose header is that of a startup key of @says bytes. */
static void key_file(const char *root, const char *name, uint32_t len, uint32_t says)
{
	uint8_t bytes[2048] = {0};
	char path[256];

	rs_put_le32(bytes, says);
	rs_put_le32(bytes + 4, 1);
	rs_put_le32(bytes + 8, 48);
	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* How many records of a tag there are; they hold zeros, so they are counted as they come. */
static unsigned count(int fd, uint8_t tag)
{
	uint8_t head[5];
	unsigned n = 0;

	(void)lseek(fd, 0, SEEK_SET);
	while (read(fd, head, 5) == 5) {
		n += head[0] == tag;
		(void)lseek(fd, (off_t)rs_le32(head + 1), SEEK_CUR);
	}
	return n;
}

static void test_stick_send_startup_keys__others_beside__named_not_sent(void **state)
{
	(void)state;
	const char *root = tree_new();
	static char text[8192];
	int fd = temp_file();

	tree_file("short.BEK", "x");
	tree_file("README.TXT", "x");
	tree_link("link.BEK", "README.TXT");
	tree_file("folder.BEK/x", "x");
	key_file(root, "longer.BEK", 181, 180);
	key_file(root, "shorter.BEK", 179, 180);
	key_file(root, "large.BEK", 1025, 1025);
	stick_send_startup_keys(root, fd);
	assert_int_equal(count(fd, 'B'), 0);
	records(fd, text, sizeof(text));
	assert_non_null(strstr(text, "N:short.BEK of the stick is not used: it is no startup"));
	assert_non_null(strstr(text, "N:longer.BEK of the stick is not used: it is no startup"));
	assert_non_null(strstr(text, "N:shorter.BEK of the stick is not used: it is no startup"));
	assert_non_null(strstr(text, "N:large.BEK of the stick is not used: it is no startup"));
	assert_non_null(strstr(text, "N:link.BEK of the stick is not used: "));
	assert_non_null(strstr(text, "N:folder.BEK of the stick is not used: "));
	assert_null(strstr(text, "README"));
	tree_done();
}

static void test_stick_send_startup_keys__keys__sent_whole(void **state)
{
	(void)state;
	const char *root = tree_new();
	int fd = temp_file();
	uint8_t record[200];

	tree_file("x", "x");
	key_file(root, "4381F759-C4F8-4DE0-BB61-FC33A831BDA5.BEK", 156, 156);
	stick_send_startup_keys(root, fd);
	assert_int_equal(count(fd, 'B'), 1);
	(void)lseek(fd, 0, SEEK_SET);
	assert_int_equal(read(fd, record, sizeof(record)), 5 + 156);
	assert_int_equal(rs_le32(record + 1), 156);
	assert_int_equal(rs_le32(record + 5), 156);
	(void)close(fd);
	tree_done();
}

/* With keys.txt they have to fit into the pipe to the program. */
static void test_stick_send_startup_keys__too_many__bounded_and_told(void **state)
{
	(void)state;
	const char *root = tree_new();
	int fd = temp_file();
	char name[32];

	tree_file("x", "x");
	for (int i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "%d.bek", i);
		key_file(root, name, 1024, 1024);
	}
	stick_send_startup_keys(root, fd);
	assert_int_equal(count(fd, 'B'), 48);
	assert_int_equal(count(fd, 'N'), 1);
	(void)close(fd);
	tree_done();
}

/* What the stick has brought, what the disk had when it was worked on, how that ended. */
static void again(bool has_rules, bool had_rules, bool has_keys, bool had_keys, int status, bool is)
{
	static struct init in;
	struct known_disk d = {.state = DISK_DONE,
		.status = status,
		.work.had_rules = had_rules,
		.work.had_keys = had_keys};

	in.stick.rules[0] = has_rules ? 'x' : '\0';
	in.stick.keys.len = has_keys;
	stick_consider_again(&in, &d);
	assert_int_equal(d.state, is ? DISK_READY : DISK_DONE);
}

static void test_stick_consider_again__came_after_the_work__once_more(void **state)
{
	(void)state;
	for (int status = -1; status < 15; status++) {
		bool is_for_rules = status == 0 || status == 4;
		bool is_for_keys = status == 5 || status == 6;
		again(false, false, false, false, status, false);
		again(true, false, false, false, status, is_for_rules);
		again(true, true, false, false, status, false);
		again(false, false, true, false, status, is_for_keys);
		again(false, false, true, true, status, false);
		again(true, false, true, false, status, is_for_rules || is_for_keys);
		again(true, true, true, true, status, false);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stick_rule_is_signed__one_bit_changed__is_not),
		cmocka_unit_test(test_stick_rule_is_signed__key_of_another_kind__is_not),
		cmocka_unit_test(test_stick_last_of__report__has_outcome_only),
		cmocka_unit_test(test_stick_write_folder__twice__has_both_files_once),
		cmocka_unit_test(test_pictures__of_two_runs__numbered_beside_the_report),
		cmocka_unit_test(test_pictures__too_many__are_forgotten),
		cmocka_unit_test(test_stick_set_next_in__block_of_grub__is_changed_in_its_place),
		cmocka_unit_test(test_stick_set_next_in__something_else__stays_as_it_is),
		cmocka_unit_test(test_stick_unsent_of__report__what_sends_it_again),
		cmocka_unit_test(test_stick_unsent__its_whole_way),
		cmocka_unit_test(test_stick_write_folder__a_file_in_the_way__says_so),
		cmocka_unit_test(test_stick_read_folder__files__come_as_records),
		cmocka_unit_test(test_stick_read_folder__too_long_keys__are_told_not_read),
		cmocka_unit_test(test_stick_read_folder__its_own_key__only_where_it_counts),
		cmocka_unit_test(test_stick_read_folder__a_link__is_not_followed),
		cmocka_unit_test(test_stick_send_startup_keys__others_beside__named_not_sent),
		cmocka_unit_test(test_stick_send_startup_keys__keys__sent_whole),
		cmocka_unit_test(test_stick_send_startup_keys__too_many__bounded_and_told),
		cmocka_unit_test(test_stick_consider_again__came_after_the_work__once_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
