/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One screen: painted, then its keys. */
#include <string.h>

#include "ui/hint.h"
#include "ui/plain.h"
#include "ui/tui.h"

#define WAIT_MS 250 /* a new size is seen, at the latest */

static const struct screen *screen_now(const struct tui *t)
{
	return &t->screens[t->now];
}

static bool is_open(const struct tui *t, const struct screen_way *w)
{
	return w->shown && (!w->is_open || w->is_open(t));
}

static void add_key(char *line, size_t cap, const char *shown, const char *label)
{
	const size_t n = strlen(line);

	(void)snprintf(
		line + n, cap - n, "%s%s %s", n ? "   " : "", lang_word(shown), lang_word(label));
}

static void next_language(char ret[LANG_CODE_LEN])
{
	lang_next(lang_code()[0] ? lang_code() : "en", ret);
}

void tui_name_language(struct tui *t)
{
	char code[LANG_CODE_LEN], name[sizeof(t->language) - 8];

	next_language(code);
	t->language[0] = '\0';
	if (strcmp(code, lang_code()[0] ? lang_code() : "en") == 0)
		return;
	lang_name(code, name, sizeof(name));
	(void)snprintf(t->language, sizeof(t->language), "%s %s", lang_word(N_("Ctrl-L")), name);
}

static void turn_language(struct tui *t)
{
	char code[LANG_CODE_LEN];

	next_language(code);
	(void)lang_choose(code); /* it was there a moment ago, or nothing changes */
	tui_name_language(t);
}

/* To the next size that is another one here. */
void tui_turn_letters(struct tui *t)
{
	static const char *const told[] = {[FONT_AUTO] = "Letters: as large as this screen wants.",
		[FONT_LARGE] = "Letters: as large as goes.",
		[FONT_NORMAL] = "Letters: as they are without Unbrick."};
	int r = 0;

	for (size_t i = 0; r == 0 && i < FONT_NORMAL; i++) {
		t->font = (t->font + 1) % (FONT_NORMAL + 1);
		r = consoles_letters(&t->consoles, t->font);
	}
	(void)snprintf(t->status, sizeof(t->status), "%s",
		r < 0	 ? "The letters of this console are not Unbrick's to choose."
		: r == 0 ? "This screen has no room for larger letters."
			 : told[t->font]);
}

void tui_turn_contrast(struct tui *t)
{
	consoles_contrast(&t->consoles, !t->consoles.is_contrast);
}

/* The line of keys: while the engine works there is only the way out. */
static void list_keys(const struct tui *t, char *line, size_t cap)
{
	const struct screen *s = screen_now(t);

	line[0] = '\0';
	for (size_t i = 0; !t->is_working && i < SCREEN_WAYS; i++)
		if (is_open(t, &s->ways[i]) && !s->ways[i].is_unlisted)
			add_key(line, cap, s->ways[i].shown, s->ways[i].label);
	if (t->is_working && t->can_stop)
		add_key(line, cap, N_("Esc"), N_("stop"));
	add_key(line, cap, N_("Ctrl-C"), N_("exit"));
}

/* While it works: what it is at, and then how far it is, now and then. */
static void tell_work(struct tui *t, const struct page *p)
{
	const unsigned tenth = progress_percent(&t->progress) / 20;

	if (strcmp(t->said, t->progress.what) != 0 || t->said_on != t->now)
		plain_say(p);
	else if (tenth != t->said_tenth)
		(void)printf("%u %%\n", progress_percent(&t->progress));
	(void)snprintf(t->said, sizeof(t->said), "%s", t->progress.what);
	t->said_on = t->now;
	t->said_tenth = tenth;
}

/* All of a screen, and what can be said to it. */
static void tell(struct tui *t, const struct page *p)
{
	const struct screen *s = screen_now(t);
	char status[2 * sizeof(t->status)];

	(void)printf("\n=== %s%s%s ===\n", lang_word(s->title), t->disk ? ": " : "",
		t->disk ? t->disk : "");
	plain_say(p);
	lang_text(t->status, status, sizeof(status));
	(void)printf("%s%s\n", status, status[0] ? "\n" : "");
	for (size_t i = 0; i < SCREEN_WAYS; i++) {
		const struct screen_way *w = &s->ways[i];
		const char *word = plain_word(w->key)[0] ? plain_word(w->key) : w->shown;
		if (is_open(t, w) && w->go && !w->is_unlisted)
			(void)printf("%s: %s\n", lang_word(word), lang_word(w->label));
	}
	if (s->put)
		(void)printf("+ -: %s\n", lang_word(N_("choose")));
	(void)printf("q: %s\n", lang_word(N_("exit")));
	t->said[0] = '\0';
}

