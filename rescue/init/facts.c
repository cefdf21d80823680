/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/facts.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/language.h"
#include "core/text.h"
#include "format/settings_text.h"

#define LAYOUTS "/usr/share/unbrick/keymaps" /* initramfs/assemble */

/* struct boot_params of the kernel (Documentation/x86/zero-page.rst): 1 unset, 2 off, 3 on */
#define PARAM_SECURE_BOOT 0x1ec
#define PARAM_IS_ON	  3

void facts_init(struct facts *f)
{
	*f = (struct facts){.door = DOOR_DIRECT, .how = ""};
	settings_init(&f->settings);
}

void facts_note(struct facts *f, const char *fmt, ...)
{
	char text[FACTS_NOTE];
	va_list ap;

	if (f->n_notes == FACTS_NOTES)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)rs_escape(text, f->notes[f->n_notes++], FACTS_NOTE);
}

/* Values go to the screen and into comparisons: plain characters only. */
static void set(char ret[FACTS_TEXT], const char *value)
{
	size_t n = 0;

	for (; n < FACTS_TEXT - 1 && value[n]; n++) {
		bool is_plain = isalnum((unsigned char)value[n]) || strchr("-_.:+~ ", value[n]);
		ret[n] = (char)(is_plain ? value[n] : '?');
	}
	ret[n] = '\0';
}

static enum secure_boot secure_boot_of(const char *word)
{
	static const enum secure_boot all[] = {SECURE_BOOT_STATES(JUST_NAME)};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(word, secure_boot_word(all[i])) == 0)
			return all[i];
	return SECURE_BOOT_NO;
}

/* @form: x stands for a hexadecimal digit. */
static void set_form(char *ret, const char *value, const char *form)
{
	size_t n = 0;

	for (; form[n] && value[n]; n++) {
		if (form[n] == 'x' ? !isxdigit((unsigned char)value[n]) : value[n] != form[n])
			return;
	}
	if (form[n] || value[n])
		return;
	for (size_t i = 0; i <= n; i++)
		ret[i] = (char)tolower((unsigned char)value[i]);
}

/* Where it came from: of the firmware, of DHCP or of a loader, so of anybody. What has another form
 * is left out. False: it is another key. */
static bool take_origin(struct facts *f, const char *key, const char *value)
{
	if (strcmp(key, "how") == 0) {
		for (enum origin_how how = ORIGIN_DISK; how <= ORIGIN_IPXE; how++)
			f->how = strcmp(value, origin_how_word(how)) == 0 ? origin_how_word(how)
									  : f->how;
	} else if (strcmp(key, "url") == 0) {
		if (origin_is_url(value))
			(void)snprintf(f->boot_url, sizeof(f->boot_url), "%s", value);
	} else if (strcmp(key, "mac") == 0) {
		set_form(f->boot_mac, value, "xx:xx:xx:xx:xx:xx");
	} else if (strcmp(key, "pci") == 0) {
		set_form(f->boot_pci, value, "xxxx:xx:xx.x");
	} else if (strcmp(key, "vlan") == 0) {
		const char *end = value;
		unsigned vlan;

		if (settings_number(&end, &vlan) && !*end && vlan <= SETTINGS_VLAN_MAX)
			f->boot_vlan = vlan;
	} else if (strcmp(key, "ip6") == 0) {
		f->is_boot_ip6 = strcmp(value, "yes") == 0;
	} else {
		return false;
	}
	return true;
}

static void take_fact(struct facts *f, const char *key, const char *value)
{
	bool is_origin = strncmp(key, "boot_", 5) == 0 && take_origin(f, key + 5, value);

	if (is_origin || (strcmp(key, "how") == 0 && take_origin(f, key, value)))
		return;
	if (strcmp(key, "door") == 0 && strcmp(value, door_word(DOOR_APPLICATION)) == 0)
		f->door = DOOR_APPLICATION;
	else if (strcmp(key, "secure_boot") == 0)
		f->secure_boot = secure_boot_of(value);
	else if (strcmp(key, "network") == 0)
		f->is_network = strcmp(value, "yes") == 0;
	else if (strcmp(key, "loader") == 0)
		set(f->loader, value);
	else if (strcmp(key, "partition") == 0)
		set(f->partition, value);
	else if (strcmp(key, "place") == 0)
		set(f->place, value);
	else if (strcmp(key, "medium") == 0)
		f->is_cd = strcmp(value, "cd") == 0;
	else if (strcmp(key, "windows_entry") == 0)
		set(f->windows_entry, value);
	else if (strcmp(key, "chosen") == 0)
		set(f->chosen, value);
	else if (strcmp(key, "version") == 0)
		set(f->version, value);
	else if (strcmp(key, "note") == 0)
		facts_note(f, "%s", value);
}

