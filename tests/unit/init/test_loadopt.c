/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/efivar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/cleanup.h"
#include "core/text.h"

#define GUID "bb019aa8-c802-4c24-a94c-d0f324f77871"

/* Written by hand from the UEFI specification: attributes 1, title, HD(1,GPT,GUID,0x800,0x14000),
 * the file, the end. */
struct bytes {
	uint8_t p[512];
	size_t len;
};

static void put(struct bytes *b, const void *p, size_t len)
{
	memcpy(b->p + b->len, p, len);
	b->len += len;
}

static void put_utf16(struct bytes *b, const char *s)
{
	for (;; s++) {
		uint8_t c[2] = {(uint8_t)*s, 0};
		put(b, c, 2);
		if (!*s)
			return;
	}
}

static struct bytes windows_entry(uint64_t start, uint64_t size)
{
	static const uint8_t hd[] = {4, 1, 0x2a, 0, 1, 0, 0, 0};
	static const uint8_t guid[] = {0xa8, 0x9a, 0x01, 0xbb, 0x02, 0xc8, 0x24, 0x4c, 0xa9, 0x4c,
		0xd0, 0xf3, 0x24, 0xf7, 0x78, 0x71, 2, 2};
	static const uint8_t end[] = {0x7f, 0xff, 4, 0};
	static const char file[] = "\\EFI\\Microsoft\\Boot\\bootmgfw.efi";
	uint8_t head[] = {1, 0, 0, 0, 0x2a + 4 + 2 * sizeof(file) + 4, 0};
	uint8_t file_head[] = {4, 4, 4 + 2 * sizeof(file), 0};
	uint8_t numbers[16];
	struct bytes b = {.len = 0};

	rs_put_le64(numbers, start);
	rs_put_le64(numbers + 8, size);
	put(&b, head, sizeof(head));
	put_utf16(&b, "Windows Boot Manager");
	put(&b, hd, sizeof(hd));
	put(&b, numbers, sizeof(numbers));
	put(&b, guid, sizeof(guid));
	put(&b, file_head, sizeof(file_head));
	put_utf16(&b, file);
	put(&b, end, sizeof(end));
	return b;
}

static struct partition partition(const char *uuid)
{
	struct part p = {.number = 1, .size_bytes = 512};
	struct partition ret;

	(void)snprintf(p.uuid, sizeof(p.uuid), "%s", uuid);
	assert_true(loadopt_partition(&p, 512, &ret));
	return ret;
}

