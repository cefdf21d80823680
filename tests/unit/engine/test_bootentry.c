/* SPDX-License-Identifier: GPL-3.0-or-later */
/* May a locked volume be a Windows that sleeps? By the boot entries of the machine's disks (stores
 * by libhivex on FAT volumes by mtools) and by its own metadata. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/guards.h"

#define MKHIVE_IN_TEST
#include "../../disks/mkhive.c"
#define MKBCD_IN_TEST
#include "../../disks/mkbcd.c"

#define GUID_A "ecd43012-88cf-4f80-a8de-8d3719d0653a"
#define GUID_B "11111111-2222-3333-4444-555555555555"
#define MIB    (1U << 20)

/* Two disks: each an EFI system partition at 1 MiB, 2 MiB long, and one volume behind it. */
struct box {
	struct rs_session s;
	struct disk_part parts[2][2];
	struct disk_map maps[2];
	struct en_disk disks[2];
	struct en_volume v;
	struct bl_info info;
	char dir[64];
};

static struct en_machine machine_of(struct box *b, int i)
{
	return (struct en_machine){.disks = &b->disks[i], .n_disks = 1};
}

static void must_run(const char *command)
{
	if (system(command) != 0) /* NOLINT(cert-env33-c): a test's own text */
		fail_msg("%s", command);
}

/* @entry NULL: a FAT without a store; "cut": one that is damaged; "noise": no FAT at all. */
static void put_esp(struct box *b, int disk, const char *entry)
{
	char command[512], store[96], program[] = "mkbcd", spec[128] = "";
	char *argv[] = {program, store, spec, NULL};

	(void)snprintf(store, sizeof(store), "%s/BCD", b->dir);
	(void)snprintf(command, sizeof(command),
		"cd %s && rm -f esp BCD && truncate -s 2M esp && mformat -i esp :: && mmd -i esp "
		"::/EFI "
		"::/EFI/Microsoft ::/EFI/Microsoft/Boot",
		b->dir);
	must_run(command);
	bool is_cut = entry && strcmp(entry, "cut") == 0;
	if (entry) {
		(void)snprintf(spec, sizeof(spec), "%s", is_cut ? "loader=" GUID_B : entry);
		assert_int_equal(mkbcd_main(3, argv), 0);
		assert_int_equal(is_cut ? truncate(store, 5000) : 0, 0);
		(void)snprintf(command, sizeof(command),
			"cd %s && mcopy -i esp BCD ::/EFI/Microsoft/Boot/BCD", b->dir);
		must_run(command);
	}
	(void)snprintf(command, sizeof(command),
		"cd %s && truncate -s 4M disk%d && dd if=esp of=disk%d bs=1M seek=1 conv=notrunc "
		"status=none",
		b->dir, disk, disk);
	must_run(command);
	(void)snprintf(command, sizeof(command), "%s/disk%d", b->dir, disk);
	blk_close(b->disks[disk].blk);
	assert_int_equal(blk_file_open(command, 0, &b->disks[disk].blk, NULL), 0);
}

static int set_up(void **state)
{
	struct box *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	(void)snprintf(b->dir, sizeof(b->dir), "/tmp/unbrick-boot.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	for (int i = 0; i < 2; i++) {
		b->parts[i][0] = (struct disk_part){
			.number = 1, .off_bytes = MIB, .len_bytes = 2 * MIB, .kind = VOL_FAT};
		b->parts[i][1] = (struct disk_part){
			.number = 2, .off_bytes = 3 * MIB, .len_bytes = MIB, .kind = VOL_BITLOCKER};
		b->maps[i] =
			(struct disk_map){.scheme = DISK_GPT, .parts = b->parts[i], .n_parts = 2};
		b->disks[i] = (struct en_disk){.path = b->dir, .map = &b->maps[i]};
	}
	(void)snprintf(b->parts[0][1].uuid, sizeof(b->parts[0][1].uuid), "%s", GUID_A);
	b->v = (struct en_volume){.disk = &b->disks[0], .part = &b->parts[0][1]};
	b->info.flavour = BL_WIN7;
	(void)snprintf(b->info.description, sizeof(b->info.description), "PC7 D: 7/4/2024");
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct box *b = *state;
	char command[96];

	blk_close(b->disks[0].blk);
	blk_close(b->disks[1].blk);
	(void)snprintf(command, sizeof(command), "rm -r %s", b->dir);
	must_run(command);
	free(b);
	return 0;
}

/* The reason, "" for none; @has_others: the second disk counts, too. */
static const char *why(struct box *b, bool has_others)
{
	static char text[200];
	struct en_machine m = machine_of(b, 0), others = machine_of(b, 1);
	struct en_boots *boots = NULL;

	assert_int_equal(en_boots_read(&b->s, &m, has_others ? &others : NULL, &boots, NULL), 0);
	bool may = en_boots_may_start(boots, &b->v, &b->info, text, sizeof(text));
	en_boots_free(boots);
	assert_int_equal(may, text[0] != '\0');
	return text;
}

