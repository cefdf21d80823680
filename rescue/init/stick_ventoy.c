/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Ventoy has left for the system that it starts. */
#include <string.h>

#include "init/efivar.h"
#include "init/init.h"
#include "init/sysfs.h"

#define VENTOY_MS 5000

/* By a table of ACPI with a BIOS and under Secure Boot, else by a variable of the firmware. */
static int ask_firmware(void *arg, int out_fd)
{
	enum { TABLE_HEAD = 36 };
	uint8_t bytes[TABLE_HEAD + VENTOY_BYTES];
	char text[256];
	long len = sysfs_bytes("/sys/firmware/acpi/tables/" VENTOY_TABLE, bytes, sizeof(bytes));

	(void)arg;
	if (len == sizeof(bytes))
		return process_write(out_fd, bytes + TABLE_HEAD, VENTOY_BYTES) ? 0 : 1;
	if (!efivar_mount(text, sizeof(text)))
		return 0;
	len = efivar_read(EFIVAR_FOLDER "/" VENTOY_VARIABLE, bytes, VENTOY_BYTES);
	return len == VENTOY_BYTES && !process_write(out_fd, bytes, VENTOY_BYTES);
}

static void on_asked(void *user, struct process *p)
{
	struct init *in = user;
	const struct ventoy *v = &in->facts.ventoy;

	in->stick.is_ventoy_asked = false;
	facts_read_ventoy(&in->facts, p->result.p, p->result.len);
	if (!in->facts.is_ventoy)
		return;
	init_say(in, "started from Ventoy: %s on partition %u", v->path, v->partition);
	if (v->file_system == VENTOY_NTFS)
		init_say(in, "Ventoy's partition is NTFS: it is read, and never written");
}

void stick_start(struct init *in)
{
	const struct process_plan plan = {.run = ask_firmware,
		.cap = VENTOY_BYTES,
		.end = on_asked,
		.user = in,
		.limit_ms = VENTOY_MS};

	in->stick.is_ventoy_asked = process_start(&in->processes, &plan, NULL);
}
