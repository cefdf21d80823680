/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui: the technician's screen. The table of screens, and the way from one to the next. */
#include <string.h>

#include "ui/battery.h"
#include "ui/letters.h"
#include "ui/tui.h"

#define WAY(key, shown, label, open, go)                                                           \
	{                                                                                          \
		key, 0, shown, label, open, go, false, false                                       \
	}
/* A key of a screen on which a scanner may send anything. */
#define ALONE(key, shown, label, open, go)                                                         \
	{                                                                                          \
		key, 0, shown, label, open, go, true, false                                        \
	}
/* The same, and what it does stands on the page. */
#define TOLD(key, shown, open, go)                                                                 \
	{                                                                                          \
		key, 0, shown, "", open, go, true, true                                            \
	}
/* What confirms is a key that no scanner of barcodes sends (docs/decisions.md), and comes alone. */
#define CONFIRM(label, open, go)                                                                   \
	{                                                                                          \
		UI_KEY_F12, UI_KEY_CTRL_Y, "F12", label, open, go, true, false                     \
	}
#define SHOW_ID	     ALONE(UI_KEY_CTRL_K, "Ctrl-K", "ID as QR code", key_id_is_open, key_id_go)
#define USE_STICK    TOLD(UI_KEY_CTRL_U, "Ctrl-U", sticks_are_open, sticks_go)
#define SHOW_ID_TOLD TOLD(UI_KEY_CTRL_K, "Ctrl-K", key_id_is_open, key_id_go)
#define FINISH_TOLD  TOLD('r', "r", finish_is_open, finish_go)
#define DROP_TOLD    TOLD('h', "h", drop_is_open, drop_go)
#define DETAILS	     WAY('d', "d", "details", details_is_open, details_go)
#define SAVE	     WAY('s', "s", "save", save_is_open, save_go)
#define LOG	     WAY('g', "g", "log", log_is_open, log_go)
#define RESULT_TOLD  TOLD('c', "c", result_is_open, result_go)
#define SAFE_MODE    TOLD('f', "f", safemode_is_open, safemode_go)
#define OTHERS	     WAY('o', "o", "other", actions_is_open, actions_visit)
#define IN_THE_WAY   WAY('w', "w", "in the way", hindrances_is_open, hindrances_go)

