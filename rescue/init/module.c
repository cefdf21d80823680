/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/module.h"

#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "init/child.h"
#include "init/job.h"
#include "init/sysfs.h"

#define LINE_MOST    (UEVENT_MOST + 2)
#define ALIASES_MOST 2048
#define AT_ONCE	     8
#define NICE_MOST    10
#define TO_BYTES     (1 << 20)

/* ---- what comes first ---- */

static bool is_pci_class(const char *modalias, const char *class)
{
	const char *bc = strstr(modalias, "bc");

	return strncmp(modalias, "pci:", 4) == 0 && bc && strncmp(bc, class, strlen(class)) == 0;
}

static bool is_one_of(const char *modalias, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (strncmp(modalias, *prefixes, strlen(*prefixes)) == 0)
			return true;
	return false;
}

enum module_rank module_rank(const char *modalias)
{
	/* mass storage, USB and SD hosts; virtio's and Xen's platform devices have odd classes */
	static const char *const storage_class[] = {"bc01", "bc0Csc03", "bc08sc05", NULL};
	static const char *const storage[] = {"virtio:d00000002", "virtio:d00000008",
		"scsi:", "nvme:", "vmbus:", "xen:", "mmc:", "pci:v00001AF4", "pci:v00005853",
		"ufs:", NULL};
	static const char *const input[] = {"hid:", "i2c:", "virtio:d00000012", NULL};

	for (int i = 0; storage_class[i]; i++)
		if (is_pci_class(modalias, storage_class[i]))
			return MODULE_STORAGE;
	if (is_one_of(modalias, storage))
		return MODULE_STORAGE;
	if (strncmp(modalias, "usb:", 4) == 0) {
		const char *class = strstr(modalias, "ic");
		if (class && strncmp(class, "ic08", 4) == 0)
			return MODULE_STORAGE;
		return class && strncmp(class, "ic03", 4) == 0 ? MODULE_INPUT : MODULE_OTHER;
	}
	return is_one_of(modalias, input) ? MODULE_INPUT : MODULE_OTHER;
}

/* ---- in the loader's process ---- */

struct loading {
	struct kmod_ctx *kmod;
	int out;
	bool is_other;
	unsigned n_running; /* processes, one a modalias */
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

static void load_alias(struct loading *l, const char *alias)
{
	struct kmod_list *list = NULL, *at;
	char text[256];

	if (kmod_module_new_from_lookup(l->kmod, alias, &list) < 0)
		return;
	kmod_list_foreach(at, list)
	{
		struct kmod_module *module = kmod_module_get_module(at);
		int r = kmod_module_probe_insert_module(
			module, KMOD_PROBE_APPLY_BLACKLIST, NULL, NULL, NULL, NULL);
		int n = is_normal(r) ? 0
				     : snprintf(text, sizeof(text), "!%s: %s\n",
					       kmod_module_get_name(module), strerror(-r));
		if (n > 0 && (size_t)n < sizeof(text))
			(void)job_write(l->out, text, (size_t)n); /* nobody is left to tell */
		(void)kmod_module_unref(module);
	}
	(void)kmod_module_unref_list(list);
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
	char folder[PATH_MAX];

	l->bus = bus;
	(void)snprintf(folder, sizeof(folder), "/sys/bus/%s/devices", bus);
	sysfs_each(folder, collect, l);
}

/* A disk of which nothing but its driver keeps us comes before one whose links are trained first.
 */
static int urgency(const char *alias)
{
	if (is_pci_class(alias, "bc01sc08") || strncmp(alias, "virtio:", 7) == 0 ||
		strncmp(alias, "pci:v00001AF4", 13) == 0)
		return 0;
	return is_pci_class(alias, "bc01") ? 1 : 2 + (int)module_rank(alias);
}

static int by_urgency(const void *a, const void *b)
{
	return urgency(*(char *const *)a) - urgency(*(char *const *)b);
}

static void wait_for_one(struct loading *l, int flags)
{
	while (l->n_running && waitpid(-1, NULL, flags) > 0) {
		l->n_running--;
		if (!flags)
			return;
	}
}

/* A driver may take seconds in its start (SATA links, RAID firmware): the others do not wait. The
 * kernel itself sees to it that no module is loaded twice. */
static void load_beside(struct loading *l, const char *alias, int nice)
{
	wait_for_one(l, WNOHANG);
	if (l->n_running == AT_ONCE)
		wait_for_one(l, 0);
	pid_t pid = l->is_other ? -1 : fork();
	if (pid > 0) {
		l->n_running++;
		return;
	}
	if (pid == 0)
		(void)setpriority(PRIO_PROCESS, 0, nice);
	load_alias(l, alias);
	(void)job_write(l->out, ".\n", 2); /* nobody is left to tell */
	if (pid == 0)
		_exit(0);
}

static void load_cold(struct loading *l)
{
	char count[32];
	int n;

	sysfs_each("/sys/bus", collect_bus, l);
	qsort(l->aliases, l->n, sizeof(l->aliases[0]), by_urgency);
	n = snprintf(count, sizeof(count), "#%zu\n", l->n);
	(void)job_write(l->out, count, (size_t)n); /* as above */
	for (size_t i = 0; i < l->n; i++) {
		load_beside(l, l->aliases[i], i < NICE_MOST ? (int)i : NICE_MOST);
		free(l->aliases[i]);
	}
	l->n = 0;
}

static int loader_run(int in_fd, int out, bool is_other)
{
	static const struct sched_param idle;
	struct loading *l = calloc(1, sizeof(*l));
	FILE *in = fdopen(in_fd, "r");
	char line[LINE_MOST];

	if (!l || !in)
		return 1;
	*l = (struct loading){.kmod = open_kmod(), .out = out, .is_other = is_other};
	if (!l->kmod)
		return 1;
	if (is_other)
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

static void lose(struct loader *l)
{
	loop_remove(l->all->loop, l->from);
	(void)close(l->from); /* read to its end */
	(void)close(l->to);   /* nobody reads it */
	l->from = l->to = -1;
	l->all->failed(l->all->user, "the process that loads modules has ended");
}

static void on_loader(void *user, int fd, short events)
{
	struct loader *l = user;
	char bytes[512];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)events;
	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] == '\n')
			on_word(l);
		else if (l->word_len < sizeof(l->word) - 1)
			l->word[l->word_len++] = bytes[i];
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		lose(l);
}

