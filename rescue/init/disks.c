/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/disks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "init/loop.h"

struct known_disk *disks_find(struct disks *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].state != DISK_GONE && strcmp(all->list[i].name, name) == 0)
			return &all->list[i];
	return NULL;
}

struct known_disk *disks_put(struct disks *all, const char *name)
{
	struct known_disk *d = disks_find(all, name);

	if (!d && all->n == DISK_MOST)
		return NULL;
	if (!d)
		d = &all->list[all->n++];
	*d = (struct known_disk){.status = -1};
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	return d;
}

void disks_news(struct disks *all)
{
	all->news_ms = now_ms();
}

void disks_look_begun(struct disks *all)
{
	all->n_looking++;
}

void disks_look_over(struct disks *all)
{
	all->n_looking--;
	disks_news(all);
}

void disk_tell(struct known_disk *d, int status, const char *fmt, ...)
{
	va_list ap;

	d->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(d->outcome, sizeof(d->outcome), fmt, ap);
	va_end(ap);
}

void disk_set_done(struct known_disk *d)
{
	if (d->state == DISK_READY)
		d->state = DISK_DONE;
}

void disk_set_again(struct known_disk *d)
{
	if (d->state == DISK_DONE)
		d->state = DISK_READY;
}

static bool has_windows(const struct disk_facts *f)
{
	for (unsigned i = 0; i < f->n_parts; i++)
		if (f->parts[i].content == VOL_NTFS || f->parts[i].content == VOL_BITLOCKER)
			return true;
	return false;
}

void disk_set_stick(struct known_disk *d)
{
	d->is_stick = true;
	if (!has_windows(&d->facts) && d->state == DISK_READY)
		d->state = DISK_LEFT;
}