const struct screen tui_screens[SCREENS] = {
	[SCREEN_FOUND] = {"disks and Windows", found_enter, found_draw, found_put,
		.ways = {WAY(UI_KEY_ENTER, "Enter", "work on the disk", found_is_open, found_next),
			WAY('l', "l", "look", found_is_open, browse_go),
			TOLD('t', "t", stick_is_open, stick_go),
			TOLD('c', "c", code_is_open, code_go), SAFE_MODE, IN_THE_WAY, OTHERS}},
	[SCREEN_UNLOCK] = {"recovery key", NULL, unlock_draw, unlock_put,
		.ways = {SHOW_ID,
			ALONE(UI_KEY_CTRL_P, "Ctrl-P", "passphrase", passphrase_is_open,
				passphrase_go),
			WAY(UI_KEY_ESC, "Esc", "without a key", NULL, unlock_back), USE_STICK},
		.idle = sticks_idle},
	[SCREEN_PASSPHRASE] = {"passphrase", NULL, passphrase_draw, passphrase_key,
		.ways = {WAY(UI_KEY_ESC, "Esc", "back", NULL, passphrase_back), USE_STICK},
		.idle = sticks_idle},
	[SCREEN_ACCOUNT] = {"account", NULL, account_draw, passphrase_key,
		.ways = {WAY(UI_KEY_ESC, "Esc", "without it", NULL, account_back)}},
	[SCREEN_FINDINGS] = {"findings", findings_enter, findings_draw, NULL,
		.ways = {WAY(UI_KEY_ENTER, "Enter", "plan", NULL, findings_next), DETAILS,
			WAY('u', "u", "undo", undo_is_open, undo_go), IN_THE_WAY,
			TOLD('x', "x", drivers_are_open, drivers_go),
			TOLD('v', "v", clear_is_open, clear_go), DROP_TOLD,
			WAY(UI_KEY_ESC, "Esc", "back", NULL, findings_back)}},
	[SCREEN_PLAN] = {"plan", plan_enter, plan_draw, NULL,
		.ways = {CONFIRM("carry this out", plan_is_open, plan_next), DETAILS,
			WAY(UI_KEY_ESC, "Esc", "back", NULL, plan_back)}},
	[SCREEN_QUESTION] = {"question", NULL, question_draw, NULL,
		.ways = {CONFIRM("yes", NULL, question_yes), WAY('n', "n", "no", NULL, question_no),
			WAY(UI_KEY_ESC, "Esc", "back to the plan", NULL, question_back)}},
	[SCREEN_DOING] = {"at work", doing_enter, doing_draw, .put = NULL},
	[SCREEN_DONE] = {"done", NULL, done_draw, NULL,
		.ways = {WAY('u', "u", "undo it", undo_is_open, undo_go), SAVE, LOG, RESULT_TOLD,
			OTHERS, WAY(UI_KEY_ESC, "Esc", "disks", NULL, done_back)}},
	[SCREEN_TROUBLE] = {"it does not go on", NULL, trouble_draw, NULL,
		.ways = {WAY(UI_KEY_ENTER, "Enter", "try again", NULL, trouble_next), FINISH_TOLD,
			DROP_TOLD, SAVE, SHOW_ID_TOLD, RESULT_TOLD, SAFE_MODE, OTHERS,
			WAY(UI_KEY_ESC, "Esc", "disks", NULL, trouble_back)}},
	[SCREEN_PATH] = {"file or folder?", NULL, path_draw, path_put,
		.ways = {WAY(UI_KEY_ENTER, "Enter", "take it", NULL, path_next),
			WAY(UI_KEY_ESC, "Esc", "back", NULL, question_back)}},
	[SCREEN_LOG] = {"log", NULL, log_draw, NULL,
		.ways = {WAY(UI_KEY_ESC, "Esc", "back", NULL, visit_back)}},
	[SCREEN_BROWSE] = {"look at the disk", browse_enter, browse_draw, browse_put,
		.ways = {WAY(UI_KEY_NONE, "Up/Down", "choose", NULL, NULL),
			WAY(UI_KEY_ENTER, "Enter", "open", NULL, browse_next),
			WAY('c', "c", "copy out", copy_is_open, copy_go),
			WAY('m', "m", "move away", name_is_open, name_go),
			WAY(UI_KEY_ESC, "Esc", "back", NULL, browse_back)}},
	[SCREEN_WHERE] = {"where to?", NULL, where_draw, where_put,
		.ways = {WAY(UI_KEY_ENTER, "Enter", "copy it there", NULL, where_next),
			WAY(UI_KEY_ESC, "Esc", "back", NULL, question_back)}},
	[SCREEN_COPIED] = {"copied", NULL, copied_draw, NULL,
		.ways = {WAY(UI_KEY_ESC, "Esc", "back", NULL, visit_back)}},
	[SCREEN_VIEW] = {"file", NULL, view_file_draw, view_file_put,
		.ways = {WAY(UI_KEY_NONE, "Left/Right", "pieces", NULL, NULL),
			WAY('h', "h", "hex or text", NULL, view_file_turn),
			WAY(UI_KEY_ESC, "Esc", "back", NULL, view_file_back)}},
	[SCREEN_BATTERY] = {"the battery is low", NULL, battery_draw, NULL,
		.ways = {CONFIRM("go on without a charger", NULL, question_yes),
			WAY(UI_KEY_ESC, "Esc", "back to the plan", NULL, question_back)},
		.idle = battery_idle},
	[SCREEN_UNDOS] = {"which repair?", undos_enter, undos_draw, undos_put,
		.ways = {WAY(UI_KEY_ENTER, "Enter", "undo the one marked >", NULL, undos_next),
			WAY(UI_KEY_ESC, "Esc", "back", NULL, undos_back)}},
	[SCREEN_DRIVERS] = {"drivers of other makers", drivers_enter, drivers_draw, drivers_put,
		.ways = {WAY(UI_KEY_NONE, "Up/Down", "choose", NULL, NULL),
			WAY(UI_KEY_ENTER, "Enter", "all", drivers_can, drivers_next),
			WAY('x', "x", "this one", drivers_can, drivers_one),
			WAY(UI_KEY_ESC, "Esc", "back", NULL, drivers_back)}},
	[SCREEN_KEY_ID] = {"key ID", NULL, key_id_draw, key_id_put,
		.ways = {WAY(UI_KEY_ESC, "Esc", "back", NULL, visit_back)}},
	/* alone: an Enter of a scanner restarts nothing */
	[SCREEN_ACTIONS] = {"other things to do", NULL, actions_draw, actions_put,
		.ways = {ALONE(UI_KEY_ENTER, "Enter", "do what is marked >", NULL, actions_go),
			WAY(UI_KEY_ESC, "Esc", "back", NULL, visit_back)}},
	[SCREEN_SAID] = {"what was said", NULL, said_draw, NULL,
		.ways = {WAY(UI_KEY_ESC, "Esc", "back", NULL, visit_back)}},
	/* alone: an Enter of a scanner names none */
	[SCREEN_STICK] = {"which stick?", stick_enter, stick_draw, stick_put,
		.ways = {ALONE(UI_KEY_ENTER, "Enter", "use the one marked >", stick_is_open,
				 stick_next),
			WAY(UI_KEY_ESC, "Esc", "none of them", NULL, stick_back)}},
	[SCREEN_RESULT] = {"result", NULL, result_draw, NULL,
		.ways = {WAY(UI_KEY_ESC, "Esc", "back", NULL, visit_back)}},
	[SCREEN_CODE] = {"result of this start", code_enter, code_draw, NULL,
		.ways = {WAY(UI_KEY_ESC, "Esc", "disks", NULL, code_back)}},
	[SCREEN_DETAILS] = {"details", NULL, details_draw, NULL,
		.ways = {WAY(UI_KEY_ESC, "Esc", "back", NULL, visit_back)}},
	[SCREEN_HINDRANCES] = {"what is in the way", NULL, hindrances_draw, NULL,
		.ways = {WAY(UI_KEY_ESC, "Esc", "back", NULL, visit_back)}},
};

