/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks and volumes for people. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/language.h"
#include "core/text.h"
#include "report/render.h"

#define DETAIL "       " /* below a volume's row, under its CONTENT */
#define MORE   DETAIL "           "

/* "Windows 11 Pro 23H2, build 22631.3880, computer DESKTOP-1", in the language of who reads it */
static void windows_line(const struct win_info *w, char *ret, size_t cap)
{
	char build[48] = "", revision[24] = "", computer[300] = "";

	if (w->revision)
		(void)snprintf(revision, sizeof(revision), ".%u", w->revision);
	if (w->build)
		lang_print(build, sizeof(build), ", build %u%-s", w->build, revision);
	if (w->computer_name[0])
		lang_print(computer, sizeof(computer), ", computer %-s", w->computer_name);
	(void)snprintf(ret, cap, "%s%s%s%s%s",
		w->product[0] ? w->product : lang_word(N_("Windows (unknown edition)")),
		w->display_version[0] ? " " : "", w->display_version, build, computer);
}

static void say_windows(struct printer *p, const struct run_volume *v)
{
	const struct win_info *w = &v->windows[0];
	char line[1024], time[RS_TIME_LEN], text[32 + RS_TIME_LEN];
	const char *zone = w->time_zone;

	windows_line(w, line, sizeof(line));
	text_say(p, DETAIL "Windows:   ", "%-s%s%-s", line, w->arch[0] ? ", " : "", w->arch);
	if (w->root[0] && zone[0])
		text_say(p, MORE, "in %-s, time zone %-s", w->root, zone);
	else if (w->root[0] || zone[0])
		text_say(p, MORE, w->root[0] ? "in %-s" : "time zone %-s",
			w->root[0] ? w->root : zone);
	if (w->shutdown_filetime) {
		rs_filetime_text(w->shutdown_filetime, time);
		(void)snprintf(text, sizeof(text), "last shut down %s", time);
		text_say_timed(p, MORE, text, v->number, NULL);
	}
	if (w->crashed_filetime) {
		rs_filetime_text(w->crashed_filetime, time);
		(void)snprintf(text, sizeof(text), "last memory dump %s", time);
		text_say_timed(p, MORE, text, v->number, NULL);
	}
	if (w->setup_in_progress)
		text_say(p, MORE, "an installation or upgrade is in progress");
	if (w->setup_command[0])
		text_say(p, MORE, "a command is set to run at the next start: %-s",
			w->setup_command);
	text_say_if(p, MORE, w->note);
}

/* The one that the run is about, or that comes first. */
static const struct win_info *main_of(const struct run_volume *v)
{
	return v->chosen ? v->chosen : v->windows;
}

/* Other Windows folders of the volume: whole ones are judged, too, unless one is chosen. */
static void say_others(struct printer *p, const char *first, const struct run_volume *v)
{
	for (size_t i = 0; i < v->n_windows; i++) {
		const struct win_info *w = &v->windows[i];
		char line[1024];

		if (w == main_of(v))
			continue;
		if (!run_is_judgeable(v, i)) {
			text_say(p, first, "%-s: remains of a Windows, not looked at", w->root);
			continue;
		}
		windows_line(w, line, sizeof(line));
		if (v->chosen)
			text_say(
				p, first, "another Windows in %-s, not chosen: %-s", w->root, line);
		else
			text_say(p, first, "another Windows in %-s: %-s", w->root, line);
	}
}

static void say_fault(struct printer *p, const char *first, const struct run_volume *v)
{
	if (v->n_windows && main_of(v)->hive_fault[0])
		text_say(p, first, "this Windows cannot start: %s", main_of(v)->hive_fault);
}

static void say_protectors(struct printer *p, const struct bl_info *info)
{
	char line[1024] = "", kind[64], id[RS_GUID_LEN];
	size_t len = 0;

	for (unsigned i = 0; i < info->n_protectors && len < sizeof(line); i++) {
		bl_protector_text(info->protectors[i].protection, kind, sizeof(kind));
		int n = snprintf(line + len, sizeof(line) - len, "%s%s", i ? ", " : "", kind);
		len += n > 0 ? (size_t)n : 0;
	}
	text_say_if(p, DETAIL "Opened by: ", line);
	for (unsigned i = 0; i < info->n_protectors; i++) {
		if (!bl_is_kind(info->protectors[i].protection, BL_P_RECOVERY))
			continue;
		rs_guid_text(info->protectors[i].id, id);
		text_say(p, DETAIL "Key ID:    ", "%s", id);
	}
}