static void trim(char *s)
{
	size_t len = strlen(s);

	while (len && strchr(" \t\r", s[len - 1]))
		s[--len] = '\0';
}

void facts_read_boot(struct facts *f, const char *bytes, size_t len)
{
	char line[1024];

	for (size_t at = 0, n = 0; at < len; at += n + 1) {
		const char *end = memchr(bytes + at, '\n', len - at);
		n = end ? (size_t)(end - (bytes + at)) : len - at;
		if (n >= sizeof(line))
			continue;
		(void)snprintf(line, sizeof(line), "%.*s", (int)n, bytes + at);
		char *value = strchr(line, '=');
		if (!value)
			continue;
		*value++ = '\0';
		trim(line);
		trim(value);
		take_fact(f, line, value + strspn(value, " \t"));
	}
}

static bool take_mode(struct facts *f, const char *name)
{
	for (unsigned mode = SETTINGS_MODE_AUTOMATIC; mode <= SETTINGS_MODE_WINDOWS; mode++)
		if (strcmp(settings_mode_name(mode), name) == 0) {
			f->settings.mode = mode;
			return true;
		}
	return false;
}

static void take_word(struct facts *f, char *word)
{
	char *value = strchr(word, '=');

	if (value && strncmp(word, "unbrick.", 8) == 0) {
		*value = '\0';
		(void)take_origin(f, word + 8, value + 1);
		*value = '=';
	}
	if (strncmp(word, "unbrick.stick=", 14) == 0)
		set(f->stick_uuid, word + 14);
	else if (strncmp(word, "unbrick.network=", 16) == 0)
		f->is_network = strcmp(word + 16, "yes") == 0;
	else if (strncmp(word, "unbrick.mode=", 13) == 0)
		f->is_mode_given |= take_mode(f, word + 13);
	else if (strncmp(word, "unbrick.default=", 16) == 0 && !f->is_mode_given)
		(void)take_mode(f, word + 16); /* what is no mode changes nothing */
}

void facts_read_command_line(struct facts *f, const char *text)
{
	char copy[4096], *rest = NULL;

	if (f->door == DOOR_APPLICATION)
		return; /* there it is part of what is signed, and no setting */
	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (char *w = strtok_r(copy, " \n", &rest); w; w = strtok_r(NULL, " \n", &rest)) {
		if (strcmp(w, "unbrick.door=grub") == 0)
			f->door = DOOR_GRUB;
		else if (strcmp(w, "unbrick.door=bios") == 0)
			f->door = DOOR_BIOS;
		take_word(f, w);
	}
}

void facts_read_boot_params(struct facts *f, const unsigned char *bytes, size_t len)
{
	if (f->door != DOOR_APPLICATION && len > PARAM_SECURE_BOOT)
		f->secure_boot =
			bytes[PARAM_SECURE_BOOT] == PARAM_IS_ON ? SECURE_BOOT_YES : SECURE_BOOT_NO;
}

void facts_read_ventoy(struct facts *f, const unsigned char *bytes, size_t len)
{
	f->is_ventoy |= ventoy_parse(bytes, len, &f->ventoy);
}

struct settings_place {
	struct facts *f;
	const char *where;
};

static void on_bad_line(void *user, const struct settings_bad *bad)
{
	const struct settings_place *p = user;

	if (bad->line)
		facts_note(
			p->f, "%s, line %u: %s: '%s'", p->where, bad->line, bad->reason, bad->text);
	else
		facts_note(p->f, "%s: %s", p->where, bad->reason);
}

/* One that is not there would keep the screen from starting. */
static void take_keyboard(struct facts *f, const char *where)
{
	char path[sizeof(LAYOUTS "/") + SETTINGS_CODE_MAX];

	(void)snprintf(path, sizeof(path), LAYOUTS "/%s", f->settings.keyboard);
	if (!f->settings.keyboard[0] || access(path, R_OK) == 0)
		return;
	facts_note(f, "%s: there is no keyboard layout '%s'", where, f->settings.keyboard);
	f->settings.keyboard[0] = '\0';
}

