/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The menu, on all consoles of the firmware. */
#ifndef UNBRICK_EFI_MENU_H
#define UNBRICK_EFI_MENU_H

#include "efi/app.h"

/** Give a person the time of the settings to press a key, show the menu if so (or if the settings
 * say so), and return what was chosen: without a key the mode of the settings. Sets app->chosen and
 * app->is_person. */
enum choice menu_choose(struct app *app);

/** After a failure: hold the message until a key where there is a person; else for the time of the
 * settings, as one may be watching, then false. */
bool menu_hold(struct app *app);

/** Show the menu at once and until something is chosen. */
enum choice menu_show(struct app *app);

#endif
