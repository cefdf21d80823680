/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boot entries: one as Windows Setup writes it (fields by the UEFI specification), cut and damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/bootentry.h"

/* A Boot#### value put together piece by piece. */
struct made {
	uint8_t p[1024];
	size_t len, path_at;
};

static void add(struct made *m, const void *bytes, size_t len)
{
	assert_true(m->len + len <= sizeof(m->p));
	memcpy(m->p + m->len, bytes, len);
	m->len += len;
}

static void add_wide(struct made *m, const char *text)
{
	for (size_t i = 0; i <= strlen(text); i++)
		add(m, (const uint8_t[]){(uint8_t)text[i], 0}, 2);
}

static void begin(struct made *m, const char *description)
{
	*m = (struct made){.len = 0};
	add(m, "\1\0\0\0\0\0", 6);
	add_wide(m, description);
	m->path_at = m->len;
}

static void add_file_node(struct made *m, const char *file)
{
	size_t len = 4 + 2 * (strlen(file) + 1);

	add(m, (const uint8_t[]){4, 4, (uint8_t)len, (uint8_t)(len >> 8)}, 4);
	add_wide(m, file);
}

static const uint8_t hard_drive[PARTITION_NODE_BYTES] = {4, 1, 42, 0, 1, 0, 0, 0, 0x00, 0x08, 0, 0,
	0, 0, 0, 0, 0x00, 0x20, 0x03, 0, 0, 0, 0, 0, 0x78, 0x56, 0x34, 0x12, 0xBC, 0x9A, 0xF0, 0xDE,
	1, 2, 3, 4, 5, 6, 7, 8, 2, 2};

static void end(struct made *m, const char *optional_data)
{
	add(m, (const uint8_t[]){0x7F, 0xFF, 4, 0}, 4);
	m->p[4] = (uint8_t)(m->len - m->path_at);
	m->p[5] = (uint8_t)((m->len - m->path_at) >> 8);
	add(m, optional_data, strlen(optional_data));
}

static void make_windows(struct made *m)
{
	begin(m, "Windows Boot Manager");
	add(m, hard_drive, sizeof(hard_drive));
	add_file_node(m, "\\EFI\\MICROSOFT\\BOOT\\BOOTMGFW.EFI");
	end(m, "WINDOWS\1");
}

static void test_boot_entry_parse__entry_of_windows__gives_partition_and_file(void **state)
{
	struct boot_entry e;
	struct made m;

	(void)state;
	make_windows(&m);
	assert_true(boot_entry_parse(m.p, m.len, &e));
	assert_true(boot_entry_is_windows(&e));
	assert_string_equal(e.file, "\\EFI\\MICROSOFT\\BOOT\\BOOTMGFW.EFI");
	assert_int_equal(e.partition.kind, PARTITION_GPT);
	assert_int_equal(e.partition.number, 1);
	assert_memory_equal(e.partition.signature, hard_drive + 24, 16);
}

