/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/stick_choose.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/text.h"
#include "init/init.h"
#include "init/place.h"
#include "init/stick_ask.h"
#include "init/stick_files.h"
#include "init/sysfs.h"

#define QUIET_MS                                                                                   \
	500 /* that long without news of storage: those that were in at the start are all there */
#define LARGE (1ULL << 30) /* a volume of Windows does not fit into less */

struct choice {
	struct known_disk *disk;
	struct part *part;
};

/* By what volumes have in common that were copied: is it the one that we came from? */
static bool may_be(const struct init *in, const struct part *p)
{
	const struct facts *f = &in->facts;

	if (p->content != VOL_FAT || p->look == PART_BARE || p->is_set_aside)
		return false;
	if (in->stick.state == STICK_READ && !in->stick.is_foreign)
		return in->stick.fs_uuid[0] && strcmp(in->stick.fs_uuid, p->fs_uuid) == 0;
	if (f->partition[0])
		return strcasecmp(f->partition, p->uuid) == 0;
	return f->stick_uuid[0] && strcasecmp(f->stick_uuid, p->fs_uuid) == 0;
}

static bool may_be_windows(const struct part *p, bool with_ntfs)
{
	switch (p->content) {
	case VOL_FAT:
	case VOL_EXFAT:
		return false;
	case VOL_NTFS:
		return !with_ntfs || p->look == PART_REFUSED;
	case VOL_BITLOCKER:
	case VOL_MSR:
		return true;
	default:
		return p->size_bytes >= LARGE;
	}
}

bool choose_allows(const char *root, const struct known_disk *d, bool with_ntfs)
{
	const struct disk_facts *f = &d->facts;

	if (d->state == DISK_GONE || d->state == DISK_LOOKING || d->work.was_repaired ||
		d->status == RS_STATUS_DONE || f->is_locked || f->raid[0] ||
		!disk_is_pluggable(root, d->name))
		return false;
	for (unsigned i = 0; i < f->n_parts; i++)
		if (may_be_windows(&f->parts[i], with_ntfs))
			return false;
	return true;
}

static bool is_ventoys(const struct init *in, const struct known_disk *d)
{
	const struct facts *f = &in->facts;

	return f->is_ventoy && memcmp(d->facts.mark, f->ventoy.guid, sizeof(d->facts.mark)) == 0;
}

/* Ventoy's own stick may have NTFS, and whoever has it may have others like it. */
static bool is_allowed(const struct init *in, const struct known_disk *d)
{
	return choose_allows("", d, in->facts.is_ventoy);
}

/* Of a medium that we were not started from: has it a folder, as far as it was looked at? */
static bool may_have(const struct init *in, const struct known_disk *d, const struct part *p)
{
	if ((p->content != VOL_FAT && p->content != VOL_EXFAT && p->content != VOL_NTFS) ||
		p->look == PART_BARE || p->is_set_aside || !is_allowed(in, d))
		return false;
	/* beside its data Ventoy has a volume of its own, which nobody fills */
	return !is_ventoys(in, d) || p->number == in->facts.ventoy.partition;
}

static bool may_be_other(const struct init *in, const struct known_disk *d, const struct part *p)
{
	const struct stick *s = &in->stick;

	return may_have(in, d, p) &&
	       (s->state != STICK_READ || (s->fs_uuid[0] && strcmp(s->fs_uuid, p->fs_uuid) == 0));
}

/* May the reports go there that the stick has no room for? */
static bool may_be_second(const struct init *in, const struct known_disk *d, const struct part *p)
{
	return p->content != VOL_NTFS && strcmp(d->name, in->stick.disk) != 0 &&
	       !disk_is_read_only("", d->name) && may_have(in, d, p);
}

/* Is it to be looked into, before one is chosen? Every NTFS is: a Windows on it takes the whole
 * disk out. */
static bool is_wanted(const struct init *in, const struct known_disk *d, const struct part *p)
{
	if (p->look != PART_UNSEEN || d->state == DISK_GONE)
		return false;
	if (p->content == VOL_NTFS && is_allowed(in, d))
		return true;
	return in->stick.state != STICK_READ ? may_be_other(in, d, p)
					     : in->stick.is_read_only && may_be_second(in, d, p);
}

/* ---- all that might be it */

struct found {
	struct choice list[STICK_ASKED_MOST]; /* the first ones */
	unsigned n, n_unseen;
};

static void add(struct found *f, struct known_disk *d, struct part *p)
{
	if (f->n < STICK_ASKED_MOST)
		f->list[f->n] = (struct choice){d, p};
	f->n++;
	f->n_unseen += p->look == PART_UNSEEN;
}

enum which { OWN, VENTOYS, OTHER, SECOND };

static struct found find(struct init *in, enum which which)
{
	struct found ret = {.n = 0};

