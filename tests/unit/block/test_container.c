/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Images that hold only the changes to another one, byte for byte by the documents that
 * rescue/block/container.c names; and bytes that look random. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "block/disk.h"
#include "core/view.h"
#include "disk_help.h"

#define KIB 1024U

static void put_be(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
}

static void expect(struct blk *b, int code, const char *detail)
{
	struct disk_map *map = NULL;

	assert_int_equal(disk_map_load(b, &map, NULL), 0);
	assert_int_equal(map->err.code, code);
	assert_non_null(strstr(map->err.detail, detail));
	assert_int_equal(map->n_parts, 0);
	disk_map_free(map);
}

static void test_vhd__type_4__has_a_parent(void **state)
{
	static const char parent[] = "C:\\base.vhd";
	uint8_t *p;
	auto_blk struct blk *b = mem_disk(1, &p);

	(void)state;
	memcpy(p, "conectix", 8);
	put_be(p + 16, 512, 8);
	put_be(p + 60, 3, 4);
	memcpy(p + 512, "cxsparse", 8);
	expect(b, RS_E_CONTAINER, "VHD that grows");
	put_be(p + 60, 4, 4);
	for (size_t i = 0; i < sizeof(parent) - 1; i++)
		put_be(p + 512 + 64 + 2 * i, (uint8_t)parent[i], 2);
	expect(b, RS_E_CONTAINER_CHILD, parent);
	put_be(p + 16, UINT64_MAX, 8); /* the header is nowhere: the type alone says it */
	expect(b, RS_E_CONTAINER_CHILD, "VHD");
}

/* Region table, metadata table and the file parameters, as [MS-VHDX] 2.2.3, 2.6 have them. */
static void put_vhdx(uint8_t *p, uint32_t regions_at, uint32_t flags)
{
	static const uint8_t metadata[16] = {0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b, 0xb8,
		0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e};
	static const uint8_t parameters[16] = {0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d, 0xb3,
		0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b};
	uint8_t *regions = p + regions_at, *table = p + (512 << 10);

	memcpy(p, "vhdxfile", 8);
	memcpy(regions, "regi", 4);
	rs_put_le32(regions + 8, 2);
	memcpy(regions + 16 + 32, metadata, 16);
	rs_put_le64(regions + 16 + 32 + 16, 512 << 10);
	rs_put_le32(regions + 16 + 32 + 24, 1 << 20);
	memcpy(table, "metadata", 8);
	table[10] = 1;
	memcpy(table + 32, parameters, 16);
	rs_put_le32(table + 32 + 16, 64 << 10);
	rs_put_le32(table + (64 << 10), 1 << 20);
	rs_put_le32(table + (64 << 10) + 4, flags);
}

static void test_vhdx__has_parent__is_read_from_either_table(void **state)
{
	static const uint32_t at[] = {192 * KIB, 256 * KIB};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint8_t *p;
		auto_blk struct blk *b = mem_disk(1, &p);
		put_vhdx(p, at[i], 1); /* all blocks allocated */
		expect(b, RS_E_CONTAINER, "VHDX");
		put_vhdx(p, at[i], 2);
		expect(b, RS_E_CONTAINER_CHILD, "VHDX");
		rs_put_le32(p + at[i] + 8, UINT32_MAX); /* entries */
		expect(b, RS_E_CONTAINER, "cannot be read");
		put_vhdx(p, at[i], 2);
		rs_put_le64(p + at[i] + 16 + 32 + 16, UINT64_MAX); /* metadata past the end */
		expect(b, RS_E_CONTAINER, "cannot be read");
		put_vhdx(p, at[i], 2);
		rs_put_le32(p + (512 << 10) + 32 + 16, UINT32_MAX); /* item past the end */
		expect(b, RS_E_CONTAINER, "cannot be read");
	}
}

