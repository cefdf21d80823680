/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image files that hold a disk in a form of their own. Their last sectors may be those of the disk,
 * so that the copy of a boot sector is found there: without a name they would pass for a damaged
 * disk. Some hold only what was changed since another one, their parent, was left: a conversion of
 * such a file alone can give zeros for all that lies in the parent, without an error.
 * Sources: Microsoft's VHD specification 1.0 (big-endian) and [MS-VHDX]; QEMU's qcow2.txt and
 * qed_spec.txt; VMware's Virtual Disk Format 1.1; VirtualBox' VDICore.h for the type of a VDI. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "block/internal.h"
#include "core/text.h"

#define VHDX_REGIONS  (192U << 10) /* and once more 64 KiB on */
#define VHDX_TABLE    (64U << 10)
#define VHDX_ENTRY    32U
#define VMDK_TEXT_MAX 8192U

static uint64_t be(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

/* Of a type 4: the name of the parent is in the dynamic header, UTF-16, big-endian. */
static void vhd_look(struct blk *disk, const uint8_t *footer, struct disk_container *c)
{
	uint8_t header[1024], name[512];
	size_t len = 0;

	if (be(footer + 60, 4) != 4)
		return;
	c->name = "VHD";
	c->has_parent = true;
	if (blk_read(disk, be(footer + 16, 8), header, sizeof(header), NULL) < 0 ||
		memcmp(header, "cxsparse", 8) != 0)
		return;
	for (; len < sizeof(name) && be(header + 64 + len, 2); len += 2) {
		name[len] = header[64 + len + 1];
		name[len + 1] = header[64 + len];
	}
	(void)rs_utf16_to_utf8((struct rs_view){name, len}, c->parent, sizeof(c->parent));
}

/* An entry of a table of GUIDs, each @VHDX_ENTRY long from @first on; NULL: it is not there. */
static const uint8_t *vhdx_find(
	const uint8_t *table, size_t first, uint32_t n, const uint8_t guid[16])
{
	if (n > (VHDX_TABLE - first) / VHDX_ENTRY)
		return NULL;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *e = table + first + (size_t)i * VHDX_ENTRY;
		if (memcmp(e, guid, 16) == 0)
			return e;
	}
	return NULL;
}

/* The flags of its "file parameters"; false when the way there is damaged. */
static bool vhdx_flags(struct blk *disk, uint64_t regions_at, uint32_t *ret)
{
	static const uint8_t metadata[16] = {0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b, 0xb8,
		0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e};
	static const uint8_t parameters[16] = {0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d, 0xb3,
		0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b};
	auto_free uint8_t *table = malloc(VHDX_TABLE);
	uint8_t item[8];

	if (!table || blk_read(disk, regions_at, table, VHDX_TABLE, NULL) < 0 ||
		memcmp(table, "regi", 4) != 0)
		return false;
	const uint8_t *region = vhdx_find(table, 16, rs_le32(table + 8), metadata);
	if (!region)
		return false;
	uint64_t at_bytes = rs_le64(region + 16);
	if (blk_read(disk, at_bytes, table, VHDX_TABLE, NULL) < 0 ||
		memcmp(table, "metadata", 8) != 0)
		return false;
	const uint8_t *e = vhdx_find(table, 32, rs_le16(table + 10), parameters);
	if (!e || blk_read(disk, at_bytes + rs_le32(e + 16), item, sizeof(item), NULL) < 0)
		return false;
	*ret = rs_le32(item + 4);
	return true;
}

static void vhdx_look(struct blk *disk, const uint8_t *s, struct disk_container *c)
{
	uint32_t flags = 0;

	(void)s; /* it says no more */
	if (vhdx_flags(disk, VHDX_REGIONS, &flags) ||
		vhdx_flags(disk, VHDX_REGIONS + VHDX_TABLE, &flags))
		c->has_parent = flags & 2;
	else
		c->name = "VHDX, but what it says of itself cannot be read";
}

