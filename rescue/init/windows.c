/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way back into Windows: BootNext and a reset, never a chain load (another application in the
 * TPM's registers would make BitLocker ask for its recovery key). BootOrder is never changed. A
 * BIOS has no BootNext: there the stick's loader stands back once, and the BIOS goes on to the next
 * disk. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/work.h"

#include "init/efivar.h"
#include "init/init.h"
#include "init/stick.h"
#include "init/sysfs.h"

#define MOUNT_POINT  INIT_RUN "/esp"
#define WINDOWS_FILE MOUNT_POINT "/EFI/Microsoft/Boot/bootmgfw.efi"
#define ENTRIES_MOST 256
#define ORDER_MOST   256
#define ESPS_MOST    32
#define ANSWER_MS    60000

struct esp {
	char device[DISK_NAME + 8];
	bool is_preferred; /* on the disk that was repaired */
	struct partition partition;
};

struct request {
	size_t n;
	struct esp esps[ESPS_MOST];
};

struct answer {
	bool is_set;
	char entry[16];
	char text[LOADOPT_TEXT + 128];
};

/* ---- in the job ---- */

struct entries {
	size_t n, n_order;
	struct loadopt list[ENTRIES_MOST];
	uint16_t order[ORDER_MOST];
	bool is_used[0x10000];
};

struct candidate {
	const struct esp *esp;
	struct loadopt_target target;
};

static void read_entry(void *user, const char *file)
{
	struct entries *e = user;
	uint8_t bytes[8192];
	unsigned number;
	char path[128], rest[64];

	if (sscanf(file, "Boot%4X-%63s", &number, rest) != 2 ||
		strcasecmp(rest, EFIVAR_GLOBAL) != 0)
		return;
	(void)snprintf(path, sizeof(path), EFIVAR_PATH("%.8s"), file);
	e->is_used[number & 0xffff] = true;
	long n = efivar_read(path, bytes, sizeof(bytes));
	if (n < 0 || e->n == ENTRIES_MOST)
		return;
	e->list[e->n].number = number;
	if (!loadopt_parse((struct rs_view){bytes, (size_t)n}, &e->list[e->n]))
		return;
	e->list[e->n].rank = loadopt_rank(&e->list[e->n], e->order, e->n_order);
	e->n++;
}

static void read_entries(struct entries *e)
{
	uint8_t bytes[2 * ORDER_MOST];
	long n = efivar_read(EFIVAR_PATH("BootOrder"), bytes, sizeof(bytes));

	for (long i = 0; i + 1 < n; i += 2)
		e->order[e->n_order++] = rs_le16(bytes + i);
	sysfs_each(read_entry, e, EFIVAR_FOLDER);
}

static bool has_windows(const struct esp *esp)
{
	struct stat st;
	bool is_there = false;

	if (mount(esp->device, MOUNT_POINT, "vfat", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
		    NULL) < 0)
		return false;
	is_there = stat(WINDOWS_FILE, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
	(void)umount2(MOUNT_POINT, 0); /* read only, and gone with this process */
	return is_there;
}

static int set_next(unsigned number, struct answer *a)
{
	uint8_t bytes[2], back[2] = {0};

	rs_put_le16(bytes, (uint16_t)number);
	int r = efivar_write(EFIVAR_PATH("BootNext"), bytes, 2);
	if (r == 0 &&
		(efivar_read(EFIVAR_PATH("BootNext"), back, 2) != 2 || memcmp(back, bytes, 2) != 0))
		r = -EIO;
	if (r < 0) {
		(void)snprintf(a->text, sizeof(a->text), "the firmware refuses BootNext: %s",
			strerror(-r));
		return r;
	}
	a->is_set = true;
	(void)snprintf(a->entry, sizeof(a->entry), "Boot%04X", number);
	return 0;
}

static void create(const struct esp *esp, const struct entries *e, struct answer *a)
{
	uint8_t bytes[BOOT_ENTRY_MAX];
	size_t len = boot_entry_build(&esp->partition, BOOT_FILE_WINDOWS, bytes, sizeof(bytes));
	unsigned number = 0;
	char path[128];

	while (number < 0xffff && e->is_used[number])
		number++;
	(void)snprintf(path, sizeof(path), EFIVAR_PATH("Boot%04X"), number);
	int r = len ? efivar_write(path, bytes, len) : -EINVAL;
	if (r < 0) {
		(void)snprintf(a->text, sizeof(a->text), "no entry for Windows can be made: %s",
			strerror(-r));
		return;
	}
	if (set_next(number, a) < 0)
		return;
	(void)snprintf(
		a->text, sizeof(a->text), "Windows Boot Manager, made new as none was there");
}

static struct candidate choose(const struct request *q, const struct entries *e)
{
	struct candidate best = {0};

	for (size_t i = 0; i < q->n; i++) {
		struct candidate c = {&q->esps[i], {.is_preferred = q->esps[i].is_preferred}};
		if (!has_windows(c.esp))
			continue;
		c.target.entry = loadopt_choose(e->list, e->n, &c.esp->partition);
		if (!best.esp || loadopt_is_better(&c.target, &best.target))
			best = c;
	}
	return best;
}

static void set(const struct request *q, struct answer *a)
{
	static struct entries entries;

	if (!module_mounts_fat(MOUNT_POINT, a->text, sizeof(a->text)) ||
		!efivar_mount(a->text, sizeof(a->text)))
		return;
	read_entries(&entries);
	struct candidate c = choose(q, &entries);
	if (!c.esp)
		(void)snprintf(a->text, sizeof(a->text),
			"no EFI system partition with a Windows Boot Manager was found");
	else if (!c.target.entry)
		create(c.esp, &entries, a);
	else if (set_next(c.target.entry->number, a) == 0)
		(void)snprintf(a->text, sizeof(a->text), "%s", c.target.entry->title);
}

static int set_run(void *arg, int out_fd)
{
	struct answer a = {0};

	set(arg, &a);
	return process_write(out_fd, &a, sizeof(a)) ? 0 : 1;
}

static int setup_run(void *arg, int out_fd)
{
	uint8_t supported[8] = {0}, wanted[8] = {0};
	struct answer a = {0};

	(void)arg;
	if (efivar_mount(a.text, sizeof(a.text))) {
		(void)efivar_read(EFIVAR_PATH("OsIndicationsSupported"), supported, 8);
		(void)efivar_read(EFIVAR_PATH("OsIndications"), wanted, 8);
		wanted[0] |= 1; /* EFI_OS_INDICATIONS_BOOT_TO_FW_UI */
		int r = supported[0] & 1 ? efivar_write(EFIVAR_PATH("OsIndications"), wanted, 8)
					 : -EOPNOTSUPP;
		a.is_set = r == 0;
		if (r < 0)
			(void)snprintf(a.text, sizeof(a.text),
				"this firmware does not open its setup on demand: %s",
				strerror(-r));
	}
	return process_write(out_fd, &a, sizeof(a)) ? 0 : 1;
}

/* ---- in the first process ---- */

static bool ask(
	struct init *in, process_fn run, void *arg, char ret_entry[16], char *ret_text, size_t cap)
{
	struct answer a = {0};
	const struct process_plan plan = {
		.run = run, .arg = arg, .cap = sizeof(a), .limit_ms = ANSWER_MS};
	long n = process_run(&in->processes, &plan, &a);

	if (n != (long)sizeof(a)) {
		a = (struct answer){0};
		(void)snprintf(a.text, sizeof(a.text), "%s",
			n == -EAGAIN	  ? "no process for it"
			: n == -ETIMEDOUT ? "no answer"
					  : "it failed");
	}
	if (ret_entry)
		(void)snprintf(ret_entry, 16, "%s", a.entry);
	(void)snprintf(ret_text, cap, "%s", a.text);
	return a.is_set;
}

/* With a TPM the stick's loader would be in its registers, as a chain load would. */
static bool set_next_of_bios(struct init *in, char ret_entry[16], char *ret_text, size_t cap)
{
	ret_entry[0] = '\0';
	if (access("/sys/class/tpm/tpm0", F_OK) == 0) {
		(void)snprintf(ret_text, cap,
			"take the stick out and restart: this machine's TPM must not see it, or "
			"BitLocker asks for its recovery key");
		return false;
	}
	if (!stick_set_next(in, ret_text, cap))
		return false;
	(void)snprintf(ret_entry, 16, "BIOS");
	(void)snprintf(ret_text, cap, "the next disk in the BIOS' own order");
	return true;
}

bool windows_set_next(
	struct init *in, const char *disk, char ret_entry[16], char *ret_text, size_t cap)
{
	static struct request q;

	if (in->facts.door == DOOR_BIOS)
		return set_next_of_bios(in, ret_entry, ret_text, cap);

	q.n = 0;
	for (size_t i = 0; i < in->disks.n; i++) {
		const struct known_disk *d = &in->disks.list[i];
		char name[DISK_NAME];
		for (unsigned k = 0; d->state != DISK_GONE && k < d->facts.n_parts; k++) {
			const struct part *p = &d->facts.parts[k];
			struct esp *esp = &q.esps[q.n];
			if (!p->is_esp || q.n == ESPS_MOST ||
				!loadopt_partition(p, d->facts.sector_bytes, &esp->partition) ||
				!disk_part_name("", d->name, p->number, name, sizeof(name)))
				continue;
			q.n++;
			esp->is_preferred = !disk || strcmp(disk, d->name) == 0;
			(void)snprintf(esp->device, sizeof(esp->device), "/dev/%s", name);
		}
	}
	return ask(in, set_run, &q, ret_entry, ret_text, cap);
}

bool windows_set_setup(struct init *in, char *ret_text, size_t cap)
{
	return ask(in, setup_run, NULL, NULL, ret_text, cap);
}