static void test_loadopt_parse__windows_entry__tells_file_and_partition(void **state)
{
	(void)state;
	struct bytes b = windows_entry(0x800, 0x14000);
	struct loadopt o = {.number = 3};

	assert_true(loadopt_parse((struct rs_view){b.p, b.len}, &o));
	assert_int_equal(o.number, 3);
	assert_true(o.entry.is_active);
	assert_true(boot_entry_is_windows(&o.entry));
	struct partition p = partition(GUID);
	assert_true(partition_is_same(&o.entry.partition, &p));
	assert_string_equal(o.title, "Windows Boot Manager");
	assert_string_equal(o.entry.file, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi");
}

static void test_loadopt_parse__cut_at_every_byte__never_reads_beyond(void **state)
{
	(void)state;
	struct bytes b = windows_entry(0x800, 0x14000);

	for (size_t n = 0; n < b.len; n++) {
		/* exactly so many bytes: a sanitizer sees the first one too many */
		auto_free uint8_t *cut = malloc(n ? n : 1);
		struct loadopt o = {0};
		assert_non_null(cut);
		memcpy(cut, b.p, n);
		assert_false(loadopt_parse((struct rs_view){cut, n}, &o));
	}
}

static void test_loadopt_parse__node_of_no_length__is_refused(void **state)
{
	(void)state;
	struct bytes b = windows_entry(0x800, 0x14000);
	size_t node = 6 + 2 * sizeof("Windows Boot Manager");
	struct loadopt o = {0};

	b.p[node + 2] = 0;
	assert_false(loadopt_parse((struct rs_view){b.p, b.len}, &o));
	b.p[node + 2] = 3;
	assert_false(loadopt_parse((struct rs_view){b.p, b.len}, &o));
	b.p[node + 3] = 0xff;
	assert_false(loadopt_parse((struct rs_view){b.p, b.len}, &o));
}

static void test_loadopt_parse__other_loader__is_not_windows(void **state)
{
	(void)state;
	struct bytes b = windows_entry(0x800, 0x14000);
	struct loadopt o = {0};

	b.p[b.len - 4 - 10] = 'x'; /* ...bootmgfw.xfi */
	assert_true(loadopt_parse((struct rs_view){b.p, b.len}, &o));
	assert_false(boot_entry_is_windows(&o.entry));
}

static void test_loadopt_partition__both_sector_sizes__as_the_specification_has_it(void **state)
{
	(void)state;
	static const char file[] = "\\EFI\\Microsoft\\Boot\\bootmgfw.efi";
	struct part p = {
		.number = 1, .start_bytes = 0x100000, .size_bytes = 0x2800000, .uuid = GUID};
	struct bytes want = windows_entry(0x800, 0x14000);
	uint8_t made[BOOT_ENTRY_MAX];
	struct partition named;

	assert_true(loadopt_partition(&p, 512, &named));
	assert_int_equal(boot_entry_build(&named, file, made, sizeof(made)), want.len);
	assert_memory_equal(made, want.p, want.len);
	assert_true(loadopt_partition(&p, 4096, &named));
	want = windows_entry(0x100, 0x2800);
	assert_int_equal(boot_entry_build(&named, file, made, sizeof(made)), want.len);
	assert_memory_equal(made, want.p, want.len);
}

static void test_loadopt_partition__impossible__has_no_name(void **state)
{
	(void)state;
	struct part p = {.number = 1, .start_bytes = 0x100200, .size_bytes = 0x1000, .uuid = GUID};
	struct partition named;

	assert_true(loadopt_partition(&p, 512, &named));
	assert_false(loadopt_partition(&p, 4096, &named));
	assert_false(loadopt_partition(&p, 0, &named));
	(void)snprintf(p.uuid, sizeof(p.uuid), "x");
	assert_false(loadopt_partition(&p, 512, &named));
	(void)snprintf(p.uuid, sizeof(p.uuid), "1234abcd-02"); /* another one of its disk */
	assert_false(loadopt_partition(&p, 512, &named));
	p.uuid[0] = '\0';
	assert_false(loadopt_partition(&p, 512, &named));
}

/* The application finds a Windows on the ESP of an MBR disk; the way back leads there, too. */
static void test_loadopt_choose__esp_of_an_mbr_disk__is_found(void **state)
{
	(void)state;
	static const uint8_t mbr[18] = {0xcd, 0xab, 0x34, 0x12, [16] = 1, 1};
	size_t at = 6 + 2 * sizeof("Windows Boot Manager") + 24;
	struct part p = {.number = 1,
		.start_bytes = 0x100000,
		.size_bytes = 0x2800000,
		.uuid = "1234abcd-01"};
	struct bytes b = windows_entry(0x800, 0x14000);
	struct loadopt o = {.number = 3};
	struct partition named;

	memcpy(b.p + at, mbr, sizeof(mbr));
	assert_true(loadopt_parse((struct rs_view){b.p, b.len}, &o));
	assert_true(loadopt_partition(&p, 512, &named));
	assert_ptr_equal(loadopt_choose(&o, 1, &named), &o);
	p.number = 2;
	(void)snprintf(p.uuid, sizeof(p.uuid), "1234abcd-02");
	assert_true(loadopt_partition(&p, 512, &named));
	assert_null(loadopt_choose(&o, 1, &named));
}

static struct loadopt entry(unsigned number, bool is_active, const char *uuid)
{
	struct loadopt o = {.number = number,
		.entry = {.is_active = is_active,
			.has_partition = true,
			.partition = partition(uuid),
			.file = "\\bootmgfw.efi"}};

	return o;
}

static const struct loadopt *choose(struct loadopt list[5], const uint16_t *order, size_t n_order,
	const struct partition *partition)
{
	for (int i = 0; i < 5; i++)
		list[i].rank = loadopt_rank(&list[i], order, n_order);
	return loadopt_choose(list, 5, partition);
}

static void test_loadopt_choose__several__the_first_of_the_order(void **state)
{
	(void)state;
	static const uint16_t order[] = {7, 5, 2};
	struct loadopt list[] = {entry(1, true, GUID), entry(2, true, GUID), entry(5, true, GUID),
		entry(7, true, "11111111-2222-3333-4444-555555555555"), entry(9, true, GUID)};

	struct partition ours = partition(GUID),
			 none = partition("00000000-0000-0000-0000-000000000000");

	assert_int_equal(choose(list, order, 3, &ours)->number, 5);
	assert_int_equal(choose(list, order, 0, &ours)->number, 1);
	list[2].entry.is_active = false;
	assert_int_equal(choose(list, order, 3, &ours)->number, 2);
	assert_null(choose(list, order, 3, &none));
	list[1].entry.file[0] = '\0';
	assert_int_equal(choose(list, order, 3, &ours)->number, 1);
}

static void test_loadopt_is_better__two_disks__an_entry_then_the_repaired_one_then_the_order(
	void **state)
{
	(void)state;
	static const uint16_t order[] = {7, 5};
	struct loadopt five = entry(5, true, GUID), seven = entry(7, true, GUID);
	five.rank = loadopt_rank(&five, order, 2);
	seven.rank = loadopt_rank(&seven, order, 2);
	struct loadopt_target usual = {&seven, false}, repaired = {&five, true};

	assert_true(loadopt_is_better(&repaired, &usual));
	assert_false(loadopt_is_better(&usual, &repaired));
	repaired.is_preferred = false;
	assert_false(loadopt_is_better(&repaired, &usual));
	assert_true(loadopt_is_better(&usual, &repaired));
	repaired = (struct loadopt_target){NULL, true}; /* nothing is made while there is one */
	assert_false(loadopt_is_better(&repaired, &usual));
	assert_true(loadopt_is_better(&usual, &repaired));
	usual.entry = NULL;
	assert_true(loadopt_is_better(&repaired, &usual));
	repaired.is_preferred = false;
	assert_false(loadopt_is_better(&repaired, &usual));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loadopt_parse__windows_entry__tells_file_and_partition),
		cmocka_unit_test(test_loadopt_parse__cut_at_every_byte__never_reads_beyond),
		cmocka_unit_test(test_loadopt_parse__node_of_no_length__is_refused),
		cmocka_unit_test(test_loadopt_parse__other_loader__is_not_windows),
		cmocka_unit_test(
			test_loadopt_partition__both_sector_sizes__as_the_specification_has_it),
		cmocka_unit_test(test_loadopt_partition__impossible__has_no_name),
		cmocka_unit_test(test_loadopt_choose__esp_of_an_mbr_disk__is_found),
		cmocka_unit_test(test_loadopt_choose__several__the_first_of_the_order),
		cmocka_unit_test(
			test_loadopt_is_better__two_disks__an_entry_then_the_repaired_one_then_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