static void test_boot_entry_parse__full_path_and_split_file__are_understood(void **state)
{
	static const uint8_t pci[] = {
		1, 1, 6, 0, 0, 3, 3, 23, 16, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
	struct boot_entry e;
	struct made m;

	(void)state;
	begin(&m, "x");
	add(&m, pci, sizeof(pci));
	add(&m, hard_drive, sizeof(hard_drive));
	add_file_node(&m, "\\EFI\\Microsoft\\");
	add_file_node(&m, "\\Boot");
	add_file_node(&m, "bootmgfw.efi");
	end(&m, "");
	assert_true(boot_entry_parse(m.p, m.len, &e));
	assert_string_equal(e.file, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi");
	assert_true(boot_entry_is_windows(&e));
}

static void test_boot_entry_is_windows__other_entries__are_not(void **state)
{
	static const char *const files[] = {"\\EFI\\debian\\shimx64.efi", "bootmgfw.efi",
		"\\xbootmgfw.efi", "\\bootmgfw.efi.old", "\\EFI\\B\xE4\\bootmgfw.efi", NULL};
	struct boot_entry e;
	struct made m;

	(void)state;
	for (unsigned i = 0; files[i]; i++) {
		begin(&m, "Windows Boot Manager");
		add(&m, hard_drive, sizeof(hard_drive));
		add_file_node(&m, files[i]);
		end(&m, "");
		assert_true(boot_entry_parse(m.p, m.len, &e));
		assert_false(boot_entry_is_windows(&e));
	}
	begin(&m, "no partition");
	add_file_node(&m, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi");
	end(&m, "");
	assert_true(boot_entry_parse(m.p, m.len, &e));
	assert_false(boot_entry_is_windows(&e));
}

static void test_boot_entry_parse__cut_entry__is_refused_or_has_less(void **state)
{
	struct boot_entry e;
	struct made m;

	(void)state;
	make_windows(&m);
	size_t needed = m.len - strlen("WINDOWS\1");
	for (size_t len = 0; len < m.len; len++) {
		uint8_t *cut = malloc(len ? len : 1); /* address sanitizer looks at its end */
		assert_non_null(cut);
		memcpy(cut, m.p, len);
		assert_int_equal(boot_entry_parse(cut, len, &e), len >= needed);
		free(cut);
	}
}

static void test_boot_entry_parse__damaged_nodes__are_refused(void **state)
{
	static const uint16_t lengths[] = {0, 3, 41, 0xFFFF};
	struct boot_entry e;
	struct made m;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		make_windows(&m);
		m.p[m.path_at + 2] = (uint8_t)lengths[i];
		m.p[m.path_at + 3] = (uint8_t)(lengths[i] >> 8);
		bool is_whole = boot_entry_parse(m.p, m.len, &e);
		assert_false(is_whole && boot_entry_is_windows(&e));
		assert_true(
			!is_whole || lengths[i] == 41); /* it fits, and what follows does, too */
	}
	make_windows(&m);
	m.p[m.path_at + PARTITION_NODE_BYTES + 2] = 3; /* the file, behind a sound partition */
	assert_false(boot_entry_parse(m.p, m.len, &e));
	make_windows(&m);
	m.p[m.path_at + 41] = 3; /* no known kind of signature */
	assert_true(boot_entry_parse(m.p, m.len, &e));
	assert_false(e.has_partition);
}

static void test_boot_entry_parse__very_long_file__is_no_file(void **state)
{
	char file[126];
	struct boot_entry e;
	struct made m;

	(void)state;
	memset(file, 'x', sizeof(file) - 1);
	file[sizeof(file) - 1] = '\0';
	for (unsigned nodes = 1; nodes < 3; nodes++) {
		begin(&m, "x");
		add(&m, hard_drive, sizeof(hard_drive));
		for (unsigned i = 0; i < nodes; i++)
			add_file_node(&m, i ? "\\yy" : file);
		end(&m, "");
		assert_true(boot_entry_parse(m.p, m.len, &e));
		assert_int_equal(strlen(e.file), nodes == 1 ? sizeof(file) - 1 : 0);
	}
}

static void test_boot_entry_build__entry__is_byte_for_byte_the_specification(void **state)
{
	uint8_t built[BOOT_ENTRY_MAX], small[BOOT_ENTRY_MAX];
	struct partition p = {.kind = PARTITION_GPT};
	struct made m;

	(void)state;
	memcpy(p.node, hard_drive, sizeof(hard_drive));
	begin(&m, "Windows Boot Manager");
	add(&m, hard_drive, sizeof(hard_drive));
	add_file_node(&m, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi");
	end(&m, "");
	size_t len =
		boot_entry_build(&p, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi", built, sizeof(built));
	assert_int_equal(len, m.len);
	assert_memory_equal(built, m.p, len);
	for (size_t size = 0; size < len; size++)
		assert_int_equal(
			boot_entry_build(&p, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi", small, size),
			0);
}

static void test_path__length_partition_network__of_device_paths(void **state)
{
	struct made m;
	struct partition p;
	uint8_t mac[41] = {3, 11, 37, 0};

	(void)state;
	m = (struct made){.len = 0};
	add(&m, hard_drive, sizeof(hard_drive));
	add(&m, (const uint8_t[]){0x7F, 0xFF, 4, 0}, 4);
	assert_int_equal(path_length(m.p, sizeof(m.p)), m.len);
	for (size_t max = 0; max < m.len; max++)
		assert_int_equal(path_length(m.p, max), 0);
	assert_true(path_partition(m.p, m.len, &p));
	assert_false(path_is_network(m.p, m.len));
	mac[37] = 0x7F;
	mac[38] = 0xFF;
	mac[39] = 4;
	assert_int_equal(path_length(mac, sizeof(mac)), sizeof(mac));
	assert_true(path_is_network(mac, sizeof(mac)));
	assert_false(path_partition(mac, sizeof(mac), &p));
	mac[2] = 2; /* a node shorter than its head */
	assert_int_equal(path_length(mac, sizeof(mac)), 0);
}

static void test_partition_name__both_tables__as_the_specification_has_it(void **state)
{
	/* HD(5,MBR,0x1234ABCD,0x800,0x32000) */
	static const uint8_t mbr[PARTITION_NODE_BYTES] = {4, 1, 42, 0, 5, 0, 0, 0, 0x00, 0x08, 0, 0,
		0, 0, 0, 0, 0x00, 0x20, 0x03, 0, 0, 0, 0, 0, 0xCD, 0xAB, 0x34, 0x12, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 1, 1};
	struct partition p = {.kind = PARTITION_GPT, .number = 1}, parsed;

	(void)state;
	memcpy(p.signature, hard_drive + 24, 16);
	partition_name(&p, 0x800, 0x32000);
	assert_memory_equal(p.node, hard_drive, sizeof(hard_drive));
	p = (struct partition){
		.kind = PARTITION_MBR, .number = 5, .signature = {0xCD, 0xAB, 0x34, 0x12}};
	partition_name(&p, 0x800, 0x32000);
	assert_memory_equal(p.node, mbr, sizeof(mbr));
	assert_true(path_partition(mbr, sizeof(mbr), &parsed));
	assert_true(partition_is_same(&p, &parsed));
}

static void test_partition_is_same__signature_decides(void **state)
{
	struct partition a = {.kind = PARTITION_GPT, .number = 1, .signature = {1}}, b = a;

	(void)state;
	b.number = 2; /* of a GPT the GUID is enough */
	assert_true(partition_is_same(&a, &b));
	a.kind = b.kind = PARTITION_MBR;
	assert_false(partition_is_same(&a, &b));
	b.number = 1;
	assert_true(partition_is_same(&a, &b));
	b.signature[15] = 1;
	assert_false(partition_is_same(&a, &b));
	b = a;
	b.kind = PARTITION_GPT;
	assert_false(partition_is_same(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_entry_parse__entry_of_windows__gives_partition_and_file),
		cmocka_unit_test(test_boot_entry_parse__full_path_and_split_file__are_understood),
		cmocka_unit_test(test_boot_entry_is_windows__other_entries__are_not),
		cmocka_unit_test(test_boot_entry_parse__cut_entry__is_refused_or_has_less),
		cmocka_unit_test(test_boot_entry_parse__damaged_nodes__are_refused),
		cmocka_unit_test(test_boot_entry_parse__very_long_file__is_no_file),
		cmocka_unit_test(test_boot_entry_build__entry__is_byte_for_byte_the_specification),
		cmocka_unit_test(test_path__length_partition_network__of_device_paths),
		cmocka_unit_test(test_partition_name__both_tables__as_the_specification_has_it),
		cmocka_unit_test(test_partition_is_same__signature_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