static void test_boots__entry_names_it__may_sleep(void **state)
{
	struct box *b = *state;

	put_esp(b, 0, "loader=" GUID_A);
	assert_string_equal(why(b, false), "a boot entry starts it");
	put_esp(b, 0, "resume=" GUID_A);
	assert_string_equal(why(b, false), "a boot entry starts it");
	put_esp(b, 0, NULL); /* the entry lies on another disk */
	put_esp(b, 1, "loader=" GUID_A);
	assert_string_equal(why(b, true), "a boot entry starts it");
}

static void test_boots__entry_names_another__is_data(void **state)
{
	struct box *b = *state;

	put_esp(b, 0, "loader=" GUID_B);
	assert_string_equal(why(b, false), "");
	put_esp(b, 0, "winpe=" GUID_A);
	assert_string_equal(why(b, false), "");
	put_esp(b, 0, NULL);
	put_esp(b, 1, "loader=" GUID_B);
	assert_string_equal(why(b, true), "");
}

static void test_boots__mbr_entry__is_found_by_signature_and_place(void **state)
{
	struct box *b = *state;

	b->maps[0].scheme = DISK_MBR;
	(void)snprintf(b->maps[0].id, sizeof(b->maps[0].id), "1234abcd");
	(void)snprintf(b->parts[0][1].uuid, sizeof(b->parts[0][1].uuid), "1234abcd-02");
	put_esp(b, 0, "loader=1234abcd:300000");
	assert_string_equal(why(b, false), "a boot entry starts it");
	put_esp(b, 0, "loader=1234abcd:300200");
	assert_string_equal(why(b, false), "");
	put_esp(b, 0, "loader=1234abce:300000");
	assert_string_equal(why(b, false), "");
}

static void test_boots__none_or_damaged__may_sleep(void **state)
{
	struct box *b = *state;

	put_esp(b, 0, NULL);
	assert_string_equal(why(b, false), "no boot entries can be read");
	put_esp(b, 0, "cut");
	put_esp(b, 1, "loader=" GUID_B);
	assert_string_equal(why(b, true), "the boot entries of its disk do not tell");
	put_esp(b, 0, "loader=locate");
	assert_string_equal(why(b, true), "the boot entries of its disk do not tell");
	put_esp(b, 0, "loader=" GUID_B);
	put_esp(b, 1, "loader=locate"); /* of another disk */
	assert_string_equal(why(b, true), "");
}

static void test_boots__its_own_metadata__tell_a_windows(void **state)
{
	static const uint16_t tpm[] = {BL_P_TPM, BL_P_TPM | BL_P_PIN, BL_P_TPM | BL_P_STARTUP_KEY,
		BL_P_TPM | BL_P_PIN | BL_P_STARTUP_KEY};
	static const uint16_t other[] = {
		BL_P_RECOVERY, BL_P_PASSPHRASE, BL_P_STARTUP_KEY, BL_P_PUBLIC_KEY, BL_P_CLEAR};
	static const char *const windows[] = {
		"PC7 C: 7/4/2024", "PC7 OSDisk 04.07.2024", "PC7 os 7/4/2024"};
	static const char *const data[] = {"C: D: 7/4/2024", "PC7 New Volume 7/4/2024",
		"PC7  7/4/2024", "", "OS", "PC7 OS2 1/1"};
	struct box *b = *state;

	put_esp(b, 0, "loader=" GUID_B);
	b->info.n_protectors = 1;
	for (size_t i = 0; i < sizeof(tpm) / sizeof(tpm[0]); i++) {
		b->info.protectors[0].protection = tpm[i];
		assert_string_not_equal(why(b, false), "");
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		b->info.protectors[0].protection = other[i];
		assert_string_equal(why(b, false), "");
	}
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		(void)snprintf(b->info.description, sizeof(b->info.description), "%s", windows[i]);
		assert_string_not_equal(why(b, false), "");
	}
	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
		(void)snprintf(b->info.description, sizeof(b->info.description), "%s", data[i]);
		assert_string_equal(why(b, false), "");
	}
}

static void test_boots__to_go__is_data(void **state)
{
	struct box *b = *state;

	put_esp(b, 0, NULL);
	b->info.flavour = BL_TO_GO;
	assert_string_equal(why(b, false), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_boots__entry_names_it__may_sleep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_boots__entry_names_another__is_data, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_boots__mbr_entry__is_found_by_signature_and_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_boots__none_or_damaged__may_sleep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_boots__its_own_metadata__tell_a_windows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_boots__to_go__is_data, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
