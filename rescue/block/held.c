/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a disk does not say by its bytes: another machine has reserved it, or its controller is in
 * RAID mode with a format that nobody here can read.
 * Sources: SPC-4 6.14 (PERSISTENT RESERVE IN); Linux scsi/sg.h; the PCI code and ID assignment
 * (class 0104), the PCI ID list (1022:b000). */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "block/internal.h"
#include "block/set.h"

#define RESERVE_IN	 0x5e
#define READ_KEYS	 0x00
#define READ_RESERVATION 0x01
#define ANSWER_BYTES	 512U
#define PATIENCE_MS	 5000U

static void take(struct disk_member *m, enum member_kind kind, const char *name, const char *text)
{
	*m = (struct disk_member){.kind = kind, .is_whole_disk = true};
	m->next = kind == MEMBER_CLUSTER ? BLK_BY_HOLDER : BLK_BY_CONTROLLER;
	(void)snprintf(m->name, sizeof(m->name), "%s", name);
	(void)snprintf(m->text, sizeof(m->text), "%s", text);
}

/* ---- persistent reservations ---- */

/* Bytes of the answer's list; 0: there is none, or the disk does not know the command. */
static size_t reserve_in(int fd, blk_ioctl_fn *fn, uint8_t action, uint8_t answer[ANSWER_BYTES])
{
	uint8_t command[10] = {
		RESERVE_IN, action, [7] = ANSWER_BYTES >> 8, [8] = ANSWER_BYTES & 0xff};
	uint8_t sense[32];
	struct sg_io_hdr h = {.interface_id = 'S',
		.dxfer_direction = SG_DXFER_FROM_DEV,
		.cmd_len = sizeof(command),
		.mx_sb_len = sizeof(sense),
		.dxfer_len = ANSWER_BYTES,
		.dxferp = answer,
		.cmdp = command,
		.sbp = sense,
		.timeout = PATIENCE_MS};

	memset(answer, 0, ANSWER_BYTES);
	if (fn(fd, SG_IO, &h) < 0 || h.status || h.host_status || h.driver_status || h.resid < 0 ||
		(unsigned)h.resid > ANSWER_BYTES - 8)
		return 0;
	size_t got = ANSWER_BYTES - 8 - (unsigned)h.resid;
	size_t said = (size_t)answer[4] << 24 | (size_t)answer[5] << 16 | (size_t)answer[6] << 8 |
		      answer[7];
	return said < got ? said : got;
}

void blk_reservation_look(int fd, blk_ioctl_fn *fn, struct disk_member *ret)
{
	uint8_t answer[ANSWER_BYTES];
	char text[sizeof(ret->text)];
	size_t n = reserve_in(fd, fn, READ_RESERVATION, answer);

	if (n >= 16) {
		(void)snprintf(text, sizeof(text),
			"reserved by a machine (SCSI persistent reservation, type %u)",
			answer[8 + 13] & 0xfU);
		take(ret, MEMBER_CLUSTER, "scsi-reservation", text);
		return;
	}
	n = reserve_in(fd, fn, READ_KEYS, answer) / 8;
	if (!n)
		return;
	(void)snprintf(text, sizeof(text),
		"registered by a machine (SCSI persistent reservation, %zu %s)", n,
		n == 1 ? "key" : "keys");
	take(ret, MEMBER_CLUSTER, "scsi-reservation", text);
}

/* A disk behind SCSI proper. ATA has no such command, and boxes for USB may choke on it. */
static bool may_be_reserved(const struct sys_roots *roots, const char *name)
{
	char path[PATH_MAX], real[PATH_MAX], type[16];

	(void)snprintf(path, sizeof(path), "%s/block/%s", roots->sys, name);
	if (!realpath(path, real) || strstr(real, "/ata") || strstr(real, "/usb"))
		return false;
	sys_text(type, sizeof(type), "%s/block/%s/device/type", roots->sys, name);
	return strcmp(type, "0") == 0;
}

/* ---- controllers in RAID mode ---- */

static unsigned read_hex(const char *device, const char *file)
{
	char text[32];

	sys_text(text, sizeof(text), "%s/%s", device, file);
	return (unsigned)strtoul(text, NULL, 16);
}

/* Drivers that show each disk as it is; all others of this class show the finished sets. */
static bool shows_single_disks(const char *device)
{
	char path[2 * PATH_MAX + 32], driver[PATH_MAX];
	const char *name;

	(void)snprintf(path, sizeof(path), "%s/driver", device);
	if (!realpath(path, driver))
		return false;
	name = strrchr(driver, '/') + 1;
	return strcmp(name, "ahci") == 0 || strcmp(name, "ata_piix") == 0 ||
	       strncmp(name, "sata_", 5) == 0 || strncmp(name, "pata_", 5) == 0;
}

/* Their sets have superblocks that libblkid knows: whether one is there tells more than the mode,
 * in which most machines have a single disk. */
static bool has_known_format(unsigned vendor)
{
	static const unsigned vendors[] = {
		0x8086, 0x105a, 0x1095, 0x1106, 0x10de, 0x197b, 0x1103, 0x9004, 0x9005};

	for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
		if (vendors[i] == vendor)
			return true;
	return false;
}

/* AMD's RAID over NVMe: the disks are functions of their own, one more says that they are in sets.
 */
static bool has_amd_nvme_raid(const struct sys_roots *roots)
{
	char folder[PATH_MAX], device[2 * PATH_MAX];

	(void)snprintf(folder, sizeof(folder), "%s/bus/pci/devices", roots->sys);
	auto_dir DIR *d = opendir(folder);
	for (const struct dirent *e; d && (e = readdir(d));) {
		(void)snprintf(device, sizeof(device), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.' && read_hex(device, "vendor") == 0x1022 &&
			read_hex(device, "device") == 0xb000)
			return true;
	}
	return false;
}

void blk_controller_look(const struct sys_roots *roots, const char *name, struct disk_member *ret)
{
	char path[PATH_MAX], device[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/block/%s", roots->sys, name);
	if (!realpath(path, device))
		return;
	if (strncmp(name, "nvme", 4) == 0 && has_amd_nvme_raid(roots)) {
		take(ret, MEMBER_FIRMWARE, "amd-raid",
			"perhaps a part of a RAID (AMD RAIDXpert is on in the firmware)");
		return;
	}
	for (unsigned class = 0; !class;) { /* the nearest PCI function above it */
		char *slash = strrchr(device, '/');
		if (!slash || slash == device)
			return;
		*slash = '\0';
		class = read_hex(device, "class");
	}
	if (read_hex(device, "class") >> 8 == 0x0104 && shows_single_disks(device) &&
		!has_known_format(read_hex(device, "vendor")))
		take(ret, MEMBER_FIRMWARE, "raid-mode",
			"perhaps a part of a RAID (its controller is in RAID mode)");
}

static int real_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

void blk_device_look(const char *path, struct disk_member *ret)
{
	char name[NAME_MAX + 1];
	struct stat st;

	if (ret->kind != MEMBER_NONE || stat(path, &st) < 0 ||
		!disk_name_of(&sys_roots_real, &st, name, sizeof(name)))
		return;
	blk_controller_look(&sys_roots_real, name, ret);
	if (ret->kind != MEMBER_NONE || !may_be_reserved(&sys_roots_real, name))
		return;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		blk_reservation_look(fd, real_ioctl, ret);
}
