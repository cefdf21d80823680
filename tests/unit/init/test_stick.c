/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/init.h"
#include "init/stick_files.h"
#include "init/stick_keys.h"
#include "init/stick_record.h"
#include "init/stick_rules.h"

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
		"\"repaired\", \"text\": \"1 disk\\u001b repaired\", \"end\": \"windows\"}}";
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
	tree_file("reports/PF-1/20261125T030000Z.json",
		"{\"started\": \"b\", \"outcome\": {\"text\": \"new\", \"end\": \"stay\"}}");
	tree_file("reports/PF-1/20261124T030000Z.json",
		"{\"started\": \"a\", \"outcome\": {\"text\": \"old\", \"end\": \"stay\"}}");
	read_folder(root, SETTINGS_RULES_SHIPPED, text, sizeof(text));
	assert_non_null(strstr(text, "S:/dev/sdb1;C:mode = look\n;K:11111;L:b: new"));
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

/* ---- which stick is ours, and what it may say ---- */

static struct init ours;

static void begin_with(const char *partition, const char *stick_uuid)
{
	json_object_put(ours.said.timeline);
	ours = (struct init){0};
	loop_init(&ours.loop);
	processes_init(&ours.processes, &ours.loop);
	said_init(&ours);
	facts_init(&ours.facts);
	(void)snprintf(ours.facts.partition, sizeof(ours.facts.partition), "%s", partition);
	(void)snprintf(ours.facts.stick_uuid, sizeof(ours.facts.stick_uuid), "%s", stick_uuid);
}

/* A disk that the kernel does not have: nothing is mounted. */
static struct known_disk *plug(const char *name, const char *uuid, const char *fs_uuid)
{
	struct known_disk *d = disks_put(&ours.disks, name);
	struct part *p = &d->facts.parts[0];

	d->state = DISK_READY;
	d->facts.n_parts = 1;
	*p = (struct part){.number = 1, .content = PART_FAT};
	(void)snprintf(p->uuid, sizeof(p->uuid), "%s", uuid);
	(void)snprintf(p->fs_uuid, sizeof(p->fs_uuid), "%s", fs_uuid);
	stick_consider(&ours, d);
	return d;
}

static void test_stick_consider__partition_known__only_that_one_is_ours(void **state)
{
	(void)state;
	begin_with("BB019AA8-C802-4C24-A94C-D0F324F77871", "");
	assert_false(plug("no-disk-a", "00000000-c802-4c24-a94c-d0f324f77871", "1-1")->is_stick);
	assert_false(plug("no-disk-b", "", "1-2")->is_stick);
	assert_true(plug("no-disk-c", "bb019aa8-c802-4c24-a94c-d0f324f77871", "1-3")->is_stick);
	assert_string_equal(ours.stick.disk, "no-disk-c");
	assert_int_equal(ours.disks.list[2].state, DISK_LEFT);
}

static void test_stick_consider__file_system_known__only_that_one_is_ours(void **state)
{
	(void)state;
	begin_with("", "1234-abcd");
	assert_false(plug("no-disk-a", "", "1234-ABCE")->is_stick);
	assert_true(plug("no-disk-b", "", "1234-ABCD")->is_stick);
}

/* Once it was read, another one that claims the same partition brings nothing: only the same file
 * system comes back. */
static void test_stick_consider__comes_back__by_its_file_system(void **state)
{
	(void)state;
	begin_with("bb019aa8-c802-4c24-a94c-d0f324f77871", "");
	ours.stick.state = STICK_READ;
	(void)snprintf(ours.stick.fs_uuid, sizeof(ours.stick.fs_uuid), "1234-ABCD");
	assert_false(plug("no-disk-a", "bb019aa8-c802-4c24-a94c-d0f324f77871", "1-1")->is_stick);
	assert_true(plug("no-disk-b", "", "1234-ABCD")->is_stick);
	stick_gone(&ours, "no-disk-a");
	assert_string_equal(ours.stick.disk, "no-disk-b");
	stick_gone(&ours, "no-disk-b");
	assert_string_equal(ours.stick.disk, "");
	ours.stick.fs_uuid[0] = '\0'; /* none has no name to come back by */
	assert_false(plug("no-disk-c", "", "")->is_stick);
}

