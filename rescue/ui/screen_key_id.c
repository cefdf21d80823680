/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key ID for the help desk: as text, and as a QR code that a phone reads from the screen. The
 * ID alone goes on the smallest screen; with what the machine is, as a person reads it, on a larger
 * one. */
#include <string.h>

#include "ui/tui.h"

#define MOST	   64U
#define ID_LEN	   40U
#define FIRST_HALF 19U /* of an ID, up to its third dash */

static const struct rs_run *listed(const struct tui *t)
{
	return t->listed ? rs_report_run(t->listed) : NULL;
}

/* Is this the volume that is asked about, or else a locked one of the disk that is worked on? */
static bool is_meant(const struct tui *t, const struct run_disk *d, const struct run_volume *v)
{
	if (!v->bitlocker)
		return false;
	if (t->asked)
		return strcmp(v->name, t->asked->volume) == 0;
	return t->disk && strcmp(d->path, t->disk) == 0 && !v->bitlocker->is_unlocked;
}

/* A recovery key, and how its volume calls itself. */
struct key_id {
	const struct bl_protector *protector;
	const char *volume, *description;
};

static void add(struct key_id *ids, size_t *n, const struct bl_info *info, const char *volume)
{
	for (unsigned i = 0; i < info->n_protectors && *n < MOST; i++)
		if (bl_is_kind(info->protectors[i].protection, BL_P_RECOVERY))
			ids[(*n)++] =
				(struct key_id){&info->protectors[i], volume, info->description};
}

/* Of the look at the disks: it stays, while the report of the repair is written just now. */
static size_t collect(const struct tui *t, struct key_id ids[MOST])
{
	const struct rs_run *run = listed(t);
	size_t n = 0;

	for (size_t i = 0; run && i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes; k++) {
			const struct run_volume *v = &run->disks[i].volumes[k];
			if (is_meant(t, &run->disks[i], v))
				add(ids, &n, &v->bitlocker->info, v->name);
		}
	return n;
}

static void id_text(const struct bl_protector *protector, char ret[ID_LEN])
{
	bl_list_ids(protector, 1, 1, ret, ID_LEN);
}

static void add_fact(char *text, size_t cap, const char *label, const char *a, const char *b)
{
	const size_t n = strlen(text);

	if (a[0] || b[0])
		(void)snprintf(
			text + n, cap - n, "\n%s %s%s%s", label, a, a[0] && b[0] ? " " : "", b);
}

/* What a person, too, understands; a line each. */
static void describe(const struct tui *t, const struct key_id *id, char *ret, size_t cap)
{
	const struct rs_run *run = listed(t);
	const struct run_machine none = {0};
	const struct run_machine *m = run && run->has_machine ? &run->machine : &none;

	ret[0] = '\0';
	add_fact(ret, cap, lang_word(N_("Encrypted as:")), id->description, "");
	add_fact(ret, cap, lang_word(N_("Model:")), m->vendor, m->product);
	add_fact(ret, cap, lang_word(N_("Serial number:")), m->serial, "");
	rs_redact(ret); /* a disk says what it likes, and a code can be read, too */
}

/* The one with more in it first: where the screen has no room for it, it is the next one's turn. */
static void draw_codes(const char *id, const char *description, struct page *p)
{
	auto_free char *more = NULL;

	if (description[0] &&
		asprintf(&more, "%s\n%s%s", lang_word(N_("BitLocker key ID")), id, description) < 0)
		more = NULL;
	if (more)
		page_code(p, more);
	page_code(p, id);
}

void key_id_draw(const struct tui *t, struct page *p)
{
	struct key_id ids[MOST];
	const size_t n = collect(t, ids);
	char text[ID_LEN], description[1024];

	p->columns = PAGE_BESIDE;
	if (!n) {
		page_say(p, true, "This volume has no recovery key.");
		return;
	}
	const struct key_id *id = &ids[t->id_at < n ? t->id_at : 0];
	id_text(id->protector, text);
	describe(t, id, description, sizeof(description));
	draw_codes(text, description, p);
	(void)snprintf(p->large, sizeof(p->large), "%.*s", (int)PAGE_LARGE, text);
	page_say(p, false, "%-s", id->volume);
	if (n > 1)
		page_say(p, false, "Key ID %zu of %zu:", (size_t)(id - ids) + 1, n);
	else
		page_say(p, false, "Key ID:");
	page_say(p, true, "    %.*s", (int)FIRST_HALF, text);
	page_say(p, true, "    %s", strlen(text) > FIRST_HALF ? text + FIRST_HALF : "");
	for (char *rest = description, *line; (line = strsep(&rest, "\n"));)
		page_say(p, false, "%s", line);
	page_blank(p);
	page_say(p, false, "A phone reads the ID from the code, and can send it to the help desk.");
	if (n > 1)
		page_say(p, false, "Left and Right show the other ones.");
}

bool key_id_put(struct tui *t, unsigned key)
{
	struct key_id ids[MOST];
	const size_t n = collect(t, ids);

	if (key == UI_KEY_LEFT && t->id_at)
		t->id_at--;
	else if (key == UI_KEY_RIGHT && t->id_at + 1 < n)
		t->id_at++;
	return false;
}

bool key_id_is_open(const struct tui *t)
{
	struct key_id ids[MOST];
	const bool is_about_key = t->asked || t->trouble.code == RS_E_KEY_NEEDED ||
				  t->trouble.code == RS_E_KEY_REJECTED ||
				  t->trouble.code == RS_E_KEY_OTHER;

	return is_about_key && collect(t, ids);
}

enum screen_id key_id_go(struct tui *t)
{
	t->id_at = 0;
	tui_ask(t, SCREEN_KEY_ID);
	return SCREEN_STAY;
}