static bool start_one(struct modules *m, int which)
{
	struct loader *l = &m->loaders[which];
	auto_close int to = -1, to_end = -1, from = -1, from_end = -1;
	int ends[2];

	*l = (struct loader){.all = m, .to = -1, .from = -1};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	to_end = ends[0];
	to = ends[1];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	from = ends[0];
	from_end = ends[1];
	pid_t pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0) {
		child_reset_process();
		child_close_others(to_end, from_end);
		_exit(loader_run(to_end, from_end, which == 1));
	}
	/* room for all that a coldplug sends while one driver takes its time */
	(void)fcntl(to, F_SETPIPE_SZ, TO_BYTES);
	(void)fcntl(to, F_SETFL, O_NONBLOCK);
	(void)fcntl(from, F_SETFL, O_NONBLOCK);
	if (!loop_add(m->loop, from, POLLIN, on_loader, l))
		return false;
	l->to = rs_steal_fd(&to);
	l->from = rs_steal_fd(&from);
	return true;
}

void modules_start(struct modules *m, struct loop *loop,
	void (*failed)(void *user, const char *text), void *user)
{
	*m = (struct modules){.loop = loop, .failed = failed, .user = user};
	for (int i = 0; i < LOADERS; i++)
		if (!start_one(m, i))
			failed(user, "no process to load modules");
}

void modules_send(struct modules *m, const char *modalias)
{
	struct loader *l = &m->loaders[module_rank(modalias) == MODULE_OTHER];
	char line[LINE_MOST];
	int n = snprintf(line, sizeof(line), "%s\n", modalias);

	if (l->to < 0 || n <= 1 || (size_t)n >= sizeof(line))
		return;
	if (write(l->to, line, (size_t)n) == n)
		l->sent++;
	else
		m->failed(m->user, "a device was not asked for its driver: too many at once");
}

bool modules_are_busy(const struct modules *m, bool is_any)
{
	for (int i = 0; i < (is_any ? LOADERS : 1); i++) {
		const struct loader *l = &m->loaders[i];
		if (l->to >= 0 && (!l->is_cold_known || l->done < l->sent))
			return true;
	}
	return false;
}

/* ---- by name, in a job ---- */

bool module_load_names(const char *const names[], char *ret_failed, size_t cap)
{
	struct kmod_ctx *kmod = open_kmod();
	bool is_good = kmod;

	ret_failed[0] = '\0';
	if (!kmod)
		(void)snprintf(ret_failed, cap, "the index of modules cannot be read");
	for (int i = 0; is_good && names[i]; i++) {
		struct kmod_list *list = NULL, *at;
		if (kmod_module_new_from_lookup(kmod, names[i], &list) < 0)
			continue; /* built in, or the mount will say it */
		kmod_list_foreach(at, list)
		{
			struct kmod_module *module = kmod_module_get_module(at);
			int r = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
			if (r < 0 && r != -EEXIST && is_good) {
				is_good = false;
				(void)snprintf(
					ret_failed, cap, "module %s: %s", names[i], strerror(-r));
			}
			(void)kmod_module_unref(module);
		}
		(void)kmod_module_unref_list(list);
	}
	(void)kmod_unref(kmod);
	return is_good;
}
