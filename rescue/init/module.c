/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/module.h"

#include <errno.h>
#include <fnmatch.h>
#include <libkmod.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/sysfs.h"

#define LINE_MOST    (UEVENT_MOST + 2)
#define ALIASES_MOST 2048
#define AT_ONCE	     8
#define NICE_MOST    10
#define BMC_LOOKS    30 /* three seconds: it answers within one, or not at all */
#define BMC_LOOK_MS  100

/* ---- what comes first ---- */

/* By the first row that fits. Among the devices that are there at the start, a disk of which
 * nothing but its driver keeps us comes before one whose links are trained first. */
static const struct row {
	const char *pattern;
	enum module_rank rank;
	int urgency;
} rows[] = {
	{"pci:*bc01sc08*", MODULE_STORAGE, 0},
	/* of virtio and Xen, with odd classes */
	{"pci:v00001AF4*", MODULE_STORAGE, 0}, {"virtio:d00000002*", MODULE_STORAGE, 0},
	{"virtio:d00000008*", MODULE_STORAGE, 0}, {"virtio:d00000012*", MODULE_INPUT, 0},
	{"virtio:*", MODULE_OTHER, 0},
	/* mass storage, USB and SD hosts */
	{"pci:*bc01*", MODULE_STORAGE, 1}, {"pci:v00005853*", MODULE_STORAGE, 2},
	{"pci:*bc0Csc03*", MODULE_STORAGE, 2}, {"pci:*bc08sc05*", MODULE_STORAGE, 2},
	{"usb:*ic08*", MODULE_STORAGE, 2}, {"scsi:*", MODULE_STORAGE, 2},
	{"nvme:*", MODULE_STORAGE, 2}, {"vmbus:*", MODULE_STORAGE, 2}, {"xen:*", MODULE_STORAGE, 2},
	{"mmc:*", MODULE_STORAGE, 2}, {"ufs:*", MODULE_STORAGE, 2}, {"usb:*ic03*", MODULE_INPUT, 3},
	{"hid:*", MODULE_INPUT, 3}, {"i2c:*", MODULE_INPUT, 3},
	/* eMMC that the firmware names, card readers with a protocol of their own */
	{"acpi:*PNP0D40:*", MODULE_STORAGE, 2}, {"acpi:AMDI004*", MODULE_STORAGE, 2},
	{"pci:*bcFF*", MODULE_STORAGE, 2}, {"platform:rtsx_*", MODULE_STORAGE, 2},
	/* keyboards behind I2C, SPI and Surface's controller: the bus, the pins, themselves */
	{"pci:*bc0Csc80*", MODULE_INPUT, 3}, {"pci:*bc11sc80*", MODULE_INPUT, 3},
	{"pci:*bc07sc80*", MODULE_INPUT, 3}, {"acpi:INT*", MODULE_INPUT, 3},
	{"acpi:*0C50:*", MODULE_INPUT, 3}, {"acpi:MSHW*", MODULE_INPUT, 3},
	{"acpi:APP000D:*", MODULE_INPUT, 3}, {"ssam:*", MODULE_INPUT, 3},
	{"spi:*", MODULE_INPUT, 3}, {"platform:pxa2xx-spi*", MODULE_INPUT, 3},
	/* watchdogs, and the bridges and buses that have them: before the first write, see
	 * watchdog.h */
	{"platform:iTCO_wdt*", MODULE_INPUT, 3}, {"platform:wdat_wdt*", MODULE_INPUT, 3},
	{"pci:v00008086*bc06sc01*", MODULE_INPUT, 3}, {"pci:*bc0Csc05*", MODULE_INPUT, 3},
	{"pci:v0000103Cd00003306*", MODULE_INPUT, 3}, {"acpi*:IPI0001:*", MODULE_INPUT, 3},
	{"platform:dmi-ipmi-si*", MODULE_INPUT, 3}, {"pci:*bc0Csc07*", MODULE_INPUT, 3},
	{"*", MODULE_OTHER, 4}, /* fits all */
};

static const struct row *row_of(const char *modalias)
{
	size_t i = 0;

	while (i + 1 < sizeof(rows) / sizeof(rows[0]) && fnmatch(rows[i].pattern, modalias, 0) != 0)
		i++;
	return &rows[i];
}

enum module_rank module_rank(const char *modalias)
{
	return row_of(modalias)->rank;
}

/* ---- in the loader's process ---- */

struct loading {
	struct kmod_ctx *kmod;
	int out;
	bool is_other;
	unsigned n_running; /* processes, one a modalias */
	const char *alias;  /* the one that is loaded now */
	int nice;
	size_t n;
	char *aliases[ALIASES_MOST]; /* of devices that were there, each once */
	const char *bus;
};

static struct kmod_ctx *open_kmod(void)
{
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);

	if (kmod) {
		kmod_set_log_priority(kmod, 0);
		(void)kmod_load_resources(kmod); /* without the index in memory it reads the file */
	}
	return kmod;
}

