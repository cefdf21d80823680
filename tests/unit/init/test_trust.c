/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which stick is ours, and what it may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
