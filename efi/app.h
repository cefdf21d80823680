/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the application carries (sections of its own PE file, covered by its one signature) and what
 * it knows about this start. */
#ifndef UNBRICK_EFI_APP_H
#define UNBRICK_EFI_APP_H

#include "efi/firmware.h"
#include "format/bootentry.h"
#include "format/origin.h"
#include "format/settings.h"
#include "format/text.h"

enum { APP_NOTES_MAX = 16, APP_NOTE_BYTES = 120 };

/* In the order in which the UKI specification has them measured; ours, which it does not know,
 * last. */
enum section {
	SECTION_LINUX,
	SECTION_OSREL,
	SECTION_CMDLINE,
	SECTION_INITRD,
	SECTION_UNAME,
	SECTION_SBAT,
	SECTION_CONF,
	SECTION_RULEKEY,
	SECTION_POLKEY,
	SECTION_NETCA,
	SECTIONS,
};

struct span {
	const uint8_t *p; /* NULL: the section is not there */
	size_t len;
};

/* Where its boot manager is. */
struct windows {
	bool has_entry;
	unsigned number; /* of Boot#### */
	struct partition partition;
	char file[BOOT_FILE_MAX];
};

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

/* ---- the sections of our image (sections.c) */

/** Find all sections in our image. False, having said so, if one is missing that must be there. */
bool sections_open(const EFI_LOADED_IMAGE *image, struct span ret[SECTIONS]);

/* ---- into the TPM goes what is started */

enum { MEASURE_PCR_UNSIGNED = 12 };

/** Extend a PCR with bytes and log them under a name. Does nothing without a TPM; a TPM that fails
 * is told, and no reason to stop: nothing of ours is sealed to it. */
void measure(unsigned pcr, const char *name, const void *bytes, size_t len);

/** Each section that is there: its name with the zero, then its bytes, as the UKI specification
 * says. */
void measure_sections(const struct span sections[SECTIONS]);

/* ---- the machine's own Windows Boot Manager (windows.c): found, and started by BootNext and a
 * reset only. A chain load would leave us in PCR 4 and make BitLocker ask for its key. BootOrder is
 * never changed. */

/** Find the first entry, in BootOrder and then any, whose boot manager is there on its partition.
 * If there is none, a boot manager on a partition that no entry names; our own medium does not
 * count.
 * @is_thorough also connects disks that the firmware left alone to start faster.
 * Returns NULL, or why there is none. */
const char *windows_find(EFI_HANDLE own_volume, bool is_thorough, struct windows *ret);

/** Start it: an entry if it has none, BootNext, reset. Returns only if that fails, having said why.
 */
EFI_STATUS windows_start(EFI_HANDLE own_volume);

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

/* ---- where the firmware had us from (origin.c) */

enum { ORIGIN_PCI_MAX = 24 };

/** What the device that loaded us, its path and PXE tell. */
void origin_find(EFI_HANDLE device, struct origin *ret);

/** Where its controller is: "0000:00:03.0", as the firmware counts. False if it is on no PCI bus.
 */
bool origin_pci(EFI_HANDLE device, char ret[ORIGIN_PCI_MAX]);

/* ---- ways out but Linux and Windows; each returns only if it fails, having said why (power.c) */

/** True if the firmware can be asked to show its setup after a reset. */
bool power_can_setup(void);

EFI_STATUS power_setup(void);
/** @what is said to have failed. */
EFI_STATUS power_reset(EFI_RESET_TYPE type, const char *what);

#endif