static void paint_plain(struct tui *t)
{
	auto_page struct page p = {0};

	screen_now(t)->draw(t, &p);
	t->painted_ns = term_now_ns();
	if (t->is_working)
		tell_work(t, &p);
	else if (t->is_told)
		tell(t, &p);
	(void)fflush(stdout); /* out_finish finds what was lost */
}

void tui_paint(struct tui *t)
{
	if (t->is_plain) {
		paint_plain(t);
		return;
	}
	auto_page struct page p = {0};
	char title[2 * PAGE_COLUMNS], status[2 * sizeof(t->status)], keys[2 * PAGE_COLUMNS];

	screen_now(t)->draw(t, &p);
	page_trim(&p); /* else there seems to be more below */
	t->n_lines = p.n;
	t->has_choice = p.has_choice;
	if (p.has_choice)
		t->first = page_first(&p, t->first, consoles_room(&t->consoles));
	(void)snprintf(title, sizeof(title), "unbrick: %s", lang_word(screen_now(t)->title));
	lang_text(t->status, status, sizeof(status));
	list_keys(t, keys, sizeof(keys));
	const struct console_frame frame = {
		title, t->disk ? t->disk : "", status, keys, t->language, t->first};
	consoles_paint(&t->consoles, &frame, &p);
	t->painted_ns = term_now_ns();
}

static void scroll(struct tui *t, unsigned key)
{
	const size_t room = consoles_room(&t->consoles);
	const size_t last = t->n_lines > room ? t->n_lines - room : 0;
	const size_t by = key == UI_KEY_PAGE_UP || key == UI_KEY_PAGE_DOWN ? room - 1 : 1;

	if (key == UI_KEY_UP || key == UI_KEY_PAGE_UP)
		t->first -= t->first < by ? t->first : by;
	else if (key == UI_KEY_DOWN || key == UI_KEY_PAGE_DOWN)
		t->first += by;
	if (t->first > last)
		t->first = last;
}

static const struct screen_way *way_of(const struct tui *t, unsigned key)
{
	const struct screen *s = screen_now(t);

	for (size_t i = 0; i < SCREEN_WAYS; i++)
		if (is_open(t, &s->ways[i]) && (key == s->ways[i].key || key == s->ways[i].also))
			return &s->ways[i];
	return NULL;
}

static enum screen_id press(struct tui *t, unsigned key)
{
	const struct screen_way *way = way_of(t, key);

	t->status[0] = '\0';
	if (consoles_is_small(&t->consoles))
		return SCREEN_STAY; /* nobody sees what it would mean */
	if (key == UI_KEY_CTRL_L) {
		turn_language(t);
		return SCREEN_STAY;
	}
	if (key == UI_KEY_CTRL_T) {
		tui_turn_contrast(t);
		return SCREEN_STAY;
	}
	if (key == UI_KEY_CTRL_F) {
		tui_turn_letters(t);
		return SCREEN_STAY;
	}
	if (way && way->is_alone && !t->is_plain && !consoles_is_alone(&t->consoles, key)) {
		(void)snprintf(t->status, sizeof(t->status),
			"%s did not come alone: wait a second, then press it once more.",
			way->shown);
		return SCREEN_STAY;
	}
	if (way)
		return way->go(t);
	if (screen_now(t)->put && screen_now(t)->put(t, key))
		return SCREEN_ANSWER;
	if (!t->has_choice)
		scroll(t, key);
	return SCREEN_STAY;
}

/* Keys that are there; a screen is painted once for all of them. */
static enum screen_id press_all(struct tui *t, unsigned key)
{
	enum screen_id ret = SCREEN_STAY;

	for (; key && ret == SCREEN_STAY;
		key = ret == SCREEN_STAY ? consoles_key(&t->consoles, 0) : 0)
		ret = key == UI_KEY_LOST ? SCREEN_LEAVE : press(t, key);
	return ret;
}

/* Is the screen to be made anew, for what the first process has told? */
static bool is_due(const struct tui *t)
{
	return (t->now == SCREEN_FOUND && (t->supervisor.is_list_due || stick_is_due(t) ||
						  t->supervisor.is_result_due)) ||
	       (t->now == SCREEN_STICK && t->supervisor.is_which_due);
}

