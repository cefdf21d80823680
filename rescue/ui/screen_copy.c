/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's data out of the disk, onto a stick or another disk of this system. */
#include <mntent.h>
#include <string.h>

#include "ui/copy.h"
#include "ui/tui.h"

#define MOUNTS "/proc/self/mounts"

/* Where a stick is mounted, most likely. */
static void find_stick(char *ret, size_t cap)
{
	FILE *f = setmntent(MOUNTS, "re");
	struct mntent *m;

	while (f && (m = getmntent(f)))
		if ((strcmp(m->mnt_type, "vfat") == 0 || strcmp(m->mnt_type, "exfat") == 0) &&
			strncmp(m->mnt_dir, "/boot", strlen("/boot")) != 0 &&
			strncmp(m->mnt_dir, "/efi", strlen("/efi")) != 0)
			(void)snprintf(ret, cap, "%s", m->mnt_dir);
	if (f)
		(void)endmntent(f); /* only read */
}

static bool on_progress(void *user, uint64_t done, uint64_t total)
{
	return tui_events.progress(user, "copy", done, total);
}

static void carry_out(struct tui *t, const char *from)
{
	struct copy *c = t->copy;

	*c = (struct copy){.tree = browse_tree(t),
		.from = from,
		.to = t->path,
		.piece_bytes = copy_piece_of(t->path),
		.progress = on_progress,
		.user = t};
	tui_begin(t, true);
	(void)copy_run(c, &t->trouble); /* what was wrong stands on the screen that follows */
	tui_end(t);
}

enum screen_id copy_go(struct tui *t)
{
	auto_free char *from = browse_chosen(t);
	struct copy c = {0};

	if (!from)
		return SCREEN_STAY;
	if (!t->path[0] || t->path[0] != '/')
		t->path[0] = '\0';
	if (!t->path[0])
		find_stick(t->path, sizeof(t->path));
	if (!path_ask(t, "Copy it into which folder (of a stick, of another disk)?"))
		return SCREEN_STAY;
	t->copy = &c;
	carry_out(t, from);
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
		page_say(p, true, "%s: %s%s%s.", e->object, rs_err_info(e->code)->text,
			e->detail[0] ? ": " : "", e->detail);
		page_say(p, true, "What helps: %s.", rs_err_next(e));
		page_blank(p);
	}
	page_say(p, true, "%llu of %llu files were copied to %s, %llu MiB.",
		(unsigned long long)c->files, (unsigned long long)c->all_files, c->to,
		(unsigned long long)(c->bytes >> 20));
	if (c->cut)
		page_say(p, false,
			"%llu of them are larger than FAT takes: they are in pieces, NAME.001, "
			"NAME.002 and so on. In Windows copy /b NAME.001+NAME.002 NAME puts one "
			"together.",
			(unsigned long long)c->cut);
	page_say(p, c->n_failed > 0, "%llu could not be read, or not wholly.",
		(unsigned long long)c->n_failed);
	for (size_t i = 0; i < c->failed.n; i++)
		page_put(p, c->failed.lines[i].text);
}
