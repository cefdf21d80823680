/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The application: settings, menu, and one of Linux, Windows, firmware setup, reset. Without a
 * person every failure goes back to the firmware as a status, so that it tries its next entry. */
#include <string.h>

#include "efi/app.h"
#include "efi/console.h"
#include "efi/linux.h"

static const char settings_path[] = "\\EFI\\unbrick\\unbrick.conf";

/* Keep a line for the menu and for /init, and say it. */
__attribute__((format(printf, 2, 3))) static void note(struct app *app, const char *fmt, ...)
{
	char buf[APP_NOTE_BYTES];
	struct text t;
	va_list args;

	text_init(&t, buf, sizeof(buf));
	va_start(args, fmt);
	text_add_args(&t, fmt, args);
	va_end(args);
	say("unbrick: %s\n", buf);
	if (app->notes_count == APP_NOTES_MAX) {
		app->notes_lost++;
		return;
	}
	memcpy(app->notes[app->notes_count++], buf, sizeof(buf));
}

/* ---- settings */

struct source {
	struct app *app;
	const char *name;
};

static void note_bad(void *user, const struct settings_bad *bad)
{
	const struct source *s = user;

	if (bad->line)
		note(s->app, "%s line %u: %s: %s", s->name, bad->line, bad->reason, bad->text);
	else
		note(s->app, "%s: %s", s->name, bad->reason);
}

static void take_settings(
	struct app *app, const char *name, struct span text, enum settings_trust trust)
{
	struct source s = {app, name};
	unsigned bad = settings_parse(&app->settings, text.p, text.len, trust, note_bad, &s);

	if (bad > SETTINGS_BAD_MAX)
		app->notes_lost += bad - SETTINGS_BAD_MAX;
}

static void read_settings(struct app *app)
{
	struct span conf = app->sections[SECTION_CONF];
	auto_pool uint8_t *file = NULL;
	size_t len;

	if (conf.p)
		take_settings(app, "built-in settings", conf, SETTINGS_SIGNED);
	EFI_STATUS status =
		file_read(app->image->DeviceHandle, settings_path, SETTINGS_FILE_MAX, &file, &len);
	if (status == EFI_BAD_BUFFER_SIZE)
		note(app, "unbrick.conf: longer than 64 KiB: not read");
	else if (status != EFI_SUCCESS && status != EFI_NOT_FOUND && status != EFI_UNSUPPORTED)
		note(app, "unbrick.conf: not read: %s", status_text(status));
	if (!file)
		return;
	measure(MEASURE_PCR_UNSIGNED, "unbrick.conf", file, len);
	app->is_from_stick = true;
	take_settings(app, "unbrick.conf", (struct span){file, len},
		app->secure_boot == SECURE_BOOT_YES ? SETTINGS_UNSIGNED : SETTINGS_UNCHECKED);
}

/* ---- ways out */

/* Returns only if it fails. */
static EFI_STATUS start_linux(struct app *app, unsigned mode)
{
	struct span extra = {NULL, 0};
	EFI_STATUS status = handover_make(app, mode, &extra);

	if (status != EFI_SUCCESS)
		return say_failed("Linux was not started", status);
	auto_pool void *archive = (void *)(uintptr_t)extra.p;
	if (!app->is_measured)
		measure_sections(app->sections);
	app->is_measured = true;
	measure(MEASURE_PCR_UNSIGNED, "unbrick.cpio", extra.p, extra.len);
	status = initrd_offer(app->sections[SECTION_INITRD], extra);
	if (status != EFI_SUCCESS)
		return say_failed(
			"unbrick.efi: the initramfs (.initrd) cannot be offered to Linux", status);
	say("unbrick: starting Linux (%s)\n", settings_mode_name(mode));
	status = load_kernel(app->image, app->sections[SECTION_LINUX],
		app->sections[SECTION_CMDLINE], app->sections[SECTION_INITRD].len + extra.len);
	initrd_withdraw();
	return status;
}

static EFI_STATUS go(struct app *app, enum choice choice)
{
	switch (choice) {
	case CHOICE_WINDOWS:
		return windows_start(app->image->DeviceHandle);
	case CHOICE_SETUP:
		return power_setup();
	case CHOICE_RESTART:
		return power_reset(EfiResetCold, "restart");
	case CHOICE_POWER_OFF:
		return power_reset(EfiResetShutdown, "power off");
	default:
		return start_linux(app, choice);
	}
}

/* Status of a failure before there is anything to choose. */
static EFI_STATUS give_up(struct app *app)
{
	(void)menu_hold(app); /* only for reading */
	return EFI_LOAD_ERROR;
}

EFI_STATUS efi_main(void)
{
	static struct app app;

	say("unbrick: efi started (version %s)\n", UNBRICK_VERSION);
	(void)BS->SetWatchdogTimer(
		0, 0, 0, NULL); /* a person at the menu takes more than 5 minutes */
	settings_init(&app.settings);
	app.image = protocol_of(self, &guid_loaded_image);
	if (!app.image) {
		say("unbrick: unbrick.efi: the firmware does not tell where it is in memory\n");
		return give_up(&app);
	}
	if (!sections_open(app.image, app.sections))
		return give_up(&app);
	app.secure_boot = secure_boot_state();
	read_settings(&app);
	app.has_windows = !windows_find(app.image->DeviceHandle, false, &app.windows);
	enum choice choice = menu_choose(&app);
	for (;;) {
		EFI_STATUS status = go(&app, choice);

		if (!menu_hold(&app))
			return status == EFI_SUCCESS ? EFI_LOAD_ERROR : status;
		choice = menu_show(&app);
	}
}