	for (size_t i = 0; i < in->disks.n; i++) {
		struct known_disk *d = &in->disks.list[i];
		if (d->state == DISK_GONE || d->state == DISK_LOOKING ||
			(which == VENTOYS && !is_ventoys(in, d)))
			continue;
		for (unsigned k = 0; k < d->facts.n_parts; k++) {
			struct part *p = &d->facts.parts[k];
			if (which == OWN	  ? may_be(in, p)
				: which == SECOND ? may_be_second(in, d, p)
						  : may_be_other(in, d, p))
				add(&ret, d, p);
		}
	}
	return ret;
}

/* Of several of our own that look alike, the one at the place that the firmware started. The others
 * stay out of it for as long as they are plugged in. */
static bool choose_by_place(struct init *in, struct found *f)
{
	struct choice at = {NULL, NULL};
	unsigned n = 0;

	for (size_t i = 0; i < in->disks.n; i++) {
		struct known_disk *d = &in->disks.list[i];
		for (unsigned k = 0; d->state != DISK_GONE && k < d->facts.n_parts; k++)
			if (may_be(in, &d->facts.parts[k]) &&
				place_of("", d->name, in->facts.place) == PLACE_SAME) {
				at = (struct choice){d, &d->facts.parts[k]};
				n++;
			}
	}
	if (n != 1)
		return false;
	for (size_t i = 0; f->n > 1 && i < in->disks.n; i++) {
		struct known_disk *d = &in->disks.list[i];
		for (unsigned k = 0; d->state != DISK_GONE && k < d->facts.n_parts; k++) {
			struct part *p = &d->facts.parts[k];
			if (p == at.part || !may_be(in, p))
				continue;
			p->is_set_aside = true;
			init_say(in,
				"stick /dev/%s: the same as /dev/%s, from which this was started: "
				"nothing of it is used",
				d->name, at.disk->name);
		}
	}
	*f = (struct found){.list = {at}, .n = 1, .n_unseen = at.part->look == PART_UNSEEN};
	return true;
}

/* How long there was no news of storage. */
static uint64_t quiet_ms(const struct init *in)
{
	return in->disks.n_looking || modules_are_busy(&in->modules) ? 0
								     : now_ms() - in->disks.news_ms;
}

static bool is_quiet(const struct init *in)
{
	uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000;

	return quiet_ms(in) >= QUIET_MS || now_ms() - in->report.started_ms >= wait_ms;
}

/* A person is asked which of them it is, where one is (stick_ask.c). */
static void ask_about(struct stick_asked *ret, const struct found *f)
{
	for (ret->n = 0; ret->n < f->n && ret->n < STICK_ASKED_MOST; ret->n++) {
		struct stick_place *p = &ret->list[ret->n];
		(void)snprintf(p->disk, sizeof(p->disk), "%s", f->list[ret->n].disk->name);
		p->part = f->list[ret->n].part->number;
	}
}

static bool is_meant(const struct init *in, const struct choice *c)
{
	const struct stick_place *p = &in->stick.meant;

	return strcmp(p->disk, c->disk->name) == 0 && p->part == c->part->number;
}

/* Of several the one that a person has named; nothing of the others is used as long as they are
 * plugged in. False: none of them was named. */
static bool choose_by_person(struct init *in, struct found *f, enum which which)
{
	bool is_there = false;

	for (unsigned i = 0; i < f->n && i < STICK_ASKED_MOST; i++)
		is_there |= is_meant(in, &f->list[i]);
	while (is_there && f->n > 1) { /* in each round one is put aside at least */
		for (unsigned i = 0; i < f->n && i < STICK_ASKED_MOST; i++) {
			if (is_meant(in, &f->list[i]))
				continue;
			f->list[i].part->is_set_aside = true;
			init_say(in,
				"stick /dev/%s: a person has named another one: nothing of "
				"it is used",
				f->list[i].disk->name);
		}
		*f = find(in, which);
	}
	return is_there;
}

#define TWO_STICKS                                                                                 \
	"two that the stick may be: no settings, keys or rules of either are used, and no report " \
	"is kept; pull out the one that is not meant"

static void tell_same(
	struct init *in, const struct found *f, char told[STICK_SAME_TEXT], const char *what)
{
	char text[STICK_SAME_TEXT];

	(void)snprintf(text, sizeof(text), "sticks /dev/%.40s and /dev/%.40s: %s",
		f->list[0].disk->name, f->list[1].disk->name, what);
	if (strcmp(text, told) == 0)
		return;
	(void)snprintf(told, STICK_SAME_TEXT, "%s", text);
	init_say(in, "%s", text);
}

static void tell_and_ask(struct init *in, const struct found *f)
{
	tell_same(in, f, in->stick.same, TWO_STICKS);
	ask_about(&in->stick.now, f);
}

/* ---- taking it */

static void take(struct init *in, const struct choice *c, bool is_foreign)
{
	struct stick *s = &in->stick;
	bool is_back = s->state == STICK_READ; /* known, and only plugged in again */

	(void)snprintf(s->disk, sizeof(s->disk), "%s", c->disk->name);
	(void)snprintf(s->fs_uuid, sizeof(s->fs_uuid), "%s", c->part->fs_uuid);
	s->part = c->part->number;
	s->same[0] = '\0';
	s->is_read_only = c->part->content == VOL_NTFS || disk_is_read_only("", c->disk->name);
	s->is_foreign = is_foreign;
	stick_mark(in); /* before it is read: nobody looks for a Windows on it meanwhile */
	if (!is_back)
		stick_read(in, c->part->content);
}