/* Bytes of a name as they stand there, control characters out. */
static void take_name(struct blk *disk, uint64_t at_bytes, uint64_t len, struct disk_container *c)
{
	len = len < sizeof(c->parent) - 1 ? len : sizeof(c->parent) - 1;
	if (blk_read(disk, at_bytes, c->parent, (size_t)len, NULL) < 0)
		len = 0;
	c->parent[len] = '\0';
	for (char *p = c->parent; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = '?';
}

/* A descriptor: lines of key=value. */
static void vmdk_look(struct blk *disk, uint64_t at_bytes, uint64_t len, struct disk_container *c)
{
	char text[VMDK_TEXT_MAX + 1] = "";
	static const char cid[] = "parentCID=", hint[] = "parentFileNameHint=\"";

	len = len < VMDK_TEXT_MAX ? len : VMDK_TEXT_MAX;
	if (at_bytes >= disk->size_bytes)
		return;
	if (disk->size_bytes - at_bytes < len)
		len = disk->size_bytes - at_bytes;
	if (blk_read(disk, at_bytes, text, (size_t)len, NULL) < 0)
		return;
	const char *found = strstr(text, cid);
	if (!found || strncasecmp(found + sizeof(cid) - 1, "ffffffff", 8) == 0)
		return;
	c->has_parent = true;
	found = strstr(text, hint);
	if (found) {
		uint64_t at = (uint64_t)(found - text) + sizeof(hint) - 1;
		take_name(disk, at_bytes + at, strcspn(text + at, "\"\r\n"), c);
	}
}

static void qcow_look(struct blk *disk, const uint8_t *s, struct disk_container *c)
{
	c->has_parent = be(s + 8, 8) != 0;
	if (c->has_parent)
		take_name(disk, be(s + 8, 8), be(s + 16, 4), c);
}

static void qed_look(struct blk *disk, const uint8_t *s, struct disk_container *c)
{
	c->has_parent = rs_le64(s + 16) & 1;
	if (c->has_parent)
		take_name(disk, rs_le32(s + 56), rs_le32(s + 60), c);
}

static void vmdk_sparse_look(struct blk *disk, const uint8_t *s, struct disk_container *c)
{
	vmdk_look(disk, rs_le64(s + 28) << 9, rs_le64(s + 36) << 9, c);
}

static void vmdk_text_look(struct blk *disk, const uint8_t *s, struct disk_container *c)
{
	(void)s; /* a part of it */
	vmdk_look(disk, 0, VMDK_TEXT_MAX, c);
}

static void vdi_look(struct blk *disk, const uint8_t *s, struct disk_container *c)
{
	(void)disk;
	c->has_parent = rs_le32(s + 0x4c) == 4;
}

static const struct {
	size_t at, len;
	const char *magic, *name;
	/* Does it have a parent? NULL: such a file never has. */
	void (*look)(struct blk *disk, const uint8_t *sector0, struct disk_container *c);
} formats[] = {
	{0, 4, "QFI\xfb", "QCOW2", qcow_look},
	{0, 4, "QED\0", "QED", qed_look},
	{0, 8, "vhdxfile", "VHDX", vhdx_look},
	{0, 8, "conectix", "VHD that grows",
		vhd_look}, /* one of fixed size has this at its end only */
	{0, 4, "KDMV", "VMDK", vmdk_sparse_look},
	{0, 4, "COWD", "VMDK", NULL},
	{0, 16, "# Disk Descripto", "VMDK", vmdk_text_look},
	{0x40, 4, "\x7f\x10\xda\xbe", "VDI", vdi_look},
	{0, 8, "EVF\t\r\n\xff", "EnCase", NULL},
	{0, 8, "EVF2\r\n\x81", "EnCase", NULL},
	{0, 8, "MSWIM\0\0", "Windows image (WIM)", NULL},
	{0, 6, "\xfd\x37zXZ", "compressed (xz)", NULL},
	{0, 4, "\x28\xb5\x2f\xfd", "compressed (zstd)", NULL},
	{0, 6, "7z\xbc\xaf\x27\x1c", "compressed (7z)", NULL},
	{0, 4, "PK\x03\x04", "compressed (zip)", NULL},
	{0, 3, "\x1f\x8b\x08", "compressed (gzip)", NULL},
	{0, 3, "BZh", "compressed (bzip2)", NULL},
};

bool disk_container_look(struct blk *disk, const uint8_t sector0[512], struct disk_container *ret)
{
	if (boot_has_mark(sector0))
		return false;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (memcmp(sector0 + formats[i].at, formats[i].magic, formats[i].len) != 0)
			continue;
		*ret = (struct disk_container){.name = formats[i].name};
		if (formats[i].look)
			formats[i].look(disk, sector0, ret);
		return true;
	}
	return false;
}