/* True: there is something to be told. */
static bool take_news(void *user)
{
	struct tui *t = user;
	const bool was_wrong = t->supervisor.error[0];

	(void)supervisor_hear(&t->supervisor, &t->consoles);
	return is_due(t) || (!was_wrong && t->supervisor.error[0]);
}

/* A line is the answer; what cannot be one is told. */
static enum screen_id wait_plain(struct tui *t)
{
	const struct term_news news = {&t->consoles.news_fd, take_news, t};
	enum screen_id to = SCREEN_STAY;
	char line[64] = "";
	unsigned times = 1;

	while (to == SCREEN_STAY) {
		t->is_told = true;
		tui_paint(t);
		t->is_told = false;
		const long n = term_read_line("> ", &news, line, sizeof(line));
		if (n == TERM_NEWS) {
			to = is_due(t) ? t->now : SCREEN_STAY; /* made anew */
			continue;
		}
		const bool is_text = n == (long)strlen(line); /* no zero in it */
		const unsigned key = n < 0     ? UI_KEY_LOST
				     : is_text ? plain_key(line, &times)
					       : UI_KEY_NONE;
		rs_wipe(line, sizeof(line)); /* somebody may have typed a key into it */
		if (term_is_cancelled() || key == UI_KEY_LOST)
			return SCREEN_LEAVE;
		const bool is_nothing = !key || (!way_of(t, key) && !screen_now(t)->put);
		for (; key && times && to == SCREEN_STAY; times--)
			to = press(t, key);
		if (to == SCREEN_STAY && is_nothing)
			(void)snprintf(t->status, sizeof(t->status),
				"That means nothing here; what can be said stands below.");
		if (to == SCREEN_STAY && screen_now(t)->idle)
			to = screen_now(t)->idle(t);
	}
	t->status[0] = '\0';
	return to;
}

enum screen_id tui_wait(struct tui *t, enum screen_id id)
{
	enum screen_id to = SCREEN_STAY;

	t->now = id;
	t->first = 0;
	if (t->is_plain)
		return wait_plain(t);
	t->shown_ns = term_now_ns();
	t->is_touched = t->wants_hint = false;
	(void)consoles_fit(&t->consoles);
	tui_paint(t);
	consoles_forget_typed(&t->consoles);
	while (to == SCREEN_STAY) {
		const unsigned key = consoles_key(&t->consoles, WAIT_MS);
		const bool has_news = supervisor_hear(&t->supervisor, &t->consoles);
		if (term_is_cancelled())
			return SCREEN_LEAVE;
		to = press_all(t, key);
		if (to == SCREEN_STAY && !key && screen_now(t)->idle)
			to = screen_now(t)->idle(t);
		const bool is_resized = consoles_fit(&t->consoles), was_hinted = t->wants_hint;
		t->is_touched = t->is_touched || key;
		t->wants_hint = hint_is_due(t->shown_ns, term_now_ns(), t->is_touched);
		if (key)
			supervisor_say_state(&t->supervisor, t->supervisor.state);
		if (to == SCREEN_STAY && t->is_asked && t->supervisor.is_enough) {
			t->answer = RS_ANSWER_NOBODY;
			to = SCREEN_ANSWER;
		}
		if (to == SCREEN_STAY && is_due(t))
			to = id; /* made anew */
		if (to == SCREEN_STAY && (key || has_news || is_resized || t->consoles.is_due ||
						 t->wants_hint != was_hinted))
			tui_paint(t);
	}
	t->status[0] = '\0';
	return to;
}

void tui_ask(struct tui *t, enum screen_id id)
{
	const enum screen_id before = t->now;
	const size_t first = t->first;
	const bool was_working = t->is_working, was_asked = t->is_asked;
	/* in the middle of work, in which nobody sits there perhaps */
	const bool is_asked = !was_asked && (was_working || t->given.say_yes);

	t->is_working = false;
	t->status[0] = '\0';
	t->answer = RS_ANSWER_CANCEL;
	t->supervisor.is_enough &= !is_asked; /* it was for another question */
	t->is_asked |= is_asked;
	if (is_asked)
		supervisor_say_state(&t->supervisor, LINK_WAITING);
	(void)tui_wait(t, id); /* what it leads to is in the answer */
	t->is_working = was_working;
	t->is_asked = was_asked;
	if (is_asked)
		supervisor_say_state(&t->supervisor, LINK_WORKING);
	t->now = before;
	t->first = first;
	tui_paint(t);
}
