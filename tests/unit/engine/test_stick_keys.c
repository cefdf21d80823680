/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys on a stick that somebody has brought: found by the ID they name, and by nothing else. The
 * sticks are made by mtools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../layers/layers.h"
#include "../bitlocker/mini.h"
#include "engine/engine.h"

#define ID    "6BC1077E-1716-ECDE-6C25-A68EAC35F8F5"
#define OTHER "00000000-1716-ECDE-6C25-A68EAC35F8F5"
#define KEY   "082555-563321-058982-339207-188199-397529-562584-150469"

static const struct bl_protector protectors[] = {
	{.protection = BL_P_RECOVERY,
		.id = {0x7E, 0x07, 0xC1, 0x6B, 0x16, 0x17, 0xDE, 0xEC, 0x6C, 0x25, 0xA6, 0x8E, 0xAC,
			0x35, 0xF8, 0xF5}},
	{.protection = BL_P_STARTUP_KEY,
		.id = {0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44,
			0x44, 0x44, 0x44}},
};
static const struct rs_key_request request = {
	"a disk, partition 3", protectors, 2, NULL, 1, 3, false};
/* Each by the ID of the other. */
static const struct bl_protector swapped[] = {
	{.protection = BL_P_STARTUP_KEY,
		.id = {0x7E, 0x07, 0xC1, 0x6B, 0x16, 0x17, 0xDE, 0xEC, 0x6C, 0x25, 0xA6, 0x8E, 0xAC,
			0x35, 0xF8, 0xF5}},
	{.protection = BL_P_RECOVERY,
		.id = {0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44,
			0x44, 0x44, 0x44}},
};
static const struct rs_key_request other_way = {
	"a disk, partition 3", swapped, 2, NULL, 1, 3, false};
static const struct rs_key_request *asked = &request;

/* What was read is not left in memory, whether it is taken or not. */
static size_t wiped, n_done;

void __real_rs_wipe(void *p, size_t len);	 /* NOLINT: the linker's name */
void __wrap_rs_wipe(void *p, size_t len);	 /* NOLINT: as above */
void __real_rs_secret_done(struct rs_secret *s); /* NOLINT: as above */
void __wrap_rs_secret_done(struct rs_secret *s); /* NOLINT: as above */

void __wrap_rs_wipe(void *p, size_t len) /* NOLINT: as above */
{
	wiped = len;
	__real_rs_wipe(p, len);
}

void __wrap_rs_secret_done(struct rs_secret *s) /* NOLINT: as above */
{
	n_done++;
	__real_rs_secret_done(s);
}

static char dir[] = "/tmp/test_stick.XXXXXX", stick[64];

static void must_run(const char *command)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "cd %s && { %s; }", dir, command);
	assert_int_equal(system(line), 0);
}

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(stick, sizeof(stick), "%s/stick", dir);
	return 0;
}

static int end(void **state)
{
	(void)state;
	must_run("rm -f * && cd / && rmdir \"$OLDPWD\"");
	return 0;
}

static int fresh(void **state)
{
	(void)state;
	must_run(
		"rm -f stick && truncate -s 2M stick && mformat -i stick :: && mmd -i stick ::/EFI "
		"::/EFI/unbrick ::/Keys");
	return 0;
}