static void run(struct tui *t)
{
	enum screen_id id = SCREEN_FOUND;

	while (id != SCREEN_LEAVE) {
		t->now = id;
		t->first = 0;
		const enum screen_id to = tui_screens[id].enter ? tui_screens[id].enter(t) : id;
		id = to == id ? tui_wait(t, id) : to;
	}
	browse_close(t);
	tui_close(t);
}

/* --yes DISK: what `fix --yes` does, step by step on the screen, which moves on by itself; only a
 * key and what is doubtful is asked for. It goes to the end of the repair in any case: what came of
 * it and the exit status are those of `fix`. */
static void run_alone(struct tui *t)
{
	static const enum screen_id way[] = {SCREEN_FINDINGS, SCREEN_PLAN, SCREEN_DOING};
	bool goes_on = found_only(t);

	for (size_t i = 0; goes_on && i < sizeof(way) / sizeof(way[0]); i++) {
		t->now = way[i];
		t->first = 0;
		goes_on = tui_screens[way[i]].enter(t) == way[i];
		if (goes_on)
			tui_paint(t);
	}
	tui_close(t);
}

static int open_supervisor(struct tui *t, struct rs_err *err)
{
	const char *text = t->ui->opt.supervisor;
	int fd = -1;
	int r = text ? ui_parse_fd("--supervisor", text, &fd, err) : 0;

	if (r == 0)
		r = supervisor_open(&t->supervisor, fd, &t->consoles, err);
	supervisor_say_state(&t->supervisor, LINK_IDLE);
	return r;
}

/* Without a screen of this machine its keyboard is nobody's. */
static int begin_keyboard(struct tui *t, struct rs_err *err)
{
	const char *name = t->ui->opt.keyboard;
	const int screen = consoles_private_fd(&t->consoles);

	layouts_find(LAYOUTS_FOLDER, &t->layouts);
	if (!name || screen < 0)
		return 0;
	if (!layouts_choose(&t->layouts, name))
		return rs_fail(err, RS_E_USAGE, "--keyboard %s: there is no such layout in %s",
			name, LAYOUTS_FOLDER);
	return layouts_load(&t->layouts, screen, err);
}

