/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's data out of the disk: onto a stick, which is mounted for as long as it takes, or into
 * a folder of this system. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/by_keys.h"
#include "ui/copy.h"
#include "ui/tui.h"

/* ---- where to ---- */

/* A stick's volume, and the kernel's name for it. */
struct stick {
	const struct run_disk *disk;
	const struct run_volume *volume;
	char device[64];
};

/* Other Windows start from it, or sleep and have its volumes open. */
static bool is_of_windows(const struct run_disk *d)
{
	for (size_t i = 0; i < d->n_volumes; i++)
		if (d->volumes[i].n_windows || d->volumes[i].part.kind == VOL_BITLOCKER)
			return true;
	return false;
}

/* What the firmware starts from, and a part of a set, is nobody's place for files. */
static bool is_for_files(const struct run_disk *d, const struct run_volume *v)
{
	return strcmp(v->part.type_name, "EFI system") != 0 && d->member.kind == MEMBER_NONE &&
	       v->member.kind == MEMBER_NONE && !v->part.member_of[0];
}

/* As FAT and exFAT are; of the disk that is looked into there is none. */
static bool could_be_stick(
	const struct tui *t, const struct run_disk *d, const struct run_volume *v)
{
	return (v->part.kind == VOL_FAT || v->part.kind == VOL_EXFAT) &&
	       strncmp(d->path, "/dev/", strlen("/dev/")) == 0 &&
	       (!t->disk || strcmp(d->path, t->disk) != 0) && !is_of_windows(d) &&
	       is_for_files(d, v);
}

static bool is_plugged_in(const struct run_disk *d)
{
	return rs_stick_is_one(RS_STICK_SYS, d->path);
}

/* "/dev/sdb1", "/dev/nvme0n1p1"; "/dev/sdb" without a table (Linux: Documentation, devices). */
static void name_device(const struct run_disk *d, const struct run_volume *v, char *ret, size_t cap)
{
	const char last = d->path[strlen(d->path) - 1];
	const bool has_digit = last >= '0' && last <= '9';

	if (v->part.number)
		(void)snprintf(ret, cap, "%s%s%u", d->path, has_digit ? "p" : "", v->part.number);
	else
		(void)snprintf(ret, cap, "%s", d->path);
}

/* @is_plugged false: of those that are built in, and not offered. */
static bool volume_at(const struct tui *t, bool is_plugged, size_t i, struct stick *ret)
{
	const struct rs_run *run = t->listed ? rs_report_run(t->listed) : NULL;

	for (size_t d = 0; run && d < run->n_disks; d++)
		for (size_t k = 0; k < run->disks[d].n_volumes; k++) {
			ret->disk = &run->disks[d];
			ret->volume = &run->disks[d].volumes[k];
			if (!could_be_stick(t, ret->disk, ret->volume) ||
				is_plugged_in(ret->disk) != is_plugged || i-- != 0)
				continue;
			name_device(&run->disks[d], ret->volume, ret->device, sizeof(ret->device));
			return true;
		}
	return false;
}

static bool stick_at(const struct tui *t, size_t i, struct stick *ret)
{
	return volume_at(t, true, i, ret);
}

static size_t count_sticks(const struct tui *t)
{
	struct stick stick;
	size_t n = 0;

	while (stick_at(t, n, &stick))
		n++;
	return n;
}

/* The rescue system has no folder that lasts. */
static bool has_folders(const struct tui *t)
{
	return !t->supervisor.is_there;
}

void where_draw(const struct tui *t, struct page *p)
{
	struct stick s;
	size_t i;

	page_say(p, true, "Copy it where?");
	page_blank(p);
	for (i = 0; stick_at(t, i, &s); i++)
		page_say(p, i == t->where, "%s %-s, %s, %llu MiB %-s", i == t->where ? ">" : " ",
			s.device, s.volume->part.kind == VOL_FAT ? "FAT" : "exFAT",
			(unsigned long long)(s.volume->part.len_bytes >> 20),
			s.volume->part.fs_label);
	if (has_folders(t))
		page_say(p, i == t->where, "%s a folder of this system", i == t->where ? ">" : " ");
	else if (!i)
		page_say(p, false,
			"There is no stick with FAT or exFAT. Plug one in, go back to the disks, "
			"and come here again.");
	for (i = 0; volume_at(t, false, i, &s); i++)
		page_say(p, false, "%-s is not offered: its disk is built in.", s.device);
	page_blank(p);
	page_say(p, false, "%s", t->is_plain ? N_("+ and - choose.") : "Up and Down choose.");
}

bool where_put(struct tui *t, unsigned key)
{
	const size_t n = count_sticks(t) + has_folders(t);

	if ((key == UI_KEY_UP || key == UI_KEY_LEFT) && t->where)
		t->where--;
	else if ((key == UI_KEY_DOWN || key == UI_KEY_RIGHT) && t->where + 1 < n)
		t->where++;
	return false;
}

enum screen_id where_next(struct tui *t)
{
	t->answer = RS_ANSWER_YES;
	return SCREEN_ANSWER;
}

/* ---- a stick ---- */

struct mounted {
	char point[32], folder[80];
};

