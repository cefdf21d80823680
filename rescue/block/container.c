/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Image files that hold a disk in a form of their own. Their last sectors may be those of the disk,
 * so that the copy of a boot sector is found there: without a name they would pass for a damaged
 * disk. */
#include <string.h>

#include "block/internal.h"

static const struct {
	size_t at, len;
	const char *magic, *name;
} formats[] = {
	{0, 4, "QFI\xfb", "QCOW2"},
	{0, 8, "vhdxfile", "VHDX"},
	{0, 8, "conectix", "VHD that grows"}, /* one of fixed size has this at its end only */
	{0, 4, "KDMV", "VMDK"},
	{0, 4, "COWD", "VMDK"},
	{0, 16, "# Disk Descripto", "VMDK"},
	{0x40, 4, "\x7f\x10\xda\xbe", "VDI"},
	{0, 8, "EVF\t\r\n\xff", "EnCase"},
	{0, 8, "EVF2\r\n\x81", "EnCase"},
	{0, 8, "MSWIM\0\0", "Windows image (WIM)"},
	{0, 6, "\xfd\x37zXZ", "compressed (xz)"},
	{0, 4, "\x28\xb5\x2f\xfd", "compressed (zstd)"},
	{0, 6, "7z\xbc\xaf\x27\x1c", "compressed (7z)"},
	{0, 4, "PK\x03\x04", "compressed (zip)"},
	{0, 3, "\x1f\x8b\x08", "compressed (gzip)"},
	{0, 3, "BZh", "compressed (bzip2)"},
};

const char *disk_container_name(const uint8_t sector0[512])
{
	if (sector0[510] == 0x55 && sector0[511] == 0xaa)
		return NULL;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (memcmp(sector0 + formats[i].at, formats[i].magic, formats[i].len) == 0)
			return formats[i].name;
	return NULL;
}
