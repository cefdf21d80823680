/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes that are recognised but not opened: what they are, in words, and the next step.
 * The types are libblkid's. */
#include <string.h>

#include "block/disk.h"

static const char by_firmware[] =
	"start the machine's own system, or put the set together on Linux (mdadm) and "
	"run unbrick on the device of the whole set";

static const struct vol_known known[] = {
	{"ReFS", "ReFS", "use Windows' recovery environment (or another Windows) for it"},
	{"crypto_LUKS", "encrypted with LUKS (Linux)",
		"open it on Linux (cryptsetup open) and run unbrick on the device inside"},
	{"LVM2_member", "a physical volume of LVM (Linux)",
		"activate it on Linux (vgchange -ay) and run unbrick on the logical volume"},
	{"LVM1_member", "a physical volume of LVM 1 (Linux)", "activate it on an older Linux"},
	{"linux_raid_member", "a member of a Linux RAID (md)",
		"put the set together on Linux (mdadm --assemble) and run unbrick on its device"},
	{"bcache", "a part of bcache (Linux)",
		"attach it on Linux and run unbrick on the bcache device"},
	{"zfs_member", "a member of a ZFS pool",
		"import the pool (zpool import) and run unbrick on the volume in it"},
	{"drbd", "a part of DRBD (Linux)",
		"make it primary on Linux and run unbrick on its device"},
	{"isw_raid_member", "a member of an Intel firmware RAID (RST, VROC)", by_firmware},
	{"ddf_raid_member", "a member of a DDF firmware RAID", by_firmware},
	{"adaptec_raid_member", "a member of an Adaptec RAID", by_firmware},
	{"hpt37x_raid_member", "a member of a HighPoint RAID", by_firmware},
	{"hpt45x_raid_member", "a member of a HighPoint RAID", by_firmware},
	{"jmicron_raid_member", "a member of a JMicron RAID", by_firmware},
	{"lsi_mega_raid_member", "a member of an LSI MegaRAID", by_firmware},
	{"nvidia_raid_member", "a member of an NVIDIA RAID", by_firmware},
	{"promise_fasttrack_raid_member", "a member of a Promise or AMD RAID", by_firmware},
	{"silicon_medley_raid_member", "a member of a Silicon Image RAID", by_firmware},
	{"via_raid_member", "a member of a VIA RAID", by_firmware},
	{"VMFS_volume_member", "a VMware datastore (VMFS)",
		"copy the virtual disk out of it and run unbrick on a raw image of that"},
	{"VMFS", "a VMware datastore (VMFS)",
		"copy the virtual disk out of it and run unbrick on a raw image of that"},
	{"cs_fvault2", "encrypted with FileVault (macOS)", ""},
	{"ext2", "a file system of Linux (ext2)", ""},
	{"ext3", "a file system of Linux (ext3)", ""},
	{"ext4", "a file system of Linux (ext4)", ""},
	{"btrfs", "a file system of Linux (btrfs)", ""},
	{"xfs", "a file system of Linux (XFS)", ""},
	{"f2fs", "a file system of Linux (F2FS)", ""},
	{"swap", "swap space of Linux", ""},
	{"swsuspend", "a hibernated Linux", ""},
	{"iso9660", "a CD or DVD (ISO 9660)", ""},
	{"udf", "a DVD (UDF)", ""},
	{"hfsplus", "a file system of macOS (HFS+)", ""},
	{"apfs", "a file system of macOS (APFS)", ""},
};

const struct vol_known *vol_known_find(const char *type)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].type, type) == 0)
			return &known[i];
	return NULL;
}

bool vol_is_of_firmware(const char *type)
{
	const struct vol_known *k = vol_known_find(type);

	return k && k->next == by_firmware;
}
