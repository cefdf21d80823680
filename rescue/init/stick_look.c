/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Has a volume a folder of ours? One after another is looked into: each takes a process. */
#include <stdarg.h>
#include <stdio.h>

#include "core/view.h"
#include "init/init.h"
#include "init/stick_choose.h"
#include "init/stick_files.h"

#define LOOK_MS	   20000 /* into one volume */
#define AGAIN_MS   500	 /* the work may have it open */
#define LOOKS_MOST 20

/* Whoever cannot rule out a Windows leaves the disk alone. */
static void __attribute__((format(printf, 4, 5)))
refuse(struct init *in, const struct known_disk *d, struct part *part, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	part->look = PART_REFUSED;
	init_log(in, "stick /dev/%s: volume %u (NTFS) is not used: %s", d->name, part->number, why);
}

static void on_looked(void *user, struct process *p)
{
	struct init *in = user;
	struct known_disk *d = &in->disks.list[p->tag / DISK_PARTS];
	struct part *part = &d->facts.parts[p->tag % DISK_PARTS];
	struct rs_view said = {p->result.p, p->result.len};
	uint32_t len;

	in->stick.is_busy = false;
	if (d->state == DISK_GONE || d->state == DISK_LOOKING)
		return; /* pulled out meanwhile, and perhaps another one is there */
	if (part->content == VOL_NTFS && !process_is_good(p)) {
		refuse(in, d, part, "reading it came to no end");
	} else if (said.len && said.p[0] == STICK_REFUSED && rs_view_u32(said, 1, &len) &&
		   rs_view_has(said, 5, len)) {
		refuse(in, d, part, "%.*s", (int)len, (const char *)said.p + 5);
	} else if (!rs_view_u32(said, 1, &len) || !rs_view_has(said, 5, len)) {
		part->look = PART_BARE;
	} else if (said.p[0] == STICK_IS_ONE) {
		part->look = PART_HAS;
		(void)snprintf(
			part->top, sizeof(part->top), "%.*s", (int)len, (const char *)said.p + 5);
	} else if (part->n_looks >= LOOKS_MOST) {
		part->look = PART_BARE;
		init_log(in, "%.*s", (int)len, (const char *)said.p + 5);
	}
}

void stick_look_into(struct init *in, const struct known_disk *d, struct part *part)
{
	static struct stick_read r;
	char name[DISK_NAME];

	in->stick.is_open = true;
	if (in->stick.is_busy || (part->n_looks && now_ms() - in->stick.looked_ms < AGAIN_MS))
		return;
	in->stick.looked_ms = now_ms();
	part->n_looks++;
	if (!disk_part_name("", d->name, part->number, name, sizeof(name))) {
		part->look = part->n_looks >= LOOKS_MOST ? PART_BARE : PART_UNSEEN;
		return;
	}
	r = (struct stick_read){.content = part->content, .is_foreign = true, .is_look = true};
	(void)snprintf(r.device, sizeof(r.device), "/dev/%s", name);
	const struct process_plan plan = {.run = stick_read_run,
		.arg = &r,
		.cap = 1024,
		.end = on_looked,
		.user = in,
		.tag = (unsigned)(d - in->disks.list) * DISK_PARTS +
		       (unsigned)(part - d->facts.parts),
		.limit_ms = LOOK_MS};
	in->stick.is_busy = process_start(&in->processes, &plan, NULL);
}