static void test_stick_consider__windows_beside__is_the_stick_and_worked_on(void **state)
{
	(void)state;
	begin_with("", "1234-abcd");
	struct known_disk *d = disks_put(&ours.disks, "no-disk-a");

	d->state = DISK_READY;
	d->facts.n_parts = 2;
	d->facts.parts[0] = (struct part){.content = PART_NTFS};
	d->facts.parts[1] = (struct part){.content = PART_FAT, .fs_uuid = "1234-ABCD"};
	stick_consider(&ours, d);
	assert_true(d->is_stick);
	assert_int_equal(d->state, DISK_READY);
}

static uint8_t read_back[1024];
static size_t read_back_len;

static void add_record(enum stick_tag tag, const char *text)
{
	read_back[read_back_len] = (uint8_t)tag;
	rs_put_le32(read_back + read_back_len + 1, (uint32_t)strlen(text));
	memcpy(read_back + read_back_len + 5, text, strlen(text));
	read_back_len += 5 + strlen(text);
}

/* What a stick's own settings come to. */
static const struct settings *settings_of(enum facts_door door, enum facts_secure_boot secure)
{
	begin_with("", "1234-abcd");
	ours.facts.door = door;
	ours.facts.secure_boot = secure;
	read_back_len = 0;
	add_record(STICK_IS_ONE, "/dev/no-disk1");
	add_record(STICK_SETTINGS, "wait = 20\nshell = yes\nrules = unsigned\nreplay = all\n");
	stick_take(&ours, (struct rs_view){read_back, read_back_len});
	assert_int_equal(ours.stick.state, STICK_READ);
	return &ours.facts.settings;
}

static void test_stick_take__settings__as_the_door_and_secure_boot_allow(void **state)
{
	struct settings before;

	(void)state;
	settings_init(&before);
	const struct settings *s = settings_of(DOOR_APPLICATION, SECURE_BOOT_NO);
	assert_int_equal(s->wait_s, before.wait_s); /* it has judged them already */
	assert_int_equal(s->shell, before.shell);
	s = settings_of(DOOR_GRUB, SECURE_BOOT_YES);
	assert_int_equal(s->wait_s, 20);
	assert_int_equal(s->shell, before.shell);
	assert_int_equal(s->rules, before.rules);
	assert_int_equal(s->replay, before.replay);
	assert_int_equal(ours.facts.n_notes, 3);
	s = settings_of(DOOR_GRUB, SECURE_BOOT_NO);
	assert_true(s->shell);
	assert_int_equal(s->rules, SETTINGS_RULES_UNSIGNED);
	assert_int_equal(s->replay, SETTINGS_REPLAY_ALL);
}

static void test_stick_take__no_stick_of_ours__is_not_used(void **state)
{
	(void)state;
	begin_with("", "1234-abcd");
	read_back_len = 0;
	stick_take(&ours, (struct rs_view){read_back, 0});
	assert_int_equal(ours.stick.state, STICK_BAD);
	begin_with("", "");
	add_record(STICK_IS_ONE, "/dev/no-disk1");
	for (size_t n = 0; n < read_back_len; n++) {
		stick_take(&ours, (struct rs_view){read_back, n});
		assert_int_equal(ours.stick.state, STICK_NONE);
	}
}

