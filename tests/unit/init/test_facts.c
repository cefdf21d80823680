/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct facts f;

static void read_boot(const char *text)
{
	facts_init(&f);
	facts_read_boot(&f, text, strlen(text));
}

static void test_facts_read_boot__application__tells_door_and_place(void **state)
{
	(void)state;
	read_boot("door = application\nsecure_boot = yes\r\nloader = shim\n"
		  "partition = bb019aa8-c802-4c24-a94c-d0f324f77871\nwindows_entry = Boot0003\n"
		  "chosen = key\nversion = 0.1.0\nnote = unbrick.conf, line 3: unknown key\n"
		  "something = else\nno equals sign\n");
	assert_int_equal(f.door, DOOR_APPLICATION);
	assert_int_equal(f.secure_boot, SECURE_BOOT_YES);
	assert_string_equal(f.partition, "bb019aa8-c802-4c24-a94c-d0f324f77871");
	assert_string_equal(f.windows_entry, "Boot0003");
	assert_int_equal(f.n_notes, 1);
	assert_string_equal(f.notes[0], "unbrick.conf, line 3: unknown key");
	assert_int_equal(facts_stick_trust(&f), SETTINGS_UNSIGNED);
}

static void test_facts_read_boot__origin__in_its_form_only(void **state)
{
	static const char *const bad[] = {"boot_url = http://a/b c", "boot_url = http://u@a/",
		"boot_url = a", "boot_mac = 52:54:00:12:34", "boot_mac = 52:54:00:12:34:5g",
		"boot_mac = 52:54:00:12:34:567", "boot_mac = 52-54-00-12-34-56",
		"boot_pci = 00:03.0", "boot_pci = 0000:00:03.00", "boot_pci = ../../0:0",
		"boot_vlan = 4095", "boot_vlan = 7x", "boot_vlan = -1", "how = tape",
		"boot_ip6 = no", "boot_how = pxe2", NULL};
	char text[200];

	(void)state;
	read_boot("door = application\nnetwork = yes\nhow = https\n"
		  "boot_url = https://[fd77::1]/unbrick.efi\nboot_mac = 52:54:00:AB:cd:ef\n"
		  "boot_pci = 0000:3a:1f.7\nboot_vlan = 4094\nboot_ip6 = yes\n");
	assert_true(f.is_network && f.is_boot_ip6);
	assert_string_equal(f.how, "https");
	assert_string_equal(f.boot_url, "https://[fd77::1]/unbrick.efi");
	assert_string_equal(f.boot_mac, "52:54:00:ab:cd:ef");
	assert_string_equal(f.boot_pci, "0000:3a:1f.7");
	assert_int_equal(f.boot_vlan, 4094);
	facts_origin_text(&f, text, sizeof(text));
	assert_string_equal(text, "https from https://[fd77::1]/unbrick.efi, card "
				  "52:54:00:ab:cd:ef at 0000:3a:1f.7, VLAN 4094, IPv6");
	for (unsigned i = 0; bad[i]; i++) {
		read_boot(bad[i]);
		assert_string_equal(f.how, "");
		assert_string_equal(f.boot_url, "");
		assert_string_equal(f.boot_mac, "");
		assert_string_equal(f.boot_pci, "");
		assert_int_equal(f.boot_vlan, 0);
		assert_false(f.is_boot_ip6);
	}
}

/* A site's own loader says it so; through the application nobody but the firmware does. */
static void test_facts_read_command_line__origin__not_against_the_application(void **state)
{
	static const char line[] = "quiet unbrick.door=bios unbrick.network=yes unbrick.how=ipxe "
				   "unbrick.url=http://10.0.0.1/ unbrick.mac=52:54:00:12:34:56 "
				   "unbrick.pci=0000:00:03.0 unbrick.vlan=7 unbrick.ip6=yes "
				   "unbrick.mode=look";

	(void)state;
	facts_init(&f);
	facts_read_command_line(&f, line);
	assert_true(f.is_network && f.is_boot_ip6);
	assert_string_equal(f.how, "ipxe");
	assert_string_equal(f.boot_url, "http://10.0.0.1/");
	assert_string_equal(f.boot_mac, "52:54:00:12:34:56");
	assert_string_equal(f.boot_pci, "0000:00:03.0");
	assert_int_equal(f.boot_vlan, 7);
	assert_int_equal(f.settings.mode, SETTINGS_MODE_LOOK);
	read_boot("door = application\nsecure_boot = yes\nhow = usb\n");
	facts_read_command_line(&f, line);
	assert_string_equal(f.how, "usb");
	assert_string_equal(f.boot_mac, "");
	assert_false(f.is_network);
}