static void put(const char *name, const void *bytes, size_t len)
{
	char path[96], command[300];

	(void)snprintf(path, sizeof(path), "%s/file", dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(command, sizeof(command), "mcopy -i stick file '::/%s'", name);
	must_run(command);
}

static void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

static void expect(const char *place, const void *bytes, size_t len)
{
	struct rs_stick_key got;
	char wanted[256];

	assert_int_equal(rs_stick_look(stick, asked, &got, NULL), place != NULL);
	if (place) {
		(void)snprintf(wanted, sizeof(wanted), "%s: %s", stick, place);
		assert_string_equal(got.place, wanted);
		assert_int_equal(got.bytes.len, len);
		assert_memory_equal(got.bytes.p, bytes, len);
	}
	n_done = 0;
	rs_stick_key_done(&got);
	assert_int_equal(n_done, 1);
	assert_null(got.bytes.p);
}

static void test_look__a_saved_key__by_its_id(void **state)
{
	static const char text[] = "ID: " ID "\r\n" KEY "\r\n";

	(void)state;
	expect(NULL, NULL, 0);
	put_text("a", text); /* shorter than an end */
	wiped = 0;
	put_text("other.txt", OTHER " " KEY);
	expect(NULL, NULL, 0);
	assert_int_equal(wiped, strlen(OTHER " " KEY));
	put_text("letter.doc", text); /* no name of a key */
	put_text("Keys/key.txt", text);
	expect(NULL, NULL, 0);
	put_text("BitLocker Recovery Key.TXT", text);
	expect("BitLocker Recovery Key.TXT", text, sizeof(text) - 1);
}

/* It would be offered, and hide the one that has it. */
static void test_look__the_id_without_a_key__is_none(void **state)
{
	static const char text[] = "ID: " ID "\r\n" KEY "\r\n";

	(void)state;
	put_text("unbrick-20261130T220000Z.txt", "Volume 3: locked; key ID {" ID "}\n");
	put_text("list.csv", "Key ID,Recovery key\n" ID ",\n" OTHER "," KEY "\n");
	put_text("wrong.txt", "ID: " ID "\r\n1" KEY "\r\n");
	expect(NULL, NULL, 0);
	put_text("z.txt", text);
	expect("z.txt", text, sizeof(text) - 1);
}

static void test_look__lower_case_and_utf16_and_our_folder(void **state)
{
	static const char lower[] = "6bc1077e-1716-ecde-6c25-a68eac35f8f5," KEY "\n";
	char wide[2 * sizeof(lower)];

	(void)state;
	for (size_t i = 0; i < sizeof(lower); i++) {
		wide[2 * i] = lower[i];
		wide[2 * i + 1] = '\0';
	}
	put("EFI/unbrick/keys.txt", wide, sizeof(wide) - 2);
	expect("keys.txt", wide, sizeof(wide) - 2);
}

static void test_look__a_startup_key__by_its_header(void **state)
{
	static const uint8_t key[32] = "thirty-two bytes of startup key";
	uint8_t bek[512];

	(void)state;
	size_t len = mini_bek(0x45, key, false, bek);
	put("44444444-4444-4444-4444-444444444444.BEK", bek, len); /* a name says nothing */
	expect(NULL, NULL, 0);
	len = mini_bek(0x44, key, false, bek);
	put("renamed.bek", bek, len);
	expect("renamed.bek", bek, len);
	put("renamed.bek2", bek, len);
}

static void test_look__more_than_a_startup_key__is_none(void **state)
{
	static const uint8_t key[32] = "thirty-two bytes of startup key";
	uint8_t bek[512];

	(void)state;
	const size_t len = mini_bek(0x44, key, false, bek);
	bek[len] = 0;
	put("longer.bek", bek, len + 1);
	expect(NULL, NULL, 0);
}

static void test_look__id_of_another_kind__is_none(void **state)
{
	static const uint8_t key[32] = "thirty-two bytes of startup key";
	uint8_t bek[512];

	(void)state;
	const size_t len = mini_bek(0x44, key, false, bek);
	put("startup.bek", bek, len);
	put_text("key.txt", ID " " KEY);
	asked = &other_way;
	expect(NULL, NULL, 0);
	asked = &request;
}

/* Of a folder so many are looked at; what cannot be a key takes no place of theirs. */
static void test_look__many_files__so_many_are_looked_at(void **state)
{
	static const char text[] = ID "," KEY "\n";

	(void)state;
	must_run("rm stick; truncate -s 64M stick; mformat -i stick -F ::; mkdir many; cd many; "
		 "for i in $(seq 130); do : >e$i.txt; truncate -s 65537 l$i.txt; done; "
		 "mcopy -i ../stick * ::");
	put_text("key.csv", text);
	expect("key.csv", text, sizeof(text) - 1);
	must_run("mdel -i stick '::/*.*'; cd many; rm *; for i in $(seq 128); do echo $i >o$i.txt; "
		 "done; mcopy -i ../stick * ::; cd ..; rm -r many");
	put_text("key.csv", text);
	expect(NULL, NULL, 0);
}

static void test_look__no_stick__none(void **state)
{
	struct rs_stick_key got;

	(void)state;
	must_run("rm stick && truncate -s 1M stick");
	expect(NULL, NULL, 0);
	assert_int_equal(rs_stick_look("/nowhere", &request, &got, NULL), 0);
	rs_stick_key_done(&got);
}

static void test_list__as_long_as_there_is_room(void **state)
{
	char list[256], none[1];

	(void)state;
	assert_int_equal(rs_stick_list(list, sizeof(list), NULL), 0);
	assert_int_equal(rs_stick_list(none, sizeof(none), NULL), 0);
	assert_string_equal(none, "");
}

static void test_is_one__by_the_kernels_tree(void **state)
{
	static const struct {
		const char *name, *place, *node, *word;
		bool is_one;
	} disks[] = {
		{"sda", "pci0/ata1/sda", "removable", "0", false},
		{"sdb", "pci0/usb2/2-1/sdb", "removable", "0", true},
		{"sdc", "pci0/ata2/sdc", "removable", "1", true},
		{"nvme0n1", "pci0/nvme0n1", "removable", "0", false},
		{"mmcblk0", "mmc0/mmcblk0", "device/type", "MMC", false},
		{"mmcblk1", "mmc1/mmcblk1", "device/type", "SD", true},
	};
	char sys[64], path[64];

	(void)state;
	(void)snprintf(sys, sizeof(sys), "%s/sys", dir);
	must_run("mkdir -p sys/class/block");
	for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		char line[300];
		(void)snprintf(line, sizeof(line),
			"mkdir -p sys/devices/%s/device && echo %s > sys/devices/%s/%s && "
			"ln -s ../../devices/%s sys/class/block/%s",
			disks[i].place, disks[i].word, disks[i].place, disks[i].node,
			disks[i].place, disks[i].name);
		must_run(line);
		(void)snprintf(path, sizeof(path), "/dev/%s", disks[i].name);
		if (rs_stick_is_one(sys, path) != disks[i].is_one)
			fail_msg("%s", path);
	}
	assert_false(rs_stick_is_one(sys, "/dev/sdz"));
	must_run("rm -r sys");
}