static int cannot(const char *name, int cause, struct rs_err *err)
{
	int r = rs_fail_on(err, RS_E_OUTPUT, name, "%s", strerror(cause));

	err->next = "try another stick, with FAT or exFAT on it";
	return r;
}

static int mount_stick(const struct stick *s, struct mounted *m, struct rs_err *err)
{
	const bool is_fat = s->volume->part.kind == VOL_FAT;
	char time[RS_TIME_LEN], source[32];
	auto_close int fd = -1;
	const int r = rs_stick_open(s->device, s->disk, s->volume, &fd, err);

	if (r < 0)
		return r;
	(void)snprintf(source, sizeof(source), RS_STICK_FD, fd);
	(void)snprintf(m->point, sizeof(m->point), "/run/unbrick-stick.XXXXXX");
	if (!mkdtemp(m->point))
		return cannot(m->point, errno, err);
	if (mount(source, m->point, is_fat ? "vfat" : "exfat",
		    MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME,
		    is_fat ? "utf8,fmask=0177,dmask=0077"
			   : "iocharset=utf8,fmask=0177,dmask=0077") < 0) {
		const int cause = errno;
		(void)rmdir(m->point); /* empty */
		return cannot(s->device, cause, err);
	}
	rs_filetime_name(rs_filetime_now(), time);
	(void)snprintf(m->folder, sizeof(m->folder), "%s/copy-%s", m->point, time);
	if (mkdir(m->folder, 0700) == 0)
		return 0;
	const int cause = errno;
	(void)umount2(m->point, 0); /* nothing was written */
	(void)rmdir(m->point);
	return cannot(s->device, cause, err);
}

/* What is not on it when it is taken off was lost. */
static int unmount_stick(const struct stick *s, const struct mounted *m, struct rs_err *err)
{
	const int r = umount2(m->point, 0) < 0 ? cannot(s->device, errno, err) : 0;

	(void)rmdir(m->point); /* empty, where it is mounted no more */
	return r;
}

/* ---- the copy ---- */

static bool on_progress(void *user, uint64_t done, uint64_t total)
{
	return tui_events.progress(user, "copy", done, total);
}

static int copy_to(struct tui *t, const char *to)
{
	struct copy *c = t->copy;

	c->tree = browse_tree(t);
	c->what = browse_chosen(t, &c->folder);
	c->to = to;
	c->piece_bytes = copy_piece_of(to);
	c->sync_bytes = COPY_SYNC;
	c->progress = on_progress;
	c->user = t;
	tui_begin(t, true);
	const int r = copy_run(c, &t->trouble); /* stands on the screen that follows */
	tui_end(t);
	return r;
}

static void copy_to_stick(struct tui *t, const struct stick *s)
{
	struct mounted m = {0};
	struct rs_err err = {0};

	t->trouble = (struct rs_err){0};
	(void)snprintf(t->path, sizeof(t->path), "%s", s->device);
	if (mount_stick(s, &m, &t->trouble) < 0)
		return;
	const int r = copy_to(t, m.folder);
	if (unmount_stick(s, &m, &err) < 0 && r == 0)
		t->trouble = err;
	(void)snprintf(t->path, sizeof(t->path), "%s, %s", s->device, strrchr(m.folder, '/') + 1);
}

enum screen_id copy_go(struct tui *t)
{
	struct copy c = {0};

	if (!copy_is_open(t))
		return SCREEN_STAY;
	t->where = 0;
	if (count_sticks(t) || !has_folders(t)) {
		tui_ask(t, SCREEN_WHERE);
		if (t->answer != RS_ANSWER_YES)
			return SCREEN_STAY;
	}
	struct stick stick;
	const bool is_to_stick = stick_at(t, t->where, &stick);
	if (!is_to_stick &&
		(!has_folders(t) ||
			!path_ask(t, "Copy it into which folder (of a stick, of another disk)?")))
		return SCREEN_STAY;
	t->copy = &c;
	if (is_to_stick)
		copy_to_stick(t, &stick);
	else
		(void)copy_to(t, t->path);
	if (!term_is_cancelled())
		tui_ask(t, SCREEN_COPIED);
	t->copy = NULL;
	copy_done(&c);
	return SCREEN_STAY;
}

void copied_draw(const struct tui *t, struct page *p)
{
	const struct copy *c = t->copy;
	const struct rs_err *e = &t->trouble;

	if (e->code) {
		say_error(e, true, p);
		page_say(p, true, "What helps: %s.", by_keys_of(e, t->is_plain));
		page_blank(p);
	}
	page_say(p, true, "%llu of %llu files were copied to %-s, %llu MiB.",
		(unsigned long long)c->files, (unsigned long long)c->all_files, t->path,
		(unsigned long long)(c->bytes >> 20));
	if (c->cut)
		page_say(p, false,
			"%llu of them are larger than FAT takes: they are in pieces, NAME.001, "
			"NAME.002 and so on. In Windows copy /b NAME.001+NAME.002 NAME puts one "
			"together.",
			(unsigned long long)c->cut);
	if (c->n_failed)
		page_say(p, true, "%llu could not be read, or not wholly.",
			(unsigned long long)c->n_failed);
	for (size_t i = 0; i < c->failed.n; i++)
		page_put(p, c->failed.lines[i].text);
}
