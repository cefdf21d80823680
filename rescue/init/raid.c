/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/machine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/init.h"
#include "init/sysfs.h"

#define MDADM	    "/sbin/mdadm"
#define MDMON	    "/sbin/mdmon"
#define ADD_MS	    60000
#define SETTLE_MS   20000 /* a disk that is dying must not hold the machine */
#define WRITABLE_MS 10000

bool raid_is_member(const struct known_disk *d)
{
	/* Linux' own format has no Windows on it */
	return strcmp(d->facts.raid, "isw_raid_member") == 0 ||
	       strcmp(d->facts.raid, "ddf_raid_member") == 0;
}

/* What it says goes to a file: the consoles are for people. */
static struct process_plan plan_for(process_fn run, const char *const argv[], uint64_t limit_ms)
{
	/* started by mdadm, mdmon would let an unclean set's repair begin: nobody asked for it yet
	 */
	static const char *const environment[] = {
		"IMSM_NO_PLATFORM=1", "MDADM_NO_MDMON=1", "PATH=/sbin:/bin", NULL};

	return (struct process_plan){.run = run,
		.argv = argv,
		.environment = environment,
		.log = INIT_RUN "/mdadm.log",
		.limit_ms = limit_ms};
}

static int before_add(void *arg, int out_fd)
{
	/* the kernel would ask for them by a program that is not there */
	static const char *const modules[] = {
		"md-mod", "raid0", "raid1", "raid10", "raid456", NULL};
	char text[128];

	(void)arg;
	(void)out_fd; /* closed by exec: nothing is said */
	if (!module_load_names(modules, text, sizeof(text)))
		return 1;
	(void)mkdir("/run/mdadm", 0700); /* there already, or mdadm fails */
	(void)mkdir("/dev/md", 0755);	 /* as above */
	return 0;
}

static void on_added(void *user, struct process *p)
{
	struct init *in = user;

	disks_look_over(&in->disks);
	if (!process_is_good(p))
		init_say(in, "disk /dev/%s: mdadm %s", in->disks.list[p->tag].name,
			p->was_asked ? "did not end and was ended" : "does not take it");
}

void raid_add(struct init *in, struct known_disk *d)
{
	char device[DISK_NAME + 8];
	const char *const argv[] = {MDADM, "--incremental", device, NULL};
	struct process_plan plan = plan_for(before_add, argv, ADD_MS);

	plan.end = on_added;
	plan.user = in;
	plan.tag = (unsigned)(d - in->disks.list);
	(void)snprintf(device, sizeof(device), "/dev/%s", d->name);
	if (process_start(&in->processes, &plan, NULL))
		disks_look_begun(&in->disks);
	else
		init_log(in, "disk /dev/%s: no process for mdadm", d->name);
}

/* A disk's users are the array or container that it is in. */
static void look_at_holder(void *user, const char *name)
{
	char level[32], state[32];

	(void)sysfs_text(level, sizeof(level), "/sys/block/%s/md/level", name);
	(void)sysfs_text(state, sizeof(state), "/sys/block/%s/md/array_state", name);
	/* a container has no level */
	if (level[0] && strcmp(state, "inactive") != 0 && strcmp(state, "clear") != 0)
		*(bool *)user = true;
}

void raid_tell(struct init *in)
{
	for (size_t i = 0; i < in->disks.n; i++) {
		struct known_disk *d = &in->disks.list[i];
		bool is_used = false;

		if (d->state != DISK_LEFT || !raid_is_member(d))
			continue;
		sysfs_each(look_at_holder, &is_used, "/sys/block/%s/holders", d->name);
		if (!is_used)
			init_say(in,
				"disk /dev/%s: its RAID set is not whole, nothing was changed: "
				"connect all of its disks, and look into the firmware's RAID menu",
				d->name);
	}
}

/* ---- writing ---- */

static bool is_read_only(const char *array)
{
	return sysfs_number(0, "/sys/block/%s/ro", array) != 0;
}

/* What an unclean set lacks is left to Windows: copying a whole disk is not what we are here for.
 */
static int hold_resync(void *arg, int out_fd)
{
	(void)arg;
	(void)out_fd; /* closed by exec: nothing is said */
	/* refused: slower, not wrong */
	(void)sysfs_put("/proc/sys/dev/raid/speed_limit_min", "0\n");
	(void)sysfs_put("/proc/sys/dev/raid/speed_limit_max", "0\n");
	return 0;
}

/* mdmon writes the set's metadata; with it the kernel lets go of read-only. */
static long start_monitor(struct init *in, const char *array)
{
	char version[64], container[DISK_NAME];
	const char *const argv[] = {MDMON, container, NULL};
	const struct process_plan plan = plan_for(hold_resync, argv, WRITABLE_MS);

	if (!sysfs_text(version, sizeof(version), "/sys/block/%s/md/metadata_version", array) ||
		sscanf(version, "external:/%31[^/]/", container) != 1)
		return -EIO;
	return process_run(&in->processes, &plan, NULL);
}

void raid_allow_writes(struct init *in, const char *disk)
{
	uint64_t end = now_ms() + WRITABLE_MS;

	if (strncmp(disk, "md", 2) != 0 || !is_read_only(disk))
		return;
	/* if none can be started the first write fails, and nothing was changed; how it ends does
	 * not matter: the array tells whether it may be written */
	if (start_monitor(in, disk) == -EAGAIN)
		return;
	while (is_read_only(disk) && now_ms() < end)
		loop_step(&in->loop, 20);
	if (is_read_only(disk))
		init_log(in, "disk /dev/%s: the array stays read-only", disk);
}

struct process_plan raid_settle(process_fn run)
{
	static const char *const argv[] = {MDADM, "--wait-clean", "--scan", NULL};

	bool is_there = access("/sys/module/md_mod", F_OK) == 0 && access(MDADM, X_OK) == 0;

	return plan_for(run, is_there ? argv : NULL, SETTLE_MS);
}
