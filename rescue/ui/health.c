/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/health.h"

#include <stdlib.h>
#include <string.h>

#include "ui/node.h"

void health_say_own(const struct disk_health *h, struct page *p)
{
	if (h->is_known)
		page_say(p, true,
			"Health: %u %% of its life used, %u %% of its spare blocks left, "
			"media errors: %llu",
			h->used_percent, h->spare_percent, (unsigned long long)h->media_errors);
	else if (h->fault[0])
		page_say(p, true, "Health: not known, %s", h->fault);
}

void health_say(const char *folder, const char *disk, struct page *p)
{
	char state[48], errors[48], requests[48];

	if (strncmp(disk, "/dev/", strlen("/dev/")) != 0 || strchr(disk + strlen("/dev/"), '/'))
		return;
	const char *name = disk + strlen("/dev/");
	node_line(state, sizeof(state), "%s/%s/device/state", folder, name);
	node_line(errors, sizeof(errors), "%s/%s/device/ioerr_cnt", folder, name);
	node_line(requests, sizeof(requests), "%s/%s/device/iorequest_cnt", folder, name);
	/* a drive that was asked for what it has not counts a few while it is found */
	if (errors[0] && requests[0])
		page_say(p, true, "Health: the kernel counts %llu errors in %llu requests to %-s.",
			strtoull(errors, NULL, 16), strtoull(requests, NULL, 16), disk);
	if (state[0] && strcmp(state, "running") != 0 && strcmp(state, "live") != 0)
		page_say(p, true, "Health: the kernel calls its state %s.", state);
}