/* A fork that has no business with the keys does not get them; a key that is of no use is gone. */
static void test_stick_take__keys__stay_with_us(void **state)
{
	int status = -1;

	(void)state;
	begin_with("", "");
	read_back_len = 0;
	add_record(STICK_IS_ONE, "/dev/no-disk1");
	add_record(STICK_STARTUP_KEY, "11111");
	add_record(STICK_KEYS, "22222");
	stick_take(&ours, (struct rs_view){read_back, read_back_len});
	assert_int_equal(ours.stick.keys.len, 10);
	assert_memory_equal(ours.stick.keys.p, "1111122222", 10);
	pid_t pid = fork();
	if (pid == 0)
		_exit(ours.stick.keys.p[0] != 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	stick_forget_keys(&ours);
	assert_null(ours.stick.keys.p);
	assert_int_equal(ours.stick.keys.len, 0);
}

static void test_stick_rule_refusal__only_a_good_signature_or_the_setting(void **state)
{
	const char *root = tree_new();
	static const char rule[] = "[rule]\nid = x\n";
	struct rs_secret key = {0}, bytes = {0};
	EVP_PKEY *pair = new_key();
	unsigned char sig[64];
	char path[256], sig_path[260];

	(void)state;
	assert_int_equal(rs_secret_set(&bytes, rule, strlen(rule), NULL), 0);
	(void)snprintf(path, sizeof(path), "%s/x.ini", root);
	(void)snprintf(sig_path, sizeof(sig_path), "%s.sig", path);
	tree_file("x.ini", rule);
	assert_null(stick_rule_refusal(SETTINGS_RULES_UNSIGNED, &key, path, &bytes));
	assert_non_null(strstr(stick_rule_refusal(SETTINGS_RULES_SIGNED, &key, path, &bytes),
		"has no key for rules"));
	assert_int_equal(rs_secret_set(&key, pem, pem_len, NULL), 0);
	assert_non_null(strstr(
		stick_rule_refusal(SETTINGS_RULES_SIGNED, &key, path, &bytes), "has no signature"));
	sign(pair, rule, sig);
	for (int wrong = 0; wrong < 2; wrong++) {
		FILE *f = fopen(sig_path, "wb");
		assert_non_null(f);
		sig[9] ^= (unsigned char)wrong;
		assert_int_equal(fwrite(sig, 1, sizeof(sig), f), sizeof(sig));
		assert_int_equal(fclose(f), 0);
		const char *why = stick_rule_refusal(SETTINGS_RULES_SIGNED, &key, path, &bytes);
		if (wrong)
			assert_non_null(strstr(why, "signature is wrong"));
		else
			assert_null(why);
	}
	rs_secret_done(&key);
	rs_secret_done(&bytes);
	EVP_PKEY_free(pair);
	tree_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stick_rule_is_signed__one_bit_changed__is_not),
		cmocka_unit_test(test_stick_rule_is_signed__key_of_another_kind__is_not),
		cmocka_unit_test(test_stick_last_of__report__has_outcome_only),
		cmocka_unit_test(test_stick_write_folder__twice__has_both_files_once),
		cmocka_unit_test(test_stick_write_folder__a_file_in_the_way__says_so),
		cmocka_unit_test(test_stick_read_folder__files__come_as_records),
		cmocka_unit_test(test_stick_read_folder__too_long_keys__are_told_not_read),
		cmocka_unit_test(test_stick_send_startup_keys__others_beside__named_not_sent),
		cmocka_unit_test(test_stick_send_startup_keys__keys__sent_whole),
		cmocka_unit_test(test_stick_send_startup_keys__too_many__bounded_and_told),
		cmocka_unit_test(test_stick_consider_again__came_after_the_work__once_more),
		cmocka_unit_test(test_stick_consider__partition_known__only_that_one_is_ours),
		cmocka_unit_test(test_stick_consider__file_system_known__only_that_one_is_ours),
		cmocka_unit_test(test_stick_consider__comes_back__by_its_file_system),
		cmocka_unit_test(test_stick_consider__windows_beside__is_the_stick_and_worked_on),
		cmocka_unit_test(test_stick_take__settings__as_the_door_and_secure_boot_allow),
		cmocka_unit_test(test_stick_take__no_stick_of_ours__is_not_used),
		cmocka_unit_test(test_stick_take__keys__stay_with_us),
		cmocka_unit_test(test_stick_rule_refusal__only_a_good_signature_or_the_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
