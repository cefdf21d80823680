/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which way this system was started, and what follows from that for whom to trust. */
#ifndef UNBRICK_INIT_FACTS_H
#define UNBRICK_INIT_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "format/origin.h"
#include "format/settings.h"
#include "format/ventoy.h"
#include "format/words.h"

enum { FACTS_MAC = 18, FACTS_PCI = 13 };
enum { FACTS_NOTES = 48, FACTS_TEXT = 128, FACTS_NOTE = 320, FACTS_FILE_MOST = 64 * 1024 };

struct facts {
	enum door door;
	enum secure_boot secure_boot;
	bool is_network;
	/* how it was loaded, a hint: origin_how_word, or "" */
	const char *how;
	char boot_url[ORIGIN_URL_MAX]; /* of the file that was loaded, or "" */
	char boot_mac[FACTS_MAC];      /* of the card, "52:54:00:12:34:56", or "" */
	char boot_pci[FACTS_PCI];      /* where it is, "0000:00:03.0", or "" */
	unsigned boot_vlan;	       /* that the firmware used; 0: none */
	bool is_boot_ip6;
	bool is_cd;		    /* the application came from a CD: nothing is written to it */
	bool is_mode_given;	    /* by a person in GRUB's menu: on the kernel's command line */
	char loader[FACTS_TEXT];    /* "shim", "own", "" */
	char partition[FACTS_TEXT]; /* of the stick: GPT partition GUID, lower case, or "" */
	char place[FACTS_TEXT];	    /* of the device we came from (format/bootentry.h), or "" */
	bool is_ventoy;		    /* it has started an image of ours: where it lies is in */
	struct ventoy ventoy;
	char stick_uuid[FACTS_TEXT];	/* of the stick: file system UUID, or "" */
	char windows_entry[FACTS_TEXT]; /* "Boot0003" or "" */
	char chosen[FACTS_TEXT];	/* menu key default, or "" */
	char version[FACTS_TEXT];	/* of the application */
	struct settings settings;
	unsigned n_notes;
	char notes[FACTS_NOTES][FACTS_NOTE]; /* bad settings lines, for people */
};

void facts_init(struct facts *f);
/** /unbrick/boot.conf, written by the application. Lines that are not known are left out. */
void facts_read_boot(struct facts *f, const char *bytes, size_t len);
/** The kernel's command line: only what GRUB's door says, and only through that door. */
void facts_read_command_line(struct facts *f, const char *text);
/** The boot parameters that the kernel keeps (secure_boot of the EFI stub), for the doors where no
 * application says it. */
void facts_read_boot_params(struct facts *f, const unsigned char *bytes, size_t len);
/** What Ventoy has left (format/ventoy.h), if it has. */
void facts_read_ventoy(struct facts *f, const unsigned char *bytes, size_t len);
/** Settings: those of the application (signed), or those of the stick.
 * @where names the file in notes. */
void facts_read_settings(struct facts *f, const char *bytes, size_t len, enum settings_trust trust,
	const char *where);
/** Settings that GRUB has handed over with the initramfs (settings.cpio): only through its doors,
 * where nobody has judged them. */
void facts_read_medium(struct facts *f, const char *bytes, size_t len);
/** How far settings from the stick's own file are trusted. */
enum settings_trust facts_stick_trust(const struct facts *f);
/** Why the stick's own key for rules (EFI/unbrick/rules.pub) does not count, or NULL: it counts as
 * far as the stick itself does. */
const char *facts_stick_key_refusal(const struct facts *f);
/** May services be disabled without a person? As for a verdict: the signed settings say so, and
 * somebody has checked them. */
bool facts_may_disable(const struct facts *f);
/** Why no verdict may act without a person, or NULL: one may (docs/diagnosis.md). */
const char *facts_alone_refusal(const struct facts *f);
/** Why no policy may act without a person, or NULL: a key for policies counts as far as the
 * initramfs does in which it lies. */
const char *facts_policy_refusal(const struct facts *f);
/** Why no key is used, and nobody asked for one, or NULL: what sees it was signed, or came from a
 * medium in somebody's hand. */
const char *facts_key_refusal(const struct facts *f);
/** "pxe from tftp://..., card ... at ..., VLAN 7", for people; "" if nothing is known. */
void facts_origin_text(const struct facts *f, char *ret, size_t size);
void facts_note(struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** "yes" or "no": setup mode checks nothing, either. */
const char *facts_secure_boot_name(const struct facts *f);
/** What the door means for trust, one sentence. */
const char *facts_door_meaning(const struct facts *f);

#endif
