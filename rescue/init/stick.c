/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/stick.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "core/view.h"
#include "init/init.h"
#include "init/stick_files.h"

#define READ_MS	  60000
#define COMING_MS 10000 /* a slow stick's settings are worth that */
#define WRITE_MS  30000 /* a slow stick's flush; then the report is given up, not the run */

bool stick_has_identity(const struct init *in)
{
	return in->facts.partition[0] || in->facts.stick_uuid[0];
}

void stick_mark(struct init *in)
{
	struct known_disk *d = disks_find(&in->disks, in->stick.disk);

	if (d) /* else it was pulled out while it was read: all is known already */
		disk_set_stick(d);
}

static struct part *part_of(struct init *in, const char *disk, unsigned number)
{
	struct known_disk *d = disks_find(&in->disks, disk);

	for (unsigned i = 0; d && i < d->facts.n_parts; i++)
		if (d->facts.parts[i].number == number)
			return &d->facts.parts[i];
	return NULL;
}

/* The volume that was chosen. */
static struct part *chosen(struct init *in)
{
	return part_of(in, in->stick.disk, in->stick.part);
}

/* It has no folder of ours, or does not answer: it is not chosen again. */
static void set_bare(struct init *in)
{
	struct stick *s = &in->stick;
	struct part *p = chosen(in);

	if (p)
		p->look = p->content == VOL_NTFS ? PART_REFUSED : PART_BARE;
	s->state = stick_has_identity(in) && !s->is_foreign ? STICK_BAD : STICK_NONE;
	s->disk[0] = '\0';
	s->is_foreign = s->has_before = s->is_read_only = false;
}

static void take_secret(
	struct init *in, struct rs_secret *to, const uint8_t *bytes, size_t len, const char *what)
{
	struct rs_secret all = {0};

	if (facts_key_refusal(&in->facts)) {
		init_log(in, "%s of the stick: no key is used here", what);
		return;
	}
	if (!len || rs_secret_init(&all, to->len + len, NULL) < 0)
		return;
	if (to->len)
		memcpy(all.p, to->p, to->len);
	memcpy(all.p + to->len, bytes, len);
	all.len = to->len + len;
	rs_secret_done(to);
	*to = all;
	/* a fork that has no business with it does not get it */
	(void)madvise(to->p, to->cap, MADV_WIPEONFORK);
	init_log(in, "%s of the stick was read", what);
}

static bool has_settings(const struct init *in)
{
	/* of its own medium the application has read them already, and judged them */
	return in->stick.is_foreign || in->facts.door != DOOR_APPLICATION;
}

static enum settings_trust trust_of(const struct init *in)
{
	return in->stick.is_foreign ? SETTINGS_FOREIGN : facts_stick_trust(&in->facts);
}

static void take_settings(struct init *in, const char *p, size_t len)
{
	unsigned before = in->facts.n_notes;

	if (has_settings(in))
		facts_read_settings(&in->facts, p, len, trust_of(in), "unbrick.conf");
	consoles_look(&in->consoles, &in->facts.settings);
	for (; before < in->facts.n_notes; before++)
		init_say(in, "settings: %s", in->facts.notes[before]);
}

