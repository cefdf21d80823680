/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/stick.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "core/view.h"
#include "init/init.h"
#include "init/stick_files.h"

#define READ_MS	 60000
#define WRITE_MS 30000 /* a slow stick's flush; then the report is given up, not the run */

static bool is_known_place(const struct init *in)
{
	return in->facts.partition[0] || in->facts.stick_uuid[0];
}

/* Is it the volume that we came from, or may it be? */
static bool may_be(const struct init *in, const struct part *p)
{
	const struct facts *f = &in->facts;

	if (p->content != VOL_FAT)
		return false;
	if (in->stick.state == STICK_READ)
		return in->stick.fs_uuid[0] && strcmp(in->stick.fs_uuid, p->fs_uuid) == 0;
	if (f->partition[0])
		return strcasecmp(f->partition, p->uuid) == 0;
	if (f->stick_uuid[0])
		return strcasecmp(f->stick_uuid, p->fs_uuid) == 0;
	return true;
}

static void found(struct init *in, const struct known_disk *d, const struct part *p)
{
	struct stick *s = &in->stick;

	(void)snprintf(s->disk, sizeof(s->disk), "%s", d->name);
	(void)snprintf(s->fs_uuid, sizeof(s->fs_uuid), "%s", p->fs_uuid);
	s->part = p->number;
}

static void mark(struct init *in)
{
	struct known_disk *d = disks_find(&in->disks, in->stick.disk);

	if (d) /* else it was pulled out while it was read: all is known already */
		disk_set_stick(d);
}

static void take_keys(struct init *in, const uint8_t *bytes, size_t len, const char *what)
{
	struct rs_secret all = {0};

	if (!len || rs_secret_init(&all, in->stick.keys.len + len, NULL) < 0)
		return;
	if (in->stick.keys.len)
		memcpy(all.p, in->stick.keys.p, in->stick.keys.len);
	memcpy(all.p + in->stick.keys.len, bytes, len);
	all.len = in->stick.keys.len + len;
	rs_secret_done(&in->stick.keys);
	in->stick.keys = all;
	/* a fork that has no business with them does not get them */
	(void)madvise(in->stick.keys.p, in->stick.keys.cap, MADV_WIPEONFORK);
	init_log(in, "%s of the stick was read", what);
}

static void take_record(struct init *in, char tag, const uint8_t *p, size_t len)
{
	unsigned before = in->facts.n_notes;

	switch (tag) {
	case STICK_IS_ONE:
		in->stick.state = STICK_READ;
		break;
	case STICK_SETTINGS:
		/* the application has read it already, and judged it */
		if (in->facts.door != DOOR_APPLICATION)
			facts_read_settings(&in->facts, (const char *)p, len,
				facts_stick_trust(&in->facts), "unbrick.conf");
		consoles_look(&in->consoles, &in->facts.settings);
		for (; before < in->facts.n_notes; before++)
			init_say(in, "settings: %s", in->facts.notes[before]);
		break;
	case STICK_STARTUP_KEY:
		take_keys(in, p, len, "a startup key");
		break;
	case STICK_KEYS:
		take_keys(in, p, len, "keys.txt");
		break;
	case STICK_RULES_DIR:
		(void)snprintf(in->stick.rules, sizeof(in->stick.rules), "%.*s", (int)len,
			(const char *)p);
		break;
	case STICK_LAST:
		if (len == sizeof(in->stick.last))
			memcpy(&in->stick.last, p, len);
		break;
	default:
		init_say(in, "%s%.*s", tag == STICK_RULE ? "rule of the stick: " : "", (int)len,
			(const char *)p);
	}
}

void stick_consider_again(const struct init *in, struct known_disk *d)
{
	bool has_rules = in->stick.rules[0] && !d->work.had_rules,
	     has_keys = in->stick.keys.len && !d->work.had_keys;

	if ((has_rules && (d->status == RS_STATUS_NOTHING || d->status == RS_STATUS_DONE)) ||
		(has_keys && (d->status == RS_STATUS_KEY || d->status == RS_STATUS_KEY_WRONG)))
		disk_set_again(d);
}

void stick_take(struct init *in, struct rs_view said)
{
	size_t at = 0;
	uint32_t len;

	in->stick.state = is_known_place(in) ? STICK_BAD : STICK_NONE;
	while (rs_view_u32(said, at + 1, &len) && rs_view_has(said, at + 5, len)) {
		take_record(in, (char)said.p[at], said.p + at + 5, len);
		at += 5 + (size_t)len;
	}
	if (in->stick.state != STICK_READ) {
		in->stick.disk[0] = '\0';
		return;
	}
	init_log(in, "the stick is /dev/%s", in->stick.disk);
	mark(in);
	for (size_t i = 0; i < in->disks.n; i++)
		stick_consider_again(in, &in->disks.list[i]);
}

static void on_read(void *user, struct process *p)
{
	struct init *in = user;

	disks_news(&in->disks);
	if (p->was_asked)
		init_say(in, "stick /dev/%s: it does not answer, reading it was ended",
			in->stick.disk);
	stick_take(in, (struct rs_view){p->result.p, p->result.len});
}

