/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the firmware trusts, for people: what was found, then what starts and what to do. */
#include <stdio.h>
#include <string.h>

#include "core/language.h"
#include "core/text.h"
#include "report/render.h"

static const char *state_text(const struct fw_ca *ca)
{
	if (ca->is_revoked)
		return N_("REVOKED");
	if (ca->is_there)
		return N_("trusted");
	return ca->is_other ? "another one of that name, not Microsoft's" : "not there";
}

static void say_names(struct printer *p, const char *first, const struct fw_names *names)
{
	for (size_t i = 0; i < names->n && i < FW_NAMES_MAX; i++)
		text_say_as_it_is(p, first, "%s", names->list[i]);
	if (names->n > FW_NAMES_MAX)
		text_say(p, first, "and %zu more", names->n - FW_NAMES_MAX);
}

static void say_shim(struct printer *p, const struct fw_facts *f)
{
	char levels[FW_SBAT_MAX * FW_SBAT_TEXT];
	size_t len = 0;

	levels[0] = '\0';
	for (size_t i = 0; i < f->n_sbat; i++)
		len += (size_t)snprintf(
			levels + len, sizeof(levels) - len, "%s%s", i ? " " : "", f->sbat[i]);
	if (f->has_sbat)
		text_say(p, "  SBAT level:    ", "%s", levels);
	if (f->has_mok)
		say_names(p, "  MOK:           ", &f->moks);
	if (f->is_mok_off)
		text_say(p, "  Shim:          ", "is told to check nothing (mokutil)");
	if (!f->has_mok && !f->has_sbat)
		text_say(p, "  Shim:          ",
			"its lists are not shown to this system: no shim has started it");
	text_say_if(p, "  ! ", f->fault);
}

static void say_loaders(struct printer *p, const struct fw_facts *f)
{
	for (unsigned i = 0; i < FW_LOADERS; i++) {
		if (f->is_revoked[i])
			text_say(p, "  ! ", "%-s of the stick is revoked", fw_loaders[i].file);
		if (f->is_old[i])
			text_say(p, "  ! ", "%-s of the stick is older than SbatLevel asks for",
				fw_loaders[i].file);
	}
}

static const char *asked_text(const struct fw_facts *f)
{
	if (f->is_asked_revoked)
		return N_("REVOKED");
	if (f->is_in_db)
		return "in db";
	return f->is_in_mok ? "in shim's list (MOK)" : "in no list";
}

static void say_door(struct printer *p, const char *door, const enum fw_answer of[FW_TIMES_END])
{
	static const char *const words[] = {
		N_("refused"), N_("not known"), "if it is signed by a key of these", N_("starts")};

	if (of[FW_NOW] == of[FW_WITHOUT_2011])
		text_say(p, "  ", "%s: %s", door, words[of[FW_NOW]]);
	else
		text_say(p, "  ", "%s: %s; without the certificates of 2011: %s", door,
			words[of[FW_NOW]], words[of[FW_WITHOUT_2011]]);
}

void text_firmware(struct printer *p, const struct fw_report *r)
{
	static const char *const secure[] = {
		N_("off"), N_("on"), "in setup mode: nothing is checked"};
	static const char *const doors[] = {"application, not signed", "application, own key in db",
		"application, own key as MOK", "second door, shim's signature of 2011",
		"second door, shim's signature of 2023"};
	const struct fw_facts *f = &r->facts;

	text_say(p, "Secure Boot: ", "%s", secure[f->secure_boot]);
	for (unsigned i = 0; i < FW_CAS_END; i++)
		text_say(p, "  ", "%-s (%-s): %s", fw_known[i].name, fw_known[i].variable,
			state_text(&f->cas[i]));
	say_names(p, "  Also in db:    ", &f->others);
	text_say(p, "  Revoked (dbx): ", "%zu %s, %zu %s", f->n_dbx,
		rs_form(f->n_dbx, "certificate", "certificates"), f->n_dbx_hashes,
		rs_form(f->n_dbx_hashes, "hash", "hashes"));
	say_shim(p, f);
	say_loaders(p, f);
	if (f->is_asked)
		text_say(p, "  Your certificate: ", "%s", asked_text(f));
	text_blank(p);
	text_say(p, "", "Doors of the stick:");
	for (unsigned i = 0; i < FW_DOORS_END; i++)
		say_door(p, doors[i], r->verdict.doors[i]);
	text_blank(p);
	for (unsigned when = 0; when < FW_TIMES_END; when++) {
		text_say(p, "", "%s", r->verdict.text[when]);
		text_say_if(p, "  Next: ", r->verdict.next[when]);
	}
	text_say(p, "",
		"That Microsoft's certificates of 2011 have run out (24 and 27 June, 19 October "
		"2026) "
		"changes nothing: firmware does not look at the date.");
}