static void say_bitlocker(struct printer *p, const struct run_bitlocker *b)
{
#define TOLD(name, word, told) told,
	static const char *const states[] = {BL_STATES(TOLD)};
	char method[64], by[64] = "";

	bl_method_text(b->info.method, method, sizeof(method));
	if (b->is_unlocked)
		bl_protector_text(b->unlock.protection, by, sizeof(by));
	text_say(p, DETAIL "BitLocker: ", "%s%s%s, %s%s%s", method, method[0] ? ", " : "",
		states[b->info.state], b->is_unlocked ? "open" : "locked",
		b->is_unlocked ? " by " : "", by);
	say_protectors(p, &b->info);
	if (b->info.description[0])
		text_say(p, MORE, "%-s", b->info.description);
	text_say_if(p, MORE, run_bitlocker_note(b));
	for (unsigned i = 0; i < 3; i++)
		if (!b->info.copy_is_good[i])
			text_say(p, MORE, "metadata copy %u of 3 is damaged", i + 1);
}

/* "pending (version 2.0): 106 records, 41 to apply, 2 transactions, 1 never ended, since ..." */
static void journal_line(const struct run_journal *l, char *ret, size_t cap)
{
	const struct run_counts *c = &l->counts;
	char version[40] = "", counts[200] = "", since[40];

	if (l->major)
		(void)snprintf(version, sizeof(version), "version %u.%u", l->major, l->minor);
	(void)snprintf(since, sizeof(since), "LSN 0x%" PRIx64, c->since_lsn);
	if (c->since_filetime)
		rs_filetime_text(c->since_filetime, since);
	if (l->is_pending)
		(void)snprintf(counts, sizeof(counts),
			": %" PRIu64 " %s, %" PRIu64 " to apply, %" PRIu64 " %s, %" PRIu64
			" never ended, since %s",
			c->records, rs_form(c->records, "record", "records"), c->redone,
			c->transactions, rs_form(c->transactions, "transaction", "transactions"),
			c->losers, since);
	/* "wiped" is what it is to a program; a person would think that something is lost */
	(void)snprintf(ret, cap, "%s%s%s%s%s%s%s",
		l->state == RUN_JOURNAL_WIPED ? "empty, nothing to apply"
					      : run_journal_word(l->state),
		version[0] ? " (" : "", version, version[0] ? ")" : "", counts,
		!l->is_pending && l->reason[0] ? ", " : "", l->is_pending ? "" : l->reason);
}

static void say_journal(
	struct printer *p, const char *first, const char *more, const struct run_volume *v)
{
	const struct run_journal *l = &v->ntfs->journal;
	char line[600];

	journal_line(l, line, sizeof(line));
	text_say_timed(p, first, line, v->number, NULL);
	if (l->can_replay && l->is_pending)
		text_say(p, more, "shown as Windows will see it; nothing was written for that");
	if (l->refused.code)
		text_say(p, more, "shown as it lies on the disk, no repair is offered:");
	text_error(p, more, &l->refused);
}

static void say_ntfs(struct printer *p, const struct run_volume *v)
{
	const struct run_ntfs *n = v->ntfs;
	const struct nt_state *s = &n->state;

	say_journal(p, DETAIL "Journal:   ", MORE, v);
	if (s->is_hibernated)
		text_say(p, DETAIL "Hibernated: ", "yes%s%s", s->hibernation[0] ? ", " : "",
			s->hibernation);
	if (s->is_dirty)
		text_say(p, MORE, "marked dirty: Windows will check it at its start");
	if (n->geometry.from_backup)
		text_say(p, MORE, "boot sector damaged, its backup is used");
	if (s->mirror_differs)
		text_say(p, MORE, "the mirror of the MFT differs");
	if (!n->journal.refused.code)
		text_say_if(p, DETAIL "No repair: ", s->refusal);
}

