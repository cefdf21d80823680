/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/machine.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "init/init.h"
#include "init/stick.h"
#include "init/sysfs.h"

#define LOOK_MS 180000 /* the kernel's own attempts at a bad sector take half of that */

static int look(void *arg, int out_fd)
{
	static struct disk_facts facts;
	char path[DISK_NAME + 8];

	(void)snprintf(path, sizeof(path), "/dev/%s", (const char *)arg);
	return disk_look(path, &facts) && process_write(out_fd, &facts, sizeof(facts)) ? 0 : 1;
}

/* The same disk, met before by another path: what is read through the one may be old when the other
 * has written. */
static const struct known_disk *first_path(struct init *in, const struct known_disk *d)
{
	for (size_t i = 0; i < in->disks.n; i++) {
		const struct known_disk *one = &in->disks.list[i];
		if (one != d && one->state != DISK_GONE && one->state != DISK_LOOKING &&
			disk_is_same("", one->name, d->name))
			return one;
	}
	return NULL;
}

static void judge(struct init *in, struct known_disk *d)
{
	d->state = DISK_READY;
	const struct disk_facts *f = &d->facts;
	const struct known_disk *first = first_path(in, d);

	if (f->is_locked)
		disk_tell(d, -1,
			"the drive encrypts itself (OPAL) and is locked: unlock it with its own "
			"boot password, then start again from a warm restart");
	else if (raid_is_member(
			 d)) /* of other sets the work itself tells, and weighs what is left over */
		disk_tell(d, -1,
			"a part of a RAID (%s): not touched alone, the whole set is a disk of its "
			"own",
			f->raid);
	else if (first)
		disk_tell(d, -1, "the same disk as /dev/%.32s, by another path: left to that",
			first->name);
	else if (!f->is_readable)
		disk_tell(d, -1, "its first sector cannot be read: check cable and disk health");
	if (d->outcome[0])
		d->state = DISK_LEFT;
	stick_consider(in, d);
	if (raid_is_member(d) && !f->is_locked)
		raid_add(in, d);
	if (d->outcome[0])
		init_say(in, "disk /dev/%s: %s", d->name, d->outcome);
}

static void on_looked(void *user, struct process *p)
{
	struct init *in = user;
	struct known_disk *d = &in->disks.list[p->tag];

	disks_look_over(&in->disks);
	if (d->state != DISK_LOOKING)
		return; /* pulled out meanwhile */
	if (!process_is_good(p) || p->result.len != sizeof(d->facts)) {
		disk_tell(d, -1, "%s",
			p->was_asked ? "it does not answer: the first look at it was ended"
				     : "it does not open");
		d->state = DISK_LEFT;
		init_say(in, "disk /dev/%s: %s", d->name, d->outcome);
		return;
	}
	memcpy(&d->facts, p->result.p, sizeof(d->facts));
	init_log(in, "disk /dev/%s: %llu bytes, %u-byte sectors, %u %s", d->name,
		(unsigned long long)d->facts.size_bytes, d->facts.sector_bytes, d->facts.n_parts,
		rs_form(d->facts.n_parts, "volume", "volumes"));
	judge(in, d);
}

static void look_at(struct init *in, struct known_disk *d)
{
	const struct process_plan plan = {.run = look,
		.arg = d->name,
		.cap = sizeof(struct disk_facts),
		.end = on_looked,
		.user = in,
		.tag = (unsigned)(d - in->disks.list),
		.limit_ms = LOOK_MS};
	bool is_begun = process_start(&in->processes, &plan, NULL);

	d->state = is_begun ? DISK_LOOKING : DISK_READY; /* the work itself looks again */
	if (is_begun)
		disks_look_begun(&in->disks);
}

static void appeared(void *user, const char *name)
{
	struct init *in = user;
	struct known_disk *d = disks_find(&in->disks, name);

	if (d && d->facts.size_bytes == 512 * sysfs_number(0, "/sys/block/%s/size", name))
		return;
	if (!disk_is_wanted("", name) || (d && d->state == DISK_LOOKING))
		return;
	d = disks_put(&in->disks, name);
	if (d)
		look_at(in, d);
	else
		init_log(in, "disk /dev/%s: more than %d disks, left out", name, DISK_MOST);
}

static void disappeared(struct init *in, const char *name)
{
	struct known_disk *d = disks_find(&in->disks, name);

	if (!d)
		return;
	d->state = DISK_GONE;
	init_log(in, "disk /dev/%s: gone", name);
	stick_gone(in, name);
}

static void on_event(struct init *in, const struct uevent *e)
{
	static const char *const storage[] = {"block", "scsi", "scsi_host", "scsi_device", "nvme",
		"ata_port", "ata_link", "ata_device", "mmc", "mmc_host", "usb", "virtio", "vmbus",
		"xen", "bdi", NULL};
	bool is_add = strcmp(e->action, "add") == 0;

	if (is_add && e->modalias)
		modules_send(&in->modules, e->modalias);
	if (sysfs_is_like(e->subsystem, storage, 0))
		disks_news(&in->disks);
	if (strcmp(e->subsystem, "block") != 0 || !e->type || strcmp(e->type, "disk") != 0)
		return;
	const char *name = strrchr(e->path, '/');
	name = name ? name + 1 : e->path;
	if (strcmp(e->action, "remove") == 0)
		disappeared(in, name);
	else if (is_add || strcmp(e->action, "change") == 0)
		appeared(in, name);
}

static void on_uevents(void *user, int fd, short events)
{
	static char buf[UEVENT_MOST + 1];
	struct init *in = user;
	struct uevent e;
	int r;

	(void)events;
	while ((r = uevent_read(fd, buf, &e)) != 0) {
		if (r > 0) {
			on_event(in, &e);
			continue;
		}
		init_log(in, "events of the kernel were lost: looking for disks again");
		sysfs_each(appeared, in, "/sys/block");
	}
}

static void on_module_failed(void *user, const char *text)
{
	init_log(user, "%s", text);
}

void machine_start(struct init *in)
{
	/* events first, so that no device falls between the list and the events */
	disks_news(&in->disks);
	if (!loop_add(&in->loop, uevent_open(), POLLIN, on_uevents, in))
		init_say(in, "devices that appear late are not seen: no events of the kernel");
	modules_start(&in->modules, &in->processes, on_module_failed, in);
	stick_start(in);
	sysfs_each(appeared, in, "/sys/block");
}

static void count_probing(void *user, const char *name)
{
	char state[32];

	/* an NVMe controller may take as long as its CAP.TO says, up to two minutes */
	if (sysfs_text(state, sizeof(state), "/sys/class/nvme/%s/state", name) &&
		(strcmp(state, "new") == 0 || strcmp(state, "resetting") == 0 ||
			strcmp(state, "connecting") == 0))
		(*(unsigned *)user)++;
}

bool machine_is_probing(struct init *in)
{
	unsigned n = 0;

	if (in->disks.n_looking || modules_are_busy(&in->modules))
		return true;
	sysfs_each(count_probing, &n, "/sys/class/nvme");
	return n > 0;
}

uint64_t machine_quiet_ms(struct init *in)
{
	if (machine_is_probing(in))
		disks_news(&in->disks);
	return now_ms() - in->disks.news_ms;
}
