/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which stick is ours, and what it may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/init.h"
#include "init/stick_files.h"
#include "rig.h"
#include "rule_key.h"
#include "tree.h"

static struct init ours;

static void begin_with(const char *partition, const char *stick_uuid)
{
	rig_end(&ours);
	rig_begin(&ours);
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
	*p = (struct part){.number = 1, .content = VOL_FAT};
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
	d->facts.parts[0] = (struct part){.content = VOL_NTFS};
	d->facts.parts[1] = (struct part){.content = VOL_FAT, .fs_uuid = "1234-ABCD"};
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
static const struct settings *settings_of(enum door door, enum secure_boot secure)
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

/* A rule on a stick, and who may have signed it. */
static struct {
	char path[256], sig_path[260];
	struct rs_secret bytes;
	struct stick_rule_keys keys;
	const char *on; /* whose word the rule was taken on */
} rule;

static void new_rule(void)
{
	static const char text[] = "[rule]\nid = x\n";
	const char *root = tree_new();

	memset(&rule, 0, sizeof(rule));
	assert_int_equal(rs_secret_set(&rule.bytes, text, strlen(text), NULL), 0);
	(void)snprintf(rule.path, sizeof(rule.path), "%s/x.ini", root);
	(void)snprintf(rule.sig_path, sizeof(rule.sig_path), "%s.sig", rule.path);
	tree_file("x.ini", text);
}

static void drop_rule(void)
{
	rs_secret_done(&rule.keys.application);
	rs_secret_done(&rule.keys.own);
	rs_secret_done(&rule.bytes);
	tree_done();
}

/* @bad: a bit of the signature is not right. */
static void sign_rule(EVP_PKEY *pair, bool bad)
{
	unsigned char sig[64];
	FILE *f = fopen(rule.sig_path, "wb");

	sign(pair, (const char *)rule.bytes.p, sig);
	sig[9] ^= (unsigned char)bad;
	assert_non_null(f);
	assert_int_equal(fwrite(sig, 1, sizeof(sig), f), sizeof(sig));
	assert_int_equal(fclose(f), 0);
}

static const char *refusal(enum settings_rules which)
{
	return stick_rule_refusal(which, &rule.keys, rule.path, &rule.bytes, &rule.on);
}

static void test_stick_rule_refusal__only_a_good_signature_or_the_setting(void **state)
{
	(void)state;
	new_rule();
	EVP_PKEY *pair = new_key();
	assert_null(refusal(SETTINGS_RULES_UNSIGNED));
	assert_string_equal(rule.on, "unsigned rules are allowed");
	assert_non_null(strstr(refusal(SETTINGS_RULES_SIGNED), "has no key for rules"));
	assert_int_equal(rs_secret_set(&rule.keys.application, pem, pem_len, NULL), 0);
	assert_non_null(strstr(refusal(SETTINGS_RULES_SIGNED), "has no signature"));
	sign_rule(pair, false);
	assert_null(refusal(SETTINGS_RULES_SIGNED));
	assert_string_equal(rule.on, "signed");
	sign_rule(pair, true);
	assert_non_null(strstr(refusal(SETTINGS_RULES_SIGNED), "signature is wrong"));
	EVP_PKEY_free(pair);
	drop_rule();
}

static void test_stick_rule_refusal__the_sticks_own_key__counts_and_is_named(void **state)
{
	(void)state;
	new_rule();
	EVP_PKEY *pair = new_key();
	sign_rule(pair, false);
	assert_int_equal(rs_secret_set(&rule.keys.own, pem, pem_len, NULL), 0);
	assert_null(refusal(SETTINGS_RULES_SIGNED));
	assert_string_equal(rule.on, "signed by the stick's own key");
	/* beside another one in the application, too; and that one's own are still its own */
	EVP_PKEY *other = new_key();
	assert_int_equal(rs_secret_set(&rule.keys.application, pem, pem_len, NULL), 0);
	assert_null(refusal(SETTINGS_RULES_SIGNED));
	assert_string_equal(rule.on, "signed by the stick's own key");
	sign_rule(other, false);
	assert_null(refusal(SETTINGS_RULES_SIGNED));
	assert_string_equal(rule.on, "signed");
	sign_rule(pair, true);
	assert_non_null(strstr(refusal(SETTINGS_RULES_SIGNED), "signature is wrong"));
	EVP_PKEY_free(other);
	EVP_PKEY_free(pair);
	drop_rule();
}

/* What is said of a stick's rules.pub by this way of starting, and whether it counts. */
static bool own_key_counts(
	enum door door, enum secure_boot secure, const char *text, char said[512])
{
	struct facts f;
	struct rs_secret key = {0};
	const char *root = tree_new();
	FILE *file = tmpfile();

	assert_non_null(file);
	facts_init(&f);
	f.door = door;
	f.secure_boot = secure;
	if (text)
		tree_file("rules.pub", text);
	stick_take_own_key(root, facts_stick_key_refusal(&f), fileno(file), &key);
	bool counts = key.len != 0;
	if (counts)
		assert_memory_equal(key.p, text, key.len);
	rewind(file);
	size_t n = fread(said, 1, 511, file);
	if (n)
		assert_int_equal(said[0], STICK_NOTE);
	memmove(said, said + 5, n ? n - 5 : 0);
	said[n ? n - 5 : 0] = '\0';
	assert_int_equal(fclose(file), 0);
	rs_secret_done(&key);
	tree_done();
	return counts;
}

static void test_stick_take_own_key__as_far_as_the_stick_itself(void **state)
{
	static const struct {
		enum door door;
		enum secure_boot secure;
		bool counts;
	} cases[] = {
		{DOOR_APPLICATION, SECURE_BOOT_YES, false},
		{DOOR_APPLICATION, SECURE_BOOT_NO, true},
		{DOOR_APPLICATION, SECURE_BOOT_SETUP, true},
		{DOOR_GRUB, SECURE_BOOT_YES, true},
		{DOOR_GRUB, SECURE_BOOT_NO, true},
		{DOOR_BIOS, SECURE_BOOT_NO, true},
	};
	char said[512];

	(void)state;
	EVP_PKEY_free(new_key());
	pem[pem_len] = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool counts = own_key_counts(cases[i].door, cases[i].secure, pem, said);
		assert_int_equal(counts, cases[i].counts);
		if (counts)
			assert_string_equal(said,
				"rules.pub of the stick: rules signed by the stick's own key "
				"count, as far as the stick itself is trusted");
		else
			assert_non_null(strstr(said,
				"rules.pub of the stick is not used: under Secure Boot only the "
				"key in unbrick.efi counts"));
		(void)own_key_counts(cases[i].door, cases[i].secure, NULL, said);
		assert_string_equal(said, ""); /* none is no news */
	}
}

