/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which doors start. How firmware checks an image (UEFI specification, and EDK2): it starts where
 * one of its signatures leads to a certificate in db and none of them, nor its hash, is in dbx. So
 * a dbx that revokes one of the two signatures of shim refuses shim whatever the other one is
 * worth. */
#include "firmware/firmware.h"

static bool is_enforced(const struct fw_facts *f)
{
	return f->secure_boot == SECURE_BOOT_YES;
}

/* What is behind the firmware's own check of shim's signatures. */
static bool is_chain_whole(const struct fw_facts *f)
{
	return !f->is_revoked[FW_SHIM] && !f->is_revoked[FW_GRUB] && !f->is_old[FW_SHIM] &&
	       !f->is_old[FW_GRUB];
}

static bool is_shim_revoked(const struct fw_facts *f, enum fw_time when)
{
	return f->is_revoked[FW_SHIM] || f->cas[FW_UEFI_2011].is_revoked ||
	       f->cas[FW_UEFI_2023].is_revoked || when == FW_REVOKED_2011;
}

static enum fw_answer second(const struct fw_facts *f, enum fw_ca_name by, enum fw_time when)
{
	bool is_there = f->cas[by].is_there && !(by == FW_UEFI_2011 && when != FW_NOW);

	if (!is_enforced(f))
		return FW_STARTS;
	return is_there && !is_shim_revoked(f, when) && is_chain_whole(f) ? FW_STARTS : FW_REFUSED;
}

static enum fw_answer signed_db(const struct fw_facts *f)
{
	if (!is_enforced(f))
		return FW_STARTS;
	if (f->is_asked)
		return f->is_in_db && !f->is_asked_revoked ? FW_STARTS : FW_REFUSED;
	return f->others.n ? FW_DEPENDS : FW_REFUSED;
}

static enum fw_answer signed_mok(const struct fw_facts *f, enum fw_answer shim)
{
	if (!is_enforced(f))
		return FW_STARTS;
	if (shim != FW_STARTS || f->is_old[FW_APPLICATION])
		return FW_REFUSED;
	if (f->is_mok_off)
		return FW_STARTS;
	if (f->is_asked && f->is_asked_revoked)
		return FW_REFUSED;
	if (f->is_asked && (f->is_in_mok || f->is_in_db))
		return FW_STARTS; /* shim asks db, too */
	if (!f->has_mok)
		return FW_UNKNOWN;
	if (f->is_asked)
		return FW_REFUSED;
	return f->moks.n ? FW_DEPENDS : FW_REFUSED;
}

static void judge_doors(const struct fw_facts *f, enum fw_time when, struct fw_verdict *v)
{
	enum fw_answer by_2011 = second(f, FW_UEFI_2011, when);
	enum fw_answer by_2023 = second(f, FW_UEFI_2023, when);
	enum fw_answer shim = by_2011 > by_2023 ? by_2011 : by_2023;
	bool is_unchecked = !is_enforced(f) || (shim == FW_STARTS && f->is_mok_off);

	v->doors[FW_SECOND_2011][when] = by_2011;
	v->doors[FW_SECOND_2023][when] = by_2023;
	v->doors[FW_APPLICATION_UNSIGNED][when] = is_unchecked ? FW_STARTS : FW_REFUSED;
	v->doors[FW_APPLICATION_DB][when] = signed_db(f);
	v->doors[FW_APPLICATION_MOK][when] = signed_mok(f, shim);
	v->is_proven[when] = shim == FW_STARTS || v->doors[FW_APPLICATION_DB][when] == FW_STARTS;
	if (is_unchecked)
		v->best[when] = FW_BEST_APPLICATION;
	else if (shim == FW_STARTS)
		v->best[when] = FW_BEST_SECOND;
	else
		v->best[when] = v->doors[FW_APPLICATION_DB][when] == FW_REFUSED ? FW_BEST_NONE
										: FW_BEST_OWN;
}

/* ---- in words ---- */

#define PCR_7                                                                                      \
	"; this changes PCR 7, so have BitLocker's recovery key at hand, or suspend BitLocker "    \
	"first"

static const char *why_none(const struct fw_facts *f)
{
	if (f->is_revoked[FW_SHIM] || f->is_revoked[FW_GRUB])
		return "The firmware refuses the stick: the shim or GRUB on it is revoked.";
	if (f->cas[FW_UEFI_2011].is_revoked || f->cas[FW_UEFI_2023].is_revoked)
		return "The firmware refuses the stick: a signature of its shim is revoked (dbx).";
	if (f->is_old[FW_SHIM] || f->is_old[FW_GRUB])
		return "Shim refuses the stick: SbatLevel on this machine asks for a newer shim or "
		       "GRUB.";
	return "The firmware refuses the stick: neither Microsoft Corporation UEFI CA 2011 nor "
	       "Microsoft UEFI CA 2023 is in db.";
}

