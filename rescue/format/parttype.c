/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names for the partition types that a Windows disk, or a Linux beside it, has.
 * Sources: UEFI specification 2.10 section 5.3; Microsoft's documentation of
 * PARTITION_INFORMATION_GPT; the Discoverable Partitions Specification; the list of MBR types of A.
 * Brouwer. */
#include "format/parttype.h"

#include <string.h>

#define ESP	 "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define RESERVED "e3c9e316-0b5c-4db8-817d-f92df00215ae"
#define DATA	 "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"
#define RECOVERY "de94bba4-06d1-4d40-a16a-bfd50179d6ac"

static const struct gpt_type {
	const char *guid, *name;
} gpt_types[] = {
	{ESP, "EFI system"},
	{RESERVED, "Microsoft reserved"},
	{DATA, "Windows data"},
	{RECOVERY, "Windows recovery"},
	{PART_LDM_METADATA, "Windows dynamic disk metadata"},
	{PART_LDM_DATA, "Windows dynamic disk data"},
	{PART_STORAGE_SPACES, "Windows storage spaces"},
	{"558d43c5-a1ac-43c0-aac8-d1472b2923d1", "Windows storage replica"},
	{"37affc90-ef7d-4e96-91c3-2d7ae055b174", "IBM general parallel file system"},
	{"21686148-6449-6e6f-744e-656564454649", "BIOS boot"},
	{"024dee41-33e7-11d3-9d69-0008c781f39f", "MBR scheme"},
	{"d3bfe2de-3daf-11df-ba40-e3a556d89593", "Intel Rapid Start"},
	{"bfbfafe7-a34f-448a-9a5b-6213eb736c22", "Lenovo boot"},
	{"0fc63daf-8483-4772-8e79-3d69d8477de4", "Linux data"},
	{"0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", "Linux swap"},
	{"e6d6d379-f507-44c2-a23c-238f2a3df928", "Linux LVM"},
	{"a19d880f-05fc-4d3b-a006-743f0f84911e", "Linux RAID"},
	{"ca7d7ccb-63ed-4c53-861c-1742536059cc", "Linux LUKS"},
	{"bc13c2ff-59e6-4262-a352-b275fd6f7172", "Linux extended boot"},
	{"4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "Linux root (x86-64)"},
	{"44479540-f297-41b2-9af7-d131d5f0458a", "Linux root (x86)"},
	{"933ac7e1-2eb4-4f13-b844-0e14e2aef915", "Linux home"},
	{"48465300-0000-11aa-aa11-00306543ecac", "Apple HFS+"},
	{"7c3457ef-0000-11aa-aa11-00306543ecac", "Apple APFS"},
};

const char *gpt_type_name(const char *guid)
{
	for (size_t i = 0; i < sizeof(gpt_types) / sizeof(gpt_types[0]); i++)
		if (strcmp(gpt_types[i].guid, guid) == 0)
			return gpt_types[i].name;
	return "";
}

static const struct mbr_type {
	uint8_t type;
	const char *name;
} mbr_types[] = {{0x01, "FAT12"}, {0x04, "FAT16"}, {0x06, "FAT16"}, {0x0e, "FAT16"},
	{0x07, "Windows data"}, {0x0b, "FAT32"}, {0x0c, "FAT32"}, {0x11, "hidden FAT"},
	{0x14, "hidden FAT"}, {0x16, "hidden FAT"}, {0x1b, "hidden FAT"}, {0x1c, "hidden FAT"},
	{0x1e, "hidden FAT"}, {0x12, "OEM diagnostics"}, {0x17, "hidden Windows data"},
	{0x27, "Windows recovery"}, {0x42, "Windows dynamic disk"}, {0x82, "Linux swap"},
	{0x83, "Linux data"}, {0x84, "hibernation"}, {0x8e, "Linux LVM"}, {0xa5, "FreeBSD"},
	{0xaf, "Apple HFS+"}, {0xda, "data without a file system"}, {0xde, "Dell utilities"},
	{0xee, "protective entry of a GPT"}, {0xef, "EFI system"}, {0xfd, "Linux RAID"}};

const char *mbr_type_name(uint8_t type)
{
	for (size_t i = 0; i < sizeof(mbr_types) / sizeof(mbr_types[0]); i++)
		if (mbr_types[i].type == type)
			return mbr_types[i].name;
	return "";
}

bool mbr_type_is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

bool mbr_type_is_protective(uint8_t type)
{
	return type == 0xee;
}

bool part_type_is_esp(const char *type)
{
	return strcmp(type, ESP) == 0 || strcmp(type, "0xef") == 0;
}

bool part_type_is_reserved(const char *type)
{
	return strcmp(type, RESERVED) == 0;
}

bool part_type_is_windows(const char *type)
{
	return strcmp(type, DATA) == 0 || strcmp(type, RECOVERY) == 0 ||
	       strcmp(type, "0x07") == 0 || strcmp(type, "0x27") == 0;
}