/* Is it that one already? */
static bool is_taken(const struct init *in, const struct choice *c)
{
	return in->stick.state == STICK_READ && strcmp(in->stick.disk, c->disk->name) == 0 &&
	       in->stick.part == c->part->number;
}

/* True: there is one of our own, taken or not, and no other is asked for. */
static bool choose_own(struct init *in)
{
	struct stick *s = &in->stick;
	struct found f;

	if (!stick_has_identity(in) && (s->state != STICK_READ || s->is_foreign))
		return false;
	f = find(in, OWN);
	if (!f.n)
		return false;
	bool is_sure = choose_by_place(in, &f);
	if (f.n == 1 && is_taken(in, &f.list[0]))
		return true;
	if (s->state == STICK_READ && (s->disk[0] || f.n > 1)) {
		if (s->is_foreign && !is_sure && !is_quiet(in))
			return s->is_open = true;
		if (s->disk[0])
			init_say(in,
				"stick /dev/%s: it was not the one, or may not be: no longer used",
				s->disk);
		stick_let_go(in);
		f = find(in, OWN);
		is_sure = choose_by_place(in, &f);
	}
	is_sure |= choose_by_person(in, &f, OWN);
	if (!is_sure && !is_quiet(in))
		return s->is_open = true;
	if (f.n == 1)
		take(in, &f.list[0], false);
	else if (f.n > 1)
		tell_and_ask(in, &f);
	return true;
}

/* ---- others */

static bool has_unseen(struct init *in)
{
	for (size_t i = 0; i < in->disks.n; i++) {
		struct known_disk *d = &in->disks.list[i];
		for (unsigned k = 0; k < d->facts.n_parts; k++) {
			struct part *p = &d->facts.parts[k];
			if (is_wanted(in, d, p)) {
				stick_look_into(in, d, p);
				return true;
			}
		}
	}
	return false;
}

static void choose_other(struct init *in)
{
	struct stick *s = &in->stick;
	uint64_t wait_ms = (uint64_t)in->facts.settings.wait_s * 1000;
	struct found f;

	if (has_unseen(in))
		return;
	if (s->state == STICK_READ) { /* that one comes back, or nothing new does */
		f = find(in, OTHER);
		if (s->is_foreign && !s->disk[0] && f.n == 1)
			take(in, &f.list[0], true);
		return;
	}
	enum which which = VENTOYS;
	f = find(in, which);
	if (!f.n)
		f = find(in, which = OTHER);
	if (!f.n)
		return;
	(void)choose_by_person(in, &f, which);
	/* our own has its time to appear */
	if (!is_quiet(in) || (stick_has_identity(in) && quiet_ms(in) < wait_ms)) {
		s->is_open = true;
		return;
	}
	if (f.n == 1)
		take(in, &f.list[0], true);
	else
		tell_and_ask(in, &f);
}

/* ---- the second one, for the reports that the stick has no room for */

static void choose_second(struct init *in)
{
	struct stick *s = &in->stick;
	struct found f;

	if (!s->is_read_only || s->second[0] || has_unseen(in))
		return;
	f = find(in, SECOND);
	if (!f.n)
		return;
	if (!is_quiet(in)) {
		s->is_open = true;
	} else if (f.n == 1) {
		(void)snprintf(s->second, sizeof(s->second), "%s", f.list[0].disk->name);
		s->second_part = f.list[0].part->number;
		disk_set_stick(f.list[0].disk);
		init_say(in, "stick /dev/%s: reports go there, into the folder %s", s->second,
			f.list[0].part->top);
	} else {
		tell_same(in, &f, s->second_same,
			"two that reports may go to: none is kept; pull out the one that is not "
			"meant");
	}
}

void stick_consider(struct init *in, struct known_disk *d)
{
	for (unsigned i = 0; i < d->facts.n_parts; i++)
		if (may_be(in, &d->facts.parts[i]))
			disk_set_stick(d);
	(void)stick_step(in);
}

int stick_step(struct init *in)
{
	struct stick *s = &in->stick;

	s->is_open = false;
	s->now = (struct stick_asked){0};
	if (s->state != STICK_READING && !s->is_ventoy_asked && !choose_own(in))
		choose_other(in);
	if (s->state == STICK_READ)
		choose_second(in);
	s->meant.disk[0] = '\0'; /* where it was of no use it is asked once more */
	stick_ask(in);
	return s->is_open ? QUIET_MS / 2 : -1;
}

bool stick_is_awaited(const struct init *in)
{
	return in->stick.state == STICK_READING || in->stick.is_ventoy_asked ||
	       ((stick_has_identity(in) || in->facts.is_ventoy) && in->stick.state == STICK_NONE &&
		       !in->stick.same[0]);
}