static void read_stick(struct init *in)
{
	static struct stick_read r;
	char name[DISK_NAME];

	if (!disk_part_name("", in->stick.disk, in->stick.part, name, sizeof(name)))
		return;
	r = (struct stick_read){
		.settings = in->facts.settings,
		.reads_settings = in->facts.door != DOOR_APPLICATION,
		.trust = facts_stick_trust(&in->facts),
	};
	(void)snprintf(r.device, sizeof(r.device), "/dev/%s", name);
	(void)snprintf(r.serial, sizeof(r.serial), "%s", in->report.serial);
	const struct process_plan plan = {.run = stick_read_run,
		.arg = &r,
		.cap = STICK_RESULT_MOST,
		.end = on_read,
		.user = in,
		.limit_ms = READ_MS};
	if (process_start(&in->processes, &plan, NULL))
		in->stick.state = STICK_READING;
}

void stick_consider(struct init *in, struct known_disk *d)
{
	for (unsigned i = 0; i < d->facts.n_parts; i++) {
		struct part *p = &d->facts.parts[i];
		if (!may_be(in, p))
			continue;
		if (!is_known_place(in) && in->stick.state != STICK_READ) {
			p->is_candidate = true; /* one at a time, see stick_step */
			continue;
		}
		bool is_first = in->stick.state == STICK_NONE || in->stick.state == STICK_BAD;
		found(in, d, p);
		mark(in); /* before it is read: nobody looks for a Windows on it meanwhile */
		if (is_first)
			read_stick(in);
		return;
	}
}

void stick_step(struct init *in)
{
	if (in->stick.state != STICK_NONE || is_known_place(in))
		return;
	for (size_t i = 0; i < in->disks.n; i++) {
		struct known_disk *d = &in->disks.list[i];
		for (unsigned k = 0; d->state != DISK_GONE && k < d->facts.n_parts; k++) {
			struct part *p = &d->facts.parts[k];
			if (!p->is_candidate)
				continue;
			p->is_candidate = false;
			found(in, d, p);
			read_stick(in);
			return;
		}
	}
}

void stick_gone(struct init *in, const char *disk)
{
	if (strcmp(in->stick.disk, disk) == 0)
		in->stick.disk[0] = '\0';
}

void stick_forget_keys(struct init *in)
{
	rs_secret_done(&in->stick.keys);
}

void stick_tell_missing(struct init *in)
{
	if (in->stick.is_missed || in->facts.is_network || in->stick.state == STICK_READ ||
		in->stick.state == STICK_READING)
		return;
	in->stick.is_missed = true;
	init_say(in,
		"the stick was not found: no keys.txt, rules or report of it; started from within "
		"Ventoy or the like, write the image to a stick of its own");
}

bool stick_is_awaited(const struct init *in)
{
	return in->stick.state == STICK_READING ||
	       (is_known_place(in) && in->stick.state == STICK_NONE);
}

static bool stick_device(const struct init *in, struct stick_write *ret)
{
	char name[DISK_NAME];

	if (!in->stick.disk[0] || in->stick.state != STICK_READ)
		return false;
	if (!disk_part_name("", in->stick.disk, in->stick.part, name, sizeof(name)))
		(void)snprintf(name, sizeof(name), "%s", in->stick.disk);
	(void)snprintf(ret->device, sizeof(ret->device), "/dev/%s", name);
	(void)snprintf(ret->serial, sizeof(ret->serial), "%s", in->report.serial);
	(void)snprintf(ret->name, sizeof(ret->name), "%s", in->report.file_time);
	ret->n_pictures = in->report.n_pictures;
	return true;
}

unsigned stick_state(const struct init *in)
{
	const struct stick *s = &in->stick;

	return (s->disk[0] ? 1U : 0) | (s->state == STICK_READ ? 2U : 0) | (s->rules[0] ? 4U : 0) |
	       (unsigned)s->keys.len << 3;
}

void stick_offer_folder(struct init *in, struct process_plan *plan)
{
	static struct stick_write w;

	if (in->facts.settings.report != SETTINGS_REPORT_STICK || !stick_device(in, &w))
		return;
	plan->run = stick_enter;
	plan->arg = &w;
}

/* A job that says nothing, or what went wrong. */
static bool write_by(
	struct init *in, process_fn run, struct stick_write *w, char *ret_text, size_t cap)
{
	char text[256] = "";
	const struct process_plan plan = {
		.run = run, .arg = w, .cap = sizeof(text) - 1, .limit_ms = WRITE_MS};
	long r = process_run(&in->processes, &plan, text);

	if (r < 0)
		(void)snprintf(text, sizeof(text), "%s",
			r == -EAGAIN	  ? "no process for it"
			: r == -ETIMEDOUT ? "the stick does not answer"
					  : "writing it failed");
	(void)snprintf(ret_text, cap, "%s", text);
	return !text[0];
}

bool stick_write_report(struct init *in, char *ret_text, size_t cap)
{
	static struct stick_write w;

	in->stick.is_written = false;
	if (!stick_device(in, &w)) {
		(void)snprintf(ret_text, cap,
			in->stick.state == STICK_READ ? "the stick was pulled out"
						      : "there is no stick of ours");
		return false;
	}
	in->stick.is_written = write_by(in, stick_write_run, &w, ret_text, cap);
	return in->stick.is_written;
}

bool stick_set_next(struct init *in, char *ret_text, size_t cap)
{
	static struct stick_write w;
	char why[256] = "it is not there";

	if (stick_device(in, &w) && write_by(in, stick_next_run, &w, why, sizeof(why)))
		return true;
	(void)snprintf(ret_text, cap,
		"take the medium out and restart: its loader cannot be told to stand back (%s)",
		why);
	return false;
}
