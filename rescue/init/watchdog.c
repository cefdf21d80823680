/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/init.h"
#include "init/machine.h"
#include "init/sysfs.h"

#define FEEDS 4 /* in the time that it gives */

/* ---- what there is ---- */

struct search {
	const char *root;
	struct watchdog *ret;
	size_t n;
};

static struct watchdog *add(struct search *s, const char *name, const char *what)
{
	struct watchdog *w = &s->ret[s->n];

	if (s->n == WATCHDOGS_MOST)
		return NULL;
	s->n++;
	*w = (struct watchdog){.left_s = -1, .fd = -1};
	(void)snprintf(w->name, sizeof(w->name), "%s", name);
	(void)snprintf(w->what, sizeof(w->what), "%s", what);
	return w;
}

/* One that ran when its driver came is fed by the kernel until somebody opens it, for ever, if the
 * kernel is as Debian makes it and nobody told it otherwise (watchdog-parameters). */
static bool is_kernel_feeding(const char *root)
{
	char is_on[8];

	return sysfs_text(is_on, sizeof(is_on),
		       "%s/sys/module/watchdog/parameters/handle_boot_enabled", root) &&
	       is_on[0] == 'Y' &&
	       sysfs_number(1, "%s/sys/module/watchdog/parameters/open_timeout", root) == 0;
}

/* The state that the kernel tells is "active" for what a program has opened; for what ran before,
 * it holds the driver instead. */
static void look_at(void *user, const char *name)
{
	struct search *s = user;
	char what[64], state[16];

	if (!sysfs_text(what, sizeof(what), "%s/sys/class/watchdog/%s/identity", s->root, name))
		(void)snprintf(what, sizeof(what), "%s", name);
	(void)sysfs_text(state, sizeof(state), "%s/sys/class/watchdog/%s/state", s->root, name);
	struct watchdog *w = add(s, name, what);
	if (!w)
		return;
	const bool is_open = strcmp(state, "active") == 0;
	const bool is_held = sysfs_number(0, "%s/sys/class/watchdog/%s/device/driver/module/refcnt",
				     s->root, name) != 0;
	w->limit_s = (unsigned)sysfs_number(0, "%s/sys/class/watchdog/%s/timeout", s->root, name);
	w->left_s =
		(int)sysfs_number(UINT64_MAX, "%s/sys/class/watchdog/%s/timeleft", s->root, name);
	w->state = !is_open && !is_held			    ? WATCHDOG_RESTS
		   : !is_open && is_kernel_feeding(s->root) ? WATCHDOG_BY_KERNEL
							    : WATCHDOG_BY_NOBODY;
}

/* Its driver stops the BMC's when it has found it, and has then the name of the old interface. */
static void look_at_bmc(struct search *s)
{
	const bool is_there = sysfs_has("%s/sys/bus/acpi/devices/IPI0001:*", s->root) ||
			      sysfs_has("%s/sys/bus/platform/devices/dmi-ipmi-s*", s->root);
	const bool is_stopped = sysfs_has("%s/sys/module/ipmi_watchdog", s->root) &&
				sysfs_has("%s/sys/class/misc/watchdog", s->root) &&
				!sysfs_has("%s/sys/class/watchdog/watchdog0", s->root);
	struct watchdog *w = is_there ? add(s, "bmc", "the BMC's (IPMI)") : NULL;

	if (w)
		w->state = is_stopped ? WATCHDOG_STOPPED : WATCHDOG_WITHOUT_US;
}

/* The kernel leaves the table aside where it knows the chipset better. */
static void look_at_table(struct search *s)
{
	struct watchdog *w = NULL;

	if (sysfs_has("%s/sys/firmware/acpi/tables/WDAT", s->root) &&
		!sysfs_has("%s/sys/class/watchdog/watchdog*", s->root))
		w = add(s, "wdat", "the firmware's (ACPI WDAT)");
	if (w)
		w->state = WATCHDOG_WITHOUT_US;
}

size_t watchdogs_find(const char *root, struct watchdog ret[WATCHDOGS_MOST])
{
	struct search s = {root, ret, 0};

	look_at_bmc(&s);
	look_at_table(&s);
	sysfs_each(look_at, &s, "%s/sys/class/watchdog", root);
	return s.n;
}

/* ---- what is done with them ---- */

void watchdogs_begin(struct watchdogs *w, const char *root, const char *folder)
{
	*w = (struct watchdogs){.root = root, .folder = folder};
}