static void test_qcow2__backing_file__is_named(void **state)
{
	uint8_t *p;
	auto_blk struct blk *b = mem_disk(1, &p);

	(void)state;
	memcpy(p, "QFI\xfb\0\0\0\3", 8);
	expect(b, RS_E_CONTAINER, "QCOW2");
	put_be(p + 8, 112, 8);
	put_be(p + 16, 9, 4);
	memcpy(p + 112, "base\033.img", 9);
	expect(b, RS_E_CONTAINER_CHILD, "base?.img");
	put_be(p + 8, UINT64_MAX, 8);
	put_be(p + 16, UINT32_MAX, 4);
	expect(b, RS_E_CONTAINER_CHILD, "QCOW2");
}

static void test_qed_vdi_vmdk__snapshots__have_a_parent(void **state)
{
	static const char text[] = "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=fffffffe\n"
				   "parentFileNameHint=\"w.vmdk\"\n";
	uint8_t *p;
	auto_blk struct blk *b = mem_disk(1, &p);

	(void)state;
	memcpy(p, text, sizeof(text));
	expect(b, RS_E_CONTAINER_CHILD, "w.vmdk");
	memcpy(strstr((char *)p, "fffffffe"), "ffffffff", 8);
	expect(b, RS_E_CONTAINER, "VMDK");
	memset(p, 0, 512);
	memcpy(p, "KDMV", 4);
	rs_put_le64(p + 28, 1);
	rs_put_le64(p + 36, 20);
	memcpy(p + 512, text, sizeof(text));
	expect(b, RS_E_CONTAINER_CHILD, "w.vmdk");
	rs_put_le64(p + 28, UINT64_MAX);
	expect(b, RS_E_CONTAINER, "VMDK");
	memset(p, 0, 1024);
	memcpy(p + 0x40, "\x7f\x10\xda\xbe", 4);
	p[0x4c] = 1;
	expect(b, RS_E_CONTAINER, "VDI");
	p[0x4c] = 4;
	expect(b, RS_E_CONTAINER_CHILD, "VDI");
	memset(p, 0, 512);
	memcpy(p, "QED", 4);
	p[16] = 1;
	rs_put_le32(p + 56, 100);
	rs_put_le32(p + 60, 4);
	memcpy(p + 100, "base", 4);
	expect(b, RS_E_CONTAINER_CHILD, "base");
}

/* xorshift64: as flat as AES to this test, and the same every time */
static void put_noise(uint8_t *p, size_t len)
{
	uint64_t x = 88172645463325252ULL;

	for (size_t i = 0; i + 8 <= len; i += 8) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		rs_put_le64(p + i, x);
	}
}

static void test_random__all_of_it__looks_so_and_nothing_else_does(void **state)
{
	uint8_t *p;
	auto_blk struct blk *b = mem_disk(4, &p);

	(void)state;
	assert_false(vol_looks_random(b)); /* zeros */
	put_noise(p, 4 << 20);
	assert_true(vol_looks_random(b));
	memset(p + (1 << 20), 'a', 100); /* some text in one of the places */
	assert_false(vol_looks_random(b));
	put_noise(p, 4 << 20);
	memset(p, 0, 64); /* a header */
	memset(p + 512, 0, 64);
	assert_false(vol_looks_random(b));
	for (size_t i = 0; i < 4 << 20; i++)
		p[i] = (uint8_t)i; /* flatter than chance */
	assert_false(vol_looks_random(b));
	put_noise(p, 4 << 20);
	mem_disk_cut(b, 2048);
	assert_false(vol_looks_random(b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vhd__type_4__has_a_parent),
		cmocka_unit_test(test_vhdx__has_parent__is_read_from_either_table),
		cmocka_unit_test(test_qcow2__backing_file__is_named),
		cmocka_unit_test(test_qed_vdi_vmdk__snapshots__have_a_parent),
		cmocka_unit_test(test_random__all_of_it__looks_so_and_nothing_else_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