/* No such device, or another driver has it: normal for a module that an alias names. */
static bool is_normal(int r)
{
	return r >= 0 || r == -ENODEV || r == -EEXIST || r == -EBUSY || r == -ENXIO;
}

/* Each module that a name or an alias stands for; what does not load is told by @failed. */
static void insert(struct kmod_ctx *kmod, const char *name, unsigned flags,
	void (*failed)(void *user, const char *module, int r), void *user)
{
	struct kmod_list *list = NULL, *at;

	if (kmod_module_new_from_lookup(kmod, name, &list) < 0)
		return;
	kmod_list_foreach(at, list)
	{
		struct kmod_module *module = kmod_module_get_module(at);
		int r = kmod_module_probe_insert_module(module, flags, NULL, NULL, NULL, NULL);
		if (r < 0)
			failed(user, kmod_module_get_name(module), r);
		(void)kmod_module_unref(module);
	}
	(void)kmod_module_unref_list(list);
}

static void tell_failed(void *user, const char *module, int r)
{
	const struct loading *l = user;
	char text[256];
	int n = is_normal(r) ? 0 : snprintf(text, sizeof(text), "!%s: %s\n", module, strerror(-r));

	if (n > 0 && (size_t)n < sizeof(text))
		(void)process_write(l->out, text, (size_t)n); /* nobody is left to tell */
}

static void collect(void *user, const char *device)
{
	struct loading *l = user;
	char alias[4096];

	if (l->n == ALIASES_MOST || !sysfs_text(alias, sizeof(alias),
					    "/sys/bus/%s/devices/%s/modalias", l->bus, device))
		return;
	if (!alias[0] || (module_rank(alias) == MODULE_OTHER) != l->is_other)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->aliases[i], alias) == 0)
			return;
	char *copy = strdup(alias);
	if (copy)
		l->aliases[l->n++] = copy;
}

static void collect_bus(void *user, const char *bus)
{
	struct loading *l = user;

	l->bus = bus;
	sysfs_each(collect, l, "/sys/bus/%s/devices", bus);
}

static int by_urgency(const void *a, const void *b)
{
	return row_of(*(char *const *)a)->urgency - row_of(*(char *const *)b)->urgency;
}

static void wait_for_one(struct loading *l, int flags)
{
	int status; /* it has told what did not load */

	while (l->n_running && process_bury(flags, &status) > 0) {
		l->n_running--;
		if (!flags)
			return;
	}
}

/* The BMC's watchdog goes by no alias: its driver stops it. It has to be there before any other
 * watchdog's, else the one name that it can have is taken. */
static void load_bmc(struct loading *l)
{
	static const char *const others[] = {"platform:iTCO_wdt*", "platform:wdat_wdt*",
		"pci:v00001022*bc0Csc05*", "pci:v0000103Cd00003306*", "acpi*:IPI0001:*",
		"platform:dmi-ipmi-si*", NULL};

	if (!sysfs_is_like(l->alias, others, 0) ||
		(!sysfs_has("/sys/bus/acpi/devices/IPI0001:*") &&
			!sysfs_has("/sys/bus/platform/devices/dmi-ipmi-si*")))
		return;
	insert(l->kmod, "ipmi_si", KMOD_PROBE_APPLY_BLACKLIST, tell_failed, l);
	insert(l->kmod, "ipmi_watchdog", KMOD_PROBE_APPLY_BLACKLIST, tell_failed, l);
	for (int i = 0; i < BMC_LOOKS && !sysfs_has("/sys/class/misc/watchdog"); i++)
		(void)poll(NULL, 0, BMC_LOOK_MS); /* the driver tells of nothing */
}

static int load_one(void *arg, int out_fd)
{
	struct loading *l = arg;

	if (l->nice)
		(void)setpriority(PRIO_PROCESS, 0, l->nice);
	load_bmc(l);
	insert(l->kmod, l->alias, KMOD_PROBE_APPLY_BLACKLIST, tell_failed, l);
	(void)process_write(out_fd, ".\n", 2); /* nobody is left to tell */
	return 0;
}

/* A driver may take seconds in its start (SATA links, RAID firmware): the others do not wait. The
 * kernel itself sees to it that no module is loaded twice. */
static void load_beside(struct loading *l, const char *alias, int nice)
{
	wait_for_one(l, WNOHANG);
	if (l->n_running == AT_ONCE)
		wait_for_one(l, 0);
	l->alias = alias;
	l->nice = nice;
	if (!l->is_other && process_fork(load_one, l, l->out) > 0) {
		l->n_running++;
		return;
	}
	l->nice = 0;
	(void)load_one(l, l->out);
}