/* In the menu of the application. */
static bool is_chosen(const struct facts *f)
{
	return strcmp(f->chosen, "key") == 0 || strcmp(f->chosen, "menu") == 0;
}

void facts_read_settings(struct facts *f, const char *bytes, size_t len, enum settings_trust trust,
	const char *where)
{
	struct settings_place place = {f, where};
	unsigned mode = f->settings.mode;

	(void)settings_parse(&f->settings, bytes, len, trust, on_bad_line, &place);
	if (f->is_mode_given || (trust == SETTINGS_FOREIGN && is_chosen(f)))
		f->settings.mode = mode; /* chosen by a person just now */
	if (f->settings.language[0] && !lang_choose(f->settings.language))
		facts_note(f, "%s: there is no translation into '%s'", where, f->settings.language);
	take_keyboard(f, where);
}

void facts_read_medium(struct facts *f, const char *bytes, size_t len)
{
	if (!len || (f->door != DOOR_GRUB && f->door != DOOR_BIOS))
		return;
	facts_read_settings(f, bytes, len, facts_stick_trust(f), "settings.cpio");
}

enum settings_trust facts_stick_trust(const struct facts *f)
{
	return f->secure_boot == SECURE_BOOT_YES ? SETTINGS_UNSIGNED : SETTINGS_UNCHECKED;
}

const char *facts_stick_key_refusal(const struct facts *f)
{
	if (f->door == DOOR_APPLICATION && f->secure_boot == SECURE_BOOT_YES)
		return "under Secure Boot only the key in unbrick.efi counts; the program rekey "
		       "puts one there";
	return NULL;
}

const char *facts_alone_refusal(const struct facts *f)
{
	if (f->settings.diagnosis != SETTINGS_DIAGNOSIS_ALONE)
		return "the signed settings do not allow it";
	if (f->door != DOOR_APPLICATION)
		return "this system was not started by the signed application";
	if (f->secure_boot != SECURE_BOOT_YES)
		return "Secure Boot is off: nobody has checked the settings that allow it";
	return NULL;
}

bool facts_may_disable(const struct facts *f)
{
	return f->settings.acts == SETTINGS_ACTS_DISABLE && f->door == DOOR_APPLICATION &&
	       f->secure_boot == SECURE_BOOT_YES;
}

const char *facts_key_refusal(const struct facts *f)
{
	if (f->door == DOOR_GRUB && f->is_network)
		return "this system came from the network through the second door, and nobody has "
		       "signed what would see it";
	return NULL;
}

const char *facts_policy_refusal(const struct facts *f)
{
	if (f->door != DOOR_APPLICATION && f->secure_boot == SECURE_BOOT_YES)
		return "under Secure Boot only the key for policies in unbrick.efi counts, and "
		       "this "
		       "system came through the second door, whose initramfs is not signed";
	return NULL;
}

void facts_origin_text(const struct facts *f, char *ret, size_t size)
{
	char vlan[24] = "";

	if (f->boot_vlan)
		(void)snprintf(vlan, sizeof(vlan), ", VLAN %u", f->boot_vlan);
	(void)snprintf(ret, size, "%s%s%s%s%s%s%s%s%s", f->how, f->boot_url[0] ? " from " : "",
		f->boot_url, f->boot_mac[0] ? ", card " : "", f->boot_mac,
		f->boot_pci[0] ? " at " : "", f->boot_pci, vlan, f->is_boot_ip6 ? ", IPv6" : "");
}

const char *facts_secure_boot_name(const struct facts *f)
{
	return secure_boot_word(
		f->secure_boot == SECURE_BOOT_YES ? SECURE_BOOT_YES : SECURE_BOOT_NO);
}

const char *facts_door_meaning(const struct facts *f)
{
	bool is_on = f->secure_boot == SECURE_BOOT_YES;

	if (f->door == DOOR_APPLICATION && is_on)
		return "the firmware has checked the signature over all of this system";
	if (f->door == DOOR_APPLICATION)
		return "Secure Boot is off: nobody has checked this system, trust the stick as you "
		       "trust who made it";
	if (f->door == DOOR_GRUB && is_on)
		return "through Debian's signed GRUB: the kernel is checked, this system itself is "
		       "not: trust it, its settings and rules as you trust the stick";
	if (f->door == DOOR_BIOS)
		return "started by a BIOS, which checks nothing: trust this system, its settings "
		       "and rules as you trust the stick";
	return "nobody has checked this system: trust it as you trust who made it";
}