static void test_facts_key_refusal__second_door_by_the_network(void **state)
{
	(void)state;
	facts_init(&f);
	f.is_network = true;
	f.door = DOOR_GRUB;
	assert_non_null(facts_key_refusal(&f));
	f.secure_boot = SECURE_BOOT_YES;
	assert_non_null(facts_key_refusal(&f));
	f.door = DOOR_APPLICATION;
	assert_null(facts_key_refusal(&f));
	f.door = DOOR_GRUB;
	f.is_network = false; /* a stick in somebody's hand */
	assert_null(facts_key_refusal(&f));
}

static void test_facts_policy_refusal__second_door__not_under_secure_boot(void **state)
{
	unsigned char params[4096] = {[0x1ec] = 3};

	(void)state;
	read_boot("door = application\nsecure_boot = yes\n");
	assert_null(facts_policy_refusal(&f));
	read_boot("door = application\nsecure_boot = no\n");
	assert_null(facts_policy_refusal(&f));
	facts_init(&f);
	facts_read_command_line(&f, "unbrick.door=grub");
	assert_null(facts_policy_refusal(&f));
	facts_read_boot_params(&f, params, sizeof(params));
	assert_non_null(strstr(facts_policy_refusal(&f), "not signed"));
}

static void test_facts_read_boot__control_characters__reach_no_terminal(void **state)
{
	(void)state;
	read_boot("door=application\nversion=1\033[2J\nnote=a\033]0;x\007b\n");
	assert_null(strchr(f.version, 033));
	assert_null(strchr(f.notes[0], 033));
	assert_null(strchr(f.notes[0], 7));
}

static void test_facts_read_command_line__application__changes_nothing(void **state)
{
	(void)state;
	read_boot("door = application\nsecure_boot = yes\n");
	facts_read_command_line(&f, "unbrick.door=grub unbrick.mode=look unbrick.stick=1234-ABCD");
	assert_int_equal(f.door, DOOR_APPLICATION);
	assert_int_equal(f.settings.mode, SETTINGS_MODE_AUTOMATIC);
	assert_string_equal(f.stick_uuid, "");
}

/* It would keep the screen from starting. */
static void test_facts_read_settings__no_such_keyboard__told_and_left_out(void **state)
{
	static const char conf[] = "keyboard = none\n";

	(void)state;
	facts_init(&f);
	facts_read_settings(&f, conf, sizeof(conf) - 1, SETTINGS_UNCHECKED, "unbrick.conf");
	assert_string_equal(f.settings.keyboard, "");
	assert_int_equal(f.n_notes, 1);
	assert_string_equal(f.notes[0], "unbrick.conf: there is no keyboard layout 'none'");
}

static void test_facts_read_command_line__grub__mode_beats_the_stick(void **state)
{
	(void)state;
	static const char conf[] = "mode = automatic\nwait = 30\n";

	facts_init(&f);
	facts_read_command_line(
		&f, "quiet unbrick.door=grub unbrick.mode=look unbrick.stick=1234-ABCD x\n");
	assert_int_equal(f.door, DOOR_GRUB);
	assert_string_equal(f.stick_uuid, "1234-ABCD");
	facts_read_settings(&f, conf, strlen(conf), SETTINGS_UNCHECKED, "unbrick.conf");
	assert_int_equal(f.settings.mode, SETTINGS_MODE_LOOK);
	assert_int_equal(f.settings.wait_s, 30);
}

