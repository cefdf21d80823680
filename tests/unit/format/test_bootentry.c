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

static void test_path__length_partition__of_device_paths(void **state)
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
	mac[37] = 0x7F;
	mac[38] = 0xFF;
	mac[39] = 4;
	assert_int_equal(path_length(mac, sizeof(mac)), sizeof(mac));
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

/* A path, and the place that is told. */
#define PLACE(bytes, want) expect_place((const uint8_t *)(bytes), sizeof(bytes) - 1, want)
#define ROOT_NODE	   "\x02\x01\x0c\x00\xd0\x41\x03\x0a\x00\x00\x00\x00"
#define PCI_NODE(dev, fn)  "\x01\x01\x06\x00" fn dev
#define USB_NODE(port)	   "\x03\x05\x06\x00" port "\x00"
#define END_NODE	   "\x7f\xff\x04\x00"
#define CD_NODE                                                                                    \
	"\x04\x02\x18\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"     \
	"\x00\x00\x00"

static void expect_place(const uint8_t *path, size_t size, const char *want)
{
	char place[PLACE_TEXT_MAX];
	size_t len = path_length(path, size);

	assert_int_equal(len, size);
	assert_int_equal(path_place(path, len, place), want[0] != '\0');
	assert_string_equal(place, want);
	for (size_t n = 0; n < len; n++)
		(void)path_place(path, n, place); /* stays within */
}

static void test_path_place__devices__told_hop_by_hop(void **state)
{
	(void)state;
	PLACE(ROOT_NODE PCI_NODE("\x14", "\x00") USB_NODE("\x03") USB_NODE("\x01") END_NODE,
		"root:0 pci:14.0 usb:4 usb:2");
	PLACE(ROOT_NODE PCI_NODE(
		      "\x1f", "\x02") "\x03\x12\x0a\x00\x02\x00\xff\xff\x00\x00" END_NODE,
		"root:0 pci:1f.2 sata:2");
	PLACE(ROOT_NODE PCI_NODE("\x1d", "\x00") PCI_NODE(
		      "\x00", "\x00") "\x03\x17\x10\x00\x01\x00\x00\x00\0\0\0\0\0\0\0\0" END_NODE,
		"root:0 pci:1d.0 pci:00.0 nvme:1");
	PLACE(ROOT_NODE PCI_NODE("\x05", "\x00") "\x03\x02\x08\x00\x03\x00\x01\x00" END_NODE,
		"root:0 pci:05.0 scsi:3.1");
	PLACE(ROOT_NODE PCI_NODE("\x1a", "\x00") "\x03\x1a\x05\x00\x00" END_NODE,
		"root:0 pci:1a.0 sd:0");
	PLACE(ROOT_NODE PCI_NODE("\x1c", "\x00") "\x03\x1d\x05\x00\x00" END_NODE,
		"root:0 pci:1c.0 emmc:0");
	PLACE(ROOT_NODE PCI_NODE("\x14", "\x00") USB_NODE("\x00") "\x03\x11\x05\x00\x01" END_NODE,
		"root:0 pci:14.0 usb:1 lun:1");
}

static void test_path_place__hops_without_a_word__said_to_be_there(void **state)
{
	(void)state;
	PLACE(ROOT_NODE "\x01\x04\x14\x00\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" END_NODE,
		"root:0 other");
	/* a port multiplier */
	PLACE(ROOT_NODE "\x03\x12\x0a\x00\x02\x00\x01\x00\x00\x00" END_NODE, "root:0 other");
	/* nodes that are too short for what they are */
	PLACE(ROOT_NODE "\x01\x01\x05\x00\x00" END_NODE, "root:0 other");
	PLACE(ROOT_NODE "\x03\x05\x05\x00\x00" END_NODE, "root:0 other");
	PLACE(END_NODE, "");
}

static void test_path_place__too_many_hops__none(void **state)
{
	uint8_t path[6 * 40 + 4];
	char place[PLACE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < 40; i++)
		memcpy(path + 6 * i, USB_NODE("\x01"), 6);
	memcpy(path + sizeof(path) - 4, END_NODE, 4);
	assert_false(path_place(path, sizeof(path), place));
	assert_string_equal(place, "");
}

static void test_path_is_cd__only_with_its_node(void **state)
{
	static const char cd[] = ROOT_NODE PCI_NODE("\x1f", "\x02") CD_NODE END_NODE;
	static const char usb[] = ROOT_NODE PCI_NODE("\x14", "\x00") USB_NODE("\x03") END_NODE;

	(void)state;
	assert_true(path_is_cd((const uint8_t *)cd, sizeof(cd) - 1));
	assert_false(path_is_cd((const uint8_t *)usb, sizeof(usb) - 1));
	PLACE(ROOT_NODE PCI_NODE("\x1f", "\x02") CD_NODE END_NODE, "root:0 pci:1f.2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_place__devices__told_hop_by_hop),
		cmocka_unit_test(test_path_place__hops_without_a_word__said_to_be_there),
		cmocka_unit_test(test_path_place__too_many_hops__none),
		cmocka_unit_test(test_path_is_cd__only_with_its_node),
		cmocka_unit_test(test_boot_entry_parse__entry_of_windows__gives_partition_and_file),
		cmocka_unit_test(test_boot_entry_parse__full_path_and_split_file__are_understood),
		cmocka_unit_test(test_boot_entry_is_windows__other_entries__are_not),
		cmocka_unit_test(test_boot_entry_parse__cut_entry__is_refused_or_has_less),
		cmocka_unit_test(test_boot_entry_parse__damaged_nodes__are_refused),
		cmocka_unit_test(test_boot_entry_parse__very_long_file__is_no_file),
		cmocka_unit_test(test_boot_entry_build__entry__is_byte_for_byte_the_specification),
		cmocka_unit_test(test_path__length_partition__of_device_paths),
		cmocka_unit_test(test_partition_name__both_tables__as_the_specification_has_it),
		cmocka_unit_test(test_partition_is_same__signature_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
