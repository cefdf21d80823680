/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking into a disk: its volumes, folders, and files as text or hex. Only reads. */
#include <string.h>

#include "ui/tui.h"
#include "ui/view.h"

#define MOST_ENTRIES 50000U /* of a folder */
#define AROUND	     200U   /* entries that are drawn before and behind the chosen one */

struct entry {
	char *name;
	struct rs_node node; /* its pointers are the engine's, and not kept */
};

struct browse {
	struct rs_tree *tree; /* NULL: among the volumes */
	const struct run_disk *disk;
	char *path; /* of the folder, "" the root */
	struct entry *entries;
	size_t n, chosen;
	bool is_cut, no_memory;
	struct rs_err err;
	/* the file that is looked at */
	char *file;
	uint64_t ref, size_bytes;
	struct view view;
};

static void forget_entries(struct browse *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->entries[i].name);
	free(b->entries);
	b->entries = NULL;
	b->n = b->chosen = 0;
	b->is_cut = b->no_memory = false;
	b->err = (struct rs_err){0};
}

void browse_close(struct tui *t)
{
	struct browse *b = t->browse;

	if (!b)
		return;
	forget_entries(b);
	rs_tree_close(b->tree);
	rs_wipe(&b->view, sizeof(b->view));
	free(b->path);
	free(b->file);
	free(b);
	t->browse = NULL;
}

/* ---- volumes ---- */

static bool can_open(const struct run_volume *v)
{
	return v->part.kind == VOL_NTFS || v->part.kind == VOL_BITLOCKER;
}

static const struct run_volume *volume_at(const struct run_disk *d, size_t i)
{
	for (size_t k = 0; k < d->n_volumes; k++)
		if (can_open(&d->volumes[k]) && i-- == 0)
			return &d->volumes[k];
	return NULL;
}

static size_t count_volumes(const struct run_disk *d)
{
	size_t n = 0;

	while (volume_at(d, n))
		n++;
	return n;
}

/* ---- a folder ---- */

static bool take_entry(void *user, const struct rs_node *n)
{
	struct browse *b = user;
	struct entry *more =
		b->n < MOST_ENTRIES ? reallocarray(b->entries, b->n + 1, sizeof(*more)) : NULL;

	b->is_cut = b->n == MOST_ENTRIES;
	b->no_memory = !more && !b->is_cut;
	if (!more)
		return false;
	b->entries = more;
	more[b->n] = (struct entry){strdup(n->name), *n};
	more[b->n].node.name = more[b->n].node.path = NULL;
	b->no_memory = !more[b->n].name;
	b->n += !b->no_memory;
	return !b->no_memory;
}

/* Folders first, then by name. */
static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->node.is_dir != y->node.is_dir)
		return x->node.is_dir ? -1 : 1;
	return strcasecmp(x->name, y->name);
}

/* Into a folder; @path_take is the browser's from now on. */
static void enter_take(struct browse *b, char *path_take)
{
	free(b->path);
	b->path = path_take;
	forget_entries(b);
	if (!b->path) {
		(void)rs_fail(&b->err, RS_E_MEMORY, "folder");
		return;
	}
	const int r = rs_tree_list(b->tree, b->path, take_entry, b, &b->err);
	if (r == 0 && b->no_memory)
		(void)rs_fail(&b->err, RS_E_MEMORY, "folder");
	if (b->n)
		qsort(b->entries, b->n, sizeof(*b->entries), compare);
}

static char *path_below(const struct browse *b, const char *name)
{
	char *ret;

	return asprintf(&ret, "%s\\%s", b->path, name) < 0 ? NULL : ret;
}

/* Out of a folder, to the entry that it is in the one above. */
static void leave_folder(struct browse *b)
{
	char *slash = strrchr(b->path, '\\');
	auto_free char *name = strdup(slash ? slash + 1 : "");
	char *above = slash ? strndup(b->path, (size_t)(slash - b->path)) : NULL;

	if (!slash)
		return;
	enter_take(b, above);
	for (size_t i = 0; name && i < b->n; i++)
		if (strcmp(b->entries[i].name, name) == 0)
			b->chosen = i;
}

/* ---- where it begins and ends ---- */

static enum screen_id open_volume(struct tui *t, const struct run_volume *v)
{
	struct browse *b = t->browse;

	tui_choose_volume(t, b->disk, v);
	if (tui_open_tree(t, &b->tree) < 0) {
		browse_close(t);
		return tui_failed(t, SCREEN_FOUND);
	}
	enter_take(b, strdup(""));
	return SCREEN_BROWSE;
}