/* What a menu starts when nobody presses a key, or a server's script: no person has chosen it. */
static void test_facts_read_command_line__default_of_a_menu__is_no_persons(void **state)
{
	(void)state;
	static const char strict[] = "mode = look\n", loose[] = "mode = automatic\n";

	facts_init(&f);
	facts_read_command_line(&f, "quiet unbrick.door=grub unbrick.default=technician");
	assert_int_equal(f.settings.mode, SETTINGS_MODE_TECHNICIAN);
	facts_read_settings(&f, loose, strlen(loose), SETTINGS_FOREIGN, "unbrick.conf");
	assert_int_equal(f.settings.mode, SETTINGS_MODE_TECHNICIAN);
	facts_read_settings(&f, strict, strlen(strict), SETTINGS_FOREIGN, "unbrick.conf");
	assert_int_equal(f.settings.mode, SETTINGS_MODE_LOOK); /* the stricter one counts */
	facts_init(&f);
	facts_read_command_line(&f, "unbrick.door=grub unbrick.default=look");
	facts_read_medium(&f, loose, strlen(loose)); /* of the server itself */
	assert_int_equal(f.settings.mode, SETTINGS_MODE_AUTOMATIC);
	facts_init(&f);
	facts_read_command_line(
		&f, "unbrick.door=grub unbrick.mode=technician unbrick.default=windows");
	facts_read_settings(&f, strict, strlen(strict), SETTINGS_FOREIGN, "unbrick.conf");
	assert_int_equal(f.settings.mode, SETTINGS_MODE_TECHNICIAN); /* a person has chosen */
	facts_init(&f);
	facts_read_command_line(&f, "unbrick.door=grub unbrick.mode=none");
	facts_read_settings(&f, strict, strlen(strict), SETTINGS_FOREIGN, "unbrick.conf");
	assert_int_equal(f.settings.mode, SETTINGS_MODE_LOOK); /* which nobody can have chosen */
}

static void test_facts_read_command_line__bios__vouches_for_nothing(void **state)
{
	(void)state;
	facts_init(&f);
	facts_read_command_line(
		&f, "quiet unbrick.door=bios unbrick.mode=look unbrick.stick=1234-ABCD");
	assert_int_equal(f.door, DOOR_BIOS);
	assert_string_equal(f.stick_uuid, "1234-ABCD");
	assert_int_equal(f.settings.mode, SETTINGS_MODE_LOOK);
	assert_non_null(strstr(facts_door_meaning(&f), "a BIOS, which checks nothing"));
	f.settings.diagnosis = SETTINGS_DIAGNOSIS_ALONE;
	f.settings.acts = SETTINGS_ACTS_DISABLE;
	f.secure_boot = SECURE_BOOT_YES; /* whoever says so */
	assert_non_null(facts_alone_refusal(&f));
	assert_false(facts_may_disable(&f));
}

static void test_facts_may_disable__signed_settings_that_were_checked__alone(void **state)
{
	(void)state;
	facts_init(&f);
	f.door = DOOR_APPLICATION;
	f.secure_boot = SECURE_BOOT_YES;
	assert_false(facts_may_disable(&f));
	f.settings.acts = SETTINGS_ACTS_DISABLE;
	assert_true(facts_may_disable(&f));
	f.secure_boot = SECURE_BOOT_NO;
	assert_false(facts_may_disable(&f));
	f.secure_boot = SECURE_BOOT_YES;
	f.door = DOOR_GRUB;
	assert_false(facts_may_disable(&f));
}

