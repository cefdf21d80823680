/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/raid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"

#define MDADM	    "/sbin/mdadm"
#define MDMON	    "/sbin/mdmon"
#define ADD_MS	    60000
#define WRITABLE_MS 10000

bool raid_is_member(const struct known_disk *d)
{
	/* Linux' own format has no Windows on it */
	return strcmp(d->facts.raid, "isw_raid_member") == 0 ||
	       strcmp(d->facts.raid, "ddf_raid_member") == 0;
}

/* What it says goes to a file: the consoles are for people. */
static void exec_quietly(char *const argv[])
{
	/* started by mdadm, mdmon would let an unclean set's repair begin: nobody asked for it yet
	 */
	static char firmware[] = "IMSM_NO_PLATFORM=1", monitor[] = "MDADM_NO_MDMON=1",
		    path[] = "PATH=/sbin:/bin";
	char *const environment[] = {firmware, monitor, path, NULL};
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int out = open(INIT_RUN "/mdadm.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	(void)execve(argv[0], argv, environment);
	_exit(127); /* the exit status tells */
}

static int add_member(void *arg, int out_fd)
{
	/* the kernel would ask for them by a program that is not there */
	static const char *const modules[] = {
		"md-mod", "raid0", "raid1", "raid10", "raid456", NULL};
	static char program[] = MDADM, add[] = "--incremental";
	char device[DISK_NAME + 8], text[128];
	char *const argv[] = {program, add, device, NULL};

	(void)out_fd; /* closed by exec: nothing is said */
	(void)snprintf(device, sizeof(device), "/dev/%s", (const char *)arg);
	if (!module_load_names(modules, text, sizeof(text)))
		return 1;
	(void)mkdir("/run/mdadm", 0700); /* there already, or mdadm fails */
	(void)mkdir("/dev/md", 0755);	 /* as above */
	exec_quietly(argv);
	return 1;
}

static void on_added(void *user, struct job *job)
{
	struct init *in = user;

	in->n_looking--;
	in->news_ms = now_ms();
	if (!job_is_good(job))
		init_say(in, "disk /dev/%s: mdadm %s", in->disks[job->tag].name,
			job_is_late(job) ? "did not end and was ended" : "does not take it");
}

void raid_add(struct init *in, struct known_disk *d)
{
	struct job *job = job_start(&in->jobs, add_member, d->name, 1, on_added, in);

	if (!job) {
		init_log(in, "disk /dev/%s: no process for mdadm", d->name);
		return;
	}
	job->tag = (unsigned)(d - in->disks);
	job_limit(job, ADD_MS);
	in->n_looking++;
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
	for (size_t i = 0; i < in->n_disks; i++) {
		struct known_disk *d = &in->disks[i];
		char folder[DISK_NAME + 32];
		bool is_used = false;

		if (d->state != DISK_LEFT || !raid_is_member(d))
			continue;
		(void)snprintf(folder, sizeof(folder), "/sys/block/%s/holders", d->name);
		sysfs_each(folder, look_at_holder, &is_used);
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
static void hold_resync(void)
{
	static const char *const limits[] = {
		"/proc/sys/dev/raid/speed_limit_min", "/proc/sys/dev/raid/speed_limit_max"};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		auto_close int fd = open(limits[i], O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0\n", 2) != 2)
			continue; /* slower, not wrong */
	}
}

/* mdmon writes the set's metadata; with it the kernel lets go of read-only. */
static int start_monitor(void *arg, int out_fd)
{
	static char program[] = MDMON;
	char version[64], container[DISK_NAME];
	char *const argv[] = {program, container, NULL};

	(void)out_fd; /* closed by exec: nothing is said */
	if (!sysfs_text(version, sizeof(version), "/sys/block/%s/md/metadata_version",
		    (const char *)arg) ||
		sscanf(version, "external:/%31[^/]/", container) != 1)
		return 1;
	hold_resync();
	exec_quietly(argv);
	return 1;
}

void raid_allow_writes(struct init *in, const char *disk)
{
	uint64_t end = now_ms() + WRITABLE_MS;
	char array[DISK_NAME];

	(void)snprintf(array, sizeof(array), "%s", disk);
	if (strncmp(array, "md", 2) != 0 || !is_read_only(array))
		return;
	/* if none can be started the first write fails, and nothing was changed; how it ends does
	 * not matter: the array tells whether it may be written */
	if (job_run(&in->jobs, start_monitor, array, NULL, 1, WRITABLE_MS) == -EAGAIN)
		return;
	while (is_read_only(array) && now_ms() < end)
		loop_step(&in->loop, 20);
	if (is_read_only(array))
		init_log(in, "disk /dev/%s: the array stays read-only", array);
}

void raid_settle(void)
{
	static char program[] = MDADM, wait[] = "--wait-clean", scan[] = "--scan";
	char *const argv[] = {program, wait, scan, NULL};

	if (access("/sys/module/md_mod", F_OK) == 0 && access(MDADM, X_OK) == 0)
		exec_quietly(argv);
}