enum screen_id browse_go(struct tui *t)
{
	const enum screen_id to = found_next(t); /* the same disk, and what lies beside it */
	const struct run_disk *d = found_disk(t);

	if (to == SCREEN_STAY || !d)
		return SCREEN_STAY;
	t->browse = calloc(1, sizeof(*t->browse));
	if (!t->browse)
		return SCREEN_STAY;
	t->browse->disk = d;
	return count_volumes(d) == 1 ? open_volume(t, volume_at(d, 0)) : SCREEN_BROWSE;
}

enum screen_id browse_back(struct tui *t)
{
	struct browse *b = t->browse;

	if (b->tree && b->path && b->path[0]) {
		leave_folder(b);
		return SCREEN_BROWSE;
	}
	browse_close(t);
	return SCREEN_FOUND;
}

struct rs_tree *browse_tree(const struct tui *t)
{
	return t->browse ? t->browse->tree : NULL;
}

bool copy_is_open(const struct tui *t)
{
	return browse_tree(t) && t->browse->chosen < t->browse->n;
}

char *browse_chosen(const struct tui *t)
{
	const struct browse *b = t->browse;

	return copy_is_open(t) ? path_below(b, b->entries[b->chosen].name) : NULL;
}

bool name_is_open(const struct tui *t)
{
	return copy_is_open(t) && !t->browse->entries[t->browse->chosen].node.is_dir;
}

/* By findings, plan and guards, like any other that is doubtful. */
enum screen_id name_go(struct tui *t)
{
	auto_free char *path = browse_chosen(t);

	if (!path || rs_name_file(t->ui->session, path, NULL) < 0)
		return SCREEN_STAY;
	browse_close(t);
	return SCREEN_FINDINGS;
}

/* ---- the list ---- */

static void draw_entry(const struct browse *b, size_t i, struct page *p)
{
	const struct rs_node *n = &b->entries[i].node;
	const char *mark = i == b->chosen ? ">" : " ";
	char time[RS_TIME_LEN], letters[8], size[24] = "";
	auto_free char *line = NULL;

	if (i == b->chosen) {
		p->has_choice = true;
		p->choice = p->n;
	}
	rs_filetime_text(n->modified, time);
	rs_attribute_letters(n, '-', letters);
	if (!n->is_dir)
		(void)snprintf(size, sizeof(size), "%llu", (unsigned long long)n->size_bytes);
	if (asprintf(&line, "%s %-10.10s %s %12s  %s%s", mark, time, letters, size,
		    b->entries[i].name, n->is_dir ? "\\" : "") < 0)
		line = NULL;
	if (line)
		page_quote(p, i == b->chosen, line);
}

static void draw_folder(const struct browse *b, struct page *p)
{
	const size_t first = b->chosen > AROUND ? b->chosen - AROUND : 0;

	page_quote(p, true, b->path[0] ? b->path : "\\");
	if (b->err.code)
		page_say(p, true, "%s: %s; %s.", rs_err_info(b->err.code)->text, b->err.detail,
			rs_err_next(&b->err));
	if (!b->n && !b->err.code)
		page_say(p, false, "(empty)");
	for (size_t i = first; i < b->n && i < b->chosen + AROUND; i++)
		draw_entry(b, i, p);
	if (b->is_cut)
		page_say(p, false, "(only the first %u are shown)", MOST_ENTRIES);
}

static void draw_volumes(const struct browse *b, struct page *p)
{
	const struct run_volume *v;

	page_say(p, true, "Which volume?");
	if (!count_volumes(b->disk))
		page_say(p, false, "None of this disk can be looked into.");
	for (size_t i = 0; (v = volume_at(b->disk, i)); i++)
		page_say(p, i == b->chosen, "%s volume %u, %s%s, %llu MiB %-s",
			i == b->chosen ? ">" : " ", v->number,
			v->part.kind == VOL_BITLOCKER ? "BitLocker" : "NTFS",
			v->n_windows ? ", Windows" : "",
			(unsigned long long)(v->part.len_bytes >> 20), v->part.fs_label);
}

void browse_draw(const struct tui *t, struct page *p)
{
	const struct browse *b = t->browse;

	if (!b)
		return;
	if (t->is_working)
		tui_say_progress(t, p);
	else if (b->tree)
		draw_folder(b, p);
	else
		draw_volumes(b, p);
}