static const char *next_none(const struct fw_facts *f)
{
	if (f->cas[FW_UEFI_2011].is_revoked && f->cas[FW_UEFI_2023].is_there && is_chain_whole(f))
		return "take the first signature off the stick's EFI/BOOT/BOOTX64.EFI (sbattach "
		       "--remove): the one of 2023 then counts";
	if (!is_chain_whole(f))
		return "make the stick anew with Debian's current shim and GRUB, or sign the "
		       "application with your own key";
	return "allow Microsoft's third-party certificate in the firmware's setup, or enrol a key "
	       "of "
	       "your own, before the machine is needed" PCR_7;
}

static void say_now(const struct fw_facts *f, struct fw_verdict *v)
{
	const char *text = why_none(f), *next = next_none(f);

	if (v->best[FW_NOW] == FW_BEST_APPLICATION && !is_enforced(f)) {
		text = "The stick starts: Secure Boot checks nothing on this machine.";
		next = "";
	} else if (v->best[FW_NOW] == FW_BEST_APPLICATION) {
		text = "The stick starts: shim is told to check nothing on this machine.";
		next = "";
	} else if (v->best[FW_NOW] == FW_BEST_SECOND) {
		text = "The stick starts through the second door; no key is enrolled.";
		next = "";
	} else if (v->best[FW_NOW] == FW_BEST_OWN && v->is_proven[FW_NOW]) {
		text = "An application signed with your key starts; the second door does not.";
		next = "build the stick with FIRST_DOOR=application and your key";
	} else if (v->best[FW_NOW] == FW_BEST_OWN) {
		text = "Only an application whose certificate is in db starts; the second door "
		       "does "
		       "not.";
		next = "if you sign with one of these keys, name its certificate with "
		       "--certificate FILE; if not, allow Microsoft's third-party certificate in "
		       "the firmware's setup, or enrol a key of your own, before the machine is "
		       "needed" PCR_7;
	}
	v->text[FW_NOW] = text;
	v->next[FW_NOW] = next;
}

static void say_without(const struct fw_facts *f, struct fw_verdict *v)
{
	bool is_same = v->best[FW_WITHOUT_2011] == v->best[FW_NOW];

	v->next[FW_WITHOUT_2011] = "";
	if (!is_enforced(f) || (is_same && v->best[FW_NOW] != FW_BEST_SECOND))
		v->text[FW_WITHOUT_2011] = "Without Microsoft's 2011 certificates in db: the same.";
	else if (is_same)
		v->text[FW_WITHOUT_2011] = "Without Microsoft's 2011 certificates in db: the stick "
					   "starts by shim's signature of 2023.";
	else {
		v->text[FW_WITHOUT_2011] = "Without Microsoft's 2011 certificates in db: the stick "
					   "does not start any more, Microsoft UEFI CA 2023 is not "
					   "in db.";
		v->next[FW_WITHOUT_2011] = "let Windows Update or the vendor's update add "
					   "Microsoft UEFI CA 2023 to db, "
					   "or enrol a key of your own";
	}
}

static void say_revoked(const struct fw_facts *f, struct fw_verdict *v)
{
	bool is_same = v->best[FW_REVOKED_2011] == v->best[FW_NOW];

	v->next[FW_REVOKED_2011] = "";
	if (is_same) {
		v->text[FW_REVOKED_2011] =
			"With Microsoft Corporation UEFI CA 2011 revoked (dbx): the same.";
		return;
	}
	v->text[FW_REVOKED_2011] =
		"With Microsoft Corporation UEFI CA 2011 revoked (dbx): the stick "
		"does not start any more, as one of its shim's signatures is "
		"revoked then.";
	v->next[FW_REVOKED_2011] =
		f->cas[FW_UEFI_2023].is_there
			? "keep in mind: with the first signature taken off "
			  "EFI/BOOT/BOOTX64.EFI (sbattach --remove) the one of 2023 counts"
			: "let Windows Update or the vendor's update add Microsoft UEFI CA 2023 to "
			  "db, or enrol a key of your own";
}

void fw_judge(const struct fw_facts *f, struct fw_verdict *ret)
{
	*ret = (struct fw_verdict){0};
	for (unsigned when = 0; when < FW_TIMES_END; when++)
		judge_doors(f, (enum fw_time)when, ret);
	say_now(f, ret);
	say_without(f, ret);
	say_revoked(f, ret);
}