static void feed(struct watchdog *w)
{
	/* any letter but V, which would be a farewell */
	if (w->fd < 0 || write(w->fd, "f", 1) == 1 || errno == EINTR)
		return;
	w->state = WATCHDOG_BY_NOBODY;
	(void)close(w->fd); /* it runs on, as it did */
	w->fd = -1;
}

static void take(struct watchdogs *all, struct watchdog *w)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", all->folder, w->name);
	w->fd = open(path, O_WRONLY | O_CLOEXEC);
	if (w->fd < 0)
		return;
	w->state = WATCHDOG_BY_US;
	feed(w);
}

static struct watchdog *find(struct watchdog *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static void say(struct init *in, const struct watchdog *w)
{
	switch (w->state) {
	case WATCHDOG_RESTS:
		init_log(in, "watchdog %s: does not run", w->what);
		return;
	case WATCHDOG_STOPPED:
		init_say(in, "watchdog %s: stopped, if it ran: it resets nothing", w->what);
		return;
	case WATCHDOG_BY_KERNEL:
		init_say(in, "watchdog %s: runs, and is fed by the kernel", w->what);
		return;
	case WATCHDOG_BY_US:
		init_say(in, "watchdog %s: runs, and is fed by us", w->what);
		return;
	case WATCHDOG_WITHOUT_US:
		init_say(in,
			"watchdog %s: it has no driver here, and may reset this machine if it "
			"runs; a repair that is cut off goes on at the next start",
			w->what);
		return;
	case WATCHDOG_BY_NOBODY:
		break;
	}
	if (w->left_s >= 0)
		init_say(in,
			"watchdog %s: runs and cannot be fed: it resets this machine in %d s; "
			"switch it off in the firmware's setup or in the BMC",
			w->what, w->left_s);
	else
		init_say(in,
			"watchdog %s: runs and cannot be fed: it resets this machine, nobody knows "
			"when; switch it off in the firmware's setup or in the BMC",
			w->what);
}

/* Those that we feed already stay ours. */
static void look(struct init *in)
{
	struct watchdogs *all = &in->watchdogs;
	struct watchdog list[WATCHDOGS_MOST];
	const size_t n = watchdogs_find(all->root, list);

	for (size_t i = 0; i < n; i++) {
		const struct watchdog *before = find(all->list, all->n, list[i].name);
		if (before && before->fd >= 0) {
			list[i].fd = before->fd;
			list[i].state = WATCHDOG_BY_US;
		} else if (list[i].state == WATCHDOG_BY_NOBODY) {
			take(all, &list[i]);
		}
		if (!before || before->state != list[i].state)
			say(in, &list[i]);
	}
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].fd >= 0 && !find(list, n, all->list[i].name))
			(void)close(all->list[i].fd); /* it is gone with its driver */
	memcpy(all->list, list, n * sizeof(list[0]));
	all->n = n;
	all->is_told = true;
}

static int feed_all(struct watchdogs *all)
{
	const uint64_t now = now_ms();
	uint64_t least = 0;

	for (size_t i = 0; i < all->n; i++) {
		struct watchdog *w = &all->list[i];
		const uint64_t each_ms = w->limit_s ? (uint64_t)w->limit_s * 1000 / FEEDS : 1000;
		if (w->fd < 0)
			continue;
		if (now >= all->feed_ms)
			feed(w);
		if (!least || each_ms < least)
			least = each_ms;
	}
	if (!least)
		return -1;
	/* one that was found since may not have the patience of the others */
	if (now >= all->feed_ms || all->feed_ms - now > least)
		all->feed_ms = now + least;
	return loop_left_ms(now, all->feed_ms);
}

int watchdogs_step(struct init *in)
{
	if (!in->watchdogs.root)
		return -1;
	if (!in->watchdogs.is_told && !machine_is_probing(in))
		look(in);
	return feed_all(&in->watchdogs);
}

bool watchdogs_allow(struct init *in)
{
	bool ret = true;

	if (!in->watchdogs.root)
		return true; /* before any driver */
	look(in);
	for (size_t i = 0; i < in->watchdogs.n; i++) {
		const struct watchdog *w = &in->watchdogs.list[i];
		ret &= w->state != WATCHDOG_BY_NOBODY || w->left_s >= WATCHDOG_REPAIR_S;
	}
	return ret;
}
