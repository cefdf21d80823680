/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the application knows about this start. */
#ifndef UNBRICK_EFI_APP_H
#define UNBRICK_EFI_APP_H

#include "efi/sections.h"
#include "efi/windows.h"
#include "format/settings.h"
#include "format/text.h"

enum { APP_NOTES_MAX = 16, APP_NOTE_BYTES = 120, APP_RULES_MAX = 8192 };

/* The menu, and who chose in it. The first four are the modes of the settings. */
enum choice {
	CHOICE_AUTOMATIC = SETTINGS_MODE_AUTOMATIC,
	CHOICE_TECHNICIAN = SETTINGS_MODE_TECHNICIAN,
	CHOICE_LOOK = SETTINGS_MODE_LOOK,
	CHOICE_WINDOWS = SETTINGS_MODE_WINDOWS,
	CHOICE_SETUP,
	CHOICE_RESTART,
	CHOICE_POWER_OFF,
	CHOICES,
};

enum chosen { CHOSEN_DEFAULT, CHOSEN_KEY, CHOSEN_MENU };

struct app {
	EFI_LOADED_IMAGE *image;
	struct span sections[SECTIONS];
	struct settings settings;
	enum secure_boot secure_boot;
	bool is_from_stick; /* settings were read there */
	struct windows windows;
	bool has_windows;
	enum chosen chosen;
	bool is_person;	  /* pressed a key */
	bool is_measured; /* the sections are */
	char notes[APP_NOTES_MAX][APP_NOTE_BYTES];
	unsigned notes_count; /* of those kept */
	unsigned notes_lost;
};

/** Keep a line for the menu and for /init, and say it. */
void app_note(struct app *app, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- the menu, on all consoles of the firmware (menu.c) */

/** Give a person the time of the settings to press a key, show the menu if so (or if the settings
 * say so), and return what was chosen: without a key the mode of the settings. Sets app->chosen and
 * app->is_person. */
enum choice menu_choose(struct app *app);

/** After a failure: hold the message until a key where there is a person; else for the time of the
 * settings, as one may be watching, then false. */
bool menu_hold(struct app *app);

/** Show the menu at once and until something is chosen. */
enum choice menu_show(struct app *app);

/* ---- ways out but Linux and Windows; each returns only if it fails, having said why (power.c) */

/** True if the firmware can be asked to show its setup after a reset. */
bool power_can_setup(void);

EFI_STATUS power_setup(void);
/** @what is said to have failed. */
EFI_STATUS power_reset(EFI_RESET_TYPE type, const char *what);

#endif