static void take_record(struct init *in, char tag, const uint8_t *p, size_t len)
{
	switch (tag) {
	case STICK_IS_ONE:
		in->stick.state = STICK_READ;
		(void)snprintf(
			in->stick.top, sizeof(in->stick.top), "%.*s", (int)len, (const char *)p);
		break;
	case STICK_SETTINGS:
		take_settings(in, (const char *)p, len);
		break;
	case STICK_STARTUP_KEY:
		take_secret(in, &in->stick.keys, p, len, "a startup key");
		break;
	case STICK_KEYS:
		take_secret(in, &in->stick.keys, p, len, "keys.txt");
		break;
	case STICK_ACCOUNTS:
		take_secret(in, &in->stick.accounts, p, len, "fleet.secret");
		break;
	case STICK_RULES_DIR:
		(void)snprintf(in->stick.rules, sizeof(in->stick.rules), "%.*s", (int)len,
			(const char *)p);
		break;
	case STICK_REFUSED:
		init_say(in, "stick /dev/%s: not used: %.*s", in->stick.disk, (int)len,
			(const char *)p);
		break;
	case STICK_UNSENT:
		if (len == sizeof(in->stick.unsent[0]) && in->stick.n_unsent < STICK_UNSENT_MOST)
			memcpy(&in->stick.unsent[in->stick.n_unsent++], p, len);
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
	     has_keys = (in->stick.keys.len && !d->work.had_keys) ||
			(in->stick.accounts.len && !d->work.had_accounts);

	if ((has_rules && (d->status == RS_STATUS_NOTHING || d->status == RS_STATUS_DONE)) ||
		(has_keys && (d->status == RS_STATUS_KEY || d->status == RS_STATUS_KEY_WRONG)))
		disk_set_again(d);
}

static bool is_ntfs(struct init *in)
{
	const struct part *p = chosen(in);

	return p && p->content == VOL_NTFS;
}

void stick_take(struct init *in, struct rs_view said)
{
	struct stick *s = &in->stick;
	size_t at = 0;
	uint32_t len;

	s->state = STICK_BAD;
	s->n_unsent = s->n_sent = 0;
	s->before = in->facts.settings;
	s->has_before = true;
	while (rs_view_u32(said, at + 1, &len) && rs_view_has(said, at + 5, len)) {
		take_record(in, (char)said.p[at], said.p + at + 5, len);
		at += 5 + (size_t)len;
	}
	if (s->state != STICK_READ) {
		set_bare(in);
		return;
	}
	if (s->is_foreign)
		init_say(in, "a stick that this was not started from: /dev/%s, folder %s", s->disk,
			s->top);
	else
		init_log(in, "the stick is /dev/%s", s->disk);
	if (s->is_read_only)
		init_say(in,
			"stick /dev/%s: it is %s: reports go to another stick (FAT or exFAT) with "
			"a folder unbrick, or are not kept",
			s->disk, is_ntfs(in) ? "NTFS, which is never written" : "write-protected");
	stick_mark(in);
	for (size_t i = 0; i < in->disks.n; i++)
		stick_consider_again(in, &in->disks.list[i]);
}

void stick_let_go(struct init *in)
{
	struct stick *s = &in->stick;

	stick_forget_keys(in);
	if (s->has_before) {
		in->facts.settings = s->before;
		consoles_look(&in->consoles, &in->facts.settings);
	}
	s->state = STICK_NONE;
	s->has_before = s->is_foreign = s->is_read_only = false;
	s->disk[0] = s->fs_uuid[0] = s->rules[0] = s->top[0] = s->second[0] = '\0';
	s->last = (struct stick_last){0};
	s->n_unsent = s->n_sent = 0;
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

void stick_read(struct init *in, enum vol_kind content)
{
	static struct stick_read r;
	char name[DISK_NAME];

	if (!disk_part_name("", in->stick.disk, in->stick.part, name, sizeof(name))) {
		in->stick.is_open = true; /* the kernel has still to find its partitions */
		return;
	}
	r = (struct stick_read){
		.content = content,
		.is_foreign = in->stick.is_foreign,
		.settings = in->facts.settings,
		.reads_settings = has_settings(in),
		.trust = trust_of(in),
		.key_refusal = facts_stick_key_refusal(&in->facts),
	};
	(void)snprintf(r.device, sizeof(r.device), "/dev/%s", name);
	(void)snprintf(r.serial, sizeof(r.serial), "%s", in->report.serial);
	(void)snprintf(r.run, sizeof(r.run), INIT_RUN);
	const struct process_plan plan = {.run = stick_read_run,
		.arg = &r,
		.cap = STICK_RESULT_MOST,
		.end = on_read,
		.user = in,
		.limit_ms = READ_MS};
	if (!process_start(&in->processes, &plan, NULL))
		return;
	in->stick.state = STICK_READING;
	in->stick.reading_ms = now_ms();
}

void stick_gone(struct init *in, const char *disk)
{
	if (strcmp(in->stick.disk, disk) == 0)
		in->stick.disk[0] = '\0';
	if (strcmp(in->stick.second, disk) == 0)
		in->stick.second[0] = '\0';
}

void stick_forget_keys(struct init *in)
{
	rs_secret_done(&in->stick.keys);
	rs_secret_done(&in->stick.accounts);
}

void stick_tell_missing(struct init *in)
{
	const struct facts *f = &in->facts;

	if (in->stick.is_missed || (f->is_network && !f->is_ventoy) ||
		in->stick.state == STICK_READ || in->stick.state == STICK_READING ||
		in->stick.same[0])
		return;
	in->stick.is_missed = true;
	if (f->is_ventoy)
		init_say(in,
			"no folder unbrick was found: no keys.txt, rules or report of it; make the "
			"folder on Ventoy's own partition, or on another stick (FAT or exFAT)");
	else if (f->is_cd)
		init_say(in,
			"started from a CD, and no stick was found: no keys.txt, rules or report; "
			"a stick (FAT or exFAT) with a folder unbrick has room for them");
	else
		init_say(in,
			"the stick was not found: no keys.txt, rules or report of it; a stick (FAT "
			"or exFAT) with a folder unbrick has room for them");
}

bool stick_is_coming(const struct init *in)
{
	return in->stick.state == STICK_READING && now_ms() - in->stick.reading_ms < COMING_MS;
}

static bool device_of(struct init *in, const char *disk, unsigned part, struct stick_write *ret)
{
	const struct part *p = part_of(in, disk, part);
	char name[DISK_NAME];

	if (!disk[0] || in->stick.state != STICK_READ)
		return false;
	if (!disk_part_name("", disk, part, name, sizeof(name)))
		(void)snprintf(name, sizeof(name), "%s", disk);
	(void)snprintf(ret->device, sizeof(ret->device), "/dev/%s", name);
	ret->content = p ? p->content : VOL_FAT;
	(void)snprintf(ret->serial, sizeof(ret->serial), "%s", in->report.serial);
	(void)snprintf(ret->name, sizeof(ret->name), "%s", in->report.file_time);
	ret->n_pictures = in->report.n_pictures;
	ret->is_unsent = in->report.is_unsent;
	ret->n_sent = 0;
	return true;
}

static bool stick_device(struct init *in, struct stick_write *ret)
{
	(void)snprintf(ret->top, sizeof(ret->top), "%s", in->stick.top);
	return device_of(in, in->stick.disk, in->stick.part, ret);
}

/* Where reports go. */
static bool report_device(struct init *in, struct stick_write *ret)
{
	const struct stick *s = &in->stick;
	const struct part *p = part_of(in, s->second, s->second_part);

	if (!s->is_read_only)
		return stick_device(in, ret);
	(void)snprintf(ret->top, sizeof(ret->top), "%s", p ? p->top : "");
	return p && device_of(in, s->second, s->second_part, ret);
}

unsigned stick_state(const struct init *in)
{
	const struct stick *s = &in->stick;

	return (s->disk[0] ? 1U : 0) | (s->state == STICK_READ ? 2U : 0) | (s->rules[0] ? 4U : 0) |
	       (s->second[0] ? 8U : 0) | (unsigned)s->keys.len << 4;
}

void stick_offer_folder(struct init *in, struct process_plan *plan)
{
	static struct stick_write w;

	if (in->facts.settings.report != SETTINGS_REPORT_STICK || !report_device(in, &w))
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

static const char *no_room(const struct init *in)
{
	return in->stick.state != STICK_READ ? "there is no stick of ours"
	       : in->stick.is_read_only
		       ? "the stick is none to write to, and there is no other one to be used"
		       : "the stick was pulled out";
}

bool stick_write_report(struct init *in, char *ret_text, size_t cap)
{
	static struct stick_write w;

	in->stick.is_written = false;
	if (!report_device(in, &w)) {
		(void)snprintf(ret_text, cap, "%s", no_room(in));
		return false;
	}
	if (!in->stick.is_read_only) { /* those of the stick that was read */
		memcpy(w.sent, in->stick.sent, sizeof(w.sent));
		w.n_sent = in->stick.n_sent;
	}
	in->stick.is_written = write_by(in, stick_write_run, &w, ret_text, cap);
	if (in->stick.is_written)
		(void)snprintf(ret_text, cap, "%s", w.top);
	return in->stick.is_written;
}

bool stick_set_next(struct init *in, char *ret_text, size_t cap)
{
	static struct stick_write w;
	char why[256] = "it is not there";

	if (!in->stick.is_foreign && stick_device(in, &w) &&
		write_by(in, stick_next_run, &w, why, sizeof(why)))
		return true;
	(void)snprintf(ret_text, cap,
		"take the medium out and restart: its loader cannot be told to stand back (%s)",
		why);
	return false;
}
