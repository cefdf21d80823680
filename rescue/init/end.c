/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/work.h"

#include <errno.h>
#include <signal.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "init/init.h"
#include "init/machine.h"

#define SHOW_MS 2000

static int flush(void *arg, int out_fd)
{
	(void)arg;
	(void)out_fd;
	sync();
	return 0;
}

static void flush_disks(struct init *in)
{
	const struct process_plan plan = raid_settle(flush);

	/* where none can be started: every volume was flushed when it was closed */
	if (process_run(&in->processes, &plan, NULL) == -ETIMEDOUT)
		init_say(in, "a disk does not answer to a flush; going on");
}

void end_now(struct init *in, enum settings_end end)
{
	if (end == SETTINGS_END_STAY)
		return;
	flush_disks(in);
	if (end == SETTINGS_END_POWEROFF)
		init_say(in, "powering off");
	else if (end == SETTINGS_END_REBOOT)
		init_say(in, "restarting");
	consoles_drain(&in->consoles, SHOW_MS);
	stick_forget_keys(in);
	(void)reboot(end == SETTINGS_END_POWEROFF ? RB_POWER_OFF : RB_AUTOBOOT);
	init_say(in, "the kernel refused to do that: use the power switch");
}
