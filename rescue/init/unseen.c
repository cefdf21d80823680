/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/init.h"
#include "init/sysfs.h"

#define VENDOR_INTEL  0x8086
#define CLASS_STORAGE 0x01
#define CLASS_RAID    0x0104
#define CLASS_AHCI    0x0106
#define CLASS_NVME    0x0108
#define CLASS_SD      0x0805

/* ATA IDENTIFY DEVICE, word 128: security status */
#define ATA_SECURITY 128
#define ATA_ENABLED  (1U << 1)
#define ATA_LOCKED   (1U << 2)

/* The whole of it, wherever AHCI is mentioned: the advice alone has cost people their Windows. */
#define AHCI_WARNING                                                                               \
	"Do not just switch the firmware from RAID (RST, VMD) to AHCI: Windows may then not "      \
	"start at all (stop code INACCESSIBLE_BOOT_DEVICE) unless its AHCI or NVMe driver was "    \
	"made ready before, a RAID or Optane volume is lost to it, and BitLocker may ask for its " \
	"recovery key"

#define ANOTHER_MACHINE "Put the disk into another machine. "

struct search {
	const char *root;
	struct unseen *ret;
	size_t n;
};

__attribute__((format(printf, 4, 5))) static void add(
	struct search *s, const char *device, const char *next, const char *fmt, ...)
{
	va_list ap;

	if (s->n == UNSEEN_MOST)
		return;
	struct unseen *u = &s->ret[s->n++];
	*u = (struct unseen){.next = next};
	(void)snprintf(u->device, sizeof(u->device), "%s", device);
	va_start(ap, fmt);
	(void)vsnprintf(u->text, sizeof(u->text), fmt, ap);
	va_end(ap);
}

/* Volume Management Device: the NVMe disks are behind it, on a bus of its own. */
static bool is_vmd(unsigned device)
{
	static const unsigned ids[] = {
		0x201d, 0x28c0, 0x467f, 0x4c3d, 0x7d0b, 0x9a0b, 0xa77f, 0xad0b, 0xb60b, 0xb06f};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (ids[i] == device)
			return true;
	return false;
}

/* "RAID On": NVMe disks have no PCI function of their own, the SATA controller keeps them in
 * registers of its own; Linux' driver counts them and cannot reach them. */
static void add_remapped(struct search *s, const char *device, uint64_t n)
{
	add(s, device,
		"Put the disk into another machine, or repair from Windows' own recovery with "
		"Intel's driver. " AHCI_WARNING,
		"%llu NVMe disk%s hidden behind the SATA controller %s: the firmware is set to "
		"Intel RST ('RAID On'), and no system but Windows with Intel's driver can read "
		"%s",
		(unsigned long long)n, n == 1 ? " is" : "s are", device, n == 1 ? "it" : "them");
}

static void add_without_driver(
	struct search *s, const char *device, unsigned class, unsigned vendor, unsigned id)
{
	bool is_rst = vendor == VENDOR_INTEL && class == CLASS_RAID;
	const char *next = is_rst ? ANOTHER_MACHINE AHCI_WARNING
				  : ANOTHER_MACHINE "Tell us the numbers of the controller";

	if (is_rst && is_vmd(id))
		add(s, device, next,
			"Intel VMD %s (8086:%04x) has no driver here: NVMe disks behind it cannot "
			"be seen",
			device, id);
	else
		add(s, device, next,
			"the storage controller %s (%04x:%04x, class %04x%s) has no driver here: "
			"disks on it cannot be seen",
			device, vendor, id, class, is_rst ? ", Intel RST 'RAID On'" : "");
}

/* Read while the driver still looks at the controller, or when it has given it up, the file makes
 * the kernel (6.1) follow a NULL pointer. The ports come last. */
static uint64_t count_remapped(const struct search *s, const char *device)
{
	if (!sysfs_has("%s/sys/bus/pci/devices/%s/ata[0-9]*", s->root, device))
		return 0;
	return sysfs_number(0, "%s/sys/bus/pci/devices/%s/remapped_nvme", s->root, device);
}

static void look_at_pci(void *user, const char *device)
{
	struct search *s = user;
	uint64_t class = sysfs_number(0, "%s/sys/bus/pci/devices/%s/class", s->root, device) >> 8;
	uint64_t vendor = sysfs_number(0, "%s/sys/bus/pci/devices/%s/vendor", s->root, device);
	uint64_t id = sysfs_number(0, "%s/sys/bus/pci/devices/%s/device", s->root, device);

	if (class >> 8 != CLASS_STORAGE && class != CLASS_SD)
		return;
	uint64_t n = count_remapped(s, device);
	if (n)
		add_remapped(s, device, n);
	if (!sysfs_has("%s/sys/bus/pci/devices/%s/driver", s->root, device))
		add_without_driver(s, device, (unsigned)class, (unsigned)vendor, (unsigned)id);
}

/* "id" has the 256 words of IDENTIFY in hex, eight a line. */
static unsigned ata_word(const char *words, unsigned index)
{
	const char *at = words;
	char *end;

	for (unsigned i = 0;; i++) {
		unsigned long v = strtoul(at, &end, 16);
		if (end == at)
			return 0;
		if (i == index)
			return (unsigned)(v & 0xffff);
		at = end;
	}
}

static void look_at_ata(void *user, const char *device)
{
	struct search *s = user;
	char words[4096];

	if (!sysfs_text(words, sizeof(words), "%s/sys/class/ata_device/%s/id", s->root, device))
		return;
	unsigned security = ata_word(words, ATA_SECURITY);
	if (!(security & ATA_ENABLED) || !(security & ATA_LOCKED))
		return;
	add(s, device,
		"Give the disk's password when the firmware asks for it at power-on, then start "
		"again without switching the power off",
		"the disk %s is locked by its own password (ATA security): nothing on it can be "
		"read",
		device);
}

static void look_at_nvme(void *user, const char *name)
{
	struct search *s = user;
	char state[32];

	if (!sysfs_text(state, sizeof(state), "%s/sys/class/nvme/%s/state", s->root, name) ||
		strcmp(state, "live") == 0)
		return;
	add(s, name,
		"Switch the power off and on, not only a restart; if that does not help, the disk "
		"is broken",
		"the NVMe controller %s does not answer as it should (state: %.24s)", name, state);
}

size_t unseen_find(const char *root, struct unseen ret[UNSEEN_MOST])
{
	struct search s = {root, ret, 0};

	sysfs_each(look_at_pci, &s, "%s/sys/bus/pci/devices", root);
	sysfs_each(look_at_ata, &s, "%s/sys/class/ata_device", root);
	sysfs_each(look_at_nvme, &s, "%s/sys/class/nvme", root);
	return s.n;
}

void unseen_tell(struct init *in)
{
	static struct unseen list[UNSEEN_MOST];
	size_t n = unseen_find("", list);
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new_object();
		json_object_object_add(o, "device", json_object_new_string(list[i].device));
		json_object_object_add(o, "text", json_object_new_string(list[i].text));
		json_object_object_add(o, "next", json_object_new_string(list[i].next));
		json_object_array_add(all, o);
		init_say(in, "disk hidden: %s", list[i].text);
		init_say(in, "  %s.", list[i].next);
	}
	report_set(in, "hidden", all);
}