/* As the list has it. */
static void list_stick(struct run_disk *d, struct run_volume *v)
{
	const struct rs_target target = {.disks = &d->path, .n_disks = 1};
	auto_machine struct en_machine *m = NULL;

	d->path = stick;
	assert_int_equal(en_machine_open(&target, EN_HOLD_NOT, &m, NULL), 0);
	assert_int_equal(m->n_volumes, 1);
	v->part = *m->volumes[0].part;
	assert_int_equal(v->part.kind, VOL_FAT);
}

/* Pulled out and another one put in, between the list and the copy. */
static void test_open__another_stick_of_that_name__is_refused(void **state)
{
	static const char *const others[] = {
		"rm stick; truncate -s 2M stick; mformat -i stick -N 87654321 ::",
		"truncate -s 3M stick; mformat -i stick -N 12345678 ::", /* as if it were a copy */
		"rm stick; truncate -s 2M stick",
	};
	struct run_volume v = {0};
	struct run_disk d = {0};
	struct rs_err err = {0};
	int fd = -1;

	(void)state;
	must_run("rm stick; truncate -s 2M stick; mformat -i stick -N 12345678 ::");
	list_stick(&d, &v);
	assert_int_equal(rs_stick_open(stick, &d, &v, &fd, &err), 0);
	(void)close(fd);
	put_text("more.txt", "what is on it may change");
	assert_int_equal(rs_stick_open(stick, &d, &v, &fd, &err), 0);
	(void)close(fd);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		must_run(others[i]);
		assert_int_equal(rs_stick_open(stick, &d, &v, &fd, &err), RS_E_OUTPUT);
		assert_non_null(strstr(err.detail, "another stick"));
	}
	must_run("rm stick; truncate -s 2M stick; mformat -i stick -N 12345678 ::");
	assert_int_equal(rs_stick_open(stick, &d, &v, &fd, &err), 0);
	(void)close(fd);
	(void)snprintf(d.serial, sizeof(d.serial), "0815"); /* a copy of it, on another one */
	assert_int_equal(rs_stick_open(stick, &d, &v, &fd, &err), RS_E_OUTPUT);
	d.serial[0] = '\0';
	(void)snprintf(d.model, sizeof(d.model), "Another");
	assert_int_equal(rs_stick_open(stick, &d, &v, &fd, &err), RS_E_OUTPUT);
	d.model[0] = '\0';
	v.part.kind = VOL_EXFAT; /* made anew, with all else as it was */
	assert_int_equal(rs_stick_open(stick, &d, &v, &fd, &err), RS_E_OUTPUT);
	must_run("rm stick");
	assert_int_equal(rs_stick_open(stick, &d, &v, &fd, &err), RS_E_IO_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_look__a_saved_key__by_its_id, fresh),
		cmocka_unit_test_setup(test_look__the_id_without_a_key__is_none, fresh),
		cmocka_unit_test_setup(test_look__lower_case_and_utf16_and_our_folder, fresh),
		cmocka_unit_test_setup(test_look__a_startup_key__by_its_header, fresh),
		cmocka_unit_test_setup(test_look__more_than_a_startup_key__is_none, fresh),
		cmocka_unit_test_setup(test_look__id_of_another_kind__is_none, fresh),
		cmocka_unit_test_setup(test_look__many_files__so_many_are_looked_at, fresh),
		cmocka_unit_test_setup(test_look__no_stick__none, fresh),
		cmocka_unit_test_setup(test_list__as_long_as_there_is_room, fresh),
		cmocka_unit_test_setup(test_is_one__by_the_kernels_tree, fresh),
		cmocka_unit_test_setup(test_open__another_stick_of_that_name__is_refused, fresh),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
