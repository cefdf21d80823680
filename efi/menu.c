/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/app.h"
#include "efi/console.h"

enum { ROW_ENTRIES = 2, ROW_HELP = ROW_ENTRIES + CHOICES + 2, NOTES_SHOWN = 8, LINE_MAX = 80 };

static const char *const labels[CHOICES] = {
	[CHOICE_AUTOMATIC] = "Repair automatically",
	[CHOICE_TECHNICIAN] = "Technician's screen",
	[CHOICE_LOOK] = "Only look, change nothing",
	[CHOICE_WINDOWS] = "Start Windows now",
	[CHOICE_SETUP] = "Firmware setup",
	[CHOICE_RESTART] = "Restart",
	[CHOICE_POWER_OFF] = "Power off",
};

static void draw_entry(unsigned i, bool is_marked)
{
	char buf[LINE_MAX];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	/* a mark as well: not every serial terminal shows reverse */
	text_add(&t, "%s %u  %s ", is_marked ? " >" : "  ", i + 1, labels[i]);
	if (i == CHOICE_SETUP && !power_can_setup())
		text_add(&t, "(this firmware cannot) ");
	console_line(ROW_ENTRIES + i, is_marked, buf);
}

static void draw(const struct app *app, unsigned marked)
{
	static const char *const states[] = {"off", "on", "in setup mode"};

	console_clear();
	console_cursor(false);
	say("Unbrick %s   Secure Boot %s   settings: %s\n", UNBRICK_VERSION,
		states[app->secure_boot],
		app->is_from_stick ? "\\EFI\\unbrick\\unbrick.conf" : "built in");
	for (unsigned i = 0; i < CHOICES; i++)
		draw_entry(i, i == marked);
	console_go(ROW_HELP);
	say("Arrow keys and Enter, or a digit.\n");
	for (unsigned i = 0; i < app->notes_count && i < NOTES_SHOWN; i++)
		say("%s\n", app->notes[i]);
	if (app->notes_count > NOTES_SHOWN || app->notes_lost)
		say("and more: see the report\n");
}

/* The line below the help, where the countdown is. */
static void draw_countdown(const struct app *app, unsigned left_s)
{
	char buf[LINE_MAX];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	if (left_s)
		text_add(&t, "'%s' starts in %u s. ", labels[app->settings.mode], left_s);
	while (t.len < 60)
		text_add(&t, " ");
	console_line(ROW_HELP - 1, false, buf);
}

static bool apply_key(int key, unsigned *marked)
{
	unsigned before = *marked;

	if (key >= KEY_DIGIT + 1 && key <= KEY_DIGIT + CHOICES) {
		*marked = (unsigned)(key - KEY_DIGIT - 1);
		return true;
	}
	if (key == KEY_UP)
		*marked = (*marked + CHOICES - 1) % CHOICES;
	if (key == KEY_DOWN)
		*marked = (*marked + 1) % CHOICES;
	if (*marked != before) {
		draw_entry(before, false);
		draw_entry(*marked, true);
	}
	return key == KEY_ENTER;
}

/* @timeout_s 0 = wait until something is chosen; without a keyboard that is the settings' mode. */
static enum choice choose(struct app *app, unsigned timeout_s)
{
	unsigned marked = app->settings.mode, left_s = timeout_s;
	int key = KEY_NONE;

	draw(app, marked);
	while (left_s && key == KEY_NONE) {
		draw_countdown(app, left_s--);
		key = console_key(1000);
	}
	if (key == KEY_NONE && timeout_s)
		goto out;
	if (timeout_s)
		draw_countdown(app, 0);
	if (key == KEY_NONE)
		key = console_key(-1);
	while (key != KEY_NONE) {
		app->is_person = true;
		if (apply_key(key, &marked))
			break;
		key = console_key(-1);
	}
out:
	console_cursor(true);
	console_clear();
	return (enum choice)marked;
}

enum choice menu_show(struct app *app)
{
	app->chosen = CHOSEN_MENU;
	return choose(app, 0);
}

enum choice menu_choose(struct app *app)
{
	unsigned left_s = app->settings.timeout_s;
	int key = KEY_NONE;

	app->chosen = CHOSEN_DEFAULT;
	console_forget_keys();
	if (app->settings.menu == SETTINGS_MENU_ALWAYS) {
		enum choice c = choose(app, app->settings.timeout_s);

		app->chosen = app->is_person ? CHOSEN_MENU : CHOSEN_DEFAULT;
		return c;
	}
	for (; left_s && key == KEY_NONE; left_s--) {
		say("\r'%s' starts in %u s; any key shows the menu ", labels[app->settings.mode],
			left_s);
		key = console_key(1000);
	}
	if (app->settings.timeout_s)
		say("\n");
	if (key == KEY_NONE)
		return (enum choice)app->settings.mode;
	app->is_person = true;
	app->chosen = CHOSEN_KEY;
	return choose(app, 0);
}

bool menu_hold(struct app *app)
{
	console_forget_keys();
	if (!app->is_person && app->settings.timeout_s) {
		say("Leaving in %u s; any key holds. ", app->settings.timeout_s);
		app->is_person = console_key((int)app->settings.timeout_s * 1000) != KEY_NONE;
		say("\n");
	}
	if (!app->is_person)
		return false;
	say("Press a key to go on. ");
	bool has_key = console_key(-1) != KEY_NONE;
	say("\n");
	return has_key;
}
