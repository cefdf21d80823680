/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Was a Windows of this disk set to Safe Mode by Unbrick? What that kept of the boot configuration
 * lies beside it: the program is only started where there is such a file, and
 * decides by what is in it. */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "format/espnames.h"
#include "init/init.h"
#include "init/work.h"

#define MOUNT_POINT INIT_RUN "/esp"
#define KEPT_FILE   MOUNT_POINT ESP_BOOT_FOLDER("/") "/" ESP_KEPT_NAME
#define ESPS_MOST   8
#define ANSWER_MS   30000

struct request {
	size_t n;
	char devices[ESPS_MOST][DISK_NAME + 8];
};

static bool has_kept(const char *device)
{
	struct stat st;

	if (mount(device, MOUNT_POINT, "vfat", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) <
		0)
		return false;
	const bool is_there = stat(KEPT_FILE, &st) == 0 && S_ISREG(st.st_mode);
	(void)umount2(MOUNT_POINT, 0); /* read only, and gone with this process */
	return is_there;
}

static int look_run(void *arg, int out_fd)
{
	const struct request *q = arg;
	char text[256];
	bool is_there = false;

	if (!module_mounts_fat(MOUNT_POINT, text, sizeof(text)))
		return 1;
	for (size_t i = 0; i < q->n; i++)
		is_there |= has_kept(q->devices[i]);
	return process_write(out_fd, &is_there, sizeof(is_there)) ? 0 : 1;
}

bool safemode_may_be_on_ntfs(const struct disk_facts *f)
{
	for (unsigned i = 0; i < f->n_parts; i++)
		if (f->parts[i].is_active && f->parts[i].content == VOL_NTFS)
			return true;
	return false;
}

bool safemode_was_set(struct init *in, const struct known_disk *d)
{
	struct request q = {0};
	bool is_there = false;
	const struct process_plan plan = {
		.run = look_run, .arg = &q, .cap = sizeof(is_there), .limit_ms = ANSWER_MS};

	for (unsigned i = 0; i < d->facts.n_parts && q.n < ESPS_MOST; i++) {
		const struct part *p = &d->facts.parts[i];
		char name[DISK_NAME];
		if (p->is_esp && disk_part_name("", d->name, p->number, name, sizeof(name)))
			(void)snprintf(q.devices[q.n++], sizeof(q.devices[0]), "/dev/%s", name);
	}
	if (!q.n)
		return false;
	const long n = process_run(&in->processes, &plan, &is_there);
	return n == (long)sizeof(is_there) && is_there;
}