static void test_stick_take_own_key__none_for_rules__is_said(void **state)
{
	static char text[8192];
	char said[512];
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	BIO *bio = BIO_new(BIO_s_mem());

	(void)state;
	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	assert_true(BIO_read(bio, text, sizeof(text) - 1) > 0);
	BIO_free(bio);
	EVP_PKEY_free(key);
	for (int i = 0; i < 4; i++) {
		assert_false(own_key_counts(DOOR_GRUB, SECURE_BOOT_YES, text, said));
		assert_string_equal(said,
			"rules.pub of the stick is not used: it is no public key of Ed25519 (PEM)");
		if (i == 0) /* its private half is none, either */
			(void)strcpy(text, "-----BEGIN PRIVATE KEY-----\n"
					   "MC4CAQAwBQYDK2VwBCIEIHuzO1qY1S5YNSRqGmQ5ZgNy0rVzMYtQ"
					   "dLFt1y5Hs4bN\n-----END PRIVATE KEY-----\n");
		else if (i == 1)
			text[0] = '\0';
		else {
			EVP_PKEY_free(new_key());
			memset(text, '\n', 5000); /* a good one, further than is read */
			memcpy(text + 5000, pem, pem_len);
			text[5000 + pem_len] = '\0';
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stick_consider__partition_known__only_that_one_is_ours),
		cmocka_unit_test(test_stick_consider__file_system_known__only_that_one_is_ours),
		cmocka_unit_test(test_stick_consider__comes_back__by_its_file_system),
		cmocka_unit_test(test_stick_consider__windows_beside__is_the_stick_and_worked_on),
		cmocka_unit_test(test_stick_take__settings__as_the_door_and_secure_boot_allow),
		cmocka_unit_test(test_stick_take__no_stick_of_ours__is_not_used),
		cmocka_unit_test(test_stick_take__keys__stay_with_us),
		cmocka_unit_test(test_stick_rule_refusal__only_a_good_signature_or_the_setting),
		cmocka_unit_test(test_stick_rule_refusal__the_sticks_own_key__counts_and_is_named),
		cmocka_unit_test(test_stick_take_own_key__as_far_as_the_stick_itself),
		cmocka_unit_test(test_stick_take_own_key__none_for_rules__is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