static void say_quarantines(struct printer *p, const struct run_volume *v)
{
	for (size_t i = 0; i < v->n_quarantines; i++) {
		const struct quarantine *q = &v->quarantines[i];

		text_say(p, DETAIL "Undo ID:   ", "%-s, %zu %s, %s%s%-s", q->id, q->n_files,
			rs_form(q->n_files, "file", "files"), quarantine_state_word(q->state),
			q->rule[0] ? ", " : "", q->rule);
		if (q->inside[0])
			text_say(p, MORE, "in \\%-s\\%-s: %-s", q->top, q->id, q->inside);
		text_error(p, MORE, &q->err);
		if (q->n_more)
			text_say(p, MORE, "and %zu more %s that nothing proves to be Unbrick's",
				q->n_more, rs_form(q->n_more, "folder", "folders"));
	}
}

/* What a volume is that holds no Windows, and what to do. */
static void say_passed(struct printer *p, const char *first, const struct run_volume *v)
{
	const char *next = v->passed_next ? text_step(p, v->passed_next) : "";

	text_say(p, first, "%s%s%s", v->passed_over, next[0] ? "; " : "", next);
}

static const char *content_name(const char *word)
{
	static const char *const names[][2] = {{"ntfs", "NTFS"}, {"fat", "FAT"}, {"exfat", "exFAT"},
		{"msr", N_("reserved (MSR)")}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], word) == 0)
			return names[i][1];
	return word;
}

static void content_text(const struct run_volume *v, char *ret, size_t cap)
{
	const struct run_bitlocker *b = v->bitlocker;
	const char *word = run_content_word(v->part.kind);

	if (b || v->part.kind == VOL_BITLOCKER)
		(void)snprintf(ret, cap, "BitLocker (%s)",
			b && b->is_unlocked ? content_name(run_inside_word(b->inside))
					    : lang_word(N_("locked")));
	else if (strcmp(word, "other") == 0 && v->part.fs_type[0])
		(void)snprintf(ret, cap, "%s", v->part.fs_type);
	else
		(void)snprintf(ret, cap, "%s", lang_word(content_name(word)));
}

static void volume_row(struct printer *p, const struct run_volume *v)
{
	const char *label = v->part.fs_label, *type = v->part.number ? v->part.type_name : "";
	char size[24], content[64], number[24] = "-", row[160];

	report_size_text(v->part.len_bytes, size);
	content_text(v, content, sizeof(content));
	if (v->part.number)
		(void)snprintf(number, sizeof(number), "%u", v->part.number);
	if (!label[0] && v->ntfs)
		label = v->ntfs->state.label;
	(void)snprintf(row, sizeof(row), "%4u %4s %10s  %-18s ", v->number, number, size, content);
	/* the label is nobody's text but the disk's */
	text_say_as_it_is(p, row, "%s%s%s%s%s", label, label[0] && type[0] ? " " : "",
		type[0] ? "(" : "", lang_word(type), type[0] ? ")" : "");
}

/* What a disk or a volume is only a part of, and what to do instead. */
static void say_member(
	struct printer *p, const char *first, bool is_disk, const struct disk_member *member)
{
	if (member->kind != MEMBER_NONE)
		text_say(p, first,
			is_disk ? "the disk is %s: it is not changed alone; %s"
				: "it is %s: it is not changed alone; %s",
			member->text, text_step(p, member->next));
}

static void volume_full(struct printer *p, const struct rs_run *run, const struct run_volume *v)
{
	volume_row(p, v);
	if (v->part.number)
		text_say_if(p, DETAIL "UUID:      ", v->part.uuid);
	if (v->part.left_over[0])
		text_say(p, MORE,
			"an old signature is there, too (%s): the file system is sound and counts",
			v->part.left_over);
	if (v->bitlocker)
		say_bitlocker(p, v->bitlocker);
	if (v->n_windows)
		say_windows(p, v);
	text_boot_volume(p, DETAIL "Start:     ", run, v, true);
	say_fault(p, DETAIL "! ", v);
	say_others(p, MORE, v);
	if (v->ntfs)
		say_ntfs(p, v);
	say_quarantines(p, v);
	say_member(p, DETAIL "! ", false, &v->member);
	if (v->passed_over[0] && v->passed_next)
		say_passed(p, DETAIL "! ", v);
	else
		text_error(p, DETAIL "! ", &v->err);
}