/* Secure Boot on: what an unsigned file may not loosen stays, and is told with its line. */
static void test_facts_read_settings__unsigned_under_secure_boot__cannot_loosen(void **state)
{
	(void)state;
	static const char conf[] = "wait = 20\nshell = yes\nrules = unsigned\nreplay = all\n";
	unsigned char params[0x200] = {0};

	facts_init(&f);
	facts_read_command_line(&f, "unbrick.door=grub");
	params[0x1ec] = 3;
	facts_read_boot_params(&f, params, sizeof(params));
	assert_int_equal(f.secure_boot, SECURE_BOOT_YES);
	facts_read_settings(&f, conf, strlen(conf), facts_stick_trust(&f), "unbrick.conf");
	assert_int_equal(f.settings.wait_s, 20);
	assert_false(f.settings.shell);
	assert_int_equal(f.settings.rules, SETTINGS_RULES_SIGNED);
	assert_int_equal(f.settings.replay, SETTINGS_REPLAY_SAFE);
	assert_int_equal(f.n_notes, 3);
	assert_non_null(strstr(f.notes[0], "unbrick.conf, line 2"));

	params[0x1ec] = 2; /* off: the stick counts as much as what was started from it */
	facts_read_boot_params(&f, params, sizeof(params));
	facts_read_settings(&f, conf, strlen(conf), facts_stick_trust(&f), "unbrick.conf");
	assert_true(f.settings.shell);
}

static void test_facts_read_boot__cd__tells_medium_and_place(void **state)
{
	(void)state;
	read_boot("door = application\nplace = root:0 pci:1f.2 sata:2\nmedium = cd\n");
	assert_true(f.is_cd);
	assert_string_equal(f.place, "root:0 pci:1f.2 sata:2");
	read_boot("door = application\nmedium = disk\n");
	assert_false(f.is_cd);
}

/* The file that GRUB hands over: nobody has judged it, and no application was there to. */
static void test_facts_read_medium__unsigned_and_only_by_grub(void **state)
{
	static const char conf[] = "wait = 20\nshell = yes\n";

	(void)state;
	read_boot("door = application\nsecure_boot = no\n");
	facts_read_medium(&f, conf, strlen(conf));
	assert_int_equal(f.settings.wait_s, 10);
	facts_init(&f);
	f.secure_boot = SECURE_BOOT_YES;
	facts_read_command_line(&f, "unbrick.door=grub");
	facts_read_medium(&f, conf, strlen(conf));
	assert_int_equal(f.settings.wait_s, 20);
	assert_false(f.settings.shell);
}

static void test_facts_read_boot_params__short__stays_unknown(void **state)
{
	(void)state;
	unsigned char params[0x1ec] = {0};

	facts_init(&f);
	facts_read_boot_params(&f, params, sizeof(params));
	assert_int_equal(f.secure_boot, SECURE_BOOT_NO);
}

static void test_facts_note__more_than_room__keeps_the_first(void **state)
{
	(void)state;
	facts_init(&f);
	for (int i = 0; i < FACTS_NOTES + 5; i++)
		facts_note(&f, "note %d", i);
	assert_int_equal(f.n_notes, FACTS_NOTES);
	assert_string_equal(f.notes[FACTS_NOTES - 1], "note 47");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts_read_boot__cd__tells_medium_and_place),
		cmocka_unit_test(test_facts_read_medium__unsigned_and_only_by_grub),
		cmocka_unit_test(test_facts_read_settings__no_such_keyboard__told_and_left_out),
		cmocka_unit_test(test_facts_read_boot__application__tells_door_and_place),
		cmocka_unit_test(test_facts_read_boot__origin__in_its_form_only),
		cmocka_unit_test(test_facts_read_command_line__origin__not_against_the_application),
		cmocka_unit_test(test_facts_policy_refusal__second_door__not_under_secure_boot),
		cmocka_unit_test(test_facts_key_refusal__second_door_by_the_network),
		cmocka_unit_test(test_facts_read_boot__control_characters__reach_no_terminal),
		cmocka_unit_test(test_facts_read_command_line__application__changes_nothing),
		cmocka_unit_test(test_facts_read_command_line__grub__mode_beats_the_stick),
		cmocka_unit_test(test_facts_may_disable__signed_settings_that_were_checked__alone),
		cmocka_unit_test(test_facts_read_command_line__bios__vouches_for_nothing),
		cmocka_unit_test(test_facts_read_command_line__default_of_a_menu__is_no_persons),
		cmocka_unit_test(
			test_facts_read_settings__unsigned_under_secure_boot__cannot_loosen),
		cmocka_unit_test(test_facts_read_boot_params__short__stays_unknown),
		cmocka_unit_test(test_facts_note__more_than_room__keeps_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
