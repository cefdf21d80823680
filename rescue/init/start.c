/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/machine.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/init.h"
#include "init/sysfs.h"

#define SHOW_MS	      2000 /* until all is on the consoles */
#define CONSOLE_LEVEL 8	   /* klogctl: which messages the kernel itself prints */

struct mount_point {
	const char *what, *where, *type, *options;
	unsigned long flags;
	bool is_needed;
};

static bool mount_one(const struct mount_point *m)
{
	if (mkdir(m->where, 0755) < 0 && errno != EEXIST)
		return false;
	return mount(m->what, m->where, m->type, m->flags, m->options) == 0 || errno == EBUSY;
}

static void set_limits(void)
{
	struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none); /* inherited: no core dump of anything, ever */
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)umask(077);
	(void)sysfs_put("/proc/self/oom_score_adj", "-1000\n"); /* else it is one among others */
}

void start_system(char *ret_fault, size_t cap)
{
	static const struct mount_point points[] = {
		{"proc", "/proc", "proc", NULL, MS_NOSUID | MS_NOEXEC | MS_NODEV, true},
		{"sysfs", "/sys", "sysfs", NULL, MS_NOSUID | MS_NOEXEC | MS_NODEV, true},
		{"devtmpfs", "/dev", "devtmpfs", "mode=0755", MS_NOSUID, true},
		{"devpts", "/dev/pts", "devpts", "mode=0620,ptmxmode=0666", MS_NOSUID | MS_NOEXEC,
			true},
		{"tmpfs", "/run", "tmpfs", "mode=0700,size=25%", MS_NOSUID | MS_NODEV, true},
		{"tmpfs", "/tmp", "tmpfs", "mode=1777,size=25%", MS_NOSUID | MS_NODEV, false},
		{"securityfs", "/sys/kernel/security", "securityfs", NULL,
			MS_NOSUID | MS_NOEXEC | MS_NODEV, false},
	};

	ret_fault[0] = '\0';
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		if (!mount_one(&points[i]) && points[i].is_needed)
			(void)snprintf(ret_fault, cap, "%s does not mount: %s", points[i].where,
				strerror(errno));
	set_limits();
	(void)sysfs_put("/proc/sys/kernel/sysrq", "0");
	(void)sysfs_put("/proc/sys/kernel/modprobe", "\n"); /* modules are loaded by us, by name */
	(void)klogctl(CONSOLE_LEVEL, NULL, 3); /* only what is critical among our lines */
	(void)mkdir(INIT_RUN, 0700);	       /* the first write there tells */
	if (chdir(INIT_RUN) < 0)	       /* plans of a journal's replay go here */
		(void)0;		       /* as above */
}

/* "" and 0 where there is none: it then says nothing */
static size_t read_file(const char *path, char ret[FACTS_FILE_MOST + 1])
{
	long len = sysfs_bytes(path, ret, FACTS_FILE_MOST);

	ret[len < 0 ? 0 : len] = '\0';
	return len < 0 ? 0 : (size_t)len;
}

void start_facts(struct facts *f)
{
	static char bytes[FACTS_FILE_MOST + 1];

	facts_init(f);
	size_t len = read_file("/unbrick/boot.conf", bytes);
	facts_read_boot(f, bytes, len);
	(void)read_file("/proc/cmdline", bytes);
	facts_read_command_line(f, bytes);
	len = read_file("/sys/kernel/boot_params/data", bytes);
	facts_read_boot_params(f, (const unsigned char *)bytes, len);
	len = read_file("/unbrick/settings.conf", bytes);
	facts_read_settings(f, bytes, len, SETTINGS_SIGNED, "settings of the application");
	len = read_file("/unbrick/medium.conf", bytes); /* initramfs/grub-menu */
	facts_read_medium(f, bytes, len);
}

static void sanitise(const char *s, char *ret, size_t cap)
{
	size_t n = 0;

	for (; *s && n < cap - 1 && n < 40; s++)
		ret[n++] = (char)(isalnum((unsigned char)*s) || *s == '-' || *s == '_' ? *s : '-');
	ret[n] = '\0';
}

struct address_search {
	const char *root;
	char *ret;
	size_t cap;
};

static void try_address(void *user, const char *name)
{
	struct address_search *s = user;
	char text[64];

	/* hardware only; the least, so that the order of drivers does not matter */
	if (sysfs_has("%s/sys/class/net/%s/device", s->root, name) &&
		sysfs_text(text, sizeof(text), "%s/sys/class/net/%s/address", s->root, name) &&
		strlen(text) == 17 && strcmp(text, "00:00:00:00:00:00") != 0 &&
		(!s->ret[0] || strcmp(text, s->ret) < 0))
		(void)snprintf(s->ret, s->cap, "%s", text);
}

void start_serial(const char *root, char *ret, size_t cap)
{
	static const char *const files[] = {
		"product_serial", "board_serial", "chassis_serial", "product_uuid", NULL};
	char text[128], address[64] = "";
	struct address_search s = {root, address, sizeof(address)};

	for (int i = 0; files[i]; i++)
		if (sysfs_text(text, sizeof(text), "%s/sys/class/dmi/id/%s", root, files[i]) &&
			sysfs_is_own(text)) {
			sanitise(text, ret, cap);
			return;
		}
	sysfs_each(try_address, &s, "%s/sys/class/net", root);
	sanitise(address[0] ? address : "unknown", ret, cap);
}

/* ---- its end ---- */

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