static void load_cold(struct loading *l)
{
	char count[32];
	int n;

	sysfs_each(collect_bus, l, "/sys/bus");
	qsort(l->aliases, l->n, sizeof(l->aliases[0]), by_urgency);
	n = snprintf(count, sizeof(count), "#%zu\n", l->n);
	(void)process_write(l->out, count, (size_t)n); /* as above */
	for (size_t i = 0; i < l->n; i++) {
		load_beside(l, l->aliases[i], i < NICE_MOST ? (int)i : NICE_MOST);
		free(l->aliases[i]);
	}
	l->n = 0;
}

/* @arg is the struct loader; modaliases come on the standard input. */
static int loader_run(void *arg, int out_fd)
{
	static const struct sched_param idle;
	const struct loader *self = arg;
	struct loading *l = calloc(1, sizeof(*l));
	FILE *in = fdopen(STDIN_FILENO, "r");
	char line[LINE_MOST];

	if (!l || !in)
		return 1;
	*l = (struct loading){
		.kmod = open_kmod(), .out = out_fd, .is_other = self != self->all->loaders};
	if (!l->kmod)
		return 1;
	if (l->is_other)
		(void)sched_setscheduler(0, SCHED_IDLE, &idle); /* the repair comes first */
	load_cold(l);
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		load_beside(l, line, 0);
	}
	return 0;
}

/* ---- in the first process ---- */

static void on_word(struct loader *l)
{
	l->word[l->word_len] = '\0';
	l->word_len = 0;
	if (l->word[0] == '#') {
		l->sent += strtoul(l->word + 1, NULL, 10);
		l->is_cold_known = true;
	} else if (l->word[0] == '.') {
		l->done++;
	} else if (l->word[0] == '!') {
		l->all->failed(l->all->user, l->word + 1);
	}
}

static void on_end(void *user, struct process *p)
{
	struct loader *l = user;

	(void)p; /* it never should, however it did */
	l->process = NULL;
	l->all->failed(l->all->user, "the process that loads modules has ended");
}

static void on_said(void *user, const char *bytes, size_t len)
{
	struct loader *l = user;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			on_word(l);
		else if (l->word_len < sizeof(l->word) - 1)
			l->word[l->word_len++] = bytes[i];
	}
}

void modules_start(struct modules *m, struct processes *processes,
	void (*failed)(void *user, const char *text), void *user)
{
	*m = (struct modules){.failed = failed, .user = user};
	for (int i = 0; i < LOADERS; i++) {
		struct loader *l = &m->loaders[i];
		const struct process_plan plan = {.run = loader_run,
			.arg = l,
			.has_input = true,
			.output = on_said,
			.end = on_end,
			.user = l};
		l->all = m;
		l->process = process_start(processes, &plan, NULL);
		if (!l->process)
			failed(user, "no process to load modules");
	}
}

void modules_send(struct modules *m, const char *modalias)
{
	struct loader *l = &m->loaders[module_rank(modalias) == MODULE_OTHER];
	char line[LINE_MOST];
	int n = snprintf(line, sizeof(line), "%s\n", modalias);

	if (!l->process || n <= 1 || (size_t)n >= sizeof(line))
		return;
	if (process_type(l->process, line, (size_t)n))
		l->sent++;
	else
		m->failed(m->user, "a device was not asked for its driver: too many at once");
}

bool modules_are_busy(const struct modules *m)
{
	const struct loader *l = &m->loaders[0];

	return l->process && (!l->is_cold_known || l->done < l->sent);
}

/* ---- by name, in a job ---- */

struct by_name {
	const char *name;
	char *ret_failed;
	size_t cap;
	bool is_good;
};

static void keep_failed(void *user, const char *module, int r)
{
	struct by_name *b = user;

	(void)module; /* perhaps one that it needs */
	if (r == -EEXIST || !b->is_good)
		return;
	b->is_good = false;
	(void)snprintf(b->ret_failed, b->cap, "module %s: %s", b->name, strerror(-r));
}

bool module_load_names(const char *const names[], char *ret_failed, size_t cap)
{
	struct kmod_ctx *kmod = open_kmod();
	struct by_name b = {NULL, ret_failed, cap, kmod};

	ret_failed[0] = '\0';
	if (!kmod)
		(void)snprintf(ret_failed, cap, "the index of modules cannot be read");
	for (int i = 0; b.is_good && names[i]; i++) {
		b.name = names[i]; /* built in or not there: the mount will say it */
		insert(kmod, names[i], 0, keep_failed, &b);
	}
	(void)kmod_unref(kmod);
	return b.is_good;
}

bool module_load_fat(char *ret_failed, size_t cap)
{
	static const char *const names[] = {
		"vfat", "exfat", "nls_cp437", "nls_ascii", "nls_utf8", NULL};

	return module_load_names(names, ret_failed, cap);
}

bool module_mounts_fat(const char *point, char *ret_failed, size_t cap)
{
	if (!module_load_fat(ret_failed, cap))
		return false;
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		(mkdir(point, 0700) == 0 || errno == EEXIST))
		return true;
	(void)snprintf(ret_failed, cap, "%s: %s", point, strerror(errno));
	return false;
}
