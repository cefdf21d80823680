/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/health.h"

#include <stdlib.h>
#include <string.h>

/* The line of a file of the disk's device, "" if there is none. */
static void read_line(const char *folder, const char *name, const char *file, char ret[48])
{
	char path[512];

	ret[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/%s/device/%s", folder, name, file);
	FILE *f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(ret, 48, f))
		ret[0] = '\0';
	(void)fclose(f); /* only read */
	ret[strcspn(ret, "\n")] = '\0';
}

void health_say(const char *folder, const char *disk, struct page *p)
{
	char state[48], errors[48], requests[48];

	if (strncmp(disk, "/dev/", strlen("/dev/")) != 0 || strchr(disk + strlen("/dev/"), '/'))
		return;
	const char *name = disk + strlen("/dev/");
	read_line(folder, name, "state", state);
	read_line(folder, name, "ioerr_cnt", errors);
	read_line(folder, name, "iorequest_cnt", requests);
	/* a drive that was asked for what it has not counts a few while it is found */
	if (errors[0] && requests[0])
		page_say(p, true, "Health: the kernel counts %llu errors in %llu requests to %-s.",
			strtoull(errors, NULL, 16), strtoull(requests, NULL, 16), disk);
	if (state[0] && strcmp(state, "running") != 0 && strcmp(state, "live") != 0)
		page_say(p, true, "Health: the kernel calls its state %s.", state);
}
