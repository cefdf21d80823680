/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking into a disk: its volumes, folders, and files as text or hex. Only reads. */
#include <string.h>

#include "ui/folder.h"
#include "ui/tui.h"
#include "ui/view.h"

#define MOST_ENTRIES 50000U /* of a folder */
#define AROUND	     200U   /* entries that are drawn before and behind the chosen one */

/* A folder on the way to the one that is shown, by what it is and not by its name. */
struct place {
	uint64_t ref;
	size_t path_len;
};

struct browse {
	struct rs_tree *tree; /* NULL: among the volumes */
	const struct run_disk *disk;
	char *path;	   /* of the folder, for people; "" the root */
	struct place *way; /* from the root to the folder */
	size_t n_way;
	struct folder here;
	size_t chosen;
	struct rs_err err;
	/* the file that is looked at */
	char *file;
	uint64_t ref, size_bytes;
	struct view view;
};

void browse_close(struct tui *t)
{
	struct browse *b = t->browse;

	if (!b)
		return;
	folder_done(&b->here);
	rs_tree_close(b->tree);
	rs_wipe(&b->view, sizeof(b->view));
	free(b->path);
	free(b->way);
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

/* Folders first, then by name. */
static int compare(const void *a, const void *b)
{
	const struct folder_entry *x = a, *y = b;
	const int by_letters = strcasecmp(x->name, y->name);

	if (x->node.is_dir != y->node.is_dir)
		return x->node.is_dir ? -1 : 1;
	return by_letters ? by_letters : strcmp(x->name, y->name);
}

/* The last folder of the way. */
static void show_folder(struct browse *b)
{
	folder_done(&b->here);
	b->chosen = 0;
	b->err = (struct rs_err){0};
	(void)folder_read(
		b->tree, b->way[b->n_way - 1].ref, MOST_ENTRIES, &b->here, &b->err); /* shown */
	if (b->here.n)
		qsort(b->here.entries, b->here.n, sizeof(*b->here.entries), compare);
}

/* Into a folder; @path_take is the browser's from now on. Without memory it stays where it is. */
static bool enter_take(struct browse *b, uint64_t ref, char *path_take)
{
	struct place *more = path_take ? reallocarray(b->way, b->n_way + 1, sizeof(*more)) : NULL;

	if (!more) {
		free(path_take);
		return false;
	}
	free(b->path);
	b->path = path_take;
	b->way = more;
	more[b->n_way++] = (struct place){ref, strlen(path_take)};
	show_folder(b);
	return true;
}

/* Out of a folder, to the entry that it is in the one above. */
static void leave_folder(struct browse *b)
{
	const uint64_t left = b->way[--b->n_way].ref;

	b->path[b->way[b->n_way - 1].path_len] = '\0';
	show_folder(b);
	for (size_t i = 0; i < b->here.n; i++)
		if (b->here.entries[i].node.ref == left)
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
	if (enter_take(b, 0, strdup("")))
		return SCREEN_BROWSE;
	browse_close(t);
	return SCREEN_FOUND;
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

/* A volume that could not be opened is tried again: it is closed then, and chosen anew. */
enum screen_id browse_enter(struct tui *t)
{
	const enum screen_id to = t->browse ? SCREEN_BROWSE : browse_go(t);

	return to == SCREEN_STAY ? SCREEN_FOUND : to;
}

enum screen_id browse_back(struct tui *t)
{
	struct browse *b = t->browse;

	if (b->n_way > 1) {
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
	return browse_tree(t) && t->browse->chosen < t->browse->here.n;
}

const struct folder_entry *browse_chosen(const struct tui *t, const char **ret_folder)
{
	const struct browse *b = t->browse;

	if (!copy_is_open(t))
		return NULL;
	*ret_folder = b->path;
	return &b->here.entries[b->chosen];
}

bool name_is_open(const struct tui *t)
{
	return copy_is_open(t) && !t->browse->here.entries[t->browse->chosen].node.is_dir;
}

/* Findings and plan begin with a path. */
static bool leads_to(struct rs_tree *tree, const char *path, uint64_t ref)
{
	struct rs_node n;

	return rs_tree_stat(tree, path, &n, NULL) == 0 && n.ref == ref;
}

/* By findings, plan and guards, like any other that is doubtful. */
enum screen_id name_go(struct tui *t)
{
	const char *folder;
	const struct folder_entry *e = browse_chosen(t, &folder);
	auto_free char *path = e ? folder_path(folder, e->name) : NULL;

	if (!path)
		return SCREEN_STAY;
	if (!leads_to(t->browse->tree, path, e->node.ref)) {
		(void)snprintf(t->status, sizeof(t->status),
			"Its path leads to another file: not moved. Rename it in Windows.");
		return SCREEN_STAY;
	}
	(void)rs_name_file(t->ui->session, NULL, 0, NULL); /* none needs no memory */
	if (rs_name_file(t->ui->session, path, e->node.ref, NULL) < 0)
		return SCREEN_STAY;
	browse_close(t);
	return SCREEN_FINDINGS;
}

/* ---- the list ---- */

static void draw_entry(const struct browse *b, size_t i, struct page *p)
{
	const struct rs_node *n = &b->here.entries[i].node;
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
		    b->here.entries[i].name, n->is_dir ? "\\" : "") < 0)
		line = NULL;
	if (line)
		page_quote(p, i == b->chosen, line);
}

static void say_unreadable(const struct browse *b, struct page *p)
{
	if (b->err.code)
		page_say(p, true, "%s: %s; %s.", rs_err_info(b->err.code)->text, b->err.detail,
			rs_err_next(&b->err));
}

static void draw_folder(const struct browse *b, struct page *p)
{
	const size_t first = b->chosen > AROUND ? b->chosen - AROUND : 0;

	page_quote(p, true, b->path[0] ? b->path : "\\");
	say_unreadable(b, p);
	if (!b->here.n && !b->err.code)
		page_say(p, false, "(empty)");
	for (size_t i = first; i < b->here.n && i < b->chosen + AROUND; i++)
		draw_entry(b, i, p);
	if (b->here.is_cut)
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
	const size_t n = b->tree ? b->here.n : count_volumes(b->disk);
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

static enum screen_id open_file(struct browse *b, const struct folder_entry *e)
{
	free(b->file);
	b->file = folder_path(b->path, e->name);
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
	if (b->chosen >= b->here.n)
		return SCREEN_STAY;
	const struct folder_entry *e = &b->here.entries[b->chosen];
	if (!e->node.is_dir)
		return open_file(b, e);
	if (e->node.is_reparse) { /* it leads elsewhere, and is not followed */
		(void)snprintf(t->status, sizeof(t->status), "A link: it is not followed.");
		return SCREEN_STAY;
	}
	return enter_take(b, e->node.ref, folder_path(b->path, e->name)) ? SCREEN_BROWSE
									 : SCREEN_STAY;
}

void view_file_draw(const struct tui *t, struct page *p)
{
	const struct browse *b = t->browse;
	const struct view *v = &b->view;

	page_quote(p, true, b->file);
	page_say(p, false, "%llu bytes; here from %llu on, as %s",
		(unsigned long long)b->size_bytes, (unsigned long long)v->off_bytes,
		v->is_hex ? "hex" : "text");
	say_unreadable(b, p);
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