/* Without --font they are whoever's they were. Where they cannot be chosen they stay. */
static int begin_letters(struct tui *t, struct rs_err *err)
{
	const char *name = t->ui->opt.font;
	const int size = name ? letters_size(name) : FONT_NORMAL;

	if (size < 0)
		return rs_fail_on(
			err, RS_E_USAGE, "--font", "'%.64s' is not auto, large or normal", name);
	t->font = (enum font_size)size;
	if (name)
		(void)consoles_letters(&t->consoles, t->font);
	return 0;
}

static int begin_contrast(struct tui *t, struct rs_err *err)
{
	const char *how = t->ui->opt.contrast;

	if (how && strcmp(how, "high") != 0 && strcmp(how, "normal") != 0)
		return rs_fail_on(
			err, RS_E_USAGE, "--contrast", "'%.64s' is not high or normal", how);
	consoles_contrast(&t->consoles, how && strcmp(how, "high") == 0);
	return 0;
}

static int open_all(struct tui *t, struct rs_err *err)
{
	struct rs_events events = tui_events;
	struct rs_key_source keys = tui_keys;
	int r = rs_secret_init(&t->locked, sizeof(*t->secret), err);

	if (r < 0)
		return r;
	t->secret = (struct tui_secret *)(void *)t->locked.p;
	events.user = keys.user = t;
	r = ui_open_session(t->ui, &events, t->is_plain ? &term_keys : &keys, err);
	if (r == 0 && t->is_plain) {
		t->consoles.news_fd = -1;
		return term_can_ask() ? open_supervisor(t, err)
				      : rs_fail(err, RS_E_USAGE, "tui needs a terminal");
	}
	if (r == 0)
		r = consoles_open(&t->consoles, t->secret->in, t->ui->opt.consoles,
			t->ui->opt.n_consoles, err);
	if (r == 0)
		r = begin_keyboard(t, err);
	if (r == 0)
		r = begin_letters(t, err);
	if (r == 0)
		r = begin_contrast(t, err);
	return r < 0 ? r : open_supervisor(t, err);
}

int check_tui(const struct options *o, struct rs_err *err)
{
	if (is_given(o, OPT_YES) && (o->n_args != 1 || o->is_plain))
		return rs_fail_on(err, RS_E_USAGE, "tui",
			"--yes goes with one DISK, and not with "
			"--plain");
	return picture_check(o, err);
}

/* What is left on the terminal, and the exit status, are those of the last repair; of none, those
 * of the look at the disks. */
int cmd_tui(struct ui *ui)
{
	struct tui t = {.ui = ui,
		.screens = tui_screens,
		.command = RS_FIX,
		.power = BATTERY_FOLDER,
		.is_plain = ui->opt.is_plain};
	struct rs_err err = {0};
	int r = ui_read_options(&ui->opt, &t.given, &err);

	if (r == 0)
		r = open_all(&t, &err);

	tui_name_language(&t);
	if (r == 0 && t.given.say_yes)
		run_alone(&t);
	else if (r == 0)
		run(&t);
	consoles_close(&t.consoles);
	if (t.supervisor.is_there || t.supervisor.is_gone)
		ui->opt.svg = NULL; /* with each report already */
	supervisor_close(&t.supervisor);
	for (size_t i = 0; i < t.warnings.n; i++)
		out_warn("%s", t.warnings.lines[i].text);
	page_done(&t.warnings);
	page_done(&t.log);
	rs_secret_done(&t.locked);
	struct rs_report *last = t.report ? t.report : t.listed;
	if (t.report)
		rs_report_free(t.listed);
	free(t.disk);
	if (!last && r == 0)
		(void)rs_fail(&err, RS_E_CANCELLED, "%s", "");
	return last ? ui_show_report_take(ui, last) : ui_fail(ui, &err);
}