/* One line for a volume that was looked into, or its error. */
static void volume_brief(struct printer *p, const struct rs_run *run, const struct run_volume *v)
{
	const struct run_journal *l = v->ntfs ? &v->ntfs->journal : NULL;
	char first[48], line[1024];

	(void)snprintf(first, sizeof(first), "Volume %u: ", v->number);
	if (v->n_windows) {
		windows_line(main_of(v), line, sizeof(line));
		if (v->chosen)
			text_say(p, first, "%-s, Windows in %-s alone: %-s", v->name,
				v->chosen->root, line);
		else
			text_say(p, first, "%-s: %-s", v->name, line);
		say_fault(p, "  ! ", v);
		say_others(p, "  Also:    ", v);
	}
	text_boot_volume(p, "  Start:   ", run, v, false);
	say_member(p, first, false, &v->member);
	if (v->passed_over[0])
		say_passed(p, first, v);
	else
		text_error(p, first, &v->err);
	for (size_t i = 0; i < v->n_quarantines; i++)
		text_error(p, "  Quarantine: ", &v->quarantines[i].err);
	if (l && (l->is_pending || l->refused.code))
		say_journal(p, "  Journal: ", "           ", v);
}

static void disk_head(struct printer *p, const struct run_disk *d)
{
	static const char *const schemes[] = {
		[DISK_GPT] = ", GPT", [DISK_MBR] = ", MBR", [DISK_BARE] = ", no partition table"};
	char size[24];

	report_size_text(d->size_bytes, size);
	if (d->is_open)
		text_say(p, "", "%-s: %-s%s, %u-byte sectors%s%-s%s%-s%s", d->path, size,
			d->has_table ? schemes[d->scheme] : "", d->sector_bytes,
			d->model[0] ? ", " : "", d->model, d->serial[0] ? " (serial " : "",
			d->serial, d->serial[0] ? ")" : "");
	else
		text_say(p, "", "%-s:", d->path);
	text_say_if(p, "  ! ", d->warning);
}

/* A person has to know before anything is written; of a sound one it is told where all is. */
static void say_health(struct printer *p, const struct run_disk *d, bool is_full)
{
	static const char *const texts[] = {
#define W(bit, word, text) [bit] = N_(text),
		HEALTH_WARNINGS(W)
#undef W
	};
	const struct disk_health *h = &d->health;
	const char *first = is_full ? "  ! " : "Disk: ";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (h->warnings & 1U << i)
			text_say(p, first, "%-s warns: %s. Save what matters first.", d->path,
				texts[i]);
	if (is_full && h->is_known)
		text_say(p, "",
			"  Health: %u %% of its life used, %u %% of its spare blocks left, "
			"media errors: %llu",
			h->used_percent, h->spare_percent, (unsigned long long)h->media_errors);
	if (is_full && h->fault[0])
		text_say(p, "", "  Health: not known, %s", h->fault);
}

static void disk_full(struct printer *p, const struct rs_run *run, const struct run_disk *d)
{
	disk_head(p, d);
	say_health(p, d, true);
	say_member(p, "  ! ", true, &d->member);
	text_error(p, "  ! ", &d->err);
	if (!d->n_volumes)
		return;
	auto_free char *head = lang_new(N_("  NO PART       SIZE  CONTENT            LABEL"));
	p->put(p->user, head ? head : "");
	for (size_t i = 0; i < d->n_volumes; i++)
		volume_full(p, run, &d->volumes[i]);
}

static void disk_brief(struct printer *p, const struct rs_run *run, const struct run_disk *d)
{
	say_member(p, "Disk: ", true, &d->member);
	say_health(p, d, false);
	text_error(p, "Disk: ", &d->err);
	if (d->warning[0])
		text_say(p, "Disk: ", "%-s: %s", d->path, d->warning);
	for (size_t i = 0; i < d->n_volumes; i++)
		volume_brief(p, run, &d->volumes[i]);
}

void text_disks(struct printer *p, const struct rs_run *run, bool is_full)
{
	for (size_t i = 0; i < run->n_disks; i++) {
		if (is_full && i)
			text_blank(p);
		if (is_full)
			disk_full(p, run, &run->disks[i]);
		else
			disk_brief(p, run, &run->disks[i]);
	}
}