bool browse_put(struct tui *t, unsigned key)
{
	struct browse *b = t->browse;
	const size_t n = b->tree ? b->n : count_volumes(b->disk);
	const size_t page = consoles_room(&t->consoles) - 1;

	switch (key) {
	case UI_KEY_UP:
	case UI_KEY_LEFT:
		b->chosen -= b->chosen > 0;
		break;
	case UI_KEY_DOWN:
	case UI_KEY_RIGHT:
		b->chosen++;
		break;
	case UI_KEY_PAGE_UP:
		b->chosen -= b->chosen < page ? b->chosen : page;
		break;
	case UI_KEY_PAGE_DOWN:
		b->chosen += page;
		break;
	case UI_KEY_HOME:
		b->chosen = 0;
		break;
	case UI_KEY_END:
		b->chosen = n;
		break;
	default:
		return false;
	}
	if (b->chosen >= n)
		b->chosen = n ? n - 1 : 0;
	return false;
}

/* ---- a file ---- */

static void read_piece(struct browse *b, uint64_t off)
{
	struct view *v = &b->view;
	const uint64_t begin = off < VIEW_AROUND ? 0 : off - VIEW_AROUND;

	v->off_bytes = off;
	v->from = (size_t)(off - begin);
	v->len = 0;
	b->err = (struct rs_err){0};
	while (v->len < sizeof(v->bytes)) {
		size_t n = 0;
		if (rs_tree_read(b->tree, b->ref, begin + v->len, v->bytes + v->len,
			    sizeof(v->bytes) - v->len, &n, &b->err) < 0 ||
			!n)
			break;
		v->len += n;
	}
	if (v->from > v->len)
		v->from = v->len;
	v->to = v->len - v->from > VIEW_BYTES ? v->from + VIEW_BYTES : v->len;
}

static enum screen_id open_file(struct browse *b, const struct entry *e)
{
	free(b->file);
	b->file = path_below(b, e->name);
	b->ref = e->node.ref;
	b->size_bytes = e->node.size_bytes;
	read_piece(b, 0);
	b->view.is_hex = !view_is_text(b->view.bytes, b->view.to, &b->view.is_utf16);
	return b->file ? SCREEN_VIEW : SCREEN_STAY;
}

enum screen_id browse_next(struct tui *t)
{
	struct browse *b = t->browse;

	if (!b->tree) {
		const struct run_volume *v = volume_at(b->disk, b->chosen);
		return v ? open_volume(t, v) : SCREEN_STAY;
	}
	if (b->chosen >= b->n)
		return SCREEN_STAY;
	const struct entry *e = &b->entries[b->chosen];
	if (!e->node.is_dir)
		return open_file(b, e);
	if (e->node.is_reparse) { /* it leads elsewhere, and is not followed */
		(void)snprintf(t->status, sizeof(t->status), "A link: it is not followed.");
		return SCREEN_STAY;
	}
	enter_take(b, path_below(b, e->name));
	return SCREEN_BROWSE;
}

void view_file_draw(const struct tui *t, struct page *p)
{
	const struct browse *b = t->browse;
	const struct view *v = &b->view;

	page_quote(p, true, b->file);
	page_say(p, false, "%llu bytes; here from %llu on, as %s",
		(unsigned long long)b->size_bytes, (unsigned long long)v->off_bytes,
		v->is_hex ? "hex" : "text");
	if (b->err.code)
		page_say(p, true, "%s: %s; %s.", rs_err_info(b->err.code)->text, b->err.detail,
			rs_err_next(&b->err));
	page_blank(p);
	view_draw(v, p);
}

bool view_file_put(struct tui *t, unsigned key)
{
	struct browse *b = t->browse;
	const uint64_t off = b->view.off_bytes;

	if (key == UI_KEY_LEFT && off)
		read_piece(b, off - VIEW_BYTES);
	else if (key == UI_KEY_RIGHT && off + VIEW_BYTES < b->size_bytes)
		read_piece(b, off + VIEW_BYTES);
	else
		return false;
	t->first = 0;
	return false;
}

enum screen_id view_file_turn(struct tui *t)
{
	t->browse->view.is_hex = !t->browse->view.is_hex;
	t->first = 0;
	return SCREEN_STAY;
}

enum screen_id view_file_back(struct tui *t)
{
	rs_wipe(&t->browse->view, sizeof(t->browse->view));
	return SCREEN_BROWSE;
}
